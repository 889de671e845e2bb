"""The reference says what the code does."""

from __future__ import annotations

import runpy
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from initiative_lod.settings import ENVIRONMENT_PREFIX, Settings

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES: dict[str, str] = runpy.run_path(str(REFERENCE / "generate.py"))["pages"]()


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == PAGES[name], "run python docs/reference/generate.py"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in REFERENCE.iterdir() if path.suffix in (".md", ".svg")} == PAGES.keys()


def test_every_setting_is_there() -> None:
    for item in fields(Settings):
        assert f"| `{item.name}` |" in PAGES["settings.md"]
    assert f"`{ENVIRONMENT_PREFIX}`" in PAGES["settings.md"]


def test_every_command_is_there() -> None:
    for command in (
        "init",
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


def test_the_pages_are_a_site_without_a_broken_link(tmp_path: Path) -> None:
    """MkDocs in strict mode: a link to no page, to no heading, or a page that the menu lacks is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=REFERENCE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
