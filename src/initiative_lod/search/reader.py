"""Opens the index of a release, and lends each search a connection. Only reads: the file is opened immutable."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from initiative_lod.errors import Message, QueryTimeout, ReleaseError
from initiative_lod.release.files import open_index
from initiative_lod.search import query_parser
from initiative_lod.search.finder import Extent, Finder
from initiative_lod.search.results import Count, Results, Search
from initiative_lod.search.schema import APPLICATION, BY_LENGTH, FIELDS, READ_FORMATS

MAX_DOCUMENTS = 500  # that a visitor can choose from


class Index:
    """The search index of one release. Safe to use from many threads: each search has a connection to itself."""

    def __init__(self, path: Path, seconds: float) -> None:
        """Open the index at ``path``, each of whose searches takes ``seconds`` at most.

        Raises ReleaseError when there is none that this software can read.
        """
        self._path = path.resolve()
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        try:
            with self._connection() as connection:
                application = connection.execute("PRAGMA application_id").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if application != APPLICATION or version not in READ_FORMATS:
                    known = " or ".join(map(str, READ_FORMATS))
                    raise ReleaseError(f"{self._path.name} is no search index of format {known}")
                simplified = dict(connection.execute("SELECT traditional, simplified FROM simplified"))
                meta = dict(connection.execute("SELECT key, value FROM meta"))
        except sqlite3.Error as error:
            self.close()
            raise ReleaseError(f"the search index {self._path.name} cannot be read: {error}") from error
        except ReleaseError:
            self.close()
            raise
        numbers = int(meta["things"]), int(meta["own"]), int(meta["resources"])
        by_length = version >= BY_LENGTH
        fields = frozenset(meta["fields"].split() if by_length else FIELDS)
        self._extent = Extent(*numbers, simplified, fields, by_length)

    def close(self) -> None:
        """Close what is idle now, and what is still in use when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def search(self, search: Search) -> Results:
        """Results for any text. Raises QueryTimeout."""
        parsed = query_parser.parse(search.text, self._extent.simplified)
        if parsed.empty:
            return Results(search, parsed.text, 0, shortened=parsed.shortened)
        with self._connection() as connection:
            deadline = time.monotonic() + self._seconds
            connection.set_progress_handler(lambda: time.monotonic() > deadline, 2000)
            try:
                return Finder(self._extent, connection, search, parsed).results()
            except sqlite3.OperationalError as error:
                if "interrupt" in str(error):
                    raise QueryTimeout(Message("error.search_slow", seconds=f"{self._seconds:g}")) from error
                raise
            finally:
                connection.set_progress_handler(None, 0)

    @cached_property
    def documents(self) -> list[Count]:
        """The documents whose parts are found; none in an index of an earlier format."""
        return self.common("document", MAX_DOCUMENTS)

    def common(self, facet: str, most: int = 8) -> list[Count]:
        """The values of a facet that most resources have: what a visitor may begin with."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT value.key, value.iri, count(*) FROM value JOIN facet ON facet.value = value.id "
                "WHERE value.facet = ? GROUP BY value.id ORDER BY count(*) DESC, value.id LIMIT ?",
                (facet, most),
            ).fetchall()
        return [Count(key, iri, count, False) for key, iri, count in rows]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = open_index(self._path)
            connection.executescript(
                """PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;
                CREATE TEMP TABLE hit(id INTEGER PRIMARY KEY, rank INTEGER, score REAL);"""
            )
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._closed and len(self._idle) < 8
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()
