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
NAMES = sorted(path.name for path in REFERENCE.iterdir() if path.suffix in (".md", ".svg"))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every page that the code says, by file name."""
    made: dict[str, str] = runpy.run_path(str(REFERENCE / "generate.py"))["pages"]()
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_what_the_code_says(name: str, pages: dict[str, str]) -> None:
    assert (REFERENCE / name).read_text("utf-8") == pages.get(name), "run python docs/reference/generate.py"


def test_no_page_is_missing(pages: dict[str, str]) -> None:
    assert sorted(pages) == NAMES


def test_every_setting_is_there(pages: dict[str, str]) -> None:
    for item in fields(Settings):
        assert f"| `{item.name}` |" in pages["settings.md"]
    assert f"`{ENVIRONMENT_PREFIX}`" in pages["settings.md"]


def test_every_command_is_there(pages: dict[str, str]) -> None:
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
        assert f"## `initiative-lod {command}`" in pages["command-line.md"]


def test_the_pages_are_a_site_without_a_broken_link(tmp_path: Path) -> None:
    """MkDocs in strict mode: a link to no page, to no heading, or a page that the menu lacks is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=REFERENCE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
