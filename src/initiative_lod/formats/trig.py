"""TriG: Turtle with named graphs."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import RdfFormat

from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.formats.media_type import W3C


@dataclass(frozen=True)
class TriG(EngineFormat):
    """RDF 1.1 TriG. It begins as Turtle does: only its name, or its graphs, tell it apart."""

    name: str = "application/trig"
    suffix: str = "trig"
    label: str = "TriG"
    iri: str = f"{W3C}TriG"
    formerly: tuple[str, ...] = ("application/x-trig",)
    rank: int = 6
    includes: tuple[str, ...] = ("Turtle", "N-Triples")
    graphs: bool = True
    prefixed: bool = True
    dumped: bool = True
    engine: RdfFormat = RdfFormat.TRIG

    def begins(self, head: str) -> bool:
        return False
