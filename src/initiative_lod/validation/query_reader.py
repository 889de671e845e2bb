"""Reader of a query, token by token, in the part of SPARQL that is known here; and edits of its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<variable>[?$]\w+)
      | (?P<string>"(?!"")[^"\\\n\r]*"|'(?!'')[^'\\\n\r]*')(?!["'])
      | (?P<tag>@[a-z]+(?:-[a-z0-9]+)*)
      | (?P<number>(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?(?![\w.]*\w))
      | (?P<name>(?:[^\W\d_][\w-]*)?:(?:\w[\w:-]*(?:\.[\w:-]+)*)?)
      | (?P<word>[A-Za-z]\w*)
      | (?P<sign>&&|\|\||!=|<=|>=|[{}().;,*/|^+?=<>!-])""",
    re.VERBOSE,
)
_RESERVED = {"PATH", "shapesGraph", "currentShape", "failure"}


class Undecidable(Exception):
    """A construct whose results are not foretold here; its text says which."""


class QueryReader:
    """Reads a query from token to token. Anything that it does not expect is Undecidable."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._edits: list[tuple[int, int, str]] = []  # offsets, and what comes between them

    def _edited(self, start: int, end: int | None) -> str:
        """The text between two offsets with the edits in it, which are then done."""
        end = len(self._text) if end is None else end
        here = sorted(edit for edit in self._edits if start <= edit[0] and edit[1] <= end)
        self._edits = [edit for edit in self._edits if edit not in here]
        pieces = []
        for first, last, text in here:
            pieces += [self._text[start:first], text]
            start = last
        return "".join([*pieces, self._text[start:end]])

    def _string(self) -> None:
        self._next()
        if self._kind() == "tag":
            self._next()

    def _variable(self) -> str:
        if self._kind() != "variable":
            raise Undecidable(f"{self._word()!r} where a variable is expected")
        name = self._next()[1:]
        if name in _RESERVED:
            raise Undecidable(f"${name}")
        return name

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _word(self) -> str:
        return self._tokens[self._at][1]

    def _offset(self) -> int:
        return self._tokens[self._at][2]

    def _end(self) -> int:
        """The offset behind the last token that was read."""
        _, text, start = self._tokens[self._at - 1]
        return start + len(text)

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _accept(self, word: str) -> bool:
        """Read ``word`` if it is next. Words are upper case here, and of any case in a query."""
        kind, text, _ = self._tokens[self._at]
        if kind not in ("sign", "word") or (text.upper() if kind == "word" else text) != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise Undecidable(f"{self._word()!r} where {word!r} is expected")


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """(kind, text, offset) of each token, an "end" last. Raises Undecidable for a character that begins none."""
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Undecidable(f"{text[at]!r} in a query")
        if match.lastgroup != "space":
            yield str(match.lastgroup), match[0], at
        at = match.end()
    yield "end", "", at
