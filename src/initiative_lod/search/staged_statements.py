"""The statements that an index is made of. Ours lie in memory; what is said of others' things is sorted on disk:
memory does not grow with what is merged in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from initiative_lod.iris import SHARED_BASE, Iris
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import HAN, indexed, primary
from initiative_lod.release import statement_rows
from initiative_lod.search.schema import MAX_CHARACTERS
from initiative_lod.vocabulary import DCTERMS, ELI, INTERPRETING, RDF, RDFS, SKOS, SSSOM

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OBJECT_LABEL = f"{SSSOM.iri}object_label"
SUBJECT_ID = f"{SSSOM.iri}subject_id"
OBJECT_ID = f"{SSSOM.iri}object_id"

#: Field, language and characters of a value; what is indexed of each property; of each language tag the language under
#: which its words are indexed, NULL where the words have to tell it.
_SCHEMA = """
CREATE TABLE field(property USMALLINT, field VARCHAR, characters INTEGER);
CREATE TABLE tag(tag VARCHAR, language VARCHAR);
CREATE TABLE own(subject VARCHAR);
CREATE TABLE said(subject VARCHAR, field VARCHAR, language VARCHAR, value VARCHAR, place INTEGER);
"""
_SPACES = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
_SAID = f"""
INSERT INTO said
SELECT subject, field, coalesce(tag.language, CASE WHEN regexp_matches(value, '[{HAN}]') THEN 'zh' ELSE 'en' END),
  value[:characters], place
FROM statement JOIN field USING (property) JOIN tag ON tag.tag = statement.language
WHERE trim(value, '{_SPACES}') != ''
"""
#: Others' things that have a name, in the order of their first sources, of the lengths of their shortest names in
#: these, then of IRIs. No name has more than 1,000 characters.
_FOREIGN = """
WITH named AS (
  SELECT subject, min(place::BIGINT * 1024 + least(length(value), 1023)) AS first
  FROM said ANTI JOIN own USING (subject) WHERE field IN ('label', 'alt') GROUP BY subject
)
SELECT subject, first // 1024, first % 1024, field, language, value FROM said JOIN named USING (subject)
ORDER BY first, subject, field != 'label', field, language, value
"""
_LABELS = "SELECT subject, language, value FROM said WHERE field IN ('label', 'alt') AND list_contains($1, subject)"
_NAMED = "SELECT DISTINCT subject, language FROM said WHERE field = 'label' AND list_contains($1, subject)"

Value = tuple[str, str, str]  # field, language, words


class StagedStatements:
    """Names, words and links of things, from the table of an engine with the statements of ``properties``."""

    def __init__(self, engine: DuckDBPyConnection, statements: statement_rows.StatementTable, iris: Iris) -> None:
        self._engine, self._iris = engine, iris
        engine.execute(_SCHEMA)
        fields = ((statements.number(NamedNode(iri)), field) for iri, field in _literal_fields(iris).items())
        statement_rows.insert_lists(engine, "field", ((*item, MAX_CHARACTERS[item[1]]) for item in fields))
        each = statement_rows.each
        tags = [*each(engine, "SELECT DISTINCT language FROM statement WHERE language IS NOT NULL")]
        statement_rows.insert_lists(engine, "tag", ((tag, _indexed(tag) or None) for (tag,) in tags))
        engine.execute(_SAID)
        ours = "FROM said WHERE starts_with(subject, $1) OR starts_with(subject, $2)"
        bases = iris.base, SHARED_BASE
        subjects = [*each(engine, f"SELECT DISTINCT subject {ours}", *bases)]
        statement_rows.insert_lists(engine, "own", (row for row in subjects if iris.owns(row[0])))
        #: What is said of our own things.
        self.own: dict[str, dict[Value, None]] = defaultdict(dict)
        for subject, *value in each(engine, "SELECT DISTINCT * EXCLUDE place FROM said SEMI JOIN own USING (subject)"):
            self.own[subject][tuple(value)] = None
        #: Links of our own things, and what others' things are called by mappings to them: subject, property, object.
        self.links = sorted(set(self._links(statements)))

    def _links(self, statements: statement_rows.StatementTable) -> Iterator[tuple[str, str, str]]:
        names = {statements.number(NamedNode(iri)): name for iri, name in _links(self._iris).items()}
        called = statements.number(NamedNode(OBJECT_LABEL))
        rows = statement_rows.each(
            self._engine,
            "SELECT DISTINCT subject, property, value FROM statement "
            "WHERE CASE WHEN language IS NULL THEN list_contains($1, property) ELSE property = $2 END",
            [*names],
            called,
        )
        for subject, property, value in rows:
            if property == called:
                yield subject, OBJECT_LABEL, value[: MAX_CHARACTERS["about"]]
            elif self._iris.owns(subject):
                yield subject, names[property], value

    def labels(self, subjects: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Labels and other names of things, with their languages."""
        found: dict[str, dict[tuple[str, str], None]] = {subject: {} for subject in sorted(subjects)}
        for subject, language, value in statement_rows.each(self._engine, _LABELS, [*found]):
            found[subject][language, value] = None
        return {subject: [*labels] for subject, labels in found.items()}

    def name(self, names: Iterable[tuple[str, str, str]]) -> None:
        """Give names to others' things that have none in their language: subject, language, name."""
        names = list(names)
        subjects = sorted({subject for subject, _, _ in names})
        named = {*statement_rows.each(self._engine, _NAMED, subjects)}
        new = ((subject, "label", *name, 0) for subject, *name in names if (subject, name[0]) not in named)
        statement_rows.insert_lists(self._engine, "said", new)

    def foreign(self) -> Iterator[tuple[Any, ...]]:
        """Subject, first source, length of the shortest name in it, field, language and value of others' things that
        have a name, in the order of the second, the third and the first.
        """
        return statement_rows.each(self._engine, _FOREIGN)


def _indexed(tag: str) -> str:
    """The language under which words with a tag are indexed; empty where the words have to tell it."""
    return indexed(tag, "") if primary(tag) else ""


def properties(iris: Iris) -> list[NamedNode]:
    """All properties that an index is made of."""
    return [*wordings(iris), *linking(iris), NamedNode(OBJECT_LABEL)]


def wordings(iris: Iris) -> list[NamedNode]:
    """The properties that give words: of statements about anything."""
    return [NamedNode(iri) for iri in sorted(_literal_fields(iris))]


def linking(iris: Iris) -> list[NamedNode]:
    """The properties that go into an index besides, where they are said of our own things."""
    return [NamedNode(iri) for iri in sorted(_links(iris))]


def _literal_fields(iris: Iris) -> dict[str, str]:
    fields = {LabelKind.PREFERRED: "label", LabelKind.ALTERNATIVE: "alt"}
    notes = (SKOS.definition, SKOS.scopeNote, RDFS.comment, DCTERMS.description)
    return {
        **{item.value: fields[kind] for item, kind in LABEL_PROPERTIES.items() if kind in fields},
        iris.term("officialName").value: "alt",
        **{item.value: "note" for item in notes},
        iris.term("text").value: "text",
        iris.term("translation").value: "text",
    }


def _links(iris: Iris) -> dict[str, str]:
    names = {iris.term(name).value: name for name in INTERPRETING}
    names[RDF.type.value] = "type"
    names[DCTERMS.isPartOf.value] = "isPartOf"
    names[ELI.realizes.value] = "realizes"
    names[SKOS.broader.value] = "broader"
    names[SUBJECT_ID], names[OBJECT_ID] = SUBJECT_ID, OBJECT_ID
    return names
