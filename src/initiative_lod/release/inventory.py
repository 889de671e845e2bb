"""Inventory of a release: every file that belongs to it, with its digest. What a server hands out is what is in it,
and a replica takes what is in it.
"""

from __future__ import annotations

import hashlib
import re
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from initiative_lod.errors import ReleaseError
from initiative_lod.release.files import FileEntry
from initiative_lod.release.integrity import SEALED, digests_in
from initiative_lod.release.manifest import MANIFEST, STORE_DIGESTS, Manifest

MAX_FILES = 100_000
MAX_LIST_BYTES = 256 * 1024 * 1024  # of the manifest, and of the list of digests beside it
_NAME = re.compile(
    r"(?:[A-Za-z0-9_+=@,~-][A-Za-z0-9._+=@,~-]{0,199}/){0,4}[A-Za-z0-9_+=@,~-][A-Za-z0-9._+=@,~-]{0,199}"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The files of a release by name, but for the manifest and the list of digests: each with its SHA-256.

    ``sizes`` has the bytes of those of which the manifest says it; ``manifest`` is the SHA-256 that the list has of it,
    and ``digests`` that of the list.
    """

    files: dict[str, str]
    sizes: dict[str, int]
    manifest: str
    digests: str

    @classmethod
    def of(cls, manifest: Manifest, digests: bytes) -> Inventory:
        """The inventory by a manifest and the content of ``store.json``.

        Raises ReleaseError for a list that cannot be read, or a name that could lead out of the release's folder.
        """
        try:
            folders, of_manifest = digests_in(digests)
        except ValueError as error:
            raise ReleaseError(f"{STORE_DIGESTS} cannot be read: {error}") from error
        sealed = {f"{folder}/{name}": sha for folder, files in folders.items() for name, sha in files.items()}
        listed = {name: entry.sha256 for name, entry in manifest.files.items()}
        if len(listed) + len(sealed) > MAX_FILES:
            raise ReleaseError(
                f"it lists {len(listed) + len(sealed):,} files, and no release has more than {MAX_FILES:,}"
            )
        for name in listed:
            if name in (MANIFEST, STORE_DIGESTS) or name.partition("/")[0] in SEALED:
                raise ReleaseError(f"the manifest lists {name[:200]}, which is not its own to list")
        for name, sha in {**listed, **sealed, MANIFEST: of_manifest}.items():
            if not _NAME.fullmatch(name):
                raise ReleaseError(f"{name[:200]!r} is no name that a file of a release can have")
            if not _SHA256.fullmatch(sha):
                raise ReleaseError(f"the digest of {name} is no SHA-256: {sha[:80]!r}")
        sizes = {name: entry.bytes for name, entry in manifest.files.items()}
        return cls({**listed, **sealed}, sizes, of_manifest, hashlib.sha256(digests).hexdigest())


def file_of(path: Path, manifest: Manifest, name: str) -> FileEntry | None:
    """The size and digest of a file of the release in ``path``; None where the release has no such file, whatever
    lies in its folder. Raises OSError, ReleaseError.
    """
    status = (path / STORE_DIGESTS).stat()  # written anew when pages are rendered anew
    found = _read(path, manifest.digest, (status.st_ino, status.st_mtime_ns, status.st_size), _Held(manifest))
    sha = {MANIFEST: found.manifest, STORE_DIGESTS: found.digests}.get(name) or found.files.get(name)
    if sha is None:
        return None
    listed = (path / name).lstat()
    return FileEntry(listed.st_size, sha) if stat.S_ISREG(listed.st_mode) else None


class _Held:
    """Manifest as an argument that is not compared: what it is of is named by the others."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=8)
def _read(path: Path, digest: str, mark: tuple[int, int, int], held: _Held) -> Inventory:
    return Inventory.of(held.manifest, (path / STORE_DIGESTS).read_bytes())
