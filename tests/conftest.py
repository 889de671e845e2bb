"""Releases that are built once for the whole run, by whichever of its processes asks first. Nobody changes them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from initiative_lod import pipeline, release
from initiative_lod.build.graph import Built, build
from initiative_lod.settings import Settings
from pipeline.conftest import CHECKOUT, make_project

Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Fills a folder of the run, by its name, or waits until another process has."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def fill_once(name: str, fill: Callable[[Path], None]) -> Path:
        folder, unfinished = run / name, run / f"{name}.unfinished"
        with (run / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return fill_once


def make_and_publish(settings: Settings) -> None:
    """The whole road, as ``initiative-lod build --publish`` goes it."""
    release.publish(settings.release_folder, pipeline.make_release(settings))


def assert_untouched(folder: Path) -> None:
    """A shared release folder holds one release still, and that is sound."""
    assert [release.verify(found) for found in release.releases(folder)] == [[]], f"a test has changed {folder}"


@pytest.fixture(scope="session")
def real_settings(once: Once) -> Iterator[Settings]:
    """This project's own sources, with a release of them that is built, validated, indexed and published."""
    folder = once("real", lambda folder: make_and_publish(Settings(root=CHECKOUT, releases=folder / "releases")))
    yield Settings(root=CHECKOUT, releases=folder / "releases")
    assert_untouched(folder / "releases")


@pytest.fixture(scope="session")
def real_build() -> Built:
    """This project's own sources, built: once in each process, in a second or two."""
    return build(Settings(root=CHECKOUT))


@pytest.fixture(scope="session")
def harbour_root(once: Once) -> Iterator[Path]:
    """The second document's project folder, with a published release."""
    folder = once("harbour", lambda folder: make_and_publish(Settings(root=make_project(folder / "project"))))
    yield folder / "project"
    assert_untouched(folder / "project" / "releases")


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What ``make test`` has installed of npm's packages, as ``tests/node`` locks them; tests skip where it has not."""
    folder = CHECKOUT / "tests" / "node" / "node_modules"
    if not (folder / ".package-lock.json").is_file():
        pytest.skip("the packages of tests/node are not installed: make node-packages, which needs npm and Node 20")
    return folder
