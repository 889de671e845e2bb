"""Releases that are built once for the whole run, by whichever of its processes asks first. Nobody changes them.

And how a run is shared out: which files are begun first, and in how many processes.
"""

from __future__ import annotations

import fcntl
import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

from initiative_lod import pipeline, release
from initiative_lod.build.graph import Built, build
from initiative_lod.cli.serve import SELDOM
from initiative_lod.languages import simplified_characters
from initiative_lod.settings import ENVIRONMENT_PREFIX, Settings
from patience import LIMITS, SECONDS
from pipeline.conftest import CHECKOUT, make_project

#: The files that take longest, by the time that they take: begun first, so that no process is left with one at the end.
LONGEST: tuple[str, ...] = (
    "browser/test_axe.py",
    "service/test_sparql_isolation.py",
    "browser/test_sparql_editor.py",
    "browser/test_pages.py",
    "browser/test_plain_site.py",
    "docs/test_code_blocks.py",
    "service/test_remote_store.py",
    "service/test_pseudo_language.py",
    "pipeline/test_faults.py",
)


#: A file system in memory, and what has to be free of both for it to be taken.
MEMORY, MEMORY_BYTES = Path("/dev/shm"), 8 << 30


def pytest_configure() -> None:
    """Commands, in this process and in others, have time; a test of a limit gives that one."""
    gc.disable()  # until all is imported, of which nothing is ever garbage
    if has_room(MEMORY):
        # Each of some thousand releases is flushed, file by file: on a disk, half of the run is waiting for that.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    for item in LIMITS:
        os.environ.setdefault(f"{ENVIRONMENT_PREFIX}{item.name.upper()}", str(SECONDS))
    # Nor has it to be soon that a generated example is made and tried.
    hypothesis.settings.register_profile(
        "patient",
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
    )
    hypothesis.settings.load_profile("patient")
    # Nor do they render what they build: a page that is wanted is made, and the fixtures below have all of theirs.
    os.environ.setdefault(f"{ENVIRONMENT_PREFIX}RENDERED_DOCUMENTS", "0")


def pytest_collection_finish() -> None:
    """The collector of cycles looks as seldom as in a server, and at nothing that was there before the first test: to
    look through all tests and modules again and again took an eighth of the processor time of files that were tried.
    """
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


def has_room(folder: Path) -> bool:
    """Tell whether a file system in memory is there, with memory for all that the tests write."""
    try:
        free = os.statvfs(folder)
        available = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text())
    except OSError:
        return False
    memory = int(available[1]) << 10 if available else 0
    return min(free.f_bavail * free.f_frsize, memory) >= MEMORY_BYTES


def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core: half of the time a test waits, for a limit or another process."""
    return 2 * len(os.sched_getaffinity(0))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session", autouse=True)
def table_of_characters() -> None:
    """Made before any process is forked to index a release, each of which would make it again."""
    simplified_characters()


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


@contextmanager
def untouched(folder: Path, releases: str) -> Iterator[None]:
    """The release folder in a folder of the run holds one release still, and that is sound: its last user looks."""
    with folder.with_suffix(".users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another process uses it still, and looks when it is through
            return
        found = release.releases(folder / releases)
        assert [release.verify(each) for each in found] == [[]], f"a test has changed {folder}"


@pytest.fixture(scope="session")
def real_settings(once: Once) -> Iterator[Settings]:
    """This project's own sources, with a release of them that is built, validated, indexed and published."""
    # None of its documents is rendered, which took as long as all else: of the second document all are, and of these a
    # tenth where ``make installed`` builds them.
    wanted = Settings(root=CHECKOUT, rendered_documents=0)
    folder = once("real", lambda folder: make_and_publish(replace(wanted, releases=folder / "releases")))
    with untouched(folder, "releases"):
        yield Settings(root=CHECKOUT, releases=folder / "releases")


@pytest.fixture(scope="session")
def real_build() -> Built:
    """This project's own sources, built: once in each process, in a second or two."""
    return build(Settings(root=CHECKOUT))


@pytest.fixture(scope="session")
def harbour_root(once: Once) -> Iterator[Path]:
    """The second document's project folder, with a published release."""
    folder = once("harbour", lambda folder: make_and_publish(Settings(root=make_project(folder / "project"))))
    with untouched(folder, "project/releases"):
        yield folder / "project"


def export_site(settings: Settings, folder: Path, shown_in: Path) -> None:
    """The current release's site as files in ``folder``, which will be moved to ``shown_in``."""
    from initiative_lod.web.export import static_site  # here: few tests need it

    made = release.current(settings.release_folder)
    assert made is not None
    with pytest.MonkeyPatch.context() as patch:
        # In this process: other tests have the processors, and further ones would import and remember all this again.
        # Those of its own it has where ``make installed`` exports a site.
        patch.setattr(static_site, "FEW", static_site.MOST_ADDRESSES)
        exported = static_site.export(settings, made, folder, "https://harbour.example", lambda message: None)
    assert (exported.broken, exported.left_out) == ((), ())
    configuration = folder / static_site.CONFIGURATION / "server.conf"
    moved = configuration.read_text("utf-8").replace(str(exported.folder), str(shown_in))
    configuration.write_text(moved, "utf-8")


@pytest.fixture(scope="session")
def harbour_site(harbour_root: Path, once: Once) -> Path:
    """The second document's whole site as files."""

    def fill(folder: Path) -> None:
        export_site(Settings(root=harbour_root), folder, folder.with_name("harbour-site"))

    return once("harbour-site", fill)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What ``make test`` has installed of npm's packages, as ``tests/node`` locks them; tests skip where it has not."""
    folder = CHECKOUT / "tests" / "node" / "node_modules"
    if not (folder / ".package-lock.json").is_file():
        pytest.skip("the packages of tests/node are not installed: make node-packages, which needs npm and Node 20")
    return folder
