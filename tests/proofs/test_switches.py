"""A hundred switches of the release under load: every answer is that of one release alone, byte for byte, and the right
one. Every kind of address is asked by several clients at once; between any two switches they get some answers.
"""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from initiative_lod.web.routes import changes
from patience import SECONDS
from service.conftest import Live
from service.switching import Asked, Told, addresses, point, serving, told_alone
from service.test_memento import three

__all__ = ["three"]  # a fixture

SWITCHES = 100
CLIENTS = 8
BETWEEN = 60  # answers between two switches


@dataclass
class Load:
    """What was answered: (request, answer, when it was sent, when it was there); and when each switch was made."""

    answers: list[tuple[Asked, Told, float, float]] = field(default_factory=list)
    switches: list[tuple[float, float, str]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def ask(self, live: Live, asked: list[Asked], seed: int) -> None:
        """Ask again and again, in an order of its own, until it has ended."""
        chance = random.Random(seed)
        with httpx.Client(timeout=SECONDS) as client:
            client.headers = live.client.headers  # as each release alone was asked: no coding, for one
            while not self.ended.is_set():
                item = chance.choice(asked)
                begun = time.monotonic()
                told = item.send(live.url, client)
                self.answers.append((item, told, begun, time.monotonic()))

    def switch(self, folder: Path, version: str) -> None:
        """Make a release the current one."""
        begun = time.monotonic()
        point(folder, version)
        self.switches.append((begun, time.monotonic(), version))

    def current(self, begun: float, ended: float) -> set[str]:
        """The releases that were current at some time in between."""
        found, last = set(), ""
        for start, end, version in self.switches:
            if end < begun:
                last = version
            elif start <= ended:
                found.add(version)
        return found | {last}


@pytest.mark.slow
def test_a_hundred_switches_under_load(
    three: tuple[Path, tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        changes, "PATIENCE", SECONDS
    )  # else who waits for a comparison is sent away, which is no answer
    root, versions = three
    folder = Path(shutil.copytree(root / "releases", tmp_path / "releases", symlinks=True))
    asked = addresses(versions)
    alone = {version: told_alone(root, folder, version, asked) for version in versions[1:]}
    load = Load()
    load.switch(folder, versions[1])
    with serving(root, folder) as live:
        threads = [threading.Thread(target=load.ask, args=(live, asked, seed)) for seed in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            for number in range(SWITCHES):
                enough = len(load.answers) + BETWEEN
                while len(load.answers) < enough:
                    assert all(thread.is_alive() for thread in threads), "a client has given up"
                    time.sleep(0.01)
                load.switch(folder, versions[1 + (number + 1) % 2])
        finally:
            load.ended.set()
            for thread in threads:
                thread.join(SECONDS)
    wrong = []
    for item, told, begun, ended in load.answers:
        current = load.current(begun, ended)
        if told not in [alone[version][item] for version in current]:
            wrong.append(f"{item} is of none of {sorted(current)}: {told} {told.body[:400]!r}")
    assert wrong == []
    kinds = Counter(item for item, _, _, _ in load.answers)
    assert len(load.switches) == SWITCHES + 1
    assert len(kinds) == len(asked), "not every kind of address was asked"
    sure = sum(len(load.current(begun, ended)) == 1 for _, _, begun, ended in load.answers)
    print(
        f"\n{len(load.answers):,} answers of {len(kinds)} kinds of requests over {SWITCHES} switches, none wrong; "
        f"{sure:,} of them while one release was current"
    )
