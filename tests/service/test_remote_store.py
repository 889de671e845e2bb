"""Another engine behind the server: believed when it has proved its worth, told when it lies, and never waited for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse
from typer.testing import CliRunner

from initiative_lod import release
from initiative_lod.cli.app import app
from initiative_lod.errors import EngineDown, EngineError, QueryTimeout, ReleaseError, SettingsError
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.unions import GraphTable, UnionPart
from initiative_lod.settings import Settings
from initiative_lod.sparql import engine_probe, remote_loading, remote_store
from initiative_lod.sparql.engine_answers import rows_of
from initiative_lod.sparql.engine_probe import DEVIATIONS, MISSING, Deviation
from initiative_lod.sparql.remote_endpoint import RemoteEndpoint, authorization
from initiative_lod.sparql.remote_loading import Target, Way, load, prove
from initiative_lod.sparql.remote_store import RemoteStore, accepted, endpoint_of
from initiative_lod.sparql.service_calls import Broker
from initiative_lod.validation import competency
from patience import SECONDS, eventually, patient
from service.conftest import Live, serve
from service.other_engine import RESULTS, TRIPLES, Change, Handler, Lie, OtherEngine, hang, running
from service.test_memento import Past, own, three

pytestmark = pytest.mark.thorough

__all__ = ["own", "three"]  # fixtures

BASE = "https://w3id.org/initiative-lod/"
ALL = "SELECT * { ?s ?p ?o FILTER (isIRI(?s) && !isBlank(?o)) } ORDER BY ?s ?p ?o LIMIT 40"
WHICH = "graph/release> {"  # in the query by which the engine says which release it has


#: What a proof asks for in this file, and at how many rows a capped engine stops. With the true numbers, which the test
#: of Virtuoso has alone, that is most of what a proof takes.
FEW = {"SIDE": 32, "STATEMENTS": 60, "SAMPLE": 5_000}
MANY = {name: getattr(engine_probe, name) for name in FEW}
CAP, TRUE_CAP = 1_000, 10_000


def quiet(message: str) -> None:
    pass


@pytest.fixture(scope="module", autouse=True)
def small_proofs() -> Iterator[None]:
    """Proofs that ask for little. For all of the file, since a server may be at a proof when a test ends."""
    with pytest.MonkeyPatch.context() as patch:
        for name, number in FEW.items():
            patch.setattr(engine_probe, name, number)
        yield


@pytest.fixture(scope="module")
def opened(harbour_root: Path) -> OpenRelease:
    current = release.current(harbour_root / "releases")
    assert current is not None
    return OpenRelease.open(current)


def settings_of(engine: OtherEngine, **more: Any) -> Settings:
    """Settings of a server with this engine, which unites the graphs of FROM as a bag: that is taken on."""
    return Settings(store=engine.query, store_deviations="from", store_seconds=0.1, **more)


@pytest.fixture(scope="module")
def loaded(opened: OpenRelease) -> Iterator[OtherEngine]:
    """An engine that has the second document's release."""
    with running() as engine:
        settings = patient(settings_of(engine))
        target = Target.of(settings, f"{engine.address}/data", Way.QUADS)
        found = load(opened, endpoint_of(settings, opened.release.version), target, False, quiet)
        assert {finding.name for finding in found} <= {"from"}, found
        yield engine


@pytest.fixture
def engine(loaded: OtherEngine) -> Iterator[OtherEngine]:
    yield loaded
    loaded.lie = loaded.change = loaded.written = None


@pytest.fixture
def apart(opened: OpenRelease) -> Iterator[OtherEngine]:
    """An engine with the same release that no other server looks at."""
    with running() as engine:
        load_into(engine, opened)
        yield engine


@pytest.fixture(scope="module")
def live(loaded: OtherEngine, harbour_root: Path) -> Iterator[Live]:
    """A server that sends its queries to that engine."""
    with serve(settings_of(loaded, root=harbour_root, query_cache=0, query_seconds=SECONDS)) as found:
        assert eventually(lambda: found.get("/readyz").status_code == 200)
        yield found


def ask(live: Live, query: str, accept: str = "application/json", **more: str) -> Any:
    given = "".join(f"&{name}={quote(value, safe='')}" for name, value in more.items())
    return live.get(f"/sparql?query={quote(query, safe='')}{given}", accept)


# What a visitor sees


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        *(
            (ALL, accept)
            for accept in ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
        ),
        (ALL, "text/tab-separated-values"),
        ("ASK { ?s a <ontology#Action> }", "text/csv"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t FILTER (isIRI(?s)) }", "text/turtle"),
        ("CONSTRUCT { ?s ?p ?o } { ?s a <ontology#Action> ; ?p ?o }", "application/ld+json"),
        ("DESCRIBE <id/harbour-2031/action/1>", "application/n-triples"),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv"),
        ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g", "text/csv"),
        ("BASE <id/> SELECT ?p { <harbour-2031> ?p ?o } ORDER BY ?p", "text/csv"),
        ('SELECT ("网络"@zh AS ?x) (1.50 AS ?y) (true AS ?z) ?w {}', "text/tab-separated-values"),
    ],
)
def test_answers_are_those_of_the_embedded_store(live: Live, harbour: Live, query: str, accept: str) -> None:
    here, there = ask(live, query, accept), ask(harbour, query, accept)
    assert (here.status_code, here.headers["content-type"]) == (200, there.headers["content-type"])
    if accept in ("text/turtle", "application/ld+json", "application/n-triples"):
        format = RdfFormat.from_media_type(accept)
        assert format is not None
        assert {*parse(here.content, format)} == {*parse(there.content, format)}
    else:
        assert here.text == there.text


def test_a_dataset_of_the_protocol_goes_to_the_engine(live: Live, harbour: Live) -> None:
    graph = f"{BASE}graph/topics"
    counted = "(COUNT(DISTINCT ?s) AS ?n)"
    for query in (f"SELECT {counted} {{ ?s ?p ?o }}", f"SELECT {counted} FROM <{graph}> {{ ?s ?p ?o }}"):
        given = {} if "FROM" in query else {"default-graph-uri": graph}
        assert ask(live, query, **given).json() == ask(harbour, query, **given).json()


def test_what_the_release_has_counted_the_engine_is_not_asked(live: Live, harbour: Live, engine: OtherEngine) -> None:
    engine.asked.clear()
    for query in ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c"):
        here, there = (ask(each, f"{query} # a visitor's", "text/csv").text for each in (live, harbour))
        assert sorted(here.splitlines()) == sorted(there.splitlines())
    assert not [query for _, _, query in engine.asked if "a visitor's" in query]


def test_the_page_draws_what_the_engine_gives(live: Live) -> None:
    page = ask(live, "SELECT ?s { ?s a <ontology#Action> } ORDER BY ?s", "text/html")
    assert page.status_code == 200
    assert "/doc/harbour-2031/action/1" in page.text or "harbour-2031/action/1" in page.text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("SELECT * { ?s ?p", 400, "never closed"),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", 403, "read"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "SERVICE"),
        ("SELECT * { SERVICE <> { ?s ?p ?o } }", 403, "SERVICE"),
    ],
)
def test_what_is_refused_never_reaches_the_engine(
    live: Live, engine: OtherEngine, query: str, status: int, words: str
) -> None:
    engine.asked.clear()
    answer = ask(live, query)
    assert answer.status_code == status
    assert words in answer.text
    assert [query for _, _, query in engine.asked if WHICH not in query] == []


def test_older_releases_are_answered_from_their_own_stores(live: Live, engine: OtherEngine) -> None:
    version = live.opened.release.version
    answer = live.get(f"/release/{version}/sparql?query={quote(ALL)}", "application/json")
    assert answer.status_code == 200  # the current one, which the engine has, by its own address


# An engine that lies to a visitor


def to_visitors(lie: Lie) -> Lie:
    """The lie for what visitors ask; to the server itself it says the truth."""

    def answer(handler: Handler, query: str, media_type: str, body: bytes) -> None:
        if WHICH in query:
            handler.send(200, media_type, body)
        else:
            lie(handler, query, media_type, body)

    return answer


def sends(
    status: int, media_type: str, body: bytes | None, *headers: tuple[str, str], length: int | None = None
) -> Lie:
    return lambda handler, query, kind, whole: handler.send(
        status, media_type or kind, whole if body is None else body, *headers, length=length
    )


def cut(handler: Handler, query: str, media_type: str, body: bytes) -> None:
    handler.send(200, media_type, body[: len(body) // 2], length=len(body))


def half(handler: Handler, query: str, media_type: str, body: bytes) -> None:
    handler.send(200, media_type, body[: len(body) // 2])


def endless(handler: Handler, query: str, media_type: str, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", media_type)
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass


def silent(handler: Handler, query: str, media_type: str, body: bytes) -> None:
    handler.close_connection = True


TRUE = b'{"head": {}, "boolean": true}'
#: Answers that an engine may give to whatever it is asked: one row, one row of nothing, triples in a triple.
ONE = b'{"head": {"vars": ["p"]}, "results": {"bindings": [{"p": {"type": "uri", "value": "urn:x"}}]}}'
NONE = b'{"head": {"vars": []}, "results": {"bindings": [{}]}}'
_OPEN = (
    b'{"type":"triple","value":{"subject":{"type":"uri","value":"urn:s"},'
    b'"predicate":{"type":"uri","value":"urn:p"},"object":'
)


def nested(depth: int) -> bytes:
    return b'{"head":{"vars":["s","p","o"]},"results":{"bindings":[{"p":%s{"type":"uri","value":"urn:o"}%s}]}}' % (
        _OPEN * depth,
        b"}}" * depth,
    )


DEEP = nested(20_000)  # 2.7 MB, which end a process that parses them


def until_closed(whole: bool, version: str = "HTTP/1.1") -> Lie:
    """Send an answer, or half of its lines, that ends when the connection does."""

    def answer(handler: Handler, query: str, media_type: str, body: bytes) -> None:
        lines = body.splitlines(keepends=True)
        handler.close_connection = True
        handler.wfile.write(f"{version} 200 OK\r\nContent-Type: {media_type}\r\n\r\n".encode())
        handler.wfile.write(body if whole else b"".join(lines[: len(lines) // 2]))

    return answer


@pytest.mark.parametrize(
    ("lie", "status", "words"),
    [
        (cut, 502, "broke off"),
        (half, 502, "to its end"),
        (silent, 502, "broke off"),
        (sends(200, "text/html", b"<h1>Welcome</h1>"), 502, "sent text/html"),
        (sends(200, "", b"<h1>Welcome</h1>"), 502, "to its end"),
        (sends(200, TRIPLES, b""), 502, "sent application/n-triples"),
        (sends(200, RESULTS, TRUE), 502, "truth value"),
        (
            sends(
                200, RESULTS, b'{"head": {"vars": ["s", "p", "o"]}, "results": {"bindings": [{"s": {"type": "x"}}]}}'
            ),
            502,
            "end",
        ),
        (sends(200, RESULTS, ONE), 502, "sent the columns ?p, and ?o ?p ?s were asked for"),
        (sends(200, RESULTS, NONE), 502, "sent the columns –"),
        (sends(200, RESULTS, DEEP), 502, "nested too deeply"),
        (sends(200, "", None, ("X-SPARQL-MaxRows", "10000")), 502, "only a part"),
        (sends(200, "", None, ("X-SQL-State", "S1TAT")), 502, "only a part"),
        (sends(200, "", None, ("Content-Encoding", "gzip")), 502, "compressed"),
        (sends(401, "text/html", b"<h1>Who?</h1>"), 502, "does not let this server in"),
        (sends(302, "text/html", b"", ("Location", "http://elsewhere.example/")), 502, "redirects"),
        (sends(500, "text/plain", b"SR586: out of\n memory"), 502, "SR586: out of memory"),
        (sends(404, "text/html", b""), 502, "answered with 404"),
        (sends(400, "text/plain", b"no such function"), 400, "no such function"),
        (sends(503, "text/plain", b""), 503, "too busy"),
        (sends(429, "text/plain", b""), 503, "too busy"),
        (sends(504, "text/plain", b""), 504, "gave up"),
    ],
)
def test_a_lie_is_told_and_the_next_answer_is_right(
    live: Live, engine: OtherEngine, lie: Lie, status: int, words: str
) -> None:
    engine.lie = to_visitors(lie)
    answer = ask(live, ALL)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    engine.lie = None
    assert ask(live, ALL).status_code == 200
    assert live.get("/readyz").status_code == 200


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_a_graph_of_which_nobody_says_where_it_ends_is_none(live: Live, engine: OtherEngine, version: str) -> None:
    graph = "CONSTRUCT { ?s ?p ?o } { ?s a <ontology#Action> ; ?p ?o }"
    for whole in (True, False):
        engine.lie = to_visitors(until_closed(whole, version))
        answer = ask(live, graph, "text/turtle")
        assert (answer.status_code, "without saying how much it is" in answer.text) == (502, True), answer.text
    engine.lie = to_visitors(until_closed(True, version))
    assert ask(live, ALL).status_code == 200  # JSON says itself where it ends
    engine.lie = None
    assert ask(live, graph, "text/turtle").status_code == 200


def test_an_answer_without_an_end_and_one_that_does_not_come(engine: OtherEngine, harbour_root: Path) -> None:
    bounds = {"query_seconds": 2.0, "query_bytes": 1_000_000, "query_cache": 0}
    with serve(settings_of(engine, root=harbour_root, **bounds)) as live:
        assert eventually(lambda: live.get("/readyz").status_code == 200)
        engine.lie = to_visitors(endless)
        assert ask(live, ALL).status_code == 413
        engine.lie = to_visitors(hang)
        answer = ask(live, ALL)
        assert (answer.status_code, "did not answer within" in answer.text) == (504, True), answer.text
        assert live.app.pool.started <= 4  # no worker had to be killed
        engine.lie = None
        assert ask(live, ALL).status_code == 200


def test_who_takes_an_answer_slowly_is_told_that_the_time_is_over(engine: OtherEngine) -> None:
    """And is not cancelled, as if it were its own client who had gone."""
    engine.lie = sends(200, RESULTS, bytes(10_000_000))
    endpoint = RemoteEndpoint(engine.query, "", 0.2, 100_000_000)

    async def take() -> None:
        try:
            async with aclosing(endpoint.stream("ASK {}")) as pieces:
                async for _ in pieces:
                    await asyncio.sleep(0.3)
        finally:
            await endpoint.close()

    with pytest.raises(QueryTimeout):
        asyncio.run(take())


def test_pages_and_documents_need_no_engine(opened: OpenRelease, harbour_root: Path) -> None:
    settings = replace(settings_of(OtherEngine(), root=harbour_root), store="http://127.0.0.1:9/query")
    with serve(settings) as live:
        assert live.get("/doc/harbour-2031/action/1", "text/turtle").status_code == 200
        ready, answer = live.get("/readyz"), ask(live, ALL)
        assert (ready.status_code, answer.status_code) == (503, 503)
        assert "cannot be reached" in answer.text
        assert answer.headers["retry-after"]
        assert "initiative_lod_ready 0" in live.get("/metrics").text


def test_an_engine_that_went_away_is_told_and_comes_back_by_itself(opened: OpenRelease, harbour_root: Path) -> None:
    with running() as first:
        load_into(first, opened)
        port = int(first.address.rpartition(":")[2])
        settings = settings_of(first, root=harbour_root, query_cache=0)
        with serve(settings) as live:
            assert eventually(lambda: live.get("/readyz").status_code == 200)
            first.login = "Bearer of another day"
            assert eventually(lambda: "does not let this server in" in live.get("/readyz").text)
            assert ask(live, ALL).status_code == 503
            first.login = ""
            assert eventually(lambda: live.get("/readyz").status_code == 200)
            first.lie = sends(200, "text/html", b"<h1>Maintenance</h1>")
            assert eventually(lambda: "sent text/html" in live.get("/readyz").text)
            first.lie = None
            assert eventually(lambda: ask(live, ALL).status_code == 200)
            assert port


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ONE, "the columns ?p"),
        (DEEP, "sent more than 65,536 bytes for a question"),
        pytest.param(NONE, "the columns –", marks=pytest.mark.slow),
        pytest.param(nested(200), "nested more than", marks=pytest.mark.slow),
        pytest.param(b"[]", "no object", marks=pytest.mark.slow),
    ],
)
def test_an_engine_that_says_the_same_to_everything_is_told_and_believed_later(
    apart: OtherEngine,
    harbour_root: Path,
    opened: OpenRelease,
    body: bytes,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(competency, "FILE", "none")
    apart.lie = sends(200, RESULTS, body)
    with pytest.raises(EngineError, match="engine"):
        proof(apart, opened)
    with serve(settings_of(apart, root=harbour_root, query_cache=0)) as live:
        assert eventually(lambda: words in live.get("/readyz").text)
        assert ask(live, ALL).status_code == 503
        apart.lie = None
        assert eventually(lambda: live.get("/readyz").status_code == 200)


def test_the_engine_is_looked_after_whatever_happens(
    apart: OtherEngine, harbour_root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise IndexError("of a look")

    monkeypatch.setattr(competency, "FILE", "none")
    with serve(settings_of(apart, root=harbour_root, query_cache=0)) as live:
        assert eventually(lambda: live.get("/readyz").status_code == 200)
        looked_after = live.app.pool.engine
        assert isinstance(looked_after, RemoteStore)
        for name in ("holds", "probe"):  # a look, and then a proof
            with monkeypatch.context() as patch:
                patch.setattr(remote_store, name, fails)
                if name == "probe":
                    looked_after._next = 0.0
                assert eventually(lambda: looked_after.proofs["failed"] > 1)
                assert "could not be looked after" in live.get("/readyz").text
            assert eventually(lambda: live.get("/readyz").status_code == 200)
            looked_after.proofs.clear()
    told = [item for item in caplog.messages if "IndexError: of a look" in item and apart.address in item]
    assert 1 <= len(told) <= 2  # once for each time


def believed(engine: OtherEngine, opened: OpenRelease, check: Callable[[RemoteStore], Awaitable[None]]) -> None:
    """Have a store that believes the engine checked, of which nobody looks after it meanwhile."""

    async def run() -> None:
        store = RemoteStore(patient(settings_of(engine)), lambda: opened, Broker("", 1))
        try:
            await store._turn()
            assert store.ready
            engine.asked.clear()
            await check(store)
        finally:
            await store.stop()

    asyncio.run(run())


@pytest.mark.parametrize("lie", [sends(503, "text/plain", b""), sends(429, "text/plain", b""), hang])
def test_an_engine_that_is_busy_twice_is_away_and_comes_back_with_one_look(
    apart: OtherEngine, opened: OpenRelease, lie: Lie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(competency, "FILE", "none")

    async def check(store: RemoteStore) -> None:
        apart.lie = lie
        with monkeypatch.context() as patch:
            patch.setattr(remote_store, "CHECK_SECONDS", 0.5 if lie is hang else SECONDS)
            await store._turn()
            assert store.ready
            await store._turn()
        assert not store.ready
        with pytest.raises(EngineDown):
            store.check(opened)
        apart.lie = None
        await store._turn()
        store.check(opened)
        assert store.ready
        assert (store.proofs, len(apart.asked)) == ({"believed": 1}, 3)

    monkeypatch.setattr(remote_store, "CHECK_SECONDS", SECONDS)
    believed(apart, opened, check)


@pytest.mark.parametrize(
    "lie",
    [
        sends(500, "text/plain", b""),
        sends(200, RESULTS, ONE),
        cut,
        *(
            pytest.param(lie, marks=pytest.mark.slow)
            for lie in (
                sends(400, "text/plain", b""),
                sends(401, "text/plain", b""),
                sends(200, "text/html", b""),
                sends(200, RESULTS, b'{"head": {"vars": ["version"]}, "results": {"bindings": []}}'),
                sends(
                    200,
                    RESULTS,
                    b'{"head":{"vars":["version"]},"results":{"bindings":[{"version":{"type":"literal","value":"1.0"}}]}}',
                ),
                sends(200, RESULTS, b" " * 100_000),
            )
        ),
    ],
)
def test_an_engine_that_says_something_else_must_prove_itself_again(
    apart: OtherEngine, opened: OpenRelease, lie: Lie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(competency, "FILE", "none")

    async def check(store: RemoteStore) -> None:
        apart.lie = lie
        await store._turn()
        assert not store.ready
        apart.lie = None
        await store._turn()
        assert store.ready
        assert store.proofs == {"believed": 2}

    believed(apart, opened, check)


def test_an_engine_that_answers_otherwise_later_is_found_out(
    apart: OtherEngine, harbour_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(competency, "FILE", "none")
    with serve(settings_of(apart, root=harbour_root, store_proof_seconds=0.1)) as live:
        assert eventually(lambda: live.get("/readyz").status_code == 200)
        apart.change = capped
        assert eventually(lambda: "(rows)" in live.get("/readyz").text)
        apart.change = None
        assert eventually(lambda: live.get("/readyz").status_code == 200)


@pytest.mark.parametrize("lie", [sends(503, "text/plain", b"")])
def test_an_engine_that_is_too_busy_for_a_proof_is_not_called_wrong(
    engine: OtherEngine, opened: OpenRelease, lie: Lie
) -> None:
    engine.lie = to_visitors(lie)
    with pytest.raises(EngineDown, match="busy"):
        proof(engine, opened)


def load_into(engine: OtherEngine, opened: OpenRelease) -> None:
    engine.store.clear()
    engine.store.bulk_extend(opened.store)


def test_an_answer_of_an_engine_that_is_being_loaded_is_none(opened: OpenRelease, harbour_root: Path) -> None:
    with running() as engine:
        load_into(engine, opened)
        with serve(settings_of(engine, root=harbour_root, query_cache=0)) as live:
            assert eventually(lambda: live.get("/readyz").status_code == 200)
            mark = opened.iris.graph("release")

            def begin(handler: Handler, query: str, media_type: str, body: bytes) -> None:
                engine.store.remove_graph(mark)
                engine.lie = None
                handler.send(200, media_type, body)

            engine.lie = to_visitors(begin)
            answer = ask(live, ALL)
            assert (answer.status_code, "another release by now" in answer.text) == (503, True)
            assert eventually(lambda: live.get("/readyz").status_code == 503)
            load_into(engine, opened)
            assert eventually(lambda: ask(live, ALL).status_code == 200)


def test_a_switch_is_waited_for_until_the_engine_has_that_release(own: Past) -> None:
    folder, root = own.live.settings.release_folder, own.live.settings.root
    with running() as engine:
        load_into(engine, own.live.opened)
        with serve(settings_of(engine, root=root, releases=folder, query_cache=0)) as live:
            assert eventually(lambda: live.get("/readyz").status_code == 200)
            release.rollback(folder)
            assert ask(live, ALL).status_code == 503
            assert "(release)" in live.get("/readyz").text
            older = live.get(f"/release/{own.versions[2]}/sparql?query={quote(ALL)}", "application/json")
            assert older.status_code == 200  # from its own store
            load_into(engine, live.opened)
            assert eventually(lambda: live.get("/readyz").status_code == 200)
            assert ask(live, ALL).status_code == 200


# The proof


def capped(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "results" in found:
        del found["results"]["bindings"][CAP:]
    return found


def first_of_paths(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "+ ?b" in query:
        del found["results"]["bindings"][1:]
    return found


def numbers_for_truth(query: str, found: dict[str, Any]) -> dict[str, Any]:
    for row in found.get("results", {}).get("bindings", ()):
        for term in row.values():
            if term.get("datatype", "").endswith("#boolean"):
                term.update(value=str(int(term["value"] == "true")), datatype=term["datatype"][:-7] + "integer")
    return found


def rows_for_truth(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "boolean" in found and "FILTER" in query:
        value = {"type": "literal", "value": str(int(found["boolean"]))}
        return {"head": {"vars": ["ask"]}, "results": {"bindings": [{"ask": value}]}}
    return found


def bare_numbers(query: str, found: dict[str, Any]) -> dict[str, Any]:
    """Write integers as numbers of JSON, which no client takes for terms."""
    for row in found.get("results", {}).get("bindings", ()):
        for term in row.values():
            if term.get("datatype", "").endswith("#integer"):
                del term["datatype"]
                term["value"] = int(term["value"])
    return found


def without_duplicates(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "results" in found:
        rows = {json.dumps(row, sort_keys=True): row for row in found["results"]["bindings"]}
        found["results"]["bindings"] = list(rows.values())
    return found


def without_tags(query: str, found: dict[str, Any]) -> dict[str, Any]:
    for row in found.get("results", {}).get("bindings", ()):
        for term in row.values():
            term.pop("xml:lang", None)
    return found


def rewritten(query: str, found: dict[str, Any]) -> dict[str, Any]:
    for row in found.get("results", {}).get("bindings", ()):
        for term in row.values():
            if term["type"] == "literal":
                term["value"] = term["value"].strip()
    return found


def more_by_one(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "{ ?s ?p ?o }" in query and "(COUNT(*) AS ?n)" in query and "GRAPH" not in query:
        term = found["results"]["bindings"][0]["n"]
        term["value"] = str(int(term["value"]) + 2499)
    return found


def system_graph(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "GROUP BY ?g" in query:
        number = found["results"]["bindings"][0]["n"]
        found["results"]["bindings"].append({"g": {"type": "uri", "value": "urn:of:the:system"}, "n": number})
    return found


def one_less(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "GROUP BY ?g" in query:
        number = found["results"]["bindings"][0]["n"]
        number["value"] = str(int(number["value"]) - 1)
    return found


def another(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if WHICH in query:
        found["results"]["bindings"].clear()
    return found


def fewer_answers(query: str, found: dict[str, Any]) -> dict[str, Any]:
    if "results" in found and "VALUES" not in query and "COUNT(*)" not in query:
        del found["results"]["bindings"][1:]
    return found


FAULTS: list[tuple[Change, str]] = [
    (capped, "rows"),
    (first_of_paths, "paths"),
    (numbers_for_truth, "booleans"),
    (rows_for_truth, "booleans"),
    (bare_numbers, "rows"),
    (without_duplicates, "duplicates"),
    (without_tags, "languages"),
    (rewritten, "literals"),
    (more_by_one, "default-graph"),
    (system_graph, "other-graphs"),
    (one_less, "graphs"),
    (another, "release"),
    (fewer_answers, "questions"),
]


def numbers_as_texts(query: str, found: dict[str, Any]) -> dict[str, Any]:
    """Lose the datatypes of what is in the store, not of counts and of what a query states itself."""
    for row in found.get("results", {}).get("bindings", ()):
        for term in row.values() if "(COUNT(*) AS ?n)" not in query and "VALUES ?" not in query else ():
            term.pop("datatype", None)
    return found


def as_virtuoso(handler: Handler, query: str, media_type: str, body: bytes) -> None:
    """Answer as Virtuoso 7.2.5 was seen to."""
    if "+ ?b" in query:
        handler.send(500, "text/plain", b"Virtuoso 37000 Error TN...: transitive start not given")
        return
    if media_type == RESULTS:
        found = json.loads(body)
        if "FROM" in query:
            number = found["results"]["bindings"][0]["n"]
            number["value"] = str(int(number["value"]) + 2)
        del found.get("results", {"bindings": []})["bindings"][TRUE_CAP:]
        for change in (numbers_for_truth, rows_for_truth, numbers_as_texts, more_by_one):
            found = change(query, found)
        body = json.dumps(found).encode()
    else:
        body = b"".join(body.splitlines(keepends=True)[:TRUE_CAP])
    handler.send(200, media_type, body)


def test_virtuoso_is_found_out_by_all_that_it_does_otherwise(
    apart: OtherEngine, opened: OpenRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in MANY.items():
        monkeypatch.setattr(engine_probe, name, number)
    table = GraphTable.read(opened.release.path)
    shared = UnionPart(BlankNode(), frozenset(list(table.sizes)[:2]))  # so small a release has no graphs that share
    monkeypatch.setattr(GraphTable, "read", lambda _: GraphTable(table.sizes, (shared,)))
    apart.lie = as_virtuoso
    found = proof(apart, opened)
    assert {*found} == {"default-graph", "from", "paths", "rows", "booleans", "literals", "questions"}, found
    assert "transitive start not given" in found["paths"]
    assert found["rows"] == "of 10,201 rows 10,000 came"


@pytest.mark.parametrize(("of_literals", "name"), [(False, "graphs"), (True, "literals")])
def test_other_values_in_equal_numbers_are_found(
    opened: OpenRelease, of_literals: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(quad: Quad) -> Quad:
        if isinstance(quad.object, Literal) is not of_literals or quad.graph_name != graph:
            return quad
        if isinstance(quad.object, Literal):
            value = Literal(f"{quad.object.value} (sic)", language=quad.object.language)
            return Quad(quad.subject, quad.predicate, value, quad.graph_name)
        if not isinstance(quad.object, NamedNode):
            return quad
        return Quad(quad.subject, quad.predicate, NamedNode(f"{quad.object.value}-2"), quad.graph_name)

    sizes = GraphTable.read(opened.release.path).sizes
    graph = NamedNode(max(sizes, key=lambda iri: (iri != opened.iris.graph("release").value, sizes[iri])))
    monkeypatch.setattr(competency, "FILE", "none")
    with running() as engine:
        engine.store.bulk_extend(changed(quad) for quad in opened.store)
        assert len(engine.store) == len(opened.store)
        found = proof(engine, opened)
        assert name in found
        assert "are missing" in found[name]


@pytest.mark.parametrize("body", [ONE, NONE, TRUE, DEEP, b"[]", b"", b'{"head": {}}', b'{"head": [], "results": 1}'])
def test_answers_that_are_none_are_findings(
    engine: OtherEngine, opened: OpenRelease, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(competency, "FILE", "none")
    engine.lie = to_visitors(sends(200, RESULTS, body))
    assert {"graphs", "default-graph", "rows", "duplicates"} <= {*proof(engine, opened)}


@pytest.mark.parametrize("rows", ["{}", '""', "null", "[[]]", '[{"p": null}]', '[{"p": {"type": "uri", "value": 1}}]'])
def test_rows_that_are_none_are_no_empty_answer(rows: str) -> None:
    with pytest.raises(EngineError):
        rows_of(f'{{"head": {{"vars": ["p"]}}, "results": {{"bindings": {rows}}}}}'.encode(), ["p"])


def test_the_command_says_what_is_wrong_and_what_can_be_taken_on(engine: OtherEngine, harbour_root: Path) -> None:
    def run(*more: str) -> tuple[int, str]:
        environment = {"INITIATIVE_LOD_STORE_DEVIATIONS": "from"}
        given = ["--root", str(harbour_root), "release", "load", engine.query, "--probe", *more]
        done = CliRunner().invoke(app, given, env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    engine.change = numbers_for_truth
    code, said = run()
    assert code == 1
    assert 'set store_deviations = "from,booleans' in said.replace("\n", " ")
    engine.change = one_less
    assert "graphs cannot be taken on" in run()[1]


def proof(engine: OtherEngine, opened: OpenRelease) -> dict[str, str]:
    found = prove(opened, endpoint_of(patient(settings_of(engine)), opened.release.version), quiet)
    return {finding.name: finding.text for finding in found}


@pytest.mark.parametrize(("change", "name"), FAULTS, ids=lambda value: getattr(value, "__name__", value))
def test_each_fault_is_found_by_its_name(
    engine: OtherEngine, opened: OpenRelease, change: Change, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name != "questions":  # which are most of what is asked
        monkeypatch.setattr(competency, "FILE", "none")
    engine.change = change
    found = proof(engine, opened)
    assert name in found, found
    assert found[name]


def test_a_graph_that_is_cut_is_found(engine: OtherEngine, opened: OpenRelease) -> None:
    def short(handler: Handler, query: str, media_type: str, body: bytes) -> None:
        lines = body.splitlines(keepends=True)
        handler.send(200, media_type, b"".join(lines[:CAP]) if media_type == TRIPLES else body)

    engine.lie = short
    assert "rows" in proof(engine, opened)


def test_a_refusal_is_told_in_words(engine: OtherEngine, opened: OpenRelease, monkeypatch: pytest.MonkeyPatch) -> None:
    def capped_by_header(handler: Handler, query: str, media_type: str, body: bytes) -> None:
        is_large = "VALUES ?a" in query and "?b" in query
        handler.send(200, media_type, body, *[("X-SPARQL-MaxRows", "10000")] * is_large)

    monkeypatch.setattr(competency, "FILE", "none")
    engine.lie = capped_by_header
    assert "gave only a part of the result (x-sparql-maxrows: 10000)" in proof(engine, opened)["rows"]


def test_blank_nodes_that_have_become_iris_are_found(opened: OpenRelease) -> None:
    blank = any(str(quad.subject).startswith("_:") for quad in opened.store)
    with running() as engine:
        settings = patient(settings_of(engine))
        for way, address in ((Way.GRAPH_STORE, "/data"), (Way.UPDATE, "/update")):
            target = Target.of(settings, engine.address + address, way)
            found = load(opened, endpoint_of(settings, opened.release.version), target, False, quiet)
            assert {finding.name for finding in found} - {"from"} == ({"blank-nodes"} if blank else set()), found
            assert len(engine.store) == len(opened.store)


def test_an_engine_that_is_refused_answers_nobody_until_its_fault_is_taken_on(
    engine: OtherEngine, harbour_root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine.change = numbers_for_truth
    with serve(settings_of(engine, root=harbour_root)) as live:
        assert eventually(lambda: "is not believed" in live.get("/readyz").text)
        answer = ask(live, ALL)
        assert (answer.status_code, "(booleans, literals)" in answer.text) == (503, True)
        assert "Deviation" not in live.get("/sparql", "text/turtle").text
    assert "booleans: 2 rows" in caplog.text or "booleans: of 2 rows" in caplog.text
    assert 'set store_deviations = "from,booleans,literals"' in caplog.text
    settings = replace(settings_of(engine, root=harbour_root), store_deviations="from, booleans, literals")
    with serve(settings) as live:
        assert eventually(lambda: live.get("/readyz").status_code == 200)
        assert ask(live, ALL).status_code == 200
        described = live.get("/sparql", "text/turtle").text
        assert "truth values may come as numbers" in described
        assert "真值可能以数字形式给出" in described


# Loading


def test_what_others_have_is_not_removed_unless_told(opened: OpenRelease) -> None:
    with running() as engine:
        engine.store.update("INSERT DATA { GRAPH <urn:theirs> { <a:b> <a:b> <a:b> } }")
        settings = patient(settings_of(engine))
        target = Target.of(settings, f"{engine.address}/data", Way.GRAPH_STORE)
        endpoint = endpoint_of(settings, opened.release.version)
        with pytest.raises(ReleaseError, match=r"<urn:theirs>.*--replace"):
            load(opened, endpoint, target, False, quiet)
        assert len(engine.store) == 1
        load(opened, endpoint, target, True, quiet)
        assert len(engine.store) == len(opened.store)


def test_the_description_goes_first_and_comes_last(opened: OpenRelease) -> None:
    with running() as engine:
        load_into(engine, opened)
        settings = patient(settings_of(engine))
        target = Target.of(settings, f"{engine.address}/data", Way.GRAPH_STORE)
        load(opened, endpoint_of(settings, opened.release.version), target, False, quiet)
        written = [(method, path) for method, path, _ in engine.asked if method in ("PUT", "DELETE")]
        assert (written[0][0], written[-1][0]) == ("DELETE", "PUT")
        assert all(path.endswith("graph%2Frelease") for _, path in (written[0], written[-1]))


def test_an_engine_that_does_not_let_one_write_is_told(opened: OpenRelease, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as engine:
        monkeypatch.setenv("LOGIN", "basic me:secret word")
        settings = patient(settings_of(engine, store_login="env:LOGIN"))
        engine.login = authorization(settings)
        target = Target.of(settings, f"{engine.address}/data", Way.QUADS)
        endpoint = endpoint_of(settings, opened.release.version)
        load(opened, endpoint, target, False, quiet)
        with pytest.raises(EngineError, match="401"):
            load(opened, endpoint, replace(target, login=""), False, quiet)
    with pytest.raises(EngineError, match=r"cannot be reached|engine.unreachable"):
        load(opened, endpoint, target, False, quiet)


def drips(handler: Handler) -> None:
    handler.close_connection = True
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.05)
    except OSError:
        pass


def floods(handler: Handler) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 507 Full\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b"the disk is full " * 4096)
    except OSError:
        pass


@pytest.mark.parametrize(
    ("does", "words"), [(drips, "is not answered within"), (floods, "507 Full: the disk is full the disk")]
)
def test_an_engine_that_never_ends_its_answer_to_a_document_is_told(
    opened: OpenRelease, does: Callable[[Handler], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if does is drips:
        monkeypatch.setattr(remote_loading, "LOAD_SECONDS", 0.5)
        monkeypatch.setattr(remote_loading, "SLOWEST", 1e12)
    with running() as engine:
        engine.written = does
        settings = patient(settings_of(engine))
        target = Target.of(settings, f"{engine.address}/data", Way.QUADS)
        with pytest.raises(EngineError, match=words):
            load(opened, endpoint_of(settings, opened.release.version), target, False, quiet)


# Settings


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("bearer abc.def\n", "Bearer abc.def"),
        ("Bearer abc", "Bearer abc"),
        ("basic me:se:cret", "Basic bWU6c2U6Y3JldA=="),
    ],
)
def test_a_login_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, expected: str
) -> None:
    (tmp_path / "login").write_text(content, "utf-8")
    assert authorization(Settings(root=tmp_path, store_login="login")) == expected
    monkeypatch.setenv("ENGINE_LOGIN", content)
    assert authorization(Settings(store_login="env:ENGINE_LOGIN")) == expected


@pytest.mark.parametrize("content", ["", "abc", "bearer ", "bearer a b", "basic me", "digest x:y"])
def test_what_is_no_login_is_told_without_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "login").write_text(content, "utf-8")
    with pytest.raises(SettingsError, match="holds no login") as error:
        authorization(Settings(root=tmp_path, store_login="login"))
    assert "x:y" not in str(error.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        authorization(Settings(root=tmp_path, store_login="gone"))
    with pytest.raises(SettingsError, match="environment variable GONE"):
        authorization(Settings(store_login="env:GONE"))


@pytest.mark.parametrize("url", ["x", "ftp://x/", "http://u:p@x/", "http://x/#y", "http://x y/", "http://x:99999/"])
def test_what_is_no_endpoint_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="must be the http or https address"):
        RemoteStore(Settings(store=url), lambda: None, Broker("", 1))


def test_deviations_are_known_by_name() -> None:
    assert accepted(Settings(store_deviations=" paths,rows ,paths")) == ("paths", "rows")
    with pytest.raises(SettingsError, match="'release', which is no deviation; there are default-graph"):
        accepted(Settings(store_deviations="release"))
    assert {name for _, name in FAULTS} - {"release", "graphs"} <= {*DEVIATIONS}


def test_the_address_may_name_the_release(opened: OpenRelease) -> None:
    settings = Settings(store="http://engine.example/{version}/query")
    assert endpoint_of(settings, "1.0-abc").url == "http://engine.example/1.0-abc/query"


def test_connections_to_releases_long_gone_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each has an address of its own; those to the one before may still be in use."""
    closed: list[str] = []

    async def close(endpoint: RemoteEndpoint) -> None:
        closed.append(endpoint.url[-1])

    async def probe(*_: object) -> list[Deviation]:
        return [Deviation(MISSING, "")]

    async def run() -> None:
        store = RemoteStore(Settings(store="http://engine.example/{version}"), lambda: None, Broker("", 1))
        for version in "1232":
            await store._proved(cast(OpenRelease, SimpleNamespace(release=SimpleNamespace(version=version))))
        assert closed == ["1"]
        await store.stop()
        assert sorted(closed) == ["1", "2", "3"]

    monkeypatch.setattr(RemoteEndpoint, "close", close)
    monkeypatch.setattr(remote_store, "holds", probe)
    monkeypatch.setattr(remote_store, "probe", probe)
    asyncio.run(run())
