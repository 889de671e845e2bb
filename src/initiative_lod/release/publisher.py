"""Publisher: follows the switch of a release folder, and has the release open that is current."""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from initiative_lod.errors import ReleaseError
from initiative_lod.release import history
from initiative_lod.release.manifest import read
from initiative_lod.release.open_release import STARTED, OpenRelease

log = logging.getLogger(__name__)


class Publisher:
    """The current release of a release folder. Looking costs one readlink while nothing has been switched.

    A reader keeps the release that it was given for as long as its request lasts, whatever is switched meanwhile.
    Threads may share it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._link = str(folder / history.CURRENT)
        self._lock = threading.Lock()
        # The link's target, and the release behind it: one value, so that no thread ever pairs one with another's.
        self._open: tuple[str, OpenRelease] | None = None

    def at_hand(self) -> OpenRelease | None:
        """The release that is published now, if it is open already: no file is opened, and nobody waits."""
        found = self._open
        try:
            return found[1] if found is not None and found[0] == self._published() else None
        except ReleaseError:
            return None

    def current(self) -> OpenRelease:
        """The release that is published now, opened if need be.

        Raises ReleaseError when none is, or it cannot be opened.
        """
        found = self._open
        if found is not None and found[0] == self._published():
            return found[1]
        with self._lock:
            target = self._published()  # again: while this thread waited, another may have followed a later switch
            if self._open is None or target != self._open[0]:
                try:
                    opened = OpenRelease.open(read(self._folder / target), self._since())
                except ReleaseError as error:
                    if self._open is None:
                        raise ReleaseError(f"the published release {target} cannot be opened: {error}") from error
                    # The good one goes on being served; the next switch is tried again.
                    opened = self._open[1]
                    version = opened.release.version
                    log.error("release %s cannot be opened, still serving %s: %s", target, version, error)
                self._open = target, opened
            return self._open[1]

    def _since(self) -> datetime:
        """The second from which on the release that is opened next is answered from."""
        if self._open is None:
            return STARTED
        return max(datetime.now(UTC).replace(microsecond=0), self._open[1].since + timedelta(seconds=1))

    def _published(self) -> str:
        try:
            return os.readlink(self._link)  # noqa: PTH115 - at every request, and twice as fast
        except FileNotFoundError:
            history.published(self._folder)  # which says what it is, where releases have been published
            raise ReleaseError(
                f"nothing has been published in {self._folder}: run 'initiative-lod build --publish'"
            ) from None
        except OSError as error:
            raise ReleaseError(f"{self._link} does not say what is published: {error.strerror}") from error
