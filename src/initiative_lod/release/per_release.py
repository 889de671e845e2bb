"""Values made once for each open release, when they are first wanted, and dropped when it closes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from initiative_lod.release.opened import OpenRelease

T = TypeVar("T")


class PerRelease(Generic[T]):
    """The value that ``make`` gives for an open release. Threads may share it.

    The release is held weakly, and its value must not hold it either: else it would never close. Whoever comes while
    a value is being made waits for it; what ``make`` raises is raised, and made anew for the next one.
    """

    def __init__(self, make: Callable[[OpenRelease], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._values: WeakKeyDictionary[OpenRelease, T] = WeakKeyDictionary()

    def of(self, opened: OpenRelease) -> T:
        """The value of ``opened``."""
        try:
            return self._values[opened]
        except KeyError:
            with self._lock:
                if opened not in self._values:
                    self._values[opened] = self._make(opened)
                return self._values[opened]
