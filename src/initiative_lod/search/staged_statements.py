"""The statements that an index is made of, as a set, sorted on disk: memory does not grow with what is merged in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from pyoxigraph import NamedNode

from initiative_lod.iris import SHARED_BASE, Iris
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import indexed, primary
from initiative_lod.release.files import insert_rows
from initiative_lod.release.statement_rows import StatementRow
from initiative_lod.search.schema import MAX_CHARACTERS
from initiative_lod.vocabulary import DCTERMS, ELI, INTERPRETING, RDF, RDFS, SKOS, SSSOM

OBJECT_LABEL = f"{SSSOM.iri}object_label"
SUBJECT_ID = f"{SSSOM.iri}subject_id"
OBJECT_ID = f"{SSSOM.iri}object_id"


def scratch(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -65536;
        CREATE TABLE said(own INTEGER, subject TEXT, field TEXT, language TEXT, value TEXT, place INTEGER);
        CREATE TABLE link(subject TEXT, predicate TEXT, object TEXT);
        CREATE TABLE name(key TEXT, resource INTEGER, language TEXT);"""
    )
    connection.execute("BEGIN")
    return connection


def stage(
    staged: sqlite3.Connection,
    rows: Iterable[StatementRow],
    iris: Iris,
    places: Mapping[str, int],
) -> None:
    """Stage the statements; ``places`` are those of the graphs of others, in which their things are numbered."""
    literals = _literal_fields(iris)
    links = _links(iris)
    bases = iris.base, SHARED_BASE
    literal_rows: list[tuple[int, str, str, str, str, int]] = []
    link_rows: list[tuple[str, str, str]] = []

    def flush() -> None:
        insert_rows(staged, "said", 6, literal_rows)
        insert_rows(staged, "link", 3, link_rows)
        literal_rows.clear()
        link_rows.clear()

    for subject, predicate, value, language, graph in rows:
        if language is not None:
            field = literals.get(predicate)
            if field is not None and value and not value.isspace():
                words = _indexed(language) or indexed(language, value)
                text, place = value[: MAX_CHARACTERS[field]], places.get(graph, 0)
                own = subject.startswith(bases) and iris.owns(subject)
                literal_rows.append((not own, subject, field, words, text, place))
            elif predicate == OBJECT_LABEL:
                link_rows.append((subject, OBJECT_LABEL, value[: MAX_CHARACTERS["about"]]))
        else:
            link = links.get(predicate)
            if link is not None and iris.owns(subject):
                link_rows.append((subject, link, value))
        if len(literal_rows) + len(link_rows) >= 20_000:
            flush()
    flush()
    staged.execute("COMMIT")
    staged.execute("CREATE INDEX link_subject ON link(subject, predicate, object)")
    staged.execute("CREATE INDEX said_subject ON said(own, subject)")


@lru_cache(maxsize=256)
def _indexed(tag: str) -> str:
    """The language under which words with a tag are indexed; empty where the words have to tell it."""
    return indexed(tag, "") if primary(tag) else ""


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
