"""Notation3, of which only what is RDF is read: what it quotes or derives is no statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Quad, RdfFormat

from initiative_lod.formats.graph_format import Content, EngineFormat, Note, line_at, searchable
from initiative_lod.formats.media_type import W3C

_TOKEN = re.compile(
    rb'''(?P<text>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
                 |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\x00-\x20"{}|^`\\]*>|\#[^\n]*)
      | (?P<quoted>\{) | (?P<rule>=>|<=) | (?P<variable>\?[A-Za-z_]\w*|@for(?:All|Some)\b)''',
    re.VERBOSE | re.DOTALL,
)
_BEYOND = {
    "quoted": "{ … } quotes statements (a formula of Notation3), which are then no facts",
    "rule": "=> and <= are rules of Notation3",
    "variable": "variables are of Notation3",
}


def beyond_rdf(content: Content) -> SyntaxError | None:
    """The first of what Notation3 has and RDF has not: formulas, rules, variables; None where there is none."""
    with searchable(content) as data:
        for token in _TOKEN.finditer(data):
            if token.lastgroup in _BEYOND:
                place = (None, line_at(data, token.start()), None, None)
                return SyntaxError(f"{_BEYOND[token.lastgroup]}: only RDF is read", place)
    return None


@dataclass(frozen=True)
class Notation3(EngineFormat):
    """Notation3. It begins as Turtle does: only its name, or what Turtle lacks, tells it apart."""

    name: str = "text/n3"
    suffix: str = "n3"
    label: str = "N3"
    iri: str = f"{W3C}N3"
    rank: int = 20
    includes: tuple[str, ...] = ("Turtle", "N-Triples")
    written: bool = False
    engine: RdfFormat = RdfFormat.N3

    def begins(self, head: str) -> bool:
        return False

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        beyond = beyond_rdf(content)
        if beyond is not None:
            raise beyond
        return self._parse(content, base, lenient)
