"""Labels that the build makes, and the running text of a rendering."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod.build.generated_words import Described, Step, label, rendered_text
from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.build.located_text import LocatedText
from initiative_lod.build.part_tree import tree
from initiative_lod.iris import Iris
from initiative_lod.sources.text import NormalisedText, Span
from initiative_lod.vocabulary import RDFS

I = Iris()
PATTERNS = {
    "Action": {"zh": "行动 {}", "en": "Action {}"},
    "Article": {"zh": "第{}条", "en": "Article {}"},
    "Clause": {"zh": "条款 {}", "en": "clause {}"},
    "Condition": {"zh": "条件 {}", "en": "condition {}"},
    "Preamble": {"zh": "序言", "en": "Preamble"},
    "Paragraph": {"zh": "第 {} 段", "en": "paragraph {}"},
    "Pledge": {"en": "pledge {}"},
}


@pytest.mark.parametrize(
    ("steps", "zh", "en"),
    [
        ([("Action", 8, "")], "行动 8", "Action 8"),
        ([("Action", 8, ""), ("Clause", 3, "")], "行动 8 条款 3", "Action 8, clause 3"),
        (
            [("Action", 8, ""), ("Clause", 3, ""), ("Condition", 1, "")],
            "行动 8 条款 3 条件 1",
            "Action 8, clause 3, condition 1",
        ),
        ([("Preamble", None, ""), ("Paragraph", 2, "")], "序言 第 2 段", "Preamble, paragraph 2"),
        ([("Article", 13, "第十三条"), ("Paragraph", 2, "")], "第十三条 第 2 段", "第十三条, paragraph 2"),
        ([("Pledge", 3, "")], None, "Pledge 3"),
        ([("Pledge", 3, ""), ("Clause", 1, "")], None, "Pledge 3, clause 1"),
        ([("Unheard", 3, "")], None, None),
    ],
)
def test_labels_of_parts(steps: list[tuple[str, int | None, str]], zh: str | None, en: str | None) -> None:
    way = [Step(*step) for step in steps]
    assert label(way, PATTERNS, "zh") == zh
    assert label(way, PATTERNS, "en") == en


def test_a_text_in_another_language_calls_its_parts_as_it_prints_them() -> None:
    way = [Step("Chapter", 1, "TITRE PREMIER"), Step("Article", 2, "Article 2"), Step("Paragraph", 3)]
    assert label(way, PATTERNS, "fr", of_text=True) == "TITRE PREMIER, Article 2, ¶ 3"
    assert (
        label([Step("Preamble", heading="PRÉAMBULE"), Step("Paragraph", 1)], PATTERNS, "fr", True) == "PRÉAMBULE, ¶ 1"
    )
    assert label(way, PATTERNS, "fr") is None
    assert label([Step("Preamble")], PATTERNS, "fr", of_text=True) is None


TEXT = NormalisedText("题\n\n序。\n\n部\n\n导。\n\n1.甲。乙,丙。\n\n结。")
BASE = I.thing("id/d").value
KINDS = {
    "conclusion": "Conclusion",
    "action/1/clause/2": "Clause",
    "action/1/clause/1": "Clause",
    "action/1": "Action",
    "pillar/1/clause/1": "Clause",
    "pillar/1": "Pillar",
    "preamble": "Preamble",
    "preamble/paragraph/1": "Paragraph",
    "preamble/paragraph/1/clause/1": "Clause",
}


def part(path: str) -> str:
    return f"{BASE}/{path}"


def says(label: str = "", translation: str = "") -> dict[NamedNode, list[Literal | NamedNode]]:
    """What is said of a part in English, and something in another language that must not get in."""
    said: dict[NamedNode, list[Literal | NamedNode]] = {
        RDFS.label: [Literal("题", language="zh")],
        I.term("translation"): [Literal("mot", language="fr")],
    }
    if label:
        said[RDFS.label].append(Literal(label, language="en"))
    if translation:
        said[I.term("translation")].append(Literal(translation, language="en"))
    return said


def located() -> LocatedDocument:
    """A document with a title, a preamble, a pillar with a lead and an action, and a conclusion; as it was found."""
    parts, errors = tree(
        BASE, {part(path): kind for path, kind in KINDS.items()}, [(part("action/1"), part("pillar/1"))], {}
    )
    assert not errors
    original = LocatedText(f"{BASE}/zh", "zh", TEXT, Path("d.zh.txt"))
    original.headings = {BASE: Span(0, 1), part("pillar/1"): Span(7, 8), part("action/1"): Span(14, 18)}
    original.leads = {part("pillar/1"): Span(10, 12)}
    original.words = {
        part("preamble/paragraph/1"): [Span(3, 5)],
        part("pillar/1"): [Span(10, 12)],
        part("action/1"): [Span(18, 22)],
        part("conclusion"): [Span(24, 26)],
    }
    original.quotes = {
        part("preamble/paragraph/1"): Span(3, 5),
        part("preamble/paragraph/1/clause/1"): Span(3, 4),
        part("pillar/1/clause/1"): Span(10, 12),
        part("action/1/clause/1"): Span(18, 20),
        part("action/1/clause/2"): Span(20, 22),
        part("conclusion"): Span(24, 26),
    }
    order = "preamble preamble/paragraph/1 preamble/paragraph/1/clause/1 pillar/1 pillar/1/clause/1 action/1"
    document = LocatedDocument(parts, [original])
    paths = [*order.split(), "action/1/clause/1", "action/1/clause/2", "conclusion"]
    document.positions = {part(path): position for position, path in enumerate(paths, 1)}
    return document


DESCRIBED: Described = {
    BASE: says("Title"),
    part("preamble"): says("Preamble"),
    part("preamble/paragraph/1"): says("Preamble 1", "Whereas."),
    part("preamble/paragraph/1/clause/1"): says(translation="not said twice"),
    part("pillar/1"): says("Pillar"),
    part("pillar/1/clause/1"): says(translation="Lead."),
    part("action/1"): says("Do it"),
    part("action/1/clause/1"): says(translation="First,"),
    part("action/1/clause/2"): says(translation="then second."),
    part("conclusion"): says("Conclusion", "The end."),
}


def test_the_rendering_follows_the_order_of_the_original() -> None:
    rendering = rendered_text(located(), DESCRIBED, "en")
    assert rendering.missing == ()
    assert rendering.text.content.split("\n\n") == [
        "Title",
        "Whereas.",
        "Pillar",
        "Lead.",
        "1. Do it. First, then second.",
        "The end.",
    ]


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("conclusion", says("Conclusion")),
        ("action/1/clause/2", says("Action 1, clause 2")),
        ("action/1", says()),
        ("pillar/1/clause/1", says()),
        ("preamble/paragraph/1", says("Preamble 1")),
    ],
)
def test_words_that_nobody_rendered_are_missing_and_not_replaced_by_labels(
    path: str, instead: dict[NamedNode, list[Literal | NamedNode]]
) -> None:
    rendering = rendered_text(located(), {**DESCRIBED, part(path): instead}, "en")
    assert rendering.missing == (part(path.split("/clause")[0] if "/clause/" in path else path),)
