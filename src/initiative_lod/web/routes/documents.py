"""The addresses of the HTTP contract, but for /sparql: each is one call into ``documents`` or ``downloads``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from initiative_lod.documents.links import LINK_FORMAT
from initiative_lod.documents.negotiation import choose
from initiative_lod.documents.representation import OFFERS
from initiative_lod.documents.resource import exists, resource_of
from initiative_lod.errors import BadArgument, Busy, Message, NotFound, Verbatim
from initiative_lod.formats import HTML, JSON_LD
from initiative_lod.release.older import Archive
from initiative_lod.web.http.request import Answer, Asked
from initiative_lod.web.routes import changes, downloads, representations
from initiative_lod.web.routes.changes import Comparisons
from initiative_lod.web.routes.memento import Mementos, Original, gate, time_map
from initiative_lod.web.routes.older_releases import Pinned, opened_release, read_release
from initiative_lod.web.routes.representations import Target
from initiative_lod.web.site import Site

Responses = dict[int | str, dict[str, Any]]
Work = Callable[[Asked, dict[str, str]], Answer | Response]
_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}, "text/html": {}}}
_RDF: dict[str, Any] = {
    "description": "The description, in the representation that was negotiated",
    "content": {offer.media.name: {} for offer in OFFERS},
}
DOCUMENT_RESPONSES: Responses = {
    200: _RDF,
    304: {"description": "Not modified"},
    400: {"description": "An argument has no meaning", **_PROBLEM},
    404: {"description": "Nothing is known about it", **_PROBLEM},
    406: {"description": "No representation is acceptable; the alternatives are listed", **_PROBLEM},
    503: {"description": "No release is published", **_PROBLEM},
}
THING_RESPONSES: Responses = {
    303: {"description": "The document that describes the thing"},
    404: DOCUMENT_RESPONSES[404],
}
MEMENTO_RESPONSES: Responses = {302: {"description": "With Accept-Datetime: an older release's document"}}
CHANGES: Responses = {
    200: {"description": "The changes", "content": {"text/html": {}, "application/json": {}}},
    307: {"description": "The address that names both releases"},
    404: {"description": "There is no such release", **_PROBLEM},
    406: {"description": "Neither HTML nor JSON is accepted", **_PROBLEM},
    503: {"description": "Comparing them takes too long here, or one of them is damaged", **_PROBLEM},
}
GATE: Responses = {
    302: {"description": "The document as the release of that time has it"},
    400: {"description": "Accept-Datetime is no date", **_PROBLEM},
    404: {"description": "No release has it", **_PROBLEM},
}
TIME_MAP: Responses = {
    200: {"description": "Every release's document", "content": {LINK_FORMAT: {}, "text/plain": {}}},
    404: GATE[404],
    406: {"description": "Another format than link-format is wanted", **_PROBLEM},
}


class Routes:
    """Adds addresses to a router: GET and HEAD of each, answered by a function in a thread of its own.

    With ``mementos``, an Accept-Datetime leads from a document to an older release's (RFC 7089).
    """

    def __init__(self, site: Site, mementos: Mementos | None = None) -> None:
        self.router = APIRouter()
        self._site = site
        self._mementos = mementos

    def add(
        self,
        path: str,
        work: Work,
        summary: str = "",
        responses: Responses | None = None,
        *,
        shown: bool = True,
        original: bool = False,
        limiter: CapacityLimiter | None = None,
    ) -> None:
        """Add an address; ``original`` when it is a document's. Only GET is in the interface's description.

        What may take long has a ``limiter`` of its own, so that others find a thread.
        """
        site, mementos = self._site, self._mementos if original else None

        async def endpoint(request: Request) -> Response:
            if limiter is not None and limiter.statistics().tasks_waiting >= changes.MOST_WAITING:
                raise Busy(Message("error.comparing"))
            read = site.asked(request)
            answer: Answer | Response
            if mementos and read.accept_datetime is not None:
                answer = await run_in_threadpool(gate, mementos, read, Original(stem(read), read.query_string))
            else:
                answer = await to_thread.run_sync(work, read, request.path_params, limiter=limiter)
            return answer if isinstance(answer, Response) else answer.response(request.method)

        for method in ("GET", "HEAD"):
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                name=f"{method} {path}",
                summary=summary,
                response_class=Response,
                responses={**(responses or {}), **(MEMENTO_RESPONSES if original else {})},
                include_in_schema=shown and method == "GET",
                openapi_extra={"parameters": [_path_parameter(name) for name in re.findall(r"\{(\w+)", path)]},
            )


def document_router(site: Site, mementos: Mementos | None = None) -> APIRouter:
    """Things, documents, start page and downloads: what one release holds."""
    routes = Routes(site, mementos)
    document = partial(routes.add, original=True)

    def path(read: Asked, given: dict[str, str]) -> Answer:
        return own(site, read, stem(read))

    document("/id/{path:path}", lambda read, given: see_other(site, read, given["path"]), "A thing", THING_RESPONSES)
    document("/doc/{path:path}", path, "Its document", DOCUMENT_RESPONSES)
    for name, summary in (
        ("ontology", "The ontology"),
        ("shapes", "The SHACL shapes"),
        ("dataset", "The dataset: DCAT and VoID"),
    ):
        document(f"/{name}", path, summary, DOCUMENT_RESPONSES)
        document(f"/{name}.{{suffix}}", path, shown=False)
    for name, summary in (("ontology", "A version of the ontology"), ("graph", "A named graph")):
        document(f"/{name}/{{rest:path}}", path, summary, DOCUMENT_RESPONSES)
    document("/resource", lambda read, given: about_any(site, read), "What is said of any IRI", DOCUMENT_RESPONSES)
    document("/resource.{suffix}", lambda read, given: about_any(site, read), shown=False)
    document("/", lambda read, given: downloads.start(site, read), "Start page")
    document("/context.jsonld", lambda read, given: downloads.context(site, read), "The JSON-LD context")
    document("/dataset/{name}", lambda read, given: downloads.dump(site, read, given["name"]), "A dump; ranges work")
    add = routes.add
    add("/linkset", lambda read, given: downloads.linkset(site, read, _given(read)), "The typed links of a document")
    add("/cite", lambda read, given: downloads.cite(site, read, _given(read)), "A citation: APA, BibTeX or CSL-JSON")
    add("/.well-known/void", lambda read, given: own(site, read, "dataset"), "VoID", DOCUMENT_RESPONSES)
    add("/static/{name:path}", lambda read, given: downloads.static(read, given["name"]), shown=False)
    return routes.router


def releases_router(site: Site, archive: Archive, mementos: Mementos) -> APIRouter:
    """The releases, what changed between them, how an older one is found by date; and health."""
    routes = Routes(site)
    add = routes.add
    add("/releases", lambda read, given: downloads.releases(site, archive, read), "The releases")
    comparisons = Comparisons(site.settings.compare_seconds)

    def changed(read: Asked, given: dict[str, str]) -> Answer:
        return changes.answer(site, archive, comparisons, read)

    few = CapacityLimiter(changes.AT_ONCE)
    add("/releases/changes", changed, "What changed from one release (from) to another (to)", CHANGES, limiter=few)
    add("/releases/changes.{suffix}", changed, shown=False, limiter=few)
    add(
        "/release/{version}",
        lambda read, given: release(site, archive, read, given["version"]),
        "One release; under /release/{version}/ is all of the site as that release has it",
    )

    def time_gate(read: Asked, given: dict[str, str]) -> Answer:
        return gate(mementos, read, Original(given["path"], read.query_string))

    def map_of(read: Asked, given: dict[str, str]) -> Answer:
        return time_map(mementos, read, Original(given["path"], read.query_string))

    add("/timegate/{path:path}", time_gate, "Leads to a document as it was at the time of Accept-Datetime", GATE)
    add("/timemap/{path:path}", map_of, "When a document was published, and where each release has it", TIME_MAP)
    add("/healthz", lambda read, given: downloads.health(read), "Alive")
    add("/readyz", lambda read, given: downloads.ready(site, read), "Able to answer")
    return routes.router


def see_other(site: Site, read: Asked, path: str) -> Answer:
    """303 from a thing to its document (Cool URIs for the Semantic Web). Raises NotFound for an unknown thing."""
    opened = site.publisher.current()
    resource = resource_of(opened.iris, f"id/{path}")
    if resource is None or not exists(opened, resource):
        raise NotFound(Message("error.unknown", iri=f"{opened.iris.base}id/{path[:200]}"))
    query = f"?{read.query_string}" if read.query_string else ""
    headers = (
        ("Location", f"{read.prefix}/doc/{path}{query}"),
        ("Vary", representations.VARY),
        ("Cache-Control", representations.CACHE),
        ("Link", f'<{resource.value}>; rel="cite-as"'),
    )
    return Answer(303, headers)


def own(site: Site, read: Asked, path: str) -> Answer:
    """The document at a path under the base."""
    return representations.answer(site, read, representations.target(site.publisher.current(), path, read.prefix))


def release(site: Site, archive: Archive, read: Asked, version: str) -> Answer:
    """A release: as a page or JSON from its manifest, in RDF from the description in its own store."""
    offer = choose(read.accept, OFFERS)
    if offer is not None and offer.media not in (HTML, JSON_LD) and not version.endswith((".html", ".json")):
        opened = opened_release(archive, version)
        its = replace(site, publisher=Pinned(opened))
        with read_release(version):
            return representations.answer(its, read, representations.target(opened, f"release/{version}", read.prefix))
    return downloads.release(site, archive, read, version)


def about_any(site: Site, read: Asked) -> Answer:
    """The description of the IRI that the argument ``iri`` gives. Raises BadArgument, NotFound."""
    resource = _given(read)
    named = representations.target(site.publisher.current(), stem(read), read.prefix)
    argument = quote(resource.value, safe=":/")
    return representations.answer(site, read, Target(f"{read.prefix}/resource", resource, named.media, argument))


def _given(read: Asked) -> NamedNode:
    """The IRI that the argument ``iri`` gives. Raises BadArgument."""
    iri = read.query.get("iri", "")
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadArgument(Message("error.iri", value=iri[:200], detail=Verbatim(error))) from error


def stem(read: Asked) -> str:
    """The path under the base, whether or not the proxy has cut the prefix off."""
    path = read.path
    if read.prefix and path.startswith(f"{read.prefix}/"):
        path = path[len(read.prefix) :]
    return path[1:]


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
