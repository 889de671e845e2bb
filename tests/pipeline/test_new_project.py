"""``initiative-lod init``, and commands where there is no project."""

from __future__ import annotations

from pathlib import Path

import pytest

from initiative_lod import pipeline, release
from initiative_lod.cli.app import COMMANDS
from initiative_lod.cli.init import EXAMPLE, EXAMPLE_BASE, EXAMPLE_FILES, FILES, TEMPLATE
from initiative_lod.settings import FILE, Settings, from_environment, package_folder
from pipeline.test_cli import Run, run
from pipeline.test_layout import faults

__all__ = ["run"]  # a fixture

NEEDING = [
    ["build"],
    ["serve"],
    ["validate"],
    ["merge", "x.ttl"],
    ["align", "x.ttl"],
    ["query", "ASK {}"],
    ["export", "x"],
]
NEEDING += [["release", name] for name in ("list", "verify", "rollback", "gc")]
NEEDING += [["release", name, "x"] for name in ("publish", "diff", "pin")]


@pytest.mark.thorough
def test_a_new_project_validates_and_builds_at_once(tmp_path: Path, run: Run) -> None:
    made = run(tmp_path, "init", "town")
    assert (made.code, made.out) == (0, f"{tmp_path / 'town'}\n")
    assert EXAMPLE_BASE in made.err
    validated = run(tmp_path / "town", "validate")
    assert validated.code == 0, validated.out + validated.err
    assert "Violation 0, Warning 0, Info 0" in validated.out
    assert "1 questions, 0 answered otherwise" in validated.err
    assert run(tmp_path / "town", "build", "--publish").code == 0
    found = release.current(tmp_path / "town" / "releases")
    assert found is not None
    assert found.base == EXAMPLE_BASE


@pytest.mark.parametrize("options", [[], ["--example"]], ids=["plain", "example"])
def test_what_it_writes_is_what_is_told_and_what_is_packed(tmp_path: Path, run: Run, options: list[str]) -> None:
    made = run(tmp_path, "init", *options)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    packed: set[str] = set()
    for template in map(package_folder, [TEMPLATE, EXAMPLE] if options else [TEMPLATE]):
        packed |= {str(path.relative_to(template)) for path in template.rglob("*") if path.is_file()}
    assert written == packed == ({*FILES, *EXAMPLE_FILES} if options else set(FILES))
    assert all(name in made.err for name in written)


def test_a_base_is_put_wherever_it_stands(tmp_path: Path, run: Run) -> None:
    made = run(tmp_path, "--base", "https://data.town.example/lod/", "init")
    assert "nobody's" not in made.err
    assert from_environment({}, root=tmp_path).base == "https://data.town.example/lod/"
    assert not [path for path in tmp_path.rglob("*.*") if EXAMPLE_BASE in path.read_text("utf-8")]
    assert pipeline.check(from_environment({}, root=tmp_path)).conforms
    assert run(tmp_path / "data", "--base", "not an IRI", "init", "x").code == 2


def test_nothing_is_overwritten(tmp_path: Path, run: Run) -> None:
    for name in ("data/dataset.ttl", FILE):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("# mine\n", "utf-8")
    refused = run(tmp_path, "init")
    assert refused.code == 2
    assert f"{FILE}, data/dataset.ttl" in refused.err
    assert "move them away" in refused.err
    assert {path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()} == {"# mine\n"}


@pytest.mark.parametrize("folder", ["x", "x/y"])
def test_a_file_is_no_folder(tmp_path: Path, run: Run, folder: str) -> None:
    (tmp_path / "x").touch()
    refused = run(tmp_path, "init", folder)
    assert (refused.code, refused.err) == (2, f"initiative-lod: {tmp_path / 'x'} is a file: name a folder\n")


def test_beside_other_files_it_is_made(tmp_path: Path, run: Run) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    assert run(tmp_path, "init").code == 0
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"


def test_its_files_are_laid_out_like_ours() -> None:
    paths = [path for name in (TEMPLATE, EXAMPLE) for path in package_folder(name).rglob("*.ttl")]
    assert {path: said for path in paths if (said := faults(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize("arguments", NEEDING, ids=" ".join)
def test_in_an_empty_folder_every_command_names_init(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    refused = run(tmp_path, *arguments)
    assert refused.code == 2
    assert "no project is here" in refused.err
    assert "initiative-lod init" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_every_command_is_tried_in_an_empty_folder() -> None:
    assert {arguments[0] for arguments in NEEDING} == COMMANDS.keys() - {"init", "draft"}


def test_a_draft_needs_a_project_only_to_be_added(tmp_path: Path, run: Run) -> None:
    text = tmp_path / "river.en.txt"
    text.write_text("The River\n\nArticle 1\n\nThe water shall be clean for all of us.\n", "utf-8")
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", "draft", str(text)).code == 0
    refused = run(tmp_path / "empty", "draft", str(text), "--add")
    assert refused.code == 2
    assert "initiative-lod init" in refused.err
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("arguments", [["build"], ["validate"], ["serve"]])
def test_a_root_without_sources_is_told_too(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    refused = run(tmp_path, "--root", str(tmp_path), *arguments)
    assert refused.code == 2
    assert f"{tmp_path} is no project: it has no data/graphs" in refused.err
    assert "initiative-lod init" in refused.err


def test_files_are_validated_where_there_is_no_project(tmp_path: Path, run: Run) -> None:
    (tmp_path / "x.ttl").write_text("<https://x.example/1> a <https://x.example/Kind> .\n", "utf-8")
    assert run(tmp_path, "validate", "x.ttl").code == 0


def test_a_projects_own_shapes_count_besides(tmp_path: Path, run: Run) -> None:
    run(tmp_path, "init")
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "ours.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://w3id.org/initiative-lod/ontology#> .
<shapes-of-ours#Topic> a sh:NodeShape ; sh:targetClass :Topic ;
    sh:property [ sh:path skos:notation ; sh:minCount 1 ;
        sh:message "主题有编号。"@zh , "A topic has a notation."@en ] .
""",
        "utf-8",
    )
    done = run(tmp_path, "validate")
    assert done.code == 1
    assert "A topic has a notation." in done.out
    assert not pipeline.check(Settings(root=tmp_path)).conforms
