"""The tree of a document's parts: read off IRIs and statements, and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from initiative_lod.build.part_tree import PartTree, tree

D = "https://example.org/id/d"
LAW = {
    "preamble": "Preamble",
    "preamble/paragraph/1": "Paragraph",
    "chapter/1": "Chapter",
    "chapter/2": "Chapter",
    "article/1": "Article",
    "article/2": "Article",
    "article/2/paragraph/1": "Paragraph",
    "article/2/paragraph/2": "Paragraph",
    "article/2/paragraph/2/item/1": "Item",
    "article/2/paragraph/2/item/1/clause/1": "Clause",
    "conclusion": "Conclusion",
}
WHOLES = {"article/1": "chapter/1", "article/2": "chapter/2"}


def made(kinds: dict[str, str], wholes: dict[str, str] | list[tuple[str, str]]) -> tuple[PartTree, list[str]]:
    """The tree of parts by their paths after the document's IRI, and its errors as text."""
    pairs = wholes.items() if isinstance(wholes, dict) else wholes
    places = {f"{D}/{path}": (Path("d.ttl"), line) for line, path in enumerate(kinds, 1)}
    places[f"{D}/topic"] = (Path("d.ttl"), 99)
    found, errors = tree(
        D, {f"{D}/{path}": kind for path, kind in kinds.items()}, [(f"{D}/{a}", f"{D}/{b}") for a, b in pairs], places
    )
    return found, [str(error) for error in errors]


@pytest.mark.parametrize(
    ("path", "parent", "number"),
    [
        ("preamble", "", None),
        ("preamble/paragraph/1", "preamble", 1),
        ("chapter/2", "", 2),
        ("article/1", "chapter/1", 1),
        ("article/2", "chapter/2", 2),
        ("article/2/paragraph/2", "article/2", 2),
        ("article/2/paragraph/2/item/1", "article/2/paragraph/2", 1),
        ("article/2/paragraph/2/item/1/clause/1", "article/2/paragraph/2/item/1", 1),
        ("conclusion", "", None),
    ],
)
def test_parent_and_number_of_a_part(path: str, parent: str, number: int | None) -> None:
    found, errors = made(LAW, WHOLES)
    assert errors == []
    assert found.parents[f"{D}/{path}"] == (f"{D}/{parent}" if parent else D)
    assert found.numbers.get(f"{D}/{path}") == number


def test_articles_that_are_numbered_through_follow_each_other_across_chapters() -> None:
    found, _ = made(LAW, WHOLES)
    assert found.before(f"{D}/article/2") == f"{D}/article/1"
    assert found.before(f"{D}/article/1") is None
    assert found.above(f"{D}/article/2/paragraph/1") == [f"{D}/article/2", f"{D}/chapter/2"]
    assert next(iter(found.family(f"{D}/article/2"))) == f"{D}/article/2"
    assert len(list(found.family(f"{D}/article/2"))) == 5


def test_what_is_above_comes_before_what_is_below() -> None:
    found, _ = made(LAW, WHOLES)
    order = found.parts()
    assert sorted(order) == sorted(f"{D}/{path}" for path in LAW)
    assert all(order.index(parent) < order.index(part) for part, parent in found.parents.items() if parent != D)


@pytest.mark.parametrize(
    ("kinds", "wholes", "message"),
    [
        ({"article/1": "Article"}, [("article/1", "chapter/9")], "d.ttl:1: .*chapter/9>, and no file describes that"),
        ({"article/1": "Article"}, [("article/1", "topic")], "by its rdf:type no kind of part"),
        (
            {"chapter/1": "Chapter", "chapter/2": "Chapter", "article/1": "Article"},
            [("article/1", "chapter/1"), ("article/1", "chapter/2")],
            "d.ttl:3: .*is a part of .*chapter/1> and of .*chapter/2>: a part lies in one",
        ),
        (
            {"chapter/1": "Chapter", "chapter/2": "Chapter", "chapter/1/article/1": "Article"},
            [("chapter/1/article/1", "chapter/2")],
            "lies in .*chapter/1> by its IRI and in .*chapter/2> by dcterms:isPartOf",
        ),
        ({"chapter/1": "Chapter"}, [("chapter/1", "chapter/1")], "a part of itself"),
        (
            {"chapter/1": "Chapter", "chapter/2": "Chapter"},
            [("chapter/1", "chapter/2"), ("chapter/2", "chapter/1")],
            "a part of itself",
        ),
        ({"action/9/clause/2": "Clause"}, [], "lies, by its IRI, in .*action/9>, which no file describes"),
        ({"action/eight": "Action"}, [], "does not end in action and a number from 1, as in .*action/3>"),
        ({"action/0": "Action"}, [], "does not end in action and a number"),
        ({"action/08": "Action"}, [], "does not end in action and a number"),
        ({"conclusion": "Conclusion", "conclusion/paragraph/4": "Clause"}, [], "conclusion/clause/3>"),
    ],
)
def test_what_is_wrong_with_a_tree_is_said(kinds: dict[str, str], wholes: list[tuple[str, str]], message: str) -> None:
    _, errors = made(kinds, wholes)
    assert [error for error in errors if re.search(message, error)], errors


def test_a_publisher_s_own_kind_has_any_name() -> None:
    found, errors = made({"pledge/3": "https://example.org/terms#Pledge", "intro": "Part"}, [])
    assert errors == []
    assert found.numbers == {f"{D}/pledge/3": 3}
