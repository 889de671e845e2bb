"""The contents of a document: its parts in reading order, and its texts with their standing."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.vocabulary import DCTERMS, ELI
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages import initiative
from initiative_lod.web.pages.clauses import Evidence
from initiative_lod.web.pages.view import View

DEEPEST = 4
MOST_PARTS = 600  # of one document on its page
STANDINGS = ("AuthenticText", "OfficialTranslation", "UnofficialTranslation")
_INSIDE = ("Clause", "Condition")  # parts within sentences


@dataclass(frozen=True, slots=True)
class Entry:
    """A part in the contents; ``words`` are its own where nothing is in it, ``inner`` the parts that are."""

    thing: LabelledResource
    words: LangText | None
    inner: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text of the document: its language (a tag) and its standing."""

    thing: LabelledResource
    language: str
    standing: LabelledResource | None


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a document's page says of it. ``cut`` tells that it has more parts than are listed."""

    thing: LabelledResource
    labels: list[LangText]
    facts: list[Evidence]
    texts: list[TextEntry]
    entries: tuple[Entry, ...]
    parts: int
    cut: bool


def inner_parts(view: View, node: NamedNode) -> list[NamedNode]:
    """The parts right below a part or a document, clauses aside, in reading order."""
    found = [item for item in view.nodes(node, DCTERMS.hasPart) if not {*_INSIDE} & {*view.kinds(item)}]

    def order(item: NamedNode) -> tuple[int, int]:
        position = view.number(item, view.term("position"))  # releases of before 2.0.0 have none
        return position or 0, view.number(item, view.term("number")) or 0

    return sorted(found, key=order)


def contents(view: View, document: NamedNode) -> Contents:
    """Read a document."""
    count = 0

    def entry(part: NamedNode, depth: int) -> Entry:
        nonlocal count
        count += 1
        inner = inner_parts(view, part)
        listed = inner if depth < DEEPEST else []
        entries = tuple(entry(item, depth + 1) for item in listed if count < MOST_PARTS)
        words = None if inner else view.text(part, view.term("text"))
        return Entry(view.thing(part), words, entries)

    top = inner_parts(view, document)
    entries = tuple(entry(item, 1) for item in top if count < MOST_PARTS)
    return Contents(
        view.thing(document),
        view.both(document),
        initiative.facts(view, document),
        [text_entry(view, item) for item in view.subjects(ELI.realizes, document)],
        entries,
        count,
        count >= MOST_PARTS,
    )


def text_entry(view: View, node: NamedNode) -> TextEntry:
    """Read a text."""
    standing = next((name for name in STANDINGS if name in view.kinds(node)), "")
    return TextEntry(view.thing(node), view.language_of(node), view.thing(view.term(standing)) if standing else None)
