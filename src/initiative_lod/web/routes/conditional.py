"""Pages that depend on nothing but the release and the address: which form is wanted, its headers, and the 304."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import Message, NotAcceptable
from initiative_lod.formats import HTML, MediaType
from initiative_lod.release.opened import OpenRelease
from initiative_lod.web.http.request import Answer, Asked, day, http_date, matches
from initiative_lod.web.site import Site

Body = Callable[[MediaType, str], bytes]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Where a page is, and in which forms. ``query`` is what its other forms' addresses have after the mark.

    ``language`` is that of the page, where the request's ``lang`` means something else.
    """

    location: str
    offers: Sequence[Offer]
    query: str = ""
    status: int = 200
    language: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def fixed(site: Site, opened: OpenRelease, read: Asked, page: Fixed, body: Body) -> Answer:
    """The answer to a GET or HEAD; ``body`` makes it, and is not called for a 304. Raises NotAcceptable."""
    offer = wanted(read, page.offers)
    query = f"?{page.query}" if page.query else ""
    links = [(f"{page.location}.{item.media.suffix}{query}", item.media.name) for item in page.offers]
    if offer is None:
        names = ", ".join(item.name for item in page.offers)
        raise NotAcceptable(Message("error.page_forms", forms=names), links)
    media = offer.media
    spoken = page.language or read.language
    language = spoken if media is HTML else ""
    files = sorted((name, entry.sha256) for name, entry in opened.release.manifest.files.items())
    parts = (opened.release.digest, str(files), site.software, read.prefix, page.location, read.query_string)
    key = "\0".join((*parts, media.name, language))
    etag = f'"{hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
    headers = [
        ("Content-Type", offer.content_type),
        ("Vary", "Accept, Accept-Language"),
        ("ETag", etag),
        ("Last-Modified", http_date(day(opened.release.modified))),
        ("Cache-Control", "public, max-age=60"),
        ("Link", ", ".join(f'<{href}>; rel="alternate"; type="{name}"' for href, name in links if name != media.name)),
        *page.headers,
    ]
    if language:
        headers.append(("Content-Language", language))
    if page.status == 200 and read.if_none_match is not None and matches(read.if_none_match, etag):
        return Answer(304, tuple(headers))
    answer = Answer(page.status, tuple(headers), body(media, spoken))
    return answer if page.status == 200 else unkept(answer)


def unkept(answer: Answer) -> Answer:
    """The same answer, which nobody is to keep."""
    headers = [item for item in answer.headers if item[0] not in ("ETag", "Last-Modified", "Cache-Control")]
    return Answer(answer.status, (*headers, ("Cache-Control", "no-store")), answer.body)


def wanted(read: Asked, offers: Sequence[Offer]) -> Offer | None:
    """The form that the address names, else the one negotiated; None when none of them will do."""
    for offer in offers:
        if read.path.endswith(f".{offer.media.suffix}") or read.query.get("_mediatype") == offer.media.name:
            return offer
    return choose(read.accept, offers)
