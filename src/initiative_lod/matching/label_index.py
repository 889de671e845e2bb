"""An index of labels in memory: which things are called something like this. It is filled once and then only read."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from rapidfuzz import fuzz, process

from initiative_lod.labels import LabelKind
from initiative_lod.languages import STOP_WORDS, WORD_LANGUAGES, has_han, mainland
from initiative_lod.matching.label_forms import Forms, forms, is_abbreviation, variants
from initiative_lod.matching.scoring import KIND_WORTH, Basis, compare_forms

MAX_COMPARED = 150  # labels that are compared in full for one query
FUZZY_LANGUAGES = frozenset({"", *WORD_LANGUAGES})  # of others a label is found as it is
CLIPPED_WORTH = 0.03  # more, for a label that holds all of the text: who clips a name means it, and nothing broader
REWORDED_WORTH = 0.98  # of the worth of an agreement, when the text had to be put in other words for it
MAX_POSTINGS = 60_000  # places that are looked up for one query, the rarest pieces first


@dataclass(frozen=True, slots=True)
class Label:
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


class LabelIndex:
    """Labels of things, which are numbers to it."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self.labels: list[Label] = []
        self._keys: dict[str, array[int]] = {}
        self._pieces: dict[str, array[int]] = {}
        self._words: dict[str, list[str]] | None = None
        for label in labels:
            for text in variants(label.text):
                self._add(Label(label.thing, text, label.kind, label.language))
        self._long = self._expansions()
        self._sorted = sorted((forms(label.text).folded, number) for number, label in enumerate(self.labels))

    def _add(self, label: Label) -> None:
        form = forms(label.text)
        if not form.plain:
            return
        number = len(self.labels)
        self.labels.append(label)
        for key in {f"={form.folded}", f"#{form.packed}", f"~{form.turned}", f"^{form.acronym}"}:
            if len(key) > 1:
                self._keys.setdefault(key, array("I")).append(number)
        if label.language in FUZZY_LANGUAGES:
            for piece in set(pieces(form.stem)):
                self._pieces.setdefault(piece, array("I")).append(number)

    def search(self, text: str, limit: int, among: Container[int] | None = None) -> list[LabelHit]:
        """The things called something like ``text``, best first, each once; only those in ``among``, if it is given."""
        best: dict[int, LabelHit] = {}
        for place, wording in enumerate(self.wordings(text)):
            query_forms = forms(wording)
            numbers = dict.fromkeys(self._equal(query_forms))
            if place == 0:
                numbers |= dict.fromkeys(self._similar(query_forms.stem, among))
            for number in numbers:
                label = self.labels[number]
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
            for long in sorted(self._long.get(word, ()))[:3] if len(words) > 1 else ():
                wordings.append(" ".join([*words[:place], long, *words[place + 1 :]]))
        return wordings

    def _expansions(self) -> dict[str, set[str]]:
        """Abbreviations that the labels themselves explain: a thing that is called both ITU and by three words."""
        short: dict[int, set[str]] = {}
        for label in self.labels:
            if is_abbreviation(label.text) and label.kind is not LabelKind.NOTATION:
                short.setdefault(label.thing, set()).add(forms(label.text).folded)
        expansions: dict[str, set[str]] = {}
        for label in self.labels:
            for item in short.get(label.thing, ()):
                form = forms(label.text)
                if label.kind is LabelKind.PREFERRED and not has_han(form.folded) and len(form.folded) > len(item) + 2:
                    expansions.setdefault(item, set()).add(form.folded)
        return expansions

    def starting(self, prefix: str, among: Container[int] | None = None) -> Iterator[Label]:
        """The labels that begin so, in the order of the alphabet."""
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

    def _equal(self, form: Forms) -> Iterator[int]:
        for key in (f"={form.folded}", f"#{form.packed}", f"~{form.turned}", f"^{form.folded}", f"={form.acronym}"):
            yield from self._keys.get(key, ())[:1000] if len(key) > 1 else ()

    def _similar(self, text: str, among: Container[int] | None) -> list[int]:
        """The labels that share most with ``text``; what is in fewer labels counts more, and is looked up first."""
        likeness: dict[str, float] = {}
        for piece in pieces(text):
            if piece in self._pieces:
                likeness[piece] = 1.0
            else:  # a word that nobody uses: those that are spelt nearly so
                for word, ratio, _ in process.extract(
                    piece, self._spelt(piece), scorer=fuzz.ratio, score_cutoff=72, limit=4
                ):
                    likeness.setdefault(word, ratio / 100)
        weights: dict[int, float] = {}
        read = 0
        for piece in sorted(likeness, key=lambda item: (len(self._pieces[item]), item)):
            numbers = self._pieces[piece]
            read += len(numbers)
            if read > MAX_POSTINGS and weights:
                break
            weight = likeness[piece] / (1 + len(numbers).bit_length())
            for number in numbers:
                if among is None or self.labels[number].thing in among:
                    weights[number] = weights.get(number, 0.0) + weight
        return nsmallest(
            MAX_COMPARED,
            weights,
            key=lambda number: (-weights[number] / (20 + len(self.labels[number].text)), number),
        )

    def _spelt(self, word: str) -> list[str]:
        """The words of the index that begin like ``word``: a typing error seldom is in the first letter."""
        if self._words is None:
            self._words = {}
            for item in sorted(self._pieces):
                if not has_han(item):
                    self._words.setdefault(item[0], []).append(item)
        return self._words.get(word[0], []) if len(word) > 3 else []


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
