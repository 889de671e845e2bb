"""The releases that a server reads besides the current one, opened when they are first asked for; and when each was
the current one. Whatever is wrong with one of them is wrong with that one only.
"""

from __future__ import annotations

import logging
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cachetools import LRUCache

from initiative_lod.errors import Busy, Message, OtherFormat, ReleaseError
from initiative_lod.release import folder, history
from initiative_lod.release.history import Switch
from initiative_lod.release.manifest import MANIFEST, STORE, VERSION, Release, read
from initiative_lod.release.open_release import OpenRelease

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.25  # that a request waits for others that open a release


@dataclass(frozen=True, slots=True)
class Published:
    """A release that is there, and when it first became the current one (UTC, whole seconds)."""

    version: str
    time: datetime


@contextmanager
def reading(version: str) -> Iterator[None]:
    """Whatever cannot be read of that release while the block runs is a ReleaseError, which names no path."""
    try:
        yield
    except (OSError, RuntimeError, ReleaseError) as error:  # the engine reports corruption as a RuntimeError
        log.error("release %s cannot be read: %s", version, error)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
        reason = "it is of a format that is not read here" if isinstance(error, OtherFormat) else reason
        raise ReleaseError(f"release {version} cannot be read ({reason}); the others can") from error


class Archive:
    """The releases of a folder. Of those that are not current, the ``most`` asked for last stay open.

    Each look is that of a reader whose current release is ``current``, so that what is switched meanwhile changes
    nothing for it. Threads may share it. One release at a time is opened, and nobody waits long for that: a flood of
    requests for older releases takes no time from the others.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._open: LRUCache[str, tuple[int, OpenRelease]] = LRUCache(most)
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._switches: tuple[object, tuple[Switch, ...]] = (None, ())

    def open(self, version: str, current: OpenRelease) -> OpenRelease | None:
        """The release of that very version; None when there is none (any more), or it was never published.

        Raises ReleaseError, which names no path, when it is damaged; Busy when too many want to open one.
        """
        inode = self._inode(version)
        if inode is None:
            with self._lock:
                self._open.pop(version, None)
            return None
        if current.release.path.name == version:
            return current
        if version not in {item.version for item in self.switches(current)}:
            return None
        found = self._at_hand(version, inode)
        if found is not None:
            return found
        if not self._opening.acquire(timeout=PATIENCE_SECONDS):
            raise Busy(Message("error.older_busy"))
        try:
            return self._at_hand(version, inode) or self._opened(version, inode)
        finally:
            self._opening.release()

    def identity(self, version: str) -> object:
        """The folder of a release: another one when a release of the same name was put there; None for none."""
        return self._inode(version)

    def switches(self, current: OpenRelease) -> tuple[Switch, ...]:
        """Every switch that was made until ``current`` became so, oldest first (see ``history.switches``)."""
        path, version = self._folder / history.HISTORY, current.release.path.name
        try:
            status = path.stat()
        except OSError:
            return ()
        mark = (status.st_ino, status.st_size, status.st_mtime_ns, version)
        known = self._switches
        if known[0] != mark:
            try:
                known = mark, tuple(history.switches(self._folder, version))
            except ReleaseError as error:
                log.error("%s", error)
                known = mark, ()
            self._switches = known
        return known[1]

    def published(self, current: OpenRelease) -> list[Published]:
        """The releases that were ever current and are still there, in the order of their first publication."""
        first: dict[str, datetime] = {}
        for item in self.switches(current):
            first.setdefault(item.version, item.time)
        return [Published(version, time) for version, time in first.items() if self._inode(version) is not None]

    def versions(self, current: OpenRelease) -> list[str]:
        """Every release in the folder that was ever published, sound or not, the latest first.

        One that was not is a draft: it is for the operator's eyes, not for a visitor's.
        """
        times = {item.version: item.time.timestamp() for item in self.published(current)}
        times.setdefault(current.release.path.name, 0.0)  # published, whatever became of the history
        present = [version for version in folder.versions(self._folder) if version in times]
        return sorted(present, key=lambda version: (-times[version], version))

    def state(self, current: OpenRelease) -> tuple[object, ...]:
        """The files that ``switches``, ``versions`` and ``manifest`` read, as the file system has them: where that
        is the same again, so is what these give.
        """
        found = [(version, self._inode(version), *self._mark(version)) for version in self.versions(current)]
        return (self.switches(current), *found)

    def _mark(self, version: str) -> tuple[object, ...]:
        path = self._folder / version
        try:
            status = (path / MANIFEST).stat()
        except OSError:
            return ()
        return status.st_ino, status.st_size, status.st_mtime_ns, (path / STORE).is_dir()

    def manifest(self, version: str) -> Release | None:
        """One of ``versions`` as its manifest describes it; None when it is damaged."""
        try:
            with reading(version):
                release = read(self._folder / version)
                return release if release.store.is_dir() else None
        except ReleaseError:
            return None

    def _inode(self, version: str) -> int | None:
        """The identity of a release's folder; None where there is none."""
        if not VERSION.fullmatch(version):
            return None
        path = self._folder / version
        try:
            status = path.lstat()
            (path / MANIFEST).stat()
        except OSError:
            return None
        return status.st_ino if stat.S_ISDIR(status.st_mode) else None

    def _at_hand(self, version: str, inode: int) -> OpenRelease | None:
        with self._lock:
            entry = self._open.get(version)
            if entry is not None and entry[0] != inode:
                del self._open[version]
                return None
            return entry and entry[1]

    def _opened(self, version: str, inode: int) -> OpenRelease:
        with reading(version):
            release = read(self._folder / version)
            if release.version != version or not release.store.is_dir():
                raise ReleaseError(f"{release.path} is not the release that its manifest describes")
            opened = OpenRelease.open(release)
        with self._lock:
            self._open[version] = inode, opened  # the one that falls out closes when its last reader is through
        return opened
