"""Fetches a URL that an operator named, within caps of time and size. Nothing else in this package opens a
connection.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from initiative_lod import __version__
from initiative_lod.formats import READABLE
from initiative_lod.literals import integer
from initiative_lod.reading.syntax import SUFFIXES, suffix
from initiative_lod.reading.unpack import Refused
from initiative_lod.settings import Settings

ACCEPT = ", ".join(
    [
        *(format.name if format.by_line else f"{format.name};q=0.9" for format in READABLE),
        "application/gzip;q=0.7, application/zip;q=0.7, */*;q=0.1",
    ]
)
BLOCK = 1 << 16
_KEPT = "%/:=&;+,!$'()*@~"  # of a path: what RFC 3986 reserves or has encoded already
_BY_TYPE = {name: format.suffix for format in READABLE for name in (*format.formerly, format.name)}


@dataclass(frozen=True, slots=True)
class Fetched:
    """Result of a request: a file in the scratch folder, a name with a suffix that says its syntax, notes about the
    way, and the address that answered in the end.
    """

    path: Path
    name: str
    notes: tuple[str, ...]
    url: str


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only, and keeps where they went."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        newurl = to_uri(newurl) if urlsplit(newurl).scheme in ("http", "https") else newurl
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise Refused(f"it redirects to {newurl}, which is neither http nor https")
        self.notes.append(f"redirected ({code}) to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def to_uri(iri: str) -> str:
    """The URI of an http or https IRI (RFC 3987 §3.1): host in Punycode, the rest percent-encoded, without fragment.

    Raises Refused for what is none.
    """
    try:
        parts = urlsplit(iri.strip())
        host, port = parts.hostname or "", parts.port
        if not host:
            raise ValueError("it names no host")
        if parts.username is not None:
            raise ValueError("it holds a name or password, which would be kept in the record")
        host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except ValueError as error:
        raise Refused(f"it is no URL that can be fetched: {error}") from error
    where = host if port is None else f"{host}:{port}"
    path, query = quote(parts.path or "/", _KEPT), quote(parts.query, _KEPT + "?")
    return urlunsplit((parts.scheme.lower(), where, path, query, ""))


def fetch(url: str, scratch: Path, settings: Settings) -> Fetched:
    """Fetch ``url`` into ``scratch``. Raises Refused, with the reason, for what is no answer, too slow or too large."""
    redirects = _Redirects()
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        redirects,
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(
        to_uri(url), headers={"Accept": ACCEPT, "User-Agent": f"initiative-lod/{__version__}"}
    )
    until = time.monotonic() + settings.fetch_seconds
    try:
        with (
            opener.open(request, timeout=settings.fetch_seconds) as response,
            NamedTemporaryFile(dir=scratch, delete=False) as file,
        ):
            size = 0
            while block := response.read1(BLOCK):
                size += len(block)
                if size > settings.fetch_bytes:
                    raise Refused(f"more than {settings.fetch_bytes:,} bytes come from it (setting fetch_bytes)")
                if time.monotonic() > until:
                    raise Refused(f"it takes more than {settings.fetch_seconds:g} seconds (setting fetch_seconds)")
                file.write(block)
            expected = integer(response.headers.get("Content-Length", ""))
            if expected is not None and expected != size:
                raise Refused(f"it breaks off: {size:,} of {expected} bytes came")
            media = response.headers.get_content_type()
            final = response.url
    except urllib.error.HTTPError as error:
        raise Refused(f"the server answers {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise Refused(f"it cannot be fetched: {getattr(error, 'reason', error)}") from error
    name = unquote(urlsplit(final).path.rpartition("/")[2]) or urlsplit(final).hostname or "index"
    if suffix(name) not in SUFFIXES and media in _BY_TYPE:
        name = f"{name}.{_BY_TYPE[media]}"
    return Fetched(Path(file.name), name, tuple(redirects.notes), final)
