"""The operator's page: backup, restore, upgrade and going back are tried; its alerts and figures are true."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from initiative_lod import release
from initiative_lod.release import cleanup, history
from initiative_lod.settings import Settings
from patience import SECONDS
from pipeline.conftest import CHECKOUT
from pipeline.test_release import publish_all, write
from service.conftest import serve

pytestmark = pytest.mark.thorough

PAGE = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
OLDER = CHECKOUT / "tests" / "service" / "older"


def section(heading: str) -> str:
    """What stands under a heading of the page."""
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def script(heading: str, number: int = 0) -> str:
    """A block of commands under a heading."""
    return str(re.findall(r"^```sh\n(.*?)^```$", section(heading), re.M | re.S)[number])


def execute(code: str, root: Path) -> str:
    """Run commands in a folder; what they print."""
    command = root / "bin" / "initiative-lod"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m initiative_lod "$@"\n', "utf-8")
    command.chmod(0o755)
    paths = os.pathsep.join([str(CHECKOUT / "src"), *sys.path])
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": paths}
    line = ["bash", "-euo", "pipefail", "-c", code]
    done = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


needs_flock = pytest.mark.skipif(shutil.which("flock") is None, reason="flock (util-linux) is not on this machine")


@needs_flock
def test_a_backup_while_others_publish_and_remove_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    publish_all(folder, "ab")
    made = [write(folder, label) for label in "abcd"]
    (folder / ".building-1.0-killed").mkdir()
    done = threading.Event()

    def publish() -> None:
        turn = 0
        while not done.is_set():
            release.publish(folder, made[turn % 4])
            turn += 1
            write(folder, f"x{turn}")
            cleanup.collect(folder, 1, drafts=True)
            made[:] = [write(folder, label) for label in "abcd"]

    writer = threading.Thread(target=publish)
    writer.start()
    try:
        for turn in range(4):
            shutil.rmtree(tmp_path / "backup", ignore_errors=True)
            execute(script("Backup and restore"), tmp_path)
            restored = tmp_path / f"restored-{turn}"
            with tarfile.open(tmp_path / "backup" / "releases.tar.gz") as archive:
                archive.extractall(restored, filter="data")
            assert history.published(restored) in release.versions(restored)
            assert [release.verify(found) for found in release.releases(restored)] == [
                [] for _ in release.versions(restored)
            ]
            assert history.faults(restored) == []
            assert [path.name for path in restored.iterdir() if path.name.startswith(".")] == []
    finally:
        done.set()
        writer.join()


@needs_flock
def test_what_was_current_is_current_where_it_is_restored(tmp_path: Path) -> None:
    (tmp_path / "initiative-lod.toml").touch()
    names = publish_all(tmp_path / "releases", "ab")
    said = execute(script("Backup and restore", 1), tmp_path)
    assert said.count("sound") == 2
    assert said.endswith("true\n")
    assert history.current_version(tmp_path / "restored") == names["b"]
    assert release.rollback(tmp_path / "restored").version == names["a"]


@pytest.mark.slow
def test_an_upgrade_over_releases_of_an_earlier_version_and_back(harbour_root: Path, tmp_path: Path) -> None:
    root = Path(
        shutil.copytree(harbour_root, tmp_path / "project", symlinks=True, ignore=shutil.ignore_patterns(".merging-*"))
    )
    shutil.rmtree(root / "releases")
    with tarfile.open(OLDER / "format-1.tar.xz") as archive:
        archive.extractall(root, filter="data")
    before = history.current_version(root / "releases")
    said = execute(script("Upgrading and going back"), root)
    assert said.endswith(f"{before}\n")
    assert history.current_version(root / "releases") == before
    made = [item for item in release.releases(root / "releases") if item.manifest.format]
    assert len(made) == 1
    with serve(Settings(root=root)) as live:
        assert live.get("/readyz").status_code == 200
        release.publish(root / "releases", made[0])
        assert live.get("/doc/harbour-2031/action/3", "text/turtle").status_code == 200


def test_every_metric_of_an_alert_is_one_that_the_server_has(harbour_root: Path) -> None:
    with serve(Settings(root=harbour_root, follow="http://127.0.0.1:9/")) as live:
        live.get("/sparql?query=ASK%7B%7D", "text/csv")
        text = live.get("/metrics").text
    there = {sample.name: sample.labels for family in text_string_to_metric_families(text) for sample in family.samples}
    named = re.findall(r"\b(?:initiative_lod|process)_\w+", section("Alerts"))
    assert len(named) >= 7
    assert {*named} - {*there} == set()
    outcomes = re.search(r"`initiative_lod_sparql_queries_total` \| `outcome` \| ([^|]*)", deployment())
    assert outcomes is not None
    for name, label, value in re.findall(r'(\w+)\{(\w+)="(\w+)"\}', section("Alerts")):
        assert label in there[name]
        assert f"`{value}`" in outcomes[1]


def deployment() -> str:
    return (CHECKOUT / "docs" / "deployment.md").read_text("utf-8")


def test_figures_of_capacity_are_those_that_were_measured() -> None:
    rows = [line for line in section("Capacity").splitlines() if line.startswith("| ")]
    figures = re.findall(r"\d[\d,]*(?: MB)?", "\n".join(rows))
    measured = (CHECKOUT / "docs" / "performance.md").read_text("utf-8")
    assert len(figures) >= 5
    assert [figure for figure in figures if figure not in measured] == []


def test_every_setting_is_in_the_table() -> None:
    table = (CHECKOUT / "docs" / "reference" / "settings.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)`", section("Capacity")))
    assert named
    assert [name for name in named if f"| `{name}` |" not in table] == []
