"""/about: what this site is, how to use its data, and its interface for programs, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.documents.negotiation import Offer
from initiative_lod.formats import HTML, MediaType
from initiative_lod.release.manifest import DUMPS
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages import initiative, saved_questions
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate
from initiative_lod.web.routes.openapi import described
from initiative_lod.web.routes.routing import Address, at_hand, outcomes
from initiative_lod.web.site import Site

OFFERS = (Offer(HTML),)
EXAMPLES = ("Action", "Article", "Clause", "Paragraph")  # kinds of parts of which one is shown as an example
TABLES = 12  # questions whose answers are offered as tables


def about_addresses(site: Site, others: Callable[[], Sequence[Address]]) -> list[Address]:
    """The three pages. ``others`` gives the addresses that the last one describes."""
    lane = site.threads.lane("about")
    told = outcomes("The page", (HTML,), {406: "HTML is not accepted"})
    api = partial(_answer, site, "/about/api", "about_api.html", partial(_api, others))
    pages = (
        ("/about", "What this site is", partial(about, site)),
        ("/about/data", "How to use the data", partial(data, site)),
        ("/about/api", "The interface for programs, in words", api),
    )
    return [Address(path, at_hand(site, lane, answer), summary, told) for path, summary, answer in pages]


def about(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The page that says what this site is."""
    return _answer(site, "/about", "about.html", partial(_about, site), opened, request)


def data(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The page on using the data."""
    return _answer(site, "/about/data", "about_data.html", partial(_data, site), opened, request)


Values = Callable[[View, Request], dict[str, Any]]


def _answer(
    site: Site, path: str, template: str, values: Values, opened: OpenRelease, request: Request
) -> Representation:
    here = f"{request.prefix}{path}"

    def body(media: MediaType, language: str) -> bytes:
        view = site.pages.view(opened, request)
        return site.pages.page(template, view, request, here, **values(view, request))

    return negotiate(site, opened, request, NegotiatedPage(here, OFFERS), body)


def _about(site: Site, view: View, request: Request) -> dict[str, Any]:
    opened = view.opened
    figures = site.pages.figures(opened)
    licence = opened.license
    return {
        "documents": view.things(view.documents[:20]),
        "clauses": sum(item.clauses for item in figures.values()),
        "statements": sum(item.statements for item in figures.values()),
        "questions": len(site.pages.questions(opened)),
        "checks": initiative.checks(opened.release),
        "licence": view.thing(NamedNode(licence)) if licence else None,
        "translated": bool(view.instances("UnofficialTranslation")),
        "dataset_cite": view.link("/cite", iri=view.iris.thing("dataset").value),
    }


def _data(site: Site, view: View, request: Request) -> dict[str, Any]:
    opened = view.opened
    example = next((items[0] for kind in EXAMPLES if (items := view.instances(kind))), None)
    path = (view.iris.path(example.value) or "").removeprefix("id/") if example is not None else ""
    files = opened.release.manifest.files
    tables = [
        (item["slug"], saved_questions.in_language(item["question"], view.language))
        for item in site.pages.questions(opened)
        if "rows" in item and len(item["rows"]) > 1
    ]
    return {
        "example": view.thing(example) if example is not None and path else None,
        "example_path": path,
        "tables": tables[:TABLES],
        "dumps": [name for name in DUMPS if name in files],
        "endpoint": f"{view.iris.base}sparql",
        "service": f"{view.iris.base}reconcile",
        "ontology_iri": view.iris.term("topic").value.removesuffix("topic"),
    }


def _api(others: Callable[[], Sequence[Address]], view: View, request: Request) -> dict[str, Any]:
    return {"described": described(others(), view.interface)}
