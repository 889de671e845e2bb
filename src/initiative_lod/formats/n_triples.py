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

#: A statement exactly as the engine writes it, of such terms as it never changes. What else there may be (further
#: schemes, other letters in IRIs, escapes in them, longer language tags) is no such statement.
_PLAIN_PATH = rb"[A-Za-z0-9._~!$&'()*+,;=:@/-]*+(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~!$&'()*+,;=:@/-]*+)*+"
_PLAIN_REST = _PLAIN_PATH.replace(rb"@/-", rb"@/?-")
_PLAIN_IRI = (
    rb"<(?:https?://[a-z0-9][a-z0-9.-]*+(?::[0-9]{1,5})?+(?=[/?#>])|urn:[a-z0-9][a-z0-9-]++:(?!/))"
    + _PLAIN_PATH
    + rb"(?:\?"
    + _PLAIN_REST
    + rb")?+(?:#"
    + _PLAIN_REST
    + rb")?+>"
)
_PLAIN_NODE = rb"_:[A-Za-z][A-Za-z0-9]*+"
_PLAIN_LITERAL = (
    rb'"[^"\\\x00-\x1f\x7f]*+(?:\\[tbnrf"\\][^"\\\x00-\x1f\x7f]*+)*+"'
    rb"(?:@[a-z]{2,3}(?:-[a-z]{4})?+(?:-[a-z]{2})?+(?= )"
    rb"|\^\^" + _PLAIN_IRI + rb"(?<!XMLSchema#string>)(?<!angString>))?+"
)
_ESCAPED = tuple(character.encode() for character in "\ufffe\uffff")  # in literals, beside what is of ASCII
_PLAIN_LINES = re.compile(
    rb"(?>(?:%(iri)s|%(node)s) %(iri)s (?:%(iri)s|%(literal)s|%(node)s) \.\n)*+"
    % {b"iri": _PLAIN_IRI, b"node": _PLAIN_NODE, b"literal": _PLAIN_LITERAL}
)


def are_plain(lines: bytes) -> bool:
    """Tell whether lines are, byte for byte, what the engine writes of them. Of some that are it is not told."""
    return not any(character in lines for character in _ESCAPED) and _PLAIN_LINES.fullmatch(lines) is not None


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
