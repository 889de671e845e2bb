"""Clients take turns, wait in a bounded queue, and are counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from initiative_lod.errors import Busy, ClientBusy
from initiative_lod.sparql.fair_queue import Lanes, Rate
from patience import SECONDS


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with asyncio.timeout(SECONDS):
            return await work()

    return asyncio.run(main())


def test_clients_take_turns() -> None:
    async def work() -> list[str]:
        lanes = Lanes(1, 20, 10, SECONDS)
        await lanes.enter("a")
        order: list[str] = []

        async def one(client: str) -> None:
            await lanes.enter(client)
            order.append(client)
            lanes.leave(client)

        tasks = []
        for client in ("a", "a", "a", "b", "c", "b"):
            tasks.append(asyncio.create_task(one(client)))
            await asyncio.sleep(0)
        assert (lanes.waiting, lanes.running) == (6, 1)
        lanes.leave("a")
        await asyncio.gather(*tasks)
        assert (lanes.waiting, lanes.running) == (0, 0)
        await lanes.enter("d")
        return order

    assert run(work) == ["a", "b", "c", "a", "b", "a"]


def test_the_queue_and_a_clients_share_are_bounded() -> None:
    async def work() -> None:
        lanes = Lanes(1, 2, 2, SECONDS)
        await lanes.enter("a")
        waiting = asyncio.create_task(lanes.enter("a"))
        await asyncio.sleep(0)
        with pytest.raises(ClientBusy):
            await lanes.enter("a")
        other = asyncio.create_task(lanes.enter("b"))
        await asyncio.sleep(0)
        with pytest.raises(Busy) as caught:
            await lanes.enter("c")
        assert not isinstance(caught.value, ClientBusy)
        assert caught.value.retry_after >= 1
        for task in (waiting, other):
            task.cancel()
        await asyncio.gather(waiting, other, return_exceptions=True)
        assert (lanes.waiting, lanes.running) == (0, 1)
        lanes.leave("a")
        await lanes.enter("c")

    run(work)


def test_waiting_in_vain() -> None:
    async def work() -> None:
        lanes = Lanes(1, 2, 2, 0.05)
        await lanes.enter("a")
        with pytest.raises(Busy, match="waited"):
            await lanes.enter("b")
        assert lanes.waiting == 0

    run(work)


def test_a_turn_that_comes_when_it_is_cancelled_is_passed_on() -> None:
    async def work() -> None:
        lanes = Lanes(1, 5, 5, SECONDS)
        await lanes.enter("a")
        first, second = asyncio.create_task(lanes.enter("b")), asyncio.create_task(lanes.enter("c"))
        await asyncio.sleep(0)
        lanes.leave("a")  # b has it now, and does not know yet
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await second
        assert (lanes.waiting, lanes.running) == (0, 1)

    run(work)


def test_rate() -> None:
    now = 0.0
    rate = Rate(2, lambda: now)
    for _ in range(20):
        rate.take("a")
    with pytest.raises(ClientBusy) as caught:
        rate.take("a")
    assert caught.value.retry_after == 1
    rate.take("b")
    now = 1.0
    rate.take("a")
    rate.take("a")
    with pytest.raises(ClientBusy):
        rate.take("a")
