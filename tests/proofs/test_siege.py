"""A siege of every kind of address: 64 connections each, of one client and of 64, while health and two pages of other
kinds are asked and timed.

``make siege`` prints the figures, and those of one machine stand in docs/overload.md. What is asserted does not depend
on how busy the machine is: whoever was besieged answers with nothing but the statuses it may, and all others with 200.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Match, Route

from initiative_lod import release
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.app import create_app
from patience import eventually
from ports import free_port
from proofs.siege import Besieged, Kind, besiege

CONNECTIONS = 64
SECONDS = 5.0
BASE = "https://w3id.org/initiative-lod/id/wic-2020/action/"
PAIRS = tuple(f"/compare?iri={BASE}{a}&iri={BASE}{b}" for a in range(1, 21) for b in range(1, 21) if a != b)
ENDLESS = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
THINGS = ("entity", "type", "property")
TAGS = ("en", "zh")
PICTURES = ("topics", "wording", "addressees", "addressed")
#: Of addresses that are of a kind that is asked: files of ours, look-ups, other names, and the draft of reconciliation.
ALIKE = (
    "/static/", "/context.jsonld", "/tree.schema.json", "/openapi.json", "/shapes", "/graph/", "/ontology/",
    "/.well-known/", "/sparql/terms.json", "/readyz", "/reconcile", "/questions/", "/release/{version}", "/pictures",
)  # fmt: skip
#: Health, a page that is stored, and one that has to be made each time.
HEALTH, STORED, MADE = "/healthz", "/doc/wic-2020/action/9.ttl", f"/linkset?iri={BASE}7"


def kinds(version: str) -> list[Kind]:
    """Every kind of address. %n is another number in each request: no answer is the same as the one before."""
    return [
        Kind("`/`", ["/"]),
        Kind("`/?x=…`", ["/?x=%n"]),
        Kind("a page", [f"/doc/wic-2020/action/{number}" for number in range(1, 21)]),
        Kind("Turtle", [f"/doc/wic-2020/action/{number}.ttl" for number in range(1, 21)], "*/*"),
        Kind("RDF/XML", [f"/doc/wic-2020/action/{number}/clause/1.rdf" for number in range(1, 21)], "*/*"),
        Kind("`/ontology`", ["/ontology?x=%n"]),
        Kind("`/dataset`", ["/dataset?x=%n"]),
        Kind("`/id/…`", ["/id/wic-2020/action/8"]),
        Kind("`/compare`, pairs", PAIRS),
        Kind("`/compare?choose=…`", ["/compare?choose=%n"]),
        Kind("`/cite`", [f"/cite?iri={BASE}8&style=apa&x=%n"], "*/*"),
        Kind("`/search`", ["/search?q=%E7%BD%91%E7%BB%9C%n"]),
        Kind("`/questions`", ["/questions?x=%n"]),
        Kind("`/releases`", ["/releases"]),
        Kind("`/releases/changes`", [f"/releases/changes?from={version}&to={version}&x=%n"]),
        Kind("`/release/<v>/`", [f"/release/{version}/"]),
        Kind("`/release/<v>/compare`", [f"/release/{version}{path}" for path in PAIRS]),
        Kind("`/timemap/…`", ["/timemap/doc/wic-2020/action/8"], "*/*"),
        Kind("a dump", ["/dataset/dump.nq.gz"], "*/*"),
        Kind("`/sparql`, the page", ["/sparql?x=%n"]),
        Kind("`/sparql`, short queries", ["/sparql?query=" + quote("ASK { ?s ?p ") + "%n" + quote(" }")], "*/*"),
        Kind("`/sparql`, endless ones", [f"/sparql?query={ENDLESS}%23%n"], "*/*"),
        Kind("`/sparql`, mistakes", ["/sparql?query=SELECT%n"]),
        Kind("`/reconcile`", ["/reconcile?query=data%n"], "*/*"),
        Kind("`/reconcile/suggest/…`", [f"/reconcile/suggest/{kind}?prefix=d%n" for kind in THINGS], "*/*"),
        Kind("`/reconcile/preview`", [f"/reconcile/preview?id={BASE}{number}&x=%n" for number in range(1, 21)], "*/*"),
        Kind("`/suggest`", ["/suggest?q=data%n"], "*/*"),
        Kind("`/read/…`", ["/read/wic-2020?x=%n", "/read/wic-2020?view=zh&x=%n", "/read/wic-2020?view=en&x=%n"]),
        Kind("`/read/….epub`", ["/read/wic-2020.epub?x=%n"], "*/*"),
        Kind("`/read/….pdf`", ["/read/wic-2020.pdf?x=%n"], "*/*"),
        Kind("`/things/…`", ["/things?x=%n", "/things/topic?x=%n"]),
        Kind("`/pictures/…`", [f"/pictures/{name}?x=%n" for name in PICTURES]),
        Kind("`/pictures/….png`", [f"/pictures/{name}.png?lang={tag}&x=%n" for name in PICTURES for tag in TAGS]),
        Kind("`/embed/…`", [f"/embed/pictures/{name}?x=%n" for name in PICTURES]),
        Kind("`/embed/….png`", [f"/embed/pictures/{name}.png?lang={tag}" for name in PICTURES for tag in TAGS], "*/*"),
        Kind("`/oembed`", ["/oembed?url=http://siege.example/pictures/topics&maxwidth=3%n"], "*/*"),
        Kind("`/statements/…`", ["/statements/wic-2020.csv?x=%n", "/statements/none-%n.csv"], "*/*"),
        Kind("`/about`", ["/about?x=%n", "/about/data?x=%n", "/about/api?x=%n"]),
        Kind("`/resource`", ["/resource?iri=http://purl.org/dc/terms/%n", f"/resource?iri={BASE}8"]),
        Kind("`/linkset`", [f"/linkset?iri={BASE}{number}" for number in range(1, 21)], "*/*"),
        Kind("`/timegate/…`", ["/timegate/doc/wic-2020/action/8"], "*/*"),
        Kind("feeds", ["/releases.atom?x=%n", "/sitemap.xml?x=%n", "/robots.txt?x=%n"], "*/*"),
        Kind("`/files/…`", ["/files/release.nq", "/files/manifest.json"], "*/*"),
        Kind("`/metrics`", ["/metrics"], "*/*"),
        Kind("nothing there", ["/nothing/%n"]),
        Kind("`/healthz`", ["/healthz?x=%n"], "*/*"),
    ]


def test_every_address_is_besieged(tmp_path: Path) -> None:
    """Those above are of all kinds that there are: what is added to the service is added there."""
    app: Any = create_app(Settings(root=tmp_path), Publisher(tmp_path)).app
    routes = [route for route in app.router.routes if isinstance(route, Route)]
    found = set()
    for kind in kinds("1"):
        method = "POST" if kind.body else "GET"
        for path in kind.paths:
            scope = {"type": "http", "method": method, "path": path.partition("?")[0], "root_path": ""}
            found.add(next((route.path for route in routes if route.matches(scope)[0] is Match.FULL), ""))
    paths = {route.path for route in routes}
    alone = {path for path in paths - found if path.rpartition(".")[0] not in paths}
    assert {path for path in alone if not path.startswith(ALIKE)} == set()


@contextmanager
def serving(settings: Settings) -> Iterator[int]:
    """The port of a server as ``serve`` starts it, in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "initiative_lod", "--root", str(settings.root), "--releases"]
    command += [str(settings.release_folder), "serve", "--port", str(port)]
    given = {name: value for name, value in os.environ.items() if not name.startswith("INITIATIVE_LOD_")}
    environment = {**given, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:

        def listens() -> bool:
            assert process.poll() is None, process.stderr and process.stderr.read()
            with socket.socket() as tried:
                return tried.connect_ex(("127.0.0.1", port)) == 0

        assert eventually(listens)
        yield port
    finally:
        process.terminate()
        _, log = process.communicate(timeout=60)
    assert "Traceback" not in log, log[-3000:]


def cells(found: Besieged) -> str:
    answered = sum(count for status, count in found.statuses.items() if status.isdigit())
    away = sum(found.statuses.get(status, 0) for status in ("429", "503"))
    times = " | ".join(f"{found.p99(path) * 1000:.0f}" for path in (STORED, MADE, HEALTH))
    return f"{answered:,} | {away:,} | {times}"


@pytest.mark.slow
def test_no_kind_of_address_starves_another(real_settings: Settings) -> None:
    current = release.current(real_settings.release_folder)
    assert current is not None
    probes = {HEALTH: "*/*", STORED: "*/*", MADE: "*/*"}
    with serving(real_settings) as port:
        besiege(port, None, 0, 1.0, probes)
        print(f"\n{CONNECTIONS} connections for {SECONDS:g} s each; load average before {os.getloadavg()[0]:.1f}")
        print("| of one client, of 64 |" + " requests | 429, 503 | p99 stored | p99 made | p99 health, ms |" * 2)
        print("| --- |" + " ---: |" * 10)
        nobody = [cells(besiege(port, None, 0, SECONDS, probes)) for _ in range(2)]
        print(f"| none | {' | '.join(nobody)} |", flush=True)
        unexpected = {}
        for kind in kinds(current.version):
            both = []
            for clients in (1, CONNECTIONS):
                found = besiege(port, kind, CONNECTIONS, SECONDS, probes, clients=clients)
                both.append(cells(found))
                wrong = found.statuses.keys() - {"200", "302", "303", "307", "400", "404", "406", "429", "503", "504"}
                if wrong or found.met.keys() != {(path, 200) for path in probes}:
                    unexpected[kind.name, clients] = dict(found.statuses), dict(found.met)
            print(f"| {kind.name} | {' | '.join(both)} |", flush=True)
        print(f"load average after {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    assert unexpected == {}
