"""The container image: what is sent to its builder is enough, and what comes of it writes nothing and has no rights."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from patience import SECONDS, eventually
from pipeline.conftest import CHECKOUT

RECIPE = (CHECKOUT / "deploy" / "Containerfile").read_text("utf-8")
HARDENED = ["--read-only", "--tmpfs", "/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"]


def copied() -> list[tuple[str, str]]:
    """What the recipe copies from the context: (from, to)."""
    found = []
    for line in re.findall(r"^COPY (.+)$", RECIPE, re.M):
        *sources, target = line.split()
        found += [(source, target if target != "./" else source) for source in sources]
    return found


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a builder is sent: the files that ``.dockerignore`` lets pass."""
    folder = tmp_path_factory.mktemp("context")
    lines = [line for line in (CHECKOUT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    allowed = [line[1:] for line in lines if line[0] == "!"]
    refused = [line.removeprefix("**/") for line in lines if line.startswith("**/")]
    assert "*" in lines
    for name in allowed:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(*refused))
        else:
            shutil.copy(source, folder / name)
    assert not [path for path in folder.rglob("*") if any(fnmatch(path.name, pattern) for pattern in refused)]
    return folder


def test_everything_that_is_copied_is_sent_and_nothing_else(context: Path) -> None:
    assert {path.name for path in context.iterdir()} == {source for source, _ in copied()}
    assert not [path for path in context.rglob("*") if path.name in (".git", "releases", ".venv")]


@pytest.mark.slow
def test_a_release_is_built_from_what_is_sent(context: Path, tmp_path: Path) -> None:
    """As the recipe does it, but in a folder: with the environment of these tests in the place of the image's."""
    for source, target in copied():
        if (context / source).is_dir():
            shutil.copytree(context / source, tmp_path / target)
        else:
            shutil.copy(context / source, tmp_path / target)
    assert "RUN initiative-lod build --publish" in RECIPE
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    line = [sys.executable, "-m", "initiative_lod", "build", "--publish"]
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "releases" / "current").is_symlink()


def test_it_has_no_rights_and_says_whether_it_is_well() -> None:
    users = re.findall(r"^USER (.+)$", RECIPE, re.M)
    assert users
    assert users[-1] not in ("root", "0")
    assert RECIPE.index("USER") > RECIPE.rindex("\nRUN ")  # what it holds is root's
    assert "/readyz" in RECIPE
    assert "--require-hashes" in RECIPE
    assert re.search(r"^ARG BASE=\S+$\nFROM \$\{BASE\}$", RECIPE, re.M)  # so that a digest can be given
    assert all(option in RECIPE for option in HARDENED)


def builder() -> str | None:
    """A program that builds images and runs them, and can do so now."""
    for name in ("podman", "docker"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0:
            return name
    return None


@pytest.fixture(scope="module")
def image() -> Iterator[tuple[str, str]]:
    """The builder, and the image that it has built."""
    name = builder()
    if name is None:
        pytest.skip("no builder of images that works is on this machine")
    tag = f"initiative-lod-test:{os.getpid()}"
    subprocess.run([name, "build", "-f", "deploy/Containerfile", "-t", tag, "."], cwd=CHECKOUT, check=True)
    yield name, tag
    subprocess.run([name, "rmi", "-f", tag], capture_output=True, check=False)


@pytest.mark.slow
def test_it_is_built_started_and_stopped(image: tuple[str, str]) -> None:
    name, tag = image
    line = [name, "run", "--detach", *HARDENED, "--publish", "127.0.0.1::8000", tag]
    running = subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()
    try:
        ports = subprocess.run([name, "port", running, "8000"], capture_output=True, text=True, check=True).stdout
        address = f"http://{ports.split()[-1]}"

        def ready() -> bool:
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        assert eventually(ready)
        with urllib.request.urlopen(f"{address}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D", timeout=SECONDS) as answer:
            assert json.loads(answer.read())["boolean"] is True
        inside = [name, "exec", running]
        uid = subprocess.run([*inside, "id", "-u"], capture_output=True, text=True, check=True).stdout.strip()
        assert uid == "999"
        assert subprocess.run([*inside, "touch", "releases/x"], capture_output=True, check=False).returncode != 0
        subprocess.run([name, "stop", "--time", "20", running], capture_output=True, check=True)
        looked = [name, "inspect", "--format", "{{.State.ExitCode}}", running]
        assert subprocess.run(looked, capture_output=True, text=True, check=True).stdout.strip() == "0"
    finally:
        subprocess.run([name, "rm", "-f", running], capture_output=True, check=False)
