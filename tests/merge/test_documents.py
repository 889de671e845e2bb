"""What others wrote comes back as they wrote it, in every format of ``/resource``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

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
    made = merge(settings, start, MergeRequest(named=(str(folder / "theirs.ttl"),), retrieved="2031-03-06")).release
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
