"""Deadlines come in their order and once; who is within one waits no longer; no other cancellation is taken for it."""

from __future__ import annotations

import asyncio

import pytest

from initiative_lod.waiting.deadlines import Deadlines
from patience import SECONDS

SOON = 0.01


def test_those_that_are_missed_come_in_order_and_once() -> None:
    async def work() -> list[str]:
        deadlines, missed, last = Deadlines(SOON), list[str](), asyncio.Event()
        deadlines.set(lambda: missed.append("first"))
        dropped = deadlines.set(lambda: missed.append("dropped"))
        deadlines.drop(dropped)  # before anything is awaited: by then its time may have come
        await asyncio.sleep(SOON / 2)
        deadlines.set(lambda: missed.append("second"))
        deadlines.set(last.set)
        async with asyncio.timeout(SECONDS):
            await last.wait()
        deadlines.drop(dropped)
        again = asyncio.Event()  # the timer was through, and is set anew
        deadlines.set(again.set)
        async with asyncio.timeout(SECONDS):
            await again.wait()
        return missed

    assert asyncio.run(work()) == ["first", "second"]


def test_they_belong_to_the_loop_in_which_they_are_set() -> None:
    deadlines = Deadlines(SOON)

    async def wait() -> None:
        with deadlines.within():
            await asyncio.sleep(SECONDS)

    async def leave() -> None:
        deadlines.set(lambda: None)

    asyncio.run(leave())  # its timer goes with its loop
    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_who_is_cancelled_by_another_is_cancelled() -> None:
    async def work() -> None:
        async def wait(seconds: float) -> None:
            with Deadlines(seconds).within():
                await asyncio.Event().wait()

        task = asyncio.create_task(wait(SECONDS))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            await wait(SOON)

    asyncio.run(work())


def test_a_block_that_raises_by_itself_is_not_late() -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        with pytest.raises(ValueError, match="of its own"), Deadlines(SECONDS).within():
            raise ValueError("of its own")
        assert not task.cancelling()

    asyncio.run(work())
