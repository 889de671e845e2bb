"""Representations that were rendered when their release was made, in one file, each under its entity tag.

An entity tag is made of all that the bytes depend on (release, software, address, form, language), so that what is
found under one is right: nothing has to be compared, and nothing goes stale. What is not found is rendered when it is
asked for. The file follows from the release's quads and is sealed like its store.

It holds bodies, each a Zstandard frame (RFC 8878) and each once, however many tags it has; then a table of records of
one length, sorted by tag; then the table's place, its checksum, and what kind of file this is.
"""

from __future__ import annotations

import hashlib
import heapq
import logging
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Self

log = logging.getLogger(__name__)

RENDERED = "documents.bin"  # in the index
_MAGIC = b"ilodREP1"
_RECORD = struct.Struct(">16sQIIHH")  # key, place, length, checksum, pages, 0
_END = struct.Struct(">QII8s")  # place of the table, number of records, checksum, magic
_KEY = 16  # bytes: the digits of an entity tag


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A body as it lies in the file, compressed, and the number of pages that its document has."""

    frame: bytes
    pages: int


class RenderedDocuments:
    """The representations in a file; none, where there is no such file, or a damaged one.

    Damage costs time and no answer: each body is checked when it is read. The table is held in memory, ``_RECORD.size``
    bytes a tag. Threads may share it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._table, self._file = path, b"", -1
        if path is None:
            return
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._table = _table(self._file)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read: %s", path, error)

    def __del__(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)

    def __len__(self) -> int:
        """Number of tags."""
        return len(self._table) // _RECORD.size

    def find(self, tag: str) -> StoredBody | None:
        """The body of the representation with that entity tag; None when it was not stored, or is damaged."""
        record = self._record(_key(tag))
        return None if record is None else self._body(record)

    def __contains__(self, tag: str) -> bool:
        return self._record(_key(tag)) is not None

    def records(self) -> Iterator[tuple[bytes, StoredBody]]:
        """Each key with its body, in order, without those that are damaged."""
        for start in range(0, len(self._table), _RECORD.size):
            record = self._table[start : start + _RECORD.size]
            if (body := self._body(record)) is not None:
                yield record[:_KEY], body

    def _record(self, key: bytes) -> bytes | None:
        table, low, high = self._table, 0, len(self)
        while low < high:
            middle = (low + high) // 2
            start = middle * _RECORD.size
            if table[start : start + _KEY] < key:
                low = middle + 1
            else:
                high = middle
        record = table[low * _RECORD.size : (low + 1) * _RECORD.size]
        return record if record[:_KEY] == key else None

    def _body(self, record: bytes) -> StoredBody | None:
        _, place, length, checksum, pages, _ = _RECORD.unpack(record)
        try:
            frame = os.pread(self._file, length, place)
        except OSError as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return None
        if zlib.crc32(frame) != checksum:
            log.warning("%s is damaged at byte %d", self._path, place)
            return None
        return StoredBody(frame, pages)


class RenderedDocumentsFile:
    """Such a file as it is written; ``with`` ends it. What is added under a tag that there is already is left out."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self._places: dict[bytes, int] = {}
        self._records: dict[bytes, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            table = b"".join(record for _, record in sorted(self._records.items()))
            place = self._file.tell()
            self._file.write(table + _END.pack(place, len(self._records), zlib.crc32(table), _MAGIC))
        self._file.close()

    def __contains__(self, tag: str) -> bool:
        return _key(tag) in self._records

    def add(self, tag: str, body: StoredBody) -> None:
        """A body under an entity tag."""
        self._add(_key(tag), body)

    def add_all(self, others: Iterable[RenderedDocuments]) -> None:
        """All that other files have, in the order of the keys."""
        for key, body in heapq.merge(*(other.records() for other in others), key=itemgetter(0)):
            self._add(key, body)

    def _add(self, key: bytes, body: StoredBody) -> None:
        if not key or key in self._records:
            return
        digest = hashlib.sha256(body.frame).digest()
        place = self._places.get(digest)
        if place is None:
            place = self._places[digest] = self._file.tell()
            self._file.write(body.frame)
        self._records[key] = _RECORD.pack(key, place, len(body.frame), zlib.crc32(body.frame), body.pages, 0)


def _key(tag: str) -> bytes:
    """The key of an entity tag of ours, of 32 hex digits; empty for another one."""
    try:
        key = bytes.fromhex(tag.strip('"'))
    except ValueError:
        return b""
    return key if len(key) == _KEY else b""


def _table(file: int) -> bytes:
    """The table of a file. Raises ValueError for a damaged one, or one of another kind."""
    size = os.fstat(file).st_size
    end = os.pread(file, _END.size, max(0, size - _END.size)).ljust(_END.size, b"\0")
    place, count, checksum, magic = _END.unpack(end)
    if magic != _MAGIC or place + count * _RECORD.size + _END.size != size:
        raise ValueError("it is damaged, or was made by another version")
    table = os.pread(file, count * _RECORD.size, place)
    if zlib.crc32(table) != checksum:
        raise ValueError("its table is damaged")
    return table
