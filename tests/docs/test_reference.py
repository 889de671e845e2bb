"""The reference says what the code does."""

from __future__ import annotations

import re
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


def test_what_the_docs_call_a_file_is_one() -> None:
    """A path of a module is written from the package's folder or the checkout's, or is the end of one."""
    root = REFERENCE.parents[1]
    places = [
        place
        for folder in ("src/initiative_lod", "tests", "bench", "tools", "docs")
        for place in (root / folder).rglob("*.py")
    ]
    known = [f"/{place.relative_to(root).as_posix()}" for place in places]
    lost = {
        f"{page.name}: {name}"
        for page in (*root.glob("docs/*.md"), root / "README.md")
        for name in re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)\b", page.read_text("utf-8"))
        if not any(path.endswith(f"/{name}") for path in known)
    }
    assert lost == set()


def test_the_pages_are_a_site_without_a_broken_link(tmp_path: Path) -> None:
    """MkDocs in strict mode: a link to no page, to no heading, or a page that the menu lacks is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=REFERENCE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
