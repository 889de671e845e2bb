"""SERVICE where an operator allows it: cut out of the query, called by the server, at looked-at addresses only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import Store

from initiative_lod.errors import InitiativeLodError, QueryForbidden, ServiceError
from initiative_lod.settings import Settings
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.sparql.service_calls import Broker, is_public
from initiative_lod.sparql.worker.service_clauses import clauses
from patience import SECONDS, patient
from service.sparql_app import BASE, EX, Server, make_release, sample, serving

LISTED = "http://sparql.example:8080/query"


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    """The endpoint that is called: one of ours."""
    with serving(sample(5)) as running:
        yield running


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_release(tmp_path_factory.mktemp("releases"), sample(20)).store)


class Redirected(httpx.AsyncHTTPTransport):
    """The open internet, of which a test has none: what goes to 203.0.114.7 arrives at our own server."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server, self.seen = server, list[httpx.Request]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        assert request.url.host == "203.0.114.7"
        request.url = httpx.URL(self.server.sparql)
        return await super().handle_async_request(request)


async def public(host: str, port: int) -> Sequence[str]:
    return ["203.0.114.7"]


def run(store: str, service: Server, query: str) -> tuple[Any, Redirected]:
    """The bindings, or the error, of a query over ``store``, with ``service`` behind LISTED."""
    network = Redirected(service)

    async def main() -> Any:
        settings = patient(Settings(services=LISTED, releases=Path(store).parents[1]))
        pool = QueryPool(settings, Broker(LISTED, SECONDS, public, network))
        await pool.start()
        try:
            result = await pool.run(Job(store, query, BASE), "client")
            return json.loads(result.read())["results"]["bindings"]
        except InitiativeLodError as error:
            return error
        finally:
            await pool.stop()

    return asyncio.run(main()), network


def test_a_listed_service_is_joined_with(store: str, service: Server) -> None:
    query = (
        f"PREFIX e: <{EX}> PREFIX s: <{LISTED.removesuffix('query')}>\n"
        "SELECT ?s ?m ('SERVICE' AS ?service) { ?s e:next ?t . SERVICE s:query { ?t e:number ?n FILTER(?n > 2) }\n"
        " ?t e:number ?m } # SERVICE <x:y> {}"
    )
    found, network = run(store, service, query)
    assert sorted(row["m"]["value"] for row in found) == ["3", "4"]
    assert [request.headers["host"] for request in network.seen] == ["sparql.example:8080"]


def test_what_is_not_listed_is_refused_and_not_called(store: str, service: Server) -> None:
    for clause in (f"<{LISTED}/other>", "<http://127.0.0.1/>", "SILENT <http://127.0.0.1/>"):
        found, network = run(store, service, f"SELECT * {{ SERVICE {clause} {{ ?s ?p ?o }} }}")
        assert isinstance(found, QueryForbidden), found
        assert not network.seen
    found, network = run(store, service, f"SELECT * {{ VALUES ?x {{ <{LISTED}> }} SERVICE ?x {{ ?s ?p ?o }} }}")
    assert isinstance(found, QueryForbidden)
    assert not network.seen


def test_failures(store: str, service: Server) -> None:
    failing = f"SERVICE <{LISTED}> {{ SERVICE <http://127.0.0.1/> {{ ?s ?p ?o }} }}"
    found, network = run(store, service, f"SELECT * {{ {failing} }}")
    assert isinstance(found, ServiceError)
    assert "403" in str(found)
    silent = failing.replace("SERVICE", "SERVICE SILENT", 1)
    found, network = run(store, service, f"SELECT * {{ VALUES ?x {{ 1 }} {silent} }}")
    assert [list(row) for row in found] == [["x"]]
    assert len(network.seen) == 1


def parses(text: str) -> bool:
    try:
        Store().query(text)
    except SyntaxError:
        return False
    except (RuntimeError, OSError, ValueError):
        return True
    return True


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { SERVICE <x:a> { ?s ?p '}' } }", [("x:a", "{ ?s ?p '}' }", False)]),
        ("SELECT * {service#<x:no>\n silent<x:a>{{}#}\n}}", [("x:a", "{{}#}\n}", True)]),
        (
            "PREFIX service: <x:> SELECT ?service { ?service service:service 'SERVICE <x:b> {}' SERVICE service:a {} }",
            [("x:a", "{}", False)],
        ),
        ("SELECT * { SERVICE <x:a> { SERVICE <x:b> { ?s ?p ?o } } SERVICE <x:c> {} }", None),
        ("SELECT * { FILTER(?a<?b)SERVICE<x:a>{} FILTER EXISTS { SERVICE <x:a> { ?s ?p ?o } } }", None),
    ],
)
def test_clauses(query: str, expected: list[tuple[str, str, bool]] | None) -> None:
    assert parses(query)
    found = clauses(query, parses)
    if expected is None:
        assert len(found) == 2
    else:
        assert [(clause.iri, clause.pattern, clause.silent) for clause in found] == expected


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1", "localhost", "",
        "0x7f000001", "2130706433",
    ],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


def test_public_addresses() -> None:
    assert is_public("9.9.9.9")
    assert is_public("2620:fe::9")
    assert is_public("::ffff:9.9.9.9")


@pytest.mark.parametrize("found", [["127.0.0.1"], ["9.9.9.9", "10.0.0.1"], [], ["::ffff:169.254.169.254"]])
def test_a_listed_name_at_a_private_address_is_not_called(found: list[str], service: Server) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    network = Redirected(service)
    with pytest.raises(QueryForbidden, match="private"):
        asyncio.run(Broker(LISTED, SECONDS, resolve, network).call(LISTED, "ASK {}"))
    assert not network.seen


def test_every_spelling_of_this_machine_is_refused() -> None:
    for host in ("localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]", "0"):
        iri = f"http://{host}:9/"
        with pytest.raises((QueryForbidden, ServiceError)):
            asyncio.run(Broker(iri, SECONDS).call(iri, "ASK {}"))


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"location": "http://127.0.0.1/"}, b""),
        (200, {"content-type": "text/html"}, b"<html>"),
        (200, {"content-type": "application/sparql-results+json", "content-encoding": "gzip"}, b""),
        (500, {"content-type": "application/sparql-results+json"}, b"{}"),
        (200, {"content-type": "application/sparql-results+json"}, b"a" * (9 << 20)),
    ],
)
def test_answers_that_are_none(status: int, headers: dict[str, str], body: bytes) -> None:
    network = httpx.MockTransport(
        lambda request: httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))
    )
    with pytest.raises(ServiceError):
        asyncio.run(Broker(LISTED, SECONDS, public, network).call(LISTED, "ASK {}"))


@pytest.mark.thorough
def test_the_description_says_so(tmp_path: Path) -> None:
    with serving(services=LISTED) as running:
        text = httpx.get(running.sparql).text
        assert "sd:BasicFederatedQuery" in text
        assert running.get("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }").status_code == 403
