"""/compare: two to six actions, or any other parts or things, side by side; without an ``iri``, the form to choose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from initiative_lod.documents.negotiation import Offer
from initiative_lod.documents.resource import exists
from initiative_lod.errors import BadArgument, InitiativeLodError, Message, NotFound, Verbatim
from initiative_lod.formats import HTML, JSON, MediaType
from initiative_lod.release.opened import OpenRelease
from initiative_lod.vocabulary import DCTERMS
from initiative_lod.web.http.errors import shown, status_of
from initiative_lod.web.http.request import Answer, Asked
from initiative_lod.web.labelled import LabelledResource, LangText
from initiative_lod.web.pages.comparison import ROWS, Column, compare
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.conditional import Fixed, fixed, wanted
from initiative_lod.web.site import Site

OFFERS = (Offer(HTML), Offer(JSON))
FEWEST, MOST = 2, 6
MOST_FIELDS = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """An action in the form."""

    thing: LabelledResource
    number: int
    chosen: bool


def compare_router(site: Site) -> APIRouter:
    """The comparison, as a page and as JSON."""
    router = APIRouter()

    async def endpoint(request: Request) -> Response:
        read = site.asked(request)
        found = await run_in_threadpool(answer, site, read)
        return found.response(request.method)

    for suffix, method in product((".html", ".json", ""), ("GET", "HEAD")):
        shown = not suffix and method == "GET"
        router.add_api_route(
            f"/compare{suffix}",
            endpoint,
            methods=[method],
            name=f"{method} /compare{suffix}",
            summary=f"{FEWEST} to {MOST} parts or things side by side",
            response_class=Response,
            responses=_RESPONSES,
            include_in_schema=shown,
            operation_id=f"compare_{method.lower()}{suffix.replace('.', '_')}",
            openapi_extra={"parameters": [_IRI]} if shown else None,
        )
    return router


_IRI = {
    "name": "iri",
    "in": "query",
    "required": False,
    "description": f"what to compare, {FEWEST} to {MOST} times; without one, the page is the form to choose",
    "schema": {"type": "array", "items": {"type": "string"}},
}
_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}, "text/html": {}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The comparison, or the form", "content": {"text/html": {}, "application/json": {}}},
    304: {"description": "Not modified"},
    400: {"description": "Too few, too many, or no IRI", **_PROBLEM},
    404: {"description": "Nothing is known about one of them", **_PROBLEM},
    406: {"description": "Neither HTML nor JSON is accepted", **_PROBLEM},
}


def answer(site: Site, read: Asked) -> Answer:
    """The comparison. A person's mistake gets the form again, with what is wrong; a program's is raised."""
    opened = site.publisher.current()
    given, preset = _given(read)
    here = f"{read.prefix}/compare"
    query = urlencode([("iri", iri) for iri in given])
    chosen = wanted(read, OFFERS)
    page = chosen is not None and chosen.media is HTML
    nodes: list[NamedNode] = []
    fault, status = Markup(), 200
    if given or not page:
        try:
            nodes = _nodes(opened, given, here)
        except InitiativeLodError as error:
            if not page:
                raise
            fault, status = shown(error, site.languages[read.language]), status_of(error)

    def body(media: MediaType, language: str) -> bytes:
        if media is JSON:
            view = site.pages.view(opened, read, language, "")
            return (json.dumps(_json(view, compare(view, nodes)), ensure_ascii=False, indent=1) + "\n").encode()
        view = site.pages.view(opened, read)
        picked = {iri for iri in (*given, preset) if iri}

        return site.pages.page(
            "compare.html",
            view,
            read,
            here,
            columns=compare(view, nodes) if nodes else [],
            rows=[name for name, _ in ROWS],
            fault=fault,
            pillars=_choices(view, picked),
            others=[iri for iri in given if not _is_action(view, iri)][:MOST],
            example=f"{view.iris.base}id/topic/data-security",
            formats=[(f"{here}.json?{query}", JSON.name, JSON.label)] if nodes else [],
            arguments=[("iri", iri) for iri in given],
        )

    return fixed(site, opened, read, Fixed(here, OFFERS if nodes else OFFERS[:1], query, status), body)


def _given(read: Asked) -> tuple[list[str], str]:
    """The IRIs of the request, each once, and the one that the form is to have chosen. Raises BadArgument."""
    try:
        pairs = parse_qsl(read.query_string, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadArgument(Message("error.compare_fields", most=MOST_FIELDS)) from None
    given = [value.strip() for name, value in pairs if name == "iri" and value.strip()]
    return list(dict.fromkeys(given)), next((value for name, value in pairs if name == "choose"), "")


def _nodes(opened: OpenRelease, given: list[str], here: str) -> list[NamedNode]:
    """What the IRIs name. A short form is taken under this release's base. Raises BadArgument, NotFound."""
    if len(given) < FEWEST:
        raise BadArgument(
            Message("error.compare_one" if given else "error.compare_none", fewest=FEWEST, most=MOST, address=here)
        )
    if len(given) > MOST:
        raise BadArgument(Message("error.compare_many", number=len(given), most=MOST))
    nodes = []
    for iri in given:
        try:
            node = NamedNode(iri if ":" in iri else f"{opened.iris.base}id/{iri.removeprefix('id/')}")
        except ValueError as error:
            raise BadArgument(Message("error.iri", value=iri[:200], detail=Verbatim(error))) from error
        if not exists(opened, node):
            raise NotFound(Message("error.unknown_compared", iri=node.value[:200]))
        nodes.append(node)
    return list(dict.fromkeys(nodes))


def _choices(view: View, picked: set[str]) -> list[tuple[LabelledResource, list[Choice]]]:
    """Every action of the release, by what it is a part of."""
    found: dict[NamedNode, list[Choice]] = {}
    for node in view.instances("Action"):
        above = view.node(node, DCTERMS.isPartOf)
        if above is not None:
            number = view.number(node, view.term("number")) or 0
            chosen = node.value in picked or (view.iris.path(node.value) or "").removeprefix("id/") in picked
            found.setdefault(above, []).append(Choice(view.thing(node), number, chosen))
    return [(view.thing(above), sorted(items, key=lambda item: item.number)) for above, items in found.items()]


def _is_action(view: View, iri: str) -> bool:
    try:
        return "Action" in view.kinds(NamedNode(iri if ":" in iri else f"{view.iris.base}id/{iri.removeprefix('id/')}"))
    except ValueError:
        return False


def _json(view: View, columns: list[Column]) -> dict[str, Any]:
    def named(thing: LabelledResource) -> dict[str, Any]:
        labels = view.labels(NamedNode(thing.iri))
        return {"iri": thing.iri, "label": {label.language: label.value for label in labels}}

    def words(text: LangText | None) -> str | None:
        return text.value if text else None

    def column(item: Column) -> dict[str, Any]:
        return {
            **named(item.thing),
            "type": [kind.iri for kind in item.kinds],
            "definition": words(item.definition),
            "clauses": [
                {
                    "modality": modality.iri if modality else None,
                    "clauses": [
                        {"iri": clause.thing.iri, "text": clause.text.value, "translation": words(clause.translation)}
                        for clause in clauses
                    ],
                }
                for modality, clauses in item.clauses
            ],
            **{
                name: [
                    {**named(value.thing), "shared": value.shared}
                    if name != "conditions"
                    else {"iri": value.thing.iri, "text": {text.language: text.value for text in value.words}}
                    for value in item.rows[name]
                ]
                for name, _ in ROWS
            },
            "mentionedBy": [thing.iri for thing in item.mentions],
        }

    return {"columns": [column(item) for item in columns]}
