"""Release: an immutable folder of quads and what is made from them; written, published, opened, compared, removed.

What stands here is imported when it is asked for: a query worker, which imports some of these modules, needs none of
it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from initiative_lod.release.folder import (
        MakeIndex,
        chosen,
        current,
        find,
        full_version,
        publish,
        releases,
        rollback,
        versions,
        write,
    )
    from initiative_lod.release.integrity import verify
    from initiative_lod.release.manifest import Edition, Manifest, Release, read

__all__ = [
    "Edition",
    "MakeIndex",
    "Manifest",
    "Release",
    "chosen",
    "current",
    "find",
    "full_version",
    "publish",
    "read",
    "releases",
    "rollback",
    "verify",
    "versions",
    "write",
]
_ELSEWHERE = {"verify": "integrity", **dict.fromkeys(("Edition", "Manifest", "Release", "read"), "manifest")}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'folder')}"), name)
    return value
