"""HTTP read from a socket: uvicorn's fast reader, with a limit on what it collects for one request.

The reader itself has none, so that one endless header could fill the memory. And it stops at a request for another
protocol, whose body it would take for the next request.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from httptools import HttpParserInvalidMethodError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from initiative_lod.errors import Message
from initiative_lod.locale.messages import Languages
from initiative_lod.web.http.problems import MethodNotAllowed, message_of, problem, title

_REQUEST = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ([!-~]+) HTTP/1\.[01]\r?\n")
LARGEST_HEAD = 32 * 1024  # bytes of one request's address and header (and trailer) fields
FIELD_BYTES = 32  # that a field counts for beside its letters (as in RFC 9113 §6.5.2): it costs more than these
ARGUMENT_BYTES = 16  # and an argument of an address
LONG_HEAD = Message("error.long_head", most=LARGEST_HEAD, field=FIELD_BYTES, argument=ARGUMENT_BYTES)
SMALL_CHUNKS = 1000  # chunks of a body that may be small: each costs as much as a large one does
CHUNK_BYTES = 64  # that more of them must have on the average
READ_AT_ONCE, READ_AHEAD = 4096, 2  # bytes that are looked at in one go, and requests that are read before their turn
MOST_UPGRADES = 16  # wishes for another protocol on one connection: each has what came with it read anew


class BadHead(ValueError):
    """A request's head that is refused, with the message that says why."""

    def __init__(self, message: Message, status: int = 400) -> None:
        self.message, self.status = message, status
        super().__init__(str(message))


class BoundedHttp(HttpToolsProtocol):
    """Answers 400 and closes when a head exceeds the limit, whether it is complete or still coming.

    What is collected is at most the limit and what the socket gave at once (a quarter of a megabyte). That may be ten
    thousand requests: of those that a client sends at once a few are read ahead, the others when these are answered.
    """

    _head = 0  # bytes of this request's head that have been understood
    _read = b""
    _again = b""  # what is to be read, or read anew
    _upgrades = 0
    _chunks = _body = 0  # chunks of this request's body, and bytes
    _begun_here = 0  # requests that begin in what is read now
    _silent = 0  # bytes since the last that anything was understood from

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket."""
        self._again += data
        self._go_on()

    def on_response_complete(self) -> None:
        """A request is answered: the next ones are read."""
        super().on_response_complete()
        self.read_on()

    def read_on(self) -> None:
        """Read what has come already, as far as it may be read by now."""
        if self._again:
            self._go_on()

    def _go_on(self) -> None:
        while self._again and len(self.pipeline) < READ_AHEAD and not self.transport.is_closing():
            self._read, self._again = self._again[:READ_AT_ONCE], self._again[READ_AT_ONCE:]
            self._silent += len(self._read)
            self._begun_here = 0
            super().data_received(self._read)
        if self._again:
            self.flow.pause_reading()
        if self._silent > LARGEST_HEAD and not self.transport.is_closing():
            self.refuse(400, LONG_HEAD)

    def send_400_response(self, msg: str) -> None:
        """Answer 400 to what is no HTTP; a request whose method the reader does not know, 405."""
        asked, error = _REQUEST.match(self._read), sys.exception()
        # It is the request that the bytes begin with, unless that was read and the reader stopped at a later one.
        if asked is not None and self._begun_here < 2 and isinstance(error, HttpParserInvalidMethodError):
            self._refuse_method(asked[1], asked[2])
            return
        cause = error.__context__ if error is not None else None
        if isinstance(cause, BadHead):
            self.refuse(cause.status, cause.message)
        else:
            self.refuse(400, Message("error.no_http"))

    def _refuse_method(self, method: bytes, url: bytes) -> None:
        application = front(self.app)
        path = unquote(url.partition(b"?")[0])
        allowed = (application.methods_of(path) if application else None) or ("GET", "HEAD", "OPTIONS")
        told = MethodNotAllowed(method.decode(), allowed)
        self.refuse(405, message_of(told), (f"allow: {', '.join(allowed)}",))

    def _unsupported_upgrade_warning(self) -> None:
        """Go on with HTTP/1.1 for who would speak another protocol too (RFC 9110 §7.8), as Java's client does at first.

        The reader has stopped at the end of the head: its request is read anew, without that wish.
        """
        error, method = sys.exception(), self.parser.get_method()
        if method == b"CONNECT":
            self._refuse_method(method, self.url)
            return
        assert isinstance(error, HttpParserUpgrade)
        self._upgrades += 1
        if self._upgrades > MOST_UPGRADES:
            self.refuse(400, Message("error.no_http"))
            return
        rest = self._read[error.args[0] :]
        fields = b"".join(b"%b: %b\r\n" % item for item in self.headers if item[0] != b"upgrade")
        head = b"%b %b HTTP/%b\r\n%b\r\n" % (method, self.url, self.parser.get_http_version().encode(), fields)
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self._again = head + rest + self._again

    def refuse(self, status: int, why: Message, fields: Sequence[str] = ()) -> None:
        """Tell the client why, with more header ``fields``, and close. Nothing is known of it, nor its language; a HEAD
        is answered without a body all the same (RFC 9110 §9.3.2).
        """
        application = front(self.app)
        language = (application.site.pages.languages if application else Languages()).default
        content = problem(status, language.gettext(why.id, **why.values), title(status, language))
        if application:
            application.refused(status, why.id.rpartition(".")[2], self.client[0] if self.client else "")
        lines = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *fields,
            "content-type: application/problem+json",
            f"content-length: {len(content)}",
            "access-control-allow-origin: *",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "connection: close",
            "",
            "",
        )
        asked = _REQUEST.match(self._read)  # where it begins in what came last; else it came in pieces
        is_head = (asked[1] if asked else self.parser.get_method()) == b"HEAD"
        self.transport.write("\r\n".join(lines).encode() + (b"" if is_head else content))
        self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head = self._silent = self._chunks = self._body = 0
        self._begun_here += 1
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        self._count(len(url) + ARGUMENT_BYTES * url.count(b"&"))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, or one of a trailer."""
        self._count(len(name) + len(value) + FIELD_BYTES)
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """A piece of the body, which the application counts."""
        self._silent = 0
        self._body += len(body)
        super().on_body(body)

    def on_chunk_header(self) -> None:
        """A chunk of the body begins. Many small ones hold the others up: a megabyte of them for seconds."""
        self._chunks += 1
        if self._chunks > SMALL_CHUNKS and self._body < self._chunks * CHUNK_BYTES:
            raise BadHead(Message("error.small_chunks", most=SMALL_CHUNKS, least=CHUNK_BYTES))

    def on_message_complete(self) -> None:
        """A request ends."""
        self._silent = 0
        super().on_message_complete()

    def _count(self, size: int) -> None:
        self._silent = 0
        self._head += size
        if self._head > LARGEST_HEAD:
            raise BadHead(LONG_HEAD)


def front(app: Any) -> Any:
    """The layer of ours in front, whatever is wrapped around it; None where there is none."""
    while not hasattr(app, "methods_of") and hasattr(app, "app"):
        app = app.app
    return app if hasattr(app, "methods_of") else None
