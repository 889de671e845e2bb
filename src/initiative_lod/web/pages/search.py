"""The page of /search: hits as cards, facets as links that add or remove a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup, escape
from pyoxigraph import NamedNode

from initiative_lod.languages import WORD_LANGUAGES
from initiative_lod.search.query_parser import MAX_QUERY_CHARACTERS
from initiative_lod.search.results import Count, Hit, MarkedValue, Results
from initiative_lod.search.schema import FACETS, UNCLASSED
from initiative_lod.web.http.search_arguments import SearchArguments
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages.marked_text import marked, shown
from initiative_lod.web.pages.view import View

LISTED = 8  # values of a facet that are shown at once


@dataclass(frozen=True, slots=True)
class Line:
    """Words of a hit, with where they come from."""

    key: str
    language: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Card:
    """A hit as the page shows it."""

    href: str
    external: bool
    title: Markup
    title_language: str
    second: Markup | None
    second_language: str
    kind: str
    where: LabelledResource | None
    document: LabelledResource | None
    modalities: tuple[LabelledResource, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, with the address of the page where it is chosen, or no longer chosen."""

    label: str
    language: str
    count: int
    chosen: bool
    href: str
    slug: str
    style: str = ""


def values(
    view: View,
    asks: SearchArguments,
    results: Results,
    slow: str,
    hl: str,
    here: str,
    common: Sequence[Count],
    documents: Sequence[Count],
) -> dict[str, Any]:
    """Content of the template; ``common`` are topics to begin with, for when nothing was found.

    Among ``documents`` a reader chooses one in the form; several are chosen among the facets. One alone is no choice.
    """
    view.only_names_of(NamedNode(hit.iri) for hit in results.hits)
    shown = [name for name in FACETS if name != "document" or len(documents) > 1 or asks.document]
    facets = {name: _choices(view, asks, name, results.facets.get(name, ()), here) for name in shown}
    offered = [
        Choice(*_facet_label(view, "document", item.key, item.iri), item.count, chosen, "", item.key)
        for item in sorted(documents, key=lambda item: item.key)
        for chosen in [any(means(key, item) for key in asks.document)]
    ]
    selects = len(documents) > 1 and len(asks.document) < 2
    begin = []
    for item in common:
        label = view.thing(NamedNode(item.iri)).label
        href = f"{here}?{urlencode([('q', label.value), *([('hl', hl)] if hl else [])])}"
        begin.append(Choice(label.value, label.language, item.count, False, href, item.key))
    kept = [pair for pair in parse_qsl(asks.query(results.page)) if pair[0] != "hl"]
    return {
        "asks": asks,
        "searched": ("both", *WORD_LANGUAGES),
        "results": results,
        "cards": [_card(view, hit) for hit in results.hits],
        "facets": facets,
        "offered": offered if selects else [],
        "hidden": [pair for pair in asks.filters if not selects or pair[0] != "document"],
        "filters": FACETS,
        "chosen": [(name, choice) for name in shown for choice in facets[name] if choice.chosen],
        "begin": begin,
        "slow": slow,
        "hl": hl,
        "here": here,
        "listed": LISTED,
        "longest": MAX_QUERY_CHARACTERS,
        "language_argument": "hl",
        "arguments": kept,
    }


def _choices(view: View, asks: SearchArguments, name: str, counts: Sequence[Count], here: str) -> list[Choice]:
    found = []
    for item in counts:
        label, language = _facet_label(view, name, item.key, item.iri)
        if item.chosen:
            keys = [key for key in getattr(asks, name) if means(key, item)]
            href = f"{here}?{asks.query(without=(name, keys[0] if keys else item.key))}"
        else:
            href = f"{here}?{asks.query(more=(name, item.key))}"
        style = view.thing(NamedNode(item.iri)).style if name == "modality" else ""
        found.append(Choice(label, language, item.count, item.chosen, href, item.key, style))
    # A key that nothing has is still a filter, to be removed.
    strange = [key for key in getattr(asks, name) if not any(means(key, item) for item in counts)]
    found += [Choice(key[:60], "", 0, True, f"{here}?{asks.query(without=(name, key))}", "") for key in strange]
    return found


def means(key: str, item: Count) -> bool:
    """Tell whether a filter's argument stands for this value."""
    return key == item.iri or key.lower() == item.key.lower() or item.key.endswith(f"/{key}")


def _facet_label(view: View, name: str, key: str, iri: str) -> tuple[str, str]:
    if name == "type" and key in UNCLASSED:
        return view.interface.gettext(f"search.{key}"), view.language
    label = view.label(NamedNode(iri))
    return (label.value, label.language) if label is not None else (key, "")


def _card(view: View, hit: Hit) -> Card:
    node = NamedNode(hit.iri)
    labels: dict[str, MarkedValue] = {}
    for value in hit.values:
        if value.field == "label":
            labels.setdefault(value.language, value)
    ordered = sorted(labels.values(), key=lambda value: view.preference(value.language))
    kinds = hit.facets.get("type", ())
    kind = _facet_label(view, "type", *kinds[0])[0] if kinds else ""
    modalities = view.things([NamedNode(iri) for _, iri in hit.facets.get("modality", ())])
    pillar = next((NamedNode(iri) for _, iri in hit.facets.get("pillar", ())), None)
    second = ordered[1] if len(ordered) > 1 and ordered[1].text != ordered[0].text else None
    code = {"xx": ""}
    return Card(
        view.page_of(node),
        view.iris.path(hit.iri) is None,
        marked(ordered[0].text, ordered[0].marks) if ordered else escape(view.short(node)),
        code.get(ordered[0].language, ordered[0].language) if ordered else "",
        marked(second.text, second.marks) if second else None,
        code.get(second.language, second.language) if second else "",
        kind,
        view.thing(pillar) if pillar is not None and pillar != node else None,
        view.whole(view.thing(node)),
        tuple(modalities),
        tuple(_lines(view, hit)),
    )


def _lines(view: View, hit: Hit) -> list[Line]:
    """The original and its rendering; else a definition; else another name, or what it is linked to."""

    def of(name: str) -> list[MarkedValue]:
        found = [value for value in hit.values if value.field == name and value.marks]
        return sorted(found, key=lambda value: view.preference(value.language))

    texts = sorted(of("text"), key=lambda value: value.language not in view.originals)
    if texts:
        return [Line("text", value.language, shown(value)) for value in texts[:2]]
    names = [Line("alt", value.language, shown(value)) for value in of("alt")[:3]]
    notes = [Line("note", value.language, shown(value)) for value in of("note")[:1]]
    if names or notes:
        return [*names, *notes]
    if any(value.field == "label" and value.marks for value in hit.values):
        return []
    part = bool(hit.facets.get("pillar") or hit.facets.get("modality"))
    return [Line("linked" if part else "elsewhere", value.language, shown(value)) for value in of("about")[:3]]
