"""The application: routes, headers, errors. What is sent is decided in ``documents``, ``downloads`` and ``pages``."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod import __version__
from initiative_lod.errors import InitiativeLodError, ReleaseError
from initiative_lod.representation import RenderedCache
from initiative_lod.settings import Settings
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.store import Publisher
from initiative_lod.web import errors
from initiative_lod.web.asked import Answer, Asked, asked
from initiative_lod.web.compare import compare_router
from initiative_lod.web.hot import Hot
from initiative_lod.web.pages import Pages
from initiative_lod.web.questions import questions_router
from initiative_lod.web.reconcile import reconcile_router
from initiative_lod.web.routes import document_router
from initiative_lod.web.search import search_router
from initiative_lod.web.site import Site
from initiative_lod.web.sparql import sparql_router
from initiative_lod.web.sparql_page import Page

log = logging.getLogger("initiative_lod")

#: On every response. No script is needed anywhere; the pages' own style sheet is all that is loaded.
SECURITY = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Accept-Ranges, Allow, Content-Location, Content-Range, ETag, Last-Modified, Link, Location, Retry-After",
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
    """The application with what it answered a moment ago in front of it."""

    hot: Hot | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI call."""
        if scope["type"] == "http" and self.hot is not None:
            await self.hot.answer(super().__call__, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings, publisher: Publisher) -> FastAPI:
    """The whole service over the release that ``publisher`` follows."""
    pool = QueryPool(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            await pool.stop()

    site = Site(settings, publisher, RenderedCache(settings.page_cache), Pages(settings))
    app = Front(
        title="initiative-lod",
        version=__version__,
        summary="A governance document as linked data: every statement with its place in the text.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
        lifespan=lifespan,
    )
    app.state.site = site
    app.hot = Hot(settings.release_folder, settings.page_cache, settings.root_path)
    app.include_router(document_router(site))
    app.include_router(search_router(site))
    app.include_router(questions_router(site))
    app.include_router(compare_router(site))
    app.include_router(sparql_router(settings, publisher, pool, _query_page(site)))
    app.include_router(reconcile_router(settings, publisher))
    _handle_errors(app, site)
    app.add_middleware(Headers, root_path=settings.root_path)
    return app


def _query_page(site: Site) -> Page:
    def page(request: Request, query: str, result: str, error: str) -> bytes:
        read = asked(request, site.settings.root_path, site.trusted)
        try:
            return site.pages.sparql(site.publisher.current(), read, query, result, error)[1]
        except ReleaseError as missing:
            return site.pages.error(read, errors.status_of(missing), str(missing))[1]

    return page


class Headers:
    """Adds the headers that every response has, and answers OPTIONS (CORS preflight included) by itself.

    It also tells the routes the path prefix, whether or not the proxy has cut that off.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        scope = {**scope, "root_path": self._root_path}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(item for item in SECURITY if item[0] not in present)]
            await send(message)

        if scope["method"] == "OPTIONS":
            post = ", POST" if scope["path"].endswith(("/sparql", "/reconcile")) else ""
            allowed = f"GET, HEAD, OPTIONS{post}"
            response = Response(
                status_code=204,
                headers={
                    "Allow": allowed,
                    "Access-Control-Allow-Methods": allowed,
                    "Access-Control-Allow-Headers": "Accept, Accept-Language, Accept-Profile, Content-Type, "
                    "If-Modified-Since, If-None-Match, Range",
                    "Access-Control-Max-Age": "86400",
                },
            )
            await response(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def error_answer(site: Site, request: Asked, status: int, error: BaseException, detail: str) -> Answer:
    """An error as the client can best read it: a problem document, or a page for a browser."""
    headers = [("Cache-Control", "no-store"), ("Vary", "Accept, Accept-Language"), *errors.headers_of(error)]
    if errors.wants_page(request.accept):
        language, content = site.pages.error(request, status, detail)
        headers += [("Content-Type", "text/html; charset=utf-8"), ("Content-Language", language)]
        return Answer(status, tuple(headers), content)
    more: dict[str, object] = {}
    if isinstance(error, errors.NotAcceptable):
        more["alternatives"] = [{"href": href, "type": media} for href, media in error.alternatives]
    headers.append(("Content-Type", "application/problem+json"))
    return Answer(status, tuple(headers), errors.problem(status, detail, **more))


def _handle_errors(app: FastAPI, site: Site) -> None:
    def answer(request: Request, error: BaseException, status: int, detail: str) -> Response:
        read = asked(request, site.settings.root_path, site.trusted)
        return error_answer(site, read, status, error, detail).response(request.method)

    async def ours(request: Request, error: Exception) -> Response:
        status = errors.status_of(error)
        if status == 500:
            log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
            return await run_in_threadpool(answer, request, error, 500, "an error of this server; it has been logged")
        return await run_in_threadpool(answer, request, error, status, str(error))

    async def routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            allowed = [item.strip() for item in (error.headers or {}).get("Allow", "GET").split(",")]
            text = f"{request.method} is not possible here; what is: {', '.join(allowed)}"
            return await run_in_threadpool(answer, request, errors.MethodNotAllowed(text, allowed), 405, text)
        detail = f"there is nothing at {request.url.path[:200]}" if error.status_code == 404 else str(error.detail)
        return await run_in_threadpool(answer, request, error, error.status_code, detail)

    async def arguments(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        detail = "; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())
        return await run_in_threadpool(answer, request, error, 400, detail)

    async def unforeseen(request: Request, error: Exception) -> Response:
        return await run_in_threadpool(answer, request, error, 500, "an error of this server; it has been logged")

    handlers: list[tuple[type[Exception], Callable[[Request, Exception], object]]] = [
        (InitiativeLodError, ours),
        (HTTPException, routing),
        (RequestValidationError, arguments),
        (Exception, unforeseen),
    ]
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)  # type: ignore[arg-type]
