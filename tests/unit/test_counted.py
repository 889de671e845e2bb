"""Counts of a query, and the queries that list what they count."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from initiative_lod.query_text.count_listings import counts

A = NamedNode("http://example.org/a")
DATA = """@prefix : <http://example.org/> .
:a :p :x, :y ; :q "} SELECT (COUNT(?z) AS ?no) {"@en . :b :p :x . :c :p "x\\"}" ."""


@pytest.mark.parametrize(
    ("query", "row", "listed"),
    [
        ("SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s", {"s": A}, 2),
        (
            "select ?s (count( distinct $o ) as ?n) where { ?s :p ?o } group by $s having (?n > 1) order by ?n",
            {"s": A},
            2,
        ),
        ("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s :p ?o } ORDER BY ?n LIMIT 1", {}, 3),
        (
            "SELECT ?t (COUNT(?s) AS ?n) { ?s :q ?t } GROUP BY ?t",
            {"t": Literal("} SELECT (COUNT(?z) AS ?no) {", language="en")},
            1,
        ),
        ("SELECT ?k (COUNT(?s) AS ?n) { ?s :p ?o BIND(LCASE(STR(?o)) AS ?k) } GROUP BY ?k", {"k": Literal('x"}')}, 1),
        ("SELECT ?n { { SELECT (COUNT(?o) AS ?n) { ?s :p ?o } } }", {}, 4),
        ("SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o FILTER(?o != '}') # } {\n } GROUP BY ?s", {"s": A}, 2),
        (
            "SELECT ?s ?none (COUNT(?o) AS ?n) { ?s :p ?o OPTIONAL { ?s :r ?none } } GROUP BY ?s ?none",
            {"s": A, "none": None},
            2,
        ),
    ],
)
def test_a_count_is_listed(query: str, row: dict[str, NamedNode | Literal | None], listed: int) -> None:
    store = Store()
    store.load(DATA.encode(), RdfFormat.TURTLE)
    count = counts(f"PREFIX : <http://example.org/>\n{query}")["n"]
    asked = count.listing(row)
    assert asked is not None
    rows = store.query(asked)
    assert isinstance(rows, QuerySolutions)
    assert len([*rows]) == listed
    assert count.named == tuple(row)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s :p ?o }",
        "SELECT (SUM(?o) AS ?n) { ?s :p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s :p ?o }",
        "SELECT (COUNT(?o) + 1 AS ?n) { ?s :p ?o }",
        "SELECT (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s",  # of which group, the row does not tell
        "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s (STR(?o))",
        "SELECT ?s (COUNT(?o) AS ?n) FROM <http://example.org/g> { ?s :p ?o } GROUP BY ?s",
        "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o",
        "ASK { ?count :p '(COUNT(?o) AS ?n)' }",
        "",
    ],
)
def test_of_another_form_nothing_is_said(query: str) -> None:
    assert counts(query) == {}


def test_what_the_row_does_not_hold_is_not_guessed() -> None:
    inner = counts("SELECT ?n { { SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s } }")["n"]
    assert inner.listing({"n": Literal(1)}) is None
