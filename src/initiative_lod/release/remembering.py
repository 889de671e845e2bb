"""Remembering release: one whose look-ups are remembered, for work that asks the same thousands of times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from initiative_lod.release.opened import Memory, OpenRelease, Term

MOST_STATEMENTS = 5_000  # of a subject, or of an answer, that are remembered; of longer ones nothing is
MOST_QUADS = 300_000  # that are remembered in all; then all is forgotten

Graph = NamedNode | DefaultGraph | None
_ByPredicate = dict[NamedNode | None, list[Quad]]


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
            quads = list(islice(super()._matches(subject, None, None, graph), MOST_STATEMENTS))
            self._count(quads)
            by_predicate: _ByPredicate = {None: quads}
            for quad in quads:
                by_predicate.setdefault(quad.predicate, []).append(quad)
            self._subjects[key] = by_predicate if len(quads) < MOST_STATEMENTS else None
        return self._subjects[key]

    def _count(self, quads: Sequence[Quad]) -> None:
        self._remembered[0] += 1 + len(quads)
        if self._remembered[0] > MOST_QUADS:
            for memory in (self._answers, self._subjects, self._memories):
                memory.clear()
            self._remembered[0] = 0
