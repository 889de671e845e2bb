"""The competency questions drive the ontology: a term that no question needs has no place in it."""

from __future__ import annotations

import re
from pathlib import Path

from initiative_lod.sources import questions
from initiative_lod.vocabulary import TERMS

FOLDER = Path(__file__).resolve().parents[2] / "data" / "questions"


def asked_terms(folder: Path) -> set[str]:
    """Own terms that the queries of a folder name."""
    return {
        name for path in folder.glob("*.rq") for name in re.findall(r"\bilod:([A-Za-z0-9]+)", path.read_text("utf-8"))
    }


def test_every_own_term_is_needed_by_a_question() -> None:
    assert asked_terms(FOLDER) >= TERMS


def test_no_question_asks_for_a_term_that_there_is_not() -> None:
    assert asked_terms(FOLDER) - TERMS == set()


def test_a_term_that_no_question_names_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "one.rq").write_text("SELECT * { ?s a ilod:Clause }", "utf-8")
    assert asked_terms(tmp_path) == {"Clause"}


def test_a_question_about_statements_has_at_most_eight_lines() -> None:
    """What is asked, of whom, by what means: from SELECT on, without the order of the rows."""
    long = {}
    asked = [question for question in questions.read_folder(FOLDER) if question.group == "statement"]
    for question in asked:
        lines = [line for line in question.query.splitlines() if line.strip() and not line.startswith(("#", "PREFIX"))]
        if len([line for line in lines if not line.startswith("ORDER BY")]) > 8:
            long[question.slug] = len(lines)
    assert long == {}
    assert len(asked) >= 30
    named = {"operations-on-personal-data", "prohibited-acts-and-objects", "what-is-to-be-built"}
    assert {question.slug for question in asked} >= named | {"who-is-to-help-whom-by-what-means"}


def test_every_group_of_questions_is_there() -> None:
    found = questions.read_folder(FOLDER)
    assert {question.group for question in found} == set(questions.GROUPS)
    assert len(found) >= 25
