"""``release diff``, ``pin`` and ``gc`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from initiative_lod import release
from initiative_lod.release import Release
from pipeline.conftest import CHECKOUT
from pipeline.test_cleanup import age
from pipeline.test_cli import Done, Run, run
from pipeline.test_release import publish_all, write

__all__ = ["run"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "releases"


def asked(run: Run, folder: Path, *arguments: str) -> Done:
    return run(CHECKOUT, "--releases", str(folder), "release", *arguments)


def two(folder: Path) -> tuple[Release, Release]:
    old, new = write(folder, "旧"), write(folder, "新")
    release.publish(folder, new)
    return old, new


# diff


def test_changes_are_told_resource_by_resource_with_labels(folder: Path, run: Run) -> None:
    old, new = two(folder)
    done = asked(run, folder, "diff", old.version)
    assert done.code == 0
    assert done.out.splitlines() == [
        f"{old.version} -> {new.version}: 1 added, 1 removed",
        "  <graph/some>: 1 added, 1 removed",
        "",
        "<id/x>  新",
        '  - rdfs:label "旧"@zh',
        '  + rdfs:label "新"@zh',
    ]
    assert asked(run, folder, "diff", old.version, new.version).out == done.out
    back = asked(run, folder, "diff", new.version, old.version).out
    assert "<id/x>  旧" in back


def test_exit_codes_of_diff(folder: Path, run: Run) -> None:
    old, new = two(folder)
    for form in ("text", "json", "patch"):
        assert asked(run, folder, "diff", old.version, "--format", form).code == 0
        assert asked(run, folder, "diff", old.version, "--format", form, "--exit-code").code == 1
        assert asked(run, folder, "diff", new.version, "--format", form, "--exit-code").code == 0
    by_table = asked(run, folder, "diff", old.version, "--engine", "duckdb")
    assert (by_table.code, by_table.out) == (0, asked(run, folder, "diff", old.version).out)
    assert asked(run, folder, "diff", old.version, "--engine", "sqlite").code == 2
    assert asked(run, folder, "diff", "7").code == 2
    assert asked(run, folder, "diff", old.version, "--format", "xml").code == 2
    assert asked(run, folder, "diff", old.version, "--limit", "-1").code == 2


def test_diff_for_a_program(folder: Path, run: Run) -> None:
    old, new = two(folder)
    document = json.loads(asked(run, folder, "diff", old.version, "--json").out)
    assert document == json.loads(asked(run, folder, "diff", old.version, "--format", "json").out)
    assert (document["from"], document["to"], document["same"], document["not_listed"]) == (
        old.version,
        new.version,
        False,
        0,
    )
    (resource,) = document["resources"]
    patch = asked(run, folder, "diff", old.version, "--format", "patch").out.splitlines()
    assert sorted(patch[1:-1]) == [f"A {resource['added'][0]}", f"D {resource['removed'][0]}"]


def test_diff_lists_so_many_and_says_how_many_more(folder: Path, run: Run) -> None:
    old, _ = two(folder)
    done = asked(run, folder, "diff", old.version, "--limit", "1")
    assert "1 more: --limit 0 lists all" in done.err
    assert len([line for line in done.out.splitlines() if line.startswith(("  + ", "  - "))]) == 1
    assert json.loads(asked(run, folder, "diff", old.version, "--limit", "1", "--json").out)["not_listed"] == 1
    assert "more" not in asked(run, folder, "diff", old.version, "--limit", "0").err


def test_diff_with_nothing_current(folder: Path, run: Run) -> None:
    old = write(folder, "a")
    done = asked(run, folder, "diff", old.version)
    assert done.code == 2
    assert "name the second version too" in done.err


# gc


def test_gc_says_what_stays_what_goes_and_what_is_freed(folder: Path, run: Run) -> None:
    names = publish_all(folder, "abc")
    for name in names.values():
        age(folder / name, 100)
    dry = asked(run, folder, "gc", "--keep", "1", "--dry-run")
    assert dry.code == 0
    assert f"{names['c']}: kept (current)" in dry.out
    assert f"{names['b']}: kept (previous)" in dry.out
    assert f"{names['a']}: would be removed (" in dry.out
    assert "would be freed" in dry.err
    assert len(release.versions(folder)) == 3
    done = asked(run, folder, "gc", "--keep", "1", "--json")
    document = json.loads(done.out)
    assert [item["name"] for item in document["removed"]] == [names["a"]]
    assert document["bytes"] == document["removed"][0]["bytes"] > 0
    assert release.versions(folder) == sorted([names["b"], names["c"]])
    assert asked(run, folder, "gc", "--keep", "-1").code == 2


def test_a_pinned_release_stays(folder: Path, run: Run) -> None:
    names = publish_all(folder, "ab")
    age(folder / names["a"], 100)
    assert asked(run, folder, "pin", names["a"]).out == f"{names['a']}\n"
    rows = {row["version"]: row["pinned"] for row in json.loads(asked(run, folder, "list", "--json").out)}
    assert rows == {names["a"]: True, names["b"]: False}
    asked(run, folder, "gc", "--keep", "0")
    assert len(release.versions(folder)) == 2
    assert asked(run, folder, "pin", "7").code == 2
    assert asked(run, folder, "pin", names["a"], "--off").code == 0
    asked(run, folder, "gc", "--keep", "0")
    assert release.versions(folder) == [names["b"]]


def test_what_is_not_published_is_not_rendered_unnamed(folder: Path, run: Run) -> None:
    done = asked(run, folder, "render")
    assert (done.code, "name the version" in done.err) == (2, True)


# list


def test_the_list_says_when_each_was_published(folder: Path, run: Run) -> None:
    names = publish_all(folder, "aba")
    rows = {row["version"]: row for row in json.loads(asked(run, folder, "list", "--json").out)}
    assert [len(rows[names[label]]["published"]) for label in "ab"] == [2, 1]
    assert rows[names["a"]]["published"][0][:16].replace("T", " ") in asked(run, folder, "list").out
