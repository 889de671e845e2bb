"""The reference says what the code does."""

from __future__ import annotations

import runpy
from dataclasses import fields
from pathlib import Path

import pytest

from initiative_lod.settings import ENVIRONMENT_PREFIX, Settings

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGES: dict[str, str] = runpy.run_path(str(REFERENCE / "generate.py"))["pages"]()


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == PAGES[name], "run python docs/reference/generate.py"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in REFERENCE.glob("*.md")} == PAGES.keys()


def test_every_setting_is_there() -> None:
    for item in fields(Settings):
        assert f"`{ENVIRONMENT_PREFIX}{item.name.upper()}`" in PAGES["settings.md"]


def test_every_command_is_there() -> None:
    for command in (
        "serve",
        "build",
        "validate",
        "query",
        "release list",
        "release verify",
        "release publish",
        "release rollback",
    ):
        assert f"## `initiative-lod {command}`" in PAGES["command-line.md"]
