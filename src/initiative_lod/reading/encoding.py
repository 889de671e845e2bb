"""Brings the bytes of a file to UTF-8, which every RDF syntax is written in, by its byte order mark or XML
declaration.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from initiative_lod.formats.graph_format import Content

BLOCK = 1 << 20

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: How an ASCII character stands in what has no mark (XML 1.0, appendix F).
_UNMARKED = (
    (rb"[^\0]\0\0\0", "utf-32-le"),
    (rb"\0\0\0[^\0]", "utf-32-be"),
    (rb"[^\0]\0[^\0]\0", "utf-16-le"),
    (rb"\0[^\0]\0[^\0]", "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")
_ENCODING = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")
_NO_CHARSET = frozenset(["idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"])
_MARKERS = ("\ufffd", "\uf8ff", "\ue000", "\ue001")
_ESCAPED = re.compile("[\udc80-\udcff]+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_CHINESE = re.compile("[\u4e00-\u9fff]")


class Undecodable(Exception):
    """Bytes that are not in the encoding that they should be in; ``line`` counts from 1. It never leaves this
    package.
    """

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


def head(data: bytes) -> str:
    """The beginning of a file as text, however damaged."""
    try:
        name, skipped, _ = _encoding(data)
    except Undecodable:
        name, skipped = "utf-8", 0
    return data[skipped:].decode(name, "replace")


def utf8(content: Content, folder: Path | None = None) -> tuple[Content, str]:
    """The content as UTF-8 without a mark, and what was done to it (empty: nothing). Raises Undecodable.

    What lies in a file and has to be written anew is written into ``folder``, in memory that does not grow.
    """
    if isinstance(content, Path):
        with content.open("rb") as file:
            start = file.read(BLOCK)
    else:
        start = content[:BLOCK]
    name, skipped, note = _encoding(start)
    pieces = _decoded(content, name, skipped)
    if not note:
        for _ in pieces:
            pass  # for its error
        return content, ""
    written = (piece.encode() for piece in _without_declaration(pieces))
    if not isinstance(content, Path):
        return b"".join(written), note
    with NamedTemporaryFile(dir=folder, delete=False) as new:
        new.writelines(written)
    return Path(new.name), note


def _encoding(start: bytes) -> tuple[str, int, str]:
    """(codec, bytes of the mark, note) of a file by its beginning. Raises Undecodable for one that is unknown."""
    for mark, codec in _MARKS:
        if start.startswith(mark):
            if codec == "utf-8":
                return codec, len(mark), "its byte order mark was taken off"
            return codec, len(mark), f"read as {codec.upper()}, as its byte order mark says"
    for pattern, codec in _UNMARKED:
        if re.match(pattern, start):
            return codec, 0, f"read as {codec.upper()}, as its zero bytes show: it has no byte order mark"
    declared = _DECLARED.match(start[:1000])
    if declared is None:
        return "utf-8", 0, ""
    given = declared[1].decode().upper()
    try:
        known = codecs.lookup(given)
    except LookupError:
        known = None
    if known is None or known.name in _NO_CHARSET or not getattr(known, "_is_text_encoding", True):
        raise Undecodable(f"it says that its encoding is {given!r}, which is unknown", 1)
    if known.name == "utf-8":
        return "utf-8", 0, ""
    if known.name.startswith(("utf-16", "utf-32")):
        return "utf-8", 0, f"it says that it is in {given}, and its bytes are not: read as UTF-8"
    return known.name, 0, f"read as {given}, as its XML declaration says"


def _decoded(content: Content, codec: str, skipped: int) -> Iterator[str]:
    """The text piece by piece. Raises Undecodable."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    lines, before = 0, skipped
    for block in _blocks(content, skipped):
        try:
            yield decoder.decode(block)
        except UnicodeDecodeError as error:
            raise _undecodable(error, codec, lines, before - (len(error.object) - len(block))) from error
        lines += block.count(b"\n")
        before += len(block)
    try:
        yield decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        raise Undecodable(f"it breaks off inside of a character ({codec.upper()})", lines + 1) from error


def _blocks(content: Content, skipped: int) -> Iterator[bytes]:
    if not isinstance(content, Path):
        yield content[skipped:] if skipped else content
        return
    with content.open("rb") as file:
        file.seek(skipped)
        while block := file.read(BLOCK):
            yield block


def _undecodable(error: UnicodeDecodeError, codec: str, lines: int, before: int) -> Undecodable:
    """The error with its place; ``lines`` and ``before`` count lines and bytes before its object."""
    line = lines + error.object.count(b"\n", 0, error.start) + 1
    byte = error.object[error.start : error.start + 1].hex()
    hint = _guess(error.object) if codec == "utf-8" else ""
    return Undecodable(f"not {codec.upper()}: byte {byte} at offset {before + error.start:,}{hint}", line)


def _guess(data: bytes) -> str:
    """Encoding that bytes which are not UTF-8 may be in, with the command that mends it; empty when nothing fits."""
    runs = [match[0] for match in _HIGH.finditer(data)]
    pairs = sum(len(run) for run in runs if len(run) % 2 == 0)
    name = "ISO-8859-1"
    if pairs * 2 > sum(map(len, runs)) and _CHINESE.search(data.decode("gb18030", "ignore")):
        name = "GB18030"
    return f"; it may be {name}: iconv -f {name} -t UTF-8 FILE > NEW"


def _without_declaration(pieces: Iterator[str]) -> Iterator[str]:
    """The text without the encoding that an XML declaration names, since it is no longer so."""
    for number, piece in enumerate(pieces):
        yield _ENCODING.sub(r"\1", piece, count=1) if number == 0 else piece


def marked(data: bytes) -> tuple[bytes, str]:
    """Bytes that are not UTF-8 with a marker in place of each run that cannot be read, and the marker.

    A term that has the marker in it is not what its author wrote.
    """
    text = data.decode("utf-8", "surrogateescape")
    marker = next(char for char in _MARKERS if char not in text)
    return _ESCAPED.sub(marker, text).encode(), marker
