"""Parts that all routes share: settings, pages, the response cache, and which release a request is answered from."""

from __future__ import annotations

import hashlib
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from initiative_lod import __version__
from initiative_lod.locale.messages import Language
from initiative_lod.release.opened import OpenRelease, Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.http import request
from initiative_lod.web.http.request import Request
from initiative_lod.web.http.response_cache import ResponseCache
from initiative_lod.web.pages.pages import Pages

#: Where a scope carries the release that its request is answered from, and the older release that its address names.
RELEASE, OLDER = "initiative_lod.release", "initiative_lod.older_release"


class Site:
    """A server's parts, made once by ``create_app``."""

    def __init__(self, settings: Settings, publisher: Publisher, pages: Pages) -> None:
        self.settings = settings
        self.pages = pages
        self.cache = ResponseCache(settings.page_cache, settings.root_path)
        self.trusted = request.trusted_proxies(settings.trusted_proxies)
        self._publisher = publisher
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

        The layer in front has put it into the scope; where it had to be opened first, that is done here, once.
        """
        opened: OpenRelease | None = scope.get(RELEASE)
        if opened is None:
            opened = scope[RELEASE] = await run_in_threadpool(self.current)
        return opened


def software_digest() -> str:
    """Hex SHA-256 over every file of this package that can change a rendering."""
    digest = hashlib.sha256(__version__.encode())
    for name, content in sorted(_files(resources.files("initiative_lod"), "")):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        name = f"{path}/{item.name}"
        if item.is_dir():
            found += _files(item, name) if item.name != "__pycache__" else []
        elif item.name.endswith((".py", ".po", ".html", ".css", ".rq", ".svg")):
            found.append((name, item.read_bytes()))
    return found
