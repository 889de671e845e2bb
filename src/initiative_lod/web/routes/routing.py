"""Routing: an address is a path, what answers there, and what OpenAPI says of it.

These are Starlette's routes: FastAPI's cost eight times as much a request (docs/design.md has the figures).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette import requests, responses
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import Busy
from initiative_lod.formats import HTML, PROBLEM, MediaType
from initiative_lod.release import per_release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http import problems
from initiative_lod.web.http.arguments import Arguments, PageArguments
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.lanes import Lane
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.site import Site

#: Before somebody is told to come back: whoever does not wait is slowed down, and costs nothing meanwhile.
REFUSAL_SECONDS = 0.25
T = TypeVar("T")
Found = Response | responses.Response
Work = Callable[[OpenRelease, Request], Found]
PreparedWork = Callable[[OpenRelease, Request], Found | Representation]
Endpoint = Callable[[requests.Request], Awaitable[responses.Response]]


class ExactRoute(Route):
    """A route for its path and no other.

    Starlette's own lets a line feed follow: what a proxy keeps everybody from (``/metrics``) would answer as another
    address of the same (``/metrics%0A``).
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], methods: Sequence[str] | None = ("GET",)) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z")
        if self.app is not endpoint:  # it is no application, and Starlette would have its errors told here and outside
            self.app = partial(_respond, endpoint)


async def _respond(
    endpoint: Callable[[requests.Request], Awaitable[responses.Response]], scope: Scope, receive: Receive, send: Send
) -> None:
    response = await endpoint(requests.Request(scope, receive, send))
    await response(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A status that an address may answer with: what it means, in which media types, with the schema of its JSON."""

    description: str
    media: Sequence[MediaType] = ()
    schema: type[BaseModel] | None = None


def fault(description: str) -> Outcome:
    """An outcome that is told by a problem document, or a page."""
    return Outcome(description, (PROBLEM, HTML))


Outcomes = Mapping[int, Outcome]
UNAVAILABLE: Outcomes = {503: fault("No release is published, or too many ask at once")}
#: With Accept-Datetime, of what older releases have as well.
BY_DATE: Outcomes = {
    302: Outcome("With Accept-Datetime: an older release's document"),
    400: fault("Accept-Datetime is no date"),
    404: fault("No release has it"),
}
#: Of what is made when it is asked for.
CROWDED: Outcomes = {429: fault("The client waits for as many such answers as it may"), **UNAVAILABLE}
#: Of what has an entity tag.
CONDITIONAL: Outcomes = {
    304: Outcome("Not modified"),
    412: fault("If-Match names another representation, or it was modified since the time of If-Unmodified-Since"),
}


def outcomes(
    description: str, media: Sequence[MediaType], faults: Mapping[int, str] | None = None, more: Outcomes | None = None
) -> Outcomes:
    """Outcomes of an address whose answer has an entity tag: the answer, ``more`` besides, and faults by status."""
    told = {status: fault(text) for status, text in (faults or {}).items()}
    return {200: Outcome(description, media), **(more or {}), **CONDITIONAL, **told, **CROWDED}


@dataclass(frozen=True, slots=True)
class Address:
    """A path, its endpoint (for GET and HEAD unless ``methods`` says otherwise), and its description.

    The address with one of the ``suffixes`` is another way to ask for one of its forms. ``body`` describes the fields
    of a form in a POST.
    """

    path: str
    endpoint: Endpoint
    summary: str = ""
    outcomes: Outcomes = field(default_factory=dict)
    arguments: type[Arguments] = PageArguments
    suffixes: Sequence[str] = ()
    methods: Sequence[str] = ("GET",)
    body: type[BaseModel] | None = None
    shown: bool = True

    def routes(self, languages: Sequence[str]) -> list[BaseRoute]:
        """Put the narrower first: a path parameter would take a suffix for a part of its value."""
        paths = [*(f"{self.path}.{suffix}" for suffix in self.suffixes), self.path]
        return [ExactRoute(path, partial(self._answer, languages), self.methods) for path in paths]

    async def _answer(self, languages: Sequence[str], http: requests.Request) -> responses.Response:
        """The endpoint's answer to the request as if it had no arguments that mean nothing (see ``Arguments``).

        It is the same answer, from the same entry in our cache. A shared one, which knows addresses only, is asked
        not to make an entry of its own.
        """
        asked = http.scope["query_string"].decode("ascii", "replace")
        meant = self.arguments.meaningful(asked, languages)
        if meant == asked:
            return await self.endpoint(http)
        http.scope["query_string"] = meant.encode("ascii", "replace")
        response = await self.endpoint(http)
        control = response.headers.get("cache-control", "")
        if control.startswith("public"):
            response.headers["cache-control"] = control.replace("public", "private", 1)
        return response


def from_release(site: Site, lane: Lane, work: Work, by_date: Endpoint | None = None) -> Endpoint:
    """An endpoint that makes its answer from one release in a thread of the ``lane``."""

    async def answer(http: requests.Request, opened: OpenRelease, request: Request) -> Found:
        return await in_lane(site, lane, http, request, partial(work, opened, request))

    return _endpoint(site, answer, by_date)


def at_hand(site: Site, lane: Lane | None, work: PreparedWork, by_date: Endpoint | None = None) -> Endpoint:
    """An endpoint that knows the name of its answer's representation before it makes it.

    ``work`` must be quick, since it runs where all requests are taken: a few look-ups. A table of the release that it
    needs and nobody has made yet (``PerRelease``) is made in the ``lane``, where ``work`` runs again. What the client
    has already, what is kept, and what was stored with the release is sent without a thread; all else is made in one
    of the ``lane``, unless another request has made it meanwhile. Without a lane nothing is ever made.
    """

    async def answer(http: requests.Request, opened: OpenRelease, request: Request) -> Found:
        try:
            with per_release.at_hand():
                found = work(opened, request)
        except per_release.NotMade:
            assert lane is not None
            found = await in_lane(site, lane, http, request, partial(work, opened, request))
        if not isinstance(found, Representation):
            return found
        response = found.at_hand(request, site.cache)
        if response is None:
            assert lane is not None
            response = await in_lane(site, lane, http, request, partial(found.answer, request, site.cache))
        return response

    return _endpoint(site, answer, by_date)


async def in_lane(site: Site, lane: Lane, http: requests.Request, request: Request, work: Callable[[], T]) -> T:
    """Result of ``work``, in a thread of the lane; of an older release, of the lane that all of these share.

    Raises Busy, ClientDisconnect, and what ``work`` raises.
    """
    return await (lane if request.older is None else site.older).run(request.client, http.receive, work)


async def tell(
    site: Site,
    lane: Lane,
    http: requests.Request,
    error: BaseException,
    page: problems.ErrorPage,
    offers: Sequence[Offer] = problems.OFFERS,
    **more: object,
) -> responses.Response:
    """The response that tells an error (see ``problems.response``). A page is made in the ``lane``; where that has no
    room, a brief one takes its place, which costs next to nothing.
    """
    if isinstance(error, Busy):
        await asyncio.sleep(REFUSAL_SECONDS)
    request = site.read(http.scope)
    language, brief = site.language_of(request), site.pages.brief_error
    if problems.wants_page(request, offers) and page != brief:
        work = partial(problems.response, request, error, page, language, offers, **more)
        try:
            return (await in_lane(site, lane, http, request, work)).to(request.method)
        except Busy:
            await asyncio.sleep(REFUSAL_SECONDS)
        except ClientDisconnect:
            pass
    return problems.response(request, error, brief, language, offers, **more).to(request.method)


def _endpoint(
    site: Site,
    answer: Callable[[requests.Request, OpenRelease, Request], Awaitable[Found]],
    by_date: Endpoint | None,
) -> Endpoint:
    """An endpoint over the one release that a request is answered from.

    ``by_date`` answers who asks for the document as it was at a time (RFC 7089), unless it is an older one already.
    """

    async def endpoint(http: requests.Request) -> responses.Response:
        request = site.read(http.scope)
        if by_date is not None and request.accept_datetime is not None and request.older is None:
            return await by_date(http)
        response = await answer(http, await site.release_of(http.scope), request)
        return response.to(request.method) if isinstance(response, Response) else response

    return endpoint


def methods_at(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Every method that the path of a scope has, OPTIONS included; none where nothing is (RFC 9110 §15.5.6).

    ``*`` is the server as a whole (§9.3.7).
    """
    methods: set[str] = {
        method
        for route in routes
        if scope["path"] == "*" or route.matches(scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }
    return sorted(methods | {"OPTIONS"}) if methods else []
