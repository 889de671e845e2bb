"""The wheel, installed elsewhere: from ``init`` to a served page, with nothing of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from initiative_lod.cli.init import EXAMPLE_FILES, FILES
from patience import SECONDS

CHECKOUT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_it_holds_what_every_project_is_built_with(wheel: Path) -> None:
    names = {name.removeprefix("initiative_lod/") for name in zipfile.ZipFile(wheel).namelist()}
    ontology = CHECKOUT / "ontology"
    wanted = [ontology / "initiative.ttl", ontology / "context.jsonld"]
    wanted += [path for folder in ("shapes", "vocabulary") for path in (ontology / folder).glob("*.ttl")]
    assert {str(path.relative_to(CHECKOUT)) for path in wanted} <= names
    assert {f"new_project/{name}" for name in FILES} | {f"example/{name}" for name in EXAMPLE_FILES} <= names


def test_it_goes_from_init_to_a_served_page(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    # What the wheel depends on is that of this environment; the package itself only that of the wheel.
    path = os.pathsep.join([str(tmp_path / "site"), sysconfig.get_path("purelib")])
    line = [sys.executable, "-S", str(CHECKOUT / "tests" / "installed" / "new_project.py")]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(tmp_path / "site") in done.stdout
