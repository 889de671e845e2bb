"""Comparison of parts of documents, or of what these speak of: what they have in common, what sets them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.labels import natural
from initiative_lod.vocabulary import DCTERMS, PARTS, RDF, SKOS
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages import clauses as parts
from initiative_lod.web.pages.clauses import Evidence, PartView
from initiative_lod.web.pages.part import DEEPEST
from initiative_lod.web.pages.view import View

#: The rows of the comparison, in order, with the properties whose values stand in them.
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("addressees", ("addressee",)),
    ("beneficiaries", ("beneficiary",)),
    ("topics", ("topic",)),
    ("citations", ("cites",)),
    ("named", ("mentions",)),
    ("principles", ("invokes", "embodies")),
    ("conditions", ("condition",)),
)
WORDING = "modalities"  # the row of what no column shows as values: its clauses stand by modality
MENTIONS = 40  # clauses that are listed of a thing that is no part


@dataclass(frozen=True, slots=True)
class Item:
    """A value in a column; ``shared`` when another column has it too. ``words`` are a condition's own."""

    thing: LabelledResource
    shared: bool
    words: tuple[LangText, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One of the things compared."""

    thing: LabelledResource
    document: LabelledResource | None
    labels: list[LangText]
    kinds: list[LabelledResource]
    definition: LangText | None
    number: int | None
    clauses: list[tuple[LabelledResource | None, list[parts.Clause]]]
    rows: dict[str, list[Item]]
    mentions: list[LabelledResource]


def compare(view: View, nodes: list[NamedNode]) -> list[Column]:
    """The things side by side."""
    units = [_units(view, node) for node in nodes]
    spoken = [[] if units[place] else _mentions(view, node) for place, node in enumerate(nodes)]
    values = [_values(view, found) for found in units]
    counts = {
        name: Counter(iri for column in values for iri in column[name]) for name, _ in ROWS if name != "conditions"
    }
    return [
        Column(
            view.thing(node),
            view.whole(view.thing(node)),
            view.both(node),
            view.things(view.nodes(node, RDF.type)[:3]),
            view.text(node, SKOS.definition),
            view.number(node, view.term("number")),
            _by_modality(found),
            {name: [_item(view, name, item, counts) for item in column[name].values()] for name, _ in ROWS},
            mentions,
        )
        for node, found, column, mentions in zip(nodes, units, values, spoken, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Common:
    """A value that several columns have."""

    thing: LabelledResource
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Shared values of columns, by row, and those that each column alone has. The residual wording is no finding."""

    shared: list[tuple[str, list[Common]]]
    alone: list[tuple[Column, list[tuple[str, list[LabelledResource]]]]]


def summary(columns: Sequence[Column]) -> Summary:
    """Comparison in brief: values that several columns have, those in most first, and those that one has."""
    shared: list[tuple[str, list[Common]]] = []
    alone: list[tuple[Column, list[tuple[str, list[LabelledResource]]]]] = [(column, []) for column in columns]
    for name in (WORDING, *(name for name, _ in ROWS if name != "conditions")):
        holders: dict[LabelledResource, list[int]] = {}
        for place, column in enumerate(columns):
            for thing in _things(column, name):
                holders.setdefault(thing, []).append(place)
        common = [
            Common(thing, tuple(columns[place] for place in places))
            for thing, places in holders.items()
            if len(places) > 1
        ]
        if common:
            shared.append((name, sorted(common, key=lambda item: -len(item.columns))))
        for place, (_, rows) in enumerate(alone):
            if own := [thing for thing, places in holders.items() if places == [place]]:
                rows.append((name, own))
    return Summary(shared, alone)


def _things(column: Column, name: str) -> list[LabelledResource]:
    if name == WORDING:
        return [modality for modality, _ in column.clauses if modality is not None and not modality.residual]
    return [item.thing for item in column.rows[name]]


def _units(view: View, node: NamedNode, depth: int = 0) -> list[PartView]:
    """The part and the parts below it that have sentences of their own; none of what is no part."""
    kinds = set(view.kinds(node))
    if "Initiative" not in kinds and not kinds & {*PARTS}:
        return []
    found = [parts.unit(view, node)] if kinds & {*PARTS} and "Clause" not in kinds else []
    if "Clause" in kinds:
        clause = parts.clause(view, node)
        found = [_clause(clause)]
    below = view.nodes(node, DCTERMS.hasPart) if depth < DEEPEST and "Clause" not in kinds else []
    for item in sorted(below, key=lambda item: natural(item.value)):
        if "Clause" not in view.kinds(item):
            found += _units(view, item, depth + 1)
    return found


def _clause(clause: parts.Clause) -> PartView:
    """A clause as a part that holds nothing but itself."""
    return PartView(clause.thing, "Clause", clause.number, None, (), "", clause.translation, "", (clause,), (), ())


def _values(view: View, units: Iterable[PartView]) -> dict[str, dict[str, Evidence]]:
    """By row, each value once."""
    found: dict[str, dict[str, Evidence]] = {name: {} for name, _ in ROWS}
    for unit in units:
        for item in unit.by_iri.values():
            for name, properties in ROWS:
                if item.name in properties and item.value is not None:
                    found[name].setdefault(item.value.iri, item)
    return found


def _item(view: View, name: str, item: Evidence, counts: dict[str, Counter[str]]) -> Item:
    assert item.value is not None
    words: tuple[LangText, ...] = ()
    if name == "conditions":
        node = NamedNode(item.value.iri)
        translation = view.text(node, view.term("translation"))
        words = tuple(text for text in (item.quote, translation) if text is not None and text.value)
    return Item(item.value, name in counts and counts[name][item.value.iri] > 1, words)


def _by_modality(units: Iterable[PartView]) -> list[tuple[LabelledResource | None, list[parts.Clause]]]:
    """The clauses by modality, the most frequent first; one of several modalities stands under each."""
    found: dict[LabelledResource | None, list[parts.Clause]] = {}
    for unit in units:
        for clause in unit.clauses:
            for modality in clause.modalities or (None,):
                found.setdefault(modality, []).append(clause)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _mentions(view: View, node: NamedNode) -> list[LabelledResource]:
    """The parts that say something of a thing."""
    found: dict[NamedNode, None] = {}
    for evidence in view.subjects(view.term("onValue"), node):
        part = view.node(evidence, view.term("onSubject"))
        if part is not None:
            found[part] = None
    return view.things(sorted(found, key=lambda item: natural(item.value))[:MENTIONS])
