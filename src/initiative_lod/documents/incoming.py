"""Statements that point to a thing, in pages: where they are very many, no more are read than a page has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pyoxigraph import NamedNode, Quad, Triple

from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, OA, RDF, RDFS, VOID

PAGE = 1000  # incoming statements in one page, where they are not more
SHORT_PAGE = 100  # in each page, where they are: nobody reads that many, and a page is not to take a second
MOST_INCOMING = 10_000  # that are listed: who wants more of them asks a query
SORTED = 2_000  # that are in the order of their subjects; more are read page by page, where their number is known
KEPT_INCOMING = 4  # things with many pages whose incoming statements are not sorted anew for each of them

# Statements that say how the graph is arranged, not what somebody says of the resource.
UNTOLD = {RDF.type, RDFS.isDefinedBy, DCTERMS.hasPart, OA.hasSource, VOID["class"], VOID.property}
_NUMBER = re.compile(r"\d+")


def page_of(opened: OpenRelease, resource: NamedNode, page: int) -> tuple[Sequence[Quad], int, bool]:
    """The statements that point to the resource on a page; how many pages there are; and whether more point to it."""
    pointing = opened.pointing(resource)
    counts = {predicate: count for predicate, count in pointing.items() if predicate not in UNTOLD}
    total = sum(counts.values())
    if total > SORTED:
        size = min(PAGE, SHORT_PAGE)
        begin, end = (page - 1) * size, min(page * size, total, MOST_INCOMING)
        quads = _by_property(opened, resource, counts, begin, end) if 0 <= begin < end else ()
        return quads, -(-min(total, MOST_INCOMING) // size), total > MOST_INCOMING
    found, cut = _sorted_incoming(opened, resource, sorted(counts, key=str) if pointing else None)
    size = PAGE if len(found) <= PAGE else min(PAGE, SHORT_PAGE)
    return found[(page - 1) * size : page * size], max(1, -(-len(found) // size)), cut


def _by_property(
    opened: OpenRelease, resource: NamedNode, counts: Mapping[NamedNode, int], begin: int, end: int
) -> list[Quad]:
    """Of very many statements those from ``begin`` to ``end``, without a look at those behind them.

    Those of our own graphs come first, in the order of their subjects, then the others, property by property, as the
    store has them: that is the same order in each copy of a release.
    """
    own_graphs = [graph for graph in opened.graphs if graph != opened.inferred and not is_merged(opened.iris, graph)]
    stated = _told(quad for graph in own_graphs for quad in opened.quads(object=resource, graph=graph))
    own = dict.fromkeys(sorted((quad.triple for quad in islice(stated, MOST_INCOMING)), key=_page_key))
    chosen = list(own)[begin:end]
    place, counted = len(own), Counter(triple.predicate for triple in own)
    for predicate in sorted(counts, key=str):
        number = counts[predicate] - counted[predicate]
        first, last = max(begin - place, 0), min(end - place, number)
        place += number
        if first < last and not counted[predicate]:
            chosen += opened.pointers(predicate, resource, first, last)
        elif first < last:
            others = (triple for triple in opened.triples(None, predicate, resource) if triple not in own)
            chosen += islice(others, first, last)
    return [
        quad
        for triple in chosen
        if not isinstance(triple.subject, Triple)
        for quad in opened.quads(triple.subject, triple.predicate, resource)
    ]


def _sorted_incoming(
    opened: OpenRelease, resource: NamedNode, properties: Sequence[NamedNode] | None = None
) -> tuple[tuple[Quad, ...], bool]:
    """Statements that point to the resource, in the order of the pages, and whether there are more of them than are
    listed; kept for the last few that have several pages. By these ``properties`` alone, where they are known.
    """
    found = opened.incoming.get(resource.value)
    if found is None:
        by = (None,) if properties is None else properties
        stated = (quad for predicate in by for quad in opened.quads(predicate=predicate, object=resource))
        quads = list(islice(_told(stated), MOST_INCOMING + 1))
        if len(quads) > MOST_INCOMING:
            quads = list(islice(_own_first(opened, resource), MOST_INCOMING + 1))
        found = tuple(sorted(quads, key=_page_key))
        if len(found) > PAGE:
            for old in list(opened.incoming)[: 1 - KEPT_INCOMING]:
                opened.incoming.pop(old, None)
            opened.incoming[resource.value] = found
    return found[:MOST_INCOMING], len(found) > MOST_INCOMING


def _own_first(opened: OpenRelease, resource: NamedNode) -> Iterator[Quad]:
    graphs = sorted(opened.graphs, key=lambda graph: is_merged(opened.iris, graph))
    stated = (graph for graph in graphs if graph != opened.inferred)
    return _told(quad for graph in stated for quad in opened.quads(object=resource, graph=graph))


def _told(quads: Iterable[Quad]) -> Iterator[Quad]:
    return (quad for quad in quads if quad.predicate not in UNTOLD)


def _page_key(quad: Quad | Triple) -> tuple[str, str]:
    """Key that decides on which page a statement comes: quick to make, as there may be many thousands."""
    subject = getattr(quad.subject, "value", "")
    return _NUMBER.sub(lambda number: number[0].zfill(8), subject), quad.predicate.value
