"""Reads codings of a document in IG Script, the notation of the Institutional Grammar: text in, syntax tree out.

A file has a head (``key: value`` lines), a heading a part (``== action/8/clause/5``), and under it the statements that
the part makes, each from its act (``[require: 要求]``) on. docs/statements.md has the notation and the rules of coding.
Owns the syntax, and its errors with line and column; where the words stand and which concepts there are, is for
``build``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from initiative_lod.errors import NotationError
from initiative_lod.sources import turtle

#: The symbols of the grammar, in its order, with the property of a statement that each stands for; ``X,p`` is a
#: qualifier.
PROPERTIES = {
    "A": "attribute",
    "D": "deontic",
    "I": "aim",
    "Bdir": "directObject",
    "Bind": "indirectObject",
    "Cac": "activationCondition",
    "Cex": "executionConstraint",
    "O": "orElse",
    "E": "constitutedEntity",
    "M": "modal",
    "F": "constitutiveFunction",
    "P": "constitutingProperties",
}
#: Those that may be filled by a statement in braces.
NESTING = ("Bdir", "Bind", "Cac", "Cex", "P", "O")
WITH_PROPERTIES = ("A", "Bdir", "Bind", "E", "P")
OPERATORS = ("AND", "OR", "XOR")
#: ``words`` is the language of the translation whose words are written: without it they are those of the text.
HEAD = ("document", "language", "words", "coding", "coder", "date")
SPECIAL = "()[]{}@|\\"  # what a backslash makes a character of the text

_SYMBOL = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(PROPERTIES)})(\d*)(,p\d*)?(?=[\[({{])")
_OPERATOR = re.compile(rf"\[({'|'.join(OPERATORS)})\]")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")
_REFERENCE = re.compile(r"(?<!\\)@\s*([\w/-]*)$")


@dataclass(frozen=True, eq=False)
class CodedWords:
    """Words of the text; ``part`` is where they stand if not in the statement's own part, ``reasons`` (zh, en) why."""

    text: str
    line: int
    column: int
    part: str = ""
    reasons: tuple[str, str] | None = None

    @property
    def implied(self) -> bool:
        """Tell what is implied from what the part says in its own words."""
        return bool(self.part) or self.reasons is not None


@dataclass(frozen=True, eq=False)
class Component:
    """A component: filled by words, one or several joined by ``operator``, or by statements."""

    symbol: str
    suffix: str
    is_property: bool
    context: str
    concepts: tuple[str, ...]
    words: tuple[CodedWords, ...]
    nested: tuple[tuple[Item, ...], ...]
    operator: str
    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Components of several kinds that together are one alternative: each branch makes a statement of its own."""

    operator: str
    branches: tuple[tuple[Item, ...], ...]


Item = CodedWords | Component | Alternatives


@dataclass(frozen=True, eq=False)
class Act:
    """The act by which the speaker makes a statement, and the word that shows it."""

    concept: str
    cue: CodedWords | None
    speaker: CodedWords | None
    operator: str
    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement as coded; plain words among its items only say where the others stand."""

    act: Act
    items: tuple[Item, ...]
    line: int
    doubts: tuple[tuple[str, str], ...] = ()


@dataclass
class CodedPart:
    """A part of the document with its statements, or with the reason (zh, en) why it has none."""

    path: str
    line: int
    statements: list[Statement] = field(default_factory=list)
    uncoded: tuple[str, str] | None = None


@dataclass(frozen=True)
class CodingFile:
    """A coding: its head by key, with the lines of these, and the coded parts in the order of the file."""

    path: Path
    head: dict[str, str]
    parts: tuple[CodedPart, ...]


def read(path: Path) -> CodingFile:
    """Read a coding. Raises NotationError with line and column."""
    return parse(turtle.read_text(path), path)


def parse(content: str, path: Path) -> CodingFile:
    """The syntax tree of a coding. Raises NotationError with line and column."""
    head: dict[str, str] = {}
    parts: list[CodedPart] = []
    block: list[tuple[int, str]] = []

    def close() -> None:
        if block:
            parts[-1].statements.append(_Parser(block, path).statement())
            block.clear()

    for number, line in enumerate(content.splitlines(), 1):
        if line.startswith(" ") and line.strip() and block:
            block.append((number, line))
            continue
        close()
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("=="):
            name = line.strip("= \t")
            if any(part.path == name for part in parts):
                _fail(path, number, 1, f"“{name}” is a heading for the second time: write its statements under one")
            parts.append(CodedPart(name, number))
        elif not parts:
            key, colon, value = line.partition(":")
            if not colon or key.strip() not in HEAD or not value.strip():
                keys = ", ".join(HEAD)
                _fail(path, number, 1, f"before the first heading (== …) stand lines “key: value” with {keys}")
            head[key.strip()] = value.strip()
        elif line.startswith("["):
            block.append((number, line))
        elif line.startswith("?"):
            if not parts[-1].statements:
                _fail(path, number, 1, "a doubt (? …) stands under the statement that it is about")
            last = parts[-1].statements.pop()
            doubts = (*last.doubts, _pair(line[1:], path, number))
            parts[-1].statements.append(Statement(last.act, last.items, last.line, doubts))
        elif line.startswith("uncoded:"):
            parts[-1].uncoded = _pair(line.removeprefix("uncoded:"), path, number)
        else:
            _fail(
                path,
                number,
                1,
                "a statement begins with its act, as in [encourage: 鼓励], and its further lines with a blank; a doubt "
                "begins with ?, a comment with #, a part with ==",
            )
    close()
    for part in parts:
        if bool(part.statements) == (part.uncoded is not None):
            message = "has no statement" if not part.statements else "has statements and is said to have none"
            _fail(path, part.line, 1, f"“{part.path}” {message}: code it, or say why not with “uncoded: 理由 | reason”")
    return CodingFile(path, head, tuple(parts))


def carried(part: str) -> tuple[str, str]:
    """The reason (zh, en) for words that are taken from another part, where none is given."""
    return (
        (f"承条款 {part}", f"carried over from clause {part}")
        if part.isdigit()
        else (f"承{part}", f"carried over from {part}")
    )


def escaped(text: str) -> str:
    """CodedWords of a text as they are written in IG Script."""
    return re.sub(rf"([{re.escape(SPECIAL)}])", r"\\\1", text)


def _fail(path: Path, line: int, column: int, message: str) -> NoReturn:
    raise NotationError(f"column {column}: {message}", path, line)


def _pair(text: str, path: Path, line: int) -> tuple[str, str]:
    zh, bar, en = text.partition("|")
    if not bar or not zh.strip() or not en.strip():
        _fail(path, line, 1, "a reason is given in Chinese and in English, as in “理由 | reason”")
    return zh.strip(), en.strip()


class _Parser:
    """A recursive descent over the characters of one statement."""

    def __init__(self, block: list[tuple[int, str]], path: Path) -> None:
        self._text = "\n".join(line for _, line in block)
        self._first, self._path = block[0][0], path
        self._at = 0

    def statement(self) -> Statement:
        act = self._act()
        items = tuple(self._items(""))
        return Statement(act, items, self._first)

    # --- Items

    def _items(self, closing: str) -> Iterator[Item]:
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == closing or (closing and _OPERATOR.match(self._text, self._at)):
                return
            if char.isspace():
                self._at += 1
            elif match := _SYMBOL.match(self._text, self._at):
                yield self._component(match)
            elif char == "{":
                yield self._choice()
            elif char in "()[]}|@":
                self._fail(
                    f"“{char}” stands outside of a component: a component is a symbol directly before its words, as in "
                    f"A[all-countries](各国); a “{char}” of the text is written \\{char}"
                )
            else:
                yield self._plain()
        if closing:
            self._fail(f"the statement ends before a “{closing}”: close what was opened")

    def _plain(self) -> CodedWords:
        start, text = self._at, ""
        while self._at < len(self._text):
            char = self._text[self._at]
            if char.isspace() or char in "()[]{}|@" or _SYMBOL.match(self._text, self._at):
                break
            text += self._character()
        return CodedWords(text, *self._place(start))

    def _component(self, match: re.Match[str]) -> Component:
        start = self._at
        symbol, suffix, is_property = match[1], match[2], match[3] is not None
        if is_property and symbol not in WITH_PROPERTIES:
            self._fail(f"{symbol} has no properties: {', '.join(f'{name},p' for name in WITH_PROPERTIES)} are")
        self._at = match.end()
        context, concepts = self._annotation() if self._text[self._at] == "[" else ("", ())
        if symbol in ("Cac", "Cex") and not is_property and not context:
            context, concepts = (concepts[0] if concepts else ""), concepts[1:]
        opening = self._text[self._at : self._at + 1]
        words: tuple[CodedWords, ...] = ()
        nested: tuple[tuple[Item, ...], ...] = ()
        operator = ""
        if opening == "(":
            words, operator = self._words()
        elif opening == "{":
            if symbol not in NESTING and not is_property:
                self._fail(f"{symbol} takes no statement in braces: {', '.join(NESTING)} and properties do")
            nested, operator = self._nested(symbol)
        else:
            self._fail(f"{match[0]} has no words: write them in parentheses directly after it")
        place = self._place(start)
        return Component(symbol, suffix, is_property, context, concepts, words, nested, operator, *place)

    def _annotation(self) -> tuple[str, tuple[str, ...]]:
        start = self._at
        end = self._text.find("]", start)
        content = self._text[start + 1 : end] if end > 0 else ""
        context, colon, rest = content.partition(":")
        names = [name.strip() for name in (rest if colon else content).split(",")]
        for name in [*names, *([context.strip()] if colon else [])]:
            if not _SLUG.fullmatch(name):
                self._fail(
                    f"“[{content}]” names no concepts: write slugs, as in [backdoor, malicious-code], with the kind of "
                    "a constraint first, as in Cex[means: digital-technology]"
                )
        self._at = end + 1
        return context.strip() if colon else "", tuple(names)

    def _words(self) -> tuple[tuple[CodedWords, ...], str]:
        self._at += 1
        found, operators = [], set()
        start, text, depth = self._at, "", 0
        while True:
            char = self._text[self._at : self._at + 1]
            if not char:
                self._fail("the words of a component end before their “)”")
            if depth == 0 and (match := _OPERATOR.match(self._text, self._at)):
                found.append(self._one(text, start))
                operators.add(match[1])
                self._at = match.end()
                start, text = self._at, ""
            elif char == ")" and depth == 0:
                found.append(self._one(text, start))
                self._at += 1
                if len(operators) > 1:
                    self._fail("a combination has one operator: nest with braces, or write two components")
                return tuple(found), next(iter(operators), "")
            elif char == "\n":
                self._fail("the words of a component stand on one line")
            elif char in "[]{}":
                self._fail(f"“{char}” in the words of a component: one of the text is written \\{char}")
            else:
                depth += (char == "(") - (char == ")")
                text += self._text[self._at : self._at + 2] if char == "\\" else char
                self._at += 2 if char == "\\" else 1

    def _one(self, raw: str, start: int) -> CodedWords:
        content, *reasons = re.split(r"(?<!\\)\|", raw)
        reference = _REFERENCE.search(content := content.strip())
        content = content[: reference.start()] if reference else content
        text = re.sub(r"\\(.)", r"\1", content.strip())
        place = self._place(start + len(raw) - len(raw.lstrip()))
        if reasons and len(reasons) != 2:
            self._fail("a reason is given in Chinese and in English, as in (各国 @1 | 理由 | reason)")
        if reference and not reference[1] and (text or not reasons):
            self._fail("“@” is followed by where the words stand, as in (各国 @1): a clause's number, or a part's path")
        if not text and not reasons:
            self._fail(
                "a component has words; what is implied without any says why, as in A[minors](@ | 理由 | reason)"
            )
        pair = (reasons[0].strip(), reasons[1].strip()) if reasons else None
        return CodedWords(text, *place, reference[1] if reference else "", pair)

    def _nested(self, symbol: str) -> tuple[tuple[tuple[Item, ...], ...], str]:
        """The statements in braces: one, or several of the component's own symbol, as in Cac{Cac{…} [OR] Cac{…}}."""
        self._at += 1
        start = self._at
        items = tuple(self._items("}"))
        if self._text[self._at] == "}":
            self._at += 1
            return (items,), ""
        self._at = start
        found, operators = [], set()
        while True:
            self._skip_blanks()
            match = _SYMBOL.match(self._text, self._at)
            if not match or match[1] != symbol or self._text[match.end()] != "{":
                self._fail(f"statements in braces are combined as {symbol}{{{symbol}{{…}} [OR] {symbol}{{…}}}}")
            self._at = match.end() + 1
            found.append(tuple(self._items("}")))
            if self._text[self._at] != "}":
                self._fail("an operator stands between two statements in braces, and not in one")
            self._at += 1
            self._skip_blanks()
            if operator := _OPERATOR.match(self._text, self._at):
                operators.add(operator[1])
                self._at = operator.end()
            elif self._text[self._at : self._at + 1] == "}":
                self._at += 1
                break
        if len(operators) > 1:
            self._fail("a combination has one operator")
        return tuple(found), next(iter(operators))

    def _choice(self) -> Alternatives:
        self._at += 1
        branches, operators = [], set()
        while True:
            branches.append(tuple(self._items("}")))
            if match := _OPERATOR.match(self._text, self._at):
                operators.add(match[1])
                self._at = match.end()
                continue
            self._at += 1
            if len(operators) != 1:
                self._fail("braces without a symbol hold alternatives, with one operator, as in {I(…) [OR] I(…)}")
            return Alternatives(next(iter(operators)), tuple(branches))

    # --- The act

    def _act(self) -> Act:
        end = re.compile(r"(?<!\\)\]").search(self._text)
        content = self._text[1 : end.start()] if end else ""
        fields = [item.strip() for item in re.split(r"(?<!\\);", content)]
        concept, colon, cue = fields[0].partition(":")
        if not _SLUG.fullmatch(concept.strip()):
            self._fail(f"“[{content}]” is no act: write a modality and the word that shows it, as in [encourage: 鼓励]")
        speaker, operator = None, ""
        for item in fields[1:]:
            key, _, value = item.partition(":")
            if key.strip() == "speaker" and value.strip():
                speaker = self._one(value, self._text.index(value))
            elif item.upper() in OPERATORS:
                operator = item.upper()
            else:
                self._fail(f"“{item}” means nothing in an act: there are “speaker: …”, “and”, “or” and “xor”")
        shown = self._one(cue, self._text.index(cue)) if colon else None
        self._at = end.end() if end else 0
        return Act(concept.strip(), shown, speaker, operator, *self._place(0))

    # --- Characters

    def _character(self) -> str:
        if self._text[self._at] == "\\":
            self._at += 2
            return self._text[self._at - 1 : self._at]
        self._at += 1
        return self._text[self._at - 1]

    def _skip_blanks(self) -> None:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1

    def _place(self, at: int) -> tuple[int, int]:
        before = self._text[:at]
        return self._first + before.count("\n"), at - (before.rfind("\n") + 1) + 1

    def _fail(self, message: str) -> NoReturn:
        line, column = self._place(min(self._at, len(self._text)))
        _fail(self._path, line, column, message)
