"""Answers of another engine to questions of the server's own, read in the server's process: as JSON and as text, both
of which Python reads, and never by a parser of RDF, which a term that is nested deep enough would end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from initiative_lod.errors import EngineError, Message, Verbatim
from initiative_lod.formats.guarded_json import read_json

MAX_SAID = 200  # characters of what an engine sent that are told

Cell = NamedNode | BlankNode | Literal | None
Row = tuple[Cell, ...]


def columns_of(query: str) -> tuple[str, ...]:
    """The variables that a query of our own selects; none for ASK and CONSTRUCT."""
    found = Store().query(query)
    return tuple(item.value for item in found.variables) if isinstance(found, QuerySolutions) else ()


def rows_of(body: bytes, columns: Sequence[str]) -> list[Row]:
    """The rows of an answer in JSON, each with its terms in the order of ``columns``, which are all that it may have.

    Raises EngineError, also for terms that no release has: triples.
    """
    document = _document(body)
    if "boolean" in document:
        raise EngineError(Message("engine.form"))
    try:
        names, bindings = document["head"]["vars"], document["results"]["bindings"]
        require_columns(list(map(str, names)) if isinstance(names, list) else [], columns)
        if not isinstance(bindings, list):  # of an empty object or text there would be no row either
            raise TypeError("the rows are no list")
        return [_row(item, columns) for item in bindings]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _broken(error) from error


def truth_of(body: bytes) -> bool:
    """The truth value of an answer in JSON. Raises EngineError."""
    found = _document(body).get("boolean")
    if not isinstance(found, bool):
        raise EngineError(Message("engine.form"))
    return found


def require_columns(names: Sequence[str], columns: Sequence[str]) -> None:
    """Raise EngineError unless an answer has the variables of its query, in whatever order."""
    if sorted(names) != sorted(columns):
        raise EngineError(Message("engine.columns", came=_listed(names), wanted=_listed(columns)))


def matches_of(body: bytes, line: re.Pattern[str]) -> set[tuple[str, ...]]:
    """The groups of ``line``, for the N-Triples of an answer, all of which must be such lines. Raises EngineError."""
    found = set()
    for text in body.decode("utf-8", "replace").splitlines():
        if text.strip() and not text.startswith("#"):
            match = line.fullmatch(text.strip())
            if match is None:
                raise EngineError(Message("engine.broken", detail=Verbatim(text[:MAX_SAID])))
            found.add(match.groups())
    return found


def _document(body: bytes) -> dict[str, Any]:
    try:
        value = read_json(body)
    except ValueError as error:
        raise _broken(error) from error
    if not isinstance(value, dict):
        raise EngineError(Message("engine.broken", detail=Verbatim("no object of JSON")))
    return value


def _row(binding: dict[str, Any], columns: Sequence[str]) -> Row:
    if not binding.keys() <= {*columns}:
        raise ValueError(f"a row has {_listed(sorted(binding.keys() - {*columns}))}")
    return tuple(_term(binding[name]) if name in binding else None for name in columns)


def _term(value: dict[str, Any]) -> Cell:
    kind, text = value["type"], value["value"]
    if kind == "uri":
        return NamedNode(text)
    if kind == "bnode":  # its name means nothing
        return BlankNode()
    if kind not in ("literal", "typed-literal"):
        raise ValueError(f"a term is of type {str(kind)[:MAX_SAID]}")
    if not isinstance(text, str):  # of a number of JSON, Literal would make one of RDF
        raise ValueError(f"the value of a literal is {str(text)[:MAX_SAID]}, and no text")
    if "xml:lang" in value:
        return Literal(text, language=value["xml:lang"])
    return Literal(text, datatype=NamedNode(value["datatype"])) if "datatype" in value else Literal(text)


def _listed(names: Sequence[str]) -> str:
    return " ".join(f"?{name}" for name in names)[:MAX_SAID] or "–"


def _broken(error: Exception) -> EngineError:
    return EngineError(Message("engine.broken", detail=Verbatim(f"{type(error).__name__}: {error}"[:MAX_SAID])))
