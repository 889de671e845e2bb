"""/search: what a visitor types in, a page or JSON out. Whatever is typed gets 200, with what was found or what to do.

``lang`` is the language of the words that are searched (zh, en, both), in every representation; that of the page itself
is ``hl``, or negotiated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from initiative_lod.documents import links
from initiative_lod.documents.negotiation import Offer, lookup
from initiative_lod.documents.representation import Rendered
from initiative_lod.errors import Damaged, Message, NotFound, QueryTimeout, ReleaseError
from initiative_lod.formats import HTML, JSON, MediaType, json_bytes
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.search import index
from initiative_lod.search.query_parser import MAX_QUERY_CHARACTERS
from initiative_lod.search.reader import Index
from initiative_lod.search.results import Results
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.problems import text
from initiative_lod.web.http.request import Request
from initiative_lod.web.http.search_arguments import SearchArguments
from initiative_lod.web.pages import search as search_page
from initiative_lod.web.pages.document_choice import unknown
from initiative_lod.web.pages.suggestions import QUESTION, Suggested
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate
from initiative_lod.web.routes.routing import Address, at_hand, fault, outcomes
from initiative_lod.web.routes.search_json import as_json
from initiative_lod.web.site import Site

log = logging.getLogger(__name__)

OFFERS = (Offer(JSON), Offer(HTML))
AT_ONCE = 2  # searches that run at the same time; the others wait without holding a thread
_UNINDEXED = (("X-Robots-Tag", "noindex, follow"),)

IndexOf = Callable[[OpenRelease], Index]


def search_address(site: Site) -> Address:
    """The search over a release."""
    indexes = PerRelease(partial(open_index, site.settings.search_seconds))
    faults = {
        400: "More arguments than anyone needs",
        404: "The release has no such document to search in",
        406: "Neither JSON nor HTML is accepted",
    }
    return Address(
        "/search",
        at_hand(site, site.threads.lane("searches", AT_ONCE), partial(answer, site, indexes.of)),
        "Full-text search in Chinese and English",
        {
            **outcomes("What was found, which may be nothing", (JSON, HTML), faults),
            503: fault("No release with a search index is published, or too many searches at once"),
        },
        SearchArguments,
        [offer.media.suffix for offer in OFFERS],
    )


def open_index(seconds: float, opened: OpenRelease) -> Index:
    """The index of a release, whose searches take ``seconds`` at most. Raises Damaged when none can be read."""
    try:
        return Index(opened.release.path / INDEX / index.FILE, seconds)
    except ReleaseError as error:
        log.warning("%s", error)
        raise Damaged(Message("error.no_search_index")) from error


def answer(site: Site, index_of: IndexOf, opened: OpenRelease, request: Request) -> Representation:
    """The answer to a GET or HEAD, ready to be made. Raises BadArgument, NotFound, NotAcceptable, Damaged."""
    asks = SearchArguments.read(request.query_string)
    hl = lookup(asks.hl, request.languages) or ""
    here = f"{request.prefix}/search"
    if asks.document:
        _require_documents(asks, index_of(opened))

    def body(media: MediaType, language: str) -> Rendered:
        slow = ""
        found = index_of(opened)
        try:
            results = found.search(asks.search)
        except QueryTimeout as error:
            log.warning("search %r: %s", asks.text[:MAX_QUERY_CHARACTERS], error)
            slow = text(error, site.pages.languages.default)
            results = Results(asks.search, asks.text[:MAX_QUERY_CHARACTERS], 0)
        view = site.pages.view(opened, request, language, f"lang={hl}" if hl and media is HTML else "")
        stem = f"{here}.json" if media is JSON else here
        pages = tuple(links.page_links(lambda page: f"{stem}?{asks.query(page)}", results.page, results.pages))
        if media is JSON:
            content = json_bytes(as_json(view, site.pages.languages, asks, results, here, slow))
            return Rendered(content, pages, cut=bool(slow))
        common = found.common("topic") if not results.total else []
        meant = [] if results.total and not results.loose else _meant(site, opened, asks.text, language)
        values = search_page.values(view, asks, results, slow, hl, here, common, found.documents)
        values["meant"] = [(item, f"{here}?{asks.query(text=item.name)}") for item in meant]
        content = site.pages.page("search.html", view, request, here, **values)
        return Rendered(content, pages, cut=bool(slow))

    language = hl or request.accepted_language
    page = NegotiatedPage(here, OFFERS, asks.query(asks.page), 200, language, _UNINDEXED)
    return negotiate(site, opened, request, page, body)


def _meant(site: Site, opened: OpenRelease, text: str, language: str) -> list[Suggested]:
    """Names that are spelt nearly so; else those that the box proposes, as for the initials of Chinese syllables."""
    known = site.pages.suggestions(opened)
    return known.meant(text, language) or [item for item in known.find(text, language) if item.kind != QUESTION][:3]


def _require_documents(asks: SearchArguments, found: Index) -> None:
    """Raise NotFound for a document that the index has not, with those that it has."""
    known = found.documents
    for key in asks.document:
        if not any(search_page.means(key, item) for item in known):
            if not known:
                raise NotFound(Message("error.search_no_documents"))
            raise unknown(key, [item.key for item in known])
