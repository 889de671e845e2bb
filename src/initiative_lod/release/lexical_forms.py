"""Keeps the literals that the store writes in another way (``01`` as ``1``), so that readers get them as they were
written.

The record is a text file of lines ``key TAB literal``, sorted by key: the key is a digest of the quad as the store
has it. A key that has several lines stands for several quads that the store holds as one.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, Quad, RdfFormat, Store, parse

from initiative_lod.vocabulary import RDF, XSD

TYPED = b'"^^<http://www.w3.org/2001/XMLSchema#'
#: Datatypes whose literals the store leaves as they are.
NEVER_REWRITTEN = frozenset({XSD.string, RDF.langString})
_PREFIX = b"<x:> <x:> "
_BLOCK, _BLOCKS = 4096, 256  # bytes that are read at once, and how many such are kept
MOST_LISTED_BYTES = 64 * 1024  # of a record whose literals are all listed


class Rewritten:
    """Finds the quads of one graph whose literal the store rewrites, in N-Quads lines that come in their order.

    ``collapsed`` counts the quads that the store does not hold as quads of their own.
    """

    def __init__(self, graph: bytes) -> None:
        self._end = graph  # how each line ends: `` <graph> .``
        self._group = b""
        self._found: dict[bytes, list[bytes]] = {}
        self._changed = False
        self.collapsed = 0

    def see(self, line: bytes) -> Iterator[bytes]:
        """The record's lines that are complete when ``line``, without its line end, is seen."""
        if TYPED not in line:
            return
        subject, predicate, rest = line.split(b" ", 2)
        group = subject + b" " + predicate + b" "
        if group != self._group:
            yield from self.finish()
            self._group = group
        literal = rest[: -len(self._end)]
        stored = _stored(literal)
        self._changed = self._changed or stored != literal
        self._found.setdefault(stored, []).append(literal)

    def finish(self) -> Iterator[bytes]:
        """The record's lines that were held back."""
        if self._changed:
            for stored, literals in self._found.items():
                self.collapsed += len(literals) - 1
                if len(literals) > 1 or stored != literals[0]:
                    key = _key(self._group + stored + self._end)
                    for literal in literals:
                        yield key + b"\t" + literal + b"\n"
        self._found.clear()
        self._changed = False


def _key(stored: bytes) -> bytes:
    return hashlib.sha256(stored).hexdigest()[:24].encode()


@lru_cache(maxsize=65536)
def _stored(literal: bytes) -> bytes:
    """A literal in N-Triples as it comes back from the store."""
    store = Store()
    store.load(_PREFIX + literal + b" .", format=RdfFormat.N_TRIPLES)
    return str(next(iter(store)).object).encode()


@lru_cache(maxsize=65536)
def as_stored(literal: Literal) -> Literal:
    """A literal as it comes back from the store."""
    if literal.datatype in NEVER_REWRITTEN:
        return literal
    store = Store()
    store.add(Quad(XSD.string, XSD.string, literal))
    stored = next(iter(store)).object
    assert isinstance(stored, Literal)
    return stored


def record(lines: Iterable[bytes]) -> list[bytes]:
    """The record, sorted, of N-Quads lines (without line ends) in canonical order, of any graphs."""
    rewritten: dict[bytes, Rewritten] = {}
    entries: list[bytes] = []
    for line in lines:
        if TYPED in line:
            graph = line[line.rindex(b" <") :] if line.endswith(b"> .") else b" ."
            entries += rewritten.setdefault(graph, Rewritten(graph)).see(line)
    for each in rewritten.values():
        entries += each.finish()
    return sorted(entries)


def collapsed(lines: Iterable[bytes]) -> int:
    """Number of quads that, by a record, the store holds together with another one."""
    keys = [line.partition(b"\t")[0] for line in lines]
    return len(keys) - len(set(keys))


class LexicalForms:
    """Gives quads of the store their literals as they were written. It holds an open file, and a megabyte of it.

    The file is read and not mapped: where one that is mapped has been cut, the whole process ends.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._file, self._size = path, -1, 0
        if path.is_file():
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._size = os.fstat(self._file).st_size
        self._block = lru_cache(maxsize=_BLOCKS)(self._read_block)

    def __del__(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)

    def literals(self) -> set[Literal] | None:
        """The literals that are recorded; None of a large record, or one that is damaged, as ``restore`` tells."""
        if self._size > MOST_LISTED_BYTES:
            return None
        try:
            lines = os.pread(self._file, self._size, 0).splitlines(keepends=True) if self._size else []
            statements = b"".join(_PREFIX + line[:-1].partition(b"\t")[2] + b" .\n" for line in lines)
            objects = [quad.object for quad in parse(statements, format=RdfFormat.N_TRIPLES)]
        except (OSError, SyntaxError):
            return None
        return {item for item in objects if isinstance(item, Literal)} if sum(map(len, lines)) == self._size else None

    def restore(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """The quads, each with its literal as written; one that stands for several becomes these. Raises OSError."""
        if not self._size:
            yield from quads
            return
        for quad in quads:
            if isinstance(quad.object, Literal) and quad.object.datatype not in NEVER_REWRITTEN:
                literals = self._find(_key(f"{quad} .".encode()))
                if literals:
                    for literal in literals:
                        yield Quad(quad.subject, quad.predicate, literal, quad.graph_name)
                    continue
            yield quad

    def _find(self, key: bytes) -> list[Literal]:
        low, high = 0, self._size
        while low < high:  # the first line whose key is not below ours begins in [low, high]
            middle = self._start((low + high) // 2, low)
            line = self._line(middle)
            if line[: len(key)] < key:
                low = middle + len(line) + 1
            else:
                high = middle
        literals = []
        while (line := self._line(low))[: len(key) + 1] == key + b"\t":
            (quad,) = parse(_PREFIX + line[len(key) + 1 :] + b" .", format=RdfFormat.N_TRIPLES)
            assert isinstance(quad.object, Literal)
            literals.append(quad.object)
            low += len(line) + 1
        return literals

    def _start(self, position: int, low: int) -> int:
        """The beginning of the line in which ``position`` is; a line begins at ``low``."""
        number, offset = divmod(position, _BLOCK)
        while number * _BLOCK + offset > low:
            if (newline := self._block(number).rfind(b"\n", 0, offset)) >= 0:
                return max(number * _BLOCK + newline + 1, low)
            number, offset = number - 1, _BLOCK
        return low

    def _line(self, start: int) -> bytes:
        """The line that begins at ``start``, without its end; empty at the end of the file."""
        number, offset = divmod(start, _BLOCK)
        pieces = []
        while number * _BLOCK < self._size:
            piece, newline, _ = self._block(number)[offset:].partition(b"\n")
            pieces.append(piece)
            if newline:
                break
            number, offset = number + 1, 0
        return b"".join(pieces)

    def _read_block(self, number: int) -> bytes:
        place = number * _BLOCK
        block = os.pread(self._file, _BLOCK, place)
        if len(block) < min(_BLOCK, self._size - place):
            raise OSError(errno.EIO, "a file of the release has been cut", self._path.name)
        return block
