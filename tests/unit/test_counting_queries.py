"""Counting queries answered from a release's own counts: the same as the engine counts, and nothing else is taken."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.iris import Iris
from initiative_lod.query_text.query_dataset import Dataset, dataset_of, parses
from initiative_lod.release import Edition
from initiative_lod.sparql.worker import counting_queries
from initiative_lod.sparql.worker.counting_queries import ReleaseCounts
from initiative_lod.sparql.worker.evaluation import OpenStore
from initiative_lod.vocabulary import RDF, RDFS

I = Iris()
PROLOGUE = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n# a comment\nBASE <https://x.example/>\n"
COUNTS = ("COUNT(*)", "count(?s)", "COUNT(?p)", "COUNT(?g)", "COUNT(DISTINCT ?s)", "COUNT(DISTINCT ?p)",
          "COUNT(DISTINCT ?o)", "COUNT(DISTINCT ?g)", "COUNT(DISTINCT *)")  # fmt: skip
PATTERNS = (
    "?s ?p ?o", "?s ?p ?o .", "$s a ?p", "?s rdf:type ?p", f"?s {RDF.type} ?p .", f"?s a {RDFS.Class}", "[] a ?p",
    f"?s {RDFS.label} ?o", "?s a []", "?s <https://x.example/none> ?o", "?s ?p 'x'", "?s ?p ?s", "?s ?p ?p",
    "GRAPH ?g { ?s ?p ?o }", f"GRAPH {I.graph('one')} {{ ?s ?p ?o . }} .", "GRAPH <x:none> { ?s ?p ?o }",
    "GRAPH ?g { ?s a ?p }", "GRAPH ?g { ?s ?p ?g }", "?s ?p ?o . ?o ?q ?r", f"{I.thing('dataset')} ?p ?o", "?s a|a ?p",
)  # fmt: skip


def queries() -> Iterator[str]:
    """Queries of every form: those that may be taken, and those that look like them."""
    for pattern, count in product(PATTERNS, COUNTS):
        yield f"SELECT ({count} AS ?n) WHERE {{ {pattern} }}"
        for key in ("?p", "?g", "?s"):
            counted = f"SELECT {key} ({count} AS ?n) {{ {pattern} }} GROUP BY {key}"
            yield f"{counted} ORDER BY DESC(?n) {key} LIMIT 3 OFFSET 1"
            yield f"SELECT ({count} AS ?n) {{ {pattern} }} GROUP BY {key} HAVING (COUNT(*) > 2) ORDER BY ASC({count})"
    for pattern, key in product(PATTERNS, ("?p", "?g", "?s", "?o", "*")):
        yield f"SELECT DISTINCT {key} WHERE {{ {pattern} }} ORDER BY ?p ?g"
        yield f"select {key} {{ {pattern} }}"
        yield f"SELECT {key} {{ {pattern} }} GROUP BY {key}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenStore:
    """Graphs that share triples, with classes, literals, and a type of a thing that is stated twice."""
    one, two = I.graph("one"), I.graph("two")
    quads = []
    for number in range(12):
        thing, kind = I.thing(f"id/thing/{number}"), NamedNode(f"https://x.example/{number % 3}")
        quads += [Quad(thing, RDF.type, kind, one), Quad(thing, RDFS.label, Literal(f"{number % 5}"), one)]
        quads += [Quad(thing, RDF.type, kind, two)] if number % 2 else []
        quads += [Quad(thing, RDF.type, RDFS.Class, two)] if number % 4 == 0 else []
        quads += [Quad(thing, RDFS.seeAlso, I.thing(f"id/thing/{number // 2}"), two)]
    return written(tmp_path_factory.mktemp("counted"), quads)


def written(folder: Path, quads: list[Quad]) -> OpenStore:
    made = release.write(folder, canonical(quads), Edition("1", "2031-03-05"), {"context.jsonld": b"{}\n"}, I)
    return OpenStore(str(made.store))


def rows(store: Store, text: str, in_order: bool = False, **options: Any) -> Any:
    """The solutions; where there is no order, as a bag. Of equals in order, any may come first."""
    found = store.query(text, base_iri=I.base, **options)
    assert isinstance(found, QuerySolutions)
    value = json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")
    solutions = [
        tuple(sorted((name, *term.values()) for name, term in row.items())) for row in value["results"]["bindings"]
    ]
    return value["head"]["vars"], solutions if in_order else Counter(solutions)


def test_what_is_taken_is_answered_as_the_engine_answers(opened: OpenStore) -> None:
    taken = 0
    for text in queries():
        asked = PROLOGUE + text
        counted = opened.counted(asked)
        if counted is None or not parses(asked, I.base):
            continue
        taken += 1
        ordered = "DESC(?n) ?p" in text or "DESC(?n) ?g" in text
        assert rows(opened.store, counted, ordered) == rows(opened.store, asked, ordered), (text, counted)
    assert taken > 80


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(DISTINCT ?s) AS ?a) (COUNT(DISTINCT ?o) AS ?b) (COUNT(*) AS ?d) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY DESC(COUNT(*))",
        "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n)",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n)",
        "SELECT DISTINCT ?p { ?s ?p ?o }",
        "SELECT DISTINCT ?type WHERE { [] a ?type . } LIMIT 100",
        "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }",
        f"SELECT (COUNT(?s) AS ?n) {{ ?s a {RDFS.Class} }}",
        "SELECT ?类 (COUNT(?物) AS ?数量) WHERE { ?物 a ?类 } GROUP BY ?类 ORDER BY DESC(?数量)",
        "SELECT DISTINCT ?属性 { ?1 ?属性 ?_ }",
        f"PREFIX : <{RDFS.Class.value.removesuffix('Class')}> SELECT (COUNT(*) AS ?n) {{ ?s a :Class }}",
        "PREFIX 例: <https://x.example/> SELECT (COUNT(*) AS ?n) { ?s a 例:1 }",
        "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } }",
        "SELECT ?g (COUNT(*) AS ?n) { { GRAPH ?g { { ?s ?p ?o . } } . } } GROUP BY ?g",
        f"SELECT (COUNT(*) AS ?n) FROM {I.graph('one')} {{ ?s ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) FROM {I.graph('one')} FROM {I.graph('release')} FROM <x:none> {{ ?s ?p ?o }}",
        "SELECT (COUNT(*) AS ?n) FROM <x:none> { ?s ?p ?o }",
        f"SELECT ?g (COUNT(*) AS ?n) FROM NAMED {I.graph('two')} FROM NAMED <x:none> "
        "{ GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        f"SELECT ?c (COUNT(*) AS ?n) FROM {I.graph('one')} FROM {I.graph('two')} FROM {I.graph('release')} "
        "{ ?s a ?c } GROUP BY ?c",
    ],
)
def test_what_everybody_sends_first_is_taken(opened: OpenStore, text: str) -> None:
    dataset = dataset_in(text)
    counted = opened.counted(text, dataset)
    assert counted is not None
    store, options = opened.asked(dataset)
    assert rows(opened.store, counted) == rows(store, text, **options)


def dataset_in(text: str) -> Dataset | None:
    """The dataset of the FROM clauses of a query that the parser takes."""
    return dataset_of(text, I.base, lambda other: parses(other, I.base))


def spelt_at_random(chance: random.Random) -> str:
    """A query of one pattern in any spelling, with names and brackets as a person may write them."""
    pick = chance.choice
    names = ["?s", "$s", "?属性", "?p", "?o", "?g", "?1", "?_x", "?é"]
    terms = [*names, "a", "[]", ":Class", ":1", "例:1", "例:a.b", ":a:b", r":a\-b", ":a%20", str(RDF.type), "<x:none>"]
    graphs = [str(I.graph(name)) for name in ("one", "two", "release", "none")] + [":g", "<graph/one>"]
    pattern = " ".join(term if chance.random() < 0.8 else pick(terms) for term in chance.sample(names, 3))
    for _ in range(chance.randrange(4)):
        graph = pick(["", "", "", f"GRAPH {pick([*names, *graphs])} "])
        pattern = f"{graph}{{ {pattern}{pick(['', ' . ', '.'])} }}"
    counts = [f"(COUNT({pick(['', 'DISTINCT '])}{pick(['*', *names])}) AS ?n{number})" for number in range(2)]
    key = pick(names)
    head = pick([counts[0], f"{key} {counts[0]}", " ".join(counts), f"DISTINCT {key}"])
    clauses = [f"{pick(['FROM', 'FROM', 'FROM NAMED'])} {pick(graphs)}" for _ in range(pick([0, 0, 1, 2, 4]))]
    tail = pick(["", "", f"GROUP BY {key}", f"GROUP BY {key} HAVING (COUNT(*) > 1)"])
    text = " ".join(["SELECT", head, *clauses, pick(["WHERE", ""]), "{", pattern, "}", tail])
    words = ("SELECT", "COUNT", "GRAPH", "FROM", "NAMED", "WHERE", "GROUP BY", "DISTINCT")
    for word in words:
        text = text.replace(
            f"{word} ", f"{pick([word, word.lower(), word.title()])}{pick([' ', ' # a } comment' + chr(10)])}"
        )
    return f"PREFIX : <{RDFS.Class.value.removesuffix('Class')}>\nPREFIX 例: <https://x.example/>\n{text}"


def test_whatever_the_spelling_the_answer_is_the_engines(opened: OpenStore) -> None:
    chance, taken = random.Random(20310305), Counter[bool]()
    for _ in range(4000):
        text = spelt_at_random(chance)
        if counting_queries.read(text) is None or not parses(text, I.base):
            continue
        dataset = dataset_in(text)
        if (counted := opened.counted(text, dataset)) is not None:
            taken[dataset is not None] += 1
            store, options = opened.asked(dataset)
            assert rows(opened.store, counted) == rows(store, text, **options), (text, counted)
    assert min(taken.values()) > 40, taken


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER (?o > 1) }",
        f"SELECT ?p (COUNT(*) AS ?n) FROM {I.graph('one')} {{ ?s ?p ?o }} GROUP BY ?p",
        f"SELECT (COUNT(DISTINCT ?s) AS ?n) FROM {I.graph('one')} {{ ?s ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) FROM {I.graph('one')} FROM {I.graph('two')} {{ ?s ?p ?o }}",  # they share triples
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { GRAPH ?h { ?s ?p ?o } } }",
        "PREFIX : <https://x.example/> SELECT (COUNT(*) AS ?n) { ?s a :1%20 }",
        "PREFIX : <https://x.example/> SELECT (COUNT(*) AS ?n) { ?s a :1:2 }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } VALUES ?s { <https://x.example/a> }",
        "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) { GRAPH <//x:80/../g> { ?s ?p ?o } }",
        "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }",
        "SELECT ?p { ?s ?p ?o }",
        "SELECT (SUM(?o) AS ?n) { ?s ?p ?o }",
        "ASK { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o",
        "",
        "SELECT",
    ],
)
def test_what_the_counts_do_not_say_is_left_to_the_engine(opened: OpenStore, text: str) -> None:
    assert opened.counted(text, dataset_in(text) if parses(text, I.base) else None) is None


def test_counts_that_do_not_add_up_are_not_believed(tmp_path: Path) -> None:
    thing = I.thing("id/thing/1")
    odd = written(tmp_path / "odd", [Quad(thing, RDF.type, Literal("no class"), I.graph("one"))])
    assert odd.counted("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") is None
    sound = written(tmp_path / "sound", [Quad(thing, RDFS.label, Literal("a"), I.graph("one"))])
    assert ReleaseCounts.of(sound.path.parent, sound.store) is not None
    manifest = sound.path.parent / "manifest.json"
    value = json.loads(manifest.read_bytes())
    for changed in ({**value, "triples": value["triples"] + 1}, {**value, "triples": None}, {**value, "format": 2}):
        manifest.write_text(json.dumps(changed))
        assert ReleaseCounts.of(sound.path.parent, sound.store) is None
    assert counting_queries.read("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") is not None
