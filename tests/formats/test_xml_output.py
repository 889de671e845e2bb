"""What XML cannot hold is refused by name, and what it can comes back as it was."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from initiative_lod.errors import UnwritableError
from initiative_lod.formats import RDF_XML
from initiative_lod.vocabulary import RDF

A = NamedNode("http://harbour.example/a")


def written(*pairs: tuple[str, Literal | NamedNode]) -> tuple[bytes, list[Triple]]:
    triples = [Triple(A, NamedNode(predicate), value) for predicate, value in pairs]
    return RDF_XML.write(triples), triples


@pytest.mark.parametrize(
    "predicate",
    ["http://harbour.example/2024", "http://harbour.example/", "urn:isbn:1-2", f"{RDF.iri}li", f"{RDF.iri}Description"],
)
def test_a_predicate_that_can_be_no_element_is_named(predicate: str) -> None:
    with pytest.raises(UnwritableError) as refused:
        written((predicate, Literal("v")))
    assert refused.value.message is not None
    assert refused.value.message.values["iri"] == predicate


@pytest.mark.parametrize(
    "predicate", ["http://harbour.example/港口", "http://harbour.example/x%20y", "http://h/a.b-c1", f"{RDF.iri}_1"]
)
def test_a_predicate_that_ends_in_a_name_is_written(predicate: str) -> None:
    content, triples = written((predicate, Literal("v")))
    assert [quad.triple for quad in parse(content, RdfFormat.RDF_XML)] == triples


@pytest.mark.parametrize("text", ["one\r\ntwo", "\r", "a\tb\nc", "]]>", "<&\"'>", "𝒳", "\u2028", "\ufeffx"])
def test_a_string_comes_back_as_it_was(text: str) -> None:
    content, triples = written(("http://harbour.example/p", Literal(text)))
    assert [quad.triple for quad in parse(content, RdfFormat.RDF_XML)] == triples
    assert b"\r" not in content


@pytest.mark.parametrize(("text", "name"), [("a\x01b", "U+0001"), ("\x0b", "U+000B"), ("\uffff", "U+FFFF")])
def test_a_character_that_xml_has_not_is_named(text: str, name: str) -> None:
    with pytest.raises(UnwritableError) as refused:
        written(("http://harbour.example/p", Literal(text)))
    assert refused.value.message is not None
    assert refused.value.message.values["name"] == name


def test_a_class_that_can_be_no_element_is_written_as_a_value() -> None:
    content, triples = written((RDF.type.value, NamedNode("http://e/2024")), ("http://e/p", Literal("v")))
    assert {quad.triple for quad in parse(content, RdfFormat.RDF_XML)} == set(triples)
    with pytest.raises(UnwritableError):
        written((RDF.type.value, NamedNode("http://e/2024")))


def test_a_class_that_can_be_no_element_may_stand_between_other_subjects_and_in_two_graphs() -> None:
    other, graph = NamedNode("http://harbour.example/b"), NamedNode("http://harbour.example/graph")
    plain, named = NamedNode("http://harbour.example/p"), NamedNode("http://harbour.example/")
    first, between = Triple(A, plain, other), Triple(other, plain, A)
    class_ = Triple(A, NamedNode(RDF.type.value), named)
    prefixes = {"h": "http://harbour.example/"}
    content = RDF_XML.write([first, between, class_], prefixes)
    assert {quad.triple for quad in parse(content, RdfFormat.RDF_XML)} == {first, between, class_}
    # The first once more, in a graph, which the format does not have: no other statement stands before the class then.
    again = Quad(first.subject, first.predicate, first.object, graph)
    content = RDF_XML.write([first, between, class_, again], prefixes)
    assert {quad.triple for quad in parse(content, RdfFormat.RDF_XML)} == {first, between, class_}
