"""Processor time and memory of a merge by the store's own queries beside DuckDB (or Spark), phase by phase.

    python bench/bulk.py FILE [--engines store duckdb] [--checks]

Each engine merges the same file into the same small release, in a process and a folder of its own, one after the
other. ``--checks`` leaves out the indexes. Other people's work on the machine inflates processor time by a half at
most.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from pyoxigraph import Literal, Quad

from initiative_lod import pipeline, release
from initiative_lod.build.graph import canonical
from initiative_lod.bulk.sql_engine import DUCKDB, STORE
from initiative_lod.iris import Iris
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.release import Edition
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDFS

PROJECT = Path(__file__).resolve().parents[1]  # its questions are asked, and none has the answer expected
MEGABYTE = 1024  # of what getrusage gives


def spent() -> float:
    """Seconds of processor of this process and those that it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def peak() -> int:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE


class Phases:
    """Phases of a merge: what each took is printed when the next begins, with the peak of memory up to then."""

    def __init__(self) -> None:
        self._name = "starting"
        self._begun = spent()

    def step(self, name: str) -> None:
        """Begin another phase."""
        now = spent()
        if now - self._begun >= 0.05:
            print(f"{self._name:55} {now - self._begun:8.1f} s {peak():7,} MB", flush=True)
        self._name, self._begun = name, now


def run(file: Path, engine: str, checks_alone: bool) -> None:
    """Merge the file, and print what each phase took."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        settings = Settings(root=PROJECT, releases=Path(folder), rendered_documents=0)
        iris, begun = Iris(), spent()
        quads = canonical([Quad(iris.thing("id/x"), RDFS.label, Literal("x"), iris.graph("some"))])
        context = {"context.jsonld": b"{}\n"}
        start = release.write(settings.release_folder, quads, Edition("1", "2031-03-05"), context, iris)
        phases = Phases()
        request = MergeRequest(named=(str(file),), engine=engine, retrieved="2031-03-06")
        if checks_alone:
            pipeline.index_maker = lambda *given: lambda building: None  # type: ignore[assignment, misc]
        merged = pipeline.make_merged_release(settings, start, request, phases.step)
        phases.step("")
        assert merged.release is not None
        manifest = merged.release.manifest
        print(f"{engine}: {manifest.quads:,} quads, {spent() - begun:.1f} s of processor, at most {peak():,} MB")
        for name in ("dump.nq.gz", "dump.parquet", "conflicts.json"):
            print(f"  {name}: {manifest.files[name].bytes:,} bytes, {manifest.files[name].sha256[:12]}")


def main() -> None:
    """Run each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--engines", nargs="+", default=[STORE, DUCKDB])
    parser.add_argument("--checks", action="store_true", help="leave out what is indexed after the checks")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        run(asked.file, asked.one, asked.checks)
        return
    for engine in asked.engines:
        more = ["--checks"] if asked.checks else []
        print(f"== {engine}", flush=True)
        subprocess.run([sys.executable, __file__, str(asked.file), "--one", engine, *more], check=True)


if __name__ == "__main__":
    main()
