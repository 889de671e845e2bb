"""Time that a busy machine does not use up, for all that is to happen; a test of a limit sets that one alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from initiative_lod.settings import Settings

SECONDS = 300.0
LIMITS = tuple(item for item in fields(Settings) if item.name.endswith("_seconds"))


def patient(settings: Settings) -> Settings:
    """The settings with SECONDS for each limit of time that was left at its default."""
    lifted: dict[str, Any] = {item.name: SECONDS for item in LIMITS if getattr(settings, item.name) == item.default}
    return replace(settings, **lifted)


def eventually(condition: Callable[[], bool]) -> bool:
    """Waits until the condition holds. False when it never does."""
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
