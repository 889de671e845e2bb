"""Headers that a shared cache compares in its own way: which of them only one reading has."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product

import pytest

from initiative_lod.documents.negotiation import parse_codings
from initiative_lod.web.http.headers import is_ambiguous


def asked(*values: str, name: str = "accept-language") -> bool:
    return is_ambiguous({"headers": [(name.encode(), value.encode()) for value in values]})


@pytest.mark.parametrize(
    "value",
    [
        "zh-CN,zh;q=0.9,en;q=0.8",
        "zh-CN, zh; q=0.9, en ;q=0.8",
        "gzip, deflate, br, zstd",
        "*",
        "",
        " en , ,zh, ",
        "x" * 1000,
    ],
)
def test_what_clients_send_has_one(value: str) -> None:
    assert not asked(value)
    assert not asked(value, name="accept-encoding")
    assert not asked("zh CN", name="accept")  # compared letter for letter


@pytest.mark.parametrize(
    "values",
    [("zh en",), ("zh;,q=0.1",), ("zh,;q=0.1",), ("zh;q=,0.1",), ("zh;", "q=0.1"), ("zh", ";q=0"), ("x" * 1001,)],
)
def test_what_may_be_read_in_two_ways_is_ambiguous(values: tuple[str, ...]) -> None:
    assert asked(*values)
    assert asked(*values, name="accept-encoding")


def test_plain_headers_that_nginx_takes_for_the_same_are_the_same_to_us() -> None:
    """Of all that are made of these pieces; nginx compares what stands between blanks and commas."""
    readings: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for length in range(6):
        for pieces in product(("a", "b", ";", "q=0", " ", ","), repeat=length):
            text = "".join(pieces)
            if not asked(text):
                readings[tuple(re.findall("[^ ,]+", text))].add(str(parse_codings(text)))
    assert len(readings) > 1000
    assert [words for words, found in readings.items() if len(found) > 1] == []
