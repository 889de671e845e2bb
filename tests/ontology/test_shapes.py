"""Every constraint can go red: each has invalid examples, whose expected reports stand in their own files.

An example is ``valid/minimal.ttl`` after a SPARQL update of ``invalid/<constraint>.ru``, which may hold several cases::

    # case: what is wrong
    # expect: Violation Clause-number MinCount <id/example/action/1/clause/2>
    DELETE DATA { … }
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.validation.oxigraph_queries import FocusGraph
from initiative_lod.validation.shacl import read, read_shapes, validate

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
SHAPES = DEFAULT_BASE + "shapes#"
SH = "http://www.w3.org/ns/shacl#"
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Case:
    """One invalid example: the update that breaks the valid one, and the rows that its report must have."""

    constraint: str
    what: str
    update: str
    expected: frozenset[Row]

    def __str__(self) -> str:
        return f"{self.constraint}: {self.what}"

    def data(self) -> list[Quad]:
        """The valid example, broken."""
        store = Store()
        store.extend(valid())
        store.update(self.update)
        return list(store)


@cache
def valid() -> tuple[Quad, ...]:
    return tuple(read(ONTOLOGY / "examples" / "valid" / "minimal.ttl"))


@cache
def shapes() -> tuple[Quad, ...]:
    return tuple(read_shapes((ONTOLOGY / "shapes").glob("*.ttl")))


@cache
def ontology() -> tuple[Quad, ...]:
    return tuple(read(ONTOLOGY / "initiative.ttl"))


def cases() -> Iterator[Case]:
    for path in sorted((ONTOLOGY / "examples" / "invalid").glob("*.ru")):
        prologue, *blocks = re.split(r"^# case: ", path.read_text("utf-8"), flags=re.MULTILINE)
        for block in blocks:
            expected = re.findall(r"^# expect: (\S+) (\S+) (\S+) <(.*)>$", block, re.MULTILINE)
            yield Case(path.stem, block.split("\n", 1)[0], prologue + "#" + block, frozenset(expected))


CASES = tuple(cases())
FIRST = tuple({case.constraint: case for case in reversed(CASES)}.values())


def named(kind: str) -> set[str]:
    return {
        quad.subject.value.removeprefix(SHAPES)
        for quad in shapes()
        if quad.predicate == RDF_TYPE and quad.object == NamedNode(SH + kind) and isinstance(quad.subject, NamedNode)
    }


def constraints() -> set[str]:
    return named("PropertyShape") | named("SPARQLConstraint")


def rows(data: Iterable[Quad], with_shapes: Iterable[Quad]) -> frozenset[Row]:
    report = validate(data, with_shapes, ontology=ontology())
    return frozenset(
        (
            result.severity,
            result.named.removeprefix(SHAPES),
            result.component.removesuffix("ConstraintComponent"),
            result.focus.value.removeprefix(DEFAULT_BASE),
        )
        for result in report.results
    )


def only(wanted: Iterable[str]) -> list[Quad]:
    """The shapes graph with no other constraint in it than ``wanted`` (and what these hang on)."""
    links = {NamedNode(SH + "property"), NamedNode(SH + "sparql")}
    kept = {NamedNode(SHAPES + name) for name in wanted}
    while True:
        holders = {quad.subject for quad in shapes() if quad.predicate in links and quad.object in kept}
        if holders <= kept:
            break
        kept |= holders  # type: ignore[arg-type]
    return [quad for quad in shapes() if quad.predicate not in links or quad.object in kept]


def test_the_valid_example_conforms_with_no_result_at_all() -> None:
    report = validate(valid(), shapes(), ontology=ontology())
    assert report.results == ()
    assert report.conforms
    assert report.silent == (), "a shape that finds nothing to look at in the valid example proves nothing"


def test_every_constraint_has_an_invalid_example() -> None:
    assert {case.constraint for case in CASES} == constraints()
    assert len(CASES) >= 200
    for case in CASES:
        assert case.constraint in {name for _, name, _, _ in case.expected}, case


def test_every_parameter_of_a_property_shape_has_a_case() -> None:
    """A property shape may hold several constraints (SHACL core): each of them is seen to fire."""
    components = {
        "minCount": "MinCount",
        "maxCount": "MaxCount",
        "class": "Class",
        "datatype": "Datatype",
        "nodeKind": "NodeKind",
        "minInclusive": "MinInclusive",
        "maxInclusive": "MaxInclusive",
        "minLength": "MinLength",
        "pattern": "Pattern",
        "languageIn": "LanguageIn",
        "uniqueLang": "UniqueLang",
        "disjoint": "Disjoint",
        "lessThan": "LessThan",
        "lessThanOrEquals": "LessThanOrEquals",
        "hasValue": "HasValue",
        "qualifiedMinCount": "QualifiedMinCount",
        "qualifiedMaxCount": "QualifiedMaxCount",
    }
    held = {
        (quad.subject.value.removeprefix(SHAPES), components[quad.predicate.value.removeprefix(SH)])
        for quad in shapes()
        if quad.predicate.value.removeprefix(SH) in components and isinstance(quad.subject, NamedNode)
    }
    seen = {(name, component) for case in CASES for _, name, component, _ in case.expected if name == case.constraint}
    assert {pair for pair in held if pair[0] not in ("InChinese", "InEnglish")} <= seen


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_example_is_found_by_its_constraint(case: Case) -> None:
    assert rows(case.data(), only(name for _, name, _, _ in case.expected)) == case.expected


@pytest.mark.parametrize("case", FIRST, ids=str)
def test_without_its_constraint_an_example_passes(case: Case) -> None:
    """The mutation: what is not looked for is not found, so it was this constraint and no other that found it."""
    switch = Quad(
        NamedNode(SHAPES + case.constraint),
        NamedNode(SH + "deactivated"),
        Literal(True),
    )
    found = rows(case.data(), [*only(name for _, name, _, _ in case.expected), switch])
    assert found == {row for row in case.expected if row[1] != case.constraint}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_other_shape_finds_anything_in_an_example(case: Case) -> None:
    assert rows(case.data(), shapes()) == case.expected


def test_every_shape_and_constraint_speaks_chinese_and_english() -> None:
    for name in constraints() | named("NodeShape"):
        for predicate in (SH + "message", RDFS + "label"):
            found = [
                quad.object.language
                for quad in shapes()
                if quad.subject == NamedNode(SHAPES + name)
                and quad.predicate.value == predicate
                and isinstance(quad.object, Literal)
            ]
            assert sorted(str(language) for language in found) == ["en", "zh"], (name, predicate)


def test_every_shape_has_a_severity_and_says_where_it_is_defined() -> None:
    for name in named("NodeShape") | named("PropertyShape"):
        assert len(_objects(name, SH + "severity")) == 1, name
    for name in constraints() | named("NodeShape"):
        assert _objects(name, RDFS + "isDefinedBy") == [NamedNode(DEFAULT_BASE + "shapes")], name


def test_a_constraint_has_the_severity_of_the_one_shape_that_holds_it() -> None:
    """Of an ``sh:sparql`` constraint the shape's severity counts (SHACL §5.3), so a constraint hangs on one shape."""
    for name in constraints():
        holders = [
            quad.subject
            for quad in shapes()
            if quad.predicate.value in (SH + "property", SH + "sparql") and quad.object == NamedNode(SHAPES + name)
        ]
        assert len(holders) == 1, name


def test_shapes_have_no_blank_node_and_name_no_document() -> None:
    for quad in shapes():
        assert isinstance(quad.subject, NamedNode), quad
        assert isinstance(quad.object, NamedNode | Literal), quad
    for path in (ONTOLOGY / "shapes").glob("*.ttl"):
        assert "wic-2020" not in path.read_text("utf-8"), path


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in FIRST if case.constraint in named("SPARQLConstraint")], ids=str)
def test_rdflib_finds_what_oxigraph_finds(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The constraints' queries mean the same to another engine, whose pre-binding of ``$this`` is its own."""
    data, wanted = case.data(), only([case.constraint])
    found = rows(data, wanted)
    assert found
    monkeypatch.delattr(FocusGraph, "query")
    assert rows(data, wanted) == found


def _objects(name: str, predicate: str) -> list[object]:
    subject = NamedNode(SHAPES + name)
    return [quad.object for quad in shapes() if quad.subject == subject and quad.predicate.value == predicate]
