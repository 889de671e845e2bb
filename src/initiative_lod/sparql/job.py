"""One evaluation and its result, as they cross the socket between server and worker: JSON, then bytes or a file.

The server never unpickles anything that a worker says: a worker is where hostile input is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from initiative_lod import errors
from initiative_lod.errors import (
    DamagedStore,
    InitiativeLodError,
    Message,
    NotAcceptable,
    QueryError,
    QueryLimit,
    Verbatim,
)

LONGEST_HEADER = 64 * 1024
CHUNK = 64 * 1024
#: The kinds of a reply that is none yet: the worker wants a service called, or the engine asked that has the release.
CALL, ASK = "call", "ask"
#: The kinds of a result.
FORMS = ("boolean", "solutions", "graph")
MOST_CALLS = 16  # of one query: a worker makes 8 for SERVICE clauses, and one of the engine


class Reader(NamedTuple):
    """Whom a page is for: its language, the path prefix and the arguments of the links on it.

    ``folder`` is that of further languages, where there is one.
    """

    language: str = "en"
    prefix: str = ""
    arguments: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A query, over what, and in which formats its result may come (media type names; None: in none).

    ``dataset`` is the protocol's (default graphs, named graphs), which overrides the query's own; ``base`` is where
    relative IRIs are resolved, and tells the prefixes for writing. ``reader`` is whom a page is for. ``remote``:
    another engine has the release, and evaluates the query.
    """

    store: str
    query: str
    base: str
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    results: str | None = "application/sparql-results+json"
    graph: str | None = "text/turtle"
    reader: Reader = Reader()
    remote: bool = False

    def to_bytes(self) -> tuple[bytes, bytes]:
        """The job as a header, which those of one release have in common as a rule, and its query."""
        told = self.store, self.base, self.results, self.graph, self.reader, self.remote
        header = _json(*told, None) if self.dataset is None else _json.__wrapped__(*told, self.dataset)
        return header, self.query.encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, header: bytes, query: bytes) -> Job:
        """The job that ``to_bytes`` wrote."""
        read = _read if len(header) < _SHORT else _read.__wrapped__
        store, base, results, graph, reader, remote, dataset = read(header)
        return cls(
            store, query.decode("utf-8", "surrogatepass"), base, dataset, results, graph, Reader(*reader), remote
        )


@lru_cache(maxsize=64)
def _json(*told: object) -> bytes:
    return json.dumps(told).encode()


@lru_cache(maxsize=64)
def _read(header: bytes) -> list[Any]:
    found: list[Any] = json.loads(header)
    return found


_SHORT = 4096  # bytes of a header that is remembered; longer ones name many graphs


@dataclass(slots=True)
class QueryResult:
    """Result of a query: ``kind`` is boolean, solutions or graph; the bytes are in memory or in an unlinked file."""

    kind: str
    rows: int
    length: int
    body: bytes | None = None
    file: int | None = None
    closed: Callable[[], None] | None = None  # called once, when the file is given back

    def __del__(self) -> None:
        self.close()

    def chunks(self) -> Iterator[bytes]:
        """The bytes, in pieces."""
        if self.body is not None:
            yield self.body
            return
        assert self.file is not None
        position = 0
        while position < self.length and (piece := os.pread(self.file, CHUNK, position)):
            position += len(piece)
            yield piece

    def read(self) -> bytes:
        """All the bytes."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Give the file back to the system. May be called again."""
        if self.file is not None:
            os.close(self.file)
            self.file = None
            if self.closed is not None:
                self.closed()


class Reply(NamedTuple):
    """A worker's header: an error (its class's name and its message) or a result of ``length`` bytes that follow."""

    kind: str = ""
    rows: int = 0
    length: int = 0
    in_file: bool = False
    error: str = ""
    message: str = ""
    retire: bool = False
    refused: str = ""

    def to_bytes(self) -> bytes:
        """The reply as one JSON document."""
        return json.dumps(self).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Reply:
        """The reply that ``to_bytes`` wrote. Raises ValueError or TypeError for anything else."""
        found: list[Any] = json.loads(data.decode())
        reply = cls(*found)
        if [type(item) for item in found] != _KINDS or reply.rows < 0 or reply.length < 0:
            raise ValueError(f"no reply: {data[:200]!r}")
        return reply

    def exception(self) -> InitiativeLodError:
        """The error that the worker met, as one of ours."""
        try:
            said = Message.from_json(self.message)
        except (ValueError, TypeError):
            said = Message("query.gave_up", detail=Verbatim(self.message))
        if self.error == NotAcceptable.__name__:
            return NotAcceptable(said, form=self.kind, refused=self.refused)
        if self.error == DamagedStore.__name__:
            return DamagedStore(str(said.values.get("detail", said)))  # no message: a visitor is not told where it lies
        known = getattr(errors, self.error, None)
        if isinstance(known, type) and issubclass(known, (QueryError, QueryLimit)):
            return known(said)
        return QueryError(said)


_KINDS = [type(default) for default in Reply._field_defaults.values()]  # of a reply's fields
