"""The tables of a search index: what is kept of which thing, and under which names it is asked for."""

from __future__ import annotations

from initiative_lod.languages import OTHER, WORD_LANGUAGES

FORMAT = 5  # another one whenever the same words are indexed otherwise
#: The first stems a few words as it did then, and finds an IRI more slowly; of the first two no document can be chosen;
#: the first three number what is others' in the order of IRIs, whatever its source; the first four do not number it by
#: the lengths of names, list no frequent beginnings, and have a row for each of others' things among the facets.
READ_FORMATS = (1, 2, 3, 4, FORMAT)
BY_LENGTH = 5  # from this format on
APPLICATION = 0x494C4F44  # "ILOD", in the file's header

INDEXED = (*WORD_LANGUAGES, OTHER)
FIELDS = ("label", "alt", "text", "note", "about")
COLUMNS = tuple(f"{field}_{language}" for field in FIELDS for language in INDEXED)
FACETS = ("document", "type", "pillar", "modality", "topic")
#: The modalities above those that a clause has: a filter for one finds what is under it. They are not listed.
BROADER = "broader modality"
EXTERNAL = "External"  # the type of all that is others', of which no row of ``facet`` tells
#: Types that are no class of the ontology: its own terms, and things without one.
UNCLASSED = ("Term", "Other", EXTERNAL)
MAX_CHARACTERS = {"label": 1000, "alt": 1000, "text": 100_000, "note": 20_000, "about": 4000}  # characters

FREQUENT = 4_000  # names: the shortest of those that more begin with alike are listed, and the others not read
MAX_BEGINNINGS = 1_000  # names that begin with a query, of which the shortest are found as such

SCHEMA = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE simplified(traditional TEXT PRIMARY KEY, simplified TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE resource(id INTEGER PRIMARY KEY, iri TEXT NOT NULL);
CREATE INDEX resource_iri ON resource(iri);
CREATE TABLE literal(resource INTEGER, number INTEGER, field TEXT, language TEXT, value TEXT,
                     PRIMARY KEY(resource, number)) WITHOUT ROWID;
CREATE TABLE name(key TEXT, resource INTEGER, language TEXT, PRIMARY KEY(key, resource, language)) WITHOUT ROWID;
CREATE TABLE beginning(key TEXT, language TEXT, place INTEGER, resource INTEGER, length INTEGER,
                       PRIMARY KEY(key, language, place)) WITHOUT ROWID;
CREATE TABLE step(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, length INTEGER NOT NULL);
CREATE TABLE initials(key TEXT, resource INTEGER, PRIMARY KEY(key, resource)) WITHOUT ROWID;
CREATE TABLE value(id INTEGER PRIMARY KEY, facet TEXT, iri TEXT, key TEXT);
CREATE TABLE facet(resource INTEGER, value INTEGER, PRIMARY KEY(resource, value)) WITHOUT ROWID;
CREATE INDEX facet_value ON facet(value, resource);
CREATE VIRTUAL TABLE words USING fts5({", ".join(COLUMNS)}, content='', tokenize='ascii');
"""
# A ``step`` is a run of others' things of one source whose shortest names have one length. ``beginning`` has, of what
# more than FREQUENT names begin with, the MAX_BEGINNINGS shortest of these, in each language and (under none) in any.
# The tokenizer only cuts at blanks: what a token is, is said once, in ``tokens``.

#: The tables that are filled row by row, with the number of their columns; of ``words`` a row has its number first.
COLUMN_COUNTS = {"resource": 2, "literal": 5, "name": 3, "initials": 2, "facet": 2, "words": 1 + len(COLUMNS)}
INTO = {**{table: table for table in COLUMN_COUNTS}, "words": f"words(rowid, {', '.join(COLUMNS)})"}


def beginning_with(key: str) -> tuple[str, str]:
    """The keys of names that begin with a word or several, and go on after them, lie between these two."""
    return f"{key} ", f"{key} \U0010ffff"
