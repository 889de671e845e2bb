"""Writers of a release folder, killed or failing at each step: what was published stays, and the next one works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.fault_runs import ENDED, WORKS
from pipeline.test_release import publish_all, write

pytestmark = pytest.mark.thorough


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with three releases that were published and one that was not, and a file to merge."""
    names = publish_all(tmp_path / "releases", "yza")
    names["b"] = write(tmp_path / "releases", "b").version
    (tmp_path / "names").write_text("".join(f"{label}\t{version}\n" for label, version in names.items()))
    (tmp_path / "one.nt").write_text("<http://e.example/a> <http://e.example/p> <http://e.example/b> .\n")
    return tmp_path


Program = subprocess.Popen[str]


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    """The program of runs, which has imported what they need."""
    line = [sys.executable, "-m", "pipeline.fault_runs"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    pipe = subprocess.PIPE
    with subprocess.Popen(line, env=environment, stdin=pipe, stdout=pipe, text=True) as started:
        yield started


def lines(program: Program, *asked: str) -> list[str]:
    """What the program prints of what it was asked; each of its runs has a limit."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("\t".join(asked) + "\n")
    program.stdin.flush()
    told: list[str] = []
    for line in program.stdout:
        if line.startswith(ENDED):
            assert line == f"{ENDED}0\n", told
            return told
        told.append(line.rstrip("\n"))
    raise AssertionError("the program of runs has ended")


def assert_nothing_wrong(found: list[str], least: int, of_each: int = 1) -> None:
    """Neither after any of at least so many runs, and so many ``of_each`` kind of fault."""
    *wrong, summary = found
    assert wrong == [], "\n".join(wrong)
    runs = re.match(r"(\d+) runs \((.*)\) over (\d+) steps: .*", summary)
    assert runs is not None
    assert int(runs[1]) >= least, summary
    assert min(int(count) for count in re.findall(r"\d+", runs[2])) >= of_each, summary
    print(summary)


@pytest.mark.parametrize("name", ["publish", "rollback", "pin", "gc"])
def test_a_switch_and_a_removal_at_each_of_their_steps(name: str, root: Path, program: Program) -> None:
    """Killed, or with an EIO, at each fsync, rename, replace, symlink and mkdir; with a full disk from each step on."""
    assert_nothing_wrong(lines(program, name, str(root), "kill,EIO,ENOSPC", "1"), 9, of_each=3)


@pytest.mark.parametrize(("name", "every"), [("write", 29), ("merge", 113)])
def test_a_build_and_a_merge_at_some_of_their_steps(name: str, every: int, root: Path, program: Program) -> None:
    assert_nothing_wrong(lines(program, name, str(root), "kill,EIO,ENOSPC", str(every)), 6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["kill", "EIO", "ENOSPC"])
@pytest.mark.parametrize("name", ["write", "merge"])
def test_a_build_and_a_merge_at_each_of_their_steps(name: str, kind: str, root: Path, program: Program) -> None:
    assert_nothing_wrong(lines(program, name, str(root), kind, "1"), 20)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["write", "merge"])
def test_engines_that_find_no_room_are_told_too(name: str, root: Path, program: Program) -> None:
    """The store's files and those of SQLite are no steps of Python's."""
    assert lines(program, name, str(root), "full") == ["ends: [2, 2, 2, 2]"]


@pytest.mark.parametrize("name", ["write", "merge"])
def test_a_release_is_on_the_disk_before_it_has_its_name(name: str, root: Path, program: Program) -> None:
    assert lines(program, name, str(root), "unsynced") == ["looked"]


def test_every_writer_is_tried() -> None:
    assert {*WORKS} == {"publish", "rollback", "pin", "gc", "write", "merge"}
