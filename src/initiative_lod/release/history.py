"""Switches from one release to another: a link that is replaced in one step, and the list of all that were made."""

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
from initiative_lod.release.files import sync

CURRENT = "current"
HISTORY = "history.jsonl"


@dataclass(frozen=True, slots=True)
class Switch:
    """At ``time`` (UTC, whole seconds) ``version`` became the current one."""

    time: datetime
    version: str


def current_version(folder: Path) -> str:
    """Version that ``current`` points to, sound or not; empty when nothing has been published."""
    link = folder / CURRENT
    return str(link.readlink()) if link.is_symlink() else ""


def history(folder: Path) -> list[dict[str, str]]:
    """Every switch that was begun, oldest first: ``time``, ``action`` (publish or rollback), ``from``, ``version``.

    A switch is written down before it is made. One that was cut off in between never happened: the next entry's
    ``from`` (the version that was current then), or what is current now, tells. A line that was cut off is left out.
    """
    path = folder / HISTORY
    if not path.is_file():
        return []
    entries = []
    for line in path.read_text("utf-8").splitlines():
        with suppress(json.JSONDecodeError):
            entry = json.loads(line)
            if isinstance(entry, dict) and entry.keys() >= {"from", "version", "action"}:
                entries.append(entry)
    return entries


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
        with suppress(KeyError, TypeError, ValueError):
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


def switch(folder: Path, version: str, action: str) -> None:
    """Make ``version`` the current one; ``action`` (publish or rollback) is written down first."""
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
    link.replace(folder / CURRENT)
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
