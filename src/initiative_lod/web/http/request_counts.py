"""Request counts: how many there were and how long they took, as plain integers.

No key holds anything that a visitor sent: routes are the first segments of the application's own addresses, and all
else is ``other``.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

OTHER = "other"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds


class RequestCounts:
    """Number and duration of requests: by route, and by status."""

    def __init__(self, paths: Iterable[str], root_path: str = "") -> None:
        """``paths`` are those of all routes, with their parameters."""
        self._root_path = root_path
        self._routes = frozenset(map(_segment, paths))
        self.counts: Counter[tuple[str, int]] = Counter()  # of (route, status); 0 for a client that left before one
        self.seconds: Counter[str] = Counter()  # by route, in nanoseconds
        self.buckets: dict[str, list[int]] = {}  # by route: one more than BOUNDS
        self.refused: Counter[tuple[str, int]] = Counter()  # of (reason, status), before there was a request

    def route(self, path: str) -> str:
        """The route class of a path: the first segment of an address that the application has, or ``other``."""
        if self._root_path and path.startswith(f"{self._root_path}/"):
            path = path[len(self._root_path) :]
        found = _segment(path)
        return found if found in self._routes else OTHER

    async def measure(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Run ``app``, and count what it answered when it is through."""
        start = time.perf_counter_ns()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            elapsed = time.perf_counter_ns() - start
            route = self.route(scope["path"])
            self.counts[route, status] += 1
            self.seconds[route] += elapsed
            buckets = self.buckets.setdefault(route, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, elapsed / 1e9)] += 1


def _segment(path: str) -> str:
    """``start`` of ``/``, ``ontology`` of ``/ontology.{suffix}``, ``.well-known`` of ``/.well-known/void``."""
    name = path.split("/", 2)[1] if "/" in path else path
    return name.partition(".")[0] or name or "start"
