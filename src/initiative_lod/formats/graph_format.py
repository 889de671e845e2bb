"""A format that carries RDF: a class with its names, its reader and its writer."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from initiative_lod.formats.media_type import MediaType
from initiative_lod.formats.subject_statements import SubjectStatements, all_quads, all_triples


class Triples(tuple[Triple, ...]):
    """Triples, each once."""


Content = bytes | Path  # UTF-8 without a byte order mark, in memory or in a file
Statement = Quad | Triple
Note = Callable[[str], object]


@dataclass(frozen=True)
class GraphFormat(MediaType):
    """A format that carries RDF. One class in one file of this package is all that a further one needs.

    ``suffixes`` are further endings of file names; ``rank`` orders the formats by our preference, least first.
    ``includes`` are the labels of formats whose documents are documents of this one as well.
    """

    suffixes: tuple[str, ...] = ()
    rank: int = 100
    includes: tuple[str, ...] = ()
    notation: str = ""  # XML or JSON, where it is written in one of these
    graphs: bool = False  # it says in which named graph each statement stands
    prefixed: bool = False  # it shortens IRIs by prefixes
    by_line: bool = False  # one statement a line, whose order means nothing
    written: bool = True  # served; else only read
    dumped: bool = False  # a release has its dataset in it, as a file

    def begins(self, head: str) -> bool:
        """Tell whether a text that begins with ``head`` is in this format, for all that the beginning shows."""
        raise NotImplementedError

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        """The statements of a document. Raises SyntaxError, with the line where there is one.

        ``lenient``: terms are not checked, and reading may go on after an error. ``note`` is told what was left out by
        the format's own rules.
        """
        raise NotImplementedError

    def write_to(
        self, statements: Iterable[Statement], output: IO[bytes], prefixes: Mapping[str, str] | None = None
    ) -> None:
        """Write statements; without their graphs, and each once, where the format has none. Raises ValueError."""
        raise NotImplementedError

    def write(self, statements: Iterable[Statement], prefixes: Mapping[str, str] | None = None) -> bytes:
        """The statements as bytes. Raises ValueError for what the format cannot say."""
        output = BytesIO()
        self.write_to(statements, output, prefixes)
        return output.getvalue()

    def write_subjects(self, subjects: Sequence[SubjectStatements], prefixes: Mapping[str, str] | None = None) -> bytes:
        """The statements about several subjects as bytes, likewise."""
        return self.write(all_quads(subjects) if self.graphs else Triples(all_triples(subjects)), prefixes)


@dataclass(frozen=True)
class EngineFormat(GraphFormat):
    """A format that the engine, ``pyoxigraph``, reads and writes by itself."""

    engine: RdfFormat = RdfFormat.N_QUADS

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        return self._parse(content, base, lenient)

    def _parse(self, content: Content, base: str, lenient: bool) -> Iterator[Quad]:
        if isinstance(content, Path):
            return parse(path=str(content), format=self.engine, base_iri=base, lenient=lenient)
        return parse(content, format=self.engine, base_iri=base, lenient=lenient)

    def write_to(
        self, statements: Iterable[Statement], output: IO[bytes], prefixes: Mapping[str, str] | None = None
    ) -> None:
        serialize(self._written(statements), output, format=self.engine, prefixes=self._prefixes(prefixes))

    def write(self, statements: Iterable[Statement], prefixes: Mapping[str, str] | None = None) -> bytes:
        return (
            serialize(self._written(statements), format=self.engine, prefixes=self._prefixes(prefixes)) or b""
        )  # None only where there is an output

    def _prefixes(self, prefixes: Mapping[str, str] | None) -> dict[str, str] | None:
        return dict(prefixes) if prefixes and self.prefixed else None

    def _written(self, statements: Iterable[Statement]) -> Any:  # the engine asks for quads alone or triples alone
        return statements if self.graphs else triples(statements)


@contextmanager
def searchable(content: Content) -> Iterator[bytes | mmap.mmap]:
    """The bytes of a document for a pattern to look through, without reading a file into memory."""
    if isinstance(content, bytes) or not content.stat().st_size:
        yield content if isinstance(content, bytes) else b""
        return
    with content.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def line_at(data: bytes | mmap.mmap, position: int) -> int:
    """The line, from 1, of a position in a document."""
    return data[:position].count(b"\n") + 1


def triples(statements: Iterable[Statement]) -> Iterable[Triple]:
    """The triples of statements, each once, in their order: a graph is a set."""
    if isinstance(statements, Triples):
        return statements
    return dict.fromkeys(item.triple if isinstance(item, Quad) else item for item in statements)
