"""Removing releases: what stays and why, what goes, and what a removal or a build leaves that is cut off."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from initiative_lod import release
from initiative_lod.errors import DamagedStore, ReleaseError
from initiative_lod.release import cleanup, history, in_use
from initiative_lod.release import folder as folder_module
from initiative_lod.release.cleanup import collect
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker_process import Worker
from initiative_lod.waiting.deadlines import Deadlines
from patience import SECONDS, patient
from pipeline.test_release import cut_off, publish_all, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "releases"


def age(path: Path, seconds: float) -> None:
    """Make a folder and all in it look as if it had been written so long ago."""
    for item in (path, *path.rglob("*")):
        os.utime(item, (time.time() - seconds,) * 2, follow_symlinks=False)


def kept(folder: Path, keep: int = cleanup.KEPT_RELEASES) -> dict[str, str]:
    return {item.version: item.why for item in collect(folder, keep, dry_run=True)[0]}


# What stays


def test_the_current_one_and_those_before_it_stay(folder: Path) -> None:
    names = publish_all(folder, "abcde")
    for name in names.values():
        age(folder / name, 100)
    assert kept(folder, 2) == {names["e"]: "current", names["d"]: "previous", names["c"]: "previous"}
    assert set(kept(folder)) == set(names.values())
    stays, gone = collect(folder, 2)
    assert {item.version for item in stays} == {names["c"], names["d"], names["e"]}
    assert [item.name for item in gone] == sorted([names["a"], names["b"]])
    assert release.versions(folder) == sorted(item.version for item in stays)
    assert collect(folder, 2)[1] == []
    assert release.rollback(folder).version == names["d"]
    assert release.rollback(folder).version == names["c"]


def test_keeping_none_keeps_the_current_one(folder: Path) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)
    collect(folder, 0)
    assert release.versions(folder) == [names["b"]]
    assert [found.version for found in release.releases(folder)] == [names["b"]]


def test_what_a_rollback_goes_back_to_comes_before_what_was_rolled_back(folder: Path) -> None:
    names = publish_all(folder, "abcd")
    release.rollback(folder)  # d was a mistake
    for name in names.values():
        age(folder / name, 100)
    assert kept(folder, 1) == {names["c"]: "current", names["b"]: "previous"}
    assert kept(folder, 3) == {
        names["c"]: "current",
        **{names[label]: "previous" for label in "abd"},
    }


@pytest.mark.parametrize("seconds", [0, 100, 1_000_000_000, -1_000_000_000])
def test_what_nobody_has_published_stays_whatever_clocks_say(folder: Path, seconds: float) -> None:
    """A copy (``rsync -a``) has the times of where it comes from, and a clock may be set to anything."""
    draft = write(folder, "x")
    names = publish_all(folder, "a")
    age(draft.path, seconds)
    assert kept(folder, 0) == {names["a"]: "current", draft.version: "not published"}
    assert collect(folder, 0)[1] == []
    release.publish(folder, draft)
    assert kept(folder, 0) == {draft.version: "current"}


def test_drafts_go_when_that_is_asked_for(folder: Path) -> None:
    draft, reading = write(folder, "x"), write(folder, "y")
    names = publish_all(folder, "a")
    held = in_use.take(reading.path)
    assert {item.version: item.why for item in collect(folder, drafts=True)[0]} == {
        names["a"]: "current",
        reading.version: "in use",
    }
    assert not draft.path.exists()
    del held


def test_what_is_about_to_be_published_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older release is looked at before it is published again, and that takes its time."""
    names = publish_all(folder, "ab")
    again = release.find(folder, names["a"])
    verify = folder_module.verify  # type: ignore[attr-defined]

    def slowly(found: release.Release) -> list[str]:
        assert collect(folder, 0)[1] == []
        return verify(found)

    monkeypatch.setattr(folder_module, "verify", slowly)
    release.publish(folder, again)
    assert release.current(folder) == again


def test_where_nothing_was_published_nothing_goes(folder: Path) -> None:
    assert collect(folder) == ([], [])
    made = write(folder, "a")
    age(made.path, 10_000)
    assert kept(folder, 0) == {made.version: "not published"}


def test_what_is_pinned_stays(folder: Path) -> None:
    names = publish_all(folder, "abc")
    for name in names.values():
        age(folder / name, 100)
    assert history.pinned(folder) == []
    cleanup.pin(folder, names["a"])
    cleanup.pin(folder, names["a"])
    assert history.pinned(folder) == [names["a"]]
    assert kept(folder, 0) == {names["c"]: "current", names["a"]: "pinned"}
    cleanup.pin(folder, names["a"], keep=False)
    assert kept(folder, 0) == {names["c"]: "current"}


def test_what_is_being_read_stays(folder: Path) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)
    opened = OpenRelease.open(release.find(folder, names["a"]))
    assert kept(folder, 0)[names["a"]] == "in use"
    collect(folder, 0)
    assert list(opened.store)
    del opened
    assert names["a"] not in kept(folder, 0)


def test_what_a_server_still_shows_stays(folder: Path) -> None:
    """Until it has followed the switch, and the last request that reads the old one is over."""
    names = publish_all(folder, "a")
    publisher = Publisher(folder)
    reading = publisher.current()
    names |= publish_all(folder, "b")
    age(folder / names["a"], 100)
    assert kept(folder, 0)[names["a"]] == "in use"
    publisher.current()
    assert kept(folder, 0)[names["a"]] == "in use"
    assert list(reading.store)
    del reading
    assert names["a"] not in kept(folder, 0)


def test_what_a_query_worker_keeps_open_stays(folder: Path) -> None:
    """It may lock nothing itself: whoever took one over could keep the folder's lock, and nobody would publish."""
    names = publish_all(folder, "abc")

    def held() -> set[str]:
        return {version for version, why in kept(folder, 0).items() if why == "in use"}

    async def ask() -> None:
        worker = await Worker.start(patient(Settings(root=folder.parent, releases=folder)))
        try:
            for label in "abc":
                job = Job(str(folder / names[label] / "store"), "ASK {}", "http://base.example/")
                assert (await worker.run(job, Deadlines(SECONDS))).kind == "boolean"
            assert held() == {names["b"]}  # the last two are kept open, and c is current
            with pytest.raises(DamagedStore, match="has been removed"):
                await worker.run(replace(job, store=str(folder / "9.9.9" / "store")), Deadlines(SECONDS))
        finally:
            worker.kill()
            await worker.wait()

    asyncio.run(ask())
    assert held() == set()


def test_another_process_that_is_killed_reads_no_more(folder: Path) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)
    code = (
        "import pathlib, signal, sys; from initiative_lod import release\n"
        "from initiative_lod.release.open_release import OpenRelease\n"
        "held = OpenRelease.open(release.read(pathlib.Path(sys.argv[1]))); print('open', flush=True); signal.pause()"
    )
    reader = subprocess.Popen([sys.executable, "-c", code, str(folder / names["a"])], stdout=subprocess.PIPE)
    assert reader.stdout is not None
    with reader:
        assert reader.stdout.readline() == b"open\n"
        assert kept(folder, 0)[names["a"]] == "in use"
        reader.kill()
    assert names["a"] not in kept(folder, 0)


def test_a_release_cannot_be_opened_while_it_is_being_removed(folder: Path) -> None:
    made = write(folder, "a")
    with in_use.alone(made.path) as alone:
        assert alone
        with pytest.raises(ReleaseError, match="has been removed"):
            OpenRelease.open(made)
    OpenRelease.open(made)
    made.path.rename(made.path.with_name("elsewhere"))
    with pytest.raises(ReleaseError, match="has been removed"):
        OpenRelease.open(made)


def test_a_folder_that_is_moved_before_the_lock_is_taken_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write(folder, "a")
    flock = fcntl.flock

    def too_late(handle: int, operation: int) -> None:
        made.path.rename(folder / ".removing-x")
        shutil.copytree(folder / ".removing-x", made.path)  # built anew
        flock(handle, operation)

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", too_late)
        with pytest.raises(ReleaseError, match="has been removed"):
            in_use.take(made.path)
    in_use.take(made.path)


def test_where_there_are_no_locks_everything_is_in_use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)

    def none(handle: int, operation: int) -> None:
        raise OSError(errno.EBADF, "no locks here")

    with history.lock(folder), monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", none)
        with in_use.alone(folder / names["a"]) as alone:
            assert not alone
        OpenRelease.open(release.find(folder, names["a"]))


@pytest.mark.thorough
def test_a_reader_and_a_removal_at_once_never_both_succeed(folder: Path) -> None:
    publish_all(folder, "z")
    for turn in range(8):
        made = write(folder, f"a{turn}")
        age(made.path, 100)
        opened: list[OpenRelease] = []

        def read(made: release.Release = made, opened: list[OpenRelease] = opened) -> None:
            with suppress(ReleaseError):
                opened.append(OpenRelease.open(made))

        reader = threading.Thread(target=read)
        reader.start()
        collect(folder, 0)
        reader.join()
        assert bool(opened) == made.path.is_dir()
        for item in opened:
            assert len(list(item.store)) > 30


# What goes


def test_a_dry_run_touches_nothing(folder: Path) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    (_, (gone,)) = collect(folder, 0, dry_run=True)
    assert gone.name == names["a"]
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before


def test_it_says_what_it_frees(folder: Path) -> None:
    names = publish_all(folder, "ab")
    path = folder / names["a"]
    age(path, 100)
    size = sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    shared = path / "store" / "shared.sst"
    shared.write_bytes(b"x" * 1000)
    os.link(shared, folder / names["b"] / "shared.sst")  # as a merge shares a store's files
    age(path, 100)
    (_, (gone,)) = collect(folder, 0)
    assert gone.bytes == size


def test_one_that_is_cut_off_never_leaves_half_a_release(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)

    def crash(path: Path) -> None:
        (path / "dump.nq.gz").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", crash)
        with pytest.raises(KeyboardInterrupt):
            collect(folder, 0)
    assert release.versions(folder) == [names["b"]]
    assert (folder / f".removing-{names['a']}").is_dir()
    (_, (gone,)) = collect(folder, 0)
    assert gone.name == names["a"]
    assert gone.bytes > 0
    assert not list(folder.glob(".removing-*"))


def test_a_release_that_was_built_again_meanwhile_is_removed_once_more(folder: Path) -> None:
    names = publish_all(folder, "ab")
    shutil.copytree(folder / names["a"], folder / f".removing-{names['a']}")
    age(folder / names["a"], 100)
    collect(folder, 0)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.is_symlink()) == [names["b"]]


@pytest.mark.parametrize("name", [".building-1.0-abc-17", ".merging-xyz"])
def test_what_a_build_left_goes_when_nobody_is_at_it(folder: Path, name: str) -> None:
    publish_all(folder, "a")
    left = folder / name
    (left / "store").mkdir(parents=True)
    (left / "store" / "1.sst").write_bytes(b"x" * 500)
    held = in_use.take(left)
    age(left, 1_000_000)
    assert collect(folder)[1] == cleanup.leftovers(folder) == []
    del held
    assert cleanup.leftovers(folder) == [cleanup.Removed(name, 500)]
    assert left.exists()
    assert collect(folder)[1] == [cleanup.Removed(name, 500)]
    assert not left.exists()


def test_what_a_switch_left_goes(folder: Path) -> None:
    names = publish_all(folder, "a")
    left = folder / ".current-99"
    left.symlink_to(names["a"])
    (_, (gone,)) = collect(folder)
    assert gone.name == ".current-99"
    assert not left.is_symlink()
    assert (folder / names["a"]).is_dir()
    assert history.current_version(folder) == names["a"]


def test_what_a_pin_left_goes(folder: Path) -> None:
    names = publish_all(folder, "a")
    cleanup.pin(folder, names["a"])
    (folder / ".pinned").write_text("half")
    assert cleanup.leftovers(folder) == [cleanup.Removed(".pinned", 4)]
    assert collect(folder)[1] == [cleanup.Removed(".pinned", 4)]
    assert not (folder / ".pinned").exists()
    assert history.pinned(folder) == [names["a"]]


def test_what_is_none_of_ours_is_left_alone(folder: Path) -> None:
    publish_all(folder, "a")
    (folder / "notes").mkdir()
    (folder / "read me.txt").touch()
    (folder / ".hidden").mkdir()
    for path in folder.iterdir():
        if path.name in ("notes", "read me.txt", ".hidden"):
            age(path, 1_000_000)
    assert collect(folder, 0)[1] == []
    assert {"notes", "read me.txt", ".hidden"} <= {path.name for path in folder.iterdir()}


def test_what_cannot_be_removed_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(ReleaseError, match="cannot be removed: Permission denied"):
        collect(folder, 0)


# The switches that were made


def test_switches_have_times_in_order(folder: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    names = publish_all(folder, "abb")
    release.rollback(folder)
    found = history.switches(folder)
    assert [item.version for item in found] == [names["a"], names["b"], names["a"]]
    assert all(before <= item.time <= datetime.now(UTC) + timedelta(seconds=1) for item in found)
    assert [item.time for item in found] == sorted(item.time for item in found)


def test_a_switch_that_was_cut_off_has_no_time(folder: Path) -> None:
    made = write(folder, "c")
    names = publish_all(folder, "ab")
    cut_off(folder, "publish", made.version)
    assert [item.version for item in history.switches(folder)] == [names["a"], names["b"]]
    names |= publish_all(folder, "d")
    assert [item.version for item in history.switches(folder)] == [names["a"], names["b"], names["d"]]


@pytest.mark.parametrize("line", ["[]", '"x"', "7", "{}", '{"action": "publish", "from": "", "version": "x"}', "{"])
def test_what_is_no_entry_of_the_history_is_left_out(folder: Path, line: str) -> None:
    publish_all(folder, "a")
    whole = (folder / history.HISTORY).read_text()
    (folder / history.HISTORY).write_text(f"{line}\n{whole}")
    assert len(history.switches(folder)) == 1


def test_a_clock_that_was_set_back_changes_no_order(folder: Path) -> None:
    publish_all(folder, "ab")
    path = folder / history.HISTORY
    first, second = (line for line in path.read_text().splitlines() if line)
    year = datetime.now(UTC).strftime("%Y-")
    path.write_text(f"{first}\n{second.replace(year, '1999-', 1)}\n")
    found = history.switches(folder)
    assert found[0].time == found[1].time
