"""Minting and parsing our own IRIs."""

import pytest
from pyoxigraph import NamedNode

from initiative_lod.iris import DEFAULT_BASE, Iris, document_of, rebase, slug

I = Iris()
OTHER = Iris("https://data.example.org/lod/")


def test_everything_is_joined_to_the_base() -> None:
    assert OTHER.term("Action") == NamedNode("https://data.example.org/lod/ontology#Action")
    assert OTHER.thing("id/wic-2020") == NamedNode("https://data.example.org/lod/id/wic-2020")
    assert OTHER.graph("topics") == NamedNode("https://data.example.org/lod/graph/topics")
    assert OTHER.release("1.0-abc") == NamedNode("https://data.example.org/lod/release/1.0-abc")
    assert OTHER.prefixes["ilod"] == "https://data.example.org/lod/ontology#"


def test_a_typo_is_no_term() -> None:
    with pytest.raises(KeyError, match="no term 'Actoin'"):
        I.term("Actoin")


def test_paths() -> None:
    assert I.path(DEFAULT_BASE + "id/x#y") == "id/x#y"
    assert I.path("https://example.org/id/x") is None


@pytest.mark.parametrize(
    ("part", "parent", "number"),
    [
        ("id/d/pillar/2", "id/d", 2),
        ("id/d/action/20", "id/d", 20),
        ("id/d/action/8/clause/5", "id/d/action/8", 5),
        ("id/d/pillar/1/clause/3", "id/d/pillar/1", 3),
        ("id/d/preamble/paragraph/2", "id/d/preamble", 2),
        ("id/d/preamble/paragraph/2/clause/1", "id/d/preamble/paragraph/2", 1),
        ("id/d/conclusion/clause/4", "id/d/conclusion", 4),
    ],
)
def test_parent_and_number_of_a_part(part: str, parent: str, number: int) -> None:
    assert I.parent(DEFAULT_BASE + part) == (DEFAULT_BASE + parent, number)
    assert OTHER.parent(OTHER.base + part) == (OTHER.base + parent, number)
    assert OTHER.parent(DEFAULT_BASE + part) is None


@pytest.mark.parametrize(
    "path",
    [
        "id/d",
        "id/d/preamble",
        "id/d/action/0",
        "id/d/action/08",
        "id/d/action/eight",
        "id/d/action/8/",
        "id/d/action/8/clause/5#topic-x",
        "id/d/section/3",
        "id/D/action/8",
        "id/d/e/action/8",
        "id/topic/backdoor",
        "ontology#number",
    ],
)
def test_what_has_no_parent(path: str) -> None:
    assert I.parent(DEFAULT_BASE + path) is None


def test_moving_to_another_base() -> None:
    assert rebase(DEFAULT_BASE + "id/x", OTHER.base) == OTHER.base + "id/x"
    assert rebase("https://example.org/x", OTHER.base) == "https://example.org/x"


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://x.org/id/group/users", "users"),
        ("https://x.org/ontology#onValue", "onvalue"),
        ("https://x.org/a_b.c/", "a-b-c"),
        ("https://x.org/%E4%B8%AD", "e4-b8-ad"),
        ("https://x.org/文", "x"),
    ],
)
def test_a_slug_is_the_last_segment_in_ascii(iri: str, name: str) -> None:
    assert slug(iri) == name


def test_the_page_of_a_fragment() -> None:
    assert document_of(DEFAULT_BASE + "id/x#y") == DEFAULT_BASE + "id/x"
