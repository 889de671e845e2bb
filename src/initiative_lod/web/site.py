"""Parts that all routes share: settings, the published release, the cache, the pages. Made once, by ``create_app``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.requests import Request

from initiative_lod import __version__
from initiative_lod.documents.representation import RenderedCache
from initiative_lod.locale.messages import Languages
from initiative_lod.release.opened import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.http.request import Asked, asked
from initiative_lod.web.pages.pages import Pages


@dataclass(frozen=True)
class Site:
    """A server's parts."""

    settings: Settings
    publisher: Publisher
    cache: RenderedCache
    languages: Languages
    pages: Pages

    @cached_property
    def software(self) -> str:
        """A digest of this software, its templates, styles and words: a rendering depends on them and on the data."""
        return f"{software_digest()} {self.languages.digest}"

    @cached_property
    def trusted(self) -> frozenset[str]:
        """The addresses of proxies whose forwarding headers count."""
        return frozenset(item.strip() for item in self.settings.trusted_proxies.split(",") if item.strip())

    def asked(self, request: Request) -> Asked:
        """What a request asks for."""
        return asked(request, self.settings.root_path, self.trusted, tuple(self.languages))


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
