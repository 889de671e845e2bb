"""Statistics of a graph, as VoID has them: its size, its properties and its classes, counted as queries count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions, Store, Triple

from initiative_lod.release.default_graph import DEFAULT_GRAPH, matching
from initiative_lod.release.store_lookups import query_text
from initiative_lod.vocabulary import RDF


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a graph: ``properties`` has the triples of each property, ``classes`` the entities of each class.

    ``objects`` is None where it is not told.
    """

    triples: int
    subjects: int
    objects: int | None
    properties: Counter[NamedNode]
    classes: Counter[NamedNode]


def of_graph(store: Store, graph: NamedNode | DefaultGraph = DEFAULT_GRAPH) -> Statistics:
    """The statistics of one graph of a store, asked by queries: two scans, in memory for its distinct terms."""

    def rows(name: str) -> QuerySolutions:
        found = store.query(query_text(name), default_graph=graph, prefixes={"rdf": RDF.iri})
        assert isinstance(found, QuerySolutions)
        return found

    size = next(rows("size"))
    return Statistics(
        int(size["triples"].value),
        int(size["subjects"].value),
        int(size["objects"].value),
        properties=Counter({row["property"]: int(row["uses"].value) for row in rows("predicates")}),
        classes=Counter({row["class"]: int(row["things"].value) for row in rows("classes")}),
    )


def of_triples(triples: Iterable[Triple]) -> Statistics:
    """The statistics of a graph with these triples, each of them once, their literals in canonical form."""
    triples = list(triples)
    return Statistics(
        len(triples),
        len({triple.subject for triple in triples}),
        len({triple.object for triple in triples}),
        Counter(triple.predicate for triple in triples),
        Counter(
            triple.object for triple in triples if triple.predicate == RDF.type and isinstance(triple.object, NamedNode)
        ),
    )


def with_triples(before: Statistics, store: Store, triples: Iterable[Triple]) -> Statistics:
    """Statistics that those ``before`` of the default graph of ``store`` become when the triples are added to it."""

    def is_new(subject: Any = None, predicate: Any = None, object: Any = None) -> bool:
        return next(matching(store, subject, predicate, object, DEFAULT_GRAPH), None) is None

    new = [triple for triple in triples if is_new(*triple)]
    added = of_triples(new)
    subjects = sum(is_new(subject=term) for term in {triple.subject for triple in new})
    objects = sum(is_new(object=term) for term in {triple.object for triple in new})
    return Statistics(
        before.triples + added.triples,
        before.subjects + subjects,
        None if before.objects is None else before.objects + objects,
        before.properties + added.properties,
        before.classes + added.classes,
    )
