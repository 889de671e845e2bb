"""Releases on object storage (S3 and its like, a mounted folder), read through fsspec where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from initiative_lod.errors import OriginError
from initiative_lod.release.manifest import MANIFEST
from initiative_lod.release.origin import Later, Origin

BLOCK_BYTES = 1 << 20


def is_stored(url: str) -> bool:
    """Tell whether an address is one of a storage, as ``s3://bucket/releases`` is, and not of a web host."""
    scheme, mark, _ = url.strip().partition("://")
    return bool(mark) and scheme.lower() not in ("http", "https")


@dataclass
class StoredOrigin(Origin):
    """Origin in a storage: a release folder, or a folder of releases with a copy of the current one as ``current``."""

    _storage: Any = field(init=False)

    def __enter__(self) -> StoredOrigin:
        self.url = self.url.strip().removesuffix(MANIFEST).rstrip("/") + "/"
        if find_spec("fsspec") is None:
            raise OriginError(f"{self.url} needs fsspec, and the package of that storage: pip install fsspec s3fs")
        from fsspec.core import url_to_fs

        try:
            self._storage, _ = url_to_fs(self.url)
        except (ImportError, ValueError, OSError) as error:  # a package that is missing; no such storage; no access
            raise OriginError(f"{self.url} cannot be opened by fsspec: {error}") from error
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is held open between two files."""

    def _get(self, url: str, have: int, begin: Callable[[int, int | None], None], add: Callable[[bytes], None]) -> bool:
        with ExitStack() as opened:
            try:
                with _failures():
                    size = int(self._storage.size(url) or 0)
                    file = opened.enter_context(self._storage.open(url, "rb"))
            except (FileNotFoundError, IsADirectoryError):
                return False
            start = have if have <= size else 0
            begin(start, size)
            with _failures():
                file.seek(start)
                piece = file.read(BLOCK_BYTES)
            while piece:
                add(piece)
                with _failures():
                    piece = file.read(BLOCK_BYTES)
        return True


@contextmanager
def _failures() -> Iterator[None]:
    """Tell a storage that fails, which may answer later, from a thing that is not there."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError):
        raise
    except OSError as error:
        raise Later(f"the storage failed ({error})", "") from error
