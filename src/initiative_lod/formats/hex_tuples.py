"""HexTuples: a statement a line, each an array of six strings, for programs that stream JSON.

Subject, predicate, value, datatype (``globalId`` for an IRI, ``localId`` for a blank node), language, graph; empty
strings stand for what is not there. https://github.com/ontola/hextuples
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from json.encoder import encode_basestring
from pathlib import Path
from typing import IO

from pyoxigraph import BaseDirection, BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from initiative_lod.formats.graph_format import Content, GraphFormat, Note, Statement
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.formats.subject_statements import SubjectStatements
from initiative_lod.vocabulary import RDF, XSD

_STRING = r'"(?>[^"\\\n]|\\.)*+"'
_FIRST_LINE = re.compile(rf"\s*\[\s*{_STRING}(?:\s*,\s*{_STRING}){{5}}\s*\]")
_IRI, _BLANK_NODE = "globalId", "localId"
_LANGUAGE, _DIRECTED = RDF.langString.value, RDF.dirLangString.value


@dataclass(frozen=True)
class HexTuples(GraphFormat):
    """HexTuples-NDJSON. A base direction follows its language as in Turtle 1.2 (``ar--rtl``)."""

    name: str = "application/hex+x-ndjson"
    suffix: str = "hext"
    label: str = "HexTuples"
    charset: bool = False
    suffixes: tuple[str, ...] = ("ndjson",)
    rank: int = 7
    notation: str = "JSON"
    graphs: bool = True
    by_line: bool = True
    dumped: bool = True

    def begins(self, head: str) -> bool:
        return _FIRST_LINE.match(head) is not None

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        with content.open("rb") if isinstance(content, Path) else BytesIO(content) as lines:
            for number, line in enumerate(lines, 1):
                if not line.isspace():
                    yield _quad(line, number)

    def write_to(
        self, statements: Iterable[Statement], output: IO[bytes], prefixes: Mapping[str, str] | None = None
    ) -> None:
        output.writelines(_line(statement).encode() for statement in statements)

    def write_subjects(self, subjects: Sequence[SubjectStatements], prefixes: Mapping[str, str] | None = None) -> bytes:
        """The lines of a subject are remembered with it."""
        return b"".join([item.of(self.label, _lines) for item in subjects])


def _lines(subject: SubjectStatements) -> bytes:
    return "".join(map(_line, subject.quads)).encode()


def _line(statement: Statement) -> str:
    graph = statement.graph_name if isinstance(statement, Quad) else None
    start = f"[{_quoted(statement.subject)},{_quoted(statement.predicate)}"
    end = '""' if graph is None or isinstance(graph, DefaultGraph) else _quoted(graph)
    term = statement.object
    if not isinstance(term, Literal):
        return f'{start},{_quoted(term)},"{_IRI if isinstance(term, NamedNode) else _BLANK_NODE}","",{end}]\n'
    language = f"{term.language}--{term.direction.value}" if term.direction else term.language or ""
    value = encode_basestring(term.value)
    return f"{start},{value},{_quoted(term.datatype)},{encode_basestring(language)},{end}]\n"


@lru_cache(maxsize=2048)
def _quoted(term: NamedNode | BlankNode | Triple) -> str:
    return encode_basestring(_name(term))


def _name(term: NamedNode | BlankNode | Triple) -> str:
    if isinstance(term, Triple):
        raise ValueError(f"HexTuples has no triples about triples: {term}")
    return term.value if isinstance(term, NamedNode) else str(term)


def _quad(line: bytes, number: int) -> Quad:
    """The statement of a line. Raises SyntaxError with its number."""
    try:
        row = read_json(line)
        if not isinstance(row, list) or len(row) != 6 or not all(isinstance(item, str) for item in row):
            raise ValueError("a line is an array of six strings")
        subject, predicate, value, datatype, language, graph = row
        where = _term(graph) if graph else DefaultGraph()
        return Quad(_term(subject), NamedNode(predicate), _object(value, datatype, language), where)
    except ValueError as error:
        cut = isinstance(error, json.JSONDecodeError) and not line.endswith(b"\n")
        why = "unexpected end of a line" if cut else str(error)
        raise SyntaxError(why, (None, number, None, None)) from error


def _term(text: str) -> NamedNode | BlankNode:
    return BlankNode(text[2:]) if text.startswith("_:") else NamedNode(text)


def _object(value: str, datatype: str, language: str) -> NamedNode | BlankNode | Literal:
    if datatype == _IRI:
        return NamedNode(value)
    if datatype == _BLANK_NODE:
        return BlankNode(value.removeprefix("_:"))
    if language:
        tag, _, direction = language.partition("--")
        return Literal(value, language=tag, direction=BaseDirection(direction) if direction else None)
    if datatype in (_LANGUAGE, _DIRECTED):
        raise ValueError(f"a literal of the datatype {datatype} needs a language")
    return Literal(value, datatype=NamedNode(datatype) if datatype else XSD.string)
