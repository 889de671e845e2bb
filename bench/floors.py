"""The floors that the front is measured against: what the same stack does when it does nothing else.

``python floors.py bare PORT BODY TYPE ETAG`` answers every request with the same bytes (304 to a matching
If-None-Match); ``python floors.py inline PORT STORE`` is a FastAPI application that calls the store in the request,
with no limit at all. All run on the uvicorn, event loop and HTTP reader that the server itself runs on.
``python floors.py several PORT FILE`` answers each path that a JSON file names with the bytes, type and coding that
it gives for it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store
from starlette.applications import Starlette
from starlette.responses import Response as Plain
from starlette.routing import Route


def bare(body: bytes, media_type: str, etag: str) -> Starlette:
    """Starlette and nothing else."""
    headers = {"etag": etag, "content-type": media_type}

    async def answer(request: Request) -> Plain:
        if request.headers.get("if-none-match") == etag:
            return Plain(status_code=304, headers={"etag": etag})
        return Plain(body, headers=headers)

    return Starlette(routes=[Route("/{path:path}", answer)])


def several(path: Path) -> Starlette:
    """Starlette with some fixed answers: the floor of whatever is stored."""
    known = {}
    for address, (file, kind, coding) in json.loads(path.read_text()).items():
        headers = {"content-type": kind, **({"content-encoding": coding} if coding else {})}
        known[address] = (Path(file).read_bytes(), headers)

    async def answer(request: Request) -> Plain:
        body, headers = known[request.url.path]
        return Plain(body, headers=headers)

    return Starlette(routes=[Route("/{path:path}", answer)])


def inline(path: str) -> FastAPI:
    """A SPARQL endpoint as one writes it in ten minutes."""
    store = Store.read_only(path)
    app = FastAPI()

    @app.get("/sparql")
    def sparql(query: str) -> Response:
        found = store.query(query)
        assert isinstance(found, QuerySolutions)
        return Response(found.serialize(format=QueryResultsFormat.JSON), media_type="application/sparql-results+json")

    return app


if __name__ == "__main__":
    kind, port, *rest = sys.argv[1:]
    if kind == "several":
        app: Starlette = several(Path(rest[0]))
    else:
        app = inline(rest[0]) if kind == "inline" else bare(Path(rest[0]).read_bytes(), rest[1], rest[2])
    options = {"log_level": "warning", "access_log": False, "loop": "uvloop", "http": "httptools"}
    uvicorn.run(app, host="127.0.0.1", port=int(port), **options)
