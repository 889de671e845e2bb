"""IG Script, read: what each notation means, and what is said of a mistake, with its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from initiative_lod.errors import NotationError
from initiative_lod.sources import ig_script
from initiative_lod.sources.ig_script import Alternatives, CodedWords, Component, Statement

FILE = Path("some.igs")


def statement(text: str) -> Statement:
    return ig_script.parse(f"== article/1\n{text}\n", FILE).parts[0].statements[0]


def component(text: str) -> Component:
    (item,) = statement(f"[undertake] {text}").items
    assert isinstance(item, Component)
    return item


def test_a_file_has_a_head_parts_and_statements() -> None:
    read = ig_script.parse(
        "# of a town\ndocument: id/town\nlanguage: en\n\n== article/1\n[support: supports] I[x](build)\n"
        "    B Bdir[y](bridges)\n"
        "? 或 | or else\n[undertake] I[x](mend)\n== article/2\nuncoded: 只有标题 | a heading only\n",
        FILE,
    )
    assert read.head == {"document": "id/town", "language": "en"}
    assert [(part.path, len(part.statements), part.uncoded) for part in read.parts] == [
        ("article/1", 2, None),
        ("article/2", 0, ("只有标题", "a heading only")),
    ]
    first = read.parts[0].statements[0]
    assert first.act.concept == "support"
    assert first.act.cue is not None
    assert first.act.cue.text == "supports"
    assert first.doubts == (("或", "or else"),)
    assert [(type(item).__name__, item.line) for item in first.items if not isinstance(item, Alternatives)] == [
        ("Component", 6),
        ("CodedWords", 7),
        ("Component", 7),
    ]


def test_several_words_are_one_component_with_an_operator() -> None:
    found = component("Bdir[one, two/three](甲 [OR] 乙(丙))")
    assert (found.concepts, found.operator) == (("one", "two/three"), "OR")
    assert [words.text for words in found.words] == ["甲", "乙(丙)"]


@pytest.mark.parametrize(
    ("written", "context", "concepts"),
    [
        ("Cex[means](以甲)", "means", ()),
        ("Cex[means: a, b](甲 [AND] 乙)", "means", ("a", "b")),
        ("Cac[time: a](甲)", "time", ("a",)),
    ],
)
def test_a_constraint_has_its_kind_first(written: str, context: str, concepts: tuple[str, ...]) -> None:
    found = component(written)
    assert (found.context, found.concepts) == (context, concepts)


def test_what_is_implied_says_where_its_words_stand_and_why() -> None:
    carried, given, none = component("A[a, b, c](甲 @4 [AND] 乙 @article/2 | 理由 | reason [AND] @ | 无 | none)").words
    assert (carried.text, carried.part, carried.reasons, carried.implied) == ("甲", "4", None, True)
    assert (given.text, given.part, given.reasons) == ("乙", "article/2", ("理由", "reason"))
    assert (none.text, none.part, none.reasons) == ("", "", ("无", "none"))


def test_a_backslash_makes_a_mark_a_character() -> None:
    text = "a(b]c@d|e\\f{"
    (found,) = component(f"A[x]({ig_script.escaped(text)})").words
    assert found.text == text
    assert not found.implied


def test_statements_nest_and_combine() -> None:
    one = component("Bdir{A[x](甲) I[y](乙)}")
    assert [len(body) for body in one.nested] == [2]
    assert one.operator == ""
    two = component("Cac{Cac{I[x](甲)} [XOR] Cac{I[y](乙) 丙}}".replace("Cac{Cac", "Cac[time]{Cac"))
    assert [len(body) for body in two.nested] == [1, 2]
    assert two.operator == "XOR"
    assert two.context == "time"
    choice, shared = statement("[undertake] {I[x](甲) Bdir[a](乙) [OR] I[y](丙)} Cex[means](丁)").items
    assert isinstance(choice, Alternatives)
    assert choice.operator == "OR"
    assert [len(branch) for branch in choice.branches] == [2, 1]
    assert isinstance(shared, Component)


def test_a_property_belongs_to_the_component_with_its_number() -> None:
    found = [item for item in statement("[undertake] Bdir1,p(甲) Bdir1[a](乙)").items if isinstance(item, Component)]
    assert [(item.symbol, item.suffix, item.is_property) for item in found] == [
        ("Bdir", "1", True),
        ("Bdir", "1", False),
    ]


def test_other_words_are_anchors() -> None:
    items = statement("[undertake] to the I[x](build) of").items
    assert [item.text for item in items if isinstance(item, CodedWords)] == ["to", "the", "of"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("A[x](甲)", 2, "begins with its act"),
        ("[undertake] A[x](甲", 2, "end before their “)”"),
        ("[undertake] A[x]", 2, "has no words"),
        ("[undertake] A[x]{I[y](甲)}", 2, "takes no statement in braces"),
        ("[undertake] Bdir{I[y](甲)", 2, "ends before a “}”"),
        ("[undertake] I,p(甲)", 2, "has no properties"),
        ("[undertake] Bdir[A B](甲)", 2, "names no concepts"),
        ("[undertake] I[x](甲)\n    Bdir[y](乙 [AND] 丙 [OR] 丁)", 3, "one operator"),
        ("[undertake] 甲 (乙)", 2, "column 15: “(” stands outside"),
        ("[undertake] {I[x](甲)}", 2, "hold alternatives"),
        ("[undertake] A[x](@)", 2, "followed by where"),
        ("[undertake] A[x]()", 2, "a component has words"),
        ("[undertake] A[x](甲 @1 | 理由)", 2, "in Chinese and in English"),
        ("[Encourage: 鼓励] I[x](甲)", 2, "is no act"),
        ("[encourage: 鼓励; loud] I[x](甲)", 2, "means nothing in an act"),
        ("? 或 | or", 2, "stands under the statement"),
        ("[undertake] I[x](甲)\nuncoded: 理由 | reason", 1, "has statements and is said to have none"),
        ("", 1, "has no statement"),
        ("[undertake] I[x](甲)\n== article/1\n[undertake] I[x](甲)", 3, "for the second time"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(text: str, line: int, said: str) -> None:
    with pytest.raises(NotationError) as caught:
        ig_script.parse(f"== article/1\n{text}\n", FILE)
    assert str(caught.value).startswith(f"some.igs:{line}: column ")
    assert said in str(caught.value)


def test_a_head_has_known_keys() -> None:
    with pytest.raises(NotationError, match=r"some\.igs:1: column 1: before the first heading"):
        ig_script.parse("author: somebody\n", FILE)
