"""Release: an immutable folder of quads and what is made from them; written, published, opened, compared, removed."""

from initiative_lod.release.folder import (
    MakeIndex,
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
