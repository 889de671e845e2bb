"""/sparql: HTTP in, one operation, HTTP out (SPARQL 1.1 Protocol §2). What is asked is read in ``sparql.protocol``, and
runs in the workers of ``sparql.pool``: this room only negotiates, streams, and says what went wrong."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from pyoxigraph import Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive

from initiative_lod import errors
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import InitiativeLodError, Message, NotAcceptable
from initiative_lod.formats import HTML, PROBLEM, RDF_TYPES, RESULT_TYPES, TEXT, GraphFormat
from initiative_lod.locale.messages import Languages
from initiative_lod.release.opened import OpenRelease, Publisher
from initiative_lod.settings import Settings
from initiative_lod.sparql import cache, protocol
from initiative_lod.sparql.job import Job, Reader, Result
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.sparql.protocol import Operation, ProtocolError
from initiative_lod.sparql.service_description import graph_counts, service_description
from initiative_lod.web.http.request import Asked, asked, seen
from initiative_lod.web.routes.sparql_form import Page, Shown
from initiative_lod.web.routes.sparql_responses import (
    ALLOW,
    GRAPH_OFFERS,
    RESULT_OFFERS,
    ResultResponse,
    common_headers,
    joined,
    problem,
    whole,
)

PATIENT_SECONDS = 0.02  # a query that is answered sooner is not worth watching for its client's leaving

_PROBLEM: dict[str, Any] = {"content": {name: {} for name in (PROBLEM.name, HTML.name, TEXT.name)}}
_STATUSES = (400, 403, 404, 405, 406, 408, 413, 414, 415, 429, 500, 502, 503, 504, 507)
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The query's result; without a query, the service description",
        "content": {media.name: {} for media in (*RESULT_TYPES, *RDF_TYPES, HTML)},
    },
    304: {"description": "Not modified"},
    **{status: {"description": HTTPStatus(status).phrase, **_PROBLEM} for status in _STATUSES},
}
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_CORS = {
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def sparql_router(
    settings: Settings, publisher: Publisher, pool: QueryPool, page: Page, languages: Languages
) -> APIRouter:
    """The endpoint at /sparql, over the release that is current in ``publisher``; ``page`` is what a browser gets."""
    router = APIRouter()
    endpoint = Endpoint(settings, publisher, pool, page, languages)
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

    def __init__(
        self, settings: Settings, publisher: Publisher, pool: QueryPool, page: Page, languages: Languages
    ) -> None:
        self._settings, self._publisher, self._pool, self._page = settings, publisher, pool, page
        self._languages = languages
        self._trusted = frozenset(item.strip() for item in settings.trusted_proxies.split(",") if item.strip())
        self._counts: tuple[str, dict[str, int]] = ("", {})

    async def answer(self, request: Request) -> Response:
        """The response to any request. Nothing that a client sends makes it raise."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ALLOW, **common_headers(), **_CORS})
        accept = joined(request, "accept")
        query = ""
        try:
            operation = protocol.operation(
                request.method,
                request.scope["query_string"],
                joined(request, "content-type"),
                await self._body(request) if request.method == "POST" else b"",
                joined(request, "content-encoding"),
            )
            if operation is None:
                return await self._describe(request, accept)
            query = operation.query
            return await self._query(request, operation, accept)
        except ClientDisconnect:
            self._pool.outcomes["abandoned"] += 1
            return Response(status_code=400)  # to nobody
        except InitiativeLodError as error:
            self._pool.outcomes[_outcome(error)] += 1
            language = self._languages[self._asked(request).language]
            return await run_in_threadpool(problem, request, error, accept, query, self._page, language)

    async def _query(self, request: Request, operation: Operation, accept: str | None) -> Response:
        opened = self._publisher.current()
        wanted = operation.media_type if operation.media_type is not None else accept
        results, graph = _chosen(wanted)
        if results is None and graph is None:
            raise NotAcceptable(Message("query.format", wanted=wanted), form="any")
        job = Job(
            str(opened.release.store),
            operation.query,
            opened.iris.base,
            operation.dataset,
            None if results is None else results.media.name,
            None if graph is None else graph.media.name,
        )
        if HTML.name in (job.results, job.graph):
            job = replace(job, reader=self._reader(request))
        key = cache.key(opened.release.digest, job)
        headers = common_headers()
        if key is not None:
            headers |= {"ETag": key.etag, "Cache-Control": "no-cache"}
            if request.method != "POST" and _matches(joined(request, "if-none-match"), key.etag):
                self._pool.outcomes["not_modified"] += 1
                return Response(status_code=304, headers=headers)
        else:
            headers["Cache-Control"] = "no-store"
        started = time.perf_counter()
        result = await self._watched(request, job, key)
        seconds = time.perf_counter() - started
        chosen = graph if result.kind == "graph" else results
        assert chosen is not None
        headers["Content-Type"] = chosen.content_type
        if chosen.media is HTML:
            headers |= {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}
            headers["Content-Language"] = job.reader[0]
            headers.pop("ETag", None)  # the page around the result is another one in another language
            shown = Shown(operation.query, operation.dataset, result.read().decode(), result.kind, seconds)
            result.close()
            page = await run_in_threadpool(self._page, request, shown)
            return whole(request, page, headers)
        return ResultResponse(result, headers, request.method == "HEAD", self._settings.client_seconds)

    def _asked(self, request: Request) -> Asked:
        return asked(request, self._settings.root_path, self._trusted, tuple(self._languages))

    def _reader(self, request: Request) -> Reader:
        """Whom a page is for: see ``Job``."""
        read = self._asked(request)
        arguments = f"lang={read.named_language}" if read.named_language else ""
        return read.language, read.prefix, arguments, str(self._settings.language_folder or "")

    async def _watched(self, request: Request, job: Job, key: cache.Key | None) -> Result:
        """The result, unless the client goes away: then the query is ended and ClientDisconnect raised."""
        watch = Watch(request.receive)
        try:
            return await self._pool.run(job, client_of(request, self._trusted), key)
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
            raise NotAcceptable(f"the service description is not to be had as {accept!r}", form="graph")
        headers = {**common_headers(), "Content-Type": chosen.content_type, "Cache-Control": "no-cache"}
        if chosen.media is HTML:
            headers |= {"Vary": "Accept, Accept-Language", "Content-Language": self._reader(request)[0]}
            page = await run_in_threadpool(self._page, request, Shown())
            return whole(request, page, headers)
        endpoint = address_of(request, self._settings.root_path, self._trusted) or f"{opened.iris.base}sparql"
        triples = service_description(opened, endpoint, await self._graph_counts(opened), bool(self._settings.services))
        body = _written(triples, chosen, opened)
        return whole(request, body, headers)

    async def _graph_counts(self, opened: OpenRelease) -> dict[str, int]:
        digest, counts = self._counts
        if digest != opened.release.digest:
            counts = await asyncio.to_thread(graph_counts, opened)
            self._counts = (opened.release.digest, counts)
        return counts

    async def _body(self, request: Request) -> bytes:
        # A form writes each byte of a query as three at most, and there may be a dataset besides.
        most = 3 * self._settings.query_length + 64 * 1024
        seconds = self._settings.client_seconds
        body = bytearray()
        try:
            async with asyncio.timeout(seconds):
                async for piece in request.stream():
                    body += piece
                    if len(body) > most:
                        raise ProtocolError(Message("query.long_body", most=most), 413)
        except TimeoutError:
            raise ProtocolError(Message("query.slow_body", seconds=f"{seconds:g}"), 408) from None
        return bytes(body)


#: What became of a query that was not answered; the narrowest class counts.
OUTCOMES: Mapping[type[InitiativeLodError], str] = {
    errors.QueryTimeout: "timeout",
    errors.QueryMemory: "memory",
    errors.QueryTooLarge: "too_large",
    errors.QueryLimit: "lost",
    errors.ClientBusy: "client_busy",
    errors.Busy: "queue_full",
    errors.ServiceError: "service_failed",
    errors.QueryError: "refused",
    errors.NotAcceptable: "refused",
    errors.ReleaseError: "no_release",
}


def _outcome(error: InitiativeLodError) -> str:
    return next((OUTCOMES[kind] for kind in type(error).__mro__ if kind in OUTCOMES), "failed")


@lru_cache(maxsize=1024)
def _chosen(accept: str | None) -> tuple[Offer | None, Offer | None]:
    """The format for solutions and truth values, and the one for graphs."""
    return choose(accept, RESULT_OFFERS), choose(accept, GRAPH_OFFERS)


def _matches(header: str | None, etag: str) -> bool:
    """If-None-Match, weak comparison (RFC 9110 §13.1.2)."""
    if header is None:
        return False
    return any(item.strip().removeprefix("W/") == etag.removeprefix("W/") for item in header.split(","))


def address_of(request: Request, root_path: str, trusted: frozenset[str]) -> str | None:
    """The address under which the endpoint was asked; None when the Host header is none.

    What a proxy in ``trusted`` forwards counts.
    """
    found = seen(request, trusted)
    if found.scheme not in ("http", "https") or not _HOST.fullmatch(found.host):
        return None
    return f"{found.scheme}://{found.host}{asked(request, root_path, trusted).prefix}/sparql"


def client_of(request: Request, trusted: frozenset[str]) -> str:
    """Whom a request counts for: an IPv4 address, or an IPv6 network of /64, which is one household's.

    Behind a proxy in ``trusted`` it is the last address that was forwarded and is not one of them.
    """
    host = seen(request, trusted).client[:64]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
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
    assert isinstance(offer.media, GraphFormat)
    prefixes = {
        name: iri for name, iri in opened.iris.prefixes.items() if name in ("sd", "void", "rdfs", "dcterms", "xsd")
    }
    return offer.media.write(triples, prefixes)
