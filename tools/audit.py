"""Audit of a lock file without the net: known faults of the versions in it, by a copy of the Python Packaging Advisory
Database (github.com/pypa/advisory-database), which is a folder of one YAML file for each.

``python tools/audit.py requirements.lock FOLDER``, or ``make audit ADVISORIES=FOLDER``. It ends with 1 where a fault is
known, with 2 where nothing could be looked up. What it knows is as old as the copy, which it says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

_PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)


class Unusable(Exception):
    """A lock file or a copy of the database that is none."""


def locked(text: str) -> dict[str, str]:
    """Version by name (as PEP 503 compares it) of all that a lock file holds. Raises Unusable."""
    found = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in _PIN.findall(text)}
    if not found:
        raise Unusable("the lock file names no version: it is one of lines such as 'starlette==1.0.0'")
    return found


def faults(pins: Mapping[str, str], advisories: Path) -> Iterator[str]:
    """A sentence for each known fault of what is locked. Raises Unusable."""
    folders = _folders(advisories)
    for name, version in sorted(pins.items()):
        for path in sorted(folders[name].glob("*.yaml")) if name in folders else ():
            advisory = _read(path)
            affected = [item for item in advisory.get("affected", ()) if _is_of(item, name)]
            if not advisory.get("withdrawn") and any(_affects(item, version) for item in affected):
                known = ", ".join([advisory["id"], *advisory.get("aliases", ())])
                yield f"{name} {version}: {known}: {' '.join(advisory.get('details', '').split())[:200]}"


def newest(advisories: Path) -> str:
    """The day of the advisory that was published last, as far as the names of the files tell its year."""
    files = sorted(_folder(advisories).glob("*/*.yaml"), key=lambda path: path.stem.split("-")[1:2])
    year = files[-1].stem.split("-")[1] if files else ""
    dates = [_read(path).get("published", "") for path in files if f"-{year}-" in path.name]
    return str(max(map(str, dates), default=""))[:10]


def _folder(advisories: Path) -> Path:
    folder = advisories / "vulns" if (advisories / "vulns").is_dir() else advisories
    if not any(folder.glob("*/*.yaml")):
        raise Unusable(f"{advisories} is no copy of the advisory database: it has no vulns/<package>/<advisory>.yaml")
    return folder


def _folders(advisories: Path) -> dict[str, Path]:
    return {re.sub(r"[-_.]+", "-", path.name).lower(): path for path in _folder(advisories).iterdir()}


def _read(path: Path) -> dict[str, Any]:
    try:
        value = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise Unusable(f"{path} cannot be read: {error}") from error
    if not isinstance(value, dict) or "id" not in value:
        raise Unusable(f"{path} is no advisory")
    return value


def _is_of(affected: Mapping[str, Any], name: str) -> bool:
    package = affected.get("package", {})
    return package.get("ecosystem") == "PyPI" and re.sub(r"[-_.]+", "-", package.get("name", "")).lower() == name


def _affects(affected: Mapping[str, Any], version: str) -> bool:
    """Tell whether a version is affected (OSV schema: listed, or in a range). One that is no version counts as such."""
    try:
        ours = Version(version)
        if version in map(str, affected.get("versions", ())):
            return True
        ranges = [item for item in affected.get("ranges", ()) if item.get("type") == "ECOSYSTEM"]
        return any(_within(item.get("events", ()), ours) for item in ranges)
    except InvalidVersion:
        return True


def _within(events: Sequence[Mapping[str, Any]], ours: Version) -> bool:
    inside = False
    for event in sorted(events, key=lambda event: Version(str(next(iter(event.values()))))):
        if "introduced" in event:
            inside = inside or ours >= Version(str(event["introduced"]))
        elif "fixed" in event:
            inside = inside and ours < Version(str(event["fixed"]))
        elif "last_affected" in event:
            inside = inside and ours <= Version(str(event["last_affected"]))
    return inside


def main(arguments: Sequence[str]) -> int:
    """Print each fault, and what was looked up."""
    if len(arguments) != 2:
        print("usage: audit.py LOCKFILE FOLDER, a copy of github.com/pypa/advisory-database", file=sys.stderr)
        return 2
    lock, advisories = map(Path, arguments)
    try:
        pins = locked(lock.read_text("utf-8"))
        found = list(faults(pins, advisories))
        until = newest(advisories)
    except (Unusable, OSError, UnicodeDecodeError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(found)} known faults of {len(pins)} packages; the newest advisory of this copy is of {until}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
