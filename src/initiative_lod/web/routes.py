"""The addresses of the HTTP contract, but for /sparql: each is one call into ``documents``, ``downloads`` or ``pages``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from initiative_lod.resource import exists, resource_of
from initiative_lod.web import documents, downloads
from initiative_lod.web.asked import Answer, Asked, asked
from initiative_lod.web.documents import Target
from initiative_lod.web.errors import BadArgument, NotFound
from initiative_lod.web.site import Site

METHODS = ["GET", "HEAD"]
_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}, "text/html": {}}}
_RDF: dict[str, Any] = {
    "description": "The description, in the representation that was negotiated",
    "content": {offer.media.name: {} for offer in documents.OFFERS},
}
DOCUMENT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: _RDF,
    304: {"description": "Not modified"},
    400: {"description": "An argument has no meaning", **_PROBLEM},
    404: {"description": "Nothing is known about it", **_PROBLEM},
    406: {"description": "No representation is acceptable; the alternatives are listed", **_PROBLEM},
    503: {"description": "No release is published", **_PROBLEM},
}


def document_router(site: Site) -> APIRouter:
    """Things, documents, pages, downloads and health."""
    router = APIRouter()

    async def run(request: Request, work: Callable[[Asked], Answer]) -> Response:
        read = asked(request, site.settings.root_path, site.trusted)
        return (await run_in_threadpool(work, read)).response(request.method)

    @router.api_route(
        "/id/{path:path}",
        methods=METHODS,
        summary="A thing: see the document about it",
        response_class=Response,
        responses={303: {"description": "The document that describes the thing"}, 404: DOCUMENT_RESPONSES[404]},
    )
    async def thing(request: Request, path: str) -> Response:
        return await run(request, lambda read: see_other(site, read, path))

    @router.api_route(
        "/doc/{path:path}",
        methods=METHODS,
        summary="The document about a thing",
        response_class=Response,
        responses=DOCUMENT_RESPONSES,
    )
    async def document(request: Request, path: str) -> Response:
        return await run(request, lambda read: own(site, read, f"doc/{path}"))

    for pattern, summary in (
        ("ontology", "The ontology"),
        ("ontology/{rest:path}", "A version of the ontology"),
        ("shapes", "The SHACL shapes"),
        ("dataset", "The dataset: DCAT and VoID"),
        ("graph/{rest:path}", "A named graph"),
    ):
        for suffix in ("", ".{suffix}") if "{" not in pattern else ("",):
            router.add_api_route(
                f"/{pattern}{suffix}",
                _document_endpoint(site, run),
                methods=METHODS,
                summary=summary,
                response_class=Response,
                responses=DOCUMENT_RESPONSES,
                include_in_schema=not suffix,
                operation_id=f"{pattern.replace('/{rest:path}', '_path')}{'_suffix' if suffix else ''}",
            )

    for suffix in ("", ".{suffix}"):

        @router.api_route(
            f"/resource{suffix}",
            methods=METHODS,
            summary="Whatever the release says about any IRI",
            response_class=Response,
            responses=DOCUMENT_RESPONSES,
            include_in_schema=not suffix,
            operation_id="resource" + ("_suffix" if suffix else ""),
        )
        async def resource(request: Request) -> Response:
            return await run(request, lambda read: about_any(site, read))

    @router.api_route("/.well-known/void", methods=METHODS, summary="The VoID description", response_class=Response)
    async def void(request: Request) -> Response:
        return await run(request, lambda read: own(site, read, "dataset"))

    @router.api_route("/", methods=METHODS, summary="Start page", response_class=Response)
    async def start(request: Request) -> Response:
        return await run(request, lambda read: downloads.start(site, read))

    @router.api_route("/context.jsonld", methods=METHODS, summary="The JSON-LD context", response_class=Response)
    async def context(request: Request) -> Response:
        return await run(request, lambda read: downloads.context(site, read))

    @router.api_route("/dataset/{name}", methods=METHODS, summary="A dump; ranges work", response_class=Response)
    async def dump(request: Request, name: str) -> Response:
        return await run_in_threadpool(downloads.dump, site, name)

    @router.api_route("/releases", methods=METHODS, summary="The releases", response_class=Response)
    async def releases(request: Request) -> Response:
        return await run(request, lambda read: downloads.releases(site, read))

    @router.api_route("/release/{version}", methods=METHODS, summary="One release", response_class=Response)
    async def release(request: Request, version: str) -> Response:
        return await run(request, lambda read: downloads.release(site, read, version))

    @router.api_route("/static/{name:path}", methods=METHODS, response_class=Response, include_in_schema=False)
    async def static(request: Request, name: str) -> Response:
        return await run(request, lambda read: downloads.static(read, name))

    @router.api_route("/healthz", methods=METHODS, summary="Alive", response_class=Response)
    async def health(request: Request) -> Response:
        return await run(request, downloads.health)

    @router.api_route("/readyz", methods=METHODS, summary="Able to answer", response_class=Response)
    async def ready(request: Request) -> Response:
        return await run(request, lambda read: downloads.ready(site, read))

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


def about_any(site: Site, read: Asked) -> Answer:
    """The description of the IRI that the argument ``iri`` gives. Raises BadArgument, NotFound."""
    iri = read.query.get("iri", "")
    try:
        resource = NamedNode(iri)
    except ValueError as error:
        raise BadArgument(f"iri is {iri[:200]!r}, and must be an absolute IRI: {error}") from error
    named = documents.target(site.publisher.current(), _stem(read), read.prefix)
    return documents.answer(site, read, Target(f"{read.prefix}/resource", resource, named.media, quote(iri, safe=":/")))


def _document_endpoint(site: Site, run: Callable[..., Any]) -> Callable[..., Any]:
    async def endpoint(request: Request) -> Response:
        response: Response = await run(request, lambda read: own(site, read, _stem(read)))
        return response

    return endpoint


def _stem(read: Asked) -> str:
    """The path under the base, whether or not the proxy has cut the prefix off."""
    path = read.path
    if read.prefix and path.startswith(f"{read.prefix}/"):
        path = path[len(read.prefix) :]
    return path[1:]
