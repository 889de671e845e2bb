"""Statements by subject: what is put together of remembered pieces is, byte for byte, what is written in one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.documents import representation
from initiative_lod.documents.representation import FRAMED, OFFERS
from initiative_lod.documents.resource import Description, describe
from initiative_lod.errors import UnwritableError
from initiative_lod.formats import HTML, JSON_LD, RDF_TYPES, RDF_XML
from initiative_lod.formats.graph_format import Triples
from initiative_lod.formats.subject_statements import (
    SubjectStatements,
    all_quads,
    all_triples,
    by_subject,
)
from initiative_lod.release.cached_lookups import CachingRelease
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import RDF

EX = "https://example.org/"
PATHS = (
    "id/harbour-2031",
    "id/harbour-2031/action/1",
    "id/harbour-2031/action/1/clause/1",
    "id/harbour-2031/action/2",
    "id/modality/promote",
    "graph/harbour-2031",
    "dataset",
    "ontology",
)


def node(name: str) -> NamedNode:
    return NamedNode(EX + name)


def quad(subject: NamedNode | BlankNode, predicate: NamedNode, value: NamedNode | BlankNode | Literal) -> Quad:
    return Quad(subject, predicate, value, node("graph"))


def described(opened: OpenRelease, path: str) -> Description:
    found = describe(opened, opened.iris.thing(path))
    assert found is not None, path
    return found


def test_documents_made_one_after_the_other_are_those_that_are_made_alone(harbour_root: Path) -> None:
    made = release.current(harbour_root / "releases")
    assert made is not None
    alone, remembering = OpenRelease.open(made), CachingRelease.open(made)
    together = {path: described(remembering, path) for path in PATHS}
    shared = [item for found in together.values() for item in found.subjects]
    assert len({id(item) for item in shared}) < len(shared) - 100  # which are the same objects in several documents
    for _ in range(2):  # made, then remembered
        for path in PATHS:
            found, expected = together[path], described(alone, path)
            assert found.shared
            assert not expected.shared
            assert found.quads == expected.quads
            assert found.namespaces == expected.namespaces
            for offer in OFFERS:
                if offer.media is not HTML and offer.profile != FRAMED:  # which is made of the triples in any case
                    written = representation.render(found, offer, alone.iris, made.context)
                    assert written == representation.render(expected, offer, alone.iris, made.context), (path, offer)


PLAIN = [
    quad(node("a"), RDF.type, node("Class")),
    quad(node("a"), node("name"), Literal("甲", language="zh")),
    quad(node("a"), node("name"), Literal("a\r\n", language="en")),
    quad(node("a"), node("number"), Literal(5)),
    quad(node("b"), node("knows"), node("a")),
    quad(node("b"), node("knows"), BlankNode("c")),
    quad(BlankNode("c"), node("name"), Literal('"quoted"')),
]
CONTEXTS: dict[str, dict[str, Any]] = {
    "none": {},
    "plain": {"@context": {"ex": EX, "name": {"@id": "ex:name", "@container": "@language"}, "unused": "ex:unused"}},
    "a prefix that is a scheme": {"@context": {"https": EX, "name": f"{EX}name"}},
    "an alias of @graph": {"@context": {"nodes": "@graph", "name": f"{EX}name"}},
    "a list, which is not plain": {"@context": {"knows": {"@id": f"{EX}knows", "@container": "@list"}}},
}


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("form", ["compacted", "expanded", "flattened"])
@pytest.mark.parametrize("first", [0, 4, 7])  # three subjects, two, none
def test_json_ld_of_pieces_is_that_in_one_piece(name: str, form: str, first: int) -> None:
    context, subjects = CONTEXTS[name], by_subject(PLAIN[first:])
    expected = JSON_LD.document(Triples(all_triples(subjects)), context, form)
    for _ in range(2):
        assert JSON_LD.document_of(subjects, context, form) == expected
    assert JSON_LD.document_of(subjects, dict(context), form) == expected  # another one, of the same content


@pytest.mark.parametrize("format", RDF_TYPES, ids=lambda item: item.suffix)
def test_a_format_writes_pieces_as_it_writes_all(format: Any) -> None:
    subjects = by_subject(PLAIN)
    assert [len(item.quads) for item in subjects] == [4, 2, 1]
    statements = all_quads(subjects) if format.graphs else all_triples(subjects)
    assert format.write_subjects(subjects, {"ex": EX}) == format.write(list(statements), {"ex": EX})


def test_rdf_xml_writes_a_class_that_can_be_no_element_second() -> None:
    unnamed = [quad(node("a"), RDF.type, node("1")), quad(node("a"), node("name"), Literal("a"))]
    subjects = by_subject([*unnamed, *PLAIN[4:]])
    assert RDF_XML.write_subjects(subjects) == RDF_XML.write([item.triple for item in all_quads(subjects)])
    with pytest.raises(UnwritableError):  # nothing comes first
        RDF_XML.write_subjects(by_subject([unnamed[0], *PLAIN[4:]]))
    again = by_subject([unnamed[0], *PLAIN[4:], unnamed[1]])  # the subject comes back
    assert RDF_XML.write_subjects(again) == RDF_XML.write([item.triple for item in all_quads(again)])
    with pytest.raises(UnwritableError):
        RDF_XML.write_subjects(by_subject([quad(node("a"), node("1"), Literal("a"))]))
    for letter in ("\x08", "￾", "\uffff"):
        with pytest.raises(UnwritableError, match=f"{ord(letter):04X}"):
            RDF_XML.write_subjects(by_subject([quad(node("a"), node("name"), Literal(letter))]))
    replacement = by_subject([quad(node("a"), node("name"), Literal("�"))])  # its bytes begin as those do
    assert "�".encode() in RDF_XML.write_subjects(replacement)


def test_what_follows_from_statements_is_made_once() -> None:
    subject = SubjectStatements((*PLAIN[:4], Quad(node("a"), RDF.type, node("Class"), DefaultGraph())))
    assert len(subject.triples) == 4
    assert subject.iris == {node("Class")}
    assert subject.objects[node("name")] == [Literal("甲", language="zh"), Literal("a\r\n", language="en")]
    assert subject.namespaces == {EX, RDF.iri, "http://www.w3.org/2001/XMLSchema#"}
    calls: list[SubjectStatements] = []

    def make(item: SubjectStatements) -> int:
        calls.append(item)
        return len(calls)

    assert [subject.of("count", make) for _ in range(3)] == [1, 1, 1]
    assert calls == [subject]
