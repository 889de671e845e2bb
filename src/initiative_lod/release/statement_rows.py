"""Statements of some properties as plain rows, for what is made of very many of them: the indexes of a release.

Of a whole release they are read from its table of quads, in a row. The store would look up each term of each statement
by its hash, all over its files, and each would become an object of the engine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.release import quad_table
from initiative_lod.release.manifest import TABLE
from initiative_lod.release.open_release import OpenRelease

#: IRI of the subject, IRI of the property, value, language (empty: none; None: the value is an IRI), IRI of the graph.
StatementRow = tuple[str, str, str, str | None, str]


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


def of_release(
    opened: OpenRelease, predicates: Sequence[NamedNode], but: Iterable[NamedNode] = (), under: Sequence[str] = ()
) -> Iterator[StatementRow]:
    """The rows of all graphs ``but`` some, in no order, each literal as it was written.

    With ``under`` they are those about subjects whose IRIs begin so. A release of before there was a table is asked for
    by its store. Raises ReleaseError, OutOfTime.
    """
    left_out = set(but)
    described = opened.iris.graph("release")  # which is in no dump, and small
    if not (opened.release.path / TABLE).is_file():
        rows = of_graphs(opened, predicates, [graph for graph in opened.graphs if graph not in left_out])
        yield from (row for row in rows if not under or row[0].startswith(tuple(under)))
        return
    with tempfile.TemporaryDirectory(prefix="rows-") as scratch:
        names, others = ([item.value for item in some] for some in (predicates, left_out))
        yield from quad_table.statements(opened.release.path / TABLE, Path(scratch), names, others, under)
    if described not in left_out:
        rows = of_graphs(opened, predicates, [described])
        yield from (row for row in rows if not under or row[0].startswith(tuple(under)))
