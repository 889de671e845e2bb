"""Writes the file of a release by which its things are reconciled with: names, classes, properties, counted terms.

It is one SQLite file, written once and only ever read after that: it grows with what is merged, and a server opens it
and loads nothing of it. What defines or checks data (ontology, shapes) is no thing to link to, and is left out. Memory
does not grow with the labels: what has to be sorted is sorted on disk.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from itertools import chain, groupby, islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import WORD_LANGUAGES
from initiative_lod.matching.entity_names import name_of
from initiative_lod.matching.label_forms import Forms, forms
from initiative_lod.matching.label_index import (
    FUZZY_LANGUAGES,
    Label,
    abbreviates,
    each_variant,
    explains,
    keys,
    pieces,
)
from initiative_lod.release.files import unstamp
from initiative_lod.release.opened import OpenRelease
from initiative_lod.vocabulary import DOCUMENTS, RDF

FILE = "entities.sqlite"  # in the index
FORMAT = 2  # another one whenever the same labels are found otherwise
READ_FORMATS = (1, FORMAT)  # the first has more keys of each label than are asked for
APPLICATION = 0x494C4F45  # "ILOE", in the file's header
PART = 4096  # labels in one row of those that have a piece
LONGEST = 65_535  # characters of a label, as far as its length counts
AT_ONCE = 20_000  # rows
_NUMBERED = re.compile(r"id/[^/]+/[^/]+/(\d+)")  # paths of parts that are numbered in their document

SCHEMA = """
CREATE TABLE thing(id INTEGER PRIMARY KEY, iri TEXT NOT NULL);
CREATE TABLE label(id INTEGER PRIMARY KEY, thing INTEGER, kind INTEGER, language TEXT, text TEXT);
CREATE TABLE wording(hash INTEGER, label INTEGER, PRIMARY KEY(hash, label)) WITHOUT ROWID;
CREATE TABLE beginning(folded TEXT, label INTEGER, PRIMARY KEY(folded, label)) WITHOUT ROWID;
CREATE TABLE piece(text TEXT PRIMARY KEY, count INTEGER, first INTEGER) WITHOUT ROWID;
CREATE TABLE holding(id INTEGER PRIMARY KEY, numbers BLOB, things BLOB, lengths BLOB);
CREATE TABLE expansion(short TEXT, long TEXT, PRIMARY KEY(short, long)) WITHOUT ROWID;
CREATE TABLE member(class TEXT PRIMARY KEY, dense INTEGER, count INTEGER, things BLOB);
CREATE TABLE document(iri TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE term(kind TEXT, rank INTEGER, iri TEXT, name TEXT, count INTEGER, PRIMARY KEY(kind, rank)) WITHOUT ROWID;
"""
STAGED = """
CREATE TABLE staged.said(later INTEGER, iri TEXT, kind INTEGER, language TEXT, text TEXT);
CREATE TABLE staged.wording(hash INTEGER, label INTEGER);
CREATE TABLE staged.beginning(folded TEXT, label INTEGER);
CREATE TABLE staged.holding(piece TEXT, length INTEGER, label INTEGER, thing INTEGER);
CREATE TABLE staged.short(thing INTEGER, folded TEXT);
CREATE TABLE staged.typed(class TEXT, iri TEXT);
"""


def build(path: Path, opened: OpenRelease) -> None:
    """Write the file of a release to ``path``, which must not exist."""
    with (
        tempfile.TemporaryDirectory(prefix="initiative-lod-entities-") as folder,
        closing(sqlite3.connect(path, isolation_level=None)) as written,
    ):
        written.execute("ATTACH ? AS staged", (str(Path(folder) / "staged.sqlite"),))
        for name in ("main", "staged"):
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32768"):
                written.execute(f"PRAGMA {name}.{setting}")
        written.executescript(f"PRAGMA temp_store = FILE; {SCHEMA} {STAGED}")
        written.execute("BEGIN")
        _Writer(written, opened).write()
        written.execute("COMMIT")
        written.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}")
    unstamp(path)


class _Writer:
    """One such file while it is written."""

    def __init__(self, written: sqlite3.Connection, opened: OpenRelease) -> None:
        self._written, self._opened = written, opened

    def write(self) -> None:
        run = self._written.execute
        self._insert("staged.said", 5, said(self._opened))
        run(
            "INSERT INTO thing SELECT row_number() OVER (ORDER BY iri) - 1, iri FROM "
            "(SELECT DISTINCT iri FROM staged.said) ORDER BY iri"
        )
        run("CREATE UNIQUE INDEX thing_iri ON thing(iri)")
        self._labels()
        run("INSERT INTO wording SELECT DISTINCT hash, label FROM staged.wording ORDER BY 1, 2")
        run("INSERT INTO beginning SELECT folded, label FROM staged.beginning ORDER BY 1, 2")
        self._holdings()
        self._expansions()
        self._members()
        self._insert("document", 1, ((iri,) for iri in sorted(_documents(self._opened))))
        for kind, query, count in (("class", "classes", "things"), ("property", "predicates", "uses")):
            self._insert("term", 5, _terms(self._opened, kind, query, count))

    def _insert(self, table: str, columns: int, rows: Iterable[tuple[object, ...]]) -> None:
        self._written.executemany(f"INSERT INTO {table} VALUES (?{', ?' * (columns - 1)})", rows)

    def _labels(self) -> None:
        """Number the labels in the order in which they were said, and stage under which words each is found."""
        said = self._written.execute(
            "SELECT thing.id, kind, language, text FROM staged.said CROSS JOIN thing ON thing.iri = said.iri "
            "ORDER BY later, said.rowid"
        )
        labels = each_variant(Label(thing, text, LabelKind(kind), language) for thing, kind, language, text in said)
        numbered = enumerate(labels)
        while some := list(islice(numbered, AT_ONCE)):
            self._insert("label", 5, ((n, item.thing, item.kind, item.language, item.text) for n, item in some))
            words = [(number, label, forms(label.text)) for number, label in some]
            self._insert("staged.wording", 2, ((hashed(key), n) for n, _, form in words for key in keys(form)))
            self._insert("staged.beginning", 2, ((form.folded, number) for number, _, form in words if form.folded))
            self._insert("staged.holding", 4, chain.from_iterable(_held(*item) for item in words))
            short = ((item.thing, form.folded) for _, item, form in words if abbreviates(item))
            self._insert("staged.short", 2, short)

    def _holdings(self) -> None:
        """Write which labels have a piece, the shortest first."""
        rows = self._written.execute(
            "SELECT piece, length, label, thing FROM staged.holding ORDER BY piece, length, label"
        )
        first = 0
        pieces_of, parts = list[tuple[str, int, int]](), list[tuple[int, bytes, bytes, bytes]]()
        for piece, group in groupby(rows, key=lambda row: str(row[0])):
            begin, count = first, 0
            while some := list(islice(group, PART)):
                packed = (pack(kind, (row[place] for row in some)) for kind, place in (("I", 2), ("I", 3), ("H", 1)))
                numbers, things, lengths = packed
                parts.append((first, numbers, things, lengths))
                first += 1
                count += len(some)
            pieces_of.append((piece, count, begin))
            if len(parts) >= AT_ONCE:
                self._flush(pieces_of, parts)
        self._flush(pieces_of, parts)

    def _flush(self, pieces_of: list[tuple[str, int, int]], parts: list[tuple[int, bytes, bytes, bytes]]) -> None:
        self._insert("piece", 3, pieces_of)
        self._insert("holding", 4, parts)
        pieces_of.clear()
        parts.clear()

    def _expansions(self) -> None:
        """Write what abbreviations mean, where other labels of the same thing say it."""
        self._written.execute("CREATE INDEX staged.short_thing ON short(thing, folded)")
        rows = self._written.execute(
            "SELECT folded, label.thing, kind, language, text FROM label "
            "CROSS JOIN staged.short ON short.thing = label.thing WHERE kind = ?",
            (LabelKind.PREFERRED,),
        )
        found = (
            (short, forms(text).folded)
            for short, thing, kind, language, text in rows
            if explains(Label(thing, text, LabelKind(kind), language), short)
        )
        self._written.executemany("INSERT OR IGNORE INTO expansion VALUES (?, ?)", found)

    def _members(self) -> None:
        """Write the things of each class: their numbers, or a bit for each thing where that is shorter."""
        self._insert("staged.typed", 2, _typed(self._opened))
        rows = self._written.execute(
            "SELECT DISTINCT class, thing.id FROM staged.typed CROSS JOIN thing ON thing.iri = typed.iri ORDER BY 1, 2"
        )
        (things,) = self._written.execute("SELECT count(*) FROM thing").fetchone()
        for name, group in groupby(rows, key=lambda row: str(row[0])):
            numbers = array("I", (number for _, number in group))
            dense = len(numbers) * 32 > things
            packed = _bits(numbers, things) if dense else pack("I", numbers)
            self._insert("member", 4, [(name, dense, len(numbers), packed)])


def hashed(key: str) -> int:
    """Number by which a key is found: it takes less room, and who meets another one's compares words anyway."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def pack(kind: str, numbers: Iterable[int]) -> bytes:
    """Numbers as bytes, the same on every machine."""
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(kind: str, data: bytes) -> array[int]:
    """The numbers that ``pack`` packed."""
    numbers: array[int] = array(kind)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bits(numbers: Iterable[int], size: int) -> bytes:
    bits = bytearray(-(-size // 8))
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return bytes(bits)


def _held(number: int, label: Label, form: Forms) -> Iterator[tuple[str, int, int, int]]:
    if label.language in FUZZY_LANGUAGES:
        for piece in set(pieces(form.stem)):
            yield piece, min(len(label.text), LONGEST), number, label.thing


def said(opened: OpenRelease) -> Iterator[tuple[bool, str, int, str, str]]:
    """Every label of a thing: whether it comes after those in our languages or none, IRI, kind, language, text."""
    for iri, text, kind, tag in _read(opened):
        language = tag.partition("-")[0]
        yield bool(language) and language not in WORD_LANGUAGES, iri, int(kind), language, text


def _read(opened: OpenRelease) -> Iterator[tuple[str, str, LabelKind, str]]:
    left_out = {opened.iris.graph(name) for name in ("ontology", "shapes")}
    graphs = [graph for graph in opened.graphs if graph not in left_out]
    official = opened.iris.term("officialName")
    for predicate, kind in {**LABEL_PROPERTIES, official: LabelKind.ALTERNATIVE}.items():
        for quad in (quad for graph in graphs for quad in opened.quads(predicate=predicate, graph=graph)):
            if not isinstance(quad.subject, NamedNode):
                continue
            if (opened.iris.path(quad.subject.value) or "").startswith(("graph/", "release/")):
                continue
            if isinstance(quad.object, Literal):
                yield quad.subject.value, quad.object.value, kind, (quad.object.language or "").lower()
    yield from _numbers(opened)


def _numbers(opened: OpenRelease) -> Iterator[tuple[str, str, LabelKind, str]]:
    """Parts that are numbered in their document are also called by kind and number: "Action 8"."""
    for pattern in opened.triples(None, opened.iris.term("labelPattern")):
        if not isinstance(pattern.subject, NamedNode) or not isinstance(pattern.object, Literal):
            continue
        for triple in opened.triples(None, RDF.type, pattern.subject):
            path = opened.iris.path(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
            if isinstance(triple.subject, NamedNode) and path and (found := _NUMBERED.fullmatch(path)):
                name = pattern.object.value.replace("{}", found[1])
                yield triple.subject.value, name, LabelKind.ALTERNATIVE, pattern.object.language or ""


def _typed(opened: OpenRelease) -> Iterator[tuple[str, str]]:
    for triple in opened.triples(None, RDF.type):
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode):
            yield triple.object.value, triple.subject.value


def _documents(opened: OpenRelease) -> set[str]:
    kinds = [opened.iris.term(name) for name in DOCUMENTS]
    found = (triple.subject for kind in kinds for triple in opened.triples(None, RDF.type, kind))
    return {node.value for node in found if isinstance(node, NamedNode)}


def _terms(opened: OpenRelease, kind: str, query: str, count: str) -> Iterator[tuple[str, int, str, str, int]]:
    """The classes or properties that are used, ours first, then the most used."""
    rows = [(row[kind].value, int(row[count].value)) for row in opened.select(query)]
    rows.sort(key=lambda item: (opened.iris.path(item[0]) is None, -item[1], item[0]))
    for rank, (iri, uses) in enumerate(rows):
        yield kind, rank, iri, name_of(opened, iri), uses
