"""Server: uvicorn as this site runs on it. Stopping lets what was begun end; reloading drops no request.

SIGTERM and SIGINT stop it, SIGHUP reads settings and release anew: what comes from then on is answered by another
application, and what the old one was asked it answers.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from initiative_lod.errors import InitiativeLodError
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.app import create_app
from initiative_lod.web.http.connections import Connections
from initiative_lod.web.http.middleware import Front
from initiative_lod.web.http.problems import problem, title
from initiative_lod.web.http.whole_responses import WHOLE, Whole

log = logging.getLogger("initiative_lod")

KEEP_ALIVE_SECONDS = 15
AGAIN_SECONDS = 5  # after which another process is likely to answer
#: Of the socket and the process: another value counts when the server is started anew.
FIXED = ("host", "port", "connections")


class Reloadable:
    """The application that answers now, an ASGI application itself; others may still be answering what they began."""

    def __init__(self, settings: Settings, publisher: Publisher) -> None:
        self.app = create_app(settings, publisher)
        self._lives: dict[Front, AsyncExitStack] = {}
        self._busy: Counter[Front] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        app = self.app
        self._busy[app] += 1
        try:
            await self._answered(app, scope, receive, send)
        finally:
            self._busy[app] -= 1
            if app is not self.app and not self._busy[app]:
                await self._end(app)

    async def replace(self, settings: Settings, publisher: Publisher) -> None:
        """Let an application of other settings answer from now on. Raises what keeps it from starting."""
        app = create_app(settings, publisher)
        await self._begin(app)
        old, self.app = self.app, app
        if not self._busy[old]:
            await self._end(old)

    async def _answered(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's answer; where the server ends before that is there, the word to ask again."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        whole: Whole | None = scope.get(WHOLE)

        def noting_whole(status: int, fields: bytes, body: bytes) -> bool:
            nonlocal started
            sent = whole is not None and whole(status, fields, body)
            started = started or sent
            return sent

        scope[WHOLE] = noting_whole
        try:
            await app(scope, receive, noting)
        except asyncio.CancelledError:  # by the server alone, when the time to stop is over
            if started:  # it closes the connection of an answer that was not finished
                return
            language = self.app.site.pages.languages.default
            body = problem(503, language.gettext("error.stopping"), title(503, language))
            fields = {
                "content-type": "application/problem+json",
                "content-length": str(len(body)),
                "retry-after": str(AGAIN_SECONDS),
                "cache-control": "no-store",
                "access-control-allow-origin": "*",
                "connection": "close",
            }
            headers = [(name.encode(), value.encode()) for name, value in fields.items()]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _live(self, receive: Receive, send: Send) -> None:
        """The lifespan protocol, for whichever application there is at the end."""
        await receive()
        try:
            await self._begin(self.app)
        except (InitiativeLodError, OSError) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for app in list(self._lives):
            await self._end(app)
        await send({"type": "lifespan.shutdown.complete"})

    async def _begin(self, app: Front) -> None:
        life = AsyncExitStack()
        await life.enter_async_context(app.running())
        self._lives[app] = life

    async def _end(self, app: Front) -> None:
        del self._busy[app]
        life = self._lives.pop(app, None)
        if life is not None:
            await life.aclose()


class Server(uvicorn.Server):
    """A server over the release of ``settings``; ``read_settings`` gives them as they are by now."""

    def __init__(
        self,
        settings: Settings,
        read_settings: Callable[[], Settings],
        connections: int,
        announce: Callable[[OpenRelease], None],
    ) -> None:
        """One of so many ``connections`` at most, which calls ``announce`` when it answers.

        Raises ReleaseError where no release can be opened.
        """
        self._announce = announce
        self._settings, self._read_settings = settings, read_settings
        publisher = Publisher(settings.release_folder)
        self.opened: OpenRelease = publisher.current()
        self._reloadable = Reloadable(settings, publisher)
        self._connections = Connections(replace(settings, connections=connections))
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        config = uvicorn.Config(
            self._reloadable,
            host=settings.host,
            port=settings.port,
            log_level="error",  # what strangers send that is no HTTP is no news
            access_log=False,  # ours is web/http/request_log.py
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, round(settings.stop_seconds)),
            http=self._connections.protocol,
            ws="none",
            loop="uvloop",
        )
        super().__init__(config)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals while the block runs. To stop when told to is no failure: the process ends with 0."""
        loop = asyncio.get_running_loop()
        handlers = {
            signal.SIGTERM: lambda: self.handle_exit(signal.SIGTERM, None),
            signal.SIGINT: lambda: self.handle_exit(signal.SIGINT, None),
            signal.SIGHUP: self._reload_soon,
        }
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started:
            self._announce(self.opened)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking connections, let what was begun end for so long, and tell the rest to ask again."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # that it is cut short is foreseen, and told
        await super().shutdown(sockets)

    def _reload_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload(self) -> None:
        """Read settings and release anew; where that fails, go on as before, and say so."""
        async with self._reloading:
            try:
                settings = self._read_settings()
                publisher = Publisher(settings.release_folder)
                await asyncio.get_running_loop().run_in_executor(None, publisher.current)
                await self._reloadable.replace(settings, publisher)
            except (InitiativeLodError, OSError) as error:
                log.error("not reloaded, and serving as before: %s", error)
                return
            fixed = [name for name in FIXED if getattr(settings, name) != getattr(self._settings, name)]
            self._connections.follow(settings)
            self._settings = settings
            version = publisher.current().release.version
            log.warning(
                "reloaded: release %s%s", version, f"; {', '.join(fixed)} count from the next start" if fixed else ""
            )
