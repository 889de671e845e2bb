"""Differences between the tables of quads of two releases: the changes that ``release.changes`` finds in dumps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from initiative_lod.bulk.sql_engine import open_tables, text
from initiative_lod.errors import ReleaseError
from initiative_lod.release.changes import Change
from initiative_lod.release.manifest import TABLE, Release


def between(old: Release, new: Release, engine: str, scratch: Path, memory: int) -> Iterator[Change]:
    """The changes that make ``new`` of ``old``, sorted by line, as an SQL engine finds them. Raises ReleaseError."""
    for release in (old, new):
        if TABLE not in release.manifest.files:
            raise ReleaseError(f"release {release.version} has no table of quads ({TABLE}): compare without --engine")
    tables = {"earlier": old.path / TABLE, "later": new.path / TABLE}
    with open_tables(engine, tables, scratch, memory) as sql:
        yield from (Change(bool(side), line) for side, line in sql.each(text("differences")))
