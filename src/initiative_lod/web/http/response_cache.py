"""What was answered a moment ago, sent again without running the application: the layer in front of it.

An answer is kept under everything that a document's answer depends on: address, and the headers of ``KEY``. It is sent
only while the link that says which release is current (one readlink a request) is what it was. Errors, redirects,
downloads in ranges and whatever a proxy's headers have a part in are never kept: those requests go through, as does all
that is not a document. With the layer off (``page_cache=0``) the same bytes are sent, more slowly.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod.release.history import CURRENT

#: Request headers that a document's answer may depend on (see ``asked``); all are part of the key.
KEY = frozenset((b"accept", b"accept-language", b"accept-profile", b"if-none-match", b"if-modified-since"))
#: A request with one of these is for the application to look at.
ELSEWHERE = frozenset((b"range", b"if-range", b"accept-datetime", b"x-forwarded-prefix", b"authorization"))
PLACES = ("/doc/", "/ontology", "/shapes", "/dataset", "/graph/", "/resource", "/static/")
LONGEST_KEY = 2048  # bytes of address and headers; longer ones are rare, and not worth the memory
OVERHEAD = 2048  # bytes that an entry takes besides its body, about

Key = tuple[str, bytes, tuple[tuple[bytes, bytes], ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, as the messages that the server wants."""

    start: Message
    body: Message
    head: Message
    size: int
    count: list[int] = field(default_factory=lambda: [0])  # one integer: how often it and its like were sent


class Hot:
    """Answers by key, the least recently used dropped first, within ``limit`` bytes. For one event loop."""

    def __init__(self, releases: Path, limit: int, root_path: str = "") -> None:
        self._link = str(releases / CURRENT)
        self._limit = limit
        self._root_path = root_path
        self._target = ""
        self._size = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self.counts: dict[tuple[str, int], list[int]] = {}  # how often answered from what is kept, by place and status

    @property
    def size(self) -> int:
        """About how many bytes are kept."""
        return self._size

    def count(self, path: str, status: int) -> list[int]:
        """Where the answers with ``status`` to addresses like ``path`` are counted: by one of PLACES, no finer."""
        path = path[len(self._root_path) :] if path.startswith(f"{self._root_path}/") else path
        place = next((place for place in PLACES if path.startswith(place)), "")
        return self.counts.setdefault((place, status), [0])

    def key(self, scope: Scope) -> Key | None:
        """Under what the answer to a request is kept; None when it is not to be kept."""
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            return None
        if self._root_path and path.startswith(self._root_path):
            place = path[len(self._root_path) :]
        else:
            place = path
        if not place.startswith(PLACES) or place.startswith("/dataset/"):
            return None
        asked = []
        length = len(path) + len(scope["query_string"])
        for item in scope["headers"]:
            if item[0] in KEY:
                asked.append((item[0], item[1]))
                length += len(item[1])
            elif item[0] in ELSEWHERE:
                return None
        if length > LONGEST_KEY:
            return None
        return path, scope["query_string"], tuple(asked)

    def get(self, key: Key) -> Kept | None:
        """What is kept under the key, if the release is still the same."""
        try:
            target = os.readlink(self._link)  # noqa: PTH115 - a Path would cost more than the look
        except OSError:
            return None
        if target != self._target:
            self._kept.clear()
            self._size, self._target = 0, target
            return None
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, kept: Kept) -> None:
        """Keep it, unless it alone would fill more than a quarter."""
        if kept.size > self._limit // 4:
            return
        before = self._kept.pop(key, None)
        self._kept[key] = kept
        self._size += kept.size - (before.size if before else 0)
        while self._size > self._limit:
            self._size -= self._kept.popitem(last=False)[1].size

    def mark(self) -> tuple[int, int] | None:
        """Which switch the current release is from: another one even if the same release comes back."""
        try:
            found = os.lstat(self._link)
        except OSError:
            return None
        return found.st_ino, found.st_ctime_ns

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request from what is kept, or from ``app``, and then keep that answer if it may be kept."""
        key = self.key(scope) if self._limit else None
        if key is None:
            await app(scope, receive, send)
            return
        kept = self.get(key)
        if kept is not None:
            # A copy: a server may add to the headers.
            await send(
                {"type": "http.response.start", "status": kept.start["status"], "headers": kept.start["headers"]}
            )
            await send(kept.head if scope["method"] == "HEAD" else kept.body)
            kept.count[0] += 1
            return
        if scope["method"] == "HEAD":
            await app(scope, receive, send)
            return
        before = self.mark()
        sent: list[Message] = []

        async def keeping(message: Message) -> None:
            sent.append(message)
            await send(message)

        await app(scope, receive, keeping)
        if before is not None and before == self.mark() and _lasting(sent):
            start, body = sent
            content = body.get("body", b"")
            self.put(
                key,
                Kept(
                    {**start, "headers": list(start["headers"])},
                    {"type": "http.response.body", "body": content},
                    {"type": "http.response.body", "body": b""},
                    len(content) + OVERHEAD,
                    self.count(scope["path"], start["status"]),
                ),
            )


def _lasting(sent: list[Message]) -> bool:
    """Whether the answer is whole, is a document or 304, and says itself that anyone may keep it."""
    if len(sent) != 2 or sent[0]["type"] != "http.response.start" or sent[1].get("more_body"):
        return False
    headers = dict(sent[0]["headers"])
    return (
        sent[0]["status"] in (200, 304)
        and b"etag" in headers
        and headers.get(b"cache-control", b"").startswith(b"public")
        and b"accept-ranges" not in headers
        and b"set-cookie" not in headers
    )
