"""/questions: the competency questions of a release with their SPARQL and the answer that was kept when it was built.

A release keeps its questions and their answers in one file, so a page asks nothing: it reads that file, once a release.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from markupsafe import Markup
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import HTML, JSON, RESULT_CSV, MediaType
from initiative_lod.release.opened import OpenRelease
from initiative_lod.sources import questions
from initiative_lod.web.drawings.bars import chart
from initiative_lod.web.http.request import Answer, Asked
from initiative_lod.web.labelled import LabelledResource, LangText
from initiative_lod.web.pages.saved_questions import Kept, Questions, in_language, in_languages
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.conditional import Fixed, fixed
from initiative_lod.web.site import Site

INDEX_OFFERS = (Offer(HTML), Offer(JSON))
OFFERS = (Offer(HTML), Offer(JSON), Offer(RESULT_CSV))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of an answer: a thing, or words."""

    thing: LabelledResource | None
    text: LangText | None
    number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as a page shows it; a column that only repeats another's label is left out."""

    headings: tuple[tuple[str, LangText | None], ...]
    rows: tuple[tuple[Cell, ...], ...]


def questions_router(site: Site) -> APIRouter:
    """The list and each question, as a page and for programs."""
    router = APIRouter()
    kept = Questions()

    def route(path: str, work: Callable[[Asked, str], Answer], summary: str, offers: Sequence[Offer]) -> None:
        async def endpoint(request: Request) -> Response:
            read = site.asked(request)
            found = await run_in_threadpool(work, read, request.path_params.get("slug", ""))
            return found.response(request.method)

        suffixes = (*(f".{offer.media.suffix}" for offer in offers), "")  # what is narrower first
        for suffix, method in product(suffixes, ("GET", "HEAD")):
            router.add_api_route(
                f"{path}{suffix}",
                endpoint,
                methods=[method],
                name=f"{method} {path}{suffix}",
                summary=summary,
                response_class=Response,
                include_in_schema=not suffix and method == "GET",
                operation_id=f"{path.strip('/').replace('/{slug}', '_one')}_{method.lower()}{suffix.replace('.', '_')}",
                openapi_extra={"parameters": [_SLUG] if "{slug}" in path else []},
                responses={
                    200: {"description": summary, "content": {offer.media.name: {} for offer in offers}},
                    **_FAULTS,
                },
            )

    route("/questions", lambda read, slug: index(site, kept, read), "The competency questions", INDEX_OFFERS)
    route("/questions/{slug}", lambda read, slug: one(site, kept, read, slug), "One of them, answered", OFFERS)
    return router


_SLUG = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}, "text/html": {}}}
_FAULTS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified"},
    404: {"description": "The release has no such question", **_PROBLEM},
    406: {"description": "No representation is acceptable", **_PROBLEM},
}


def index(site: Site, kept: Questions, read: Asked) -> Answer:
    """Every question, by group."""
    opened = site.publisher.current()
    found = kept.of(opened.release)

    def body(media: MediaType, language: str) -> bytes:
        if media is JSON:
            view = View(opened, site.languages[language], read.prefix, "")
            return _json([{**_about(item), "url": view.link(f"/questions/{item['slug']}")} for item in found])
        view = site.pages.view(opened, read)
        groups = [
            (name, [_card(item, view) for item in found if item["group"] == name])
            for name in questions.GROUPS
            if any(item["group"] == name for item in found)
        ]
        here = f"{read.prefix}/questions"
        more = {"groups": groups, "count": len(found), "formats": _links(here, INDEX_OFFERS)}
        return site.pages.page("questions.html", view, read, here, **more)

    return fixed(site, opened, read, Fixed(f"{read.prefix}/questions", INDEX_OFFERS), body)


def one(site: Site, kept: Questions, read: Asked, slug: str) -> Answer:
    """One question with its answer. Raises NotFound."""
    opened = site.publisher.current()
    item = next((item for item in kept.of(opened.release) if item["slug"] == slug), None)
    if item is None:
        raise NotFound(Message("error.no_question", name=slug[:100], prefix=read.prefix))
    here = f"{read.prefix}/questions/{quote(slug)}"

    def body(media: MediaType, language: str) -> bytes:
        if media is JSON:
            return _json({**_about(item), **_results(item)})
        if media is RESULT_CSV:
            return _csv(item)
        view = site.pages.view(opened, read)
        table = _table(item, view)
        title = in_language(item["question"], view.language)
        return site.pages.page(
            "question.html",
            view,
            read,
            here,
            item=item,
            title=title,
            others=in_languages(item["question"], view.language)[1:2],
            note=in_language(item["note"], view.language),
            table=table,
            chart=_chart(item, table, title.value),
            same=_same(item, opened),
            merged=bool(opened.release.manifest.merged),
            terms=[view.thing(_own(view, name)) for name in item["terms"]],
            formats=_links(here, OFFERS),
            run=view.link("/sparql", query=item["query"]),
        )

    return fixed(site, opened, read, Fixed(here, OFFERS), body)


# For programs


def _about(item: Kept) -> Kept:
    return {name: item[name] for name in ("slug", "group", "question", "note", "chart", "query", "terms")}


def _results(item: Kept) -> Kept:
    """The answer in the form of SPARQL's JSON results, which a reader of these finds in the same places."""
    if "boolean" in item:
        return {"head": {}, "boolean": item["boolean"]}
    return {
        "head": {"vars": item["variables"]},
        "results": {"bindings": item["rows"]},
        "complete": item["complete"],
    }


def _csv(item: Kept) -> bytes:
    """As SPARQL's CSV results; an ASK is one cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if "boolean" in item:
        writer.writerows([["boolean"], [str(item["boolean"]).lower()]])
    else:
        writer.writerow(item["variables"])
        writer.writerows([row.get(name, {}).get("value", "") for name in item["variables"]] for row in item["rows"])
    return out.getvalue().encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _links(here: str, offers: Sequence[Offer]) -> list[tuple[str, str, str]]:
    return [
        (f"{here}.{offer.media.suffix}", offer.media.name, offer.media.label)
        for offer in offers
        if offer.media is not HTML
    ]


# The page


def _card(item: Kept, view: View) -> dict[str, Any]:
    size = None if "boolean" in item else len(item["rows"])
    return {
        "href": view.link(f"/questions/{item['slug']}"),
        "words": in_language(item["question"], view.language),
        "size": size,
        "chart": item["chart"] == "bar",
    }


def _table(item: Kept, view: View) -> Table:
    if "boolean" in item:
        verdict = LangText(view.interface.gettext("yes" if item["boolean"] else "no"), view.language)
        return Table((), ((Cell(None, verdict, False),),))
    rows = item["rows"]
    names = [
        name
        for name in item["variables"]
        if not (
            name.endswith("Label")
            and any(row.get(name.removesuffix("Label"), {}).get("type") == "uri" for row in rows[:1])
        )
    ]
    return Table(
        tuple((name, _heading(name, view)) for name in names),
        tuple(tuple(_cell(row.get(name), view) for name in names) for row in rows),
    )


def _heading(name: str, view: View) -> LangText | None:
    """The ontology's label of what a column's variable is named after."""
    for local in (name[:1].upper() + name[1:], name[:1].upper() + name[1:].removesuffix("s"), name):
        label = view.label(_own(view, local)) if local.isidentifier() else None
        if label is not None:
            return label
    return None


def _own(view: View, name: str) -> NamedNode:
    """The own term ``name``, whether or not there is one."""
    return NamedNode(f"{view.iris.base}ontology#{name}")


def _cell(term: dict[str, str] | None, view: View) -> Cell:
    if term is None:
        return Cell(None, None, False)
    if term["type"] == "uri":
        return Cell(view.thing(NamedNode(term["value"])), None, False)
    number = term.get("datatype", "").rpartition("#")[2] in ("integer", "decimal", "double", "nonNegativeInteger")
    return Cell(None, LangText(term["value"], term.get("xml:lang", "")), number)


def _chart(item: Kept, table: Table, title: str) -> Markup:
    """Bars of the last column that holds numbers, by the first that holds none."""
    if item["chart"] != "bar" or not table.rows:
        return Markup("")
    columns = range(len(table.headings))
    values = [column for column in columns if all(row[column].number for row in table.rows)]
    names = [column for column in columns if column not in values]
    if not values or not names:
        return Markup("")
    counts = []
    for row in table.rows:
        name, value = row[names[0]], row[values[-1]].text
        label = name.thing.label if name.thing else name.text
        counts.append((label.value if label else "", float(value.value if value else 0), value.value if value else ""))
    return chart(title, counts)


def _same(item: Kept, opened: OpenRelease) -> bool:
    """Whether the answer is what was worked out by hand from the text."""
    if "boolean" in item:
        return bool(item["expected"] == [[str(item["boolean"]).lower()]])
    cells = [[_written(row.get(name), opened) for name in item["variables"]] for row in item["rows"]]
    return bool(item["expected"] == [item["variables"], *cells])


def _written(term: dict[str, str] | None, opened: OpenRelease) -> str:
    if term is None:
        return ""
    return term["value"].removeprefix(opened.iris.base) if term["type"] == "uri" else term["value"]
