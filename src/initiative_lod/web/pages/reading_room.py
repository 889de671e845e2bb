"""Reading room: a whole document in reading order, its languages line by line, with notes on what its clauses say.

A text with a file is cut at the offsets of its parts, so that no word of it is lost; of a language that has no such
text, the words are the translations of the parts. What is said is marked in each: by its quotes, else, in a
translation, by the words that name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pyoxigraph import NamedNode

from initiative_lod.iris import run_of
from initiative_lod.labels import LABELS
from initiative_lod.vocabulary import DCTERMS, ELI, INTERPRETING, SKOS
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages import contents
from initiative_lod.web.pages.clauses import Evidence, Row, evidence, modalities, rows
from initiative_lod.web.pages.contents import TextEntry
from initiative_lod.web.pages.marked_text import Mark, Piece, split
from initiative_lod.web.pages.reading_lines import (
    Key,
    Place,
    ReadingLine,
    ReadingNote,
    ReadingWords,
    aligned,
    cut_at_clauses,
    plain,
    without,
)
from initiative_lod.web.pages.translated_words import find_words
from initiative_lod.web.pages.view import View

DEEPEST = 8  # levels of parts
MOST_PARTS = 3000  # in one page; the rest is led to
MOST_NOTED = 2000  # parts and clauses that are cut, marked and noted; after them the words stand alone
HIGHEST, LOWEST = 2, 6  # levels of headings below the title
#: Kinds that are read on from the part before, and have no heading unless the text gives them one.
RUN_ON = ("Paragraph", "Item", "Recital", "Note", "Signature", "Clause")
_NUMBERED = re.compile(r"\d+(?=[.．、])")
_AFTER_NUMBER = " \u3000\n.．、:：,，"


@dataclass(frozen=True, slots=True)
class ReadingPassage:
    """A part: its heading by language (``supplied`` where the text has none), its words, and the parts in it.

    ``closing`` are words of its own after those. ``known`` has what the keys of marks say.
    """

    thing: LabelledResource
    anchor: str
    kind: str
    level: int
    heading: Mapping[str, tuple[Piece, ...]]
    supplied: bool
    lines: tuple[ReadingLine, ...]
    inner: tuple[ReadingPassage, ...]
    closing: tuple[ReadingLine, ...]
    notes: tuple[ReadingNote, ...]
    known: Mapping[str, Evidence]

    @property
    def headed(self) -> bool:
        """Tell whether it has a heading."""
        return bool(self.heading)

    def title(self, languages: Sequence[str]) -> LangText:
        """The heading as plain text, in the first of the languages that has it."""
        for language in languages:
            if pieces := self.heading.get(language):
                return LangText("".join(piece.text for piece in pieces), language)
        return self.thing.label


@dataclass(frozen=True, slots=True)
class Reading:
    """A document to be read in ``languages``, the reader's own first; ``all_languages`` are those that it has."""

    thing: LabelledResource
    key: str
    labels: Sequence[LangText]
    texts: Sequence[TextEntry]
    rights: Sequence[tuple[LabelledResource, Sequence[LangText]]]
    languages: Sequence[str]
    all_languages: Sequence[str]
    passages: tuple[ReadingPassage, ...]
    cut: bool
    unnoted: bool

    def every(self) -> Iterator[ReadingPassage]:
        """Every passage, in reading order."""
        waiting = list(reversed(self.passages))
        while waiting:
            passage = waiting.pop()
            yield passage
            waiting += reversed(passage.inner)


def reading(view: View, document: NamedNode, key: str, only: str = "") -> Reading:
    """Read a document, in all of its languages or ``only`` in one."""
    reader = _Reader(view, document)
    everything = reader.all_languages()
    languages = [only] if only in everything else everything
    reader.languages = languages
    passages = tuple(reader.passage(part, 1, HIGHEST) for part in contents.inner_parts(view, document) if reader.room())
    texts = [item for item in reader.texts if item.language in languages]
    notice = view.term("rightsNotice")
    rights = [(item.thing, view.texts(NamedNode(item.thing.iri), notice)) for item in texts]
    return Reading(
        view.thing(document),
        key,
        view.both(document),
        texts,
        [(thing, found[:1]) for thing, found in rights if found],
        languages,
        everything,
        passages,
        not reader.room(),
        reader.noted > MOST_NOTED,
    )


def languages_of(view: View, document: NamedNode) -> list[str]:
    """The languages that a document can be read in, the reader's own first."""
    return _Reader(view, document).all_languages()


class _Part(NamedTuple):
    """A part, the parts in it, and what is said of its words: in all, by clause, and in the clauses' notes. ``numbers``
    has, by language, what a heading has of them.
    """

    node: NamedNode
    inner: Sequence[NamedNode]
    items: Sequence[Evidence]
    stated: Mapping[int, Sequence[Evidence]]
    notes: Mapping[int, ReadingNote]
    numbers: Mapping[str, str]


@dataclass(slots=True)
class _Reader:
    """Reads the parts of one document; counts them."""

    view: View
    document: NamedNode
    languages: Sequence[str] = ()
    count: int = 0
    noted: int = 0
    texts: list[TextEntry] = field(default_factory=list)
    content: dict[str, tuple[str, str]] = field(default_factory=dict)  # by language: IRI of its text, and the words

    def __post_init__(self) -> None:
        view = self.view
        self.texts = [contents.text_entry(view, node) for node in view.subjects(ELI.realizes, self.document)]
        self.texts.sort(key=lambda item: view.preference(item.language))
        for entry in self.texts:
            words = view.text(NamedNode(entry.thing.iri), view.term("text"))
            if words is not None:
                self.content.setdefault(entry.language, (entry.thing.iri, words.value))

    def room(self) -> bool:
        """Tell whether another part may be read."""
        return self.count < MOST_PARTS

    def all_languages(self) -> list[str]:
        """Languages of the texts; where the document has none with words, those of its parts."""
        found = dict.fromkeys(item.language for item in self.texts if item.language)
        if not found:
            stack = contents.inner_parts(self.view, self.document)
            for part in stack[:MOST_PARTS]:  # which grows
                for name in ("text", "translation"):
                    found.update(dict.fromkeys(item.language for item in self.view.texts(part, self.view.term(name))))
                stack += contents.inner_parts(self.view, part) if len(stack) < MOST_PARTS else []
        return sorted(found, key=self.view.preference)

    def passage(self, part: NamedNode, depth: int, level: int, told: Mapping[str, str] | None = None) -> ReadingPassage:
        """A part with all that is in it; ``told`` are numbers, by language, that the heading above has of its words."""
        view = self.view
        self.count += 1
        kind = next(iter(view.kinds(part)), "")
        inner_nodes = contents.inner_parts(view, part) if depth < DEEPEST else []
        own = evidence(view, part) if self.noted < MOST_NOTED else []
        notes, stated = self._notes(part)
        everything = [*own, *(item for items in stated.values() for item in items)]
        heading, supplied, numbers = self._heading(part, kind, depth, bool(inner_nodes), everything)
        numbers = {**(told or {}), **numbers}
        lines, closing = self._lines(_Part(part, inner_nodes, everything, stated, notes, numbers))
        below = min(level + 1, LOWEST) if heading else level
        inner = tuple(
            self.passage(item, depth + 1, below, {} if number or lines else numbers)
            for number, item in enumerate(inner_nodes)
            if self.room()
        )
        first = ReadingNote(view.thing(part), self.anchor(part), 0, (), _said(view, own))
        return ReadingPassage(
            view.thing(part),
            self.anchor(part),
            kind,
            level,
            heading,
            supplied,
            lines,
            inner,
            closing,
            tuple([first] if first.rows else []) + tuple(notes.values()),
            {item.iri: item for item in everything},
        )

    def anchor(self, part: NamedNode) -> str:
        """The fragment of a part: its path below the document."""
        below = part.value.removeprefix(f"{self.document.value}/")
        return below if below != part.value else self.view.thing(part).slug

    # Notes

    def _notes(self, part: NamedNode) -> tuple[dict[int, ReadingNote], dict[int, Sequence[Evidence]]]:
        """The clauses of a part by number, and what is said of each."""
        view = self.view
        notes: dict[int, ReadingNote] = {}
        stated: dict[int, Sequence[Evidence]] = {}
        self.noted += 1
        for node in (item for item in view.nodes(part, DCTERMS.hasPart) if "Clause" in view.kinds(item)):
            number = view.number(node, view.term("number")) or len(notes) + 1
            self.noted += 1
            told = self.noted <= MOST_NOTED
            items = stated[number] = evidence(view, node) if told else []
            how = modalities(view, node, items) if told else ()
            notes[number] = ReadingNote(view.thing(node), self.anchor(node), number, how, _said(view, items))
        return dict(sorted(notes.items())), stated

    def _marks(self, items: Sequence[Evidence], language: str) -> list[Mark]:
        """Marks of the quotes in the text of a language; the same said twice of the same words is one."""
        text = self.content[language][0]
        found = {}
        for item in reversed(items):
            if place := self._places(NamedNode(item.iri), "span").get(text):
                found[*place, item.claim] = item.iri
        return [Mark(start, end, iri) for (start, end, _), iri in found.items()]

    def _translated_marks(self, words: str, items: Sequence[Evidence], language: str) -> list[Mark]:
        """Marks of the words that name, in a translation, what is quoted from the original."""
        found: dict[tuple[int, int, tuple[str, str, str]], str] = {}
        for item in reversed(items):
            if item.start < 0 or item.value is None:
                continue
            if item.name == "condition":
                said = self.view.text(NamedNode(item.value.iri), self.view.term("translation"), language)
                names = [said.value] if said else []
                place = (words.find(names[0]), words.find(names[0]) + len(names[0])) if names else (-1, -1)
                if place[0] >= 0:
                    found[*place, item.claim] = item.iri
                continue
            if place_of := find_words(self._names(NamedNode(item.value.iri), language), words, language):
                found[*place_of, item.claim] = item.iri
        return [Mark(start, end, iri) for (start, end, _), iri in found.items()]

    def _names(self, node: NamedNode, language: str) -> list[str]:
        """All that a thing is called in a language; of a modality, its cues first."""
        called: list[str] = self.view.memory("called").of((node, language), lambda _: self._called(node, language))
        return called

    def _called(self, node: NamedNode, language: str) -> list[str]:
        view = self.view
        names = [item.value for item in view.texts(node, view.term("cue")) if item.language == language]
        labels = (item for predicate in (*LABELS, SKOS.altLabel) for item in view.texts(node, predicate))
        return names + [item.value for item in labels if item.language == language]

    # Where the words are

    def _places(self, node: NamedNode, name: str) -> dict[str, Place]:
        """The node's places, by the IRI of the text."""
        found: dict[str, Place] = {}
        for item in self.view.nodes(node, self.view.term(name)):
            if run := run_of(item.value):
                found[run[0]] = run[1:]
        return found

    def _heading(
        self, part: NamedNode, kind: str, depth: int, has_inner: bool, items: Sequence[Evidence]
    ) -> tuple[dict[str, tuple[Piece, ...]], bool, dict[str, str]]:
        """The heading by language, whether it is supplied, and by language the number that was made the heading."""
        view = self.view
        found: dict[str, tuple[Piece, ...]] = {}
        numbers: dict[str, str] = {}
        places = self._places(part, "headingSpan")
        for language, (text, words) in self.content.items():
            if place := places.get(text):
                said = words[slice(*place)]
                found[language] = tuple(split(said, place[0], self._marks(items, language)))
            elif kind not in RUN_ON and text in self._places(part, "span"):
                printed = view.text(part, view.term("printedNumber"), language)
                if printed is not None and printed.value:
                    numbers[language] = printed.value
        if found:
            numbers = {}
        found = found or {language: (Piece(number, ()),) for language, number in numbers.items()}
        supplied = not found and (kind not in RUN_ON and (depth == 1 or has_inner))
        if found or supplied:
            number = next((match[0] for pieces in found.values() if (match := _NUMBERED.match(plain(pieces)))), "")
            for language in self.languages:
                if language not in found and (label := view.label(part, language)) is not None:
                    said = f"{number}. {label.value}" if number else label.value
                    found[language] = tuple(split(said, 0, self._translated_marks(said, items, language)))
            if not found and supplied:
                label = view.thing(part).label
                found[label.language or (self.languages[0] if self.languages else "")] = (Piece(label.value, ()),)
        return {language: found[language] for language in found if language in self.languages}, supplied, numbers

    def _lines(self, part: _Part) -> tuple[tuple[ReadingLine, ...], tuple[ReadingLine, ...]]:
        """The part's own words before the parts in it, and after them."""
        before: dict[str, dict[Key, ReadingWords]] = {}
        after: dict[str, dict[Key, ReadingWords]] = {}
        for language in self.languages:
            before[language], after[language] = self._located(part, language)
            if not before[language] and not after[language]:
                before[language] = self._unlocated(part, language)
        return aligned(before), aligned(after)

    def _located(self, part: _Part, language: str) -> tuple[dict[Key, ReadingWords], dict[Key, ReadingWords]]:
        """The part's own words in a text with offsets: what is left of its span without heading and inner parts."""
        text, words = self.content.get(language, ("", ""))
        whole = self._places(part.node, "span").get(text)
        if whole is None:
            whole = self._places(part.node, "leadSpan").get(text)
        if whole is None:
            return {}, {}
        holes = [place for item in part.inner if (place := self._places(item, "span").get(text))]
        first = min((start for start, _ in holes), default=whole[1])
        if heading := self._places(part.node, "headingSpan").get(text):
            holes.append(heading)
        marks = self._marks(part.items, language)
        places = {
            number: place
            for number, note in part.notes.items()
            if (place := self._places(NamedNode(note.thing.iri), "span").get(text))
        }
        found: tuple[dict[Key, ReadingWords], dict[Key, ReadingWords]] = ({}, {})
        for start, end in without(whole, holes):
            if start == whole[0] and (number := part.numbers.get(language)) and words.startswith(number, start):
                start += len(number)
                start += len(words[start:end]) - len(words[start:end].lstrip(_AFTER_NUMBER))
            for key, (begin, stop) in cut_at_clauses((start, end), places):
                said = words[begin:stop]
                if not said.strip():
                    continue
                begin += len(said) - len(said.lstrip())
                side = found[0] if begin < first else found[1]
                pieces = tuple(split(said.strip(), begin, marks))
                note = part.notes[key[0]] if key[1] else None
                if key in side:  # words of the part on either side of another part
                    pieces = (*side[key].pieces, Piece("\n", ()), *pieces)
                side[key] = ReadingWords(note, pieces)
        return found

    def _unlocated(self, part: _Part, language: str) -> dict[Key, ReadingWords]:
        """Words of the part, and of its clauses, where no text has offsets of them."""
        view = self.view
        own = view.text(part.node, view.term("translation"), language)
        if own is None and not part.inner and language not in self.content:
            own = view.text(part.node, view.term("text"), language)
        said = {
            number: text.value
            for number, note in part.notes.items()
            if (text := view.text(NamedNode(note.thing.iri), view.term("translation"), language))
        }
        found: dict[Key, ReadingWords] = {}
        if own is None:
            for number, words in said.items():
                marks = self._translated_marks(words, part.stated[number], language)
                found[number, 1] = ReadingWords(part.notes[number], tuple(split(words, 0, marks)))
            return found
        places, position = {}, 0
        for number, words in said.items():
            at = own.value.find(words, position)
            if at >= 0:
                places[number] = (at, position := at + len(words))
        marks = self._translated_marks(own.value, part.items, language)
        for key, (start, end) in cut_at_clauses((0, len(own.value)), places):
            if own.value[start:end].strip():
                note = part.notes[key[0]] if key[1] else None
                found[key] = ReadingWords(note, tuple(split(own.value[start:end], start, marks)))
        return found


def _said(view: View, items: Sequence[Evidence]) -> tuple[Row, ...]:
    """Statements that interpret the words, each value once."""
    once: dict[tuple[str, str], Evidence] = {}
    for item in items:
        if item.name in INTERPRETING:
            once.setdefault((item.name, item.value.iri if item.value else item.iri), item)
    return rows(view, once.values())
