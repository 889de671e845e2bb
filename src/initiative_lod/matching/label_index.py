"""Index of labels: which things are called something like this. It is filled once and then only read.

Finding is the same wherever the labels lie: in memory here, in a file of a release in ``entity_index``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice
from typing import NamedTuple

from rapidfuzz import fuzz, process

from initiative_lod.labels import LabelKind
from initiative_lod.languages import STOP_WORDS, WORD_LANGUAGES, has_han, mainland, stem
from initiative_lod.matching.label_forms import Forms, forms, is_abbreviation, variants
from initiative_lod.matching.scoring import KIND_WORTH, Basis, compare_forms

MAX_COMPARED = 150  # labels that are compared in full for one query
FUZZY_LANGUAGES = frozenset({"", *WORD_LANGUAGES})  # of others a label is found as it is
CLIPPED_WORTH = 0.03  # more, for a label that holds all of the text: who clips a name means it, and nothing broader
REWORDED_WORTH = 0.98  # of the worth of an agreement, when the text had to be put in other words for it
SHORTEST_MISSPELT = 3  # characters of a word that is looked for as misspelt have to be more
MAX_POSTINGS = 60_000  # places that are looked up for one query, the rarest pieces first
MAX_EQUAL = 1000  # labels of the same words that are looked at
MAX_WRITTEN_OUT = 3  # names that an abbreviation may stand for
LIKE_IN_SPELLING = 72  # of 100: as much as two words must have in common


class Label(NamedTuple):  # see Forms
    """One label of one thing. ``language`` is a primary subtag in lower case, or empty."""

    thing: int
    text: str
    kind: LabelKind
    language: str


@dataclass(frozen=True, slots=True)
class LabelHit:
    """A thing that is called something like what was asked for. ``value`` is from 0 to 1."""

    thing: int
    value: float
    by: Basis
    label: Label


@dataclass(frozen=True, slots=True)
class Postings:
    """Labels that have a piece, in parts of three arrays: their numbers, things and lengths, the shortest first."""

    count: int
    parts: Iterable[tuple[Sequence[int], Sequence[int], Sequence[int]]]


class LabelIndex(ABC):
    """Labels of things, which are numbers to it, as the labels are."""

    @abstractmethod
    def label(self, number: int) -> Label:
        """The label with this number."""

    @abstractmethod
    def starting(self, prefix: str, among: Container[int] | None = None) -> Iterator[Label]:
        """The labels that begin so, in the order of the alphabet."""

    @abstractmethod
    def _keyed(self, key: str) -> Iterable[int]:
        """The first MAX_EQUAL labels that have a key of ``keys``."""

    @abstractmethod
    def _holding(self, piece: str) -> Postings | None:
        """The labels that have the piece; None when none has."""

    @abstractmethod
    def _spelt(self, word: str) -> Sequence[str]:
        """The pieces that may be spelt nearly like ``word``, in order: a typing error seldom is in the first letter."""

    @abstractmethod
    def _written_out(self, word: str) -> Sequence[str]:
        """The first MAX_WRITTEN_OUT names that an abbreviation stands for, as the labels themselves explain it."""

    def search(self, text: str, limit: int, among: Container[int] | None = None) -> list[LabelHit]:
        """The things called something like ``text``, best first, each once; only those in ``among``, if it is given."""
        best: dict[int, LabelHit] = {}
        for place, wording in enumerate(self.wordings(text)):
            query_forms = forms(wording)
            numbers = dict.fromkeys(self._equal(query_forms))
            if place == 0:
                numbers |= dict.fromkeys(self._similar(query_forms.stem, among))
            for number in numbers:
                label = self.label(number)
                if among is not None and label.thing not in among:
                    continue
                score = compare_forms(query_forms, forms(label.text))
                if score is None:
                    continue
                value = score.value * KIND_WORTH[label.kind] * (REWORDED_WORTH if place else 1.0)
                if score.by is Basis.PART and len(query_forms.folded) < len(forms(label.text).folded):
                    value += CLIPPED_WORTH
                if label.thing not in best or value > best[label.thing].value:
                    best[label.thing] = LabelHit(label.thing, value, score.by, label)
        return sorted(best.values(), key=lambda hit: (-hit.value, hit.label.kind, len(hit.label.text), hit.thing))[
            :limit
        ]

    def wordings(self, text: str) -> list[str]:
        """The text, and other ways to say it: without brackets, in the mainland's words, abbreviations written out."""
        wordings = variants(text)
        wordings += [other for item in list(wordings) if (other := mainland(item)) not in wordings]
        words = forms(text).folded.split()
        for place, word in enumerate(words):
            for long in self._written_out(word) if len(words) > 1 else ():
                wordings.append(" ".join([*words[:place], long, *words[place + 1 :]]))
        return wordings

    def _equal(self, form: Forms) -> Iterator[int]:
        """Labels in the same words, however these are joined or turned, and abbreviations of them or for them."""
        turned = form.turned.replace(" ", "")
        for key in (f"#{form.packed}", f"~{form.turned}", f"#{turned}", f"^{form.folded}", f"#{stem(form.acronym)}"):
            yield from self._keyed(key) if len(key) > 1 else ()

    def _similar(self, text: str, among: Container[int] | None) -> list[int]:
        """The labels that share most with ``text``; what is in fewer labels counts more, and is looked up first."""
        read, lists = 0, list[tuple[float, Sequence[int], Sequence[int]]]()
        for likeness, postings in self._shared(text):
            read += postings.count
            if read > MAX_POSTINGS and lists:
                break
            # Of a list that is longer than all that may be looked up, the first are the best: no other one counts.
            most = MAX_COMPARED if postings.count > MAX_POSTINGS else None
            numbers, lengths = _those(postings, among, most)
            if numbers:
                lists.append((likeness / (1 + postings.count.bit_length()), numbers, lengths))
        return _best(lists)

    def _shared(self, text: str) -> list[tuple[float, Postings]]:
        """Pieces of ``text``, or nearly so, that labels have, the rarest first: how like they are, and the labels."""
        found: dict[str, tuple[float, Postings]] = {}
        for piece in pieces(text):
            if (postings := self._holding(piece)) is not None:
                found[piece] = 1.0, postings
                continue
            spelt = process.extract(
                piece, self._spelt(piece), scorer=fuzz.ratio, score_cutoff=LIKE_IN_SPELLING, limit=4
            )
            for word, ratio, _ in spelt:  # of a word that nobody uses
                if word not in found and (postings := self._holding(word)) is not None:
                    found[word] = ratio / 100, postings
        return [found[piece] for piece in sorted(found, key=lambda piece: (found[piece][1].count, piece))]


def _those(postings: Postings, among: Container[int] | None, most: int | None) -> tuple[Sequence[int], Sequence[int]]:
    """Numbers and lengths of the labels of the things in ``among``, the first ``most``."""
    if among is None and most is None:
        parts = list(postings.parts)
        if len(parts) == 1:
            return parts[0][0], parts[0][2]
        return list(chain.from_iterable(part[0] for part in parts)), list(chain.from_iterable(p[2] for p in parts))
    places = (place for part in postings.parts for place in zip(*part, strict=True))
    chosen = ((number, length) for number, thing, length in places if among is None or thing in among)
    numbers, lengths = array("I"), array("I")
    for number, length in islice(chosen, most):
        numbers.append(number)
        lengths.append(length)
    return numbers, lengths


def _best(lists: Sequence[tuple[float, Sequence[int], Sequence[int]]]) -> list[int]:
    """The MAX_COMPARED labels with most weight for their length. Each list has its weight, and the shortest first.

    Of labels that are in one list only, the first of each list are enough: those after them are not better.
    """
    members = [frozenset(numbers) for _, numbers, _ in lists]
    seen, several = set[int](), set[int]()
    for member in members:
        several |= seen & member
        seen |= member
    ranked: list[tuple[float, int]] = []
    lengths = dict[int, int]()
    for weight, numbers, sizes in lists:
        if several:
            lengths.update(zip(numbers, sizes, strict=True))
        alone = ((number, size) for number, size in zip(numbers, sizes, strict=True) if number not in several)
        ranked += ((-weight / (20 + size), number) for number, size in islice(alone, MAX_COMPARED))
    for number in several:
        weight = sum(item[0] for item, holds in zip(lists, members, strict=True) if number in holds)
        ranked.append((-weight / (20 + lengths[number]), number))
    return [number for _, number in nsmallest(MAX_COMPARED, ranked)]


class LabelsInMemory(LabelIndex):
    """Labels in memory."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self.labels: list[Label] = []
        self._keys: dict[str, array[int]] = {}
        self._pieces: dict[str, list[int]] = {}
        self._words: dict[str, list[str]] | None = None
        for label, form in each_variant(labels):
            self._add(label, form)
        for numbers in self._pieces.values():
            numbers.sort(key=lambda number: len(self.labels[number].text))
        self._long = self._expansions()
        self._sorted = sorted((forms(label.text).folded, number) for number, label in enumerate(self.labels))

    def _add(self, label: Label, form: Forms) -> None:
        number = len(self.labels)
        self.labels.append(label)
        for key in keys(form):
            self._keys.setdefault(key, array("I")).append(number)
        if label.language in FUZZY_LANGUAGES:
            for piece in set(pieces(form.stem)):
                self._pieces.setdefault(piece, []).append(number)

    def label(self, number: int) -> Label:
        return self.labels[number]

    def starting(self, prefix: str, among: Container[int] | None = None) -> Iterator[Label]:
        folded = forms(prefix).folded
        if not folded:
            return
        for place in range(bisect_left(self._sorted, (folded, 0)), len(self._sorted)):
            text, number = self._sorted[place]
            if not text.startswith(folded):
                return
            label = self.labels[number]
            if among is None or label.thing in among:
                yield label

    def _keyed(self, key: str) -> Iterable[int]:
        return self._keys.get(key, ())[:MAX_EQUAL]

    def _holding(self, piece: str) -> Postings | None:
        numbers = self._pieces.get(piece)
        if numbers is None:
            return None
        labels = [self.labels[number] for number in numbers]
        return Postings(
            len(numbers), [(numbers, [label.thing for label in labels], [len(label.text) for label in labels])]
        )

    def _spelt(self, word: str) -> Sequence[str]:
        if self._words is None:
            self._words = {}
            for item in sorted(self._pieces):
                if not has_han(item):
                    self._words.setdefault(item[0], []).append(item)
        return self._words.get(word[0], []) if len(word) > SHORTEST_MISSPELT else []

    def _written_out(self, word: str) -> Sequence[str]:
        return sorted(self._long.get(word, ()))[:MAX_WRITTEN_OUT]

    def _expansions(self) -> dict[str, set[str]]:
        """Abbreviations with what is meant: a thing that is called both ITU and by three words."""
        short: dict[int, set[str]] = {}
        for label in self.labels:
            if abbreviates(label):
                short.setdefault(label.thing, set()).add(forms(label.text).folded)
        expansions: dict[str, set[str]] = {}
        for label in self.labels:
            for item in short.get(label.thing, ()):
                if explains(label, item):
                    expansions.setdefault(item, set()).add(forms(label.text).folded)
        return expansions


def each_variant(labels: Iterable[Label]) -> Iterator[tuple[Label, Forms]]:
    """The labels in every way in which they are looked for, with their forms, without those that say nothing."""
    for label in labels:
        for text in variants(label.text):
            form = forms(text)
            if form.plain:
                yield label if text == label.text else Label(label.thing, text, label.kind, label.language), form


def keys(form: Forms) -> list[str]:
    """Keys under which a label is found by who asks for the same words: few, as a release has them of each label."""
    _, _, stemmed, packed, turned, acronym = form
    found = [f"#{packed}"] if packed else []
    if turned and turned != stemmed:
        found.append(f"~{turned}")
    if acronym:
        found.append(f"^{acronym}")
    return found


def abbreviates(label: Label) -> bool:
    """Tell whether a label is an abbreviation that its thing's other labels may explain."""
    return is_abbreviation(label.text) and label.kind is not LabelKind.NOTATION


def explains(label: Label, short: str) -> bool:
    """Tell whether a label explains an abbreviation of its thing."""
    folded = forms(label.text).folded
    return label.kind is LabelKind.PREFERRED and not has_han(folded) and len(folded) > len(short) + 2


def pieces(text: str) -> Iterator[str]:
    """Pieces that similar labels share: each pair of Chinese characters, each other word but the small ones."""
    for word in text.split():
        if not has_han(word):
            if word not in STOP_WORDS:
                yield word
        elif len(word) == 1:
            yield word
        else:
            yield from (word[place : place + 2] for place in range(len(word) - 1))
