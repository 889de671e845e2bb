"""Parts of documents that a reader may choose to compare: the actions or articles, else what holds the sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.vocabulary import DCTERMS
from initiative_lod.web.labelled import LabelledResource
from initiative_lod.web.pages.contents import inner_parts
from initiative_lod.web.pages.view import View

MOST = 400  # parts that are offered, of all documents
DEEPEST = 6
_COMPARED = ("Action", "Article")


@dataclass(frozen=True, slots=True)
class PartChoice:
    """A part that can be chosen."""

    thing: LabelledResource
    number: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class DocumentChoices:
    """The parts of a document that can be chosen, by what they are parts of. ``open`` where one of them is chosen."""

    document: LabelledResource
    places: list[tuple[LabelledResource, list[PartChoice]]]
    open: bool


def part_choices(
    view: View, documents: Iterable[NamedNode], picked: Collection[str]
) -> tuple[list[DocumentChoices], bool]:
    """The parts of each document, and whether there are more than are offered. ``picked`` are IRIs, or short forms."""
    found: list[DocumentChoices] = []
    room = MOST
    for document in documents:
        if room <= 0:
            return found, True
        parts = _compared(view, document, 0)
        places: dict[NamedNode, list[PartChoice]] = {}
        for part in parts[:room]:
            above = view.node(part, DCTERMS.isPartOf) or document
            places.setdefault(above, []).append(_choice(view, part, picked))
        room -= len(parts)
        groups = [(view.thing(above), items) for above, items in places.items()]
        is_open = any(item.chosen for items in places.values() for item in items)
        found.append(DocumentChoices(view.thing(document), groups, is_open))
    return found, room < 0


def _compared(view: View, node: NamedNode, depth: int) -> list[NamedNode]:
    """The actions and articles in a part, in reading order; of what has none, the parts without parts."""
    found: list[NamedNode] = []
    leaves: list[NamedNode] = []
    for part in inner_parts(view, node):
        inner = [] if depth >= DEEPEST or {*_COMPARED} & {*view.kinds(part)} else _compared(view, part, depth + 1)
        if {*_COMPARED} & {*view.kinds(part)}:
            found.append(part)
        elif any({*_COMPARED} & {*view.kinds(item)} for item in inner):
            found += inner
        else:
            leaves += inner or [part]
    return found or leaves


def _choice(view: View, part: NamedNode, picked: Collection[str]) -> PartChoice:
    short = (view.iris.path(part.value) or "").removeprefix("id/")
    number = view.number(part, view.term("number")) if "Action" in view.kinds(part) else None
    return PartChoice(view.thing(part), number, part.value in picked or short in picked)
