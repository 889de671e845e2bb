"""Questions that need two graphs: asked where these are merged, passed over with the reason where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.merge import graph_file
from initiative_lod.merge.conflicts import find_conflicts, joint_questions
from initiative_lod.merge.conflicts.conflict_report import Conflicts
from initiative_lod.release import default_graph
from initiative_lod.sources import questions
from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency
from merge.conftest import I

ROOT = Path(__file__).resolve().parents[2]
RQ = """# question@zh: 谁？
# question@en: Who?
# group: alignment
# needs: {needs}

SELECT ?name WHERE {{ <http://e.example/a> <http://e.example/name> ?name }}
"""


@pytest.fixture
def store() -> Store:
    quad = Quad(NamedNode("http://e.example/a"), NamedNode("http://e.example/name"), Literal("A"), I.graph("x"))
    return default_graph.in_memory([quad])


def question(folder: Path, slug: str, needs: str, row: str) -> Question:
    (folder / f"{slug}.rq").write_text(RQ.format(needs=needs), "utf-8")
    (folder / f"{slug}.tsv").write_text(f"name\n{row}\n")
    return questions.read(folder / f"{slug}.rq")


@pytest.fixture
def joint(tmp_path: Path) -> list[Question]:
    folder = tmp_path / "joint"
    folder.mkdir()
    return [
        question(folder, "one", "theirs", "A"),
        question(folder, "two", "theirs", "B"),
        question(folder, "three", "theirs other", "A"),
    ]


def test_each_is_answered_or_passed_over(store: Store, joint: list[Question]) -> None:
    found = joint_questions.ask(joint, store, ["theirs"], I.base)
    assert [(item.status, str(item.message)) for item in found] == [
        ("as expected", "conflicts.rows (rows=1)"),
        ("otherwise", "conflicts.rows_differ (rows=1, missing=1, surplus=1)"),
        ("not asked", "conflicts.not_merged (names=other)"),
    ]


def test_the_report_and_the_manifest_say_so(store: Store, joint: list[Question], tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    graph_file.write([], tmp_path / "own.nq.gz", "own", I.graph("x").value)
    conflicts = find_conflicts.find(store, (), I, (), tmp_path, joint=joint)
    assert conflicts.summary()["questions"] == dict.fromkeys(("one", "two", "three"), "not asked")
    asked = Conflicts((), (), I, joint_questions.ask(joint, store, ["theirs"], I.base))
    files = asked.files()
    assert [item["status"] for item in json.loads(files["conflicts.json"])["questions"]] == [
        "as expected",
        "otherwise",
        "not asked",
    ]
    assert json.loads(files["conflicts.json"])["questions"][1]["surplus"] == [["A"]]
    assert "otherwise · 与预期不同: Who?" in files["conflicts.txt"].decode()
    assert "谁？" in files["conflicts.html"].decode()
    assert "as expected: Who? (rows: 1)" in "\n".join(asked.summary()["summary"])


def test_answered_ones_are_among_the_saved_questions(store: Store, joint: list[Question]) -> None:
    kept = competency.content(joint[1:2], store, I.base)
    again = json.loads(competency.with_joint(kept, joint, joint[:1], store, I.base))
    assert [value["slug"] for value in again] == ["one"]
    assert again[0]["rows"] == [{"name": {"type": "literal", "value": "A"}}]


def test_each_of_ours_says_what_it_needs() -> None:
    found = questions.read_folder(ROOT / "data" / "questions-merged")
    assert len(found) == 4
    assert {name for item in found for name in item.needs} == {"un-sdg", "gdprtext", "w3c-dpv"}
    assert all(item.needs for item in found)
