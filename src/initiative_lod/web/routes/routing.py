"""Routing: an address is a path, what answers there, and what OpenAPI says of it.

These are Starlette's routes: FastAPI's cost eight times as much a request (docs/design.md has the figures).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel
from starlette import requests, responses
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from initiative_lod.errors import Busy, Message
from initiative_lod.formats import HTML, PROBLEM, MediaType
from initiative_lod.release.opened import OpenRelease
from initiative_lod.web.http.arguments import Arguments, PageArguments
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.site import Site

Work = Callable[[OpenRelease, Request], Response | responses.Response]
AsyncWork = Callable[[OpenRelease, Request], Awaitable[Response | responses.Response]]
Endpoint = Callable[[requests.Request], Awaitable[responses.Response]]


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
NOT_MODIFIED: Outcomes = {304: Outcome("Not modified")}


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

    def routes(self) -> list[BaseRoute]:
        """What is narrower comes first: a path parameter would take a suffix for a part of its value."""
        paths = [*(f"{self.path}.{suffix}" for suffix in self.suffixes), self.path]
        return [Route(path, self.endpoint, methods=list(self.methods)) for path in paths]


class Lane:
    """Threads for work that may take long: ``at_once`` of them, so that other work finds one.

    Who comes when ``most_waiting`` wait is told to come back, with the message ``busy``.
    """

    def __init__(self, at_once: int, most_waiting: int, busy: Message) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._most_waiting, self._busy = most_waiting, busy

    async def run(self, work: Work, opened: OpenRelease, request: Request) -> Response | responses.Response:
        """What ``work`` gives. Raises Busy, and what ``work`` raises."""
        if self._limiter.statistics().tasks_waiting >= self._most_waiting:
            raise Busy(self._busy)
        return await to_thread.run_sync(work, opened, request, limiter=self._limiter)


def from_release(site: Site, work: Work, lane: Lane | None = None, by_date: AsyncWork | None = None) -> Endpoint:
    """An endpoint that answers from one release, in a thread: of the ``lane``, or of those that all share."""

    async def in_a_thread(opened: OpenRelease, request: Request) -> Response | responses.Response:
        return await (lane.run(work, opened, request) if lane else to_thread.run_sync(work, opened, request))

    return from_release_async(site, in_a_thread, by_date)


def from_release_async(site: Site, work: AsyncWork, by_date: AsyncWork | None = None) -> Endpoint:
    """An endpoint that answers from one release and waits for nothing, or knows how to.

    ``by_date`` answers who asks for the document as it was at a time (RFC 7089), unless it is an older one already.
    """

    async def endpoint(http: requests.Request) -> responses.Response:
        request, opened = site.read(http.scope), await site.release_of(http.scope)
        dated = by_date is not None and request.accept_datetime is not None and request.older is None
        response = await (by_date if by_date is not None and dated else work)(opened, request)
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
