"""N-Triples: a statement a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import RdfFormat

from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.formats.media_type import W3C

_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\x00-\x20]*>"
_BLANK = r"_:[^\s<.]++(?:\.[^\s<.]++)*+"
_LITERAL = r'"(?>[^"\\\n]|\\.)*+"(?>@[A-Za-z0-9-]++|\^\^<[^<>\x00-\x20]*+>)?'
_LINE = re.compile(
    rf"""(?>\s+|\#[^\n]*\n)*+
        (?:{_IRI}|{_BLANK})\s+{_IRI}\s+                     # subject, predicate
        (?:{_IRI}|{_BLANK}|{_LITERAL})\s*+                  # object
        (?P<graph>(?:{_IRI}|{_BLANK})\s*+)?\.[ \t\r]*+(?:\#[^\n]*)?(?:\n|$)""",
    re.VERBOSE,
)


def first_line(head: str) -> re.Match[str] | None:
    """The first statement of a text in N-Triples or N-Quads, with its ``graph`` if it has one."""
    return _LINE.match(head)


@dataclass(frozen=True)
class NTriples(EngineFormat):
    """RDF 1.1 N-Triples."""

    name: str = "application/n-triples"
    suffix: str = "nt"
    label: str = "N-Triples"
    iri: str = f"{W3C}N-Triples"
    suffixes: tuple[str, ...] = ("ntriples",)
    rank: int = 4
    by_line: bool = True
    engine: RdfFormat = RdfFormat.N_TRIPLES

    def begins(self, head: str) -> bool:
        line = first_line(head)
        return line is not None and not line["graph"]
