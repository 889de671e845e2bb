"""RDF/XML, checked as XML before it is read, with XML literals in exclusive canonical form."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from initiative_lod.errors import Message, UnwritableError
from initiative_lod.formats.graph_format import Content, EngineFormat, Note, Statement, searchable, triples
from initiative_lod.formats.media_type import W3C
from initiative_lod.formats.subject_statements import SubjectStatements, all_triples
from initiative_lod.text_cache import cache_short_texts
from initiative_lod.vocabulary import RDF

#: The end of an IRI that can be the name of an element; and names that RDF/XML keeps for itself.
_START = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = rf"[{_START}][{_START}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*\Z"  # it takes long to compile, and few need it
_REFUSED = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
NAMESPACE = RDF.iri

_RESERVED = frozenset(
    NAMESPACE + name
    for name in "RDF ID about parseType resource nodeID datatype Description aboutEach aboutEachPrefix bagID li".split()
)
#: Atomic groups throughout: what is hostile must not make a pattern try its parts in all ways.
_XML_NOISE = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?>[^\[>]+|\[[^\]]*\])*+>)*+", re.DOTALL)
_ELEMENT = re.compile(r"<(?P<name>(?:[\w.-]+:)?[\w.-]+)(?P<attributes>\s+[\w.:-]+\s*=[^>]*|\s*)/?>")
_REWRITTEN = re.compile(rb"""parseType\s*=\s*["'](?!Resource|Collection)|xml:lang\s*=\s*(?:""|'')""")
_ENTITY = re.compile(rf'<!ENTITY\s+\w+\s+"{re.escape(NAMESPACE)}"')  # as Protégé used to declare it
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
        tag = root_element(head)
        return bool(tag) and (NAMESPACE in tag or _ENTITY.search(head) is not None)

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        broken = _broken(content)
        if not broken:
            return self._parse(_rewritten(content), base, lenient)
        if not lenient:
            raise broken
        return self._until(broken, content, base)

    def write_to(
        self, statements: Iterable[Statement], output: IO[bytes], prefixes: Mapping[str, str] | None = None
    ) -> None:
        """Write triples. Raises UnwritableError for a predicate or a character that XML has no way to write."""
        super().write_to(statements, XmlOutput(output, self.label), prefixes)

    def write(self, statements: Iterable[Statement], prefixes: Mapping[str, str] | None = None) -> bytes:
        return _escaped_xml(super().write(statements, prefixes), self.label)

    def _written(self, statements: Iterable[Statement]) -> list[Statement]:
        once = triples(statements)
        try:
            return list(_writable(once))
        except UnwritableError:
            # Of a subject that comes back later, a class may have stood alone.
            return list(_writable(sorted(once, key=lambda item: str(item.subject))))

    def write_subjects(self, subjects: Sequence[SubjectStatements], prefixes: Mapping[str, str] | None = None) -> bytes:
        try:
            writable = [item.of(self.label, _writable_of) for item in subjects]
        except UnwritableError:
            return self.write(all_triples(subjects), prefixes)
        written = serialize(chain.from_iterable(writable), format=self.engine, prefixes=self._prefixes(prefixes))
        return _escaped_xml(written or b"", self.label)

    def _until(self, broken: SyntaxError, content: Content, base: str) -> Iterator[Quad]:
        """Text before the fault, which the engine may take for the end."""
        yield from self._parse(content, base, True)
        raise broken


def _writable(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements, as long as each predicate can be the name of an element (RDF 1.1 XML Syntax §2.2, §7.2.5).

    They are triples, each once. The engine makes an element of a class with which it begins a subject: one that can be
    none comes second.
    """
    known: set[str] = set()
    waiting: list[Statement] = []
    subject: object = None
    for statement in statements:
        iri = statement.predicate.value
        if iri not in known:
            if not _is_element(iri):
                raise UnwritableError(Message("format.predicate", iri=iri, format="RDF/XML"))
            known.add(iri)
        begins, subject = statement.subject != subject, statement.subject
        if begins and waiting:
            break
        cls = statement.object
        unnamed = iri == RDF.type.value and isinstance(cls, NamedNode) and not _is_element(cls.value)
        if unnamed and (begins or waiting):
            waiting.append(statement)
            continue
        yield statement
        yield from waiting
        waiting = []
    if waiting:
        raise UnwritableError(Message("format.class", iri=str(waiting[0].object)[1:-1], format="RDF/XML"))


def _writable_of(subject: SubjectStatements) -> tuple[Triple, ...]:
    found = tuple(item for item in _writable(subject.triples) if isinstance(item, Triple))
    return subject.triples if found == subject.triples else found  # nearly always: they are held once


@cache_short_texts(4096)
def _is_element(iri: str) -> bool:
    """Tell whether an IRI can be written as the name of an element that every XML parser reads.

    Expat and many others know the names of XML 1.0 up to its fourth edition alone, which end with Unicode 2.0.
    """
    name = re.search(_NAME, iri)
    if name is None or iri in _RESERVED:
        return False
    return name[0].isascii() or _fault(f"<{name[0]}/>".encode()) is None


class XmlOutput(BufferedIOBase, IO[bytes]):
    """Writes XML on to ``output``: a carriage return as a reference, which no parser turns into a line end.

    Raises UnwritableError for what XML 1.0 cannot hold (§2.2), escaped or not.
    """

    def __init__(self, output: IO[bytes], label: str) -> None:
        super().__init__()
        self._output, self._label = output, label

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._output.write(_escaped_xml(piece, self._label))
        return len(piece)


def _escaped_xml(written: bytes, label: str) -> bytes:
    # Found in a tenth of the time by its first byte; which one it is, the pattern tells.
    suspect = len(written.translate(None, _CONTROLS)) < len(written) or b"\xef\xbf" in written
    if suspect and (refused := _REFUSED.search(written)):
        name = f"U+{ord(refused[0].decode()):04X}"
        raise UnwritableError(Message("format.character", name=name, format=label))
    return written.replace(b"\r", b"&#xD;")


def _broken(content: Content) -> SyntaxError | None:
    """Reason why a document is no well-formed XML, or takes too much to expand (entities); None for one that is sound.

    The engine takes a document that breaks off for one that ends, and expands entities without limit.
    """
    error = _fault(content)
    if error is None:
        return None
    why = expat.ErrorString(error.code)
    if "amplification" in why:
        why = "its entities expand to more than a hundred times its size: a bomb, it seems"
    return SyntaxError(why, (None, error.lineno, error.offset + 1, None))


def _fault(content: Content) -> expat.ExpatError | None:
    """Objection of the XML parser."""
    parser = expat.ParserCreate("utf-8", " ")  # the separator makes it check prefixes
    try:
        if isinstance(content, Path):
            with content.open("rb") as file:
                parser.ParseFile(file)
        else:
            parser.Parse(content, True)
    except expat.ExpatError as error:
        return error
    return None


def _rewritten(content: Content) -> Content:
    """The document without what the engine reads wrongly: XML literals, in which it declares namespaces twice, become
    strings of their canonical form (Exclusive XML Canonicalization 1.0); ``xml:lang=""``, which it refuses, goes.
    """
    with searchable(content) as data:
        if not _REWRITTEN.search(data):
            return content
    from lxml import etree  # here: few documents need it

    parser = etree.XMLParser(resolve_entities="internal", no_network=True, huge_tree=True)
    try:
        tree = etree.parse(BytesIO(content) if isinstance(content, bytes) else str(content), parser)
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
    return html.escape(text or "", quote=False).replace("\r", "&#xD;")


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
