"""Fair starts: only so many requests are begun in one turn of the event loop, of one client and of all, so that others
get theirs.

What is at hand is answered without a thread, in the loop itself: sixty connections that ask for it as fast as they are
answered would let everybody else wait for sixty answers between two of their own. What is kept as it is sent takes a
fraction of the time of another answer, and counts for as much. Of the clients that wait, those begin which had least
of late: so a hundred that ask for much keep nobody waiting who asks now and then. One in each turn is the client that
waits longest, so that nobody waits for ever.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable

from initiative_lod.waiting.recent_use import RecentUse

BEGUN, SENT = 8, 1  # shares that a request takes which is begun, and one that is answered with what is kept
MOST = 2 * BEGUN  # shares of one client in one turn
ALL = 2 * MOST  # shares of all clients together in one turn, before those that would begin wait

Line = deque[asyncio.Future[None]]


class FairStarts:
    """Lets requests begin. Nothing is held while one is answered, and nobody is refused.

    Requests that look after the server go ``first``: they have as many shares of a turn as all others, and wait for
    none of these but their own client's.
    """

    def __init__(self, give_way: Callable[[], object] = bool) -> None:
        """Starts that call ``give_way`` in each turn in which some go on waiting: the loop has no pause then."""
        self._use, self._give_way = RecentUse(), give_way
        self._taken: dict[str, int] = {}  # shares of this turn, by client
        self._all = {True: 0, False: 0}  # shares of this turn: of those that go first, and of the others
        self._lines: dict[bool, dict[str, Line]] = {True: {}, False: {}}  # those that wait, by client

    async def wait(self, client: str, *, first: bool = False) -> None:
        """Return when a request of ``client`` may begin: at once, or in a later turn of the loop."""
        if self._all[first] < ALL and self.has_room(client, BEGUN):
            self.take(client, BEGUN, first=first)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lines = self._lines[first]
        lines.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            line = lines.get(client)
            if line is not None and turn in line:
                line.remove(turn)
                if not line:
                    del lines[client]
            raise

    def has_room(self, client: str, shares: int) -> bool:
        """Tell whether the client may take so many shares in this turn."""
        return self._taken.get(client, 0) + shares <= MOST

    def take(self, client: str, shares: int, *, first: bool = False) -> None:
        """Count the shares."""
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._next_turn)
        self._taken[client] = self._taken.get(client, 0) + shares
        self._all[first] += shares

    def _next_turn(self) -> None:
        for client, shares in self._taken.items():
            self._use.add(client, shares)
        self._taken.clear()
        for first, lines in self._lines.items():
            self._all[first] = 0
            if lines:
                self._begin(lines, first)
        if any(self._lines.values()):
            self._give_way()
            if not self._taken:  # those that were next have all left
                asyncio.get_running_loop().call_soon(self._next_turn)

    def _begin(self, lines: dict[str, Line], first: bool) -> None:
        """Let begin what may begin in this turn: of whoever waits longest, and of those that had least."""
        least = heapq.nsmallest(ALL // BEGUN, lines, key=self._use.of)
        clients = deque(dict.fromkeys((next(iter(lines)), *least)))
        while clients and self._all[first] < ALL:
            client = clients.popleft()
            if not self.has_room(client, BEGUN):
                continue
            line = lines.pop(client)
            turn = line.popleft()
            if line:
                lines[client] = line  # behind the others
                clients.append(client)
            if not turn.done():
                self.take(client, BEGUN, first=first)
                turn.set_result(None)
