"""Guard of the parser: what is refused before it sees a query, and what it says itself that a query holds.

There is no second grammar here that could disagree with the engine's. Whether ``SERVICE``, ``FROM`` or ``DESCRIBE`` is
a keyword in a query is asked of the engine's own parser: see :func:`holds`. See ``docs/sparql.md`` for why.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from initiative_lod.errors import Message, QueryTooComplex

# What may stand in SPARQL (§19.8) around brackets that do not nest: strings, IRIs and comments.
TOKENS = re.compile(
    r"""(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>"{3}(?:[^"\\]|\\.|"(?!""))*+(?:"{3}|\Z) | '{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)
                 | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?)
      | (?P<comment>\#[^\n\r]*)
      | (?P<open>[({\[]|<<)
      | (?P<close>[)}\]]|>>)""",
    re.VERBOSE | re.DOTALL,
)
_CERTAIN_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_DOUBTFUL = frozenset("'#()[]")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_CHANGING_WORDS = ("now", "rand", "uuid", "struuid", "service")
_CHANGING = re.compile(rf"(?i)(?<![a-z])(?:{'|'.join(_CHANGING_WORDS)})(?![a-z])")
_PROLOGUE = re.compile(
    r"""\s+ | \#[^\n\r]*
      | (?i:BASE) \s* <(?P<base>[^<>"{}|^`\\\x00-\x20]*)>
      | (?i:PREFIX) \s+ (?P<prefix>[^\s:<>{}()"']*): \s* <(?P<iri>[^<>"{}|^`\\\x00-\x20]*)>
      | (?i:VERSION) \s* (?:"[^"\n\r]*"|'[^'\n\r]*')""",
    re.VERBOSE,
)
_UPDATE = re.compile(r"(?i)(?:INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)(?![A-Za-z0-9_:-])")


def check(text: str, longest: int, deepest: int) -> None:
    """Raise QueryTooComplex for a query of more than ``longest`` bytes or nested deeper than ``deepest`` brackets.

    Brackets in strings, IRIs and comments do not count, unless a ``<`` could be a comparison as well as the start of
    an IRI: then the higher reading counts, so that nothing can be hidden from the count.
    """
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size > longest:
        raise QueryTooComplex(Message("query.too_long", size=size, most=longest))
    # As many brackets as that cannot nest deeper, however they are read.
    if sum(map(text.count, "({[")) + text.count("<<") <= deepest:
        return
    depth = deepest_nesting(text)
    if depth > deepest:
        raise QueryTooComplex(Message("query.too_deep", depth=depth, most=deepest))


def blanked(text: str) -> str:
    """The query with blanks in the place of strings, IRIs and comments, of the same length."""
    return TOKENS.sub(
        lambda token: token[0] if token["open"] or token["close"] else re.sub(r"[^\n]", " ", token[0]), text
    )


def deepest_nesting(text: str) -> int:
    """Greatest depth of the brackets of ``text``."""
    depth = most = raw = 0
    doubtful = False
    for token in TOKENS.finditer(text):
        if token["open"]:
            depth += 1
            most = max(most, depth)
        elif token["close"]:
            depth = max(0, depth - 1)
        elif token["iri"] and not _CERTAIN_IRI.match(token["iri"]) and _DOUBTFUL.intersection(token["iri"]):
            doubtful = True
    if doubtful:
        depth = 0
        for character in text:
            if character in "({[":
                depth += 1
                raw = max(raw, depth)
            elif character in ")}]":
                depth = max(0, depth - 1)
    return max(most, raw)


def decoded(text: str) -> str:
    """``text`` with its codepoint escapes (§19.2) replaced where the character is a letter or a digit.

    The engine knows these escapes only in strings and IRIs, where any other character is left to it.
    """
    return _ESCAPE.sub(_decoded, text) if "\\u" in text or "\\U" in text else text


def _decoded(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits is None or int(digits, 16) > 0x10FFFF:
        return match[0]
    character = chr(int(digits, 16))
    return character if character.isalnum() or character == "_" else match[0]


def holds(keyword: str, text: str, parses: Callable[[str], bool]) -> bool:
    """Tell whether ``keyword`` (upper case, a word that SPARQL has only as this) is one in ``text``, which parses.

    Every occurrence of its letters, in whatever case, is misspelt in the same way. In a string, an IRI, a comment or a
    name this changes nothing for the parser; a keyword, misspelt, is a syntax error. So ``parses`` decides: the parser
    that will run the query, and no other reading of it. A query without these letters costs one search.
    """
    if keyword not in text.upper():
        return False
    pattern = re.compile(re.escape(keyword), re.IGNORECASE)
    middle = len(keyword) // 2
    lowered = text.lower()
    for letter in "qzxjkwv0123456789":
        misspelt = keyword[:middle] + letter + keyword[middle + 1 :]
        if misspelt.lower() not in lowered:  # else two names of the query could become one
            break
    return not parses(pattern.sub(lambda found: found[0][:middle] + letter + found[0][middle + 1 :], text))


def is_keyword(keyword: str, text: str, position: int, parses: Callable[[str], bool]) -> bool:
    """Tell whether the letters of ``keyword`` at ``position`` of ``text``, which parses, are the keyword: likewise."""
    if position and text[position - 1] in "?$:":  # a variable, or a name after its prefix
        return False
    word = text[position : position + len(keyword)]
    misspelt = f"{word[:3]}q{word[4:]}"
    if text.startswith(":", position + len(word)):  # perhaps a prefix: then every use of it is misspelt alike
        return not parses(text.replace(word + ":", misspelt + ":"))
    return not parses(text[:position] + misspelt + text[position + len(word) :])


def prologue(text: str) -> tuple[dict[str, str], int]:
    """The prefixes that a query declares, and where its prologue ends."""
    prefixes: dict[str, str] = {}
    position = 0
    while (match := _PROLOGUE.match(text, position)) and match.end() > position:
        if match["iri"] is not None and ":" in match["iri"]:
            prefixes[match["prefix"]] = match["iri"]
        position = match.end()
    return prefixes, position


def is_update(text: str) -> bool:
    """Tell whether ``text``, which is not a query, begins as an update does."""
    return _UPDATE.match(text, prologue(text)[1]) is not None


def is_stable(text: str) -> bool:
    """Tell whether the same query gives the same answer again: it has none of NOW, RAND, UUID, STRUUID, SERVICE."""
    text = decoded(text)
    if text.isascii():  # else other letters count as some of these
        lowered = text.lower()
        if not any(word in lowered for word in _CHANGING_WORDS):
            return True
    return _CHANGING.search(text) is None
