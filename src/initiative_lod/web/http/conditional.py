"""Conditional requests (RFC 9110 §13): a representation that is known by its entity tag before it is made, and what a
client that has it already is answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from initiative_lod.documents import links
from initiative_lod.documents.representation import Rendered
from initiative_lod.release.opened import OpenRelease
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.http.response_cache import ResponseCache

Headers = Sequence[tuple[str, str]]
_TAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(frozen=True, slots=True)
class Representation:
    """A representation that can be made: ``headers`` go with 304 too, ``content_headers`` and links with bytes.

    ``tag`` is made of all that the bytes depend on. What ``make`` raises is raised to whoever asked. ``stored`` looks
    for the bytes where they lie ready with the release. With ``kept`` off the bytes are made each time: nobody is
    likely to ask for just these again. With another ``status`` than 200 it tells what is wrong with the request, and
    nobody is to keep it.
    """

    tag: str
    headers: Headers
    content_headers: Headers
    make: Callable[[], Rendered]
    modified: datetime | None = None
    link_header: Callable[[], str] = str
    kept: bool = True
    stored: Callable[[], Rendered | None] = lambda: None
    status: int = 200

    def at_hand(self, request: Request, cache: ResponseCache) -> Response | None:
        """304 for a client that has it, or the bytes that are kept or stored; None where they have to be made."""
        if self.status != 200:
            return None
        if not_modified(request, self.tag, self.modified):
            return Response(304, (*self.headers, *self._validators()))
        rendered = cache.rendered(self.tag)
        if rendered is not None:
            return self.response(rendered)
        stored = self.stored()
        return None if stored is None else self.kept_as(stored, cache)

    def made(self, cache: ResponseCache) -> Response:
        """The bytes, made now and kept from now on."""
        return self.kept_as(self.make(), cache)

    def kept_as(self, rendered: Rendered, cache: ResponseCache) -> Response:
        """The bytes, which are kept from now on."""
        if self.kept and self.status == 200:
            cache.keep(self.tag, rendered)
        return self.response(rendered)

    def answer(self, request: Request, cache: ResponseCache) -> Response:
        """The response to a GET or HEAD."""
        return self.at_hand(request, cache) or self.made(cache)

    def response(self, rendered: Rendered) -> Response:
        """The bytes with everything that is said of them."""
        paged = links.header(rendered.links)
        link = links.field(*(item for item in (paged, self.link_header()) if item))
        headers = (*self.headers, *self._validators(), *self.content_headers, *link)
        response = Response(self.status, headers, rendered.content)
        return response if self.status == 200 else uncached(response)

    def _validators(self) -> Headers:
        modified = [("Last-Modified", http_date(self.modified))] if self.modified is not None else []
        return [("ETag", self.tag), *modified]


def of_content(request: Request, content: bytes, headers: Headers, content_headers: Headers) -> Response:
    """The response with bytes that had to be made before it could be told whether they are others."""
    representation = Representation(content_tag(content), headers, content_headers, lambda: Rendered(content))
    if not_modified(request, representation.tag, None):
        return Response(304, (*headers, ("ETag", representation.tag)))
    return representation.response(Rendered(content))


def uncached(response: Response) -> Response:
    """The same response, which nobody is to keep."""
    headers = [item for item in response.headers if item[0] not in ("ETag", "Last-Modified", "Cache-Control")]
    return Response(response.status, (*headers, ("Cache-Control", "no-store")), response.body)


def content_tag(content: bytes) -> str:
    """A strong entity tag made of the bytes themselves."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str, modified: datetime | None) -> bool:
    """Tell whether to answer 304 (RFC 9110 §13.2.2). A date counts only where no tag is given."""
    if request.if_none_match is not None:
        return has_tag(request.if_none_match, tag)
    return modified is not None and bool(request.if_modified_since) and _since(str(request.if_modified_since), modified)


def has_tag(if_none_match: str, tag: str) -> bool:
    """Tell if an If-None-Match header names the tag of what there is (RFC 9110 §13.1.2, weak comparison)."""
    return if_none_match.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(if_none_match)


def _since(header: str, modified: datetime) -> bool:
    """Tell whether nothing changed since the date in the header; False for what is no date (RFC 9110 §13.1.3)."""
    try:
        since = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return False
    return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))


@lru_cache(maxsize=16)
def http_date(moment: datetime) -> str:
    """An HTTP-date (RFC 9110 §5.6.7)."""
    return format_datetime(moment, usegmt=True)


def modified(opened: OpenRelease, request: Request) -> datetime | None:
    """Last-Modified of what the current release and this software make: the second from which on this process has
    answered from that release.

    A date of the data would be that of two releases of one day, and of two versions of this software. What an older
    release has says which one is current, which changes with no date of its own: None.
    """
    return None if request.older is not None else opened.since
