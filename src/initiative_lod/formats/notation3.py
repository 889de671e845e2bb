"""Notation3, of which only what is RDF is read."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import RdfFormat

from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.formats.media_type import W3C


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
