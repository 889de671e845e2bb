"""Default graph of a store: beside the named graphs the set of all their triples (RDF merge).

A release has no blank nodes (they have IRIs), so that to merge graphs is to unite them. The engine unites named graphs
too, but as a bag, in which a triple comes once for each graph that states it.
"""

from __future__ import annotations

import gzip
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from initiative_lod.release.lexical_forms import as_stored
from initiative_lod.release.time_limit import check_time

DEFAULT_GRAPH = DefaultGraph()

BATCH = 1_000_000  # statements that the bulk loader makes files of at once
LINES_IN_A_CALL = 10 * BATCH  # where it holds no more than a batch, and the next one as it comes
LINES_AT_ONCE = 950_000  # where each batch is a call
BYTES_AT_ONCE = 256 << 20  # of a batch, however few lines: literals may be long
_BLOCK_BYTES = 1 << 20
_BUFFER_BYTES = 1 << 16
_GRAPH_NAME = re.compile(rb" <[^<>\s]*> \.\n")  # what a line of N-Quads ends with
_REMOVE = """
DELETE { ?s ?p ?o }
WHERE {
  GRAPH graph: { ?s ?p ?o }
  FILTER NOT EXISTS { GRAPH ?other { ?s ?p ?o } FILTER (?other != graph:) }
}
"""


def beside(quads: Iterable[Quad]) -> Iterator[Quad]:
    """The quads of named graphs, and after each its triple in the default graph, which a store holds once."""
    for quad in quads:
        yield quad
        yield Quad(quad.subject, quad.predicate, quad.object, DEFAULT_GRAPH)


def matching(
    store: Store,
    subject: NamedNode | BlankNode | Triple | None = None,
    predicate: NamedNode | None = None,
    object: NamedNode | BlankNode | Literal | Triple | None = None,
    graph: NamedNode | BlankNode | DefaultGraph | None = None,
) -> Iterator[Quad]:
    """The quads of a pattern (None: any), in the default graph as well.

    The engine looks for a literal by the bytes of its key, and on disk takes what follows for it where these end in
    255: asked for the number 255 it gives 256 to 510 as well (Oxigraph 0.5.13). So it is not believed here.
    """
    found = store.quads_for_pattern(subject, predicate, object, graph)
    if not isinstance(object, Literal):
        return found
    stored = as_stored(object)
    return (quad for quad in found if quad.object == stored)


def named(
    store: Store,
    subject: NamedNode | BlankNode | None = None,
    predicate: NamedNode | None = None,
    object: NamedNode | BlankNode | Literal | None = None,
) -> Iterator[Quad]:
    """The quads of a pattern (None: any) in the named graphs of a store."""
    for quad in matching(store, subject, predicate, object):
        if not isinstance(quad.graph_name, DefaultGraph):
            yield quad


def in_memory(quads: Iterable[Quad]) -> Store:
    """A store in memory with the quads of named graphs and its default graph."""
    store = Store()
    store.bulk_extend(beside(quads))
    return store


def load(store: Store, files: Iterable[Path]) -> None:
    """Load files of gzipped N-Quads, all in named graphs, and their triples into the default graph.

    The bulk loader is called as seldom as it can be: with the files of each call the engine begins to merge all that it
    has. A batch is of quads or of triples, for each of which it holds a set in memory. Blank nodes are others in each
    call, so that quads with such go with their triples. It checks no IRI and no language tag, which takes a twelfth of
    its time: who wrote the files has checked them. Raises OSError, and OutOfTime.
    """
    files = list(files)
    quads = (block + _triples(block) if _has_blank_nodes(block) else block for block in _blocks(files))
    triples = (_triples(block) for block in _blocks(files) if not _has_blank_nodes(block))
    for blocks in (triples, quads):  # in this order: the fewer files are merged while the more are made
        for block in blocks:
            check_time()
            with _one_batch_at_a_time() as every:
                lines = _Lines(block, blocks, LINES_IN_A_CALL if every else LINES_AT_ONCE, every)
                store.bulk_load(io.BufferedReader(lines, _BUFFER_BYTES), format=RdfFormat.N_QUADS, lenient=True)


@contextmanager
def _one_batch_at_a_time() -> Iterator[Callable[[], None] | None]:
    """Let a call of the bulk loader make files of one batch while it reads the next, and no more.

    It holds as many in memory as its thread may use processors when it begins. Gives what lets it use all of them, to
    be called when it reads; None where the system cannot be told that, and each batch is to be a call.
    """
    try:
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(allowed)})
    except (AttributeError, OSError):
        yield None
        return
    every = partial(os.sched_setaffinity, 0, allowed)
    try:
        yield every
    finally:
        every()


def remove(store: Store, graph: NamedNode) -> None:
    """Remove a named graph, and from the default graph what no other named graph states."""
    store.update(_REMOVE, prefixes={"graph": graph.value})
    store.remove_graph(graph)


def is_in(store: Store) -> bool:
    """Tell whether a store has its default graph: a release of format 1 has named graphs only."""
    return next(iter(store.quads_for_pattern(None, None, None, DEFAULT_GRAPH)), None) is not None


def options(store: Store) -> dict[str, Any]:
    """Options of the engine for a query without a dataset: where there is no default graph, all graphs as a bag."""
    return {} if is_in(store) else {"use_default_graph_as_union": True}


def size(store: Store, graph: NamedNode | DefaultGraph = DEFAULT_GRAPH) -> int:
    """The number of triples in the default graph, or in another one."""
    found = store.query("SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }", default_graph=graph)
    assert isinstance(found, QuerySolutions)
    return int(next(found)["triples"].value)


def _blocks(files: Iterable[Path]) -> Iterator[bytes]:
    """The lines of the files, many at once."""
    for path in files:
        with gzip.open(path, "rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block + file.readline()


def _has_blank_nodes(lines: bytes) -> bool:
    """Tell whether there are blank nodes in lines of N-Quads; of some without, it may be told too."""
    return lines.startswith(b"_:") or b"\n_:" in lines or b"> _:" in lines


def _triples(lines: bytes) -> bytes:
    """Lines of N-Quads without their graphs: most files have one graph alone, which is found faster than any."""
    line = lines[: lines.index(b"\n") + 1]
    ending = line[line.rindex(b" <") :]
    triples = lines.replace(ending, b" .\n")
    if len(lines) - len(triples) == (len(ending) - 3) * lines.count(b"\n"):
        return triples
    return _GRAPH_NAME.sub(b" .\n", lines)


class _Lines(io.RawIOBase):
    """Lines that the bulk loader reads in one call: a block, and more of them, up to a number of lines, and of bytes in
    one batch. ``begun`` is called when it reads.
    """

    def __init__(self, first: bytes, more: Iterator[bytes], lines: int, begun: Callable[[], None] | None) -> None:
        self._more, self._begun = more, begun
        self._room, self._batch, self._bytes = lines, 0, 0
        self._take(first)

    def _take(self, block: bytes) -> None:
        self._left = memoryview(block)
        lines = block.count(b"\n")
        self._room -= lines
        self._batch += lines
        self._bytes += len(block)
        if self._batch >= BATCH:
            self._batch, self._bytes = self._batch % BATCH, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer as far as the block goes; 0 at the end. Raises OutOfTime."""
        if self._begun is not None:
            self._begun()
            self._begun = None
        if not self._left and self._room > 0 and self._bytes < BYTES_AT_ONCE:
            check_time()
            self._take(next(self._more, b""))
        target = memoryview(buffer)
        count = min(len(target), len(self._left))
        target[:count], self._left = self._left[:count], self._left[count:]
        return count
