"""Time limit of work that reads a release: each look-up asks it. What is stopped so frees its thread by itself."""

from __future__ import annotations

import time
from contextvars import ContextVar

from initiative_lod.errors import Message, OutOfTime


class TimeLimit:
    """So many ``seconds`` from now, or until ``stop``. Threads may share it."""

    __slots__ = ("_end", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def stop(self) -> None:
        """Let the next look-up be the last: nobody waits for the work any more."""
        self._end = 0.0

    @property
    def left(self) -> float:
        """Seconds that are left of it; 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raise OutOfTime when the time is up."""
        if time.monotonic() > self._end:
            raise OutOfTime(Message("error.out_of_time", seconds=f"{self._seconds:g}"))


#: The limit of the work that runs in this context; None where there is none, as in a command.
LIMIT: ContextVar[TimeLimit | None] = ContextVar("LIMIT", default=None)


def check_time() -> None:
    """Raise OutOfTime where the work that runs has a limit, and it is over."""
    limit = LIMIT.get()
    if limit is not None:
        limit.check()
