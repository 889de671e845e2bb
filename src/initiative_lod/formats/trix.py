"""TriX, triples in XML, which is read by way of rdflib."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from initiative_lod.formats.graph_format import Content, GraphFormat, Note
from initiative_lod.formats.rdf_xml import root_element


@dataclass(frozen=True)
class TriX(GraphFormat):
    """TriX (HP Labs, 2004)."""

    name: str = "application/trix"
    suffix: str = "trix"
    label: str = "TriX"
    rank: int = 21
    notation: str = "XML"
    graphs: bool = True
    written: bool = False

    def begins(self, head: str) -> bool:
        return re.match(r"<trix[\s>]", root_element(head), re.IGNORECASE) is not None

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        from xml.sax import SAXException

        import rdflib  # here: it takes long to load, and TriX is rare
        from rdflib.exceptions import ParserError

        rdflib.NORMALIZE_LITERALS = False
        dataset = rdflib.Dataset()
        data = content.read_bytes() if isinstance(content, Path) else content
        try:
            with warnings.catch_warnings():  # rdflib warns of what it does itself
                warnings.simplefilter("ignore", DeprecationWarning)
                dataset.parse(data=data, format="trix")
                lines = dataset.serialize(format="nquads", encoding="utf-8")
        except (SAXException, ParserError, ValueError) as error:
            raise SyntaxError(f"no TriX: {error}") from error
        return parse(lines, format=RdfFormat.N_QUADS, lenient=lenient)
