"""``make bench``, second part: every kind of address, in every form, against floors that do nothing but send its bytes.

The floors are Starlette on uvicorn with httptools and uvloop, and nginx over the exported site.
Each side's requests are counted for a second of its own CPU time, so that a noisy machine disturbs them alike; all are
sent the same bytes, as gzip. *Warm* is with sixteen connections, and then once more while ``/healthz`` is asked all the
time; *cold* with one connection, as Zstandard, of a server that keeps nothing: what lies in the release is read from
there and sent as it lies, all else is made anew each time. What is printed is Markdown: the table, and then the aims
with what came of them.

The release is that of the project, with a graph of our own making merged into it, of 1,200 clauses that all address one
institution. Needs wrk, and two cores. What cannot be measured is told in its row, and the others are measured.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from front import HERE, SELECT, Server, Unmeasured, about, free_port, load

IRI = "https://w3id.org/initiative-lod/id"
#: Kind and address.
KINDS = (
    ("start", "/"),
    ("start, by its language", "/?lang=zh"),
    ("action", "/doc/wic-2020/action/8"),
    ("action, by its language", "/doc/wic-2020/action/8?lang=zh"),
    ("clause", "/doc/wic-2020/action/8/clause/4"),
    ("topic", "/doc/topic/data-security"),
    ("modality of most clauses", "/doc/modality/promote"),
    ("institution", "/doc/institution/international-telecommunication-union"),
    ("institution of 1,200 clauses", "/doc/institution/united-nations"),
    ("initiative", "/doc/wic-2020"),
    ("text", "/doc/wic-2020/zh"),
    ("dataset", "/dataset"),
    ("ontology", "/ontology"),
    ("ontology, by its language", "/ontology?lang=zh"),
    ("shapes", "/shapes"),
    ("questions", "/questions"),
    ("question", "/questions/actions-by-modality"),
    ("things", "/things/topic"),
    ("about", "/about"),
    ("reading room", "/read/wic-2020"),
    ("releases", "/releases"),
    ("coded statements", "/statements/wic-2020.csv"),
    ("picture", "/pictures/topics"),
    ("pictures", "/pictures"),
    ("sitemap", "/sitemap.xml"),
    ("resource of ours", f"/resource?iri={IRI}/wic-2020/action/8"),
    ("framed JSON-LD", "/doc/wic-2020/action/8.jsonld?_profile=framed"),
    ("resource of others", f"/resource?iri={quote('http://www.w3.org/2004/02/skos/core#Concept', safe=':/')}"),
    ("search, rare", "/search?q=backdoor"),
    ("search, frequent", "/search?q=network"),
    ("comparison", f"/compare?iri={IRI}/wic-2020/action/8&iri={IRI}/wic-2020/action/17"),
    ("reconciliation", f"/reconcile?queries={quote(json.dumps({'q0': {'query': 'cybercrime'}}))}"),
    ("small SELECT", f"/sparql?query={quote(SELECT)}"),
)
#: What a copy of files has no answer for; the last is another page in it, which is of the release before the merge.
SERVED = ("search", "comparison", "reconciliation", "small SELECT", "institution of 1,200 clauses")
#: What is made when it is asked for; nothing else is, but what it has room to keep.
ON_DEMAND = (
    *("search", "comparison", "reconciliation", "small SELECT", "releases", "resource of others", "resource of ours"),
    *("coded statements", "pictures", "picture", "sitemap", "framed JSON-LD"),
)
CLAUSES = 1200
COLUMNS = [
    *("kind", "form", "bytes", "floor", "warm", "warm/floor", "cold ms", "nginx/floor"),
    *("p99 ms", "healthz p99 ms"),
]
FORMS = (
    ("HTML zh", "text/html", "zh"),
    ("HTML en", "text/html", "en"),
    ("Turtle", "text/turtle", "en"),
    ("JSON-LD", "application/ld+json", "en"),
    ("JSON", "application/json", "en"),
    ("CSV", "text/csv", "en"),
    ("XML", "application/xml", "en"),
)
#: Of these only the forms that differ: the answer of a query as a page is the editor.
ONLY = {
    "small SELECT": ("JSON",),
    "reconciliation": ("JSON",),
    "start, by its language": ("HTML zh",),
    "action, by its language": ("HTML zh",),
    "ontology, by its language": ("HTML zh",),
}
NGINX = """daemon off; master_process off; worker_processes 1;
pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off; open_file_cache max=20000 inactive=1h; open_file_cache_errors on; keepalive_requests 1000000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {site}/nginx/http.conf;
    server {{ listen 127.0.0.1:{port}; include {site}/nginx/server.conf; }}
}}
"""


@dataclass(frozen=True)
class Row:
    """One kind of address in one form, and the answer that is measured."""

    kind: str
    form: str
    path: str
    headers: dict[str, str]
    body: bytes
    media_type: str
    coding: str


def rows(server: Server, only: str) -> Iterator[Row]:
    """Every address in every form that it has; where another one is sent than was asked for, that is no row."""
    for kind, path in KINDS:
        if only not in kind:
            continue
        for form, accept, language in FORMS:
            if form not in ONLY.get(kind, (form,)):
                continue
            headers = {"Accept": accept, "Accept-Language": language, "Accept-Encoding": "gzip"}
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=headers)
            try:
                with urllib.request.build_opener(Here).open(request) as answer:
                    media_type, coding = answer.headers["Content-Type"], answer.headers.get("Content-Encoding", "")
                    if answer.status == 200 and accept in media_type.replace("sparql-results+", ""):
                        yield Row(kind, form, path, headers, answer.read(), media_type, coding)
            except urllib.error.HTTPError as error:
                if error.code not in (303, 406):
                    told(f"{path} as {accept} is answered with {error.code}")


UNMEASURED: list[str] = []  # what could not be measured, and why


def told(why: str) -> None:
    """Say that something is not measured, and remember it for the end."""
    UNMEASURED.append(why)
    print(f"bench: {why}", file=sys.stderr, flush=True)


class Here(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *given: object) -> None:
        return None


@contextmanager
def probing(server: Server, slowest: list[float]) -> Iterator[None]:
    """Ask for /healthz all the time, 50 times a second; the 99th percentile in ms goes to ``slowest``."""
    over, taken = threading.Event(), list[float]()

    def ask() -> None:
        while not over.wait(0.02):
            begun = time.perf_counter()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz", timeout=10).read()
            except OSError:  # which is worse than slow
                taken.append(math.inf)
            else:
                taken.append(1000 * (time.perf_counter() - begun))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        slowest.append(sorted(taken)[int(len(taken) * 0.99)] if taken else 0.0)


def clauses() -> Iterator[str]:
    """N-Triples of a document of CLAUSES sentences in each of which one institution is asked to do something."""
    base, term = "https://synthetic.example/charter", f"{IRI.removesuffix('/id')}/ontology#"
    kind, above = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://purl.org/dc/terms/isPartOf"
    for number in range(1, CLAUSES + 1):
        clause = f"<{base}/clause/{number}>"
        yield f"{clause} <{kind}> <{term}Clause> .\n"
        yield f"{clause} <{above}> <{base}/article/{number // 20}> .\n"
        yield f'{clause} <{term}text> "The United Nations shall consider matter {number} of this charter."@en .\n'
        yield f"{clause} <{term}addressee> <{IRI}/institution/united-nations> .\n"
        yield f"{clause} <{term}modality> <{IRI}/modality/call-upon> .\n"


@dataclass(frozen=True)
class Measures:
    """Figures of a row: of the floor, of ours and of nginx requests a second of processor; of a cold request its ms of
    processor; 99th percentiles of ours and of health in ms. None: not measured.
    """

    row: Row
    floor: float
    warm: float
    cold: float | None
    nginx: float | None
    p99: float
    health: float

    @property
    def ratio(self) -> float:
        """Ours by the floor's."""
        return self.warm / self.floor

    def cells(self) -> list[str]:
        """The row of the table, in the order of COLUMNS."""
        return [
            self.row.kind,
            self.row.form,
            f"{len(self.row.body):,}",
            f"{self.floor:,.0f}",
            f"{self.warm:,.0f}",
            f"{self.ratio:.2f}",
            "none in time" if self.cold is None else f"{self.cold:.2f}",
            "" if self.nginx is None else f"{self.nginx / self.floor:.1f}",
            f"{self.p99:.1f}",
            f"{self.health:.0f}",
        ]


def aims(found: Sequence[Measures]) -> Iterator[str]:
    """Lines of a table: what was aimed at, and what came of it."""

    def of(*kinds: str) -> list[Measures]:
        return [item for item in found if item.row.kind.startswith(kinds)]

    def line(aim: str, items: Sequence[Measures], value: Callable[[Measures], float], most: float, form: str) -> str:
        """``most`` is the greatest value that is wanted; of a negative one, the smallest."""
        values = sorted(map(value, items), reverse=most < 0)
        over = [item for item in items if (value(item) > most if most > 0 else value(item) < -most)]
        worst = ", ".join(f"{item.row.kind} ({item.row.form})" for item in over[:5]) or "none"
        cells = (aim, str(len(items)), form % statistics.median(values), form % values[-1], str(len(over)), worst)
        return f"| {' | '.join(cells)} |"

    yield "| aim | rows | median | worst | beyond it | which |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    stored = [item for item in found if not item.row.kind.startswith(ON_DEMAND)]
    searched, made = of("search", "comparison"), of(*(set(ON_DEMAND) - {"small SELECT", "reconciliation"}))
    timed = [item for item in found if item.cold is not None]
    lines = (
        ("stored: at least 0.8 of the floor", stored, lambda item: item.ratio, -0.8, "%.2f"),
        ("stored: 1 ms of processor, warm", stored, lambda item: 1000 / item.warm, 1, "%.2f ms"),
        ("stored: 1 ms of processor, cold", [i for i in timed if i in stored], lambda item: item.cold, 1, "%.2f ms"),
        ("search and comparison: 5 ms, warm", searched, lambda item: 1000 / item.warm, 5, "%.2f ms"),
        ("made on demand: 30 ms, cold", [i for i in timed if i in made], lambda item: item.cold, 30, "%.1f ms"),
        ("health meanwhile: p99 100 ms", found, lambda item: item.health, 100, "%.0f ms"),
    )
    for aim, items, value, most, form in lines:
        if items:
            yield line(aim, items, value, most, form)


def measure(
    row: Row, number: int, ours: Server, cold: Server, floor: Server, nginx: Server | None, seconds: float
) -> Measures:
    """One row."""
    health: list[float] = []
    base = load(floor, f"/{number}", row.headers, seconds)
    warm = load(ours, row.path, row.headers, seconds)  # alone on its core, as the floor is
    with probing(ours, health):
        load(ours, row.path, row.headers, seconds)
    alone = load(cold, row.path, {**row.headers, "Accept-Encoding": "zstd"}, seconds, connections=1)
    files = None
    if nginx is not None and not row.kind.startswith(SERVED):
        try:
            files = load(nginx, row.path, row.headers, seconds)
        except Unmeasured as error:
            told(str(error))
    return Measures(
        row,
        base.per_cpu_second,
        warm.per_cpu_second,
        1000 / alone.per_cpu_second if alone.per_cpu_second else None,
        files and files.per_cpu_second,
        warm.p99,
        health[0],
    )


def ran(command: Sequence[str]) -> bool:
    """Tell whether a command of ours was successful; what it said, where it was not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        told(f"'{' '.join(command[3:])}' ended with {done.returncode}: {said[:300]}")
    return not done.returncode


def started(server: Server, path: str) -> Server | None:
    """The server, once it answers; None, where it does not."""
    try:
        server.start(path)
    except (Unmeasured, OSError) as error:
        told(str(error))
        return None
    return server


def run(given: argparse.Namespace, folder: Path) -> None:
    """Everything, in one run. Raises Unmeasured where there is nothing to measure."""
    releases, site = folder / "releases", given.site or folder / "site"
    command = [sys.executable, "-m", "initiative_lod", "--releases", str(releases)]
    if given.releases is None:
        subprocess.run([*command, "build", "--publish"], check=True, capture_output=True)
    else:
        shutil.copytree(given.releases.resolve(), releases, symlinks=True)
    binary = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if binary is None:
        told("nginx is not installed")
    elif given.site is None and not ran([*command, "export", str(site)]):
        binary = None
    (folder / "charter.nt").write_text("".join(clauses()))
    ran([*command, "merge", str(folder / "charter.nt"), "--publish"])
    plenty = {
        "INITIATIVE_LOD_QUERY_RATE": "1000000",
        "INITIATIVE_LOD_QUERY_PER_CLIENT": "64",
        "INITIATIVE_LOD_PAGE_PER_CLIENT": "64",
    }
    none = {**plenty, "INITIATIVE_LOD_PAGE_CACHE": "0", "INITIATIVE_LOD_QUERY_CACHE": "0"}
    ports = [free_port() for _ in range(4)]
    ours = Server("initiative-lod", [*command, "serve", "--port", str(ports[0])], ports[0], plenty)
    cold = Server("initiative-lod, keeping nothing", [*command, "serve", "--port", str(ports[1])], ports[1], none)
    servers = [ours, cold]
    try:
        ours.start("/healthz")
        cold.start("/healthz")
        found = list(rows(ours, given.only))
        answers = {}
        for number, row in enumerate(found):
            (folder / str(number)).write_bytes(row.body)
            answers[f"/{number}"] = (str(folder / str(number)), row.media_type, row.coding)
        (folder / "answers.json").write_text(json.dumps(answers))
        program = [sys.executable, str(HERE / "floors.py"), "several", str(ports[2]), str(folder / "answers.json")]
        floor = Server("floor", program, ports[2])
        servers.append(floor)
        floor.start("/0")
        nginx = None
        if binary is not None:
            (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site.resolve(), port=ports[3]))
            nginx = Server("nginx", [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")], ports[3])
            servers.append(nginx)
            nginx = started(nginx, "/")
        print(f"{about(releases)}, `bench/addresses.py --seconds {given.seconds:g}`.\n")
        print(f"| {' | '.join(COLUMNS)} |")
        print(f"| --- | --- |{' ---: |' * (len(COLUMNS) - 2)}")
        measured: list[Measures] = []
        for number, row in enumerate(found):
            try:
                measured.append(measure(row, number, ours, cold, floor, nginx, given.seconds))
            except (Unmeasured, OSError) as error:
                told(f"{row.kind} as {row.form}: {error}")
                print(f"| {row.kind} | {row.form} | not measured: {error} |{' |' * 7}", flush=True)
                for server in servers:
                    if server.process is not None and server.process.poll() is not None and server is not nginx:
                        started(server, "/healthz" if server in (ours, cold) else "/0")
            else:
                print(f"| {' | '.join(measured[-1].cells())} |", flush=True)
        print("", *aims(measured), "", f"load average {os.getloadavg()[0]:.1f} at the end", sep="\n")
        if given.table is not None:
            given.table.write_text(
                "".join("\t".join(row) + "\n" for row in [COLUMNS, *(item.cells() for item in measured)]), "utf-8"
            )
    finally:
        for server in servers:
            server.stop()


def main() -> None:
    """Measure a release that is published in a folder, or one that is built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=Path, help="a folder with a published release; without it, one is built")
    parser.add_argument("--site", type=Path, help="the exported site; without it, one is exported")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement")
    parser.add_argument(
        "--table", type=Path, help="a file of tab-separated values, as docs/reference/addresses.tsv, to write"
    )
    parser.add_argument("--only", default="", help="only the kinds that have this in their name")
    given = parser.parse_args()
    for tool in ("wrk", "taskset", "pgrep"):
        if shutil.which(tool) is None:
            sys.exit(f"bench: {tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(given, Path(folder))
        except (Unmeasured, OSError, subprocess.CalledProcessError) as error:
            told(str(error))
    if UNMEASURED:
        sys.exit(f"bench: {len(UNMEASURED)} could not be measured")


if __name__ == "__main__":
    main()
