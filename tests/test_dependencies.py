"""The runtime dependencies of ``pyproject.toml`` are what the code imports, no more and no less."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
NEVER_INSTALLED = {"compression", "_typeshed"}  # of the standard library from Python 3.14 on; of type checkers
LOADED_BY_NAME = {"uvloop"}  # by uvicorn, as the event loop of the server
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    """The distributions that some requirements (PEP 508) name."""
    return {canonical(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}  # type: ignore[index]


def imports(source: str) -> set[str]:
    """The packages of others that a module imports anywhere, in a function or for its types only too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - NEVER_INSTALLED - {"initiative_lod", "__future__"}


def imported() -> dict[str, str]:
    """Each distribution of others that ``src`` imports, with one file that does."""
    distributions = packages_distributions()
    return {
        canonical(distributions.get(package, [package])[0]): str(path.relative_to(CHECKOUT))
        for path in sorted((CHECKOUT / "src").rglob("*.py"))
        for package in imports(path.read_text("utf-8"))
    }


@pytest.mark.thorough
def test_what_is_imported_is_required() -> None:
    extras = PROJECT["optional-dependencies"]
    required = named([*PROJECT["dependencies"], *extras["spark"], *extras["storage"]])
    assert {name: path for name, path in imported().items() if name not in required} == {}


@pytest.mark.slow
def test_what_is_required_is_imported() -> None:
    assert named(PROJECT["dependencies"]) - imported().keys() == LOADED_BY_NAME
    for extra in ("spark", "storage"):
        assert named(PROJECT["optional-dependencies"][extra]) <= imported().keys()


def test_an_import_is_seen_wherever_it_stands() -> None:
    assert imports("def f():\n    import httpx.x\nif TYPE_CHECKING:\n    from a_b.c import d\nfrom . import e") == {
        "httpx",
        "a_b",
    }


def test_the_lock_file_holds_what_is_required() -> None:
    lock = (CHECKOUT / "requirements.lock").read_text("utf-8")
    locked = named(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
    assert named([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["build"]]) - locked == set()


def test_the_bill_of_materials_lists_what_is_locked() -> None:
    """``make sbom`` writes it; without it there is nothing to compare."""
    path = CHECKOUT / "build" / "sbom.cdx.json"
    if not path.is_file():
        pytest.skip("no bill of materials was made: make sbom")
    bill = json.loads(path.read_bytes())
    lock_file = CHECKOUT / "requirements.lock"
    if path.stat().st_mtime < lock_file.stat().st_mtime:
        pytest.skip("the bill of materials is older than the lock file: make sbom")
    lock = lock_file.read_text("utf-8")
    locked = {(canonical(name), version) for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.M)}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == PROJECT["name"]
    assert {(canonical(item["name"]), item["version"]) for item in bill["components"]} == locked
    digests = {
        item["content"] for part in bill["components"] for link in part["externalReferences"] for item in link["hashes"]
    }
    assert digests == set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))


ADVISORY = """
id: PYSEC-2031-{number}
details: A kite may fly away.
aliases: [CVE-2031-{number}]
published: "2031-03-0{number}T00:00:00Z"
{more}
affected:
- package: {{name: {name}, ecosystem: PyPI}}
  {affected}
"""


@pytest.mark.parametrize(
    ("affected", "version", "found"),
    [
        ("versions: ['1.0', 1.1]", "1.1", True),
        ("versions: ['1.0', 1.1]", "1.2", False),
        ("ranges: [{type: ECOSYSTEM, events: [{introduced: '0'}, {fixed: '1.10'}]}]", "1.9", True),
        ("ranges: [{type: ECOSYSTEM, events: [{introduced: '0'}, {fixed: '1.10'}]}]", "1.10", False),
        ("ranges: [{type: ECOSYSTEM, events: [{introduced: '2.0'}]}]", "1.9", False),
        ("ranges: [{type: ECOSYSTEM, events: [{introduced: '0'}, {last_affected: '1.9'}]}]", "1.9", True),
        (
            "ranges: [{type: ECOSYSTEM, events: "
            "[{introduced: '3'}, {fixed: '3.2'}, {introduced: '0'}, {fixed: '1.10'}]}]",
            "3.1",
            True,
        ),
        ("ranges: [{type: GIT, events: [{introduced: '0'}]}]", "1.9", False),
    ],
)
def test_the_audit_without_the_net_knows_which_versions_are_meant(
    affected: str, version: str, found: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "vulns" / "kite_flyer"
    folder.mkdir(parents=True)
    for number, (name, more) in enumerate([("Kite.Flyer", ""), ("kite-flyer", "withdrawn: x"), ("other", "")], 1):
        text = ADVISORY.format(number=number, name=name, affected=affected, more=more)
        (folder / f"PYSEC-2031-{number}.yaml").write_text(text)
    (tmp_path / "lock").write_text(f"kite-flyer=={version} \\\n    --hash=sha256:00\nstring==1.0\n")
    line = [sys.executable, str(CHECKOUT / "tools" / "audit.py"), str(tmp_path / "lock"), str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == found, done
    assert ("PYSEC-2031-1, CVE-2031-1: A kite may fly away." in done.stdout) is found
    assert f"{int(found)} known faults of 2 packages; the newest advisory of this copy is of 2031-03-03" in done.stdout


def test_an_audit_that_could_look_nothing_up_says_so(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("kite==1\n")
    line = [sys.executable, str(CHECKOUT / "tools" / "audit.py"), str(tmp_path / "lock"), str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no copy of the advisory database" in done.stderr
