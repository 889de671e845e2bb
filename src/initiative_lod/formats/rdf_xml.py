"""RDF/XML, checked as XML before it is read, with XML literals in exclusive canonical form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from pyoxigraph import Quad, RdfFormat

from initiative_lod.formats.graph_format import Content, EngineFormat, Note
from initiative_lod.formats.media_type import W3C
from initiative_lod.vocabulary import RDF

NAMESPACE = RDF.iri

_XML_NOISE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>)*", re.DOTALL)
_ELEMENT = re.compile(r"<(?P<name>(?:[\w.-]+:)?[\w.-]+)(?P<attributes>\s+[\w.:-]+\s*=[^>]*|\s*)/?>")
_REWRITTEN = re.compile(rb"""parseType\s*=\s*["'](?!Resource|Collection)|xml:lang\s*=\s*(?:""|'')""")
_PARSE_TYPE, _DATATYPE = f"{{{NAMESPACE}}}parseType", f"{{{NAMESPACE}}}datatype"
_XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"
#: All that may stand on a property element with an XML literal (RDF 1.1 XML Syntax §7.2.17).
_BESIDE_LITERAL = (_PARSE_TYPE, f"{{{NAMESPACE}}}ID", _XML_NAMESPACE)
_LANG = f"{_XML_NAMESPACE}lang"


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
    notation: str = "XML"
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
            return self._parse(_rewritten(content), base, lenient)
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
    parser = expat.ParserCreate("utf-8", " ")  # the separator makes it check prefixes
    try:
        if isinstance(content, Path):
            with content.open("rb") as file:
                parser.ParseFile(file)
        else:
            parser.Parse(content, True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        if "amplification" in why:
            why = "its entities expand to more than a hundred times its size: a bomb, it seems"
        return SyntaxError(why, (None, error.lineno, error.offset + 1, None))
    return None


def _rewritten(content: Content) -> Content:
    """The document without what the engine reads wrongly: XML literals, in which it declares namespaces twice, become
    strings of their canonical form (Exclusive XML Canonicalization 1.0); ``xml:lang=""``, which it refuses, goes.
    """
    data = content.read_bytes() if isinstance(content, Path) else content
    if not _REWRITTEN.search(data):
        return content
    from lxml import etree  # here: few documents need it

    parser = etree.XMLParser(resolve_entities="internal", no_network=True, huge_tree=True)
    try:
        tree = etree.parse(BytesIO(data), parser)
    except etree.XMLSyntaxError as error:
        raise SyntaxError(error.msg, (None, error.lineno, None, None)) from error
    waiting = [tree.getroot()]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue  # a comment or processing instruction
        if element.get(_LANG) == "":
            _without_language(element)
        literal = element.get(_PARSE_TYPE, "Resource") not in ("Resource", "Collection")
        if not literal or any(not name.startswith(_BESIDE_LITERAL) for name in element.attrib):
            waiting += element
            continue
        text = _canonical(element, etree)
        for child in list(element):
            element.remove(child)
        element.text = text
        del element.attrib[_PARSE_TYPE]
        element.set(_DATATYPE, RDF.XMLLiteral.value)
    written: bytes = etree.tostring(tree, encoding="utf-8")
    return written


def _canonical(element: Any, etree: Any) -> str:
    """The content of an element in exclusive canonical form, with comments."""
    parts = [_escaped(element.text)]
    for child in element:
        if child.tag is etree.Comment:
            parts.append(f"<!--{child.text}-->")
        elif child.tag is etree.ProcessingInstruction:
            parts.append(f"<?{child.target} {child.text}?>" if child.text else f"<?{child.target}?>")
        else:
            written = etree.tostring(child, method="c14n", exclusive=True, with_comments=True, with_tail=False)
            parts.append(written.decode())
        parts.append(_escaped(child.tail))
    return "".join(parts)


def _escaped(text: str | None) -> str:
    return escape(text or "", {"\r": "&#xD;"})


def _without_language(element: Any) -> None:
    """Take ``xml:lang=""`` off an element, and the language that it undoes off those around it: their other children
    get it instead.
    """
    del element.attrib[_LANG]
    path = [element]
    for around in element.iterancestors():
        path.append(around)
        language = around.attrib.pop(_LANG, "")
        if language:
            break
    else:
        return
    for parent in path[1:]:
        if any(not name.startswith((_XML_NAMESPACE, f"{{{NAMESPACE}}}")) for name in parent.attrib):
            place = (None, element.sourceline, None, None)
            raise SyntaxError('xml:lang="" inside of property attributes in a language is not read', place)
        for child in parent:
            if isinstance(child.tag, str) and child not in path and child.get(_LANG) is None:
                child.set(_LANG, language)
