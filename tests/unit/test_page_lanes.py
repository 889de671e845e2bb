"""Lanes of pages: what a thread leaves behind when its work fails, and work without threads."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.errors import Busy, InitiativeLodError, OutOfTime
from initiative_lod.release.time_limit import LIMIT
from initiative_lod.settings import Settings
from initiative_lod.web.http.lanes import PageThreads
from initiative_lod.web.http.request import Client

THING = NamedNode("http://example.org/thing")
STORE = Store()
STORE.extend(Quad(THING, THING, Literal(number)) for number in range(9))


def in_a_loop() -> None:
    for _ in STORE:
        raise InitiativeLodError("in a loop")


def in_a_generator() -> None:
    def values() -> Iterator[str]:
        for quad in STORE.quads_for_pattern(THING, None, None):
            yield str(quad)

    begun = values()
    next(begun)
    raise InitiativeLodError("with a generator that is begun")


def told_as_another() -> None:
    rows: Any = STORE.query("SELECT * { ?s ?p ?o }")
    try:
        next(rows)
        raise ValueError("within")
    except ValueError as error:
        raise InitiativeLodError("without") from error


@pytest.mark.parametrize("work", [in_a_loop, in_a_generator, told_as_another])
def test_an_iterator_that_an_error_held_is_freed_in_its_own_thread(
    work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's iterators may be freed nowhere else, and an error goes to the thread that waits for it."""
    lost: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: lost.append(found.exc_value))

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def ask() -> None:
        threads = PageThreads(Settings())
        try:
            with pytest.raises(InitiativeLodError) as caught:
                await threads.lane("test").run(Client("127.0.0.1"), receive, work)
            assert caught.traceback[-1].name == work.__name__, "the traceback still says where it was"
        finally:
            threads.stop()

    asyncio.run(ask())
    gc.collect()
    assert lost == []


def test_work_in_place_is_done_by_who_asks_and_gives_its_turn_back() -> None:
    async def receive() -> Any:
        await asyncio.Event().wait()

    def late() -> None:
        assert LIMIT.get() is not None
        raise OutOfTime("late")

    async def ask() -> None:
        threads = PageThreads(Settings())
        lane = threads.lane("test")
        threads.work_in_place()
        try:
            for _ in range(3):  # of which one at a time has a turn
                found = await lane.run(Client("127.0.0.1"), receive, lambda: (threading.get_ident(), LIMIT.get()))
                assert found[0] == threading.get_ident()
                assert found[1] is not None
                with pytest.raises(Busy):
                    await lane.run(Client("127.0.0.1"), receive, late)
                with pytest.raises(InitiativeLodError, match="in a loop"):
                    await lane.run(Client("127.0.0.1"), receive, in_a_loop)
            assert lane.turns.running == 0
            assert LIMIT.get() is None
        finally:
            threads.stop()

    asyncio.run(ask())
