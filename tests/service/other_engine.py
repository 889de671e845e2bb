"""Another engine: a SPARQL endpoint, graph store and update endpoint over a store in memory, that lies when told to."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    serialize,
)

RESULTS, TRIPLES = "application/sparql-results+json", "application/n-triples"
#: Sends what it likes in place of an answer: the handler, the query, its media type and body.
Lie = Callable[["Handler", str, str, bytes], None]
#: Changes the rows (or the truth value) of an answer in JSON.
Change = Callable[[str, dict[str, Any]], dict[str, Any]]


class OtherEngine:
    """The engine, its address, and how it lies now."""

    def __init__(self) -> None:
        self.store = Store()
        self.lie: Lie | None = None
        self.change: Change | None = None
        self.written: Callable[[Handler], None] | None = None  # what it does in place of what it is told to write
        self.login = ""
        self.asked: list[tuple[str, str, str]] = []
        self.address = ""

    @property
    def query(self) -> str:
        """The address at which it is asked."""
        return f"{self.address}/query"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits forty milliseconds until the head is acknowledged
    engine: OtherEngine

    def do_POST(self) -> None:
        body = self._body()
        if not self._allowed():
            return
        if self.path.startswith("/update"):
            self.engine.asked.append(("UPDATE", self.path, body.decode()))
            self.engine.store.update(body.decode())
            self.send(204, "", b"")
            return
        form = parse_qs(body.decode())
        query = form["query"][0]
        self.engine.asked.append(("QUERY", self.path, query))
        options: dict[str, Any] = {}
        if "default-graph-uri" in form or "named-graph-uri" in form:
            options["default_graph"] = [NamedNode(iri) for iri in form.get("default-graph-uri", [])]
            options["named_graphs"] = [NamedNode(iri) for iri in form.get("named-graph-uri", [])]
        try:
            media_type, content = self._answered(query, options)
        except SyntaxError as error:
            self.send(400, "text/plain", str(error).encode())
            return
        if self.engine.lie is not None:
            self.engine.lie(self, query, media_type, content)
        else:
            self.send(200, media_type, content)

    def do_PUT(self) -> None:
        body = self._body()
        if not self._allowed():
            return
        self.engine.asked.append(("PUT", self.path, self.headers["content-type"]))
        if self.engine.written is not None:
            self.engine.written(self)
            return
        graph, store = self._graph(), self.engine.store
        if self.headers["content-type"] == "application/n-quads":
            store.clear()
            store.load(body, RdfFormat.N_QUADS)
        else:
            store.clear_graph(graph)
            store.load(body, RdfFormat.N_TRIPLES, to_graph=graph)
        self.send(204, "", b"")

    def do_DELETE(self) -> None:
        if not self._allowed():
            return
        self.engine.asked.append(("DELETE", self.path, ""))
        there = any(self.engine.store.quads_for_pattern(None, None, None, self._graph()))
        self.engine.store.remove_graph(self._graph())
        self.send(204 if there else 404, "", b"")

    def send(
        self, status: int, media_type: str, body: bytes, *headers: tuple[str, str], length: int | None = None
    ) -> None:
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or length is not None

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answered(self, query: str, options: dict[str, Any]) -> tuple[str, bytes]:
        found = self.engine.store.query(query, **options)
        if isinstance(found, QuerySolutions | QueryBoolean):
            body = io.BytesIO()
            found.serialize(body, format=QueryResultsFormat.JSON)
            content = body.getvalue()
            if self.engine.change is not None:
                content = json.dumps(self.engine.change(query, json.loads(content))).encode()
            return RESULTS, content
        return TRIPLES, serialize(found, format=RdfFormat.N_TRIPLES) or b""

    def _graph(self) -> Any:
        given = parse_qs(urlsplit(self.path).query)
        return NamedNode(given["graph"][0]) if "graph" in given else DefaultGraph()

    def _allowed(self) -> bool:
        if self.engine.login and self.headers.get("authorization") != self.engine.login:
            self.send(401, "text/html", b"<h1>Who are you?</h1>", ("WWW-Authenticate", "Basic"))
            return False
        return True

    def _body(self) -> bytes:
        if "content-length" in self.headers:
            return self.rfile.read(int(self.headers["content-length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


@contextmanager
def running(engine: OtherEngine | None = None, port: int = 0) -> Iterator[OtherEngine]:
    """An engine that is there for as long as the block runs."""
    engine = engine or OtherEngine()
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Own", (Handler,), {"engine": engine}))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asks may hang up
    engine.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()


def hang(handler: Handler, query: str, media_type: str, body: bytes) -> None:
    """Say nothing for a long time."""
    time.sleep(5)
    handler.close_connection = True
