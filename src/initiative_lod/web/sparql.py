"""/sparql: HTTP in, one operation, HTTP out (SPARQL 1.1 Protocol §2). What is asked is read in ``sparql.protocol``, and
runs in the workers of ``sparql.pool``: this room only negotiates, streams, and says what went wrong."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from pyoxigraph import RdfFormat, Triple, serialize
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from initiative_lod import errors
from initiative_lod.errors import InitiativeLodError
from initiative_lod.formats import (
    HTML,
    JSON,
    JSON_LD,
    PROBLEM,
    RDF_TYPES,
    RESULT_JSON,
    RESULT_TYPES,
    RESULT_XML,
    TEXT,
)
from initiative_lod.negotiation import Offer, choose
from initiative_lod.settings import Settings
from initiative_lod.sparql import cache, protocol
from initiative_lod.sparql.description import graph_counts, service_description
from initiative_lod.sparql.job import Job, NotAcceptable, Result
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.sparql.protocol import Operation, ProtocolError
from initiative_lod.store import OpenRelease, Publisher
from initiative_lod.web.sparql_page import sparql_page

#: Other names come last: a wildcard never chooses them.
RESULT_OFFERS = (
    *map(Offer, RESULT_TYPES),
    Offer(HTML),
    Offer(RESULT_JSON, alias="application/json"),
    Offer(RESULT_XML, alias="application/xml"),
    Offer(RESULT_XML, alias="text/xml"),
)
GRAPH_OFFERS = (*map(Offer, RDF_TYPES), Offer(HTML), Offer(JSON_LD, alias="application/json"))
PROBLEM_OFFERS = (Offer(PROBLEM), Offer(HTML), Offer(TEXT), Offer(JSON))

STATUS: dict[type[InitiativeLodError], int] = {
    NotAcceptable: 406,
    errors.QueryError: 400,
    errors.QueryForbidden: 403,
    errors.QueryTimeout: 504,
    errors.QueryMemory: 507,
    errors.QueryTooLarge: 413,
    errors.QueryLimit: 503,
    errors.ClientBusy: 429,
    errors.Busy: 503,
    errors.ReleaseError: 503,
}
TITLES = {
    400: "Bad request",
    403: "Not allowed here",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "The request took too long",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many queries",
    503: "Busy",
    504: "The query took too long",
    507: "The query needs too much memory",
}
ALLOW = ", ".join(protocol.METHODS)
BODY_SECONDS = 20.0  # that a client may take to send its query
CHUNK_SECONDS = 20.0  # that a client may take to read CHUNK bytes of a result
PATIENT_SECONDS = 0.02  # a query that is answered sooner is not worth watching for its client's leaving

_PROBLEM: dict[str, Any] = {"content": {name: {} for name in (PROBLEM.name, HTML.name, TEXT.name)}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The query's result; without a query, the service description",
        "content": {media.name: {} for media in (*RESULT_TYPES, *RDF_TYPES, HTML)},
    },
    304: {"description": "Not modified"},
    **{status: {"description": title, **_PROBLEM} for status, title in TITLES.items()},
}
_CORS = {
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def sparql_router(settings: Settings, publisher: Publisher, pool: QueryPool) -> APIRouter:
    """The endpoint at /sparql, over whatever release ``publisher`` has current."""
    router = APIRouter()
    endpoint = Endpoint(settings, publisher, pool)
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        router.add_api_route(
            "/sparql",
            endpoint.answer,
            methods=[method],
            response_class=Response,
            responses=RESPONSES,
            summary="SPARQL 1.1 Protocol" if method != "GET" else "SPARQL 1.1 Protocol, and the service description",
            operation_id=f"sparql_{method.lower()}",
            include_in_schema=method in ("GET", "POST"),
        )
    return router


class Endpoint:
    """What answers at /sparql."""

    def __init__(self, settings: Settings, publisher: Publisher, pool: QueryPool) -> None:
        self._settings, self._publisher, self._pool = settings, publisher, pool
        self._counts: tuple[str, dict[str, int]] = ("", {})

    async def answer(self, request: Request) -> Response:
        """The response to any request. Nothing that a client sends makes it raise."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ALLOW, **_headers(), **_CORS})
        accept = _joined(request, "accept")
        query = ""
        try:
            operation = protocol.operation(
                request.method,
                request.scope["query_string"],
                _joined(request, "content-type"),
                await self._body(request) if request.method == "POST" else b"",
                _joined(request, "content-encoding"),
            )
            if operation is None:
                return await self._describe(request, accept)
            query = operation.query
            return await self._query(request, operation, accept)
        except ClientDisconnect:
            return Response(status_code=400)  # to nobody
        except InitiativeLodError as error:
            return problem(request, error, accept, query)

    async def _query(self, request: Request, operation: Operation, accept: str | None) -> Response:
        opened = self._publisher.current()
        wanted = operation.media_type if operation.media_type is not None else accept
        results, graph = _chosen(wanted)
        if results is None and graph is None:
            raise NotAcceptable(f"nothing here is {wanted!r}", "any")
        job = Job(
            str(opened.release.store),
            operation.query,
            opened.iris.base,
            operation.dataset,
            None if results is None else results.media.name,
            None if graph is None else graph.media.name,
        )
        key = cache.key(opened.release.digest, job)
        headers = _headers()
        if key is not None:
            headers |= {"ETag": key.etag, "Cache-Control": "no-cache"}
            if _matches(_joined(request, "if-none-match"), key.etag):
                return Response(status_code=304, headers=headers)
        else:
            headers["Cache-Control"] = "no-store"
        result = await self._watched(request, job, key)
        chosen = graph if result.kind == "graph" else results
        assert chosen is not None
        headers["Content-Type"] = chosen.content_type
        if chosen.media is HTML:
            page = sparql_page(request.scope.get("root_path", ""), operation.query, result.read().decode())
            result.close()
            return Response(b"" if request.method == "HEAD" else page, headers=headers)
        return ResultResponse(result, headers, request.method == "HEAD")

    async def _watched(self, request: Request, job: Job, key: cache.Key | None) -> Result:
        """The result, unless the client goes away: then the query is ended and ClientDisconnect raised."""
        watch = Watch(request.receive)
        try:
            return await self._pool.run(job, _client(request), key)
        except asyncio.CancelledError:
            if watch.gone:
                watch.waiting.uncancel()
                raise ClientDisconnect from None
            raise
        finally:
            watch.stop()

    async def _describe(self, request: Request, accept: str | None) -> Response:
        opened = self._publisher.current()
        chosen = choose(accept, (*map(Offer, RDF_TYPES), Offer(HTML)))
        if chosen is None:
            raise NotAcceptable(f"the service description is not to be had as {accept!r}", "graph")
        headers = {**_headers(), "Content-Type": chosen.content_type, "Cache-Control": "no-cache"}
        if chosen.media is HTML:
            page = sparql_page(request.scope.get("root_path", ""), "", "")
            return Response(b"" if request.method == "HEAD" else page, headers=headers)
        endpoint = str(request.url.replace(query="", fragment=""))
        triples = service_description(opened, endpoint, await self._graph_counts(opened))
        body = _written(triples, chosen, opened)
        return Response(b"" if request.method == "HEAD" else body, headers=headers)

    async def _graph_counts(self, opened: OpenRelease) -> dict[str, int]:
        digest, counts = self._counts
        if digest != opened.release.digest:
            counts = await asyncio.to_thread(graph_counts, opened)
            self._counts = (opened.release.digest, counts)
        return counts

    async def _body(self, request: Request) -> bytes:
        # A form writes each byte of a query as three at most, and there may be a dataset besides.
        most = 3 * self._settings.query_length + 64 * 1024
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for piece in request.stream():
                    body += piece
                    if len(body) > most:
                        raise ProtocolError(f"the body is longer than {most} bytes: ask in smaller parts", 413)
        except TimeoutError:
            raise ProtocolError(f"the body did not arrive within {BODY_SECONDS:g} seconds", 408) from None
        return bytes(body)


class ResultResponse(Response):
    """Sends a result piece by piece from where it lies. A client that reads too slowly is cut off; no worker waits."""

    def __init__(self, result: Result, headers: dict[str, str], head: bool) -> None:
        super().__init__(None, headers=headers)
        self.headers["content-length"] = str(result.length)
        self._result, self._head = result, head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if self._head or self._result.body is not None:
                body = b"" if self._head else self._result.body
                await send({"type": "http.response.body", "body": body})
                return
            async with asyncio.timeout(CHUNK_SECONDS) as limit:
                for piece in self._result.chunks():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    limit.reschedule(asyncio.get_running_loop().time() + CHUNK_SECONDS)
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # the server closes the connection of an answer that was not finished
        finally:
            self._result.close()


def problem(request: Request, error: InitiativeLodError, accept: str | None, query: str = "") -> Response:
    """An error as RFC 9457, as text, or as the page with the query still in it, whichever the client takes best."""
    status = _status(error)
    headers = {**_headers(), "Cache-Control": "no-store"}
    document: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": str(error),
    }
    if isinstance(error, errors.Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotAcceptable):
        offers = {"graph": GRAPH_OFFERS, "any": (*RESULT_OFFERS, *GRAPH_OFFERS)}.get(error.kind, RESULT_OFFERS)
        document["available"] = sorted({offer.name for offer in offers})
    if status == 405:
        headers["Allow"] = ALLOW
    if status in (408, 413) and isinstance(error, ProtocolError):
        headers["Connection"] = "close"  # the rest of the body is not wanted
    chosen = choose(accept, PROBLEM_OFFERS) or PROBLEM_OFFERS[0]
    headers["Content-Type"] = chosen.content_type
    if chosen.media is HTML:
        body = sparql_page(request.scope.get("root_path", ""), query, "", f"{document['title']}: {error}")
    elif chosen.media is TEXT:
        body = f"{document['title']}: {error}\n".encode()
    else:
        body = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return Response(b"" if request.method == "HEAD" else body, status, headers)


@lru_cache(maxsize=1024)
def _chosen(accept: str | None) -> tuple[Offer | None, Offer | None]:
    """The format for solutions and truth values, and the one for graphs."""
    return choose(accept, RESULT_OFFERS), choose(accept, GRAPH_OFFERS)


def _status(error: InitiativeLodError) -> int:
    if isinstance(error, ProtocolError):
        return error.status
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _headers() -> dict[str, str]:
    return {"Access-Control-Allow-Origin": "*", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}


def _joined(request: Request, name: str) -> str | None:
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None


def _matches(header: str | None, etag: str) -> bool:
    """If-None-Match, weak comparison (RFC 9110 §13.1.2)."""
    if header is None:
        return False
    return any(item.strip().removeprefix("W/") == etag.removeprefix("W/") for item in header.split(","))


def _client(request: Request) -> str:
    """Whom a request counts for: an IPv4 address, or an IPv6 network of /64, which is one household's."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return host


class Watch:
    """Cancels the task that made it when its client goes away; of no cost to what is answered in PATIENT_SECONDS."""

    def __init__(self, receive: Receive) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.waiting, self.gone = task, False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._handle = asyncio.get_running_loop().call_later(PATIENT_SECONDS, self._start)

    def stop(self) -> None:
        """Look no longer."""
        self._handle.cancel()
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        self._task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.waiting.cancel()


def _written(triples: Sequence[Triple], offer: Offer, opened: OpenRelease) -> bytes:
    assert offer.media.rdf is not None
    prefixed = offer.media.rdf in (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
    prefixes = {
        name: iri for name, iri in opened.iris.prefixes.items() if name in ("sd", "void", "rdfs", "dcterms", "xsd")
    }
    return serialize(triples, format=offer.media.rdf, prefixes=prefixes if prefixed else None) or b""
