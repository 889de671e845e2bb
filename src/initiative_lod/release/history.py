"""Switches from one release to another: a link that is replaced in one step, and the list of all that were made.

Whatever became of the link, of the list or of the file of pins beside them is told, with what to do about it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from initiative_lod.errors import ReleaseError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.release.files import sync
from initiative_lod.release.manifest import MANIFEST, VERSION

CURRENT = "current"
HISTORY = "history.jsonl"
PINNED = "pinned"  # a file of versions, one a line
_ENTRY = ("from", "version", "action")


@dataclass(frozen=True, slots=True)
class Switch:
    """At ``time`` (UTC, whole seconds) ``version`` became the current one."""

    time: datetime
    version: str


def current_version(folder: Path) -> str:
    """Version that ``current`` leads to, sound or not, there or not; empty where it leads nowhere, or is no link."""
    try:
        target = os.path.normpath(folder / os.readlink(folder / CURRENT))  # noqa: PTH115, as it stands there
    except OSError:
        return ""
    within, name = os.path.split(target)
    if within != os.path.normpath(folder):
        return target
    return "" if name == CURRENT else name


def published(folder: Path) -> str:
    """The version that is current; empty where nothing was ever published.

    Raises ReleaseError, which says what to do, where ``current`` is gone, leads to nothing or is no link.
    """
    link, version = folder / CURRENT, current_version(folder)
    if version:
        if os.sep in version:
            raise ReleaseError(f"{link} leads out of the release folder, to {version}: {_how_to_mend(folder)}")
        if not (folder / version / MANIFEST).is_file():
            raise ReleaseError(f"{link} leads to {version}, which is not there: {_how_to_mend(folder)}")
        return version
    _require_link(folder)
    if link.is_symlink():
        raise ReleaseError(f"{link} leads to itself: {_how_to_mend(folder)}")
    if switches(folder):
        raise ReleaseError(f"{link} is gone, though releases have been published there: {_how_to_mend(folder)}")
    return ""


def _require_link(folder: Path) -> None:
    """Raise ReleaseError where something else than a link is in the place of ``current``."""
    link = folder / CURRENT
    if not link.is_symlink() and link.exists():
        kind = "a folder" if link.is_dir() else "a file"
        raise ReleaseError(
            f"{link} is {kind}, and must be the link that says what is published: move it away; then "
            f"{_how_to_mend(folder)}"
        )


def _how_to_mend(folder: Path) -> str:
    """Words on which release to publish: the one published last that is still there."""
    past = [item.version for item in switches(folder)]
    there = next((version for version in reversed(past) if (folder / version / MANIFEST).is_file()), None)
    if there is None:
        return (
            "'initiative-lod release list' shows what is there, and 'initiative-lod release publish' makes one current"
        )
    return f"'initiative-lod release publish {there}' makes current again what was published last and is still there"


def history(folder: Path) -> list[dict[str, str]]:
    """Every switch that was begun, oldest first: ``time``, ``action`` (publish or rollback), ``from``, ``version``.

    A switch is written down before it is made. One that was cut off in between never happened: the next entry's
    ``from`` (the version that was current then), or what is current now, tells. A line that was cut off is left out.
    Raises ReleaseError when the file cannot be read.
    """
    return [entry for entry in map(_entry, _lines(folder)) if entry is not None]


def faults(folder: Path) -> list[str]:
    """A sentence for each line of the history that is no entry, such as one that was cut off; it is left out."""
    return [
        f"{folder / HISTORY}, line {number}: no entry, which is left out"
        for number, line in enumerate(_lines(folder), 1)
        if line.strip() and _entry(line) is None
    ]


def _lines(folder: Path) -> list[str]:
    path = folder / HISTORY
    try:
        return path.read_bytes().decode("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ReleaseError(f"{path}, the list of what was published, cannot be read: {error.strerror}") from error


def _entry(line: str) -> dict[str, str] | None:
    try:
        entry = read_json(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in _ENTRY):
        return None
    return entry


def switches(folder: Path, current: str | None = None) -> list[Switch]:
    """Every switch that was made, oldest first; each lasted until the next, the last one lasts.

    ``current`` is the version that they led to: by default what the link says. Who read an earlier one sees the history
    as it was then. A switch that was cut off never happened (see ``history``), and publishing again what is current
    already is none. A clock that was set back does not change the order: such a switch has the time of the one before.
    """
    current = current_version(folder) if current is None else current
    entries = history(folder)
    last = max((index for index, entry in enumerate(entries) if entry["version"] == current), default=len(entries) - 1)
    entries = entries[: last + 1]
    made_switches: list[Switch] = []
    afterwards = [*(entry["from"] for entry in entries), current][1:]
    for entry, after in zip(entries, afterwards, strict=True):
        version = entry["version"]
        if after == entry["from"] or (made_switches and version == made_switches[-1].version):
            continue
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            time = datetime.fromisoformat(entry["time"]).astimezone(UTC).replace(microsecond=0)
            made_switches.append(Switch(max(time, made_switches[-1].time) if made_switches else time, version))
    return made_switches


def stack(folder: Path) -> list[str]:
    """The versions published and not rolled back, oldest first; the last one is current."""
    before: list[str] = []
    stack: list[str] = []
    for entry in [*history(folder), {"action": "", "from": current_version(folder)}]:
        now = [entry["from"]] if entry["from"] else []
        if stack[-1:] != now:
            stack = before if before[-1:] == now else [*stack, *now]
        before = stack
        if entry["action"] == "publish" and stack[-1:] != [entry["version"]]:
            stack = [*stack, entry["version"]]
        elif entry["action"] == "rollback":
            stack = stack[:-1]
    return stack


def pinned(folder: Path) -> list[str]:
    """The versions that are never removed. Raises ReleaseError for a file that does not say so."""
    path = folder / PINNED
    try:
        names = path.read_bytes().decode("utf-8", "replace").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ReleaseError(f"{path}, the list of pinned releases, cannot be read: {error.strerror}") from error
    if wrong := [name for name in names if not VERSION.fullmatch(name)]:
        raise ReleaseError(
            f"{path}, the list of pinned releases, is damaged: {wrong[0][:80]!r} is no version. Mend it, or remove it "
            "and pin again what is to stay: 'initiative-lod release pin'"
        )
    return names


def switch(folder: Path, version: str, action: str) -> None:
    """Make ``version`` the current one; ``action`` (publish or rollback) is written down first.

    Raises ReleaseError where something else than a link is in the place of ``current``.
    """
    _require_link(folder)
    entry = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "from": current_version(folder),
        "version": version,
    }
    with (folder / HISTORY).open("a", encoding="utf-8") as file:
        # The line end comes first: what was cut off before stays on a line of its own.
        file.write("\n" + json.dumps(entry))
        file.flush()
        os.fsync(file.fileno())
    link = folder / f".{CURRENT}-{secrets.token_hex(8)}"  # a number of a process says nothing in another container
    link.symlink_to(version)
    try:
        link.replace(folder / CURRENT)
    except OSError:
        link.unlink(missing_ok=True)
        raise
    sync(folder)


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other writers out of the release folder, in whatever process or container they are on this machine.

    The lock is the kernel's and ends with the process, however that ends. Raises ReleaseError on a file system that
    has no locks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            raise ReleaseError(
                f"{folder} cannot be locked ({error.strerror}), so that two writers would undo each other's work: "
                "put the release folder on a file system that has locks"
            ) from error
        yield
