"""Hubs: things to which very many statements point, with how many do by each property, counted when a release is made.

A server would have to read them all to find that out, each time that a page of such a thing is asked for. A release of
before there was this file has none: its server reads and counts.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from initiative_lod.build import inference
from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release import quad_table
from initiative_lod.release.files import open_index, unstamp
from initiative_lod.release.manifest import DESCRIPTION, INDEX, TABLE, Manifest
from initiative_lod.release.time_limit import check_time

FILE = "hubs.sqlite"  # in the index
LEAST = 1000  # statements that point to a thing, from which on it is a hub

_SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE pointing(object TEXT, property TEXT, subjects INTEGER, PRIMARY KEY(object, property)) WITHOUT ROWID;
"""
_COUNT = """
WITH hubs AS (
  SELECT object FROM read_parquet($table)
  WHERE starts_with(object, '<') AND NOT starts_with(object, '<<(') AND graph <> $inferred
  GROUP BY object HAVING count(*) >= $least
)
SELECT object, predicate, count(DISTINCT subject) FROM read_parquet($table) JOIN hubs USING (object)
WHERE graph <> $inferred GROUP BY object, predicate
"""


class Hubs:
    """The hubs of a release. Safe to use from many threads."""

    def __init__(self, release: Path) -> None:
        """Those of the release in this folder; none where it has no such file."""
        self._path = release / INDEX / FILE
        self._is_there = self._path.is_file()
        self._local = threading.local()

    def pointing(self, thing: NamedNode) -> dict[NamedNode, int]:
        """Number of things that are said to point to a hub, by property; nothing of what is none. Raises OSError."""
        if not self._is_there:
            return {}
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        try:
            if connection is None:
                connection = self._local.connection = open_index(self._path)
            rows = connection.execute("SELECT property, subjects FROM pointing WHERE object = ?", (thing.value,))
            return {NamedNode(name): int(subjects) for name, subjects in rows}
        except sqlite3.Error as error:
            raise OSError(f"{self._path.name} cannot be read: {error}") from error


def write(building: Path, manifest: Manifest) -> None:
    """Write the file of a release, which lies in ``building`` whole but for its index.

    Raises ReleaseError, OutOfTime.
    """
    counts = _counted(building, Iris(manifest.base)) if manifest.quads >= LEAST else Counter()
    path = building / INDEX / FILE
    with closing(sqlite3.connect(path, isolation_level=None)) as written:
        written.executescript(_SCHEMA)
        listed = sorted((thing, property, subjects) for (thing, property), subjects in counts.items())
        written.executemany("INSERT INTO pointing VALUES (?, ?, ?)", listed)
    unstamp(path)


def _counted(building: Path, iris: Iris) -> Counter[tuple[str, str]]:
    """Number of things that point to each hub, by hub and property. Raises ReleaseError, OutOfTime."""
    from duckdb import Error

    table = building / TABLE
    given = {"table": str(table), "inferred": f"<{iris.graph(inference.NAME).value}>", "least": LEAST}
    try:
        with (
            tempfile.TemporaryDirectory(prefix="hubs-", dir=building.parent) as scratch,
            quad_table.connection(Path(scratch), asked=table.stat().st_size) as engine,
            quad_table.in_time(engine),
        ):
            rows = engine.execute(_COUNT, given).fetchall()
            counts = Counter({(thing[1:-1], property[1:-1]): int(subjects) for thing, property, subjects in rows})
            return counts + _described(building, {thing for thing, _ in counts})
    except Error as error:
        check_time()
        raise ReleaseError(f"the hubs of the release cannot be counted: {error}") from error


def _described(building: Path, hubs: set[str]) -> Counter[tuple[str, str]]:
    """Statements of the description of the release about hubs: its graph is in no dump, and nobody else says them."""
    path = building / DESCRIPTION
    quads: list[Quad] = list(parse(path=str(path), format=RdfFormat.N_QUADS)) if hubs and path.is_file() else []
    return Counter(
        (quad.object.value, quad.predicate.value)
        for quad in quads
        if isinstance(quad.object, NamedNode) and quad.object.value in hubs
    )
