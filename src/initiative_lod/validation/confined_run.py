"""Confined run of work on what others wrote: a process with limits of time and memory, and no network.

A regular expression may take for ever, a list have no end, a query join everything with everything. The process is
forked, so that data need not be sent to it, and ended at its limits; what became of it is told in a sentence.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

from initiative_lod.child_process import end_with
from initiative_lod.errors import InitiativeLodError, Message, OverLimit, ShapesError
from initiative_lod.reading.process_memory import taken
from initiative_lod.settings import Settings

T = TypeVar("T")

_CHUNK_BYTES = 1 << 20
_REST_SECONDS = 5.0  # in which the rest of a result comes
_RECURSION = 10_000  # calls; within the megabytes of stack that a process has


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Limits of one confined run: seconds of wall clock, and bytes of memory beside those that this process has.

    ``kind`` is how the names of the settings begin that give them.
    """

    seconds: float = 600.0
    memory: int = 4 << 30
    kind: str = "validation"

    @classmethod
    def of(cls, settings: Settings) -> RunLimits:
        """The limits of what is judged: a validation, one check, a comparison."""
        return cls(settings.validation_seconds, settings.validation_memory)

    @classmethod
    def of_phase(cls, settings: Settings) -> RunLimits:
        """The limits of a phase that goes over all that was read."""
        return cls(settings.phase_seconds, settings.phase_memory, "phase")

    @property
    def out_of_time(self) -> OverLimit:
        """The error of a run that takes too long."""
        text = f"ended after {self.seconds:g} s (setting {self.kind}_seconds)"
        return OverLimit(text, Message("limit.seconds", seconds=f"{self.seconds:g}"))

    @property
    def out_of_memory(self) -> OverLimit:
        """The error of a run that needs too much memory."""
        text = f"ended at {self.memory:,} bytes of memory (setting {self.kind}_memory)"
        return OverLimit(text, Message("limit.memory", bytes=self.memory))


class ConfinedRun(Generic[T]):
    """One run that goes on beside this process until ``result`` or ``end`` is asked for: one of the two must be.

    It is waited for by the thread that began it, with which its process ends.
    """

    def __init__(self, make: Callable[[], T], limits: RunLimits, programs: bool = False) -> None:
        """Begin to ``make`` what is wanted, within limits. With ``programs`` it may start such of ours."""
        self._reading, writing = os.pipe()
        self._limits, self._until = limits, time.monotonic() + limits.seconds
        parent = os.getpid()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python's, of threads: the child uses none of them
            self._child = os.fork()
        if self._child == 0:
            end_with(parent)
            os.close(self._reading)
            _answer(make, writing, limits, programs)
        os.close(writing)

    def result(self) -> T:
        """Result of what was to be made, where it was made in time, however late that is asked for.

        Raises whatever InitiativeLodError or OSError it raises, and OverLimit when the process was ended.
        """
        status = 0
        try:
            content = _read(self._reading, self._until)
        finally:
            status = self.end()
        if content is None:
            raise self._limits.out_of_time
        if not content:
            ended = os.waitstatus_to_exitcode(status)
            if ended == -signal.SIGXCPU:
                raise self._limits.out_of_time
            killed = ended in (-signal.SIGABRT, -signal.SIGKILL)
            why = "its memory ran out" if killed else f"it ended with status {ended}"
            memory, setting = self._limits.memory, f"{self._limits.kind}_memory"
            text = f"broken off, probably since {why} ({memory:,} bytes, setting {setting})"
            raise OverLimit(text, Message("limit.memory", bytes=memory))
        ended_at: float
        outcome: T | InitiativeLodError | OSError
        ended_at, outcome = pickle.loads(content)
        if ended_at > self._until:
            raise self._limits.out_of_time
        if isinstance(outcome, InitiativeLodError | OSError):
            raise outcome
        return outcome

    def end(self) -> int:
        """End its process, which has ended unless it is too late or nobody waits for it; gives its status, once."""
        status, child, self._child = 0, self._child, 0
        if child:
            os.close(self._reading)
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        return status


def confined(make: Callable[[], T], limits: RunLimits, programs: bool = False) -> T:
    """Result of ``make``, made in a process of its own within limits, as a ConfinedRun gives it."""
    return ConfinedRun(make, limits, programs).result()


def _answer(make: Callable[[], object], writing: int, given: RunLimits, programs: bool) -> NoReturn:
    """The child: makes, writes and ends, whatever happens."""
    status = 1
    try:
        memory = given.memory + taken()
        limits = {resource.RLIMIT_CPU: int(given.seconds) + 1, resource.RLIMIT_DATA: memory, resource.RLIMIT_CORE: 0}
        for limit, most in limits.items():
            _, hard = resource.getrlimit(limit)
            resource.setrlimit(limit, (most, hard) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))
        sys.addaudithook(_no_network)
        if not programs:
            sys.addaudithook(_no_programs)
        sys.setrecursionlimit(_RECURSION)
        outcome: object
        try:
            outcome = make()
        except (InitiativeLodError, OSError) as error:  # the latter of this machine, as a full disk
            outcome = error
        except MemoryError:
            outcome = given.out_of_memory
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump((time.monotonic(), outcome), pipe)
        status = 0
    finally:
        os._exit(status)


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
        raise ShapesError("what is read reaches for the network, which nothing that others wrote may do here")


def _no_programs(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("subprocess.Popen", "os.system"):
        raise ShapesError("what is read reaches for another program, which nothing that others wrote may do here")


def _read(reading: int, deadline: float) -> bytes | None:
    """All that comes through a pipe; None when it goes on after ``deadline``.

    What has begun to come by then is read later, too: who waits may have had other work.
    """
    pieces: list[bytes] = []
    while select.select([reading], [], [], max(_REST_SECONDS if pieces else 0.0, deadline - time.monotonic()))[0]:
        piece = os.read(reading, _CHUNK_BYTES)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
    return None
