"""Data extension (Reconciliation Service API 0.2, "Data Extension Service"): values of properties of many things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from initiative_lod.languages import DEFAULT_LANGUAGE, LANGUAGES, primary
from initiative_lod.matching.reconcile_entities import Entities
from initiative_lod.matching.reconcile_queries import (
    BatchTooLarge,
    ReconcileError,
    clean,
    parse_json,
    read_limit,
)
from initiative_lod.vocabulary import XSD

MAX_IDS = 500
MAX_COLUMNS = 50
MAX_IN_CELL = 100  # of one cell
ANY = "any"
CHOICES = (ANY, *LANGUAGES)
INTEGERS = frozenset(
    f"{XSD.iri}{name}"
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "negativeInteger")
)
NUMBERS = frozenset(f"{XSD.iri}{name}" for name in ("decimal", "double", "float"))
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?(?:Z|[+-]\d\d:\d\d)?")

#: What a client may set for a property, as the manifest says it.
SETTINGS: list[dict[str, Any]] = [
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": f"Values of one cell; 0 for all, up to {MAX_IN_CELL}",
    },
    {
        "name": "language",
        "label": "Language",
        "type": "select",
        "default": ANY,
        "help_text": "Language of the texts",
        "choices": [{"value": item, "name": item} for item in CHOICES],
    },
]


@dataclass(frozen=True, slots=True)
class ExtensionColumn:
    """A property that is asked for, with its settings."""

    property: str
    limit: int
    language: str


@dataclass(frozen=True, slots=True)
class ExtensionQuery:
    """A data extension query."""

    ids: tuple[str, ...]
    columns: tuple[ExtensionColumn, ...]


def read_extension(text: str) -> ExtensionQuery:
    """A data extension query. Raises ReconcileError, BatchTooLarge."""
    value = parse_json(text, "extend")
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("ids"), list)
        or not isinstance(value.get("properties"), list)
    ):
        raise ReconcileError("extend is an object with a list 'ids' and a list 'properties'")
    ids, columns = value["ids"], value["properties"]
    if not all(isinstance(item, str) for item in ids):
        raise ReconcileError("an id is a string")
    if len(ids) > MAX_IDS or len(columns) > MAX_COLUMNS:
        raise BatchTooLarge(f"at most {MAX_IDS} ids and {MAX_COLUMNS} properties at once")
    return ExtensionQuery(tuple(clean(item) for item in ids), tuple(_column(item) for item in columns))


def _column(value: object) -> ExtensionColumn:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise ReconcileError("a property is an object with an 'id'")
    settings = value.get("settings", {})
    if not isinstance(settings, dict):
        raise ReconcileError("settings is an object")
    limit, language = settings.get("limit", 0), settings.get("language", ANY)
    if language not in CHOICES:
        raise ReconcileError(f"language is one of {', '.join(CHOICES)}")
    every = limit in (0, "0", None, "")
    number = MAX_IN_CELL if every else read_limit(limit, "limit", MAX_IN_CELL, MAX_IN_CELL)
    return ExtensionColumn(clean(value["id"]), number, language)


def extend(entities: Entities, extension: ExtensionQuery) -> dict[str, Any]:
    """The response: what the columns are, and the rows by id. An unknown thing or property has empty cells."""
    meta = [{"id": column.property, "name": entities.name(column.property)} for column in extension.columns]
    rows = {
        iri: {column.property: _cell(entities, iri, column) for column in extension.columns} for iri in extension.ids
    }
    return {"meta": meta, "rows": rows}


def _cell(entities: Entities, iri: str, column: ExtensionColumn) -> list[dict[str, Any]]:
    try:
        triples = entities.opened.triples(NamedNode(iri), NamedNode(column.property))
        terms = {triple.object for triple in triples if isinstance(triple.object, NamedNode | Literal)}
    except ValueError:
        return []
    spoken = [term for term in terms if _speaks(term, column.language)]
    ordered = sorted(
        spoken, key=lambda term: (isinstance(term, NamedNode), getattr(term, "language", "") or "", term.value)
    )
    return [_value(entities, term, column.language) for term in ordered[: column.limit]]


def _speaks(term: NamedNode | Literal, language: str) -> bool:
    tag = term.language if isinstance(term, Literal) else None
    return language == ANY or not tag or primary(tag) == language


def _value(entities: Entities, term: NamedNode | Literal, language: str) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        if entities.number(term.value) is None:
            return {"str": term.value}
        return {"id": term.value, "name": entities.name(term.value, DEFAULT_LANGUAGE if language == ANY else language)}
    kind = term.datatype.value
    try:
        if kind in INTEGERS:
            return {"int": int(term.value)}
        if kind in NUMBERS and abs(number := float(term.value)) < float("inf"):
            return {"float": number}
    except ValueError:
        return {"str": term.value}
    if kind in (XSD.date.value, XSD.dateTime.value) and (match := _DATE.fullmatch(term.value)):
        return {"date": match[1] + (match[2] or "T00:00:00")}
    return {"str": term.value}
