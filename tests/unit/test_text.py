"""Normalisation and quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiative_lod.errors import QuoteError, SourceError
from initiative_lod.sources.text import NormalisedText, Span, body, normalise

TEXT = NormalisedText("标题\n\n各国尊重各国网络主权,尊重各国网络政策。\n\n结语。")


def test_a_quote_is_found_by_code_points() -> None:
    span = TEXT.find("尊重各国网络政策")
    assert TEXT[span] == "尊重各国网络政策"
    assert (span.start, span.end) == (15, 23)


def test_a_missing_quote_is_named_with_where_it_was_looked_for() -> None:
    with pytest.raises(QuoteError, match=r"“平等”.*does not stand in “标题"):
        TEXT.find("平等")


def test_a_quote_outside_its_scope_says_that_it_is_elsewhere() -> None:
    with pytest.raises(QuoteError, match="stands 1 time"):
        TEXT.find("结语", Span(0, 10))


def test_an_ambiguous_quote_is_refused_and_told_how_to_mend() -> None:
    with pytest.raises(QuoteError, match=r"stands 3 times.*src:prefix or src:suffix"):
        TEXT.find("各国")


def test_prefix_and_suffix_choose_one() -> None:
    assert TEXT.find("各国", suffix="网络政策").start == 17
    assert TEXT.find("各国", prefix="\n").start == 4
    with pytest.raises(QuoteError, match="after “无”"):
        TEXT.find("各国", prefix="无")


def test_overlapping_occurrences_count() -> None:
    with pytest.raises(QuoteError, match="2 times"):
        NormalisedText("人人人").find("人人")


def test_an_empty_quote_is_refused() -> None:
    with pytest.raises(QuoteError, match="empty"):
        TEXT.find("")


@given(st.text(alphabet="甲乙丙,。", min_size=1, max_size=30), st.data())
def test_whatever_is_found_is_the_quote(content: str, data: st.DataObject) -> None:
    text = NormalisedText(content)
    start = data.draw(st.integers(0, len(content) - 1))
    quote = content[start : data.draw(st.integers(start + 1, len(content)))]
    if content.find(quote) != content.rfind(quote):
        with pytest.raises(QuoteError, match="times"):
            text.find(quote)
    else:
        assert text[text.find(quote)] == quote


def test_the_paragraph_of_a_span() -> None:
    assert TEXT[TEXT.paragraph(TEXT.find("网络主权"))] == "各国尊重各国网络主权,尊重各国网络政策。"


def test_context_stops_at_the_ends() -> None:
    assert TEXT.before(Span(0, 2)) == ""
    assert TEXT.after(Span(len(TEXT.content) - 3, len(TEXT.content))) == ""


def test_normalisation_unifies_line_ends_and_composes() -> None:
    assert normalise("\ufeffa \r\n\r\ncafe\u0301\rb") == ["a", "caf\u00e9", "b"]


def test_the_body_leaves_out_the_first_title_and_what_follows() -> None:
    text = body("题\n\n题\n\n文。\n\n版权说明\n", "题", "文。")
    assert text.content == "题\n\n文。"


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [("无", "文。", "first line"), ("题", "无", "0 times"), ("文。", "题", "stands after")],
)
def test_a_body_that_cannot_be_cut_is_refused(first: str, last: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        body("题\n文。\n", first, last)


def test_a_span_holds_something() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        Span(3, 3)
    assert Span(1, 2) in Span(0, 2)
    assert Span(0, 2) not in Span(1, 2)
