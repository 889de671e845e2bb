"""/compare: two to six actions, or other parts or things, or documents, side by side; else the form to choose.

``iri`` is what is compared. Without one, two or more ``document`` are; else they say whose parts the form offers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import Field
from pyoxigraph import NamedNode
from starlette import requests, responses

from initiative_lod.documents.negotiation import Offer
from initiative_lod.documents.resource import exists
from initiative_lod.errors import BadArgument, InitiativeLodError, Message, NotFound
from initiative_lod.formats import HTML, JSON, MediaType, json_bytes
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.arguments import FormArguments, read_iri
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.problems import shown, status_of
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages import document_comparison
from initiative_lod.web.pages.document_choice import chosen, key_of, offered
from initiative_lod.web.pages.part_choices import part_choices
from initiative_lod.web.pages.part_comparison import ROWS, Column, compare, summary
from initiative_lod.web.pages.suggestions import KINDS, NameList
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate, wanted
from initiative_lod.web.routes.routing import Address, Endpoint, at_hand, from_release, outcomes
from initiative_lod.web.site import Site

OFFERS = (Offer(HTML), Offer(JSON))
FEWEST, MOST = 2, 6


class CompareArguments(FormArguments):
    """Things that are compared."""

    MOST: ClassVar[int] = 40

    iri: Annotated[
        tuple[str, ...],
        Field(description=f"what to compare, {FEWEST} to {MOST} times; without one, the page is the form to choose"),
    ] = ()
    document: Annotated[
        tuple[str, ...],
        Field(
            description=f"without iri, the documents to compare ({FEWEST} to {MOST}), as in wic-2020; with one, or "
            "with iri, those whose parts the form offers"
        ),
    ] = ()
    choose: Annotated[str, Field(description="what the form is to have chosen")] = ""

    @property
    def iris(self) -> list[str]:
        """The IRIs, or short forms, each once."""
        return list(dict.fromkeys(item.strip() for item in self.iri if item.strip()))


def compare_address(site: Site) -> Address:
    """The comparison, as a page and as JSON."""
    return Address(
        "/compare",
        _endpoint(site),
        f"{FEWEST} to {MOST} parts, things or documents side by side",
        outcomes(
            "The comparison, or the form",
            (HTML, JSON),
            {
                400: "Too few, too many, or no IRI",
                404: "Nothing is known about one of them, or there is no such document",
                406: "Neither HTML nor JSON is accepted",
            },
        ),
        CompareArguments,
        [offer.media.suffix for offer in OFFERS],
    )


def _endpoint(site: Site) -> Endpoint:
    """The answer at hand, where all are IRIs; a name is looked up in a list that may have to be made first."""
    lane = site.threads.lane("comparisons")
    at_once = at_hand(site, lane, partial(answer, site))

    def made(opened: OpenRelease, request: Request) -> Response:
        return answer(site, opened, request).answer(request, site.cache)

    in_thread = from_release(site, lane, made)

    async def endpoint(http: requests.Request) -> responses.Response:
        given = http.query_params.getlist("iri")
        return await (at_once if all({":", "/"} & {*iri} or not iri for iri in given) else in_thread)(http)

    return endpoint


def answer(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The comparison. A person's mistake gets the form again, with what is wrong; a program's is raised."""
    arguments = CompareArguments.read(request.query_string)
    given, preset = arguments.iris, _preset(opened, arguments.choose)
    here = f"{request.prefix}/compare"
    offer = wanted(request, OFFERS)
    is_page = offer is not None and offer.media is HTML
    nodes: list[NamedNode] = []
    documents: list[NamedNode] = []
    told, status = Markup(), 200
    try:
        documents = _documents(site, opened, arguments)
        if given or not (is_page or len(documents) >= FEWEST):
            nodes = _nodes(partial(site.pages.suggestions, opened), opened, given, request.language, here)
    except InitiativeLodError as error:
        if not is_page:
            raise
        told, status = shown(error, site.language_of(request)), status_of(error)
    pairs = [("document", key_of(opened.iris, item)) for item in documents] + [("iri", iri) for iri in given]
    query = urlencode(pairs)
    formats = [(f"{here}.json?{query}", JSON.name, JSON.label)]
    compares_documents = not given and len(documents) >= FEWEST and status == 200

    def body(media: MediaType, language: str) -> bytes:
        if compares_documents:
            view = site.pages.view(opened, request, language, "" if media is JSON else None)
            found = document_comparison.compare_documents(view, documents, site.pages.figures(opened))
            if media is JSON:
                return json_bytes(document_comparison.as_json(view, found))
            more = {"found": found, "formats": formats, "arguments": pairs, "documents": offered(view, documents)}
            return site.pages.page("compare_documents.html", view, request, here, **more)
        if media is JSON:
            view = site.pages.view(opened, request, language, "")
            return json_bytes(_json(view, compare(view, nodes)))
        view = site.pages.view(opened, request)
        picked = {iri for iri in (*given, preset) if iri}
        choices, cut = part_choices(view, documents or view.documents, picked, site.pages.compared_parts)
        columns = compare(view, nodes) if nodes else []
        in_form = {item.thing.iri for group in choices for _, items in group.places for item in items}
        return site.pages.page(
            "compare.html",
            view,
            request,
            here,
            columns=columns,
            summary=summary(columns) if any(column.clauses for column in columns) else None,
            rows=[name for name, _ in ROWS],
            fault=told,
            choices=choices,
            cut=cut,
            documents=offered(view, documents),
            others=[iri for iri in given if _full(view, iri) not in in_form][:MOST],
            example=next(iter(view.things(view.instances("Topic")[:1])), view.thing(view.iris.thing("dataset"))).label,
            formats=formats if nodes else [],
            arguments=pairs,
        )

    offers = OFFERS if nodes or compares_documents else OFFERS[:1]
    page = NegotiatedPage(here, offers, query, status, seed=preset)
    return negotiate(site, opened, request, page, body)


def _preset(opened: OpenRelease, iri: str) -> str:
    """The IRI that the form is to have chosen; one that the release does not know is as good as none."""
    try:
        return iri if iri and exists(opened, NamedNode(iri)) else ""
    except ValueError:
        return ""


def _nodes(
    names: Callable[[], NameList], opened: OpenRelease, given: list[str], language: str, here: str
) -> list[NamedNode]:
    """Things of these IRIs or names. A short form is taken under this release's base. Raises BadArgument, NotFound."""
    if len(given) < FEWEST:
        raise BadArgument(
            Message("error.compare_one" if given else "error.compare_none", fewest=FEWEST, most=MOST, address=here)
        )
    if len(given) > MOST:
        raise BadArgument(Message("error.compare_many", number=len(given), most=MOST))
    nodes = []
    for iri in given:
        node = _node_or_none(iri, opened.iris)
        if node is None or not exists(opened, node):
            called = [] if {":", "/"} & {*iri} else names().exact(iri)
            if not called:
                raise _unknown(names, iri, language, node)
            node = NamedNode(called[0])
        nodes.append(node)
    return list(dict.fromkeys(nodes))


def _documents(site: Site, opened: OpenRelease, arguments: CompareArguments) -> list[NamedNode]:
    """The documents that are named. Raises BadArgument for too many, NotFound for one that there is not."""
    if len(arguments.document) > MOST:
        raise BadArgument(Message("error.compare_many", number=len(arguments.document), most=MOST))
    return chosen(opened.iris, site.pages.documents(opened), arguments.document)


def _unknown(names: Callable[[], NameList], iri: str, language: str, node: NamedNode | None) -> InitiativeLodError:
    """The error that tells what is wrong with an IRI or a name, and which name may be meant."""
    if any(character.isalnum() for character in iri) and not {":", "/"} & {*iri}:
        near = [item.name for item in names().meant(iri, language, kinds=KINDS)]
        if near:
            return NotFound(Message("error.compare_meant", name=iri[:100], meant=near))
        return NotFound(Message("error.compare_name", name=iri[:100]))
    if node is None:
        try:
            node = read_iri(iri)  # which says what it lacks
        except BadArgument as error:
            return error
    return NotFound(Message("error.unknown_compared", iri=node.value[:200]))


def _node_or_none(iri: str, iris: Iris) -> NamedNode | None:
    try:
        return _node(iri, iris)
    except ValueError:
        return None


def _node(iri: str, iris: Iris) -> NamedNode:
    """The thing of an IRI, or of its path with or without ``id/``. Raises ValueError for what is none."""
    return NamedNode(iri) if ":" in iri else iris.thing(f"id/{iri.removeprefix('id/')}")


def _full(view: View, iri: str) -> str:
    """The whole IRI of what may be a short form."""
    try:
        return _node(iri, view.iris).value
    except ValueError:
        return iri


def _json(view: View, columns: list[Column]) -> dict[str, Any]:
    def named(thing: LabelledResource) -> dict[str, Any]:
        labels = view.labels(NamedNode(thing.iri))
        return {"iri": thing.iri, "label": {label.language: label.value for label in labels}}

    def words(text: LangText | None) -> str | None:
        return text.value if text else None

    def column(item: Column) -> dict[str, Any]:
        return {
            **named(item.thing),
            **({"document": item.document.iri} if item.document else {}),
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
