"""Constraints answered from an index: by their queries of today, and never a node less than the query finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.build.graph import Built
from initiative_lod.iris import Iris
from initiative_lod.validation import known_constraints
from initiative_lod.validation.constraint_queries import ConstraintQueries
from initiative_lod.validation.triple_index import TripleIndex
from initiative_lod.vocabulary import OA, SH

I = Iris()
NAMES = ["TextSpan-quote", "TextSpan-context", "PartAdvice-number-gap"]
NAMES += ["Sibling-number-repeat", "Sibling-overlap", "Clause-gap"]
Change = Callable[[int, Quad], Quad | None]


def changed(quad: Quad, value: Literal) -> Quad:
    return Quad(quad.subject, quad.predicate, value, quad.graph_name)


def shift(number: int, quad: Quad) -> Quad:
    is_place = quad.predicate in (OA.start, OA.end) and isinstance(quad.object, Literal)
    return changed(quad, Literal(int(quad.object.value) + 1)) if is_place and number % 7 == 0 else quad  # type: ignore[union-attr]


def reword(number: int, quad: Quad) -> Quad:
    is_words = quad.predicate in (OA.exact, OA.prefix, OA.suffix)
    return changed(quad, Literal("other words")) if is_words and number % 5 == 0 else quad


def drop(number: int, quad: Quad) -> Quad | None:
    return None if quad.predicate == I.term("number") and number % 3 == 0 else quad


def misread(number: int, quad: Quad) -> Quad:
    is_number = quad.predicate == I.term("number") and isinstance(quad.object, Literal)
    return changed(quad, Literal(int(quad.object.value) + 1)) if is_number and number % 4 == 0 else quad  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def shapes(real_build: Built) -> TripleIndex:
    return TripleIndex(quad for quad in real_build.quads if quad.graph_name == I.graph("shapes"))


def test_the_queries_are_those_of_the_shapes(shapes: TripleIndex) -> None:
    texts = [shapes.value(NamedNode(f"https://w3id.org/initiative-lod/shapes#{name}"), SH.select) for name in NAMES]
    digests = [known_constraints.digest(text.value) for text in texts if isinstance(text, Literal)]
    assert digests == list(known_constraints.KNOWN)


@pytest.fixture(scope="module", params=[lambda number, quad: quad, shift, reword, drop, misread])
def data(request: pytest.FixtureRequest, real_build: Built) -> TripleIndex:
    """The Initiative's statements, changed in one way."""
    change: Change = request.param
    others = (change(number, quad) for number, quad in enumerate(real_build.quads))
    return TripleIndex(quad for quad in others if quad is not None)


@pytest.mark.parametrize("name", NAMES)
def test_no_node_is_passed_that_the_query_finds(
    shapes: TripleIndex, data: TripleIndex, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    constraint = NamedNode(f"https://w3id.org/initiative-lod/shapes#{name}")
    known = ConstraintQueries(shapes, data).nodes(constraint)
    monkeypatch.setattr(known_constraints, "KNOWN", {})
    found = ConstraintQueries(shapes, data).nodes(constraint)
    assert found <= known
    assert len(known) <= len(found) + 40  # what is open is little more
