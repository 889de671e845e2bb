"""SPARQL 1.1 Protocol §2.1 as a pure function: the parts of an HTTP request -> the one operation that it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode

from initiative_lod.errors import Message, QueryError, QueryForbidden, Verbatim

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MOST_FIELDS = 1000  # parameters of one request, and graphs in its dataset

_READ_ONLY = Message("query.read_only")
_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class ProtocolError(QueryError):
    """A request that is not the protocol; ``status`` is what RFC 9110 has for it: 400, 405, 413 or 415."""

    def __init__(self, message: Message, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Operation:
    """Request: a query over a dataset. ``dataset`` is (default graphs, named graphs), None when not given.

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
        raise ProtocolError(Message("error.method", method=method, methods=list(METHODS)), 405)
    fields = _fields(query_string, Message("query.in_address"))
    if method != "POST":
        return _operation(fields)
    if content_encoding and content_encoding.strip().lower() not in ("", "identity"):
        raise ProtocolError(Message("query.encoded", encoding=content_encoding), 415)
    media_type, charset = _content_type(content_type)
    if charset not in (None, "utf-8", "utf8", "us-ascii"):
        raise ProtocolError(Message("query.charset", charset=charset), 415)
    if media_type == FORM:
        if any(name in ("query", "update") for name, _ in fields):
            raise ProtocolError(Message("query.address_and_form"))
        asked = _operation([*fields, *_fields(body, Message("query.in_form"))])
    elif media_type == QUERY:
        if any(name == "query" for name, _ in fields):
            raise ProtocolError(Message("query.address_and_body"))
        asked = _operation([*fields, ("query", _text(body))])
    elif media_type == UPDATE:
        raise QueryForbidden(_READ_ONLY)
    else:
        untyped = "query.media_type" if content_type else "query.no_media_type"
        raise ProtocolError(Message(untyped, given=content_type, query=QUERY, form=FORM), 415)
    if asked is None:
        raise ProtocolError(Message("query.missing"))
    return asked


def _operation(fields: Sequence[tuple[str, str]]) -> Operation | None:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    if "update" in values or "using-graph-uri" in values or "using-named-graph-uri" in values:
        raise QueryForbidden(_READ_ONLY)
    queries = values.get("query", [])
    if len(queries) > 1:
        raise ProtocolError(Message("query.several", count=len(queries)))
    for name in ("_mediatype",):
        if len(values.get(name, [])) > 1:
            raise ProtocolError(Message("query.repeated", name=name, count=len(values[name])))
    default, named = (_graphs(name, values.get(name, [])) for name in ("default-graph-uri", "named-graph-uri"))
    if not queries:
        if default or named:
            raise ProtocolError(Message("query.dataset_alone"))
        return None
    dataset = (default, named) if default or named else None
    return Operation(queries[0], dataset, next(iter(values.get("_mediatype", [])), None))


def _graphs(parameter: str, iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        try:
            NamedNode(iri)
        except ValueError as error:
            raise ProtocolError(Message("query.graph", parameter=parameter, iri=iri, detail=Verbatim(error))) from None
    return tuple(dict.fromkeys(iris))


def _fields(encoded: bytes, where: Message) -> list[tuple[str, str]]:
    if _PERCENT.search(encoded):
        raise ProtocolError(Message("query.percent", where=where))
    try:
        encoded.decode()  # bytes that are no characters do not become such by what is percent-encoded beside them
        if encoded.count(b"&") >= MOST_FIELDS:
            raise ProtocolError(Message("query.many_parameters", where=where, most=MOST_FIELDS))
        # As ``urllib.parse.parse_qsl`` reads it, and sooner.
        pairs = (piece.partition(b"=") for piece in encoded.replace(b"+", b" ").split(b"&") if piece)
        return [(unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()) for name, _, value in pairs]
    except UnicodeDecodeError as error:
        raise _not_utf8(where, error) from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(Message("query.in_query"), error) from None


def _not_utf8(where: Message, error: UnicodeDecodeError) -> ProtocolError:
    return ProtocolError(Message("query.not_utf8", where=where, byte=error.start, detail=Verbatim(error.reason)))


def _content_type(header: str | None) -> tuple[str, str | None]:
    media_type, *parameters = (header or "").split(";")
    charset = None
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower(), charset
