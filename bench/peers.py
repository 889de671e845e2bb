"""Requests per second of CPU beside peers over the same data, in one run: they take turns, each pinned to core 0.

    python bench/peers.py [RELEASES] [--merge SOURCE ...] [--install] [--peers FOLDER] [--only NAME ...] [--rounds 3]
        [--chart FILE.svg]

Needs wrk, taskset and pgrep, and two cores that nobody else uses. ``--merge`` merges graphs of others into the release
that is built, so that everybody is asked over both. ``--install`` puts the peers of PyPI and npm, in the versions
below, each into an environment of its own in FOLDER. What cannot be installed or does not start is told with its
reason, and left out. Each cell has the median of the rounds; a ratio is of the pairs of a round, with its smallest and
largest. Queries are not kept, by anybody; what a peer answers is compared with our answer before it is measured.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from addresses import NGINX
from front import ACTION, CHECKOUT, HERE, SELECT, WAIT, Measured, Server, Unmeasured, free_port, load
from pyoxigraph import RdfFormat, parse, serialize

BASE = "https://w3id.org/initiative-lod/"
THING = f"{BASE}id/wic-2020/action/8"
GROUPED = f"SELECT ?m (COUNT(*) AS ?n) {{ ?s <{BASE}ontology#modality> ?m }} GROUP BY ?m"
WHOLE_TRIPLES = 5000
WHOLE = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }} LIMIT {WHOLE_TRIPLES}"
ABOUT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ <{THING}> }} ?s ?p ?o }}"
TURTLE, ROWS, PAGE = ({"Accept": accept} for accept in ("text/turtle", "application/sparql-results+json", "text/html"))
#: What is asked of everybody: a short name, what it is, the query that answers it (none: a page), and what is accepted.
ASKED = (
    ("turtle", "about an action, Turtle", ABOUT, TURTLE),
    ("page", "page of an action", "", PAGE),
    ("select", "small SELECT", SELECT, ROWS),
    ("group", "SELECT with GROUP BY", GROUPED, ROWS),
    ("whole", "CONSTRUCT of 5,000", WHOLE, TURTLE),
)
QUERIES = {name: query for name, _, query, _ in ASKED if query}

#: What comes from registries, in the versions that were tried; each stands in an environment of its own.
PYPI = {"rdflib-endpoint": ["rdflib-endpoint[cli]==0.6.3", "rdflib==7.6.0"], "shmarql": ["shmarql==0.70", "uvicorn"]}
NPM = {"trifid": ["trifid@5.3.0"]}
#: Those that were tried in November 2026, and cannot be measured.
UNUSABLE = {
    "prez": "PyPI has no package of this name",
    "ldf-server": "@ldf/server 3.3.0 starts, and lists none of the data sources of its configuration (0 in its index)",
}
CONNECTIONS = 16  # but of what takes so long that a round would be over before its first answers: one

TRIFID = """server: {{ listener: {{ host: 127.0.0.1, port: {port} }}, logLevel: warn }}
globals: {{ datasetBaseUrl: "{base}", endpoints: {{ default: {{ url: /query }} }} }}
plugins:
  entity-renderer: {{ module: "@zazuko/trifid-entity-renderer", config: {{ followRedirects: true }} }}
  fetch-handler:
    module: trifid-handler-fetch
    paths: /query
    config:
      url: "{data}"
      contentType: application/n-triples
      baseIRI: "{base}"
      graphName: "{base}graph/all"
      unionDefaultGraph: true
"""


@dataclass
class Peer:
    """A server, and the addresses of its answers to what is asked; seconds of loading before its start, and of that."""

    server: Server
    paths: dict[str, str]
    loading: float = 0.0
    started: float = 0.0

    @property
    def name(self) -> str:
        """What it is called."""
        return self.server.name


@dataclass(frozen=True)
class Bench:
    """What all peers are made from: a release, its data as N-Quads and as N-Triples, and folders."""

    releases: Path
    site: Path | None
    quads: Path
    triples: Path
    folder: Path
    peers: Path


@dataclass
class Row:
    """What was measured of one question: the rounds of each peer, ours first, and why others have none."""

    title: str
    rounds: dict[str, list[Measured]] = field(default_factory=dict)
    without: dict[str, str] = field(default_factory=dict)


def queried(endpoint: str) -> dict[str, str]:
    """Addresses of a SPARQL endpoint."""
    return {name: f"{endpoint}?query={quote(query)}" for name, query in QUERIES.items()}


# The peers, each made when its turn comes. They raise OSError or CalledProcessError where they cannot be made.


def ours(bench: Bench) -> Peer:
    port = free_port()
    plenty = {"QUERY_RATE": "1000000", "QUERY_PER_CLIENT": "64", "QUERY_QUEUE": "64", "QUERY_CACHE": "0"}
    command = [sys.executable, "-m", "initiative_lod", "--releases", str(bench.releases), "serve", "--port", str(port)]
    named = {f"INITIATIVE_LOD_{name}": value for name, value in plenty.items()}
    paths = {**queried("/sparql"), "turtle": f"{ACTION}.ttl", "page": f"{ACTION}.html"}
    return Peer(Server("initiative-lod", command, port, named), paths)


def starlette(bench: Bench) -> Peer:
    """The floor of what is stored: the bytes that ours sends, and nothing else."""
    known = {f"/{name}": (str(bench.folder / name), TYPES[name], "") for name in TYPES}
    (bench.folder / "answers.json").write_text(json.dumps(known))
    port = free_port()
    command = [sys.executable, str(HERE / "floors.py"), "several", str(port), str(bench.folder / "answers.json")]
    return Peer(Server("Starlette, same bytes", command, port), {name: f"/{name}" for name in TYPES})


def inline(bench: Bench) -> Peer:
    """The floor of queries: FastAPI that calls the store in the request, with no limit."""
    port = free_port()
    store = str((bench.releases / "current").resolve() / "store")
    command = [sys.executable, str(HERE / "floors.py"), "inline", str(port), store]
    paths = {name: path for name, path in queried("/sparql").items() if name in ("select", "group")}
    return Peer(Server("FastAPI, store inline", command, port), paths)


def nginx(bench: Bench) -> Peer:
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        raise FileNotFoundError("not installed; on Debian: apt-get install nginx")
    begun, site, port = time.monotonic(), bench.site or bench.folder / "site", free_port()
    if bench.site is None:
        command = [sys.executable, "-m", "initiative_lod", "--releases", str(bench.releases), "export", str(site)]
        subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    config = bench.folder / "nginx.conf"
    config.write_text(NGINX.format(folder=bench.folder, site=site.resolve(), port=port))
    paths = {"turtle": f"{ACTION}.ttl", "page": f"{ACTION}.html"}
    command = [program, "-p", str(bench.folder), "-c", str(config)]
    return Peer(Server("nginx on the export", command, port), paths, time.monotonic() - begun)


def oxigraph(bench: Bench) -> Peer:
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if program is None:
        raise FileNotFoundError("not installed: pip install oxigraph")
    port, store, begun = free_port(), bench.folder / "oxigraph", time.monotonic()
    loading = [program, "load", "--location", str(store), "--file", str(bench.quads)]
    subprocess.run(loading, check=True, capture_output=True)
    command = [program, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    server = Server("Oxigraph's server", [*command, "--union-default-graph"], port)
    return Peer(server, queried("/query"), time.monotonic() - begun)


def rdflib_endpoint(bench: Bench) -> Peer:
    python, port = environment(bench, "rdflib-endpoint"), free_port()
    command = [str(python), "-m", "rdflib_endpoint", "serve", "--host", "127.0.0.1", "--port", str(port)]
    return Peer(Server("rdflib-endpoint", [*command, str(bench.triples)], port), queried("/"))


def shmarql(bench: Bench) -> Peer:
    python, port = environment(bench, "shmarql"), free_port()
    command = [str(python), "-m", "uvicorn", "shmarql:app", "--host", "127.0.0.1", "--port", str(port)]
    given = {"DATA_LOAD_PATHS": str(bench.triples), "SITEDOCS_PATH": str(bench.folder), "PORT": str(port)}
    paths = {**queried("/sparql"), "page": f"/shmarql/?s={quote(f'<{THING}>')}"}
    return Peer(Server("shmarql", command, port, given), paths)


def trifid(bench: Bench) -> Peer:
    program, port = installed(bench, "trifid", "trifid/server.js"), free_port()
    config = bench.folder / "trifid.yaml"
    config.write_text(TRIFID.format(port=port, base=BASE, data=bench.triples))
    command = ["node", str(program), "-c", str(config), "-p", str(port)]
    path = "/" + THING.removeprefix(BASE)
    return Peer(Server("Trifid", command, port), {**queried("/query"), "turtle": path, "page": path})


MAKERS: dict[str, Callable[[Bench], Peer]] = {
    "initiative-lod": ours,
    "starlette": starlette,
    "inline": inline,
    "nginx": nginx,
    "oxigraph": oxigraph,
    "rdflib-endpoint": rdflib_endpoint,
    "shmarql": shmarql,
    "trifid": trifid,
}
TYPES = {"turtle": "text/turtle", "page": "text/html; charset=utf-8"}


def environment(bench: Bench, name: str) -> Path:
    """The Python of a peer of PyPI."""
    python = bench.peers / name / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError("not installed: give --install")
    return python


def installed(bench: Bench, name: str, program: str) -> Path:
    """A program of a peer of npm."""
    if shutil.which("node") is None:
        raise FileNotFoundError("node is not installed; on Debian: apt-get install nodejs npm")
    path = bench.peers / name / "node_modules" / program
    if not path.exists():
        raise FileNotFoundError("not installed: give --install")
    return path


def install(folder: Path, names: list[str]) -> dict[str, str]:
    """Put the peers of registries into ``folder``; why some could not be."""
    failed = {}
    for name in [name for name in (*PYPI, *NPM) if name in names]:
        place = folder / name
        if (place / "installed").exists():
            continue
        place.mkdir(parents=True, exist_ok=True)
        if name in PYPI:
            commands = [
                [sys.executable, "-m", "venv", str(place)],
                [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *PYPI[name]],
            ]
        else:
            commands = [["npm", "install", "--prefix", str(place), "--no-audit", "--no-fund", *NPM[name]]]
        try:
            for command in commands:
                subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            failed[name] = why(error)
        else:
            (place / "installed").touch()
    return failed


def why(error: BaseException) -> str:
    """The last line of what a program said, or the error itself."""
    said = (getattr(error, "stderr", None) or getattr(error, "stdout", None) or b"") or str(error)
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), str(error))[:200]


def start(peer: Peer, headers: dict[str, str]) -> None:
    """Start a peer and wait for its first answer. Raises OSError."""
    path = next(peer.paths[name] for name, *_ in reversed(ASKED) if name in peer.paths and name != "whole")
    try:
        peer.started = peer.server.start(path)
    except Unmeasured as error:
        peer.server.stop()
        log = Path(peer.server.log).read_text("utf-8", "replace") if peer.server.log else ""
        last = next((line.strip() for line in reversed(log.splitlines()) if line.strip()), "")
        raise OSError(f"{error}: {last}"[:300]) from None


def answer(peer: Peer, path: str, headers: dict[str, str]) -> tuple[bytes, float]:
    """Body of an answer, and the seconds that it took. Raises OSError."""
    request = urllib.request.Request(f"http://127.0.0.1:{peer.server.port}{path}", headers=headers)
    begun = time.monotonic()
    with urllib.request.urlopen(request, timeout=WAIT) as got:
        body = got.read()
        kind = got.headers.get_content_type()
    if headers["Accept"] not in (kind, "text/turtle") or (headers is TURTLE and "html" in kind):
        raise OSError(f"answers with {kind}")
    return body, time.monotonic() - begun


def rows_of(body: bytes) -> list[str]:
    """The rows of an answer in JSON, without their order, and of blank nodes that they are some."""
    found = json.loads(body)["results"]["bindings"]
    return sorted(repr(sorted((name, term["value"]) for name, term in row.items())) for row in found)


def differs(name: str, body: bytes, expected: bytes) -> str:
    """In what an answer is not ours; empty where it is, or where each has a page or a description of its own."""
    if name == "whole" and (triples := sum(1 for _ in parse(body, format=RdfFormat.TURTLE))) != WHOLE_TRIPLES:
        return f"{triples} triples"
    if name == "group" and rows_of(body) != rows_of(expected):
        return "another answer than ours"
    if name == "select" and len(rows_of(body)) != len(rows_of(expected)):
        return f"{len(rows_of(body))} rows"
    return ""


def measure(args: argparse.Namespace, everyone: list[Peer]) -> Iterator[Row]:
    """Rows of the table, each as soon as it is measured."""
    for name, title, _, headers in ASKED:
        row, asked, expected = Row(title), list[tuple[Peer, int]](), b""
        for peer in everyone:
            if name not in peer.paths:
                continue
            try:
                answer(peer, peer.paths[name], headers)
                body, seconds = answer(peer, peer.paths[name], headers)
                other = differs(name, body, expected or body)
            except (OSError, ValueError, KeyError) as error:
                row.without[peer.name] = why(error)
                continue
            expected = expected or body
            if other:
                row.without[peer.name] = other
            asked.append((peer, CONNECTIONS if seconds * CONNECTIONS < args.seconds else 1))
            row.rounds[peer.name] = []
        for _ in range(args.rounds):
            for peer, connections in asked:
                with suppress(ZeroDivisionError, AttributeError):  # nothing came within the round
                    row.rounds[peer.name].append(round_of(peer, peer.paths[name], headers, args.seconds, connections))
        yield row


def round_of(peer: Peer, path: str, headers: dict[str, str], seconds: float, connections: int) -> Measured:
    """One round: so many connections for some seconds, or what is slow by one client that asks again and again."""
    if connections > 1:
        try:
            return load(peer.server, path, headers, seconds, connections)
        except Unmeasured as error:
            raise ZeroDivisionError(str(error)) from None
    before, begun, times = peer.server.cpu(), time.monotonic(), list[float]()
    while not times or time.monotonic() - begun < seconds:
        times.append(1000 * answer(peer, path, headers)[1])
    rate = len(times) / max(peer.server.cpu() - before, 0.01)
    return Measured(rate, len(times) / (time.monotonic() - begun), statistics.median(times), max(times))


def ratio(row: Row, other: str) -> tuple[float, float, float] | None:
    """Ours to another, by pairs of a round: median, smallest and largest."""
    first = next(iter(row.rounds), "")
    pairs = zip(row.rounds.get(first, ()), row.rounds.get(other, ()), strict=False)
    ratios = [one.per_cpu_second / two.per_cpu_second for one, two in pairs if two.per_cpu_second]
    return (statistics.median(ratios), min(ratios), max(ratios)) if ratios and other != first else None


def tell(row: Row) -> None:
    """The lines of a row, ours first."""
    for place, (name, found) in enumerate(row.rounds.items()):
        title = row.title if place == 0 else ""
        if not found:
            print(f"| {title} | {name} | none in time | | |", flush=True)
            continue
        of = ratio(row, name)
        told = f"{of[0]:.2f} ({of[1]:.2f} to {of[2]:.2f})" if of else ""
        rate = median(found)
        p50, p99 = (statistics.median(getattr(item, key) for item in found) for key in ("p50", "p99"))
        note = f"; {row.without[name]}" if name in row.without else ""
        print(
            f"| {title} | {name}{note} | {shown(rate)} | {told} | {p50:.1f}, {p99:.1f} |",
            flush=True,
        )
    for name, reason in row.without.items():
        if name not in row.rounds:
            print(f"| | {name} | {reason} | | |", flush=True)


def median(rounds: list[Measured]) -> float:
    """Requests per second of CPU of the middle round."""
    return statistics.median(item.per_cpu_second for item in rounds)


def shown(rate: float) -> str:
    """A rate as it is read."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:,.1f}"


# The chart


WIDTH, LINE, LEFT, RIGHT = 760, 18, 210, 90
STYLE = """text { font: 12px sans-serif; fill: #222 } .title { font-weight: bold }
.bar { fill: #8aa } .own { fill: #a33 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .bar { fill: #577 } .own { fill: #d66 } }"""


def chart(rows: list[Row]) -> str:
    """Requests per second of CPU as bars, on one logarithmic scale for all that is asked."""
    rates = [(row.title, {name: median(found) for name, found in row.rounds.items() if found}) for row in rows]
    top = math.log10(max(rate for _, found in rates for rate in found.values())) + 1
    parts, y = list[str](), 20
    for title, found in rates:
        parts.append(f'<text class="title" x="8" y="{y}">{escape(title)}</text>')
        for place, (name, rate) in enumerate(found.items()):
            y += LINE
            length = (WIDTH - LEFT - RIGHT) * (math.log10(max(rate, 0.1)) + 1) / top
            kind = "bar" if place else "own"
            parts.append(f'<text x="{LEFT - 8}" y="{y}" text-anchor="end">{escape(name)}</text>')
            parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y - 11}" width="{max(length, 1):.0f}" height="13"/>')
            parts.append(f'<text x="{LEFT + max(length, 1) + 6:.0f}" y="{y}">{shown(rate)}</text>')
        y += LINE + 12
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">'
    said = "<title>Requests per second of processor time, logarithmic scale</title>"
    return "\n".join([head, said, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def prepared(args: argparse.Namespace, folder: Path) -> Bench:
    """The data in the two forms that peers read."""
    releases = args.releases.resolve() if args.releases else folder / "releases"
    if args.releases is None:
        steps = [["build"], ["merge", *(str(item.resolve()) for item in args.merge)]]
        for step in steps if args.merge else steps[:1]:
            command = [sys.executable, "-m", "initiative_lod", "--releases", str(releases), *step, "--publish"]
            subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    quads, triples = folder / "data.nq", folder / "data.nt"
    with gzip.open(releases / "current" / "dump.nq.gz") as packed, quads.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    stated = dict.fromkeys(quad.triple for quad in parse(path=str(quads), format=RdfFormat.N_QUADS))
    serialize(stated, str(triples), format=RdfFormat.N_TRIPLES)
    return Bench(releases, args.site, quads, triples, folder, args.peers.resolve())


def run(args: argparse.Namespace, folder: Path) -> None:
    """Everything, in one run."""
    names = args.only or list(MAKERS)
    failed = {**UNUSABLE, **(install(args.peers, names) if args.install else {})}
    bench, everyone = prepared(args, folder), list[Peer]()
    try:
        for name in ["initiative-lod", *(name for name in MAKERS if name in names and name != "initiative-lod")]:
            if name in failed:
                continue
            try:
                peer = MAKERS[name](bench)
                peer.server.log = str(folder / f"{name}.log")
                start(peer, ROWS)
            except (OSError, subprocess.CalledProcessError) as error:
                failed[name] = why(error)
                continue
            everyone.append(peer)
            if name == "initiative-lod":
                for kind, headers in (("turtle", TURTLE), ("page", PAGE)):
                    (folder / kind).write_bytes(answer(peer, peer.paths[kind], headers)[0])
        begun = os.getloadavg()[0]
        print(f"load average {begun:.1f}; {args.rounds} rounds of {args.seconds:g} s, 16 connections\n")
        print("| | | requests a second of CPU | ours to it (smallest to largest) | p50, p99 ms |")
        print("| --- | --- | ---: | ---: | ---: |")
        rows = []
        for row in measure(args, everyone):
            tell(row)
            rows.append(row)
        print("\n| | memory, MB | start, s | loading before, s |\n| --- | ---: | ---: | ---: |")
        for peer in everyone:
            print(f"| {peer.name} | {peer.server.memory():.0f} | {peer.started:.1f} | {peer.loading:.1f} |")
        print(f"\nload average {os.getloadavg()[0]:.1f} at the end")
        for name, reason in failed.items():
            print(f"left out: {name}: {reason}")
        if args.chart:
            args.chart.write_text(chart(rows), "utf-8")
    finally:
        for peer in everyone:
            peer.server.stop()


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", type=Path, nargs="?", help="a folder with a published release; else one is built")
    parser.add_argument(
        "--merge", type=Path, nargs="+", default=[], help="sources to merge into the release that is built"
    )
    parser.add_argument("--peers", type=Path, default=CHECKOUT / ".venv-peers", help="where peers are installed")
    parser.add_argument("--install", action="store_true", help="install those that come from PyPI and npm")
    parser.add_argument("--only", nargs="+", choices=MAKERS, help="these alone, beside ours")
    parser.add_argument("--site", type=Path, help="the exported site; without it, one is exported for nginx")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chart", type=Path, help="draw the figures into this file")
    args = parser.parse_args()
    if args.merge and args.releases:
        parser.error("--merge merges into a release that is built: leave RELEASES out")
    for tool in ("wrk", "taskset", "pgrep"):
        if shutil.which(tool) is None:
            sys.exit(f"bench: {tool} is not installed; on Debian: apt-get install wrk util-linux procps")
    with tempfile.TemporaryDirectory() as folder:
        run(args, Path(folder))


if __name__ == "__main__":
    main()
