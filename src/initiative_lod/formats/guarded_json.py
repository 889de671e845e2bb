"""Reader of JSON that others wrote: what is nested deeper than anything honest is refused before anybody walks it."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 100  # levels: far fewer than Python's calls, and far more than any format that is read here


def read_json(text: str | bytes | bytearray, **hooks: Any) -> Any:
    """The value of a JSON text; ``hooks`` are those of ``json.loads``. Raises ValueError, as JSONDecodeError."""
    too_deep = json.JSONDecodeError(f"it is nested more than {DEEPEST} levels deep", "", 0)
    try:
        value = json.loads(text, **hooks)
    except RecursionError as error:
        raise too_deep from error
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [item for item in level if isinstance(item, dict | list)]
        if not level:
            return value
        level = [part for item in level for part in (item.values() if isinstance(item, dict) else item)]
    raise too_deep
