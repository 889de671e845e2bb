"""Every message that an author can get: each is provoked, says file and line, and stands in the reference."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest

from docs.author_slips import CASES
from pipeline.conftest import CHECKOUT, make_project

pytestmark = pytest.mark.thorough

REFERENCE = CHECKOUT / "docs" / "reference"
#: The remedies are written by hand, beside the messages that the code has.
REMEDIES = [line.split("\t") for line in (REFERENCE / "messages.tsv").read_text("utf-8").splitlines()]
#: Modules whose messages are about a command, a folder or what was not read from a file.
WITHOUT_LINE = {"settings", "cli/init", "cli/draft", "cli/validate", "cli/build"}
#: Of the others: what is about a folder or a whole file.
ABOUT_FILES = (
    "is no project",
    "travels in the package",
    "shapes are missing",
    "the context {}",
    "no question (*.rq)",
    "no question has these rows",
    "expected rows are missing",
    "SELECT or ASK",
    "graphs of its FROM",
    "document selects ?{}",
    "this is the metadata",
    "no Turtle file",
    "not deeper",
    "does not conform",
)


def case(message: Any) -> Any:
    """What provokes a message: the case of its module with the longest piece of its words."""
    found = [words for words in CASES.get(message.module, {}) if words in message.template]
    assert found, f"no case in tests/docs/author_slips.py provokes, of {message.module}: {message.template}"
    return CASES[message.module][max(found, key=len)]


@pytest.fixture(scope="module")
def messages() -> list[Any]:
    """Every message that the code has, with its module."""
    read: list[Any] = runpy.run_path(str(REFERENCE / "messages.py"))["messages"]()
    return read


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_project(tmp_path_factory.mktemp("slips") / "project")
    shutil.rmtree(root / "ontology")
    return root


@pytest.mark.parametrize("template", [line[0] for line in REMEDIES], ids=lambda words: words[:60])
def test_a_message_is_said_with_its_place(template: str, messages: list[Any], untouched: Path, tmp_path: Path) -> None:
    made = [item for item in messages if item.template == template]
    assert made, "a remedy for what the code never says"
    for message in made:
        root = Path(shutil.copytree(untouched, tmp_path / message.module))
        said = case(message)(root)
        assert message.is_in(said), said
        if message.module not in WITHOUT_LINE and not any(words in message.template for words in ABOUT_FILES):
            assert re.search(r"^\S+:[1-9]\d*: ", said, re.MULTILINE), said


def test_every_case_provokes_a_message_that_there_is(messages: list[Any]) -> None:
    known = {
        (item.module, words) for item in messages for words in CASES.get(item.module, {}) if words in item.template
    }
    assert [(module, words) for module in CASES for words in CASES[module] if (module, words) not in known] == []


def test_every_message_has_its_remedy_and_no_other_has(messages: list[Any]) -> None:
    assert all(len(line) == 2 and all(line) for line in REMEDIES)
    assert sorted(line[0] for line in REMEDIES) == sorted({item.template for item in messages})
