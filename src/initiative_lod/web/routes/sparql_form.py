"""The page for writing a query and reading its result: a plain form, and an editor where there is one.

The editor (``editor/`` in the checkout) is built into ``static/editor/`` when the software is installed. It is only
taken if it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from initiative_lod.formats import HTML, RDF_TYPES, RESULT_TYPES
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.sources import questions
from initiative_lod.web.http import static_files
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages.saved_questions import Kept, in_language
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.sparql_terms import Vocabulary
from initiative_lod.web.site import Site

SCRIPT = "editor/editor.js"
LONGEST_ADDRESS = 16_000  # characters of a query in a link; the server takes no much longer ones

_EXAMPLE = """PREFIX ilod: <{ilod}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?clause ?text ?addressee WHERE {{
  ?clause a ilod:Clause ; ilod:text ?text ; ilod:modality ?modality .
  ?modality skos:prefLabel "prohibit"@en .
  OPTIONAL {{ ?clause ilod:addressee ?group . ?group skos:prefLabel ?addressee . FILTER(LANG(?addressee) = "en") }}
}}
ORDER BY ?clause
LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """Content of a page: the query that was sent, over what, and its result or its error.

    ``fragment`` is HTML from a worker, ``kind`` is boolean, solutions or graph, and ``seconds`` what it took.
    """

    query: str = ""
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    fragment: str = ""
    kind: str = ""
    seconds: float = 0.0
    error: str = ""  # plain, or marked up
    place: tuple[int, int] | None = None  # line and column of a mistake in the query, from 1
    undeclared: tuple[str, str] | None = None  # a prefix that it lacks, and the IRI that we know it by


Page = Callable[[OpenRelease, Request, Shown], bytes]


def query_page(site: Site, vocabularies: PerRelease[Vocabulary]) -> Page:
    """The page of a release."""

    def page(opened: OpenRelease, request: Request, shown: Shown) -> bytes:
        examples, prefixes = site.pages.questions(opened), vocabularies.of(opened).prefixes
        view = site.pages.view(opened, request)
        slug = "" if shown.query else request.query.get("example", "")
        example = _example(examples, slug, shown.query)
        error = shown.error
        if slug and example is None and not error:
            name = "".join(filter(str.isprintable, slug[:100]))
            error = view.interface.gettext("example_unknown", name=name)
        query = shown.query or (example["query"] if example else _EXAMPLE.format(**opened.iris.prefixes))
        sent = _arguments(shown)
        short = len(urlencode(sent)) <= LONGEST_ADDRESS
        return site.pages.page(
            "sparql.html",
            view,
            request,
            f"{request.prefix}/sparql",
            query=query,
            dataset=sent[1:],
            error=error,
            place=_place(*shown.place, query) if shown.place and shown.query else None,
            mended=_mended(view, shown),
            plain_error=Markup(error).striptags(),
            result=Markup(shown.fragment),
            milliseconds=max(1, round(shown.seconds * 1000)),
            downloads=_downloads(view, shown.kind, sent) if short else [],
            formats=(HTML, *RESULT_TYPES, *RDF_TYPES),
            groups=_groups(examples, view),
            example=example,
            question=in_language(example["question"], view.language) if example else None,
            prefixes=prefixes,
            script=SCRIPT if static_files.file(SCRIPT) is not None else "",
            arguments=sent if shown.query and short else [("example", slug)] if slug and example else [],
        )

    return page


def _example(examples: Sequence[Kept], slug: str, query: str) -> Kept | None:
    """The question of that name, or of that query."""
    if slug:
        return next((item for item in examples if item["slug"] == slug), None)
    text = query.replace("\r\n", "\n").strip()
    return next((item for item in examples if item["query"].strip() == text), None) if text else None


def _groups(examples: Sequence[Kept], view: View) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The questions as (slug, words, their language), by group."""
    found = []
    for name in questions.GROUPS:
        words = [
            (item["slug"], in_language(item["question"], view.language)) for item in examples if item["group"] == name
        ]
        if words:
            found.append((name, [(slug, text.value, text.language) for slug, text in words]))
    return found


def _arguments(shown: Shown) -> list[tuple[str, str]]:
    default, named = shown.dataset or ((), ())
    return [
        ("query", shown.query),
        *(("default-graph-uri", iri) for iri in default),
        *(("named-graph-uri", iri) for iri in named),
    ]


def _downloads(view: View, kind: str, sent: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The address of the same result in each other format, with the file's name and the format's."""
    formats = {"graph": RDF_TYPES, "solutions": RESULT_TYPES, "boolean": RESULT_TYPES}.get(kind, ())
    return [
        (
            f"{view.prefix}/sparql?{urlencode([*sent, ('_mediatype', media.name)])}",
            f"result.{media.suffix}",
            media.label,
        )
        for media in formats
    ]


def _mended(view: View, shown: Shown) -> str:
    """The address of the same query with the prefix that it lacks, where that is one we know."""
    if shown.undeclared is None:
        return ""
    query = "PREFIX {}: <{}>\n{}".format(*shown.undeclared, shown.query)
    sent = urlencode(_arguments(replace(shown, query=query)))
    return f"{view.link('/sparql')}{'&' if view.query else '?'}{sent}#result" if len(sent) <= LONGEST_ADDRESS else ""


def _place(line: int, column: int, query: str) -> dict[str, Any] | None:
    """A place in the query: its line and column, and that line in two parts."""
    lines = query.replace("\r\n", "\n").split("\n")
    if not 1 <= line <= len(lines):
        return None
    text = lines[line - 1]
    return {"line": line, "column": column, "before": text[: column - 1][-200:], "after": text[column - 1 :][:200]}
