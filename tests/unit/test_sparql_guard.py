"""What is refused before the parser, and what the engine's own parser says that a query holds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from initiative_lod.errors import QueryTooComplex
from initiative_lod.query_text import parser_guard


def parses(text: str) -> bool:
    try:
        Store().query(text, base_iri="http://example.org/")
    except SyntaxError:
        return False
    except (RuntimeError, OSError, ValueError):
        return True
    return True


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <x:y> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * {SERVICE<x:y>{}}",
        "SELECT * { ?s ?p 1.SERVICE<x:y>{} }",
        "PREFIX service: <x:> SELECT * { SERVICE service:SERVICE { ?service ?p ?o } }",
        # A lexer that takes the longest token reads an IRI here: <?b)SERVICE?x#>
        "SELECT * { VALUES (?a ?b ?x) { (1 2 <x:y>) } FILTER(?a<?b)SERVICE?x#>\n{ ?s ?p ?o } }",
        "SELECT * { FILTER EXISTS { { SELECT * { SERVICE <x:y> {} } } } }",
        "SELECT * { FILTER(?a<'>' #'\n) SERVICE <x:y> {} }",
    ],
)
def test_service_is_found(query: str) -> None:
    assert parses(query)
    assert parser_guard.holds("SERVICE", query, parses)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service a 'SERVICE <x:y> {}' }",
        'SELECT * { ?s ?p """ SERVICE <x:y> { \n""" , "@service"@service }',
        "SELECT * { <http://service.example/SERVICE> <#service> _:service } # SERVICE <x:y> {}",
        "PREFIX service: <x:service#> PREFIX serqice: <x:> SELECT ?serzice { service:service serqice:Service [] }",
        "SELECT * { ?s a <http://www.w3.org/ns/sparql-service-description#Service> }",
    ],
)
def test_service_in_names_strings_and_comments_is_none(query: str) -> None:
    assert parses(query)
    assert not parser_guard.holds("SERVICE", query, parses)


def test_from_and_describe() -> None:
    assert parser_guard.holds("FROM", "select * from <x:y> {}", parses)
    assert parser_guard.holds("FROM", "ASK FROM NAMED <x:y> {}", parses)
    assert not parser_guard.holds(
        "FROM", "PREFIX from: <x:> SELECT ?from { ?from from:from 'from' } # FROM <x:y>", parses
    )
    assert parser_guard.holds("DESCRIBE", "PREFIX describe: <x:> DESCRIBE describe:describe", parses)
    assert not parser_guard.holds("DESCRIBE", "CONSTRUCT { ?describe a 'DESCRIBE' } { ?describe ?p ?o }", parses)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("{{{}}}", 3),
        ("{}{}{}", 1),
        ("{ '((((' \"[[[[\" # ((((\n }", 1),
        ('{ """ " (((( " """ }', 1),
        ("{ <http://a/((((> }", 1),
        ("{ ?a << <x:a> <x:b> << <x:a> <x:b> <x:c> >> >> }", 3),
        ("?a<'>'((((1))))='>'", 4),  # might be a comparison: then the raw depth counts
        ("}}}}{", 1),
    ],
)
def test_nesting(text: str, depth: int) -> None:
    assert parser_guard.deepest_nesting(text) == depth


def test_limits() -> None:
    parser_guard.check("{" * 10 + "}" * 10, 1000, 10)
    with pytest.raises(QueryTooComplex, match=r"too_deep \(depth=11, most=10"):
        parser_guard.check("{" * 11, 1000, 10)
    with pytest.raises(QueryTooComplex, match=r"too_long \(size=1001"):
        parser_guard.check("a" * 1001, 1000, 10)
    with pytest.raises(QueryTooComplex):
        parser_guard.check("文" * 334, 1000, 10)
    parser_guard.check("('' , '(((((((((((((((((')", 1000, 10)


@given(st.text(alphabet="<>'\"#(){}[]\\ab?:/\n ", max_size=60))
def test_the_count_is_never_lower_than_what_is_read_raw_where_it_is_in_doubt(text: str) -> None:
    assert parser_guard.deepest_nesting(text) <= sum(map(text.count, "({[")) + text.count("<<")


@pytest.mark.parametrize("piece", ['\\"', "'", '"', "<", "'''", "#", "<'", '"""\\', "("])
def test_checking_is_linear(piece: str) -> None:
    text = "(" * 200 + piece * (200_000 // len(piece))
    started = time.process_time()
    parser_guard.deepest_nesting(text)
    assert time.process_time() - started < 2


def test_codepoint_escapes() -> None:
    assert parser_guard.decoded("S\\u0045LECT ?\\u006f") == "SELECT ?o"
    assert parser_guard.decoded("'\\\\u0045'") == "'\\\\u0045'"
    assert parser_guard.decoded("'\\u0022\\u000A\\U0000005C'") == "'\\u0022\\u000A\\U0000005C'"
    assert parser_guard.decoded("\\U00110000 \\u12") == "\\U00110000 \\u12"
    assert parser_guard.decoded("'\\U0001F600\\u4e2d'") == "'\\U0001F600中'"


def test_prologue() -> None:
    text = "# PREFIX no: <x:no>\nBASE <http://b/> prefix a: <http://a/>\nPREFIX : <r>VERSION '1.2' SELECT * {}"
    prefixes, end = parser_guard.prologue(text)
    assert prefixes == {"a": "http://a/"}
    assert text[end:] == "SELECT * {}"


def test_updates_and_stability() -> None:
    assert parser_guard.is_update("PREFIX a: <b:> #x\n insert data {}")
    assert not parser_guard.is_update("INSERTED")
    assert not parser_guard.is_update("SELECT * {}")
    assert parser_guard.is_stable("SELECT ?known { ?known ?brand ?o }")
    assert not parser_guard.is_stable("SELECT (NOW() AS ?n) {}")
    assert not parser_guard.is_stable("SELECT (uu\\u0069d() AS ?n) {}")
    assert not parser_guard.is_stable("# 中\nSELECT (RaNd() AS ?n) {}")
