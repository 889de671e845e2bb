"""/things: the things that documents speak of, kind by kind: from A to Z, as a tree, by use. As pages and as JSON."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import HTML, JSON, MediaType, json_bytes
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import RDF
from initiative_lod.web.http.arguments import ELSE_DEFAULT, FormArguments
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages import thing_index
from initiative_lod.web.pages.thing_index import IndexEntry
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate
from initiative_lod.web.routes.routing import Address, at_hand, outcomes
from initiative_lod.web.site import Site

OFFERS = (Offer(HTML), Offer(JSON))


class IndexArguments(FormArguments):
    """The order of an index."""

    order: Annotated[
        Literal["letters", "tree", "use"], Field(description="from A to Z, as a tree, or by use"), ELSE_DEFAULT
    ] = "letters"


def index_addresses(site: Site) -> list[Address]:
    """The kinds, and the index of each."""
    lane = site.threads.lane("indexes")
    refused = {406: "Neither HTML nor JSON is accepted"}
    suffixes = [offer.media.suffix for offer in OFFERS]
    return [
        Address(
            "/things",
            at_hand(site, lane, partial(every_kind, site)),
            "The kinds of things that documents speak of",
            outcomes("The kinds", (HTML, JSON), refused),
            FormArguments,
            suffixes,
        ),
        Address(
            "/things/{kind}",
            at_hand(site, lane, partial(one_kind, site)),
            "The things of one kind",
            outcomes("The things", (HTML, JSON), {404: "There is no such kind", **refused}),
            IndexArguments,
            suffixes,
        ),
    ]


def every_kind(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The kinds of which the release has things."""
    here = f"{request.prefix}/things"

    def body(media: MediaType, language: str) -> bytes:
        view = site.pages.view(opened, request, language, "" if media is JSON else None)
        found = thing_index.kinds(view)
        if media is JSON:
            return json_bytes(
                [
                    {"kind": kind, "label": name.label.value, "count": count, "url": view.link(f"/things/{kind}.json")}
                    for kind, name, count in found
                ]
            )
        return site.pages.page("index.html", view, request, here, kinds=found, index=None)

    return negotiate(site, opened, request, NegotiatedPage(here, OFFERS), body)


def one_kind(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The things of one kind. Raises NotFound."""
    kind = request.parameters["kind"]
    if kind not in thing_index.KINDS:
        raise NotFound(Message("error.no_kind", kind=kind[:80], kinds=list(thing_index.KINDS)))
    order = IndexArguments.read(request.query_string).order
    here = f"{request.prefix}/things/{kind}"
    query = "" if order == "letters" else f"order={quote(order)}"

    def body(media: MediaType, language: str) -> bytes:
        view = site.pages.view(opened, request, language, "" if media is JSON else None)
        found = thing_index.index(view, kind, order, site.pages.figures(opened).values())
        if media is JSON:
            return json_bytes([_json(entry) for group in found.groups for entry in group.entries])
        path = f"/things/{kind}"
        orders = [("letters", view.link(path)), ("use", view.link(path, order="use"))]
        orders[1:1] = [("tree", view.link(path, order="tree"))] if found.has_tree else []
        more = {"index": found, "orders": orders, "order": order, "kinds": thing_index.kinds(view)}
        arguments = [("order", order)] if query else []
        return site.pages.page("index.html", view, request, here, arguments=arguments, **more)

    return negotiate(site, opened, request, NegotiatedPage(here, OFFERS, query), body)


def there(opened: OpenRelease) -> list[str]:
    """The kinds of which a release has things."""
    kinds = thing_index.KINDS.items()
    return [kind for kind, name in kinds if opened.holds(None, RDF.type, opened.iris.term(name))]


def _json(entry: IndexEntry) -> dict[str, object]:
    found: dict[str, object] = {
        "iri": entry.thing.iri,
        "labels": {label.language or "und": label.value for label in entry.labels},
        "places": entry.count,
    }
    return found | ({"narrower": [_json(item) for item in entry.below]} if entry.below else {})
