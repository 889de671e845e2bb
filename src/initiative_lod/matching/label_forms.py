"""Forms in which two labels may agree, from the words as they stand to their initials.

Chinese is compared in simplified characters, whatever it was written in; English without case, punctuation and plural,
and in one spelling of -ise and -our.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from initiative_lod.languages import HAN, STOP_WORDS, has_han, simplified, stem
from initiative_lod.text_cache import cache_short_texts

MAX_LABEL_CHARACTERS = 300  # characters of a label that are compared


_WORD = re.compile(r"[^\W_]+")
_BLANKS = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)  # for what is no such word
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_TURNING = frozenset("of for and a an the".split())
_EDGES = re.compile(rf"(?<=[{HAN}])(?=[a-z0-9])|(?<=[a-z0-9])(?=[{HAN}])")


class Forms(NamedTuple):  # and no dataclass: there are very many, and a tuple is made in a quarter of the time
    """One label in the forms that are compared, strictest first.

    ``plain`` as written (NFC, one space); ``folded`` without case, punctuation and traditional characters; ``stem``
    without plurals and spelling variants; ``packed`` the stem without spaces; ``turned`` with "protection of data" as
    "data protection", and what "and" joins in the order of the alphabet; ``acronym`` the initials of its words, if it
    has three or more.
    """

    plain: str
    folded: str
    stem: str
    packed: str
    turned: str
    acronym: str


@cache_short_texts(16_384)
def forms(text: str) -> Forms:
    """The forms of a label, of which no more than MAX_LABEL_CHARACTERS characters count."""
    plain = " ".join(unicodedata.normalize("NFC", text[:MAX_LABEL_CHARACTERS]).split())
    written = _folded_words(plain)
    words = [stem(word) for word in written]
    stemmed = " ".join(words)
    return Forms(
        plain,
        " ".join(written),
        stemmed,
        "".join(words),
        stemmed if _TURNING.isdisjoint(words) else _turned(words),
        _acronym(written) if len(written) > 2 else "",
    )


def _acronym(words: list[str]) -> str:
    initials = [word[0] for word in words if word not in STOP_WORDS and not has_han(word)]
    return "".join(initials) if len(initials) > 2 else ""


def _turned(words: list[str]) -> str:
    for place, word in enumerate(words):
        if word in ("of", "for") and 0 < place < len(words) - 1:
            return f"{_turned(words[place + 1 :])} {_turned(words[:place])}"
    parts = " ".join(word for word in words if word not in ("a", "an", "the")).split(" and ")
    return " and ".join(sorted(parts))


def fold(text: str) -> str:
    """Words in lower case, Chinese in simplified characters, one space between words and none within Chinese."""
    return " ".join(_folded_words(text))


def _folded_words(text: str) -> list[str]:
    if text.isascii():  # nothing to normalise: the same, and quicker
        return text.lower().replace("'s ", " ").encode().translate(_BLANKS).decode().split()
    text = unicodedata.normalize("NFKC", text).casefold()
    if has_han(text):
        text = _EDGES.sub(" ", simplified(text))
    return _WORD.findall(text.replace("'s ", " ").replace("’s ", " "))


def variants(text: str) -> list[str]:
    """The label; if part of it is in brackets, also what is left without them, and an abbreviation in them."""
    if text.isascii() and "(" not in text and "[" not in text:
        return [text]
    bracketed = _BRACKETED.findall(unicodedata.normalize("NFKC", text))
    if not bracketed:
        return [text]
    rest = _BRACKETED.sub("", unicodedata.normalize("NFKC", text)).strip()
    short = [item for item in bracketed[-1:] if is_abbreviation(item) and text.rstrip().endswith((")", "]", "）"))]
    return [item for item in dict.fromkeys([text, rest, *short]) if item]


def is_abbreviation(text: str) -> bool:
    """Tell whether ``text`` looks like ``ITU`` or ``5G``: two to ten letters and digits, capitals but for few."""
    if not 2 <= len(text) <= 10 or not text.isascii() or not text.replace("-", "").isalnum():
        return False
    capitals = sum(letter.isupper() or letter.isdigit() for letter in text)
    return capitals * 3 >= len(text) * 2
