"""Headers that every response has, and the answer to OPTIONS.

CORS is not Starlette's middleware: that one says who may read an answer only where ``Origin`` was sent, and therefore
makes every answer vary by it, which no shared cache would keep apart; and it has one list of methods for all addresses.

A shared cache compares what ``Vary`` names in its own way: nginx takes commas and blanks in Accept-Language and
Accept-Encoding for the same, so that ``zh-CN zh``, in which we read no language at all, would be answered for everybody
who sends ``zh-CN, zh``. Where another reading of such a header is possible, no shared cache is to keep the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: No script is needed anywhere; the pages' own style sheets and the query editor are all that is loaded.
HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Accept-Ranges, Allow, Content-Location, Content-Range, ETag, Last-Modified, Link, Location, "
        b"Memento-Datetime, Retry-After",
    ),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        b"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    ),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-content-type-options", b"nosniff"),
)

#: Headers that shared caches compare without regard to how their elements are parted.
_LISTS = (b"accept-language", b"accept-encoding")
#: Elements that are parted by blanks alone, or a comma beside what belongs to an element.
_AMBIGUOUS = re.compile(rb"[^ ,;=] +[^ ,;=]|[;=] *,|, *[;=]")
_LONGEST_LIST = 1000  # bytes; of a longer one, which blanks may make of any, we might read nothing


def is_ambiguous(scope: Scope) -> bool:
    """Tell whether a header that answers vary by may be another one to a shared cache than to us."""
    return any(name in _LISTS and not _is_plain(value) for name, value in scope["headers"])


@lru_cache(maxsize=256)
def _is_plain(value: bytes) -> bool:
    # Of several lines each is looked at by itself: none may begin or end within an element.
    return len(value) <= _LONGEST_LIST and not _AMBIGUOUS.search(b",%b," % value)


class CommonHeaders:
    """Adds HEADERS where a response has no such header of its own; answers OPTIONS, CORS preflight included.

    What answers a header that is ambiguous is asked to be kept by the client alone.

    It also tells the routes the path prefix, whether or not the proxy has cut that off.
    """

    def __init__(self, app: ASGIApp, root_path: str, methods_of: Callable[[str], list[str]]) -> None:
        self.app = app
        self._root_path = root_path
        self._methods_of = methods_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["root_path"] = self._root_path

        ambiguous = is_ambiguous(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                if ambiguous:
                    headers = [
                        (name, _private(value) if name == b"cache-control" else value) for name, value in headers
                    ]
                present = {name for name, _ in headers}
                message["headers"] = [*headers, *(item for item in HEADERS if item[0] not in present)]
            await send(message)

        methods = self._methods_of(scope["path"]) if scope["method"] == "OPTIONS" else ()
        app = _options(", ".join(methods)) if methods else self.app
        await app(scope, receive, send_with_headers)


def _private(control: bytes) -> bytes:
    return control.replace(b"public", b"private", 1)


def _options(allowed: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "Allow": allowed,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Language, Accept-Profile, "
            "Content-Type, If-Modified-Since, If-None-Match, Range",
            "Access-Control-Max-Age": "86400",
        },
    )
