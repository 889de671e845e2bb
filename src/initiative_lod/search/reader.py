"""Finds and ranks in the index of one release. Only reads: the file is opened immutable, and a search has its time.

An answer comes in this order: a label or other name that is the query, one that begins with it, labels that hold it,
texts and notes that hold it, and last what is linked to something that is called so; within each by relevance (bm25).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from initiative_lod.errors import QueryTimeout, ReleaseError
from initiative_lod.search import fold, query
from initiative_lod.search.index import APPLICATION, COLUMNS, FACETS, FIELDS, FORMAT, LANGUAGES
from initiative_lod.search.query import Parsed, Phrase

PAGE = 20  # hits
MOST_HITS = 20_000  # that are ranked and counted; ours are among the first
MOST_SCORED = 2_000  # that are ordered by relevance within their rank; what is left follows
MOST_VALUES = 40  # of one facet that are listed
MOST_FILTERS = 40
MOST_PAGES = 500
SECONDS = 1.0

_WEIGHTS = {"label": 10.0, "alt": 8.0, "text": 4.0, "note": 2.0, "about": 0.5}
_BM25 = ", ".join(str(_WEIGHTS[column.partition("_")[0]]) for column in COLUMNS)
#: What a thing is called (rank 2), and what is said of it or in it (rank 3); exact names are 0, beginnings of names 1.
_CALLED = ("label", "alt")
_SAID = ("label", "alt", "text", "note")
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. ``language`` is zh, en or both; ``filters`` gives the wanted keys by facet: any of one, all facets."""

    text: str
    language: str = "both"
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    page: int = 1


@dataclass(frozen=True, slots=True)
class Value:
    """Words that were indexed, with the ranges found in them (code points of ``text``, end exclusive)."""

    field: str
    language: str
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that was found. ``rank`` is 0 (its name is the query) to 4 (it is linked to what is called so)."""

    iri: str
    rank: int
    values: tuple[Value, ...]
    facets: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet: how many of the hits have it."""

    key: str
    iri: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found. ``total`` counts all pages; ``capped`` says that there were more than MOST_HITS.

    ``also`` are wordings that were added for names that the query is; ``loose`` says that nothing holds the wording
    itself: the hits hold all of its ``pieces``, or ``any`` of them; ``unknown`` are words that the index has nowhere.
    """

    asked: Asked
    text: str
    total: int
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)
    page: int = 1
    pages: int = 1
    also: tuple[str, ...] = ()
    loose: str = ""
    unknown: tuple[str, ...] = ()
    unfiltered: int = 0
    capped: bool = False
    shortened: bool = False


class Index:
    """The search index of one release. Safe to use from many threads: each search has a connection to itself."""

    def __init__(self, path: Path, seconds: float = SECONDS) -> None:
        """Open the index at ``path``. Raises ReleaseError when there is none that this software can read."""
        self._path = path.resolve()
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        try:
            with self._connection() as connection:
                found = connection.execute("PRAGMA application_id").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if (found, version) != (APPLICATION, FORMAT):
                    raise ReleaseError(f"{self._path.name} is no search index of format {FORMAT}")
                self._simplified: dict[str, str] = dict(
                    connection.execute("SELECT traditional, simplified FROM simplified")
                )
                meta = dict(connection.execute("SELECT key, value FROM meta"))
        except sqlite3.Error as error:
            self.close()
            raise ReleaseError(f"the search index {self._path.name} cannot be read: {error}") from error
        except ReleaseError:
            self.close()
            raise
        self.things = int(meta["things"])
        self.own = int(meta["own"])
        self.resources = int(meta["resources"])

    def close(self) -> None:
        """Close what is idle now, and what is still in use when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def search(self, asked: Asked) -> Results:
        """What is found, for whatever text. Raises QueryTimeout."""
        parsed = query.parse(asked.text, self._simplified)
        if parsed.empty:
            return Results(asked, parsed.text, 0, shortened=parsed.shortened)
        with self._connection() as connection:
            deadline = time.monotonic() + self._seconds
            connection.set_progress_handler(lambda: time.monotonic() > deadline, 2000)
            try:
                return _Search(self, connection, asked, parsed).results()
            except sqlite3.OperationalError as error:
                if "interrupt" in str(error):
                    raise QueryTimeout(
                        f"the search was stopped after {self._seconds:g} s: ask for something more specific"
                    ) from error
                raise
            finally:
                connection.set_progress_handler(None, 0)

    def common(self, facet: str, most: int = 8) -> list[Count]:
        """The values of a facet that most resources have: what a visitor may begin with."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT value.key, value.iri, count(*) FROM value JOIN facet ON facet.value = value.id "
                "WHERE value.facet = ? GROUP BY value.id ORDER BY count(*) DESC, value.id LIMIT ?",
                (facet, most),
            ).fetchall()
        return [Count(key, iri, count, False) for key, iri, count in rows]

    @property
    def simplified(self) -> Mapping[str, str]:
        """Traditional characters with the simplified ones that they are indexed as."""
        return self._simplified

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            address = f"file:{quote(str(self._path))}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            connection.executescript(
                """PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; PRAGMA cache_size = -4096;
                CREATE TEMP TABLE hit(id INTEGER PRIMARY KEY, rank INTEGER, score REAL);"""
            )
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._closed and len(self._idle) < 8
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()


class _Search:
    """One search over one connection."""

    def __init__(self, index: Index, connection: sqlite3.Connection, asked: Asked, parsed: Parsed) -> None:
        self._index, self._connection, self._asked, self._parsed = index, connection, asked, parsed
        self._languages = (asked.language,) if asked.language in ("zh", "en") else LANGUAGES
        self._also: list[str] = []
        self._capped = False

    def results(self) -> Results:
        typed = query.compounds(self._parsed, self._known)
        self._parsed = self._renamed(typed)
        loose = ""
        self._find(self._parsed)
        if not self._count():
            self._parsed = query.compounds(query.pieces(typed, self._holds), self._known)
            for reading in ("pieces", "any") if self._parsed.units else ():
                self._find(self._parsed, every=reading == "pieces")
                if self._count():
                    loose = reading
                    break
        unfiltered = self._count()
        chosen = self._chosen()
        facets = self._facets(chosen)
        total = self._filtered_count(chosen)
        pages = max(1, min(-(-total // PAGE), MOST_PAGES))
        page = min(max(1, self._asked.page), pages)
        return Results(
            self._asked,
            self._parsed.text,
            total,
            tuple(self._hits(chosen, page)),
            facets,
            page,
            pages,
            self._added() if not loose else (),
            loose,
            self._unknown() if not unfiltered or loose else (),
            unfiltered,
            self._capped,
            self._parsed.shortened,
        )

    # What to look for

    def _known(self, word: str) -> bool:
        """Whether the word is anywhere in the index."""
        return self._holds((word,))

    def _holds(self, words: Phrase) -> bool:
        """Whether anything in the index has the phrase."""
        found = self._connection.execute(
            "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{fold.joined(words)}"',)
        )
        return found.fetchone() is not None

    def _renamed(self, parsed: Parsed) -> Parsed:
        """With the other names of our own things: what is called as the query, or as one of its words, is called."""
        more: dict[int, list[Phrase]] = {}
        for place, unit in enumerate(parsed.units):
            if unit.quoted:
                continue
            wordings = unit.wordings
            names = [name for words in wordings for name in self._names(fold.joined(words))]
            if len(unit.wordings[0]) == 1 and unit.wordings[0][0] in parsed.capitals:
                names += self._of_initials(unit.wordings[0][0])
            names += self._taiwanese(unit.wordings[0])
            more[place] = [words for words in names if words not in wordings]
        renamed = query.with_wordings(parsed, more)
        if len(parsed.units) > 1 and not any(unit.quoted for unit in parsed.units):
            phrase = tuple(parsed.key.split(" "))
            names = self._names(parsed.key)
            if compound := query.compound(parsed):
                names += self._names(compound)
            others = [words for words in dict.fromkeys(names) if words != phrase]
            renamed = query.Parsed(
                renamed.text, renamed.units, renamed.key, tuple(others), renamed.capitals, renamed.shortened
            )
        return renamed

    def _names(self, key: str) -> list[Phrase]:
        """The other names of our things that have this very name; none where it is the name of many."""
        rows = self._connection.execute(
            "SELECT DISTINCT resource FROM name WHERE key = ? AND resource <= ? LIMIT 7", (key, self._index.own)
        ).fetchall()
        return self._all_names([number for (number,) in rows]) if len(rows) < 7 else []

    def _of_initials(self, short: str) -> list[Phrase]:
        rows = self._connection.execute("SELECT resource FROM initials WHERE key = ? LIMIT 4", (short,)).fetchall()
        return self._all_names([number for (number,) in rows]) if len(rows) < 4 else []

    def _all_names(self, numbers: Sequence[int]) -> list[Phrase]:
        found: list[Phrase] = []
        for number in numbers:
            for language, value in self._connection.execute(
                "SELECT language, value FROM literal WHERE resource = ? AND field IN ('label', 'alt') LIMIT 12",
                (number,),
            ):
                if language not in self._languages:
                    continue
                words = tuple(token.text for token in fold.tokens(value, self._index.simplified))
                if words and fold.PAUSE not in words and words not in found and len(words) <= 24:
                    found.append(words)
                    if value not in self._also:
                        self._also.append(value)
        return found

    def _taiwanese(self, words: Phrase) -> list[Phrase]:
        """The words as they are said on the mainland, where Taiwan says others: 網路 is 网络."""
        typed = self._parsed.text
        if not any(character in self._index.simplified for character in typed) or not all(map(fold.is_single, words)):
            return []
        for run in typed.split():
            found = tuple(token.text for token in fold.tokens(run, self._index.simplified))
            if found == words:
                said = _taiwanese_converter(run)
                changed = tuple(token.text for token in fold.tokens(said, self._index.simplified))
                if changed != words:
                    self._also.append(said)
                    return [changed, *self._names(fold.joined(changed))]
        return []

    def _added(self) -> tuple[str, ...]:
        """The wordings that were not typed, but added."""
        typed = {self._parsed.key, *(fold.joined(unit.wordings[0]) for unit in self._parsed.units)}
        return tuple(
            value
            for value in self._also
            if fold.joined(token.text for token in fold.tokens(value, self._index.simplified)) not in typed
        )

    def _unknown(self) -> tuple[str, ...]:
        """The words and characters, as the index knows them, that are nowhere in it."""
        seen = dict.fromkeys(word for unit in self._parsed.units for word in unit.wordings[0] if word != fold.PAUSE)
        return tuple(word for word in seen if not self._known(word))[:8]

    # Finding

    def _find(self, parsed: Parsed, every: bool = True) -> None:
        run = self._connection.execute
        run("DELETE FROM temp.hit")
        language = f"language IN ({', '.join('?' * len(self._languages))})"
        keys = [parsed.key, *(fold.joined(words) for words in parsed.instead)]
        if len(parsed.units) == 1 and not parsed.units[0].open:
            keys += [fold.joined(words) for words in parsed.units[0].wordings]
        for key in dict.fromkeys(keys) if every else ():
            run(
                "INSERT OR IGNORE INTO temp.hit SELECT resource, 0, 0.0 FROM name "
                f"WHERE key = ? AND {language} LIMIT 1000",
                (key, *self._languages),
            )
        if every and parsed.key:
            run(
                "INSERT OR IGNORE INTO temp.hit SELECT resource, 1, CAST(length(key) AS REAL) FROM name "
                f"WHERE key > ? AND key < ? AND {language} ORDER BY resource > ?, length(key), resource LIMIT 1000",
                (f"{parsed.key} ", f"{parsed.key} {_LAST}", *self._languages, self._index.own),
            )
        for rank, fields in ((3, _SAID), (4, FIELDS)):
            # Only our own things are linked to what we know the names of.
            last = self._index.own if fields == FIELDS else self._index.resources
            cursor = run(
                f"INSERT OR IGNORE INTO temp.hit SELECT rowid, {rank}, 0.0 FROM words "
                "WHERE words MATCH ? AND rowid <= ? LIMIT ?",
                (self._expression(parsed, fields, every), last, MOST_HITS),
            )
            self._capped |= cursor.rowcount >= MOST_HITS
        run(
            "UPDATE temp.hit SET rank = 2 "
            "WHERE rank > 2 AND id IN (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)",
            (self._expression(parsed, _CALLED, every), MOST_HITS),
        )
        run(
            "UPDATE temp.hit SET score = scored.score FROM (SELECT rowid AS id, "
            f"bm25(words, {_BM25}) AS score FROM words WHERE words MATCH ? LIMIT ?) AS scored "
            "WHERE hit.id = scored.id AND rank > 1",
            (self._expression(parsed, FIELDS, every), MOST_SCORED),
        )

    def _expression(self, parsed: Parsed, fields: Sequence[str], every: bool) -> str:
        return query.expression(parsed, [f"{name}_{tag}" for name in fields for tag in self._languages], every)

    def _count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM temp.hit").fetchone()[0])

    # Facets

    def _chosen(self) -> dict[str, list[int]]:
        """The numbers of the wanted values by facet. A key that is not known is a value that nothing has."""
        found: dict[str, list[int]] = {}
        for name in FACETS:
            keys = [key for key in self._asked.filters.get(name, ()) if key][:MOST_FILTERS]
            if keys:
                found[name] = [number for key in keys for number in self._numbers(name, key)]
        return found

    def _numbers(self, facet: str, key: str) -> list[int]:
        """Values by key (``prohibit``) or IRI, else by the end of the key: ``pillar/2``, ``2``."""
        rows = self._connection.execute(
            "SELECT id, iri, key FROM value WHERE facet = ? ORDER BY id", (facet,)
        ).fetchall()
        exact = [number for number, iri, known in rows if key in (iri, known)]
        if exact:
            return exact
        return [number for number, _, known in rows if known.endswith("/" + key) or known.lower() == key.lower()]

    def _where(self, chosen: Mapping[str, Sequence[int]], without: str = "") -> tuple[str, list[int]]:
        clauses = ["1"]
        arguments: list[int] = []
        for name, numbers in chosen.items():
            if name != without:
                clauses.append(
                    f"hit.id IN (SELECT resource FROM facet WHERE value IN ({', '.join('?' * len(numbers))}))"
                )
                arguments += numbers
        return " AND ".join(clauses), arguments

    def _facets(self, chosen: Mapping[str, Sequence[int]]) -> dict[str, tuple[Count, ...]]:
        """The counts of every facet: each of the hits that all the other facets let through."""
        counted = self._counts([name for name in FACETS if name not in chosen], *self._where(chosen))
        for name in chosen:
            counted |= self._counts([name], *self._where(chosen, name))
        found: dict[str, tuple[Count, ...]] = {}
        for name in FACETS:
            rows = sorted(counted.get(name, []), key=lambda row: (-row[3], row[0]))
            wanted = chosen.get(name, ())
            listed = [
                Count(key, iri, count, number in wanted)
                for place, (number, key, iri, count) in enumerate(rows)
                if place < MOST_VALUES or number in wanted
            ]
            for number in sorted(set(wanted) - {row[0] for row in rows}):
                key, iri = self._connection.execute("SELECT key, iri FROM value WHERE id = ?", (number,)).fetchone()
                listed.append(Count(key, iri, 0, True))
            found[name] = tuple(listed)
        return found

    def _counts(self, names: Sequence[str], where: str, arguments: Sequence[int]) -> dict[str, list[Any]]:
        """(number, key, IRI, count) of the values of these facets."""
        rows = self._connection.execute(
            "SELECT value.facet, value.id, value.key, value.iri, counted.number FROM "
            "(SELECT facet.value AS value, count(*) AS number "
            "FROM temp.hit CROSS JOIN facet ON facet.resource = hit.id "
            f"WHERE {where} GROUP BY facet.value) AS counted CROSS JOIN value ON value.id = counted.value "
            f"WHERE value.facet IN ({', '.join('?' * len(names))})",
            (*arguments, *names),
        )
        found: dict[str, list[Any]] = {}
        for name, *row in rows:
            found.setdefault(name, []).append(row)
        return found

    def _filtered_count(self, chosen: Mapping[str, Sequence[int]]) -> int:
        where, arguments = self._where(chosen)
        return int(self._connection.execute(f"SELECT count(*) FROM temp.hit WHERE {where}", arguments).fetchone()[0])

    # The page

    def _hits(self, chosen: Mapping[str, Sequence[int]], page: int) -> Iterator[Hit]:
        where, arguments = self._where(chosen)
        rows = self._connection.execute(
            f"SELECT id, rank FROM temp.hit WHERE {where} "
            "ORDER BY rank, (id > ?) + (id > ?), score, id LIMIT ? OFFSET ?",
            (*arguments, self._index.things, self._index.own, PAGE, (page - 1) * PAGE),
        ).fetchall()
        for number, rank in rows:
            (iri,) = self._connection.execute("SELECT iri FROM resource WHERE id = ?", (number,)).fetchone()
            yield Hit(iri, rank, tuple(self._values(number)), self._facets_of(number))

    def _values(self, number: int) -> Iterator[Value]:
        """Every label, and what else of the resource was found."""
        for name, language, value in self._connection.execute(
            "SELECT field, language, value FROM literal WHERE resource = ? ORDER BY number", (number,)
        ):
            found = query.marks(value, self._parsed, self._index.simplified) if language in self._languages else []
            if name == "label" or found:
                yield Value(name, language, value, tuple(found))

    def _facets_of(self, number: int) -> dict[str, tuple[tuple[str, str], ...]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for name, key, iri in self._connection.execute(
            "SELECT value.facet, value.key, value.iri FROM facet JOIN value ON value.id = facet.value "
            "WHERE facet.resource = ? ORDER BY value.id",
            (number,),
        ):
            found.setdefault(name, []).append((key, iri))
        return {name: tuple(items) for name, items in found.items()}


_CONVERT_LOCK = threading.Lock()


def _taiwanese_converter(text: str) -> str:
    """Taiwan's words in traditional characters as the mainland's in simplified ones."""
    from opencc import OpenCC

    with _CONVERT_LOCK:
        return str(OpenCC("tw2sp").convert(text))
