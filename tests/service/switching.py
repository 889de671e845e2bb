"""Every kind of address, and what is answered there of each of two releases alone: what a switch must not mix."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx

from initiative_lod.formats import DOCUMENT_TYPES
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from service.conftest import Live, serve
from service.test_memento import BASE, BROWSER, DATES, LEAGUE, TIDES

#: How long a query took is not of a release.
TOOK = re.compile(rb"answered in [\d,]+ ms")
IRI = quote(f"{BASE}id/{LEAGUE}")
SELECT = quote(
    "SELECT ?g ?label { GRAPH ?g { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?label } } ORDER BY ?label"
)
DRAFT = "/reconcile/1.0-draft"
MATCH = b'{"queries": [{"conditions": [{"matchType": "name", "propertyValue": "League of Lighthouses"}]}]}'
EXTEND = b'{"ids": ["%b"], "properties": [{"id": "http://www.w3.org/2004/02/skos/core#prefLabel"}]}'
BATCH = quote('{"q": {"query": "League of Lighthouses"}}')
OF_THE_SERVER = ("date", "last-modified")
ACCEPTED = ("text/turtle", "application/json", BROWSER)


@dataclass(frozen=True)
class Asked:
    """A request."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.headers)}"

    def send(self, url: str, client: httpx.Client) -> Told:
        """The answer, without what is not of a release: the time of day, since when the server has answered from the
        release, and how long a query took.
        """
        headers = {"host": "data.example", **dict(self.headers)}
        answer = client.request(self.method, url + self.path, headers=headers, content=self.body or None)
        told = tuple(sorted(item for item in answer.headers.multi_items() if item[0] not in OF_THE_SERVER))
        body = TOOK.sub(b"", answer.content)
        if body != answer.content:
            told = tuple(item for item in told if item[0] != "content-length")
        return Told(answer.status_code, told, body)


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


def addresses(versions: tuple[str, ...]) -> list[Asked]:
    """Every kind of address. The first release is older than either, the second and the third are switched."""
    accepted = [
        "/", "/?lang=zh", f"/id/{LEAGUE}", f"/id/{TIDES}", f"/doc/{LEAGUE}", f"/doc/{TIDES}", "/ontology", "/dataset",
        "/graph/shared", f"/resource?iri={IRI}", "/.well-known/void", "/context.jsonld", f"/linkset?iri={IRI}",
        f"/cite?iri={IRI}", "/search?q=lighthouses", f"/compare?iri={IRI}&iri={BASE}id/group/harbours", "/compare",
        "/questions", "/questions/prohibitions", "/releases", "/sparql", f"/sparql?query={SELECT}",
        f"/timegate/doc/{LEAGUE}", f"/timegate/{BASE}doc/{TIDES}", f"/timemap/doc/{LEAGUE}", "/releases/changes",
        "/things", "/things/institution", "/things/topic", "/read/harbour-2031",
        *(f"/release/{version}" for version in versions),
        *(f"/release/{version}/doc/{LEAGUE}" for version in versions),
    ]  # fmt: skip
    plain = [
        *(f"/doc/{LEAGUE}.{media.suffix}" for media in DOCUMENT_TYPES),
        "/shapes", "/shapes.ttl", "/sparql/terms.json", "/dataset/dump.nq.gz", "/dataset/dump.trig.gz",
        "/dataset/none.gz", f"/ontology/{versions[0]}", "/dataset/dump.parquet", "/files/manifest.json",
        "/files/store.json", "/files/release.nq", "/tree.schema.json", "/statements/none.csv",
        "/read/harbour-2031.epub", "/suggest?q=League", "/about", "/about/data", "/about/api", "/pictures",
        "/pictures/topics", "/pictures/topics.svg", "/pictures/topics.csv", "/pictures/topics.png",
        "/embed/pictures/topics", "/embed/pictures/topics.png", "/oembed?url=http://data.example/pictures/topics",
        "/robots.txt", "/sitemap.xml", "/releases.atom", "/questions/prohibitions.csv", "/search.json?q=tides",
        f"/reconcile/flyout/entity?id={IRI}", "/reconcile/properties", "/reconcile/suggest/type?prefix=i",
        "/reconcile/suggest/property?prefix=l", f"{DRAFT}", f"{DRAFT}/suggest/entity?prefix=League",
        f"{DRAFT}/suggest/type?prefix=i", f"{DRAFT}/suggest/property?prefix=l", f"{DRAFT}/extend/propose",
        f"{DRAFT}/preview?id={IRI}", "/readyz", "/reconcile", f"/reconcile?queries={BATCH}",
        "/reconcile/suggest/entity?prefix=League", f"/reconcile/preview?id={IRI}", "/static/site.css", "/nothing",
        f"/release/{versions[0]}/", f"/release/{versions[0]}/sparql?query={SELECT}",
        f"/release/{versions[2]}/search?q=tides", f"/releases/changes.json?from={versions[0]}&to={versions[1]}",
    ]  # fmt: skip
    conditional = [
        Asked(f"/doc/{LEAGUE}.ttl", (("if-none-match", "*"),)),
        Asked("/dataset/dump.nq.gz", (("range", "bytes=0-99"),)),
        Asked(f"/doc/{LEAGUE}", (("accept-datetime", DATES[1]),)),
        Asked(f"/doc/{LEAGUE}", (("accept", "image/png"),)),
        Asked(f"/doc/{LEAGUE}", (("accept", BROWSER),), "HEAD"),
        Asked("/files/release.nq", (("range", "bytes=-40"),)),
        Asked("/sparql?query=SELECT", (("accept", BROWSER),)),
        Asked(f"{DRAFT}/match", method="POST", body=MATCH),
        Asked(f"{DRAFT}/extend", method="POST", body=EXTEND % f"{BASE}id/{LEAGUE}".encode()),
    ]
    negotiated = [Asked(path, (("accept", accept),)) for path in accepted for accept in ACCEPTED]
    return [*negotiated, *(Asked(path) for path in plain), *conditional]


def point(folder: Path, version: str) -> None:
    """Switch to a release as publishing does, in one step; the history is left as it is, and knows them all."""
    link = folder / f".next-{threading.get_ident()}"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(folder / "current")


def told_alone(root: Path, folder: Path, version: str, asked: list[Asked]) -> dict[Asked, Told]:
    """What a server answers that has never seen another release than this one current."""
    point(folder, version)
    with serving(root, folder) as live:
        return {item: item.send(live.url, live.client) for item in asked}


@contextmanager
def serving(
    root: Path, folder: Path, publisher: Publisher | None = None, cache: int = 64 * 1024 * 1024
) -> Iterator[Live]:
    """A server of the folder, which waits for whatever takes long."""
    settings = Settings(root=root, releases=folder, query_rate=100_000.0, query_per_client=64, page_cache=cache)
    with serve(settings, publisher) as live:
        yield live
