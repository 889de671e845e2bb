"""A document in brief, with figures of its own: what a card on the start page and the head of its page say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.release.manifest import CoveredText
from initiative_lod.vocabulary import ELI
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages import contents, initiative
from initiative_lod.web.pages.clauses import Evidence
from initiative_lod.web.pages.contents import TextEntry
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.pages.document_figures import DocumentFigures
from initiative_lod.web.pages.view import View

MOST_SQUARES = 240  # clauses that are drawn one by one
Ranked = list[tuple[LabelledResource, int]]


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document in brief. ``squares`` has the modalities of each clause, in order; none of very many clauses.

    ``questions`` counts those that are answered about it. ``in_parts`` is how much of its texts lies in parts, and
    ``in_clauses`` how much of what is spelt out in clauses does, in percent; None where that is not known.
    """

    key: str
    thing: LabelledResource
    labels: list[LangText]
    facts: list[Evidence]
    texts: list[TextEntry]
    figures: DocumentFigures
    modalities: Ranked
    topics: Ranked
    cited: Ranked
    addressees: Ranked
    squares: list[tuple[LabelledResource, ...]]
    questions: int
    in_parts: int | None
    in_clauses: int | None


def summary(view: View, document: NamedNode, figures: DocumentFigures, questions: int) -> DocumentSummary:
    """Read a document in brief."""

    def ranked(name: str) -> Ranked:
        return [(view.thing(node), count) for node, count in figures.ranked(name)]

    drawn = figures.by_part("modality") if figures.clauses <= MOST_SQUARES else {}
    in_parts, in_clauses = _covered(view, document)
    return DocumentSummary(
        key_of(view.iris, document),
        view.thing(document),
        view.both(document),
        initiative.facts(view, document),
        [contents.text_entry(view, item) for item in view.subjects(ELI.realizes, document)],
        figures,
        initiative.by_finding(ranked("modality")),
        ranked("topic"),
        ranked("cites"),
        ranked("addressee"),
        [tuple(view.things(nodes)) for nodes in drawn.values()],
        questions,
        in_parts,
        in_clauses,
    )


def _covered(view: View, document: NamedNode) -> tuple[int | None, int | None]:
    """Shares of a document's texts in parts, and of what is spelt out in clauses: percent, rounded down."""
    inside = f"{view.iris.path(document.value) or document.value}/"
    texts: list[CoveredText] = []
    parts: list[CoveredText] = []
    for path, item in (view.opened.release.manifest.coverage or {}).items():
        if path.startswith(inside):
            is_text = "Text" in view.kinds(view.iris.thing(path))
            (texts if is_text else parts).append(item)
    return _percent(texts), _percent(parts)


def _percent(items: Sequence[CoveredText]) -> int | None:
    characters = sum(item.characters for item in items)
    return sum(item.covered for item in items) * 100 // characters if characters else None
