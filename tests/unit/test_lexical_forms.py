"""Literals as they were written, found in a file that is read block by block."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.labels import LABELS
from initiative_lod.release import Edition
from initiative_lod.release.lexical_forms import LexicalForms, Rewritten
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import RDF, RDFS, SKOS, XSD

GRAPH = NamedNode("https://example.org/g")
NUMBERS = 3000


def subject(number: int) -> NamedNode:
    return NamedNode(f"https://example.org/{number:05d}{'/long' * (number % 300)}")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of numbers with zeros before them, of which every third has another one beside it."""
    found = Rewritten(f" {GRAPH} .".encode())
    lines: list[bytes] = []
    for number in range(NUMBERS):
        for zeros in ("0", "00") if number % 3 == 0 else ("0",):
            value = Literal(f"{zeros}{number}", datatype=XSD.integer)
            lines += found.see(f"{Quad(subject(number), XSD.integer, value, GRAPH)} .".encode())
    lines += found.finish()
    path = tmp_path_factory.mktemp("forms") / "exact.tsv"
    path.write_bytes(b"".join(sorted(lines)))
    return path


def stored(number: int) -> Quad:
    return Quad(subject(number), XSD.integer, Literal(str(number), datatype=XSD.integer), GRAPH)


def test_each_is_found(record: Path) -> None:
    forms = LexicalForms(record)
    for number in range(NUMBERS):
        written = (f"0{number}", f"00{number}") if number % 3 == 0 else (f"0{number}",)
        found = {quad.object for quad in forms.restore([stored(number)])}
        assert found == {Literal(value, datatype=XSD.integer) for value in written}


def test_what_is_not_in_it_stays(record: Path) -> None:
    forms = LexicalForms(record)
    assert list(forms.restore([stored(NUMBERS + 1)])) == [stored(NUMBERS + 1)]
    assert list(LexicalForms(record.with_name("none")).restore([stored(1)])) == [stored(1)]


def test_a_file_that_is_cut_is_said_to_be(record: Path, tmp_path: Path) -> None:
    """Else a number would be told as it was not written."""
    path = tmp_path / "cut.tsv"
    path.write_bytes(record.read_bytes())
    forms = LexicalForms(path)
    path.write_bytes(b"")
    with pytest.raises(OSError, match="has been cut"):
        list(forms.restore([stored(7)]))


def test_the_literals_of_a_short_record_are_listed(tmp_path: Path, record: Path) -> None:
    lines = record.read_bytes().splitlines(keepends=True)
    path = tmp_path / "exact.tsv"
    path.write_bytes(b"".join(lines[:5]))
    found = LexicalForms(path).literals()
    assert found is not None
    assert {str(literal).encode() for literal in found} == {line.rstrip().partition(b"\t")[2] for line in lines[:5]}
    assert LexicalForms(tmp_path / "none").literals() == set()
    assert LexicalForms(record).literals() is None  # a long one
    path.write_bytes(b"".join(lines[:5])[:-30])
    assert LexicalForms(path).literals() is None  # a damaged one


def test_values_are_read_ahead_as_they_were_written(tmp_path: Path) -> None:
    """Without their graphs where no number may have been written in another way, and nothing is only inferred."""
    iris = Iris()
    one, two = iris.graph("one"), iris.graph("two")
    zeros, plain, other, third = (iris.thing(f"id/{name}") for name in ("zeros", "plain", "other", "third"))
    quads = {
        Quad(zeros, RDFS.seeAlso, Literal("01", datatype=XSD.integer), one),
        Quad(zeros, RDFS.seeAlso, Literal("1", datatype=XSD.integer), two),
        Quad(zeros, RDFS.label, Literal("zeros", language="en"), one),
        Quad(plain, RDFS.seeAlso, Literal("1", datatype=XSD.integer), one),
        Quad(other, RDFS.seeAlso, Literal("2", datatype=XSD.integer), one),
        Quad(other, RDFS.seeAlso, Literal("2", datatype=XSD.integer), two),
        Quad(other, RDFS.seeAlso, plain, iris.graph("inferred")),  # which nobody has stated
        Quad(third, RDFS.seeAlso, Literal("3", datatype=XSD.integer), one),
        Quad(third, RDFS.seeAlso, Literal("3", datatype=XSD.integer), two),
    }
    made = release.write(
        tmp_path, sorted(quads, key=str), Edition("1.0", "2031-03-05"), {"context.jsonld": b"{}"}, iris
    )
    opened = OpenRelease.open(made)

    def objects(subject: NamedNode, predicate: NamedNode) -> set[object]:
        return {quad.object for quad in opened.property_ahead(subject, predicate, 9) or ()}

    for subject, graphs in ((zeros, {one, two}), (plain, {one}), (other, {one, two}), (third, {DefaultGraph()})):
        found = opened.values_ahead(subject, 100)
        assert {quad.graph_name for quad in found} == graphs
        stated = {(quad.predicate, quad.object) for quad in quads if quad.subject == subject and quad.object != plain}
        assert {(item.predicate, item.object) for item in found} == stated
    assert opened.property_ahead(zeros, RDFS.label, 9) == [Quad(zeros, RDFS.label, Literal("zeros", language="en"))]
    assert opened.property_ahead(zeros, RDFS.label, 1) is None  # as there may be more
    assert objects(zeros, RDFS.seeAlso) == {Literal("01", datatype=XSD.integer), Literal("1", datatype=XSD.integer)}
    assert objects(other, RDFS.seeAlso) == {Literal("2", datatype=XSD.integer)}  # and not what is only inferred
    assert objects(third, RDFS.seeAlso) == {Literal("3", datatype=XSD.integer)}
    assert opened.property_ahead(plain, RDFS.label, 9) == []
    assert opened.property_ahead(plain, SKOS.prefLabel, 9) == ()  # a name that nothing in the release has
    assert len(opened.values_ahead(zeros, 2)) == 2
    assert opened.values_ahead(iris.thing("id/nothing"), 2) == []


def test_values_of_all_subjects_are_those_of_their_graphs(harbour_root: Path) -> None:
    made = release.current(harbour_root / "releases")
    assert made is not None
    opened = OpenRelease.open(made)
    subjects = {quad.subject for quad in opened.store}
    assert len(subjects) > 1000
    without_graphs = ahead = 0
    for subject in subjects:
        assert isinstance(subject, NamedNode | BlankNode)
        found = opened.values_ahead(subject, 10_000)
        stated = {(quad.predicate, quad.object) for quad in opened.quads(subject)}
        assert {(quad.predicate, quad.object) for quad in found} == stated, subject
        without_graphs += {quad.graph_name for quad in found} == {DefaultGraph()}
        for predicate in {RDF.type, *LABELS, *(predicate for predicate, _ in stated)}:
            values = opened.property_ahead(subject, predicate, 10_000)
            assert values is not None
            assert {quad.object for quad in values} == {value for name, value in stated if name == predicate}
            ahead += len(values)
    assert without_graphs > len(subjects) / 2
    assert ahead > len(subjects)
