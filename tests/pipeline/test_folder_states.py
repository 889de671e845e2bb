"""What may become of a release folder: ``current`` gone or broken, history and pins damaged; what each command says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from initiative_lod import pipeline, release
from initiative_lod.errors import ReleaseError
from initiative_lod.release import history
from pipeline.test_cli import Done, Run, run
from pipeline.test_release import publish_all, write
from pipeline.test_writers import make_root

pytestmark = pytest.mark.thorough

__all__ = ["run"]

Harm = Callable[[Path, dict[str, str]], None]


def gone(folder: Path, names: dict[str, str]) -> None:
    (folder / "current").unlink()


def relinked(target: str) -> Harm:
    def harm(folder: Path, names: dict[str, str]) -> None:
        (folder / "current").unlink()
        (folder / "current").symlink_to(target)

    return harm


def removed(folder: Path, names: dict[str, str]) -> None:
    shutil.rmtree(folder / names["b"])


def circle(folder: Path, names: dict[str, str]) -> None:
    relinked("other")(folder, names)
    (folder / "other").symlink_to("current")


def copied(folder: Path, names: dict[str, str]) -> None:
    """As ``cp -rL`` and ``rsync -L`` leave it."""
    (folder / "current").unlink()
    shutil.copytree(folder / names["b"], folder / "current")


def written(folder: Path, names: dict[str, str]) -> None:
    """As an archive without links leaves it."""
    (folder / "current").unlink()
    (folder / "current").write_text(names["b"])


def damaged(folder: Path, names: dict[str, str]) -> None:
    (folder / names["b"] / "manifest.json").write_text("{")


#: Of each state: what is done to a folder in which a and then b were published, what is said, and whether publishing
#: and rolling back mend it.
STATES: dict[str, tuple[Harm, str, bool, bool]] = {
    "gone": (gone, "current is gone, though releases have been published", True, False),
    "dangling": (relinked("9.9-aaaaaaaaaaaa"), "leads to 9.9-aaaaaaaaaaaa, which is not there", True, True),
    "removed": (removed, "which is not there", True, True),
    "looping": (relinked("current"), "current leads to itself", True, False),
    "circle": (circle, "leads to other, which is not there", True, True),
    "outside": (relinked("/tmp"), "leads out of the release folder, to /tmp", True, True),
    "folder": (copied, "current is a folder, and must be the link", False, False),
    "file": (written, "current is a file, and must be the link", False, False),
    "damaged": (damaged, "the current release cannot be read", True, True),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_root(tmp_path)
    (tmp_path / "one.nt").write_text("<http://e.example/a> <http://e.example/p> <http://e.example/b> .\n")
    return tmp_path


def everything(folder: Path) -> dict[str, object]:
    """All names in a release folder with what they hold, but for the lock."""
    return {
        path.relative_to(folder).as_posix(): path.readlink()
        if path.is_symlink()
        else path.is_file() and path.read_bytes()
        for path in folder.rglob("*")
        if path.name != ".lock" and "/store/LO" not in path.as_posix()
    }


@pytest.fixture
def no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*arguments: object) -> release.Release:
        pytest.fail("what was published was to be built over")

    monkeypatch.setattr(pipeline, "make_release", build)


@pytest.mark.usefixtures("no_build")
@pytest.mark.parametrize("state", STATES)
def test_every_command_says_it_and_changes_nothing(state: str, root: Path, run: Run) -> None:
    harm, words, mended_by_publishing, mended_by_rollback = STATES[state]
    folder = root / "releases"
    names = publish_all(folder, "zab")
    harm(folder, names)
    before = everything(folder)

    def said(code: int, *line: str) -> Done:
        done = run(root, *line)
        assert done.code == code, (line, done)
        assert words in done.out + done.err, (line, done)
        assert everything(folder) == before, line
        return done

    commands = [("serve", "--port", "0"), ("query", "ASK { ?s ?p ?o }"), ("merge", "one.nt", "--publish")]
    commands += [("align", "--export"), ("release", "diff", names["a"])]
    for line in commands:
        done = said(2, *line)
        assert "initiative-lod release" in done.err, line
    if state == "damaged":  # the link is sound: the fault is the release's
        words = "manifest.json is damaged"
        assert run(root, "release", "gc").code == 0
        assert said(1, "release", "verify").out.count("sound") == 2
        assert words in run(root, "release", "list").out
    else:
        said(2, "release", "gc", "--keep", "0")
        rows = json.loads(said(1, "release", "list", "--json").out)
        assert [row["version"] for row in rows if row["current"] and not row["damaged"]] == []
        assert words in json.loads(said(1, "release", "verify", "--json").out)["current"][0]
        assert said(1, "release", "list").out.count("1.0-") >= 2
    # What names its releases goes on, whatever is current.
    assert run(root, "query", "ASK { ?s ?p ?o }", "--release", names["a"]).code == 0
    assert run(root, "release", "diff", names["z"], names["a"]).code == 0
    if not mended_by_rollback:
        said(2, "release", "rollback")
    if not mended_by_publishing:
        said(2, "release", "publish", names["a"])
        assert len(history.history(folder)) == 3


@pytest.mark.parametrize("state", [state for state, item in STATES.items() if item[2]])
def test_publishing_mends_it(state: str, root: Path, run: Run) -> None:
    folder = root / "releases"
    names = publish_all(folder, "zab")
    STATES[state][0](folder, names)
    assert run(root, "release", "publish", names["a"]).code == 0
    found = release.current(folder)
    assert found is not None
    assert found.version == names["a"]
    assert run(root, "release", "gc").code == 0


@pytest.mark.parametrize("state", [state for state, item in STATES.items() if item[3]])
def test_rolling_back_mends_it(state: str, root: Path, run: Run) -> None:
    folder = root / "releases"
    names = publish_all(folder, "zab")
    STATES[state][0](folder, names)
    done = run(root, "release", "rollback")
    assert done.code == 0
    found = release.current(folder)
    assert found is not None
    assert f"{found.version}\n" == done.out


@pytest.mark.parametrize("target", ["./{}", "{}/", "{folder}/{}"])
def test_a_link_may_be_written_in_several_ways(target: str, root: Path) -> None:
    folder = root / "releases"
    names = publish_all(folder, "ab")
    relinked(target.format(names["a"], folder=folder))(folder, names)
    assert history.current_version(folder) == history.published(folder) == names["a"]
    found = release.current(folder)
    assert found is not None
    assert found.path == folder / names["a"]


@pytest.mark.usefixtures("no_build")
def test_a_merge_is_not_built_over_where_nothing_says_what_was_current(root: Path, run: Run) -> None:
    folder = root / "releases"
    publish_all(folder, "a")
    assert run(root, "merge", "one.nt", "--publish").code == 0
    merged = history.current_version(folder)
    for name in ("current", "history.jsonl"):
        (folder / name).unlink()
    for line in (("serve", "--port", "0"), ("merge", "one.nt")):
        done = run(root, *line)
        assert done.code == 2
        assert f"there are merged ones ({merged}): 'initiative-lod release publish {merged}'" in done.err
    assert run(root, "release", "publish", merged).code == 0


def test_where_nothing_was_ever_published_a_first_one_is_built(root: Path) -> None:
    folder = root / "releases"
    assert release.current(folder) is None
    write(folder, "a")
    assert release.current(folder) is None
    (folder / "history.jsonl").write_text('\n{"action": "publish", "from": "", "version": "1.0-aaaaaaaaaaaa"}')
    assert release.current(folder) is None  # a switch that was cut off


# History and pins


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00garbage\n",
        b"null\n[]\n7\n",
        b'{"action": [], "from": {}, "version": 1}\n',
        b"[" * 100_000,
        b'{"time',
    ],
)
def test_a_damaged_history_is_told_line_by_line(content: bytes, root: Path, run: Run) -> None:
    folder = root / "releases"
    names = publish_all(folder, "ab")
    path = folder / "history.jsonl"
    path.write_bytes(content + b"\n" + path.read_bytes())
    for line in (("release", "list"), ("release", "verify")):
        done = run(root, *line)
        assert done.code == 0
        assert "history.jsonl, line 1: no entry, which is left out" in done.err
    assert run(root, "release", "gc", "--keep", "9").code == 0
    assert run(root, "release", "rollback").out == f"{names['a']}\n"


@pytest.mark.parametrize("time", ["yesterday", 7, "0001-01-01T00:00:00+23:00", None])
def test_an_entry_without_a_time_is_none_of_the_switches(time: object, root: Path, run: Run) -> None:
    folder = root / "releases"
    publish_all(folder, "ab")
    entries = history.history(folder)
    (folder / "history.jsonl").write_text("\n".join(json.dumps({**entry, "time": time}) for entry in entries))
    assert history.switches(folder) == []
    assert run(root, "release", "list").code == 0


@pytest.mark.parametrize("name", ["history.jsonl", "pinned"])
def test_a_folder_in_the_place_of_a_list_is_told(name: str, root: Path, run: Run) -> None:
    folder = root / "releases"
    names = publish_all(folder, "ab")
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    for line in (("release", "gc"), ("release", "pin", names["a"])):
        done = run(root, *line)
        if (name, line[1]) != ("history.jsonl", "pin"):
            assert done.code == 2
            assert f"{name}, the list of" in done.err
            assert "Is a directory" in done.err
    assert run(root, "release", "list").code in (1, 2)
    assert len(release.versions(folder)) == 2


@pytest.mark.parametrize("content", [b"\xff\xff\n", b"1.0-a\n../..\n", b"\x00\n"])
def test_with_damaged_pins_nothing_is_removed(content: bytes, root: Path, run: Run) -> None:
    folder = root / "releases"
    publish_all(folder, "abc")
    (folder / "pinned").write_bytes(content)
    done = run(root, "release", "gc", "--keep", "0")
    assert done.code == 2
    assert "the list of pinned releases, is damaged" in done.err
    assert len(release.versions(folder)) == 3
    listed = run(root, "release", "list", "--json")
    assert (listed.code, len(json.loads(listed.out))) == (1, 3)
    assert "is no version. Mend it" in listed.err
    assert "is damaged" in json.loads(run(root, "release", "verify", "--json").out)["pinned"][0]


def test_what_cannot_be_read_stops_a_switch_before_it_is_written_down(root: Path) -> None:
    folder = root / "releases"
    names = publish_all(folder, "ab")
    copied(folder, names)
    with pytest.raises(ReleaseError, match="is a folder"):
        release.publish(folder, release.find(folder, names["a"]))
    assert len(history.history(folder)) == 2
