"""Older release: what a page of it says of itself and of the current one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OlderRelease:
    """The release that a page is from, the day on which it was published, and the version that is current."""

    version: str
    date: str
    current: str

    def now(self, location: str) -> str:
        """Address at which the current release has what is at ``location`` in this one."""
        home, _, rest = location.partition(f"/release/{self.version}")
        return home + (rest or "/")
