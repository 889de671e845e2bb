"""N-Quads: a statement a line, with the graph that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import RdfFormat

from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.formats.media_type import W3C
from initiative_lod.formats.n_triples import first_line


@dataclass(frozen=True)
class NQuads(EngineFormat):
    """RDF 1.1 N-Quads."""

    name: str = "application/n-quads"
    suffix: str = "nq"
    label: str = "N-Quads"
    iri: str = f"{W3C}N-Quads"
    formerly: tuple[str, ...] = ("text/x-nquads", "text/nquads")
    suffixes: tuple[str, ...] = ("nquads",)
    rank: int = 5
    includes: tuple[str, ...] = ("N-Triples",)
    graphs: bool = True
    by_line: bool = True
    dumped: bool = True
    engine: RdfFormat = RdfFormat.N_QUADS

    def begins(self, head: str) -> bool:
        line = first_line(head)
        return line is not None and bool(line["graph"])
