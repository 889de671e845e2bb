"""Mistakes in queries are told with their place, in words of ours, in every language of the interface."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from initiative_lod.errors import Message
from initiative_lod.locale.messages import Languages
from initiative_lod.sparql.worker.mistakes import mistake


def of(query: str) -> Message:
    with pytest.raises(SyntaxError) as refused:
        Store().query(query)
    return mistake(query, str(refused.value))


@pytest.mark.parametrize(
    ("query", "id", "line", "column"),
    [
        ("SELECT * { ?s nosuch:name ?o }", "query.prefix", 1, 15),
        ("SELECT * { ?s skos:prefLabel ?o }", "query.prefix_known", 1, 15),
        ("SELECT * { ?s dct:title ?o }", "query.prefix_known", 1, 15),
        ("PREFIX a: <http://a/>\nSELECT * {\n  ?s a:b c:d }", "query.prefix", 3, 10),
        ("SELECT * { ?s a :Clause }", "query.prefix", 1, 17),
        ("SELECT * { ?s 港:口 ?o }", "query.prefix", 1, 15),
        ("\ufeffSELECT * { ?s ?p ?o }", "query.no_character", 1, 1),
        ("SELECT\u00a0* { ?s ?p ?o }", "query.space", 1, 7),
        ("SELECT *\n{ ?s ?p\u3000?o }", "query.space", 2, 8),
        ("SELECT * { ?s ?p “x” }", "query.character", 1, 18),
        ("SELECT * { ?s ?p ‘x’ }", "query.character", 1, 18),
        ("SELECT ?s WHERE （ ?s ?p ?o ）", "query.character", 1, 17),
        ("SELECT * { ?s ?p ?o } LIMIT ５", "query.character", 1, 29),
        ("ＳＥＬＥＣＴ * { ?s ?p ?o }", "query.character", 1, 1),
        ("SELEC * { ?s ?p ?o }", "query.begins", 1, 1),
        ("# a comment\nPREFIX a: <http://a/> FIND * {}", "query.begins", 2, 23),
        ("SELECT * { ?s ?p ?o", "query.never_closed", 1, 10),
        ("SELECT (COUNT(?s) { ?s ?p ?o }", "query.never_closed", 1, 8),
        ("SELECT * { ?s ?p ?o }}", "query.closes_nothing", 1, 22),
        ('SELECT * {\n ?s ?p "abc }', "query.string_open", 2, 8),
        ("SELECT * { ?s ?p ?o FILTER(?o > ) }", "query.near", 1, 35),
        ('PREFIX a: <http://a/>\nSELECT * {\n ?s a:b "x" ;;; nonsense }', "query.near", 3, 17),
    ],
)
def test_a_mistake_has_its_place(query: str, id: str, line: int, column: int) -> None:
    found = of(query)
    assert (found.id, found.values["line"], found.values["column"]) == (id, line, column)


@pytest.mark.parametrize(
    ("query", "id"),
    [
        ("", "query.empty"),
        ("  # nothing\n", "query.empty"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", "query.ungrouped"),
        ("SELECT (?x AS ?x) { ?x ?p ?o }", "query.overridden"),
    ],
)
def test_a_mistake_of_the_whole(query: str, id: str) -> None:
    assert of(query).id == id


def test_a_known_prefix_is_proposed() -> None:
    message = of("SELECT * { ?s skos:prefLabel ?o }")
    said = Languages()["en"].gettext(message.id, **message.values)
    assert "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>" in said


@pytest.mark.parametrize("quote", ["'it “is” fine'", '"a：b"', "<http://a/“b”>", "?５", "?o１"])
def test_characters_in_strings_and_iris_are_no_mistake(quote: str) -> None:
    assert of(f"SELECT * {{ ?s ?p {quote} }} LIMT 5").id == "query.near"


def test_the_parsers_words_are_never_the_message() -> None:
    for query in ("SELECT * { ?s ?p ?o . . }", "SELECT * { ?s <a ?o }", "ASK { FILTER }", "DESCRIBE"):
        message = of(query)
        for tag, language in Languages().items():
            said = language.gettext(message.id, **message.values)
            assert "expected" not in said, (tag, said)
            assert "u{" not in said
