"""How HTTP is read from a socket: uvicorn's fast reader, with a limit on what it collects for one request.

The reader itself has none, so that one endless header could fill the memory.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 32 * 1024  # bytes of one request's address and header (and trailer) fields


class TooLarge(ValueError):
    """A request's head is larger than anyone needs."""


class BoundedHttp(HttpToolsProtocol):
    """Answers 400 and closes when a head exceeds the limit, whether it is complete or still coming.

    What is collected is at most the limit and what the socket gave at once (a quarter of a megabyte)."""

    _head = 0  # bytes of this request's head that have been understood
    _silent = 0  # bytes since the last that anything was understood from

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket."""
        self._silent += len(data)
        super().data_received(data)
        if self._silent > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Request header too large.")

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
            raise TooLarge(f"more than {LARGEST_HEAD} bytes of header")
