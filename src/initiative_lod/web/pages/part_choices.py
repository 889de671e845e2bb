"""Parts of documents that a reader may choose to compare: the actions or articles, else what holds the sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.vocabulary import DCTERMS
from initiative_lod.web.labelled_resource import LabelledResource
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


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """A part that can be compared, what it is a part of, and the number of an action."""

    part: NamedNode
    above: NamedNode
    number: int | None


def compared_parts(view: View, document: NamedNode) -> tuple[ComparedPart, ...]:
    """The parts of a document that can be compared, in reading order: the same for every reader."""
    number = view.term("number")
    return tuple(
        ComparedPart(
            part,
            view.node(part, DCTERMS.isPartOf) or document,
            view.number(part, number) if "Action" in view.kinds(part) else None,
        )
        for part in _compared(view, document, 0)
    )


def part_choices(
    view: View,
    documents: Iterable[NamedNode],
    picked: Collection[str],
    parts_of: Callable[[View, NamedNode], Sequence[ComparedPart]],
) -> tuple[list[DocumentChoices], bool]:
    """The parts of each document, and whether there are more than are offered. ``picked`` are IRIs, or short forms."""
    found: list[DocumentChoices] = []
    room = MOST
    for document in documents:
        if room <= 0:
            return found, True
        parts = parts_of(view, document)
        places: dict[NamedNode, list[PartChoice]] = {}
        for item in parts[:room]:
            places.setdefault(item.above, []).append(_choice(view, item, picked))
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


def _choice(view: View, item: ComparedPart, picked: Collection[str]) -> PartChoice:
    iri = item.part.value
    short = (view.iris.path(iri) or "").removeprefix("id/")
    return PartChoice(view.thing(item.part), item.number, iri in picked or short in picked)
