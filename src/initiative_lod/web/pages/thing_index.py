"""Index of the things of a release, of one kind: from A to Z in the reader's language, as a tree, or by use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from initiative_lod.labels import natural
from initiative_lod.languages import initial
from initiative_lod.vocabulary import DCTERMS, SKOS
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.document_figures import DocumentFigures
from initiative_lod.web.pages.view import View

#: Kinds of things that have an index, by the name in the address, in the order of the menu.
KINDS = {
    "topic": "Topic",
    "group": "StakeholderGroup",
    "institution": "Institution",
    "event": "Event",
    "document": "CitedDocument",
    "programme": "Programme",
    "negotiation": "Negotiation",
    "norm-set": "NormSet",
    "person": "Person",
    "place": "Place",
    "principle": "Principle",
    "community": "Community",
    "modality": "Modality",
}
MOST = 3000  # things in one page
OTHERS = "#"  # the group of what begins with no letter


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A thing with its names, in how many places documents speak of it, and those below it."""

    thing: LabelledResource
    labels: Sequence[LangText]
    count: int
    below: tuple[IndexEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexGroup:
    """Entries under one letter; all of them, without a letter, in another order."""

    letter: str
    entries: Sequence[IndexEntry]


@dataclass(frozen=True, slots=True)
class ThingIndex:
    """The index of one kind. ``has_tree`` tells whether some of its things are below others."""

    kind: str
    name: LabelledResource
    count: int
    groups: Sequence[IndexGroup]
    has_tree: bool
    cut: bool


def kinds(view: View) -> list[tuple[str, LabelledResource, int]]:
    """The kinds of which there are things, with their numbers."""
    found = [(kind, _named(view, kind), len(view.instances(name))) for kind, name in KINDS.items()]
    return [item for item in found if item[2]]


def index(view: View, kind: str, order: str, figures: Iterable[DocumentFigures]) -> ThingIndex:
    """The index of a kind, in the order ``letters``, ``tree`` or ``use``."""
    nodes = view.instances(KINDS[kind])
    mentions = Counter[NamedNode]()
    for each in figures:
        for said in each.said.values():
            mentions.update({node: len(parts) for node, parts in said.items()})
    known = frozenset(nodes)
    above = {node: near for node in nodes if (near := _above(view, node, known))}
    entries = [_entry(view, node, mentions) for node in nodes[:MOST]]
    if order == "tree":
        groups = [IndexGroup("", _tree(view, nodes[:MOST], above, mentions))]
    elif order == "use":
        groups = [IndexGroup("", sorted(entries, key=lambda item: (-item.count, _key(item))))]
    else:
        by_letter: dict[str, list[IndexEntry]] = {}
        for entry in sorted(entries, key=_key):
            by_letter.setdefault(initial(entry.labels[0].value), []).append(entry)
        letters = sorted(by_letter, key=lambda letter: (letter == OTHERS, letter))
        groups = [IndexGroup(letter, by_letter[letter]) for letter in letters]
    return ThingIndex(kind, _named(view, kind), len(nodes), groups, bool(above), len(nodes) > MOST)


def _named(view: View, kind: str) -> LabelledResource:
    """The class of a kind, by the word that the pages have for it."""
    found = view.thing(view.term(KINDS[kind]))
    words = view.interface.gettext("modalities")
    return replace(found, label=LangText(words, view.language)) if kind == "modality" else found


def _entry(view: View, node: NamedNode, mentions: Counter[NamedNode], *below: IndexEntry) -> IndexEntry:
    thing = view.thing(node)
    return IndexEntry(thing, view.both(node) or [thing.label], mentions[node], tuple(below))


def _above(view: View, node: NamedNode, known: frozenset[NamedNode]) -> NamedNode | None:
    """The first of the ``known`` things that the thing is under."""
    places = (SKOS.broader, view.term("inSystemOf"), DCTERMS.isPartOf)
    return next((item for place in places for item in view.nodes(node, place) if item in known and item != node), None)


def _tree(
    view: View, nodes: Sequence[NamedNode], above: dict[NamedNode, NamedNode], mentions: Counter[NamedNode]
) -> list[IndexEntry]:
    """The things that are under none, with those that are under them; a circle is cut at its first member."""
    below: dict[NamedNode | None, list[NamedNode]] = {}
    for node in nodes:
        below.setdefault(above.get(node), []).append(node)
    told: set[NamedNode] = set()

    def branch(node: NamedNode) -> IndexEntry:
        told.add(node)
        inner = [branch(item) for item in below.get(node, ()) if item not in told]
        return _entry(view, node, mentions, *sorted(inner, key=_key))

    found = [branch(node) for node in below.get(None, ())]
    found += [branch(node) for node in nodes if node not in told]
    return sorted(found, key=_key)


def _key(entry: IndexEntry) -> tuple[object, ...]:
    label = entry.labels[0].value
    return (initial(label) == OTHERS, initial(label), natural(label.casefold()))
