"""The layout of the Turtle that people edit: grouped by subject, in reading order, one statement a line.

A general formatter is not used: the one that keeps comments (turtlefmt 0.2) joins all values of a property in one line,
and then adding a mention is no line of its own any more.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from initiative_lod.labels import natural
from pipeline.conftest import CHECKOUT

WRITTEN = sorted(path for folder in ("data", "ontology") for path in (CHECKOUT / folder).rglob("*.ttl"))
SUBJECT = re.compile(r"(?P<subject><[^>]*>|[A-Za-z][\w-]*:[\w.-]*|:[\w.-]+|\[\])(?:\s|$)")
PART = re.compile(r"<(id/[a-z0-9-]+/[a-z0-9/-]+)>")


def faults(text: str) -> list[str]:
    """What is wrong with the layout of a Turtle file, with the line."""
    found: list[str] = []
    seen: set[str] = set()
    ended = True
    inside = False  # a long string, in which anything may stand
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip() or "\t" in line:
            found.append(f"line {number} has a blank at its end, or a tab")
        begins = not inside
        if line.count('"""') % 2:
            inside = not inside
        if not begins or inside or not line or line.startswith(("#", "@")):
            continue
        if line[0] == " ":
            if ended:
                found.append(f"line {number} is indented, and no statement is open")
            if len(line) - len(line.lstrip()) < 4:
                found.append(f"line {number} is indented by less than four")
        else:
            subject = SUBJECT.match(line)
            if not ended:
                found.append(f"line {number} begins a subject, and the one before has not ended")
            elif subject is None:
                found.append(f"line {number} begins with no subject")
            elif subject["subject"] in seen - {"[]"}:
                found.append(f"line {number}: {subject['subject']} is described in two places")
            else:
                seen.add(subject["subject"])
        ended = line.endswith(" .")
    if not text.endswith("\n") or text.endswith("\n\n"):
        found.append("the file does not end with one line end")
    return found


def test_there_are_files() -> None:
    assert len(WRITTEN) > 25


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_each_subject_stands_in_one_place(path: Path) -> None:
    assert faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [path for path in WRITTEN if "wic-2020" in path.parts], ids=lambda path: path.name)
def test_clauses_are_in_reading_order(path: Path) -> None:
    parts = [found[1] for line in path.read_text("utf-8").split("\n") if (found := PART.match(line))]
    clauses = [part for part in parts if "/clause/" in part]
    assert clauses == sorted(clauses, key=lambda part: ("/action/" in part, natural(part)))  # a lead comes first


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (":a :b :c .\n:d :e :f .\n:a :g :h .\n", "line 3: :a is described in two places"),
        (":a :b :c ; \n    :d :e .\n", "line 1 has a blank at its end, or a tab"),
        (":a :b :c ;\n  :d :e .\n", "line 2 is indented by less than four"),
        (":a :b :c\n:d :e :f .\n", "line 2 begins a subject, and the one before has not ended"),
        ("    :b :c .\n", "line 1 is indented, and no statement is open"),
        (":a :b :c .", "the file does not end with one line end"),
    ],
)
def test_a_fault_is_found(text: str, fault: str) -> None:
    assert fault in faults(text)
