"""Something that is made of a release once, when it is first wanted, and kept until another release is asked for."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from initiative_lod.release.opened import OpenRelease

T = TypeVar("T")


class PerRelease(Generic[T]):
    """What ``make`` gives for a release; one release's is kept. Threads may share it.

    The release itself is not kept: it closes when its last request is over.
    """

    def __init__(self, make: Callable[[OpenRelease], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._last: tuple[weakref.ref[OpenRelease], T] | None = None

    def of(self, opened: OpenRelease) -> T:
        """What is made of ``opened``; whoever comes while it is being made waits. What ``make`` raises is not kept."""
        last = self._last
        if last is not None and last[0]() is opened:
            return last[1]
        with self._lock:
            if self._last is None or self._last[0]() is not opened:
                self._last = weakref.ref(opened), self._make(opened)
            return self._last[1]
