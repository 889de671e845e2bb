"""Reads the authoring notation: splits a source into plain triples and brackets that say where a value comes from.

A bracket is ``subject property [ src:is value ; src:quote "…" ]``; docs/model.md §2 says what may stand in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from initiative_lod.errors import NotationError
from initiative_lod.iris import Iris
from initiative_lod.languages import LANGUAGES
from initiative_lod.sources.turtle import BLANK, SourceFile

_SOURCES = Iris()
_PREFIX = _SOURCES.notation("is").value.removesuffix("is")
_CONDITION = _SOURCES.term("condition")

Value = NamedNode | Literal


@dataclass(frozen=True)
class Bracket:
    """One value with what attests it. ``value`` is None for a condition, whose node the build mints."""

    source: SourceFile
    subject: NamedNode
    predicate: NamedNode
    value: Value | None
    quote: str | None
    prefix: str
    suffix: str
    scope: str | None
    implied: tuple[Literal, ...]
    seen_in: tuple[str, ...]
    role: NamedNode | None
    rest: tuple[tuple[NamedNode, Value], ...]

    @property
    def line(self) -> int:
        """The line of the quote (or of what else it has), in the source's file."""
        own = self.quote or (self.seen_in[0] if self.seen_in else None)
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
    """A source, read: plain triples, brackets, and the notation's literals that stand on a subject itself."""

    plain: tuple[Triple, ...]
    brackets: tuple[Bracket, ...]
    marks: dict[tuple[str, str], str]  # (subject, notation term) -> literal, e.g. (…/clause/3, "quote")


def read(source: SourceFile) -> Notation:
    """Split ``source``. Raises NotationError, with its line, for notation that has no meaning."""
    contents: dict[BlankNode, list[tuple[NamedNode, object]]] = defaultdict(list)
    for triple in source.triples:
        if isinstance(triple.subject, BlankNode):
            contents[triple.subject].append((triple.predicate, triple.object))
    plain, brackets, marks, used = [], [], {}, set()
    for triple in source.triples:
        if isinstance(triple.subject, BlankNode):
            continue
        assert isinstance(triple.subject, NamedNode)
        subject, name = triple.subject.value, _notation_name(triple.predicate)
        if isinstance(triple.object, BlankNode):
            used.add(triple.object)
            brackets.append(_bracket(source, triple, contents[triple.object]))
        elif name is None:
            plain.append(triple)
        elif not isinstance(triple.object, Literal) or name not in (
            "quote",
            "heading",
            "lead",
            "file",
            "firstLine",
            "lastLine",
        ):
            raise NotationError(f"src:{name} cannot stand on <{subject}> itself", source.path, source.line(subject))
        elif (subject, name) in marks:
            line = source.line(subject, triple.object.value)
            raise NotationError(f"<{subject}> has src:{name} twice", source.path, line)
        else:
            marks[subject, name] = triple.object.value
    if contents.keys() - used:
        line = source.line(BLANK)
        raise NotationError(
            "a bracket [ … ] stands inside another one, or alone: it can only be a value", source.path, line
        )
    return Notation(tuple(plain), tuple(brackets), marks)


def _bracket(source: SourceFile, triple: Triple, content: Iterable[tuple[NamedNode, object]]) -> Bracket:
    marks: dict[str, list[object]] = defaultdict(list)
    rest: list[tuple[NamedNode, Value]] = []
    assert isinstance(triple.subject, NamedNode)
    subject = triple.subject.value
    for predicate, value in content:
        name = _notation_name(predicate)
        if name is not None:
            marks[name].append(value)
        elif isinstance(value, NamedNode | Literal):
            rest.append((predicate, value))
        else:
            raise NotationError(
                f"{_short(predicate, source)} in a bracket has no plain value", source.path, source.line(subject)
            )

    def strings(name: str) -> list[str]:
        return [value.value for value in marks[name] if isinstance(value, Literal | NamedNode)]

    def one(name: str) -> str | None:
        values = strings(name)
        if len(values) > 1:
            line = source.line(subject, values[1])
            raise NotationError(f"a bracket of <{subject}> has src:{name} {len(values)} times", source.path, line)
        return values[0] if values else None

    unknown = marks.keys() - {"is", "quote", "prefix", "suffix", "in", "implied", "seenIn", "role"}
    values, roles = marks["is"], marks["role"]
    bracket = Bracket(
        source=source,
        subject=triple.subject,
        predicate=triple.predicate,
        value=values[0] if len(values) == 1 and isinstance(values[0], NamedNode | Literal) else None,
        quote=one("quote"),
        prefix=one("prefix") or "",
        suffix=one("suffix") or "",
        scope=one("in"),
        implied=tuple(value for value in marks["implied"] if isinstance(value, Literal)),
        seen_in=tuple(strings("seenIn")),
        role=roles[0] if len(roles) == 1 and isinstance(roles[0], NamedNode) else None,
        rest=tuple(rest),
    )
    if unknown:
        raise bracket.error(f"src:{min(unknown)} means nothing in a bracket")
    if triple.predicate == _CONDITION:
        if marks["is"] or bracket.quote is None:
            raise bracket.error("a condition has a src:quote, and no src:is")
    elif bracket.value is None:
        raise bracket.error(f"a bracket says what it is about with one src:is; this one has {len(values)}")
    if len(roles) != bool(bracket.role):
        raise bracket.error("src:role is one IRI of a role")
    if bracket.seen_in and (bracket.quote or bracket.implied or roles):
        raise bracket.error(
            "a value comes from the text (src:quote, src:implied) or from outside (src:seenIn), not from both"
        )
    if not (bracket.seen_in or bracket.quote or bracket.implied):
        raise bracket.error("a bracket says where its value comes from: src:quote, src:implied or src:seenIn")
    if bracket.implied and {literal.language for literal in bracket.implied} != set(LANGUAGES):
        raise bracket.error(f"src:implied gives the reason in {' and in '.join(LANGUAGES)}")
    return bracket


def _notation_name(predicate: NamedNode) -> str | None:
    return predicate.value[len(_PREFIX) :] if predicate.value.startswith(_PREFIX) else None


def _short(node: NamedNode, source: SourceFile) -> str:
    return f"<{Iris(source.base).short(node.value)}>"
