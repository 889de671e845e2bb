"""Finds and ranks: one search in the index of a release.

An answer comes in this order: a label or other name that is the query, one that begins with it, labels that hold it,
texts that hold it, definitions and notes that do, and last what is linked to something that is called so; within each
by relevance (bm25), or, of a frequent word, by how short the names are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from initiative_lod.iris import is_iri
from initiative_lod.languages import WORD_LANGUAGES
from initiative_lod.search import query_parser, tokens
from initiative_lod.search.facets import Facets
from initiative_lod.search.query_parser import Parsed
from initiative_lod.search.results import HITS_PER_PAGE, Hit, MarkedValue, Results, Search
from initiative_lod.search.schema import COLUMNS, FIELDS, INDEXED, MAX_BEGINNINGS, beginning_with
from initiative_lod.search.synonyms import Wordings

MAX_OWN_HITS = 20_000  # of our own things that are ranked and counted
MAX_HITS = 5_000  # of others' things: a word that more of them have is told by more words
MAX_SCORED_HITS = 2_000  # that are ordered by relevance within their rank; what is left follows
MAX_PAGES = 500

_WEIGHTS = {"label": 10.0, "alt": 8.0, "text": 4.0, "note": 2.0, "about": 0.5}
_BM25 = ", ".join(str(_WEIGHTS[column.partition("_")[0]]) for column in COLUMNS)
#: What a thing is called (rank 2), what is said in it (3) or of it (4); exact names are 0, beginnings of names 1.
_CALLED = ("label", "alt")
_IN_IT = ("label", "alt", "text")
_SAID = ("label", "alt", "text", "note")


@dataclass(frozen=True, slots=True)
class Extent:
    """Numbering of the resources of an index, and the characters that it reads as others.

    Our things come first, to ``things``; then our terms, to ``own``; then what is others', to ``resources``. Others'
    things have words in these ``fields``. ``by_length``: they are numbered by their names' lengths (see ``builder``).
    """

    things: int
    own: int
    resources: int
    simplified: Mapping[str, str]
    fields: frozenset[str]
    by_length: bool


class Finder:
    """One search over one connection, which has it to itself."""

    def __init__(self, extent: Extent, connection: sqlite3.Connection, search: Search, parsed: Parsed) -> None:
        self._extent, self._connection, self._asked, self._parsed = extent, connection, search, parsed
        self._languages = (search.language,) if search.language in WORD_LANGUAGES else INDEXED
        self._wordings = Wordings(connection, extent.simplified, extent.own, self._languages)
        self._facets = Facets(connection, search.filters, extent.own)
        self._capped = False

    def results(self) -> Results:
        """Results, with the page of them that is asked for."""
        if (number := self._named(self._parsed.text)) is not None:
            return self._one(number)
        typed = query_parser.compounds(self._parsed, self._wordings.known)
        self._parsed = self._wordings.renamed(typed)
        loose = ""
        self._find(self._parsed)
        if not self._count():
            self._parsed = query_parser.compounds(
                query_parser.pieces(typed, self._wordings.holds), self._wordings.known
            )
            for reading in ("pieces", "any") if self._parsed.units else ():
                self._find(self._parsed, every=reading == "pieces")
                if self._count():
                    loose = reading
                    break
        unfiltered = self._count()
        total = self._facets.total()
        pages = max(1, min(-(-total // HITS_PER_PAGE), MAX_PAGES))
        page = min(max(1, self._asked.page), pages)
        return Results(
            self._asked,
            self._parsed.text,
            total,
            tuple(self._hits(page)),
            self._facets.counts(),
            page,
            pages,
            self._wordings.added(self._parsed) if not loose else (),
            loose,
            self._wordings.unknown(self._parsed) if not unfiltered or loose else (),
            unfiltered,
            self._capped,
            self._parsed.shortened,
        )

    def _named(self, text: str) -> int | None:
        """The number of the resource whose IRI was typed, with or without angle brackets; None for other text."""
        iri = text.strip().removeprefix("<").removesuffix(">")
        if not is_iri(iri):
            return None
        row = self._connection.execute("SELECT id FROM resource WHERE iri = ?", (iri,)).fetchone()
        return None if row is None else int(row[0])

    def _one(self, number: int) -> Results:
        """Results that are one resource, unless the filters leave it out."""
        self._connection.execute("DELETE FROM temp.hit")
        self._connection.execute("INSERT INTO temp.hit VALUES (?, 0, 0.0)", (number,))
        hits = tuple(self._hits(1))
        return Results(self._asked, self._parsed.text, len(hits), hits, self._facets.counts(), unfiltered=1)

    def _find(self, parsed: Parsed, every: bool = True) -> None:
        run = self._connection.execute
        run("DELETE FROM temp.hit")
        self._capped = False
        language = f"language IN ({', '.join('?' * len(self._languages))})"
        keys = [parsed.key, *(tokens.joined(words) for words in parsed.instead)]
        if len(parsed.units) == 1 and not parsed.units[0].open:
            keys += [tokens.joined(words) for words in parsed.units[0].wordings]
        for key in dict.fromkeys(keys) if every else ():
            run(
                "INSERT OR IGNORE INTO temp.hit SELECT resource, 0, 0.0 FROM name "
                f"WHERE key = ? AND {language} LIMIT 1000",
                (key, *self._languages),
            )
        if every and parsed.key and self._is_frequent(parsed.key):
            run(
                "INSERT OR IGNORE INTO temp.hit SELECT resource, 1, CAST(length AS REAL) FROM beginning "
                "WHERE key = ? AND language = ? ORDER BY place",
                (parsed.key, self._languages[0] if len(self._languages) == 1 else ""),
            )
        elif every and parsed.key:
            run(
                "INSERT OR IGNORE INTO temp.hit SELECT resource, 1, CAST(length(key) AS REAL) FROM name "
                f"WHERE key > ? AND key < ? AND {language} ORDER BY resource > ?, length(key), resource LIMIT ?",
                (*beginning_with(parsed.key), *self._languages, self._extent.own, MAX_BEGINNINGS),
            )
        own, last = self._extent.own, self._extent.resources
        ranks = ((2, _CALLED), (3, _IN_IT), (4, _SAID))
        for rank, fields in (*ranks, (5, FIELDS)):  # only our own things are linked to what we know the names of
            self._add(rank, self._expression(parsed, fields, every), 0, own, MAX_OWN_HITS)
        searched: set[str] = set()
        for rank, fields in ranks:
            if not self._capped and not searched >= self._extent.fields & {*fields}:
                searched.update(fields)
                self._add(rank, self._expression(parsed, fields, every), own, last, MAX_HITS)
                (others,) = run("SELECT count(*) FROM temp.hit WHERE id > ?", (own,)).fetchone()
                self._capped = others >= MAX_HITS
        if self._capped:
            # Relevance counts all places that have a word, however many. This one is frequent: short names come first.
            score = (
                "SELECT resource AS id, -1.0 / (1 + length(value)) AS score FROM temp.hit CROSS JOIN literal "
                "ON literal.resource = hit.id AND number = 0 WHERE rank > 1 AND hit.id <= ? LIMIT ?"
            )
            given: tuple[object, ...] = own if self._extent.by_length else last, MAX_SCORED_HITS
        else:
            score = f"SELECT rowid AS id, bm25(words, {_BM25}) AS score FROM words WHERE words MATCH ? LIMIT ?"
            given = self._expression(parsed, FIELDS, every), MAX_SCORED_HITS
        run(
            f"UPDATE temp.hit SET score = scored.score FROM ({score}) AS scored WHERE hit.id = scored.id AND rank > 1",
            given,
        )

    def _is_frequent(self, key: str) -> bool:
        """Tell whether the shortest of the names that begin with this key are listed."""
        if not self._extent.by_length:
            return False
        return self._connection.execute("SELECT 1 FROM beginning WHERE key = ?", (key,)).fetchone() is not None

    def _add(self, rank: int, expression: str, after: int, last: int, most: int) -> None:
        """Add as hits what is numbered after one number, to another."""
        self._connection.execute(
            f"INSERT OR IGNORE INTO temp.hit SELECT rowid, {rank}, 0.0 FROM words "
            "WHERE words MATCH ? AND rowid > ? AND rowid <= ? LIMIT ?",
            (expression, after, last, most),
        )

    def _expression(self, parsed: Parsed, fields: Sequence[str], every: bool) -> str:
        return query_parser.expression(parsed, [f"{name}_{tag}" for name in fields for tag in self._languages], every)

    def _count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM temp.hit").fetchone()[0])

    def _hits(self, page: int) -> Iterator[Hit]:
        where, arguments = self._facets.where()
        things, own = self._extent.things, self._extent.own
        hits = f"SELECT id, rank, score FROM temp.hit WHERE {where}"
        if self._capped and self._extent.by_length:
            hits = (
                f"{hits} AND hit.id <= ? UNION ALL SELECT hit.id, rank, iif(rank > 1, length, score) FROM step "
                f"CROSS JOIN temp.hit ON hit.id BETWEEN first AND last WHERE {where} "
                "AND first <= (SELECT max(id) FROM temp.hit)"
            )
            arguments = [*arguments, own, *arguments]
        rows = self._connection.execute(
            f"SELECT id, rank FROM ({hits}) ORDER BY rank, (id > ?) + (id > ?), score, id LIMIT ? OFFSET ?",
            (*arguments, things, own, HITS_PER_PAGE, (page - 1) * HITS_PER_PAGE),
        ).fetchall()
        for number, rank in rows:
            (iri,) = self._connection.execute("SELECT iri FROM resource WHERE id = ?", (number,)).fetchone()
            yield Hit(iri, rank, tuple(self._values(number)), self._facets.of(number))

    def _values(self, number: int) -> Iterator[MarkedValue]:
        """Every label, and what else of the resource was found."""
        for name, language, value in self._connection.execute(
            "SELECT field, language, value FROM literal WHERE resource = ? ORDER BY number", (number,)
        ):
            ranges = (
                query_parser.marks(value, self._parsed, self._extent.simplified) if language in self._languages else []
            )
            if name == "label" or ranges:
                yield MarkedValue(name, language, value, tuple(ranges))
