"""What answers are made of is made ahead of the first ones, of each release that becomes current."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from initiative_lod.errors import ReleaseError
from initiative_lod.release.time_limit import LIMIT
from initiative_lod.settings import Settings
from initiative_lod.web.warm_up import Preparation
from patience import SECONDS


class Opened:
    """A release, as far as a preparation looks at it."""

    release = SimpleNamespace(version="1")


class Served:
    """A site whose current release is at hand, or has to be opened first."""

    settings = Settings(prepare_seconds=0.1)

    def __init__(self) -> None:
        self.current: Any = None
        self.waiting: list[Any] = []

    def at_hand(self) -> Any:
        return self.current

    async def open(self) -> Any:
        if not self.waiting:
            raise ReleaseError("nothing has been published")
        self.current = self.waiting.pop()
        return self.current


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def test_each_release_is_prepared_once_and_not_held() -> None:
    """A switch is followed though nobody asks; a table that cannot be made keeps none from being made."""
    made: list[int] = []
    gone = threading.Event()

    class Held(Opened):
        def __del__(self) -> None:
            gone.set()

    def broken(opened: Any) -> None:
        raise OSError("damaged")

    async def run() -> None:
        site = Served()
        preparation = Preparation(site, [broken, lambda opened: made.append(id(opened))])  # type: ignore[arg-type]
        preparation.start()
        await asyncio.sleep(0.25)  # nothing is published, at two looks
        assert made == []
        site.waiting = [Held()]
        await until(lambda: len(made) == 1)
        await asyncio.sleep(0.25)
        assert len(made) == 1
        site.waiting = [Opened()]
        site.current = None
        await until(lambda: len(made) == 2)
        assert gone.is_set()
        await preparation.stop()

    asyncio.run(run())


def test_what_is_being_made_ends_when_the_server_stops() -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(opened: Any) -> None:
        begun.set()
        try:
            while limit := LIMIT.get():
                limit.check()
        finally:
            ended.set()

    async def run() -> None:
        site = Served()
        site.current = Opened()
        preparation = Preparation(site, [endless])  # type: ignore[arg-type]
        preparation.start()
        await until(begun.is_set)
        await preparation.stop()

    asyncio.run(run())
    assert ended.wait(SECONDS)
