"""Overload: no address takes from another, who finds no room is told so, and what means nothing makes nothing new."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from initiative_lod.errors import Busy, OutOfTime
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.release.time_limit import LIMIT, TimeLimit
from initiative_lod.settings import Settings
from initiative_lod.web.http import lanes
from initiative_lod.web.http.fair_starts import ALL, BEGUN, MOST, SENT, FairStarts
from initiative_lod.web.http.lanes import PageThreads
from initiative_lod.web.http.request import Client
from patience import SECONDS, eventually
from service.conftest import Live, serve

BROWSER = "text/html"
BASE = "https://w3id.org/initiative-lod/"
LEAGUE = f"{BASE}id/institution/lighthouse-league"
QUEUE = 2
#: Of each lane a request whose answer has to be made. {version} is the current release.
MADE = {
    "documents": "/doc/harbour-2031/action/1.jsonld",
    "resources": f"/resource?iri={LEAGUE}",
    "linksets": f"/linkset?iri={LEAGUE}",
    "citations": f"/cite?iri={LEAGUE}&style=apa",
    "searches": "/search?q=lighthouses",
    "start": "/",
    "about": "/about",
    "reading": "/read/harbour-2031",
    "indexes": "/things/topic",
    "pictures": "/pictures/wording",
    "suggestions": "/suggest?q=light",
    "context": "/context.jsonld",
    "questions": "/questions",
    "comparisons": "/compare",
    "terms": "/sparql/terms.json",
    "query pages": "/sparql",
    "releases": "/releases",
    "changes": "/releases/changes",
    "feeds": "/sitemap.xml",
    "mementos": "/timemap/doc/harbour-2031",
    "reconciliation": "/reconcile",
    "metrics": "/metrics",
    "older releases": "/release/{version}/doc/harbour-2031",
    "errors": "/nothing",
}


@contextmanager
def occupied(live: Live) -> Iterator[threading.Event]:
    """Every thread that makes answers is at work, until the event is set."""
    through, begun = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        begun.release()
        through.wait(SECONDS)

    pools = live.app.site.threads.pools
    count = sum(pool._max_workers for pool in pools)
    for pool in pools:
        for _ in range(pool._max_workers):
            pool.submit(work)
    try:
        for _ in range(count):
            assert begun.acquire(timeout=SECONDS)
        yield through
    finally:
        through.set()


def send(live: Live, path: str, accept: str, address: str = "127.0.0.1") -> socket.socket:
    port = int(live.url.rsplit(":", 1)[1])
    connection = socket.create_connection(("127.0.0.1", port), SECONDS, (address, 0))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: data.example\r\nAccept: {accept}\r\n\r\n".encode())
    return connection


def accepted(name: str) -> str:
    return {"searches": "application/json", "linksets": "*/*", "citations": "*/*"}.get(name, f"{BROWSER},*/*;q=0.1")


@pytest.fixture(scope="module")
def crowded(harbour_root: Path, unrendered: Path) -> Iterator[Live]:
    """A server where few may wait, and no one's share of the places is smaller than another's."""
    settings = Settings(root=harbour_root, releases=unrendered, page_queue=QUEUE, page_per_client=1000)
    with serve(settings) as live:
        yield live


def paths(live: Live) -> dict[str, str]:
    return {name: path.format(version=live.opened.release.version) for name, path in MADE.items()}


def test_each_lane_is_full_on_its_own_and_the_rest_is_answered(crowded: Live) -> None:
    turns_of = {lane.name: lane.turns for lane in crowded.app.site.threads.lanes}
    del turns_of["statements"]  # of which the second document has none
    assert turns_of.keys() == MADE.keys()
    tag = crowded.get("/doc/harbour-2031/action/2.ttl").headers["etag"]
    waiting: list[tuple[str, socket.socket]] = []
    with occupied(crowded) as through:
        for name, path in paths(crowded).items():
            room = QUEUE + (turns_of[name].free + turns_of[name].running)
            waiting += [(name, send(crowded, path, accepted(name))) for _ in range(room)]
            assert eventually(lambda name=name: turns_of[name].waiting == QUEUE), name  # type: ignore[misc]
            refused = crowded.get(path, accepted(name))
            if name == "errors":  # it is told all the same, in a page that costs nothing
                assert (refused.status_code, refused.headers["content-type"][:9]) == (404, "text/html")
                continue
            assert refused.status_code == 503, name
            assert int(refused.headers["retry-after"]) >= 1
            assert refused.headers["cache-control"] == "no-store"
        # Every lane is full. What needs none is answered.
        for path in ("/healthz", "/readyz", "/doc/harbour-2031/action/2.ttl", "/static/site.css"):
            assert crowded.get(path).status_code == 200, path
        assert crowded.get("/doc/harbour-2031/action/2.ttl", if_none_match=tag).status_code == 304
        assert crowded.get("/id/harbour-2031").status_code == 303
        assert crowded.get("/dataset/dump.nq.gz", range="bytes=0-9").status_code == 206
        assert crowded.get("/nothing", "application/json").status_code == 404
        through.set()
        statuses = {(name, connection.recv(12)[-3:]) for name, connection in waiting}
    for _, connection in waiting:
        connection.close()
    assert statuses == {(name, b"404" if name == "errors" else b"200") for name in MADE} - {("changes", b"200")} | {
        ("changes", b"307")
    }


def test_whoever_leaves_gives_the_place_back(crowded: Live) -> None:
    turns_of = {lane.name: lane.turns for lane in crowded.app.site.threads.lanes}
    with occupied(crowded):
        for name, path in paths(crowded).items():
            for _ in range(QUEUE + 1):
                send(crowded, path, accepted(name)).close()
            assert eventually(lambda name=name: not turns_of[name].waiting + turns_of[name].running), name  # type: ignore[misc]


def test_of_one_client_so_many_wait_and_others_find_room(harbour_root: Path, unrendered: Path) -> None:
    few = Settings(root=harbour_root, releases=unrendered, page_queue=20, page_per_client=3)
    settings = replace(few, trusted_proxies="127.0.0.1")
    with serve(settings) as live, occupied(live) as through:
        turns = next(lane.turns for lane in live.app.site.threads.lanes if lane.name == "start")
        waiting = [send(live, "/", BROWSER) for _ in range(3)]
        assert eventually(lambda: turns.waiting == 2)
        refused = live.get("/", BROWSER)
        assert (refused.status_code, int(refused.headers["retry-after"]) >= 1) == (429, True)
        other = threading.Thread(target=live.get, args=("/", BROWSER), kwargs={"x_forwarded_for": "192.0.2.7"})
        other.start()
        assert eventually(lambda: turns.waiting == 3)
        through.set()
        other.join(SECONDS)
        for connection in waiting:
            assert connection.recv(12)[-3:] == b"200"
            connection.close()


def test_where_a_lane_is_full_whoever_used_it_most_makes_room(crowded: Live) -> None:
    lane = next(lane for lane in crowded.app.site.threads.lanes if lane.name == "linksets")
    path = paths(crowded)["linksets"]
    with send(crowded, path, "*/*", "127.0.0.2") as connection:
        assert connection.recv(12)[-3:] == b"200"
        assert eventually(lambda: not lane.turns.running)
    with occupied(crowded) as through:
        hungry = [send(crowded, path, "*/*", "127.0.0.2") for _ in range(QUEUE + 1)]
        assert eventually(lambda: lane.turns.waiting == QUEUE)
        calm = send(crowded, path, "*/*", "127.0.0.3")
        (refused,), _, _ = select.select(hungry, [], [], SECONDS)  # while all others wait
        assert (refused.recv(12)[-3:], lane.turns.waiting) == (b"503", QUEUE)
        through.set()
        hungry.remove(refused)
        assert [connection.recv(12)[-3:] for connection in (*hungry, calm)] == [b"200"] * (QUEUE + 1)
    for connection in (*hungry, refused, calm):
        connection.close()


def test_a_page_is_made_once_for_all_who_wait_for_it(
    harbour_root: Path, unrendered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(Settings(root=harbour_root, releases=unrendered)) as live:
        pages, made = live.app.site.pages, []
        start = pages.start

        def counted(*given: Any) -> tuple[str, bytes]:
            made.append(1)
            return start(*given)

        monkeypatch.setattr(pages, "start", counted)
        with occupied(live) as through:
            waiting = [send(live, "/", BROWSER) for _ in range(10)]
            turns = next(lane.turns for lane in live.app.site.threads.lanes if lane.name == "start")
            assert eventually(lambda: turns.waiting == 9)
            through.set()
            for connection in waiting:
                assert connection.recv(12)[-3:] == b"200"
                connection.close()
        assert len(made) == 1


def test_no_table_of_a_release_is_made_where_all_requests_are_taken(
    harbour_root: Path, unrendered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is the first to need one waits for it in a lane, and keeps nobody else waiting."""
    made: list[str] = []
    apart = OpenRelease.apart

    def noted(opened: OpenRelease, make: Callable[[], Any]) -> Any:
        made.append(threading.current_thread().name.partition("_")[0])
        return apart(opened, make)

    monkeypatch.setattr(OpenRelease, "apart", noted)
    with serve(Settings(root=harbour_root, releases=unrendered)) as live:
        for path, status in (
            ("/questions", 200),
            ("/read/harbour-2031", 200),  # the documents
            ("/statements/none.csv", 404),  # the codings
            ("/search?q=lighthouses&document=harbour-2031", 200),  # the index
        ):
            made.clear()
            assert live.get(path, f"{BROWSER},*/*;q=0.1").status_code == status, path
            assert set(made) == {"page"}, path


# A lane by itself


def run(work: Callable[[PageThreads], Awaitable[Any]], **settings: Any) -> Any:
    threads = PageThreads(Settings(root=Path(), **settings))

    async def main() -> Any:
        async with asyncio.timeout(SECONDS):
            return await work(threads)

    try:
        return asyncio.run(main())
    finally:
        threads.stop()


async def stays() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_what_takes_too_long_is_told_and_keeps_its_turn_until_it_ends() -> None:
    through = threading.Event()

    async def work(threads: PageThreads) -> None:
        lane = threads.lane("slow")
        with pytest.raises(Busy):
            await lane.run(Client("192.0.2.7"), stays, through.wait)
        assert lane.turns.running == 1  # the thread is still taken, and says so
        through.set()
        while lane.turns.running:
            await asyncio.sleep(0.01)
        assert await lane.run(Client("192.0.2.7"), stays, lambda: 7) == 7

    run(work, page_seconds=0.1)


def test_work_for_a_client_that_left_ends_at_its_next_look_up(harbour_root: Path) -> None:
    opened = Publisher(Settings(root=harbour_root).release_folder).current()
    begun, ended = threading.Event(), threading.Event()

    def endless() -> None:
        try:
            while True:
                list(opened.quads(opened.iris.thing("dataset")))
                begun.set()
        except OutOfTime:
            ended.set()
            raise

    async def leaves() -> Message:
        while not begun.is_set():
            await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def work(threads: PageThreads) -> None:
        lane = threads.lane("endless")
        with pytest.raises(ClientDisconnect):
            await lane.run(Client("192.0.2.7"), leaves, endless)
        while lane.turns.running:
            await asyncio.sleep(0.01)

    run(work, page_seconds=SECONDS)
    assert ended.is_set()


def test_every_way_to_look_asks_the_limit(harbour_root: Path) -> None:
    opened = Publisher(Settings(root=harbour_root).release_folder).current()
    looks: list[Callable[[], object]] = [
        lambda: list(opened.quads()),
        lambda: list(opened.triples()),
        lambda: opened.holds(),
        lambda: opened.select("size"),
    ]
    long = iter(opened.quads())
    next(long)
    token = LIMIT.set(TimeLimit(-1.0))
    try:
        for look in looks:
            with pytest.raises(OutOfTime):
                look()
    finally:
        LIMIT.reset(token)
    assert next(long) is not None  # what began without a limit has none


# Arguments that mean nothing

ADDRESSES = [
    "/", "/doc/harbour-2031/action/1", "/doc/harbour-2031/action/1.ttl", "/ontology", "/dataset",
    f"/resource?iri={LEAGUE}",
    f"/linkset?iri={LEAGUE}", f"/cite?iri={LEAGUE}&style=apa", "/compare",
    f"/compare?iri={LEAGUE}&iri=harbour-2031/action/1", "/questions",
    "/questions/prohibitions", "/releases", "/context.jsonld", "/static/site.css", "/sparql/terms.json",
    "/search?q=lighthouses", "/dataset/dump.nq.gz", "/.well-known/void", "/timemap/doc/harbour-2031",
]  # fmt: skip
NONSENSE = ("x={}", "lang=x{}", "%00={}", "choose=nothing-{}", "page%5b%5d={}", "LANG=zh{}")


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_argument_that_means_nothing_makes_nothing_new(harbour: Live, path: str) -> None:
    accept = "*/*"
    for _ in range(2):  # the first is kept after it was sent
        plain = harbour.get(path, accept)
    assert plain.status_code == 200
    joint = "&" if "?" in path else "?"
    cache = harbour.app.site.cache
    size = cache.size
    for number, nonsense in enumerate(NONSENSE * 2):
        if path.startswith("/timemap/") or ("choose" in nonsense and not path.startswith("/compare")):
            nonsense = "x={}" if not path.startswith("/timemap/") else ""
        if "lang" in nonsense and path.startswith("/search"):
            continue  # there it is the language of the words
        answer = harbour.get(f"{path}{joint if nonsense else ''}{nonsense.format(number)}", accept)
        assert (answer.status_code, answer.content) == (200, plain.content)
        assert answer.headers.get("etag") == plain.headers.get("etag")
        assert answer.headers.get("link") == plain.headers.get("link")
        if nonsense and "choose" not in nonsense and "public" in plain.headers.get("cache-control", ""):
            assert answer.headers["cache-control"].startswith("private"), nonsense  # shared caches make no entry
    assert cache.size == size


@pytest.mark.parametrize(
    "query",
    ["lang={}", "page=0000{}", "_profile=x{}", "page=1&page={}", "v={}", "iri={}", "x={}", "lang=zh-{}", "%6cang=x{}"],
)
def test_no_spelling_fills_the_cache_in_front(harbour: Live, query: str) -> None:
    cache = harbour.app.site.cache
    for path in ("/doc/harbour-2031/action/1.ttl", "/static/site.css"):
        for _ in range(2):  # the first is kept after it was sent
            harbour.get(path)
            harbour.get(f"{path}?{query.format(1)}")
        size = cache.size
        for number in range(2, 12):
            assert harbour.get(f"{path}?{query.format(number)}").status_code in (200, 400, 404)
        assert cache.size == size


# Fair starts


def test_a_client_that_asks_much_lets_another_one_begin() -> None:
    begun: list[str] = []

    async def main() -> None:
        starts = FairStarts()

        async def one(client: str) -> None:
            await starts.wait(client)
            begun.append(client)

        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            for client in ["many"] * 64 + ["other"]:
                group.create_task(one(client))

    asyncio.run(main())
    assert begun.index("other") == MOST // BEGUN
    assert begun.count("many") == 64


def test_many_clients_together_let_health_begin_first_and_begin_in_order() -> None:
    begun: list[str] = []

    async def main() -> None:
        starts = FairStarts()

        async def one(client: str, first: bool = False) -> None:
            await starts.wait(client, first=first)
            begun.append(client)

        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            for number in range(64):
                group.create_task(one(f"client {number}"))
            group.create_task(one("other"))
            group.create_task(one("watcher", first=True))

    asyncio.run(main())
    assert begun.index("watcher") == ALL // BEGUN
    begun.remove("watcher")
    assert begun == [*(f"client {number}" for number in range(64)), "other"]


def test_whoever_had_least_begins_first() -> None:
    """Of many that always want to begin, all get the same; one that asks for less never waits long."""
    begun: list[str] = []

    async def main() -> None:
        starts = FairStarts()

        async def hungry(client: str) -> None:
            while True:
                await starts.wait(client)
                begun.append(client)

        async with asyncio.timeout(SECONDS):
            tasks = [asyncio.create_task(hungry(f"client {number}")) for number in range(40)]
            while len(begun) < 400:
                await asyncio.sleep(0)
            counts = [begun.count(f"client {number}") for number in range(40)]
            assert max(counts) - min(counts) <= 3
            for _ in range(3):
                before = len(begun)
                await starts.wait("calm")
                assert len(begun) - before <= 2 * ALL // BEGUN
                while len(begun) < before + 80:
                    await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())


def test_nobody_waits_for_ever_to_begin() -> None:
    """Not even who had much, while others come all the time that had nothing."""
    others: list[asyncio.Task[None]] = []

    async def main() -> None:
        starts = FairStarts()
        for _ in range(20):
            await starts.wait("much")
        for turn in range(4):
            others.extend(asyncio.create_task(starts.wait(f"{turn}, {number}")) for number in range(2 * ALL // BEGUN))
            await asyncio.sleep(0)
        waiting = asyncio.create_task(starts.wait("much"))
        for turn in range(4, 40):
            others.extend(asyncio.create_task(starts.wait(f"{turn}, {number}")) for number in range(2 * ALL // BEGUN))
            await asyncio.sleep(0)
        assert waiting.done()
        assert not all(task.done() for task in others)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run(main())


def test_a_flood_of_what_goes_first_takes_no_start_from_others() -> None:
    begun: list[str] = []

    async def main() -> None:
        starts = FairStarts()

        async def one(client: str, first: bool) -> None:
            await starts.wait(client, first=first)
            begun.append(client)

        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            for number in range(64):
                group.create_task(one(f"watcher {number}", first=True))
            for number in range(64):
                group.create_task(one(f"client {number}", first=False))

    asyncio.run(main())
    turn = 2 * ALL // BEGUN
    for end in range(turn, 128 + 1, turn):
        assert sum(name.startswith("watcher") for name in begun[:end]) == end / 2
    assert len(begun) == 128


def test_whoever_leaves_while_waiting_holds_nobody_up() -> None:
    """Not even where all those leave at once that were next."""

    async def main() -> None:
        starts = FairStarts()
        for number in range(ALL // BEGUN):
            await starts.wait(f"client {number}")
        leaving = [asyncio.create_task(starts.wait(f"leaving {number}")) for number in range(100)]
        staying = asyncio.create_task(starts.wait("staying"))
        await asyncio.sleep(0)  # some begin, the others wait
        async with asyncio.timeout(SECONDS):
            for task in leaving:
                task.cancel()
            await asyncio.gather(*leaving, return_exceptions=True)
            await staying

    asyncio.run(main())


def test_the_loop_gives_way_where_some_go_on_waiting() -> None:
    given: list[int] = []

    async def main() -> None:
        starts, most = FairStarts(lambda: given.append(1)), ALL // BEGUN
        async with asyncio.timeout(SECONDS):
            for number in range(most):
                await starts.wait(f"client {number}")
            await starts.wait("client after them")  # nobody is left when it begins
            assert not given
            async with asyncio.TaskGroup() as group:
                for number in range(4 * most):
                    group.create_task(starts.wait(f"another client {number}"))
            assert len(given) >= 2

    asyncio.run(main())


def test_threads_that_are_at_work_are_given_way_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def work(threads: PageThreads) -> None:
        pages, others = threads.lane("pages"), threads.lane("of others", apart=SECONDS)
        monkeypatch.setattr(lanes, "time", SimpleNamespace(sleep=slept.append))
        for lane, expected in ((pages, 1), (others, 0)):
            through = threading.Event()
            slept.clear()
            threads.give_way()
            assert slept == []
            answer = asyncio.create_task(lane.run(Client("192.0.2.7"), stays, partial(through.wait, SECONDS)))
            while not lane.is_at_work:
                await asyncio.sleep(0.01)
            threads.give_way()
            assert slept == [lanes.GIVEN_SECONDS] * expected
            through.set()
            assert await answer
            while lane.is_at_work:
                await asyncio.sleep(0.01)

    run(work)


def test_what_is_kept_takes_a_smaller_share_of_a_turn() -> None:
    async def main() -> None:
        starts = FairStarts()
        for _ in range(MOST):
            assert starts.has_room("many", SENT)
            starts.take("many", SENT)
        assert not starts.has_room("many", SENT)
        assert not starts.has_room("many", BEGUN)
        assert starts.has_room("other", BEGUN)
        await asyncio.sleep(0)  # the next turn
        assert starts.has_room("many", BEGUN)

    asyncio.run(main())
    assert SENT < BEGUN
