"""Writes the file of a release by which its things are reconciled with: names, classes, properties, counted terms.

It is one SQLite file, written once and only ever read after that: it grows with what is merged, and a server opens it
and loads nothing of it. What defines or checks data (ontology, shapes) is no thing to link to, and is left out. Memory
does not grow with the labels: what has to be sorted is sorted on disk. Things and labels are numbered source by source,
in the order in which these came, so that the file of a release that only adds to another one goes on with that one's.
"""

from __future__ import annotations

import pickle
import re
import shutil
import sqlite3
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from initiative_lod.build import identity
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import WORD_LANGUAGES
from initiative_lod.matching import number_sets
from initiative_lod.matching.entity_names import name_of
from initiative_lod.matching.label_forms import forms
from initiative_lod.matching.label_index import (
    FUZZY_LANGUAGES,
    Label,
    abbreviates,
    each_variant,
    explains,
    keys,
    pieces,
)
from initiative_lod.release import addition, statement_rows
from initiative_lod.release.addition import Addition
from initiative_lod.release.files import insert_rows, open_index, unstamp
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.statement_rows import StatementTable
from initiative_lod.vocabulary import DOCUMENTS, RDF, VOID

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = "entities.sqlite"  # in the index
FORMAT = 4  # another one whenever the same labels are found otherwise
#: The first has more keys of each label than are asked for; the first two are numbered in the order of IRIs; the first
#: three number the labels of a source in the order in which the store had them.
READ_FORMATS = (1, 2, 3, FORMAT)
APPLICATION = 0x494C4F45  # "ILOE", in the file's header
PART = 4096  # labels in one row of those that have a piece
LONGEST = 65_535  # characters of a label, as far as its length counts
AT_ONCE = 20_000  # rows
LABELS_AT_ONCE = 1000  # each with all of its forms
HOLDINGS_AT_ONCE = 500_000  # pieces of labels that are sorted in memory
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
CREATE TABLE staged.wording(hash INTEGER, label INTEGER);
CREATE TABLE staged.beginning(folded TEXT, label INTEGER);
CREATE TABLE staged.short(thing INTEGER, folded TEXT);
"""
#: Labels as a release has them, from the table of its statements; the things that they are of, and the known ones.
ENGINE = """
CREATE TABLE said(place INTEGER, iri VARCHAR, kind INTEGER, language VARCHAR, text VARCHAR);
CREATE TABLE tag(tag VARCHAR, language VARCHAR, later BOOLEAN);
CREATE TABLE known(iri VARCHAR, id INTEGER);
"""
_SAID = """
INSERT INTO said SELECT 2 * place + later::INTEGER, subject, $1[property], tag.language, value
FROM statement JOIN tag ON tag.tag = statement.language
WHERE property <= len($1) AND NOT starts_with(subject, $2) AND NOT starts_with(subject, $3)
"""
_THINGS = """
CREATE TABLE thing AS
SELECT iri, row_number() OVER (ORDER BY min(place // 2), iri) - 1 + $1 AS id FROM said ANTI JOIN known USING (iri)
GROUP BY iri UNION ALL FROM known
"""
_LABELS = "SELECT id, kind, language, text FROM said JOIN thing USING (iri) ORDER BY place, kind, id, language, text"
_MEMBERS = """
SELECT DISTINCT value, id FROM statement JOIN thing ON iri = subject
WHERE property = $1 AND language IS NULL ORDER BY 1, 2
"""
#: The tables that get rows from each label, with the number of their columns.
LABEL_TABLES = {"label": 5, "staged.wording": 2, "staged.beginning": 2, "staged.short": 2}
#: A piece, and the labels that have it: how many, and their numbers, things and lengths, packed, the shortest first.
Holding = tuple[str, int, bytes, bytes, bytes]


def build(path: Path, opened: OpenRelease) -> None:
    """Write the file of a release to ``path``, which must not exist."""
    with _writing(path) as (written, folder), statement_rows.engine() as engine:
        statements = _stage(engine, opened)
        statements.add_release(opened, [RDF.type], [opened.inferred])
        written.executescript(SCHEMA)
        written.execute("BEGIN")
        _Writer(written, opened, folder, engine).write(statements)
        written.execute("COMMIT")
        written.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}")
    unstamp(path)


def add(path: Path, opened: OpenRelease, added: Addition) -> bool:
    """Write the file of a release that adds to another one to ``path``, from that one's; tell whether it could be.

    All that is found by it is what is found by one that was built.
    """
    before = added.before.path / INDEX / FILE
    if not _goes_on(before, opened, added):
        return False
    shutil.copyfile(before, path)
    with _writing(path) as (written, folder), statement_rows.engine() as engine:
        statements = _stage(engine, opened, added.graphs)
        statements.add(statement_rows.of_graphs(opened, [RDF.type], added.graphs))
        written.execute("BEGIN")
        _Writer(written, opened, folder, engine).write(statements)
        written.execute("COMMIT")
    unstamp(path)
    return True


def _goes_on(before: Path, opened: OpenRelease, added: Addition) -> bool:
    """Tell whether a file can be gone on with: what speaks of all sources must name the same things as it did."""
    try:
        with closing(open_index(before)) as index:
            if index.execute("PRAGMA user_version").fetchone() != (FORMAT,):
                return False
    except sqlite3.Error:
        return False
    anew = [opened.iris.graph(name) for name in ("release", "provenance", identity.NAME)]
    return set(said(OpenRelease.open(added.before), anew)) == set(said(opened, anew))


@contextmanager
def _writing(path: Path) -> Iterator[tuple[sqlite3.Connection, Path]]:
    """A connection to the file, with tables beside it where rows lie until they are sorted, and their folder."""
    with (
        tempfile.TemporaryDirectory(prefix=".entities-", dir=path.parent) as name,
        closing(sqlite3.connect(path, isolation_level=None)) as written,
    ):
        folder = Path(name)
        written.execute("ATTACH ? AS staged", (str(folder / "staged.sqlite"),))
        for name in ("main", "staged"):
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32768"):
                written.execute(f"PRAGMA {name}.{setting}")
        written.executescript(f"PRAGMA temp_store = FILE; {STAGED}")
        yield written, folder


class _Writer:
    """One such file while it is written: it goes on with what there is in it."""

    def __init__(
        self, written: sqlite3.Connection, opened: OpenRelease, folder: Path, engine: DuckDBPyConnection
    ) -> None:
        self._written, self._opened, self._engine = written, opened, engine
        self._pieces = _Pieces(folder)
        self._things, self._label, self._holding = map(self._next, ("thing", "label", "holding"))

    def _next(self, table: str) -> int:
        """The first number that is free."""
        (number,) = self._written.execute(f"SELECT coalesce(max(id) + 1, 0) FROM {table}").fetchone()
        return int(number)

    def write(self, statements: StatementTable) -> None:
        """Write what is called so, and of which classes it is, of new things and of others."""
        run = self._written.execute
        if self._things:
            self._find_known()
        self._engine.execute(_THINGS, [self._things])
        new = "SELECT id, iri FROM thing WHERE id >= $1 ORDER BY id"
        self._insert("thing", 2, statement_rows.each(self._engine, new, self._things))
        run("CREATE UNIQUE INDEX IF NOT EXISTS thing_iri ON thing(iri)")
        self._labels()
        run("INSERT INTO wording SELECT DISTINCT hash, label FROM staged.wording ORDER BY 1, 2")
        run("INSERT INTO beginning SELECT folded, label FROM staged.beginning ORDER BY 1, 2")
        self._holdings()
        self._expansions()
        self._members(statements)
        for table in ("document", "term"):
            run(f"DELETE FROM {table}")
        self._insert("document", 1, ((iri,) for iri in sorted(_documents(self._opened))))
        for kind, counts in _used(self._opened).items():
            self._insert("term", 5, _terms(self._opened, kind, counts))

    def _insert(self, table: str, columns: int, rows: Iterable[tuple[object, ...]]) -> None:
        insert_rows(self._written, table, columns, rows)

    def _find_known(self) -> None:
        """Note the numbers of the things that were there already and are spoken of."""
        spoken = [*statement_rows.each(self._engine, "SELECT iri FROM said UNION SELECT subject FROM statement")]
        numbers = "SELECT id FROM thing WHERE iri = ?"
        known = ((*iri, *found) for iri in spoken for found in self._written.execute(numbers, iri))
        statement_rows.insert_lists(self._engine, "known", known)

    def _labels(self) -> None:
        """Number the labels, the preferred ones of a source first, and stage under which words each is found."""
        said = statement_rows.each(self._engine, _LABELS)
        kinds = list(LabelKind)
        labels = each_variant(Label(thing, text, kinds[kind], language) for thing, kind, language, text in said)
        numbered = enumerate(labels, self._label)
        while some := list(islice(numbered, LABELS_AT_ONCE)):
            rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in LABEL_TABLES}
            written, wording, beginning, short = rows.values()
            for number, (label, form) in some:
                thing, text, kind, language = label
                written.append((number, thing, kind, language, text))
                wording += [(hashed(key), number) for key in keys(form)]
                if form.folded:
                    beginning.append((form.folded, number))
                if language in FUZZY_LANGUAGES:
                    self._pieces.add(set(pieces(form.stem)), (min(len(text), LONGEST), number, thing))
                if abbreviates(label):
                    short.append((thing, form.folded))
            for table, columns in LABEL_TABLES.items():
                self._insert(table, columns, rows[table])

    def _holdings(self) -> None:
        """Write which labels have a piece, the shortest first."""
        first = self._holding
        pieces_of, parts = list[tuple[str, int, int]](), list[tuple[int, bytes, bytes, bytes]]()
        for piece, group in groupby(self._pieces.sorted(), key=itemgetter(0)):
            begin, count = first, 0
            for packed in self._parts(piece, list(group)):
                count += len(packed[2]) // 2
                parts.append((first, *packed))
                first += 1
            pieces_of.append((piece, count, begin))
            if len(parts) >= AT_ONCE:
                self._flush(pieces_of, parts)
        self._flush(pieces_of, parts)

    def _parts(self, piece: str, holdings: Sequence[Holding]) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Numbers, things and lengths of the labels that have a piece, no more than PART in each."""
        if not self._holding and len(holdings) == 1 and holdings[0][1] <= PART:
            yield holdings[0][2:]
            return
        new = (
            zip(
                number_sets.unpack("H", row[4]),
                number_sets.unpack("I", row[2]),
                number_sets.unpack("I", row[3]),
                strict=True,
            )
            for row in holdings
        )
        held = merge(self._held_before(piece), *new)
        while some := list(islice(held, PART)):
            yield _packed(some)

    def _held_before(self, piece: str) -> Iterator[tuple[int, int, int]]:
        """Length, number and thing of the labels that had a piece; their rows are taken out."""
        run = self._written.execute
        for count, first in run("SELECT count, first FROM piece WHERE text = ?", (piece,)).fetchall():
            asked = first, first + -(-count // PART)
            rows = run("SELECT numbers, things, lengths FROM holding WHERE id >= ? AND id < ? ORDER BY id", asked)
            for numbers, things, lengths in rows.fetchall():
                yield from zip(
                    number_sets.unpack("H", lengths),
                    number_sets.unpack("I", numbers),
                    number_sets.unpack("I", things),
                    strict=True,
                )
            run("DELETE FROM holding WHERE id >= ? AND id < ?", asked)
            run("DELETE FROM piece WHERE text = ?", (piece,))

    def _flush(self, pieces_of: list[tuple[str, int, int]], parts: list[tuple[int, bytes, bytes, bytes]]) -> None:
        self._insert("piece", 3, pieces_of)
        self._insert("holding", 4, parts)
        pieces_of.clear()
        parts.clear()

    def _expansions(self) -> None:
        """Write what abbreviations mean, where other labels of the same thing say it."""
        if self._label:
            earlier = self._written.execute(
                "SELECT thing, kind, language, text FROM label WHERE id < ? AND length(text) <= 10 AND thing IN "
                "(SELECT thing FROM label WHERE id >= ?)",
                (self._label, self._label),
            ).fetchall()
            labels = (Label(thing, text, LabelKind(kind), language) for thing, kind, language, text in earlier)
            short = ((item.thing, forms(item.text).folded) for item in labels if abbreviates(item))
            self._insert("staged.short", 2, short)
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

    def _members(self, statements: StatementTable) -> None:
        """Write the things of each class: their numbers, or a bit for each thing where that is shorter."""
        if self._things:  # what has a name only now may have had its classes before
            new = self._written.execute("SELECT iri FROM thing WHERE id >= ?", (self._things,)).fetchall()
            typed = (quad for (iri,) in new for quad in self._opened.quads(NamedNode(iri), RDF.type))
            statements.add(statement_rows.of_quads(typed))
        rows = statement_rows.each(self._engine, _MEMBERS, statements.number(RDF.type))
        for name, group in groupby(rows, key=itemgetter(0)):
            numbers = array("I", (number for _, number in group))
            if self._things:
                numbers = array("I", sorted({*numbers, *self._members_before(name)}))
            dense = len(numbers) * 32 > numbers[-1]
            packed = number_sets.bits(numbers, numbers[-1] + 1) if dense else number_sets.pack("I", numbers)
            self._insert("member", 4, [(name, dense, len(numbers), packed)])

    def _members_before(self, name: str) -> Iterable[int]:
        """The things that were of a class; their row is taken out."""
        rows = self._written.execute("SELECT dense, things FROM member WHERE class = ?", (name,)).fetchall()
        self._written.execute("DELETE FROM member WHERE class = ?", (name,))
        return chain.from_iterable(
            number_sets.set_bits(things) if dense else number_sets.unpack("I", things) for dense, things in rows
        )


class _Pieces:
    """Labels by the pieces that they have. Of very many the earlier ones lie in files, each sorted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs: list[Path] = []
        self._held: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self._count = 0

    def add(self, names: Collection[str], label: tuple[int, int, int]) -> None:
        """Add a label, as its length, its number and that of its thing, to those of some pieces."""
        for name in names:
            self._held[name].append(label)
        self._count += len(names)
        if self._count >= HOLDINGS_AT_ONCE:
            self._write()

    def sorted(self) -> Iterator[Holding]:
        """The pieces in order; one comes several times where the labels are in several files."""
        return merge(self._here(), *map(_holdings_in, self._runs), key=itemgetter(0)) if self._runs else self._here()

    def _here(self) -> Iterator[Holding]:
        for name in sorted(self._held):
            labels = self._held[name]
            labels.sort()
            yield name, len(labels), *_packed(labels)

    def _write(self) -> None:
        path = self._folder / f"pieces-{len(self._runs)}"
        here = self._here()
        with path.open("wb") as file:
            while some := list(islice(here, LABELS_AT_ONCE)):
                pickle.dump(some, file)
        self._runs.append(path)
        self._held.clear()
        self._count = 0


def _holdings_in(path: Path) -> Iterator[Holding]:
    with path.open("rb") as file, suppress(EOFError):
        while True:
            yield from pickle.load(file)


def _packed(labels: Iterable[tuple[int, int, int]]) -> tuple[bytes, bytes, bytes]:
    """Numbers, things and lengths of labels."""
    lengths, numbers, things = zip(*labels, strict=True)
    return number_sets.pack("I", numbers), number_sets.pack("I", things), number_sets.pack("H", lengths)


def hashed(key: str) -> int:
    """Number by which a key is found: it takes less room, and who meets another one's compares words anyway."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def said(opened: OpenRelease, only: Iterable[NamedNode] | None = None) -> Iterator[tuple[int, str, int, str, str]]:
    """Every label of a thing, or those in some graphs only: place, IRI, kind, language, text.

    The place is that of its source, and within that comes what is in our languages or none before the others.
    """
    with statement_rows.engine() as engine:
        _stage(engine, opened, only)
        yield from statement_rows.each(engine, "FROM said")


def _stage(engine: DuckDBPyConnection, opened: OpenRelease, only: Iterable[NamedNode] | None = None) -> StatementTable:
    """Make the table ``said`` of the labels, or of those in some graphs only; returns that of the statements."""
    left_out = [opened.iris.graph(name) for name in ("ontology", "shapes")]
    kinds = {**LABEL_PROPERTIES, opened.iris.term("officialName"): LabelKind.ALTERNATIVE}
    statements = StatementTable(engine, [*kinds, RDF.type], addition.places(opened.release))
    if only is None:
        statements.add_release(opened, [*kinds], left_out)
    else:
        graphs = [graph for graph in only if graph not in left_out]
        statements.add(statement_rows.of_graphs(opened, [*kinds], graphs))
    engine.execute(ENGINE)
    tags = [*statement_rows.each(engine, "SELECT DISTINCT language FROM statement WHERE language IS NOT NULL")]
    statement_rows.insert_lists(engine, "tag", ((tag, *_language(tag)) for (tag,) in tags))
    no_things = [opened.iris.iri(path) for path in ("graph/", "release/")]
    engine.execute(_SAID, [[*map(int, kinds.values())], *no_things])
    if only is None:
        statement_rows.insert_lists(engine, "said", _numbers(opened))
    return statements


def _language(tag: str) -> tuple[str, bool]:
    """The primary subtag, in lower case, and whether its labels come after those in our languages or in none."""
    language = tag.lower().partition("-")[0]
    return language, bool(language) and language not in WORD_LANGUAGES


def _numbers(opened: OpenRelease) -> Iterator[tuple[int, str, int, str, str]]:
    """Parts that are numbered in their document are also called by kind and number: "Action 8"."""
    for pattern in opened.triples(None, opened.iris.term("labelPattern")):
        if not isinstance(pattern.subject, NamedNode) or not isinstance(pattern.object, Literal):
            continue
        for triple in opened.triples(None, RDF.type, pattern.subject):
            path = opened.iris.path(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
            if isinstance(triple.subject, NamedNode) and path and (found := _NUMBERED.fullmatch(path)):
                name = pattern.object.value.replace("{}", found[1])
                language, later = _language(pattern.object.language or "")
                yield int(later), triple.subject.value, LabelKind.ALTERNATIVE, language, name


def _documents(opened: OpenRelease) -> set[str]:
    kinds = [opened.iris.term(name) for name in DOCUMENTS]
    found = (triple.subject for kind in kinds for triple in opened.triples(None, RDF.type, kind))
    return {node.value for node in found if isinstance(node, NamedNode)}


def _used(opened: OpenRelease) -> dict[str, dict[str, int]]:
    """Number of uses of each class and each property: as the release's description (VoID) has counted it, where that
    lists all of them; else they are counted, which takes two scans of everything.
    """
    dataset, described = opened.iris.thing("dataset"), opened.iris.graph("release")

    def counts(subject: NamedNode, property: NamedNode) -> Iterator[int]:
        for quad in opened.quads(subject, property, graph=described):
            if isinstance(quad.object, Literal):
                yield int(quad.object.value)

    def parts(link: NamedNode, names: NamedNode, size: NamedNode) -> dict[str, int]:
        listed = (quad.object for quad in opened.quads(dataset, link, graph=described))
        return {
            quad.object.value: sum(counts(part, size))
            for part in listed
            if isinstance(part, NamedNode)
            for quad in opened.quads(part, names, graph=described)
            if isinstance(quad.object, NamedNode)
        }

    properties = parts(VOID.propertyPartition, VOID.property, VOID.triples)
    classes = parts(VOID.classPartition, VOID["class"], VOID.entities)
    if [*counts(dataset, VOID.triples)] == [sum(properties.values())] and sum(classes.values()) == properties.get(
        RDF.type.value, 0
    ):
        return {"class": classes, "property": properties}
    return {
        kind: {row[kind].value: int(row[count].value) for row in opened.select(query)}
        for kind, query, count in (("class", "classes", "things"), ("property", "predicates", "uses"))
    }


def _terms(opened: OpenRelease, kind: str, counts: Mapping[str, int]) -> Iterator[tuple[str, int, str, str, int]]:
    """The classes or properties that are used, ours first, then the most used."""
    rows = sorted(counts.items(), key=lambda item: (opened.iris.path(item[0]) is None, -item[1], item[0]))
    for rank, (iri, uses) in enumerate(rows):
        yield kind, rank, iri, name_of(opened, iri), uses
