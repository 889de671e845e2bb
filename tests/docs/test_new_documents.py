"""Pages on a project of one's own, gone through in an empty folder: each command is given, each file written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from patience import SECONDS
from pipeline.conftest import CHECKOUT

pytestmark = pytest.mark.thorough

BLOCK = re.compile(r'^```(?P<language>[a-z]+)(?: title="(?P<file>[^"]+)")?\n(?P<code>.*?)^```$', re.M | re.S)
BASE = "https://data.riverside.example/"


class Walker:
    """A reader at work: commands and files come one after the other, in the folder to which a command has gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = folder / "bin" / "initiative-lod"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m initiative_lod "$@"\n', "utf-8")
        command.chmod(0o755)
        path = f"{command.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(self, code: str, *line: str) -> str:
        """What a piece of code prints."""
        done = subprocess.run(
            [*line, code], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=10 * SECONDS
        )
        assert done.returncode == 0, f"{code}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
        if gone := re.search(r"^cd (\S+)$", code, re.M):
            self.folder /= gone[1]
        return done.stdout

    def walk(self, page: str) -> int:
        """Go through a page; the number of its blocks."""
        found = list(BLOCK.finditer((CHECKOUT / "docs" / page).read_text("utf-8")))
        for block in found:
            if block["file"]:
                path = self.folder / block["file"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block["code"], "utf-8")
            elif block["language"] == "python":
                self.run(block["code"], sys.executable, "-c")
            else:
                assert block["language"] == "sh"
                self.run(block["code"], "bash", "-euo", "pipefail", "-c")
        return len(found)


@pytest.fixture
def walker(tmp_path: Path) -> Walker:
    return Walker(tmp_path)


@pytest.mark.slow
def test_your_document_is_served_at_the_end(walker: Walker) -> None:
    assert walker.walk("your-document.md") >= 6
    assert (walker.folder / "releases" / "current").exists()


def test_the_files_of_the_project_folder_are_a_project(walker: Walker) -> None:
    walker.run(f"initiative-lod --base {BASE} init town\ncd town", "bash", "-euc")
    assert walker.walk("project-folder.md") == 8
    told = walker.run("initiative-lod validate 2>&1", "bash", "-euc")
    assert "Violation 0, Warning 0" in told
    assert "2 questions, 0 answered otherwise" in told
