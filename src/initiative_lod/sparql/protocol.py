"""SPARQL 1.1 Protocol §2.1 as a pure function: the parts of an HTTP request -> the one operation that it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode

from initiative_lod.errors import QueryError, QueryForbidden

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MOST_FIELDS = 1000  # parameters of one request, and graphs in its dataset

_READ_ONLY = "this endpoint is read-only: the data changes only with a new release, so no update is ever carried out"
_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class ProtocolError(QueryError):
    """A request that is not the protocol; ``status`` is what RFC 9110 has for it: 400, 405, 413 or 415."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked: a query over a dataset. ``dataset`` is (default graphs, named graphs), None when not given.

    ``media_type`` is the argument ``_mediatype``, which wins over the Accept header.
    """

    query: str
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    media_type: str | None = None


def operation(
    method: str, query_string: bytes, content_type: str | None, body: bytes, content_encoding: str | None = None
) -> Operation | None:
    """The operation of a request; None for a request without a query, which asks for the service description.

    Raises ProtocolError for what is not the protocol, QueryForbidden for an update.
    """
    if method not in METHODS:
        raise ProtocolError(f"{method} means nothing here: send {', '.join(METHODS)}", 405)
    fields = _fields(query_string, "the request's query string")
    if method != "POST":
        return _operation(fields)
    if content_encoding and content_encoding.strip().lower() not in ("", "identity"):
        raise ProtocolError(f"the body is encoded as {content_encoding!r}: send it as it is", 415)
    media_type, charset = _content_type(content_type)
    if charset not in (None, "utf-8", "utf8", "us-ascii"):
        raise ProtocolError(f"the body's charset is {charset!r}: SPARQL is sent in UTF-8", 415)
    if media_type == FORM:
        if any(name in ("query", "update") for name, _ in fields):
            raise ProtocolError("a query in the URL and a form in the body: send one of them")
        asked = _operation([*fields, *_fields(body, "the form in the body")])
    elif media_type == QUERY:
        if any(name == "query" for name, _ in fields):
            raise ProtocolError("a query in the URL and one in the body: send one of them")
        asked = _operation([*fields, ("query", _text(body))])
    elif media_type == UPDATE:
        raise QueryForbidden(_READ_ONLY)
    else:
        what = f"the body is {content_type!r}" if content_type else "the body has no Content-Type"
        raise ProtocolError(f"{what}: send {QUERY} or {FORM}", 415)
    if asked is None:
        raise ProtocolError("the request holds no query: send the parameter 'query'")
    return asked


def _operation(fields: Sequence[tuple[str, str]]) -> Operation | None:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    if "update" in values or "using-graph-uri" in values or "using-named-graph-uri" in values:
        raise QueryForbidden(_READ_ONLY)
    queries = values.get("query", [])
    if len(queries) > 1:
        raise ProtocolError(f"the request holds {len(queries)} queries: send one")
    for name in ("_mediatype",):
        if len(values.get(name, [])) > 1:
            raise ProtocolError(f"the parameter {name!r} is given {len(values[name])} times: send it once")
    default, named = (_graphs(name, values.get(name, [])) for name in ("default-graph-uri", "named-graph-uri"))
    if not queries:
        if default or named:
            raise ProtocolError("the request names a dataset and holds no query: send the parameter 'query'")
        return None
    dataset = (default, named) if default or named else None
    return Operation(queries[0], dataset, next(iter(values.get("_mediatype", [])), None))


def _graphs(parameter: str, iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        try:
            NamedNode(iri)
        except ValueError as error:
            raise ProtocolError(f"{parameter} is {iri!r}, which is no absolute IRI: {error}") from None
    return tuple(dict.fromkeys(iris))


def _fields(encoded: bytes, where: str) -> list[tuple[str, str]]:
    if _PERCENT.search(encoded):
        raise ProtocolError(f"{where} has a '%' without two hexadecimal digits: encode it as %25")
    try:
        return parse_qsl(
            encoded.decode("ascii" if encoded.isascii() else "utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{where} is not UTF-8: {error.reason} at byte {error.start}") from None
    except ValueError:
        raise ProtocolError(f"{where} has more than {MOST_FIELDS} parameters") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProtocolError(f"the query is not UTF-8: {error.reason} at byte {error.start}") from None


def _content_type(header: str | None) -> tuple[str, str | None]:
    media_type, *parameters = (header or "").split(";")
    charset = None
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower(), charset
