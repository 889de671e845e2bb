"""A page with marks, of which one is made for each of two addresses."""

from __future__ import annotations

import pytest
from markupsafe import Markup, escape

from initiative_lod.web.pages import language_choice
from initiative_lod.web.pages.view import Links


@pytest.mark.parametrize(
    ("make", "named", "other"),
    [
        (lambda links: links.link("/a"), "/a?lang=zh", "/a"),
        (lambda links: links.link("/a", page="2"), "/a?page=2&amp;lang=zh", "/a?page=2"),
        (lambda links: links.link("/a") + "#b", "/a?lang=zh#b", "/a#b"),
        (lambda links: links.link("/a") + ("&c=d" if links.query else "?c=d"), "/a?lang=zh&amp;c=d", "/a?c=d"),
        (lambda links: links.link("/a", lang="en"), "/a?lang=en", "/a?lang=en"),
        (lambda links: links.kept("<b>"), "<b>", ""),
        (lambda links: links.field("hl", "zh"), '<input type="hidden" name="hl" value="zh">', ""),
        (lambda links: "/a?x=&y", "/a?x=&amp;y", "/a?x=&amp;y"),
    ],
)
def test_a_page_is_made_for_both_addresses(make: object, named: str, other: str) -> None:
    """As it is for each of them alone, with whatever stands around."""

    def page(query: str) -> bytes:
        made = make(Links("", query))  # type: ignore[operator]
        return (Markup("<a>1?&amp;2</a>") + escape(made) + Markup("<p>&amp;?")).encode()

    both = page(language_choice.marked_argument("zh"))
    for is_named, query, text in ((True, "lang=zh", named), (False, "", other)):
        found = language_choice.page_of(both, "zh", named=is_named)
        assert found == page(query)
        assert found.decode() == f"<a>1?&amp;2</a>{text}<p>&amp;?"


def test_a_text_that_has_marks_of_another_process_stays_as_it_is() -> None:
    text = b"\x01 0123456789abcdef lang=zh \x03 \x02"
    assert language_choice.page_of(text, "zh", named=True) == language_choice.page_of(text, "zh", named=False) == text
