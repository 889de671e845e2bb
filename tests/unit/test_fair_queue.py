"""Clients take turns, wait in a bounded queue, and are counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from initiative_lod.errors import Busy, ClientBusy
from initiative_lod.sparql.pool import WORDS
from initiative_lod.waiting.fair_queue import LONGEST, FairQueue, Rate
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


def test_next_is_whose_turns_took_the_shortest_time() -> None:
    async def work() -> list[str]:
        queue = FairQueue(1, 20, 10, SECONDS, WORDS)
        order: list[str] = []

        async def one(client: str, used: float) -> None:
            await queue.enter(client)
            order.append(client)
            queue.leave(client, used)

        await queue.enter("x")
        tasks = []
        for client, used in [("a", 0.3), ("a", 0.3), ("a", 0.3), ("b", 0.2), ("b", 0.2), ("b", 0.2), ("c", 0.5)]:
            tasks.append(asyncio.create_task(one(client, used)))
        await asyncio.sleep(0)
        queue.leave("x")
        await asyncio.gather(*tasks)
        return order

    # The fourth turn is that of the one who waits longest; at the sixth, a has had 0.6 and b 0.4.
    assert run(work) == ["a", "b", "c", "a", "b", "b", "a"]


def test_nobody_is_overtaken_for_ever() -> None:
    """Whoever used much waits while others come that used nothing, but no longer than for LONGEST of them."""

    async def work() -> int:
        queue = FairQueue(1, 20, 10, SECONDS, WORDS)
        await queue.enter("much")
        queue.leave("much", 1.0)
        await queue.enter("new 0")
        waiting = asyncio.create_task(queue.enter("much"))
        await asyncio.sleep(0)
        for number in range(1, 100):
            following = asyncio.create_task(queue.enter(f"new {number}"))
            await asyncio.sleep(0)
            queue.leave(f"new {number - 1}", 0.1)
            await asyncio.sleep(0)
            if waiting.done():
                following.cancel()
                return number
            await following
        raise AssertionError

    assert 1 < run(work) <= LONGEST


def full(queue: FairQueue) -> list[asyncio.Task[None]]:
    """Requests that wait in a queue for three: one of "a", then two of "b"."""
    return [asyncio.create_task(queue.enter(client)) for client in ("a", "b", "b")]


def test_where_the_queue_is_full_the_last_request_of_whoever_used_most_makes_room() -> None:
    async def work() -> None:
        queue = FairQueue(1, 3, 10, SECONDS, WORDS)
        for client, used in (("a", 1.0), ("b", 2.0), ("c", 2.0)):
            await queue.enter(client)
            queue.leave(client, used)
        await queue.enter("x")
        waiting = full(queue)
        await asyncio.sleep(0)
        with pytest.raises(Busy) as caught:
            await queue.enter("c")  # which used as much
        other = asyncio.create_task(queue.enter("calm"))
        await asyncio.sleep(0)
        assert (queue.waiting, queue.running) == (3, 1)
        with pytest.raises(Busy) as refused:
            await waiting[2]
        assert str(refused.value) == str(caught.value)
        assert refused.value.retry_after == caught.value.retry_after >= 1
        another = asyncio.create_task(queue.enter("calm"))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await waiting[1]
        queue.leave("x")
        await other
        queue.leave("calm")
        await another
        queue.leave("calm")
        await waiting[0]
        assert (queue.waiting, queue.running) == (0, 1)
        queue.leave("a")
        assert (queue.free, queue.waiting, queue.running) == (1, 0, 0)

    run(work)


@pytest.mark.parametrize("leaves_first", [True, False])
def test_who_makes_room_and_leaves_at_the_same_moment_is_counted_once(leaves_first: bool) -> None:
    async def work() -> None:
        queue = FairQueue(1, 3, 10, SECONDS, WORDS)
        await queue.enter("b")
        queue.leave("b", 1.0)
        await queue.enter("x")
        waiting = full(queue)
        await asyncio.sleep(0)
        other = asyncio.create_task(queue.enter("calm"))  # it makes room in the next turn of the loop
        if leaves_first:
            waiting[2].cancel()
        else:
            asyncio.get_running_loop().call_soon(waiting[2].cancel)
        await asyncio.gather(waiting[2], return_exceptions=True)
        assert (queue.waiting, queue.running) == (3, 1)
        queue.leave("x")
        await waiting[0]
        for task in (waiting[1], other):
            task.cancel()
        await asyncio.gather(waiting[1], other, return_exceptions=True)
        assert (queue.waiting, queue.running) == (0, 1)
        queue.leave("a")
        assert queue.free == 1

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
