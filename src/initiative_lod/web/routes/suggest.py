"""/suggest: names that what is typed may be the beginning of, or a slip of, for the boxes in which one types."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field
from pyoxigraph import NamedNode

from initiative_lod.documents.document import CACHE_CONTROL
from initiative_lod.formats import JSON, json_bytes
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http.arguments import PageArguments
from initiative_lod.web.http.conditional import of_content
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.pages import suggestions
from initiative_lod.web.pages.suggestions import QUESTION, Suggested
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.routing import Address, from_release, outcomes
from initiative_lod.web.site import Site

AT_ONCE = 2


class SuggestionArguments(PageArguments):
    """The beginning of a name."""

    q: Annotated[str, Field(description=f"what is typed, of which {suggestions.LONGEST} characters count")] = ""
    keep: Annotated[str, Field(description="1: the language goes into the addresses")] = ""
    things: Annotated[str, Field(description="1: only what can be compared, no questions and nothing of others")] = ""


class NameSuggestion(BaseModel):
    """A name with what it names; ``iri`` is empty for a question. ``meant`` tells a name that is spelt otherwise."""

    name: str
    language: str
    kind: str
    iri: str
    href: str
    meant: bool


def suggest_address(site: Site) -> Address:
    """The suggestions over a release."""
    return Address(
        "/suggest",
        from_release(site, site.threads.lane("suggestions", AT_ONCE), partial(answer, site)),
        "Names that begin so, for boxes in which one types",
        outcomes("The suggestions, best first", (JSON,)),
        SuggestionArguments,
    )


def answer(site: Site, opened: OpenRelease, request: Request) -> Response:
    """At most eight suggestions; where nothing begins so, names that are spelt nearly so."""
    asked = SuggestionArguments.read(request.query_string)
    known = site.pages.suggestions(opened)
    view = site.pages.view(opened, request, query=None if asked.keep else "")
    kinds = suggestions.KINDS if asked.things else ()
    found = known.find(asked.q, view.language, kinds=kinds)
    near = [] if found else known.meant(asked.q, view.language, kinds=kinds)
    told = [_told(view, item, False).model_dump() for item in found]
    told += [_told(view, item, True).model_dump() for item in near]
    headers = [("Vary", "Accept-Language"), ("Cache-Control", CACHE_CONTROL), ("X-Robots-Tag", "noindex")]
    return of_content(request, json_bytes(told), headers, [("Content-Type", JSON.content_type)])


def _told(view: View, item: Suggested, meant: bool) -> NameSuggestion:
    say = view.interface.gettext
    if item.kind == QUESTION:
        kind, iri, href = say("suggest.question"), "", view.link(f"/questions/{item.target}")
    else:
        iri = item.target
        href = view.page_of(NamedNode(iri))
        kind = view.thing(view.term(item.kind)).label.value if item.kind else say("suggest.target")
        number = view.number_of(view.thing(NamedNode(iri))) if item.kind in ("Action", "Pillar") else None
        kind = f"{kind} {number}" if number is not None else kind
    return NameSuggestion(name=item.name, language=item.language, kind=kind, iri=iri, href=href, meant=meant)
