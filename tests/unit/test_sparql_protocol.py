"""SPARQL 1.1 Protocol §2.1: what a request asks for."""

from __future__ import annotations

from urllib.parse import quote_plus, urlencode

import pytest

from initiative_lod.errors import QueryForbidden
from initiative_lod.sparql.protocol import FORM, MOST_FIELDS, QUERY, UPDATE, Operation, ProtocolError, operation

ASK = "ASK { ?s ?p '100%25 + é' }"


def form(*fields: tuple[str, str]) -> bytes:
    return urlencode(fields).encode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get(method: str) -> None:
    assert operation(method, form(("query", ASK)), None, b"") == Operation(ASK)


def test_post_form() -> None:
    assert operation("POST", b"", FORM, form(("query", ASK))) == Operation(ASK)
    assert operation("POST", b"", f'{FORM}; charset="UTF-8"', form(("query", ASK))) == Operation(ASK)


def test_a_form_is_decoded_once() -> None:
    assert operation("POST", b"", FORM, b"query=" + quote_plus("100%25").encode()) == Operation("100%25")


def test_post_direct() -> None:
    found = operation("POST", b"default-graph-uri=x:y", f"{QUERY};charset=utf-8", ASK.encode())
    assert found == Operation(ASK, (("x:y",), ()))


def test_dataset_from_both_places_of_a_form_and_no_graph_twice() -> None:
    fields = form(("query", ASK), ("named-graph-uri", "x:b"), ("named-graph-uri", "x:b"), ("default-graph-uri", "x:c"))
    assert operation("POST", b"named-graph-uri=x:a", FORM, fields) == Operation(ASK, (("x:c",), ("x:a", "x:b")))


def test_without_a_query_the_description_is_asked_for() -> None:
    assert operation("GET", b"", None, b"") is None
    assert operation("HEAD", b"unknown=1", None, b"") is None


def test_an_empty_query_is_one() -> None:
    assert operation("GET", b"query=", None, b"") == Operation("")


def test_characters_may_stand_as_they_are() -> None:
    assert operation("GET", "query=é+中&&a&=b%C3%A9".encode(), None, b"") == Operation("é 中")


def test_media_type_by_argument() -> None:
    assert operation("GET", form(("query", ASK), ("_mediatype", "text/csv")), None, b"") == Operation(
        ASK, None, "text/csv"
    )


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "status"),
    [
        ("PUT", b"", None, b"", 405),
        ("GET", b"query=a&query=b", None, b"", 400),
        ("GET", b"query=%zz", None, b"", 400),
        ("GET", b"query=%", None, b"", 400),
        ("GET", b"query=%ff", None, b"", 400),
        ("GET", b"query=\xff", None, b"", 400),
        ("GET", b"query=\xe4%BD%A0", None, b"", 400),  # a character of which one byte stands as it is
        ("GET", b"query=a&default-graph-uri=relative", None, b"", 400),
        ("GET", b"default-graph-uri=x:y", None, b"", 400),
        ("GET", b"query=a&_mediatype=a/b&_mediatype=c/d", None, b"", 400),
        ("GET", b"query=a" + b"&a=b" * MOST_FIELDS, None, b"", 400),
        ("POST", b"query=a", QUERY, b"b", 400),
        ("POST", b"query=a", FORM, b"query=b", 400),
        ("POST", b"", FORM, b"", 400),
        ("POST", b"", QUERY, b"\xff", 400),
        ("POST", b"", QUERY + "; charset=latin-1", b"a", 415),
        ("POST", b"", FORM + "; charset=utf-16", b"query=a", 415),
        ("POST", b"", "application/json", b"{}", 415),
        ("POST", b"", None, b"ASK {}", 415),
    ],
)
def test_what_is_not_the_protocol(
    method: str, query_string: bytes, content_type: str | None, body: bytes, status: int
) -> None:
    with pytest.raises(ProtocolError) as caught:
        operation(method, query_string, content_type, body)
    assert caught.value.status == status


def test_an_encoded_body_is_not_taken() -> None:
    with pytest.raises(ProtocolError) as caught:
        operation("POST", b"", QUERY, b"\x1f\x8b", "gzip")
    assert caught.value.status == 415
    assert operation("POST", b"", QUERY, b"ASK {}", "identity") == Operation("ASK {}")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(UPDATE, b"CLEAR ALL"), (FORM, b"update=CLEAR+ALL"), (FORM, b"query=a&using-graph-uri=x:y")],
)
def test_updates_are_forbidden(content_type: str, body: bytes) -> None:
    with pytest.raises(QueryForbidden, match="read_only"):
        operation("POST", b"", content_type, body)
