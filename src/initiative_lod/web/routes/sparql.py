"""/sparql: HTTP in, one operation, HTTP out (SPARQL 1.1 Protocol §2). What is asked is read in ``sparql.protocol``, and
runs in the workers of ``sparql.pool``: this room only negotiates, streams, and says what went wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Annotated, ClassVar

from markupsafe import Markup
from pydantic import BaseModel, Field
from pyoxigraph import Triple
from starlette import requests, responses
from starlette.requests import ClientDisconnect

from initiative_lod import errors
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import (
    DamagedStore,
    InitiativeLodError,
    Message,
    NotAcceptable,
    QueryLimit,
    QueryMemory,
    QueryTimeout,
    ReleaseError,
)
from initiative_lod.formats import HTML, PROBLEM, RDF_TYPES, RESULT_TYPES, TEXT, GraphFormat
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.sparql import cache, protocol
from initiative_lod.sparql.job import Job, QueryResult, Reader
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.sparql.protocol import Operation, ProtocolError
from initiative_lod.sparql.service_description import graph_counts, service_description
from initiative_lod.waiting.deadlines import Deadlines
from initiative_lod.web.http.arguments import PageArguments
from initiative_lod.web.http.client_watch import PATIENT_SECONDS, Watch
from initiative_lod.web.http.conditional import not_modified
from initiative_lod.web.http.problems import ErrorPage, message_of, shown, title
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.routes.routing import CONDITIONAL, Address, Outcome, in_lane, tell
from initiative_lod.web.routes.sparql_form import Page, Shown
from initiative_lod.web.routes.sparql_responses import GRAPH_OFFERS, PROBLEM_OFFERS, RESULT_OFFERS, ResultResponse
from initiative_lod.web.site import Site

log = logging.getLogger(__name__)

#: Of errors.
STATUSES = (400, 403, 404, 405, 406, 408, 413, 414, 415, 429, 500, 502, 503, 504, 507)


class QueryArguments(PageArguments):
    """The parameters of the protocol; ``protocol.operation`` reads them, and refuses what has no place there."""

    open: ClassVar[bool] = True

    query: Annotated[str, Field(description="a SPARQL 1.1 query; without one, the service description")] = ""
    default_graphs: Annotated[tuple[str, ...], Field(alias="default-graph-uri")] = ()
    named_graphs: Annotated[tuple[str, ...], Field(alias="named-graph-uri")] = ()
    media_type: Annotated[str | None, Field(alias="_mediatype", description="in place of Accept")] = None


class QueryForm(BaseModel):
    """The same in the form of a POST."""

    query: str
    default_graphs: Annotated[list[str], Field(alias="default-graph-uri")] = []
    named_graphs: Annotated[list[str], Field(alias="named-graph-uri")] = []


def sparql_address(site: Site, pool: QueryPool, page: Page) -> Address:
    """The endpoint at /sparql; ``page`` is what a browser gets."""
    told = (PROBLEM, HTML, TEXT)
    outcomes = {
        200: Outcome("The query's result; without a query, the service description", (*RESULT_TYPES, *RDF_TYPES, HTML)),
        **CONDITIONAL,
        **{status: Outcome(HTTPStatus(status).phrase, told) for status in STATUSES},
    }
    summary = "SPARQL 1.1 Protocol, and the service description"
    endpoint = Endpoint(site, pool, page).answer
    return Address("/sparql", endpoint, summary, outcomes, QueryArguments, methods=("GET", "POST"), body=QueryForm)


class Endpoint:
    """Routes at /sparql."""

    def __init__(self, site: Site, pool: QueryPool, page: Page) -> None:
        self._site, self._settings, self._pool, self._page = site, site.settings, pool, page
        self._counts = PerRelease(graph_counts)
        self._stores = PerRelease(lambda opened: str(opened.release.store))
        self._lane, self._patience = site.threads.lane("query pages"), Deadlines(PATIENT_SECONDS)

    async def answer(self, http: requests.Request) -> responses.Response:
        """The response to any request. Nothing that a client sends makes it raise."""
        request = self._site.read(http.scope)
        query = ""
        try:
            body = await self._body(http) if request.method == "POST" else b""
            told = http.scope["query_string"], _joined(http, "content-type"), body, _joined(http, "content-encoding")
            read = partial(protocol.operation, request.method, *told)
            operation = await asyncio.to_thread(read) if len(body) > _READ_AT_ONCE else read()
            opened = await self._site.release_of(http.scope)
            if operation is None:
                return await self._describe(opened, http, request)
            query = operation.query
            return await self._query(opened, http, request, operation)
        except ClientDisconnect:
            self._pool.outcomes["abandoned"] += 1
            return responses.Response(status_code=400)  # to nobody
        except InitiativeLodError as error:
            error = await self._cause(http, error)
            self._pool.outcomes[_outcome(error)] += 1
            return await self._problem(http, request, error, query)

    async def _cause(self, http: requests.Request, error: InitiativeLodError) -> InitiativeLodError:
        """The error to tell: of what a damaged store does to a query, the damage. A worker that was taken over, or
        is of a version that has been installed since, may name a message that is none here.
        """
        if error.message is not None and not self._site.pages.languages.default.can_tell(error.message):
            log.error("a query worker named a message that is none: %.200s", error.message)
            return QueryLimit(Message("query.lost"))
        if isinstance(error, DamagedStore):
            (await self._site.release_of(http.scope)).condition.suspect(error)
        elif isinstance(error, QueryTimeout | QueryMemory) and not self._settings.store:
            try:
                await asyncio.to_thread((await self._site.release_of(http.scope)).condition.read_all)
            except DamagedStore as damage:
                return damage
        return error

    async def _query(
        self, opened: OpenRelease, http: requests.Request, request: Request, operation: Operation
    ) -> responses.Response:
        wanted = operation.media_type if operation.media_type is not None else request.accept
        results, graph = _chosen(wanted)
        if results is None and graph is None:
            raise NotAcceptable(Message("query.format", wanted=wanted), form="any")
        job = Job(
            self._stores.of(opened),
            operation.query,
            opened.iris.base,
            operation.dataset,
            None if results is None else results.media.name,
            None if graph is None else graph.media.name,
        )
        if HTML.name in (job.results, job.graph):
            named = request.named_language
            links = f"lang={named}" if named else ""
            folder = str(self._settings.language_folder or "")
            job = replace(job, reader=Reader(request.language, request.prefix, links, folder))
        key = cache.key(opened.release.digest, job)
        headers = {"Vary": "Accept"}
        if key is not None:
            headers |= {"ETag": key.etag, "Cache-Control": "no-cache"}
            if request.method != "POST" and not_modified(request, key.etag, None):
                self._pool.outcomes["not_modified"] += 1
                return responses.Response(status_code=304, headers=headers)
        else:
            headers["Cache-Control"] = "no-store"
        started = time.perf_counter()
        result = await self._watched(http, request, job, key)
        seconds = time.perf_counter() - started
        chosen = graph if result.kind == "graph" else results
        assert chosen is not None
        headers["Content-Type"] = chosen.content_type
        if chosen.media is HTML:
            told = result.read().decode("utf-8", "replace")  # a worker that was taken over writes anything
            drawn = Shown(operation.query, operation.dataset, told, result.kind, seconds)
            result.close()
            return await self._shown(opened, http, request, drawn)
        return ResultResponse(result, headers, request.method == "HEAD", self._settings.client_seconds)

    async def _shown(
        self, opened: OpenRelease, http: requests.Request, request: Request, drawn: Shown
    ) -> responses.Response:
        """The page. It has no entity tag of its result: around that it is another one in another language."""
        headers = (
            ("Content-Type", HTML.content_type),
            ("Content-Language", request.language),
            ("Vary", "Accept, Accept-Language"),
            ("Cache-Control", "no-cache"),
        )
        content = await in_lane(self._site, self._lane, http, request, partial(self._page, opened, request, drawn))
        return Response(200, headers, content).to(request.method)

    async def _watched(self, http: requests.Request, request: Request, job: Job, key: cache.Key | None) -> QueryResult:
        """The result, unless the client goes away: then the query is ended and ClientDisconnect raised."""
        watch = Watch(http.receive, self._patience)
        try:
            return await self._pool.run(job, request.client.counted_as, key)
        except asyncio.CancelledError:
            watch.pass_on()
            raise
        finally:
            watch.stop()

    async def _describe(self, opened: OpenRelease, http: requests.Request, request: Request) -> responses.Response:
        chosen = choose(request.accept, (*map(Offer, RDF_TYPES), Offer(HTML)))
        if chosen is None:
            raise NotAcceptable(Message("query.format", wanted=request.accept), form="graph")
        if chosen.media is HTML:
            return await self._shown(opened, http, request, Shown())
        endpoint = address_of(request) or f"{opened.iris.base}sparql"
        deviations = () if request.older else self._pool.engine.deviations

        def written() -> bytes:
            told = self._counts.of(opened), bool(self._settings.services), self._site.pages.languages, deviations
            return _written(service_description(opened, endpoint, *told), chosen, opened)

        headers = (("Content-Type", chosen.content_type), ("Vary", "Accept"), ("Cache-Control", "no-cache"))
        return Response(200, headers, await in_lane(self._site, self._lane, http, request, written)).to(request.method)

    async def _problem(
        self, http: requests.Request, request: Request, error: InitiativeLodError, query: str
    ) -> responses.Response:
        """An error as RFC 9457, as text, or as the page with the query still in it, whichever the client takes best."""
        language = self._site.language_of(request)
        try:
            opened = await self._site.release_of(http.scope)
        except ReleaseError:
            page: ErrorPage = partial(self._site.pages.error, None)
        else:

            def page(request: Request, status: int, error: BaseException) -> bytes:
                colon, told = language.gettext("colon"), shown(error, language)
                told = Markup("{}{}{}").format(title(status, language), colon, told)
                found = message_of(error).values
                line, column = found.get("line"), found.get("column")
                place = (line, column) if isinstance(line, int) and isinstance(column, int) else None
                lacked = (str(found["prefix"]), str(found["iri"])) if {"prefix", "iri"} <= {*found} else None
                return self._page(opened, request, Shown(query, error=told, place=place, undeclared=lacked))

        more: dict[str, object] = {}
        if isinstance(error, NotAcceptable):
            offers = {"graph": GRAPH_OFFERS, "any": (*RESULT_OFFERS, *GRAPH_OFFERS)}.get(error.form, RESULT_OFFERS)
            more["available"] = sorted({offer.name for offer in offers if offer.media.name != error.refused})
        return await tell(self._site, self._lane, http, error, page, PROBLEM_OFFERS, **more)

    async def _body(self, http: requests.Request) -> bytes:
        # A form writes each byte of a query as three at most, and there may be a dataset besides.
        most = 3 * self._settings.query_length + 64 * 1024
        seconds = self._settings.client_seconds
        body = bytearray()
        try:
            async with asyncio.timeout(seconds):
                async for piece in http.stream():
                    body += piece
                    if len(body) > most:
                        raise ProtocolError(Message("query.long_body", most=most), 413)
        except TimeoutError:
            raise ProtocolError(Message("query.slow_body", seconds=f"{seconds:g}"), 408) from None
        return bytes(body)


_READ_AT_ONCE = 16 * 1024  # bytes of a body: to undo the percent-encoding of a million takes a third of a second
#: What became of a query that was not answered; the narrowest class counts.
OUTCOMES: Mapping[type[InitiativeLodError], str] = {
    errors.QueryTimeout: "timeout",
    errors.QueryMemory: "memory",
    errors.QueryTooLarge: "too_large",
    errors.EngineDown: "engine_down",
    errors.QueryLimit: "lost",
    errors.ClientBusy: "client_busy",
    errors.Busy: "queue_full",
    errors.ServiceError: "service_failed",
    errors.EngineError: "engine_failed",
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


def address_of(request: Request) -> str | None:
    """The address under which the endpoint was asked; None when the Host header is none."""
    origin = request.client.origin
    return None if origin is None else f"{origin}{request.prefix}/sparql"


def _joined(http: requests.Request, name: str) -> str | None:
    """A header's value, its lines joined as one list; None when it is not there."""
    values = http.headers.getlist(name)
    return ", ".join(values) if values else None


def _written(triples: Sequence[Triple], offer: Offer, opened: OpenRelease) -> bytes:
    assert isinstance(offer.media, GraphFormat)
    prefixes = {
        name: iri for name, iri in opened.iris.prefixes.items() if name in ("sd", "void", "rdfs", "dcterms", "xsd")
    }
    return offer.media.write(triples, prefixes)
