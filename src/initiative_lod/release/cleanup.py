"""Removes releases that nobody needs any more, and what builds left behind that were cut off.

A release is renamed before it is deleted: at no time does half of one look like a release. What a removal leaves that
is cut off itself has a name that the next one knows.
"""

from __future__ import annotations

import shutil
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from initiative_lod.errors import ReleaseError
from initiative_lod.release import history, in_use
from initiative_lod.release.files import sync, write_file
from initiative_lod.release.folder import LEFT_BEHIND, versions

KEPT_RELEASES = 5  # releases that were current before, kept besides the current one
REMOVING = ".removing-"
DRAFT = "not published"
_NEW_PINS = f".{history.PINNED}"  # until it has its name


@dataclass(frozen=True, slots=True)
class Retained:
    """A release that stays, and why: ``current``, ``previous``, ``pinned``, ``not published`` or ``in use``."""

    version: str
    why: str


@dataclass(frozen=True, slots=True)
class Removed:
    """Folder (or link) of the release folder that goes, and the bytes that this frees."""

    name: str
    bytes: int


def pin(folder: Path, version: str, keep: bool = True) -> None:
    """Keep a version whatever is removed; no longer, if not ``keep``."""
    with history.lock(folder):
        names = sorted({*history.pinned(folder), version} if keep else {*history.pinned(folder)} - {version})
        new = folder / _NEW_PINS
        try:
            write_file(new, "".join(f"{name}\n" for name in names).encode())
            new.replace(folder / history.PINNED)
        finally:
            new.unlink(missing_ok=True)
        sync(folder)


def collect(
    folder: Path, keep: int = KEPT_RELEASES, dry_run: bool = False, drafts: bool = False
) -> tuple[list[Retained], list[Removed]]:
    """Remove what is neither current, nor one of the ``keep`` that were current before it, nor pinned, nor in use.

    What nobody has published yet stays, by the history and not by any clock, unless ``drafts`` are to go too. With
    ``dry_run`` nothing is touched. Nobody publishes meanwhile. Raises ReleaseError for what cannot be removed, and
    where it cannot be told what is current, was published or is pinned.
    """
    if not folder.is_dir():
        return [], []
    with history.lock(folder):
        history.published(folder)
        retained: list[Retained] = []
        leaving: list[Path] = []
        reasons = _reasons(folder, keep, drafts)
        for version in versions(folder):
            path = folder / version
            if version in reasons:
                retained.append(Retained(version, reasons[version]))
                continue
            with in_use.alone(path) as alone:
                if not alone:
                    retained.append(Retained(version, "in use"))
                    continue
                if not dry_run:
                    path = _rename(path)
            leaving.append(path)
        leaving += _leftovers(folder, {path.name for path in leaving})
        removed = list(_measured(leaving))
        if not dry_run:
            for path in leaving:
                _delete(path)
        return retained, removed


def _reasons(folder: Path, keep: int, drafts: bool) -> dict[str, str]:
    """The versions that stay whether or not they are read, each with why."""
    present = versions(folder)
    current = history.current_version(folder)
    switches = history.switches(folder)
    # Rolling back comes first; what was rolled back itself, and what the stack has lost, follows, latest first.
    past = [*reversed(history.stack(folder)), *(item.version for item in reversed(switches))]
    previous = [version for version in dict.fromkeys(past) if version in present and version != current]
    reasons = {version: DRAFT for version in present if version not in past and not drafts}
    reasons |= dict.fromkeys(previous[:keep], "previous")
    reasons |= dict.fromkeys(set(history.pinned(folder)) & set(present), "pinned")
    if current in present:
        reasons[current] = "current"
    return reasons


def leftovers(folder: Path) -> list[Removed]:
    """Leftovers of writers that were killed, and the bytes that removing it frees; nothing is touched."""
    if not folder.is_dir():
        return []
    with history.lock(folder):
        return list(_measured(_leftovers(folder)))


def _leftovers(folder: Path, leaving: Collection[str] = ()) -> Iterator[Path]:
    """Folders and files of what was cut off: removals, switches and pins, which nobody else is at under our lock, and
    builds.
    """
    for path in sorted(folder.iterdir()):
        name = path.name
        if name in leaving:
            continue
        if (
            name.startswith((REMOVING, f".{history.CURRENT}-"))
            or name == _NEW_PINS
            or (name.startswith(LEFT_BEHIND) and _is_abandoned(path))
        ):
            yield path


def _is_abandoned(path: Path) -> bool:
    """Tell whether the writer whose workplace this is has ended: while it lives, it holds the folder's lock."""
    if path.is_symlink() or not path.is_dir():
        return False
    try:
        with in_use.alone(path) as alone:
            return alone
    except FileNotFoundError:  # it has just come to its end
        return False


def _rename(path: Path) -> Path:
    """Take a release out of the list in one step."""
    target = path.with_name(f"{REMOVING}{path.name}")
    _delete(target)
    try:
        path.rename(target)
    except OSError as error:
        raise ReleaseError(f"{path} cannot be removed: {error.strerror}") from error
    sync(path.parent)
    return target


def _delete(path: Path) -> None:
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)
    except OSError as error:
        raise ReleaseError(
            f"{path} cannot be removed: {error.strerror}; 'release gc' goes on when it can be"
        ) from error


def _measured(paths: Iterable[Path]) -> Iterator[Removed]:
    """Bytes that deleting each in this order frees: a file that releases share is freed with the last of its names."""
    gone: Counter[tuple[int, int]] = Counter()
    for path in paths:
        size = 0
        for item in (path, *path.rglob("*")) if path.is_dir() and not path.is_symlink() else (path,):
            status = item.lstat()
            if stat.S_ISDIR(status.st_mode):
                continue
            gone[status.st_dev, status.st_ino] += 1
            if gone[status.st_dev, status.st_ino] == status.st_nlink:
                size += status.st_size
        yield Removed(path.name.removeprefix(REMOVING), size)
