"""The application: routes, headers, errors. What is sent is decided in ``documents``, ``downloads`` and ``pages``."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from initiative_lod import __version__
from initiative_lod.documents.representation import RenderedCache
from initiative_lod.errors import (
    BadArgument,
    Damaged,
    InitiativeLodError,
    Message,
    NotAcceptable,
    NotFound,
    ReleaseError,
    Verbatim,
)
from initiative_lod.formats import HTML, PROBLEM
from initiative_lod.locale.messages import Languages
from initiative_lod.release.older import Archive
from initiative_lod.release.opened import Publisher
from initiative_lod.settings import Settings
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.web import sparql_worker
from initiative_lod.web.http import errors
from initiative_lod.web.http.request import Answer, Asked, asked
from initiative_lod.web.http.response_cache import Hot
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.routes import representations
from initiative_lod.web.routes.compare import compare_router
from initiative_lod.web.routes.documents import document_router, releases_router, stem
from initiative_lod.web.routes.memento import Mementos
from initiative_lod.web.routes.metrics import Requests, metrics_router
from initiative_lod.web.routes.older_releases import PastReleases, PastSite
from initiative_lod.web.routes.questions import questions_router
from initiative_lod.web.routes.reconcile import reconcile_router
from initiative_lod.web.routes.search import search_router
from initiative_lod.web.routes.sparql import sparql_router
from initiative_lod.web.routes.sparql_form import Page, Shown, query_page
from initiative_lod.web.routes.sparql_terms import Vocabularies, terms_router
from initiative_lod.web.site import Site

log = logging.getLogger("initiative_lod")

#: On every response. No script is needed anywhere; the pages' own style sheets and the query editor are all that is
#: loaded.
SECURITY = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Accept-Ranges, Allow, Content-Location, Content-Range, ETag, Last-Modified, Link, Location, "
        b"Memento-Datetime, Retry-After",
    ),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        b"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    ),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-content-type-options", b"nosniff"),
)


class Front(FastAPI):
    """The application, with what needs none of it in front: what it answered a moment ago, and prepared documents."""

    hot: Hot | None = None
    site: Site | None = None
    requests: Requests | None = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.addresses: list[BaseRoute] = list(self.routes)

    def include_router(self, router: APIRouter, **given: Any) -> None:
        """Take a router's routes, and remember them: the framework shows them no more."""
        super().include_router(router, **given)
        self.addresses += router.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI call."""
        if scope["type"] == "http" and self.hot is not None:
            await self.hot.answer(self._measured, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def methods_of(self, path: str) -> list[str]:
        """The methods that an address has; none where nothing is."""
        root_path = self.site.settings.root_path if self.site is not None else ""
        scope = {"type": "http", "method": "GET", "path": path, "root_path": root_path, "headers": []}
        return methods_at(self.addresses, scope)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What was not answered in front is counted, with the time that it took."""
        if self.requests is None:
            await self._prepared(scope, receive, send)
        else:
            await self.requests.measure(self._prepared, scope, receive, send)

    async def _prepared(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A document that was rendered with its release is sent without routing, and without a thread of its own."""
        found = None
        if self.site is not None and scope["method"] in ("GET", "HEAD") and _is_turtle(scope):
            settings = self.site.settings
            scope = {**scope, "root_path": settings.root_path}
            request = Request(scope)
            read = asked(request, settings.root_path, self.site.trusted)
            place = stem(read)
            found = (
                representations.at_once(self.site, read, place)
                if place.startswith(representations.OWN_DOCUMENTS)
                else None
            )
        if found is None:
            await super().__call__(scope, receive, send)
            return
        response = found.response(scope["method"])
        response.raw_headers.extend(SECURITY)
        await response(scope, receive, send)


def _is_turtle(scope: Scope) -> bool:
    """Whether a request may be for a document as Turtle: a quick look, which need not be right."""
    path: str = scope["path"]
    if any(name == b"accept-datetime" for name, _ in scope["headers"]):
        return False  # it is about another release, perhaps
    if path.endswith(".ttl"):
        return True
    return "/doc/" in path and any(name == b"accept" and b"turtle" in value for name, value in scope["headers"])


def create_app(settings: Settings, publisher: Publisher) -> FastAPI:
    """The whole service over the release that ``publisher`` follows."""
    pool = QueryPool(settings, program=sparql_worker.__name__)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            await pool.stop()

    languages = Languages(settings.language_folder)
    site = Site(settings, publisher, RenderedCache(settings.page_cache), languages, Pages(languages))
    app = Front(
        title="initiative-lod",
        version=__version__,
        summary="A governance document as linked data: every statement with its place in the text.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
        lifespan=lifespan,
    )
    app.state.site = app.site = site
    app.hot = Hot(settings.release_folder, settings.page_cache, settings.root_path)
    archive = Archive(settings.release_folder, publisher, settings.open_releases)
    mementos = Mementos(archive)
    _read(app, site, pool, mementos)
    app.include_router(releases_router(site, archive, mementos))
    app.include_router(reconcile_router(site))
    app.mount("/release", PastReleases(site, archive, mementos, lambda past: _past_app(past, pool)))
    _count(app, site, pool)
    _handle_errors(app, site)
    app.add_middleware(Headers, root_path=settings.root_path, routes=app.addresses)
    return app


def _count(app: Front, site: Site, pool: QueryPool) -> None:
    """Count requests, by the routes that there are by now, and show the figures at one more."""
    assert app.hot is not None
    requests = Requests(site.settings.root_path)
    app.include_router(metrics_router(site, requests, app.hot, pool))
    requests.know(app.addresses)
    app.requests = requests


def _read(app: FastAPI, site: Site, pool: QueryPool, mementos: Mementos | None = None) -> None:
    """Give the application all routes that read one release: the current one, or one of those before it."""
    vocabularies = Vocabularies(site.languages)
    # A request is matched with one route after the other: the busiest come first.
    app.include_router(
        sparql_router(site.settings, site.publisher, pool, _query_page(site, vocabularies), site.languages)
    )
    app.include_router(document_router(site, mementos))
    app.include_router(search_router(site))
    app.include_router(questions_router(site))
    app.include_router(compare_router(site))
    app.include_router(terms_router(site, vocabularies))


def _past_app(site: PastSite, pool: QueryPool) -> Front:
    """The application over one release, under its own address. A fault in reading it is that release's, not ours."""
    app = Front(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    _read(app, site, pool)
    _handle_errors(app, site)

    async def damaged(request: Request, error: Exception) -> Response:
        log.error("release %s cannot be read: %s", site.past.version, error, exc_info=error)
        told = Damaged(Message("error.damaged_release", release=site.past.version))
        read = site.asked(request)
        return (await run_in_threadpool(error_answer, site, read, 503, told)).response(request.method)

    for kind in (OSError, RuntimeError, ReleaseError):  # the engine reports corruption as a RuntimeError
        app.add_exception_handler(kind, damaged)
    app.add_middleware(Headers, root_path=site.settings.root_path, routes=app.addresses)
    return app


def _query_page(site: Site, vocabularies: Vocabularies) -> Page:
    draw = query_page(site, vocabularies)

    def page(request: Request, shown: Shown) -> bytes:
        try:
            return draw(request, shown)
        except ReleaseError as missing:
            read = site.asked(request)
            return error_answer(site, read, errors.status_of(missing), missing).body

    return page


def methods_at(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Every method that the address of a request has, OPTIONS included; none where nothing is (RFC 9110 §15.5.6).

    ``*`` is the server as a whole (§9.3.7).
    """
    found = {
        method
        for route in routes
        if scope["path"] == "*" or route.matches(scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }
    return sorted(found | {"OPTIONS"}) if found else []


class Headers:
    """Adds the headers that every response has, and answers OPTIONS (CORS preflight included) by itself.

    It also tells the routes the path prefix, whether or not the proxy has cut that off.
    """

    def __init__(self, app: ASGIApp, root_path: str, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._root_path = root_path
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        scope = {**scope, "root_path": self._root_path}

        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(item for item in SECURITY if item[0] not in present)]
            await send(message)

        methods = methods_at(self._routes, scope) if scope["method"] == "OPTIONS" else ()
        if methods:
            allowed = ", ".join(methods)
            response = Response(
                status_code=204,
                headers={
                    "Allow": allowed,
                    "Access-Control-Allow-Methods": allowed,
                    "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Language, Accept-Profile, "
                    "Content-Type, If-Modified-Since, If-None-Match, Range",
                    "Access-Control-Max-Age": "86400",
                },
            )
            await response(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def error_answer(site: Site, request: Asked, status: int, error: BaseException) -> Answer:
    """An error as the client can best read it, in its language: a problem document, or a page for a browser."""
    language = site.languages[request.language]
    headers = [("Cache-Control", "no-store"), ("Vary", "Accept, Accept-Language"), *errors.headers_of(error)]
    headers.append(("Content-Language", language.tag))
    alternatives = error.alternatives if isinstance(error, NotAcceptable) else ()
    if errors.wants_page(request.accept):
        headers.append(("Content-Type", HTML.content_type))
        return Answer(status, tuple(headers), site.pages.error(request, status, error, alternatives))
    more = {"alternatives": [{"href": href, "type": media} for href, media in alternatives]} if alternatives else {}
    headers.append(("Content-Type", PROBLEM.content_type))
    body = errors.problem(status, errors.text(error, language), errors.title(status, language), **more)
    return Answer(status, tuple(headers), body)


def _handle_errors(app: Front, site: Site) -> None:
    async def answer(request: Request, error: BaseException, status: int) -> Response:
        read = site.asked(request)
        made = await run_in_threadpool(error_answer, site, read, status, error)
        return made.response(request.method)

    async def ours(request: Request, error: Exception) -> Response:
        status = errors.status_of(error)
        if status == 500:
            log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
            return await unforeseen(request, error)
        if isinstance(error, ReleaseError):  # a visitor is not told where it lies
            log.warning("%s", error)
        return await answer(request, error, status)

    async def routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        told: InitiativeLodError = BadArgument(str(error.detail))
        if error.status_code == 405:
            told = errors.MethodNotAllowed(request.method, methods_at(app.addresses, request.scope))
        elif error.status_code == 404:
            told = NotFound(Message("error.nothing_at", path=request.url.path[:200]))
        return await answer(request, told, error.status_code)

    async def arguments(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        detail = "; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())
        return await answer(request, BadArgument(Message("error.argument", detail=Verbatim(detail))), 400)

    async def unforeseen(request: Request, error: Exception) -> Response:
        return await answer(request, InitiativeLodError(Message("error.ours")), 500)

    handlers: list[tuple[type[Exception], Callable[[Request, Exception], object]]] = [
        (InitiativeLodError, ours),
        (HTTPException, routing),
        (RequestValidationError, arguments),
        (Exception, unforeseen),
    ]
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)  # type: ignore[arg-type]
