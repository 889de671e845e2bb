"""Front: the layer before the application. It reads the current release once for each request, sends again what was
answered a moment ago, and counts everything.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod.sparql.pool import QueryPool
from initiative_lod.web.http.fair_starts import SENT, FairStarts
from initiative_lod.web.http.request import client, counted_as
from initiative_lod.web.http.request_counts import RequestCounts
from initiative_lod.web.http.request_log import RequestLog
from initiative_lod.web.http.response_cache import CachedResponse
from initiative_lod.web.http.whole_responses import WHOLE, Whole, in_one_piece
from initiative_lod.web.site import RELEASE, Site

LOOKED_AFTER = ("/healthz", "/readyz", "/metrics")  # by which others see how the server is


class Front:
    """An ASGI application before the ASGI application ``app``; ``methods_of`` gives the methods of a path."""

    def __init__(
        self,
        app: ASGIApp,
        site: Site,
        pool: QueryPool,
        counts: RequestCounts,
        methods_of: Callable[[str], list[str]],
        running: Callable[[], AbstractAsyncContextManager[None]],
        log: RequestLog | None = None,
    ) -> None:
        self._running, self.log = running, log
        self._starts = FairStarts(site.threads.give_way)
        self.app, self.site, self.pool, self.counts, self.methods_of = app, site, pool, counts, methods_of

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run what belongs beside the requests: the query workers, for as long as the context lasts."""
        return self._running()

    def refused(self, status: int, reason: str, address: str) -> None:
        """Count, and write down, that a connection from ``address`` was refused before it was a request."""
        self.counts.refused[reason, status] += 1
        if self.log is not None:
            self.log.refused(status, reason, address)

    def kept(self, scope: Scope) -> tuple[CachedResponse, bytes] | None:
        """The response that is kept for a request, with its body: whoever takes it sends it now. None where the request
        has to be begun, as when its client has had its share of this turn, or requests are written down.
        """
        key = self.site.cache.key(scope) if self.log is None else None
        if key is None or not self._starts.has_room(client := self._client(scope), SENT):
            return None
        opened = self.site.at_hand()
        found = None if opened is None else self.site.cache.get(opened, key)
        if found is None:
            return None
        self._starts.take(client, SENT)
        response, body = found
        response.count[0] += 1
        return response, b"" if scope["method"] == "HEAD" else body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self._starts.wait(self._client(scope), first=self._is_looked_after(scope["path"]))
        if self.log is not None:
            await self.log.around(self._answer, scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _client(self, scope: Scope) -> str:
        """Whom a request counts for, by the address that the socket has or a trusted proxy says."""
        address: str = scope["client"][0] if scope.get("client") else ""
        return client(scope, self.site.trusted).counted_as if address in self.site.trusted else counted_as(address)

    def _is_looked_after(self, path: str) -> bool:
        return path.removeprefix(self.site.settings.root_path) in LOOKED_AFTER

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        cache, opened = self.site.cache, self.site.at_hand()
        scope[RELEASE] = opened
        key = None if opened is None else cache.key(scope)
        if opened is None or key is None:
            await self.counts.measure(self.app, scope, receive, in_one_piece(scope, send))
            return
        found = cache.get(opened, key)
        if found is not None:
            response, body = found
            body = b"" if scope["method"] == "HEAD" else body
            whole: Whole | None = scope.get(WHOLE)
            if whole is None or not whole(response.status, response.fields, body):
                await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
                await send({"type": "http.response.body", "body": body})
            response.count[0] += 1
            return
        send = in_one_piece(scope, send)
        if scope["method"] == "HEAD":
            await self.counts.measure(self.app, scope, receive, send)
            return
        sent: list[Message] = []

        async def noting(message: Message) -> None:
            sent.append(message)
            await send(message)

        await self.counts.measure(self.app, scope, receive, noting)
        cache.put(opened, key, sent, scope["path"])
