"""Phases in which a release is made of what others wrote: each has a limit of time, and of memory where it may grow.

What a limit ends is refused whole: the error names the phase, the setting, and what to do. A project's own sources are
made into a release without.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

from initiative_lod.errors import OutOfTime, OverLimit, SourceError
from initiative_lod.release.time_limit import LIMIT, TimeLimit
from initiative_lod.validation.confined_run import ConfinedRun, RunLimits

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Phases:
    """Limits of each phase; None: it has none, and runs in this process.

    Temporary files lie in the folder ``place``, where the release is made: there is room for it, and what a writer
    leaves that is killed is taken with its workplace.
    """

    limits: RunLimits | None = None
    place: Path | None = None

    def apart(self, what: str, make: Callable[[], T]) -> T:
        """Result of ``make``, made in a process of its own, whose temporary files go with it.

        It may read a store that this process has opened, and write files. Raises SourceError when it was ended.
        """
        with self.begun(what, make) as result:
            return result()

    @contextmanager
    def beside(self, works: Mapping[str, Callable[[], object]]) -> Iterator[None]:
        """Do the works of a mapping by their names, each in a process of its own, while this one does what is in the
        block; without limits they are done here, after it. Raises SourceError when one was ended.
        """
        with ExitStack() as stack:
            results = [stack.enter_context(self.begun(what, make)) for what, make in works.items()]
            yield
            for result in results:
                result()

    @contextmanager
    def begun(self, what: str, make: Callable[[], T]) -> Iterator[Callable[[], T]]:
        """Begin to ``make`` in a process of its own, and give what its result is to be had by, once; raises SourceError
        when it was ended. The process ends with the block. Without limits the result is made when it is asked for.
        """
        limits = self.limits
        if limits is None:
            yield make
            return
        with tempfile.TemporaryDirectory(prefix="phase-", dir=self.place) as folder:

            def within() -> T:
                tempfile.tempdir = folder
                return make()

            run = ConfinedRun(within, limits)

            def result() -> T:
                try:
                    return run.result()
                except OverLimit as error:
                    _refuse(what, error)

            try:
                yield result
            finally:
                run.end()

    @contextmanager
    def here(self, what: str) -> Iterator[None]:
        """Work in this process whose loops and look-ups ask for the time. Raises SourceError when it was ended."""
        if self.limits is None:
            yield
            return
        token = LIMIT.set(TimeLimit(self.limits.seconds))
        try:
            yield
        except OutOfTime:
            _refuse(what, self.limits.out_of_time)
        finally:
            LIMIT.reset(token)


NO_LIMITS = Phases()


def _refuse(what: str, error: OverLimit) -> NoReturn:
    raise SourceError(
        f"{what} was {error}, and nothing was made: leave out some of what was given, or raise the setting"
    ) from error
