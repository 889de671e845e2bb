"""The font that travels in the package, and its letters; ``tools/font.py`` writes both."""

from __future__ import annotations

from functools import cache
from importlib import resources

FAMILY = "Noto Sans CJK SC"
_FOLDER = resources.files("initiative_lod.web.drawings") / "font"
FONT = _FOLDER / "NotoSansCJKsc-Regular.otf"


@cache
def letters() -> frozenset[str]:
    """Letters that the font has."""
    return frozenset((_FOLDER / "letters.txt").read_bytes().decode())


def lacking(words: str) -> frozenset[str]:
    """Letters of ``words`` that the font does not have."""
    return frozenset(letter for letter in words if not letter.isspace()) - letters()
