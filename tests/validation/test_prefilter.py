"""The prefilter changes nothing: with it and without, pySHACL says the same of generated shapes and data.

And where the prefilter asks one engine and pySHACL another, the first finds what the second does, of each kind of term.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from pyoxigraph import NamedNode, RdfFormat, parse

from initiative_lod.errors import ShapesError
from initiative_lod.validation.constraint_queries import ConstraintQueries
from initiative_lod.validation.query_reader import Undecidable
from initiative_lod.validation.rdflib_graph import DataGraph
from initiative_lod.validation.shacl import validate
from initiative_lod.validation.triple_index import TripleIndex
from initiative_lod.validation.widened_query import widened
from validation import generated

CONDITIONS = [
    *(f"?v {sign} ?w" for sign in ("=", "!=", "<", "<=", ">", ">=")),
    *(f"?v {sign} 1" for sign in ("=", "!=", "<", ">=")),
    *(f'?v {sign} "a"' for sign in ("=", "!=", "<", ">=")),
    *(f"{function}(?v)" for function in ("isIRI", "isLiteral", "isBlank")),
    "?v IN (1, 'a', ex:n0)",
    "?v NOT IN (1, 'a', ex:n0)",
    "?v",
    "?v + 1 = ?w",
    "?v - ?w < 1",
    "STR(?v) = STR(?w)",
    "LANG(?v) = 'en'",
    "LANGMATCHES(LANG(?v), 'en')",
    "SAMETERM(?v, ?w)",
    "STRLEN(STR(?v)) > 1",
    "UCASE(STR(?v)) = STR(?w)",
    "CONTAINS(STR(?v), STR(?w))",
    "STRSTARTS(STR(?v), STR(?w))",
    "STRENDS(STR(?v), STR(?w))",
    "CONCAT(STR(?v), STR(?w)) = 'aa'",
    "REGEX(STR(?v), '^a.?$')",
    "REPLACE(STR(?v), 'a$', 'b') = STR(?w)",
    "SUBSTR(STR(?v), ?w) = 'b'",
    "SUBSTR(STR(?v), 1, ?w) = 'a'",
    "SHA256(STR(?v)) = SHA256(STR(?w))",
]
PATTERNS = [
    "SELECT $this WHERE {{ $this ex:v ?v ; ex:w ?w . FILTER ({0}) }}",
    "SELECT $this WHERE {{ $this ex:v ?v ; ex:w ?w . FILTER (!({0})) }}",
    "SELECT $this WHERE {{ $this ex:v ?v . FILTER NOT EXISTS {{ $this ex:w ?w . FILTER ({0}) }} }}",
    "SELECT $this WHERE {{ $this ex:v ?v . FILTER NOT EXISTS {{ $this ex:w ?w . FILTER (!({0})) }} }}",
    "SELECT $this WHERE {{ $this ex:v ?v . FILTER EXISTS {{ $this ex:w ?w . FILTER ({0}) }} }}",
    "SELECT $this WHERE {{ $this ex:v ?v . OPTIONAL {{ $this ex:w ?w . FILTER ({0}) }} FILTER (!BOUND(?w)) }}",
]


@pytest.fixture(scope="module")
def pairs() -> TripleIndex:
    """A node for each pair of terms of every kind, which it has as ex:v and ex:w."""
    terms = ['"a"', '"ab"', '"a\\n"', '"a"@en', '"a"@zh', "1", "2", "01", "1.0", "1.5", "1e0", "true", "ex:n0", "_:b0"]
    terms += ['"2020-01-01"^^xsd:date', '"2021-02-28"^^xsd:date', '"x"^^xsd:integer', '"a"^^ex:type', '"1"^^xsd:int']
    lines = [
        f"<http://made.example/pair/{first}/{second}> ex:v {one} ; ex:w {other} ."
        for first, one in enumerate(terms)
        for second, other in enumerate(terms)
    ]
    return TripleIndex(parse(generated.PREFIXES + "\n".join(lines), format=RdfFormat.TURTLE))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_what_rdflib_finds_is_found(condition: str, pairs: TripleIndex) -> None:
    """Of each pair of terms: where pySHACL's engine has a solution, the prefilter foresees one."""
    graph = DataGraph(pairs)
    shapes = "ex:names a owl:Ontology ; sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://made.example/' ] ."
    for pattern in PATTERNS:
        query = pattern.format(condition)
        text = f'{generated.PREFIXES} {shapes} ex:c sh:prefixes ex:names ; sh:select """{query}""" .'
        index = TripleIndex(parse(text, format=RdfFormat.TURTLE))
        try:
            foreseen = ConstraintQueries(index, pairs).nodes(NamedNode("http://made.example/c"))
        except Undecidable:
            continue  # left to pySHACL
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = list(graph.query(f"PREFIX ex: <http://made.example/> {query}"))
            except (TypeError, RecursionError):
                continue  # rdflib breaks off, and so does pySHACL
        missed = {str(row[0]) for row in found} - {node.value for node in foreseen}  # type: ignore[index]
        assert not missed, query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this WHERE { FILTER NOT EXISTS { $this ex:p ?v } }",  # bound nowhere else
        "SELECT $this WHERE { { FILTER (?v = 1) } $this ex:p ?v }",  # a filter that does not see it
        "SELECT $this WHERE { $this ex:p ?v . { ?x ex:q ?y . FILTER (?y = $this) } }",
        "SELECT ?v WHERE { $this ex:p ?v }",
        "SELECT * WHERE { $this ex:p ?v }",
        "SELECT $this WHERE { $this ex:p ?v } LIMIT 1",
        "SELECT $this WHERE { $this ex:p ?v . MINUS { $this ex:q ?v } }",
        "SELECT $this WHERE { $this ex:p ?v . VALUES ?v { 1 } }",
        "SELECT $this WHERE { GRAPH ?g { $this ex:p ?v } }",
        "SELECT $this WHERE { $this ex:p ?v . { SELECT $this (COUNT(?x) AS ?n) { $this ex:q ?x } GROUP BY $this } }",
        "SELECT $this WHERE { $this $PATH ?v }",
        "SELECT $this WHERE { $this ex:p ?v . BIND (?v + 1 AS ?w) }",
        "SELECT $this WHERE { $this ex:p ?v . OPTIONAL { $this ex:q ?o } FILTER (BOUND(?o)) }",
        "SELECT $this WHERE { $this ex:p ?v . OPTIONAL { $this ex:q ?o } ?o ex:r ?w }",
        "SELECT $this WHERE { $this ex:p* ?v }",
        "SELECT $this (COUNT(DISTINCT ?v) AS ?n) WHERE { $this ex:p ?v . FILTER (?v > 1) } GROUP BY $this",
        "SELECT $this WHERE { $this ex:p 01 }",
        "SELECT $this WHERE { $this ex:p ?v . FILTER (DATATYPE(?v) = xsd:int) }",
        "SELECT $this WHERE { $this ex:p ?v . FILTER (ex:function(?v)) }",
        "SELECT $this WHERE { $this ex:p [ ex:q ?v ] }",
        "ASK { $this ex:p ?v }",
        "CONSTRUCT { $this ex:p ?v } WHERE { $this ex:p ?v }",
    ],
)
def test_queries_that_are_left_to_pyshacl(query: str) -> None:
    with pytest.raises(Undecidable):
        widened(query)


def outcome(data: str, shapes: str, prefiltered: bool) -> Any:
    """The results of a validation, in any order; "cannot be run" for shapes that cannot."""
    quads = [list(parse(text, format=RdfFormat.TURTLE)) for text in (data, shapes)]
    try:
        report = validate(*quads, prefiltered=prefiltered)
    except ShapesError:
        return "cannot be run"
    return Counter((result.order, result.shape) for result in report.results), report.targets


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(generated.data(), generated.shapes())
def test_generated_shapes_have_the_same_report(data: str, shapes: str) -> None:
    assert outcome(data, shapes, prefiltered=True) == outcome(data, shapes, prefiltered=False)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(generated.data(), generated.queried())
def test_generated_queries_have_the_same_solutions(data: str, shapes: str) -> None:
    assert outcome(data, shapes, prefiltered=True) == outcome(data, shapes, prefiltered=False)


@pytest.mark.slow
@pytest.mark.parametrize("made", [generated.shapes(), generated.queried()], ids=["shapes", "queries"])
def test_thousands_of_generated_shapes(made: SearchStrategy[str]) -> None:
    """Some ten minutes each; what the shorter ones find by chance is found here."""

    @settings(max_examples=6000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(generated.data(), made)
    def same(data: str, shapes: str) -> None:
        assert outcome(data, shapes, prefiltered=True) == outcome(data, shapes, prefiltered=False)

    same()
