"""Documents that were rendered when their release was made, in one SQLite file: read back with a single look-up.

The file follows from the release's quads and is sealed like its store: its bytes depend on the version of SQLite.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)

RENDERED = "documents.sqlite"
FORMAT = 2  # another one whenever a description or its Turtle comes out differently: an older file is not read then


def write(path: Path, documents: Iterable[tuple[str, int, bytes]]) -> int:
    """Write (IRI of the thing, number of pages, Turtle of the first page) to ``path``; how many there are."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            f"""PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA user_version = {FORMAT};
            CREATE TABLE document(iri TEXT PRIMARY KEY, pages INTEGER NOT NULL, turtle BLOB NOT NULL) WITHOUT ROWID;
            BEGIN"""
        )
        connection.executemany("INSERT INTO document VALUES (?, ?, ?)", documents)
        connection.execute("COMMIT")
        (count,) = connection.execute("SELECT count(*) FROM document").fetchone()
    return int(count)


class RenderedDocuments:
    """The documents in a file; none, where there is no such file, a damaged one, or one of another FORMAT.

    What is not found here is rendered when it is asked for, so that damage costs time and no answer. Threads may
    share it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        if path.is_file():
            # Immutable: it is never looked for a journal, and no lock is taken.
            file = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            try:
                known = file.execute("PRAGMA user_version").fetchone() == (FORMAT,)
            except sqlite3.Error as error:
                log.warning("%s cannot be read: %s", RENDERED, error)
                known = False
            if known:
                self._file = file
            else:
                file.close()

    def turtle(self, iri: str) -> tuple[bytes, int] | None:
        """The first page of the description of ``iri``, and how many pages it has; None when it was not prepared."""
        if self._file is None:
            return None
        try:
            with self._lock:
                row = self._file.execute("SELECT turtle, pages FROM document WHERE iri = ?", (iri,)).fetchone()
        except sqlite3.Error as error:
            log.warning("%s cannot be read: %s", RENDERED, error)
            return None
        return None if row is None else (row[0], row[1])
