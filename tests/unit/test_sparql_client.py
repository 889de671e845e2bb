"""Whom a request counts for."""

from __future__ import annotations

import os

import pytest
from starlette.types import Scope

from initiative_lod.errors import Busy, ClientBusy
from initiative_lod.sparql.job import QueryResult
from initiative_lod.sparql.pool import Shelf
from initiative_lod.web.http.request import client, read
from initiative_lod.web.routes.sparql import address_of

TRUSTED = frozenset({"10.0.0.1", "10.0.0.2"})


def scope(host: str, headers: list[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http", "method": "GET", "scheme": "http", "path": "/sparql", "root_path": "/lod",
        "query_string": b"", "client": (host, 1), "headers": headers,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("host", "forwarded", "counted"),
    [
        ("192.0.2.7", (), "192.0.2.7"),
        ("192.0.2.7", ("198.51.100.1",), "192.0.2.7"),  # anybody can say so
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("203.0.113.9, 198.51.100.1", "10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("nonsense" * 100,), ("nonsense" * 100)[:64]),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", (), "192.0.2.7"),
    ],
)
def test_client(host: str, forwarded: tuple[str, ...], counted: str) -> None:
    headers = [(b"x-forwarded-for", item.encode()) for item in forwarded]
    assert client(scope(host, headers), TRUSTED).counted_as == counted


@pytest.mark.parametrize(
    ("host", "headers", "address"),
    [
        ("192.0.2.7", {"host": "data.example"}, "http://data.example/lod/sparql"),
        ("192.0.2.7", {"host": "[2001:db8::1]:8000"}, "http://[2001:db8::1]:8000/lod/sparql"),
        ("192.0.2.7", {"host": "a", "x-forwarded-host": "b", "x-forwarded-proto": "https"}, "http://a/lod/sparql"),
        ("10.0.0.1", {"host": "a", "x-forwarded-host": "b", "x-forwarded-proto": "https"}, "https://b/lod/sparql"),
        ("192.0.2.7", {"host": 'a"> <b'}, None),
        ("192.0.2.7", {"host": "a/b?c#d"}, None),
        ("192.0.2.7", {"host": "user@a"}, None),
        ("192.0.2.7", {}, None),
    ],
)
def test_address(host: str, headers: dict[str, str], address: str | None) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert address_of(read(scope(host, raw), TRUSTED)) == address


@pytest.mark.parametrize(
    ("host", "headers", "expected"),
    [
        (
            "10.0.0.1",
            {"forwarded": "for=192.0.2.7;proto=https;host=data.example"},
            ("192.0.2.7", "https", "data.example"),
        ),
        (
            "10.0.0.1",
            {"forwarded": 'For="[2001:db8::7]:4711"; Host="data.example:8443";Proto=https'},
            ("2001:db8::7", "https", "data.example:8443"),
        ),
        # The nearest proxy stands last; ours are passed over, and what a visitor wrote is never reached.
        (
            "10.0.0.1",
            {"forwarded": "for=203.0.113.9;host=evil, for=192.0.2.7;host=a;proto=https, for=10.0.0.2;host=b"},
            ("192.0.2.7", "https", "a"),
        ),
        ("10.0.0.1", {"forwarded": 'for=_hidden;host="a, b;\\"c"'}, ("_hidden", "http", 'a, b;"c')),
        ("10.0.0.1", {"forwarded": ";,=;for;;host=,"}, ("10.0.0.1", "http", "")),
        ("10.0.0.1", {"forwarded": ""}, ("10.0.0.1", "http", "s")),
        ("192.0.2.9", {"forwarded": "for=192.0.2.7;proto=https;host=evil"}, ("192.0.2.9", "http", "s")),
        # A proxy that speaks the older language does not clear the newer one: that is the visitor's.
        (
            "10.0.0.1",
            {"forwarded": "for=203.0.113.9;host=evil", "x-forwarded-for": "192.0.2.7"},
            ("192.0.2.7", "http", "s"),
        ),
    ],
)
def test_what_a_proxy_forwards(host: str, headers: dict[str, str], expected: tuple[str, str, str]) -> None:
    raw = [(b"host", b"s"), *((name.encode(), value.encode()) for name, value in headers.items())]
    found = client(scope(host, raw), TRUSTED)
    assert (found.address, found.scheme, found.host) == expected


def test_results_in_files_are_a_share_too() -> None:
    shelf = Shelf(100, 2)
    results = [QueryResult("graph", 0, 30, None, os.open("/dev/null", os.O_RDONLY)) for _ in range(2)]
    for result in results:
        shelf.check("a")
        shelf.hold("a", result)
    with pytest.raises(ClientBusy):
        shelf.check("a")
    shelf.hold("b", QueryResult("graph", 0, 40, None, os.open("/dev/null", os.O_RDONLY)))  # which nobody has
    assert shelf.size == 60
    large = QueryResult("graph", 0, 40, None, os.open("/dev/null", os.O_RDONLY))
    shelf.hold("c", large)
    with pytest.raises(Busy):
        shelf.check("b")
    for result in (*results, large):
        result.close()
        result.close()
    assert shelf.size == 0
    shelf.check("a")
