"""Clients take turns, wait in a bounded queue, and are counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from initiative_lod.errors import Busy, ClientBusy
from initiative_lod.sparql.pool import WORDS
from initiative_lod.waiting.fair_queue import FairQueue, Rate
from patience import SECONDS


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with asyncio.timeout(SECONDS):
            return await work()

    return asyncio.run(main())


def test_clients_take_turns() -> None:
    async def work() -> list[str]:
        queue = FairQueue(1, 20, 10, SECONDS, WORDS)
        await queue.enter("a")
        order: list[str] = []

        async def one(client: str) -> None:
            await queue.enter(client)
            order.append(client)
            queue.leave(client)

        tasks = []
        for client in ("a", "a", "a", "b", "c", "b"):
            tasks.append(asyncio.create_task(one(client)))
            await asyncio.sleep(0)
        assert (queue.waiting, queue.running) == (6, 1)
        queue.leave("a")
        await asyncio.gather(*tasks)
        assert (queue.waiting, queue.running) == (0, 0)
        await queue.enter("d")
        return order

    assert run(work) == ["a", "b", "c", "a", "b", "a"]


def test_the_queue_and_a_clients_share_are_bounded() -> None:
    async def work() -> None:
        queue = FairQueue(1, 2, 2, SECONDS, WORDS)
        await queue.enter("a")
        waiting = asyncio.create_task(queue.enter("a"))
        await asyncio.sleep(0)
        with pytest.raises(ClientBusy):
            await queue.enter("a")
        other = asyncio.create_task(queue.enter("b"))
        await asyncio.sleep(0)
        with pytest.raises(Busy) as caught:
            await queue.enter("c")
        assert not isinstance(caught.value, ClientBusy)
        assert caught.value.retry_after >= 1
        for task in (waiting, other):
            task.cancel()
        await asyncio.gather(waiting, other, return_exceptions=True)
        assert (queue.waiting, queue.running) == (0, 1)
        queue.leave("a")
        await queue.enter("c")

    run(work)


def test_waiting_in_vain() -> None:
    async def work() -> None:
        queue = FairQueue(1, 2, 2, 0.05, WORDS)
        await queue.enter("a")
        with pytest.raises(Busy, match="waited"):
            await queue.enter("b")
        assert queue.waiting == 0

    run(work)


def test_a_turn_that_comes_when_it_is_cancelled_is_passed_on() -> None:
    async def work() -> None:
        queue = FairQueue(1, 5, 5, SECONDS, WORDS)
        await queue.enter("a")
        first, second = asyncio.create_task(queue.enter("b")), asyncio.create_task(queue.enter("c"))
        await asyncio.sleep(0)
        queue.leave("a")  # b has it now, and does not know yet
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await second
        assert (queue.waiting, queue.running) == (0, 1)

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
