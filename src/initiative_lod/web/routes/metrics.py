"""/metrics: what an operator watches, in Prometheus' text format. Counted as plain integers, put together when asked.

No label holds anything that a visitor sent: routes are the first segments of the application's own addresses, and all
else is ``other``. The registry is this server's own, so that two servers in one process never mix.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod.errors import ReleaseError
from initiative_lod.sparql.pool import SPARE, QueryPool
from initiative_lod.web.http.response_cache import Hot
from initiative_lod.web.site import Site

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

PREFIX = "initiative_lod_"
OTHER = "other"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds


class Requests:
    """How many requests there were, and how long they took: by route, and by status."""

    def __init__(self, root_path: str = "") -> None:
        self._root_path = root_path
        self._routes: frozenset[str] = frozenset()
        self.counts: Counter[tuple[str, int]] = Counter()  # of (route, status); 0 for a client that left before one
        self.seconds: Counter[str] = Counter()  # by route, in nanoseconds
        self.buckets: dict[str, list[int]] = {}  # by route: one more than BOUNDS

    def know(self, routes: Sequence[BaseRoute]) -> None:
        """These are the routes that there are."""
        self._routes = frozenset(_segment(getattr(route, "path", "")) for route in routes)

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


class Collector:
    """Makes the metrics of what has been counted, each time that they are asked for.

    It runs in a thread while the server goes on counting, so it takes a copy of each table before it walks through.
    """

    def __init__(self, site: Site, requests: Requests, hot: Hot, pool: QueryPool) -> None:
        self._site, self._requests, self._hot, self._pool = site, requests, hot, pool

    def collect(self) -> Iterator[Metric]:
        """Every metric but the process's own."""
        yield from self._of_requests()
        yield from self._of_queries()
        yield from self._of_the_release()

    def _of_requests(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        requests, hot = self._requests, Counter[tuple[str, int]]()
        for (place, status), cell in dict(self._hot.counts).items():
            hot[requests.route(place), status] += cell[0]
        total = CounterMetricFamily(
            f"{PREFIX}requests", "Requests, by route and status (0: the client left first).", labels=("route", "status")
        )
        for (route, status), count in sorted((Counter(dict(requests.counts)) + hot).items()):
            total.add_metric((route, str(status)), count)
        yield total
        kept = CounterMetricFamily(
            f"{PREFIX}hot_answers", "Requests answered in front of the application, of all of them.", labels=("route",)
        )
        by_route = Counter[str]()
        for (route, _), count in hot.items():
            by_route[route] += count
        for route, count in sorted(by_route.items()):
            kept.add_metric((route,), count)
        yield kept
        durations = HistogramMetricFamily(
            f"{PREFIX}request_seconds",
            "Seconds from the request to the end of its answer, without those answered in front of the application.",
            labels=("route",),
        )
        for route, buckets in sorted(dict(requests.buckets).items()):
            durations.add_metric((route,), _cumulated(list(buckets)), requests.seconds[route] / 1e9)
        yield durations

    def _of_queries(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        pool = self._pool
        outcomes = CounterMetricFamily(f"{PREFIX}sparql_queries", "SPARQL requests, by outcome.", labels=("outcome",))
        for outcome, count in sorted(dict(pool.outcomes).items()):
            outcomes.add_metric((outcome,), count)
        yield outcomes
        yield CounterMetricFamily(
            f"{PREFIX}query_worker_restarts",
            "Query workers started beyond the first ones: each was killed at a limit, died, or was replaced.",
            value=max(0, pool.started - pool.settings.query_workers - SPARE),
        )
        for name, text, value in (
            ("sparql_waiting", "SPARQL queries that wait for their turn.", pool.lanes.waiting),
            ("sparql_running", "SPARQL queries that are being evaluated.", pool.lanes.running),
            ("sparql_results_bytes", "Large results that lie in files until they are read.", pool.shelf.size),
        ):
            yield GaugeMetricFamily(PREFIX + name, text, value=value)
        caches = GaugeMetricFamily(f"{PREFIX}cache_bytes", "What is kept in memory, about.", labels=("cache",))
        for name, size in (("hot", self._hot.size), ("pages", self._site.cache.size), ("sparql", pool.cache.size)):
            caches.add_metric((name,), size)
        yield caches

    def _of_the_release(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        ready = GaugeMetricFamily(f"{PREFIX}ready", "Whether a release is open.")
        try:
            release = self._site.publisher.current().release
        except ReleaseError:
            ready.add_metric((), 0)
            yield ready
            return
        ready.add_metric((), 1)
        yield ready
        described = {"version": release.version, "digest": release.digest, "modified": release.modified}
        yield InfoMetricFamily(f"{PREFIX}release", "The release that is being served.", value=described)
        yield GaugeMetricFamily(f"{PREFIX}release_quads", "Quads in it.", value=release.manifest.quads)


def _cumulated(buckets: Sequence[int]) -> list[tuple[str, float]]:
    """As the format wants it: (upper bound, how many were no longer), up to infinity."""
    found: list[tuple[str, float]] = []
    total = 0
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
        total += count
        found.append((bound, total))
    return found


def metrics_router(site: Site, requests: Requests, hot: Hot, pool: QueryPool) -> APIRouter:
    """The metrics of one server."""
    router = APIRouter()
    made: list[CollectorRegistry] = []

    def registry() -> CollectorRegistry:
        # Here: a server that nobody watches needs none of it.
        from prometheus_client import CollectorRegistry, ProcessCollector

        if not made:
            own = CollectorRegistry()
            own.register(Collector(site, requests, hot, pool))
            ProcessCollector(registry=own)
            made.append(own)
        return made[0]

    def written() -> tuple[bytes, str]:
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

        return generate_latest(registry()), CONTENT_TYPE_PLAIN_0_0_4

    async def answer(request: Request) -> Response:
        body, content_type = await run_in_threadpool(written)
        headers = {"Content-Type": content_type, "Cache-Control": "no-store", "Content-Length": str(len(body))}
        return Response(b"" if request.method == "HEAD" else body, headers=headers)

    described: dict[int | str, dict[str, Any]] = {200: {"description": "The metrics", "content": {"text/plain": {}}}}
    for method in ("GET", "HEAD"):
        router.add_api_route(
            "/metrics",
            answer,
            methods=[method],
            name=f"{method} /metrics",
            summary="Metrics, in Prometheus' text format",
            response_class=Response,
            responses=described,
            include_in_schema=method == "GET",
        )
    return router
