"""Triples in memory by subject and by predicate and value: terms exactly as they were read, nothing rewritten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from initiative_lod.errors import ShapesError
from initiative_lod.vocabulary import RDF, RDFS

Term = NamedNode | BlankNode | Literal
Values = Collection[Term]

_FEW = 8  # values of one property that are kept as a tuple, which is smaller than a set


class TripleIndex:
    """A set of triples; statements of named graphs count as one graph. Raises ShapesError for a term of RDF 1.2."""

    def __init__(self, statements: Iterable[Triple | Quad] = ()) -> None:
        self._by_subject: dict[Term, dict[NamedNode, Values]] = {}
        self._by_predicate: dict[NamedNode, dict[Term, list[Term]]] = {}
        self._length = 0
        known: dict[Any, Any] = {}  # each term once
        for statement in statements:
            subject, value = (known.setdefault(term, term) for term in (statement.subject, statement.object))
            predicate = known.setdefault(statement.predicate, statement.predicate)
            if isinstance(value, Triple) or isinstance(subject, Triple) or getattr(value, "direction", None):
                raise ShapesError(f"{statement} has a term of RDF 1.2, which the validator does not know")
            row = self._by_subject.setdefault(subject, {})
            values = row.get(predicate, ())
            if value in values:
                continue
            if isinstance(values, set):
                values.add(value)
            else:
                row[predicate] = (*values, value) if len(values) < _FEW else {*values, value}
            self._by_predicate.setdefault(predicate, {}).setdefault(value, []).append(subject)
            self._length += 1
        self._instances: dict[Term, frozenset[Term]] = {}

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[tuple[Term, NamedNode, Term]]:
        for subject, row in self._by_subject.items():
            for predicate, values in row.items():
                for value in values:
                    yield subject, predicate, value

    @property
    def predicates(self) -> Collection[NamedNode]:
        """All predicates."""
        return self._by_predicate.keys()

    def properties(self, subject: Term) -> dict[NamedNode, Values]:
        """Statements about ``subject``: predicate -> values."""
        return self._by_subject.get(subject, {})

    def values(self, subject: Term, predicate: NamedNode) -> Values:
        """The values of ``predicate`` at ``subject``."""
        return self._by_subject.get(subject, {}).get(predicate, ())

    def value(self, subject: Term, predicate: NamedNode) -> Term | None:
        """One of these values; None where there is none."""
        return next(iter(self.values(subject, predicate)), None)

    def subjects(self, predicate: NamedNode, value: Term) -> Values:
        """The subjects that have ``value`` for ``predicate``."""
        return self._by_predicate.get(predicate, {}).get(value, ())

    def inverse(self, predicate: NamedNode) -> dict[Term, list[Term]]:
        """The triples of ``predicate``: value -> subjects."""
        return self._by_predicate.get(predicate, {})

    def subjects_of(self, predicate: NamedNode) -> set[Term]:
        """The subjects of all triples of ``predicate``."""
        return {subject for subjects in self.inverse(predicate).values() for subject in subjects}

    def instances(self, kind: Term) -> frozenset[Term]:
        """The SHACL instances of a class: of it and of its subclasses, whatever their number (SHACL §1.1)."""
        if kind not in self._instances:
            kinds = self.preceding(kind, RDFS.subClassOf)
            self._instances[kind] = frozenset(item for each in kinds for item in self.subjects(RDF.type, each))
        return self._instances[kind]

    def preceding(self, term: Term, predicate: NamedNode) -> set[Term]:
        """``term`` and all from which it is reached by ``predicate``, however often."""
        return _reached(term, lambda each: self.subjects(predicate, each))

    def following(self, term: Term, predicate: NamedNode) -> set[Term]:
        """``term`` and all that is reached from it by ``predicate``, however often."""
        return _reached(term, lambda each: self.values(each, predicate))

    def items(self, head: Term) -> list[Term] | None:
        """The members of an RDF list; None for what is not a well-formed one."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != RDF.nil:
            first, rest = self.values(head, RDF.first), self.values(head, RDF.rest)
            if len(first) != 1 or len(rest) != 1 or head in seen:
                return None
            seen.add(head)
            found += first
            (head,) = rest
        return found


def _reached(start: Term, step: Callable[[Term], Values]) -> set[Term]:
    found, following = {start}, [start]
    while following:
        new = set(step(following.pop())) - found
        found |= new
        following += new
    return found
