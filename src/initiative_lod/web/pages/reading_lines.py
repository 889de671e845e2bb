"""Lines of the reading room: runs of words in each language, cut where clauses begin and end, and set side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from initiative_lod.languages import ideographic
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages.clauses import Row
from initiative_lod.web.pages.marked_text import Piece

SHORT = 12  # characters before a clause that have no line of their own, as the number of an item

Place = tuple[int, int]
Key = tuple[int, int]  # of a run of words: number of the clause that it is, or comes before; whether it is the clause


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """A clause, or the passage itself where ``number`` is 0, with what is said of it."""

    thing: LabelledResource
    anchor: str
    number: int
    modalities: tuple[LabelledResource, ...]
    rows: tuple[Row, ...]

    @property
    def style(self) -> str:
        """The modality whose colour it has."""
        return self.modalities[0].style if self.modalities else "none"

    @property
    def telling(self) -> bool:
        """Tell whether it says more than that there is a clause, whose verb is none of the others."""
        return len(self.rows) > 1 or any(row.name != "modality" for row in self.rows) or self.is_finding

    @property
    def is_finding(self) -> bool:
        """Tell whether a modality of it is one with cues of its own."""
        return any(not item.residual for item in self.modalities)


@dataclass(frozen=True, slots=True)
class ReadingWords:
    """A run of words in one language: a clause, with its note, or what stands between clauses."""

    note: ReadingNote | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """The same words in each language, by its tag: a clause, or, where they are cut differently, all of a passage."""

    cells: Mapping[str, tuple[ReadingWords, ...]]


def plain(pieces: Sequence[Piece]) -> str:
    """The words of pieces."""
    return "".join(piece.text for piece in pieces)


def without(whole: Place, holes: Sequence[Place]) -> list[Place]:
    """Runs of ``whole`` that are in none of the holes."""
    found, position = [], whole[0]
    for start, end in sorted(holes):
        if start > position:
            found.append((position, min(start, whole[1])))
        position = max(position, end)
    if position < whole[1]:
        found.append((position, whole[1]))
    return found


def cut_at_clauses(run: Place, places: Mapping[int, Place]) -> list[tuple[Key, Place]]:
    """A run cut at the clauses in it."""
    found: list[tuple[Key, Place]] = []
    position = run[0]
    for number, (start, end) in sorted(places.items(), key=lambda item: item[1]):
        if end <= run[0] or start >= run[1] or start < position:
            continue
        if start > position:
            found.append(((number, 0), (position, start)))
        found.append(((number, 1), (start, end)))
        position = end
    if position < run[1]:
        last = max((number for number, (_, end) in places.items() if end <= position), default=0)
        found.append(((last + 1, 0), (position, run[1])))
    return found


def aligned(runs: Mapping[str, Mapping[Key, ReadingWords]]) -> tuple[ReadingLine, ...]:
    """One line a clause, where every language is cut at the same clauses; else one line in all."""
    having = {language: found for language, found in runs.items() if found}
    if not having:
        return ()
    keys = [[key for key in sorted(found) if key[1]] for found in having.values()]
    if any(item != keys[0] for item in keys):
        return (
            ReadingLine({language: tuple(found[key] for key in sorted(found)) for language, found in having.items()}),
        )
    lines: list[ReadingLine] = []
    waiting: Mapping[str, tuple[ReadingWords, ...]] = {}  # a number before a clause, which stands in the clause's line
    for key in sorted({key for found in having.values() for key in found}):
        cells = {language: (found[key],) for language, found in having.items() if key in found}
        short = all(len(plain(runs[0].pieces)) <= SHORT for runs in cells.values())
        if not key[1] and short and any((key[0], 1) in found for found in having.values()):
            waiting = cells
            continue
        lines.append(ReadingLine({tag: (*waiting.get(tag, ()), *cells.get(tag, ())) for tag in {**waiting, **cells}}))
        waiting = {}
    return tuple(lines)


def glue(language: str) -> str:
    """The character between two runs of words in a language."""
    return "" if ideographic(language) else " "
