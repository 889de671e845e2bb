"""Mistakes in a query that the engine's parser refuses: told with their place, in words that are no parser's.

The parser names what it would have taken at the furthest place that it came to, which is seldom where the mistake is.
"""

from __future__ import annotations

import re
import unicodedata

from initiative_lod.errors import Message, Verbatim
from initiative_lod.query_text import parser_guard
from initiative_lod.vocabulary import PREFIXES

#: Characters that text programs put in the place of ASCII ones, and what was meant; none of them stands in SPARQL
#: outside of strings, IRIs and comments.
_MEANT = {
    **dict.fromkeys("“”„‟〝〞＂«»", '"'),
    **dict.fromkeys("‘’‚‛＇´", "'"),
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\ufeff\u200b\u2060\u00ad", ""),
    **dict.fromkeys("–—−", "-"),
    **dict(
        zip("（）｛｝［］，；：．？！＜＞＝＊＆｜＋／＾＠＃＄。、【】…", "(){}[],;:.?!<>=*&|+/^@#$.,[].", strict=True)
    ),
}
#: A full-width digit or letter may stand in a name, but begins neither a number nor a keyword.
_WIDE = r"(?<![\w:?$@%-])[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a](?![\w.-]*:)"
_ODD = re.compile("[" + re.escape("".join(_MEANT)) + f"]|{_WIDE}")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_WORD = re.compile(r"[^\s{}()<>\"'?$*.;,]+")
_NAME = re.compile(r"(?<![\w:?$@\\-])(?P<prefix>(?:[^\W\d_][\w.-]*)?):(?=[^\s=])", re.UNICODE)
_ALSO = {"dct": "dcterms", "sdo": "schema"}  # prefixes that others write for ours
_PAIRS = {"(": ")", "{": "}", "[": "]"}
_ENGINE_SAYS = {
    "contains a variable that is unbound": "query.ungrouped",
    "contains an expression with a variable that is unbound": "query.ungrouped",
    "overrides an existing variable": "query.overridden",
}
_PLACE = re.compile(r"error at (\d+):(\d+)")


def mistake(text: str, engine: str) -> Message:
    """Mistake in the query ``text``, which the engine refused with the words ``engine``."""
    outside = parser_guard.blanked(text)
    if not outside.strip():
        return Message("query.empty")
    if odd := _ODD.search(outside):
        name = unicodedata.name(odd[0], "").lower() or f"U+{ord(odd[0]):04X}"
        line, column = _place(text, odd.start())
        meant = _MEANT.get(odd[0], unicodedata.normalize("NFKC", odd[0]))
        id = "query.character" if meant.strip() else "query.space" if meant else "query.no_character"
        values = {"meant": meant} if meant.strip() else {}
        return Message(id, line=line, column=column, name=Verbatim(name), **values)
    _, start = parser_guard.prologue(text)
    first = _WORD.search(outside, start)
    if first is not None and first[0].upper() not in (*_FORMS, "PREFIX", "BASE", "VERSION"):
        line, column = _place(text, first.start())
        return Message("query.begins", line=line, column=column, word=Verbatim(first[0][:40]), forms=list(_FORMS))
    if undeclared := _undeclared(text, outside):
        return undeclared
    for words, id in _ENGINE_SAYS.items():
        if words in engine:
            return Message(id)
    return _unpaired(text, outside) or _near(text, engine)


def _undeclared(text: str, outside: str) -> Message | None:
    """The first name whose prefix is not declared; with the declaration, where the prefix is one that we know."""
    declared, start = parser_guard.prologue(text)
    for name in _NAME.finditer(outside, start):
        if name["prefix"] not in declared:
            line, column = _place(text, name.start())
            values = {"line": line, "column": column, "prefix": Verbatim(name["prefix"])}
            if known := PREFIXES.get(_ALSO.get(name["prefix"], name["prefix"])):
                return Message("query.prefix_known", **values, iri=known)
            return Message("query.prefix", **values)
    return None


def _unpaired(text: str, outside: str) -> Message | None:
    """A bracket that is never closed, or closes nothing; a string or an IRI that does not end."""
    waiting: list[tuple[str, int]] = []
    for place, character in enumerate(outside):
        if character in _PAIRS:
            waiting.append((character, place))
        elif character in _PAIRS.values():
            if not waiting or _PAIRS[waiting[-1][0]] != character:
                line, column = _place(text, place)
                return Message("query.closes_nothing", line=line, column=column, bracket=character)
            waiting.pop()
    for token in parser_guard.TOKENS.finditer(text):
        if token["string"] and (len(token[0]) == 1 or token[0][0] != token[0][-1]):
            line, column = _place(text, token.start())
            return Message("query.string_open", line=line, column=column)
    if waiting:
        line, column = _place(text, waiting[-1][1])
        return Message("query.never_closed", line=line, column=column, bracket=waiting[-1][0])
    return None


def _near(text: str, engine: str) -> Message:
    """The word at the furthest place that the parser came to, or before it."""
    match = _PLACE.match(engine)
    lines = text.split("\n")
    if match is None or int(match[1]) > len(lines):
        return Message("query.not_understood")
    line = lines[int(match[1]) - 1]
    # The parser counts characters from 1, and stands behind the last one that it could take.
    before = [word for word in re.finditer(r"\S+", line) if word.start() < int(match[2]) - 1]
    word = before[-1] if before else re.search(r"\S+", line)
    if word is None:
        return Message("query.not_understood")
    return Message("query.near", line=int(match[1]), column=word.start() + 1, word=Verbatim(word[0][:60]))


def _place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")
