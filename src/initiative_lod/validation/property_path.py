"""SHACL property paths (SHACL §2.3.1): read from a shapes graph, followed in data, written as SPARQL and as RDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyoxigraph import BlankNode, NamedNode, Triple

from initiative_lod.errors import ShapesError
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.vocabulary import RDF, SH

_DEEPEST = 9  # nested paths that pySHACL follows


@dataclass(frozen=True, slots=True)
class PathOf:
    """A path made of ``parts``: ``kind`` is sequence, alternative, inverse, zeroOrMore, oneOrMore or zeroOrOne."""

    kind: str
    parts: tuple[NamedNode | PathOf, ...]

    _SIGNS: ClassVar[dict[str, str]] = {"zeroOrMore": "*", "oneOrMore": "+", "zeroOrOne": "?"}

    def __str__(self) -> str:
        inner = [str(part) if isinstance(part, NamedNode) else f"({part})" for part in self.parts]
        if self.kind in ("sequence", "alternative"):
            return ("/" if self.kind == "sequence" else "|").join(inner)
        return f"^{inner[0]}" if self.kind == "inverse" else inner[0] + self._SIGNS[self.kind]


def read_path(shapes: TripleIndex, node: Term) -> NamedNode | PathOf:
    """The path that ``node`` is in the shapes graph. Raises ShapesError for what is none."""
    try:
        return _read(shapes, node, 0)
    except ShapesError as error:
        holder = next(iter(shapes.subjects(SH.path, node)), None)
        raise ShapesError(str(error), None if holder is None else (holder, SH.path, node)) from error


def _read(shapes: TripleIndex, node: Term, depth: int) -> NamedNode | PathOf:
    if isinstance(node, NamedNode):
        return node
    if not isinstance(node, BlankNode) or depth > _DEEPEST:
        raise ShapesError(f"{node} is no property path, or nested deeper than {_DEEPEST} levels (SHACL §2.3.1)")

    def listed(head: Term) -> tuple[NamedNode | PathOf, ...]:
        members = shapes.items(head) or []
        if len(members) < 2:
            raise ShapesError("a sequence or alternative of a property path is no list of two or more (SHACL §2.3.1)")
        return tuple(_read(shapes, member, depth + 1) for member in members)

    if shapes.values(node, RDF.first):
        return PathOf("sequence", listed(node))
    for kind in ("inverse", "alternative", "zeroOrMore", "oneOrMore", "zeroOrOne"):
        inner = shapes.value(node, SH[f"{kind}Path"])
        if inner is not None:
            parts = listed(inner) if kind == "alternative" else (_read(shapes, inner, depth + 1),)
            return PathOf(kind, parts)
    raise ShapesError("a blank node that is given as a property path has none of its forms (SHACL §2.3.1)")


def inward(path: NamedNode | PathOf, is_inverse: bool = False) -> NamedNode | PathOf:
    """The same path (or its inverse) with inverses of predicates alone (SPARQL §18.1.7)."""
    if isinstance(path, NamedNode):
        return PathOf("inverse", (path,)) if is_inverse else path
    if path.kind == "inverse":
        return inward(path.parts[0], not is_inverse)
    parts = tuple(inward(part, is_inverse) for part in path.parts)
    return PathOf(path.kind, parts[::-1] if is_inverse and path.kind == "sequence" else parts)


def follow(path: NamedNode | PathOf, start: Term, data: TripleIndex) -> set[Term]:
    """The value nodes of ``path``, whose inverses are of predicates alone, from ``start``."""
    if isinstance(path, NamedNode):
        return set(data.values(start, path))
    if path.kind == "inverse":
        (predicate,) = path.parts
        assert isinstance(predicate, NamedNode)
        return set(data.subjects(predicate, start))
    if path.kind == "alternative":
        return {node for part in path.parts for node in follow(part, start, data)}
    if path.kind == "sequence":
        nodes = {start}
        for part in path.parts:
            nodes = {found for node in nodes for found in follow(part, node, data)}
        return nodes
    if path.kind == "zeroOrOne":
        return {start, *follow(path.parts[0], start, data)}
    found: set[Term] = set()
    following = [start]
    while following:
        new = follow(path.parts[0], following.pop(), data) - found
        found |= new
        following += new
    return found | {start} if path.kind == "zeroOrMore" else found


def path_triples(path: NamedNode | PathOf, name: str) -> tuple[NamedNode | BlankNode, list[Triple]]:
    """The node of ``path`` and the triples that describe it, its blank nodes called ``name`` and a number."""
    triples: list[Triple] = []
    count = iter(range(1, 10**6))

    def fresh() -> BlankNode:
        return BlankNode(f"{name}-{next(count)}")

    def listed(parts: tuple[NamedNode | PathOf, ...]) -> BlankNode:
        cells = [fresh() for _ in parts]
        following: list[NamedNode | BlankNode] = [*cells[1:], RDF.nil]
        for cell, rest, part in zip(cells, following, parts, strict=True):
            triples.extend((Triple(cell, RDF.first, written(part)), Triple(cell, RDF.rest, rest)))
        return cells[0]

    def written(part: NamedNode | PathOf) -> NamedNode | BlankNode:
        if isinstance(part, NamedNode):
            return part
        if part.kind == "sequence":
            return listed(part.parts)
        node = fresh()
        inner = listed(part.parts) if part.kind == "alternative" else written(part.parts[0])
        triples.append(Triple(node, SH[f"{part.kind}Path"], inner))
        return node

    return written(path), triples
