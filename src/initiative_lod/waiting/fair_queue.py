"""Fairness: a bounded queue in which clients, not their requests, take turns, and a rate for each client."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from initiative_lod.errors import Busy, ClientBusy, Message
from initiative_lod.waiting.deadlines import Deadlines
from initiative_lod.waiting.recent_use import MOST_CLIENTS, RecentUse

AVERAGED_SECONDS = 10.0
LONGEST = 4  # one turn in so many is for whoever waits longest


class Refusals(NamedTuple):
    """Messages for who finds no room: a client's share is taken, the queue is full, the turn did not come."""

    share: str
    full: str
    waited: str


class FairQueue:
    """``slots`` turns at a time; at most ``queue`` waiting, ``per_client`` of one client, ``patience`` seconds long.

    One client's requests wait in line behind each other. Next is the client whose turns took least of late, as ``use``
    says: whoever asks for much waits for itself; and now and then the one that waits longest, so that nobody waits for
    ever. Where the queue is full, the client that had most gives up the place of its last request. Who is turned away
    is told so in ``words``.
    """

    def __init__(
        self, slots: int, queue: int, per_client: int, patience: float, words: Refusals, use: RecentUse | None = None
    ) -> None:
        self.free, self._queue, self._per_client, self._patience = slots, queue, per_client, Deadlines(patience)
        self._words = words
        self._use = RecentUse() if use is None else use
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}  # whoever waits longest first
        self._running: Counter[str] = Counter()  # turns that are taken, by client
        self._given = 0
        self.waiting = 0

    @property
    def running(self) -> int:
        """Turns that are taken now, of all clients."""
        return self._running.total()

    async def enter(self, client: str) -> None:
        """Wait for a turn, which ``leave`` gives back.

        Raises Busy, or ClientBusy, when there is no room to wait in, or the turn did not come.
        """
        held = len(self._lines.get(client, ())) + self._running[client]
        if held >= self._per_client:
            raise ClientBusy(Message(self._words.share, count=held))
        if self.free and not self.waiting:
            self.free -= 1
            self._running[client] += 1
            return
        if self.waiting >= self._queue and not self._has_made_room(client):
            raise self._full()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        self.waiting += 1
        try:
            with self._patience.within():
                await turn
        except BaseException as error:
            if not turn.done() or turn.cancelled():
                self._abandon(client, turn)
            elif turn.exception() is None:
                self.leave(client)  # the turn came at the very moment in which it was no longer wanted
            if isinstance(error, TimeoutError):
                raise Busy(Message(self._words.waited), self._seconds_left()) from None
            raise

    def leave(self, client: str, used: float = 0.0) -> None:
        """Give a turn back, to whoever is next. It took so much of what turns are given for, in seconds."""
        self._use.add(client, used)
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
        while self._lines:
            self._given += 1
            name = next(iter(self._lines)) if self._given % LONGEST == 0 else min(self._lines, key=self._use.of)
            line = self._lines.pop(name)
            turn = line.popleft()
            if line:
                self._lines[name] = line  # behind the others
            self.waiting -= 1
            if not turn.done():
                self._running[name] += 1
                turn.set_result(None)
                return
        self.free += 1

    def _has_made_room(self, client: str) -> bool:
        """Refuse the last request of the client that used most; False where ``client`` itself used no less."""
        most = max(self._lines, key=self._use.of, default=client)
        if self._use.of(most) <= self._use.of(client):
            return False
        turn = self._lines[most][-1]
        self._abandon(most, turn)
        if not turn.done():
            turn.set_exception(self._full())
        return True

    def _abandon(self, client: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(client)
        if line is not None and turn in line:
            line.remove(turn)
            self.waiting -= 1
            if not line:
                del self._lines[client]

    def _full(self) -> Busy:
        return Busy(Message(self._words.full, count=self._queue), self._seconds_left())

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
