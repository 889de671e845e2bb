"""/questions: the competency questions of a release with their SPARQL and the answer that was kept when it was built.

A release keeps its questions and their answers in one file, so a page asks nothing: it reads that file, once a release.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from pydantic import Field
from pyoxigraph import NamedNode

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import HTML, JSON, RESULT_CSV, MediaType, json_bytes
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.sources import questions
from initiative_lod.web.drawings import bars
from initiative_lod.web.http.arguments import FormArguments
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages import answers
from initiative_lod.web.pages.answers import Table
from initiative_lod.web.pages.document_choice import chosen, key_of, offered
from initiative_lod.web.pages.saved_questions import Kept, about, in_language, in_languages, kind_of, rows_of
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate
from initiative_lod.web.routes.routing import Address, at_hand, outcomes
from initiative_lod.web.site import Site

INDEX_OFFERS = (Offer(HTML), Offer(JSON))
OFFERS = (Offer(HTML), Offer(JSON), Offer(RESULT_CSV))
MOST_DOCUMENTS = 30  # whose answers are in one page
MOST_ROWS = 50  # of each of several documents in one page


class QuestionArguments(FormArguments):
    """Arguments of the questions."""

    document: Annotated[
        str, Field(description="what concerns this document, as in wic-2020: its own questions, and its rows of others")
    ] = ""


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """An answer, or what a template's answer says of one document. ``same`` is None where nobody worked it out.

    ``picture`` is the address of its chart as a picture that can be taken.
    """

    document: LabelledResource | None
    table: Table
    chart: Markup
    picture: str
    same: bool | None
    more: int = 0  # rows that the page of the one document has
    href: str = ""


def question_addresses(site: Site) -> list[Address]:
    """The list and each question, as a page and for programs."""
    lane = site.threads.lane("questions")
    return [
        Address(
            path,
            at_hand(site, lane, partial(work, site, site.pages.questions)),
            summary,
            outcomes(
                summary,
                [offer.media for offer in offers],
                {404: f"The release has no such {missing}", 406: "No representation is acceptable"},
            ),
            QuestionArguments,
            [offer.media.suffix for offer in offers],
        )
        for path, work, summary, offers, missing in (
            ("/questions", every_question, "The competency questions", INDEX_OFFERS, "document"),
            ("/questions/{slug}", one_question, "One of them, answered", OFFERS, "question, or no such document"),
        )
    ]


QuestionsOf = Callable[[OpenRelease], list[Kept]]


def every_question(site: Site, questions_of: QuestionsOf, opened: OpenRelease, request: Request) -> Representation:
    """Every question, by group; with a document, those about it. Raises NotFound."""
    document = _chosen(site, opened, request)
    found = questions_of(opened)
    if document is not None:
        found = [item for item in found if about(item) in (questions.EACH, key_of(opened.iris, document))]
    here = f"{request.prefix}/questions"
    query = _query(opened, document)

    def body(media: MediaType, language: str) -> bytes:
        if media is JSON:
            view = View(opened, site.pages.languages[language], request.prefix, "")
            return json_bytes([{**_about(item), "url": _address(view, item, document)} for item in found])
        view = site.pages.view(opened, request)
        groups, checks = (
            [
                (name, [_card(item, view, document) for item in listed if item["group"] == name])
                for name in questions.GROUPS
                if any(item["group"] == name for item in listed)
            ]
            for listed in _apart(found)
        )
        more = {"groups": groups, "checks": checks, "count": len(found), "formats": _links(here, INDEX_OFFERS, query)}
        more |= {
            "documents": offered(view, {document}),
            "here": here,
            "arguments": _pairs(opened, document),
        }
        return site.pages.page("questions.html", view, request, here, **more)

    return negotiate(site, opened, request, NegotiatedPage(here, INDEX_OFFERS, query), body)


def one_question(site: Site, questions_of: QuestionsOf, opened: OpenRelease, request: Request) -> Representation:
    """One question with its answer. Raises NotFound."""
    slug = request.parameters["slug"]
    item = next((item for item in questions_of(opened) if item["slug"] == slug), None)
    if item is None:
        raise NotFound(Message("error.no_question", name=slug[:100], prefix=request.prefix))
    here = f"{request.prefix}/questions/{quote(slug)}"
    document = _chosen(site, opened, request)
    if document is not None and about(item) not in ("", questions.EACH, key_of(opened.iris, document)):
        name = key_of(opened.iris, document)
        raise NotFound(Message("error.question_of_another", name=slug, document=name, other=about(item)))
    if about(item) != questions.EACH:
        document = None  # all of its answer is about its own
    query = _query(opened, document)
    rows = item if document is None else {**item, "rows": rows_of(item, document)}

    def body(media: MediaType, language: str) -> bytes:
        if media is JSON:
            return json_bytes({**_about(item), **_results(rows)})
        if media is RESULT_CSV:
            return _csv(rows)
        view = site.pages.view(opened, request)
        is_template = about(item) == questions.EACH
        title = in_language(item["question"], view.language)
        return site.pages.page(
            "question.html",
            view,
            request,
            here,
            item=item,
            title=title,
            others=in_languages(item["question"], view.language)[1:2],
            note=in_language(item["note"], view.language),
            sections=_sections(item, view, document, title.value),
            left_out=max(0, len(view.documents) - MOST_DOCUMENTS) if is_template and document is None else 0,
            documents=offered(view, {document}) if is_template else [],
            bound=_bound(item, view),
            merged=opened.is_merged and not is_template,
            terms=[view.thing(view.iris.thing(f"ontology#{name}")) for name in item["terms"]],
            formats=_links(here, OFFERS, query),
            run=view.link("/sparql", query=item["query"]),
            here=here,
            arguments=_pairs(opened, document),
        )

    return negotiate(site, opened, request, NegotiatedPage(here, OFFERS, query), body)


def _chosen(site: Site, opened: OpenRelease, request: Request) -> NamedNode | None:
    """The document that is asked for. Raises NotFound for one that there is not."""
    key = QuestionArguments.read(request.query_string).document
    return chosen(opened.iris, site.pages.documents(opened), [key])[0] if key else None


def _apart(found: Sequence[Kept]) -> tuple[list[Kept], list[Kept]]:
    """The questions about what a document says, and those that tell whether the data is as it should be."""
    checks = [item for item in found if kind_of(item) == questions.KINDS[1]]
    return [item for item in found if item not in checks], checks


def _pairs(opened: OpenRelease, document: NamedNode | None) -> list[tuple[str, str]]:
    return [] if document is None else [("document", key_of(opened.iris, document))]


def _query(opened: OpenRelease, document: NamedNode | None) -> str:
    return urlencode(_pairs(opened, document))


# For programs


def _about(item: Kept) -> Kept:
    named = {name: item[name] for name in ("slug", "group", "question", "note", "chart", "query", "terms")}
    return {**named, "kind": kind_of(item), "columns": item.get("columns", {}), "document": about(item) or None}


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


def _links(here: str, offers: Sequence[Offer], query: str = "") -> list[tuple[str, str, str]]:
    query = f"?{query}" if query else ""
    return [
        (f"{here}.{offer.media.suffix}{query}", offer.media.name, offer.media.label)
        for offer in offers
        if offer.media is not HTML
    ]


# The page


def _bound(item: Kept, view: View) -> LabelledResource | None:
    """The document that a question is about, where the release has several."""
    name = about(item)
    if name in ("", questions.EACH) or len(view.documents) < 2:
        return None
    return view.thing(view.iris.thing(f"id/{name}"))


def _address(view: View, item: Kept, document: NamedNode | None) -> str:
    more = dict(_pairs(view.opened, document)) if about(item) == questions.EACH else {}
    return view.link(f"/questions/{item['slug']}", **more)


def _sections(item: Kept, view: View, document: NamedNode | None, title: str) -> list[AnswerSection]:
    """The answer; of a template, what it says of each document, or of the one."""
    if about(item) != questions.EACH:
        bound = answers.document_of(item, view)
        table = answers.table(item, view, bound)
        return [_section(item, view, None, bound, table, title, _same(item, view.opened))]
    sections = []
    variables = [name for name in item["variables"] if name != questions.DOCUMENT]
    for node in view.documents[:MOST_DOCUMENTS] if document is None else [document]:
        rows = rows_of(item, node)
        several = document is None and len(view.documents) > 1
        listed = rows[:MOST_ROWS] if several else rows
        table = answers.table({**item, "variables": variables, "rows": listed}, view, node)
        worked = item["expected"]
        place = worked[0].index(questions.DOCUMENT) if worked else 0
        expected = [row for row in worked[1:] if row[place] == view.iris.short(node.value)]
        same = _same({**item, "rows": rows, "expected": [*worked[:1], *expected]}, view.opened) if expected else None
        section = _section(item, view, view.thing(node), node, table, title, same)
        sections.append(replace(section, more=len(rows) - len(listed), href=_address(view, item, node)))
    return sections


def _section(
    item: Kept,
    view: View,
    shown: LabelledResource | None,
    document: NamedNode | None,
    table: Table,
    title: str,
    same: bool | None,
) -> AnswerSection:
    """An answer, with its chart if it has one; that of a document has an address as a picture."""
    drawn = answers.drawn(item, table)
    chart = bars.svg(title, drawn) if drawn is not None else Markup("")
    several = len(view.documents) > 1
    picture = ""
    if chart and (document in view.documents or (document is None and len(view.documents) == 1)):
        named = {"document": key_of(view.iris, document)} if several and document is not None else {}
        picture = view.link(f"/pictures/{answers.PICTURE}{item['slug']}", **named)
    return AnswerSection(shown, table, chart, picture, same)


def _card(item: Kept, view: View, document: NamedNode | None) -> dict[str, Any]:
    size = None if "boolean" in item else len(item["rows"])
    if document is not None and about(item) == questions.EACH:
        size = len(rows_of(item, document))
    return {
        "href": _address(view, item, document),
        "bound": _bound(item, view) if document is None else None,
        "each": about(item) == questions.EACH and len(view.documents) > 1,
        "words": in_language(item["question"], view.language),
        "size": size,
        "chart": answers.charted(item) and size != 0,
    }


def _same(item: Kept, opened: OpenRelease) -> bool:
    """Tell whether the answer is what was worked out by hand from the text."""
    if "boolean" in item:
        return bool(item["expected"] == [[str(item["boolean"]).lower()]])
    cells = [[_written(row.get(name), opened) for name in item["variables"]] for row in item["rows"]]
    return bool(item["expected"] == [item["variables"], *cells])


def _written(term: dict[str, str] | None, opened: OpenRelease) -> str:
    if term is None:
        return ""
    return opened.iris.short(term["value"]) if term["type"] == "uri" else term["value"]
