"""Clients that people have, against a live server: what they send, and what they can read of the answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import rdflib
from pyoxigraph import QuerySolutions, Store
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from patience import SECONDS
from service.sparql_app import EX, Server, serving

pytestmark = pytest.mark.thorough

SPARQLWrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")

PREFIX = f"PREFIX e: <{EX}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
SELECT = PREFIX + "SELECT ?n ?zh WHERE { e:thing/1 e:number ?n ; rdfs:label ?zh FILTER(LANG(?zh) = 'zh') }".replace(
    "e:thing/1", f"<{EX}thing/1>"
)
CONSTRUCT = PREFIX + "CONSTRUCT { ?s e:is ?n } WHERE { ?s e:number ?n FILTER(?n < 3) }"
ASK = PREFIX + "ASK { ?s e:number 7 }"
DESCRIBE = f"DESCRIBE <{EX}thing/0>"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # SPARQLWrapper 2.0 makes one
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("direct", [False, True])
def test_sparqlwrapper(server: Server, method: str, direct: bool) -> None:
    client = SPARQLWrapper.SPARQLWrapper(server.sparql)
    client.setMethod(method)
    if direct and method == "POST":
        client.setRequestMethod(SPARQLWrapper.POSTDIRECTLY)
    client.setQuery(SELECT)
    client.setReturnFormat(SPARQLWrapper.JSON)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert [(row["n"]["value"], row["zh"]["value"], row["zh"]["xml:lang"]) for row in rows] == [("1", "第一个", "zh")]
    client.setReturnFormat(SPARQLWrapper.XML)
    assert "第一个" in client.queryAndConvert().toxml()
    for name in (SPARQLWrapper.CSV, SPARQLWrapper.TSV):
        client.setReturnFormat(name)
        assert "第一个" in client.queryAndConvert().decode()
    client.setQuery(ASK)
    client.setReturnFormat(SPARQLWrapper.JSON)
    assert client.queryAndConvert()["boolean"] is True
    client.setQuery(CONSTRUCT)
    for name in (SPARQLWrapper.TURTLE, SPARQLWrapper.N3):
        client.setReturnFormat(name)
        text = client.queryAndConvert()
        assert len(rdflib.Graph().parse(data=text, format="turtle")) == 3
    for name in (SPARQLWrapper.RDFXML, SPARQLWrapper.JSONLD):
        client.setReturnFormat(name)
        assert len(client.queryAndConvert()) == 3
    client.setReturnFormat(SPARQLWrapper.JSON)
    client.setQuery("SELECT * {")
    with pytest.raises(SPARQLWrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("return_format", ["xml", "json", "csv"])
def test_rdflib_store(server: Server, method: str, return_format: str) -> None:
    store = SPARQLStore(server.sparql, method=method, returnFormat=return_format)
    graph = rdflib.Graph(store)
    rows: list[Any] = list(graph.query(SELECT))
    expected = ("1", "第一个")
    assert [tuple(str(term) for term in row) for row in rows] == [expected]
    if return_format != "csv":
        assert rows[0][1].language == "zh"
    thing = rdflib.URIRef(EX + "thing/1")
    assert graph.value(thing, rdflib.URIRef(EX + "next")) == rdflib.URIRef(EX + "thing/2")
    if return_format != "csv":
        assert len(list(graph.triples((thing, None, None)))) == 4


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store_graphs(server: Server, method: str) -> None:
    graph = rdflib.Graph(SPARQLStore(server.sparql, method=method))
    assert len(graph.query(CONSTRUCT).graph or ()) == 3
    assert len(graph.query(DESCRIBE).graph or ()) == 4
    assert graph.query(ASK).askAnswer is True


def test_rdflib_federates_to_us(server: Server) -> None:
    graph = rdflib.Graph()
    graph.add((rdflib.URIRef(EX + "thing/1"), rdflib.RDF.type, rdflib.RDFS.Resource))
    rows: list[Any] = list(graph.query(f"SELECT ?n {{ ?s a ?c SERVICE <{server.sparql}> {{ ?s <{EX}number> ?n }} }}"))
    assert [row[0].toPython() for row in rows] == [1]


def test_pyoxigraph_federates_to_us(server: Server) -> None:
    query = f"SELECT ?n ?l {{ SERVICE <{server.sparql}> {{ ?s <{EX}number> ?n ; rdfs:label ?l FILTER(?n = 1) }} }}"
    found = Store().query("PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + query)
    assert isinstance(found, QuerySolutions)
    assert sorted(str(row["l"]) for row in found) == ['"thing one"@en', '"第一个"@zh']


def run(*arguments: str) -> str:
    done = subprocess.run(arguments, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.skipif(shutil.which("roqet") is None, reason="Debian's rasqal-utils is not installed")
def test_roqet(server: Server) -> None:
    assert "第一个" in run("roqet", "-q", "-r", "csv", "-p", server.sparql, "-e", SELECT)


@pytest.mark.skipif(shutil.which("rapper") is None, reason="Debian's raptor2-utils is not installed")
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_rapper(server: Server, query: str) -> None:
    from urllib.parse import urlencode

    triples = run("rapper", "-q", "-g", "-o", "ntriples", f"{server.sparql}?{urlencode({'query': query})}")
    assert len(rdflib.Graph().parse(data=triples, format="nt")) in (3, 4)
    description = run("rapper", "-q", "-g", "-o", "ntriples", server.sparql)
    assert "sparql-service-description#endpoint" in description


@pytest.fixture(scope="session")
def comunica(request: pytest.FixtureRequest) -> str:
    """The command of Comunica 4: the one that the environment names, else npm's."""
    given = os.environ.get("COMUNICA_SPARQL")
    return given or str(request.getfixturevalue("node_modules") / ".bin" / "comunica-sparql")


@pytest.mark.parametrize("kind", ["sparql", ""])
def test_comunica(server: Server, comunica: str, kind: str) -> None:
    source = f"{kind}@{server.sparql}" if kind else server.sparql
    document = json.loads(run(comunica, source, "-q", SELECT, "-t", "application/sparql-results+json"))
    # Comunica 4 itself drops the language when it writes JSON.
    assert [row["zh"]["value"] for row in document["results"]["bindings"]] == ["第一个"]
    turtle = run(comunica, source, "-q", CONSTRUCT, "-t", "text/turtle")
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == 3
    assert run(comunica, source, "-q", ASK, "-t", "simple").strip() == "true"
