"""Reads what authors wrote: Turtle files, and at which line each subject and each quote stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import RdfFormat, Triple, parse

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import DEFAULT_BASE, rebase, rebase_term
from initiative_lod.vocabulary import RDF

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
                  |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
      | (?P<open>[\[(]) | (?P<close>[\])]) | (?P<mark>[;,])
      | (?P<name>(?:\\.|[^\\\s<>"'\[\](){};,\#.])+(?:\.+(?:\\.|[^\\\s<>"'\[\](){};,\#.])+)*)
      | (?P<stop>\.(?!\d)) | (?P<space>\s+) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
BLANK = "["  # what stands for every blank node among the subjects
#: How files begin that somebody may take for text.
_NO_TEXT = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive (a Word document is one)",
    b"\xd0\xcf\x11\xe0": "a Word document",
}
_OTHER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_DIRECTIVES = {"base": 2, "prefix": 3, "version": 2}  # with how many tokens each has


@dataclass(frozen=True)
class SourceFile:
    """One file as parsed: its triples in the order of the file, and the lines (from 1) of what is in it.

    ``properties`` has the line of (subject, property, value): of an IRI or a string that stands under the property,
    in brackets or not, and of the property itself under an empty value.
    """

    path: Path
    graph: str
    triples: tuple[Triple, ...]
    subjects: dict[str, int]
    strings: dict[tuple[str, str], int]
    properties: dict[tuple[str, str, str], int]
    base: str = DEFAULT_BASE

    def line(self, subject: str, literal: str | None = None) -> int:
        """The line where ``literal`` first stands under ``subject``, else the subject's own; 0 when it is not here."""
        line = self.strings.get((subject, literal)) if literal is not None else None
        return line or self.subjects.get(subject, 0)


def read_turtle(path: Path, graph: str, base: str = DEFAULT_BASE) -> SourceFile:
    """Parse one Turtle file of a project with ``base``, against which relative IRIs are resolved.

    It may be written under that base, or under the default one (see ``iris.rebase``).
    Raises ParseError with the line, or SourceError when it cannot be read.
    """
    content = read_text(path)
    try:
        parsed = parse(content, format=RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True)
        triples = tuple(
            Triple(*(rebase_term(term, base) for term in (quad.subject, quad.predicate, quad.object)))
            for quad in parsed
        )
    except SyntaxError as error:
        raise ParseError(f"not Turtle: {error.msg}", path, error.lineno or 0) from error
    return SourceFile(path, graph, triples, *places(content, base, lambda iri: rebase(iri, base)), base)


def read_text(path: Path) -> str:
    """A file's content, which must be UTF-8: without a byte order mark, and with ends of line unified.

    Raises ParseError, with the line and what to do, for another encoding or what is no text, else SourceError.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path) from error
    return text_of(content, path)


def text_of(content: bytes, path: Path) -> str:
    """The same for content that came from the file at ``path`` in another way."""
    kind = next((kind for mark, kind in _NO_TEXT.items() if content.startswith(mark)), "")
    if kind:
        raise ParseError(f"the file is no text: it begins like {kind}. Save its words as plain text in UTF-8", path, 1)
    codec = next((codec for mark, codec in _OTHER_MARKS.items() if content.startswith(mark)), "")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        codec = codec or ("GB18030" if _is_chinese(content, "gb18030") else "")
        hint = (
            f", but seems to be {codec}: save it as UTF-8 (iconv -f {codec} -t UTF-8)"
            if codec
            else ": save it as UTF-8"
        )
        raise ParseError(f"the file is not UTF-8{hint}", path, line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ParseError(
            "the file is no text: it holds a zero byte. It may be UTF-16 without a mark: save it as UTF-8", path, line
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_chinese(content: bytes, codec: str) -> bool:
    """Tell whether bytes read in ``codec`` are text most of whose characters beyond ASCII are Chinese."""
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return False
    beyond = [character for character in text if character > "\x7f"]
    return sum("\u3000" <= item <= "\u9fff" or "\uff00" <= item <= "\uffef" for item in beyond) > 0.8 * len(beyond)


def read_folder(folder: Path, base: str = DEFAULT_BASE) -> list[SourceFile]:
    """Every Turtle file of a graphs folder: ``<name>.ttl`` and ``<name>/*.ttl`` are the graph ``<name>``.

    Files come in the order of their paths. Raises SourceError when there are none.
    """
    paths = sorted(folder.rglob("*.ttl"))
    if not paths:
        raise SourceError(
            "no Turtle file is in this folder: describe a document in one, as 'initiative-lod draft' does", folder
        )
    for path in paths:
        if len(path.relative_to(folder).parts) > 2:
            raise SourceError(
                f"a graph is {folder.name}/<name>.ttl or {folder.name}/<name>/*.ttl, not deeper: move the file up", path
            )
    return [read_turtle(path, path.stem if path.parent == folder else path.parent.name, base) for path in paths]


def places(
    content: str, base: str = DEFAULT_BASE, moved: Callable[[str], str] = lambda iri: iri
) -> tuple[dict[str, int], dict[tuple[str, str], int], dict[tuple[str, str, str], int]]:
    """Lines of subjects, of strings under them, and of properties, in Turtle that is known to parse.

    ``moved`` makes of an IRI as it is written what it is in the project.
    """
    prefixes: dict[str, str] = {}
    subjects: dict[str, int] = {}
    strings: dict[tuple[str, str], int] = {}
    properties: dict[tuple[str, str, str], int] = {}
    statement: list[str] = []
    subject, property, depth, line = "", "", 0, 1
    for match in _TOKEN.finditer(content):
        kind, token = match.lastgroup, match.group()
        if kind == "stop" and depth == 0:
            statement, subject, property = [], "", ""
        elif kind not in ("comment", "space"):
            statement.append(token)
            directive = statement[0].removeprefix("@").lower()
            if directive in _DIRECTIVES:
                if len(statement) == _DIRECTIVES[directive]:  # SPARQL's BASE and PREFIX end here, without a stop
                    iri = _resolve(token, base, prefixes)
                    if directive == "base":
                        base = iri
                    elif directive == "prefix":
                        prefixes[statement[1]] = iri
                    statement = []
            elif len(statement) == 1:
                subject = moved(_resolve(token, base, prefixes))
                subjects.setdefault(subject, line)
            elif kind == "mark" and depth == 0:
                property = "" if token == ";" else property
            elif kind in ("name", "iri") and (not property or depth or kind == "iri" or ":" in token):
                value = moved(_resolve(token, base, prefixes))
                if depth == 0 and not property:
                    property, value = RDF.type.value if token == "a" else value, ""
                properties.setdefault((subject, property, value), line)
            depth += (kind == "open") - (kind == "close")
            if kind == "string":
                literal = _unescape(token, 3 if token[:3] in ('"""', "'''") else 1)
                strings.setdefault((subject, literal), line)
                properties.setdefault((subject, property, literal), line)
        line += token.count("\n")
    return subjects, strings, properties


def _resolve(token: str, base: str, prefixes: dict[str, str]) -> str:
    if token.startswith(("[", "(", "_:")):
        return BLANK
    if token.startswith("<"):
        iri = _unescape(token, 1)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            return iri
        return urljoin(base, iri) + ("#" if iri.endswith("#") else "")  # urljoin drops an empty fragment
    prefix, _, local = token.partition(":")
    return prefixes.get(f"{prefix}:", f"{prefix}:") + local.replace("\\", "")


def _unescape(token: str, quotes: int) -> str:
    """Text between the token's ``quotes`` characters at either end."""
    return _ESCAPE.sub(
        lambda match: (
            chr(int(match[1] or match[2], 16)) if match[3] is None else _PLAIN_ESCAPES.get(match[3], match[3])
        ),
        token[quotes:-quotes],
    )
