"""/metrics: what is counted is what happened, and nothing that a visitor sends becomes a label."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from initiative_lod.settings import Settings
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.web.http.request_counts import BOUNDS, RequestCounts
from initiative_lod.web.http.response_cache import PLACES, START
from initiative_lod.web.routes.metrics import Collector
from patience import SECONDS, eventually
from service.conftest import Live, serve
from service.hostile import Target, get

DOCUMENT = "/doc/harbour-2031/action/2"
NAME = "initiative_lod_"
Labels = tuple[tuple[str, str], ...]
Figures = dict[tuple[str, Labels], float]


@pytest.fixture(scope="module")
def live(harbour_root: Path) -> Iterator[Live]:
    """A server of its own, which nobody else asks."""
    with serve(Settings(root=harbour_root, query_cpu_seconds=1, query_rows=1000)) as running:
        yield running


def figures(live: Live) -> Figures:
    """Every sample, by name and labels."""
    answer = live.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Figures, name: str, **labels: str) -> float:
    return found.get((NAME + name, tuple(sorted(labels.items()))), 0.0)


def requests(found: Figures, route: str, status: int) -> float:
    return value(found, "requests_total", route=route, status=str(status))


def test_it_is_prometheus_text(live: Live) -> None:
    answer = live.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for odd in ("application/openmetrics-text;version=1.0.0;escaping=", ";;,", "image/png"):
        assert live.get("/metrics", odd).status_code == 200
    head = live.get("/metrics", method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    assert live.get("/metrics", method="OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS"
    assert live.get("/metrics", method="POST").status_code == 405
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"process_resident_memory_bytes", "process_cpu_seconds"} <= names
    assert all(name.startswith((NAME, "process_")) for name in names)


def test_requests_are_counted_by_route_and_status(live: Live) -> None:
    before = figures(live)
    for path, status in (
        (DOCUMENT, 200), ("/doc/nothing", 404), ("/id/harbour-2031", 303), ("/", 200), ("/ontology.nt", 200),
        ("/.well-known/void", 200), ("/search?q=x", 200), ("/nothing/at/all", 404), ("/healthz", 200),
    ):  # fmt: skip
        assert live.get(path).status_code == status
    live.get("/", method="DELETE")
    after = figures(live)
    for route, status in (
        ("doc", 200), ("doc", 404), ("id", 303), ("start", 200), ("ontology", 200), (".well-known", 200),
        ("search", 200), ("other", 404), ("healthz", 200), ("start", 405),
    ):  # fmt: skip
        assert requests(after, route, status) - requests(before, route, status) == 1, (route, status)
    assert requests(after, "metrics", 200) - requests(before, "metrics", 200) == 1


def test_durations_are_a_histogram(live: Live) -> None:
    live.get("/search?q=x")
    found = figures(live)
    buckets = [value(found, "request_seconds_bucket", route="search", le=str(bound)) for bound in (*BOUNDS, "+Inf")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == value(found, "request_seconds_count", route="search") >= 1
    assert 0 < value(found, "request_seconds_sum", route="search") < SECONDS


def test_what_is_answered_in_front_is_counted_too(live: Live) -> None:
    before = figures(live)
    tag = live.get(DOCUMENT, "text/html").headers["etag"]
    for _ in range(9):
        assert live.get(DOCUMENT, "text/html").status_code == 200
    for _ in range(5):
        assert live.get(DOCUMENT, "text/html", if_none_match=tag).status_code == 304
    after = figures(live)
    assert requests(after, "doc", 200) - requests(before, "doc", 200) == 10
    assert requests(after, "doc", 304) - requests(before, "doc", 304) == 5
    for name, more in (("cached_responses_total", 9 + 4), ("request_seconds_count", 2)):
        assert value(after, name, route="doc") - value(before, name, route="doc") == more
    assert value(after, "cache_bytes", cache="responses") > value(before, "cache_bytes", cache="responses")


@pytest.mark.thorough
def test_queries_are_counted_by_what_became_of_them(live: Live) -> None:
    def ask(query: str, status: int) -> None:
        assert live.get(f"/sparql?query={quote(query)}", "*/*").status_code == status

    before = figures(live)
    everything = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    ask("SELECT * { ?s ?p ?o } LIMIT 3", 200)
    ask("SELECT * { ?s ?p ?o } LIMIT 3", 200)
    ask("SELECT", 400)
    ask("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403)
    ask(everything, 413)
    ask(everything.replace("*", "(COUNT(*) AS ?n)"), 504)
    after = figures(live)

    def outcomes(name: str) -> float:
        return value(after, "sparql_queries_total", outcome=name) - value(before, "sparql_queries_total", outcome=name)

    counted = {name: outcomes(name) for name in ("answered", "cached", "refused", "too_large", "timeout", "memory")}
    assert counted == {"answered": 1, "cached": 1, "refused": 2, "too_large": 1, "timeout": 1, "memory": 0}
    assert requests(after, "sparql", 200) - requests(before, "sparql", 200) == 2
    assert value(after, "cache_bytes", cache="sparql") > 0
    assert eventually(lambda: value(figures(live), "query_worker_restarts_total") >= 1)


def test_a_queue_that_is_full_is_seen(harbour_root: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with serve(Settings(root=harbour_root, query_workers=1, query_queue=1, query_per_client=2)) as live:
        target = Target(int(live.url.rsplit(":", 1)[1]))
        with target.connect() as running, target.connect() as waiting:
            for connection in (running, waiting):
                connection.sendall(get(endless))
            assert eventually(lambda: value(figures(live), "sparql_waiting") == 1)
            assert value(figures(live), "sparql_running") == 1
            assert live.get(f"/sparql?query={quote(endless)}", "*/*").status_code == 429
        assert eventually(lambda: value(figures(live), "sparql_running") == 0)
        assert value(figures(live), "sparql_queries_total", outcome="client_busy") == 1


def test_the_release_is_told(live: Live, tmp_path: Path) -> None:
    found = figures(live)
    release = live.opened.release
    (labels,) = [dict(labels) for name, labels in found if name == f"{NAME}release_info"]
    assert labels == {"version": release.version, "digest": release.digest, "modified": release.modified}
    assert value(found, "release_quads") == release.manifest.quads
    assert value(found, "ready") == 1
    (tmp_path / "releases").mkdir()
    with serve(Settings(root=tmp_path)) as empty:
        assert value(figures(empty), "ready") == 0


def test_no_label_is_a_visitors(live: Live) -> None:
    """Whatever is asked, the labels are from closed sets."""
    for path in (
        "/{}",
        "/doc/{}",
        "/{}/x",
        "/{}.ttl",
        "/doc/x?{}",
        "/%FF{}",
        "//{}",
        "/./{}",
        "/sparql/{}",
        "/graph/{}",
    ):
        for number in range(3):
            live.get(path.format(f"visitor{number}"))
    text = live.get("/metrics").text
    assert "visitor" not in text
    routes = {dict(labels)["route"] for name, labels in figures(live) if "route" in dict(labels)}
    known = {
        "start", "other", "id", "doc", "ontology", "shapes", "dataset", "graph", "resource", "linkset", "cite",
        ".well-known", "context", "releases", "release", "static", "healthz", "readyz", "metrics", "search",
        "questions", "compare", "sparql", "reconcile", "openapi",
    }  # fmt: skip
    assert routes <= known | {"changes", "timemap", "timegate", "memento", "terms"}
    assert len(text) < 40_000


@pytest.mark.thorough
def test_it_is_read_while_counting_goes_on(live: Live) -> None:
    """A new route or status may turn up at any moment, in the server's own thread."""
    counted, site, pool = RequestCounts(["/doc/"]), live.app.site, QueryPool(live.settings)
    collector, in_front = Collector(site, counted, pool), site.cache.counts
    done = threading.Event()

    def count() -> None:
        number = 0
        while not done.is_set():
            number += 1
            counted.counts[f"route{number % 1000}", 200] += 1
            counted.buckets.setdefault(f"route{number % 1000}", [0] * (len(BOUNDS) + 1))
            in_front["/doc/", number % 1000] = [1]
            if number % 1000 == 0:
                for table in (counted.counts, counted.buckets, in_front):
                    table.clear()

    thread, interval = threading.Thread(target=count), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that counting goes on in the middle of reading
    thread.start()
    try:
        for _ in range(30):
            assert len(list(collector.collect())) > 8
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_classes_of_paths() -> None:
    counted = RequestCounts(("/", "/doc/{path:path}", "/ontology.{suffix}", "/.well-known/void"), "/lod")
    for path, route in (
        ("/", "start"), ("/lod/", "start"), ("/doc/x", "doc"), ("/lod/doc/x", "doc"), ("/ontology.ttl", "ontology"),
        ("/ontology", "ontology"), ("/.well-known/void", ".well-known"), ("/lod/lod/doc", "other"), ("", "start"),
        ("*", "other"), ("/docs", "other"), ("//doc", "start"), ("/{path}", "other"),
    ):  # fmt: skip
        assert counted.route(path) == route, path


def test_every_place_in_front_has_a_route_of_its_own(live: Live) -> None:
    routes = {live.app.counts.route(place) for place in PLACES}
    assert "other" not in routes
    assert len(routes) == len(PLACES)
    for number in range(3):
        live.get(f"/doc/harbour-2031/action/{number}?page=1")
    assert {place for place, _ in live.app.site.cache.counts} <= {START, *PLACES}


def test_servers_do_not_mix_and_nothing_is_global(live: Live, harbour_root: Path) -> None:
    live.get("/healthz")
    with serve(Settings(root=harbour_root)) as other:
        assert requests(figures(other), "healthz", 200) == 0
    assert requests(figures(live), "healthz", 200) >= 1
    assert not any(metric.name.startswith(NAME) for metric in REGISTRY.collect())


def test_under_a_prefix(prefixed: Live) -> None:
    before = figures(prefixed)
    prefixed.get("/search?q=x")
    assert requests(figures(prefixed), "search", 200) - requests(before, "search", 200) == 1
