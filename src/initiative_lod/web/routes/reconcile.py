"""/reconcile: the Reconciliation Service API 0.2 over HTTP, and under /reconcile/1.0-draft the draft of its successor,
whose manifest and bodies have other shapes. Answers are made in ``matching``; here is the wire.

JSONP is not offered: CORS, which 0.2 requires, does the same without running our words as a program in the client's
page.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, Field, RootModel
from pyoxigraph import NamedNode
from starlette import requests, responses
from starlette.requests import ClientDisconnect

from initiative_lod.errors import BadArgument, Message, NotFound, TooLarge
from initiative_lod.formats import HTML, JSON
from initiative_lod.locale.messages import Languages
from initiative_lod.matching import reconcile_draft
from initiative_lod.matching.entity_index import CountedTerm, EntityIndex
from initiative_lod.matching.reconcile_entities import Entities, matching
from initiative_lod.matching.reconcile_extension import extend, read_extension
from initiative_lod.matching.reconcile_manifest import manifest
from initiative_lod.matching.reconcile_queries import (
    answer_batch,
    candidates,
    clean,
    limit_up_to,
    parse_json,
    read_batch,
    read_query,
    suggestions,
)
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.web.http.arguments import Arguments, PageArguments, read_iri
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.labelled_resource import LangText
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.pages.view import MUCH, View
from initiative_lod.web.routes.routing import CROWDED, Address, Endpoint, Outcome, Outcomes, fault, in_lane
from initiative_lod.web.site import Site

MAX_BODY_BYTES = 1024 * 1024
LONGEST_DESCRIPTION = 200  # characters
SUGGESTED, MOST_SUGGESTED = 20, 100
PROPOSED, MOST_PROPOSED = 100, 500
STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:.7rem;color:#1c1c1c;background:#fff}"
    "h1{font-size:1.05rem;margin:0 0 .2rem}p{margin:.25rem 0}"
    ".other,.kind,.source{color:#555}.source{font-size:.78rem;overflow-wrap:anywhere}a{color:#0b4f8a}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
#: A preview is made to stand in other people's frames; it loads nothing and runs nothing.
PREVIEW_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)

Cleaned = Annotated[str, BeforeValidator(lambda value: clean(str(value)))]


class ServiceArguments(PageArguments):
    """The arguments of every address of the service."""

    callback: Annotated[str | None, Field(description="refused: JSONP is not offered")] = None


class ReconcileArguments(ServiceArguments):
    """Request to the service, in the address or in a form."""

    queries: Annotated[str | None, Field(description="a batch of queries, as JSON")] = None
    extend: Annotated[str | None, Field(description="a data extension query, as JSON")] = None
    query: Annotated[str | None, Field(description="one query: words, or JSON")] = None


class ReconcileForm(BaseModel):
    """The same in the form of a POST."""

    queries: str | None = None
    extend: str | None = None


class SuggestArguments(ServiceArguments):
    """Beginning of a suggestion."""

    prefix: Cleaned = ""
    cursor: Annotated[int, Field(ge=0, le=10_000), BeforeValidator(lambda given: given or 0)] = 0
    limit: limit_up_to(MOST_SUGGESTED) = SUGGESTED  # type: ignore[valid-type]
    type: Annotated[str, Field(description="classes of which a thing is to be, with commas between")] = ""


class ThingArguments(ServiceArguments):
    """The thing that is meant."""

    id: Annotated[Cleaned, Field(description="its IRI")] = ""


class ProposalArguments(ServiceArguments):
    """The class whose properties are proposed."""

    type: Annotated[Cleaned, Field(description="the IRI of a class; without one, of any thing")] = ""
    limit: limit_up_to(MOST_PROPOSED) | None = None  # type: ignore[valid-type]


class Candidate(BaseModel):
    """A candidate of a query; ``score`` is from 0 to 100."""

    id: str
    name: str
    description: str
    type: list[dict[str, str]]
    score: float
    features: list[dict[str, Any]]
    match: bool


class Candidates(BaseModel):
    """The candidates of one query, best first."""

    result: list[Candidate]


class Reconciled(RootModel[dict[str, Candidates] | Candidates | dict[str, Any]]):
    """The candidates of each query of a batch, by its key; of one query; or the manifest, or the rows."""


class Suggestion(BaseModel):
    """A suggestion."""

    id: str
    name: str
    description: str
    notable: list[dict[str, str]] = []


class Suggestions(BaseModel):
    """Suggestions, best first."""

    result: list[Suggestion]


A = TypeVar("A", bound=Arguments)
Work = Callable[[Entities, A, Request, str], Any]
JsonWork = Callable[[Entities, str], Any]
DRAFT = f"/{reconcile_draft.VERSION}"


def reconcile_addresses(site: Site) -> list[Address]:
    """The service at /reconcile, over the current release."""
    service = Service(site)

    def address(path: str, work: Work[A], arguments: type[A], summary: str, answer: Outcome, **more: Any) -> Address:
        return Address(
            f"/reconcile{path}", service.endpoint(work, arguments), summary, _outcomes(answer), arguments, **more
        )

    suggested: dict[str, Work[SuggestArguments]] = {
        "entity": _suggest_entity,
        "type": partial(_suggest_class, site.pages.languages),
        "property": partial(_suggest_property, site.pages.languages),
    }

    def suggest(root: str, kind: str, work: Work[SuggestArguments]) -> Address:
        return address(
            f"{root}/suggest/{kind}",
            work,
            SuggestArguments,
            "Suggestions",
            Outcome("Suggestions", (JSON,), Suggestions),
        )

    summary = "Reconciliation Service API 0.2: manifest, queries, data extension"
    answer = Outcome("The manifest, the candidates, or the rows", (JSON,), Reconciled)
    forms: dict[str, Any] = {"methods": ("GET", "POST"), "body": ReconcileForm}
    flyout, preview = partial(_flyout, site.pages), partial(_preview, site.pages)
    return [
        address("", _endpoint, ReconcileArguments, summary, answer, **forms),
        address("/", _endpoint, ReconcileArguments, summary, answer, shown=False, **forms),
        *(suggest(root, kind, work) for root in ("", DRAFT) for kind, work in suggested.items()),
        address("/flyout/{kind}", flyout, ThingArguments, "A few words on a suggestion", Outcome("HTML", (JSON,))),
        address("/properties", _propose, ProposalArguments, "Properties to extend by", Outcome("The list", (JSON,))),
        address("/preview", preview, ThingArguments, "A small page about a thing", Outcome("The page", (HTML,))),
        *_draft_addresses(service, address, preview),
    ]


def _draft_addresses(service: Service, address: Callable[..., Address], preview: Work[ThingArguments]) -> list[Address]:
    """The service of the draft, under a root of its own. Older texts of it call ``/match`` ``/reconcile``."""

    def posted(path: str, work: JsonWork, summary: str, answer: str, shown: bool = True) -> Address:
        endpoint = service.json_endpoint(work)
        outcomes = _outcomes(Outcome(answer, (JSON,)))
        return Address(f"/reconcile{DRAFT}{path}", endpoint, summary, outcomes, methods=("POST",), shown=shown)

    about, page = "Reconciliation Service API 1.0-draft: its manifest", Outcome("The page", (HTML,))
    listed = Outcome("The list", (JSON,))
    return [
        address(DRAFT, _draft_manifest, ServiceArguments, about, Outcome("The manifest", (JSON,))),
        address(f"{DRAFT}/", _draft_manifest, ServiceArguments, about, Outcome("The manifest", (JSON,)), shown=False),
        posted("/match", _draft_match, "Candidates, by its queries", "The candidates"),
        posted("/reconcile", _draft_match, "Candidates, by its queries", "The candidates", shown=False),
        posted("/extend", _draft_extend, "Values of properties, by its queries", "The rows"),
        address(f"{DRAFT}/extend/propose", _propose, ProposalArguments, "Properties to extend by", listed),
        address(f"{DRAFT}/preview", preview, ThingArguments, "A small page about a thing", page),
    ]


def _outcomes(answer: Outcome) -> Outcomes:
    return {
        200: answer,
        400: fault("What was sent has no meaning"),
        404: fault("Nothing is known about it"),
        413: fault("More than one request may hold"),
        **CROWDED,
    }


class Service:
    """Routes under /reconcile."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._indexes = PerRelease(EntityIndex)
        self._lane = site.threads.lane("reconciliation")

    def endpoint(self, work: Work[A], arguments: type[A]) -> Endpoint:
        """An endpoint that reads ``arguments``, does ``work`` in a thread, and makes a response of what it returns."""

        async def endpoint(http: requests.Request) -> responses.Response:
            request = self._site.read(http.scope)
            try:
                form = await _form(http) if request.method == "POST" else ""
            except ClientDisconnect:
                return responses.Response(status_code=400)  # to nobody
            opened = await self._site.release_of(http.scope)
            answer = partial(self._answer, work, arguments, form, opened, request)
            response = await in_lane(self._site, self._lane, http, request, answer)
            return response.to(request.method)

        return endpoint

    def json_endpoint(self, work: JsonWork) -> Endpoint:
        """An endpoint that is sent JSON, does ``work`` in a thread, and answers with what it returns as JSON."""

        async def endpoint(http: requests.Request) -> responses.Response:
            request = self._site.read(http.scope)
            try:
                body = await _form(http)
            except ClientDisconnect:
                return responses.Response(status_code=400)  # to nobody
            opened = await self._site.release_of(http.scope)

            def answer() -> Response:
                return _json(work(Entities(opened, self._indexes.of(opened)), body))

            response = await in_lane(self._site, self._lane, http, request, answer)
            return response.to(request.method)

        return endpoint

    def _answer(self, work: Work[A], arguments: type[A], form: str, opened: OpenRelease, request: Request) -> Response:
        fields = f"{form}&{request.query_string}" if form else request.query_string  # of two the last counts
        if "callback=" in fields:
            raise BadArgument(Message("reconcile.jsonp"))
        origin = request.client.origin  # a manifest's addresses are absolute
        if origin is None:
            raise BadArgument(Message("reconcile.host", host=request.client.host[:100]))
        entities = Entities(opened, self._indexes.of(opened))
        found = work(entities, arguments.read(fields), request, origin + request.prefix)
        if isinstance(found, Response):
            return found
        return _json(found)


def _json(found: Any) -> Response:
    """An answer. ASCII: halves of characters that a client sent go back as it wrote them."""
    return Response(200, (("Content-Type", JSON.name), ("Cache-Control", "no-cache")), json.dumps(found).encode())


async def _form(http: requests.Request) -> str:
    """The form in a body. Raises TooLarge, BadArgument."""
    media = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(Message("reconcile.long_body", most=MAX_BODY_BYTES))
    if media == "multipart/form-data":
        raise BadArgument(Message("reconcile.multipart"))
    return body.decode("utf-8", "replace")


def _endpoint(entities: Entities, arguments: ReconcileArguments, request: Request, home: str) -> Any:
    if arguments.queries is not None:
        return answer_batch(entities, read_batch(arguments.queries))
    if arguments.extend is not None:
        return extend(entities, read_extension(arguments.extend))
    if arguments.query is not None:  # one query by itself, as 0.1 had it
        text = arguments.query
        query = read_query(parse_json(text, "query") if text.lstrip().startswith("{") else text, "query")
        return {"result": candidates(entities, query)}
    if request.method == "POST":
        raise BadArgument(Message("reconcile.neither"))
    return manifest(entities, f"{home}/reconcile", home)


def _draft_manifest(entities: Entities, arguments: Arguments, request: Request, home: str) -> Any:
    return reconcile_draft.draft_manifest(entities, f"{home}/reconcile{DRAFT}", home)


def _draft_match(entities: Entities, body: str) -> Any:
    return reconcile_draft.answer_draft_batch(entities, reconcile_draft.read_draft_batch(body))


def _draft_extend(entities: Entities, body: str) -> Any:
    return reconcile_draft.draft_extension(entities, read_extension(body, "body"))


def _suggest_entity(entities: Entities, arguments: SuggestArguments, request: Request, home: str) -> Any:
    classes = [item for item in arguments.type.split(",") if item]
    return {"result": suggestions(entities, arguments.prefix, arguments.cursor, arguments.limit, classes)}


def _suggest_class(
    languages: Languages, entities: Entities, arguments: SuggestArguments, request: Request, home: str
) -> Any:
    things = partial(languages[request.language].ngettext, "one_thing", "n_things")
    return _terms(matching(entities.classes, arguments.prefix), arguments, things)


def _suggest_property(
    languages: Languages, entities: Entities, arguments: SuggestArguments, request: Request, home: str
) -> Any:
    uses = partial(languages[request.language].ngettext, "one_use", "n_uses")
    return _terms(matching(entities.properties, arguments.prefix), arguments, uses)


def _terms(found: list[CountedTerm], arguments: SuggestArguments, counted: Callable[[int], str]) -> dict[str, Any]:
    """Terms with how often they are used, in words."""
    page = found[arguments.cursor : arguments.cursor + arguments.limit]
    return {
        "result": [
            {"id": item.iri, "name": item.name, "description": f"{counted(item.count)} · {item.iri}"} for item in page
        ]
    }


def _flyout(pages: Pages, entities: Entities, arguments: ThingArguments, request: Request, home: str) -> Any:
    view = pages.view(entities.opened, request)
    described = _described(view, entities, arguments.id)
    return {"id": arguments.id, "html": pages.fragment("flyout.html", view, **described)}


def _preview(pages: Pages, entities: Entities, arguments: ThingArguments, request: Request, home: str) -> Response:
    view = pages.view(entities.opened, request)
    address = f"{home}/resource?{urlencode({'iri': arguments.id})}"
    described = _described(view, entities, arguments.id)
    headers = (
        ("Content-Type", HTML.content_type),
        ("Content-Security-Policy", PREVIEW_POLICY),
        ("Content-Language", view.language),
        ("Vary", "Accept-Language"),
        ("Cache-Control", "no-cache"),
    )
    page = pages.fragment("preview.html", view, address=address, style=STYLE, **described)
    return Response(200, headers, page.encode())


def _described(view: View, entities: Entities, iri: str) -> dict[str, Any]:
    """Preview of anything that the release knows: names, kinds, a sentence, and whose it is."""
    node = read_iri(iri)
    quads = view.about(node, MUCH)
    if not quads:
        raise NotFound(Message("error.unknown", iri=iri[:200]))
    return {
        "iri": iri,
        "names": view.both(node) or [LangText(entities.name(iri))],
        "classes": view.things(NamedNode(item) for item in entities.classes_of(iri)),
        "description": view.description(node, LONGEST_DESCRIPTION),
        "graphs": sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}),
    }


def _propose(entities: Entities, arguments: ProposalArguments, request: Request, home: str) -> Any:
    name, limit = arguments.type, arguments.limit or PROPOSED
    found = entities.properties_of(name, limit) if name else entities.properties[:limit]
    answer = {"type": name, "properties": [{"id": item.iri, "name": item.name} for item in found]}
    return answer | {"limit": limit} if arguments.limit else answer
