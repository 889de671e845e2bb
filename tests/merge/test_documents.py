"""What others wrote comes back as they wrote it, in every format of ``/resource``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import Literal, RdfFormat, parse

from initiative_lod import release
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import XSD
from patience import patient
from pipeline.conftest import make_project
from service.conftest import Live, publish, serve

THING = "http://e.example/thing"
SOURCE = f"""@prefix e: <http://e.example/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{THING}> e:count "01"^^<http://www.w3.org/2001/XMLSchema#integer> ; e:rate 2.50 ; skos:prefLabel "甲"@zh-Hans .
e:other e:about <{THING}> ; skos:notation "007"^^<http://www.w3.org/2001/XMLSchema#integer> .
"""
ACTION = "https://w3id.org/initiative-lod/id/harbour-2031/action/1"
COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
MUCH = 3000  # statements about one of our actions
WRITTEN = {
    Literal("01", datatype=XSD.integer),
    Literal("2.50", datatype=XSD.decimal),
    Literal("甲", language="zh-hans"),  # tags are in lower case wherever they come from (RDF 1.1 §3.3)
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of the second document, with a graph merged into it."""
    folder: Path = tmp_path_factory.mktemp("documents")
    settings = patient(Settings(root=make_project(folder / "project")))
    publish(settings)
    start = release.current(settings.release_folder)
    assert start is not None
    (folder / "theirs.ttl").write_text(SOURCE)
    (folder / "much.nt").write_text("".join(f'<{ACTION}> <{COMMENT}> "no. {number}" .\n' for number in range(MUCH)))
    named = tuple(str(folder / name) for name in ("theirs.ttl", "much.nt"))
    made = merge(settings, start, MergeRequest(named=named, retrieved="2031-03-06")).release
    assert made is not None
    release.publish(settings.release_folder, made)
    with serve(settings) as served:
        yield served


def literals(content: bytes, syntax: RdfFormat) -> set[Literal]:
    quads = parse(content, format=syntax)
    return {quad.object for quad in quads if str(quad.subject) == f"<{THING}>" and isinstance(quad.object, Literal)}


@pytest.mark.parametrize(
    ("media", "syntax"), [("text/turtle", RdfFormat.TURTLE), ("application/n-quads", RdfFormat.N_QUADS)]
)
def test_literals_in_rdf_are_as_they_were_written(live: Live, media: str, syntax: RdfFormat) -> None:
    response = live.get(f"/resource?iri={quote(THING)}", media)
    assert response.status_code == 200
    assert literals(response.content, syntax) == WRITTEN


def test_literals_in_json_ld_are_as_they_were_written(live: Live) -> None:
    response = live.get(f"/resource?iri={quote(THING)}", "application/ld+json")
    document = response.json()
    if isinstance(document, dict):
        document["@context"] = live.opened.release.context["@context"]
    assert literals(json.dumps(document).encode(), RdfFormat.JSON_LD) == WRITTEN


def test_literals_on_the_page_are_as_they_were_written(live: Live) -> None:
    page = live.get(f"/resource?iri={quote(THING)}", "text/html").text
    for text in (">01<", ">2.50<", "甲"):
        assert text in page.replace("\n", "").replace("> ", ">").replace(" <", "<")


def test_a_merged_graph_is_described_and_not_sent_whole(live: Live) -> None:
    response = live.get("/graph/source/theirs", "application/n-quads")
    assert response.status_code == 200
    subjects = {str(quad.subject) for quad in parse(response.content, format=RdfFormat.N_QUADS)}
    assert f"<{THING}>" not in subjects
    assert any("graph/source/theirs" in subject for subject in subjects)


def pages_of(live: Live, address: str, accept: str) -> Iterator[httpx.Response]:
    """The pages from an address on, by their links."""
    while address:
        answer = live.get(address, accept)
        assert answer.status_code == 200
        yield answer
        address = answer.links["next"]["url"] if "next" in answer.links else ""


def test_very_much_that_others_say_of_a_thing_of_ours_is_paged(live: Live) -> None:
    """In each format, and what we say of it is on every page."""
    comments = [
        [quad.object.value for quad in parse(page.content, format=RdfFormat.N_QUADS) if COMMENT in str(quad.predicate)]
        for page in pages_of(live, "/doc/harbour-2031/action/1", "application/n-quads")
    ]
    assert list(map(len, comments)) == [100] * (MUCH // 100)
    assert sorted(chain.from_iterable(comments)) == sorted(f"no. {number}" for number in range(MUCH))
    own = [
        {triple for triple in parse(page.content, format=RdfFormat.TURTLE) if COMMENT not in str(triple.predicate)}
        for page in (live.get(f"/doc/harbour-2031/action/1.ttl?page={number}") for number in (1, 2, 30))
    ]
    assert own[0] == own[1] == own[2] != set()
    assert live.get("/doc/harbour-2031/action/1.ttl?page=31").status_code == 404
    for form in ("ttl", "rdf", "jsonld", "nt", "trig", "hext"):
        assert live.get(f"/doc/harbour-2031/action/1.{form}").links["last"]["url"].endswith("?page=30")
    assert live.get("/doc/harbour-2031/action/1.jsonld?_profile=framed").status_code == 200


def test_it_is_paged_for_people_as_well(live: Live) -> None:
    shown = [
        set(re.findall(r"no\. \d+", page.text)) for page in pages_of(live, "/doc/harbour-2031/action/1", "text/html")
    ]
    assert list(map(len, shown)) == [100] * (MUCH // 100)
    assert len(set().union(*shown)) == MUCH
    page = live.get("/doc/harbour-2031/action/1.html?lang=en").text
    assert "What other graphs say of it" in page
    assert live.get("/doc/harbour-2031/action/1.html?page=31").status_code == 404
    assert "What other graphs say of it" not in live.get("/doc/harbour-2031/action/2.html?lang=en").text
