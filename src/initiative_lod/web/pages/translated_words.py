"""Words of a translation that name what is said of the original: found by form, since a translation has no quotes.

They are a reading aid and no evidence: the evidence of a statement is the quote in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from initiative_lod.languages import STOP_WORDS, ideographic, stem
from initiative_lod.text_cache import cache_short_texts

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = ("ations", "ation", "ating", "ated", "ate", "ion", "ing", "ed", "al", "e", "y")
_SHORTEST = 4  # letters that are left of a word without its ending
_BETWEEN = 3  # other words that may stand between those of a name


def find_words(names: Iterable[str], text: str, language: str) -> tuple[int, int] | None:
    """Place of the first of ``names`` whose words stand near each other in ``text``, in whatever order and inflection.

    Of a language without blanks between words, of the first that stands there as it is.
    """
    if ideographic(language):
        return next(((at, at + len(name)) for name in names if name and (at := text.find(name)) >= 0), None)
    words = _words(text)
    for name in names:
        roots = _roots(name)
        if roots and (found := _nearest(roots, words)) is not None:
            return found
    return None


@lru_cache(maxsize=64)
def _words(text: str) -> Sequence[tuple[str, int, int]]:
    """Words of a text without their inflection, each with its place."""
    return [(_root(match[0]), *match.span()) for match in _WORD.finditer(text)]


@lru_cache(maxsize=2048)
def _roots(name: str) -> Sequence[str]:
    return [_root(word) for word in _WORD.findall(name) if word.lower() not in STOP_WORDS]


def _nearest(roots: Sequence[str], words: Sequence[tuple[str, int, int]]) -> tuple[int, int] | None:
    """The shortest run of words that has all roots; the first of those that are as short."""
    wanted = set(roots)
    best: tuple[int, int] | None = None
    for first, (root, _, _) in enumerate(words):
        if root not in wanted:
            continue
        missing = set(wanted)
        for last in range(first, min(len(words), first + len(roots) + _BETWEEN)):
            missing.discard(words[last][0])
            if not missing:
                if best is None or last - first < best[1] - best[0]:
                    best = (first, last)
                break
    return None if best is None else (words[best[0]][1], words[best[1]][2])


@cache_short_texts(8192)
def _root(word: str) -> str:
    """A word without its inflection and the commonest endings that make a noun of a verb."""
    found = stem(word.lower())
    for ending in _ENDINGS:
        if found.endswith(ending) and len(found) - len(ending) >= _SHORTEST:
            return found[: -len(ending)]
    return found
