"""Index of the things of a release, as its file has them: opened and not loaded, whatever its size.

A release of before there was such a file has it made when it is first wanted, in a folder for temporary files.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
import threading
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from initiative_lod.labels import LabelKind
from initiative_lod.languages import has_han
from initiative_lod.matching import entity_file, number_sets
from initiative_lod.matching.label_forms import forms
from initiative_lod.matching.label_index import (
    LIKE_IN_SPELLING,
    MAX_EQUAL,
    MAX_WRITTEN_OUT,
    SHORTEST_MISSPELT,
    Label,
    LabelIndex,
    Postings,
)
from initiative_lod.release.files import open_index
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.time_limit import LIMIT

log = logging.getLogger(__name__)

MAX_SPELT = 20_000  # words among which one that is spelt nearly so is looked for
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class CountedTerm:
    """A class or a property: its IRI, its name, and how often it is used."""

    iri: str
    name: str
    count: int


class EntityIndex:
    """Index of a release that holds nothing of it open. Its things are numbers, ours before those of others."""

    def __init__(self, opened: OpenRelease) -> None:
        """Open the index of a release; make it where the release has none that can be read."""
        path = opened.release.path / INDEX / entity_file.FILE
        try:
            self._file = _File(path)
        except sqlite3.Error as error:
            log.warning("release %s has no %s (%s): it is made now", opened.release.version, path.name, error)
            folder = Path(tempfile.mkdtemp(prefix="initiative-lod-entities-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            made = folder / entity_file.FILE
            # Whoever waits for it may give up; it is made to its end all the same, or it never would be.
            copy_context().run(_build_in_full, made, opened)
            self._file = _File(made)
        self.labels: LabelIndex = LabelsOnDisk(self._file)

    def iri(self, number: int) -> str:
        """The IRI of the thing with this number."""
        return str(self._file.one("SELECT iri FROM thing WHERE id = ?", number)[0])

    def number(self, iri: str) -> int | None:
        """The number of the thing with this IRI; None when there is none that has a name."""
        try:
            found = self._file.one("SELECT id FROM thing WHERE iri = ?", iri)
        except UnicodeEncodeError:  # half a character is in no IRI
            return None
        return int(found[0]) if found else None

    def members(self, name: str) -> Members:
        """The things that are said to be of the class with this IRI, by number."""
        found = self._file.one("SELECT dense, things FROM member WHERE class = ?", name)
        if not found:
            return Members(array("I"))
        return Members(None, found[1]) if found[0] else Members(number_sets.unpack("I", found[1]))

    @cached_property
    def several_documents(self) -> bool:
        """Tell whether there is more than one document."""
        return len(self._file.all("SELECT iri FROM document LIMIT 2")) > 1

    def is_document(self, iri: str) -> bool:
        """Tell whether a thing is a document."""
        return bool(self._file.one("SELECT 1 FROM document WHERE iri = ?", iri))

    @cached_property
    def classes(self) -> list[CountedTerm]:
        """The classes that are used, ours first, then the most used."""
        return self._terms("class")

    @cached_property
    def properties(self) -> list[CountedTerm]:
        """The properties that are used, ours first, then the most used."""
        return self._terms("property")

    def _terms(self, kind: str) -> list[CountedTerm]:
        rows = self._file.all("SELECT iri, name, count FROM term WHERE kind = ? ORDER BY rank", kind)
        return [CountedTerm(*row) for row in rows]


def _build_in_full(path: Path, opened: OpenRelease) -> None:
    LIMIT.set(None)
    entity_file.build(path, opened)


class Members(Container[int]):
    """Numbers of things: in order, or as a bit for each number."""

    def __init__(self, numbers: array[int] | None, bits: bytes = b"") -> None:
        self._numbers, self._bits = numbers, bits

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        if self._numbers is not None:
            place = bisect_left(self._numbers, number)
            return place < len(self._numbers) and self._numbers[place] == number
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        if self._numbers is not None:
            yield from self._numbers
            return
        yield from number_sets.set_bits(self._bits)


class AnyOf(Container[int]):
    """Numbers that are in any of several sets; or in every one."""

    def __init__(self, sets: Sequence[Container[int]], every: bool = False) -> None:
        self._sets, self._every = sets, every

    def __contains__(self, number: object) -> bool:
        return bool(self._sets) and (all if self._every else any)(number in item for item in self._sets)


class LabelsOnDisk(LabelIndex):
    """Labels as the file of a release has them."""

    def __init__(self, file: _File) -> None:
        self._file = file

    def label(self, number: int) -> Label:
        thing, text, kind, language = self._file.one(
            "SELECT thing, text, kind, language FROM label WHERE id = ?", number
        )
        return Label(thing, text, LabelKind(kind), language)

    def starting(self, prefix: str, among: Container[int] | None = None) -> Iterator[Label]:
        folded = forms(prefix).folded
        if not folded:
            return
        rows = self._file.each(
            "SELECT label FROM beginning WHERE folded >= ? AND folded < ? ORDER BY folded, label",
            folded,
            folded + _LAST,
        )
        for (number,) in rows:
            label = self.label(number)
            if among is None or label.thing in among:
                yield label

    def _keyed(self, key: str) -> Iterable[int]:
        rows = self._file.all(
            "SELECT label FROM wording WHERE hash = ? ORDER BY label LIMIT ?", entity_file.hashed(key), MAX_EQUAL
        )
        return [number for (number,) in rows]

    def _holding(self, piece: str) -> Postings | None:
        found = self._file.one("SELECT count, first FROM piece WHERE text = ?", piece)
        if not found:
            return None
        count, first = found
        return Postings(count, self._parts(first, -(-count // entity_file.PART)))

    def _parts(self, first: int, parts: int) -> Iterator[tuple[Sequence[int], Sequence[int], Sequence[int]]]:
        for number in range(first, first + parts):
            numbers, things, lengths = self._file.one(
                "SELECT numbers, things, lengths FROM holding WHERE id = ?", number
            )
            unpack = number_sets.unpack
            yield unpack("I", numbers), unpack("I", things), unpack("H", lengths)

    def _spelt(self, word: str) -> Sequence[str]:
        """Those that begin with the first letter; of very many, with as many letters as leave few enough.

        None is left out that could be as like as is asked for: such a one has about as many letters.
        """
        if len(word) <= SHORTEST_MISSPELT:
            return []
        shared = LIKE_IN_SPELLING / (200 - LIKE_IN_SPELLING)
        lengths = int(len(word) * shared), int(len(word) / shared) + 1
        where = "FROM piece WHERE text >= ? AND text < ? AND length(text) BETWEEN ? AND ?"
        for kept in range(1, len(word)):
            asked = (word[:kept], word[:kept] + _LAST, *lengths)
            (many,) = self._file.one(f"SELECT count(*) FROM (SELECT 1 {where} LIMIT ?)", *asked, MAX_SPELT + 1)
            if many <= MAX_SPELT:
                rows = self._file.all(f"SELECT text {where} ORDER BY text", *asked)
                return [text for (text,) in rows if not has_han(text)]
        return []

    def _written_out(self, word: str) -> Sequence[str]:
        rows = self._file.all("SELECT long FROM expansion WHERE short = ? ORDER BY long LIMIT ?", word, MAX_WRITTEN_OUT)
        return [long for (long,) in rows]


class _File:
    """The file, with a connection for each thread that asks it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        (application,), (version,) = self.one("PRAGMA application_id"), self.one("PRAGMA user_version")
        if application != entity_file.APPLICATION or version not in entity_file.READ_FORMATS:
            raise sqlite3.DatabaseError(f"{path.name} is no index of a format that is read")

    def one(self, query: str, *values: object) -> tuple[Any, ...]:
        """The first row; an empty one where there is none."""
        found: tuple[Any, ...] | None = self.each(query, *values).fetchone()
        return found or ()

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows."""
        return self.each(query, *values).fetchall()

    def each(self, query: str, *values: object) -> sqlite3.Cursor:
        """The rows as they are read."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = open_index(self._path)
            connection.executescript("PRAGMA cache_size = -4096;")
        return connection.execute(query, values)
