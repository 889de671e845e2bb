"""Health: whether the process answers, and whether it has a release to answer from. Both without a thread."""

from __future__ import annotations

from functools import partial

from starlette import requests, responses

from initiative_lod.formats import TEXT
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.sparql.pool import QueryPool
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.routes.routing import UNAVAILABLE, Address, Outcome, at_hand
from initiative_lod.web.site import Site

_HEADERS = (("Content-Type", TEXT.content_type), ("Cache-Control", "no-store"))


def health_addresses(site: Site, pool: QueryPool) -> list[Address]:
    """``/healthz`` and ``/readyz``."""
    ready_or_not = {200: Outcome("It is", (TEXT,)), **UNAVAILABLE}
    return [
        Address("/healthz", health, "Alive", {200: Outcome("It is", (TEXT,))}),
        Address("/readyz", at_hand(site, None, partial(ready, pool)), "Able to answer", ready_or_not),
    ]


async def health(request: requests.Request) -> responses.Response:
    """The process answers."""
    return Response(200, _HEADERS, b"ok\n").to(request.method)


def ready(pool: QueryPool, opened: OpenRelease, request: Request) -> Response:
    """A release is open, can be read as far as that is known, and queried. Raises DamagedStore, EngineDown."""
    opened.condition.check()
    pool.engine.check(opened)
    return Response(200, _HEADERS, f"ready {opened.release.version}\n".encode())
