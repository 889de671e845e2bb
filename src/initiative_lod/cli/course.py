"""Course of a command whose phases are known beforehand: which of them it is in, and about how long the rest takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

MILLION = 1_000_000
BYTES_A_QUAD = 100  # of a file, as long as none is read
MEASURED = 3.0  # seconds of what was measured that count beside those of this run: the first ones say little


@dataclass(frozen=True, slots=True)
class Phase:
    """Phase whose messages begin with ``begins``. It takes so many seconds on the machine of docs/performance.md: a
    ``fixed`` number, and for a million quads, of those that are ``new`` and of all.
    """

    begins: str
    fixed: float = 0.0
    new: float = 0.0
    all: float = 0.0


class Course:
    """Course through ``phases``, the first of which reads files.

    ``there`` are the quads that are there already; ``sizes`` the bytes of each source, in the order in which they are
    read, None where that is not known before. Files may be counted from any thread.
    """

    def __init__(
        self,
        phases: Sequence[Phase],
        there: int,
        sizes: Mapping[str, int | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._phases, self._there, self._clock = phases, there, clock
        self._sizes = dict(sizes)
        self._read = dict.fromkeys(sizes, 0)
        self._quads = self._within = 0
        self._place, self._source = 0, ""
        self._begun = self._since = clock()
        self._share = 0.0
        self._lock = Lock()

    def step(self, message: str) -> None:
        """Note what is being done."""
        with self._lock:
            for place in range(self._place, len(self._phases)):
                if message.startswith(self._phases[place].begins):
                    if place > self._place:
                        self._place, self._since = place, self._clock()
                    break
            named = message.removeprefix(self._phases[0].begins)
            if (self._place and self._source) or named in self._sizes:
                self._end_source()
                self._source = "" if self._place else named

    def count(self, source: str, size: int, quads: int) -> None:
        """Count a file of a source that has been read."""
        with self._lock:
            self._read[source] += size
            self._quads += quads
            self._within = 0

    def moved(self, size: int) -> None:
        """Note how much has been read of the files that are being read."""
        self._within = size

    def _end_source(self) -> None:
        if self._source:
            self._sizes[self._source] = max(self._read[self._source], self._sizes[self._source] or 0)
            self._read[self._source] = self._sizes[self._source] or 0
            self._within = 0

    @property
    def number(self) -> int:
        """Number of the phase, from 1."""
        return self._place + 1

    @property
    def phases(self) -> int:
        """Number of all phases."""
        return len(self._phases)

    @property
    def is_reading(self) -> bool:
        """Tell whether it is in the first phase."""
        return self._place == 0

    @property
    def read(self) -> int:
        """Bytes that have been read."""
        read, total = sum(self._read.values()) + self._within, self.total
        return read if total is None else min(read, total)

    @property
    def total(self) -> int | None:
        """Bytes of all sources; None where that is not known yet."""
        known = [size for size in self._sizes.values() if size is not None]
        return sum(known) if len(known) == len(self._sizes) else None

    @property
    def rate(self) -> float:
        """Bytes read a second."""
        return self.read / max(self._clock() - self._begun, 0.1)

    def left(self) -> float | None:
        """Seconds that it takes still, about; None where nothing says it: of what is packed, or where a phase takes
        longer than it should.
        """
        total = self.total
        if self.is_reading and total is None:
            return None
        new = self._quads or (total or 0) / BYTES_A_QUAD
        part = 1.0
        if self.is_reading and total:
            part = self.read / total
            counted = sum(self._read.values())
            new = self._quads * total / counted if counted and self._quads else new
        expected = [
            phase.fixed + (phase.new * new + phase.all * (self._there + new)) / MILLION for phase in self._phases
        ]
        within = self._clock() - self._since
        if self.is_reading:
            pace = (within + MEASURED) / (expected[0] * part + MEASURED)
            here = expected[0] * (1 - part) * pace
        else:
            pace = (self._since - self._begun + MEASURED) / (sum(expected[: self._place]) + MEASURED)
            here = expected[self._place] * pace - within
            if here < 0:
                return None
        return here + pace * sum(expected[self._place + 1 :])

    def share(self) -> float | None:
        """Part of the time that is over, from 0 to 1, which never falls; None where nothing says it."""
        left = self.left()
        if left is None:
            return None
        over = self._clock() - self._begun
        self._share = max(self._share, over / (over + left) if over + left else 0.0)
        return self._share
