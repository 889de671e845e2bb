"""What real browsers, crawlers, harvesters and RDF libraries send as Accept, and whether they can read what comes back.

Every header is in ``accept_corpus.tsv``, with its client, its version, and how it was obtained.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pyld import jsonld
from pyoxigraph import Dataset, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from service.conftest import Live

DOCUMENT = "/doc/wic-2020/action/8"
ACTION = "https://w3id.org/initiative-lod/id/wic-2020/action/8"
SELECT = f"SELECT ?p ?o {{ <{ACTION}> ?p ?o }}"
CONSTRUCT = f"CONSTRUCT {{ <{ACTION}> ?p ?o }} WHERE {{ <{ACTION}> ?p ?o }}"
RDF = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
}
JSON_LD = ("application/ld+json", "application/json")
RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Line:
    """One client's header, and the type that it must be answered with at each address (``-``: not asked there)."""

    client: str
    version: str
    origin: str
    what: str
    accept: str
    document: str
    select: str
    construct: str

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.accept == "-" else {"accept": self.accept}

    def __str__(self) -> str:
        return f"{self.client}, {self.origin.partition(': ')[2][-50:]}"


def corpus() -> list[Line]:
    """Every line of the file."""
    text = Path(__file__).with_name("accept_corpus.tsv").read_text("utf-8")
    header, *lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert header == list(Line.__dataclass_fields__)
    return [Line(*fields) for fields in lines]


LINES = corpus()


def asked_of(address: str) -> list[Line]:
    return [line for line in LINES if getattr(line, address) != "-"]


def test_the_corpus_is_all_there() -> None:
    assert len(LINES) == 106
    assert len({line.accept for line in LINES}) == 69
    assert len({line.client for line in LINES}) == 48
    assert all(line.origin.startswith(("captured: ", "read: ")) and line.version for line in LINES)
    assert {line.what for line in LINES} >= {"browser", "resource", "fetch", "rdf", "harvester", "sparql"}
    assert (len(asked_of("document")), len(asked_of("select")), len(asked_of("construct"))) == (80, 44, 43)


def get(live: Live, path: str, line: Line) -> httpx.Response:
    """The answer to the line's header and to no other one: a client of its own adds none."""
    request = httpx.Request("GET", live.url + path, headers={"host": "example.org", **line.headers})
    return live.client.send(request)


def check(answer: httpx.Response, expected: str) -> str:
    """The type of the answer, which is the expected one; of a 406, nothing."""
    if expected == "406":
        assert answer.status_code == 406, answer.headers
        return ""
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind == expected
    assert "accept" in answer.headers["vary"].lower()
    return str(kind)


def triples(answer: httpx.Response, kind: str, live: Live) -> Dataset:
    """What a parser of that type reads."""
    if kind not in JSON_LD:
        return Dataset(parse(answer.content, format=RDF[kind]))
    context = live.get("/context.jsonld").json()

    def load(url: str, options: Any) -> dict[str, Any]:
        assert url == "https://w3id.org/initiative-lod/context.jsonld"
        return {"contextUrl": None, "documentUrl": url, "document": context}

    text = jsonld.to_rdf(answer.json(), {"documentLoader": load, "format": "application/n-quads"})
    return Dataset(parse(text, format=RdfFormat.N_QUADS))


@pytest.mark.thorough
@pytest.mark.parametrize("line", asked_of("document"), ids=str)
def test_a_document(real: Live, line: Line) -> None:
    answer = get(real, DOCUMENT, line)
    kind = check(answer, line.document)
    if not kind:
        offered = {item["type"] for item in answer.json()["alternatives"]}
        assert {"text/html", "text/turtle", "application/ld+json"} <= offered
        return
    if line.what == "browser":
        assert kind == "text/html"
    if line.what == "rdf":
        assert kind != "text/html"
    if kind == "text/html":
        assert answer.text.startswith("<!DOCTYPE html>")
        assert "</html>" in answer.text
    else:
        found = triples(answer, kind, real)
        assert len(found) > 100
        assert any(quad.subject.value == ACTION for quad in found if hasattr(quad.subject, "value"))


@pytest.mark.parametrize("line", asked_of("document"), ids=str)
def test_a_thing_leads_to_the_same(real: Live, line: Line) -> None:
    """The header is sent to the redirect as well, which no header may stop."""
    answer = get(real, "/id/wic-2020/action/8", line)
    assert answer.status_code == 303
    assert answer.headers["location"] == DOCUMENT


@pytest.mark.parametrize("line", asked_of("select"), ids=str)
def test_solutions(real: Live, line: Line) -> None:
    answer = get(real, f"/sparql?query={quote(SELECT)}", line)
    kind = check(answer, line.select)
    if kind == "text/html":
        assert "<table" in answer.text
    elif kind == "text/csv":
        assert len(list(csv.reader(StringIO(answer.text)))) > 10
    elif kind:
        found = parse_query_results(answer.content, format=RESULTS[kind])
        assert isinstance(found, QuerySolutions)
        assert len(list(found)) > 10


@pytest.mark.parametrize("line", asked_of("construct"), ids=str)
def test_a_graph(real: Live, line: Line) -> None:
    answer = get(real, f"/sparql?query={quote(CONSTRUCT)}", line)
    kind = check(answer, line.construct)
    if not kind:
        assert "text/turtle" in json.loads(answer.text)["available"]
    elif kind == "text/html":
        assert "</html>" in answer.text
    else:
        assert len(triples(answer, kind, real)) > 10
