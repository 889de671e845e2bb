"""Lanes: threads that make what is not at hand, so many at a time, and who may wait for one.

Each kind of address has a lane of its own, declared with its route: so many of its answers are made at once, so many
requests wait, next is the client that used the threads least of late, and whoever finds no room is told to come back.
All lanes share a few threads, of which none has them all: a flood at one address takes nothing from another. Nothing
else in ``web`` runs in a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from traceback import clear_frames
from typing import TypeVar

from starlette.types import Receive

from initiative_lod.errors import Busy, Message, OutOfTime
from initiative_lod.release.time_limit import LIMIT, TimeLimit
from initiative_lod.settings import Settings
from initiative_lod.waiting.deadlines import Deadlines
from initiative_lod.waiting.fair_queue import FairQueue, Refusals
from initiative_lod.waiting.recent_use import RecentUse
from initiative_lod.web.http.client_watch import PATIENT_SECONDS, Watch
from initiative_lod.web.http.request import Client

T = TypeVar("T")
WORDS = Refusals("lane.client_queue", "lane.queue_full", "lane.waited")
GIVEN_SECONDS = 0.0005  # to the threads at a time, while the event loop has no pause
AGAIN_SECONDS = 5  # after which what took too long may be asked for again


class Lane:
    """The turns of one kind of address, and the threads in which its answers are made."""

    def __init__(
        self,
        name: str,
        turns: FairQueue,
        threads: ThreadPoolExecutor,
        seconds: float,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        """One whose answers take ``seconds`` at most. What one took from others, the ``clock`` of its thread says."""
        self.name, self.turns, self._clock = name, turns, clock
        self._threads, self._seconds = threads, seconds
        self._running: set[TimeLimit] = set()
        self.in_place = False
        self._patience, self._deadlines = Deadlines(PATIENT_SECONDS), Deadlines(seconds)

    async def run(self, client: Client, receive: Receive, work: Callable[[], T]) -> T:
        """Result of ``work``, in a thread, when the client's turn has come.

        Raises Busy or ClientBusy where there is no room to wait or the time is over; ClientDisconnect when the client
        goes away; and what ``work`` raises. The turn is given back when the thread is through, whoever still waits.
        """
        watch = Watch(receive, self._patience)
        try:
            await self.turns.enter(client.counted_as)
            if self.in_place:
                return self._here(client.counted_as, work)
            return await self._in_a_thread(client.counted_as, work)
        except asyncio.CancelledError:
            watch.pass_on()
            raise
        finally:
            watch.stop()

    def _here(self, client: str, work: Callable[[], T]) -> T:
        """The same in the thread that asks."""
        context = copy_context()
        context.run(LIMIT.set, TimeLimit(self._seconds))
        try:
            return context.run(work)
        except OutOfTime:
            raise self._late() from None
        finally:
            self.turns.leave(client)

    async def _in_a_thread(self, client: str, work: Callable[[], T]) -> T:
        loop, limit = asyncio.get_running_loop(), TimeLimit(self._seconds)

        used = 0.0

        def limited() -> T:
            nonlocal used
            LIMIT.set(limit)
            before = self._clock()
            try:
                return work()
            except BaseException as error:
                let_go(error)
                raise
            finally:
                used = self._clock() - before

        def through(_: Future[T]) -> None:
            self._running.discard(limit)
            if not loop.is_closed():
                loop.call_soon_threadsafe(self.turns.leave, client, used)

        future = self._threads.submit(copy_context().run, limited)
        self._running.add(limit)
        future.add_done_callback(through)
        try:
            with self._deadlines.within():
                return await asyncio.wrap_future(future)
        except (TimeoutError, OutOfTime):
            raise self._late() from None
        finally:
            limit.stop()

    def _late(self) -> Busy:
        return Busy(Message("error.out_of_time", seconds=f"{self._seconds:g}"), AGAIN_SECONDS)

    @property
    def is_at_work(self) -> bool:
        """Tell whether a thread makes an answer now."""
        return bool(self._running)

    def stop(self) -> None:
        """Let what is being made end at its next look-up."""
        for limit in list(self._running):
            limit.stop()


def let_go(error: BaseException) -> None:
    """Free what the frames of an error hold, in the thread that made it: an iterator of the engine, which lies in a
    loop or a generator that the error left, may be freed in no other.
    """
    known: set[int] = set()
    others: list[BaseException | None] = [error]
    while others:
        found = others.pop()
        if found is not None and id(found) not in known:
            known.add(id(found))
            clear_frames(found.__traceback__)
            others += [found.__cause__, found.__context__]


class PageThreads:
    """The lanes of a server, and the threads that they share."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._use = settings, RecentUse()
        self._shared = ThreadPoolExecutor(settings.page_threads, "page")
        self.pools = [self._shared]
        self.lanes: list[Lane] = []
        self._sharing: list[Lane] = []  # those of which each thread makes answers itself

    def lane(self, name: str, at_once: int = 1, apart: float = 0.0) -> Lane:
        """The lane ``name`` for a kind of address, of which ``at_once`` are made at a time. Each is made once.

        With ``apart`` it has threads of its own, and takes so many seconds: for work that waits for another process.
        """
        assert all(lane.name != name for lane in self.lanes), f"two lanes are called {name}"
        settings, seconds = self._settings, apart or self._settings.page_seconds
        turns = partial(FairQueue, at_once, settings.page_queue, settings.page_per_client, seconds, WORDS)
        if apart:
            threads = ThreadPoolExecutor(at_once, name)
            self.pools.append(threads)
            made = Lane(name, turns(RecentUse()), threads, seconds, time.monotonic)
        else:
            made = Lane(name, turns(self._use), self._shared, seconds)
            self._sharing.append(made)
        self.lanes.append(made)
        return made

    def work_in_place(self) -> None:
        """Have answers made in the thread that asks: for one of whose process nobody else wants anything."""
        for lane in self.lanes:
            lane.in_place = True

    def give_way(self) -> None:
        """Let the threads that are at work go on for a moment: the event loop, which calls this, waits for them.

        It lets go of the interpreter many times in each of its turns, but for microseconds, and has it again before a
        thread has woken: that would wait many turns for what it does in a millisecond.
        """
        if any(lane.is_at_work for lane in self._sharing):
            time.sleep(GIVEN_SECONDS)

    def stop(self) -> None:
        """Take no more work; what is being made ends at its next look-up."""
        for lane in self.lanes:
            lane.stop()
        for pool in self.pools:
            pool.shutdown(wait=False, cancel_futures=True)
