"""Mapping sets as they are written, in whichever syntax: names with texts, of which nobody has asked what they mean."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.sources.turtle import read_text, text_of

MAX_UNPACKED_BYTES = 256 << 20  # of a mapping set that is packed

#: Called with a fault, what is done about it, the line and the file: notes it, or raises for a set that we publish.
Doubt = Callable[[str, str, int, Path], None]


@dataclass(frozen=True, slots=True)
class HeaderEntry:
    """A key of a header with its value: None, a string, or lists and dicts of these; ``line`` counts from 1."""

    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping: texts by the names under which they stand. ``line`` counts from 1, and is 0 where nothing is known."""

    line: int
    texts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Written:
    """Content of a file. ``names`` has the line on which each name is first met; ``path`` is the file of the header.

    ``columns`` is the line of a table's columns, of which some have to be there; 0 in other syntaxes. ``is_rdf``: IRIs
    are written out in it.
    """

    header: Mapping[str, HeaderEntry]
    path: Path
    names: Mapping[str, int]
    records: Sequence[Record]
    columns: int = 0
    is_rdf: bool = False


def text_lines(path: Path) -> list[str]:
    """The lines of a file, without a byte order mark, whatever its line ends."""
    content = _unpacked(path) if path.suffix == ".gz" else read_text(path)
    text = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\n").split("\n")


def require_short(path: Path, most: int) -> None:
    """Raise ParseError for a file that has, or unpacks to, more than so many bytes, SourceError for one that cannot be
    read.
    """
    size = len(_content(path, most + 1)) if path.suffix == ".gz" else path.stat().st_size
    if size > most:
        raise ParseError(f"it has more than {most:,} bytes (setting mapping_bytes): give it in parts", path)


def _unpacked(path: Path) -> str:
    """The text of a gzip file. Raises ParseError, SourceError."""
    content = _content(path, MAX_UNPACKED_BYTES + 1)
    if len(content) > MAX_UNPACKED_BYTES:
        raise ParseError(f"it unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB, which is no mapping set", path)
    return text_of(content, path)


def _content(path: Path, most: int) -> bytes:
    """The first bytes that a gzip file unpacks to. Raises ParseError, SourceError."""
    try:
        with gzip.open(path) as file:
            return file.read(most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ParseError("the archive breaks off, or is none: it cannot be unpacked", path) from error
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path) from error
