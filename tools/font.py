"""Writes the font of the PNGs and PDFs: of Noto Sans CJK SC the letters of GB 2312, and Latin, Greek and Cyrillic ones.

Beside it is written which letters it has.

uv run --with fonttools python tools/font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

FONT = Path(__file__).resolve().parents[1] / "src/initiative_lod/web/drawings/font/NotoSansCJKsc-Regular.otf"
FAMILY = "Noto Sans CJK SC"
DROPPED = ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB"]
QUOTATION_MARKS = {0x2018, 0x2019, 0x201C, 0x201D}
#: Copyright, family, style, full name, version, PostScript name, licence and where it is.
NAMES = [0, 1, 2, 4, 5, 6, 13, 14]


def letters() -> set[int]:
    """Characters that the font is to have: those of GB 2312, and of Latin script and its punctuation."""
    rows = (bytes([high, low]) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    chinese = {ord(text) for row in rows if len(text := row.decode("gb2312", "ignore")) == 1}
    return chinese | {*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2010, 0x2040)}


def main(source: str) -> None:
    """Take the letters out of the collection at ``source``."""
    subset, library = import_module("fontTools.subset"), import_module("fontTools.ttLib")
    (font,) = [item for item in library.TTCollection(source).fonts if item["name"].getDebugName(1) == FAMILY]
    _narrow(font)
    options = subset.Options()
    options.hinting, options.layout_features = False, []
    options.drop_tables += DROPPED
    options.name_IDs, options.recalc_timestamp = NAMES, False
    made = subset.Subsetter(options)
    made.populate(unicodes=letters())
    made.subset(font)
    FONT.parent.mkdir(exist_ok=True)
    font.save(FONT)
    FONT.with_name("letters.txt").write_bytes("".join(map(chr, sorted(font.getBestCmap()))).encode())
    print(f"{FONT}: {len(font.getBestCmap())} characters, {FONT.stat().st_size} bytes")


def _narrow(font: Any) -> None:
    """Give quotation marks their narrow form: one font draws Chinese and English, and an apostrophe is one of them."""
    table = font["GSUB"].table
    narrow: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        for index in record.Feature.LookupListIndex if record.FeatureTag == "pwid" else ():
            for part in table.LookupList.Lookup[index].SubTable:
                narrow |= getattr(part, "ExtSubTable", part).mapping
    for cmap in font["cmap"].tables:
        for mark in QUOTATION_MARKS & getattr(cmap, "cmap", {}).keys():
            cmap.cmap[mark] = narrow.get(cmap.cmap[mark], cmap.cmap[mark])


if __name__ == "__main__":
    main(sys.argv[1])
