"""PNG of a drawing, by resvg, with the font that travels in the package: the same on a machine without fonts.

The font (``font/``, made by ``tools/font.py``) has the letters of GB 2312, Latin, Greek and Cyrillic. A drawing with
others is not made: resvg would leave them out, or draw boxes.
"""

from __future__ import annotations

import re
import struct
from functools import cache
from html import unescape
from importlib import resources

import resvg_py

from initiative_lod.errors import Message, NotFound

SCALE = 2  # pixels of the file for one of the drawing
FONT = resources.files("initiative_lod.web.drawings") / "font" / "NotoSansCJKsc-Regular.otf"
FAMILY = "Noto Sans CJK SC"
_TITLE, _TAG = re.compile(r"<title>.*?</title>", re.DOTALL), re.compile(r"<[^>]*>")


def png(svg: str, scale: float = SCALE) -> bytes:
    """The picture, twice as large, so that it is sharp on a slide. Raises NotFound where the font lacks a letter."""
    check(missing(svg))
    with resources.as_file(FONT) as font:
        return resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            skip_system_fonts=True,
            font_files=[str(font)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )


def check(lacking: frozenset[str]) -> None:
    """Raise NotFound, which names the letters that are lacking, where there are some."""
    if lacking:
        raise NotFound(Message("error.no_png", letters=" ".join(sorted(lacking)[:20])))


def missing(svg: str) -> frozenset[str]:
    """Letters of the drawing that the font does not have."""
    words = unescape(_TAG.sub("", _TITLE.sub("", svg)))
    return frozenset(letter for letter in words if not letter.isspace()) - _letters()


@cache
def _letters() -> frozenset[str]:
    """Characters of the font, read off its table of them (OpenType ``cmap``, format 4)."""
    content = FONT.read_bytes()
    tables = {
        content[at : at + 4]: struct.unpack_from(">II", content, at + 8)
        for at in range(12, 12 + 16 * struct.unpack_from(">H", content, 4)[0], 16)
    }
    start, _ = tables[b"cmap"]
    records = [struct.unpack_from(">HHI", content, start + 4 + 8 * index) for index in range(2)]
    table = start + next(offset for platform, encoding, offset in records if (platform, encoding) == (3, 1))
    count = struct.unpack_from(">H", content, table + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", content, table + 14)
    starts = struct.unpack_from(f">{count}H", content, table + 16 + 2 * count)
    segments = zip(starts, ends, strict=True)
    return frozenset(chr(code) for first, last in segments for code in range(first, last + 1) if last < 0xFFFF)
