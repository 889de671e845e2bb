"""Fairness: a bounded queue in which clients, not their requests, take turns, and a rate for each client."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from initiative_lod.errors import Busy, ClientBusy, Message
from initiative_lod.waiting.deadlines import Deadlines

AVERAGED_SECONDS = 10.0
MOST_CLIENTS = 10_000


class Refusals(NamedTuple):
    """Messages for who finds no room: a client's share is taken, the queue is full, the turn did not come."""

    share: str
    full: str
    waited: str


class FairQueue:
    """``slots`` turns at a time; at most ``queue`` waiting, ``per_client`` of one client, ``patience`` seconds long.

    One client's requests wait in line behind each other, and the lines are served in rotation: whoever sends many waits
    for itself. Who is turned away is told so in ``words``.
    """

    def __init__(self, slots: int, queue: int, per_client: int, patience: float, words: Refusals) -> None:
        self.free, self._queue, self._per_client, self._patience = slots, queue, per_client, Deadlines(patience)
        self._words = words
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._held: dict[str, int] = {}
        self.waiting = 0

    @property
    def running(self) -> int:
        """Turns that are taken now, of all clients."""
        return sum(self._held.values()) - self.waiting

    async def enter(self, client: str) -> None:
        """Wait for a turn, which ``leave`` gives back.

        Raises Busy, or ClientBusy, when there is no room to wait in, or the turn did not come.
        """
        held = self._held.get(client, 0)
        if held >= self._per_client:
            raise ClientBusy(Message(self._words.share, count=held))
        if self.free and not self.waiting:
            self.free -= 1
            self._held[client] = held + 1
            return
        if self.waiting >= self._queue:
            raise Busy(Message(self._words.full, count=self.waiting), self._seconds_left())
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        self._held[client] = held + 1
        self.waiting += 1
        try:
            with self._patience.within():
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.leave(client)  # the turn came at the very moment in which it was no longer wanted
            else:
                self._abandon(client, turn)
            if isinstance(error, TimeoutError):
                raise Busy(Message(self._words.waited), self._seconds_left()) from None
            raise

    def leave(self, client: str) -> None:
        """Give a turn back, to whoever is next."""
        self._forget(client)
        while self._lines:
            name, line = next(iter(self._lines.items()))
            turn = line.popleft()
            if line:
                self._lines.move_to_end(name)
            else:
                del self._lines[name]
            self.waiting -= 1
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1

    def _abandon(self, client: str, turn: asyncio.Future[None]) -> None:
        self._forget(client)
        line = self._lines.get(client)
        if line is not None and turn in line:
            line.remove(turn)
            self.waiting -= 1
            if not line:
                del self._lines[client]

    def _forget(self, client: str) -> None:
        held = self._held.get(client, 0)
        if held > 1:
            self._held[client] = held - 1
        else:
            self._held.pop(client, None)

    def _seconds_left(self) -> int:
        return max(1, int(self._patience.seconds / 2))


class Rate:
    """At most ``rate`` a second of each client, averaged over AVERAGED_SECONDS (a token bucket of that much)."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._burst = max(1.0, rate * AVERAGED_SECONDS)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, when

    def take(self, client: str) -> None:
        """Count one query of ``client``. Raises ClientBusy when it has sent too many."""
        now = self._clock()
        tokens, then = self._buckets.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if not allowed:
            seconds = max(1, int((1 - tokens) / self._rate) + 1)
            raise ClientBusy(Message("query.rate", rate=f"{self._rate:g}"), seconds)
