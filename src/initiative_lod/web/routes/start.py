"""Start page: every initiative of the release at a glance."""

from __future__ import annotations

from initiative_lod.documents.document import CACHE_CONTROL, VARY
from initiative_lod.documents.negotiation import choose
from initiative_lod.documents.representation import OFFERS, Rendered, entity_tag
from initiative_lod.formats import HTML
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.conditional import Representation, modified
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.routes.routing import BY_DATE, Address, Endpoint, Outcome, at_hand, outcomes
from initiative_lod.web.site import Site


def start_address(site: Site, by_date: Endpoint) -> Address:
    """The start page; a program that wants RDF is sent to the dataset."""

    def start(opened: OpenRelease, request: Request) -> Response | Representation:
        offer = choose(request.accept, OFFERS)
        if offer is not None and offer.media is not HTML:
            headers = [("Location", f"{request.prefix}/dataset"), ("Vary", VARY), ("Cache-Control", CACHE_CONTROL)]
            return Response(303, tuple(headers))
        return represent(site, opened, request)

    told = outcomes("The page", (HTML,), more={303: Outcome("The dataset, for who wants RDF"), **BY_DATE})
    return Address("/", at_hand(site, site.threads.lane("start"), start, by_date), "Start page", told)


def represent(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The page in the request's language."""
    parts = (opened.identity, request.prefix, request.language, request.named_language, request.older)
    return Representation(
        entity_tag("start", site.software, *parts),
        [("Vary", "Accept, Accept-Language"), ("Cache-Control", CACHE_CONTROL)],
        [("Content-Type", HTML.content_type), ("Content-Language", request.language)],
        lambda: Rendered(site.pages.start(opened, request)[1]),
        modified(opened, request),
        opened=opened,
    )
