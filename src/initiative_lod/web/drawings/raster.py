"""PNG of a drawing, by resvg, with the font that travels in the package: the same on a machine without fonts.

The font (``font/``, made by ``tools/font.py``) has the letters of GB 2312, Latin, Greek and Cyrillic. A drawing with
others is not made: resvg would leave them out, or draw boxes.
"""

from __future__ import annotations

import re
from html import unescape
from importlib import resources

import resvg_py

from initiative_lod.errors import Message, NotFound
from initiative_lod.web.drawings.packaged_font import FAMILY, FONT, lacking

SCALE = 2  # pixels of the file for one of the drawing
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


def check(letters: frozenset[str]) -> None:
    """Raise NotFound, which names the letters that are lacking, where there are some."""
    if letters:
        raise NotFound(Message("error.no_png", letters=" ".join(sorted(letters)[:20])))


def missing(svg: str) -> frozenset[str]:
    """Letters of the drawing that the font does not have."""
    return lacking(unescape(_TAG.sub("", _TITLE.sub("", svg))))
