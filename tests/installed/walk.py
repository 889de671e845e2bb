"""Walks every feature as a user has it: with what the runtime lock file installs, and nothing else.

``make installed`` runs this with the Python of such an environment, in which there is no pytest. It imports every
module, gives every command and asks at every address of a server; one that is not walked here is a failure too.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import httpx

import initiative_lod
from initiative_lod.cli.app import COMMANDS, Commands
from initiative_lod.formats import DOCUMENT_TYPES, RESULT_TYPES
from initiative_lod.settings import ENVIRONMENT_PREFIX, Settings
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.sparql.service_calls import Broker

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 3000.0  # which only a command that hangs takes
ACTION = "wic-2020/action/8"
OTHER = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://other.example/1> a skos:Concept ; skos:prefLabel "Submarine cables"@en , "国际海缆"@zh .
"""
ROWS = b'{"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": "from elsewhere"}}]}}'

#: One address for each that a server describes; in braces: the release that is served, the one before, the ontology's.
ADDRESSES = {
    "/": "/",
    "/id/{}": f"/id/{ACTION}",
    "/doc/{}": f"/doc/{ACTION}",
    "/ontology": "/ontology",
    "/ontology/{}": "/ontology/{ontology}",
    "/shapes": "/shapes",
    "/dataset": "/dataset",
    "/dataset/{}": "/dataset/dump.nq.gz",
    "/graph/{}": "/graph/topics",
    "/resource": "/resource?iri=http://other.example/1",
    "/files/{}": "/files/manifest.json",
    "/context.jsonld": "/context.jsonld",
    "/linkset": f"/linkset?iri=https://w3id.org/initiative-lod/id/{ACTION}",
    "/cite": f"/cite?iri=https://w3id.org/initiative-lod/id/{ACTION}&style=bibtex",
    "/.well-known/void": "/.well-known/void",
    "/suggest": "/suggest?q=cybercrme",
    "/search": "/search?q=personal+data",
    "/read/{}": "/read/wic-2020",
    "/things": "/things",
    "/things/{}": "/things/topic",
    "/pictures": "/pictures",
    "/pictures/{}": "/pictures/topics",
    "/embed/pictures/{}": "/embed/pictures/topics",
    "/oembed": "/oembed?url=/pictures/topics",
    "/about": "/about",
    "/about/data": "/about/data",
    "/about/api": "/about/api",
    "/questions": "/questions",
    "/questions/{}": "/questions/prohibitions",
    "/statements/{}": "/statements/wic-2020.csv",
    "/compare": f"/compare?iri={ACTION}&iri=wic-2020/action/9",
    "/sparql": "/sparql",
    "/sparql/terms.json": "/sparql/terms.json",
    "/releases": "/releases",
    "/releases/changes": "/releases/changes?from={old}&to={version}",
    "/release/{}": "/release/{old}",
    "/timegate/{}": f"/timegate/doc/{ACTION}",
    "/timemap/{}": f"/timemap/doc/{ACTION}",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/metrics": "/metrics",
    "/robots.txt": "/robots.txt",
    "/sitemap.xml": "/sitemap.xml",
    "/releases.atom": "/releases.atom",
    "/reconcile": "/reconcile",
    "/reconcile/suggest/entity": "/reconcile/suggest/entity?prefix=cyber",
    "/reconcile/suggest/type": "/reconcile/suggest/type?prefix=top",
    "/reconcile/suggest/property": "/reconcile/suggest/property?prefix=top",
    "/reconcile/flyout/{}": "/reconcile/flyout/entity?id=https://w3id.org/initiative-lod/id/topic/cybercrime",
    "/reconcile/properties": "/reconcile/properties?type=https://w3id.org/initiative-lod/ontology%23Topic",
    "/reconcile/preview": "/reconcile/preview?id=https://w3id.org/initiative-lod/id/topic/cybercrime",
    "/reconcile/1.0-draft": "/reconcile/1.0-draft",
    "/reconcile/1.0-draft/match": "/reconcile/1.0-draft/match",
    "/reconcile/1.0-draft/extend": "/reconcile/1.0-draft/extend",
    "/reconcile/1.0-draft/extend/propose": "/reconcile/1.0-draft/extend/propose"
    "?type=https://w3id.org/initiative-lod/ontology%23Topic",
    "/reconcile/1.0-draft/suggest/entity": "/reconcile/1.0-draft/suggest/entity?prefix=cyber",
    "/reconcile/1.0-draft/suggest/type": "/reconcile/1.0-draft/suggest/type?prefix=top",
    "/reconcile/1.0-draft/suggest/property": "/reconcile/1.0-draft/suggest/property?prefix=top",
    "/reconcile/1.0-draft/preview": "/reconcile/1.0-draft/preview?id=https://w3id.org/initiative-lod/id/topic/cybercrime",
    "/tree.schema.json": "/tree.schema.json",
}
#: What is asked where an address takes no GET.
BODIES: dict[str, dict[str, Any]] = {
    "/reconcile/1.0-draft/match": {
        "queries": [{"conditions": [{"matchType": "name", "v": "cybercrime"}]}],
    },
    "/reconcile/1.0-draft/extend": {
        "ids": ["https://w3id.org/initiative-lod/id/topic/cybercrime"],
        "properties": [{"id": "http://www.w3.org/2004/02/skos/core#prefLabel"}],
    },
}


def modules() -> int:
    """Import every module; their number."""
    names = [item.name for item in walk_packages(initiative_lod.__path__, "initiative_lod.")]
    for name in names:
        import_module(name)
    return len(names)


class Run:
    """The command ``initiative-lod`` beside this Python, over this project's sources and a release folder elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.line = [str(Path(sys.executable).with_name("initiative-lod"))]
        self.line += ["--root", str(CHECKOUT), "--releases", str(folder / "releases")]
        self.folder, self.given = folder, set[str]()
        # Of this project's documents a part is rendered, once and not with each release; of the new project's, all are.
        self.environment = {**os.environ, f"{ENVIRONMENT_PREFIX}RENDERED_DOCUMENTS": "0"}

    def __call__(self, *arguments: str, **environment: str) -> str:
        """What a command prints. Raises AssertionError when it fails."""
        self.given.add(" ".join(arguments[: 2 if arguments[0] == "release" else 1]))
        done = subprocess.run(
            [*self.line, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"initiative-lod {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, *arguments: str, **environment: str) -> Iterator[str]:
        """The address at which a command serves until it is left."""
        self.given.add(arguments[0])
        process = subprocess.Popen(
            [*self.line, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        with process:
            said = []
            try:
                for line in process.stdout:
                    said.append(line)
                    if address := re.search(r"http://127\.0\.0\.1:\d+[^\s]*", line):
                        break
                else:
                    raise AssertionError("".join(said))
                yield address[0].rstrip("/")
            finally:
                process.terminate()
        rest = "".join([*said, *process.stdout]) if not process.stdout.closed else "".join(said)
        assert "Traceback" not in rest, rest


def commands(run: Run) -> tuple[str, str]:
    """Give every command but ``serve``; the release that is current then, and the one before."""
    other = run.folder / "other.ttl"
    other.write_text(OTHER, "utf-8")
    old = Path(run("build", "--publish").strip()).name
    assert "conforms" in run("validate", str(other))
    town = Path(run("init", str(run.folder / "town")).strip())
    assert (town / "data").is_dir()
    small = Run(town)
    small.line, small.environment = [run.line[0], "--root", str(town)], dict(os.environ)
    small("build", "--publish")
    assert (Path(small("export", str(run.folder / "site")).strip()) / "site" / "index.en.html").is_file()
    run.given |= small.given
    text = run.folder / "pledges.en.txt"
    text.write_text("Pledges\n\nWe dim our lights at night.\n", "utf-8")
    assert 'src:quote "We dim our lights at night."@en' in run("draft", str(text))
    assert len(run("query", str(CHECKOUT / "data/questions/prohibitions.rq"), "--format", "csv").split()) == 3
    for form in ("turtle", "ntriples"):
        assert "other" not in run("query", "CONSTRUCT WHERE { ?s a ilod:Pillar }", "--format", form)
    assert "http://other.example/1" in run("align", str(other), "--quiet")
    assert "subject_id" in run("align", "--export")
    with run.serving("align", str(other), "--review") as entrance, httpx.Client(follow_redirects=True) as client:
        inside = client.get(entrance, timeout=SECONDS)
        assert inside.status_code == 200
        assert client.get(inside.url.join("1"), timeout=SECONDS).status_code == 200
        assert httpx.get(entrance, timeout=SECONDS).status_code == 403
    new = Path(json.loads(run("merge", str(other), "--engine", "duckdb", "--publish", "--json"))["path"]).name
    assert run("release", "list").count("\n") >= 2
    assert run("release", "verify").count("sound") == 2
    assert "other.example" in run("release", "diff", old)
    assert run("release", "diff", old, "--engine", "duckdb") == run("release", "diff", old)
    assert run("release", "rollback").strip() == old
    assert run("release", "publish", new).strip() == new
    run("release", "pin", old)
    run("release", "render", **{f"{ENVIRONMENT_PREFIX}RENDERED_DOCUMENTS": "40"})
    run("release", "gc", "--dry-run")
    return new, old


def addresses(server: str, version: str, old: str) -> int:
    """Ask at every address that the server describes, in every format; the number of answers."""
    answers = 0
    ontology = re.search(r"owl:versionIRI <.*/(.*)>", (CHECKOUT / "ontology" / "initiative.ttl").read_text("utf-8"))
    assert ontology is not None
    with httpx.Client(base_url=server, timeout=SECONDS, follow_redirects=True) as client:
        paths = client.get("/openapi.json").json()["paths"]
        paths = {re.sub(r"{\w+}", "{}", template): operations for template, operations in paths.items()}
        assert paths.keys() == ADDRESSES.keys(), f"described or walked, and not both: {paths.keys() ^ ADDRESSES.keys()}"

        def ask(path: str, accept: str = "*/*", method: str = "GET", **body: Any) -> httpx.Response:
            nonlocal answers
            answers += 1
            answer = client.request(method, path, headers={"accept": accept}, **body)
            assert answer.status_code == 200, f"{method} {path} as {accept}: {answer.status_code}\n{answer.text[:2000]}"
            return answer

        for template, path in ADDRESSES.items():
            path = path.format(version=version, old=old, ontology=ontology[1])
            if template in BODIES:
                ask(path, "application/json", "POST", json=BODIES[template])
                continue
            ask(path)
            described = paths[template]["get"]["responses"].get("200", {}).get("content", {})
            for media_type in described if template != "/sparql" else ():  # there it depends on the query: see below
                ask(path, media_type)
        for media in DOCUMENT_TYPES:
            for path in (f"/doc/{ACTION}", "/ontology", "/graph/topics", f"/release/{old}/doc/{ACTION}"):
                assert ask(path, media.name).headers["content-type"].startswith(media.name)
        for media in RESULT_TYPES:
            ask("/sparql", media.name, "POST", data={"query": "SELECT * { ?s ?p ?o } LIMIT 3"})
        for media in DOCUMENT_TYPES:
            ask("/sparql", media.name, "POST", data={"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 3"})
        for queries in ({"q0": {"query": "cybercrime"}}, {"q0": {"query": "网络犯罪"}}):
            found = ask("/reconcile", "*/*", "POST", data={"queries": json.dumps(queries)}).json()
            assert found["q0"]["result"]
        # A listed service at a private address is refused; that it is answered is walked in ``service``.
        query = {"query": "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }"}
        refused = client.post("/sparql", data=query)
        assert refused.status_code == 403, f"{refused.status_code}\n{refused.text}"
        assert "public" in refused.text or "private" in refused.text, refused.text
    return answers + 1


class Elsewhere(BaseHTTPRequestHandler):
    """A SPARQL endpoint of others, with one row for every query."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(ROWS)))
        self.end_headers()
        self.wfile.write(ROWS)

    def log_message(self, format: str, *args: object) -> None:
        pass


class ToThisMachine(httpx.AsyncHTTPTransport):
    """The open internet: what goes to any address arrives at a port of this machine."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host="127.0.0.1", port=self.port)
        return await super().handle_async_request(request)


async def public(host: str, port: int) -> Sequence[str]:
    return ["203.0.114.7"]


def service(folder: Path, version: str) -> None:
    """A query with SERVICE, answered by workers of the server's own kind and a listener of this machine."""
    listed = "http://sparql.example/query"
    store = folder / "releases" / version / "store"

    async def ask(port: int) -> bytes:
        settings = Settings(root=CHECKOUT, releases=folder / "releases", services=listed, query_seconds=SECONDS)
        pool = QueryPool(settings, Broker(listed, SECONDS, public, ToThisMachine(port)))
        await pool.start()
        try:
            query = f"SELECT ?n {{ SERVICE <{listed}> {{ ?s ?p ?n }} }}"
            return (await pool.run(Job(str(store), query, settings.base), "a client")).read()
        finally:
            await pool.stop()

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        answer = asyncio.run(ask(listener.server_address[1]))
        listener.shutdown()
    assert b"from elsewhere" in answer, answer


def main() -> None:
    """Walk, and say what was walked. Raises AssertionError, or what went wrong."""
    for item in fields(Settings):  # on a machine that is busy too
        if item.name.endswith("_seconds"):
            os.environ[f"{ENVIRONMENT_PREFIX}{item.name.upper()}"] = str(SECONDS)
    print(f"{modules()} modules imported", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = Run(folder)
        version, old = commands(run)
        with run.serving("serve", "--port", "0", INITIATIVE_LOD_SERVICES="http://127.0.0.1:9/sparql") as server:
            answers = addresses(server, version, old)
            assert run("release", "pull", server).strip() == version
            assert run("release", "load", f"{server}/sparql", "--probe") == ""  # ours is an engine that is right
        release = Commands().get_command(None, "release")
        there = COMMANDS.keys() - {"release"} | {f"release {name}" for name in release.commands}
        assert run.given == there, f"given or there, and not both: {run.given ^ there}"
        print(f"{len(run.given)} commands given", flush=True)
        print(f"{len(ADDRESSES)} addresses asked, {answers} answers read", flush=True)
        service(folder, version)
        print("SERVICE answered by a listener of this machine", flush=True)


if __name__ == "__main__":
    main()
