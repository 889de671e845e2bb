"""A page in several forms (HTML, JSON, CSV) that depends on nothing but the release and its address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from initiative_lod.documents import links
from initiative_lod.documents.document import CACHE_CONTROL
from initiative_lod.documents.links import Link
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.documents.representation import Rendered, entity_tag
from initiative_lod.errors import Message, NotAcceptable
from initiative_lod.formats import HTML, MediaType
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.conditional import Representation, modified
from initiative_lod.web.http.request import Request
from initiative_lod.web.site import Site

Body = Callable[[MediaType, str], bytes | Rendered]


@dataclass(frozen=True, slots=True)
class NegotiatedPage:
    """Address of a page, and its forms. ``query`` has the arguments of its address in each form.

    On ``seed`` the page depends as well.

    ``language`` is that of the page, where the request's ``lang`` means something else. A page with another ``status``
    than 200 tells what is wrong with the request, and is not kept.
    """

    location: str
    offers: Sequence[Offer]
    query: str = ""
    status: int = 200
    language: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    seed: str = ""

    @property
    def links(self) -> list[Link]:
        """A link to the page in each form."""
        query = f"?{self.query}" if self.query else ""
        return [
            Link(f"{self.location}.{offer.media.suffix}{query}", "alternate", offer.media.name) for offer in self.offers
        ]


def negotiate(site: Site, opened: OpenRelease, request: Request, page: NegotiatedPage, body: Body) -> Representation:
    """The representation to send to a GET or HEAD; ``body`` makes it, where it is not known. Raises NotAcceptable."""
    offer = wanted(request, page.offers)
    if offer is None:
        forms = Message("error.page_forms", forms=[item.name for item in page.offers])
        raise NotAcceptable(forms, [(link.target, link.type) for link in page.links])
    media, language = offer.media, page.language or request.language

    def make() -> Rendered:
        made = body(media, language)
        return made if isinstance(made, Rendered) else Rendered(made)

    content_headers = [("Content-Type", offer.content_type), *page.headers]
    if media is HTML:
        content_headers.append(("Content-Language", language))
    # A table or a book has words of the interface as well; a page has links that keep the language, too.
    spoken = (language, *((request.named_language, request.older) if media is HTML else ()))
    address = (page.location, page.query, page.seed, media.name, *spoken)
    return Representation(
        entity_tag(opened.identity, site.software, *address),
        [("Vary", "Accept, Accept-Language"), ("Cache-Control", CACHE_CONTROL)],
        content_headers,
        make,
        modified(opened, request),
        link_header=lambda: links.header([link for link in page.links if link.type != media.name]),
        opened=opened,
        status=page.status,
    )


def wanted(request: Request, offers: Sequence[Offer]) -> Offer | None:
    """The form that the address names, else the one negotiated; None when none of them will do."""
    for offer in offers:
        if request.path.endswith(f".{offer.media.suffix}") or request.query.get("_mediatype") == offer.media.name:
            return offer
    return choose(request.accept, offers)
