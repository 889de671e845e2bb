"""Cuts text into the tokens that are indexed and searched, each with its place in the original string. Pure.

A Chinese character is a token of its own, traditional folded to simplified; a word of letters and digits is one token,
without case and diacritics, its plural and British or American spelling levelled. A pause (comma, full stop, end of
line) is a token too, so that no phrase reaches across it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

PAUSE = "\ue000"

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RANGES = ((0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
#: Scripts that are written without spaces: each character is a token.
_SINGLE = f"{_HAN}\u3040-\u30ff\u31f0-\u31ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
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
_HAN_ONLY = re.compile(f"[{_HAN}]")
_SINGLE_ONLY = re.compile(f"[{_SINGLE}]")
_POSSESSIVE = re.compile(r"['\u2019\u02bc]s$", re.IGNORECASE)

_IRREGULAR = {"children": "child", "men": "man", "women": "woman", "criteria": "criterion"}
_SINGULAR = frozenset({"news", "means", "goods", "series", "species", "always", "perhaps", "towards"})
_SPELLING = (
    (re.compile(r"is(e|ed|er|ing|ation|ational)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3}i)our$|(?<=[a-z][bcdglmnpv])our$"), "or"),
    (re.compile(r"ogramme$"), "ogram"),
    (re.compile(r"(?<=[a-z])tre$"), "ter"),
    (re.compile(r"(?<=[a-z]{2})ence$"), "ense"),  # defence, licence; what is no such pair only gets another name
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the characters that it stands for: ``original[start:end]``."""

    text: str
    start: int
    end: int


def tokens(text: str, simplified: Mapping[str, str]) -> list[Token]:
    """The tokens of ``text`` in order; ``simplified`` maps a traditional character to the one that it is indexed as."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        start, end = match.span()
        if kind == "single":
            character = text[start]
            found.append(Token(simplified.get(character, character), start, end))
        elif kind == "word":
            word = _folded(match[0])
            if word:
                found.append(Token(word, start, end))
        elif kind == "pause" and found and found[-1].text != PAUSE:
            found.append(Token(PAUSE, start, end))
    return found


def is_single(token: str) -> bool:
    """Whether a token is a character of a script without spaces."""
    return len(token) == 1 and _SINGLE_ONLY.match(token) is not None


def has_han(text: str) -> bool:
    """Whether a Chinese character is in ``text``."""
    return _HAN_ONLY.search(text) is not None


def joined(texts: Iterable[str]) -> str:
    """Tokens as they go into the index, and into a phrase of a query."""
    return " ".join(texts)


@cache
def simplified_characters() -> Mapping[str, str]:
    """Every traditional, variant or compatibility character with the simplified one, as OpenCC converts it by itself.

    Character by character on both sides, so that text and query meet whatever their script; never for display.
    """
    from opencc import OpenCC

    converter = OpenCC("t2s")
    table = {}
    for first, last in _RANGES:
        for number in range(first, last + 1):
            character = chr(number)
            folded = converter.convert(character)
            if folded != character and len(folded) == 1:
                table[character] = folded
    for character, folded in table.items():  # what one step leaves to be folded again meets what is folded at once
        seen = {character}
        while folded in table and folded not in seen:
            seen.add(folded)
            folded = table[folded]
        table[character] = folded
    return {character: folded for character, folded in table.items() if character != folded}


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    """A word without case, diacritics, apostrophes, number; empty when nothing is left of it."""
    plain = _POSSESSIVE.sub("", word)
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(item for item in decomposed if unicodedata.category(item)[0] != "M")
    return level("".join(item for item in plain.casefold() if item.isalnum()))


def level(word: str) -> str:
    """An English word without its plural and its British spelling; any other word as it is.

    Only inflection of number: "governments" is not "governance", and "developing" not "developed".
    """
    if not (word.isascii() and word.isalpha()) or len(word) < 4:
        return word
    word = _IRREGULAR.get(word) or _singular(word)
    for pattern, replacement in _SPELLING:
        changed = pattern.sub(replacement, word)
        if changed != word:
            return changed
    return word


def _singular(word: str) -> str:
    if word in _SINGULAR or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]
