"""Parts of a document as a page shows them: sentences cut at clauses and evidence, and statements with their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import Literal, NamedNode

from initiative_lod.vocabulary import DCTERMS, ELI, INTERPRETING, OA
from initiative_lod.web.labelled_resource import LabelledResource, LangText, Node
from initiative_lod.web.pages.fact_sources import FactSource, sources, unlinked
from initiative_lod.web.pages.marked_text import Mark, Piece, split
from initiative_lod.web.pages.view import View

NO_SPAN = (-1, -1, LangText(""))


@dataclass(frozen=True, slots=True)
class Evidence:
    """One attestation of a statement. ``start`` and ``end`` are -1 where it has no words of the text."""

    iri: str
    predicate: LabelledResource
    name: str
    value: LabelledResource | None
    literal: LangText | None = None
    role: LabelledResource | None = None
    implied: bool = False
    reason: LangText | None = None
    seen_in: tuple[LangText, ...] = ()
    sources: tuple[FactSource, ...] = ()
    start: int = -1
    end: int = -1
    quote: LangText = LangText("")

    @property
    def is_from_outside(self) -> bool:
        """Tell whether a source outside of the text says it."""
        return bool(self.seen_in or self.sources)

    @property
    def anchor(self) -> str:
        """The fragment of its IRI."""
        return self.iri.partition("#")[2]

    @property
    def value_words(self) -> str:
        """The value in words, for a reader who points at the evidence."""
        return self.value.label.value if self.value else self.literal.value if self.literal else ""

    @property
    def claim(self) -> tuple[str, str, str]:
        """Property, value and role: evidence of the same claim in the same words is shown once."""
        return self.predicate.iri, self.value_words, self.role.iri if self.role else ""


@dataclass(frozen=True, slots=True)
class Row:
    """All statements of one property."""

    property: LabelledResource
    name: str
    items: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its words and their translation, its modalities in reading order, and what is stated of it."""

    thing: LabelledResource
    number: int
    start: int
    end: int
    text: LangText
    translation: LangText | None
    modalities: tuple[LabelledResource, ...]
    pieces: tuple[Piece, ...]
    evidence: tuple[Evidence, ...]
    rows: tuple[Row, ...]

    @property
    def anchor(self) -> str:
        """``clause-3``."""
        return f"clause-{self.number}"

    @property
    def style(self) -> str:
        """The modality whose colour the clause has: that of its first words."""
        return self.modalities[0].style if self.modalities else "none"

    def ids(self, base: str = "") -> dict[str, str]:
        """By statement the id of its words, of those that stand among the clause's own."""
        shown = _shown(self.pieces)
        return {item.iri: base + item.anchor for item in self.evidence if item.iri in shown}


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of the sentence: one clause, or what stands between clauses."""

    clause: Clause | None
    pieces: tuple[Piece, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class PartView:
    """A part with its sentence and its clauses: an action, a pillar's lead, a paragraph, the conclusion."""

    thing: LabelledResource
    kind: str
    number: int | None
    headed: LangText | None  # the translation of its heading
    segments: tuple[Segment, ...]
    language: str  # of its sentence
    translation: LangText | None
    translated: str  # the language of its translation, or of its clauses'; empty where there is none
    clauses: tuple[Clause, ...]
    evidence: tuple[Evidence, ...]
    rows: tuple[Row, ...]
    parallel: tuple[LangText, ...] = ()  # its words in the other texts
    official: bool = False  # whether the translation is

    @property
    def by_iri(self) -> dict[str, Evidence]:
        """Every attestation of the part and its clauses."""
        return {item.iri: item for item in (*self.evidence, *(e for clause in self.clauses for e in clause.evidence))}

    def base(self, clause: Clause, only: str = "") -> str:
        """Beginning of the ids of what is said of a clause; none on the page of that clause ``only``."""
        return "" if only else f"{f'paragraph-{self.number}-' if self.kind == 'Paragraph' else ''}{clause.anchor}-"

    def ids(self, base: str = "", only: str = "") -> dict[str, str]:
        """By statement the id of its words in the sentence, of those that stand in no clause of which it is said."""
        found = {} if only else {item.iri: base + item.anchor for item in self.evidence}
        for clause in self.clauses:
            if only in ("", clause.thing.iri):
                own = clause.ids()
                prefix = self.base(clause, only)
                found |= {item.iri: prefix + item.anchor for item in clause.evidence if item.iri not in own}
        shown = _shown(piece for segment in self.segments for piece in segment.pieces)
        return {iri: id for iri, id in found.items() if iri in shown}

    def elsewhere(self, item: Evidence, clause: Clause) -> Clause | None:
        """The other clause in which the words of a clause's evidence stand."""
        if item.start < 0 or clause.start <= item.start < clause.end:
            return None
        return next((other for other in self.clauses if other.start <= item.start < other.end), None)


def spans(view: View, node: Node, name: str = "span") -> list[tuple[int, int, LangText]]:
    """(start, end, words in the language of their text) of the node's spans: one a text, as the reader prefers them."""
    found = []
    for place in view.nodes(node, view.term(name)):
        selector, source = view.node(place, OA.hasSelector), view.node(place, OA.hasSource)
        if selector is None:
            continue
        start, end, exact = (
            view.number(selector, OA.start),
            view.number(selector, OA.end),
            view.text(selector, OA.exact),
        )
        if start is not None and end is not None and exact is not None:
            language = view.language_of(source) if source is not None else ""
            found.append((start, end, LangText(exact.value, language)))
    return sorted(found, key=lambda item: view.preference(item[2].language))


def span(view: View, node: Node, name: str = "span", language: str | None = None) -> tuple[int, int, LangText]:
    """The node's span in the text of a language, else in the one that the reader prefers: (-1, -1, its words) there.

    (-1, -1, no words) when it has none.
    """
    found = spans(view, node, name)
    for item in found:
        if language is None or item[2].language == language:
            return item
    return (-1, -1, found[0][2]) if found else NO_SPAN


def evidence(view: View, part: NamedNode, language: str | None = None) -> Sequence[Evidence]:
    """Statements about a part, with its words; statements without an attestation come last."""
    found: Sequence[Evidence] = view.memory("evidence").of((part, language), lambda _: _evidence(view, part, language))
    return found


def _evidence(view: View, part: NamedNode, language: str | None) -> Sequence[Evidence]:
    nodes = view.subjects(view.term("onSubject"), part)
    found = [read for node in nodes if (read := attestation(view, node, language))]
    attested = {(item.name, item.value.iri if item.value else None) for item in found}
    for name in INTERPRETING:
        for value in view.nodes(part, view.term(name)):
            if (name, value.value) in attested:
                continue
            start, end, quote = span(view, value, "span", language) if name == "condition" else NO_SPAN
            iri = value.value if name == "condition" else f"{part.value}#{name}-{view.thing(value).slug}"
            property, thing = view.thing(view.term(name)), view.thing(value)
            found.append(Evidence(iri, property, name, thing, start=start, end=end, quote=quote))
    return found


def attestation(view: View, node: NamedNode, language: str | None = None) -> Evidence | None:
    """One attestation; None when it says not what it attests."""
    key = node, language
    found: Evidence | None = view.memory("attestations").of(key, lambda _: _attestation(view, node, language))
    return found


def _attestation(view: View, node: NamedNode, language: str | None) -> Evidence | None:
    property = view.node(node, view.term("onProperty"))
    if property is None:
        return None
    values = view.objects(node, view.term("onValue"))
    literal = view.text(node, view.term("onLiteral"))
    role = view.node(node, view.term("role"))
    implied = view.text(node, view.term("implied"))
    start, end, quote = span(view, node, "span", language)
    seen = view.texts(node, view.term("seenIn"))
    linked = sources(view, node) if seen else ()
    return Evidence(
        node.value,
        view.thing(property),
        view.thing(property).slug,
        view.thing(values[0]) if values and not isinstance(values[0], Literal) else None,
        literal,
        view.thing(role) if role else None,
        implied is not None and implied.value == "true",
        view.text(node, view.term("reason")),
        unlinked(seen, linked),
        linked,
        start,
        end,
        quote,
    )


def rows(view: View, items: Iterable[Evidence]) -> tuple[Row, ...]:
    """The statements grouped by property, in reading order."""
    groups: dict[str, list[Evidence]] = {}
    for item in items:
        groups.setdefault(item.name, []).append(item)
    names = [*(name for name in INTERPRETING if name in groups), *sorted(groups.keys() - {*INTERPRETING})]
    return tuple(Row(groups[name][0].predicate, name, tuple(sorted(groups[name], key=_by_place))) for name in names)


def clause(view: View, node: NamedNode, language: str | None = None) -> Clause:
    """A clause with everything that is said of it, in the text of a language."""
    found: Clause = view.memory("clauses").of((node, language), lambda _: _clause(view, node, language))
    return found


def _clause(view: View, node: NamedNode, language: str | None) -> Clause:
    start, end, words = span(view, node, "span", language)
    text = view.text(node, view.term("text"), words.language or None)
    items = evidence(view, node, words.language or None)
    shown = text or words
    return Clause(
        view.thing(node),
        view.number(node, view.term("number")) or 0,
        start,
        end,
        shown,
        view.text(node, view.term("translation")),
        modalities(view, node, items),
        tuple(split(shown.value, start, _marks(items))),
        tuple(items),
        rows(view, items),
    )


def modalities(view: View, node: Node, items: Iterable[Evidence] | None = None) -> tuple[LabelledResource, ...]:
    """The modalities of a clause in the order of their words; without its evidence, this is looked up if need be."""
    found = view.things(view.nodes(node, view.term("modality")))
    if len(found) > 1 and isinstance(node, NamedNode):
        stated = sorted(evidence(view, node) if items is None else items, key=_by_place)
        order = [item.value.iri for item in stated if item.name == "modality" and item.value is not None]
        found.sort(key=lambda item: order.index(item.iri) if item.iri in order else len(order))
    return tuple(found)


def clauses(view: View, part: NamedNode, language: str | None = None) -> list[Clause]:
    """The clauses of a part, in order."""
    found = [clause(view, node, language) for node in view.nodes(part, DCTERMS.hasPart) if "Clause" in view.kinds(node)]
    return sorted(found, key=lambda item: item.number)


def unit(view: View, part: NamedNode) -> PartView:
    """A part with its sentence, in the text that the reader prefers, and its words in the document's other texts.

    The page of a part shows it, and so does that of each of its clauses.
    """
    found: PartView = view.memory("units").of(part, partial(_unit, view))
    return found


def _unit(view: View, part: NamedNode) -> PartView:
    kind = next(iter(view.kinds(part)), "")
    start, _, found = span(view, part, "leadSpan" if kind == "Pillar" else "span")
    words = found.value
    text = found.language or None
    own = evidence(view, part, text)
    inner = clauses(view, part, text)
    heading = span(view, part, "headingSpan", text)
    parallel = [item[2] for item in spans(view, part)[1:]] if kind != "Pillar" else []
    if kind == "Pillar":
        segments = [_segment(heading[2].value, heading[0], own, heading=True)] if heading[0] >= 0 else []
    elif heading[0] >= 0:
        segments = [_segment(heading[2].value, heading[0], own, heading=True)]
        start, words = heading[1], words[heading[1] - start :]
    else:
        segments = []
    segments += _cut(words, start, inner, own)
    language = found.language or heading[2].language
    translation = view.text(part, view.term("translation"))
    translations = [translation, *(item.translation for item in inner)]
    others = [item.language for item in view.labels(part) if item.language != language]
    translated = next((item.language for item in translations if item is not None), next(iter(others), ""))
    return PartView(
        view.thing(part),
        kind,
        view.number(part, view.term("number")),
        view.label(part, translated) if translated and heading[0] >= 0 else None,
        tuple(segments),
        language,
        translation,
        translated if any(translations) or kind in ("Action", "Pillar") else "",
        tuple(inner),
        tuple(own),
        rows(view, own),
        tuple(parallel),
        _is_official(view, part, translated),
    )


def _is_official(view: View, part: NamedNode, language: str) -> bool:
    """Tell whether the document has an official translation in the language."""
    return any(
        view.language_of(text) == language and part.value.startswith(f"{work.value}/")
        for text in view.instances("OfficialTranslation")
        for work in view.nodes(text, ELI.realizes)
    )


def squares_of(view: View, part: NamedNode) -> list[tuple[LabelledResource, ...]]:
    """The modalities of each clause of a part, in order: what a picture of it needs."""
    number = view.term("number")
    found = [(view.number(node, number) or 0, modalities(view, node)) for node in view.nodes(part, DCTERMS.hasPart)]
    return [had for _, had in sorted(found, key=lambda item: item[0]) if had]


def _cut(words: str, start: int, inner: Sequence[Clause], own: Sequence[Evidence]) -> list[Segment]:
    """The sentence as its clauses and what stands between them."""
    segments, position = [], start
    everything = [*own, *(item for clause in inner for item in clause.evidence)]
    for item in sorted(inner, key=lambda item: item.start):
        if not position <= item.start < item.end <= start + len(words):
            continue
        if item.start > position:
            segments.append(_segment(words[position - start : item.start - start], position, own))
        pieces = split(words[item.start - start : item.end - start], item.start, _marks(everything))
        segments.append(Segment(item, tuple(pieces)))
        position = item.end
    if position < start + len(words):
        segments.append(_segment(words[position - start :], position, own))
    return segments


def _segment(text: str, start: int, items: Sequence[Evidence], heading: bool = False) -> Segment:
    return Segment(None, tuple(split(text, start, _marks(items))), heading)


def _marks(items: Iterable[Evidence]) -> list[Mark]:
    """The marks of the words; what two statements say alike of the same words is said once."""
    marks = {(item.start, item.end, item.claim): item.iri for item in reversed(list(items)) if item.start >= 0}
    return [Mark(start, end, iri) for (start, end, _), iri in marks.items()]


def _shown(pieces: Iterable[Piece]) -> set[str]:
    return {mark.key for piece in pieces for mark in piece.marks}


def _by_place(item: Evidence) -> tuple[bool, int, int, str]:
    return (item.start < 0, item.start, -item.end, item.iri)
