"""Confined run of a validation by shapes from elsewhere: a process with limits of time and memory, and no network.

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
from collections.abc import Callable
from typing import NoReturn, TypeVar

from initiative_lod.errors import InitiativeLodError, ShapesError

T = TypeVar("T")

_CHUNK_BYTES = 1 << 20
_RECURSION = 10_000  # calls; within the megabytes of stack that a process has


def confined(make: Callable[[], T], seconds: float, memory: int) -> T:
    """Result of ``make``, made in a process of its own that has ``seconds`` of wall clock and ``memory`` bytes.

    Raises whatever InitiativeLodError it raises, and ShapesError when the process was ended.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(make, writing, seconds, memory)
    os.close(writing)
    try:
        content = _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)  # which has ended, unless it was too late or this process is interrupted
        _, status = os.waitpid(child, 0)
    if content is None:
        raise ShapesError(
            f"the validation was ended after {seconds:g} s (setting validation_seconds): a pattern, a query or a path "
            "of the shapes takes too long on these data"
        )
    if not content:
        ended = os.waitstatus_to_exitcode(status)
        why = "its memory ran out" if ended in (-signal.SIGABRT, -signal.SIGKILL) else f"it ended with status {ended}"
        raise ShapesError(
            f"the validation broke off, probably since {why} ({memory:,} bytes, setting validation_memory): the shapes "
            "ask for too much of these data"
        )
    outcome: T | InitiativeLodError = pickle.loads(content)
    if isinstance(outcome, InitiativeLodError):
        raise outcome
    return outcome


def _answer(make: Callable[[], object], writing: int, seconds: float, memory: int) -> NoReturn:
    """The child: makes, writes and ends, whatever happens."""
    status = 1
    try:
        limits = {resource.RLIMIT_CPU: int(seconds) + 1, resource.RLIMIT_DATA: memory, resource.RLIMIT_CORE: 0}
        for limit, most in limits.items():
            _, hard = resource.getrlimit(limit)
            resource.setrlimit(limit, (most, hard) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))
        sys.addaudithook(_no_network)
        sys.setrecursionlimit(_RECURSION)
        outcome: object
        try:
            outcome = make()
        except InitiativeLodError as error:
            outcome = error
        except MemoryError:
            outcome = ShapesError(
                f"the validation needs more than {memory:,} bytes of memory (setting validation_memory)"
            )
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(outcome, pipe)
        status = 0
    finally:
        os._exit(status)


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system"):
        raise ShapesError("the shapes reach for the network or for another program, which a validation never does")


def _read(reading: int, deadline: float) -> bytes | None:
    """All that comes through a pipe; None when it goes on after ``deadline``."""
    pieces: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            return None
        piece = os.read(reading, _CHUNK_BYTES)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
