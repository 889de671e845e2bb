"""The package's own style sheets and pictures, with the version that goes into their addresses.

What is in ``static/editor/`` is built when the software is installed, and may not be there (see ``sparql_page``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

#: Cache-Control of a file, and of one whose address has its version, under which no other bytes will ever be.
CACHE_CONTROL = "public, max-age=86400"
FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Static:
    """A file as it is sent."""

    content: bytes
    content_type: str
    version: str

    @property
    def tag(self) -> str:
        """Its entity tag."""
        return f'"{self.version}"'


def file(name: str) -> Static | None:
    """The file called ``name``; None when the package has none such."""
    return _files().get(name)


@cache
def versions() -> dict[str, str]:
    """The version of each file by its name."""
    return {name: item.version for name, item in sorted(_files().items())}


def version(name: str) -> str:
    """Suffix of the file's address, so that it changes with the file. Raises KeyError."""
    return _files()[name].version


@cache
def _files() -> dict[str, Static]:
    folder = resources.files("initiative_lod").joinpath("web", "static")
    found = {}
    for path in ("", "editor/"):
        place = folder.joinpath(path)
        for item in place.iterdir() if place.is_dir() else ():
            kind = _TYPES.get(item.name.rpartition(".")[2])
            if kind and item.is_file():
                content = item.read_bytes()
                found[path + item.name] = Static(content, kind, hashlib.sha256(content).hexdigest()[:8])
    return found
