"""The whole site as an older release has it, under ``/release/<version>/``: the same routes over that release.

Links in its pages stay in the release, and its addresses stay what they are whatever is published later. IRIs in data
are the canonical ones. Pages say which release one looks at; search engines are asked to keep to the current one.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from initiative_lod.errors import Damaged, Message, NotFound, ReleaseError
from initiative_lod.release.older import Archive, reading
from initiative_lod.release.opened import OpenRelease, Publisher
from initiative_lod.web.pages.older_release import OlderRelease
from initiative_lod.web.routes import memento
from initiative_lod.web.routes.memento import Mementos, Original
from initiative_lod.web.site import Site

log = logging.getLogger(__name__)

#: What belongs to no release in particular is where it always is.
ELSEWHERE = ("releases", "release/", "timegate", "timemap", "healthz", "readyz", "metrics", "reconcile")
SHOWN = (200, 206, 304)
ROUTED = ("router", "route", "endpoint", "path_params", "app_root_path")  # what our own routes put into a scope
ROBOTS = (b"x-robots-tag", b"noindex, nofollow")

Make = Callable[["PastSite"], ASGIApp]


class Pinned(Publisher):
    """Always the same release, whatever is switched."""

    def __init__(self, opened: OpenRelease) -> None:
        super().__init__(opened.release.path.parent)
        self._pinned = opened

    def current(self) -> OpenRelease:
        """The release."""
        return self._pinned


@dataclass(frozen=True)
class PastSite(Site):
    """A site over one release. ``whole`` is the site of the current one."""

    whole: Site
    past: OlderRelease

    @cached_property
    def software(self) -> str:
        """As of any site; and its pages name the release that is current."""
        return f"{self.whole.software} {self.past.current}"


@contextmanager
def read_release(version: str) -> Iterator[None]:
    """What breaks while that release is read is told as Damaged."""
    try:
        with reading(version):
            yield
    except ReleaseError as error:
        raise Damaged(Message("error.damaged_release", release=version[:100])) from error


def opened_release(archive: Archive, version: str) -> OpenRelease:
    """The release of that very version. Raises NotFound, Damaged, Busy."""
    with read_release(version):
        opened = archive.open(version)
    if opened is None:
        raise NotFound(Message("error.no_release", name=version[:100]))
    return opened


class PastReleases:
    """Answers for what is under ``/release/``, each release by an application of its own that ``make`` makes.

    Those asked for last are kept, as many as the archive keeps open.
    """

    def __init__(self, site: Site, archive: Archive, mementos: Mementos, make: Make) -> None:
        self._site, self._archive, self._mementos, self._make = site, archive, mementos, make
        self._made: OrderedDict[str, tuple[PastSite, ASGIApp]] = OrderedDict()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI call. Raises NotFound, Damaged, Busy before anything is sent."""
        settings = self._site.settings
        path: str = scope["path"]
        if settings.root_path and path.startswith(f"{settings.root_path}/"):
            path = path[len(settings.root_path) :]
        version, _, rest = path.removeprefix("/release/").partition("/")
        home = self._site.asked(Request(scope)).prefix
        query = scope["query_string"].decode("ascii", "replace")
        if rest.startswith(ELSEWHERE):
            await RedirectResponse(Original(rest, query).under(home), 308)(scope, receive, send)
            return
        app = await run_in_threadpool(self._app, version)
        place = f"/release/{version}"
        more = [ROBOTS]
        if scope["method"] in ("GET", "HEAD") and memento.is_original(rest):
            said = await run_in_threadpool(memento.headers_of, self._mementos, home, Original(rest, query), version)
            more += [(name.lower().encode(), value.encode()) for name, value in said]

        async def send_more(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                wanted = more if message["status"] in SHOWN else more[:1]
                present = {name for name, _ in headers} - {b"link"}
                message["headers"] = [*headers, *(item for item in wanted if item[0] not in present)]
            await send(message)

        inner = {
            **{name: value for name, value in scope.items() if name not in ROUTED},
            "path": f"/{rest}",
            "raw_path": f"/{rest}".encode(),
            "headers": [
                (name, value.rstrip(b"/") + place.encode() if name == b"x-forwarded-prefix" else value)
                for name, value in scope["headers"]
            ],
        }
        await app(inner, receive, send_more)

    def _app(self, version: str) -> ASGIApp:
        """The application of a release. Raises NotFound, Damaged, Busy."""
        try:
            opened = opened_release(self._archive, version)
        except NotFound:
            with self._lock:
                self._made.pop(version, None)
            raise
        current = self._site.publisher.current().release.version
        with self._lock:
            found = self._made.get(version)
            if found is None or found[0].publisher.current() is not opened or found[0].past.current != current:
                site = self._site_of(opened, current)
                found = self._made[version] = site, self._make(site)
            self._made.move_to_end(version)
            while len(self._made) > self._site.settings.open_releases:
                self._made.popitem(last=False)
            return found[1]

    def _site_of(self, opened: OpenRelease, current: str) -> PastSite:
        whole, version = self._site, opened.release.version
        times = {item.version: item.time for item in self._archive.published()}
        date = times[version].date().isoformat() if version in times else opened.release.modified
        past = OlderRelease(version, date, current)
        settings = replace(whole.settings, root_path=f"{whole.settings.root_path}/release/{version}")
        return PastSite(settings, Pinned(opened), whole.cache, whole.languages, whole.pages.of(past), whole, past)
