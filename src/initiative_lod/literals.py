"""Values of what others wrote as a number, a date or an address; what is none, or is out of bounds, has no value."""

from __future__ import annotations

import math
import re
from datetime import date
from urllib.parse import SplitResult, urlsplit

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")  # the digits that 64 bits surely hold; of 4,301 Python makes no number
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def integer(text: str) -> int | None:
    """The integer that is written so, of at most 18 digits."""
    return int(text) if _INTEGER.fullmatch(text) else None


def number(text: str) -> float | None:
    """The number that is written so, unless it is infinite or none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def calendar_date(text: str) -> str | None:
    """A day, a month or a year of the calendar that is written as ISO 8601 has it: ``2031-03-05``, ``2031-03``."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
    return text


def split_address(text: str) -> SplitResult:
    """The parts of an address, as ``urlsplit`` has them; all of them are empty of what is none (``http://[x``)."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", "", "", "")
