"""Request and response as values: what an answer may depend on, and what it is. The rest needs no web framework."""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import parse_qsl, quote

from starlette import responses
from starlette.types import Scope

from initiative_lod.documents.negotiation import choose_language, lookup
from initiative_lod.locale.messages import DEFAULT
from initiative_lod.web.pages.older_release import OlderRelease

MOST_ARGUMENTS = 1000  # of one request: as many as a SPARQL query may have, and ten times what a page may
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_PAIR = re.compile(r'(?P<comma>,)|(?P<name>[A-Za-z-]+)=(?P<value>"(?:[^"\\]|\\.)*"|[^\s;,"]*)')
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Client:
    """Client of a request, and how it sees us: an address, ``http`` or ``https``, and a host with its port."""

    address: str = ""
    scheme: str = "http"
    host: str = ""

    @property
    def origin(self) -> str | None:
        """``scheme://host``, under which the client sees us; None where what was sent is no host."""
        if self.scheme not in ("http", "https") or not _HOST.fullmatch(self.host):
            return None
        return f"{self.scheme}://{self.host}"

    @property
    def counted_as(self) -> str:
        """Whom a request counts for."""
        return counted_as(self.address[:64])


@lru_cache(maxsize=1024)
def counted_as(host: str) -> str:
    """Client that a request from there counts for: an IPv4 address, or an IPv6 network of /64: one household's."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return host


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that an answer may depend on.

    ``path`` is below the base, without a slash before it; ``prefix`` is the path under which a proxy shows us, and of
    what an older release has, the address of that release. ``parameters`` are the parts of the path that its route
    names. Headers that came in several lines are joined. Pages speak ``languages``; a ``marked`` one is made with marks
    around what the language in its address adds to it (``web.pages.language_choice``).
    """

    method: str = "GET"
    path: str = ""
    prefix: str = ""
    accept: str | None = None
    accept_language: str | None = None
    accept_profile: str | None = None
    accept_encoding: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_match: str | None = None
    if_unmodified_since: str | None = None
    accept_datetime: str | None = None
    query_string: str = ""
    query: Mapping[str, str] = field(default_factory=dict)  # of a name that stands twice, the last counts
    parameters: Mapping[str, str] = field(default_factory=dict)
    older: OlderRelease | None = None
    client: Client = Client()
    languages: Sequence[str] = (DEFAULT,)
    marked: bool = False

    @property
    def named_language(self) -> str:
        """The page language that the address itself names; empty when it names none."""
        return lookup(self.query.get("lang", ""), self.languages) or ""

    @property
    def language(self) -> str:
        """The page language: named in the address, else negotiated."""
        return self.named_language or self.accepted_language

    @property
    def accepted_language(self) -> str:
        """The page language that is negotiated, whatever the address names."""
        return choose_language(self.accept_language, self.languages, DEFAULT)


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers and a body. The body of a HEAD is known, and not sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def to(self, method: str) -> responses.Response:
        """The response to a request of that method, as the framework wants it."""
        response = responses.Response(b"" if method == "HEAD" else self.body, status_code=self.status)
        headers = [(name.lower().encode("latin-1"), _field(value)) for name, value in self.headers]
        response.raw_headers = headers
        if self.status != 304:
            headers.append((b"content-length", b"%d" % len(self.body)))
        return response


def _field(value: str) -> bytes:
    """A header's value as it is sent: what no field may hold (RFC 9110 §5.5) is percent-encoded."""
    if value.isascii() and value.isprintable():
        return value.encode("ascii")
    return quote(value, safe=string.punctuation + " ").encode("ascii")


def read(
    scope: Scope, trusted: Container[str], languages: Sequence[str] = (DEFAULT,), older: OlderRelease | None = None
) -> Request:
    """The request of an ASGI scope. ``X-Forwarded-Prefix`` counts only if it comes from an address in ``trusted``.

    Under ``root_path`` the path is shown, whether or not the proxy has cut it off. What an ``older`` release has is
    shown under that release's own address.
    """
    fields: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        fields[name] = fields[name] + b", " + value if name in fields else value

    def header(name: bytes) -> str | None:
        value = fields.get(name)
        return None if value is None else value.decode("latin-1")

    path: str = scope["path"]
    prefix: str = scope.get("root_path", "")
    if b"x-forwarded-prefix" in fields and _address(scope) in trusted:
        forwarded = fields[b"x-forwarded-prefix"].decode("latin-1").rstrip("/")
        if forwarded and _PREFIX.fullmatch(forwarded):
            prefix = forwarded
    for cut in {prefix, scope.get("root_path", "")}:
        if cut and path.startswith(f"{cut}/"):
            path = path[len(cut) :]
            break
    if older is not None:
        prefix += f"/release/{older.version}"
    query_string = scope["query_string"].decode("ascii", "replace")
    return Request(
        scope["method"],
        path[1:],
        prefix,
        header(b"accept"),
        header(b"accept-language"),
        header(b"accept-profile"),
        header(b"accept-encoding"),
        header(b"if-none-match"),
        header(b"if-modified-since"),
        header(b"if-match"),
        header(b"if-unmodified-since"),
        header(b"accept-datetime"),
        query_string,
        _Query(query_string),
        scope.get("path_params") or {},
        older,
        client(scope, trusted),
        languages,
    )


class _Query(Mapping[str, str]):
    """The arguments of an address, taken apart when one is asked for; none of one with more than any address may have,
    which its reader refuses.
    """

    def __init__(self, query_string: str) -> None:
        self._query_string = query_string

    @cached_property
    def _values(self) -> dict[str, str]:
        try:
            return dict(parse_qsl(self._query_string, keep_blank_values=True, max_num_fields=MOST_ARGUMENTS))
        except ValueError:
            return {}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def client(scope: Scope, trusted: Container[str]) -> Client:
    """Address under which the client sees us: from the socket, or from what a proxy in ``trusted`` says of it.

    ``X-Forwarded-For``, ``-Proto`` and ``-Host`` count, and where there is none of them ``Forwarded`` (RFC 7239): the
    client is the last address that is not a trusted proxy's. Nothing is checked here.
    """

    def headers(name: bytes) -> list[str]:
        return [value.decode("latin-1") for found, value in scope["headers"] if found == name]

    address = _address(scope)
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    direct = Client(address, scope.get("scheme", "http"), host.decode("latin-1"))
    if address not in trusted:
        return direct
    hops, schemes, hosts = (headers(b"x-forwarded-" + name) for name in (b"for", b"proto", b"host"))
    if hops or schemes or hosts:
        addresses = [item.strip() for item in ",".join(hops).split(",")]
        return Client(
            next((item for item in reversed(addresses) if item and item not in trusted), address),
            next(iter(schemes), direct.scheme),
            next(iter(hosts), direct.host),
        )
    elements = [item for item in _forwarded(",".join(headers(b"forwarded"))) if item]
    if not elements:
        return direct
    # From the nearest proxy outwards, until one was asked by somebody who is no proxy of ours.
    told = next((item for item in reversed(elements) if _node(item.get("for", "")) not in trusted), elements[0])
    return Client(
        _node(told.get("for", "")) or address, told.get("proto", direct.scheme), told.get("host", direct.host)
    )


def _address(scope: Scope) -> str:
    found = scope.get("client")
    return found[0] if found else ""


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
