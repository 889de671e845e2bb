"""Files of a release: how they are written and brought to the disk, their sizes and digests."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

FileId = tuple[int, int]
_VALUES_A_STATEMENT = 300  # SQLite takes 999 at least; with more it is no quicker


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file's size in bytes and its SHA-256 in hex digits."""

    bytes: int
    sha256: str


def entry_of(content: bytes) -> FileEntry:
    """The entry of a file that holds ``content``."""
    return FileEntry(len(content), hashlib.sha256(content).hexdigest())


def entry_at(path: Path) -> FileEntry:
    """The entry of the file at ``path``. Raises OSError."""
    return FileEntry(path.stat().st_size, sha256(path))


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hex digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_digests(folder: Path, known: dict[FileId, str] | None = None) -> dict[str, str]:
    """SHA-256 of the files in a folder, but for a store's LOG and LOCK, which every reader touches.

    Of those that are ``known`` it is taken from there, and what had to be computed is put there.
    """
    known = {} if known is None else known
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(("LOG", "LOCK")):
            digest = known.get(file_id(path)) or sha256(path)
            known[file_id(path)] = digests[path.relative_to(folder).as_posix()] = digest
    return digests


def file_id(path: Path) -> FileId:
    """The same for all names of one file, as long as that is there. Raises OSError."""
    status = path.stat()
    return status.st_dev, status.st_ino


def as_json(value: Any) -> bytes:
    """A value as a JSON file, the same bytes for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def write_file(path: Path, data: bytes) -> None:
    """Write a file and bring it to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Bring what a file holds to the disk, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def insert_rows(written: sqlite3.Connection, table: str, columns: int, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of so many ``columns`` into a table of SQLite, many by one statement.

    To run a statement, with all that lets other threads go meanwhile, takes as long as to insert a row.
    """
    row, at_once = f"({', '.join('?' * columns)})", _VALUES_A_STATEMENT // columns
    one, many = (f"INSERT INTO {table} VALUES {', '.join([row] * count)}" for count in (1, at_once))
    coming = iter(rows)
    while some := list(islice(coming, at_once)):
        if len(some) == at_once:
            written.execute(many, list(chain.from_iterable(some)))
        else:
            written.executemany(one, some)


def unstamp(path: Path) -> None:
    """Write zeros where SQLite notes its own version and how often a file changed: that says nothing of the data."""
    with path.open("r+b") as file:
        for offset in (24, 92, 96):  # change counter, version-valid-for, version number: see the file format, §1.3
            file.seek(offset)
            file.write(struct.pack(">I", 0))


def open_index(path: Path) -> sqlite3.Connection:
    """A connection to an SQLite file of an index, which nobody changes. Any thread may use it, one at a time."""
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
