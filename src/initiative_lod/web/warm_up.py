"""Preparation: the tables of a release that answers are made of are made ahead of the first requests for these."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from weakref import ref

from initiative_lod.errors import InitiativeLodError
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.time_limit import LIMIT, TimeLimit
from initiative_lod.web.http.lanes import let_go
from initiative_lod.web.site import Site

log = logging.getLogger("initiative_lod")

LONGEST_SECONDS = 600.0  # that one release takes; what is not made by then is made when it is asked for


class Preparation:
    """Makes the ``tables`` of each release that becomes current, one after the other, in a thread of its own.

    It looks every ``prepare_seconds``, so that a switch is followed before anybody asks.
    """

    def __init__(self, site: Site, tables: Sequence[Callable[[OpenRelease], object]]) -> None:
        self._site, self._tables = site, tables
        self._thread = ThreadPoolExecutor(1, "preparation")
        self._limit = TimeLimit(LONGEST_SECONDS)
        self._prepared: Callable[[], OpenRelease | None] = lambda: None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, in the running event loop."""
        self._task = asyncio.create_task(self._follow(), name="preparation")

    async def stop(self) -> None:
        """Look no longer; what is being made ends at its next look-up."""
        self._limit.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._site.settings.prepare_seconds)
            with suppress(InitiativeLodError):  # nothing is published, or it cannot be opened: who asks is told
                await self._look()

    async def _look(self) -> None:
        opened = self._site.at_hand() or await self._site.open()
        if self._prepared() is not opened:
            self._prepared = ref(opened)  # weakly: a release that is no longer current is to close
            self._limit = TimeLimit(LONGEST_SECONDS)
            await asyncio.get_running_loop().run_in_executor(self._thread, self._prepare, opened, self._limit)

    def _prepare(self, opened: OpenRelease, limit: TimeLimit) -> None:
        LIMIT.set(limit)
        for table in self._tables:
            try:
                limit.check()
                table(opened)
            except (InitiativeLodError, OSError, RuntimeError) as error:  # the request that needs the table tells it
                let_go(error)
                log.debug("release %s could not be prepared: %s", opened.release.version, error)
        with suppress(InitiativeLodError):  # who asks next is told what it is
            opened.reopen()
        give_back()


def give_back() -> None:
    """Give back to the system what nobody holds any more, with the files of releases that were current before.

    Macros of a page hold each other, and the release that the page is of; the collector looks for such circles seldom.
    What is free of the heap the C library keeps for itself (glibc; others do not).
    """
    gc.collect()
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
