"""Cuts a run of text where marks begin and end, so that marks that overlap or nest can be shown as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

AROUND = 48  # characters shown on either side of marked words


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
