"""Data extension (Reconciliation Service API 0.2, "Data Extension Service"): values of properties of many things."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pyoxigraph import Literal, NamedNode

from initiative_lod.errors import Message, TooLarge
from initiative_lod.labels import LABELS
from initiative_lod.languages import DEFAULT_LANGUAGE, LABEL_LANGUAGES, primary
from initiative_lod.literals import calendar_date, integer, number
from initiative_lod.matching.reconcile_entities import Entities
from initiative_lod.matching.reconcile_queries import Name, parse_json, validated
from initiative_lod.vocabulary import XSD

MAX_IDS = 500
MAX_COLUMNS = 50
MAX_IN_CELL = 100  # of one cell
ANY = "any"
CHOICES = (ANY, *LABEL_LANGUAGES)
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


def _choice(language: str) -> str:
    if language not in CHOICES:
        raise ValueError(f"it is one of {', '.join(CHOICES)}")
    return language


class ColumnSettings(BaseModel):
    """Settings of one property."""

    limit: Annotated[int, Field(ge=0), BeforeValidator(lambda given: given or 0)] = 0
    language: Annotated[str, AfterValidator(_choice)] = ANY


class ExtensionColumn(BaseModel):
    """A property that is asked for, with its settings."""

    id: Name
    settings: ColumnSettings = ColumnSettings()

    @property
    def limit(self) -> int:
        """Number of values of one cell."""
        return min(self.settings.limit or MAX_IN_CELL, MAX_IN_CELL)


class ExtensionQuery(BaseModel):
    """A data extension query."""

    ids: tuple[Name, ...]
    columns: Annotated[tuple[ExtensionColumn, ...], Field(alias="properties")]


def read_extension(text: str, what: str = "extend") -> ExtensionQuery:
    """A data extension query. Raises BadArgument, TooLarge."""
    value = parse_json(text, what)
    for name, most in (("ids", MAX_IDS), ("properties", MAX_COLUMNS)):
        if isinstance(value, dict) and isinstance(value.get(name), list) and len(value[name]) > most:
            raise TooLarge(Message("reconcile.large_extension", ids=MAX_IDS, properties=MAX_COLUMNS))
    return validated(ExtensionQuery, value, what)


def extend(entities: Entities, extension: ExtensionQuery) -> dict[str, Any]:
    """The response: what the columns are, and the rows by id. An unknown thing or property has empty cells."""
    meta = [{"id": column.id, "name": entities.name(column.id)} for column in extension.columns]
    rows = {iri: {column.id: _cell(entities, iri, column) for column in extension.columns} for iri in extension.ids}
    return {"meta": meta, "rows": rows}


def _cell(entities: Entities, iri: str, column: ExtensionColumn) -> list[dict[str, Any]]:
    try:
        triples = entities.opened.triples(NamedNode(iri), NamedNode(column.id))
        terms = {triple.object for triple in triples if isinstance(triple.object, NamedNode | Literal)}
    except ValueError:
        return []
    spoken = [term for term in terms if _speaks(term, column.settings.language)]
    ordered = sorted(
        spoken, key=lambda term: (isinstance(term, NamedNode), getattr(term, "language", "") or "", term.value)
    )
    return [_value(entities, term, column.settings.language) for term in ordered[: column.limit]]


def _speaks(term: NamedNode | Literal, language: str) -> bool:
    tag = term.language if isinstance(term, Literal) else None
    return language == ANY or not tag or primary(tag) == language


def _shown(entities: Entities, node: NamedNode, language: str) -> bool:
    """Tell a thing of a class, or with a name in the language: a name in another is all there is of some of others."""
    if entities.classes_of(node.value):
        return True
    names = (triple.object for label in LABELS for triple in entities.opened.triples(node, label))
    return any(isinstance(name, Literal) and primary(name.language or language) == language for name in names)


def _value(entities: Entities, term: NamedNode | Literal, language: str) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        read = DEFAULT_LANGUAGE if language == ANY else language
        if entities.number(term.value) is None or not _shown(entities, term, read):
            return {"str": term.value}
        return {"id": term.value, "name": entities.name(term.value, read)}
    kind = term.datatype.value
    if kind in INTEGERS and (whole := integer(term.value)) is not None:
        return {"int": whole}
    if kind in NUMBERS and (value := number(term.value)) is not None:
        return {"float": value}
    is_date = kind in (XSD.date.value, XSD.dateTime.value)
    if is_date and (match := _DATE.fullmatch(term.value)) and calendar_date(match[1]):
        return {"date": match[1] + (match[2] or "T00:00:00")}
    return {"str": term.value}
