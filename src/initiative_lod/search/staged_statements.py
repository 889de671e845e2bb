"""The statements that an index is made of, as a set, sorted on disk: memory does not grow with what is merged in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.iris import Iris
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import indexed
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
    quads: Iterable[Quad],
    iris: Iris,
    places: Mapping[NamedNode, int],
) -> None:
    """Stage the statements; ``places`` are those of the graphs of others, in which their things are numbered."""
    literals = _literal_fields(iris)
    links = _links(iris)
    literal_rows: list[tuple[int, str, str, str, str, int]] = []
    link_rows: list[tuple[str, str, str]] = []

    def flush() -> None:
        staged.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)", literal_rows)
        staged.executemany("INSERT INTO link VALUES (?, ?, ?)", link_rows)
        literal_rows.clear()
        link_rows.clear()

    for quad in quads:
        subject, object = quad.subject, quad.object
        if not isinstance(subject, NamedNode):
            continue
        if isinstance(object, Literal):
            field = literals.get(quad.predicate.value)
            if field is not None and object.value.strip():
                own = iris.owns(subject.value)
                language = indexed(object.language or "", object.value)
                text, place = object.value[: MAX_CHARACTERS[field]], _place(quad, places)
                literal_rows.append((not own, subject.value, field, language, text, place))
            elif quad.predicate.value == OBJECT_LABEL:
                link_rows.append((subject.value, OBJECT_LABEL, object.value[: MAX_CHARACTERS["about"]]))
        elif isinstance(object, NamedNode):
            link = links.get(quad.predicate.value)
            if link is not None and iris.owns(subject.value):
                link_rows.append((subject.value, link, object.value))
        if len(literal_rows) + len(link_rows) >= 20_000:
            flush()
    flush()
    staged.execute("COMMIT")
    staged.execute("CREATE INDEX link_subject ON link(subject, predicate, object)")
    staged.execute("CREATE INDEX said_subject ON said(own, subject)")


def _place(quad: Quad, places: Mapping[NamedNode, int]) -> int:
    return places.get(quad.graph_name, 0) if isinstance(quad.graph_name, NamedNode) else 0


def predicates(iris: Iris) -> list[NamedNode]:
    """The properties whose statements go into an index: others need not be read for it."""
    return [NamedNode(iri) for iri in sorted({*_literal_fields(iris), *_links(iris), OBJECT_LABEL})]


def wordings(iris: Iris) -> list[NamedNode]:
    """Of these, the ones that give words."""
    return [NamedNode(iri) for iri in sorted(_literal_fields(iris))]


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
