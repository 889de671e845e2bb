"""What is kept is what is made: requests at random to a server that keeps answers and to one that keeps none, the same
bytes and fields from both, whoever asked for what before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from initiative_lod.settings import Settings
from service.conftest import Live, serve
from service.switching import OF_THE_SERVER
from service.test_memento import three

__all__ = ["three"]  # a fixture

REQUESTS, ADDRESSES = 800, 200
#: Of an answer what is another one each time: how long a query took, and what parts are divided by.
CHANGING = re.compile("[0-9.,]+ (ms|毫秒)|boundary=[0-9a-f]+|--[0-9a-f]{20,}")
HEADERS: dict[str, tuple[float, Sequence[str]]] = {  # how often each is sent, and with what
    "accept": (
        0.8,
        (
            "text/html", "text/turtle", "application/ld+json", "application/json", "image/png", "image/svg+xml",
            "text/csv", "*/*", "text/html;q=0.5,text/turtle", "application/rdf+xml", "text/plain", "", "x",
            "application/epub+zip", 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"',
        ),
    ),
    "accept-language": (0.5, ("zh", "en", "zh-Hant", "fr", "*", "en;q=0.1,zh", "")),
    "accept-profile": (0.15, ("<http://www.w3.org/ns/dx/conneg/altr>", "x")),
    "accept-encoding": (0.5, ("identity", "gzip", "zstd", "br", "gzip;q=0, *", "*")),
    "if-none-match": (0.05, ("*", '"x"')),
    "range": (0.05, ("bytes=0-9", "bytes=5-", "bytes=-3", "x=1", "bytes=0-1,4-5", "bytes=99999999-")),
    "if-range": (0.03, ('"x"',)),
    "if-match": (0.03, ("*", '"x"')),
    "if-unmodified-since": (0.03, ("Mon, 05 Mar 2001 10:00:00 GMT", "x")),
    "accept-datetime": (0.03, ("Thu, 05 Mar 2031 12:00:00 GMT", "x")),
    "x-forwarded-prefix": (0.05, ("/lod", '/evil"><', "//e", "/a/b")),
    "x-forwarded-host": (0.05, ("evil.example", "a b")),
}  # fmt: skip
NAMES = ("harbour-2031", "prohibitions", "topics", "topic", "dump.nq.gz", "manifest.json", "entity", "x")
SUFFIXES = ("ttl", "html", "jsonld", "nt", "rdf", "txt", "trig", "json", "csv", "png", "x")
SPELLINGS = ("{}/", "/{}", "{};a=b", "{}%00", "{}.", "{}%0A", "{}%3Flang=zh")


@dataclass
class Asking:
    """Requests at random, of the addresses, arguments and things that a server describes and has."""

    chance: random.Random
    paths: list[str]
    arguments: dict[str, list[str]]
    documents: list[str]
    values: dict[str, Sequence[str]]
    pool: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, live: Live, versions: Sequence[str], seed: int) -> Asking:
        described: dict[str, Any] = live.get("/openapi.json").json()["paths"]
        named = quote("SELECT DISTINCT ?s { ?s a ?type FILTER isIRI(?s) } ORDER BY ?s")
        things = live.get(f"/sparql?query={named}", "text/csv").text.split()[1:]
        base = live.opened.iris.base
        own = [iri.removeprefix(base) for iri in things if iri.startswith(base) and "#" not in iri]
        values: dict[str, Sequence[str]] = {
            "iri": [*things, *own, "x", "%"], "choose": [*things, "http://evil.example/"], "id": things,
            "lang": ("zh", "en", "fr", "EN", ""), "hl": ("zh", "x"), "page": ("1", "2", "01", "+1", "0", "x"),
            "_mediatype": ("text/html", "text/turtle", "ttl", "json", "application/ld+json", "image/png", "x"),
            "_profile": ("alt", "expanded", "framed", "x"), "q": ("lighthouse", "港", '"tides"', ""), "from": versions,
            "to": versions, "document": ("harbour-2031", "x", ""),
            "query": ("ASK {}", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
        }  # fmt: skip
        arguments = {
            path: [item["name"] for item in methods.get("get", {}).get("parameters", ()) if item["in"] == "query"]
            for path, methods in described.items()
            if path != "/metrics"
        }
        found = cls(random.Random(seed), sorted(arguments), arguments, [f"/{path}" for path in own], values)
        found.pool = [found.address(versions) for _ in range(ADDRESSES)]
        return found

    def address(self, versions: Sequence[str]) -> str:
        chance = self.chance
        if chance.random() < 0.35:
            described, path = "/doc/{path}", chance.choice(self.documents).replace("/id/", "/doc/", 1)
        else:
            described = chance.choice(self.paths)
            path = re.sub(r"\{[^}]*\}", lambda _: chance.choice(NAMES), described)
        path += f".{chance.choice(SUFFIXES)}" if chance.random() < 0.3 else ""
        path = f"/release/{chance.choice(versions)}{path}" if chance.random() < 0.2 else path
        path = chance.choice(SPELLINGS).format(path) if chance.random() < 0.1 else path
        names = [*self.arguments.get(described, ()), "lang", "lang", "_mediatype", "unknown"]
        given = chance.choices(names, k=chance.choice((0, 0, 0, 1, 1, 2, 3, 4)))
        given += ["iri", "iri"] if described == "/compare" else ["iri"] * (described in ("/resource", "/cite"))
        pairs = [f"{name}={quote(chance.choice(self.values.get(name, ('x', '', '1'))))}" for name in given]
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    def request(self) -> tuple[str, str, list[tuple[str, str]]]:
        chance = self.chance
        sent = [(name, chance.choice(values)) for name, (often, values) in HEADERS.items() if chance.random() < often]
        return chance.choice(("GET", "GET", "GET", "HEAD")), chance.choice(self.pool), sent


def told(live: Live, method: str, path: str, headers: list[tuple[str, str]]) -> tuple[int, list[tuple[str, str]], str]:
    """An answer, without what is another one each time."""
    url = httpx.URL(live.url).copy_with(raw_path=path.encode())
    answer = live.client.request(method, url, headers=[("host", "data.example"), *headers])
    body = answer.content.decode("latin-1")
    same = CHANGING.sub("", answer.text if "text/" in answer.headers.get("content-type", "") else body)
    fields = [(name, CHANGING.sub("", value)) for name, value in answer.headers.multi_items()]
    left_out = (*OF_THE_SERVER, *(("content-length",) if same != body else ()))
    return answer.status_code, sorted(item for item in fields if item[0] not in left_out), same


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_what_is_made(three: tuple[Path, tuple[str, ...]], seed: int) -> None:
    root, versions = three
    shared: dict[str, Any] = {"query_rate": 1e5, "query_per_client": 64, "trusted_proxies": "127.0.0.1"}
    with (
        serve(Settings(root=root, **shared)) as keeping,
        serve(Settings(root=root, page_cache=0, query_cache=0, **shared)) as making,
    ):
        asking = Asking.of(making, versions, seed)
        statuses = set()
        for _ in range(REQUESTS):
            request = asking.request()
            kept, made = told(keeping, *request), told(making, *request)
            assert kept == made, request
            assert kept[0] < 500, request
            statuses.add(kept[0])
        assert {200, 303, 400, 404, 406} <= statuses
        assert keeping.app.site.cache.size > making.app.site.cache.size
