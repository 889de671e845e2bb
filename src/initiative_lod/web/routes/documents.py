"""Documents: of things, of the ontology, the shapes, the dataset, the graphs, and of any IRI; and what is said of them
besides: links as a linkset, citations. Pages and RDF formats alike are representations of one document.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated
from urllib.parse import quote

from pydantic import Field
from pyoxigraph import NamedNode

from initiative_lod.documents import linkset as linksets
from initiative_lod.documents.document import CACHE_CONTROL, VARY, Document, Preferences, named
from initiative_lod.documents.links import Link, field
from initiative_lod.documents.negotiation import Offer, choose, parse_accept
from initiative_lod.documents.representation import Rendered, Variant, entity_tag, stored
from initiative_lod.documents.resource import exists
from initiative_lod.errors import BadArgument, Message, NotAcceptable, NotFound, UnwritableError
from initiative_lod.formats import BY_SUFFIX, DOCUMENT_TYPES, HTML, JSON, N_QUADS, TEXT
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.arguments import PageArguments, PageNumber, read_iri
from initiative_lod.web.http.conditional import Representation, modified, of_content
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.pages import citation, thing_index
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.routing import (
    BY_DATE,
    CROWDED,
    Address,
    Endpoint,
    Outcome,
    at_hand,
    fault,
    from_release,
    outcomes,
)
from initiative_lod.web.site import Site

_UNKNOWN = {404: "Nothing is known about it"}
_DOCUMENT = outcomes(
    "The description, in the representation that was negotiated",
    (*DOCUMENT_TYPES, JSON),
    {
        400: "An argument, or Accept-Datetime, has no meaning",
        **_UNKNOWN,
        406: "No representation is acceptable; the alternatives are listed",
    },
    {303: Outcome("The index, of a kind of things that has no document"), **BY_DATE},
)
_THING = {
    303: Outcome("The document that describes the thing"),
    **BY_DATE,
    404: fault("Nothing is known about it"),
    **CROWDED,
}


class DocumentArguments(PageArguments):
    """The arguments of a document's address (Content Negotiation by Profile §7.2)."""

    media_type: Annotated[
        str | None, Field(alias="_mediatype", description="the media type or suffix, in place of Accept")
    ] = None
    profile: Annotated[str | None, Field(alias="_profile", description="the profile, in place of Accept-Profile")] = (
        None
    )
    page: PageNumber = 1


class ResourceArguments(DocumentArguments):
    """Those of the document about any IRI."""

    iri: Annotated[str, Field(description="the IRI that is asked about")] = ""


class IriArguments(PageArguments):
    """An IRI that is asked about."""

    iri: Annotated[str, Field(description="the IRI that is asked about")] = ""


class CitationArguments(IriArguments):
    """An IRI, and the style of its citation."""

    style: Annotated[str | None, Field(description=f"one of {', '.join(citation.STYLES)}, in place of Accept")] = None


def document_addresses(site: Site, by_date: Endpoint) -> list[Address]:
    """Things, documents, and what is said of them."""

    def own(opened: OpenRelease, request: Request) -> Representation | Response:
        try:
            return represented(site, request, find(opened, request.path, request))
        except NotFound:
            kind = request.path.removeprefix("doc/")
            if kind not in thing_index.KINDS:
                raise
            headers = (("Location", f"{request.prefix}/things/{kind}"), ("Cache-Control", CACHE_CONTROL))
            return Response(303, headers)

    def void(opened: OpenRelease, request: Request) -> Representation:
        return represented(site, request, find(opened, "dataset", request))

    def resource(opened: OpenRelease, request: Request) -> Representation:
        iri = _iri(ResourceArguments.read(request.query_string))
        return represented(site, request, known(Document.of(opened, iri, request.prefix, request.path), iri))

    lane = site.threads.lane("documents")
    document = at_hand(site, lane, own, by_date)
    suffixes = [media.suffix for media in DOCUMENT_TYPES]
    thing = at_hand(site, None, see_other, by_date)
    return [
        Address("/doc/{path:path}", document, "A document about a thing", _DOCUMENT, DocumentArguments),
        Address("/id/{path:path}", thing, "A thing", _THING, DocumentArguments),
        Address("/ontology", document, "The ontology", _DOCUMENT, DocumentArguments, suffixes),
        Address("/shapes", document, "The SHACL shapes", _DOCUMENT, DocumentArguments, suffixes),
        Address("/dataset", document, "The dataset: DCAT and VoID", _DOCUMENT, DocumentArguments, suffixes),
        Address("/ontology/{path:path}", document, "A version of the ontology", _DOCUMENT, DocumentArguments),
        Address("/graph/{path:path}", document, "A named graph", _DOCUMENT, DocumentArguments),
        Address(
            "/resource",
            at_hand(site, site.threads.lane("resources"), resource, by_date),
            "A document about any IRI",
            _DOCUMENT,
            ResourceArguments,
            suffixes,
        ),
        Address("/.well-known/void", at_hand(site, lane, void), "VoID", _DOCUMENT, DocumentArguments),
        Address(
            "/linkset",
            from_release(site, site.threads.lane("linksets"), linkset),
            "The typed links of a document",
            outcomes(
                "The links (RFC 9264)",
                (linksets.JSON_FORM, linksets.TEXT_FORM, JSON),
                {400: "The argument iri is no IRI", **_UNKNOWN, 406: "Neither form of a linkset is accepted"},
            ),
            IriArguments,
        ),
        Address(
            "/cite",
            at_hand(site, site.threads.lane("citations"), partial(cite, site)),
            "A citation: APA, GB/T 7714, BibTeX, RIS or CSL-JSON; or a page of all",
            outcomes(
                "The citation",
                (*citation.STYLES.values(), HTML),
                {
                    400: "The argument iri is no IRI, or there is no such style",
                    **_UNKNOWN,
                    406: "No style's media type is accepted",
                },
            ),
            CitationArguments,
        ),
    ]


def represented(site: Site, request: Request, document: Document) -> Representation:
    """The representation of a document that a request is answered with. Raises NotAcceptable, BadArgument."""
    return represent(site, request, document, choose_variant(request, document))


def choose_variant(request: Request, document: Document) -> Variant:
    """The representation that a request is answered with. Raises NotAcceptable, BadArgument."""
    preferences = _preferences(request, document)
    variant = document.choose(preferences)
    if variant is None:
        wanted = (preferences.media_type or preferences.accept or "")[:200]
        raise NotAcceptable(
            Message("error.not_sent_as", iri=document.resource.value, accept=wanted), document.alternatives
        )
    return variant


def represent(site: Site, request: Request, document: Document, variant: Variant) -> Representation:
    """That representation, ready to be made. Making it raises NotFound for a page that there is not."""
    opened, is_page = document.opened, variant.offer.media is HTML

    original = request.older is None

    def make() -> Rendered:
        if is_page:
            return page()
        try:
            rendered = document.render(variant, n_quads())
        except UnwritableError as error:
            others = [(href, name) for href, name in document.alternatives if name != variant.offer.media.name]
            raise NotAcceptable(error.args[0], others) from error
        if rendered is None:
            raise NotFound(Message("error.no_such_page", page=variant.page, iri=document.resource.value))
        return rendered

    def n_quads() -> Rendered | None:
        """N-Quads of the same description, where the release holds them: it does under the document's own address."""
        path = document.own_path
        if not path:
            return None
        lines = replace(variant, path=path, argument="", offer=Offer(N_QUADS))
        return stored(opened, lines.etag(opened.identity, software))

    def page() -> Rendered:
        content, pages = site.pages.document(
            opened,
            request,
            document.location,
            document.resource,
            variant,
            document.links(variant.profile, original=original),
        )
        return Rendered(content, pages=pages)

    content_headers = [("Content-Type", variant.offer.content_type)]
    software = site.software
    if is_page:
        content_headers.append(("Content-Language", variant.language))
        software += f" {request.older}"  # such a page says so, and which release is current
    elif variant.offer.media is TEXT and document.text is not None:
        content_headers.append(("Content-Language", document.text.language or "und"))
    return Representation(
        variant.etag(opened.identity, software),
        document.headers(variant),
        content_headers,
        make,
        modified(opened, request),
        lambda: document.link_header(variant.profile, original=original),
        opened=opened,
        own_links=partial(document.variant_links, variant),
    )


def find(opened: OpenRelease, path: str, request: Request) -> Document:
    """The document at a path under the base. Raises NotFound."""
    document = Document.find(opened, path, request.prefix)
    if document is None:
        resource = named(opened.iris, path.rpartition(".")[0] if path.endswith(_SUFFIXES) else path)
        raise NotFound(
            Message("error.path", path=path[:200]) if resource is None else Message("error.unknown", iri=resource.value)
        )
    return document


_SUFFIXES = tuple(f".{suffix}" for suffix in BY_SUFFIX)


def known(document: Document | None, resource: NamedNode) -> Document:
    """The document about an IRI. Raises NotFound where there is none."""
    if document is None:
        raise NotFound(Message("error.unknown", iri=resource.value))
    return document


def _preferences(request: Request, document: Document) -> Preferences:
    """A request's wishes. Raises BadArgument."""
    if not request.query:
        return Preferences(request.accept, request.accept_profile, language=request.language)
    arguments = DocumentArguments.read(request.query_string)
    media_type = arguments.media_type
    if media_type is not None and document.media is None:
        # In an address that was not encoded a plus sign came as a blank.
        media_type = BY_SUFFIX[media_type].name if media_type in BY_SUFFIX else media_type.replace(" ", "+")
        if not parse_accept(media_type):
            raise BadArgument(Message("error.mediatype", value=media_type[:100]))
    return Preferences(
        request.accept,
        request.accept_profile,
        media_type,
        arguments.profile,
        request.language,
        bool(request.named_language),
        arguments.page,
    )


def see_other(opened: OpenRelease, request: Request) -> Response:
    """303 from a thing to its document (Cool URIs for the Semantic Web). Raises NotFound for an unknown thing."""
    path = request.path.removeprefix("id/")
    resource = named(opened.iris, f"doc/{path}")
    if resource is None or not exists(opened, resource):
        raise NotFound(Message("error.unknown", iri=opened.iris.iri(f"id/{path[:200]}")))
    query = f"?{request.query_string}" if request.query_string else ""
    headers = (
        ("Location", f"{request.prefix}/doc/{path}{query}"),
        ("Vary", VARY),
        ("Cache-Control", CACHE_CONTROL),
        *field(Link(resource.value, "cite-as")),
    )
    return Response(303, headers)


def linkset(opened: OpenRelease, request: Request) -> Response:
    """The links of everything that belongs to a resource's document (RFC 9264).

    Raises BadArgument, NotFound, NotAcceptable.
    """
    resource = _iri(IriArguments.read(request.query_string))
    document = known(Document.about(opened, resource, request.prefix), resource)
    offers = (Offer(linksets.JSON_FORM), Offer(linksets.TEXT_FORM), Offer(linksets.JSON_FORM, alias=JSON.name))
    offer = choose(request.accept, offers)
    if offer is None:
        here = f"{request.prefix}/linkset?iri={quote(resource.value, safe=':/')}"
        raise NotAcceptable(Message("error.linkset_forms"), [(here, item.media.name) for item in offers[:2]])
    found = linksets.contexts(
        document.links(original=request.older is None), resource.value, document.address(), document.address(HTML)
    )
    content = linksets.to_json(found) if offer.media is linksets.JSON_FORM else linksets.to_text(found)
    return of_content(
        request,
        content,
        [("Vary", "Accept"), ("Cache-Control", CACHE_CONTROL)],
        [("Content-Type", offer.content_type), *field(Link(document.address(), "describes", HTML.name))],
    )


def cite(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """A citation as a file: ``style`` names it, else Accept; for a browser, a page of all styles.

    Raises NotFound, BadArgument, NotAcceptable.
    """
    arguments = CitationArguments.read(request.query_string)
    resource, style = _iri(arguments), arguments.style
    if not exists(opened, resource):
        raise NotFound(Message("error.unknown", iri=resource.value))
    if style is None:
        offer = choose(request.accept, [*(Offer(media) for media in citation.STYLES.values()), Offer(HTML)])
        if offer is None:
            here = f"{request.prefix}/cite?iri={quote(resource.value, safe=':/')}"
            listed = [(f"{here}&style={name}", media.name) for name, media in citation.STYLES.items()]
            raise NotAcceptable(Message("error.cite_forms"), listed)
        style = next((name for name, media in citation.STYLES.items() if media is offer.media), None)
    elif style not in citation.STYLES:
        raise BadArgument(Message("error.style", value=style[:100], values=list(citation.STYLES)))
    language = [("Content-Language", request.language)]
    headers = [("Vary", "Accept, Accept-Language"), ("Cache-Control", CACHE_CONTROL)]
    if style is None:
        headers.append(("X-Robots-Tag", "noindex"))
        content_headers = [("Content-Type", HTML.content_type), *language]
        make = partial(_citations, site, opened, request, resource)
    else:
        media = citation.STYLES[style]
        name = f"{citation.key_of(opened.iris, resource)[:80]}.{media.suffix}"
        content_headers = [
            ("Content-Type", media.content_type),
            *language,
            ("Content-Disposition", f'inline; filename="{name}"'),
            *field(Link(resource.value, "describes")),
        ]
        make = partial(_citation, site, opened, request, resource, style)
    said = (request.prefix, request.language, request.named_language, request.older)
    return Representation(
        entity_tag("cite", site.software, opened.identity, resource.value, style, *said),
        headers,
        content_headers,
        make,
        modified(opened, request),
        opened=opened,
    )


def _citation(site: Site, opened: OpenRelease, request: Request, resource: NamedNode, style: str) -> Rendered:
    """A thing's citation in one style."""
    language = site.language_of(request)
    cited = citation.citation(View(opened, language, request.prefix), resource)
    return Rendered(citation.render(cited, style, language))


def _citations(site: Site, opened: OpenRelease, request: Request, resource: NamedNode) -> Rendered:
    """The page of a thing's citations in every style."""
    view = site.pages.view(opened, request)
    cited = citation.citation(view, resource)
    shown = [
        (media.label, citation.written(cited, name, view.interface), view.link("/cite", iri=resource.value, style=name))
        for name, media in citation.STYLES.items()
    ]
    more = {"thing": view.thing(resource), "shown": shown, "arguments": [("iri", resource.value)]}
    return Rendered(site.pages.page("cite.html", view, request, f"{request.prefix}/cite", **more))


def _iri(arguments: ResourceArguments | IriArguments) -> NamedNode:
    """The IRI that is asked about. Raises BadArgument."""
    return read_iri(arguments.iri)
