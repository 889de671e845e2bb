"""Suggestions while one types, and the name that was meant: what has a page, found by its names in any language.

A list in memory, made once a release: of parts only those with a heading, so that it stays small. What is typed is
looked for in one text that has each name as a line, so that only the names of these lines are looked at one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from initiative_lod.labels import LABELS
from initiative_lod.languages import HAN, guessed, has_han, initials, simplified, stem, syllables, toneless
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import CONCEPTS, DOCUMENTS, REFERENTS, SKOS
from initiative_lod.web.pages.mappings import coded
from initiative_lod.web.pages.release_labels import Names

KINDS = (*DOCUMENTS, "Pillar", "Action", "Chapter", "Article", *CONCEPTS, *REFERENTS)
LONGEST, SHOWN, MOST = 100, 8, 30_000  # characters of what is typed; suggestions; names in the list
SHORTEST_MISSPELT, ALIKE = 4, 76  # characters from which a slip is looked for; of 100, how alike a name has to be
SHORTEST_MISHEARD, SOUND_ALIKE = 6, 84  # the same for what is typed as the syllables of Chinese
SHORTEST_INSIDE = 4  # letters of syllables that are looked for within a name, and not only at its beginning
QUESTION = "Question"
_NUMBERED = ("Pillar", "Action", "Chapter", "Article")
_BESIDE_HAN = re.compile(f"(?<=[{HAN}]) | (?=[{HAN}])")


@dataclass(frozen=True, slots=True)
class Suggested:
    """A name with what it names: an IRI, or a question's name in its address. ``kind`` is its class.

    ``spoken`` is, of a Chinese name, its syllables in small letters, and with each begun by a capital one:
    wangluofanzui, WangLuoFanZui; once more where characters in it have another reading.
    """

    name: str
    language: str
    target: str
    kind: str
    form: str
    letters: str
    spoken: tuple[tuple[str, str], ...]
    rank: int


class Lines:
    """Lines in one text, of which those that hold certain words are found without a look at each of the others."""

    def __init__(self, lines: Sequence[str]) -> None:
        """The ``lines``, none of which has a line feed in it."""
        self._text = "".join(f"\n{line}" for line in lines)
        self._starts = [0, *accumulate(len(line) + 1 for line in lines)]

    def holding(self, words: str) -> Iterator[int]:
        """The numbers of the lines that hold the words; with a line feed before them, of those that begin with them."""
        place = self._text.find(words)
        while place >= 0:
            number = bisect_right(self._starts, place) - 1
            yield number
            place = self._text.find(words, self._starts[number + 1])


class NameList:
    """The names of a release."""

    def __init__(self, opened: OpenRelease, names: Names, questions: Sequence[tuple[str, str, str]]) -> None:
        """Read the names. ``questions`` are (slug, language, words)."""
        self._known: list[Suggested] = []
        for entry in _entries(opened, names, questions):
            if len(self._known) >= MOST:
                break
            self._known.append(entry)
        self._forms = [entry.form for entry in self._known]
        sounds = [(sound, number) for number, entry in enumerate(self._known) for sound, _ in entry.spoken]
        self._sounds, self._sounding = [sound for sound, _ in sounds], [number for _, number in sounds]
        self._in_forms, self._in_sounds = Lines(self._forms), Lines(self._sounds)
        self._in_letters = Lines([entry.letters for entry in self._known])

    def find(self, typed: str, language: str, most: int = SHOWN, kinds: Sequence[str] = ()) -> list[Suggested]:
        """Names of which the typed characters may be the beginning, best first; each thing once."""
        form, heard = folded(typed[:LONGEST]), toneless(typed[:LONGEST])
        if not form:
            return []
        heard = heard if heard.isascii() and len(heard) > 1 else ""
        found: list[tuple[int, bool, int, int, str, Suggested]] = []
        for number in sorted(self._worth_a_look(form, heard)):
            entry = self._known[number]
            if kinds and entry.kind not in kinds:
                continue
            score = _score(form, heard, entry)
            if score is not None:
                found.append((score, entry.language != language, entry.rank, len(entry.form), entry.form, entry))
        ordered = [item[-1] for item in sorted(found, key=lambda item: item[:-1])]
        own: dict[str, Suggested] = {}
        for entry in ordered:
            if entry.language == language:
                own.setdefault(entry.target, entry)
        return _once((own.get(entry.target, entry) for entry in ordered), most)

    def _worth_a_look(self, form: str, heard: str) -> set[int]:
        """The numbers of all names that have a score, and of few others."""
        if _is_sought_within(form):
            found = set(self._in_forms.holding(form))
        else:
            found = {*self._in_forms.holding(f"\n{form}"), *self._in_forms.holding(f" {form}")}
        if letters := _as_letters(form):
            found.update(self._in_letters.holding(f"\n{letters}"))
        if heard:
            sounds = self._in_sounds.holding(heard if len(heard) >= SHORTEST_INSIDE else f"\n{heard}")
            found.update(self._sounding[number] for number in sounds)
        return found

    def meant(self, typed: str, language: str, kinds: Sequence[str] = ()) -> list[Suggested]:
        """At most three names that are spelt nearly as what was typed."""
        form = folded(typed[:LONGEST])
        if len(form) < (2 if has_han(form) else SHORTEST_MISSPELT):
            return []
        near = process.extract(form, self._forms, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=50)
        entries = [(self._known[place], score) for _, score, place in near]
        heard = toneless(typed[:LONGEST])
        if heard.isascii() and len(heard) >= SHORTEST_MISHEARD:
            near = process.extract(heard, self._sounds, scorer=fuzz.ratio, score_cutoff=SOUND_ALIKE, limit=50)
            entries += [(self._known[self._sounding[place]], score) for _, score, place in near]
        entries = [item for item in entries if not kinds or item[0].kind in kinds]
        entries.sort(key=lambda item: (-item[1], item[0].language != language, item[0].rank))
        return _once((entry for entry, _ in entries if entry.form != form), 3)

    def exact(self, typed: str) -> list[str]:
        """The IRIs of what is called so."""
        form = folded(typed[:LONGEST])
        found = (entry.target for entry in self._known if entry.form == form and entry.kind != QUESTION)
        return list(dict.fromkeys(found))


def folded(text: str) -> str:
    """Words as they are compared: in small letters, simplified characters, the singular."""
    words = " ".join(stem(word) for word in simplified(text).casefold().split())
    return _BESIDE_HAN.sub("", words)


def _entries(opened: OpenRelease, names: Names, questions: Sequence[tuple[str, str, str]]) -> Iterator[Suggested]:
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}
    for node, kinds in names.classes.items():
        kind = next((item for item in kinds if item in ranks), None)
        if kind is None or not isinstance(node, NamedNode):
            continue
        properties = names.labels.get(node, {})
        told = [(item.value, item.language) for label in LABELS for item in properties.get(label, ())]
        also = (triple.object for triple in opened.triples(node, SKOS.altLabel))
        told += [(item.value, item.language or "") for item in also if isinstance(item, Literal)]
        for name, language in dict.fromkeys(told):
            if name:
                yield _entry(name, language, node.value, kind, ranks[kind])
        if kind in _NUMBERED and told:
            yield from _numbered(opened, names, node, kind, told, ranks[kind])
    for target, text in names.mapped.items():
        if isinstance(target, NamedNode) and not ranks.keys() & {*names.classes.get(target, ())}:
            labels = (item for label in LABELS for item in names.labels.get(target, {}).get(label, ()))
            scheme = target.value.rstrip("/#").replace("#", "/").rpartition("/")[0].rpartition("/")[2]
            code = coded(opened, target, "").strip()
            for called in dict.fromkeys((text, *labels)):
                language = called.language or guessed(called.value)
                for name in dict.fromkeys((called.value, coded(opened, target, called.value))):
                    yield _entry(name, language, target.value, "", len(ranks))
                if code and opened.iris.path(target.value) is None:  # SDG 16.2
                    yield replace(_entry(name, language, target.value, "", len(ranks)), form=folded(f"{scheme} {code}"))
    for slug, language, words in questions:
        yield _entry(words, language, slug, QUESTION, len(ranks) + 1)


def _numbered(
    opened: OpenRelease, names: Names, node: NamedNode, kind: str, told: Sequence[tuple[str, str]], rank: int
) -> Iterator[Suggested]:
    """A part by its kind and number, as in action 8; it is shown by its heading."""
    stated = (item.object for item in opened.triples(node, opened.iris.term("number")))
    number = next((item.value for item in stated if isinstance(item, Literal)), "")
    labels = [item for found in names.labels.get(opened.iris.term(kind), {}).values() for item in found]
    for label in labels if number else ():
        name, language = next((item for item in told if item[1] == label.language), told[0])
        named = f"{label.value} {number}"
        yield replace(
            _entry(name, language, node.value, kind, rank), form=folded(named), letters="", spoken=_spoken(named)
        )


def _entry(name: str, language: str, target: str, kind: str, rank: int) -> Suggested:
    return Suggested(name, language, target, kind, folded(name), initials(name), _spoken(name), rank)


def _spoken(name: str) -> tuple[tuple[str, str], ...]:
    if not has_han(name):
        return ()
    readings = (syllables(name, other) for other in (False, True))
    found = dict.fromkeys("".join(item.replace("v", "u").capitalize() for item in heard) for heard in readings)
    return tuple((marked.lower(), marked) for marked in found)


def _score(form: str, heard: str, entry: Suggested) -> int | None:
    """Score of a name, 0 for the best; None when it does not."""
    if entry.form == form:
        return 0
    if entry.form.startswith(form):
        return 1
    if f" {form}" in entry.form:
        return 2
    if _is_sought_within(form) and form in entry.form:
        return 3
    if (letters := _as_letters(form)) and entry.letters.startswith(letters):
        return 4
    if heard and entry.spoken:
        return min((score for item in entry.spoken if (score := _heard(heard, *item)) is not None), default=None)
    return None


def _is_sought_within(form: str) -> bool:
    """Tell whether what is typed is looked for in the middle of words as well."""
    return len(form) > 2 or has_han(form)


def _as_letters(form: str) -> str:
    """First letters of syllables, as which the typed characters may be meant; empty where they can be none."""
    return form.replace(" ", "") if len(form) > 1 and form.isascii() else ""


def _heard(heard: str, sound: str, marked: str) -> int | None:
    """Score of syllables with which a name begins, or which stand in it."""
    if sound.startswith(heard):
        return 4
    place = sound.find(heard) if len(heard) >= SHORTEST_INSIDE else -1
    while place > 0 and not marked[place].isupper():
        place = sound.find(heard, place + 1)
    return 5 if place > 0 else None


def _once(entries: Iterator[Suggested], most: int) -> list[Suggested]:
    found: dict[str, Suggested] = {}
    for entry in entries:
        found.setdefault(entry.target, entry)
        if len(found) == most:
            break
    return list(found.values())
