"""What the store does to a literal, and what the dumps and the endpoint then say: see docs/sparql.md, "Fidelity"."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.release.manifest import DUMP
from service.sparql_app import DATA, Server, ex, sample, serving

XSD = "http://www.w3.org/2001/XMLSchema#"


def typed(text: str, kind: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + kind))


#: What is published, and what the store keeps of it.
REWRITTEN = [
    (typed("2.50", "decimal"), typed("2.5", "decimal")),
    (typed("1.0", "decimal"), typed("1", "decimal")),
    (typed("01", "integer"), typed("1", "integer")),
    (typed("+5", "int"), typed("5", "integer")),
    (typed("1.0E6", "double"), typed("1000000", "double")),
    (typed("PT60S", "duration"), typed("PT1M", "duration")),
    (typed("1", "boolean"), typed("true", "boolean")),
    (typed("2020-11-18T00:00:00.000Z", "dateTime"), typed("2020-11-18T00:00:00Z", "dateTime")),
    (Literal("字", language="zh-Hans"), Literal("字", language="zh-hans")),
]
KEPT = [
    Literal("2.50"),
    typed("2020-11-18", "date"),
    typed("2020-11-18Z", "date"),
    typed("2020", "gYear"),
    typed("15", "integer"),
    typed("not a number", "integer"),
    typed("00ff", "hexBinary"),
    typed("http://a/%7e", "anyURI"),
    Literal("e\u0301"),
    Literal(" a \r\n\t b "),
    Literal("字", language="zh"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    terms = [given for given, _ in REWRITTEN] + KEPT
    quads = [Quad(ex(f"literal/{number}"), ex("value"), term, DATA) for number, term in enumerate(terms)]
    with serving([*sample(3), *quads]) as running:
        yield running


def answered(server: Server, number: int) -> str:
    answer = server.get(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ BIND(<{ex(f'literal/{number}').value}> AS ?s) ?s ?p ?o }}",
        "application/n-triples",
    )
    return answer.text.split(" ", 2)[2].removesuffix(" .\n")


def test_the_dump_is_exact(server: Server) -> None:
    found = release.current(server.releases)
    assert found is not None
    dump = gzip.decompress((found.path / DUMP).read_bytes()).decode()
    for given, _ in REWRITTEN:
        assert f" {given} " in dump
    for term in KEPT:
        assert f" {term} " in dump


@pytest.mark.parametrize("number", range(len(REWRITTEN)))
def test_the_endpoint_says_the_same_value_in_the_stores_spelling(server: Server, number: int) -> None:
    assert answered(server, number) == str(REWRITTEN[number][1])


@pytest.mark.parametrize("number", range(len(KEPT)))
def test_the_endpoint_keeps_what_the_store_keeps(server: Server, number: int) -> None:
    assert answered(server, len(REWRITTEN) + number) == str(KEPT[number])


@pytest.mark.parametrize(("given", "_"), REWRITTEN, ids=str)
def test_what_was_published_is_found_by_its_own_spelling(server: Server, given: Literal, _: Literal) -> None:
    assert server.get(f"ASK {{ ?s ?p {given} }}", "text/csv").text.strip() == "true"
