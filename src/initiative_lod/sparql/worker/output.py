"""Destination of a worker's result: counted as it passes, in memory first, then in an unlinked file."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from typing import IO, Any, ClassVar

from initiative_lod.errors import Message, QueryMemory, QueryTooLarge, Verbatim

IN_MEMORY = 1024 * 1024


class Output(io.BufferedIOBase, IO[bytes]):
    """A binary stream of at most ``most_bytes``, and ``most_rows`` as they are written in ``media_type``.

    Raises QueryTooLarge out of ``write``. What outgrows memory goes into a file in the folder ``spool`` that has no
    name from its first moment on: whoever dies, it is gone.
    """

    def __init__(self, media_type: str, most_rows: int, most_bytes: int, spool: str) -> None:
        super().__init__()
        self._most_rows, self._most_bytes, self._spool = most_rows, most_bytes, spool
        self._rows = RowCounter(media_type)
        self._memory = bytearray()
        self.file: IO[bytes] | None = None
        self.length = 0

    @property
    def rows(self) -> int:
        return self._rows.count

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.length += len(piece)
        if self.length > self._most_bytes:
            raise QueryTooLarge(Message("query.many_bytes", most=self._most_bytes))
        self._rows.feed(piece)
        too_many(self._rows.count, self._most_rows)
        if self.file is None and self.length <= IN_MEMORY:
            self._memory += piece
            return len(piece)
        try:
            if self.file is None:
                self.file = _unnamed_file(self._spool)
                self.file.write(self._memory)
                self._memory.clear()
            self.file.write(piece)
        except OSError as error:
            raise QueryMemory(Message("query.no_room", detail=Verbatim(error.strerror))) from error
        return len(piece)

    def content(self) -> bytes:
        """Bytes that were written, while they are still in memory."""
        return bytes(self._memory)


def _unnamed_file(folder: str) -> IO[bytes]:
    """A file to be written, without a name, in ``folder``; in memory, where its file system has no such files."""
    if sys.platform != "linux":
        return tempfile.TemporaryFile(dir=folder)
    try:
        return os.fdopen(os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
    except OSError as error:
        try:
            return os.fdopen(os.memfd_create("result"), "w+b")
        except PermissionError:  # of the sandbox, where the folder has such files
            raise error from None


def too_many(rows: int, most: int) -> None:
    """Raise QueryTooLarge when ``rows`` are more than ``most``."""
    if rows > most:
        raise QueryTooLarge(Message("query.many_rows", most=most))


class RowCounter:
    """Counts solutions in what the engine writes: iterating in Python would double the time of a large result.

    Each pattern can only be structure: XML escapes ``<``, TSV escapes line ends, JSON escapes every quotation mark
    inside a string, and CSV doubles them. (JSON rows without any binding are not counted: bytes bound those.)
    """

    _PATTERNS: ClassVar = {  # what marks a row, and how many rows no mark stands for
        "application/sparql-results+json": (b'}},{"', 1),
        "application/sparql-results+xml": (b"<result>", 0),
        "text/tab-separated-values": (b"\n", -1),
        "text/csv": (b"\n", -1),
    }

    def __init__(self, media_type: str) -> None:
        self._pattern, self._offset = self._PATTERNS.get(media_type, (b"", 0))
        self._csv = media_type == "text/csv"
        self._quoted = False
        self._tail = b""
        self._marks = 0

    @property
    def count(self) -> int:
        return max(0, self._marks + self._offset)

    def feed(self, piece: bytes) -> None:
        """Count what ``piece``, which follows on the one before, completes."""
        if not self._pattern:
            return
        if self._csv and (self._quoted or b'"' in piece):
            parts = piece.split(b'"')
            self._marks += sum(part.count(b"\n") for part in parts[1 if self._quoted else 0 :: 2])
            self._quoted ^= len(parts) % 2 == 0
            return
        joined = self._tail + piece
        self._marks += joined.count(self._pattern)
        keep = len(self._pattern) - 1
        self._tail = joined[-keep:] if keep else b""
