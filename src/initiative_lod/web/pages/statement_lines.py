"""Institutional statements as readers see them: a line a statement, each component named, in its words and concept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pyoxigraph import NamedNode

from initiative_lod.build.coded_statements import (
    CodedComponent,
    CodedStatement,
    I,
    LookUp,
    ReadCoding,
)
from initiative_lod.iris import run_of
from initiative_lod.labels import natural
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.clauses import PartView
from initiative_lod.web.pages.marked_text import Mark, split
from initiative_lod.web.pages.view import View

MOST = 200  # statements of one concept that a page lists
#: The colours of the components, which are those of modalities: the name of each stands beside it.
_STYLES = {
    "attribute": "call-upon",
    "deontic": "prohibit",
    "aim": "promote",
    "directObject": "encourage",
    "indirectObject": "support",
    "activationCondition": "prevent",
    "executionConstraint": "explore",
    "constitutedEntity": "call-upon",
    "constitutiveFunction": "promote",
    "constitutingProperties": "encourage",
}
_JOINED = {"AND": "joined_and", "OR": "joined_or", "XOR": "joined_xor"}


@dataclass(frozen=True, slots=True)
class StatementIndex:
    """Statements of record of a release, by the part that makes them, and by the concepts that fill them.

    Under a concept stands each statement that no other one holds, and whether it asks the concept to act. Where words
    stand is counted from where those of the part begin, so that words before it change nothing.
    """

    by_part: dict[str, tuple[CodedStatement, ...]]
    by_concept: dict[str, tuple[tuple[CodedStatement, bool], ...]]
    codings: dict[str, str]  # the name of the coding of record, by document
    rivals: dict[str, tuple[tuple[CodedStatement, ...], ...]]  # of the parts that other coders have read: one for each
    translations: dict[str, str]  # IRI of the text in which the translation of a part stands


@dataclass(frozen=True, slots=True)
class LineComponent:
    """A component of a line: what it is called, its words, the thing that fills it, or the statement that does."""

    name: str
    style: str
    words: LangText | None
    original: LangText | None  # the words of the text, where ``words`` are those of a translation
    thing: LabelledResource | None
    translated: bool  # the thing's label says in the reader's language what the words do not
    joined: str
    implied: bool
    reason: LangText | None
    inner: tuple[LineComponent, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement as one line; ``joined`` is how it is combined with the one before."""

    anchor: str
    kind: LabelledResource
    components: tuple[LineComponent, ...]
    joined: str
    doubt: LangText | None


@dataclass(frozen=True, slots=True)
class ColouredPiece:
    """A run of a translation's words; ``name`` and ``style`` of the component that they are, empty for what is none."""

    text: str
    name: str
    style: str


@dataclass(frozen=True, slots=True)
class StatementsOfPart:
    """Statements of a part in which a concept stands."""

    part: LabelledResource
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class RivalReading:
    """Lines of another coder for a part; ``agrees`` tells that they say what those of record say."""

    lines: tuple[StatementLine, ...]
    agrees: bool


@dataclass(frozen=True, slots=True)
class PartPlaces:
    """Places where the words of a part begin, by the IRI of a text: its own words, and those of its translations."""

    own: dict[str, int]
    translated: dict[str, int]


def part_places(look_up: LookUp) -> dict[str, PartPlaces]:
    """The places of each part that has some."""
    found: dict[str, PartPlaces] = {}
    for name in ("span", "translationSpan"):
        for quad in sorted(look_up(None, I.term(name)), key=lambda quad: natural(str(quad.object))):
            place = run_of(quad.object.value) if isinstance(quad.object, NamedNode) else None
            if place is not None and isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value:
                places = found.setdefault(quad.subject.value, PartPlaces({}, {}))
                (places.own if name == "span" else places.translated).setdefault(place[0], place[1])
    return found


def _within(statement: CodedStatement, places: PartPlaces) -> CodedStatement:
    """A statement whose places are counted from where its part begins."""
    begin = next(iter(places.own.values()), 0)
    components = (
        replace(
            item,
            start=item.start - begin if item.start >= 0 else item.start,
            end=item.end - begin if item.end >= 0 else item.end,
            nested=_within(item.nested, places) if item.nested is not None else None,
            translated=tuple(
                (text, start - places.translated.get(text, 0), end - places.translated.get(text, 0))
                for text, start, end in item.translated
            ),
        )
        for item in statement.components
    )
    return replace(statement, components=tuple(components))


def statement_index(codings: Iterable[ReadCoding], places: Mapping[str, PartPlaces]) -> StatementIndex:
    """The statements of a release, of whose parts these are the places."""
    nowhere = PartPlaces({}, {})
    translations = {part: next(iter(found.translated)) for part, found in places.items() if found.translated}
    by_part: dict[str, tuple[CodedStatement, ...]] = {}
    by_concept: dict[str, list[tuple[CodedStatement, bool]]] = {}
    names: dict[str, str] = {}
    rivals: dict[str, tuple[tuple[CodedStatement, ...], ...]] = {}
    for coding in codings:
        parts = {
            part: tuple(_within(top, places.get(part, nowhere)) for top in tops) for part, tops in coding.parts.items()
        }
        if coding.is_rival:
            for part, tops in parts.items():
                rivals[part] = (*rivals.get(part, ()), tops)
            continue
        by_part |= parts
        names[coding.document] = coding.graph.rpartition("/")[2].removeprefix("coding-")
        for part in sorted(parts, key=natural):
            for top in parts[part]:
                asked = {item.concept for statement in _asking(top) for item in statement.of("attribute")}
                concepts = (item.concept for statement in top.everything() for item in statement.components)
                for concept in dict.fromkeys(concept for concept in concepts if concept):
                    by_concept.setdefault(concept, []).append((top, concept in asked))
    concepts_of = {concept: tuple(found) for concept, found in by_concept.items()}
    return StatementIndex(by_part, concepts_of, names, rivals, translations)


def _asking(statement: CodedStatement) -> Iterator[CodedStatement]:
    """A statement, and what is nested in it down to the first verb that stands in the part itself.

    Who acts in these is asked: the countries whose 帮助 carries over, and the enterprises that act in the clause. Who
    is only helped in the same clause is not.
    """
    if statement.kind == "FactualStatement":
        return
    yield statement
    for inner in () if statement.acts_here else statement.nested:
        yield from _asking(inner)


def of_parts(view: View, index: StatementIndex, parts: Iterable[str]) -> dict[str, tuple[StatementLine, ...]]:
    """The lines of each part that has some."""
    return {
        part: tuple(line(view, statement) for statement in index.by_part[part])
        for part in parts
        if part in index.by_part
    }


def translations_of(view: View, index: StatementIndex, parts: Iterable[str]) -> dict[str, tuple[ColouredPiece, ...]]:
    """The translation of each part whose statements say where their components stand in it, cut at these."""
    read = view.memory("coloured translations")
    found = {part: read.of(part, partial(_translation, view, index)) for part in parts}
    return {part: pieces for part, pieces in found.items() if pieces}


def _translation(view: View, index: StatementIndex, part: str) -> tuple[ColouredPiece, ...]:
    """The translation of a part, cut; nothing where that cannot be done."""
    tops = index.by_part.get(part, ())
    text = index.translations.get(part, "") if tops else ""
    words = view.text(NamedNode(part), view.term("translation")) if text else None
    return () if words is None else _coloured(view, tops, words.value, text)


def _coloured(view: View, tops: Iterable[CodedStatement], words: str, text: str) -> tuple[ColouredPiece, ...]:
    said: dict[str, tuple[str, str]] = {}
    marks = []
    for item in (item for top in tops for statement in top.everything() for item in statement.components):
        line = _component(view, item, "")
        said[item.iri] = line.name, line.style
        marks += [Mark(start, end, item.iri) for source, start, end in item.translated if source == text]
    pieces = split(words, 0, marks)
    return tuple(
        ColouredPiece(piece.text, *(said[piece.marks[0].key] if piece.marks else ("", ""))) for piece in pieces
    )


def rivals_of(view: View, index: StatementIndex, parts: Iterable[str]) -> dict[str, tuple[RivalReading, ...]]:
    """Readings of other coders, of each part that some have read."""
    return {
        part: tuple(
            RivalReading(
                tuple(line(view, statement) for statement in tops),
                [_said(top) for top in tops] == [_said(top) for top in index.by_part.get(part, ())],
            )
            for tops in index.rivals[part]
        )
        for part in parts
        if part in index.rivals
    }


def _said(statement: CodedStatement) -> tuple[object, ...]:
    """Content of a statement, whatever it is called and in whatever order its qualifiers are written."""
    components = {
        (item.role, item.concept, item.context, item.start, item.end, item.nested and _said(item.nested))
        for item in statement.components
    }
    return (statement.operator, frozenset(components))


def of_concept(view: View, index: StatementIndex, concept: str, asked: bool) -> list[StatementsOfPart]:
    """The statements that ask a concept to act, or in which it stands otherwise, by part."""
    found: dict[str, list[StatementLine]] = {}
    for statement, is_asked in index.by_concept.get(concept, ())[:MOST]:
        if is_asked is asked:
            found.setdefault(statement.part, []).append(line(view, statement))
    return [StatementsOfPart(view.thing(NamedNode(part)), tuple(lines)) for part, lines in found.items()]


def line(view: View, statement: CodedStatement) -> StatementLine:
    """A statement as a line."""
    found: StatementLine = view.memory("lines").of(statement.iri, lambda _: _line(view, statement))
    return found


def _line(view: View, statement: CodedStatement) -> StatementLine:
    return StatementLine(
        statement.iri.partition("#")[2],
        view.thing(view.term(statement.kind or "InstitutionalStatement")),
        _components(view, statement),
        _joined(view, statement.operator),
        _preferred(view, statement.doubts),
    )


def _components(view: View, statement: CodedStatement) -> tuple[LineComponent, ...]:
    found = []
    before: CodedComponent | None = None
    for item in statement.components:
        if item.role == "speechAct" and not item.text:
            continue  # no word says it, and the modality stands beside the line
        together = before is not None and before.role == item.role and bool(item.operator)
        found.append(_component(view, item, _joined(view, item.operator) if together else ""))
        before = item
    return tuple(found)


def _component(view: View, item: CodedComponent, joined: str) -> LineComponent:
    thing = view.thing(NamedNode(item.concept)) if item.concept else None
    words = LangText(item.text, item.language) if item.text else None
    original = None
    if words is not None and view.language in item.translations:
        words, original = LangText(item.translations[view.language], view.language), words
    own = words is not None and words.language.split("-")[0] == view.language.split("-")[0]
    name = view.thing(NamedNode(item.context) if item.context else view.term(item.role)).label.value
    style = _STYLES.get(item.role, "none")
    if item.role == "speechAct" and thing is not None:
        style = thing.style or "none"
    return LineComponent(
        name,
        style,
        words,
        original,
        thing,
        thing is not None and (words is None or not own),
        joined,
        item.implied,
        _preferred(view, item.reasons),
        _components(view, item.nested) if item.nested is not None else (),
    )


def _preferred(view: View, texts: Mapping[str, str]) -> LangText | None:
    """The text in the language that the reader prefers."""
    tag = min(texts, key=view.preference, default=None)
    return LangText(texts[tag], tag) if tag is not None else None


def _joined(view: View, operator: str) -> str:
    return view.interface.gettext(_JOINED[operator]) if operator in _JOINED else operator


def parts_of(units: Sequence[PartView]) -> list[str]:
    """The parts whose statements a page of these units shows: the units, and their clauses."""
    return [iri for unit in units for iri in (unit.thing.iri, *(clause.thing.iri for clause in unit.clauses))]
