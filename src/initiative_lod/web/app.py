"""The application: which addresses there are, in front of them the layers that every request passes, and its errors."""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette import requests, responses
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Router

from initiative_lod.documents.resource import catalogues
from initiative_lod.errors import (
    BadArgument,
    Busy,
    Damaged,
    DamagedStore,
    InitiativeLodError,
    Message,
    NotFound,
    ReleaseError,
    Verbatim,
)
from initiative_lod.formats import JSON, json_bytes
from initiative_lod.locale.messages import Languages
from initiative_lod.release.damage import is_damage
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive
from initiative_lod.release.per_release import PerRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.web import sparql_worker
from initiative_lod.web.follower import Follower
from initiative_lod.web.http import problems
from initiative_lod.web.http.headers import CommonHeaders
from initiative_lod.web.http.middleware import Front
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.http.request_counts import RequestCounts
from initiative_lod.web.http.request_log import RequestLog
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.routes import start
from initiative_lod.web.routes.about import about_addresses
from initiative_lod.web.routes.changes import changes_address
from initiative_lod.web.routes.compare import compare_address
from initiative_lod.web.routes.documents import document_addresses
from initiative_lod.web.routes.downloads import download_addresses
from initiative_lod.web.routes.feeds import feed_addresses
from initiative_lod.web.routes.health import health_addresses
from initiative_lod.web.routes.memento import Mementos, by_date, memento_addresses
from initiative_lod.web.routes.metrics import metrics_address
from initiative_lod.web.routes.older_releases import OlderReleases
from initiative_lod.web.routes.openapi import description
from initiative_lod.web.routes.pictures import picture_addresses
from initiative_lod.web.routes.questions import question_addresses
from initiative_lod.web.routes.reading_room import reading_address
from initiative_lod.web.routes.reconcile import reconcile_addresses
from initiative_lod.web.routes.releases import release_addresses
from initiative_lod.web.routes.routing import Address, Endpoint, ExactRoute, Outcome, methods_at, tell
from initiative_lod.web.routes.search import search_address
from initiative_lod.web.routes.sparql import sparql_address
from initiative_lod.web.routes.sparql_form import query_page
from initiative_lod.web.routes.sparql_terms import Vocabulary, read_vocabulary, terms_address
from initiative_lod.web.routes.statements import statements_address
from initiative_lod.web.routes.suggest import suggest_address
from initiative_lod.web.routes.thing_index import index_addresses
from initiative_lod.web.site import OLDER, RELEASE, Site
from initiative_lod.web.warm_up import Preparation

log = logging.getLogger("initiative_lod")

Handler = Callable[[requests.Request, Exception], Any]


def create_app(settings: Settings, publisher: Publisher) -> Front:
    """The whole service over the release that ``publisher`` follows."""
    site = Site(settings, publisher, Pages(Languages(settings.language_folder)))
    pool = QueryPool(settings, program=sparql_worker.__name__, at_hand=site.at_hand)
    archive = Archive(settings.release_folder, settings.open_releases)
    mementos = Mementos(archive)
    of_dates = site.threads.lane("mementos")
    every: list[Address] = []
    vocabularies = PerRelease(partial(read_vocabulary, site, settings.root_path))
    of_a_release = _of_a_release(site, pool, by_date(site, mementos, of_dates), vocabularies, every)
    others = [
        *release_addresses(site, archive),
        changes_address(site, archive),
        *feed_addresses(site, archive),
        *memento_addresses(site, mementos, of_dates),
        *reconcile_addresses(site),
        *health_addresses(site, pool),
    ]
    addresses = [*of_a_release, *others]
    counts = RequestCounts([address.path for address in addresses] + ["/metrics", "/openapi.json"], settings.root_path)
    follower = Follower(settings) if settings.follow else None
    addresses += [metrics_address(site, counts, pool, follower), _openapi(addresses)]
    every += addresses

    routes = _routes(addresses, site)
    methods_of = _methods_of(routes, settings.root_path)
    handlers = _handlers(site, methods_of)
    inner = Router(_routes(of_a_release, site), redirect_slashes=False)
    older = OlderReleases(site, archive, mementos, ExceptionMiddleware(inner, {**handlers, **_damaged(site)}))

    own = (lambda opened: site.software, lambda opened: catalogues())  # of no release
    preparation = Preparation(site, [*own, site.pages.prepare, vocabularies.of, partial(warn_unless_stored, site)])
    requests_log = RequestLog(settings, counts.route) if settings.request_log else None

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        await pool.start()
        if follower is not None:
            follower.start()
        preparation.start()
        try:
            yield
        finally:
            if follower is not None:
                await follower.stop()
            await preparation.stop()
            site.stop()
            await pool.stop()
            if requests_log is not None:
                requests_log.close()

    app = Starlette(
        routes=[*routes, ExactRoute("/release/{version}/{rest:path}", older, None)],
        middleware=[Middleware(CommonHeaders, root_path=settings.root_path, methods_of=methods_of)],
        exception_handlers=handlers,
        lifespan=lambda app: running(),
    )
    app.router.redirect_slashes = False  # such a redirect would repeat the Host header
    return Front(app, site, pool, counts, methods_of, running, requests_log)


def _of_a_release(
    site: Site, pool: QueryPool, dated: Endpoint, vocabularies: PerRelease[Vocabulary], every: list[Address]
) -> list[Address]:
    """The addresses that one release answers for: the current one, or one of those before it.

    A request is matched with one route after the other: the busiest come first. ``every`` is filled later, with all
    addresses of the service, which one of the pages describes.
    """
    return [
        sparql_address(site, pool, query_page(site, vocabularies)),
        *document_addresses(site, dated),
        search_address(site),
        start.start_address(site, dated),
        *download_addresses(site, dated),
        *question_addresses(site),
        statements_address(site, dated),
        compare_address(site),
        reading_address(site),
        suggest_address(site),
        *index_addresses(site),
        *picture_addresses(site),
        *about_addresses(site, lambda: every),
        terms_address(site, vocabularies),
    ]


def warn_unless_stored(site: Site, opened: OpenRelease) -> None:
    """Write down that the pages of a release were not rendered for this server."""
    request = Request(prefix=site.settings.root_path, languages=tuple(site.pages.languages))
    if site.settings.rendered_documents and start.represent(site, opened, request).tag not in opened.rendered:
        log.warning(
            "release %s was rendered %s: its pages are made when they are asked for; "
            "'initiative-lod release render' and a new start spare that",
            opened.release.version,
            "by another version of the software, or with another root_path or other languages"
            if len(opened.rendered)
            else "not at all",
        )


def _routes(addresses: list[Address], site: Site) -> list[BaseRoute]:
    languages = tuple(site.pages.languages)
    return [route for address in addresses for route in address.routes(languages)]


def _openapi(addresses: list[Address]) -> Address:
    """The description of ``addresses``, made when it is first asked for."""
    made: list[bytes] = []

    async def answer(http: requests.Request) -> responses.Response:
        if not made:
            made.append(json_bytes(description(addresses)))
        return Response(200, (("Content-Type", JSON.content_type),), made[0]).to(http.method)

    return Address("/openapi.json", answer, "This description", {200: Outcome("It", (JSON,))}, shown=False)


def _methods_of(routes: list[BaseRoute], root_path: str) -> Callable[[str], list[str]]:
    """The methods that a path has; none where nothing is. What is under an older release has those that it has now."""
    older = re.compile(rf"{re.escape(root_path)}/release/[^/]+/")

    def methods_of(path: str) -> list[str]:
        path = older.sub(f"{root_path}/", path, count=1) if older.match(path) else path
        return methods_at(routes, {"type": "http", "method": "GET", "path": path, "root_path": root_path})

    return methods_of


def _handlers(site: Site, methods_of: Callable[[str], list[str]]) -> dict[Any, Handler]:
    """Register the answer to each kind of error."""

    logged = "", 0  # the last fault of the release folder, and its minute: each request meets it again

    async def answer(http: requests.Request, error: BaseException) -> responses.Response:
        return await _told(site, http, error)

    async def ours(http: requests.Request, error: Exception) -> responses.Response:
        nonlocal logged
        if problems.status_of(error) == 500:
            log.error("%s %s: %s", http.method, http.url.path, error, exc_info=error)
            return await unforeseen(http, error)
        # Damage of what is open was logged when it was met.
        if isinstance(error, ReleaseError) and not isinstance(error, DamagedStore):
            met = str(error), int(time.monotonic() // 60)
            if met != logged:
                logged = met
                log.warning("%s", error)
        return await answer(http, error)

    async def unread(http: requests.Request, error: Exception) -> responses.Response:
        """Answer for another part of the release that could not be read: a file beside its store."""
        opened: OpenRelease | None = http.scope.get(RELEASE)
        if opened is not None and is_damage(error):
            return await answer(http, opened.condition.note(error))
        log.error("%s %s: %s", http.method, http.url.path, error, exc_info=error)
        return await unforeseen(http, error)

    async def routing(http: requests.Request, error: Exception) -> responses.Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            return await answer(http, problems.MethodNotAllowed(http.method, methods_of(http.scope["path"])))
        if error.status_code == 404:
            return await answer(http, NotFound(Message("error.nothing_at", path=http.url.path[:200])))
        return await answer(http, BadArgument(Message("error.argument", detail=Verbatim(error.detail))))

    async def unforeseen(http: requests.Request, error: Exception) -> responses.Response:
        return await answer(http, InitiativeLodError(Message("error.ours")))

    async def gone(http: requests.Request, error: Exception) -> responses.Response:
        return responses.Response(status_code=400)  # to nobody

    return {
        InitiativeLodError: ours,
        OSError: unread,
        sqlite3.Error: unread,
        HTTPException: routing,
        requests.ClientDisconnect: gone,
        Exception: unforeseen,
    }


async def _told(site: Site, http: requests.Request, error: BaseException) -> responses.Response:
    """An error, told. One that comes of a lack of time or room gets no page that would have to be made."""
    opened = None if isinstance(error, Damaged) else http.scope.get(RELEASE)
    page = site.pages.brief_error if isinstance(error, Busy) else partial(site.pages.error, opened)
    return await tell(site, site.errors, http, error, page)


def _damaged(site: Site) -> dict[Any, Handler]:
    """A fault in reading an older release is that release's, not ours: the engine tells it as a RuntimeError."""

    async def damaged(http: requests.Request, error: Exception) -> responses.Response:
        version = http.scope[OLDER].version
        log.error("release %s cannot be read: %s", version, " ".join(str(error).split()))
        return await _told(site, http, Damaged(Message("error.damaged_release", release=version)))

    return dict.fromkeys((OSError, RuntimeError, sqlite3.Error, ReleaseError), damaged)
