"""Course of a merge: phases that are counted, bytes that are read, and the time that is left."""

from __future__ import annotations

import gzip
import os
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from initiative_lod import pipeline, release
from initiative_lod.cli import console
from initiative_lod.cli import merge as command
from initiative_lod.cli.course import BYTES_A_QUAD, MEASURED, MILLION, Course, Phase
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.reading import find_files, process_pool
from initiative_lod.reading.find_files import Source
from initiative_lod.reading.parse import How
from initiative_lod.reading.process_pool import ReaderProcess
from initiative_lod.settings import Settings
from patience import patient

PHASES = (Phase("reading ", new=10.0), Phase("loading", 2.0, new=20.0), Phase("checking", 1.0, all=5.0))


class Clock:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_bytes_and_phases_are_counted_and_the_time_that_is_left() -> None:
    clock = Clock()
    course = Course(PHASES, MILLION, {"one": 60_000_000, "two": 40_000_000}, clock)
    new = 100_000_000 / BYTES_A_QUAD / MILLION  # as long as nothing is known of the files but their size
    assert course.left() == pytest.approx(10 * new + 2 + 20 * new + 1 + 5 * (1 + new))
    course.step("reading one")
    clock.now += 4
    course.moved(20_000_000)
    assert (course.number, course.phases, course.read, course.total, course.rate) == (1, 3, 20e6, 100e6, 5e6)
    course.count("one", 50_000_000, 400_000)  # so that there will be 800,000
    pace = (4 + MEASURED) / (10 * 0.8 * 0.5 + MEASURED)
    assert course.left() == pytest.approx(pace * (10 * 0.8 * 0.5 + 2 + 20 * 0.8 + 1 + 5 * 1.8))
    course.step("reading two")  # of the first one some files were none to be read
    assert course.read == 60_000_000
    course.count("two", 40_000_000, 400_000)
    clock.now += 4
    course.step("loading the store")
    assert (course.number, course.read, course.is_reading) == (2, 100_000_000, False)
    pace = (8 + MEASURED) / (8 + MEASURED)
    assert course.left() == pytest.approx(pace * (18 + 10))
    clock.now += 12
    assert course.left() == pytest.approx(6 + 10)
    assert course.share() == pytest.approx(20 / 36)
    clock.now += 100  # much longer than it should
    assert (course.left(), course.share()) == (None, None)
    course.step("checking: one thing")
    course.step("checking: another")
    assert course.number == 3
    assert course.left() == pytest.approx(10 * (120 + MEASURED) / (26 + MEASURED))
    over = course.share()
    assert over is not None
    assert over > 20 / 36
    course.step("checking: a third")
    clock.now -= 50
    assert course.share() == over  # it never falls


def test_of_what_is_packed_nothing_is_said_before_it_is_read(tmp_path: Path) -> None:
    packed, plain = tmp_path / "a.nt.gz", tmp_path / "b.nt"
    packed.write_bytes(gzip.compress(b"<x:a> <x:b> <x:c> .\n"))
    plain.write_bytes(b"<x:a> <x:b> <x:c> .\n")
    sizes = [find_files.size(Source("x", str(path))) for path in (packed, plain, tmp_path)]
    assert [*sizes, find_files.size(Source("x", "https://x.example/a.nt"))] == [None, 20, None, None]
    course = Course(PHASES, 0, {"a": None}, Clock())
    course.step("reading a")
    course.count("a", 20, 1)
    assert (course.total, course.left(), course.share(), course.read) == (None, None, None, 20)
    course.step("loading the store")
    assert course.total == 20
    assert course.left() is not None


def test_each_message_of_a_merge_is_of_a_phase_in_their_order(harbour_root: Path, tmp_path: Path) -> None:
    settings = patient(Settings(root=harbour_root, rendered_documents=1))
    start = release.current(settings.release_folder)
    assert start is not None
    source = tmp_path / "one.nt"
    source.write_text("<https://x.example/a> <https://x.example/b> <https://x.example/c> .\n", "utf-8")
    wanted = MergeRequest(named=(str(source),), dry_run=True)
    messages: list[str] = []
    pipeline.make_merged_release(settings, start, wanted, messages.append)
    phases = command._phases(settings, wanted, publish=False)
    found = [[message.startswith(phase.begins) for phase in phases].index(True) for message in messages]
    assert found == sorted(found)
    assert {*found} == {*range(len(phases))}
    assert command._phases(settings, replace(wanted, dry_run=False), publish=True)[:-2] == phases


@pytest.mark.parametrize(("width", "bar"), [(80, False), (120, True)])
def test_the_line_fits_the_terminal_and_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, width: int, bar: bool
) -> None:
    screen = Console(file=StringIO(), width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr(console, "console", screen)
    watch, clock = console.StatusLine(), Clock()
    watch.course = course = Course(PHASES, MILLION, {"a-name-that-is-very-long" * 4: 60_000_000}, clock)
    watch.step("reading " + "a-name-that-is-very-long" * 4)
    clock.now += 2
    course.moved(12_345_678)
    with screen.capture() as shown:
        screen.print(watch)
    (line,) = shown.get().splitlines()
    assert len(line) == width
    assert " 0:00 " in line
    assert "1 of 3, about " in line
    assert " left · reading 12.3 of 60.0 MB, 6.2 MB/s: a-na" in line
    assert ("━" in line) is bar


def test_a_large_file_is_counted_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "one.nt"
    source.write_text("<https://x.example/a> <https://x.example/b> <https://x.example/c> .\n" * 100, "utf-8")
    reader = ReaderProcess(tmp_path / "spool", Settings())
    assert reader.position == 0
    reader._process, reader._reads = SimpleNamespace(pid=os.getpid()), str(source.resolve())  # type: ignore[assignment]
    with source.open("rb", buffering=0) as file:
        file.read(1234)
        assert reader.position == (1234 if sys.platform == "linux" else 0)
    assert reader.position == 0
    monkeypatch.setattr(process_pool, "LOOKS", 0.0)
    monkeypatch.setattr(ReaderProcess, "position", 7)
    seen: list[int] = []
    with process_pool.ProcessPool(tmp_path, Settings(merge_workers=3)) as pool:
        arrived = find_files.arrive(Source("one", str(source)), tmp_path, Settings())
        pool.read(arrived, lambda member: How("https://x.example/g", "https://x.example/"), moved=seen.append)
    assert {*seen} == {21}
