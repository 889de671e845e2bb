"""Framed JSON-LD: nested, of steady shape, by a JSON Schema that is served; and still a part of the same graph."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pyld import jsonld
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from initiative_lod.documents import json_tree
from initiative_lod.documents.representation import FRAMED
from initiative_lod.documents.resource import Description, describe
from initiative_lod.formats.subject_statements import by_subject
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, XSD
from service.conftest import Live

VALIDATOR = Draft202012Validator(json.loads(json_tree.schema()))
LD = "application/ld+json"


def triples_of(content: bytes) -> set[Triple]:
    return {quad.triple for quad in parse(content, RdfFormat.JSON_LD)}


def in_documents(opened: OpenRelease) -> set[NamedNode]:
    """Every document, text, part and condition, whatever its kind: what has parts, is one, or is realised by a text."""
    found = set()
    for predicate in (DCTERMS.hasPart, DCTERMS.isPartOf, opened.iris.term("condition"), opened.iris.term("text")):
        for triple in opened.triples(None, predicate):
            found |= {term for term in (triple.subject, triple.object) if isinstance(term, NamedNode)}
    return {term for term in found if (opened.iris.path(term.value) or "").startswith("id/") and "#" not in term.value}


def check(opened: OpenRelease, resource: NamedNode) -> dict[str, Any]:
    description = describe(opened, resource)
    assert description is not None
    content = json_tree.tree(description, opened.iris, opened.release.context)
    document: dict[str, Any] = json.loads(content)
    faults = [f"{resource.value} {error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(document)]
    assert faults == []
    found = triples_of(content)
    assert found <= {quad.triple for quad in description.quads}
    assert {triple for triple in found if triple.subject == resource} == {
        quad.triple for quad in description.quads if quad.subject == resource
    }
    assert document["id"] == resource.value
    return document


@pytest.mark.thorough
def test_every_part_of_every_document_is_a_tree_by_the_schema(real: Live, harbour: Live) -> None:
    for resource in in_documents(harbour.opened):
        check(harbour.opened, resource)
    found = sorted(in_documents(real.opened), key=str)
    assert len(found) > 120
    for resource in found[::8]:  # each stands in the tree of the part above it as well
        check(real.opened, resource)


@pytest.mark.slow
def test_every_part_of_the_real_release(real: Live) -> None:
    for resource in in_documents(real.opened):
        check(real.opened, resource)


def test_other_things_are_trees_as_well(real: Live) -> None:
    for path in ("id/topic/data-security", "id/institution/un", "id/modality/support", "dataset", "ontology"):
        resource = real.opened.iris.thing(path)
        if describe(real.opened, resource) is not None:
            check(real.opened, resource)


def test_the_tree_of_an_action_says_in_each_clause_what_and_by_which_words(real: Live) -> None:
    action = check(real.opened, real.opened.iris.thing("id/wic-2020/action/8"))
    assert [clause["number"] for clause in action["hasPart"]] == list(range(1, len(action["hasPart"]) + 1))
    assert [sentence["number"] for sentence in action["sentence"]] == [1, 2]
    evidence = [item for clause in action["hasPart"] for item in clause.get("evidence", ())]
    assert {item["onProperty"][0]["id"].rpartition("#")[2] for item in evidence} >= {"modality", "topic"}
    quoted = [item["span"][0]["hasSelector"][0]["exact"] for item in evidence if "span" in item]
    assert quoted
    assert all(words in action["text"]["zh"] for words in quoted)


def test_it_is_asked_for_by_profile_and_links_to_its_schema(real: Live) -> None:
    by_accept = real.get("/doc/wic-2020/action/8", f'{LD};profile="{FRAMED}"')
    by_argument = real.get("/doc/wic-2020/action/8?_profile=framed")
    assert by_accept.content == by_argument.content
    assert by_argument.headers["content-type"] == f'{LD};profile="{FRAMED}"'
    assert by_argument.headers["content-location"] == "/doc/wic-2020/action/8.jsonld?_profile=framed"
    assert by_argument.headers["etag"] != real.get("/doc/wic-2020/action/8.jsonld").headers["etag"]
    link = '</tree.schema.json>; rel="describedby"; type="application/schema+json"'
    assert link in by_argument.headers["link"]
    assert "tree.schema.json" not in real.get("/doc/wic-2020/action/8.jsonld").headers["link"]


def test_the_schema_is_served(real: Live) -> None:
    answer = real.get("/tree.schema.json")
    assert answer.headers["content-type"] == "application/schema+json"
    Draft202012Validator.check_schema(answer.json())
    assert answer.content == json_tree.schema()
    assert real.get("/tree.schema.json", "application/json").headers["content-type"] == "application/json"
    assert real.get("/tree.schema.json", "text/turtle").status_code == 406
    assert real.get("/tree.schema.json", if_none_match=answer.headers["etag"]).status_code == 304


@pytest.mark.thorough
def test_two_readers_agree_on_a_tree(real: Live) -> None:
    content = real.get("/doc/wic-2020/pillar/2?_profile=framed").content
    lines = jsonld.to_rdf(json.loads(content), {"format": "application/n-quads"})
    assert {quad.triple for quad in parse(lines.encode(), RdfFormat.N_QUADS)} == triples_of(content)


# Of any nesting, by a description made here

I = Iris()
CONTEXT = {
    "@context": {
        "@version": 1.1, "h": "http://harbour.example/", "id": "@id", "type": "@type",
        "hasPart": {"@id": str(DCTERMS.hasPart)[1:-1], "@type": "@id"},
        "label": {"@id": str(RDFS.label)[1:-1], "@container": "@language"},
        "says": {"@id": "h:says", "@type": "@id"},
    }
}  # fmt: skip


def part(name: str) -> NamedNode:
    return NamedNode(f"http://harbour.example/{name}")


def made(*triples: tuple[NamedNode, NamedNode, NamedNode | Literal]) -> dict[str, Any]:
    quads = tuple(Quad(*triple, DefaultGraph()) for triple in triples)
    content = json_tree.tree(Description(triples[0][0], triples[0][0], by_subject(quads)), I, CONTEXT)
    document: dict[str, Any] = json.loads(content)
    assert list(VALIDATOR.iter_errors(document)) == []
    assert triples_of(content) == {quad.triple for quad in quads}
    return document


def test_parts_of_any_kind_nest_to_any_depth_in_the_order_of_their_numbers() -> None:
    chapter, numbers = I.term("Part"), ("title/1", "title/1/chapter/1", "title/1/chapter/1/article/1")
    chain = [
        (part(above), DCTERMS.hasPart, part(below)) for above, below in zip(("law", *numbers), numbers, strict=False)
    ]
    siblings = [
        fact
        for number in (10, 2, 1)
        for fact in (
            (part(numbers[-1]), DCTERMS.hasPart, part(f"paragraph/{number}")),
            (part(f"paragraph/{number}"), I.term("number"), Literal(str(number), datatype=XSD.integer)),
            (part(f"paragraph/{number}"), RDF.type, chapter),
        )
    ]
    node = made(*chain, *siblings)
    for name in numbers:
        (node,) = node["hasPart"]
        assert node["id"] == part(name).value
    assert [item["id"].rpartition("/")[2] for item in node["hasPart"]] == ["1", "2", "10"]


def test_parts_in_a_circle_end() -> None:
    a, b = part("a"), part("b")
    node = made((a, DCTERMS.hasPart, b), (b, DCTERMS.hasPart, a))
    assert node["hasPart"] == [{"id": b.value, "hasPart": [a.value]}] or node["hasPart"][0]["hasPart"] == [
        {"id": a.value}
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_a_property_has_one_shape(count: int) -> None:
    named, unnamed = part("named"), part("unnamed")
    node = made(
        *((part("x"), part("says"), target) for target in (named, unnamed)[:count]),
        (named, RDFS.label, Literal("n", language="en")),
    )
    assert node["says"] == [{"id": named.value, "label": {"en": "n"}}, {"id": unnamed.value}][:count]


@pytest.mark.parametrize("text", ["8", "08", "+8", "-0", "9007199254740993", "1e3"])
def test_a_number_is_a_number_where_json_says_the_same(text: str) -> None:
    made((part("x"), part("n"), Literal(text, datatype=XSD.integer)))
    made((part("x"), part("n"), Literal(text, datatype=XSD.boolean)))
