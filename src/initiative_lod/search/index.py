"""Builds the search index of a release: one SQLite file, written once, only ever read after that.

It takes any stream of quads, in any order, and sorts them on disk: memory grows with our own documents, not with what
is merged in. Statements go in as a set, so the same graph gives the same file, byte for byte, under one version of
SQLite; ``content_digest`` is the same under every version.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pyoxigraph import Quad

from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release.files import unstamp
from initiative_lod.search.builder import Builder, IndexSummary
from initiative_lod.search.staging import scratch, stage

FILE = "search.sqlite"


def build(path: Path, quads: Iterable[Quad], iris: Iris) -> IndexSummary:
    """Write the index of ``quads`` to ``path``, which must not exist. Raises ReleaseError when SQLite has no FTS5."""
    if path.exists():
        raise ReleaseError(f"{path} is already there: an index is never written over")
    building = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="initiative-lod-search-") as folder,
            closing(scratch(Path(folder) / "staged.sqlite")) as staged,
        ):
            stage(staged, quads, iris)
            building.unlink(missing_ok=True)
            with closing(sqlite3.connect(building, isolation_level=None)) as index:
                summary = Builder(staged, index, iris).build()
        unstamp(building)
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)
    return summary
