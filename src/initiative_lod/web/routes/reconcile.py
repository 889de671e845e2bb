"""/reconcile: the Reconciliation Service API 0.2 over HTTP. What it answers is made in ``reconcile``; here is the wire.

JSONP is not offered: CORS, which 0.2 requires, does the same without running our words as a program in the client's
page.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

import anyio
from anyio import CapacityLimiter
from fastapi import APIRouter, Request
from pyoxigraph import NamedNode
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from initiative_lod.errors import InitiativeLodError, NotFound, ReleaseError
from initiative_lod.languages import preferred
from initiative_lod.matching.reconcile_entities import Entities, matching
from initiative_lod.matching.reconcile_extension import extend, read_extension
from initiative_lod.matching.reconcile_manifest import manifest
from initiative_lod.matching.reconcile_queries import (
    BatchTooLarge,
    ReconcileError,
    answer_batch,
    clean,
    read_batch,
    read_limit,
    suggestions,
)
from initiative_lod.release.per_release import PerRelease
from initiative_lod.web.http.errors import problem
from initiative_lod.web.http.request import Asked, seen
from initiative_lod.web.pages import templates
from initiative_lod.web.site import Site

LONGEST_BODY = 1024 * 1024
SUGGESTED = 20
AT_ONCE = 2  # requests that are being worked on; more wait
STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:.7rem;color:#1c1c1c;background:#fff}"
    "h1{font-size:1.05rem;margin:0 0 .2rem}p{margin:.25rem 0}"
    ".other,.kind,.source{color:#555}.source{font-size:.78rem;overflow-wrap:anywhere}a{color:#0b4f8a}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
#: A preview is made to stand in other people's frames; it loads nothing and runs nothing.
PREVIEW_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
_STATUS: Mapping[type[InitiativeLodError], int] = {
    BatchTooLarge: 413,
    ReconcileError: 400,
    NotFound: 404,
    ReleaseError: 503,
}
_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
_CORS = {"Access-Control-Allow-Origin": "*"}

Work = Callable[[Entities, Mapping[str, str], Asked, str], Any]


def reconcile_router(site: Site) -> APIRouter:
    """The service at /reconcile, over whatever release is current."""
    router = APIRouter()
    service = Service(site)
    routes: tuple[tuple[str, Work, str], ...] = (
        ("", _endpoint, "Reconciliation Service API 0.2: manifest, queries, data extension"),
        ("/suggest/entity", _suggest_entity, "Suggest things"),
        ("/suggest/type", _suggest_class, "Suggest types"),
        ("/suggest/property", _suggest_property, "Suggest properties"),
        ("/flyout/{kind}", _flyout, "A few words on a suggestion"),
        ("/properties", _propose, "Properties to extend by"),
        ("/preview", _preview, "A small page about a thing"),
    )
    for path, work, summary in routes:
        for method in ("GET", "HEAD", "POST") if path == "" else ("GET", "HEAD"):
            router.add_api_route(
                f"/reconcile{path}",
                service.route(work),
                methods=[method],
                response_class=Response,
                summary=summary,
                operation_id=f"reconcile{path.replace('/', '_').replace('{kind}', 'kind')}_{method.lower()}",
                include_in_schema=method != "HEAD",  # one name for GET and HEAD would be a name twice
            )
    return router


class Service:
    """What answers under /reconcile."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._entities = PerRelease(Entities)
        self._limiter: CapacityLimiter | None = None

    def route(self, work: Work) -> Callable[[Request], Any]:
        """An endpoint that does ``work`` in a thread, and turns what it returns into a response."""

        async def endpoint(request: Request) -> Response:
            self._limiter = self._limiter or CapacityLimiter(AT_ONCE)
            try:
                fields = await _fields(request)
                read = self._site.asked(request)
                origin = _origin(request, self._site.trusted) + read.prefix
                return await anyio.to_thread.run_sync(self._answer, work, fields, read, origin, limiter=self._limiter)
            except ClientDisconnect:
                return Response(status_code=400)
            except (ReconcileError, NotFound, ReleaseError) as error:
                status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
                headers = {**_CORS, "Cache-Control": "no-store"}
                content = problem(status, str(error), HTTPStatus(status).phrase)
                return Response(content, status, headers, "application/problem+json")

        return endpoint

    def _answer(self, work: Work, fields: Mapping[str, str], read: Asked, origin: str) -> Response:
        if "callback" in fields:
            raise ReconcileError("JSONP is not offered here: leave 'callback' out; every answer may be read by CORS")
        found = work(self._entities.of(self._site.publisher.current()), fields, read, origin)
        if isinstance(found, Response):
            return found
        # ASCII: halves of characters that a client sent go back as it wrote them.
        return Response(json.dumps(found).encode(), 200, {**_CORS, "Cache-Control": "no-cache"}, "application/json")


def _origin(request: Request, trusted: frozenset[str]) -> str:
    """Scheme and host under which the client sees us: a manifest's addresses are absolute. Raises ReconcileError."""
    found = seen(request, trusted)
    if found.scheme not in ("http", "https") or not _HOST.fullmatch(found.host):
        raise ReconcileError(f"the request is for the host {found.host[:100]!r}, which is no name of a host")
    return f"{found.scheme}://{found.host}"


async def _fields(request: Request) -> dict[str, str]:
    """The parameters of the address, then of the form. Of a name that stands twice, the first counts."""
    query = request.scope["query_string"].decode("ascii", "replace")
    fields = _parse(query)
    if request.method != "POST":
        return fields
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise BatchTooLarge(f"the body is longer than {LONGEST_BODY:,} bytes")
    if media == "multipart/form-data":
        raise ReconcileError("send the form as application/x-www-form-urlencoded")
    return {**_parse(body.decode("utf-8", "replace")), **fields}


def _parse(text: str) -> dict[str, str]:
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise ReconcileError(f"the form cannot be read: {error}") from error
    return {name: values[0] for name, values in found.items()}


def _endpoint(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Any:
    if "queries" in fields:
        return answer_batch(entities, read_batch(fields["queries"]))
    if "extend" in fields:
        return extend(entities, read_extension(fields["extend"]))
    if "query" in fields:  # one query by itself, as 0.1 had it
        text = fields["query"]
        one = text if text.lstrip().startswith("{") else json.dumps({"query": text})
        return answer_batch(entities, read_batch('{"q0": ' + one + "}"))["q0"]
    if read.method == "POST":
        raise ReconcileError("the form has neither 'queries' nor 'extend'")
    return manifest(entities, f"{origin}/reconcile", origin)


def _suggest_entity(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Any:
    classes = [item for item in fields.get("type", "").split(",") if item]
    return {"result": suggestions(entities, fields.get("prefix", ""), _cursor(fields), _limit(fields), classes)}


def _suggest_class(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Any:
    found = matching(entities.classes, clean(fields.get("prefix", "")))
    return _terms(found, fields, "{} things")


def _suggest_property(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Any:
    found = matching(entities.properties, clean(fields.get("prefix", "")))
    return _terms(found, fields, "used {} times")


def _terms(found: list[Any], fields: Mapping[str, str], say: str) -> dict[str, Any]:
    cursor = _cursor(fields)
    page = found[cursor : cursor + _limit(fields)]
    return {
        "result": [
            {"id": item.iri, "name": item.name, "description": f"{say.format(item.count)}: {item.iri}"} for item in page
        ]
    }


def _cursor(fields: Mapping[str, str]) -> int:
    given = fields.get("cursor", "")
    return 0 if given in ("", "0") else read_limit(given, "cursor", 0, 10_000)


def _limit(fields: Mapping[str, str]) -> int:
    return read_limit(fields.get("limit"), "limit", SUGGESTED, 100)


def _flyout(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Any:
    shown = _shown(entities, fields, read, origin)
    template = (
        "<p><strong>{{ name }}</strong>{% if other %} · {{ other }}{% endif %}</p><p>{{ description or iri }}</p>"
    )
    return {"id": shown["iri"], "html": templates.environment().from_string(template).render(shown)}


def _preview(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Response:
    shown = _shown(entities, fields, read, origin)
    content = templates.environment().get_template("preview.html").render(shown)
    headers = {
        **_CORS,
        "Content-Security-Policy": PREVIEW_POLICY,
        "Content-Language": shown["language"],
        "Vary": "Accept-Language",
        "Cache-Control": "no-cache",
    }
    return Response(content.encode(), 200, headers, "text/html")


def _shown(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> dict[str, Any]:
    """What a preview shows of anything that the release knows: names, kinds, a sentence, and whose it is."""
    iri = clean(fields.get("id", ""))
    try:
        quads = list(entities.opened.about(NamedNode(iri)))
    except ValueError as error:
        raise ReconcileError(f"id is {iri[:200]!r}, and must be an IRI: {error}") from error
    if not quads:
        raise NotFound(f"nothing is known about <{iri[:200]}>")
    language, other_language = preferred(read.language)[:2]
    name, other = entities.name(iri, language), entities.name(iri, other_language)
    return {
        "iri": iri,
        "address": f"{origin}/resource?{urlencode({'iri': iri})}",
        "language": language,
        "name": name,
        "other_language": other_language,
        "other": other if other != name else "",
        "classes": [entities.name(item, language) for item in entities.classes_of(iri)],
        "description": entities.description(iri, language),
        "graphs": sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}),
        "style": STYLE,
    }


def _propose(entities: Entities, fields: Mapping[str, str], read: Asked, origin: str) -> Any:
    name = clean(fields.get("type", ""))
    limit = read_limit(fields.get("limit"), "limit", 100, 500)
    found = entities.properties_of(name, limit) if name else entities.properties[:limit]
    answer = {"type": name, "properties": [{"id": item.iri, "name": item.name} for item in found]}
    return answer | {"limit": limit} if "limit" in fields else answer
