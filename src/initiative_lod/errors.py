"""Errors of the project, as one tree. It knows nothing of HTTP; ``web.http.problems`` and ``cli`` map it.

::

    InitiativeLodError
    ├── SettingsError           a setting that is unknown or out of its range
    ├── SourceError             something an author wrote, with its place (file, line)
    │   ├── ParseError          not the syntax that the file's name promises
    │   ├── QuoteError          a quote that its scope lacks, or has more than once
    │   ├── NotationError       authoring notation used in a way that has no meaning
    │   ├── CoverageError       characters of a part that no clause or heading holds
    │   └── SourceErrors        several of these, found in one go
    ├── ShapesError             a shapes graph that cannot be run, or was stopped at a limit
    ├── OverLimit               work on what others wrote that was ended at its limit of time or memory
    ├── NotConforming           a build stopped by its shapes (carries the report)
    ├── ReleaseError            a release that is missing, damaged or already there
    │   ├── OriginError         a release that could not be taken from where it is published
    │   ├── DamagedStore        a release that could be read, and cannot any more
    │   └── Overtaken           work on a release that another one was published before
    ├── MachineError            a fault of this machine, such as a full disk, while files are read
    ├── NotFound                nothing is known under an address or a name
    ├── Damaged                 an older release that cannot be read; the others can
    ├── BadArgument             an argument that has no meaning
    ├── NotAcceptable           no representation that the client accepts
    ├── TooLarge                more in one request than it may hold
    ├── UnwritableError         a graph or a result that a format has no way to write
    ├── TooMuch                 work that takes longer than a visitor's request may
    │   └── OutOfTime           an answer that was not made in the time that it may take
    ├── QueryError              a query that is not the language, or not allowed
    │   ├── QuerySyntaxError
    │   ├── QueryForbidden      an update, or a service or dataset that is not on the list
    │   ├── QueryTooComplex     too long or too deeply nested to be parsed safely
    │   ├── ServiceError        a service that is on the list, and did not answer as one
    │   └── EngineError         the engine that queries are sent to, and what it answered is no answer
    ├── QueryLimit              a query that ran into one of its limits
    │   ├── QueryTimeout        wall clock or CPU
    │   ├── QueryMemory
    │   ├── QueryTooLarge       rows or bytes
    │   └── EngineDown          the engine that queries are sent to is away, or not believed
    └── Busy                    the queue is full
        └── ClientBusy          this client's share of it is full
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Verbatim(str):
    """Words that no catalogue has, in English, shown as they came: a parser's, the system's, another server's."""

    __slots__ = ()


class Message:
    """Text of an error, as the id of a message in the catalogues and its values; the edge puts it into words."""

    __slots__ = ("id", "values")

    def __init__(self, id: str, /, **values: object) -> None:
        self.id = id
        self.values = values

    def to_json(self) -> str:
        """The message as it crosses from one process to another."""
        verbatim = [name for name, value in self.values.items() if isinstance(value, Verbatim)]
        return json.dumps([self.id, self.values, verbatim])

    @classmethod
    def from_json(cls, text: str) -> Message:
        """The message that ``to_json`` wrote. Raises ValueError or TypeError for anything else."""
        try:
            id, values, verbatim = json.loads(text)
        except RecursionError as error:
            raise ValueError(str(error)) from None
        if not isinstance(values, dict):
            raise TypeError(f"no values: {values!r}")
        return cls(str(id), **{name: Verbatim(item) if name in verbatim else item for name, item in values.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.id, self.values) == (other.id, other.values)

    def __hash__(self) -> int:
        return hash(self.id)

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.id} ({values})" if values else self.id


class InitiativeLodError(Exception):
    """The root. It says what, where, what to do: as a Message where a visitor may read it, else as English text."""

    @property
    def message(self) -> Message | None:
        """Message of the error, where it has one."""
        return next((item for item in self.args[:1] if isinstance(item, Message)), None)


def at(file: str, line: int) -> str:
    """A place as editors and terminals know it: ``file:line``; the file alone where the line is unknown (0)."""
    return f"{file}:{line}" if line else file


class SettingsError(InitiativeLodError):
    """A setting that is unknown or out of its range."""


class SourceError(InitiativeLodError):
    """Something an author wrote; ``path`` and ``line`` (from 1; 0 when unknown) say where."""

    def __init__(self, message: str, path: Path | str | None = None, line: int = 0) -> None:
        self.path = path
        self.line = line
        super().__init__(f"{at(str(path), line)}: {message}" if path else message)


class ParseError(SourceError):
    """Not the syntax that the file's name promises."""


class QuoteError(SourceError):
    """A quote that its scope lacks, or has more than once."""


class NotationError(SourceError):
    """Authoring notation used in a way that has no meaning."""


class CoverageError(SourceError):
    """Characters of a part that no clause or heading holds."""


class SourceErrors(SourceError):
    """Several errors of authors, found in one go; ``errors`` holds them in the order of their places."""

    def __init__(self, errors: Sequence[SourceError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


class OverLimit(InitiativeLodError):
    """Work on what others wrote that was ended at its limit of time or memory; ``reason`` says so in a report."""

    def __init__(self, text: str, reason: Message) -> None:
        self.reason = reason
        super().__init__(text)

    def __reduce__(self) -> tuple[type[OverLimit], tuple[str, Message]]:
        """The error as it crosses from the process that it is told in."""
        return type(self), (str(self), self.reason)


class ShapesError(InitiativeLodError):
    """A shapes graph that cannot be run, or was stopped at a limit; ``statement`` is the one of its triples, as
    (subject, predicate, object), that is at fault, where that is known.
    """

    def __init__(self, text: str, statement: tuple[Any, Any, Any] | None = None) -> None:
        self.statement = statement
        super().__init__(text)


class NotConforming(InitiativeLodError):
    """A build stopped by its shapes; ``report`` is the validation report as text."""

    def __init__(self, message: str, report: str) -> None:
        self.report = report
        super().__init__(message)


class ReleaseError(InitiativeLodError):
    """A release that is missing, damaged or already there."""


class Overtaken(ReleaseError):
    """Work on a release that another one was published before: to publish it would take that one's place unseen."""


class OriginError(ReleaseError):
    """A release that could not be taken from where it is published; ``again``: asking once more may help."""

    def __init__(self, message: str, again: bool = False) -> None:
        self.again = again
        super().__init__(message)


class OtherFormat(ReleaseError):
    """A release of a format that this version does not read. It may be sound."""


class DamagedStore(ReleaseError):
    """A release that could be read, and cannot any more."""


class MachineError(InitiativeLodError):
    """A fault of this machine, such as a full disk, while files are read."""


class NotFound(InitiativeLodError):
    """Nothing is known under an address or a name."""


class Damaged(InitiativeLodError):
    """An older release that cannot be read. The others can."""


class BadArgument(InitiativeLodError):
    """An argument that has no meaning."""


class NotAcceptable(InitiativeLodError):
    """No representation that the client accepts.

    ``alternatives`` are (address, media type); of a query ``form`` is the form whose result was to be written:
    ``boolean``, ``solutions``, ``graph``, or ``any`` where that is not known; ``refused`` is the media type that was
    accepted, and cannot write it.
    """

    def __init__(
        self,
        message: Message | str,
        alternatives: Sequence[tuple[str, str]] = (),
        form: str = "",
        refused: str = "",
    ) -> None:
        self.alternatives = alternatives
        self.form = form
        self.refused = refused
        super().__init__(message)


class TooLarge(InitiativeLodError):
    """More in one request than it may hold."""


class TooMuch(InitiativeLodError):
    """Work that takes longer than a visitor's request may."""


class OutOfTime(TooMuch):
    """An answer that was not made in the time that it may take; it may be soon, when the machine is less busy."""


class UnwritableError(InitiativeLodError, ValueError):
    """A graph or a result that a format has no way to write; another one has."""


class QueryError(InitiativeLodError):
    """A query that is not the language, or not allowed."""


class QuerySyntaxError(QueryError):
    """Not SPARQL."""


class QueryForbidden(QueryError):
    """An update, or a service or dataset that is not on the operator's list."""


class QueryTooComplex(QueryError):
    """Too long or too deeply nested to be parsed safely."""


class ServiceError(QueryError):
    """A service that is on the list, and did not answer as one."""


class EngineError(QueryError):
    """The engine that queries are sent to, and what it answered is no answer."""


class QueryLimit(InitiativeLodError):
    """A query that ran into one of its limits."""


class QueryTimeout(QueryLimit):
    """Wall clock or CPU."""


class QueryMemory(QueryLimit):
    """The worker's memory."""


class QueryTooLarge(QueryLimit):
    """Rows or bytes of the result."""


class EngineDown(QueryLimit):
    """The engine that queries are sent to is away, or is not believed; it is asked again by itself."""


class Busy(InitiativeLodError):
    """The queue is full; try again after ``retry_after`` seconds."""

    def __init__(self, message: Message | str, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ClientBusy(Busy):
    """This client has as many queries running, or sends them as fast, as it may."""
