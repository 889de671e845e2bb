"""Reads where the words of a coding stand in a translation: ``<coding>.<language>.words``, pairs of words by part.

    coding: wic-2020
    language: en

    == action/8/clause/5
    要求 = Require | 企业 = enterprises | 不得 = not to

A pair has the words of a component and those of the translation, which are copied from it. ``–`` says that it has none
of its own; ``#2`` behind words, which of several places is meant; `` … `` stands between pieces that belong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from initiative_lod.errors import NotationError
from initiative_lod.sources import turtle

NONE = "–"
BETWEEN = " … "
_PLACE = re.compile(r"\s*#(\d+)$")


@dataclass(frozen=True)
class TranslatedPiece:
    """Words of a translation; ``place`` counts from 1, and is 0 where they stand there once."""

    words: str
    place: int = 0


@dataclass(frozen=True)
class WordPair:
    """Words of a component, and the pieces that say them in the translation: none where it has no word of its own."""

    words: str
    pieces: tuple[TranslatedPiece, ...]
    line: int


@dataclass(frozen=True)
class WordPairs:
    """A file of pairs: the name of the coding, the language of the translation, and pairs by the path of a part."""

    path: Path
    coding: str
    language: str
    parts: dict[str, tuple[WordPair, ...]]
    lines: dict[str, int]  # on which a part begins


def read(path: Path) -> WordPairs:
    """Read a file of pairs. Raises NotationError with its line."""
    return parse(turtle.read_text(path), path)


def parse(content: str, path: Path) -> WordPairs:
    """The pairs that a file holds. Raises NotationError with its line."""
    head: dict[str, str] = {}
    parts: dict[str, list[WordPair]] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(content.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("=="):
            current = text.removeprefix("==").strip()
            if not current or current in parts:
                raise NotationError("a part stands once, as in “== action/8/clause/5”", path, number)
            parts[current], lines[current] = [], number
        elif not parts:
            key, colon, value = text.partition(":")
            if not colon:
                raise NotationError(
                    "before the first “== …” stand lines as “coding: …” and “language: …”", path, number
                )
            head[key.strip()] = value.strip()
        else:
            parts[current] += [_pair(pair, path, number) for pair in text.split(" | ")]
    if not head.get("coding") or not head.get("language"):
        raise NotationError("the head says with “coding: …” and “language: …” what this is about", path, 1)
    return WordPairs(path, head["coding"], head["language"], {key: tuple(item) for key, item in parts.items()}, lines)


def pieces(said: str) -> tuple[TranslatedPiece, ...]:
    """The pieces of words of a translation, as they are written in a pair."""
    found = []
    for piece in said.split(BETWEEN):
        place = _PLACE.search(piece)
        found.append(TranslatedPiece(_PLACE.sub("", piece).strip(), int(place[1]) if place else 0))
    return tuple(found)


def places(words: str, content: str) -> list[int]:
    """Positions at which whole words begin in the translation of a part."""
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", content)]


def _pair(text: str, path: Path, line: int) -> WordPair:
    words, equals, said = (piece.strip() for piece in text.partition(" = "))
    if not equals or not words or not said:
        raise NotationError(
            f"“{text.strip()}” is no pair: write “words of the text = words of the translation”", path, line
        )
    return WordPair(words, () if said == NONE else pieces(said), line)
