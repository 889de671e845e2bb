"""Fair starts: of one client only so many requests are begun in one turn of the event loop, so that others get theirs.

What is at hand is answered without a thread, in the loop itself: sixty connections that ask for it as fast as they are
answered would let everybody else wait for sixty answers between two of their own.
"""

from __future__ import annotations

import asyncio
from collections import Counter

MOST = 4  # requests of one client that are begun in one turn


class FairStarts:
    """Lets requests begin. Nothing is held while one is answered, and nobody is refused."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()

    async def wait(self, client: str) -> None:
        """Return when a request of ``client`` may begin: at once, or in a later turn of the loop."""
        while self._begun[client] >= MOST:
            await asyncio.sleep(0)
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._begun.clear)
        self._begun[client] += 1
