"""Writes one index from staged statements: which resources it has, in which order, with which words and facets.

What is others' is numbered source by source, in the order in which these came, and in each by the length of the
shortest name that it gives: the first that have a word are those with short names. The index of a release that only
adds to another one goes on with that one's.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby, pairwise, product
from operator import itemgetter

from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.labels import natural
from initiative_lod.languages import STOP_WORDS, WORD_LANGUAGES, guessed, simplified_characters
from initiative_lod.release.files import insert_rows
from initiative_lod.search import tokens
from initiative_lod.search.schema import (
    APPLICATION,
    BROADER,
    COLUMN_COUNTS,
    COLUMNS,
    EXTERNAL,
    FIELDS,
    FORMAT,
    FREQUENT,
    INDEXED,
    INTO,
    MAX_BEGINNINGS,
    SCHEMA,
    UNCLASSED,
    beginning_with,
)
from initiative_lod.search.staged_statements import OBJECT_ID, OBJECT_LABEL, SUBJECT_ID, StagedStatements
from initiative_lod.vocabulary import ATTESTATIONS, DOCUMENTS, SPEAKING_OF

MAX_FOREIGN_RESOURCES = 5_000_000  # of others; ours always go in
MAX_FOREIGN_LITERALS = 64  # literals of one resource of others
DEEPEST = 8  # levels from a part up to its document

_WORDS_AT_ONCE = 16 << 20  # bytes of words that are sorted in memory before they are written
_NAMES_IN_ORDER = "SELECT key, resource, language FROM name ORDER BY 1, 2, 3"
_SETTINGS = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536"
#: Where names lie until they are sorted.
NAMES = f"{_SETTINGS}; PRAGMA temp_store = FILE; CREATE TABLE name(key TEXT, resource INTEGER, language TEXT)"

#: What is not looked for by its name: how the graph is arranged, and what proves a statement.
UNNAMED = frozenset(("TextSpan", "Condition", "Sentence", *ATTESTATIONS))

_COLUMN_NAMES = tuple(product(FIELDS, INDEXED))
_COLUMN_PLACES = {names: place for place, names in enumerate(_COLUMN_NAMES)}

#: Their words are found where they stand, in a clause, a paragraph or an action: a whole document holds every word.
_CONTAINERS = frozenset({"Initiative", "Chapter", "Section", "Pillar", "Preamble", "Text", "UnofficialTranslation"})


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """Figures of an index. ``content_digest`` is of its content, whatever wrote the file: the sum of that of each."""

    resources: int
    own: int
    literals: int
    left_out: int
    content_digest: str


class Builder:
    """Writes one index from staged statements."""

    def __init__(
        self, staged: StagedStatements, names: sqlite3.Connection, index: sqlite3.Connection, iris: Iris
    ) -> None:
        """``names`` is a place on the disk where these lie until they are sorted."""
        self._staged, self._names, self._index, self._iris = staged, names, index, iris
        self._simplified: Mapping[str, str] = {}
        self._digest = 0
        self._values: dict[tuple[str, str], int] = {}
        self._literals = 0
        self._fields: set[str] = set()  # in which others' things have words
        self._steps: list[list[int]] = []  # first and last number, length
        self._place: tuple[int, int] | None = None
        self._rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in COLUMN_COUNTS}

    def build(self) -> IndexSummary:
        """Write it, and say what is in it."""
        index = self._index
        index.executescript(f"PRAGMA page_size = 4096; {_SETTINGS}")
        try:
            index.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            raise ReleaseError(
                f"the search index cannot be made with SQLite {sqlite3.sqlite_version}: {error}"
            ) from error
        index.execute("INSERT INTO words(words, rank) VALUES ('hashsize', ?)", (_WORDS_AT_ONCE,))
        index.execute("BEGIN")
        self._names.execute("BEGIN")
        self._simplified = simplified_characters()
        index.executemany("INSERT INTO simplified VALUES (?, ?)", sorted(self._simplified.items()))
        self._links = self._read_links()
        self._labels = self._read_labels()
        self._mapped = self._read_mapped()
        self._name_targets()
        number = 0
        subjects = sorted(self._own(), key=lambda item: ("#" in item, natural(item)))
        things = sum("#" not in item for item in subjects)
        for number, subject in enumerate(subjects, 1):
            self._add(number, subject, [*self._staged.own[subject]], own=True)
        own, left_out = number, 0
        for subject, place, values in self._foreign():
            if number - own >= MAX_FOREIGN_RESOURCES:
                left_out += 1
                continue
            number += 1
            self._step(number, place)
            self._add(number, subject, values, own=False)
        self._flush()
        self._names.execute("COMMIT")
        sampled: list[str] = []
        insert_rows(index, "name", 3, _sampled(self._names.execute(_NAMES_IN_ORDER), sampled))
        self._list_beginnings(_common_beginnings(sampled), own)
        insert_rows(index, "step", 3, self._steps)
        summary = IndexSummary(number, own, self._literals, left_out, f"{self._digest:064x}")
        for key, value in (
            ("format", FORMAT),
            ("base", self._iris.base),
            ("things", things),  # numbered first: the ontology's terms come after them, then what is others'
            ("own", own),
            ("resources", number),
            ("fields", " ".join(sorted(self._fields))),
            ("left_out", left_out),
            ("content_digest", summary.content_digest),
        ):
            index.execute("INSERT INTO meta VALUES (?, ?)", (key, str(value)))
        index.execute("INSERT INTO words(words) VALUES ('optimize')")
        index.execute("DELETE FROM words_config WHERE k = 'hashsize'")
        index.execute("COMMIT")
        index.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; VACUUM;")
        return summary

    def add(self) -> bool:
        """Go on with an index that has all but what is staged of others' things; tell whether it is one to go on with.

        Those that it has already are written anew, with all that is staged of them.
        """
        index = self._index
        index.executescript(_SETTINGS)
        meta = dict(index.execute("SELECT key, value FROM meta"))
        if meta["format"] != str(FORMAT) or meta["left_out"] != "0":
            return False
        index.execute("BEGIN")
        self._names.execute("BEGIN")
        self._links = defaultdict(lambda: defaultdict(list))
        self._simplified = dict(index.execute("SELECT traditional, simplified FROM simplified"))
        self._digest = int(meta["content_digest"], 16)
        self._values = {(facet, key): id for id, facet, key in index.execute("SELECT id, facet, key FROM value")}
        self._fields = {*meta["fields"].split()}
        number, own = int(meta["resources"]), int(meta["own"])
        changed: set[str] = set()  # beginnings of names
        for subject, place, values in self._foreign():
            known = index.execute("SELECT id FROM resource WHERE iri = ?", (subject,)).fetchone()
            if known is not None:
                changed.update(self._remove(known[0], subject))
            else:
                number += 1
                self._step(number, place)
            self._add(known[0] if known else number, subject, values, own=False)
        if number - own > MAX_FOREIGN_RESOURCES:
            return False
        self._flush()
        self._names.execute("COMMIT")
        insert_rows(index, "name", 3, self._names.execute(_NAMES_IN_ORDER))
        for (key,) in self._names.execute("SELECT DISTINCT key FROM name"):
            changed.update(_beginnings(key))
        self._list_beginnings(changed, own)
        insert_rows(index, "step", 3, self._steps)
        fields = " ".join(sorted(self._fields))
        now = {"resources": str(number), "fields": fields, "content_digest": f"{self._digest:064x}"}
        index.executemany("UPDATE meta SET value = ? WHERE key = ?", [(value, key) for key, value in now.items()])
        index.execute("COMMIT")
        return True

    def _own(self) -> Iterator[str]:
        for subject in self._staged.own:
            path = self._iris.path(subject) or ""
            kinds = set(self._kinds(subject))
            if kinds & UNNAMED or (self._parts(subject) and "#" in path):
                continue
            if path.startswith(("id/", "ontology#")):
                yield subject

    def _foreign(self) -> Iterator[tuple[str, tuple[int, int], list[tuple[str, str, str]]]]:
        """Others' things that have a name, each with its first source and the length of its shortest name there, by
        which they are in order, then by IRIs; and with their words.
        """
        for (subject, *place), group in groupby(self._staged.foreign(), key=itemgetter(0, 1, 2)):
            values: list[tuple[str, str, str]] = []
            for row in group:  # to its end, but no more of it is kept
                if len(values) < MAX_FOREIGN_LITERALS and row[3:] not in values:
                    values.append(row[3:])
            source, length = place
            yield subject, (source, length), values

    def _step(self, number: int, place: tuple[int, int]) -> None:
        """Note the length of the shortest name of one of others' things, where it is not that of the one before it."""
        if place == self._place:
            self._steps[-1][1] = number
        else:
            self._place = place
            self._steps.append([number, number, place[1]])

    def _list_beginnings(self, keys: Iterable[str], own: int) -> None:
        """List the shortest names that begin with each of these, where they are many: the finder need not read them."""
        run = self._index.execute
        between = "FROM name WHERE key > ? AND key < ?"
        counts = "".join(f", sum(language = '{language}')" for language in WORD_LANGUAGES)
        for key in sorted(keys):
            run("DELETE FROM beginning WHERE key = ?", (key,))
            ends = beginning_with(key)
            number, *spoken = run(f"SELECT count(*){counts} {between}", ends).fetchone()
            if number <= FREQUENT:
                continue
            for language, count in (("", number), *zip(WORD_LANGUAGES, spoken, strict=True)):
                if language == "" or 0 < count < number:
                    shortest = run(
                        f"SELECT resource, length(key) {between} AND ? IN ('', language) "
                        "ORDER BY resource > ?, length(key), resource LIMIT ?",
                        (*ends, language, own, MAX_BEGINNINGS),
                    ).fetchall()
                if count:  # where all names are in one language, those are its shortest
                    rows = ((key, language, place, *row) for place, row in enumerate(shortest))
                    insert_rows(self._index, "beginning", 5, rows)

    def _read_links(self) -> dict[str, dict[str, list[str]]]:
        links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, object in self._staged.links:
            links[subject][predicate].append(object)
        return links

    def _read_labels(self) -> dict[str, list[tuple[str, str]]]:
        """Labels and other names of what our parts speak of."""
        things = {item for links in self._links.values() for name in SPEAKING_OF for item in links.get(name, ())}
        return self._staged.labels(things)

    def _read_mapped(self) -> dict[str, list[tuple[str, str]]]:
        """Names of our things in the vocabularies that they are mapped to."""
        names: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for mapping in sorted(self._links):
            links = self._links[mapping]
            for subject in links.get(SUBJECT_ID, ()):
                names[subject] += [(guessed(label), label) for label in links.get(OBJECT_LABEL, ())]
        return names

    def _name_targets(self) -> None:
        """Call what a part is mapped to as its mapping does, where nothing else names it in that language."""
        named: set[tuple[str, str]] = set()
        for mapping in list(self._links.values()):
            if any(self._links[subject].get("isPartOf") for subject in tuple(mapping.get(SUBJECT_ID, ()))):
                targets = [target for target in mapping.get(OBJECT_ID, ()) if not self._iris.owns(target)]
                named.update((target, label) for target in targets for label in mapping.get(OBJECT_LABEL, ()))
        self._staged.name((target, guessed(label), label) for target, label in sorted(named))

    def _kinds(self, subject: str) -> list[str]:
        prefix = self._iris.iri("ontology#")
        return [item[len(prefix) :] for item in self._links[subject]["type"] if item.startswith(prefix)]

    def _parts(self, subject: str) -> bool:
        return (self._iris.path(subject) or "").startswith("id/")

    def _add(self, number: int, subject: str, values: list[tuple[str, str, str]], own: bool) -> None:
        kinds = self._kinds(subject) if own else []
        if own:
            if _CONTAINERS & set(kinds):
                values = [item for item in values if item[0] != "text"]
            values += self._about(subject)
        columns, names, literals = self._words(sorted(_in_columns(values)))
        initials: set[str] = set()
        if own and "Aim" not in kinds:  # "attach importance" is an act, and is not called AI
            initials = {short for _, field, _, value in literals if field == "label" and (short := _initials(value))}
        self._rows["literal"] += [(number, *literal) for literal in literals]
        self._literals += len(literals)
        self._rows["resource"].append((number, subject))
        self._rows["name"] += [(key, number, language) for key, language in names]
        self._rows["initials"] += [(short, number) for short in sorted(initials)]
        self._rows["words"].append((number, *columns))
        facets = self._facets(subject, kinds, own)
        if own:
            self._rows["facet"] += [(number, value) for value in sorted(facets)]
        else:
            self._fields.update(field for _, field, _, _ in literals)
        if number % 5000 == 0:
            self._flush()
        self._digest += _digest(subject, literals, names, initials, facets)

    def _words(
        self, values: Iterable[tuple[int, str]]
    ) -> tuple[list[str | None], set[tuple[str, str]], list[tuple[int, str, str, str]]]:
        """Words by column, names with their languages, and the literals that have words; of values by their columns."""
        columns: list[str | None] = [None] * len(COLUMNS)
        names: set[tuple[str, str]] = set()
        literals: list[tuple[int, str, str, str]] = []
        for place, (column, value) in enumerate(values):
            words = tokens.words(value, self._simplified)
            if not words:
                continue
            if words[-1] == tokens.PAUSE:
                words.pop()
            field, language = _COLUMN_NAMES[column]
            text, before = tokens.joined(words), columns[column]
            columns[column] = text if before is None else tokens.joined((before, tokens.PAUSE, text))
            if field in ("label", "alt"):
                names.add((text[:400], language))
            literals.append((place, field, language, value))
        return columns, names, literals

    def _remove(self, number: int, subject: str) -> set[str]:
        """Take out what the index has of one of others' things; give the beginnings of its names."""
        run = self._index.execute
        query = "SELECT field, language, value FROM literal WHERE resource = ? ORDER BY number"
        values = run(query, (number,)).fetchall()
        columns, names, literals = self._words(_in_columns(values))
        run(
            f"INSERT INTO words(words, rowid, {', '.join(COLUMNS)}) VALUES ('delete'{', ?' * (1 + len(COLUMNS))})",
            (number, *columns),
        )
        self._index.executemany("DELETE FROM name WHERE key = ? AND resource = ?", [(key, number) for key, _ in names])
        for table, column in (("literal", "resource"), ("resource", "id")):
            run(f"DELETE FROM {table} WHERE {column} = ?", (number,))
        self._digest -= _digest(subject, literals, names, set(), self._facets(subject, [], own=False))
        return {item for key, _ in names for item in _beginnings(key)}

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            # Names lie in the order of their keys: they are sorted on disk before they go in.
            if table == "words":  # one row a statement: at the end of one of many, those in memory are written
                self._index.executemany(
                    f"INSERT INTO {INTO[table]} VALUES ({', '.join('?' * COLUMN_COUNTS[table])})", rows
                )
            else:
                connection = self._names if table == "name" else self._index
                insert_rows(connection, INTO[table], COLUMN_COUNTS[table], rows)
            rows.clear()

    def _about(self, subject: str) -> Iterator[tuple[str, str, str]]:
        links = self._links[subject]
        for name in SPEAKING_OF:
            for item in links.get(name, ()):
                for language, value in self._labels[item]:
                    yield "about", language, value
        if not links.get("isPartOf"):  # a part is not called as what it has to do with
            for language, value in self._mapped.get(subject, ()):
                yield "about", language, value

    def _facets(self, subject: str, kinds: list[str], own: bool) -> set[int]:
        if not own:
            return {self._value("type", "", EXTERNAL)}
        values = set()
        links = self._links[subject]
        if (self._iris.path(subject) or "").startswith("ontology#"):
            kind = "Term"
        else:
            kind = _narrowest(kinds) or "Other"
        values.add(self._value("type", "" if kind in UNCLASSED else self._iris.iri(f"ontology#{kind}"), kind))
        for name in ("modality", "topic"):
            for item in links.get(name, ()):
                values.add(self._value(name, item, self._key(name, item)))
        for item in self._broader(links.get("modality", ())):
            key = self._key("modality", item)
            self._value("modality", item, key)  # which a filter may name though no clause has it
            values.add(self._value(BROADER, item, key))
        above: str | None = subject
        for _ in range(DEEPEST):
            if above is None:
                break
            known = set(self._kinds(above))
            facet = "pillar" if "Pillar" in known else "document" if known & {*DOCUMENTS} else ""
            if facet:
                values.add(self._value(facet, above, (self._iris.path(above) or above).removeprefix("id/")))
            above = next(iter(self._links[above]["isPartOf"] or self._links[above]["realizes"]), None)
        return values

    def _key(self, facet: str, iri: str) -> str:
        return (self._iris.path(iri) or iri).removeprefix(f"id/{facet}/")

    def _broader(self, concepts: Iterable[str]) -> list[str]:
        """All that is above the concepts, each once."""
        above: list[str] = []
        for concept in chain(concepts, above):  # which grows meanwhile
            above += [item for item in self._links[concept]["broader"] if item not in above]
        return above

    def _value(self, facet: str, iri: str, key: str) -> int:
        number = self._values.get((facet, key))
        if number is None:
            number = self._values[facet, key] = len(self._values) + 1
            self._index.execute("INSERT INTO value VALUES (?, ?, ?, ?)", (number, facet, iri, key))
        return number


def _sampled(rows: Iterable[tuple[str, int, str]], keys: list[str]) -> Iterator[tuple[str, int, str]]:
    """Names in order as they come, some of whose keys are noted: so many that two at least are among any FREQUENT."""
    for number, row in enumerate(rows):
        if number % max(1, FREQUENT // 2) == 0:
            keys.append(row[0])
        yield row


def _common_beginnings(keys: Iterable[str]) -> set[str]:
    """The words that names begin with alike which follow each other."""
    return {item for one, other in pairwise(keys) for item in _beginnings(one) if other.startswith(f"{item} ")}


def _beginnings(key: str) -> Iterator[str]:
    """The words that a name begins with: one, two, and so on, but not all of it."""
    words = key.split(" ")
    return (" ".join(words[:number]) for number in range(1, len(words)))


def _in_columns(values: Iterable[tuple[str, str, str]]) -> dict[tuple[int, str], None]:
    """The values of fields and languages with the places of their columns, each once, in their order."""
    return {(_COLUMN_PLACES[field, language], value): None for field, language, value in values}


def _digest(
    subject: str,
    literals: Iterable[tuple[int, str, str, str]],
    names: Iterable[tuple[str, str]],
    initials: Iterable[str],
    facets: Iterable[int],
) -> int:
    """Digest of what an index has of a resource, to be added up in any order."""
    values = [literal[1:] for literal in literals]
    text = repr((subject, values, sorted(names), sorted(initials), sorted(facets)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


def _narrowest(kinds: list[str]) -> str:
    """One class to show of several: a kind of text before Text."""
    own = sorted(set(kinds) - {"Part", "Referent"})
    return next((kind for kind in own if kind != "Text"), own[0] if own else "")


def _initials(label: str) -> str:
    """The initials of a name of two to six words, small words left out: ``artificial intelligence`` -> ``ai``."""
    words = [word for word in label.replace("-", " ").replace(",", " ").split() if word.lower() not in STOP_WORDS]
    if not 2 <= len(words) <= 6 or not all(word[0].isascii() and word[0].isalpha() for word in words):
        return ""
    if any(len(word) > 1 and word.isupper() for word in words):  # "applications of ICT" is not called AI
        return ""
    return "".join(word[0] for word in words).lower()
