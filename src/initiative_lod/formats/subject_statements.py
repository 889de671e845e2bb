"""Statements about one subject, in order: what documents are put together of. Many documents say the same of a subject.

Whatever follows from these statements alone, as their lines in a format, is made once, and remembered with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby
from sys import intern
from typing import Any, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

T = TypeVar("T")
Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class SubjectStatements:
    """The statements about a subject. They are equal where they are the same quads in the same order."""

    quads: tuple[Quad, ...] = ()

    @cached_property
    def triples(self) -> tuple[Triple, ...]:
        """The same without their graphs, each once."""
        return tuple(dict.fromkeys(quad.triple for quad in self.quads))

    @cached_property
    def objects(self) -> Mapping[NamedNode, Sequence[Term]]:
        """The objects of each property."""
        found: dict[NamedNode, list[Term]] = {}
        for triple in self.triples:
            found.setdefault(triple.predicate, []).append(triple.object)
        return found

    @cached_property
    def iris(self) -> frozenset[NamedNode]:
        """The objects that are IRIs."""
        return frozenset(item for item in chain.from_iterable(self.objects.values()) if isinstance(item, NamedNode))

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Beginnings of the IRIs in them, those of datatypes among them: up to the last ``#`` or ``/``."""
        triples = self.triples
        terms: set[object] = {*self.objects, *(triple.subject for triple in triples[:1])}
        terms.update(quad.graph_name for quad in self.quads)
        for item in chain.from_iterable(self.objects.values()):
            terms.add(item.datatype if isinstance(item, Literal) else item)
        iris = (term.value for term in terms if isinstance(term, NamedNode))
        return frozenset(intern(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]) for iri in iris)

    @cached_property
    def _made(self) -> dict[object, Any]:
        return {}

    def of(self, key: object, make: Callable[[SubjectStatements], T]) -> T:
        """A value that ``make`` makes of them and of nothing else, when it is first wanted; ``key`` names it."""
        found: T | None = self._made.get(key)
        if found is None:
            found = self._made[key] = make(self)
        return found


def by_subject(quads: Iterable[Quad]) -> tuple[SubjectStatements, ...]:
    """Quads in their order, a run of those with the same subject together."""
    return tuple(SubjectStatements(tuple(run)) for _, run in groupby(quads, key=lambda quad: quad.subject))


def all_quads(subjects: Iterable[SubjectStatements]) -> Iterator[Quad]:
    """The quads of several subjects, one after the other."""
    return chain.from_iterable(item.quads for item in subjects)


def all_triples(subjects: Iterable[SubjectStatements]) -> Iterator[Triple]:
    """Their triples."""
    return chain.from_iterable(item.triples for item in subjects)
