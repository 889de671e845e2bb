"""The tree of a document's parts: the kind, parent and number of each. Reads IRIs and statements, no words of the text.

A part lies where its IRI says, ``…/article/3/item/2`` in ``…/article/3``, unless it says otherwise with
``dcterms:isPartOf``: ``…/article/13`` is numbered through the document and may be a part of ``…/chapter/2``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from initiative_lod.errors import SourceError

_NUMBER = re.compile(r"[1-9]\d*")
#: Kinds whose IRIs end in their numbers, in whatever document.
NUMBERED = ("Paragraph", "Pillar", "Action", "Clause")

Place = tuple[Path | None, int]


@dataclass(frozen=True)
class PartTree:
    """Parts of the document ``iri``; keys are IRIs. ``kinds`` are local names of our classes, or IRIs of others'.

    ``within`` is what a part's IRI lies in, which is what it is numbered in.
    """

    iri: str
    kinds: Mapping[str, str]
    parents: Mapping[str, str]
    within: Mapping[str, str]
    numbers: Mapping[str, int]

    def parts(self) -> list[str]:
        """Every part: what is above before what is below, and by number what is numbered together."""

        def order(part: str) -> tuple[int, str, str, int, str]:
            return self.depth(part), self.within[part], self.kinds[part], self.numbers.get(part, 0), part

        return sorted(self.parents, key=order)

    def children(self, whole: str) -> Sequence[str]:
        """The parts right below ``whole``, by kind and number."""
        return self._children.get(whole, ())

    def family(self, part: str) -> Iterator[str]:
        """A part and all that is in it."""
        yield part
        for child in self.children(part):
            yield from self.family(child)

    @cached_property
    def _children(self) -> Mapping[str, Sequence[str]]:
        children: dict[str, list[str]] = defaultdict(list)
        for part in sorted(self.parents, key=lambda part: (self.kinds[part], self.numbers.get(part, 0), part)):
            children[self.parents[part]].append(part)
        return children

    def depth(self, part: str) -> int:
        """Depth of a part: the parts it lies in, itself counted."""
        depth = 0
        while part != self.iri:
            part, depth = self.parents[part], depth + 1
        return depth

    def above(self, part: str) -> list[str]:
        """The parts that a part lies in, the nearest first."""
        found = []
        while (part := self.parents.get(part, self.iri)) != self.iri:
            found.append(part)
        return found

    def before(self, part: str) -> str | None:
        """The part of the same kind that is numbered right before this one."""
        number = self.numbers.get(part, 0)
        stem = part.rpartition("/")[0]
        return found if number > 1 and (found := f"{stem}/{number - 1}") in self.parents else None


def tree(
    iri: str, kinds: Mapping[str, str], stated: Iterable[tuple[str, str]], places: Mapping[str, Place]
) -> tuple[PartTree, list[SourceError]]:
    """The tree of the parts in ``kinds``, and what is wrong with it; ``stated`` are (part, whole) as authors say."""
    wholes: dict[str, list[str]] = defaultdict(list)
    for part, whole in stated:
        if part in kinds and whole not in wholes[part]:
            wholes[part].append(whole)
    within = {part: _within(part, iri, kinds) for part in kinds}
    errors: list[SourceError] = []

    def wrong(part: str, message: str) -> None:
        errors.append(SourceError(f"<{part}> {message}", *places.get(part, (None, 0))))

    parents: dict[str, str] = {}
    for part in kinds:
        named = wholes.get(part, [])
        if len(named) > 1:
            several = " and of ".join(f"<{whole}>" for whole in named)
            wrong(part, f"is a part of {several}: a part lies in one. Delete the others")
        elif named and named[0] != iri and named[0] not in kinds:
            whole = named[0]
            if not whole.startswith(f"{iri}/"):
                wrong(part, f"is a part of <{whole}>, which is not under its document, <{iri}>: correct either IRI")
            elif whole in places:
                wrong(part, f"is a part of <{whole}>, which is by its rdf:type no kind of part: correct either of them")
            else:
                wrong(part, f"is a part of <{whole}>, and no file describes that: correct the IRI, or describe it")
        else:
            parents[part] = named[0] if named else within[part]
    sound = {part: parent for part, parent in parents.items() if _reaches(part, parents, iri)}
    for part in sorted(parents.keys() - sound.keys()):
        if not errors:
            wrong(part, "is, by dcterms:isPartOf, a part of itself: correct what it or a part above it lies in")
    numbers = {part: int(last) for part in sound if _NUMBER.fullmatch(last := part.rpartition("/")[2])}
    found = PartTree(iri, {part: kinds[part] for part in sound}, sound, within, numbers)
    for part in sound:
        if within[part] not in (iri, part) and within[part] not in (found.parents[part], *found.above(part)):
            wrong(
                part,
                f"lies in <{within[part]}> by its IRI and in <{sound[part]}> by dcterms:isPartOf: a part lies in one",
            )
        kind, steps = kinds[part].lower(), part.removeprefix(within[part]).split("/")[1:]
        if len(steps) > 2:  # kind and number, or a name
            missing = "/".join([within[part], *steps[: -2 if part in numbers else -1]])
            wrong(part, f"lies, by its IRI, in <{missing}>, which no file describes as a part of the document")
        elif kinds[part] in NUMBERED and (len(steps) != 2 or steps[0] != kind or part not in numbers):
            example = f"{within[part]}/{kind}/3"
            wrong(
                part, f"is a {kinds[part]}, and its IRI does not end in {kind} and a number from 1, as in <{example}>"
            )
    return found, errors


def _within(part: str, iri: str, kinds: Mapping[str, str]) -> str:
    """The nearest part, else the document, in which a part lies by its IRI."""
    path = part
    while len(path := path.rpartition("/")[0]) > len(iri):
        if path in kinds:
            return path
    return iri


def _reaches(part: str, parents: Mapping[str, str], iri: str) -> bool:
    seen: set[str] = set()
    while part != iri:
        if part in seen or part not in parents:
            return False
        seen.add(part)
        part = parents[part]
    return True
