"""FROM and default-graph-uri: graphs that share triples are one set, whatever the query does with it."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
    parse_query_results,
)

from initiative_lod.errors import DamagedStore
from initiative_lod.query_text.query_dataset import Dataset, dataset_of, parses
from initiative_lod.release import Release, unions
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.unions import PIECES, GraphTable
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker.evaluation import Evaluator, Limits
from initiative_lod.vocabulary import XSD
from service.sparql_app import BASE, make_release

E = "http://e.example/"
GRAPHS = tuple(f"{E}g{number}" for number in range(5))
UNKNOWN = f"{E}unknown"
QUERIES = {
    "count": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "rows": "SELECT * { ?s ?p ?o }",
    "sum": "SELECT ?s (SUM(?v) AS ?n) (COUNT(?v) AS ?m) { ?s e:v ?v } GROUP BY ?s",
    "join": "SELECT ?a ?c { ?a e:p ?b . ?b e:p ?c }",
    "sequence": "SELECT ?a ?c { ?a e:p/e:q ?c }",
    "alternative": "SELECT ?a ?c { ?a e:p|e:q ?c }",
    "inverse": "SELECT ?a ?c { ?a ^e:p/e:q ?c }",
    "negated": "SELECT ?a ?c { ?a !(e:p|^e:q) ?c }",
    "zero or more": "SELECT ?a ?c { ?a e:p* ?c }",
    "one or more": "SELECT (COUNT(*) AS ?n) { ?a (e:p|e:q)+ ?c }",
    "optional": "SELECT * { ?a e:p ?b OPTIONAL { ?b e:v ?v } }",
    "minus": "SELECT * { ?a e:p ?b MINUS { ?a e:q ?b } }",
    "exists": "SELECT * { ?a e:p ?b FILTER NOT EXISTS { ?b e:q ?a } }",
    "subquery": "SELECT ?a ?n { { SELECT ?a (COUNT(?b) AS ?n) { ?a e:p ?b } GROUP BY ?a } ?a e:q ?c }",
    "union": "SELECT * { { ?a e:p ?b } UNION { ?a e:q ?b } }",
    "named": "SELECT * { GRAPH ?g { ?a e:p ?b } ?b e:q ?c }",
    "names": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
}
PREFIX = f"PREFIX e: <{E}>\n"


def quads() -> list[Quad]:
    """Five graphs, each of which shares triples with others: one is a part of another, two are the same."""
    chance = random.Random(7)
    nodes = [NamedNode(f"{E}{name}") for name in "abcdef"] + [BlankNode("x"), BlankNode("y")]
    links = [Triple(one, NamedNode(f"{E}{name}"), other) for one in nodes for other in nodes for name in "pq"]
    texts = ("1", "01", "2")
    values = [Triple(node, NamedNode(f"{E}v"), Literal(text, datatype=XSD.integer)) for node in nodes for text in texts]
    held = [[*chance.sample(links, 40), *chance.sample(values, 6)] for _ in range(3)]
    held += [held[0][::2], held[1]]
    return [
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(graph))
        for graph, triples in zip(GRAPHS, held, strict=True)
        for triple in triples
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("releases"), quads())


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(Limits(100_000, 10_000_000, 100_000, 100))


def rows(results: QuerySolutions) -> Counter[str]:
    return Counter(str([row[name] for name in results.variables]) for row in results)


def expected(made: Release, query: str, default: tuple[str, ...], named: tuple[str, ...]) -> Counter[str]:
    """The answer of a store that holds the dataset and nothing else."""
    store = Store.read_only(str(made.store))
    alone = Store()
    for iri in default:
        for quad in store.quads_for_pattern(None, None, None, NamedNode(iri)):
            alone.add(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))
    alone.extend(quad for iri in named for quad in store.quads_for_pattern(None, None, None, NamedNode(iri)))
    found = alone.query(PREFIX + query)
    assert isinstance(found, QuerySolutions)
    return rows(found)


def answer(evaluator: Evaluator, made: Release, query: str, dataset: Dataset | None = None) -> Counter[str]:
    _, output = evaluator.evaluate(Job(str(made.store), PREFIX + query, BASE, dataset))
    found = parse_query_results(output.content(), format=QueryResultsFormat.JSON)
    assert isinstance(found, QuerySolutions)
    return rows(found)


ALL = [chosen for size in range(6) for chosen in combinations(GRAPHS, size)]


@pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
def test_any_graphs_are_one_set(query: str, made: Release, evaluator: Evaluator) -> None:
    for default in ALL:
        named = tuple(reversed(GRAPHS[: len(default)]))
        wanted = expected(made, query, default, named)
        assert answer(evaluator, made, query, (default, named)) == wanted, default
        clauses = [f"FROM <{iri}>" for iri in default] + [f"FROM NAMED <{iri}>" for iri in named]
        if clauses:
            at = query.index("{") if query.startswith("SELECT (") or "{" in query else 0
            text = f"{query[:at]} {' '.join(clauses)} {query[at:]}"
            assert answer(evaluator, made, text) == wanted, text


def test_what_graphs_share_is_found_where_they_are_small_and_where_not(
    made: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, sizes = Store.read_only(str(made.store)), GraphTable.read(made.path).sizes
    held: dict[Triple, set[str]] = {}
    for quad in store:
        if isinstance(quad.graph_name, NamedNode):
            held.setdefault(quad.triple, set()).add(quad.graph_name.value)
    assert sizes == Counter(iri for graphs in held.values() for iri in graphs)
    shared = {(triple, frozenset(graphs)) for triple, graphs in held.items() if len(graphs) > 1}
    assert len(shared) > 40
    for few in (0, 99):
        monkeypatch.setattr(unions, "FEW", few)
        found = [*unions._shared(store, sizes)]
        assert len(found) == len(shared)  # each once
        assert set(found) == shared


def test_all_graphs_are_the_default_graph(made: Release, evaluator: Evaluator) -> None:
    every = (*GRAPHS, f"{BASE}graph/release")
    count = QUERIES["count"]
    assert answer(evaluator, made, count) == answer(evaluator, made, count, (every, ()))
    assert answer(
        evaluator, made, "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } }"
    ) == (answer(evaluator, made, count))


def test_one_graph_however_often_it_is_named(made: Release, evaluator: Evaluator) -> None:
    once = expected(made, QUERIES["rows"], GRAPHS[:1], ())
    assert answer(evaluator, made, QUERIES["rows"], ((GRAPHS[0], GRAPHS[0], UNKNOWN), ())) == once
    twice = f"SELECT * FROM <{GRAPHS[0]}> FROM <{GRAPHS[0]}> FROM <{UNKNOWN}> {{ ?s ?p ?o }}"
    assert answer(evaluator, made, twice) == once
    assert not answer(evaluator, made, QUERIES["rows"], ((UNKNOWN,), ()))


def test_pieces_cannot_be_named(made: Release, evaluator: Evaluator) -> None:
    found = answer(evaluator, made, QUERIES["names"], (GRAPHS, GRAPHS))
    assert set(found) == {f"[<NamedNode value={iri}>]" for iri in GRAPHS}
    assert GraphTable.read(made.path).pieces
    assert answer(evaluator, made, "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }").keys() == {
        f"[<Literal value={len(GRAPHS) + 1} datatype=<NamedNode value={XSD.integer.value}>>]"
    }


def test_what_shares_nothing_is_not_cut(tmp_path: Path, evaluator: Evaluator) -> None:
    a, b = (NamedNode(f"{E}{name}") for name in "ab")
    made = make_release(tmp_path, [Quad(a, a, a, NamedNode(GRAPHS[0])), Quad(a, a, b, NamedNode(GRAPHS[1]))])
    assert not (made.path / INDEX / PIECES).exists()
    assert sum(answer(evaluator, made, QUERIES["rows"], (GRAPHS, ())).values()) == 2


def test_graphs_of_which_none_is_asked_are_left_whole(made: Release) -> None:
    table = GraphTable.read(made.path)
    for first, second in combinations(GRAPHS, 2):
        graphs, _ = table.united((first, second))
        assert graphs[0] in (NamedNode(first), NamedNode(second))
    assert table.united(GRAPHS[:1]) == ([NamedNode(GRAPHS[0])], False)
    assert json.loads((made.path / INDEX / "graphs.json").read_bytes())["graphs"] == table.sizes


def of(text: str, base: str = "http://b.example/x/") -> Dataset | None:
    return dataset_of(text, base, lambda other: parses(other, base))


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("SELECT * FROM <http://a.example/1> { ?s ?p ?o }", ["http://a.example/1"], []),
        ("select*from<http://a.example/1>from named<http://a.example/2>{?s ?p ?o}", ["http://a.example/1"], [2]),
        ("PREFIX a: <http://a.example/> ASK FROM a:1 FROM NAMED a:2 FROM a:1 WHERE {}", ["http://a.example/1"], [2]),
        ("BASE <http://a.example/y/> ASK FROM <../1> {}", ["http://a.example/1"], []),
        ("ASK FROM <1> FROM <> {}", ["http://b.example/x/1", "http://b.example/x/"], []),
        ("PREFIX : <http://a.example/> ASK FROM :1{}", ["http://a.example/1"], []),
        (
            "PREFIX a: <http://a.example/> ASK FROM a:x\\,y FROM a:%20.z {}",
            ["http://a.example/x,y", "http://a.example/%20.z"],
            [],
        ),
        ("PREFIX from: <http://a.example/> ASK FROM from:1 FROM NAMED from:2 {}", ["http://a.example/1"], [2]),
        ("PREFIX named: <http://a.example/> ASK FROM named:1 {}", ["http://a.example/1"], []),
        (
            "ASK # FROM <http://c.example/>\nFROM # FROM <http://c.example/>\n<http://a.example/1> {}",
            ["http://a.example/1"],
            [],
        ),
        ("ASK FROM <http://a.example/1> # FROM <http://c.example/>\n {}", ["http://a.example/1"], []),
        ("DESCRIBE <http://c.example/> FROM <http://a.example/1>", ["http://a.example/1"], []),
        ("CONSTRUCT FROM <http://a.example/1> WHERE { ?s ?p 'FROM <x:y>' }", ["http://a.example/1"], []),
        ("SELECT ('FROM <x:y>' AS ?from) FROM <http://a.example/1> {}", ["http://a.example/1"], []),
        ("SELECT ?from FROM NAMED <http://a.example/2> { ?from ?p ?o } # FROM <x:y>", [], [2]),
        ("ASK FROM <http://a.example/\\u0031> {}", ["http://a.example/1"], []),
        ("ASK FROM <http://a.example/from> {}", ["http://a.example/from"], []),
        ("ASK\u0020FROM\t<http://a.example/图> {}", ["http://a.example/图"], []),
    ],
)
def test_clauses_are_read_as_the_parser_does(text: str, default: list[str], named: list[int]) -> None:
    assert of(text) == (tuple(default), tuple(f"http://a.example/{number}" for number in named))


def test_a_query_without_clauses_has_no_dataset_of_its_own() -> None:
    assert of("PREFIX from: <x:> SELECT ?from { ?from from:from 'FROM <x:y>' } # FROM <x:y>") is None


def test_many_clauses(made: Release, evaluator: Evaluator) -> None:
    clauses = "".join(f"FROM <{E}other{number}>\n" for number in range(900))
    text = f"SELECT (COUNT(*) AS ?n) {clauses} FROM <{GRAPHS[0]}> FROM <{GRAPHS[1]}> {{ ?s ?p ?o }}"
    assert answer(evaluator, made, text) == expected(made, QUERIES["count"], GRAPHS[:2], ())


def test_a_damaged_table_is_told(tmp_path: Path, evaluator: Evaluator) -> None:
    a = NamedNode(f"{E}a")
    made = make_release(tmp_path, [Quad(a, a, a, NamedNode(GRAPHS[0])), Quad(a, a, a, NamedNode(GRAPHS[1]))])
    (made.path / INDEX / "graphs.json").write_text("{")
    with pytest.raises(DamagedStore, match=r"graphs\.json"):
        answer(evaluator, made, QUERIES["rows"], (GRAPHS, ()))
