"""The addresses of the HTTP contract, but for /sparql: each is one call into ``documents`` or ``downloads``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from initiative_lod.formats import HTML, JSON_LD
from initiative_lod.negotiation import choose
from initiative_lod.representation import OFFERS
from initiative_lod.resource import exists, resource_of
from initiative_lod.web import documents, downloads
from initiative_lod.web.asked import Answer, Asked, asked
from initiative_lod.web.documents import Target
from initiative_lod.web.errors import BadArgument, NotFound
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


def document_router(site: Site) -> APIRouter:
    """Things, documents, pages, downloads and health."""
    router = APIRouter()

    def route(path: str, work: Work, summary: str = "", responses: Responses | None = None, shown: bool = True) -> None:
        """GET and HEAD of ``path``; only GET is in the interface's description, which needs no second name for it."""

        async def endpoint(request: Request) -> Response:
            read = asked(request, site.settings.root_path, site.trusted)
            answer = await run_in_threadpool(work, read, request.path_params)
            return answer if isinstance(answer, Response) else answer.response(request.method)

        for method in ("GET", "HEAD"):
            router.add_api_route(
                path,
                endpoint,
                methods=[method],
                name=f"{method} {path}",
                summary=summary,
                response_class=Response,
                responses=responses,
                include_in_schema=shown and method == "GET",
                openapi_extra={"parameters": [_path_parameter(name) for name in re.findall(r"\{(\w+)", path)]},
            )

    route("/id/{path:path}", lambda read, given: see_other(site, read, given["path"]), "A thing", THING_RESPONSES)
    route("/doc/{path:path}", lambda read, given: own(site, read, _stem(read)), "Its document", DOCUMENT_RESPONSES)
    for path, summary in (
        ("ontology", "The ontology"),
        ("shapes", "The SHACL shapes"),
        ("dataset", "The dataset: DCAT and VoID"),
    ):
        route(f"/{path}", lambda read, given: own(site, read, _stem(read)), summary, DOCUMENT_RESPONSES)
        route(f"/{path}.{{suffix}}", lambda read, given: own(site, read, _stem(read)), shown=False)
    for path, summary in (("ontology", "A version of the ontology"), ("graph", "A named graph")):
        route(f"/{path}/{{rest:path}}", lambda read, given: own(site, read, _stem(read)), summary, DOCUMENT_RESPONSES)
    route("/resource", lambda read, given: about_any(site, read), "What is said of any IRI", DOCUMENT_RESPONSES)
    route("/resource.{suffix}", lambda read, given: about_any(site, read), shown=False)
    route("/linkset", lambda read, given: downloads.linkset(site, read, _given(read)), "The typed links of a document")
    route("/cite", lambda read, given: downloads.cite(site, read, _given(read)), "A citation: APA, BibTeX or CSL-JSON")
    route("/.well-known/void", lambda read, given: own(site, read, "dataset"), "VoID", DOCUMENT_RESPONSES)
    route("/", lambda read, given: downloads.start(site, read), "Start page")
    route("/context.jsonld", lambda read, given: downloads.context(site, read), "The JSON-LD context")
    route("/dataset/{name}", lambda read, given: downloads.dump(site, read, given["name"]), "A dump; ranges work")
    route("/releases", lambda read, given: downloads.releases(site, read), "The releases")
    route("/release/{version}", lambda read, given: release(site, read, given["version"]), "One release")
    route("/static/{name:path}", lambda read, given: downloads.static(read, given["name"]), shown=False)
    route("/healthz", lambda read, given: downloads.health(read), "Alive")
    route("/readyz", lambda read, given: downloads.ready(site, read), "Able to answer")
    return router


def see_other(site: Site, read: Asked, path: str) -> Answer:
    """303 from a thing to its document (Cool URIs for the Semantic Web). Raises NotFound for an unknown thing."""
    opened = site.publisher.current()
    resource = resource_of(opened.iris, f"id/{path}")
    if resource is None or not exists(opened, resource):
        raise NotFound(f"nothing is known about <{opened.iris.base}id/{path[:200]}>")
    query = f"?{read.query_string}" if read.query_string else ""
    headers = (
        ("Location", f"{read.prefix}/doc/{path}{query}"),
        ("Vary", documents.VARY),
        ("Cache-Control", documents.CACHE),
        ("Link", f'<{resource.value}>; rel="cite-as"'),
    )
    return Answer(303, headers)


def own(site: Site, read: Asked, path: str) -> Answer:
    """The document at a path under the base."""
    return documents.answer(site, read, documents.target(site.publisher.current(), path, read.prefix))


def release(site: Site, read: Asked, version: str) -> Answer:
    """A release: as a page or JSON from its manifest, in RDF from its description."""
    offer = choose(read.accept, OFFERS)
    if offer is not None and offer.media not in (HTML, JSON_LD):
        try:
            return own(site, read, f"release/{version}")
        except NotFound:
            pass  # an older one is described in its own store only
    return downloads.release(site, read, version)


def about_any(site: Site, read: Asked) -> Answer:
    """The description of the IRI that the argument ``iri`` gives. Raises BadArgument, NotFound."""
    resource = _given(read)
    named = documents.target(site.publisher.current(), _stem(read), read.prefix)
    argument = quote(resource.value, safe=":/")
    return documents.answer(site, read, Target(f"{read.prefix}/resource", resource, named.media, argument))


def _given(read: Asked) -> NamedNode:
    """The IRI that the argument ``iri`` gives. Raises BadArgument."""
    iri = read.query.get("iri", "")
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadArgument(f"iri is {iri[:200]!r}, and must be an absolute IRI: {error}") from error


def _stem(read: Asked) -> str:
    """The path under the base, whether or not the proxy has cut the prefix off."""
    path = read.path
    if read.prefix and path.startswith(f"{read.prefix}/"):
        path = path[len(read.prefix) :]
    return path[1:]


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
