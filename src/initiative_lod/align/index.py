"""An index of labels in memory: which things are called something like this. It is filled once and then only read."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from initiative_lod.align.labels import Forms, Kind, forms, has_han, is_abbreviation, mainland, variants
from initiative_lod.align.scoring import KIND, By, compare_forms

CONSIDERED = 150  # labels that are compared in full for one query
REWORDED = 0.98  # of the worth of an agreement, when the text had to be put in other words for it
FREQUENT = 20_000  # a piece of more labels than this says little, and is looked up only when nothing rarer is there


@dataclass(frozen=True, slots=True)
class Label:
    """One label of one thing. ``language`` is a tag in lower case, or empty."""

    thing: int
    text: str
    kind: Kind
    language: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that is called something like what was asked for. ``value`` is from 0 to 1."""

    thing: int
    value: float
    by: By
    label: Label


class LabelIndex:
    """Labels of things, which are numbers to it."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self.labels: list[Label] = []
        self._keys: dict[str, array[int]] = {}
        self._pieces: dict[str, array[int]] = {}
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
        for piece in set(pieces(form.stem)):
            self._pieces.setdefault(piece, array("I")).append(number)

    def search(self, text: str, limit: int, among: Container[int] | None = None) -> list[Hit]:
        """The things called something like ``text``, best first, each once; only those in ``among``, if it is given."""
        best: dict[int, Hit] = {}
        for place, wording in enumerate(self.wordings(text)):
            asked = forms(wording)
            numbers = dict.fromkeys(self._equal(asked))
            if place == 0:
                numbers |= dict.fromkeys(self._similar(asked.stem, among))
            for number in numbers:
                label = self.labels[number]
                if among is not None and label.thing not in among:
                    continue
                score = compare_forms(asked, forms(label.text))
                if score is None:
                    continue
                value = score.value * KIND[label.kind] * (REWORDED if place else 1.0)
                if label.thing not in best or value > best[label.thing].value:
                    best[label.thing] = Hit(label.thing, value, score.by, label)
        return sorted(best.values(), key=lambda hit: (-hit.value, hit.label.kind, len(hit.label.text), hit.thing))[
            :limit
        ]

    def wordings(self, text: str) -> list[str]:
        """The text, and other ways to say it: without brackets, in the mainland's words, abbreviations written out."""
        found = variants(text)
        found += [other for item in list(found) if (other := mainland(item)) not in found]
        words = forms(text).folded.split()
        for place, word in enumerate(words):
            for long in sorted(self._long.get(word, ()))[:3] if len(words) > 1 else ():
                found.append(" ".join([*words[:place], long, *words[place + 1 :]]))
        return found

    def _expansions(self) -> dict[str, set[str]]:
        """Abbreviations that the labels themselves explain: a thing that is called both ITU and by three words."""
        short: dict[int, set[str]] = {}
        for label in self.labels:
            if is_abbreviation(label.text) and label.kind is not Kind.NOTATION:
                short.setdefault(label.thing, set()).add(forms(label.text).folded)
        found: dict[str, set[str]] = {}
        for label in self.labels:
            for item in short.get(label.thing, ()):
                form = forms(label.text)
                if label.kind is Kind.PREFERRED and not has_han(form.folded) and len(form.folded) > len(item) + 2:
                    found.setdefault(item, set()).add(form.folded)
        return found

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
        """The labels that share most pieces with ``text``, rare pieces counting more."""
        weights: Counter[int] = Counter()
        found = sorted((self._pieces[piece] for piece in set(pieces(text)) if piece in self._pieces), key=len)
        for numbers in found:
            if len(numbers) > FREQUENT and weights:
                break
            weight = 1 + 8 // (1 + len(numbers).bit_length())
            for number in numbers:
                if among is None or self.labels[number].thing in among:
                    weights[number] += weight
        return [
            number
            for number, _ in sorted(
                weights.items(), key=lambda item: (-item[1] / (20 + len(self.labels[item[0]].text)), item[0])
            )[:CONSIDERED]
        ]


def pieces(text: str) -> Iterator[str]:
    """What two similar labels share: of Chinese each character and each pair, of other words each three letters."""
    for word in text.split():
        if has_han(word):
            yield from word
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        else:
            padded = f"<{word}>"
            yield from (padded[place : place + 3] for place in range(len(padded) - 2))
