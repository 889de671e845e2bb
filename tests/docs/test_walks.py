"""The walks of ``docs/change-something.md``, each gone in a copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from initiative_lod.settings import Settings
from patience import SECONDS, eventually
from pipeline.conftest import CHECKOUT
from ports import free_port

pytestmark = pytest.mark.thorough

PAGE = (CHECKOUT / "docs" / "change-something.md").read_text("utf-8")
BLOCK = re.compile(r'^```(?P<language>[a-z]+)(?: title="(?P<file>[^"]+)")?\n(?P<code>.*?)^```$', re.M | re.S)
#: The sections that give something to do.
WALKS = {walk.partition("\n")[0]: walk for walk in PAGE.split("\n## ")[1:] if BLOCK.search(walk)}


@pytest.fixture
def copy(real_settings: Settings, tmp_path: Path) -> Path:
    """A copy of what a change may touch, with the command in it, and the release that was published before."""
    root = tmp_path / "checkout"
    for folder in ("src", "ontology", "data"):
        shutil.copytree(CHECKOUT / folder, root / folder, ignore=shutil.ignore_patterns("editor"))
    shutil.copy(CHECKOUT / "initiative-lod.toml", root)
    shutil.copytree(real_settings.release_folder, root / "releases", symlinks=True)
    command = root / "bin" / "initiative-lod"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m initiative_lod "$@"\n', "utf-8")
    command.chmod(0o755)
    return root


def test_there_are_four() -> None:
    assert len(WALKS) == 4
    assert len(BLOCK.findall(PAGE)) * 2 == PAGE.count("\n```")


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_leads_where_it_says(name: str, copy: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "PATH": f"{copy / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(copy / "src"),
    }
    server = None
    try:
        for block in BLOCK.finditer(WALKS[name]):
            if block["file"]:
                path = copy / block["file"]
                assert path.parent.is_dir(), f"{block['file']}: no such folder"
                with path.open("a", encoding="utf-8") as file:
                    file.write(block["code"])
                continue
            if "http://127.0.0.1:8000" in block["code"] and server is None:
                command = ["initiative-lod", "serve", "--port", str(port)]
                server = subprocess.Popen(command, cwd=copy, env=environment, stderr=subprocess.DEVNULL)
                assert eventually(lambda: is_ready(port))
            code = block["code"].replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
            code = re.sub(r"\bcurl ", "curl --fail-with-body --silent --show-error ", code)
            done = subprocess.run(
                ["bash", "-eu", "-o", "pipefail", "-c", code],
                cwd=copy,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=10 * SECONDS,
            )
            assert done.returncode == 0, f"{code}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    finally:
        if server is not None:
            server.terminate()
            server.wait(SECONDS)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False
