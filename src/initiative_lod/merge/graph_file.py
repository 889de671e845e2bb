"""One merged graph as one file: N-Quads, sorted, each once, gzipped; made in memory that does not grow."""

from __future__ import annotations

import gzip
import hashlib
import queue
import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from initiative_lod.release.files import entry_at
from initiative_lod.release.lexical_forms import TYPED, Rewritten
from initiative_lod.release.manifest import Part

LINES_AT_ONCE = 8192  # lines that are packed at once
GZIP_LEVEL = 6  # of gzip


def write(lines: Iterable[bytes], path: Path, name: str, graph: str) -> tuple[Part, list[bytes]]:
    """Write lines of ``graph`` as the part ``name`` at ``path``; with it, its lines for the exact record.

    Packing goes on beside the sorting, in a thread of its own.
    """
    rewritten = Rewritten(f" <{graph}> .".encode())
    record: list[bytes] = []
    count = 0
    coming = iter(lines)
    with _Packer(path) as packer:
        while block := list(islice(coming, LINES_AT_ONCE)):
            count += len(block)
            packer.put(block)
            record += _seen(block, rewritten)
    record += rewritten.finish()
    packed = entry_at(path)
    part = Part(name, count, rewritten.collapsed, packer.digest.hexdigest(), packed.bytes, packed.sha256)
    return part, record


def _seen(block: list[bytes], rewritten: Rewritten) -> Iterator[bytes]:
    for line in block:
        if TYPED in line:
            yield from rewritten.see(line)


class _Packer:
    """Writes blocks of lines to a gzip file and takes their digest, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.Queue[bytes | None] = queue.Queue(maxsize=4)
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.digest = hashlib.sha256()

    def put(self, block: list[bytes]) -> None:
        """Write lines. Raises OSError when an earlier one could not be written."""
        if self._failed is not None:
            raise self._failed
        if block:
            self._queue.put(b"\n".join(block) + b"\n")

    def __enter__(self) -> _Packer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    def _work(self) -> None:
        data: bytes | None = b""
        try:
            with self._path.open("wb") as raw, gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0) as packed:
                while (data := self._queue.get()) is not None:
                    self.digest.update(data)
                    packed.write(data)
        except OSError as error:
            self._failed = error
            while data is not None:  # the last lines are written when the file is closed, and all have come by then
                data = self._queue.get()


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a part, without line ends."""
    with gzip.open(path, "rb") as file:
        for line in file:
            yield line[:-1]
