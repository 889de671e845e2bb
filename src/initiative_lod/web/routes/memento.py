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
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote

from pyoxigraph import NamedNode

from initiative_lod.documents.links import LINK_FORMAT, Link, memento_links
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.documents.resource import exists
from initiative_lod.errors import BadArgument, Message, NotAcceptable, NotFound, ReleaseError
from initiative_lod.formats import TEXT, MediaType
from initiative_lod.release.manifest import DUMPS
from initiative_lod.release.older import Archive, Published, reading
from initiative_lod.release.opened import OpenRelease
from initiative_lod.web.http.request import Answer, Asked, http_date
from initiative_lod.web.routes import representations

TIME_MAP = MediaType(LINK_FORMAT, "link", "TimeMap", charset=False)
ORIGINALS = ("doc/", "id/", "ontology", "shapes", "dataset", "graph/", "resource", "context.jsonld")
REMEMBERED = 8192  # look-ups whether a release has a document
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
    """Which releases have a document. Threads may share it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: OrderedDict[tuple[str, object, str, str], bool] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, original: Original) -> list[Published]:
        """The published releases that have it, oldest first; one that is damaged is passed over. Raises Busy."""
        return [item for item in self._archive.published() if self._has(item.version, original)]

    def at(self, time: datetime, found: Sequence[Published]) -> Published:
        """Of the releases ``found`` (not none) the one current at ``time``, else the last before, else the first."""
        there = {item.version: item for item in found}
        for item in reversed(self._archive.switches()):
            if item.time <= time and item.version in there:
                return there[item.version]
        return found[0]

    def _has(self, version: str, original: Original) -> bool:
        key = version, self._archive.identity(version), original.path, original.iri
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        try:
            opened = self._archive.open(version)
            with reading(version):
                found = opened is not None and _is_in(opened, original)
        except ReleaseError:
            return False
        with self._lock:
            self._known[key] = found
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found


def is_original(path: str) -> bool:
    """Whether what is at a path under the base is a document of a release, and has mementos."""
    return not path or path.startswith(ORIGINALS)


def gate(mementos: Mementos, read: Asked, original: Original) -> Answer:
    """A TimeGate's answer: 302 to the memento (RFC 7089 §4.1.1); without a date, to what is current.

    Raises BadArgument for what is no date, NotFound for what no release has.
    """
    time = datetime.now(UTC) if read.accept_datetime is None else moment(read.accept_datetime)
    found = _found(mementos, original)
    chosen = mementos.at(time, found)
    links = [*_about(read.prefix, original), *_memento_links(read.prefix, original, found, chosen)]
    headers = (
        ("Location", address(read.prefix, original, chosen.version)),
        ("Vary", VARY),
        ("Cache-Control", "private, no-cache"),
        ("Link", ", ".join(links)),
    )
    return Answer(302, headers)


def time_map(mementos: Mementos, read: Asked, original: Original) -> Answer:
    """The TimeMap: every memento with its date (RFC 7089 §5). Raises NotFound, NotAcceptable."""
    offer = choose(read.accept, (Offer(TIME_MAP), Offer(TIME_MAP, alias=TEXT.name)))
    here = original.under(f"{read.prefix}/timemap")
    if offer is None:
        raise NotAcceptable(Message("error.page_forms", forms=LINK_FORMAT), [(here, LINK_FORMAT)])
    found = _found(mementos, original)
    span = f'; from="{http_date(found[0].time)}"; until="{http_date(found[-1].time)}"'
    lines = [
        str(Link(original.under(read.prefix), "original")),
        str(Link(original.under(f"{read.prefix}/timegate"), "timegate")),
        f"{Link(here, 'self', LINK_FORMAT)}{span}",
        *_memento_links(read.prefix, original, found),
    ]
    headers = (
        ("Content-Type", offer.content_type),
        ("Vary", "Accept"),
        ("Cache-Control", representations.CACHE),
    )
    return Answer(200, headers, (",\n".join(lines) + "\n").encode())


def headers_of(mementos: Mementos, prefix: str, original: Original, version: str) -> list[tuple[str, str]]:
    """The headers that make an answer the memento of ``original`` in a release (RFC 7089 §4.2, §4.5.4).

    One that was never published has no date, and is no memento; its original is named all the same.
    """
    found = mementos.of(original)
    own = next((item for item in found if item.version == version), None)
    if own is None:
        return [("Link", str(Link(original.under(prefix), "original")))]
    links = [*_about(prefix, original), *_memento_links(prefix, original, found, own)]
    return [("Memento-Datetime", http_date(own.time)), ("Link", ", ".join(links))]


def address(prefix: str, original: Original, version: str) -> str:
    """Where a document is as a release has it."""
    return original.under(f"{prefix}/release/{version}")


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


def _found(mementos: Mementos, original: Original) -> list[Published]:
    found = mementos.of(original) if is_original(original.path) else []
    if not found:
        raise NotFound(Message("error.no_memento", path=f"/{original.path[:200]}"))
    return found


def _is_in(opened: OpenRelease, original: Original) -> bool:
    """Whether a release has the document."""
    path = original.path
    if not path or path == "context.jsonld":
        return True
    if path.startswith("dataset/"):
        name = path.removeprefix("dataset/")
        return name in DUMPS and (opened.release.path / name).is_file()
    try:
        if path.startswith("resource"):
            return exists(opened, NamedNode(original.iri))
        wanted = path if not path.startswith("id/") else f"doc/{path[3:]}"
        return exists(opened, representations.target(opened, wanted, "").resource)
    except (ValueError, NotFound):
        return False
