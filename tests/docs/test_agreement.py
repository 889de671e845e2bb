"""Agreement of the two codings: the page is what the codings say, and every difference has its note."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from initiative_lod.build.coded_statements import CodedComponent, CodedStatement, ReadCoding

TOOL: dict[str, Any] = runpy.run_path(str(Path(__file__).resolve().parents[2] / "tools" / "agreement.py"))
PART = "https://w3id.org/initiative-lod/id/wic-2020/action/2/clause/1"


@pytest.fixture(scope="module")
def codings() -> tuple[ReadCoding, ReadCoding]:
    found: tuple[ReadCoding, ReadCoding] = TOOL["codings"]()
    return found


def test_the_page_is_what_the_codings_say(codings: tuple[ReadCoding, ReadCoding]) -> None:
    assert TOOL["PAGE"].read_text("utf-8") == TOOL["whole"](TOOL["page"](*codings)), "run make agreement"


def test_each_difference_has_a_note_and_each_note_a_difference(codings: tuple[ReadCoding, ReadCoding]) -> None:
    found = TOOL["differences"](TOOL["aligned"](*codings))
    noted = TOOL["notes"]()
    assert {(TOOL["short"](item.part), item.component) for item in found} == noted.keys()
    assert all(taken in TOOL["TAKEN"] and why for taken, why in noted.values())


def test_the_second_coding_has_whole_actions(codings: tuple[ReadCoding, ReadCoding]) -> None:
    first, second = codings
    assert second.is_rival
    assert first.parts.keys() == second.parts.keys()
    assert {TOOL["short"](part).split("/")[1] for part in second.parts} == {"2", "5", "9", "11", "13", "17", "18"}
    assert len(second.parts) == 30


def component(role: str, concept: str, start: int, end: int, nested: CodedStatement | None = None) -> CodedComponent:
    return CodedComponent("", role, 0, concept, "", "zh", start, end, False, {}, "", "", nested, frozenset())


def statement(*components: CodedComponent) -> CodedStatement:
    return CodedStatement("", PART, "1", "", "", {}, components)


def coding(*statements: CodedStatement) -> ReadCoding:
    return ReadCoding("", "", False, {}, {PART: statements})


def test_statements_are_aligned_by_the_words_of_their_aims() -> None:
    """The second coder nests nothing, has them in another order, and a third that the first has not."""
    inner = statement(component("aim", "develop", 20, 22))
    outer = statement(component("aim", "promote", 10, 12), component("directObject", "", 15, 22, inner))
    others = [
        statement(component("aim", name, at, at + 2)) for name, at in (("develop", 20), ("raise", 40), ("help", 11))
    ]
    units = TOOL["aligned"](coding(outer), coding(*others))
    pairs = [
        (*(item and item.of("aim")[0].concept for item in (unit.first, unit.second)), unit.outermost) for unit in units
    ]
    assert pairs == [("promote", "help", True), ("develop", "develop", True), (None, "raise", True)]
    found = TOOL["agreement"](units, "I", TOOL["concept"])
    assert (found.units, found.absent, found.agreed) == (3, 0, 1)


def test_alpha_is_that_of_the_definition() -> None:
    """By hand: 8 values, 5 of a and 3 of b, one unit of four disagrees: 1 - 7 * 2 / (2 * 5 * 3) = 0.5333."""
    a, b = frozenset({("a",)}), frozenset({("b",)})
    assert TOOL["alpha"]([(a, a), (a, a), (b, b), (a, b)]) == pytest.approx(1 - 7 / 15)
    assert TOOL["alpha"]([(a, b), (a, b)]) < 0
    assert TOOL["alpha"]([(a, a), (a, a)]) is None


def test_absence_is_a_value() -> None:
    with_object = statement(component("aim", "promote", 0, 2), component("directObject", "peace", 3, 5))
    without = statement(component("aim", "promote", 0, 2))
    units = TOOL["aligned"](coding(with_object), coding(without))
    found = TOOL["agreement"](units, "Bdir", TOOL["concept"])
    assert (found.units, found.absent, found.agreed) == (1, 0, 0)
    found = TOOL["agreement"](units, "D", TOOL["concept"])
    assert (found.units, found.absent, found.agreed, found.alpha) == (1, 1, 1, None)
