"""Requests per second of CPU beside peers over the same data, in one run: they take turns, each pinned to core 0.

    python bench/peers.py RELEASES [--oxigraph PROGRAM] [--rdflib-endpoint PYTHON] [--rounds 5] [--seconds 3]

Needs wrk, taskset and pgrep, and two cores that nobody else uses. Oxigraph's server comes from PyPI (``oxigraph``,
which the development lock has); rdflib-endpoint goes into an environment of its own (``make bench`` makes it). A peer
without a program is left out. Each cell has the median of the rounds; a ratio is of the pairs of a round, with its
smallest and largest. Queries are not kept, by anybody.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from front import ACTION, SELECT, WAIT, Measured, Server, free_port, load

BASE = "https://w3id.org/initiative-lod/"
GROUPED = f"SELECT ?m (COUNT(*) AS ?n) {{ ?s <{BASE}ontology#modality> ?m }} GROUP BY ?m"
WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 5000"
ABOUT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ <{BASE}id/wic-2020/action/8> }} ?s ?p ?o }}"
TURTLE, ROWS = {"Accept": "text/turtle"}, {"Accept": "application/sparql-results+json"}
#: What is asked: its name, the query, what is accepted, and the document of ours that answers it, where there is one.
ASKED = (
    ("about an action, Turtle", ABOUT, TURTLE, f"{ACTION}.ttl"),
    ("small SELECT", SELECT, ROWS, ""),
    ("SELECT with GROUP BY", GROUPED, ROWS, ""),
    ("CONSTRUCT of 5,000", WHOLE, TURTLE, ""),
)


@dataclass
class Peer:
    """A server; ``endpoint`` is where it takes queries, ``loading`` the seconds that its data took before its start."""

    server: Server
    endpoint: str
    loading: float = 0.0

    def start(self) -> float:
        """Seconds until it answers a query."""
        return self.server.start(f"{self.endpoint}?query={quote('ASK { ?s ?p ?o }')}")


def peers(args: argparse.Namespace, dump: Path, folder: Path) -> list[Peer]:
    """Those whose program is there, with the data loaded where that comes before the start."""
    found = []
    beside = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if program := args.oxigraph or beside or shutil.which("oxigraph"):
        port, store = free_port(), folder / "oxigraph"
        begun = time.monotonic()
        subprocess.run(
            [program, "load", "--location", str(store), "--file", str(dump)], check=True, capture_output=True
        )
        command = [program, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
        loading = time.monotonic() - begun
        found.append(Peer(Server("oxigraph", [*command, "--union-default-graph"], port), "/query", loading))
    if args.rdflib_endpoint:
        port = free_port()
        command = [str(args.rdflib_endpoint), "-m", "rdflib_endpoint", "serve", "--host", "127.0.0.1"]
        found.append(Peer(Server("rdflib-endpoint", [*command, "--port", str(port), str(dump)], port), "/"))
    return found


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", type=Path, help="a folder with a published release")
    parser.add_argument(
        "--oxigraph", help="program of Oxigraph's server; else the one beside this Python or on the path"
    )
    parser.add_argument("--rdflib-endpoint", type=Path, help="a Python with rdflib-endpoint installed")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for tool in ("wrk", "taskset", "pgrep"):
        if shutil.which(tool) is None:
            sys.exit(f"bench: {tool} is not installed; on Debian: apt-get install wrk util-linux procps")
    with tempfile.TemporaryDirectory() as folder:
        run(args, Path(folder))


def run(args: argparse.Namespace, folder: Path) -> None:
    """Everything, in one run."""
    releases, dump = args.releases.resolve(), folder / "data.nq"
    with gzip.open(releases / "current" / "dump.nq.gz") as packed, dump.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    port = free_port()
    plenty = {"QUERY_RATE": "1000000", "QUERY_PER_CLIENT": "64", "QUERY_QUEUE": "64", "QUERY_CACHE": "0"}
    command = [sys.executable, "-m", "initiative_lod", "--releases", str(releases), "serve", "--port", str(port)]
    named = {f"INITIATIVE_LOD_{name}": value for name, value in plenty.items()}
    everyone = [Peer(Server("initiative-lod", command, port, named), "/sparql"), *peers(args, dump, folder)]
    try:
        started = [peer.start() for peer in everyone]
        print(f"load average {os.getloadavg()[0]:.1f}; {args.rounds} rounds of {args.seconds:g} s, 16 connections\n")
        print("| | | requests a second of CPU | ours to it (smallest to largest) | p50, p99 ms |")
        print("| --- | --- | ---: | ---: | ---: |")
        for name, query, headers, document in ASKED:
            rounds: dict[str, list[Measured]] = {peer.server.name: [] for peer in everyone}
            paths = [f"{peer.endpoint}?query={quote(query)}" for peer in everyone]
            paths[0] = document or paths[0]
            for peer, path in zip(everyone, paths, strict=True):
                asked = urllib.request.Request(f"http://127.0.0.1:{peer.server.port}{path}", headers=headers)
                urllib.request.urlopen(asked, timeout=WAIT).read()
            for _ in range(args.rounds):
                for peer, path in zip(everyone, paths, strict=True):
                    rounds[peer.server.name].append(load(peer.server, path, headers, args.seconds))
            tell(name, rounds)
        print("\n| | memory, MB | start, s | loading before, s |\n| --- | ---: | ---: | ---: |")
        for peer, seconds in zip(everyone, started, strict=True):
            print(f"| {peer.server.name} | {peer.server.memory():.0f} | {seconds:.1f} | {peer.loading:.1f} |")
    finally:
        for peer in everyone:
            peer.server.stop()


def tell(name: str, rounds: dict[str, list[Measured]]) -> None:
    """The rows of what was asked, ours first."""
    ours = next(iter(rounds.values()))
    for place, (server, found) in enumerate(rounds.items()):
        rate = statistics.median(item.per_cpu_second for item in found)
        ratios = [
            one.per_cpu_second / other.per_cpu_second
            for one, other in zip(ours, found, strict=True)
            if other.per_cpu_second
        ]
        told = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})" if place and ratios else ""
        middle = found[len(found) // 2]
        print(
            f"| {'' if place else name} | {server} | {rate:,.0f} | {told} | {middle.p50:.1f}, {middle.p99:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
