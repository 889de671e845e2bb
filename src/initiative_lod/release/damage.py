"""Damage of a release that shows while it is read: told from other failures, noted once, and told to no visitor."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

from initiative_lod.errors import DamagedStore
from initiative_lod.release.integrity import folder_faults, read_seal
from initiative_lod.release.manifest import INDEX, STORE, STORE_DIGESTS

log = logging.getLogger(__name__)

#: Of a machine that is short of something. The release is none the worse for it.
_WANT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EINTR})
#: How the engine's reports of damage begin; its other RuntimeErrors are about a query.
_REPORTS = ("Corruption", "IO error", "Invalid")
#: Between two readings of all of a store, which queries may cause.
_SECONDS_BETWEEN_READINGS = 600.0


def is_damage(error: BaseException) -> bool:
    """Tell whether an error that was met while a release was read says that it is damaged."""
    if isinstance(error, OSError):
        return error.errno not in _WANT
    if isinstance(error, RuntimeError):
        return str(error).startswith(_REPORTS)
    return isinstance(error, sqlite3.DatabaseError | DamagedStore)


class Condition:
    """Tell whether an open release can still be read. Threads may share it.

    Its files are never written: one that is gone, or of another size, is damage as well.
    """

    def __init__(self, version: str, store: Path) -> None:
        self.damaged = False
        self._version, self._store = version, store
        self._sizes = self._look()
        self._reading, self._read_again = threading.Lock(), -float("inf")

    def note(self, error: BaseException) -> DamagedStore:
        """The error to raise in place of one that says that the release is damaged, which the log is told once."""
        if not self.damaged:
            self.damaged = True
            reason = " ".join(str(error).split())
            log.error("release %s cannot be read any more, and is told as not available: %s", self._version, reason)
        return DamagedStore(f"release {self._version} cannot be read any more: its store is damaged")

    def suspect(self, error: DamagedStore) -> None:
        """Note what another process met, where it is damage: it may be kept from a folder that was put there anew."""
        if str(error).startswith(_REPORTS):
            self.note(error)
        else:
            with suppress(DamagedStore):
                self.check()

    def check(self) -> None:
        """Raise DamagedStore for a release that is known to be damaged, or whose store lacks a file by now."""
        if not self.damaged and (lost := self._sizes.items() - self._look().items()):
            self.note(FileNotFoundError(errno.ENOENT, "a file of the store is gone or cut", min(lost)[0]))
        if self.damaged:
            raise self.note(DamagedStore())

    def read_all(self) -> None:
        """Raise DamagedStore where a table holds other bytes than when the release was made.

        The engine counts on for ever over a garbled table, so that a query of a visitor ends there as one that is too
        dear. All is read at most once in ten minutes.
        """
        with self._reading:
            if not self.damaged and time.monotonic() >= self._read_again:
                try:
                    self._compare()
                except OSError as error:
                    if is_damage(error):
                        self.note(error)
                self._read_again = time.monotonic() + _SECONDS_BETWEEN_READINGS
        self.check()

    def _compare(self) -> None:
        """Note what ``release verify`` would say of the store. Raises OSError."""
        try:
            sealed, _ = read_seal(self._store.parent)
            faults = folder_faults(self._store, sealed[STORE])
        except ValueError as error:
            faults = [f"{STORE_DIGESTS} cannot be read: {error}"]
        if faults:
            self.note(OSError(errno.EIO, faults[0]))

    def _look(self) -> dict[str, int]:
        """The sizes of the store's tables and of what names them, and of the indexes beside it."""
        found = {}
        for folder in (self._store, self._store.parent / INDEX):
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith((".sst", ".sqlite")) or entry.name.startswith(("MANIFEST", "CURRENT")):
                        found[entry.name] = entry.stat().st_size
        return found
