"""Recent use: how much each client had of something in the last seconds, so that whoever had least may go first."""

from __future__ import annotations

import time
from collections.abc import Callable

PERIOD_SECONDS = 5.0
MOST_CLIENTS = 10_000  # of one period


class RecentUse:
    """Use by client, of this period and the one before: what was used earlier is forgotten, of all clients at once.

    A period ends early when it has MOST_CLIENTS.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now: dict[str, float] = {}
        self._before: dict[str, float] = {}
        self._end = clock() + PERIOD_SECONDS

    def add(self, client: str, amount: float) -> None:
        """Count that the client used so much."""
        now = self._clock()
        if now >= self._end or (len(self._now) >= MOST_CLIENTS and client not in self._now):
            self._before = self._now if now < self._end + PERIOD_SECONDS else {}
            self._now, self._end = {}, now + PERIOD_SECONDS
        self._now[client] = self._now.get(client, 0.0) + amount

    def of(self, client: str) -> float:
        """The amount that the client used."""
        return self._now.get(client, 0.0) + self._before.get(client, 0.0)
