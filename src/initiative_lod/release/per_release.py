"""Values made once for each open release, when they are first wanted, and dropped when it closes.

Where nobody may wait (``at_hand``) none is made: who wants one that is not there is told, and comes again elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from initiative_lod.release.open_release import OpenRelease

T = TypeVar("T")
_AT_HAND = ContextVar("at hand", default=False)


class NotMade(Exception):
    """A value that nobody has made yet is wanted where none is made."""


@contextmanager
def at_hand() -> Iterator[None]:
    """Take values that are made already, and no others: what wants another one raises NotMade."""
    token = _AT_HAND.set(True)
    try:
        yield
    finally:
        _AT_HAND.reset(token)


class PerRelease(Generic[T]):
    """The value that ``make`` gives for an open release. Threads may share it.

    The release is held weakly, and its value must not hold it either: else it would never close. Whoever comes while
    a value is being made waits for it; what ``make`` raises is raised, and made anew for the next one. One that pages
    read has a ``name``: a release that notes what they read knows it by that.
    """

    def __init__(self, make: Callable[[OpenRelease], T], name: str = "") -> None:
        self._make = make
        self._name = name
        self._lock = threading.Lock()
        self._values: WeakKeyDictionary[OpenRelease, T] = WeakKeyDictionary()

    def of(self, opened: OpenRelease) -> T:
        """The value of ``opened``. Raises NotMade within ``at_hand``, where it would have to be made."""
        try:
            found = self._values[opened]
        except KeyError:
            if _AT_HAND.get():
                raise NotMade from None
            with self._lock:
                if opened not in self._values:
                    self._values[opened] = opened.apart(partial(self._make, opened))
                found = self._values[opened]
        return opened.noted(self._name, found)
