"""One release for each answer, whatever is switched while it is made, and the right one afterwards."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from starlette.routing import Match, Route

from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.app import create_app
from service.switching import Asked, Told, addresses, point, serving, told_alone
from service.test_memento import three

pytestmark = pytest.mark.thorough

__all__ = ["three"]  # a fixture

#: Addresses that are of no release, and other names of some that are.
ELSEWHERE = {"/healthz", "/metrics", "/openapi.json", "/reconcile/", "/reconcile/1.0-draft/"}
ELSEWHERE |= {"/reconcile/1.0-draft/reconcile"}
PARTS = (0.0, 0.02, 0.3, 0.97)  # how far a request is when the release is switched


@dataclass(frozen=True)
class Switched:
    """Two releases of a folder, and what a server of each alone answers."""

    root: Path
    folder: Path
    before: str
    after: str
    alone: dict[str, dict[Asked, Told]]

    def to(self, version: str) -> None:
        point(self.folder, version)


@pytest.fixture(scope="module")
def switched(three: tuple[Path, tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory) -> Switched:
    root, versions = three
    folder = Path(shutil.copytree(root / "releases", tmp_path_factory.mktemp("switched") / "releases", symlinks=True))
    asked = addresses(versions)
    alone = {version: told_alone(root, folder, version, asked) for version in versions[1:]}
    return Switched(root, folder, versions[1], versions[2], alone)


class Steps:
    """Counts the calls of functions of ours in every thread that begins from now on; at one of them it does something.

    This is the interpreter's own hook for profilers: nothing of the server is changed.
    """

    def __init__(self) -> None:
        self._acting = threading.Lock()
        self.count, self.at = 0, -1
        self.act: Callable[[], None] = lambda: None

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and "/initiative_lod/" in frame.f_code.co_filename:
            self.count += 1
            if self.count == self.at:
                with self._acting:
                    if self.at >= 0:
                        self.at = -1
                        self.act()

    def arm(self, at: int) -> None:
        """Act at that step from now on, or not at all (-1); what a thread goes on doing after an answer counts too."""
        with self._acting:
            self.count, self.at = 0, at


@contextmanager
def stepping() -> Iterator[Steps]:
    steps = Steps()
    threading.setprofile(steps)
    try:
        yield steps
    finally:
        threading.setprofile(None)


def test_every_address_is_asked(switched: Switched) -> None:
    """Those of the lists above are all that there are: what is added to the service is added there."""
    app: Any = create_app(Settings(root=switched.root, releases=switched.folder), Publisher(switched.folder)).app
    routes = [route for route in app.router.routes if isinstance(route, Route)]
    found = set()
    for asked in switched.alone[switched.before]:
        scope = {"type": "http", "method": asked.method, "path": asked.path.partition("?")[0], "root_path": ""}
        found.add(next((route.path for route in routes if route.matches(scope)[0] is Match.FULL), ""))
    paths = {route.path for route in routes}
    assert {path for path in paths - found - ELSEWHERE if path.rpartition(".")[0] not in paths} == set()


def test_the_two_releases_differ_wherever_they_should(switched: Switched) -> None:
    before, after = (switched.alone[version] for version in (switched.before, switched.after))
    same = {str(item) for item in before if before[item] == after[item]}
    assert len(same) < len(before) / 3, sorted(same)
    assert all(told.status < 500 for told in (*before.values(), *after.values()))


@pytest.mark.parametrize("cache", [0, 64 * 1024 * 1024], ids=["nothing cached", "cached"])
def test_a_switch_between_any_two_steps_of_a_request(switched: Switched, cache: int) -> None:
    """Whatever is being done when it comes, the answer is of one release, and the next one of the new release."""
    steps_seen = 0
    with stepping() as steps, serving(switched.root, switched.folder, cache=cache) as live:
        steps.act = lambda: switched.to(switched.after)
        some = list(switched.alone[switched.before])[cache > 0 :: 6]  # the proof takes all of them, and more steps
        for number, asked in enumerate(some):
            steps.arm(-1)  # what still goes on after the answer before must not switch any more
            switched.to(switched.before)
            live.opened  # noqa: B018 - the server has it open
            steps.arm(-1)
            assert asked.send(live.url, live.client) == switched.alone[switched.before][asked], str(asked)
            steps_seen += steps.count
            part = PARTS[number % len(PARTS)]
            steps.arm(1 + int(part * steps.count))
            check(switched, asked, asked.send(live.url, live.client))
            switched.to(switched.after)
            assert asked.send(live.url, live.client) == switched.alone[switched.after][asked], str(asked)
    assert steps_seen > 100 * len(some)


class Restless(Publisher):
    """A publisher for whom the release is another one each time that it is asked for it."""

    switched: Switched
    looks = 0

    def at_hand(self) -> OpenRelease | None:
        self.switch()
        return super().at_hand() or super().current()

    def current(self) -> OpenRelease:
        self.switch()
        return super().current()

    def switch(self) -> None:
        self.looks += 1
        self.switched.to((self.switched.before, self.switched.after)[self.looks % 2])


def test_a_release_that_is_another_at_each_look(switched: Switched) -> None:
    publisher = Restless(switched.folder)
    publisher.switched = switched
    with serving(switched.root, switched.folder, publisher) as live:
        some = list(switched.alone[switched.before])[::3]
        for asked in some:
            for _ in range(2):
                check(switched, asked, asked.send(live.url, live.client))
    assert publisher.looks >= 2 * len(some)


def check(switched: Switched, asked: Asked, told: Told) -> None:
    """An answer is that of one release or of the other, in every byte and header."""
    either = [switched.alone[version][asked] for version in (switched.before, switched.after)]
    assert told in either, f"{asked}: neither of {switched.before} nor of {switched.after}"


def test_a_date_of_one_release_is_never_that_of_the_next(switched: Switched) -> None:
    """However fast they follow each other, there and back: who has the one is not told that it has the other."""
    with serving(switched.root, switched.folder) as live:
        dates: list[str] = []
        tag = ""
        for version in (switched.before, switched.after) * 3:
            switched.to(version)
            # Nor is a part of the one put to a part of the other.
            validators = [*dates, tag, f"W/{tag}"] if tag else []
            for validator in validators:
                part = live.get("/dataset/dump.nq.gz", range="bytes=9-", if_range=validator)
                assert (part.status_code, part.headers.get("content-range")) == (200, None), validator
            tag = live.get("/dataset/dump.nq.gz", method="HEAD").headers["etag"]
            assert live.get("/dataset/dump.nq.gz", range="bytes=9-", if_range=tag).status_code == 206
            for path in ("/", "/questions", "/dataset", "/dataset/dump.nq.gz"):
                for date in dates:
                    assert live.get(path, "text/html", if_modified_since=date).status_code == 200, path
            dates.append(live.get("/", "text/html").headers["last-modified"])
            assert live.get("/", "text/html", if_modified_since=dates[-1]).status_code == 304
    assert len({*dates}) == 6
