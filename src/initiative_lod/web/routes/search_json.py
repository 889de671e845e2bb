"""The answer of /search for programs."""

from __future__ import annotations

from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.locale.messages import Languages
from initiative_lod.search.query_parser import MAX_QUERY_CHARACTERS
from initiative_lod.search.results import HITS_PER_PAGE, Hit, Results
from initiative_lod.search.schema import FACETS
from initiative_lod.web.http.search_arguments import SearchArguments
from initiative_lod.web.pages.marked_text import excerpt, marked
from initiative_lod.web.pages.view import View

RANKS = ("label", "label-prefix", "label-words", "text", "note", "linked")


def as_json(
    view: View, languages: Languages, asks: SearchArguments, results: Results, here: str, slow: str = ""
) -> dict[str, Any]:
    """The answer for programs. Ranges are code points of ``text``, end exclusive; ``html`` is safe to insert."""

    def address(page: int) -> str | None:
        query = asks.query(page, drop=("hl",))
        return f"{here}.json?{query}" if 1 <= page <= results.pages and results.total else None

    return {
        "query": results.text,
        "language": asks.lang,
        "filters": {name: list(keys) for name, keys in asks.search.filters.items()},
        "total": results.total,
        "capped": results.capped,
        "complete": not slow,
        "loose": results.loose or None,
        "also": list(results.also),
        "unknown": list(results.unknown),
        "withoutFilters": results.unfiltered,
        "notice": slow
        or (languages.default.gettext("search.shortened", longest=MAX_QUERY_CHARACTERS) if results.shortened else None),
        "page": results.page,
        "pages": results.pages,
        "pageSize": HITS_PER_PAGE,
        "previous": address(results.page - 1),
        "next": address(results.page + 1),
        "facets": {
            name: [
                {
                    "value": item.key,
                    "iri": item.iri or None,
                    "label": _labels(view, languages, item.key, item.iri),
                    "count": item.count,
                    "selected": item.chosen,
                }
                for item in results.facets.get(name, ())
            ]
            for name in FACETS
        },
        "results": [_hit_json(view, hit) for hit in results.hits],
    }


def _hit_json(view: View, hit: Hit) -> dict[str, Any]:
    node = NamedNode(hit.iri)
    facets = {name: [{"value": key, "iri": iri or None} for key, iri in items] for name, items in hit.facets.items()}
    labels: dict[str, str] = {}
    for value in hit.values:
        if value.field == "label":
            labels.setdefault("und" if value.language == "xx" else value.language, value.text)
    matched = []
    for value in hit.values:
        if value.marks:
            text, ranges, offset = excerpt(value, longest=1000)
            matched.append(
                {
                    "field": value.field,
                    "language": "und" if value.language == "xx" else value.language,
                    "text": text,
                    "offset": offset,
                    "ranges": [list(item) for item in ranges],
                    "html": str(marked(text, ranges)),
                }
            )
    return {
        "iri": hit.iri,
        "url": view.page_of(node),
        "rank": RANKS[hit.rank],
        "label": labels,
        **{name: facets.get(name, []) for name in FACETS},
        "matches": matched,
    }


def _labels(view: View, languages: Languages, key: str, iri: str) -> dict[str, str]:
    if not iri:
        words = {tag: language.find(f"search.{key}") for tag, language in languages.items()}
        return {tag: word for tag, word in words.items() if word}
    node = NamedNode(iri)
    return {label.language: label.value for label in view.labels(node)}
