"""When two labels agree, and how much that is worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiative_lod.labels import LabelKind
from initiative_lod.languages import mainland, stem
from initiative_lod.matching.label_forms import fold, forms, is_abbreviation, variants
from initiative_lod.matching.label_index import Label, LabelsInMemory
from initiative_lod.matching.scoring import Basis, compare


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        ("Digital divide", "Digital divide", Basis.EXACT),
        ("Digital divide", "DIGITAL DIVIDE", Basis.FOLDED),
        ("cyber-security", "Cyber security", Basis.FOLDED),
        ("網絡安全", "网络安全", Basis.FOLDED),
        ("《联合国宪章》", "联合国宪章", Basis.FOLDED),
        ("cyber crime", "cybercrime", Basis.PACKED),
        ("行动8", "行动 8", Basis.FOLDED),
        ("International organizations", "International Organisation", Basis.STEM),
        ("developing countries", "Developing country", Basis.STEM),
        ("children", "Child", Basis.STEM),
        ("Labour", "labor", Basis.STEM),
        ("protection of personal information", "personal information protection", Basis.TURNED),
        ("education and health", "health and education", Basis.TURNED),
        ("ITU", "International Telecommunication Union", Basis.ACRONYM),
        ("sustainable development", "The sustainable development goals of all", Basis.PART),
        ("artifical inteligence", "artificial intelligence", Basis.FUZZY),
    ],
)
def test_how_labels_agree(one: str, other: str, by: Basis) -> None:
    score = compare(one, other)
    assert score is not None
    assert score.by is by
    back = compare(other, one)
    assert back == score


@pytest.mark.parametrize(
    ("one", "other"), [("privacy", "sovereignty"), ("网络", "教育"), ("", "x"), ("。", "!"), ("action 8", "clause 5")]
)
def test_labels_that_do_not_agree(one: str, other: str) -> None:
    assert compare(one, other) is None


def test_numbers_are_not_nearly_equal() -> None:
    near, far = (
        compare("Target 9.1 on roads", "Target 9.1 on road"),
        compare("Target 9.1 on roads", "Target 9.2 on roads"),
    )
    assert near is not None
    assert far is None or far.value < 0.5


def test_the_order_of_worth() -> None:
    pairs = [
        ("a b", "a b"),
        ("a b", "A B"),
        ("cyber crime", "cybercrime"),
        ("users", "user"),
        ("use of data", "data use"),
    ]
    values = [score.value for one, other in pairs if (score := compare(one, other)) is not None]
    assert len(values) == len(pairs)
    assert values == sorted(values, reverse=True)
    assert values[0] == 1


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_is_symmetric_and_bounded(one: str, other: str) -> None:
    score = compare(one, other)
    assert score == compare(other, one)
    assert score is None or 0 <= score.value <= 1
    same = compare(one, one)
    assert same is None or same.by is Basis.EXACT


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert forms(text) == forms(text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("countries", "country"),
        ("boxes", "box"),
        ("class", "class"),
        ("status", "status"),
        ("analysis", "analysis"),
        ("5g", "5g"),
        ("organisation", "organization"),
        ("programmes", "program"),
        ("centres", "center"),
        ("women", "woman"),
        ("has", "has"),
    ],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_brackets_and_abbreviations() -> None:
    assert variants("International Telecommunication Union (ITU)") == [
        "International Telecommunication Union (ITU)",
        "International Telecommunication Union",
        "ITU",
    ]
    assert variants("国际电信联盟（ITU）")[1:] == ["国际电信联盟", "ITU"]
    assert "ICT" not in variants("Youth with information and communications technology (ICT) skills")
    assert [text for text in ("ITU", "5G", "OEWG", "WHOse", "privacy", "U", "GDP2030X") if is_abbreviation(text)] == [
        "ITU",
        "5G",
        "OEWG",
        "GDP2030X",
    ]
    assert mainland("人工智慧") == "人工智能"


def test_the_index_finds_what_is_there() -> None:
    texts = [
        "digital divide",
        "digital dividends",
        "数字鸿沟",
        "ITU",
        "International Telecommunication Union",
        "privacy",
    ]
    index = LabelsInMemory(
        Label(3 if number in (3, 4) else number, text, LabelKind.PREFERRED, "") for number, text in enumerate(texts)
    )
    for number, text in enumerate(texts):
        assert index.search(text, 3)[0].thing == (3 if number == 4 else number)
    assert index.search("數位鴻溝", 1)[0].thing == 2
    assert index.search("ITU office", 1)[0].thing == 3
    assert index.search("digital divide", 5, among={1})[0].thing == 1
    assert not index.search("digital divide", 5, among=set())
    assert [label.text for label in index.starting("digital div")] == ["digital divide", "digital dividends"]
    assert not list(index.starting("。"))


@given(st.lists(st.text(min_size=1, max_size=12), max_size=20, unique=True))
def test_every_label_that_has_letters_finds_itself(texts: list[str]) -> None:
    index = LabelsInMemory(Label(number, text, LabelKind.PREFERRED, "") for number, text in enumerate(texts))
    for number, text in enumerate(texts):
        if forms(text).folded:
            hits = index.search(text, 50)
            assert number in {hit.thing for hit in hits}
            assert hits[0].value == 1


@given(st.text(st.characters(codec="ascii"), max_size=20))
def test_what_is_ascii_is_folded_as_anything_else(text: str) -> None:
    """A word that is not ASCII takes a text the other way."""
    assert fold(f"{text} e")[:-1] == fold(f"{text} é")[:-1]
