"""What a description holds, and that every representation of it holds the same."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize
from rdflib import BNode, Dataset, Graph
from rdflib.compare import isomorphic

from initiative_lod import release
from initiative_lod.documents import incoming, links, representation
from initiative_lod.documents.negotiation import Offer
from initiative_lod.documents.representation import FORMS, FRAMED, OFFERS, Variant
from initiative_lod.documents.resource import Description, describe, resource_of
from initiative_lod.formats import HTML, JSON_LD, N_QUADS, N_TRIPLES, TURTLE, GraphFormat
from initiative_lod.iris import Iris
from initiative_lod.labels import natural
from initiative_lod.release import Edition, Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import DCTERMS, FOAF, OA, RDF, SKOS

RDF_OFFERS = [offer for offer in OFFERS if offer.media is not HTML]
DOCUMENT = "id/harbour-2031"
CONTEXT = {"context.jsonld": b'{"@context": {}}'}


@pytest.fixture(scope="module")
def opened(harbour_root: Path) -> OpenRelease:
    """A release of the second document."""
    return Publisher(Settings(root=harbour_root).release_folder).current()


def described(opened: OpenRelease, path: str) -> Description:
    found = describe(opened, opened.iris.thing(path))
    assert found is not None
    return found


def resources(opened: OpenRelease) -> list[NamedNode]:
    """Every document that the release can be asked for."""
    found = {quad.subject for quad in opened.store if isinstance(quad.subject, NamedNode)}
    paths = {path.partition("#")[0] for node in found if (path := opened.iris.path(node.value))}
    return [opened.iris.thing(path) for path in sorted(paths)]


def parsed(content: bytes, offer: Offer, context: dict[str, Any]) -> Graph:
    """The triples of a representation, whatever graphs they stand in."""
    if offer.media is JSON_LD:
        document = json.loads(content)
        if isinstance(document, dict):
            document["@context"] = context["@context"]
        quads = parse(json.dumps(document), format=RdfFormat.JSON_LD)
        lines = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
        return Graph().parse(data=lines, format="nt")
    assert isinstance(offer.media, GraphFormat)
    if offer.media.suffix == "hext":  # rdflib reads it, and takes a string for another thing than an xsd:string
        content = Dataset().parse(data=content, format="hext").serialize(format="nquads", encoding="utf-8")
        content, offer = N_QUADS.write(N_QUADS.read(content, "http://e.example/")), Offer(N_QUADS)
    if isinstance(offer.media, GraphFormat) and offer.media.graphs:
        graph = Graph()
        for quad in Dataset().parse(data=content, format=offer.media.name).quads():
            graph.add(quad[:3])
        return graph
    return Graph().parse(data=content, format=offer.media.name)


# What a description holds


def test_an_action_comes_with_its_clauses_evidence_and_spans(opened: OpenRelease) -> None:
    quads = described(opened, f"{DOCUMENT}/action/1").quads
    iris = opened.iris
    subjects = {quad.subject for quad in quads}
    clause = iris.thing(f"{DOCUMENT}/action/1/clause/2")
    assert {iris.thing(f"{DOCUMENT}/action/1"), clause} <= subjects
    assert NamedNode(f"{clause.value}#addressee-shipping-lines") in subjects
    assert NamedNode(f"{clause.value}#condition-1") in subjects
    span = next(quad.object for quad in quads if quad.subject == clause and quad.predicate == iris.term("span"))
    selector = next(quad.object for quad in quads if quad.subject == span and quad.predicate == OA.hasSelector)
    assert {quad.predicate for quad in quads if quad.subject == selector} >= {OA.exact, OA.start, OA.end, OA.prefix}


def test_every_linked_thing_has_its_labels(opened: OpenRelease) -> None:
    quads = described(opened, f"{DOCUMENT}/action/1").quads
    topic = opened.iris.thing("id/topic/schedules")
    said = {quad.object for quad in quads if quad.subject == topic and quad.predicate == SKOS.prefLabel}
    assert said == {Literal("船期", language="zh"), Literal("schedules", language="en")}


def test_an_initiative_brings_its_actions_names_and_not_its_whole_text(opened: OpenRelease) -> None:
    quads = described(opened, DOCUMENT).quads
    action, clause = (opened.iris.thing(f"{DOCUMENT}/action/1{rest}") for rest in ("", "/clause/1"))
    predicates = {quad.predicate for quad in quads if quad.subject == action}
    assert {RDF.type, opened.iris.term("number")} <= predicates
    assert opened.iris.term("text") not in predicates
    assert not [quad for quad in quads if quad.subject == clause]


def test_a_thing_brings_what_points_to_it_with_the_words(opened: OpenRelease) -> None:
    quads = described(opened, "id/group/shipping-lines").quads
    term = opened.iris.term
    clause = opened.iris.thing(f"{DOCUMENT}/action/2/clause/1")
    assert any(quad.subject == clause and quad.predicate == term("text") for quad in quads)
    evidence = NamedNode(f"{clause.value}#addressee-shipping-lines")
    assert any(quad.subject == evidence and quad.predicate == term("span") for quad in quads)
    assert any(quad.predicate == OA.exact and quad.object == Literal("船公司") for quad in quads)


def test_a_mapping_comes_with_its_record(opened: OpenRelease) -> None:
    quads = described(opened, "id/topic/schedules").quads
    assert any(quad.predicate.value.endswith("mapping_justification") for quad in quads)


def test_a_document_says_what_it_is_about(opened: OpenRelease) -> None:
    quads = described(opened, f"{DOCUMENT}/action/1").quads
    about = [quad for quad in quads if quad.predicate == FOAF.primaryTopic]
    assert [(quad.subject, quad.object) for quad in about] == [
        (opened.iris.thing("doc/harbour-2031/action/1"), opened.iris.thing(f"{DOCUMENT}/action/1"))
    ]


def test_a_graph_is_its_content(opened: OpenRelease) -> None:
    graph = opened.iris.graph("shared")
    held = set(opened.quads(graph=graph))
    assert held
    assert held <= set(described(opened, "graph/shared").quads)


def test_nothing_is_known_about_what_is_not_there(opened: OpenRelease) -> None:
    assert describe(opened, opened.iris.thing("id/nothing")) is None
    assert describe(opened, opened.iris.thing(DOCUMENT), page=2) is None


def test_a_thing_of_others_is_described_when_it_is_named(opened: OpenRelease) -> None:
    found = describe(opened, NamedNode("https://example.org/thesaurus/schedules"))
    assert found is not None
    assert any(quad.subject == opened.iris.thing("id/topic/schedules") for quad in found.quads)
    assert describe(opened, NamedNode("https://example.org/thesaurus/unknown")) is None


@pytest.mark.parametrize(
    "path", ["", "/", "id//x", "id/x/", "id/a b", "id/<x>", "id/\x00", "id/é", "id/%41", "x" * 600, "id/\ufffd"]
)
def test_what_can_be_no_path_of_ours(path: str) -> None:
    assert resource_of(Iris(), path) is None


def test_incoming_statements_are_paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one page, where they are as many as a page takes; else in short ones."""
    monkeypatch.setattr(incoming, "PAGE", 200)
    iris, count = Iris(), 210
    topic, graph = iris.thing("id/topic/x"), iris.graph("g")
    quads = [Quad(topic, RDF.type, SKOS.Concept, graph)]
    quads += [Quad(iris.thing(f"id/d/action/{n}"), DCTERMS.subject, topic, graph) for n in range(1, count + 1)]
    made = release.write(tmp_path, quads, Edition("1", "2031-01-01"), CONTEXT, iris)
    opened = OpenRelease.open(made)
    seen: list[str] = []
    for page in (1, 2, 3):
        found = describe(opened, topic, page)
        assert found is not None
        assert (found.page, found.pages) == (page, 3)
        seen += [str(quad.subject)[1:-1] for quad in found.quads if quad.predicate == DCTERMS.subject]
    assert len(seen) == len(set(seen)) == count
    assert seen == sorted(seen, key=natural)
    assert describe(opened, topic, 4) is None
    assert describe(opened, topic, 0) is None
    monkeypatch.setattr(incoming, "PAGE", count)
    whole = describe(opened, topic)
    assert whole is not None
    assert whole.pages == 1
    assert [link.rel for link in links.page_links("/doc/topic/x?page={}".format, 2, 3)] == [
        "first",
        "prev",
        "next",
        "last",
    ]


# How it is written


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of itself
def test_every_representation_is_the_same_graph(opened: OpenRelease) -> None:
    """Of a sample; a proof takes every resource."""
    asked = resources(opened)
    assert len(asked) > 40
    assert_same_graph(opened, random.Random(2031).sample(asked, 20))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of itself
def test_every_representation_of_every_resource_is_the_same_graph(opened: OpenRelease) -> None:
    assert_same_graph(opened, resources(opened))


def assert_same_graph(opened: OpenRelease, asked: list[NamedNode]) -> None:
    """Each resource is read back by rdflib from every representation, and is the same graph."""
    context = opened.release.context
    for node in asked:
        description = describe(opened, node)
        assert description is not None
        expected = parsed(
            representation.render(description, Offer(N_TRIPLES), opened.iris, context), Offer(N_TRIPLES), {}
        )
        assert len(expected) == len({quad.triple for quad in description.quads})
        blank = any(isinstance(term, BNode) for triple in expected for term in triple)
        for offer in (item for item in RDF_OFFERS if item.profile != FRAMED):
            content = representation.render(description, offer, opened.iris, context)
            found = parsed(content, offer, context)
            same = isomorphic(found, expected) if blank else set(found) == set(expected)
            assert same, f"{node.value} as {offer.content_type}"


def test_quads_keep_their_graphs(opened: OpenRelease) -> None:
    description = described(opened, f"{DOCUMENT}/action/1")
    content = representation.render(description, Offer(N_QUADS), opened.iris, opened.release.context).decode()
    assert f"<{opened.iris.base}graph/harbour-2031> ." in content
    assert f"<{opened.iris.base}graph/shared> ." in content


def test_turtle_is_in_reading_order_and_has_prefixes(opened: OpenRelease) -> None:
    description = described(opened, f"{DOCUMENT}/action/1")
    text = representation.render(description, Offer(TURTLE), opened.iris, opened.release.context).decode()
    assert f"@prefix ilod: <{opened.iris.base}ontology#> ." in text
    assert "topic:data-platform" in text
    subjects = [line.split(" ")[0] for line in text.splitlines() if line.startswith("<")]
    assert subjects[0] == f"<{opened.iris.base}{DOCUMENT}/action/1>"
    assert " a ilod:Action ;" in text


def test_the_same_bytes_each_time(opened: OpenRelease) -> None:
    for offer in RDF_OFFERS:
        first, second = (
            representation.render(described(opened, f"{DOCUMENT}/action/1"), offer, opened.iris, opened.release.context)
            for _ in range(2)
        )
        assert first == second


def test_json_ld_carries_the_part_of_the_context_that_it_uses(opened: OpenRelease) -> None:
    description = described(opened, f"{DOCUMENT}/action/1")
    for form, expected in (
        ("", True),
        (FORMS["compacted"], True),
        (FORMS["flattened"], True),
        (FORMS["expanded"], False),
    ):
        content = representation.render(description, Offer(JSON_LD, form), opened.iris, opened.release.context)
        document = json.loads(content)
        assert isinstance(document, dict) is expected
        if expected:
            whole = opened.release.context["@context"]
            assert 0 < len(document["@context"]) < len(whole)
            assert document["@context"].items() <= whole.items()


def test_html_is_not_made_here(opened: OpenRelease) -> None:
    with pytest.raises(ValueError, match="text/html"):
        representation.render(described(opened, DOCUMENT), Offer(HTML), opened.iris, {})


def test_an_entity_tag_is_its_own_for_whatever_changes_the_bytes(opened: OpenRelease) -> None:
    variants = [
        Variant("/doc/x", OFFERS[0]),
        Variant("/doc/y", OFFERS[0]),
        Variant("/doc/x", OFFERS[1]),
        Variant("/doc/x", OFFERS[0], "alt"),
        Variant("/doc/x", OFFERS[0], language="zh"),
        Variant("/doc/x", OFFERS[0], page=2),
        Variant("/doc/x", OFFERS[0], prefix="/lod"),
        Variant("/doc/x", OFFERS[0], argument="http://example.org/"),
        *(Variant("/doc/x", offer) for offer in OFFERS[2:]),
    ]
    tags = [variant.etag(opened.identity, "software") for variant in variants]
    manifest = opened.release.manifest
    manifests = [replace(manifest, digest="0" * 64), replace(manifest, version="2-0"), replace(manifest, files={})]
    others = [replace(opened, release=Release(opened.release.path, item)) for item in manifests]
    tags += [variants[0].etag(opened.identity, "other software")]
    tags += [variants[0].etag(other.identity, "software") for other in others]
    assert len(set(tags)) == len(tags)
    assert variants[0].etag(replace(opened).identity, "software") == tags[0]
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


def test_links_say_where_everything_is() -> None:
    made = links.document_links(
        "/doc/x", "https://example.org/id/x", OFFERS, "https://example.org/licence", "https://example.org/dataset",
        "https://schema.org/Event", "https://example.org/ontology",
    )  # fmt: skip
    value = links.header(made)
    assert value.count('rel="cite-as"') == 1
    assert '<https://example.org/id/x>; rel="cite-as"' in value
    assert '</doc/x.ttl>; rel="alternate"; type="text/turtle"' in value
    assert '</doc/x.ttl>; rel="describedby"; type="text/turtle"' in value
    assert '<https://example.org/licence>; rel="license"' in value
    assert value.count('rel="type"') == 2
    assert str(links.Link("/x", "next", title='a "b" 中')) == '</x>; rel="next"; title="a b "'
