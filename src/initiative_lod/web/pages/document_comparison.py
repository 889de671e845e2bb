"""Comparison of documents: with which modalities they speak, of which topics, and to whom; what they share.

It is made of the documents' figures, so its cost does not grow with what they say of a topic, and every list is cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.pages.document_figures import DocumentFigures
from initiative_lod.web.pages.view import View

#: What is listed of each document besides, with the properties whose values stand there.
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("addressees", ("addressee",)),
    ("beneficiaries", ("beneficiary",)),
    ("citations", ("cites", "mentions")),
    ("principles", ("invokes", "embodies")),
)
MOST_TOPICS = 40  # that are listed, shared ones and those of each document alone
MOST_VALUES = 20  # of another row, of one document
MOST_PARTS = 3  # that are shown of a topic in a document
LONGEST = 160  # characters of a part's words


@dataclass(frozen=True, slots=True)
class DocumentColumn:
    """One of the documents."""

    key: str
    thing: LabelledResource
    labels: list[LangText]
    figures: DocumentFigures


@dataclass(frozen=True, slots=True)
class Share:
    """Number of clauses of a document that have a modality, and of a hundred."""

    clauses: int
    percent: int


@dataclass(frozen=True, slots=True)
class SpokenPart:
    """A part that speaks of a topic, with its words, or its label where a heading speaks."""

    thing: LabelledResource
    words: LangText


@dataclass(frozen=True, slots=True)
class TopicCell:
    """A topic in a document: the modalities of what speaks of it, the first parts, and how many more there are."""

    modalities: list[tuple[LabelledResource, int]]
    parts: list[SpokenPart]
    more: int


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A value in a document; ``shared`` when another one has it too."""

    thing: LabelledResource
    parts: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Values of one document, and how many more it has."""

    values: list[ComparedValue]
    more: int


@dataclass(frozen=True, slots=True)
class DocumentComparison:
    """Documents side by side; each row has an entry for each of the ``columns``."""

    columns: list[DocumentColumn]
    modalities: list[tuple[LabelledResource, list[Share]]]
    topics: list[tuple[LabelledResource, list[TopicCell | None]]]
    more_topics: int
    alone: list[Listed]
    rows: dict[str, list[Listed]]


def compare_documents(
    view: View, documents: Sequence[NamedNode], figures: Mapping[NamedNode, DocumentFigures]
) -> DocumentComparison:
    """The documents side by side."""
    known = [figures[document] for document in documents]
    columns = [
        DocumentColumn(key_of(view.iris, document), view.thing(document), view.both(document), item)
        for document, item in zip(documents, known, strict=True)
    ]
    topics = [item.said["topic"] for item in known]
    holders = Counter(topic for said in topics for topic in said)
    totals = Counter({topic: sum(len(said.get(topic, ())) for said in topics) for topic in holders})
    shared = sorted(
        (topic for topic, count in holders.items() if count > 1),
        key=lambda topic: (-holders[topic], -totals[topic], topic.value),
    )
    speaking = [item.by_part("modality") for item in known]
    rows = [
        (
            view.thing(topic),
            [
                _cell(view, said[topic], spoken) if topic in said else None
                for said, spoken in zip(topics, speaking, strict=True)
            ],
        )
        for topic in shared[:MOST_TOPICS]
    ]
    alone = []
    for said in topics:
        own = Counter({topic: len(parts) for topic, parts in said.items() if holders[topic] == 1})
        alone.append(_listed(view, own, holders, MOST_TOPICS))
    return DocumentComparison(
        columns,
        _modalities(view, known),
        rows,
        max(0, len(shared) - MOST_TOPICS),
        alone,
        {name: _row(view, known, properties) for name, properties in ROWS},
    )


def _modalities(view: View, known: Sequence[DocumentFigures]) -> list[tuple[LabelledResource, list[Share]]]:
    """The modalities that any of the documents uses, the most used first."""
    counts = [{modality: len(parts) for modality, parts in item.said["modality"].items()} for item in known]
    totals: Counter[NamedNode] = Counter()
    for item in counts:
        totals.update(item)
    order = sorted(totals, key=lambda modality: (-totals[modality], modality.value))
    return [
        (
            view.thing(modality),
            [
                Share(count, round(100 * count / item.clauses) if item.clauses else 0)
                for item, found in zip(known, counts, strict=True)
                for count in [found.get(modality, 0)]
            ],
        )
        for modality in order
    ]


def _cell(view: View, parts: Sequence[NamedNode], speaking: Mapping[NamedNode, list[NamedNode]]) -> TopicCell:
    counts = Counter(modality for part in parts for modality in speaking.get(part, ()))
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0].value))
    clauses = [part for part in parts if part in speaking]
    shown = [*clauses, *(part for part in parts if part not in speaking)][:MOST_PARTS]
    return TopicCell(
        [(view.thing(modality), count) for modality, count in order],
        [_spoken(view, part, part in speaking) for part in shown],
        len(parts) - len(shown),
    )


def _spoken(view: View, part: NamedNode, is_clause: bool) -> SpokenPart:
    thing = view.thing(part)
    text = view.translated(view.text(part, view.term("text")), view.text(part, view.term("translation")))
    if not is_clause or text is None:
        return SpokenPart(thing, thing.label)
    return SpokenPart(thing, text.shortened(LONGEST))


def _row(view: View, known: Sequence[DocumentFigures], properties: Sequence[str]) -> list[Listed]:
    found: list[Counter[NamedNode]] = []
    for item in known:
        parts: dict[NamedNode, set[NamedNode]] = {}
        for name in properties:
            for value, speakers in item.said[name].items():
                parts.setdefault(value, set()).update(speakers)
        found.append(Counter({value: len(speakers) for value, speakers in parts.items()}))
    holders = Counter(value for counts in found for value in counts)
    return [_listed(view, counts, holders, MOST_VALUES) for counts in found]


def _listed(view: View, counts: Counter[NamedNode], holders: Counter[NamedNode], most: int) -> Listed:
    """The values, shared ones first, then the most frequent."""
    order = sorted(counts, key=lambda value: (holders[value] < 2, -counts[value], value.value))
    values = [ComparedValue(view.thing(value), counts[value], holders[value] > 1) for value in order[:most]]
    return Listed(values, len(order) - len(values))


def as_json(view: View, comparison: DocumentComparison) -> dict[str, Any]:
    """The comparison for programs; lists are in the order of ``documents``."""

    def named(thing: LabelledResource) -> dict[str, Any]:
        return {"iri": thing.iri, "label": {item.language: item.value for item in view.labels(NamedNode(thing.iri))}}

    def listed(item: Listed) -> dict[str, Any]:
        values = [{**named(value.thing), "parts": value.parts, "shared": value.shared} for value in item.values]
        return {"values": values, "more": item.more}

    def cell(item: TopicCell | None) -> dict[str, Any] | None:
        if item is None:
            return None
        return {
            "modalities": [{"modality": thing.iri, "clauses": count} for thing, count in item.modalities],
            "parts": [part.thing.iri for part in item.parts],
            "more": item.more,
        }

    return {
        "documents": [
            {
                **named(item.thing),
                "parts": item.figures.parts,
                "clauses": item.figures.clauses,
                "statements": item.figures.statements,
                "passages": item.figures.passages,
                "described": item.figures.described,
            }
            for item in comparison.columns
        ],
        "modalities": [
            {**named(thing), "clauses": [share.clauses for share in shares]} for thing, shares in comparison.modalities
        ],
        "topics": {
            "shared": [
                {**named(thing), "documents": [cell(item) for item in cells]} for thing, cells in comparison.topics
            ],
            "more": comparison.more_topics,
            "alone": [listed(item) for item in comparison.alone],
        },
        **{name: [listed(item) for item in items] for name, items in comparison.rows.items()},
    }
