"""Turtle."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import RdfFormat

from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.formats.media_type import W3C
from initiative_lod.formats.n_triples import first_line

_NOISE = r"(?>\s+|#[^\n]*\n)*+"
_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_STRING = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_DIRECTIVE = r"@prefix\s|@base\s|prefix\s+[\w.-]*:\s*<|base\s*<"
_END = r"\s*[.;,]"
#: A statement without prefixes whose end is seen: XML can begin with ``<word>`` as well.
_STATEMENT = (
    rf"(?:{_IRI}|_:\S++|\[\s*\])\s+(?:a|{_IRI})\s+"
    rf"(?:(?:{_IRI}|_:[^\s.;,]++){_END}|(?:{_STRING})(?:@|\^\^|{_END})|[-+\d.]+{_END})"
)
_BEGINNING = re.compile(rf"{_NOISE}(?:(?i:{_DIRECTIVE})|{_STATEMENT})")


@dataclass(frozen=True)
class Turtle(EngineFormat):
    """RDF 1.1 Turtle. What could be N-Triples counts as that."""

    name: str = "text/turtle"
    suffix: str = "ttl"
    label: str = "Turtle"
    iri: str = f"{W3C}Turtle"
    formerly: tuple[str, ...] = (
        "application/turtle",
        "application/x-turtle",
        "text/n3",
        "text/rdf+n3",
        "application/n3",
    )
    suffixes: tuple[str, ...] = ("turtle",)
    rank: int = 1
    includes: tuple[str, ...] = ("N-Triples",)
    prefixed: bool = True
    engine: RdfFormat = RdfFormat.TURTLE

    def begins(self, head: str) -> bool:
        return first_line(head) is None and _BEGINNING.match(head) is not None
