"""Each kind of conflict is found where it is, and not found where it is not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions, RdfFormat, Store, parse

from initiative_lod.bulk.sql_engine import DUCKDB, open_engine
from initiative_lod.errors import OverLimit, ParseError, ShapesError
from initiative_lod.merge import graph_file
from initiative_lod.merge.conflicts import find_conflicts
from initiative_lod.merge.conflicts.check import checks, read
from initiative_lod.merge.conflicts.conflict_report import Conflicts
from initiative_lod.merge.conflicts.contradictions import contradictions
from initiative_lod.merge.conflicts.identity_statements import identity_statements
from initiative_lod.release import default_graph, quad_table
from initiative_lod.validation import shacl
from initiative_lod.validation.confined_run import RunLimits
from initiative_lod.validation.rdflib_graph import DataGraph
from merge.conftest import I

PREFIXES = """@prefix e: <http://e.example/> . @prefix f: <http://f.example/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix sssom: <https://w3id.org/sssom/> .
@prefix ilod: <https://w3id.org/initiative-lod/ontology#> .
"""
ONTOLOGY = """
ilod:Action a owl:Class ; rdfs:isDefinedBy <https://w3id.org/initiative-lod/ontology> ; owl:disjointWith ilod:Topic .
ilod:number a owl:DatatypeProperty ; rdfs:range xsd:integer ;
    rdfs:isDefinedBy <https://w3id.org/initiative-lod/ontology> .
<https://w3id.org/initiative-lod/id/x> a ilod:Action .
<urn:x:kinds> a owl:AllDisjointClasses ; owl:members <urn:x:list> .
<urn:x:list> rdf:first ilod:Action ; rdf:rest <urn:x:more> . <urn:x:more> rdf:first ilod:Clause ; rdf:rest rdf:nil .
"""
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix s: <https://w3id.org/initiative-lod/shapes#> .
s:Action a sh:NodeShape ; sh:targetClass ilod:Action ; sh:property s:Action-number .
s:Action-number sh:path ilod:number ; sh:minCount 1 ; sh:message "an action has a number"@en .
"""
NAMES = [f"Concept{number}" for number in range(12)]

#: What is in two graphs of others, and how many findings of the kind there are.
CASES: dict[str, tuple[str, str, int]] = {
    "two-preferred-labels": ('e:a skos:prefLabel "one"@en , "eins"@de .', 'e:a skos:prefLabel "uno"@en .', 1),
    "identity-declared-different": ("e:a owl:differentFrom e:c . e:a owl:sameAs e:b .", "e:c skos:exactMatch e:b .", 1),
    "identity-of-other-type": ("e:a a e:Country ; owl:sameAs f:a .", "f:a a f:Concept .", 1),
    "identity-through-a-hub": ("e:a a e:T . e:b a e:T .", "e:a skos:exactMatch f:h . e:b skos:exactMatch f:h .", 1),
    "exact-and-broader": ("e:a skos:exactMatch e:b .", "e:a skos:broadMatch e:b .", 1),
    "one-notation-on-two-things": (
        'e:a skos:notation "1" ; skos:inScheme e:s . e:b skos:notation "1" ; skos:inScheme e:s .',
        'e:c skos:notation "1" ; skos:inScheme e:t .',
        1,
    ),
    "two-notations-on-one-thing": ('e:a skos:notation "1" .', 'e:a skos:notation "2" . e:b skos:notation "2" .', 1),
    "functional-values-differ": ("e:p a owl:FunctionalProperty . e:a e:p 1 .", "e:a e:p 2 . e:b e:p 2 .", 1),
    "key-on-two-things": ('e:k a owl:InverseFunctionalProperty . e:a e:k "x" .', 'e:b e:k "x" .', 1),
    "iris-in-strings": ('e:a e:see "http://e.example/x" , "http is a protocol" .', "e:a e:see e:b .", 1),
    "links-to-nothing": (
        "e:a e:p 1 . e:b e:p 1 . e:c e:p 1 . e:d e:p 1 . e:g e:p e:gone , f:elsewhere , e:h .",
        "e:h e:p 1 .",
        1,
    ),
    "class-as-instance": ("e:C a owl:Class , e:Kind .", "e:D a owl:Class .", 1),
    "twin-namespaces": (
        " ".join(f"e:{name} a skos:Concept ." for name in NAMES),
        " ".join(f"f:{name} a owl:Class ." for name in NAMES[:10]),
        1,
    ),
    "our-terms-elsewhere": ("e:a ilod:number 1 .", "<https://w3id.org/initiative-lod/id/x> e:p 1 .", 2),
    "our-terms-excluded": (
        "e:a a ilod:Action , ilod:Topic . e:c a ilod:Clause .",
        'e:b ilod:number "x" . e:c a ilod:Action .',
        3,
    ),
    "ill-typed-literals": ('e:a e:p "x"^^xsd:integer , "1"^^xsd:integer .', 'e:a e:p "2031-13-01"^^xsd:date .', 2),
    "imports-of-nothing": ("e:o a owl:Ontology ; owl:imports e:q , f:none .", "e:q a owl:Ontology .", 1),
    "imports-in-a-circle": ("e:o owl:imports e:q .", "e:q owl:imports e:o . e:r owl:imports e:o .", 2),
}


def building(folder: Path, one: str, two: str, clusters: str = "") -> tuple[Path, Store]:
    """A folder of parts, and a store of the same; ``clusters`` repeat what others state."""
    (folder / "graphs").mkdir()
    store = Store()
    for name, text, file in (
        ("ontology", ONTOLOGY, "own"),
        ("source/one", one, "graphs/one"),
        ("source/two", two, "graphs/two"),
        *([("identity", clusters, "graphs/identity")] if clusters else ()),
    ):
        graph = I.graph(name)
        quads = list(parse(PREFIXES + text, format=RdfFormat.TURTLE))
        lines = sorted({f"{quad.triple} {graph} .".encode() for quad in quads})
        path = folder / f"{file}.nq.gz"
        graph_file.write(lines, path, file, graph.value)
        default_graph.load(store, [path])
    return folder, store


def test_every_check_has_its_case() -> None:
    assert sorted(CASES) == [check.kind for check in checks()]
    assert len(CASES) == 18


CHECK = """# title@zh: 一
# title@en: One
# why@zh: 因
# why@en: Since
# severity: Info
SELECT ?focus WHERE { ?focus ?p ?o }
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# title@zh: 一\n", "", "title@zh"),
        ("# why@en: Since\n", "", "why@en"),
        ("# severity: Info\n", "", "severity"),
        ("severity: Info", "severity: Grave", "severity is 'Grave', and must be one of Violation, Warning, Info"),
        ("severity: Info", "severity: Info\n# over: some", "over is 'some', and must be one of all, candidates"),
        ("# severity", "# gravity", "'gravity', which means nothing"),
    ],
)
def test_a_slip_in_a_check_is_told_with_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "one.rq").write_text(CHECK.replace(old, new), "utf-8")
    with pytest.raises(ParseError, match=rf"one\.rq:\d: .*{message}"):
        read(tmp_path / "one.rq")


@pytest.mark.parametrize(
    ("query", "message"),
    [("SELECT ?focus WHERE {", r":6: not SPARQL"), ("SELECT ?x {}", ": .*column .focus"), ("ASK {}", ": .*SELECT")],
)
def test_a_check_that_cannot_be_asked_is_told_with_its_file(tmp_path: Path, query: str, message: str) -> None:
    (tmp_path / "one.rq").write_text("".join(CHECK.splitlines(keepends=True)[:5]) + query, "utf-8")
    with pytest.raises(ParseError, match=rf"one\.rq{message}"):
        read(tmp_path / "one.rq").run(Store(), {})


@pytest.mark.parametrize("kind", list(CASES))
def test_a_conflict_is_found(kind: str, tmp_path: Path) -> None:
    one, two, total = CASES[kind]
    folder, store = building(tmp_path, one, two)
    (check,) = [check for check in checks() if check.kind == kind]
    prefixes = {**I.prefixes, "graph": I.graph("").value, "ours": I.base}
    found = check.run(find_conflicts.stores(store, folder, I)[check.over], prefixes)
    assert found.total == total, found.findings
    assert all(finding.statements and finding.graphs for finding in found.findings)


@pytest.mark.parametrize("kind", list(CASES))
def test_nothing_is_found_where_nothing_is(kind: str, tmp_path: Path) -> None:
    folder, store = building(tmp_path, 'e:a skos:prefLabel "a"@en .', "f:a rdfs:seeAlso e:a .")
    (check,) = [check for check in checks() if check.kind == kind]
    prefixes = {**I.prefixes, "graph": I.graph("").value, "ours": I.base}
    assert check.run(find_conflicts.stores(store, folder, I)[check.over], prefixes).total == 0


def rows(kind: str, statements: str) -> tuple[int, int]:
    """How many rows the query of a check gives, and how many statements of identity there are."""
    store = Store()
    graph = I.graph("source/one")
    store.bulk_load((PREFIXES + statements).encode(), format=RdfFormat.TURTLE, to_graph=graph)
    few = identity_statements(store, I)
    (check,) = [check for check in checks() if check.kind == kind]
    answer = few.query(check.query, prefixes=I.prefixes)
    assert isinstance(answer, QuerySolutions)
    return len(list(answer)), len(few)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("identity-through-a-hub", "e:t{n} a e:T ; owl:sameAs f:hub ."),
        ("identity-through-a-hub", "e:a a e:T ; owl:sameAs f:t{n} . e:b a e:T ; owl:sameAs f:t{n} ."),
        ("identity-declared-different", "e:t{n} owl:sameAs e:hub . e:hub owl:differentFrom e:t{n} ."),
        ("identity-declared-different", "e:t{n} owl:sameAs e:t{next} . e:t0 owl:differentFrom e:t{next} ."),
        ("identity-declared-different", "e:a{n} owl:sameAs e:b{n} ; owl:differentFrom e:b{n} ."),
    ],
)
def test_checks_of_identity_grow_with_the_statements(kind: str, shape: str) -> None:
    """Not with pairs of things: what is put down beside the statements, and the rows, double when these double."""
    (few, held), (twice, held_twice) = (
        rows(kind, " ".join(shape.format(n=n, next=n + 1) for n in range(size))) for size in (60, 120)
    )
    assert few >= 60
    assert twice <= 2 * few + 4
    assert held_twice <= 2 * held + 4


def test_what_a_publisher_links_is_not_kept_apart() -> None:
    described = "e:a a e:T . e:b a e:T . e:c a e:T . e:a owl:sameAs f:h . e:b owl:sameAs f:h . e:c owl:sameAs f:h . "
    assert rows("identity-through-a-hub", described + "e:a skos:exactMatch e:b .")[0] == 3
    assert rows("identity-through-a-hub", described + "e:a skos:exactMatch e:b , e:c . e:c owl:sameAs e:b .")[0] == 0


@pytest.fixture
def found(tmp_path: Path) -> Conflicts:
    folder, store = building(tmp_path, CASES["two-preferred-labels"][0], CASES["two-preferred-labels"][1])
    return find_conflicts.find(store, (), I, (), folder)


def test_the_report_is_told_to_people_and_machines(found: Conflicts) -> None:
    files = found.files()
    value: dict[str, Any] = json.loads(files["conflicts.json"])
    (labels,) = [item for item in value["found"] if item["kind"] == "two-preferred-labels"]
    assert labels["total"] == 1
    assert labels["findings"][0]["graphs"] == [I.graph("source/one").value, I.graph("source/two").value]
    assert "同一事物在同一语言中有两个首选标签" in files["conflicts.html"].decode()
    assert files["conflicts.html"].decode().startswith("<!doctype html>")
    assert "Two preferred labels" in files["conflicts.txt"].decode()
    triples = list(parse(files["conflicts.ttl"], format=RdfFormat.TURTLE))
    assert any(triple.object == NamedNode("http://e.example/a") for triple in triples)
    assert found.summary()["totals"]["two-preferred-labels"] == 1


def judged(folder: Path, two: str, shapes: str = SHAPES) -> Conflicts:
    """Conflicts of a graph of others with our shapes."""
    _, store = building(folder, "e:a a ilod:Action ; ilod:number 1 .", two)
    own = gzip.decompress((folder / "own.nq.gz").read_bytes()).splitlines()
    quads = parse(PREFIXES + shapes, format=RdfFormat.TURTLE)
    lines = sorted([*own, *(f"{quad.triple} {I.graph('shapes')} .".encode() for quad in quads)])
    (folder / "own.nq.gz").write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    return find_conflicts.find(store, (), I, (), folder)


SHAPES_WITH_A_QUERY = (
    SHAPES
    + """s:Action sh:sparql s:Action-other . s:Action-other sh:message "there is another action"@en ;
    sh:select "SELECT $this ?value WHERE { $this a ?kind . ?value a ?kind . FILTER (?value != $this) }" .
"""
)


def test_the_work_does_not_grow_with_what_breaks_our_shapes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As many nodes are looked at, and queries evaluated, of 60 false actions as of 120; what is left is told."""
    asked: list[object] = []
    query = DataGraph.query

    def counted(*arguments: Any, **more: Any) -> Any:
        asked.append(arguments)
        return query(*arguments, **more)

    monkeypatch.setattr(DataGraph, "query", counted)
    # In this process, where they are counted.
    monkeypatch.setattr(find_conflicts, "confined", lambda make, limits: make())
    work, results = [], []
    for number in (60, 120):
        (tmp_path / str(number)).mkdir()
        asked.clear()
        text = " ".join(f"e:b{place} a ilod:Action ." for place in range(number))
        found = judged(tmp_path / str(number), text, SHAPES_WITH_A_QUERY)
        (broken,) = (item for item in found.found if item.kind == "our-shapes-broken")
        work.append(len(asked))
        results.append(broken.total)
        left = number + 2 - find_conflicts.MAX_SHAPED_NODES  # two are ours, and an action each
        assert broken.unseen == left
        words = f"{left} more that may break a shape were not looked at"
        assert words in found.to_text()
        assert words in found.to_html()
        assert words in found.to_turtle()
        assert any(words in line for line in found.summary()["summary"])
        assert f'"unseen": {left}' in found.to_json()
    assert work[0] == work[1] > 0
    most = find_conflicts.MAX_SHAPED_NODES
    assert results[0] == results[1] == most - 1 + most * most  # e:a has a number


def test_what_breaks_our_shapes_is_found(tmp_path: Path) -> None:
    found = judged(tmp_path, "e:b a ilod:Action .")
    (broken,) = [item for item in found.found if item.kind == "our-shapes-broken"]
    assert "not looked at" not in found.to_text()
    assert (broken.unseen, broken.total, broken.severity) == (0, 1, "Violation")
    (finding,) = broken.findings
    assert finding.focus == NamedNode("http://e.example/b")
    assert "an action has a number" in finding.note
    assert finding.graphs == (I.graph("source/two").value,)


# What one file of others may say of a few things


def types(name: str, kind: str, count: int) -> str:
    return f"e:{name} a {', '.join(f'e:{kind}{number}' for number in range(count))} ."


MANY = 1500
#: Of what grew with the square of it: a text, the statements that are picked of it, findings, statements of the first.
MUCH: dict[str, tuple[str, int, int, int]] = {
    "identity-of-other-type": (
        f"{types('a', 'T', MANY)} {types('b', 'U', MANY)} e:a owl:sameAs e:b .", 2 * MANY + 2, 1, 2 * MANY + 1,
    ),
    "imports-in-a-circle": (
        " ".join(f"e:o{number} owl:imports e:o{(number + 1) % MANY} ." for number in range(MANY)), MANY, MANY, 1,
    ),
    "our-terms-excluded": (f"{types('a', 'T', MANY)} e:a a ilod:Action, ilod:Topic .", 4, 1, 2),
}  # fmt: skip


@pytest.mark.parametrize("kind", MUCH)
def test_what_contradicts_is_picked_in_proportion_to_what_is_said(kind: str, tmp_path: Path) -> None:
    text, picked, total, size = MUCH[kind]
    _, store = building(tmp_path, text, "")
    few = contradictions(store, I)
    assert len([quad for quad in few if quad.graph_name != DefaultGraph()]) == picked
    result = next(check for check in checks() if check.kind == kind).run(
        few, {**I.prefixes, "graph": I.graph("").value}
    )
    assert (result.total, result.findings[0].size) == (total, size)


def test_a_check_that_is_ended_is_told_as_unfinished_and_not_as_clean(tmp_path: Path) -> None:
    """With no time at all, every check is ended."""
    folder, store = building(tmp_path, *CASES["two-preferred-labels"][:2])
    found = find_conflicts.find(store, [], I, [], folder, limits=RunLimits(seconds=0))
    kinds = {check.kind for check in checks()} | {"questions-answered-differently", "joint-questions"}
    assert {item.kind for item, _ in found.unfinished} == kinds
    assert found.clean == found.ordered == ()
    summary = found.summary()
    assert summary["totals"] == {}
    assert summary["unfinished"].keys() == kinds
    assert all("?" in line and "ended after 0 s (setting validation_seconds)" in line for line in summary["summary"])
    text, page = found.to_text(), found.to_html()
    assert text.index("Not looked for to the end") < text.index("validation_seconds")
    assert page.count("运行 0 秒后终止") == page.count("ended after 0 s") == len(kinds)
    assert all(item["unfinished"] for item in json.loads(found.to_json())["found"])
    assert "sh:conforms false" in found.to_turtle()


def test_an_endless_query_of_duckdb_is_ended(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    graph_file.write([f"<x:a> <x:b> <x:c> {I.graph('some')} .".encode()], tmp_path / "own.nq.gz", "own", "")
    quad_table.write([tmp_path / "own.nq.gz"], tmp_path / "dump.parquet", tmp_path)
    with open_engine(DUCKDB, tmp_path / "dump.parquet", tmp_path, 1 << 28) as engine:
        assert engine is not None
        engine.limit(0.3)
        with pytest.raises(OverLimit, match=r"ended after 0\.3 s"):
            engine.rows("SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b")
        assert engine.rows("SELECT 1") == [(1,)]


def test_shapes_that_what_was_merged_breaks_are_told_as_unfinished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*arguments: object) -> None:
        raise ShapesError("the shapes cannot be run: RecursionError: too deep")

    monkeypatch.setattr(shacl, "validate", broken)
    folder, store = building(tmp_path, *CASES["our-terms-elsewhere"][:2])
    found = find_conflicts.find(store, [], I, [], folder)
    ((item, why),) = found.unfinished
    assert item.kind == "our-shapes-broken"
    assert str(why.values["detail"]).endswith("too deep")
