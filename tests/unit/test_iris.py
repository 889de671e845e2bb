"""Minting and parsing our own IRIs."""

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from initiative_lod.iris import DEFAULT_BASE, Iris, document_of, rebase, rebase_query, rebase_text, slug
from initiative_lod.vocabulary import SKOS
from pipeline.conftest import CHECKOUT

I = Iris()
OTHER = Iris("https://data.example.org/lod/")


def test_a_projects_own_things_are_joined_to_its_base() -> None:
    assert OTHER.thing("id/wic-2020") == NamedNode("https://data.example.org/lod/id/wic-2020")
    assert OTHER.graph("topics") == NamedNode("https://data.example.org/lod/graph/topics")
    assert OTHER.release("1.0-abc") == NamedNode("https://data.example.org/lod/release/1.0-abc")


@pytest.mark.parametrize(
    "path",
    [
        "ontology",
        "ontology#Action",
        "ontology/1.1.0",
        "authoring#quote",
        "shapes",
        "shapes#Clause",
        "context.jsonld",
        "id/modality",
        "id/modality/prohibit",
        "id/role/acts",
        "id/context/time",
        "id/field/infrastructure",
        "id/project",
    ],
)
def test_what_is_shared_is_the_same_under_every_base(path: str) -> None:
    assert OTHER.thing(path) == I.thing(path) == NamedNode(DEFAULT_BASE + path)
    assert OTHER.path(DEFAULT_BASE + path) == path
    assert OTHER.path(OTHER.base + path) is None
    assert {rebase(base + path, OTHER.base) for base in (DEFAULT_BASE, OTHER.base)} == {DEFAULT_BASE + path}


@pytest.mark.parametrize(
    "path", ["id/x", "id/modality-of-ours/urge", "id/projects", "ontology-notes", "graph/roles", ""]
)
def test_what_is_not_shared_has_the_base_of_the_project(path: str) -> None:
    assert OTHER.thing(path) == NamedNode(OTHER.base + path)
    assert OTHER.path(OTHER.base + path) == path
    assert OTHER.path(DEFAULT_BASE + path) is None
    assert {rebase(base + path, OTHER.base) for base in (DEFAULT_BASE, OTHER.base)} == {OTHER.base + path}


def test_every_vocabulary_that_is_offered_for_reuse_is_shared() -> None:
    files = sorted((CHECKOUT / "ontology" / "vocabulary").glob("*.ttl"))
    stated = [item for path in files for item in parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=DEFAULT_BASE)]
    schemes = {str(item.subject)[1:-1] for item in stated if item.object == SKOS.ConceptScheme}
    assert len(schemes) == len(files) > 3
    assert {rebase(iri, OTHER.base) for iri in schemes} == schemes


def test_terms_are_shared() -> None:
    assert OTHER.term("Action") == I.term("Action")
    assert OTHER.notation("quote") == I.notation("quote")
    assert OTHER.prefixes == I.prefixes


@pytest.mark.parametrize("base", [DEFAULT_BASE + "un/", "https://w3id.org/"])
def test_a_base_within_the_shared_one_or_around_it(base: str) -> None:
    assert rebase(base + "id/x", base) == base + "id/x"
    assert rebase(DEFAULT_BASE + "id/x", base) == base + "id/x"
    assert rebase(DEFAULT_BASE + "ontology#Action", base) == DEFAULT_BASE + "ontology#Action"
    assert Iris(base).path(base + "id/x") == "id/x"
    assert Iris(base).path(DEFAULT_BASE + "id/role/acts") == "id/role/acts"


def test_text_moves_like_the_iris_in_it() -> None:
    text = f"{DEFAULT_BASE}id/x {DEFAULT_BASE}ontology#Action <{OTHER.base}id/role/acts> {DEFAULT_BASE}"
    assert rebase_text(text, OTHER.base) == (
        f"{OTHER.base}id/x {DEFAULT_BASE}ontology#Action <{DEFAULT_BASE}id/role/acts> {OTHER.base}"
    )
    assert rebase_text(text, DEFAULT_BASE) == text


def test_a_query_moves_with_its_relative_iris() -> None:
    query = f"BASE <{DEFAULT_BASE}> PREFIX modality: <id/modality/> ASK {{ <id/x> ?y <id/role/acts> FILTER(?z < 3) }}"
    assert rebase_query(query, OTHER.base) == (
        f"BASE <{OTHER.base}> PREFIX modality: <{DEFAULT_BASE}id/modality/> "
        f"ASK {{ <id/x> ?y <{DEFAULT_BASE}id/role/acts> FILTER(?z < 3) }}"
    )


def test_short_forms() -> None:
    assert OTHER.short(OTHER.base + "id/x") == "id/x"
    assert OTHER.short("https://example.org/x") == "https://example.org/x"
    assert OTHER.owns(DEFAULT_BASE + "ontology#Action")
    assert not OTHER.owns(DEFAULT_BASE + "id/x")


def test_a_typo_is_no_term() -> None:
    with pytest.raises(KeyError, match="no term 'Actoin'"):
        I.term("Actoin")


def test_paths() -> None:
    assert I.path(DEFAULT_BASE + "id/x#y") == "id/x#y"
    assert I.path("https://example.org/id/x") is None


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
