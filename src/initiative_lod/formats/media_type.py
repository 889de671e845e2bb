"""Media types that are sent and carry no RDF graph: pages, SPARQL results, problems, text."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat

W3C = "http://www.w3.org/ns/formats/"  # the W3C's names of formats (Unique URIs for File Formats)


@dataclass(frozen=True)
class MediaType:
    """One representation format. ``results``: the engine's writer of query results in it, if it has one.

    ``formerly`` are names from before it was registered, and of what it is a part of (Turtle, of Notation3): who asks
    for one of them can read it. It is never sent under one. ``iri`` is the name that the W3C gives it,
    empty where it gives none.
    """

    name: str
    suffix: str
    label: str
    results: QueryResultsFormat | None = None
    charset: bool = True
    formerly: tuple[str, ...] = ()
    iri: str = ""

    @property
    def content_type(self) -> str:
        """The Content-Type header's value."""
        return f"{self.name}; charset=utf-8" if self.charset else self.name


HTML = MediaType("text/html", "html", "HTML")

RESULT_JSON, RESULT_XML, RESULT_CSV, RESULT_TSV = RESULT_TYPES = tuple(
    MediaType(name, suffix, label, results, label != "JSON", iri=f"{W3C}SPARQL_Results_{label}")
    for name, suffix, label, results in (
        ("application/sparql-results+json", "srj", "JSON", QueryResultsFormat.JSON),
        ("application/sparql-results+xml", "srx", "XML", QueryResultsFormat.XML),
        ("text/csv", "csv", "CSV", QueryResultsFormat.CSV),
        ("text/tab-separated-values", "tsv", "TSV", QueryResultsFormat.TSV),
    )
)

JSON = MediaType("application/json", "json", "JSON", charset=False)
PROBLEM = MediaType("application/problem+json", "json", "problem", charset=False)
TEXT = MediaType("text/plain", "txt", "text")
XML = MediaType("application/xml", "xml", "XML")
SVG = MediaType("image/svg+xml", "svg", "SVG", charset=False)
PNG = MediaType("image/png", "png", "PNG", charset=False)
ATOM = MediaType("application/atom+xml", "atom", "Atom", charset=False)
GZIP = MediaType("application/gzip", "gz", "gzip", charset=False)
PARQUET = MediaType("application/vnd.apache.parquet", "parquet", "Parquet", charset=False)


def json_bytes(value: object) -> bytes:
    """JSON as it is sent: UTF-8, every character as itself, one line end at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
