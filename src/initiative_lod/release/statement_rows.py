"""Statements of some properties as rows of a table, for what is made of very many of them: the indexes of a release.

The table is DuckDB's, which sorts and joins on disk what is too much for its memory. Of a merged release the rows are
read from its table of quads, in a row. The store would look up each term of each statement by its hash, all over its
files, and each would become an object of the engine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.errors import ReleaseError
from initiative_lod.release import quad_table
from initiative_lod.release.manifest import TABLE
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.time_limit import check_time

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_BYTES = 384 << 20  # of the engine; what is more goes to the disk
_ROWS_AT_ONCE = 20_000

#: IRI of the subject, IRI of the property, value, language (empty: none; None: the value is an IRI), IRI of the graph.
StatementRow = tuple[str, str, str, str | None, str]

_SCHEMA = """
CREATE TABLE statement(subject VARCHAR, property USMALLINT, value VARCHAR, language VARCHAR, place INTEGER)
"""
_FROM_TABLE = """
INSERT INTO statement
SELECT subject[2:-2], list_position($2::VARCHAR[], predicate), value,
  CASE WHEN object LIKE '"%' THEN coalesce(language, '') END, coalesce(list_position($3::VARCHAR[], graph), 0)
FROM read_parquet($1)
WHERE list_contains($4::VARCHAR[], predicate) AND NOT list_contains($5::VARCHAR[], graph)
  AND (len($6::VARCHAR[]) = 0
    OR list_bool_or(list_transform($6::VARCHAR[], lambda begin: starts_with(subject, begin))))
  AND subject LIKE '<%' AND subject NOT LIKE '<<(%'
  AND (object LIKE '"%' OR object LIKE '<%' AND object NOT LIKE '<<(%')
"""


def of_quads(quads: Iterable[Quad]) -> Iterator[StatementRow]:
    """The rows of quads in named graphs; what has a blank node or a triple in it is passed over."""
    for subject, predicate, object, graph in quads:
        if not isinstance(subject, NamedNode) or not isinstance(graph, NamedNode):
            continue
        if isinstance(object, Literal):
            yield subject.value, predicate.value, object.value, object.language or "", graph.value
        elif isinstance(object, NamedNode):
            yield subject.value, predicate.value, object.value, None, graph.value


def of_graphs(
    opened: OpenRelease, predicates: Sequence[NamedNode], graphs: Iterable[NamedNode]
) -> Iterator[StatementRow]:
    """The rows of some graphs, property by property: each is looked up in the store."""
    graphs = list(graphs)
    return of_quads(quad for item in predicates for graph in graphs for quad in opened.quads(None, item, None, graph))


class StatementTable:
    """The table ``statement`` of an engine: subject, property, value, language, place, each literal as it was written.

    A property is its number among ``properties``, from 1 on; the place is that of its graph, 0 for one without. The
    language is empty for a literal without, and NULL where the value is an IRI.
    """

    def __init__(
        self, engine: DuckDBPyConnection, properties: Sequence[NamedNode], places: Mapping[str, int] | None = None
    ) -> None:
        self._engine = engine
        self._properties = {iri: number for number, iri in enumerate(dict.fromkeys(p.value for p in properties), 1)}
        self._places = places or {}
        engine.execute(_SCHEMA)

    def add_release(
        self,
        opened: OpenRelease,
        predicates: Sequence[NamedNode],
        but: Iterable[NamedNode] = (),
        under: Sequence[str] = (),
    ) -> None:
        """Add the statements of some of its properties in all graphs of a release ``but`` some.

        With ``under`` they are those about subjects whose IRIs begin so. A release of before there was a table of quads
        is asked for by its store.
        """
        left_out = set(but)
        described = opened.iris.graph("release")  # which is in no dump, and small
        looked_up = [described] if described not in left_out else []
        path = opened.release.path / TABLE
        if path.is_file():
            # Numbers are places in a list, of which each place is taken.
            by_place = sorted((place, graph) for graph, place in self._places.items())
            assert [place for place, _ in by_place] == [*range(1, len(by_place) + 1)]
            given = [*self._properties], [graph for _, graph in by_place], [item.value for item in predicates]
            bracketed = ([f"<{item}>" for item in some] for some in (*given, [item.value for item in left_out]))
            self._engine.execute(_FROM_TABLE, [str(path), *bracketed, [f"<{item}" for item in under]])
        else:
            looked_up = [graph for graph in opened.graphs if graph not in left_out]
        rows = of_graphs(opened, predicates, looked_up)
        self.add(row for row in rows if not under or row[0].startswith(tuple(under)))

    def number(self, property: NamedNode) -> int:
        """The number of a property."""
        return self._properties[property.value]

    def add(self, rows: Iterable[StatementRow]) -> None:
        """Add rows; those of other properties are passed over."""
        known, places = self._properties, self._places
        insert_lists(
            self._engine,
            "statement",
            (
                (subject, known[predicate], value, language, places.get(graph, 0))
                for subject, predicate, value, language, graph in rows
                if predicate in known
            ),
        )


@contextmanager
def engine() -> Iterator[DuckDBPyConnection]:
    """An engine with room on the disk, as long as it is used. Raises ReleaseError for what it cannot do, OutOfTime."""
    from duckdb import Error  # here: it takes long to import

    with tempfile.TemporaryDirectory(prefix="rows-") as scratch:
        try:
            with quad_table.connection(Path(scratch), MEMORY_BYTES) as opened, quad_table.in_time(opened):
                yield opened
        except Error as error:
            check_time()
            raise ReleaseError(f"the statements of a release cannot be put in order: {error}") from error


def insert_lists(engine: DuckDBPyConnection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows into a table of the engine, which takes a column at once in a hundredth of the time."""
    coming = iter(rows)
    while some := list(islice(coming, _ROWS_AT_ONCE)):
        columns = [list(column) for column in zip(*some, strict=True)]
        engine.execute(f"INSERT INTO {table} SELECT {', '.join(['unnest(?)'] * len(columns))}", columns)


def each(engine: DuckDBPyConnection, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as they are read; it ends when the engine is asked for something else."""
    found = engine.execute(query, list(values))
    while rows := found.fetchmany(_ROWS_AT_ONCE):
        yield from rows
