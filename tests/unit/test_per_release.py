"""Values made once of a release: by whoever comes first, anew for another one; they keep no release open."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad

from initiative_lod import release
from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release import Edition
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.vocabulary import RDFS

I = Iris()


def opened(folder: Path, label: str) -> OpenRelease:
    quads = [Quad(I.thing("id/x"), RDFS.label, Literal(label), I.graph("some"))]
    return OpenRelease.open(release.write(folder, quads, Edition("1.0", "2031-03-05"), {"context.jsonld": b"{}"}, I))


def test_it_is_made_once_however_many_ask(tmp_path: Path) -> None:
    first, calls, ready = opened(tmp_path, "a"), [], threading.Barrier(8)

    def make(given: OpenRelease) -> str:
        calls.append(given.release.version)
        return given.release.digest

    values, per_release = [], PerRelease(make)

    def ask() -> None:
        ready.wait()
        values.append(per_release.of(first))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == [first.release.digest] * 8
    assert calls == [first.release.version]


def test_another_release_has_its_own(tmp_path: Path) -> None:
    first, second = opened(tmp_path, "a"), opened(tmp_path, "b")
    per_release = PerRelease(lambda given: given.release.version)
    assert [per_release.of(item) for item in (first, second, first)] == [
        item.release.version for item in (first, second, first)
    ]


def test_what_could_not_be_made_is_tried_again(tmp_path: Path) -> None:
    outcomes: list[Exception | str] = [ReleaseError("not yet"), "made"]

    def make(given: OpenRelease) -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    first, per_release = opened(tmp_path, "a"), PerRelease(make)
    with pytest.raises(ReleaseError, match="not yet"):
        per_release.of(first)
    assert per_release.of(first) == "made"


def test_the_release_is_not_kept_open(tmp_path: Path) -> None:
    first = opened(tmp_path, "a")
    per_release = PerRelease(lambda given: given.release.version)
    per_release.of(first)
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
