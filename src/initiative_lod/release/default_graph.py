"""Default graph of a store: beside the named graphs the set of all their triples (RDF merge).

A release has no blank nodes (they have IRIs), so that to merge graphs is to unite them. The engine unites named graphs
too, but as a bag, in which a triple comes once for each graph that states it.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from initiative_lod.release.lexical_forms import as_stored
from initiative_lod.release.time_limit import check_time

DEFAULT_GRAPH = DefaultGraph()

LINES_AT_ONCE = 450_000  # of files; with their triples a little less than the bulk loader takes into one batch
BYTES_AT_ONCE = 256 << 20  # of lines and their triples, however few: literals may be long
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


def load(store: Store, files: Iterable[Path], lines_at_once: int = LINES_AT_ONCE) -> None:
    """Load files of gzipped N-Quads, all in named graphs, and their triples into the default graph.

    The bulk loader is called as seldom as it can be (each call makes files of its own), with no more at once than it
    holds in memory as one batch. It checks no IRI and no language tag, which takes a twelfth of its time: who wrote
    the files has checked them. Raises OSError, and OutOfTime.
    """
    blocks = _blocks(files)
    for block in blocks:
        check_time()
        lines = io.BufferedReader(_Lines(block, blocks, 2 * lines_at_once), _BUFFER_BYTES)
        store.bulk_load(lines, format=RdfFormat.N_QUADS, lenient=True)


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
    """The lines of the files, each block of them followed by its triples."""
    for path in files:
        with gzip.open(path, "rb") as file:
            while block := file.read(_BLOCK_BYTES):
                block += file.readline()
                yield block + _triples(block)


def _triples(lines: bytes) -> bytes:
    """Lines of N-Quads without their graphs: most files have one graph alone, which is found faster than any."""
    line = lines[: lines.index(b"\n") + 1]
    ending = line[line.rindex(b" <") :]
    triples = lines.replace(ending, b" .\n")
    if len(lines) - len(triples) == (len(ending) - 3) * lines.count(b"\n"):
        return triples
    return _GRAPH_NAME.sub(b" .\n", lines)


class _Lines(io.RawIOBase):
    """Lines that the bulk loader reads at once: a block, and more of them up to a number of lines, and of bytes."""

    def __init__(self, first: bytes, more: Iterator[bytes], lines: int) -> None:
        self._more = more
        self._room, self._bytes = lines, BYTES_AT_ONCE
        self._take(first)

    def _take(self, block: bytes) -> None:
        self._left = memoryview(block)
        self._room -= block.count(b"\n")
        self._bytes -= len(block)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer as far as the block goes; 0 at the end."""
        if not self._left and self._room > 0 and self._bytes > 0:
            self._take(next(self._more, b""))
        target = memoryview(buffer)
        count = min(len(target), len(self._left))
        target[:count], self._left = self._left[:count], self._left[count:]
        return count
