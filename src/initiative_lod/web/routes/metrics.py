"""/metrics: what an operator watches, in Prometheus' text format. Counted as plain integers, put together when asked.

No label holds anything that a visitor sent (see ``request_counts``). The registry is this server's own, so that two
servers in one process never mix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette import requests, responses

from initiative_lod.errors import EngineDown, ReleaseError
from initiative_lod.formats import TEXT
from initiative_lod.sparql.pool import SPARE, QueryPool
from initiative_lod.web.follower import Follower
from initiative_lod.web.http.request import Response
from initiative_lod.web.http.request_counts import BOUNDS, RequestCounts
from initiative_lod.web.routes.routing import CROWDED, Address, Outcome, in_lane
from initiative_lod.web.site import Site

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

PREFIX = "initiative_lod_"


class Collector:
    """Makes the metrics of what has been counted, each time that they are asked for.

    It runs in a thread while the server goes on counting, so it takes a copy of each table before it walks through.
    """

    def __init__(self, site: Site, counts: RequestCounts, pool: QueryPool, follower: Follower | None = None) -> None:
        self._site, self._counts, self._pool, self._follower = site, counts, pool, follower

    def collect(self) -> Iterator[Metric]:
        """Every metric but the process's own."""
        yield from self._of_requests()
        yield from self._of_queries()
        if self._pool.settings.store:
            proofs = self._pool.engine.proofs
            yield _counter("engine_proofs", "Proofs of the engine that has the release, by outcome.", proofs)
        if self._follower is not None:
            yield from self._of_the_origin(self._follower)
        yield from self._of_the_release()

    def _of_requests(self) -> Iterator[Metric]:
        from prometheus_client.core import HistogramMetricFamily

        counts, cached, in_front = self._counts, Counter[tuple[str, int]](), Counter[str]()
        for (place, status), cell in dict(self._site.cache.counts).items():
            cached[counts.route(place), status] += cell[0]
        for (route, _), count in cached.items():
            in_front[route] += count
        told = "Requests, by route and status (0: the client left first)."
        yield _counter("requests", told, Counter(dict(counts.counts)) + cached, ("route", "status"))
        told = "What was refused before it was a request, by reason and status."
        yield _counter("refused", told, counts.refused, ("reason", "status"))
        told = "Requests answered in front of the application, of all."
        yield _counter("cached_responses", told, in_front, ("route",))
        durations = HistogramMetricFamily(
            f"{PREFIX}request_seconds",
            "Seconds from the request to the end of its answer, without those answered in front of the application.",
            labels=("route",),
        )
        for route, buckets in sorted(dict(counts.buckets).items()):
            durations.add_metric((route,), _cumulated(list(buckets)), counts.seconds[route] / 1e9)
        yield durations

    def _of_queries(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        pool = self._pool
        yield _counter("sparql_queries", "SPARQL requests, by outcome.", pool.outcomes)
        restarts = max(0, pool.started - pool.settings.query_workers - SPARE)
        told = "Query workers started beyond the first ones: each was killed at a limit, died, or was replaced."
        yield _counter("query_worker_restarts", told, {(): restarts}, ())
        yield _gauge("sparql_waiting", "SPARQL queries that wait for their turn.", pool.turns.waiting)
        yield _gauge("sparql_running", "SPARQL queries that are being evaluated.", pool.turns.running)
        yield _gauge("sparql_results_bytes", "Large results that lie in files until they are read.", pool.shelf.size)
        caches = GaugeMetricFamily(f"{PREFIX}cache_bytes", "What is kept in memory, about.", labels=("cache",))
        for name, size in (("responses", self._site.cache.size), ("sparql", pool.cache.size)):
            caches.add_metric((name,), size)
        yield caches

    def _of_the_origin(self, follower: Follower) -> Iterator[Metric]:
        yield _counter("origin_looks", "Looks at the origin that is followed, by outcome.", follower.outcomes)
        for name, text, value in (
            ("origin_reachable", "Whether the origin that is followed answered the last look.", follower.reachable),
            ("origin_followed", "Whether the release that was current there is current here.", follower.up_to_date),
            ("origin_answered_timestamp_seconds", "When the origin last answered a look; 0: never.", follower.looked),
        ):
            yield _gauge(name, text, float(value))

    def _of_the_release(self) -> Iterator[Metric]:
        from prometheus_client.core import InfoMetricFamily

        told = "Whether a release is open and can be read."
        try:
            opened = self._site.current()
            opened.condition.check()
        except ReleaseError:
            yield _gauge("ready", told, 0)
            return
        try:
            self._pool.engine.check(opened)
        except EngineDown:
            yield _gauge("ready", told, 0)
        else:
            yield _gauge("ready", told, 1)
        release = opened.release
        described = {"version": release.version, "digest": release.digest, "modified": release.modified}
        yield InfoMetricFamily(f"{PREFIX}release", "The release that is being served.", value=described)
        yield _gauge("release_quads", "Quads in it.", release.manifest.quads)


def _counter(name: str, text: str, counts: Mapping[Any, float], labels: Sequence[str] = ("outcome",)) -> Metric:
    """A number that grows for each key of ``counts``: the value of its label, or of each of several."""
    from prometheus_client.core import CounterMetricFamily

    found = CounterMetricFamily(f"{PREFIX}{name}", text, labels=labels)
    for key, count in sorted(dict(counts).items()):
        found.add_metric([str(value) for value in key] if isinstance(key, tuple) else [key], count)
    return found


def _gauge(name: str, text: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"{PREFIX}{name}", text, value)


def _cumulated(buckets: Sequence[int]) -> list[tuple[str, float]]:
    """As the format wants it: (upper bound, how many were no longer), up to infinity."""
    found: list[tuple[str, float]] = []
    total = 0
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
        total += count
        found.append((bound, total))
    return found


def metrics_address(site: Site, counts: RequestCounts, pool: QueryPool, follower: Follower | None = None) -> Address:
    """The metrics of one server."""
    made: list[CollectorRegistry] = []
    lane = site.threads.lane("metrics")

    def registry() -> CollectorRegistry:
        # Here: a server that nobody watches needs none of it.
        from prometheus_client import CollectorRegistry, ProcessCollector

        if not made:
            own = CollectorRegistry()
            own.register(Collector(site, counts, pool, follower))
            ProcessCollector(registry=own)
            made.append(own)
        return made[0]

    def written() -> tuple[bytes, str]:
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

        return generate_latest(registry()), CONTENT_TYPE_PLAIN_0_0_4

    async def answer(http: requests.Request) -> responses.Response:
        body, content_type = await in_lane(site, lane, http, site.read(http.scope), written)
        return Response(200, (("Content-Type", content_type), ("Cache-Control", "no-store")), body).to(http.method)

    outcomes = {200: Outcome("The metrics", (TEXT,)), **CROWDED}
    return Address("/metrics", answer, "Metrics, in Prometheus' text format", outcomes)
