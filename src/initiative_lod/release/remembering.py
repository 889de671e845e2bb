"""Remembering release: one whose look-ups are remembered, for work that asks the same thousands of times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.opened import Memory, OpenRelease, Term

MOST_STATEMENTS = 5_000  # of a subject, or of an answer, that are remembered; of longer ones nothing is
MOST_QUADS = 300_000  # that are remembered in all; then all is forgotten

Graph = NamedNode | DefaultGraph | None
_ByPredicate = dict[NamedNode | None, list[Quad]]


def _by_predicate(quads: Iterable[Quad]) -> _ByPredicate:
    """Quads of a subject: all under None, and those with each predicate."""
    found: _ByPredicate = {None: list(quads)}
    for quad in found[None]:
        found.setdefault(quad.predicate, []).append(quad)
    return found


class RememberingRelease(OpenRelease):
    """An open release that answers a second time from memory, in the same order. For one thread."""

    @cached_property
    def _answers(self) -> dict[Any, tuple[Quad, ...]]:
        return {}

    @cached_property
    def _subjects(self) -> dict[Any, _ByPredicate | None]:
        return {}

    @cached_property
    def _remembered(self) -> list[int]:
        return [0]

    @cached_property
    def _memories(self) -> dict[str, Memory[Any, Any]]:
        return {}

    def memory(self, name: str, most: int = 0) -> Memory[Any, Any]:
        if name not in self._memories:
            self._memories[name] = super().memory(name, most)
        return self._memories[name]

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        if subject is None and predicate is None and object is None and graph is not None:
            if self._graph[0] != graph:
                self._graph[:] = graph, tuple(super().quads(graph=graph))
            return iter(self._graph[1])
        if subject is None or object is not None or graph is not None:
            return super().quads(subject, predicate, object, graph)
        known = self._stated.get(subject)
        if known is None:
            if self._about(subject, None) is None:
                return super().quads(subject, predicate)
            known = self._stated[subject] = _by_predicate(super().quads(subject))
        return iter(known.get(predicate, ()))

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
    ) -> Iterator[Triple]:
        if subject is None or predicate is None or object is not None:
            return super().triples(subject, predicate, object)
        key = subject, predicate
        known = self._triples.get(key)
        if known is None:
            if self._about(subject, DEFAULT_GRAPH) is None:
                return super().triples(subject, predicate)
            known = self._triples[key] = tuple(super().triples(subject, predicate))
        return iter(known)

    @cached_property
    def _graph(self) -> list[Any]:
        """The graph that was read last, and its quads: its page and its data are made one after the other."""
        return [None, ()]

    @cached_property
    def _stated(self) -> dict[Any, _ByPredicate]:
        """Quads of a subject, each with its literal as it was written."""
        return {}

    @cached_property
    def _triples(self) -> dict[Any, tuple[Triple, ...]]:
        return {}

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
        if subject is not None or object is None:
            return super()._matches(subject, predicate, object, graph)
        key = (predicate, object, graph)
        if key not in self._answers:
            found = super()._matches(None, predicate, object, graph)
            answer = tuple(islice(found, MOST_STATEMENTS))
            if len(answer) == MOST_STATEMENTS:
                return chain(answer, found)
            self._count(answer)
            self._answers[key] = answer
        return iter(self._answers[key])

    def _about(self, subject: NamedNode | BlankNode | Triple, graph: Graph) -> _ByPredicate | None:
        """All quads of a subject (under None), and those with each predicate: the store sorts by these two first."""
        key = (subject, graph)
        if key not in self._subjects:
            everywhere = self._about(subject, None) if graph is not None else None
            if everywhere is not None:  # of which each graph has its part, in the same order
                self._subjects[key] = _by_predicate(quad for quad in everywhere[None] if quad.graph_name == graph)
                return self._subjects[key]
            quads = list(islice(super()._matches(subject, None, None, graph), MOST_STATEMENTS))
            self._count(quads)
            self._subjects[key] = _by_predicate(quads) if len(quads) < MOST_STATEMENTS else None
        return self._subjects[key]

    def _count(self, quads: Sequence[Quad]) -> None:
        self._remembered[0] += 1 + len(quads)
        if self._remembered[0] > MOST_QUADS:
            for memory in (self._answers, self._subjects, self._stated, self._triples, self._memories):
                memory.clear()
            self._remembered[0] = 0
