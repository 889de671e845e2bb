"""Request log: one line of JSON for each request and each refused connection, and nothing that names a person.

No client's address and no query string is written unless the operator says so. Turning the file over is the system's:
it is only ever appended to, and opened anew when the server reloads.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod.errors import SettingsError
from initiative_lod.settings import Settings
from initiative_lod.web.http import request
from initiative_lod.web.http.trusted_proxies import TrustedProxies
from initiative_lod.web.http.whole_responses import WHOLE, Whole

log = logging.getLogger(__name__)

STANDARD_OUTPUT = "-"
ALSO = ("client", "query", "agent", "referer")  # what may say something of a person
LONGEST = 500  # characters of a value that a client sent
REFUSED = "refused"  # in place of a route, where there was no request yet


class RequestLog:
    """A log at the place that the settings name, a file or ``-``. Raises SettingsError where it cannot be written."""

    def __init__(self, settings: Settings, route: Callable[[str], str]) -> None:
        self._route = route
        self._trusted = TrustedProxies(settings.trusted_proxies)
        self._also = {name.strip() for name in settings.request_log_also.split(",") if name.strip()}
        if unknown := self._also - set(ALSO):
            raise SettingsError(f"setting 'request_log_also' has {min(unknown)!r}: there are {', '.join(ALSO)}")
        self._failed = False
        place = settings.root / settings.request_log
        try:
            if settings.request_log == STANDARD_OUTPUT:
                self._file = os.dup(sys.stdout.fileno())
            else:
                self._file = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise SettingsError(f"setting 'request_log': {Path(place)} cannot be written: {error.strerror}") from error

    async def around(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Run ``app``, and write down what it answered when it is through."""
        started, began = _now(), time.perf_counter()
        status, size, media = 0, 0, ""

        async def noting(message: Message) -> None:
            nonlocal status, size, media
            if message["type"] == "http.response.start":
                status = message["status"]
                media = _media(message["headers"])
            else:
                size += len(message.get("body", b""))
            await send(message)

        whole: Whole | None = scope.get(WHOLE)

        def noting_whole(sent: int, fields: bytes, body: bytes) -> bool:
            nonlocal status, size, media
            if whole is None or not whole(sent, fields, body):
                return False
            status, size, media = sent, len(body), _media(line.split(b": ", 1) for line in fields.split(b"\r\n")[:-1])
            return True

        scope[WHOLE] = noting_whole
        try:
            await app(scope, receive, noting)
        except asyncio.CancelledError:
            status = status or 503  # the server stops, and says so itself to whom it owes an answer
            raise
        finally:
            line = {
                "time": started,
                "method": scope["method"][:20],
                "path": scope["path"][:LONGEST],
                "route": self._route(scope["path"]),
                "status": status,
                "bytes": size,
                "media": media,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
            }
            self._write(line | self._personal(scope))

    def refused(self, status: int, reason: str, address: str) -> None:
        """Write down what was refused before it was a request: of what was sent, nothing is known to be true."""
        line = {"time": _now(), "route": REFUSED, "status": status, "reason": reason}
        self._write(line | ({"client": address} if "client" in self._also else {}))

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)

    def _personal(self, scope: Scope) -> dict[str, str]:
        """Further fields that the operator asks for."""
        if not self._also:
            return {}
        fields = dict(scope["headers"])
        known: dict[str, Callable[[], str]] = {
            "client": lambda: request.client(scope, self._trusted).address,
            "query": lambda: scope["query_string"].decode("latin-1"),
            "agent": lambda: fields.get(b"user-agent", b"").decode("latin-1"),
            "referer": lambda: fields.get(b"referer", b"").decode("latin-1"),
        }
        return {name: known[name]()[:LONGEST] for name in ALSO if name in self._also}

    def _write(self, line: dict[str, Any]) -> None:
        """One line, in one piece. That it cannot be written, as on a full disk, keeps nobody from an answer."""
        try:
            os.write(self._file, json.dumps(line, separators=(",", ":")).encode() + b"\n")
            self._failed = False
        except OSError as error:
            if not self._failed:
                log.error("the request log cannot be written: %s", error.strerror)
            self._failed = True


def _media(headers: Iterable[Sequence[bytes]]) -> str:
    """The media type, without its parameters."""
    return next((value.decode().partition(";")[0] for name, value in headers if name == b"content-type"), "")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
