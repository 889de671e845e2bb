"""A live server for the tests of /sparql: a real uvicorn in its own process, over a release made of a few quads."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from pyoxigraph import Literal, NamedNode, Quad
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.release import Edition
from initiative_lod.settings import Settings
from patience import SECONDS, eventually, patient

BASE = "https://w3id.org/initiative-lod/"
EX = "http://example.org/"
DATA = NamedNode(EX + "graph/data")
OTHER = NamedNode(EX + "graph/other")
CONTEXT = b'{"@context": {"ex": "http://example.org/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}}'
# One for all: to make one reads the system's certificates. No connection is kept, as every test has its own server.
CLIENT = httpx.Client(verify=False, timeout=SECONDS, limits=httpx.Limits(max_keepalive_connections=0))
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


def sample(size: int = 300) -> list[Quad]:
    """Two named graphs: ``size`` things with a number each, and a few with labels and literals of every kind."""
    quads = [Quad(ex(f"thing/{n}"), ex("number"), Literal(n), DATA) for n in range(size)]
    quads += [Quad(ex(f"thing/{n}"), ex("next"), ex(f"thing/{(n + 1) % size}"), DATA) for n in range(size)]
    quads += [
        Quad(ex("thing/1"), LABEL, Literal("thing one", language="en"), OTHER),
        Quad(ex("thing/1"), LABEL, Literal("第一个", language="zh"), OTHER),
        Quad(ex("thing/2"), LABEL, Literal('two "quoted", with,\ncommas and lines', language="en"), OTHER),
        Quad(ex("thing/2"), ex("note"), Literal("}},{ <result> \t"), OTHER),
    ]
    return quads


def make_release(folder: Path, quads: Sequence[Quad], version: str = "1") -> release.Release:
    """A published release of ``quads`` in the release folder ``folder``."""
    ordered = sorted(set(quads), key=str)
    made = release.write(
        folder,
        ordered,
        Edition(version, "2020-11-18"),
        {"context.jsonld": CONTEXT},
        Iris(BASE),
    )
    release.publish(folder, made)
    return made


def children(pid: int) -> list[int]:
    """The process ids of the children of a process."""
    try:
        found = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has ended meanwhile
        return []
    return [int(child) for text in found for child in text.split()]


def workers_of(pid: int) -> list[int]:
    """The process ids of a server's workers, which its fork server has forked."""
    return [worker for forking in children(pid) for worker in children(forking)]


@dataclass
class Server:
    """A running server: its address, its process, and its release folder."""

    url: str
    process: subprocess.Popen[bytes]
    releases: Path
    log: Path

    @property
    def sparql(self) -> str:
        return self.url + "/sparql"

    def children(self) -> list[int]:
        """The process ids of its workers."""
        return sorted(workers_of(self.process.pid))

    def health(self) -> dict[str, int]:
        """Queries ``running`` and ``waiting``, workers ``started`` ever and ``ready`` now, results ``kept``."""
        figures: dict[str, int] = CLIENT.get(self.url + "/healthz").json()
        return figures

    def ready(self) -> None:
        """Wait until a worker is ready for a query: with little time for it, none can be started first."""
        assert eventually(lambda: self.health()["ready"] > 0)

    def get(self, query: str, accept: str | None = None, **parameters: Any) -> httpx.Response:
        headers = {"Accept": accept} if accept is not None else {}
        return CLIENT.get(self.sparql, params={"query": query, **parameters}, headers=headers)


@contextmanager
def serving(quads: Sequence[Quad] | None = None, log: Path | None = None, **settings: Any) -> Iterator[Server]:
    """A server over a release of ``quads``, with ``settings``, and time for all that they do not limit.

    It is ended, and must have left no process behind.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_release(folder / "releases", sample() if quads is None else quads)
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        given = {"query_rate": 100_000.0, "query_per_client": 1000, **settings}
        told = patient(Settings(root=folder, port=port, base=BASE, **given))
        arguments = repr(
            {name: str(value) if isinstance(value, Path) else value for name, value in asdict(told).items()}
        )
        with listener, (log or folder / "log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, __file__, arguments, str(listener.fileno())],
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
            listener.close()  # the server's own is the only one now, and nobody waits on it when that is gone
            server = Server(f"http://127.0.0.1:{port}", process, folder / "releases", log or folder / "log")
            try:
                _wait(server)
                yield server
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if log is None:
            text = (folder / "log").read_text()
            assert "Traceback" not in text, text[-3000:]


def _wait(server: Server) -> None:
    def answers() -> bool:
        if server.process.poll() is not None:
            raise RuntimeError("the server ended at once:\n" + server.log.read_text()[-2000:])
        try:
            return server.health()["ready"] > 0
        except httpx.TransportError:
            return False

    assert eventually(answers), "the server did not come up"


def main() -> None:
    import ast

    import uvicorn

    from initiative_lod.web.http.connections import Connections

    told: dict[str, Any] = ast.literal_eval(sys.argv[1])
    settings = Settings(**{**told, "root": Path(told["root"]), "releases": Path(told["releases"])})
    config = uvicorn.Config(app(settings), log_level="warning", loop="uvloop", http=Connections(settings).protocol)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])


def app(settings: Settings) -> ASGIApp:
    """The application, with figures at /healthz, and /inline: what the same framework does without isolation."""
    from pyoxigraph import QueryResultsFormat

    from initiative_lod.release.publisher import Publisher
    from initiative_lod.web.app import create_app

    publisher = Publisher(settings.release_folder)
    served = create_app(settings, publisher)

    async def health(request: Request) -> Response:
        pool = served.pool
        figures = {
            "running": pool.turns.running,
            "waiting": pool.turns.waiting,
            "started": pool.started,
            "ready": len(pool.workers),
            "kept": pool.cache.size,
        }
        return JSONResponse(figures)

    async def inline(request: Request) -> Response:
        found: Any = publisher.current().store.query(request.query_params["query"])
        return Response(found.serialize(format=QueryResultsFormat.JSON), media_type="application/sparql-results+json")

    others = Router([Route("/healthz", health), Route("/inline", inline)])

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (others if scope.get("path") in ("/healthz", "/inline") else served)(scope, receive, send)

    return both


if __name__ == "__main__":
    main()
