"""Fault of shapes that cannot be run: of which shape it is, in which statement, and where that is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, NamedNode, Triple

from initiative_lod.errors import ShapesError, at
from initiative_lod.reading.foreign_graph import place_of
from initiative_lod.sources.line_numbers import Places, places_in
from initiative_lod.validation.shapes_graph import ForeignShapes, shape_name
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.vocabulary import SH

SEARCH_SECONDS = 20.0
DEEPEST_BRACKETS = 50
LONGEST = 200  # characters of a term that are shown
Statement = tuple[Term, NamedNode, Term]
Targets = Mapping[Term, Iterable[Term]]  # focus nodes by shape


class FaultSearch:
    """Search for what in a shapes graph it is that cannot be run, by trying parts of it for some seconds at most.

    ``fault`` gives the words of the fault that a shapes graph has with some targets; empty where it has none.
    """

    def __init__(self, shapes: TripleIndex, targets: Targets, fault: Callable[[TripleIndex, Targets], str]) -> None:
        self._shapes, self._targets, self._fault = shapes, targets, fault
        self._until = time.monotonic() + SEARCH_SECONDS

    def found(self, fault: str) -> ShapesError:
        """The error that says a fault, and of which shape and in which statement it is, where that is known."""
        shape = self._shape(fault)
        statement = self._statement(shape)
        if shape is None:
            return ShapesError(fault, statement)
        name = f"<{shape.value}>" if isinstance(shape, NamedNode) else shape_name(self._shapes, shape)
        return ShapesError(f"{fault} ({name})", statement)

    def _shape(self, fault: str) -> Term | None:
        """The shape that has the fault by itself; None where it is the graph as a whole."""
        if self._try(self._shapes, {}) == fault:
            return None
        targets = self._targets.items()
        return next((shape for shape, nodes in targets if self._try(self._shapes, {shape: nodes}) == fault), None)

    def _statement(self, shape: Term | None) -> Statement | None:
        """The statement of a shape, or of the graph, without which it can be run; None where there is no single one.

        What lies deeper comes first: of ``sh:property [ sh:minCount "one" ]`` it is the inner one.
        """
        targets = {} if shape is None else {shape: self._targets[shape]}
        for statement in self._deepest_first(shape):
            if not self._try(TripleIndex(_without(self._shapes, statement)), targets):
                node = statement[2]
                texts = ((name, text) for name in (SH.select, SH.ask) for text in self._shapes.values(node, name))
                return next(((node, name, text) for name, text in texts), statement)
        return None

    def _deepest_first(self, shape: Term | None) -> list[Statement]:
        if shape is None:
            return list(self._shapes)
        found: list[Statement] = []
        seen, level = {shape}, [shape]
        while level:
            statements = [(node, name, value) for node in level for name, value in _about(self._shapes, node)]
            found += statements
            level = list(dict.fromkeys(value for _, _, value in statements if value not in seen))
            seen.update(level)
        return found[::-1]

    def _try(self, shapes: TripleIndex, targets: Targets) -> str:
        return self._fault(shapes, targets) if time.monotonic() < self._until else "not tried"


def _about(shapes: TripleIndex, node: Term) -> Iterator[tuple[NamedNode, Term]]:
    return ((name, value) for name, values in shapes.properties(node).items() for value in values)


def _without(shapes: TripleIndex, statement: Statement) -> Iterator[Triple]:
    return (Triple(*item) for item in shapes if item != statement)  # type: ignore[arg-type]


def located(error: ShapesError, shapes: ForeignShapes) -> ShapesError:
    """The error with the file of its statement, its line where that is known, and its words."""
    if error.statement is None:
        return error
    subject, predicate, value = error.statement
    triple = Triple(subject, predicate, value)
    file = next((place_of(str(quad.graph_name)[1:-1]) for quad in shapes.quads if quad.triple == triple), "")
    index = TripleIndex(shapes.quads)
    line = _line(error.statement, index, places_in([item for item in shapes.files if item.place == file], None))
    words = f"{_short(predicate)} {_short(value)} of {shape_name(index, subject)}"
    return ShapesError(f"{at(file, line)}: {error}, in the statement {words}")


def _line(statement: Statement, shapes: TripleIndex, places: Places) -> int:
    """Line of a statement; of one within brackets where others are like it, that of what holds these; 0: unknown."""
    subject, predicate, value = statement
    outer: NamedNode | None = None
    for _ in range(DEEPEST_BRACKETS):
        if isinstance(subject, NamedNode):
            break
        holders = [(each, name) for name in shapes.predicates for each in shapes.subjects(name, subject)]
        if len(holders) != 1:
            return 0
        subject, outer = holders[0]
    if not isinstance(subject, NamedNode):
        return 0
    if outer is None:
        place = places(subject.value, predicate.value, "" if isinstance(value, BlankNode) else value.value)
    else:
        alike = [name for name in _within(shapes, subject, outer) if name == predicate]
        place = places(subject.value, outer.value if len(alike) == 1 else "", predicate.value)
    return place[1] if place else 0


def _within(shapes: TripleIndex, subject: Term, property: NamedNode) -> Iterator[NamedNode]:
    """The predicates of the statements within the brackets that are values of a property, one for each of these."""
    level, seen = [node for node in shapes.values(subject, property) if isinstance(node, BlankNode)], set[Term]()
    while level:
        node = level.pop()
        seen.add(node)
        for name, value in _about(shapes, node):
            yield name
            if isinstance(value, BlankNode) and value not in seen:
                level.append(value)


def _short(term: Term) -> str:
    """A term as Turtle would have it, with the prefix ``sh:``; what is in brackets is left out."""
    if isinstance(term, NamedNode) and term.value.startswith(SH.iri):
        return f"sh:{term.value.removeprefix(SH.iri)}"
    text = "[…]" if isinstance(term, BlankNode) else " ".join(str(term).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
