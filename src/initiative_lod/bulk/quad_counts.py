"""Counts of the table of quads: the statistics of the default graph, the set union of all named graphs."""

from __future__ import annotations

from collections import Counter

from pyoxigraph import NamedNode

from initiative_lod.bulk.sql_engine import SqlEngine, text
from initiative_lod.release.statistics import Statistics


def of_union(engine: SqlEngine) -> Statistics:
    """The statistics of the set of all triples, literals counted as the store has them."""
    ((triples, subjects, objects),) = engine.rows(text("size"))
    return Statistics(
        int(triples), int(subjects), int(objects), _counter(engine, "properties"), _counter(engine, "classes")
    )


def _counter(engine: SqlEngine, name: str) -> Counter[NamedNode]:
    return Counter({NamedNode(term[1:-1]): int(count) for term, count in engine.rows(text(name))})
