"""Cuts a run of text where marks begin and end, so that marks that overlap or nest can be shown as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


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
