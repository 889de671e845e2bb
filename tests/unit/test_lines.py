"""Lines of one text, in which names are found by what is typed."""

from __future__ import annotations

from initiative_lod.web.pages.suggestions import Lines

NAMES = ["cyber crime", "crime, crime", "", "网络犯罪", "crimea", "data crime"]


def test_lines_that_hold_words_are_found_once_each_and_in_order() -> None:
    lines = Lines(NAMES)
    assert list(lines.holding("crime")) == [0, 1, 4, 5]
    assert list(lines.holding("\ncrime")) == [1, 4]
    assert list(lines.holding(" crime")) == [0, 1, 5]
    assert list(lines.holding("络犯")) == [3]
    assert list(lines.holding("data")) == [5]
    assert list(lines.holding("crimes")) == []


def test_words_do_not_go_on_in_the_next_line() -> None:
    assert list(Lines(["ab", "cd"]).holding("bc")) == []
    assert list(Lines([]).holding("a")) == []
    assert list(Lines(["", ""]).holding("\na")) == []
