"""Labels made comparable: which properties hold them, and the forms in which two labels may agree.

Chinese is compared in simplified characters, whatever it was written in; English without case, punctuation and plural,
and in one spelling of -ise and -our.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

import opencc
from pyoxigraph import NamedNode

from initiative_lod.vocabulary import DCTERMS, FOAF, RDFS, SKOS, Namespace

LONGEST = 300  # characters of a label that are compared


class Kind(IntEnum):
    """What a label is to its thing, best first."""

    PREFERRED = 0
    ALTERNATIVE = 1
    NOTATION = 2


_SCHEMA = Namespace("http://schema.org/", "name alternateName")
_SECURE_SCHEMA = Namespace("https://schema.org/", "name alternateName")
_SKOS = Namespace(SKOS.iri, "hiddenLabel")
_ELI = Namespace("http://data.europa.eu/eli/ontology#", "title title_alternative title_short")
_EU = Namespace("http://publications.europa.eu/ontology/authority/", "legacy-code op-code")

#: The properties that hold labels, in the order in which one is chosen as a thing's name.
PROPERTIES: dict[NamedNode, Kind] = {
    SKOS.prefLabel: Kind.PREFERRED,
    RDFS.label: Kind.PREFERRED,
    _SCHEMA.name: Kind.PREFERRED,
    _SECURE_SCHEMA.name: Kind.PREFERRED,
    FOAF.name: Kind.PREFERRED,
    DCTERMS.title: Kind.PREFERRED,
    _ELI.title: Kind.PREFERRED,
    SKOS.altLabel: Kind.ALTERNATIVE,
    _SKOS.hiddenLabel: Kind.ALTERNATIVE,
    _SCHEMA.alternateName: Kind.ALTERNATIVE,
    _SECURE_SCHEMA.alternateName: Kind.ALTERNATIVE,
    _ELI.title_alternative: Kind.ALTERNATIVE,
    _ELI.title_short: Kind.ALTERNATIVE,
    SKOS.notation: Kind.NOTATION,
    DCTERMS.identifier: Kind.NOTATION,
}

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_EDGES = re.compile(r"(?<=[\u3400-\u9fff])(?=[a-z0-9])|(?<=[a-z0-9])(?=[\u3400-\u9fff])")
STOP = frozenset("a an and by for from in of on or the to with".split())


@dataclass(frozen=True, slots=True)
class Forms:
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


def has_han(text: str) -> bool:
    """Whether Chinese characters are in ``text``."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=200_000)
def forms(text: str) -> Forms:
    """The forms of a label, of which no more than LONGEST characters count."""
    plain = " ".join(unicodedata.normalize("NFC", text[:LONGEST]).split())
    folded = fold(plain)
    words = [stem(word) for word in folded.split()]
    initials = [word[0] for word in folded.split() if word not in STOP and not has_han(word)]
    return Forms(
        plain,
        folded,
        " ".join(words),
        "".join(words),
        _turned(words),
        "".join(initials) if len(initials) > 2 else "",
    )


def _turned(words: list[str]) -> str:
    for place, word in enumerate(words):
        if word in ("of", "for") and 0 < place < len(words) - 1:
            return f"{_turned(words[place + 1 :])} {_turned(words[:place])}"
    parts = " ".join(word for word in words if word not in ("a", "an", "the")).split(" and ")
    return " and ".join(sorted(parts))


def fold(text: str) -> str:
    """Words in lower case, Chinese in simplified characters, one space between words and none within Chinese."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if has_han(text):
        text = _EDGES.sub(" ", text.translate(_simplified()))
    words = _WORD.findall(text.replace("'s ", " ").replace("’s ", " "))
    return " ".join(words)


def variants(text: str) -> list[str]:
    """The label; if part of it is in brackets, also what is left without them, and an abbreviation in them."""
    bracketed = _BRACKETED.findall(unicodedata.normalize("NFKC", text))
    if not bracketed:
        return [text]
    rest = _BRACKETED.sub("", unicodedata.normalize("NFKC", text)).strip()
    short = [item for item in bracketed[-1:] if is_abbreviation(item) and text.rstrip().endswith((")", "]", "）"))]
    return [item for item in dict.fromkeys([text, rest, *short]) if item]


def mainland(text: str) -> str:
    """Chinese in the words of the mainland as well as in its characters: 人工智慧 -> 人工智能, 數位 -> 数字."""
    return _converter()(text) if has_han(text) else text


def is_abbreviation(text: str) -> bool:
    """Whether ``text`` looks like ``ITU`` or ``5G``: two to ten letters and digits, capitals but for few."""
    if not 2 <= len(text) <= 10:
        return False
    capitals = sum(letter.isupper() or letter.isdigit() for letter in text)
    return text.isascii() and text.replace("-", "").isalnum() and capitals * 3 >= len(text) * 2


_IRREGULAR = {"children": "child", "women": "woman", "men": "man", "people": "person", "criteria": "criterion"}
_SPELLING = (
    (re.compile(r"is(e[sd]?|ing|ations?)$"), r"iz\1"),
    (re.compile(r"(avi|ab|on|ol|arb|ighb)our"), r"\1or"),
    (re.compile(r"(gram)me(s?)$"), r"\1\2"),
    (re.compile(r"tre(s?)$"), r"ter\1"),
    (re.compile(r"(fen|cen)ce(s?)$"), r"\1se\2"),
)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """An English word in one spelling and in the singular; other words as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not word.isascii() or not word.isalpha() or len(word) < 4:
        return word
    if len(word) > 5:
        for pattern, by in _SPELLING:
            word = pattern.sub(by, word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@cache
def _converter() -> Callable[[str], str]:
    convert: Callable[[str], str] = opencc.OpenCC("tw2sp").convert
    return convert


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, one by one: labels are short, and their words need no context."""
    convert = opencc.OpenCC("t2s").convert
    table = {}
    for code in range(0x3400, 0xA000):
        simplified = convert(chr(code))
        if simplified != chr(code):
            table[code] = simplified
    return table
