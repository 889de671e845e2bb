"""Conditional requests (RFC 9110 §13): a representation that is known by its entity tag before it is made, and what a
client that has it already is answered.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from initiative_lod.documents import links
from initiative_lod.documents.content_codings import IDENTITY, choose_coding, coded_tag
from initiative_lod.documents.links import Link
from initiative_lod.documents.representation import Rendered, stored
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.problems import PreconditionFailed
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.http.response_cache import NOTHING_KEPT, ResponseCache

Headers = Sequence[tuple[str, str]]
LARGEST_CODED = 32 * 1024  # bytes, compressed or not, that are put into another coding where all requests are taken
_TAG = re.compile(r'(W/)?("[^"]*")')


@dataclass(frozen=True, slots=True)
class Representation:
    """A representation that can be made: ``headers`` go with 304 too, ``content_headers`` and links with bytes.

    ``tag`` is made of all that the bytes depend on but for their coding. What ``make`` raises is raised to whoever
    asked. In ``opened``, the release that it is of, the bytes may lie ready. ``own_links`` gives the links to the
    other pages of so many. With ``kept`` off the bytes are made each time: nobody is likely to ask for just these
    again. With another ``status`` than 200 it tells what is wrong with the request, and nobody is to keep it.
    """

    tag: str
    headers: Headers
    content_headers: Headers
    make: Callable[[], Rendered]
    modified: datetime | None = None
    link_header: Callable[[], str] = str
    kept: bool = True
    opened: OpenRelease | None = None
    own_links: Callable[[int], Sequence[Link]] = lambda pages: ()
    status: int = 200

    def at_hand(self, request: Request, cache: ResponseCache, largest: int = LARGEST_CODED) -> Response | None:
        """304 for a client that has it, or the bytes that are kept or stored; None where they have to be made. Raises
        PreconditionFailed.

        More than ``largest`` bytes are not put into another coding here: where all requests are taken, that takes too
        long.
        """
        if self.status != 200:
            return None
        coding = self._coding(request)
        tag = coded_tag(self.tag, coding)
        if not_modified(request, tag, self.modified):
            return Response(304, (*self._headers(), *self._validators(tag)))
        rendered = cache.rendered(tag)
        if rendered is None:
            other = self.stored() or cache.rendered(self.tag)
            if other is None or (other.coding != coding and len(other.content) > largest):
                return None
            rendered = other.coded(coding)
            if rendered is not other:  # which lies in the release
                cache.keep(tag, rendered)
        return self.response(rendered)

    def answer(self, request: Request, cache: ResponseCache) -> Response:
        """The response to a GET or HEAD; what is made for it is kept from now on."""
        response = self.at_hand(request, cache, sys.maxsize)
        if response is not None:
            return response
        made = self.make()
        keeping = self.kept and self.status == 200 and not made.cut
        coding = self._coding(request)
        if keeping:
            cache.keep(self.tag, made)
        coded = made.coded(coding)
        if keeping and coding:
            cache.keep(coded_tag(self.tag, coding), coded)
        response = self.response(coded)
        return uncached(response) if made.cut else response

    def stored(self) -> Rendered | None:
        """The bytes as they were stored with the release, if they were."""
        return stored(self.opened, self.tag) if self.opened is not None else None

    def response(self, rendered: Rendered) -> Response:
        """The bytes with everything that is said of them."""
        paged = links.header((*rendered.links, *self.own_links(rendered.pages)))
        link = links.field(*(item for item in (paged, self.link_header()) if item))
        coding = [("Content-Encoding", rendered.coding)] if rendered.coding else []
        validators = self._validators(coded_tag(self.tag, rendered.coding))
        headers = (*self._headers(), *validators, *self.content_headers, *coding, *link)
        response = Response(self.status, headers, rendered.content)
        return response if self.status == 200 else uncached(response)

    def _coding(self, request: Request) -> str:
        """The coding in which the bytes are sent: that depends on no byte of them, so that 304 costs nothing."""
        return choose_coding(request.accept_encoding) if self._compressed and self.status == 200 else IDENTITY

    @property
    def _compressed(self) -> bool:
        """Tell whether it is ever sent compressed: images and fonts are compressed already."""
        media = dict(self.content_headers).get("Content-Type", "")
        return media.endswith(("charset=utf-8", "+xml")) or "json" in media or "xml" in media

    def _headers(self) -> Headers:
        """Headers of 304 too, with the one that says that there are several codings."""
        if not self._compressed:
            return self.headers
        vary = ", ".join([*(value for name, value in self.headers if name == "Vary"), "Accept-Encoding"])
        return [("Vary", vary), *(item for item in self.headers if item[0] != "Vary")]

    def _validators(self, tag: str) -> Headers:
        modified = [("Last-Modified", http_date(self.modified))] if self.modified is not None else []
        return [("ETag", tag), *modified]


def of_content(
    request: Request,
    content: bytes,
    headers: Headers,
    content_headers: Headers,
    cache: ResponseCache = NOTHING_KEPT,
) -> Response:
    """The response with bytes that had to be made before it could be told whether they are others. Of what is likely
    to be asked for again, a ``cache`` keeps them in each coding.
    """
    rendered, kept = Rendered(content), cache is not NOTHING_KEPT
    representation = Representation(content_tag(content), headers, content_headers, lambda: rendered, kept=kept)
    return representation.answer(request, cache)


def uncached(response: Response) -> Response:
    """The same response, which nobody is to keep."""
    headers = [item for item in response.headers if item[0] not in ("ETag", "Last-Modified", "Cache-Control")]
    return Response(response.status, (*headers, ("Cache-Control", "no-store")), response.body)


def content_tag(content: bytes) -> str:
    """A strong entity tag made of the bytes themselves."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str, modified: datetime | None) -> bool:
    """Tell whether to answer 304 to a GET or HEAD (RFC 9110 §13.2.2). A date counts only where no tag is given.

    Raises PreconditionFailed for what is asked of another representation, or of an earlier one.
    """
    if request.if_match is not None:
        failed = not has_tag(request.if_match, tag, strong=True)
    else:
        since = request.if_unmodified_since
        failed = modified is not None and bool(since) and _is_earlier(str(since), modified)
    if failed:
        raise PreconditionFailed
    if request.if_none_match is not None:
        return has_tag(request.if_none_match, tag)
    return modified is not None and bool(request.if_modified_since) and _since(str(request.if_modified_since), modified)


def has_tag(header: str, tag: str, *, strong: bool = False) -> bool:
    """Tell if an If-None-Match or If-Match header names the tag of what there is: by the weak comparison, or by the
    ``strong`` one, which If-Match wants (RFC 9110 §8.8.3.2).
    """
    if header.strip() == "*":
        return True
    named = (opaque for weak, opaque in _TAG.findall(header) if not (strong and weak))
    return tag in named if strong else tag.removeprefix("W/") in named


def _since(header: str, modified: datetime) -> bool:
    """Tell whether nothing changed since the date in the header; False for what is no date (RFC 9110 §13.1.3)."""
    since = _date(header)
    return since is not None and modified <= since


def _is_earlier(header: str, modified: datetime) -> bool:
    """Tell whether there was a change since the date; False for what is no date (RFC 9110 §13.1.4)."""
    since = _date(header)
    return since is not None and since < modified


def _date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


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
