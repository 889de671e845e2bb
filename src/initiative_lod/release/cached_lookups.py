"""Caching release: one whose look-ups are kept, for work that asks the same thousands of times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby, islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.open_release import Memory, OpenRelease
from initiative_lod.release.store_lookups import Term

MOST_STATEMENTS = 5_000  # of a subject, or of an answer, that are remembered; of longer ones nothing is
MOST_OF_A_GRAPH = 100_000  # likewise of a graph: one that was merged may have any number
MOST_QUADS = 300_000  # that are remembered in all; then all is forgotten
FEW = 100  # quads that point to a thing: of more, those that one graph states are found sooner by the store
MOST_READ = 100_000  # quads of a release that is read as a whole: with its default graph twice as many

Graph = NamedNode | DefaultGraph | None
_ByPredicate = dict[NamedNode | None, list[Quad]]


def _by_predicate(quads: Iterable[Quad]) -> _ByPredicate:
    """Quads of a subject: all under None, and those with each predicate."""
    found: _ByPredicate = {None: list(quads)}
    for quad in found[None]:
        found.setdefault(quad.predicate, []).append(quad)
    return found


@dataclass(slots=True)
class _Remembered:
    """All that is remembered of a release: quads as the store has them, by subject and graph and by other patterns;
    those of a subject with each literal as it was written; triples; values; the graph that was read last, since its
    page and its data are made one after the other; and, where all was read, graphs as the store has them, and quads by
    what they point to. ``count`` is the number of quads.
    """

    answers: dict[Any, tuple[Quad, ...]] = field(default_factory=dict)
    subjects: dict[Any, _ByPredicate | None] = field(default_factory=dict)
    stated: dict[Any, _ByPredicate] = field(default_factory=dict)
    triples: dict[Any, tuple[Triple, ...]] = field(default_factory=dict)
    memories: dict[str, Memory[Any, Any]] = field(default_factory=dict)
    graph: tuple[NamedNode | None, tuple[Quad, ...]] = (None, ())
    graphs: dict[Any, list[Quad]] = field(default_factory=dict)
    objects: dict[Any, list[Quad]] | None = None
    count: int = 0


class CachingRelease(OpenRelease):
    """An open release that answers a second time from memory, in the same order. For one thread."""

    @cached_property
    def _remembered(self) -> _Remembered:
        return _Remembered()

    @property
    def remembers(self) -> bool:
        return True

    def memory(self, name: str, most: int = 0) -> Memory[Any, Any]:
        memories = self._remembered.memories
        if name not in memories:
            memories[name] = super().memory(name, most)
        return memories[name]

    def read_all(self) -> None:
        """Read all quads in a row, and remember them by subject, graph and what they point to: for who reads nearly all
        of them. More than MOST_READ are not read, nor those of a release without a default graph.
        """
        if self.release.manifest.quads > MOST_READ or self._options:
            return
        graphs: dict[Any, list[Quad]] = {}
        for graph, quads in groupby(super()._matches(None, None, None, None), key=lambda quad: quad.graph_name):
            graphs.setdefault(graph, []).extend(quads)
        stating: dict[Triple, list[Quad]] = {}
        for quad in chain.from_iterable(quads for graph, quads in graphs.items() if graph != DEFAULT_GRAPH):
            stating.setdefault(quad.triple, []).append(quad)
        # The store gives what is said of a subject from the default graph first, by property and object, and then what
        # each graph states, by property and object as well; and what points to a thing likewise.
        pointing: dict[Any, tuple[list[Quad], list[Quad]]] = {}
        for subject, found in groupby(graphs.pop(DEFAULT_GRAPH, ()), key=lambda quad: quad.subject):
            about = list(found)
            stated: list[Quad] = []
            for quad in about:
                stated_by = stating.pop(quad.triple, ())
                stated += stated_by
                if not isinstance(thing := quad.object, Literal):
                    everywhere, named = pointing.setdefault(thing, ([], []))
                    everywhere.append(quad)
                    named += stated_by
            about += stated
            self._remembered.subjects[subject, None] = _by_predicate(about) if len(about) < MOST_STATEMENTS else None
            self._count(about)
        self._remembered.graphs = graphs
        self._remembered.objects = {thing: everywhere + named for thing, (everywhere, named) in pointing.items()}

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        if subject is None and predicate is None and object is None and graph is not None:
            known_graph, quads = self._remembered.graph
            return iter(quads) if known_graph == graph else self._remembering(graph, super().quads(graph=graph))
        if subject is None or object is not None or graph is not None:
            return super().quads(subject, predicate, object, graph)
        known = self._remembered.stated.get(subject)
        if known is None:
            if self._about(subject, None) is None:
                return super().quads(subject, predicate)
            known = self._remembered.stated[subject] = _by_predicate(super().quads(subject))
        return iter(known.get(predicate, ()))

    def property_ahead(self, subject: NamedNode | BlankNode, predicate: NamedNode, most: int) -> None:
        """None: what is said of a subject is read at once, and remembered."""

    def _remembering(self, graph: NamedNode, quads: Iterator[Quad]) -> Iterator[Quad]:
        """The quads of a graph as they are read, which are remembered where all are read and these are not too many."""
        read: list[Quad] = []
        for quad in quads:
            if len(read) < MOST_OF_A_GRAPH:
                read.append(quad)
            yield quad
        if len(read) < MOST_OF_A_GRAPH:
            self._remembered.graph = graph, tuple(read)

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
    ) -> Iterator[Triple]:
        if subject is None or predicate is None or object is not None:
            return super().triples(subject, predicate, object)
        key = subject, predicate
        known = self._remembered.triples.get(key)
        if known is None:
            if self._about(subject, DEFAULT_GRAPH) is None:
                return super().triples(subject, predicate)
            known = self._remembered.triples[key] = tuple(super().triples(subject, predicate))
        return iter(known)

    def _matches(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | Triple | None,
        graph: Graph,
    ) -> Iterator[Quad]:
        if subject is not None and not isinstance(object, Literal):  # which the store finds in each way of writing
            known = self._about(subject, graph)
            if known is not None:
                quads = known.get(predicate, ())
                return iter(quads if object is None else [quad for quad in quads if quad.object == object])
        if graph in self._remembered.graphs and subject is None and predicate is None and object is None:
            return iter(self._remembered.graphs[graph])
        if subject is not None or object is None:
            return super()._matches(subject, predicate, object, graph)
        key = (predicate, object, graph)
        if key not in self._remembered.answers:
            found = self._pointing_to(object, predicate, graph)
            answer = tuple(islice(found, MOST_STATEMENTS))
            if len(answer) == MOST_STATEMENTS:
                return chain(answer, found)
            self._count(answer)
            self._remembered.answers[key] = answer
        return iter(self._remembered.answers[key])

    def _pointing_to(self, object: Term | Triple, predicate: NamedNode | None, graph: Graph) -> Iterator[Quad]:
        """All quads with an object, in the order of the store."""
        known = self._remembered.objects
        if known is None or isinstance(object, Literal):  # which the store finds in each way of writing
            return super()._matches(None, predicate, object, graph)
        quads = known.get(object, ())
        if graph not in (None, DEFAULT_GRAPH) and len(quads) > FEW:
            return super()._matches(None, predicate, object, graph)
        return (quad for quad in quads if predicate in (None, quad.predicate) and graph in (None, quad.graph_name))

    def _about(self, subject: NamedNode | BlankNode | Triple, graph: Graph) -> _ByPredicate | None:
        """All quads of a subject (under None), and those with each predicate: the store sorts by these two first."""
        key = (subject, graph)
        if key not in self._remembered.subjects:
            everywhere = self._about(subject, None) if graph is not None else None
            if everywhere is not None:  # of which each graph has its part, in the same order
                found = _by_predicate(quad for quad in everywhere[None] if quad.graph_name == graph)
                self._remembered.subjects[key] = found
                return found
            quads = list(islice(super()._matches(subject, None, None, graph), MOST_STATEMENTS))
            self._count(quads)
            self._remembered.subjects[key] = _by_predicate(quads) if len(quads) < MOST_STATEMENTS else None
        return self._remembered.subjects[key]

    def _count(self, quads: Sequence[Quad]) -> None:
        """Make room for as many more."""
        if self._remembered.count > MOST_QUADS:
            vars(self)["_remembered"] = _Remembered()
        self._remembered.count += 1 + len(quads)
