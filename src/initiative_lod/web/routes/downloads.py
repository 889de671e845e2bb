"""Files that are sent as they lie in the release folder or the package: dumps, the context, style sheets, and for
replicas every file of a release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field
from starlette import requests, responses
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from initiative_lod.documents import links
from initiative_lod.documents.document import CACHE_CONTROL
from initiative_lod.documents.json_tree import SCHEMA, SCHEMA_FILE, schema
from initiative_lod.documents.links import LINKSET, Link
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.documents.representation import Rendered
from initiative_lod.errors import Message, NotAcceptable, NotFound
from initiative_lod.formats import GZIP, JSON, JSON_LD, PARQUET, MediaType
from initiative_lod.release.files import FileEntry
from initiative_lod.release.inventory import file_of
from initiative_lod.release.manifest import CONTEXT, DUMPS, MANIFEST, STORE_DIGESTS, dump_type
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http import static_files
from initiative_lod.web.http.arguments import PageArguments
from initiative_lod.web.http.conditional import Representation, http_date, not_modified, of_content
from initiative_lod.web.http.problems import RangeNotSatisfiable
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.routes.routing import (
    BY_DATE,
    Address,
    Endpoint,
    Outcome,
    Outcomes,
    at_hand,
    from_release,
    outcomes,
)
from initiative_lod.web.site import Site

OCTETS = MediaType("application/octet-stream", "bin", "octets", charset=False)
MAX_RANGES = 100
_RANGES = re.compile(r"\s*bytes\s*=\s*(.*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,18})\s*-\s*(\d{1,18})?|-\s*(\d{1,18})")


class FileArguments(PageArguments):
    """The argument of a file of the package's own."""

    v: Annotated[str, Field(description="its version, so that the address changes with the file")] = ""


class RangedFile(FileResponse):
    """A file, or the ranges of it that are asked for (RFC 9110 §14).

    A Range header in another unit, or none that can be read, is as good as absent; so is one of another method than
    GET, and one whose If-Range names another file than this. Raises RangeNotSatisfiable.
    """

    def __init__(self, path: Any, size: int, headers: dict[str, str], media: MediaType) -> None:
        super().__init__(path, headers=headers, media_type=media.name)
        self._size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "headers": list(scope["headers"])}
        headers = MutableHeaders(scope=scope)
        if "range" in headers:
            counts = scope["method"] == "GET" and self._is_named(", ".join(headers.getlist("if-range")))
            ranges = satisfiable(", ".join(headers.getlist("range")), self._size) if counts else ""
            del headers["range"]
            if ranges:
                headers["range"] = ranges
        await super().__call__(scope, receive, send)

    def _is_named(self, if_range: str) -> bool:
        """Tell whether an If-Range header, if there is one, names the file as it is (RFC 9110 §13.1.5)."""
        return not if_range or if_range in (self.headers["etag"], self.headers["last-modified"])


def satisfiable(header: str, size: int) -> str:
    """A Range header with the ranges that lie in ``size`` bytes; empty for one to be ignored (RFC 9110 §14.2).

    Raises RangeNotSatisfiable when there is none of them.
    """
    match = _RANGES.fullmatch(header)
    parts = [part.strip() for part in match[1].split(",") if part.strip()] if match else []
    ranges = [_RANGE.fullmatch(part) for part in parts[: MAX_RANGES + 1]]
    valid = [found for found in ranges if found is not None and not (found[2] and int(found[2]) < int(found[1]))]
    if not valid or len(valid) < len(ranges) or len(ranges) > MAX_RANGES:
        return ""
    within = [found[0] for found in valid if (int(found[1]) < size if found[1] else int(found[3]) > 0)]
    if not within:
        raise RangeNotSatisfiable(size)
    return f"bytes={','.join(within)}"


def download_addresses(site: Site, by_date: Endpoint) -> list[Address]:
    """The dumps, the context and the package's own files."""

    async def static(http: requests.Request) -> responses.Response:
        request = site.read(http.scope)
        return static_file(request).answer(request, site.cache).to(request.method)

    files = site.threads.lane("context")

    def ranged(what: str, media: Sequence[MediaType], missing: str, more: Outcomes) -> Outcomes:
        faults = {404: missing, 416: "The range begins after the end"}
        return outcomes(f"The {what}", media, faults, {206: Outcome("A range of it", media), **more})

    return [
        Address(
            "/dataset/{name}",
            at_hand(site, None, dump, by_date),
            "A dump; ranges work",
            ranged("dump", (GZIP, PARQUET), "There is no such dump", BY_DATE),
        ),
        Address(
            "/files/{name:path}",
            at_hand(site, None, file_of_release),
            "A file of the release, for a replica: manifest.json, and what it and store.json list; ranges work",
            ranged("file", (OCTETS, JSON), "The release has no such file", {}),
        ),
        Address(
            "/context.jsonld",
            from_release(site, files, context, by_date),
            "The JSON-LD context",
            outcomes("The context", (JSON_LD, JSON), {406: "Neither JSON-LD nor JSON is accepted"}, BY_DATE),
        ),
        Address(
            f"/{SCHEMA_FILE}",
            from_release(site, files, tree_schema),
            "The JSON Schema of framed JSON-LD",
            outcomes("The schema", (SCHEMA, JSON), {406: "No JSON is accepted"}),
        ),
        Address("/static/{name:path}", static, arguments=FileArguments, shown=False),
    ]


def dump(opened: OpenRelease, request: Request) -> Response | responses.Response:
    """A dump of the release. Raises NotFound."""
    release, name = opened.release, request.parameters["name"]
    path = release.path / name
    if name not in DUMPS or not path.is_file():
        raise NotFound(Message("error.no_dump", name=name[:100], names=list(DUMPS)))
    dataset = opened.iris.thing("dataset").value
    described = [
        Link(dataset, "collection"),
        Link(dataset, "describedby"),
        Link(f"{request.prefix}/dataset.ttl", "describedby", "text/turtle"),
        Link(f"{request.prefix}/linkset?iri={dataset}", "linkset", LINKSET),
    ]
    headers = {
        "Link": links.header(described),
        "Content-Disposition": f'attachment; filename="initiative-lod-{release.version}-{name}"',
    }
    return _file(opened, request, name, release.manifest.files[name], dump_type(name), CACHE_CONTROL, **headers)


def file_of_release(opened: OpenRelease, request: Request) -> Response | responses.Response:
    """A file of the release, and of nothing else that lies in its folder. Raises NotFound."""
    release, name = opened.release, request.parameters["name"]
    entry = file_of(release.path, release.manifest, name)
    if entry is None:
        raise NotFound(Message("error.no_release_file", name=name[:100], manifest=MANIFEST))
    media = JSON if name in (MANIFEST, STORE_DIGESTS) else OCTETS
    return _file(opened, request, name, entry, media, "no-cache")


def _file(
    opened: OpenRelease, request: Request, name: str, entry: FileEntry, media: MediaType, cache: str, **more: str
) -> Response | responses.Response:
    """A file of the release, or its ranges; ``more`` headers go with it, unless the client has it."""
    tag = f'"{entry.sha256[:32]}"'
    headers = {"ETag": tag, "Last-Modified": http_date(opened.since), "Cache-Control": cache}
    if not_modified(request, tag, opened.since):
        return Response(304, tuple(headers.items()))
    return RangedFile(opened.release.path / name, entry.bytes, headers | more, media)


def context(opened: OpenRelease, request: Request) -> Response:
    """The JSON-LD context of the release. Raises NotAcceptable."""
    return _json(request, CONTEXT, JSON_LD, Message("error.context_forms"), (opened.release.path / CONTEXT).read_bytes)


def tree_schema(opened: OpenRelease, request: Request) -> Response:
    """The JSON Schema of trees. Raises NotAcceptable."""
    fault = Message("error.page_forms", forms=f"{SCHEMA.name}, {JSON.name}")
    return _json(request, SCHEMA_FILE, SCHEMA, fault, schema)


def _json(request: Request, path: str, media: MediaType, fault: Message, content: Callable[[], bytes]) -> Response:
    offer = choose(request.accept, (Offer(media), Offer(JSON)))
    if offer is None:
        raise NotAcceptable(fault, [(f"{request.prefix}/{path}", media.name)])
    headers = [("Vary", "Accept"), ("Cache-Control", CACHE_CONTROL)]
    return of_content(request, content(), headers, [("Content-Type", offer.content_type)])


def static_file(request: Request) -> Representation:
    """A file of the package's own. Raises NotFound."""
    name = request.parameters["name"]
    found = static_files.file(name)
    if found is None:
        raise NotFound(Message("error.no_file", name=name[:100]))
    named = request.query.get("v") == found.version  # another one would be kept for bytes that it is not of
    headers = [("Cache-Control", static_files.FOREVER if named else static_files.CACHE_CONTROL)]
    content_headers = [("Content-Type", found.content_type)]
    return Representation(found.tag, headers, content_headers, lambda: Rendered(found.content))
