"""What a text is outlined as; and that no word of it falls, whatever its lines are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiative_lod.sources.outline import outline
from initiative_lod.sources.printed_lines import ordinal
from initiative_lod.sources.text import normalise

LINES = (
    *("Model Declaration", "A subtitle that ends.", "Preamble", "Introduction", "Conclusion", "结语", "序 言"),
    *(
        "Whereas it rains,",
        "鉴于下雨,",
        "Now proclaims",
        "## Chapter I Rain",
        "### Of drops",
        "第一章 总则",
        "第二章 义务",
    ),
    *(
        "Article 1",
        "Article 2. Everyone shall run.",
        "第一条 人人有伞。",
        "第二条",
        "Section 1 Shelter",
        "Annex I",
        "Annex",
        "§ 2a. A rule.",
        "Titre premier – Règles",
        "（目的）",
        "第一编 通则",
        "第二条之一 又一条。",
    ),
    *(
        "(a) an umbrella;",
        "（一）雨伞;",
        "1.1 a roof.",
        "2. A door.",
        "三、窗",
        "—— dry shoes",
        "- a towel",
        "(i) a hat;",
        "b) a scarf;",
        "２　帽子。",
        "Plain words.",
    ),
    *("<!-- a mark -->", "", "\u200b"),
)


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_no_word_falls_and_no_part_comes_twice(lines: list[str]) -> None:
    found = outline("\n".join(lines))
    paths = [part.path for part in found.parts]
    assert len(paths) == len({*paths})
    words = [item for part in found.parts for item in (part.heading, part.quote) if item]
    left = normalise("\n".join(lines))
    if found.repeats_title:  # what stands before the title that counts is no part of the document
        left = left[max(place for place, line in enumerate(left) if line == found.title) :]
    told = [found.title, *words] if found.title else words
    assert [strip(line) for line in left if not line.startswith("<!--")] == [
        line for item in told for line in normalise(item)
    ]


def strip(line: str) -> str:
    return line.lstrip("#").strip() if line.startswith("#") else line


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_every_part_lies_in_one_that_is_there(lines: list[str]) -> None:
    parts = outline("\n".join(lines)).parts
    paths = {part.path for part in parts}
    assert {part.whole for part in parts} <= {*paths, ""}


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("十三", 13),
        ("一百零五", 105),
        ("二十", 20),
        ("〇", 0),
        ("13", 13),
        ("XIV", 14),
        ("1er", 1),
        ("premier", 1),
        ("iv", 4),
        ("x", 10),
        ("a", 0),
        ("", 0),
    ],
)
def test_numerals(printed: str, number: int) -> None:
    assert ordinal(printed) == number


def test_a_second_frame_is_a_section() -> None:
    found = outline("Title\n\nA word before.\n\nPreamble\n\nWhereas.\n\nArticle 1. One.\n\nIntroduction\n\nTwo.\n")
    assert [(part.kind, part.path) for part in found.parts] == [
        ("Paragraph", "paragraph/1"),
        ("Preamble", "preamble"),
        ("Recital", "preamble/recital/1"),
        ("Article", "article/1"),
        ("Section", "section/1"),
    ]
