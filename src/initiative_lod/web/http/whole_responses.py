"""Whole responses: sent in one piece, where uvicorn takes two messages and looks through each header field anew.

Most fields are the same from one response to the next, so that each is looked through once. What is sent piece by piece
goes uvicorn's way, as does whatever its connection does not take at the moment; the bytes are the same on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from starlette.types import Message, Scope, Send
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE

#: Where a scope has what sends a response in one piece: status, header fields as they are sent, body. It tells whether
#: it could.
WHOLE = "initiative_lod.whole"
Whole = Callable[[int, bytes, bytes], bool]
_LONGEST = 512  # bytes of a field that is remembered; longer ones are those of one address
_OF_UVICORN = frozenset((b"connection", b"transfer-encoding"))  # fields that say how the connection goes on


def field_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Header fields as they are sent, line by line. Raises ValueError for one that holds what none may."""
    return b"".join([_line(*item) if len(item[1]) < _LONGEST else _checked(*item) for item in headers])


def _checked(name: bytes, value: bytes) -> bytes:
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise ValueError(f"{name!r}: {value!r} is no header field")
    return b"%b: %b\r\n" % (name.lower(), value)


_line = lru_cache(maxsize=1024)(_checked)


def in_one_piece(scope: Scope, send: Send) -> Send:
    """A ``send`` that sends what has one body message in one piece."""
    whole: Whole | None = scope.get(WHOLE)
    if whole is None:
        return send
    start: Message | None = None

    async def sending(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if start is not None:
            begun, start = start, None
            if not message.get("more_body") and _is_sent(whole, scope["method"], begun, message.get("body", b"")):
                return
            await send(begun)
        await send(message)

    return sending


def _is_sent(whole: Whole, method: str, start: Message, body: bytes) -> bool:
    headers: list[tuple[bytes, bytes]] = start["headers"]
    fields = dict(headers)
    if not _OF_UVICORN.isdisjoint(fields):
        return False
    if method == "HEAD":
        body = b""
    elif start["status"] in (204, 304):
        if body:
            return False
    elif fields.get(b"content-length") != b"%d" % len(body):
        return False
    try:
        lines = field_lines(headers)
    except ValueError:  # which uvicorn tells
        return False
    return whole(start["status"], lines, body)
