"""/search: what a visitor types in, a page or JSON out. Whatever is typed gets 200, with what was found or what to do.

``lang`` is the language of the words that are searched (zh, en, both), in every representation; that of the page itself
is ``hl``, or negotiated.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import replace
from itertools import product
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from initiative_lod.documents.negotiation import Offer, lookup
from initiative_lod.errors import Busy, Damaged, Message, QueryTimeout, ReleaseError
from initiative_lod.formats import HTML, JSON, MediaType
from initiative_lod.release import Release
from initiative_lod.release.manifest import INDEX
from initiative_lod.search import index
from initiative_lod.search.query_parser import MAX_QUERY_CHARACTERS
from initiative_lod.search.reader import Index
from initiative_lod.search.results import Results
from initiative_lod.web.http.errors import text
from initiative_lod.web.http.request import Answer, Asked
from initiative_lod.web.http.search_arguments import PARAMETERS, wanted
from initiative_lod.web.pages import search as search_page
from initiative_lod.web.routes.conditional import Fixed, fixed, unkept
from initiative_lod.web.routes.search_json import as_json
from initiative_lod.web.site import Site

log = logging.getLogger(__name__)

OFFERS = (Offer(JSON), Offer(HTML))
AT_ONCE = 4  # searches that run at the same time; the others wait without holding a thread
MOST_WAITING = 64
_UNINDEXED = (("X-Robots-Tag", "noindex, follow"),)


class Indexes:
    """The index of the release that is current. An older one is closed when its last search is over."""

    def __init__(self, seconds: float) -> None:
        """One whose searches take ``seconds`` at most."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._open: tuple[str, Index] | None = None

    def of(self, release: Release) -> Index:
        """The index of ``release``. Raises ReleaseError when it has none that can be read."""
        kept = self._open
        if kept is not None and kept[0] == str(release.path):
            return kept[1]
        with self._lock:
            if self._open is None or self._open[0] != str(release.path):
                opened = Index(release.path / INDEX / index.FILE, self._seconds)
                if self._open is not None:
                    self._open[1].close()
                self._open = str(release.path), opened
            return self._open[1]

    def close(self) -> None:
        """Close it; a later search opens it again."""
        with self._lock:
            if self._open is not None:
                self._open[1].close()
                self._open = None


def search_router(site: Site) -> APIRouter:
    """The search over the release that is current."""
    router = APIRouter()
    indexes = Indexes(site.settings.search_seconds)
    limiter = CapacityLimiter(AT_ONCE)

    async def search(request: Request) -> Response:
        read = site.asked(request)
        if limiter.statistics().tasks_waiting >= MOST_WAITING:
            raise Busy(Message("error.search_busy"))
        found = await to_thread.run_sync(answer, site, indexes, read, limiter=limiter)
        return found.response(request.method)

    for suffix, method in product(("", ".json", ".html"), ("GET", "HEAD")):
        shown = not suffix and method == "GET"
        router.add_api_route(
            f"/search{suffix}",
            search,
            methods=[method],
            summary="Full-text search in Chinese and English",
            response_class=Response,
            responses=RESPONSES,
            include_in_schema=shown,
            operation_id=f"search_{method.lower()}{suffix.replace('.', '_')}",
            openapi_extra={"parameters": PARAMETERS} if shown else None,
        )
    return router


_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}, "text/html": {}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "What was found, which may be nothing", "content": {"application/json": {}, "text/html": {}}},
    304: {"description": "Not modified"},
    400: {"description": "More arguments than anyone needs", **_PROBLEM},
    406: {"description": "Neither JSON nor HTML is accepted", **_PROBLEM},
    503: {"description": "No release with a search index is published, or too many searches at once", **_PROBLEM},
}


def answer(site: Site, indexes: Indexes, read: Asked) -> Answer:
    """The answer to a GET or HEAD. Raises BadArgument, NotAcceptable, ReleaseError."""
    opened = site.publisher.current()
    asks = wanted(read)
    hl = lookup(dict(asks.pairs).get("hl", ""), read.languages) or ""
    language = hl or replace(read, query={}).language  # ``lang`` is not the page's here
    here = f"{read.prefix}/search"
    slow = ""

    def body(media: MediaType, language: str) -> bytes:
        nonlocal slow
        try:
            found = indexes.of(opened.release)
        except ReleaseError as error:
            log.warning("%s", error)
            raise Damaged(Message("error.no_search_index")) from error
        try:
            results = found.search(asks.search)
        except QueryTimeout as error:
            log.warning("search %r: %s", asks.search.text[:MAX_QUERY_CHARACTERS], error)
            slow = text(error, site.languages.default)
            results = Results(asks.search, asks.search.text[:MAX_QUERY_CHARACTERS], 0)
        view = site.pages.view(opened, read, language, f"lang={hl}" if hl and media is HTML else "")
        if media is JSON:
            document = as_json(view, site.languages, asks, results, here, slow)
            return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
        common = found.common("topic") if not results.total else []
        values = search_page.values(view, asks, results, slow, hl, here, common)
        return site.pages.page("search.html", view, read, here, **values)

    page = Fixed(here, OFFERS, asks.query(asks.search.page, drop=("hl",)), 200, language, _UNINDEXED)
    made = fixed(site, opened, read, page, body)
    return unkept(made) if slow else made
