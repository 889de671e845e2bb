"""Fair starts: only so many requests are begun in one turn of the event loop, of one client and of all, so that others
get theirs.

What is at hand is answered without a thread, in the loop itself: sixty connections that ask for it as fast as they are
answered would let everybody else wait for sixty answers between two of their own. What is kept as it is sent takes a
fraction of the time of another answer, and counts for as much. Those that wait begin in the order in which they came;
what looks after the server does not wait for others.
"""

from __future__ import annotations

import asyncio

BEGUN, SENT = 4, 1  # shares that a request takes which is begun, and one that is answered with what is kept
MOST = 4 * BEGUN  # shares of one client in one turn
ALL = 2 * MOST  # shares of all clients together in one turn, before those that would begin wait


class FairStarts:
    """Lets requests begin. Nothing is held while one is answered, and nobody is refused."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}  # shares, by client
        self._all = 0

    async def wait(self, client: str, *, first: bool = False) -> None:
        """Return when a request of ``client`` may begin: at once, or in a later turn of the loop.

        One that goes ``first`` waits for others of its client alone.
        """
        while not (self.has_room(client, BEGUN) and (first or self._all < ALL)):
            await asyncio.sleep(0)
        self.take(client, BEGUN)

    def has_room(self, client: str, shares: int) -> bool:
        """Tell whether the client may take so many shares in this turn."""
        return self._taken.get(client, 0) + shares <= MOST

    def take(self, client: str, shares: int) -> None:
        """Count the shares."""
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._next_turn)
        self._taken[client] = self._taken.get(client, 0) + shares
        self._all += shares

    def _next_turn(self) -> None:
        self._taken.clear()
        self._all = 0
