"""Processor time and memory of the first request of every kind, over a release of any size.

    python bench/growth.py RELEASES [--only TEXT]

Nothing that grows with the data may be made in the server, so none of these may cost more than the aim. A server is
started anew for the table; each address is asked twice, and the CPU time of its whole process tree counted: the
difference is what was made at the first time. Other people's work on the machine inflates CPU time by a half at most.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from front import TICKS, Server, Unmeasured, free_port

AIM = 50.0  # ms of CPU of a first request
SEARCHED = "network"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"


def rows(hub: str) -> list[tuple[str, str, str]]:
    """Kind, address and Accept, cheap ones first so that each pays for what is its own."""
    batch = urllib.parse.quote(json.dumps({"q0": {"query": "data security"}, "q1": {"query": "网络安全"}}))
    typed = urllib.parse.quote(json.dumps({"q0": {"query": "trade", "type": f"{SKOS}Concept"}}))
    of_hub = f"/resource?iri={urllib.parse.quote(hub, safe='')}"
    asked = {
        "COUNT(*)": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "COUNT(*) over graphs": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "classes": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n)",
        "classes, distinct": "SELECT DISTINCT ?c { ?s a ?c }",
        "properties": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n)",
        "properties, distinct": "SELECT DISTINCT ?p { ?s ?p ?o }",
        "graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "graphs, distinct": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    }
    queries = [
        (f"query: {kind}", f"/sparql?query={urllib.parse.quote(text)}", "application/sparql-results+json")
        for kind, text in asked.items()
    ]
    return [
        ("health", "/healthz", "*/*"),
        ("start page", "/", "text/html"),
        ("action, page", "/doc/wic-2020/action/8", "text/html"),
        ("action, Turtle", "/doc/wic-2020/action/8", "text/turtle"),
        ("dataset, page", "/dataset", "text/html"),
        ("dataset, Turtle", "/dataset", "text/turtle"),
        ("things", "/things", "text/html"),
        ("things of a kind", "/things/topic", "text/html"),
        ("suggestions", "/suggest?q=dat", "application/json"),
        ("search, rare", "/search?q=backdoor", "text/html"),
        ("search, frequent", f"/search?q={SEARCHED}", "text/html"),
        ("hub, page", of_hub, "text/html"),
        ("hub, Turtle", of_hub, "text/turtle"),
        ("hub, Turtle, last page", f"{of_hub}&page=LAST", "text/turtle"),
        ("service description", "/sparql", "text/turtle"),
        ("query form", "/sparql", "text/html"),
        ("terms to complete", "/sparql/terms.json", "application/json"),
        ("reconciliation, manifest", "/reconcile", "application/json"),
        ("reconciliation", f"/reconcile?queries={batch}", "application/json"),
        ("reconciliation, of a class", f"/reconcile?queries={typed}", "application/json"),
        ("reconciliation, suggest", "/reconcile/suggest/entity?prefix=data", "application/json"),
        ("reconciliation, a class", "/reconcile/suggest/type?prefix=con", "application/json"),
        ("reconciliation, a property", "/reconcile/suggest/property?prefix=lab", "application/json"),
        ("properties of a class", f"/reconcile/properties?type={urllib.parse.quote(SKOS + 'Concept')}", "*/*"),
        *queries,
        ("metrics", "/metrics", "*/*"),
        ("releases", "/releases", "text/html"),
    ]


def get(server: Server, path: str, accept: str) -> tuple[int, int, str]:
    """Status, bytes and Link header of an answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.status, len(answer.read()), answer.headers.get("Link") or ""
    except urllib.error.HTTPError as error:
        return error.code, len(error.read()), ""


def cost(server: Server, path: str, accept: str) -> tuple[float, int, int, str]:
    """CPU ms, and what ``get`` gives."""
    before = server.cpu()
    found = get(server, path, accept)
    time.sleep(0.05)
    return 1000 * (server.cpu() - before), *found


def last_page(link: str) -> str:
    """The number of the last page by a Link header."""
    for item in link.split(", <"):
        if 'rel="last"' in item:
            query = urllib.parse.urlsplit(item.strip("<").partition(">")[0]).query
            return dict(urllib.parse.parse_qsl(query)).get("page", "1")
    return "1"


def settle(server: Server) -> None:
    """Wait until it has made what it makes ahead of requests, and uses no processor for a second."""
    before = -1.0
    while (now := server.cpu()) > before:
        before = now
        time.sleep(1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", type=Path, help="a folder with a published release")
    parser.add_argument("--only", default="", help="only the rows that have this in their name")
    parser.add_argument("--hub", default="https://synthetic.example/scheme", help="IRI to which very much points")
    given = parser.parse_args()
    port = free_port()
    command = [sys.executable, "-m", "initiative_lod", "--releases", str(given.releases.resolve()), "serve"]
    server = Server("initiative-lod", [*command, "--port", str(port)], port, {"INITIATIVE_LOD_QUERY_CACHE": "0"})
    try:
        try:
            started = server.start("/healthz")
        except Unmeasured as error:
            sys.exit(f"bench: {error}")
        settle(server)
        print(f"load average {os.getloadavg()[0]:.1f}; start {started:.2f} s by the clock, {server.cpu():.2f} s of CPU")
        print(f"idle {server.memory():.0f} MB with its workers; resolution {1000 / TICKS:.0f} ms\n")
        print("| | first, CPU ms | second, CPU ms | bytes | memory after, MB | |")
        print("| --- | ---: | ---: | ---: | ---: | --- |")
        last = "1"
        for kind, path, accept in rows(given.hub):
            if given.only not in kind:
                continue
            path = path.replace("LAST", last)
            first, status, size, link = cost(server, path, accept)
            last = last_page(link) if kind == "hub, Turtle" else last
            second, *_ = cost(server, path, accept)
            told = "" if status == 200 else f"status {status}"
            told = told or ("" if first <= AIM else "above the aim")
            print(f"| {kind} | {first:,.0f} | {second:,.0f} | {size:,} | {server.memory():,.0f} | {told} |", flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
