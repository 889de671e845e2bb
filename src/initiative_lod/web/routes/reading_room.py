"""/read/<document>: a whole document to be read, in one of its languages or in all; as a page, an EPUB and a PDF."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from pydantic import Field
from pyoxigraph import NamedNode

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import BadArgument, Message
from initiative_lod.formats import HTML, MediaType
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.arguments import FormArguments
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages import initiative, reading_room
from initiative_lod.web.pages.document_choice import chosen, key_of
from initiative_lod.web.pages.epub import EPUB, epub
from initiative_lod.web.pages.reading_lines import glue
from initiative_lod.web.pages.reading_pdf import PDF, missing, pdf
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate
from initiative_lod.web.routes.routing import Address, at_hand, outcomes
from initiative_lod.web.site import Site

OFFERS = (Offer(HTML), Offer(EPUB), Offer(PDF))
BOTH = "both"  # what names all languages


class ReadingArguments(FormArguments):
    """The language that is read."""

    view: Annotated[str, Field(description="a language of the document, as a tag; 'both' or none: all of them")] = ""


def reading_address(site: Site) -> Address:
    """The reading room."""
    return Address(
        "/read/{document:path}",
        at_hand(site, site.threads.lane("reading"), partial(answer, site)),
        "A whole document to be read",
        outcomes(
            "The document",
            (HTML, EPUB, PDF),
            {
                400: "The document has no such language",
                404: "There is no such document",
                406: "None of HTML, EPUB and PDF is accepted",
            },
        ),
        ReadingArguments,
        [EPUB.suffix, PDF.suffix, HTML.suffix],
    )


def answer(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The document in the reading room. Raises NotFound, BadArgument, NotAcceptable."""
    document = chosen(opened.iris, site.pages.documents(opened), [request.parameters["document"]])[0]
    key = key_of(opened.iris, document)
    only = _language(site, opened, document, ReadingArguments.read(request.query_string).view, request)
    here = f"{request.prefix}/read/{quote(key, safe='/:')}"
    query = f"view={quote(only)}" if only else ""

    def body(media: MediaType, language: str) -> bytes:
        view = site.pages.view(opened, request)
        read = reading_room.reading(view, document, key, only)
        if media is EPUB:
            return epub(site.pages, view, read, document)
        if media is PDF:
            return pdf(view, read, document)
        name = partial(_name, site)
        path = here.removeprefix(request.prefix)
        views = [("", view.link(path), view.interface.gettext("reading.both"))]
        views += [(tag, view.link(path, view=tag), name(tag)) for tag in read.all_languages]
        notes = [note for item in read.every() for note in item.notes]
        licence = opened.license
        return site.pages.page(
            "read.html",
            view,
            request,
            here,
            read=read,
            node=document,
            resource=view.thing(document),
            facts=initiative.facts(view, document),
            views=views,
            chosen=only,
            has_notes=bool(notes),
            translated=any(item.standing and "Translation" in item.standing.iri for item in read.texts),
            licence=view.thing(NamedNode(licence)) if licence else None,
            files=[
                (view.link(f"{path}.{offer.media.suffix}", **({"view": only} if only else {})), offer.media)
                for offer in OFFERS[1:]
                if offer.media is not PDF or not missing(read)
            ],
            language_name=name,
            glue=glue,
            arguments=[("view", only)] if only else [],
        )

    return negotiate(site, opened, request, NegotiatedPage(here, OFFERS, query), body)


def _name(site: Site, tag: str) -> str:
    """The name of a language in itself; its tag, where nobody knows that."""
    if tag in site.pages.languages:
        return site.pages.languages[tag].name
    try:
        return Locale.parse(tag, sep="-").get_display_name() or tag
    except (UnknownLocaleError, ValueError):
        return tag


def languages(site: Site, opened: OpenRelease, request: Request) -> list[str]:
    """The languages in which the document of a request can be read by itself; none where it has but one."""
    document = chosen(opened.iris, site.pages.documents(opened), [request.parameters["document"]])[0]
    found = reading_room.languages_of(View(opened, site.language_of(request), request.prefix), document)
    return found if len(found) > 1 else []


def _language(site: Site, opened: OpenRelease, document: NamedNode, asked: str, request: Request) -> str:
    """The one language that is asked for; empty for all. Raises BadArgument for one that the document has not."""
    if asked in ("", BOTH):
        return ""
    tags = reading_room.languages_of(View(opened, site.language_of(request), request.prefix), document)
    found = {tag.lower(): tag for tag in tags}.get(asked.lower())
    if found is None:
        raise BadArgument(Message("error.view", value=asked[:40], values=[BOTH, *tags]))
    return found if len(tags) > 1 else ""
