"""Reads the graph to align with into memory: a file or folder of RDF. What cannot be read stops it, by name."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, parse

from initiative_lod.errors import ParseError, SourceError

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
Progress = Callable[[str], None]


def files(path: Path) -> Iterator[Path]:
    """The RDF files at ``path``, by name: itself, or all in the folder and under it."""
    found = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    for item in found:
        if format_of(item) is not None:
            yield item


def format_of(path: Path) -> RdfFormat | None:
    """The syntax that a file's name promises, ``.gz`` left aside."""
    return FORMATS.get(Path(path.name.lower().removesuffix(".gz")).suffix)


def read(path: Path, progress: Progress = lambda message: None) -> Store:
    """The graphs at ``path`` in one store, each file a named graph. Raises ParseError, SourceError with the file."""
    store = Store()
    found = list(files(path))
    if not found:
        raise SourceError(f"there is no RDF file ({', '.join(FORMATS)})", path)
    for item in found:
        progress(f"reading {item.name}")
        syntax = format_of(item)
        assert syntax is not None
        try:
            content = gzip.decompress(item.read_bytes()) if item.name.lower().endswith(".gz") else item.read_bytes()
            graph = NamedNode(item.resolve().as_uri())
            quads = parse(content, syntax, base_iri=graph.value, lenient=True, rename_blank_nodes=True)
            store.bulk_extend(
                type(quad)(quad.subject, quad.predicate, quad.object, graph)
                if isinstance(quad.graph_name, DefaultGraph)
                else quad
                for quad in quads
            )
        except SyntaxError as error:
            raise ParseError(f"cannot be parsed: {error.msg}", item, error.lineno or 0) from error
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror or error}", item) from error
    return store
