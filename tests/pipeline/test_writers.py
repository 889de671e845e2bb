"""Several writers at one release folder: real processes, in the order that does most harm, and killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from initiative_lod import release
from initiative_lod.errors import Overtaken, ReleaseError
from initiative_lod.release import cleanup, history
from patience import SECONDS, eventually
from pipeline.test_cli import Run, run
from pipeline.test_release import publish_all, write

pytestmark = pytest.mark.thorough

__all__ = ["run"]

#: Begins each process: ``meet(name)`` says that this one is there, and waits until it is let go on.
MEETING = """
import os, pathlib, sys, time
folder, meeting, own, argument = map(pathlib.Path, sys.argv[1:5])
def meet(place):
    (meeting / f"{place}-{own}").touch()
    while not (meeting / f"{place}-go").exists():
        time.sleep(0.01)
from initiative_lod import release
"""
MERGE = """
from initiative_lod.cli import main
publish = release.publish
def late(*arguments):
    meet("publishing")
    publish(*arguments)
release.publish = late
sys.argv = ["initiative-lod", "--root", str(folder.parent), "merge", str(argument), "--publish"]
main()
"""
WRITE = """
from pipeline.test_release import I, Edition, some_quads
os.getpid = lambda: 1  # as in a container of its own
edition = Edition("1.0", "2031-03-05")
release.write(folder, some_quads("甲"), edition, {}, I, make_index=lambda building: meet("writing"))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "releases"


def container() -> list[str]:
    """What begins a command that is process 1 of its own, as in a container; nothing, where that is not allowed."""
    begin = ["unshare", "--map-root-user", "--pid", "--fork", "--kill-child"]
    works = (
        shutil.which("unshare") and subprocess.run([*begin, "true"], capture_output=True, check=False).returncode == 0
    )
    return begin if works else []


@contextmanager
def process(
    code: str, folder: Path, own: str, argument: str = "", before: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the code, killed at the end."""
    meeting = folder.parent / "meeting"
    meeting.mkdir(exist_ok=True)
    line = [*before, sys.executable, "-c", MEETING + code, str(folder), str(meeting), own, argument]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def all_there(folder: Path, place: str, names: Sequence[str], running: Sequence[subprocess.Popen[str]]) -> bool:
    """Waits until each has come to the place. False when one ends before."""
    meeting = folder.parent / "meeting"
    ended: list[int] = []

    def there() -> bool:
        ended[:] = [item.returncode for item in running if item.poll() is not None]
        return bool(ended) or all((meeting / f"{place}-{name}").exists() for name in names)

    return eventually(there) and not ended


def let_go(folder: Path, place: str) -> None:
    (folder.parent / "meeting" / f"{place}-go").touch()


@pytest.mark.slow
def test_of_three_merges_at_once_one_is_published_and_the_others_say_so(folder: Path, run: Run) -> None:
    root, names = folder.parent, ("one", "two", "three")
    make_root(root)
    for name in names:
        (root / f"{name}.nt").write_text(f'<http://e.example/{name}> <http://e.example/p> "{name}" .\n')
    publish_all(folder, "a")
    with ExitStack() as stack:
        running = [stack.enter_context(process(MERGE, folder, name, str(root / f"{name}.nt"))) for name in names]
        assert all_there(folder, "publishing", names, running), [item.communicate()[1] for item in running]
        let_go(folder, "publishing")
        said = {name: item.communicate(timeout=SECONDS)[1] for name, item in zip(names, running, strict=True)}
        codes = {name: item.returncode for name, item in zip(names, running, strict=True)}
    assert sorted(codes.values()) == [0, 2, 2], said
    (first,) = (name for name in names if codes[name] == 0)
    assert merged(folder) == {first}
    for name in {*names} - {first}:
        assert "has become current since" in said[name]
        assert "Run the same again" in said[name]
        assert "published\n" not in said[name]
        assert run(root, "merge", f"{name}.nt", "--publish").code == 0
    assert merged(folder) == {*names}
    assert len(history.switches(folder)) == 4


def make_root(root: Path) -> None:
    """What a merge needs of a project."""
    (root / "initiative-lod.toml").touch()
    root.mkdir(parents=True, exist_ok=True)
    (root / "initiative-lod.toml").touch()
    for needed in ("ontology", "data/questions"):
        (root / needed).mkdir(parents=True)
    head = "# question@zh: 有吗？\n# question@en: Is there any?\n# group: structure\n"
    (root / "data/questions/any.rq").write_text(head + "ASK { ?s ?p ?o }", "utf-8")
    (root / "data/questions/any.tsv").write_text("true\n")


def merged(folder: Path) -> set[str]:
    current = release.current(folder)
    assert current is not None
    return {source.slug for source in current.manifest.merged}


def test_two_containers_that_write_the_same_do_not_take_each_other_s_work(folder: Path) -> None:
    """Where namespaces are not to be had, their numbers at least are the same."""
    before = container()
    with process(WRITE, folder, "a", "", before) as first, process(WRITE, folder, "b", "", before) as second:
        assert all_there(folder, "writing", ["a", "b"], [first, second])
        assert cleanup.collect(folder, 0)[1] == []
        let_go(folder, "writing")
        ends = [item.communicate(timeout=SECONDS)[1] for item in (first, second)]
        assert [first.returncode, second.returncode] == [0, 0], ends
    (version,) = release.versions(folder)
    assert release.verify(release.find(folder, version)) == []
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [version]


def test_what_a_killed_writer_leaves_is_told_and_goes(folder: Path, run: Run) -> None:
    with process(WRITE, folder, "a") as writer:
        assert all_there(folder, "writing", ["a"], [writer])
        assert cleanup.leftovers(folder) == []
        writer.kill()
    (left,) = cleanup.leftovers(folder)
    assert left.name.startswith(".building-1.0-")
    assert left.bytes > 0
    assert release.versions(folder) == []
    root = Path(__file__).parents[2]
    told = run(root, "--releases", str(folder), "release", "list")
    assert f"left by what was killed: {left.name}" in told.err
    assert "'initiative-lod release gc' removes it" in told.err
    made = write(folder, "甲", files={})
    assert release.verify(made) == []
    assert f"{left.name}: removed" in run(root, "--releases", str(folder), "release", "gc").out
    assert cleanup.leftovers(folder) == []
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [made.version]


# publish


def test_a_start_that_is_current_no_more_is_refused(folder: Path) -> None:
    names = publish_all(folder, "a")
    mine, theirs = write(folder, "b"), write(folder, "c")
    release.publish(folder, theirs, since=names["a"])
    with pytest.raises(Overtaken, match=rf"{theirs.version} has become current since .* publish {mine.version}"):
        release.publish(folder, mine, since=names["a"])
    assert release.current(folder) == theirs
    release.publish(folder, mine)
    assert release.current(folder) == mine


def test_the_first_of_all_is_overtaken_too(folder: Path) -> None:
    mine, theirs = write(folder, "b"), write(folder, "c")
    release.publish(folder, theirs, since="")
    with pytest.raises(Overtaken, match="since this began with nothing"):
        release.publish(folder, mine, since="")


def test_who_did_the_same_meanwhile_has_published_it(folder: Path) -> None:
    names = publish_all(folder, "ab")
    made = release.find(folder, names["b"])
    release.publish(folder, made, since=names["a"])
    assert len(history.history(folder)) == 2


def test_of_publishers_at_once_that_begin_with_the_same_one_comes_through(folder: Path) -> None:
    names = publish_all(folder, "z")
    made = [write(folder, label) for label in "abcd"]
    refused: list[str] = []

    def publish(item: release.Release) -> None:
        try:
            release.publish(folder, item, names["z"])
        except Overtaken:
            refused.append(item.version)

    threads = [threading.Thread(target=publish, args=(item,)) for item in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    current = release.current(folder)
    assert current is not None
    assert sorted([current.version, *refused]) == sorted(item.version for item in made)


def test_a_file_system_without_locks_has_no_release_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(handle: int, operation: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(ReleaseError, match=r"cannot be locked \(Operation not supported\).*file system that has locks"):
        write(folder, "a")


def test_publishing_tells_what_is_no_longer_there(folder: Path, run: Run) -> None:
    root = folder.parent
    make_root(root)
    (root / "one.nt").write_text("<http://e.example/a> <http://e.example/p> <http://e.example/b> .\n")
    names = publish_all(folder, "a")
    assert run(root, "merge", "one.nt", "--publish").code == 0
    done = run(root, "release", "publish", names["a"])
    assert done.code == 0
    assert "no longer current: what was merged from one" in done.err
    assert "rollback" in done.err
