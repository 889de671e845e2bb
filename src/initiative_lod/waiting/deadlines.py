"""Deadlines that are seldom reached: all that are equally far away share one timer of the event loop, where each would
have to make one of its own and take it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType


class Deadlines:
    """Deadlines ``seconds`` from when they are set. They belong to the event loop that is running then."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._set: dict[int, tuple[float, Callable[[], object]]] = {}  # in the order in which they come
        self._last = 0
        self._loop: asyncio.AbstractEventLoop | None = None  # that has the timer

    def set(self, missed: Callable[[], object]) -> int:
        """Set one, at which ``missed`` is called; its number, to ``drop`` it."""
        loop = asyncio.get_running_loop()
        time = loop.time() + self.seconds
        self._last += 1
        self._set[self._last] = time, missed
        if self._loop is not loop:
            self._loop = loop
            loop.call_at(time, self._look, loop)
        return self._last

    def drop(self, number: int) -> None:
        """Take one back. May be called again."""
        self._set.pop(number, None)

    def within(self) -> Deadline:
        """A deadline for what a ``with`` block waits for, as ``asyncio.timeout`` sets one: it raises TimeoutError."""
        return Deadline(self)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            return
        self._loop = None
        while self._set:
            number, (time, missed) = next(iter(self._set.items()))
            if time > loop.time():
                self._loop = loop
                loop.call_at(time, self._look, loop)
                return
            del self._set[number]
            missed()


class Deadline:
    """A deadline for a block, of the task that enters it."""

    __slots__ = ("_before", "_deadlines", "_is_missed", "_number", "_task")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines, self._is_missed = deadlines, False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task, self._before = task, task.cancelling()
        self._number = self._deadlines.set(self._miss)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.drop(self._number)
        if self._is_missed and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _miss(self) -> None:
        self._is_missed = True
        self._task.cancel()
