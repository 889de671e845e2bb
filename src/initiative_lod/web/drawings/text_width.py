"""Width of words in a drawing: the widest that they have in the fonts that our pages name, so that none is cut off.

The widths were measured in Chromium: of each character the widest in DejaVu Sans, Liberation Sans (as wide as Arial and
Helvetica) and Noto Sans CJK SC.
"""

from __future__ import annotations

import unicodedata
from itertools import accumulate, takewhile

from initiative_lod.text_cache import cache_short_texts

SIZE = 14.0  # of the letters in a drawing, where it says no other
_FIRST, _IDEOGRAPHIC = 32, 0x2E80
#: Hundredths of the font's size, from the blank to the tilde.
_WIDTHS = tuple(
    int(item)
    for item in """
    32 41 48 84 64 96 78 28 40 40 50 84 32 37 32 40 64 64 64 64 64 64 64 64
    64 64 34 34 84 84 84 56 102 69 69 73 78 67 62 78 76 30 54 67 56 87 75 79
    67 79 73 67 62 74 69 99 69 67 69 40 40 40 84 56 61 62 64 55 64 62 36 64
    64 28 28 58 29 98 64 62 64 64 42 53 40 64 60 82 60 60 53 64 34 64 84
    """.split()
)
_WIDE = 100  # Chinese characters, and marks that a Chinese font makes as wide
_BOLD = 1.12  # bold letters by the others, at most
CLOSING = frozenset("、，。；：,.;:)）》”’!?！？%")  # no line begins with these
OPENING = frozenset("（《〈「『“‘([")  # and none ends with these


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Width that ``text`` has at most, in the unit of ``size``."""
    return _in_unit(_hundredths(text), size, bold)


def _in_unit(hundredths: int, size: float, bold: bool) -> float:
    return hundredths * size / 100 * (_BOLD if bold else 1)


def shortened(text: str, longest: float, size: float = SIZE, bold: bool = False) -> str:
    """``text``, or as much of it as fits, with an ellipsis."""
    if text_width(text, size, bold) <= longest:
        return text
    fitting = takewhile(lambda end: _in_unit(end, size, bold) + size <= longest, accumulate(map(_of, text)))
    return text[: sum(1 for _ in fitting)].rstrip() + "…"


def wrapped(text: str, longest: float, size: float = SIZE, lines: int = 3, bold: bool = False) -> list[str]:
    """``text`` in lines that fit: broken between words, and anywhere between Chinese characters; the last is cut.

    Marks stay with what they belong to, and no Chinese character stands alone in the last line.
    """
    made: list[str] = []
    for piece, glue in pieces(text):
        if made and text_width(made[-1] + glue + piece, size, bold) <= longest:
            made[-1] += glue + piece
            continue
        if made and len(made[-1]) > 1 and (piece in CLOSING or made[-1][-1] in OPENING):
            taken = made[-1][-1] + piece  # the character before it comes along
            if text_width(taken, size, bold) <= longest:
                made[-1], piece = made[-1][:-1], taken
        made.append(piece)
    if 1 < len(made) <= lines and _alone(made[-1]) and len(made[-2]) > 3 and not text.endswith(f" {made[-1]}"):
        kept, last = made[-2][:-1], made[-2][-1]
        if ord(last) >= _IDEOGRAPHIC and last not in CLOSING | OPENING and kept[-1] not in OPENING:
            made[-2:] = [kept, last + made[-1]]
    if len(made) > lines:
        rest = text[_position(text, made[: lines - 1]) :]
        made = [*made[: lines - 1], rest]
    return [shortened(line, longest, size, bold) for line in made]


def _alone(line: str) -> bool:
    """Tell a line of one Chinese character, with the marks that close it."""
    return ord(line[0]) >= _IDEOGRAPHIC and all(character in CLOSING for character in line[1:])


def pieces(text: str) -> list[tuple[str, str]]:
    """Pieces between which a line may break, each with what stands before it in a line."""
    found: list[tuple[str, str]] = []
    for number, word in enumerate(text.split(" ")):
        glue = " " if number else ""
        piece = ""
        for character in word:
            if ord(character) >= _IDEOGRAPHIC and character not in CLOSING:
                if piece:
                    found.append((piece, glue))
                    piece, glue = "", ""
                found.append((character, glue))
                glue = ""
            elif character in CLOSING and not piece and found and not glue:
                found.append((character, ""))
            else:
                piece += character
        if piece:
            found.append((piece, glue))
    return found


def _position(text: str, lines: list[str]) -> int:
    """Position in ``text`` at which the line after ``lines`` begins."""
    position = 0
    for line in lines:
        position += len(line)
        position += len(text[position:]) - len(text[position:].lstrip(" "))
    return position


@cache_short_texts(4096)
def _hundredths(text: str) -> int:
    return sum(map(_of, text))


@cache_short_texts(4096)
def _of(character: str) -> int:
    code = ord(character)
    if _FIRST <= code < _FIRST + len(_WIDTHS):
        return _WIDTHS[code - _FIRST]
    if code >= 0x2000:
        return _WIDE
    base = unicodedata.normalize("NFD", character)[:1]
    return _of(base) if base != character else _WIDE
