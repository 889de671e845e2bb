"""Brings the bytes of a file to UTF-8, which every RDF syntax is written in, by its byte order mark or XML
declaration.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")
_ENCODING = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")
_MARKERS = ("\ufffd", "\uf8ff", "\ue000", "\ue001")
_ESCAPED = re.compile("[\udc80-\udcff]+")


class Undecodable(Exception):
    """Bytes that are not in the encoding that they should be in; ``line`` counts from 1. It never leaves this
    package.
    """

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


def head(data: bytes) -> str:
    """The beginning of a file as text, however damaged."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    return data.decode("utf-8", "replace")


def utf8(data: bytes) -> tuple[bytes, str]:
    """The bytes as UTF-8 without a mark, and what was done to them (empty: nothing). Raises Undecodable."""
    name, note, rest = "utf-8", "", data
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            name, rest = encoding, data[len(mark) :]
            note = (
                "its byte order mark was taken off"
                if name == "utf-8"
                else f"read as {name.upper()}, as its byte order mark says"
            )
            break
    else:
        declared = _DECLARED.match(data[:400])
        if declared:
            given = declared[1].decode().lower()
            try:
                known = codecs.lookup(given).name
            except LookupError:
                raise Undecodable(f"it says that its encoding is {given!r}, which is unknown", 1) from None
            if known not in ("utf-8", "ascii", "utf-16"):
                name, note = known, f"read as {given.upper()}, as its XML declaration says"
    try:
        text = rest.decode(name)
    except UnicodeDecodeError as error:
        line = rest.count(b"\n", 0, error.start) + 1
        found = rest[error.start : error.start + 1].hex()
        raise Undecodable(f"not {name.upper()}: byte {found} at offset {error.start:,}", line) from error
    if name == "utf-8":
        return rest, note
    return _ENCODING.sub(r"\1", text, count=1).encode(), note


def marked(data: bytes) -> tuple[bytes, str]:
    """Bytes that are not UTF-8 with a marker in place of each run that cannot be read, and the marker.

    A term that has the marker in it is not what its author wrote.
    """
    text = data.decode("utf-8", "surrogateescape")
    marker = next(char for char in _MARKERS if char not in text)
    return _ESCAPED.sub(marker, text).encode(), marker
