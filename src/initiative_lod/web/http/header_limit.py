"""HTTP read from a socket: uvicorn's fast reader, with a limit on what it collects for one request.

The reader itself has none, so that one endless header could fill the memory.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from initiative_lod.locale.messages import Language
from initiative_lod.web.http.problems import MethodNotAllowed, problem, text, title

_REQUEST = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ([!-~]+) HTTP/1\.[01]\r?\n")
LARGEST_HEAD = 32 * 1024  # bytes of one request's address and header (and trailer) fields


class HeaderTooLarge(ValueError):
    """A request's head is larger than anyone needs."""


class BoundedHttp(HttpToolsProtocol):
    """Answers 400 and closes when a head exceeds the limit, whether it is complete or still coming.

    What is collected is at most the limit and what the socket gave at once (a quarter of a megabyte)."""

    _head = 0  # bytes of this request's head that have been understood
    _read = b""
    _silent = 0  # bytes since the last that anything was understood from

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket."""
        self._silent += len(data)
        self._read = data
        super().data_received(data)
        if self._silent > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Request header too large.")

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered 400; a request whose method the reader does not know, 405."""
        asked = _REQUEST.match(self._read)
        if asked is None or not isinstance(sys.exception(), HttpParserInvalidMethodError):
            super().send_400_response(msg)
            return
        allowed, content = _refusal(self.app, asked[1].decode(), unquote(asked[2].partition(b"?")[0]))
        lines = (
            "HTTP/1.1 405 Method Not Allowed",
            f"allow: {', '.join(allowed)}",
            "content-type: application/problem+json",
            f"content-length: {len(content)}",
            "access-control-allow-origin: *",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "connection: close",
            "",
            "",
        )
        self.transport.write("\r\n".join(lines).encode() + content)
        self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head = self._silent = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, or one of a trailer."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """A piece of the body, which the application counts."""
        self._silent = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request ends."""
        self._silent = 0
        super().on_message_complete()

    def _count(self, size: int) -> None:
        self._silent = 0
        self._head += size
        if self._head > LARGEST_HEAD:
            raise HeaderTooLarge(f"more than {LARGEST_HEAD} bytes of header")


def _refusal(app: Any, method: str, path: str) -> tuple[Sequence[str], bytes]:
    """What the application, whatever is wrapped around it, says of a method that it lacks: (methods of the path, body).

    Nothing else is known of the request, its language included.
    """
    while not hasattr(app, "methods_of") and hasattr(app, "app"):
        app = app.app
    allowed: Sequence[str] = app.methods_of(path) if hasattr(app, "methods_of") else ()
    error = MethodNotAllowed(method, allowed or ("GET", "HEAD", "OPTIONS"))
    language: Language = app.site.pages.languages.default
    return error.allowed, problem(405, text(error, language), title(405, language))
