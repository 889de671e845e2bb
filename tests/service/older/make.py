"""Makes an archive of this folder with the code of an earlier version: two small releases, one of them a merge.

    git worktree add --detach /tmp/old COMMIT       # format 1: e725bdd; format 2: 26de1f0
    PYTHONPATH=/tmp/old/src:/tmp/old/tests python tests/service/older/make.py format-1.tar.xz

What is in it was written by that code, but for the statements that are left out to keep it small.
"""

import sys
import tarfile
import tempfile
from importlib import import_module
from pathlib import Path

from initiative_lod import pipeline, release
from initiative_lod.settings import Settings
from pipeline.conftest import make_project

KEPT = ("graph/harbour-2031>", "graph/dataset>", "graph/shared>", "graph/alignment-harbour>")
LEFT_OUT = ("/action/1", "/action/2", "/pillar/1", "/preamble")
TIDES = (
    '<https://tides.example/a> <http://www.w3.org/2000/01/rdf-schema#label> "tide"@en .\n'
    '<https://tides.example/a> <https://tides.example/height> "07"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
)

write = release.write


def write_some(folder, quads, *rest):
    """Write a release of the quads that are kept."""
    some = [item for item in quads if str(item.graph_name).endswith(KEPT)]
    return write(folder, [item for item in some if not any(name in str(item.subject) for name in LEFT_OUT)], *rest)


def merge(settings, start, source):
    """Merge a source, by the names that this had at the time."""
    try:
        request = import_module("initiative_lod.merge.merge").MergeRequest
        return pipeline.make_merged_release(settings, start, request(named=(source,), retrieved="2031-03-06")).release
    except ImportError:
        wanted = import_module("initiative_lod.merge.merging").Wanted
        return pipeline.merge(settings, start, wanted(named=(source,), retrieved="2031-03-06")).release


with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    settings = Settings(root=make_project(root / "project"), releases=root / "releases")
    release.write = write_some
    own = pipeline.make_release(settings)
    release.publish(settings.release_folder, own)
    (root / "tides.nt").write_text(TIDES)
    release.publish(settings.release_folder, merge(settings, own, str(root / "tides.nt")))
    for path in settings.release_folder.rglob("LO[CG]*"):
        path.unlink()
    (settings.release_folder / ".lock").unlink()
    with tarfile.open(sys.argv[1], "w:xz", preset=9) as archive:
        archive.add(settings.release_folder, "releases")
