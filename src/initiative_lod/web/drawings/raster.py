"""PNG of a drawing, by resvg, with the font that travels in the package: the same on a machine without fonts.

resvg works in a process of its own: ``python -m initiative_lod.web.drawings.raster SCALE`` makes a PNG of what it
reads.
The font (``font/``, made by ``tools/font.py``) has the letters of GB 2312, Latin, Greek and Cyrillic. A drawing with
others is not made: resvg would leave them out, or draw boxes.
"""

from __future__ import annotations

import re
import sys
from html import unescape
from importlib import resources

from initiative_lod.errors import Message, NotFound
from initiative_lod.web import drawing_process
from initiative_lod.web.drawings.packaged_font import FAMILY, FONT, lacking

SCALE = 2  # pixels of the file for one of the drawing
SECONDS, MEMORY_BYTES = 30, 1 << 30  # a hundred times what the largest picture takes
_TITLE, _TAG = re.compile(r"<title>.*?</title>", re.DOTALL), re.compile(r"<[^>]*>")


def png(svg: str, scale: float = SCALE) -> bytes:
    """The picture, twice as large, so that it is sharp on a slide.

    Raises NotFound where the font lacks a letter, InitiativeLodError when the process fails.
    """
    check(missing(svg))
    return drawing_process.run(__name__, str(scale), data=svg, seconds=SECONDS)


def check(letters: frozenset[str]) -> None:
    """Raise NotFound, which names the letters that are lacking, where there are some."""
    if letters:
        raise NotFound(Message("error.no_png", letters=" ".join(sorted(letters)[:20])))


def missing(svg: str) -> frozenset[str]:
    """Letters of the drawing that the font does not have."""
    return lacking(unescape(_TAG.sub("", _TITLE.sub("", svg))))


def main() -> None:
    """Write the PNG of the SVG that is read."""
    import resvg_py  # here, and in this process alone

    drawing_process.confine(SECONDS, MEMORY_BYTES)
    with resources.as_file(FONT) as font:
        made = resvg_py.svg_to_bytes(
            svg_string=sys.stdin.buffer.read().decode(),
            zoom=float(sys.argv[1]),
            skip_system_fonts=True,
            font_files=[str(font)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
