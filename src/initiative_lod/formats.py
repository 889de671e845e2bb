"""Media types, their suffixes, and what each can carry."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class MediaType:
    """One representation format. ``rdf``/``results``: the engine's own writer for it, if it has one.

    ``formerly`` are names from before it was registered, and of what it is a part of (Turtle, of Notation3): who asks
    for one of them can read it. It is never sent under one.
    """

    name: str
    suffix: str
    label: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    charset: bool = True
    formerly: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The Content-Type header's value."""
        return f"{self.name}; charset=utf-8" if self.charset else self.name


HTML = MediaType("text/html", "html", "HTML")
TURTLE = MediaType(
    "text/turtle",
    "ttl",
    "Turtle",
    rdf=RdfFormat.TURTLE,
    formerly=("application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3", "application/n3"),
)
JSON_LD = MediaType("application/ld+json", "jsonld", "JSON-LD", rdf=RdfFormat.JSON_LD, charset=False)
RDF_XML = MediaType("application/rdf+xml", "rdf", "RDF/XML", rdf=RdfFormat.RDF_XML)
N_TRIPLES = MediaType("application/n-triples", "nt", "N-Triples", rdf=RdfFormat.N_TRIPLES)
N_QUADS = MediaType(
    "application/n-quads", "nq", "N-Quads", rdf=RdfFormat.N_QUADS, formerly=("text/x-nquads", "text/nquads")
)
TRIG = MediaType("application/trig", "trig", "TriG", rdf=RdfFormat.TRIG, formerly=("application/x-trig",))

#: In order of our own preference (used only between equals).
RDF_TYPES = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES, N_QUADS, TRIG)
DOCUMENT_TYPES = (HTML, *RDF_TYPES)

RESULT_JSON = MediaType(
    "application/sparql-results+json", "srj", "JSON", results=QueryResultsFormat.JSON, charset=False
)
RESULT_XML = MediaType("application/sparql-results+xml", "srx", "XML", results=QueryResultsFormat.XML)
RESULT_CSV = MediaType("text/csv", "csv", "CSV", results=QueryResultsFormat.CSV)
RESULT_TSV = MediaType("text/tab-separated-values", "tsv", "TSV", results=QueryResultsFormat.TSV)
RESULT_TYPES = (RESULT_JSON, RESULT_XML, RESULT_CSV, RESULT_TSV)

JSON = MediaType("application/json", "json", "JSON", charset=False)
PROBLEM = MediaType("application/problem+json", "json", "problem", charset=False)
TEXT = MediaType("text/plain", "txt", "text")

BY_SUFFIX = {media.suffix: media for media in DOCUMENT_TYPES}
BY_NAME = {media.name: media for media in (*DOCUMENT_TYPES, *RESULT_TYPES)}
