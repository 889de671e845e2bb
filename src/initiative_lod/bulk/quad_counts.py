"""Counts of the table of quads: the statistics of the default graph, the set union of all, and of each named graph."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from pyoxigraph import DefaultGraph, NamedNode

from initiative_lod.bulk.sql_engine import SqlEngine, literal, text
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.statistics import Statistics


def of_all(engine: SqlEngine, but: Sequence[str] = ()) -> dict[NamedNode | DefaultGraph, Statistics]:
    """The statistics of the default graph and of each named graph, ``but`` of some."""
    return {DEFAULT_GRAPH: of_union(engine), **of_graphs(engine, but)}


def of_union(engine: SqlEngine) -> Statistics:
    """The statistics of the set of all triples, literals counted as the store has them."""
    properties = _counter(engine, "properties")  # all triples once, which are not made distinct a second time
    ((subjects, objects),) = engine.rows(text("size"))
    return Statistics(properties.total(), int(subjects), int(objects), properties, _counter(engine, "classes"))


def of_graphs(engine: SqlEngine, but: Sequence[str] = ()) -> dict[NamedNode | DefaultGraph, Statistics]:
    """The statistics of each named graph ``but`` of some, literals counted as the store has them."""
    left_out = ", ".join(literal(f"<{graph}>") for graph in but)
    engine.view("counted", "SELECT * FROM statements" + (f" WHERE graph NOT IN ({left_out})" if but else ""))
    properties, classes = _counters(engine, "graph_properties"), _counters(engine, "graph_classes")
    return {
        NamedNode(graph[1:-1]): Statistics(int(triples), int(subjects), int(objects), properties[graph], classes[graph])
        for graph, triples, subjects, objects in engine.rows(text("graph_sizes"))
    }


def _counter(engine: SqlEngine, name: str) -> Counter[NamedNode]:
    return Counter({NamedNode(term[1:-1]): int(count) for term, count in engine.rows(text(name))})


def _counters(engine: SqlEngine, name: str) -> dict[str, Counter[NamedNode]]:
    found: dict[str, Counter[NamedNode]] = defaultdict(Counter)
    for graph, term, count in engine.rows(text(name)):
        found[graph][NamedNode(term[1:-1])] = int(count)
    return found
