"""Older releases: the whole site as one of them has it, under ``/release/<version>/``, by the same routes.

Links in its pages stay in the release, and its addresses stay what they are whatever is published later. IRIs in data
are the canonical ones. Pages say which release one looks at; search engines are asked to keep to the current one.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive
from initiative_lod.web.pages.older_release import OlderRelease
from initiative_lod.web.routes import memento
from initiative_lod.web.routes.memento import Mementos, Original
from initiative_lod.web.routes.releases import opened_release
from initiative_lod.web.routes.routing import in_lane
from initiative_lod.web.site import OLDER, RELEASE, Site

#: What belongs to no release in particular is where it always is.
ELSEWHERE = ("releases", "release/", "timegate", "timemap", "healthz", "readyz", "metrics", "reconcile", "openapi")
SHOWN = (200, 206, 304)
ROUTED = ("router", "route", "endpoint", "path_params")  # what the outer route put into a scope
ROBOTS = (b"x-robots-tag", b"noindex, nofollow")


async def _nothing() -> Message:
    """No message, ever."""
    await asyncio.Event().wait()
    raise AssertionError


class OlderReleases:
    """An ASGI application for ``/release/{version}/{rest:path}``: ``app`` answers for ``rest``, of that release."""

    def __init__(self, site: Site, archive: Archive, mementos: Mementos, app: ASGIApp) -> None:
        self._site, self._archive, self._mementos, self.app = site, archive, mementos, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises NotFound, Damaged, Busy before anything is sent."""
        version, rest = scope["path_params"]["version"], scope["path_params"]["rest"]
        request = self._site.read(scope)
        original = Original(rest, request.query_string)
        if rest.startswith(ELSEWHERE):
            await RedirectResponse(original.under(request.prefix), 308)(scope, receive, send)
            return
        current = await self._site.release_of(scope)

        def look() -> tuple[OpenRelease, list[tuple[str, str]]]:
            opened = opened_release(self._archive, version, current)
            if request.method not in ("GET", "HEAD") or not memento.is_original(rest):
                return opened, []
            return opened, memento.headers_of(self._mementos, request.prefix, original, version, current)

        # Whoever watches over a client takes what it sends: the body of a query is for the inner application.
        http = HttpRequest(scope, receive if request.method in ("GET", "HEAD") else _nothing)
        opened, said = await in_lane(self._site, self._site.older, http, request, look)
        more = [ROBOTS, *((name.lower().encode(), value.encode()) for name, value in said)]

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                wanted = more if message["status"] in SHOWN else more[:1]
                present = {name for name, _ in headers} - {b"link"}
                message["headers"] = [*headers, *(item for item in wanted if item[0] not in present)]
            await send(message)

        inner = {
            **{name: value for name, value in scope.items() if name not in ROUTED},
            "path": f"/{rest}",
            RELEASE: opened,
            OLDER: self._shown(opened, current),
        }
        await self.app(inner, receive, send_more)

    def _shown(self, opened: OpenRelease, current: OpenRelease) -> OlderRelease:
        version = opened.release.version
        times = {item.version: item.time for item in self._archive.published(current)}
        date = times[version].date().isoformat() if version in times else opened.release.modified
        return OlderRelease(version, date, current.release.version)
