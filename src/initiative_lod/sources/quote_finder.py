"""Finds every place of many quotes in one long text, in time that does not grow with the text for each of them."""

from __future__ import annotations

from collections import defaultdict

from initiative_lod.sources.text import NormalisedText, Span

_STEP = 8  # characters of a piece; a piece begins at each multiple of it
_LONG = 50_000  # characters from which on an index is made


class Occurrences:
    """The places of words in a text. Of a short text, and for short words, it is gone through each time.

    A long text is cut into pieces. Wherever words of two pieces or more stand, a whole piece of the text lies in them,
    at one of ``_STEP`` offsets: so those pieces of the words are looked up, and what is around them is compared.
    """

    def __init__(self, text: NormalisedText) -> None:
        self._text = text
        self._pieces: dict[str, list[int]] | None = None

    def of(self, words: str) -> list[Span]:
        """Every place of ``words``, in order; those that overlap as well."""
        if len(self._text.content) < _LONG or len(words) < 2 * _STEP:
            return self._text.occurrences(words)
        found = set()
        for residue in range(_STEP):
            starts = None
            for offset in range(residue, len(words) - _STEP + 1, _STEP):  # of the pieces that do, the rarest
                places = self._index.get(words[offset : offset + _STEP], [])
                if starts is None or len(places) < len(starts[1]):
                    starts = offset, places
            if starts is not None:
                found |= {place - starts[0] for place in starts[1]}
        content = self._text.content
        return [
            Span(start, start + len(words))
            for start in sorted(found)
            if start >= 0 and content.startswith(words, start)
        ]

    @property
    def _index(self) -> dict[str, list[int]]:
        if self._pieces is None:
            pieces: dict[str, list[int]] = defaultdict(list)
            content = self._text.content
            for start in range(0, len(content) - _STEP + 1, _STEP):
                pieces[content[start : start + _STEP]].append(start)
            self._pieces = dict(pieces)
        return self._pieces
