"""Parts that all routes share: settings, pages, the response cache, and which release a request is answered from."""

from __future__ import annotations

import hashlib
import zlib
from asyncio import Future, get_running_loop, shield
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from operator import itemgetter

import jinja2
import pyoxigraph
from starlette.types import Scope

from initiative_lod import __version__
from initiative_lod.documents.content_codings import ZSTD_VERSION
from initiative_lod.locale.messages import Language
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.http import request
from initiative_lod.web.http.lanes import PageThreads
from initiative_lod.web.http.request import Request
from initiative_lod.web.http.response_cache import ResponseCache
from initiative_lod.web.http.trusted_proxies import TrustedProxies
from initiative_lod.web.pages.pages import Pages

#: Where a scope carries the release that its request is answered from, and the older release that its address names.
RELEASE, OLDER = "initiative_lod.release", "initiative_lod.older_release"


class Site:
    """A server's parts, made once by ``create_app``."""

    def __init__(self, settings: Settings, publisher: Publisher, pages: Pages) -> None:
        self.settings = settings
        self.pages = pages
        self.cache = ResponseCache(settings.page_cache, settings.root_path, tuple(pages.languages))
        self.trusted = TrustedProxies(settings.trusted_proxies)
        self.threads = PageThreads(settings)
        self.older = self.threads.lane("older releases")  # of which there are many, and whose pages few ask for
        self.errors = self.threads.lane("errors")
        self._publisher = publisher
        self._opener = ThreadPoolExecutor(1, "release")
        self._opening: Future[OpenRelease] | None = None
        self._tags = tuple(pages.languages)

    @cached_property
    def software(self) -> str:
        """A digest of this software, its templates, styles and words: a rendering depends on them and on the data."""
        return f"{software_digest()} {self.pages.languages.digest}"

    def read(self, scope: Scope) -> Request:
        """The request of a scope."""
        return request.read(scope, self.trusted, self._tags, scope.get(OLDER))

    def language_of(self, request: Request) -> Language:
        """The language of the page that a request is for."""
        return self.pages.languages[request.language]

    def at_hand(self) -> OpenRelease | None:
        """The current release, if it is open already."""
        return self._publisher.at_hand()

    def current(self) -> OpenRelease:
        """The current release, opened if need be. Raises ReleaseError. No answer is made of it: see ``release_of``."""
        return self._publisher.current()

    async def release_of(self, scope: Scope) -> OpenRelease:
        """The one release that a request is answered from, whatever is switched meanwhile. Raises ReleaseError.

        The layer in front has put it into the scope; where it had to be opened first, that is done here, once for all
        who wait for it.
        """
        opened: OpenRelease | None = scope.get(RELEASE)
        if opened is None:
            await self.open()
            # What was being opened when the request came may not have been current any more.
            opened = scope[RELEASE] = self.at_hand() or await self.open()
        return opened

    def open(self) -> Future[OpenRelease]:
        """The current release as it is opened, in a thread of its own, once for all who wait for it."""
        if self._opening is None or self._opening.done():
            self._opening = get_running_loop().run_in_executor(self._opener, self.current)
            self._opening.add_done_callback(lambda opening: opening.cancelled() or opening.exception())
        return shield(self._opening)

    def stop(self) -> None:
        """Make nothing more; what is being made ends at its next look-up."""
        self.threads.stop()
        self._opener.shutdown(wait=False, cancel_futures=True)


def software_digest() -> str:
    """Hex SHA-256 over every file of this package that can change a rendering, and the versions of what writes it."""
    drawing = version("resvg-py"), version("typst")
    others = (pyoxigraph.__version__, jinja2.__version__, ZSTD_VERSION, zlib.ZLIB_RUNTIME_VERSION, *drawing)
    digest = hashlib.sha256(repr((__version__, *others)).encode())
    for name, file in sorted(_files(resources.files("initiative_lod"), ""), key=itemgetter(0)):
        content = file.read_bytes()  # of one file at a time: together they are 5 MB
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        name = f"{path}/{item.name}"
        if item.is_dir():
            yield from _files(item, name) if item.name != "__pycache__" else ()
        elif item.name.endswith((".py", ".po", ".html", ".css", ".js", ".rq", ".svg", ".otf", ".txt", ".typ")):
            yield name, item
