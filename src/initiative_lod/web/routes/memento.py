"""Finds an older release of a document by date: Memento (RFC 7089), with TimeGates and TimeMaps of their own addresses.

An original's own answer does not depend on Accept-Datetime, and has no ``Vary`` for it: caches that know nothing of
Memento keep one copy of it. What does depend on it (the TimeGate, and the redirection from an original to the same
memento) is never kept by a shared cache. A memento is a document as one release has it, at that release's own address;
its date is when that release first became the current one. A TimeGate answers with what was current at the time that
is asked for, so that a time after a rollback leads to the release that was rolled back to.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs, quote

from cachetools import LRUCache
from pyoxigraph import NamedNode

from initiative_lod.documents.document import CACHE_CONTROL, Document
from initiative_lod.documents.links import LINK_FORMAT, Link, field, memento_links
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import BadArgument, Message, NotAcceptable, NotFound, ReleaseError
from initiative_lod.formats import TEXT, MediaType
from initiative_lod.iris import SHARED_BASE
from initiative_lod.release.manifest import CONTEXT, DUMPS
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive, Published, reading
from initiative_lod.web.http.arguments import OriginalArguments
from initiative_lod.web.http.conditional import http_date
from initiative_lod.web.http.lanes import Lane
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.routes.routing import CROWDED, Address, Endpoint, Outcome, fault, from_release
from initiative_lod.web.site import Site

TIME_MAP = MediaType(LINK_FORMAT, "link", "TimeMap", charset=False)
ORIGINALS = ("doc/", "id/", "ontology", "shapes", "dataset", "graph/", "resource", "context.jsonld")
MOST_LOOKUPS = 8192  # that are kept: whether a release has a document
VARY = "Accept-Datetime"

_DAYS, _MONTHS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATE = re.compile(rf"(?:{_DAYS}), (\d\d) ({_MONTHS}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT")


@dataclass(frozen=True, slots=True)
class Original:
    """A document whatever the release: its path under the base, without a slash before it, and its query string."""

    path: str
    query: str = ""

    def under(self, place: str) -> str:
        """Its address under ``place``, which ends without a slash."""
        query = quote(self.query, safe=f"{_SAFE}?%")  # a client may send what has no place in a header
        return f"{place}/{quote(self.path, safe=_SAFE)}" + (f"?{query}" if query else "")

    @property
    def iri(self) -> str:
        """The IRI that the argument ``iri`` gives, where the path alone does not say what the document is about."""
        if not self.path.startswith("resource"):
            return ""
        try:
            return parse_qs(self.query, max_num_fields=20).get("iri", [""])[0]
        except ValueError:
            return ""


_SAFE = "/:@!$&'()*+,;=-._~"


def moment(header: str) -> datetime:
    """The time in an Accept-Datetime header (RFC 7089 §2.1.1). Raises BadArgument for anything else (§4.5.3)."""
    match = _DATE.fullmatch(header.strip(" \t"))
    try:
        if match is not None:
            day, month, *rest = match.groups()
            year, hour, minute, second = map(int, rest)
            number = _MONTHS.split("|").index(month) + 1
            return datetime(year, number, int(day), hour, minute, second - (second == 60), tzinfo=UTC)  # a leap second
    except ValueError:  # the thirtieth of February
        pass
    raise BadArgument(
        Message("error.accept_datetime", value=header[:100], example=http_date(datetime(2031, 3, 5, 12, tzinfo=UTC)))
    )


class Mementos:
    """Releases that have a document. Threads may share it.

    Each look is that of a request whose current release is ``current``.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: LRUCache[tuple[str, object, str, str], bool] = LRUCache(MOST_LOOKUPS)
        self._lock = threading.Lock()

    def of(self, original: Original, current: OpenRelease) -> list[Published]:
        """The published releases that have it, oldest first; one that is damaged is passed over. Raises Busy."""
        return [item for item in self._archive.published(current) if self._has(item.version, original, current)]

    def at(self, time: datetime, among: Sequence[Published], current: OpenRelease) -> Published:
        """Of the releases ``among`` (not none) the one current at ``time``, else the last before, else the first."""
        there = {item.version: item for item in among}
        for item in reversed(self._archive.switches(current)):
            if item.time <= time and item.version in there:
                return there[item.version]
        return among[0]

    def _has(self, version: str, original: Original, current: OpenRelease) -> bool:
        key = version, self._archive.identity(version), original.path, original.iri
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return known
        try:
            opened = self._archive.open(version, current)
            with reading(version):
                found = opened is not None and _is_in(opened, original)
        except ReleaseError:
            return False
        with self._lock:
            self._known[key] = found
        return found


def memento_addresses(site: Site, mementos: Mementos, lane: Lane) -> list[Address]:
    """The TimeGates and TimeMaps."""
    return [
        Address(
            "/timegate/{path:path}",
            from_release(site, lane, partial(time_gate, mementos)),
            "Leads to a document as it was at the time of Accept-Datetime",
            {
                302: Outcome("The document as the release of that time has it"),
                400: fault("Accept-Datetime is no date"),
                404: fault("No release has it"),
                **CROWDED,
            },
            OriginalArguments,
        ),
        Address(
            "/timemap/{path:path}",
            from_release(site, lane, partial(time_map, mementos)),
            "When a document was published, and where each release has it",
            {
                200: Outcome("Every release's document", (TIME_MAP, TEXT)),
                404: fault("No release has it"),
                406: fault("Another format than link-format is wanted"),
                **CROWDED,
            },
            OriginalArguments,
        ),
    ]


def by_date(site: Site, mementos: Mementos, lane: Lane) -> Endpoint:
    """The answer to who asks for a document with Accept-Datetime: the TimeGate's."""

    def answer(opened: OpenRelease, request: Request) -> Response:
        return gate(mementos, opened, request, Original(request.path, request.query_string))

    return from_release(site, lane, answer)


def is_original(path: str) -> bool:
    """Tell whether what is at a path under the base is a document of a release, and has mementos."""
    return not path or path.startswith(ORIGINALS)


def original_at(address: str, query: str, homes: Sequence[str]) -> Original:
    """The document that an address after ``/timegate/`` or ``/timemap/`` names.

    That is its path, or its whole address as clients of RFC 7089 write it, under one of ``homes`` (which end with a
    slash). A proxy may have made one slash of two.
    """
    whole = re.sub(r"^(https?):/+", r"\1://", address)
    return Original(next((whole.removeprefix(home) for home in homes if whole.startswith(home)), address), query)


def time_gate(mementos: Mementos, opened: OpenRelease, request: Request) -> Response:
    """The answer of a TimeGate's own address. Raises BadArgument, NotFound, Busy."""
    return gate(mementos, opened, request, _named(opened, request))


def gate(mementos: Mementos, opened: OpenRelease, request: Request, original: Original) -> Response:
    """A TimeGate's answer: 302 to the memento (RFC 7089 §4.1.1); without a date, to what is current.

    Raises BadArgument for what is no date, NotFound for what no release has.
    """
    time = datetime.now(UTC) if request.accept_datetime is None else moment(request.accept_datetime)
    found = _found(mementos, opened, original)
    chosen = mementos.at(time, found, opened)
    links = [*_about(request.prefix, original), *_memento_links(request.prefix, original, found, chosen)]
    headers = (
        ("Location", address(request.prefix, original, chosen.version)),
        ("Vary", VARY),
        ("Cache-Control", "private, no-cache"),
        *field(*links),
    )
    return Response(302, headers)


def time_map(mementos: Mementos, opened: OpenRelease, request: Request) -> Response:
    """The TimeMap: every memento with its date (RFC 7089 §5). Raises NotFound, NotAcceptable."""
    original = _named(opened, request)
    offer = choose(request.accept, (Offer(TIME_MAP), Offer(TIME_MAP, alias=TEXT.name)))
    here = original.under(f"{request.prefix}/timemap")
    if offer is None:
        raise NotAcceptable(Message("error.page_forms", forms=LINK_FORMAT), [(here, LINK_FORMAT)])
    found = _found(mementos, opened, original)
    span = f'; from="{http_date(found[0].time)}"; until="{http_date(found[-1].time)}"'
    lines = [
        str(Link(original.under(request.prefix), "original")),
        str(Link(original.under(f"{request.prefix}/timegate"), "timegate")),
        f"{Link(here, 'self', LINK_FORMAT)}{span}",
        *_memento_links(request.prefix, original, found),
    ]
    headers = (("Content-Type", offer.content_type), ("Vary", "Accept"), ("Cache-Control", CACHE_CONTROL))
    return Response(200, headers, (",\n".join(lines) + "\n").encode())


def headers_of(
    mementos: Mementos, prefix: str, original: Original, version: str, current: OpenRelease
) -> list[tuple[str, str]]:
    """The headers that make an answer the memento of ``original`` in a release (RFC 7089 §4.2, §4.5.4).

    One that was never published has no date, and is no memento; its original is named all the same.
    """
    found = mementos.of(original, current)
    own = next((item for item in found if item.version == version), None)
    if own is None:
        return field(Link(original.under(prefix), "original"))
    links = [*_about(prefix, original), *_memento_links(prefix, original, found, own)]
    return [("Memento-Datetime", http_date(own.time)), *field(*links)]


def address(prefix: str, original: Original, version: str) -> str:
    """Address of a document as a release has it."""
    return original.under(f"{prefix}/release/{version}")


def _named(opened: OpenRelease, request: Request) -> Original:
    homes = [opened.iris.base, SHARED_BASE]
    if request.client.origin is not None:
        homes.append(f"{request.client.origin}{request.prefix}/")
    return original_at(request.parameters["path"], request.query_string, homes)


def _about(prefix: str, original: Original) -> list[str]:
    path = original.under("")
    return [str(item) for item in (Link(original.under(prefix), "original"), *memento_links(prefix, path))]


def _memento_links(
    prefix: str, original: Original, found: Sequence[Published], shown: Published | None = None
) -> list[str]:
    """Links to the mementos; with one that is ``shown``, to it, its neighbours, the first and the last only."""
    number = found.index(shown) if shown is not None else -2
    near = {0: "first", len(found) - 1: "last"}
    links = []
    for index, item in enumerate(found):
        rels = [near[index]] if index in near else []
        if len(found) == 1:
            rels = ["first", "last"]
        rels += {number - 1: ["prev"], number + 1: ["next"]}.get(index, [])
        if shown is None or rels or index == number:
            rel = " ".join([*rels, "memento"])
            links.append(f'{Link(address(prefix, original, item.version), rel)}; datetime="{http_date(item.time)}"')
    return links


def _found(mementos: Mementos, opened: OpenRelease, original: Original) -> list[Published]:
    found = mementos.of(original, opened) if is_original(original.path) else []
    if not found:
        raise NotFound(Message("error.no_memento", path=f"/{original.path[:200]}"))
    return found


def _is_in(opened: OpenRelease, original: Original) -> bool:
    """Tell whether a release has the document."""
    path = original.path
    if not path or path == CONTEXT:
        return True
    if path.startswith("dataset/"):
        name = path.removeprefix("dataset/")
        return name in DUMPS and (opened.release.path / name).is_file()
    try:
        if path.startswith("resource"):
            return Document.of(opened, NamedNode(original.iri)) is not None
    except ValueError:
        return False
    return Document.find(opened, path if not path.startswith("id/") else f"doc/{path[3:]}") is not None
