"""Every constraint can go red: each has invalid examples, whose expected reports stand in their own files.

An example is ``valid/minimal.ttl`` after a SPARQL update of ``invalid/<constraint>.ru``, which may hold several cases::

    # case: what is wrong
    # expect: Violation Clause-number MinCount <id/example/action/1/clause/2>
    DELETE DATA { … }

The examples of one node shape are validated in one run, each in a space of names of its own, so that none is a part of
another; a proof (``make proofs``) validates each alone and sees the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.validation.prefilter import Prefilter
from initiative_lod.validation.report import Result
from initiative_lod.validation.shacl import validate
from initiative_lod.validation.shapes_graph import read, read_shapes
from initiative_lod.validation.triple_index import TripleIndex

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
SHAPES = DEFAULT_BASE + "shapes#"
ONTOLOGY_TERMS = DEFAULT_BASE + "ontology#"
SH = "http://www.w3.org/ns/shacl#"
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
LABELS = [NamedNode(f"http://www.w3.org/2004/02/skos/core#{name}Label") for name in ("pref", "alt")]

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

    @property
    def group(self) -> str:
        """The node shape that its constraint belongs to."""
        return self.constraint.partition("-")[0]

    def apart(self, other: Case) -> bool:
        """Neither expects a row of the other's constraint."""
        named, others = ({name for _, name, _, _ in case.expected} for case in (self, other))
        return other.constraint not in named and self.constraint not in others

    def data(self) -> tuple[Quad, ...]:
        """The valid example, broken."""
        return broken(self.update)


@cache
def valid() -> tuple[Quad, ...]:
    return tuple(read(ONTOLOGY / "examples" / "valid" / "minimal.ttl"))


@cache
def broken(update: str) -> tuple[Quad, ...]:
    store = Store()
    store.extend(valid())
    store.update(update)
    return tuple(store)


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


def row(result: Result) -> Row:
    return (
        result.severity,
        result.named.removeprefix(SHAPES),
        result.component.removesuffix("ConstraintComponent"),
        result.focus.value.removeprefix(DEFAULT_BASE),
    )


def rows(data: Iterable[Quad], with_shapes: Iterable[Quad], prefiltered: bool = True) -> frozenset[Row]:
    report = validate(data, with_shapes, ontology=ontology(), prefiltered=prefiltered)
    return frozenset(row(result) for result in report.results)


@cache
def shared_names() -> frozenset[str]:
    """The IRIs that all examples use: of the ontology, of the shapes, and what stands as a property or a class."""
    terms = {term for quad in (*ontology(), *shapes()) for term in (quad.subject, quad.predicate, quad.object)}
    terms |= {quad.predicate for case in CASES for quad in case.data()}
    terms |= {quad.object for case in CASES for quad in case.data() if quad.predicate == RDF_TYPE}
    named = {term.value for term in terms if isinstance(term, NamedNode)}
    in_queries = ("https://w3id.org/sssom/NoTermFound", f"{DEFAULT_BASE}id/modality")
    return frozenset({*named, *in_queries})


def in_own_space(number: int, case: Case) -> Iterator[Quad]:
    """The data of an example, with ``case-<number>/`` in each IRI that is its own: after ``id/``, or the authority.

    A scheme that a query names is the scheme of all, so a concept has the number in its labels as well: else it would
    be called as that concept is in every other example.
    """

    @cache
    def own(term: Any) -> Any:
        if not isinstance(term, NamedNode) or term.value in shared_names() or term.value.startswith(ONTOLOGY_TERMS):
            return term
        place = re.match(rf"{re.escape(DEFAULT_BASE)}(?:id/)?|https?://[^/]+/|[^:]+:", term.value)
        assert place is not None
        return NamedNode(f"{place[0]}case-{number}/{term.value[place.end() :]}")

    for quad in case.data():
        value = own(quad.object)
        if quad.predicate in LABELS and isinstance(value, Literal):
            value = Literal(f"{value.value} {number}", language=value.language)
        yield Quad(own(quad.subject), quad.predicate, value)


def rows_together(cases: Sequence[Case], with_shapes: Iterable[Quad]) -> dict[Case, frozenset[Row]]:
    """The rows of each example, all of them validated in one run."""
    data = [quad for number, case in enumerate(cases) for quad in in_own_space(number, case)]
    found: dict[Case, set[Row]] = {case: set() for case in cases}
    for result in validate(data, with_shapes, ontology=ontology()).results:
        severity, name, component, focus = row(result)
        owner = re.search(r"case-(\d+)/", focus)
        assert owner is not None, f"{name} was found at {focus}, which is no example's own"
        found[cases[int(owner[1])]].add((severity, name, component, focus.replace(owner[0], "", 1)))
    return {case: frozenset(rows) for case, rows in found.items()}


@cache
def rows_of_group(group: str) -> dict[Case, frozenset[Row]]:
    """The rows of every example of one node shape, under all constraints that any of them expects."""
    cases = [case for case in CASES if case.group == group]
    return rows_together(cases, only(name for case in cases for _, name, _, _ in case.expected))


@cache
def rows_without(group: str) -> dict[Case, frozenset[Row]]:
    """The rows of the first example of each constraint of one node shape, with that constraint switched off.

    In one run those constraints are off together of which no example expects another's row.
    """
    left, found = [case for case in FIRST if case.group == group], dict[Case, frozenset[Row]]()
    while left:
        cases: list[Case] = []
        for case in left:
            if all(case.apart(other) for other in cases):
                cases.append(case)
        switches = [
            Quad(NamedNode(SHAPES + case.constraint), NamedNode(SH + "deactivated"), Literal(True)) for case in cases
        ]
        expected = only(name for case in cases for _, name, _, _ in case.expected)
        found |= rows_together(cases, [*expected, *switches])
        left = [case for case in left if case not in found]
    return found


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


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_example_is_found_by_its_constraint(case: Case) -> None:
    assert rows_of_group(case.group)[case] == case.expected


@pytest.mark.parametrize("case", FIRST, ids=str)
def test_without_its_constraint_an_example_passes(case: Case) -> None:
    """The mutation: what is not looked for is not found, so it was this constraint and no other that found it."""
    assert rows_without(case.group)[case] == {row for row in case.expected if row[1] != case.constraint}


@pytest.mark.slow
def test_no_other_shape_finds_anything_in_an_example() -> None:
    found = rows_together(CASES, shapes())
    assert {str(case): found[case] for case in CASES if found[case] != case.expected} == {}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_example_alone_has_the_rows_that_it_has_among_others(case: Case) -> None:
    assert rows(case.data(), only(name for _, name, _, _ in case.expected)) == case.expected
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


def test_each_shape_takes_the_road_past_the_processor() -> None:
    """Nothing in our shapes is left to pySHACL for being unknown: in a valid example it looks at no node."""
    data = [*valid(), *ontology()]
    prefilter = Prefilter(TripleIndex(shapes()), TripleIndex(data))
    assert prefilter.remaining() == {}
    assert prefilter.undecided == {}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_pyshacl_alone_finds_the_same(case: Case) -> None:
    data, wanted = case.data(), only(name for _, name, _, _ in case.expected)
    assert rows(data, wanted, prefiltered=False) == rows(data, wanted)


def _objects(name: str, predicate: str) -> list[object]:
    subject = NamedNode(SHAPES + name)
    return [quad.object for quad in shapes() if quad.subject == subject and quad.predicate.value == predicate]
