"""Marked text: a run of text cut where marks begin and end, and excerpts around the words that a search found. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from initiative_lod.languages import has_han
from initiative_lod.search.results import MarkedValue

AROUND = 48  # characters shown on either side of marked words
EXCERPT, HAN_EXCERPT = 320, 150  # characters; those of Chinese say as much in fewer
_MARK, _END = Markup('<mark class="hit">'), Markup("</mark>")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Something that is said of the characters from ``start`` to ``end`` (exclusive); ``key`` says what."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters under the same marks, the narrowest first."""

    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces under one mark, end to end; ``first`` unless the mark began before."""

    key: str
    first: bool
    inner: tuple[Piece | Run, ...]


def split(text: str, offset: int, marks: Sequence[Mark]) -> list[Piece]:
    """The pieces of ``text``, whose first character stands at ``offset``, end to end; no piece is empty.

    What of a mark lies outside of the text is passed over.
    """
    end = offset + len(text)
    inside = [mark for mark in marks if mark.start < end and offset < mark.end and mark.start < mark.end]
    cuts = {offset, end}
    for mark in inside:
        cuts.update((max(mark.start, offset), min(mark.end, end)))
    bounds = sorted(cuts)
    pieces = []
    for start, stop in pairwise(bounds):
        over = [mark for mark in inside if mark.start <= start and stop <= mark.end]
        over.sort(key=lambda mark: (mark.end - mark.start, mark.key))
        pieces.append(Piece(text[start - offset : stop - offset], tuple(over)))
    return pieces


def runs(pieces: Sequence[Piece], keys: Container[str]) -> list[Piece | Run]:
    """The pieces, those under each mark of ``keys`` in one run; where two marks cross, the later comes in two."""
    return _runs(pieces, keys, frozenset(), set())


def _runs(pieces: Sequence[Piece], keys: Container[str], over: frozenset[Mark], begun: set[Mark]) -> list[Piece | Run]:
    found: list[Piece | Run] = []
    place = 0
    while place < len(pieces):
        beginning = [mark for mark in pieces[place].marks if mark.key in keys and mark not in over]
        if not beginning:
            found.append(pieces[place])
            place += 1
            continue
        ends = {
            mark: next((end for end in range(place, len(pieces)) if mark not in pieces[end].marks), len(pieces))
            for mark in beginning
        }
        mark = max(beginning, key=lambda item: (ends[item], item))
        first = mark not in begun
        begun.add(mark)
        found.append(Run(mark.key, first, tuple(_runs(pieces[place : ends[mark]], keys, over | {mark}, begun))))
        place = ends[mark]
    return found


def around(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with what is far from the marked ones left out; without a mark, how they begin."""
    marked = [index for index, piece in enumerate(pieces) if piece.marks]
    if not marked:
        words = "".join(piece.text for piece in pieces)
        return [Piece(words if len(words) <= 2 * AROUND else words[: 2 * AROUND] + "…", ())]
    shown = list(pieces[marked[0] : marked[-1] + 1])
    before, after = "".join(p.text for p in pieces[: marked[0]]), "".join(p.text for p in pieces[marked[-1] + 1 :])
    if before:
        shown.insert(0, Piece(before if len(before) <= AROUND else "…" + before[-AROUND:], ()))
    if after:
        shown.append(Piece(after if len(after) <= AROUND else after[:AROUND] + "…", ()))
    return shown


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """``text`` as HTML with the ranges in ``<mark>``; everything in it is escaped."""
    parts: list[Markup] = []
    position = 0
    for start, end in ranges:
        parts += [escape(text[position:start]), _MARK, escape(text[start:end]), _END]
        position = end
    return Markup("").join([*parts, escape(text[position:])])


def excerpt(value: MarkedValue, longest: int = 0) -> tuple[str, list[tuple[int, int]], int]:
    """(text, ranges in it, where it begins in the whole): all of it when short, else what is around the first hit."""
    longest = longest or (HAN_EXCERPT if has_han(value.text) else EXCERPT)
    text = value.text
    if len(text) <= longest + longest // 4:
        return text, list(value.marks), 0
    first, last = value.marks[0] if value.marks else (0, 0)
    start = max(0, min(first - longest // 4, len(text) - longest))
    end = max(min(len(text), start + longest), min(last, start + 4 * longest))
    start = text.find(" ", start, first) + 1 or start if start else 0  # between words, where there is a blank
    end = text.rfind(" ", last, end) if end < len(text) and " " in text[last:end] else end
    inside = [(max(one, start) - start, min(two, end) - start) for one, two in value.marks if one < end and two > start]
    return text[start:end], inside, start


def shown(value: MarkedValue) -> Markup:
    """The excerpt as HTML, with dots where it is cut."""
    text, ranges, start = excerpt(value)
    before = "…" if start else ""
    after = "…" if start + len(text) < len(value.text) else ""
    return Markup("").join([before, marked(text, ranges), after])
