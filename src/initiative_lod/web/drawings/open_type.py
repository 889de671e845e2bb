"""The font of the package as tables: its letters, how wide they are, and its outlines without unused ones.

Read are ``cmap`` (format 4), ``hmtx`` and ``CFF`` (Adobe Technical Note 5176) of a font whose glyphs are keyed
by CID, as ``tools/font.py`` makes it.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

FONT = resources.files("initiative_lod.web.drawings") / "font" / "NotoSansCJKsc-Regular.otf"
_CHARSET, _CHAR_STRINGS = 15, 17  # operators of a top DICT
_END_CHAR = b"\x0e"


@dataclass(frozen=True, slots=True)
class Font:
    """A font: by letter its glyph, by glyph its width and its CID; widths and bounds are in thousandths of the size."""

    glyphs: Mapping[str, int]
    widths: tuple[int, ...]
    cids: tuple[int, ...]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    outlines: bytes
    places: tuple[int, ...]  # of the outlines of each glyph, with the end of the last

    def width(self, text: str, size: float) -> float:
        """Width of ``text``; a letter that the font lacks has none."""
        return sum(self.widths[self.glyphs[letter]] for letter in text if letter in self.glyphs) * size / 1000

    def used(self, glyphs: Collection[int]) -> bytes:
        """The outlines, those of other glyphs emptied: as long as before, and next to nothing when compressed."""
        content = bytearray(self.outlines)
        for glyph, (start, end) in enumerate(zip(self.places, self.places[1:], strict=False)):
            if glyph and glyph not in glyphs:
                content[start:end] = _END_CHAR.ljust(end - start, b"\0")
        return bytes(content)


@cache
def packaged() -> Font:
    """The font that travels in the package."""
    return read(FONT.read_bytes())


def read(content: bytes) -> Font:
    """Read a font."""
    tables = {
        content[at : at + 4]: content[slice(*_span(content, at))]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", content, 4)[0], 16)
    }
    unit = struct.unpack_from(">H", tables[b"head"], 18)[0] / 1000
    box = struct.unpack_from(">4h", tables[b"head"], 36)
    ascent, descent = struct.unpack_from(">2h", tables[b"hhea"], 4)
    count = struct.unpack_from(">H", tables[b"maxp"], 4)[0]
    outlines = tables[b"CFF "]
    charset, places = _outlines(outlines)
    left, bottom, right, top = (round(item / unit) for item in box)
    return Font(
        _glyphs(tables[b"cmap"]),
        tuple(round(item / unit) for item in _widths(tables, count)),
        _cids(outlines, charset, count),
        (left, bottom, right, top),
        round(ascent / unit),
        round(descent / unit),
        outlines,
        places,
    )


def _span(content: bytes, at: int) -> tuple[int, int]:
    start, length = struct.unpack_from(">II", content, at + 8)
    return start, start + length


def _glyphs(table: bytes) -> dict[str, int]:
    """The glyph of each letter, by the table for Windows' Unicode."""
    records = [
        struct.unpack_from(">HHI", table, 4 + 8 * index) for index in range(struct.unpack_from(">H", table, 2)[0])
    ]
    start = next(offset for platform, encoding, offset in records if (platform, encoding) == (3, 1))
    count = struct.unpack_from(">H", table, start + 6)[0] // 2
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{count}H", table, start + at)
        for at in (14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count)
    )
    found: dict[str, int] = {}
    for segment, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, last + 1) if last < 0xFFFF else ():
            glyph = code
            if ranges[segment]:
                at = start + 16 + 6 * count + 2 * segment + ranges[segment] + 2 * (code - first)
                glyph = struct.unpack_from(">H", table, at)[0]
            if glyph:
                found[chr(code)] = (glyph + deltas[segment]) % 0x10000
    return found


def _widths(tables: Mapping[bytes, bytes], count: int) -> list[int]:
    """The width of each glyph; after the last that is told, they are alike."""
    told = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
    found = [struct.unpack_from(">H", tables[b"hmtx"], 4 * glyph)[0] for glyph in range(told)]
    return found + [found[-1]] * (count - told)


def _outlines(table: bytes) -> tuple[int, tuple[int, ...]]:
    """Places of the charset and of the outlines of each glyph."""
    _, after = _index(table, table[2])  # of names
    dicts, _ = _index(table, after)
    operators = _operators(table[dicts[0] : dicts[1]])
    places, _ = _index(table, operators[_CHAR_STRINGS][0])
    return operators[_CHARSET][0], tuple(places)


def _index(table: bytes, at: int) -> tuple[list[int], int]:
    """The places of an INDEX's objects, with the end of the last, and the place behind it."""
    count = struct.unpack_from(">H", table, at)[0]
    if not count:
        return [], at + 2
    size = table[at + 2]
    offsets = [int.from_bytes(table[at + 3 + size * item : at + 3 + size * (item + 1)]) for item in range(count + 1)]
    base = at + 2 + size * (count + 1)
    return [base + offset for offset in offsets], base + offsets[-1]


def _operators(content: bytes) -> dict[int, list[int]]:
    """The operators of a DICT with their operands; those of two bytes, and numbers with a fraction, are passed over."""
    found: dict[int, list[int]] = {}
    operands: list[int] = []
    at = 0
    while at < len(content):
        first = content[at]
        at += 1
        if first == 12 or first <= 21:
            if first == 12:
                at += 1
            else:
                found[first] = operands
            operands = []
        elif first == 28:
            operands.append(struct.unpack_from(">h", content, at)[0])
            at += 2
        elif first == 29:
            operands.append(struct.unpack_from(">i", content, at)[0])
            at += 4
        elif first == 30:
            while content[at] & 0xF != 0xF and content[at] >> 4 != 0xF:
                at += 1
            at += 1
        elif first <= 246:
            operands.append(first - 139)
        else:
            second = content[at]
            at += 1
            operands.append((first - 247) * 256 + second + 108 if first <= 250 else -(first - 251) * 256 - second - 108)
    return found


def _cids(table: bytes, at: int, count: int) -> tuple[int, ...]:
    """The CID of each glyph."""
    found = [0]
    form, at = table[at], at + 1
    if form == 0:
        return (0, *struct.unpack_from(f">{count - 1}H", table, at))
    shape = ">HB" if form == 1 else ">HH"
    while len(found) < count:
        first, more = struct.unpack_from(shape, table, at)
        at += struct.calcsize(shape)
        found += range(first, first + more + 1)
    return tuple(found[:count])
