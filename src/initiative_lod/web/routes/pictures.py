"""/pictures: what a document says, drawn: pages with the figures as a table, SVG, PNG and CSV, and frames to embed.

Only ``/embed/…`` may stand in a frame of another site; ``/oembed`` tells how (oembed.com).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qs, quote

from markupsafe import Markup
from pydantic import Field
from pyoxigraph import NamedNode

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import BadArgument, Message, NotFound
from initiative_lod.formats import HTML, JSON, PNG, RESULT_CSV, SVG, MediaType, json_bytes
from initiative_lod.literals import split_address
from initiative_lod.release.open_release import Memory, OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.web.drawings import picture_frame, raster
from initiative_lod.web.http.arguments import FormArguments
from initiative_lod.web.http.conditional import Representation, of_content
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages import pictures
from initiative_lod.web.pages.answers import PICTURE
from initiative_lod.web.pages.document_choice import chosen, key_of, offered
from initiative_lod.web.pages.pictures import Picture, PictureKind
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import Body, NegotiatedPage, negotiate, wanted
from initiative_lod.web.routes.routing import Address, at_hand, from_release, outcomes
from initiative_lod.web.site import Site

OFFERS = (Offer(HTML), Offer(SVG), Offer(RESULT_CSV), Offer(PNG))
#: Of the frame; as PNG it is the card that a shared link shows.
EMBEDDED_OFFERS = (Offer(HTML), Offer(PNG))
#: What the reconciliation service's previews have as well: anybody may frame it, and it loads nothing from elsewhere.
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
EMBEDDED = "/embed/pictures/"


class PictureArguments(FormArguments):
    """The document that is drawn."""

    document: Annotated[str, Field(description="the document, as in wic-2020; the first one without it")] = ""


class OembedArguments(FormArguments):
    """The arguments of oEmbed."""

    url: Annotated[str, Field(description="address of a picture's page on this server")] = ""
    format: Annotated[str, Field(description="json")] = "json"
    maxwidth: Annotated[int, Field(ge=100, le=10_000, description="greatest width, in pixels")] = 10_000
    maxheight: Annotated[int, Field(ge=100, le=10_000, description="greatest height, in pixels")] = 10_000


def picture_addresses(site: Site) -> list[Address]:
    """The gallery, each picture, its frame, and oEmbed."""
    lane = site.threads.lane("pictures")
    drawer = Drawer(site)
    faults = {404: "There is no such picture, or no such document", 406: "None of its forms is accepted"}
    return [
        Address(
            "/pictures",
            at_hand(site, lane, drawer.gallery),
            "The pictures of a document",
            outcomes("The page", (HTML,), faults),
            PictureArguments,
        ),
        Address(
            "/pictures/{name}",
            from_release(site, lane, drawer.picture),
            "A picture, with its figures",
            outcomes("The picture", [offer.media for offer in OFFERS], faults),
            PictureArguments,
            [offer.media.suffix for offer in OFFERS],
        ),
        Address(
            f"{EMBEDDED}{{name}}",
            from_release(site, lane, drawer.frame),
            "A picture for a frame of another site; as PNG, the card that a shared link shows",
            outcomes("The page", [offer.media for offer in EMBEDDED_OFFERS], faults),
            PictureArguments,
            [offer.media.suffix for offer in EMBEDDED_OFFERS],
        ),
        Address(
            "/oembed",
            from_release(site, lane, drawer.oembed),
            "oEmbed: how a picture is embedded",
            outcomes(
                "The description",
                (JSON,),
                {400: "The address is of no picture, or the format is not JSON", 404: "There is no such picture"},
            ),
            OembedArguments,
        ),
    ]


class Drawer:
    """Answers at the addresses, in a thread of the lane."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kinds = PerRelease[Memory[tuple[NamedNode, str, str], PictureKind]](lambda opened: Memory())

    def _negotiate(self, opened: OpenRelease, request: Request, page: NegotiatedPage, body: Body) -> Response:
        return negotiate(self._site, opened, request, page, body).answer(request, self._site.cache)

    def gallery(self, opened: OpenRelease, request: Request) -> Representation:
        """The pictures of a document. Raises NotFound."""
        document = self._document(opened, PictureArguments.read(request.query_string).document)
        here, query = f"{request.prefix}/pictures", self._query(opened, document)

        def body(media: MediaType, language: str) -> bytes:
            view = self._site.pages.view(opened, request)
            material, arguments = self._site.pages.material(opened, document), self._arguments(opened, document)
            found = [(kind, _links(view, kind, arguments)) for kind in pictures.kinds(view, document, material)]
            charts = [(kind, _question(view, kind, arguments)) for kind in pictures.charts(view, document, material)]
            return self._site.pages.page(
                "pictures.html",
                view,
                request,
                here,
                found=found,
                charts=charts,
                thing=view.thing(document),
                documents=offered(view, [document]),
                arguments=[*arguments.items()],
            )

        return negotiate(self._site, opened, request, NegotiatedPage(here, OFFERS[:1], query), body)

    def picture(self, opened: OpenRelease, request: Request) -> Response:
        """A picture as a page, as SVG, as PNG, or its figures as CSV. Raises NotFound, NotAcceptable."""
        document = self._document(opened, PictureArguments.read(request.query_string).document)
        name = request.parameters["name"]
        here = f"{request.prefix}/pictures/{quote(name[:80])}"
        kind = self._kind(self._site.pages.view(opened, request), document, name)
        arguments = self._arguments(opened, document)
        pages = self._site.pages

        def seen(offer: Offer | None) -> View:
            is_page = offer is not None and offer.media is HTML
            return pages.view(opened, request) if is_page else pages.view_from_elsewhere(opened, request)

        # As it will be sent, unless that is the PNG that there is not: then it is drawn once more.
        offers = self._offers(request, seen(wanted(request, OFFERS)), document, kind, OFFERS)

        def body(media: MediaType, language: str) -> bytes:
            view = seen(Offer(media))
            found = pages.picture(view, document, kind)
            if media is SVG:
                return found.svg.encode()
            if media is PNG:
                return raster.png(found.svg)
            if media is RESULT_CSV:
                return _csv(found)
            links, share = _links(view, kind, arguments), _share(view, kind, arguments)
            return pages.page(
                "picture.html",
                view,
                request,
                here,
                picture=found,
                picture_links=links,
                thing=view.thing(document),
                document_href=view.link("/pictures", **arguments),
                question_href=_question(view, kind, arguments),
                share=share,
                embed_code=picture_frame.embedding(share["embed"], kind.title, found.width, found.height),
                raster=any(offer.media is PNG for offer in offers),
                arguments=[*arguments.items()],
            )

        page = NegotiatedPage(here, offers, self._query(opened, document), seed=request.language)
        return self._negotiate(opened, request, page, body)

    def frame(self, opened: OpenRelease, request: Request) -> Response:
        """A picture alone, with a link to its page; or its card. Raises NotFound."""
        document = self._document(opened, PictureArguments.read(request.query_string).document)
        here = f"{request.prefix}{EMBEDDED}{quote(request.parameters['name'][:80])}"
        view = self._site.pages.view(opened, request)
        kind = self._kind(view, document, request.parameters["name"])

        def body(media: MediaType, language: str) -> bytes:
            found = self._site.pages.picture(view, document, kind)
            if media is PNG:
                return raster.png(_card(view, document, found), 1)
            arguments = self._arguments(opened, document)
            more = {"picture_links": _links(view, kind, arguments), "arguments": [*arguments.items()]}
            return self._site.pages.page("embed.html", view, request, here, picture=found, **more)

        offers = self._offers(request, view, document, kind, EMBEDDED_OFFERS)
        page = NegotiatedPage(
            here, offers, self._query(opened, document), headers=(("Content-Security-Policy", FRAMED),)
        )
        return self._negotiate(opened, request, page, body)

    def oembed(self, opened: OpenRelease, request: Request) -> Response:
        """The description of a picture's page for programs that embed it. Raises BadArgument, NotFound."""
        asked = OembedArguments.read(request.query_string)
        address = split_address(asked.url)
        base = split_address(opened.iris.base).path.rstrip("/")  # as in the address that our own pages name
        starts = (f"{start}/pictures/" for start in (request.prefix, base))
        name = next((address.path.removeprefix(start) for start in starts if address.path.startswith(start)), "")
        if asked.format != "json" or not name:
            raise BadArgument(Message("error.oembed", value=asked.url[:200]))
        named = parse_qs(address.query)
        document = self._document(opened, next(iter(named.get("document", [""]))))
        language = next(iter(named.get("lang", [""])))
        spoken = replace(request, query={"lang": language})
        view = self._site.pages.view(opened, spoken)
        kind = self._kind(view, document, name)
        found = self._site.pages.picture(view, document, kind)
        scale = min(1.0, asked.maxwidth / found.width, asked.maxheight / found.height)
        width, height = int(found.width * scale), int(found.height * scale)
        origin = request.client.origin or ""
        frame = origin + view.link(f"{EMBEDDED}{kind.name}", **self._arguments(opened, document), lang=view.language)
        told = {
            "version": "1.0",
            "type": "rich",
            "title": kind.title,
            "provider_name": self._site.pages.site_name(opened, view.language),
            "provider_url": f"{origin}{request.prefix}/",
            "cache_age": 3600,
            "width": width,
            "height": height,
            "html": picture_frame.embedding(frame, kind.title, width, height),
        }
        headers = [("Vary", "Accept-Language"), ("Cache-Control", "private, max-age=60")]
        return of_content(request, json_bytes(told), headers, [("Content-Type", JSON.content_type)])

    def _document(self, opened: OpenRelease, key: str) -> NamedNode:
        """The document that is asked for, else the first. Raises NotFound."""
        documents = self._site.pages.documents(opened)
        found = chosen(opened.iris, documents, [key]) if key else documents[:1]
        if not found:
            raise NotFound(Message("error.no_documents", name="", documents=""))
        return found[0]

    def _arguments(self, opened: OpenRelease, document: NamedNode) -> dict[str, str]:
        """Arguments that name the document, where it has to be named."""
        several = len(self._site.pages.documents(opened)) > 1
        return {"document": key_of(opened.iris, document)} if several else {}

    def _query(self, opened: OpenRelease, document: NamedNode) -> str:
        return "&".join(f"{name}={quote(value)}" for name, value in self._arguments(opened, document).items())

    def _offers(
        self, request: Request, view: View, document: NamedNode, kind: PictureKind, offers: Sequence[Offer]
    ) -> Sequence[Offer]:
        """The forms of a picture: no PNG, where the font lacks a letter. Raises NotFound for an address of that PNG."""
        lacking = self._site.pages.lacking(view, document, kind)
        if request.path.endswith(f".{PNG.suffix}"):
            raster.check(lacking)
        return [offer for offer in offers if offer.media is not PNG or not lacking]

    def _kind(self, view: View, document: NamedNode, name: str) -> PictureKind:
        """The picture of that name; looked for once a release. Raises NotFound."""

        def find(_: object) -> PictureKind:
            material = self._site.pages.material(view.opened, document)
            found = pictures.kinds(view, document, material)
            shown = pictures.charts(view, document, material, name) if name.startswith(PICTURE) else []
            for kind in (*found, *shown):
                if kind.name == name:
                    return kind
            raise NotFound(Message("error.no_picture", name=name[:80], names=[kind.name for kind in found]))

        return self._kinds.of(view.opened).of((document, view.language, name), find)


def _card(view: View, document: NamedNode, found: Picture) -> Markup:
    return picture_frame.card(found.drawn, found.kind.title, view.thing(document).label.value, found.source)


def _question(view: View, kind: PictureKind, arguments: dict[str, str]) -> str:
    """Address of the question whose chart the picture is; empty for another picture."""
    slug = kind.name.removeprefix(PICTURE)
    return view.link(f"/questions/{slug}", **arguments) if slug != kind.name else ""


def _links(view: View, kind: PictureKind, arguments: dict[str, str]) -> dict[str, str]:
    """Addresses of a picture's page, of its files in the page's language, and of its frame."""
    path = f"/pictures/{kind.name}"
    spoken = {**arguments, "lang": view.language}
    files = {offer.media.suffix: view.link(f"{path}.{offer.media.suffix}", **spoken) for offer in OFFERS[1:]}
    frame = view.link(f"{EMBEDDED}{kind.name}", **spoken)
    return {"page": view.link(path, **arguments), **files, "embed": frame}


def _share(view: View, kind: PictureKind, arguments: dict[str, str]) -> dict[str, str]:
    """Addresses of the picture under the canonical base, for previews and for oEmbed, which want absolute ones."""
    spoken = "&".join(f"{name}={quote(value)}" for name, value in {**arguments, "lang": view.language}.items())
    page = f"{view.iris.base}pictures/{kind.name}"
    return {
        "page": f"{page}?{spoken}",
        "card": f"{view.iris.base}embed/pictures/{kind.name}.png?{spoken}",
        "embed": f"{view.iris.base}embed/pictures/{kind.name}?{spoken}",
    }


def _csv(found: Picture) -> bytes:
    """The figures (RFC 4180): a thing in two columns, its label and its IRI."""
    width = [
        any(isinstance(row[place], LabelledResource) for row in found.rows) for place in range(len(found.headings))
    ]
    file = io.StringIO()
    writer = csv.writer(file)
    headings: list[str] = []
    for heading, is_thing in zip(found.headings, width, strict=True):
        headings += [heading, f"{heading} IRI"] if is_thing else [heading]
    writer.writerow(headings)
    for row in found.rows:
        cells: list[str] = []
        for cell in row:
            cells += [cell.label.value, cell.iri] if isinstance(cell, LabelledResource) else [str(cell)]
        writer.writerow(cells)
    return file.getvalue().encode()
