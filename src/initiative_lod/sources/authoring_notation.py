"""Reads the authoring notation: splits a source into plain triples and brackets that say where a value comes from.

A bracket is ``subject property [ src:is value ; src:quote "…" ]``; docs/model.md §2 says what may stand in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from initiative_lod.errors import NotationError
from initiative_lod.iris import Iris
from initiative_lod.sources.turtle import BLANK, SourceFile
from initiative_lod.vocabulary import RDF

_SOURCES = Iris()
_PREFIX = _SOURCES.notation("is").value.removesuffix("is")
_CONDITION = _SOURCES.term("condition")
#: What may stand on a subject itself: where the words of a part are, and which file has those of a text.
_MARKS = frozenset("quote heading lead prefix suffix number file firstLine lastLine".split())
_LEFT_OUT = "leftOut"
#: What may stand in a bracket.
_IN_BRACKETS = frozenset("is quote prefix suffix in implied seenIn role".split())

Value = NamedNode | Literal


@dataclass(frozen=True)
class Words:
    """Words of a text as an author wrote them; ``language`` (a tag, or empty) says of which text of the document."""

    content: str
    language: str = ""


@dataclass(frozen=True)
class AuthoredMark:
    """Words that stand on a subject itself, with the file that says so."""

    words: Words
    source: SourceFile
    line: int


@dataclass(frozen=True)
class LeftOut:
    """Words of a text that belong to none of its parts, wherever they stand, and why: a reason in some languages."""

    text: str
    words: str
    reasons: tuple[Literal, ...]
    source: SourceFile
    line: int


#: (subject, notation term) -> what stands there, one a language: (…/clause/3, "quote")
Marks = Mapping[tuple[str, str], tuple[AuthoredMark, ...]]


@dataclass(frozen=True)
class Bracket:
    """One value with what attests it. ``value`` is None for a condition, whose node the build mints.

    ``quotes`` are of one text each; ``prefixes`` and ``suffixes`` are by the language of the quote that they belong to.
    """

    source: SourceFile
    subject: NamedNode
    predicate: NamedNode
    value: Value | None
    quotes: tuple[Words, ...]
    prefixes: Mapping[str, str]
    suffixes: Mapping[str, str]
    scope: str | None
    implied: tuple[Literal, ...]
    seen_in: tuple[Value, ...]
    role: NamedNode | None
    rest: tuple[tuple[NamedNode, Value], ...]

    @property
    def line(self) -> int:
        """The line of the quote (or of what else it has), in the source's file."""
        own = self.quotes[0].content if self.quotes else self.seen_in[0].value if self.seen_in else None
        if own is None and self.implied:
            own = self.implied[0].value
        return self.source.line(self.subject.value, own)

    def error(self, message: str) -> NotationError:
        """A NotationError at this bracket's place."""
        return NotationError(
            f"{_short(self.subject, self.source)} {_short(self.predicate, self.source)}: {message}",
            self.source.path,
            self.line,
        )


@dataclass(frozen=True)
class Notation:
    """A source, read: plain triples, brackets, the notation's literals on subjects themselves, and what is left out."""

    plain: tuple[Triple, ...]
    brackets: tuple[Bracket, ...]
    marks: Marks
    left_out: tuple[LeftOut, ...] = ()


def read(source: SourceFile) -> Notation:
    """Split ``source``. Raises NotationError, with its line, for notation that has no meaning."""
    contents: dict[BlankNode, list[tuple[NamedNode, object]]] = defaultdict(list)
    for triple in source.triples:
        if isinstance(triple.subject, BlankNode):
            contents[triple.subject].append((triple.predicate, triple.object))
    plain, brackets, left_out, used = [], [], [], set()
    marks: dict[tuple[str, str], tuple[AuthoredMark, ...]] = {}
    for triple in source.triples:
        if isinstance(triple.subject, BlankNode):
            continue
        assert isinstance(triple.subject, NamedNode)
        subject, name = triple.subject.value, _notation_name(triple.predicate)
        if isinstance(triple.object, BlankNode):
            used.add(triple.object)
            if name == _LEFT_OUT:
                left_out.append(_left_out(source, subject, contents[triple.object]))
            elif name is None:
                brackets.append(_bracket(source, triple, contents[triple.object]))
            else:
                message = f"src:{name} of <{subject}> takes no bracket [ … ]: write its words right after it"
                raise NotationError(message, source.path, source.line(subject))
        elif name is None:
            plain.append(triple)
        elif not isinstance(triple.object, Literal) or name not in _MARKS:
            raise NotationError(_misplaced(name, subject), source.path, source.line(subject))
        else:
            words = Words(triple.object.value, triple.object.language or "")
            mark = AuthoredMark(words, source, source.line(subject, words.content))
            marks[subject, name] = with_mark(marks.get((subject, name), ()), mark, subject, name)
    if contents.keys() - used:
        line = source.line(BLANK)
        raise NotationError(
            "a bracket [ … ] stands inside another one, or alone: it can only be a value", source.path, line
        )
    return Notation(tuple(plain), tuple(brackets), marks, tuple(left_out))


def with_mark(marks: tuple[AuthoredMark, ...], mark: AuthoredMark, subject: str, name: str) -> tuple[AuthoredMark, ...]:
    """``marks`` and one more. Raises NotationError when there is one in its language already."""
    for other in marks:
        if other.words.language == mark.words.language:
            where = "twice" if other.source is mark.source else f"in {other.source.path} as well"
            tag = f" in {mark.words.language!r}" if mark.words.language else ""
            message = (
                f"<{subject}> has src:{name}{tag} {where}: a text has it once; of several texts each has its own, told "
                'apart by language, as in "…"@zh , "…"@en'
            )
            raise NotationError(message, mark.source.path, mark.line)
    return (*marks, mark)


def _left_out(source: SourceFile, text: str, content: Iterable[tuple[NamedNode, object]]) -> LeftOut:
    values: dict[str, list[Literal]] = defaultdict(list)
    for predicate, value in content:
        name = _notation_name(predicate)
        if name not in ("quote", "reason") or not isinstance(value, Literal):
            message = (
                f"src:leftOut of <{text}> has a src:quote and a src:reason; {_short(predicate, source)} is neither"
            )
            raise NotationError(message, source.path, source.line(text))
        values[name].append(value)
    line = source.line(text, values["quote"][0].value if values["quote"] else None)
    if len(values["quote"]) != 1 or not values["quote"][0].value.strip():
        raise NotationError(f"src:leftOut of <{text}> has one src:quote: what it leaves out", source.path, line)
    if not values["reason"] or not all(reason.language for reason in values["reason"]):
        message = f'src:leftOut of <{text}> says why, with src:reason and a language, as in "a mark of Markdown"@en'
        raise NotationError(message, source.path, line)
    return LeftOut(text, values["quote"][0].value, tuple(values["reason"]), source, line)


def _bracket(source: SourceFile, triple: Triple, content: Iterable[tuple[NamedNode, object]]) -> Bracket:
    marks: dict[str, list[object]] = defaultdict(list)
    rest: list[tuple[NamedNode, Value]] = []
    assert isinstance(triple.subject, NamedNode)
    subject, content = triple.subject.value, tuple(content)
    if any(predicate == RDF.first for predicate, _ in content):
        about = f"{_short(triple.subject, source)} {_short(triple.predicate, source)}"
        message = f"{about}: a list ( … ) is no value; separate several by commas"
        raise NotationError(message, source.path, source.line(subject))
    for predicate, value in content:
        name = _notation_name(predicate)
        if name is not None:
            marks[name].append(value)
        elif isinstance(value, NamedNode | Literal):
            rest.append((predicate, value))
        else:
            message = f"{_short(predicate, source)} in a bracket of <{subject}> has no plain value: an IRI or a literal"
            raise NotationError(message, source.path, source.line(subject))

    def strings(name: str) -> list[str]:
        return [value.value for value in marks[name] if isinstance(value, Literal | NamedNode)]

    def one(name: str) -> str | None:
        values = strings(name)
        if len(values) > 1:
            line = source.line(subject, values[1])
            message = f"a bracket of <{subject}> has src:{name} {len(values)} times: write two brackets"
            raise NotationError(message, source.path, line)
        return values[0] if values else None

    def by_language(name: str) -> dict[str, str]:
        values: dict[str, str] = {}
        for value in marks[name]:
            if not isinstance(value, Literal):
                message = f"src:{name} in a bracket of <{subject}> is a string, copied from the text"
                raise NotationError(message, source.path, source.line(subject))
            if values.setdefault(value.language or "", value.value) != value.value:
                count = len(marks[name])
                message = f"a bracket of <{subject}> has src:{name} {count} times: once for each text, told by language"
                raise NotationError(message, source.path, source.line(subject, value.value))
        return values

    unknown = marks.keys() - _IN_BRACKETS
    values, roles = marks["is"], marks["role"]
    bracket = Bracket(
        source=source,
        subject=triple.subject,
        predicate=triple.predicate,
        value=values[0] if len(values) == 1 and isinstance(values[0], NamedNode | Literal) else None,
        quotes=tuple(Words(content, language) for language, content in by_language("quote").items()),
        prefixes=by_language("prefix"),
        suffixes=by_language("suffix"),
        scope=one("in"),
        implied=tuple(value for value in marks["implied"] if isinstance(value, Literal)),
        seen_in=tuple(value for value in marks["seenIn"] if isinstance(value, Literal | NamedNode)),
        role=roles[0] if len(roles) == 1 and isinstance(roles[0], NamedNode) else None,
        rest=tuple(rest),
    )
    if unknown:
        raise bracket.error(f"src:{min(unknown)} means nothing in a bracket; there are {_listed(_IN_BRACKETS)}")
    if triple.predicate == _CONDITION:
        if marks["is"] or not bracket.quotes:
            raise bracket.error("a condition has a src:quote, and no src:is")
    elif bracket.value is None:
        found = f"this one has {len(values)}" if len(values) != 1 else "this one has a bracket there"
        names = ", ".join(sorted({_short(predicate, source) for predicate, _ in content}))
        raise bracket.error(
            f"a bracket says what it is about with one src:is, an IRI or a literal; {found}"
            + (f" (of {names})" if names and not values else "")
        )
    if len(roles) != bool(bracket.role):
        raise bracket.error("src:role is one IRI, of a citation role, as in src:role role:acts")
    if bracket.seen_in and (bracket.quotes or bracket.implied or roles):
        raise bracket.error(
            "a value comes from the text (src:quote, src:implied) or from outside (src:seenIn), not from both"
        )
    if not (bracket.seen_in or bracket.quotes or bracket.implied or marks["implied"]):
        raise bracket.error("a bracket says where its value comes from: src:quote, src:implied or src:seenIn")
    languages = [literal.language for literal in bracket.implied]
    if len(bracket.implied) != len(marks["implied"]) or not all(languages) or len({*languages}) != len(languages):
        raise bracket.error('src:implied gives the reason, once in each language that it is given in, as in "…"@en')
    return bracket


def _misplaced(name: str, subject: str) -> str:
    """Say what is wrong with ``src:<name>`` on a subject itself."""
    if name in _MARKS:
        return f"src:{name} of <{subject}> is a string, copied from the text, and no IRI"
    if name in _IN_BRACKETS or name == _LEFT_OUT:
        return (
            f'src:{name} stands in a bracket, as in :topic [ src:is … ; src:quote "…" ], and not on <{subject}> itself'
        )
    return f"src:{name} of <{subject}> means nothing; on a part there are {_listed(_MARKS)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"src:{name}" for name in sorted(names))


def _notation_name(predicate: NamedNode) -> str | None:
    return predicate.value[len(_PREFIX) :] if predicate.value.startswith(_PREFIX) else None


def _short(node: NamedNode, source: SourceFile) -> str:
    return f"<{Iris(source.base).short(node.value)}>"
