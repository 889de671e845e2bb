"""Patterns of sh:pattern, which are XPath's regular expressions, as Python's (XPath and XQuery Functions 3.1 §5.6)."""

from __future__ import annotations

import re
import warnings

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_QUOTED, _SPACED = "q", "x"
#: Escapes and classes, which stay as they are; and what is read otherwise by the two.
_PIECES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[ \t\n\r]|\$", re.DOTALL)


def compiled(pattern: str, flags: str = "") -> re.Pattern[str]:
    """The pattern with its flags. Raises ValueError for what Python cannot read, or would read differently."""
    if unknown := set(flags) - {*_FLAGS, _QUOTED, _SPACED}:
        raise ValueError(f"sh:flags has {', '.join(sorted(unknown))}, and can have s, m, i, x and q")
    options = sum(option for flag, option in _FLAGS.items() if flag in flags)
    if _QUOTED in flags:
        return re.compile(re.escape(pattern), options)
    if re.search(r"(?<!\\)\[[^\]]*-\[", pattern):
        raise ValueError("a class is taken from a class")

    def piece(match: re.Match[str]) -> str:
        text = match[0]
        if text == "$":
            return text if "m" in flags else r"\Z"  # Python's finds the end before a last line end as well
        return "" if text.isspace() and _SPACED in flags else text

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return re.compile(_PIECES.sub(piece, pattern), options)
    except (re.error, FutureWarning, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
