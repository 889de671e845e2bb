"""Numbers, dates and addresses as others wrote them: read where they are sound and within bounds, else none."""

from __future__ import annotations

import pytest

from initiative_lod.literals import calendar_date, integer, number, split_address


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8), ("-5", -5), ("+007", 7), ("9" * 18, 10**18 - 1),
        ("--5", None), ("", None), ("5.0", None), (" 5", None), ("5\n", None), ("²", None), ("٥", None),
        ("1" * 5000, None),
    ],
)  # fmt: skip
def test_an_integer(text: str, value: int | None) -> None:
    assert integer(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2.5", 2.5), ("-1e3", -1000.0), ("INF", None), ("NaN", None), ("x", None), ("9" * 5000, None)],
)
def test_a_number(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("2031", True), ("2031-12", True), ("2032-02-29", True),
        ("2031-99-99", False), ("2031-13", False), ("2031-02-29", False), ("0000", False), ("2031-1-1", False),
        ("2031-03-05\n", False), ("２０３１-03", False), ("2031-00-10", False),
    ],
)  # fmt: skip
def test_a_date_is_one_of_the_calendar(text: str, sound: bool) -> None:
    assert calendar_date(text) == (text if sound else None)


def test_an_address_that_is_none_has_no_parts() -> None:
    assert split_address("http://a.example/b?c").path == "/b"
    for text in ("http://[x/pictures/topics", "http://\u2100/pictures/topics"):
        assert split_address(text).geturl() == ""
