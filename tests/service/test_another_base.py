"""A server of a release under a base of its own: its data and a copy of what is shared, each at the same paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from initiative_lod.iris import SHARED_BASE
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF, SKOS
from pipeline.conftest import make_project
from service.conftest import Live, publish, serve

BASE = "https://harbours.example.org/data/"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    settings = Settings(root=make_project(tmp_path_factory.mktemp("moved") / "project"), base=BASE)
    publish(settings)
    with serve(settings) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "iri"),
    [
        ("harbour-2031/action/2", f"{BASE}id/harbour-2031/action/2"),
        ("topic/schedules", f"{BASE}id/topic/schedules"),
        ("modality/prohibit", f"{SHARED_BASE}id/modality/prohibit"),
        ("role/acts", f"{SHARED_BASE}id/role/acts"),
    ],
)
def test_a_thing_is_found_at_its_path(live: Live, path: str, iri: str) -> None:
    assert live.get(f"/id/{path}").headers["location"] == f"/doc/{path}"
    answer = live.get(f"/doc/{path}", "text/turtle")
    triples = list(parse(answer.content, format=RdfFormat.TURTLE))
    assert any(triple.subject == NamedNode(iri) and triple.predicate == RDF.type for triple in triples)
    assert f'<{iri}>; rel="cite-as"' in answer.headers["link"]
    assert live.get(f"/doc/{path}", "text/html").status_code == 200


@pytest.mark.parametrize("path", ["ontology", "shapes"])
def test_ontology_and_shapes_are_a_copy_of_the_shared_ones(live: Live, path: str) -> None:
    answer = live.get(f"/{path}", "text/turtle")
    assert f"<{SHARED_BASE}{path}>".encode() in answer.content
    assert f"{BASE}{path}".encode() not in answer.content
    assert f'<{SHARED_BASE}{path}>; rel="cite-as"' in answer.headers["link"]
    page = live.get(f"/{path}", "text/html").text
    other_languages = re.compile(r'<link rel="alternate" hreflang="[^"]+" href="([^"]+)">')
    assert {found.partition("?")[0] for found in other_languages.findall(page)} == {f"{BASE}{path}"}
    assert f"{BASE}{path}" not in other_languages.sub("", page)  # of the copy, those are addresses and no names


def test_the_context_is_the_shared_one(live: Live) -> None:
    assert live.get("/context.jsonld").json()["@context"]["ilod"] == f"{SHARED_BASE}ontology#"


def test_json_ld_reads_the_same_without_and_with_the_base(live: Live) -> None:
    document = live.get("/doc/harbour-2031/action/2/clause/1", "application/ld+json").json()
    clause = next(item for item in document["@graph"] if item["id"].endswith("id/harbour-2031/action/2/clause/1"))
    assert clause["modality"] == f"{SHARED_BASE}id/modality/prohibit"
    assert clause["isPartOf"] == f"{BASE}id/harbour-2031/action/2"


def test_the_space_of_the_dataset_is_its_base(live: Live) -> None:
    for form in ("text/turtle", "text/html"):
        assert live.get("/dataset", form).status_code == 200
    assert f"<{BASE}dataset>".encode() in live.get("/dataset", "application/n-triples").content


def test_queries_have_the_shared_prefix(live: Live) -> None:
    page = live.get("/sparql", "text/html").text
    assert f"PREFIX ilod: &lt;{SHARED_BASE}ontology#&gt;" in page
    query = f"""PREFIX ilod: <{SHARED_BASE}ontology#>
    ASK {{ <id/harbour-2031/action/2/clause/1> ilod:modality <{SHARED_BASE}id/modality/prohibit> }}"""
    accept = {"accept": "application/sparql-results+json"}
    assert live.client.get(f"{live.url}/sparql", params={"query": query}, headers=accept).json()["boolean"] is True


def test_a_saved_question_asks_under_the_base(live: Live) -> None:
    answer = live.get("/questions/prohibitions", "application/json").json()
    assert f"<{SHARED_BASE}id/modality/prohibit>" in answer["query"]
    assert [row["clause"]["value"] for row in answer["results"]["bindings"]] == [
        f"{BASE}id/harbour-2031/action/2/clause/{number}" for number in (1, 2)
    ]


def test_what_is_shared_is_found_as_our_own(live: Live) -> None:
    hits = live.get("/search?q=prohibit&type=Modality", "application/json").json()["results"]
    assert hits[0]["iri"] == f"{SHARED_BASE}id/modality/prohibit"


def test_what_follows_from_the_ontology_is_stated_of_both(live: Live) -> None:
    opened = live.opened
    inferred = {str(quad.subject)[1:-1] for quad in opened.quads(graph=opened.iris.graph("inferred"))}
    assert f"{BASE}id/harbour-2031/action/2" in inferred
    assert not {iri for iri in inferred if not opened.iris.owns(iri)}
    assert opened.holds(NamedNode(f"{SHARED_BASE}id/modality/prohibit"), SKOS.prefLabel)
