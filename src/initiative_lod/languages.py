"""Languages: those of our own labels, and words made comparable across scripts, spellings and numbers.

The languages of the interface are its catalogues (``locale``), those of a document are stated with its texts.

Chinese characters are compared in their simplified forms, English words in the singular and in one spelling of -ise and
-our. What is folded here is never shown.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise

from initiative_lod.text_cache import cache_short_texts

#: Languages in which our own labels, questions and checks are written.
LABEL_LANGUAGES = ("zh", "en")
#: Languages whose words are folded, indexed and compared, as this module does it.
WORD_LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "en"  # of readers who ask for none of them
OTHER = "xx"  # any other language, in an index

#: Chinese characters, radicals and iteration marks, as a range in a regular expression.
HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN_ONLY = re.compile(f"[{HAN}]")
_RANGES = ((0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))

_ENGLISH = frozenset("the of and to in that is for with be by as this are shall it on or not from have which".split())

#: English words that carry no meaning of their own in a name.
STOP_WORDS = frozenset("a an and as at by for from in is of on or the to with".split())

_SENTENCE = re.compile(r"[.!?;:](?=\s)|[。！？；]")
_IRREGULAR = {"children": "child", "men": "man", "women": "woman", "people": "person", "criteria": "criterion"}
_SINGULAR = frozenset({"news", "means", "goods", "series", "species", "always", "perhaps", "towards"})
_SPELLING = (
    (re.compile(r"is(e|ed|er|ing|ation|ational)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3}i)our$|(?<=[a-z][bcdglmnpv])our$|(?<=ighb)our(?=hood$)"), "or"),
    (re.compile(r"ogramme$"), "ogram"),
    (re.compile(r"(?<=[a-z])tre$"), "ter"),
    (re.compile(r"(?<=[a-z]{2})ence$"), "ense"),  # defence, licence; what is no such pair only gets another name
)
_IDEOGRAPHIC = frozenset({"zh", "ja", "yue", "wuu", "lzh"})
_CONVERTING = threading.Lock()
#: First characters of GB 2312 of each letter, by their codes: there are no syllables in i, u and v.
_SYLLABLES = tuple(
    (int.from_bytes(character.encode("gb2312")), letter)
    for character, letter in zip(
        "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝", "ABCDEFGHJKLMNOPQRSTWXYZ", strict=True
    )
)
_LAST_BY_SYLLABLE = 0xD7F9  # after it the characters are in the order of their radicals


def primary(tag: str) -> str:
    """The primary subtag of a language tag, in lower case; empty for none and for ``und``."""
    subtag = tag.partition("-")[0].lower()
    return "" if subtag == "und" else subtag


def ideographic(tag: str) -> bool:
    """Tell languages that are written in Chinese characters without blanks between words."""
    return primary(tag) in _IDEOGRAPHIC


def is_chinese(tag: str) -> bool:
    """Tell the tags of Chinese, whose characters are folded, in whichever script."""
    return primary(tag) == "zh"


def guessed(text: str) -> str:
    """The language of words that come without a tag, of WORD_LANGUAGES."""
    return "zh" if has_han(text) else "en"


def guessed_language(text: str) -> str | None:
    """The language that a longer text is in, as a tag: zh, zh-Hant or en; None where that is not to be seen."""
    characters = _HAN_ONLY.findall(text)
    if len(characters) > len(text) / 5:
        unlike = sum(simplified(character) != character for character in characters)
        return "zh-Hant" if unlike > len(characters) / 20 else "zh"
    words = re.findall(r"[^\W\d_]+", text.lower())
    return "en" if sum(word in _ENGLISH for word in words) > len(words) / 6 else None


def by_language(text: str) -> list[tuple[str, str]]:
    """A text in two of WORD_LANGUAGES, one after the other, as (tag, words) of each; any other whole, without a tag."""
    ends = [0, *(end.end() for end in _SENTENCE.finditer(text)), len(text)]
    sentences = [text[start:end] for start, end in pairwise(ends) if text[start:end].strip()]
    tags = [guessed_language(item) or guessed(item) for item in sentences]
    changes = [place for place in range(1, len(tags)) if tags[place] != tags[place - 1]]
    if len(changes) != 1:
        return [("", text)]
    (change,) = changes
    return [(tags[0], "".join(sentences[:change]).strip()), (tags[-1], "".join(sentences[change:]).strip())]


def indexed(tag: str, text: str) -> str:
    """The language under which words are indexed: one of WORD_LANGUAGES, else OTHER; guessed, when there is no tag."""
    subtag = primary(tag)
    if not subtag:
        return guessed(text)
    return subtag if subtag in WORD_LANGUAGES else OTHER


def has_han(text: str) -> bool:
    """Tell whether a Chinese character is in ``text``."""
    return _HAN_ONLY.search(text) is not None


def initial(text: str) -> str:
    """The letter under which a name stands in an index: its first, of Chinese that of its first syllable; else ``#``.

    GB 2312 has its first 3,755 characters in the order of their syllables; of the others the letter is not known.
    """
    first = next((item for item in text if item.isalnum()), "")
    if first.isascii():
        return first.upper() if first.isalpha() else "#"
    if not has_han(first):
        return first[:1].upper() if first.isalpha() else "#"
    try:
        code = int.from_bytes(simplified(first).encode("gb2312"))
    except UnicodeEncodeError:
        return "#"
    if code > _LAST_BY_SYLLABLE:
        return "#"
    return next((letter for start, letter in reversed(_SYLLABLES) if code >= start), "#")


def initials(text: str) -> str:
    """The letters of a name's syllables and words, in lower case: 人工智能 -> rgzn, data security -> ds."""
    found = []
    for word in re.findall(f"[{HAN}]|[^\\W_{HAN}]+", text):
        letter = initial(word)
        found.append(letter.lower() if letter != "#" else "")
    return "".join(found)


def simplified(text: str) -> str:
    """Each traditional, variant or compatibility character by its simplified one, without regard to its neighbours."""
    return text.translate(_SIMPLIFIED)


@cache
def simplified_characters() -> Mapping[str, str]:
    """Every character that ``simplified`` changes, with the one that it becomes."""
    changed = ((chr(code), _simplified(chr(code))) for first, last in _RANGES for code in range(first, last + 1))
    return {character: other for character, other in changed if character != other}


def mainland(text: str) -> str:
    """Chinese in the words of the mainland as well as in its characters: 人工智慧 -> 人工智能, 數位 -> 数字."""
    if not has_han(text):
        return text
    with _CONVERTING:
        return _converter("tw2sp")(text)


@cache_short_texts(16_384)
def stem(word: str) -> str:
    """An English word in lower case without its plural and its British spelling; any other word as it is.

    Only inflection of number: "governments" is not "governance", and "developing" not "developed".
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not (word.isascii() and word.isalpha()) or len(word) < 4:
        return word
    word = _singular(word)
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


class _Simplified(dict[int, str]):
    """A table for ``str.translate`` that is filled as characters are met: there are 100,000, and few are used.

    Of the million others, which somebody may send, it keeps those of the alphabets.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        found = _simplified(character)
        if code < _SYMBOLS or has_han(character):
            self[code] = found
        return found


_SYMBOLS = 0x3000  # the alphabets and common signs stand before it


_SIMPLIFIED = _Simplified()


def _simplified(character: str) -> str:
    """A character converted until nothing changes any more: what takes two steps meets what takes one."""
    if not has_han(character):
        return character
    seen = {character}
    while len(other := _converter("t2s")(character)) == 1 and other not in seen:
        seen.add(other)
        character = other
    return character


@cache
def _converter(configuration: str) -> Callable[[str], str]:
    from opencc import OpenCC  # here: most commands have no use for its tables

    convert: Callable[[str], str] = OpenCC(configuration).convert
    return convert
