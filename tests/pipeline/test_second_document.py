"""The same road carries another document: no line of code knows which one it is."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from initiative_lod import pipeline, release
from initiative_lod.iris import Iris
from initiative_lod.release import default_graph
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.sources import questions
from initiative_lod.validation import competency

pytestmark = pytest.mark.thorough

I = Iris()


def test_it_conforms_to_the_shapes(harbour_root: Path) -> None:
    checked = pipeline.check(Settings(root=harbour_root))
    assert [result for result in checked.report.results if result.severity == "Violation"] == []
    assert checked.conforms
    assert checked.questions == 1


def test_its_release_is_sound_and_served(harbour_root: Path) -> None:
    folder = Settings(root=harbour_root).release_folder
    opened = Publisher(folder).current()
    assert release.verify(opened.release) == []
    assert opened.release.modified == "2031-03-05"
    assert list(opened.about(I.thing("id/harbour-2031/action/3")))
    assert not list(opened.about(I.thing("id/wic-2020")))


def test_its_release_carries_its_report_and_coverage(harbour_root: Path) -> None:
    folder = Settings(root=harbour_root).release_folder
    found = release.current(folder)
    assert found is not None
    assert found.manifest.report is not None
    assert found.manifest.report["conforms"] is True
    assert found.manifest.questions == 1
    assert json.loads((found.path / "report.json").read_bytes())["conforms"] is True
    coverage = json.loads((found.path / "coverage.json").read_bytes())
    assert coverage == found.manifest.to_json()["coverage"]
    assert len(coverage) == 5
    assert all(item["covered"] == item["characters"] > 0 for item in coverage.values())


@pytest.mark.slow
def test_two_builds_give_the_same_bytes_wherever_they_lie(harbour_root: Path, project: Path) -> None:
    """The store's own files may differ; nothing else, as long as SQLite is the same."""
    first = release.current(harbour_root / "releases")
    second = pipeline.make_release(Settings(root=project))
    assert first is not None
    names, others = (
        sorted(str(path.relative_to(made.path)) for path in made.path.rglob("*") if path.is_file())
        for made in (first, second)
    )
    compared = [name for name in names if not name.startswith("store")]
    assert compared == [name for name in others if not name.startswith("store")]
    assert {"index/documents.bin", "index/search.sqlite", "manifest.json"} < set(compared)
    for name in compared:
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes(), name


def test_its_questions_are_asked_under_another_base(project: Path) -> None:
    settings = Settings(root=project, base="https://data.example.org/lod/")
    checked = pipeline.check(settings)
    assert checked.conforms, checked.report.to_text()
    store = default_graph.in_memory(checked.built.quads)
    asked = questions.read_folder(project / "data" / "questions")
    assert list(competency.differences(asked, store, settings.base)) == []
    assert len(list(competency.differences(asked, store))) == 1


def test_no_code_names_a_document(checkout: Path) -> None:
    """Nor one of its parts or of the things that it cites; docstrings, and help that says "as in", give examples."""
    named = []
    for path in sorted((checkout / "src" / "initiative_lod").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
                continue
            if "as in " not in node.value:
                named += [
                    f"{path.name}:{node.lineno}: {word}"
                    for word in ("wic-2020", "united-nations", "携手构建")
                    if word in node.value
                ]
    assert named == []
