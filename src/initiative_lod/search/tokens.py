"""Cuts text into the tokens that are indexed and searched, each with its place in the original string. Pure.

A Chinese character is a token of its own, traditional folded to simplified; a word of letters and digits is one token,
without case and diacritics, its plural and British or American spelling levelled. A pause (comma, full stop, end of
line) is a token too, so that no phrase reaches across it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from initiative_lod.languages import HAN, stem
from initiative_lod.text_cache import cache_short_texts

PAUSE = "\ue000"

#: Scripts that are written without spaces: each character is a token.
_SINGLE = f"{HAN}\u3040-\u30ff\u31f0-\u31ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
#: Marks stay with the character before them: combining marks, and the vowel signs of the scripts that have them.
_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0900-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_LETTER = rf"[^\W_{_SINGLE}]"
_TOKEN = re.compile(
    rf"""(?P<single>[{_SINGLE}][{_MARK}\ufe00-\ufe0f\U000e0100-\U000e01ef]*)
    | (?P<word>{_LETTER}[{_MARK}]*(?:['\u2019\u02bc]?{_LETTER}[{_MARK}]*)*)
    | (?P<number>(?<=\d)[.,](?=\d))
    | (?P<pause>[。！？；：，、,;:!?.…\n\r\u2028\u2029．｡､])""",
    re.VERBOSE,
)
#: Text without pauses, marks and apostrophes, as most names are: its tokens are found all at once, which is faster.
_PLAIN = re.compile(rf"[A-Za-z0-9 {HAN}/()-]*")
_PLAIN_TOKEN = re.compile(rf"[A-Za-z0-9]+|[{HAN}]")
_SINGLE_ONLY = re.compile(f"[{_SINGLE}]")
_POSSESSIVE = re.compile(r"['\u2019\u02bc]s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the characters that it stands for: ``original[start:end]``."""

    text: str
    start: int
    end: int


def tokens(text: str, simplified: Mapping[str, str]) -> list[Token]:
    """The tokens of ``text`` in order; ``simplified`` maps a traditional character to the one that it is indexed as."""
    return [Token(token, *match.span()) for token, match in _matches(text, simplified)]


def words(text: str, simplified: Mapping[str, str]) -> list[str]:
    """The same without their places, which an index has no use for."""
    if _PLAIN.fullmatch(text):
        found = _PLAIN_TOKEN.findall(text)
        return [_folded(token) if token.isascii() else simplified.get(token, token) for token in found]
    return [token for token, _ in _matches(text, simplified)]


def _matches(text: str, simplified: Mapping[str, str]) -> Iterator[tuple[str, re.Match[str]]]:
    last = PAUSE
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "word":
            token = _folded(match[0])
        elif kind == "single":
            character = match[0][0]
            token = simplified.get(character, character)
        elif kind == "pause" and last != PAUSE:
            token = PAUSE
        else:
            continue
        if token:
            last = token
            yield token, match


def is_single(token: str) -> bool:
    """Tell whether a token is a character of a script without spaces."""
    return len(token) == 1 and _SINGLE_ONLY.match(token) is not None


def joined(texts: Iterable[str]) -> str:
    """Tokens as they go into the index, and into a phrase of a query."""
    return " ".join(texts)


def _folded(word: str) -> str:
    """A word without case, diacritics, apostrophes, number; empty when nothing is left of it."""
    return stem(word.lower()) if word.isascii() and word.isalnum() else _without_marks(word)


@cache_short_texts(16_384)
def _without_marks(word: str) -> str:
    plain = _POSSESSIVE.sub("", word)
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(item for item in decomposed if unicodedata.category(item)[0] != "M")
    return stem("".join(item for item in plain.casefold() if item.isalnum()))
