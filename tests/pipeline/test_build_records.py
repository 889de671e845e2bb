"""What did not change is not built again: what a build depends on, and what becomes of a record that is none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from initiative_lod import pipeline
from initiative_lod.build.graph import Built, build
from initiative_lod.release import build_records
from initiative_lod.release.manifest import MANIFEST
from initiative_lod.settings import Settings

#: Checks the project in argv[1], and prints each file in or beside it that is opened for that.
LISTEN = """
import os, sys
from pathlib import Path
from initiative_lod import pipeline
from initiative_lod.settings import Settings
root, opened = Path(sys.argv[1]).resolve(), set()
def note(event, args):
    if event == "open" and isinstance(args[0], str | bytes | os.PathLike):
        opened.add(Path(os.fsdecode(args[0])).resolve())
sys.addaudithook(note)
pipeline.check(Settings(root=root))
print(*sorted(path for path in opened if path.is_relative_to(root) and path.is_file()), sep="\\n")
"""


@pytest.fixture
def settings(project: Path) -> Settings:
    return Settings(root=project, rendered_documents=0)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of each build that is really begun."""
    begun: list[Settings] = []

    def counted(settings: Settings, *rest: object) -> Built:
        begun.append(settings)
        return build(settings)

    monkeypatch.setattr(pipeline, "build", counted)
    return begun


@pytest.mark.thorough
def test_every_file_that_a_build_opens_counts(settings: Settings) -> None:
    own = settings.root / "shapes" / "own.ttl"
    own.parent.mkdir()
    own.write_text("# a project has shapes of its own")
    done = subprocess.run(
        [sys.executable, "-c", LISTEN, str(settings.root)], capture_output=True, text=True, check=True
    )
    opened = {Path(line) for line in done.stdout.splitlines()}
    assert len(opened) > 12
    assert own.resolve() in opened
    before = build_records.inputs_digest(settings)
    for path in opened:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert build_records.inputs_digest(settings) != before, path
        path.write_bytes(content)
    assert build_records.inputs_digest(settings) == before


def test_a_file_more_or_less_and_a_setting_count(settings: Settings) -> None:
    seen = {
        build_records.inputs_digest(settings),
        build_records.inputs_digest(replace(settings, base="https://a.example/")),
    }
    new = settings.root / "data" / "graphs" / "more.ttl"
    new.write_text("")
    seen.add(build_records.inputs_digest(settings))
    new.rename(new.with_name("other.ttl"))
    seen.add(build_records.inputs_digest(settings))
    (settings.root / "shapes").mkdir()
    new.with_name("other.ttl").rename(settings.root / "shapes" / "other.ttl")
    seen.add(build_records.inputs_digest(settings))
    assert len(seen) == 5


def test_what_lies_behind_a_link_is_read_each_time(settings: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (settings.root / "data" / "graphs" / "linked").symlink_to(elsewhere)
    assert build_records.inputs_digest(settings) != build_records.inputs_digest(settings)


@pytest.mark.thorough
def test_the_same_is_not_built_again(settings: Settings, builds: list[Settings]) -> None:
    made = pipeline.make_release(settings)
    said: list[str] = []
    assert pipeline.make_release(settings, said.append).path == made.path
    assert len(builds) == 1
    assert said == [f"nothing has changed since release {made.version} was built"]

    text = settings.root / "data" / "dataset.ttl"
    text.write_text(text.read_text("utf-8") + "\n# a remark", "utf-8")
    assert pipeline.make_release(settings).version == made.version
    assert len(builds) == 2

    # Where another release was asked for, or the one of the record is gone, there is nothing to return.
    assert pipeline.make_release(settings, out=settings.root / "elsewhere").version == made.version
    (made.path / MANIFEST).rename(made.path / "gone")
    made.path.rename(made.path.with_name("moved"))
    assert pipeline.make_release(settings).version == made.version
    assert len(builds) == 4


@pytest.mark.thorough
def test_of_what_changes_while_it_is_built_there_is_no_record(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An author saves a file, and takes it back later: what was built is of neither, or of both."""
    inputs = build_records.inputs_digest(settings)
    text = settings.root / "data" / "dataset.ttl"
    before = text.read_bytes()

    def meanwhile(settings: Settings, *rest: object) -> Built:
        text.write_bytes(before + b"\n# a remark")
        return build(settings)

    monkeypatch.setattr(pipeline, "build", meanwhile)
    pipeline.make_release(settings)
    text.write_bytes(before)
    assert build_records.inputs_digest(settings) == inputs
    assert build_records.find(settings.release_folder, inputs) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a\nb c d\n", b"{inputs} ../../elsewhere\n", b"{inputs} .\n"])
def test_a_record_that_is_none_is_passed_over(content: bytes, settings: Settings, tmp_path: Path) -> None:
    inputs = build_records.inputs_digest(settings)
    (tmp_path / build_records.FILE).write_bytes(content.replace(b"{inputs}", inputs.encode()))
    assert build_records.find(tmp_path, inputs) is None
    build_records.record(tmp_path, inputs, "1.0.0-0123456789ab")
    assert (tmp_path / build_records.FILE).read_text("utf-8").endswith(f"{inputs} 1.0.0-0123456789ab\n")
    assert build_records.find(tmp_path, inputs) is None  # no such release


def test_old_records_go(tmp_path: Path) -> None:
    for number in range(build_records.MOST + 5):
        build_records.record(tmp_path, f"{number:064x}", "1.0.0-0123456789ab")
    lines = (tmp_path / build_records.FILE).read_text("utf-8").splitlines()
    assert len(lines) == build_records.MOST
    assert lines[-1].startswith(f"{build_records.MOST + 4:064x}")
