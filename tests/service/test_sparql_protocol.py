"""/sparql on the wire: every way in, every format out, every refusal with a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import (
    Dataset,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from initiative_lod.formats import RDF_TYPES, RESULT_TYPES, GraphFormat, MediaType
from service.sparql_app import BASE, CLIENT, DATA, EX, LABEL, OTHER, Server, ex, serving

SELECT = "SELECT ?n WHERE { <http://example.org/thing/7> <http://example.org/number> ?n }"
ASK = "ASK { <http://example.org/thing/7> <http://example.org/number> 7 }"
CONSTRUCT = "PREFIX e: <http://example.org/> CONSTRUCT { ?s e:is ?n } WHERE { ?s e:number ?n FILTER(?n < 3) }"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def solutions(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["results"]["bindings"]
    return found


def test_every_way_in(server: Server) -> None:
    direct = {"Content-Type": "application/sparql-query; charset=UTF-8"}
    answers = [
        server.get(SELECT),
        CLIENT.post(server.sparql, data={"query": SELECT}),
        CLIENT.post(server.sparql, content=SELECT, headers=direct),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert solutions(answer)[0]["n"]["value"] == "7"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Accept" in answer.headers["vary"]
        assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("media", RESULT_TYPES, ids=lambda media: media.suffix)
def test_solutions_and_truth_values_in_every_format(server: Server, media: MediaType) -> None:
    answer = server.get(SELECT, media.name)
    assert answer.headers["content-type"] == media.content_type
    truth = server.get(ASK, media.name)
    assert truth.headers["content-type"] == media.content_type
    if media.results == QueryResultsFormat.CSV:
        assert answer.text.splitlines() == ["n", "7"]
        assert truth.text.strip() == "true"
        return
    assert media.results is not None
    found = parse_query_results(answer.content, format=media.results)
    assert isinstance(found, QuerySolutions)
    assert [row["n"] for row in found] == [Literal(7)]
    found_truth = parse_query_results(truth.content, format=media.results)
    assert isinstance(found_truth, QueryBoolean)
    assert bool(found_truth)


@pytest.mark.parametrize("media", RDF_TYPES, ids=lambda media: media.suffix)
def test_graphs_in_every_format(server: Server, media: GraphFormat) -> None:
    answer = server.get(CONSTRUCT, media.name)
    assert answer.headers["content-type"] == media.content_type
    found = {(quad.subject, quad.predicate, quad.object) for quad in media.read(answer.content, "http://e.example/")}
    assert found == {(ex(f"thing/{n}"), ex("is"), Literal(n)) for n in range(3)}


def test_prefixes_are_ours_and_the_querys_own_and_only_those_used(server: Server) -> None:
    for media in ("text/turtle", "application/trig"):
        text = server.get(CONSTRUCT, media).text
        assert "@prefix e: <http://example.org/> ." in text
        assert "e:is" in text
        assert "skos" not in text


def test_json_ld_is_compacted_with_the_releases_context(server: Server) -> None:
    document = server.get(CONSTRUCT, "application/ld+json").json()
    assert document["@context"]["ex"] == EX
    number = {"@type": "http://www.w3.org/2001/XMLSchema#integer", "@value": "2"}
    assert {"@id": "ex:thing/2", "ex:is": number} in document["@graph"]
    assert server.get(CONSTRUCT, "application/json").headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("text/xml;q=0.5, text/csv;q=0.4", "text/xml; charset=utf-8"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml; charset=utf-8"),
        ("TEXT/CSV ; q=1.0", "text/csv; charset=utf-8"),
        ("text/turtle, application/sparql-results+xml;q=0.1", "application/sparql-results+xml; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/rdf+xml, text/plain, */*;q=0.1", "application/sparql-results+json"),
    ],
)
def test_negotiation(server: Server, accept: str | None, expected: str) -> None:
    answer = server.get(SELECT, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


def test_not_acceptable_says_what_there_is(server: Server) -> None:
    for query, accept, available in (
        (SELECT, "text/turtle, application/rdf+xml", "text/csv"),
        (CONSTRUCT, "text/csv", "application/trig"),
        (SELECT, "image/png", "text/turtle"),
        (SELECT, "text/csv;q=0", "text/turtle"),
    ):
        answer = server.get(query, accept)
        assert answer.status_code == 406
        assert answer.headers["content-type"] == "application/problem+json"
        assert available in answer.json()["available"]


@pytest.mark.parametrize(
    ("query", "accept", "refused"),
    [
        (
            'CONSTRUCT { <http://a.example/a> <http://a.example/2024> "v" } {}',
            "application/rdf+xml",
            {"application/rdf+xml"},
        ),
        (
            'SELECT ("a\\u0001b" AS ?x) {}',
            "application/sparql-results+xml",
            {"application/sparql-results+xml", "application/xml", "text/xml"},
        ),
    ],
)
def test_what_cannot_be_written_is_not_offered_again(
    server: Server, query: str, accept: str, refused: set[str]
) -> None:
    answer = server.get(query, accept)
    assert answer.status_code == 406
    offered = answer.json()["available"]
    assert not refused & {*offered}
    assert len(offered) > 2
    for name in offered:
        assert server.get(query, name).status_code == 200, name


def test_media_type_by_argument_wins(server: Server) -> None:
    answer = server.get(SELECT, "application/sparql-results+xml", _mediatype="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert server.get(SELECT, _mediatype="image/png").status_code == 406


def test_head_and_options(server: Server) -> None:
    whole = server.get(SELECT, "text/csv")
    head = CLIENT.head(server.sparql, params={"query": SELECT}, headers={"Accept": "text/csv"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == whole.headers[name]
    options = CLIENT.options(server.sparql, headers={"Origin": "http://a", "Access-Control-Request-Method": "POST"})
    assert options.status_code == 204
    assert "POST" in options.headers["allow"]
    assert "POST" in options.headers["access-control-allow-methods"]
    assert options.headers["access-control-allow-origin"] == "*"
    assert CLIENT.put(server.sparql).status_code == 405


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"


def count(server: Server, query: str, **dataset: Any) -> int:
    return int(solutions(server.get(query, **dataset))[0]["n"]["value"])


def test_datasets(server: Server) -> None:
    data, other = DATA.value, OTHER.value
    everything = count(server, COUNT)
    assert everything > 604  # of all graphs, the release's own among them
    described = BASE + "graph/release"
    assert count(server, COUNT, **{"default-graph-uri": [data, other, described]}) == everything
    assert count(server, COUNT, **{"default-graph-uri": described}) == everything - 604
    assert count(server, COUNT, **{"default-graph-uri": other}) == 4
    assert count(server, COUNT, **{"default-graph-uri": [other, data]}) == 604
    assert count(server, COUNT_NAMED, **{"default-graph-uri": other}) == 0
    assert count(server, COUNT, **{"named-graph-uri": other}) == 0
    assert count(server, COUNT_NAMED, **{"named-graph-uri": [other, data]}) == 604
    assert count(server, COUNT, **{"default-graph-uri": "http://example.org/unknown"}) == 0
    of_other = COUNT.replace("WHERE", f"FROM <{other}> WHERE")
    assert count(server, of_other) == 4
    assert count(server, of_other, **{"default-graph-uri": data}) == 600
    assert count(server, COUNT.replace("WHERE", f"FROM NAMED <{other}> WHERE")) == 0
    assert count(server, COUNT_NAMED.replace("WHERE", f"FROM NAMED <{other}> WHERE")) == 4
    # The word alone makes no dataset clause.
    assert count(server, COUNT.replace("?o", "?from") + " # FROM <x:y>") == everything


def test_datasets_in_every_way_in(server: Server) -> None:
    graph = {"default-graph-uri": OTHER.value}
    form = CLIENT.post(server.sparql, data={"query": COUNT, **graph})
    direct = CLIENT.post(
        f"{server.sparql}?{urlencode(graph)}", content=COUNT, headers={"Content-Type": "application/sparql-query"}
    )
    for answer in (form, direct):
        assert solutions(answer)[0]["n"]["value"] == "4"


def test_describe_gives_the_description_with_labels(server: Server) -> None:
    answer = server.get("DESCRIBE <http://example.org/thing/0>", "application/n-triples")
    found = {(q.subject, q.predicate, q.object) for q in parse(answer.content, format=RdfFormat.N_TRIPLES)}
    assert found == {
        (ex("thing/0"), ex("number"), Literal(0)),
        (ex("thing/0"), ex("next"), ex("thing/1")),
        (ex("thing/1"), LABEL, Literal("thing one", language="en")),
        (ex("thing/1"), LABEL, Literal("第一个", language="zh")),
    }
    inside = server.get("DESCRIBE <http://example.org/thing/0>", "text/turtle", **{"default-graph-uri": DATA.value})
    assert "thing one" not in inside.text
    plain = server.get("CONSTRUCT { ?describe ?p ?o } { ?describe ?p ?o . ?describe <http://example.org/number> 0 }")
    assert "thing one" not in plain.text


def test_relative_iris_are_under_the_base(server: Server) -> None:
    assert server.get("SELECT (<id/x> AS ?x) {}").json()["results"]["bindings"][0]["x"]["value"] == (
        "https://w3id.org/initiative-lod/id/x"
    )


def test_service_description(server: Server) -> None:
    for media in RDF_TYPES:
        answer = CLIENT.get(server.sparql, headers={"Accept": media.name})
        assert (answer.status_code, answer.headers["content-type"]) == (200, media.content_type)
    store = Dataset(parse(CLIENT.get(server.sparql).content, format=RdfFormat.TURTLE))
    sd = "http://www.w3.org/ns/sparql-service-description#"

    def objects(name: str) -> set[str]:
        return {quad.object.value for quad in store if quad.predicate == NamedNode(sd + name)}

    assert objects("endpoint") == {server.sparql}
    assert objects("supportedLanguage") == {sd + "SPARQL11Query"}
    assert objects("feature") == {sd + "UnionDefaultGraph"}
    named = objects("name")
    assert {DATA.value, OTHER.value} <= named
    listed = server.get("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert named == {row["g"]["value"] for row in solutions(listed)}
    counts = {quad.object.value for quad in store if quad.predicate.value.endswith("#triples")}
    assert {"600", "4"} <= counts
    assert objects("resultFormat") == {media.iri for media in (*RESULT_TYPES, *RDF_TYPES)} - {""}


def test_a_browser_gets_a_form_and_its_result_in_the_page(server: Server) -> None:
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    page = CLIENT.get(server.sparql, headers={"Accept": browser})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<form action="/sparql#result"' in page.text
    answer = server.get('SELECT ("<script>" AS ?x) (<http://a/?b&c> AS ?y) {}', browser)
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text
    assert 'href="http://a/?b&amp;c"' in answer.text
    assert "Yes: true" in server.get(ASK, browser).text
    failed = server.get("SELECT <oops", browser)
    assert failed.status_code == 400
    assert "SELECT &lt;oops" in failed.text
    assert 'role="alert"' in failed.text


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("SELECT * {", 400, "not a SPARQL query"),
        ("", 400, "not a SPARQL query"),
        ("SELECT ?x {} ; SELECT ?y {}", 400, "not a SPARQL query"),
        ("INSERT DATA { <x:a> <x:b> <x:c> }", 403, "read-only"),
        ("PREFIX a: <b:> LOAD <http://127.0.0.1/>", 403, "read-only"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "SERVICE"),
        ("SELECT (<x:unknown>(1) AS ?x) {}", 400, "x:unknown"),
        ("SELECT * " + "{" * 200 + "}" * 200, 400, "200 brackets deep"),
        ("SELECT * {} #" + "a" * 300_000, 400, "smaller parts"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_refusals(server: Server, query: str, status: int, says: str) -> None:
    answer = CLIENT.post(server.sparql, data={"query": query})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert answer.headers["cache-control"] == "no-store"
    text = CLIENT.post(server.sparql, data={"query": query}, headers={"Accept": "text/plain"})
    assert text.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_query_in_text_is_not_acceptable_as_text(server: Server) -> None:
    answer = server.get(SELECT, "text/plain")
    assert answer.status_code == 406
    assert answer.headers["content-type"].startswith("text/plain")


def test_etag(server: Server) -> None:
    first = server.get(SELECT, "text/csv")
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    again = CLIENT.get(
        server.sparql, params={"query": SELECT}, headers={"Accept": "text/csv", "If-None-Match": f'"x", {etag}'}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    assert server.get(SELECT, "text/tab-separated-values").headers["etag"] != etag
    assert server.get("\n " + SELECT, "text/csv").headers["etag"] == etag
    changing = server.get("SELECT (NOW() AS ?n) {}")
    assert "etag" not in changing.headers
    assert changing.headers["cache-control"] == "no-store"
    assert changing.json() != server.get("SELECT (NOW() AS ?n) {}").json()


def test_the_newest_of_sparql(server: Server) -> None:
    for query in (
        'VERSION "1.2" SELECT (<<( <x:a> <x:b> 1 )>> AS ?t) {}',
        'SELECT (LANGDIR("a"@en--ltr) AS ?d) {}',
        "SELECT (SUBJECT(<<( <x:a> <x:b> 1 )>>) AS ?s) {}",
    ):
        assert server.get(query).status_code == 200, query
    triple = server.get("SELECT (<<( <x:a> <x:b> 1 )>> AS ?t) {}").json()["results"]["bindings"][0]["t"]
    assert triple["type"] == "triple"


def test_large_results_are_whole(server: Server) -> None:
    query = "SELECT * { ?a ?b ?c . ?d <http://example.org/number> ?f } LIMIT 20000"
    answer = server.get(query)
    assert len(answer.content) > 2_000_000
    assert len(solutions(answer)) == 20000
    lines = server.get(query, "text/csv").text
    assert lines.count("\n") == 20001


def test_the_examples_of_errors_are_problems(server: Server) -> None:
    answer = CLIENT.post(server.sparql, content=b"{}", headers={"Content-Type": "application/json"})
    document = json.loads(answer.content)
    assert answer.status_code == document["status"] == 415
    assert re.search("send application/sparql-query", document["detail"])
