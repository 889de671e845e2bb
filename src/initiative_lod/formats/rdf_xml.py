"""RDF/XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from pyoxigraph import Quad, RdfFormat

from initiative_lod.formats.graph_format import Content, EngineFormat, Note
from initiative_lod.formats.media_type import W3C
from initiative_lod.vocabulary import RDF

NAMESPACE = RDF.type.value.removesuffix("type")

_XML_NOISE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>)*", re.DOTALL)
_ELEMENT = re.compile(r"<(?P<name>(?:[\w.-]+:)?[\w.-]+)(?P<attributes>\s+[\w.:-]+\s*=[^>]*|\s*)/?>")


def root_element(head: str) -> str:
    """The start tag of the root element of XML; empty for what is no XML, or none for sure.

    ``<word>`` can begin Turtle as well: without attributes it counts when it is closed, or an XML declaration is there.
    """
    start = _XML_NOISE.match(head)
    assert start is not None  # it matches nothing at least
    tag = _ELEMENT.match(head, start.end())
    if tag is None:
        return ""
    declared = head.lstrip().startswith(("<?xml", "<!DOCTYPE"))
    closed = re.search(rf"</{re.escape(tag['name'])}\s*>", head)
    return tag[0] if declared or tag["attributes"].strip() or closed else ""


@dataclass(frozen=True)
class RdfXml(EngineFormat):
    """RDF 1.1 XML Syntax."""

    name: str = "application/rdf+xml"
    suffix: str = "rdf"
    label: str = "RDF/XML"
    iri: str = f"{W3C}RDF_XML"
    suffixes: tuple[str, ...] = ("rdfs", "owl")
    rank: int = 3
    prefixed: bool = True
    engine: RdfFormat = RdfFormat.RDF_XML

    def begins(self, head: str) -> bool:
        entity = re.search(rf'<!ENTITY\s+\w+\s+"{re.escape(NAMESPACE)}"', head)  # as Protégé used to declare it
        tag = root_element(head)
        return bool(tag) and (NAMESPACE in tag or entity is not None)

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        broken = _broken(content)
        if not broken:
            return self._parse(content, base, lenient)
        if not lenient:
            raise broken
        return self._until(broken, content, base)

    def _until(self, broken: SyntaxError, content: Content, base: str) -> Iterator[Quad]:
        """What stands before the fault, which the engine may take for the end."""
        yield from self._parse(content, base, True)
        raise broken


def _broken(content: Content) -> SyntaxError | None:
    """Why a document is no well-formed XML, or takes too much to expand (entities); None for one that is sound.

    The engine takes a document that breaks off for one that ends, and expands entities without limit.
    """
    parser = expat.ParserCreate("utf-8")
    try:
        if isinstance(content, Path):
            with content.open("rb") as file:
                parser.ParseFile(file)
        else:
            parser.Parse(content, True)
    except expat.ExpatError as error:
        return SyntaxError(expat.ErrorString(error.code), (None, error.lineno, error.offset + 1, None))
    return None
