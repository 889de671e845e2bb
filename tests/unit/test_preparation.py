"""What answers are made of is made ahead of the first ones, of each release that becomes current."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyoxigraph import Literal, Quad

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release import Edition
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.time_limit import LIMIT
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDFS
from initiative_lod.web.warm_up import Preparation
from patience import SECONDS

I = Iris()


class Opened:
    """A release, as far as a preparation looks at it."""

    release = SimpleNamespace(version="1")

    def __init__(self) -> None:
        self.reopened = 0

    def reopen(self) -> None:
        self.reopened += 1


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
    """A switch is followed though nobody asks; a table that cannot be made keeps none from being made.

    What holds the release before in a circle, as macros of a page do, is looked for once it is not current any more.
    """
    made: list[int] = []
    gone = threading.Event()

    class Held(Opened):
        def __init__(self) -> None:
            super().__init__()
            self.circle = self

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
        assert len(made) == site.current.reopened == 1  # what the engine keeps of all that was read has gone
        site.waiting = [Opened()]
        site.current = None
        await until(lambda: len(made) == 2)
        await until(gone.is_set)
        await preparation.stop()

    gc.disable()  # else it might come to look by itself
    try:
        asyncio.run(run())
    finally:
        gc.enable()


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


def test_a_store_is_opened_anew_under_who_reads_from_it(tmp_path: Path) -> None:
    quads = canonical([Quad(I.thing("id/x"), RDFS.label, Literal(str(n)), I.graph("some")) for n in range(5)])
    made = release.write(tmp_path, quads, Edition("1.0", "2031-03-05"), {"context.jsonld": b"{}"}, I)
    opened = OpenRelease.open(made)
    reading, before = opened.quads(), opened.store
    first = next(reading)
    opened.reopen()
    assert opened.store is not before
    assert [first, *reading] == [*opened.quads()]
    again = opened.store
    made.path.rename(tmp_path / "gone")
    with pytest.raises(ReleaseError, match="cannot be opened"):
        opened.reopen()
    assert opened.store is again
