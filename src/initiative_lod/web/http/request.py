"""What a request asks for and what it is answered, as values: the rest of the edge needs no web framework."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from initiative_lod.documents.negotiation import choose_language, lookup
from initiative_lod.locale.messages import DEFAULT

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_PAIR = re.compile(r'(?P<comma>,)|(?P<name>[A-Za-z-]+)=(?P<value>"(?:[^"\\]|\\.)*"|[^\s;,"]*)')
_ETAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a request that an answer may depend on. ``prefix`` is the path under which a proxy shows us."""

    method: str = "GET"
    path: str = "/"
    prefix: str = ""
    accept: str | None = None
    accept_language: str | None = None
    accept_profile: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    query_string: str = ""
    accept_datetime: str | None = None
    languages: Sequence[str] = (DEFAULT,)

    @property
    def named_language(self) -> str:
        """The page language that the address itself names; empty when it names none."""
        return lookup(self.query.get("lang", ""), self.languages) or ""

    @property
    def language(self) -> str:
        """The page language: named in the address, else negotiated."""
        return self.named_language or choose_language(self.accept_language, self.languages, DEFAULT)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body. The body of a HEAD is known, and not sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def response(self, method: str) -> Response:
        """As the framework wants it."""
        response = Response(b"" if method == "HEAD" else self.body, status_code=self.status)
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers]
        response.raw_headers = headers
        if self.status != 304:
            headers.append((b"content-length", b"%d" % len(self.body)))
        return response


@dataclass(frozen=True, slots=True)
class Seen:
    """Who asked, and how they see us: an address, ``http`` or ``https``, and a host with its port."""

    client: str
    scheme: str
    host: str


def seen(request: Request, trusted: frozenset[str]) -> Seen:
    """How the client saw the request: from the socket, or from what a proxy in ``trusted`` says of it.

    ``X-Forwarded-For``, ``-Proto`` and ``-Host`` count, and where there is none of them ``Forwarded`` (RFC 7239): the
    client is the last address that is not a trusted proxy's. Nothing is checked here.
    """
    client = request.client.host if request.client is not None else ""
    direct = Seen(client, request.scope.get("scheme", "http"), request.headers.get("host", ""))
    if client not in trusted:
        return direct
    given = {name: request.headers.getlist(f"x-forwarded-{name}") for name in ("for", "proto", "host")}
    if any(given.values()):
        hops = [item.strip() for item in ",".join(given["for"]).split(",")]
        return Seen(
            next((item for item in reversed(hops) if item and item not in trusted), client),
            next(iter(given["proto"]), direct.scheme),
            next(iter(given["host"]), direct.host),
        )
    elements = [item for item in _forwarded(",".join(request.headers.getlist("forwarded"))) if item]
    if not elements:
        return direct
    # From the nearest proxy outwards, until one was asked by somebody who is no proxy of ours.
    told = next((item for item in reversed(elements) if _node(item.get("for", "")) not in trusted), elements[0])
    return Seen(_node(told.get("for", "")) or client, told.get("proto", direct.scheme), told.get("host", direct.host))


def _forwarded(header: str) -> list[dict[str, str]]:
    """The elements of a Forwarded header, the client's own first (RFC 7239 §4)."""
    elements: list[dict[str, str]] = [{}]
    for match in _PAIR.finditer(header):
        if match["comma"]:
            elements.append({})
        else:
            value = match["value"]
            quoted = value.startswith('"')
            elements[-1][match["name"].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
    return elements


def _node(node: str) -> str:
    """The address of a node (RFC 7239 §6), without its port."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node


def asked(request: Request, root_path: str, trusted: frozenset[str], languages: Sequence[str] = (DEFAULT,)) -> Asked:
    """Read a request, whose answer may be in ``languages``.

    ``X-Forwarded-Prefix`` counts only if it comes from an address in ``trusted``.
    """

    def joined(name: str) -> str | None:
        values = request.headers.getlist(name)
        return ", ".join(values) if values else None

    prefix = root_path
    forwarded = request.headers.get("x-forwarded-prefix", "").rstrip("/")
    if forwarded and request.client is not None and request.client.host in trusted and _PREFIX.fullmatch(forwarded):
        prefix = forwarded
    return Asked(
        request.method,
        request.scope["path"],
        prefix,
        joined("accept"),
        joined("accept-language"),
        joined("accept-profile"),
        joined("if-none-match"),
        request.headers.get("if-modified-since"),
        dict(request.query_params) if request.scope["query_string"] else {},
        request.scope["query_string"].decode("ascii", "replace"),
        joined("accept-datetime"),
        languages,
    )


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the tag is in an If-None-Match header (RFC 9110 §13.1.2, weak comparison); ``*`` is not looked at."""
    return etag in _ETAG.findall(if_none_match)


def not_modified_since(header: str, modified: datetime) -> bool:
    """Whether nothing changed since the date in the header; False for what is no date (RFC 9110 §13.1.3)."""
    try:
        since = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return False
    return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))


@lru_cache(maxsize=16)
def http_date(moment: datetime) -> str:
    """An HTTP-date (RFC 9110 §5.6.7)."""
    return format_datetime(moment, usegmt=True)


def day(date: str) -> datetime:
    """Midnight UTC of a ``YYYY-MM-DD`` date."""
    return datetime.fromisoformat(date[:10]).replace(tzinfo=UTC)
