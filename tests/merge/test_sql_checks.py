"""What DuckDB finds in the table of quads is what SPARQL finds in the store: the same findings, in the same order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Store

from initiative_lod.bulk import quad_counts, spark_engine
from initiative_lod.bulk.sql_engine import DUCKDB, SqlEngine, open_engine, require_known
from initiative_lod.errors import SettingsError
from initiative_lod.merge.conflicts import find_conflicts, link_tables, sql_checks
from initiative_lod.merge.conflicts.check import CheckResult, checks
from initiative_lod.release import default_graph, quad_table, statistics
from merge.conftest import I, Merge
from merge.test_conflicts import CASES, building
from merge.test_conflicts import PREFIXES as PREFIXES_OF_CASES

PREFIXES = {**I.prefixes, "graph": I.graph("").value, "ours": I.base}
MEMORY = 1 << 28


@contextmanager
def engine_over(folder: Path, name: str = DUCKDB) -> Iterator[SqlEngine]:
    """An engine over the parts in a folder."""
    parts = [folder / "own.nq.gz", *sorted((folder / "graphs").glob("*.nq.gz"))]
    quad_table.write(parts, folder / "dump.parquet", folder)
    repeating = [f"<{I.graph(name).value}>" for name in ("identity", "inferred")]
    with open_engine(name, folder / "dump.parquet", folder, MEMORY, repeating) as engine:
        assert engine is not None
        sql_checks.prepare(engine, find_conflicts.graphs_of_parts(folder), PREFIXES)
        yield engine


def require_equal(folder: Path, store: Store, name: str = DUCKDB) -> dict[str, CheckResult]:
    """The results of all checks, by kind; both agree, as do the counts of all graphs."""
    asked = find_conflicts.stores(store, folder, I)
    found: dict[str, CheckResult] = {}
    with engine_over(folder, name) as engine:
        for check in checks():
            found[check.kind] = sql_checks.run(check, engine, PREFIXES)
            assert found[check.kind] == check.run(asked[check.over], PREFIXES), check.kind
        graphs: list[NamedNode | DefaultGraph] = [default_graph.DEFAULT_GRAPH]
        graphs += (graph for graph in store.named_graphs() if isinstance(graph, NamedNode))
        assert quad_counts.of_all(engine) == {graph: statistics.of_graph(store, graph) for graph in graphs}
    return found


def test_what_a_case_has_is_found_by_both(tmp_path: Path) -> None:
    """All cases in one pair of graphs, each in namespaces of its own."""
    own = [
        tuple(text.replace("e:", f"e:{kind}-").replace("f:", f"f:{kind}-") for text in CASES[kind][:2])
        for kind in sorted(CASES)
        if kind not in ("twin-namespaces", "links-to-nothing")
    ]
    plain = [CASES[kind][:2] for kind in ("twin-namespaces", "links-to-nothing")]
    folder, store = building(tmp_path, *(" ".join(texts) for texts in zip(*own, *plain, strict=True)))
    found = require_equal(folder, store)
    assert [kind for kind, result in found.items() if not result.total] == []


WORDS = ['"1"', '"01"', '"1"@en', '"1"@EN', '"x y"', '"x y"@zh-Hans', "1", "01", "1.0", "true", '"q"^^xsd:int']
WORDS += ['"2031-02-30"^^xsd:date', '"2031-2-3"^^xsd:date', '"http://e.example/x"', '"http://e.example/x y"', "1e0"]
WORDS += [
    '"http://e.example/x\\u0085"',
    '"http://e.example/x\\u00a0y"',
    '"INF"^^xsd:float',
    '"a\\nb"',
    '"007"^^xsd:gYear',
]
PROPERTIES = (
    "a skos:prefLabel skos:notation skos:inScheme skos:exactMatch skos:broadMatch owl:sameAs owl:differentFrom "
    "owl:imports ilod:number e:p e:k"
)
OBJECTS = "e:C owl:Class rdfs:Class owl:Ontology skos:Concept owl:FunctionalProperty owl:InverseFunctionalProperty "
OBJECTS += "ilod:Action ilod:Clause ilod:Topic sssom:NoTermFound"


@pytest.mark.parametrize("seed", range(4))
def test_what_chance_makes_is_found_by_both(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    names = [f"{space}:Thing{number}" for space in "ef" for number in range(14)]
    names += ["e:p", "e:k", "<http://g.example/甲>", "<http://g.example/x/y#z>", "_:b"]
    names += [f"<https://w3id.org/initiative-lod/id/{name}>" for name in "xy"]
    terms = [*names, *OBJECTS.split(), *WORDS]
    things = [name for name in names if not name.startswith("_")]

    def statements() -> str:
        typed = (f"{name} a skos:Concept ." for name in things if chance.random() < 0.8)
        declared = "e:p a owl:FunctionalProperty . e:k a owl:InverseFunctionalProperty ."
        made = (
            f"{chance.choice(things)} {chance.choice(PROPERTIES.split())} {chance.choice(terms)} ." for _ in range(500)
        )
        return " ".join([declared, *typed, *made]).replace("_:b", "<urn:x:b>")

    require_equal(*building(tmp_path, statements(), statements(), statements()))


@pytest.mark.thorough
def test_a_merge_by_duckdb_is_the_same_release(merging: Merge, tmp_path: Path) -> None:
    """But for nothing: the report, the description and the counts are the same bytes."""
    text = PREFIXES_OF_CASES + CASES["two-preferred-labels"][0] + ' e:a skos:prefLabel "uno"@en ; e:p 007 .'
    (tmp_path / "one.ttl").write_text(text, "utf-8")
    by_store = merging(tmp_path / "one.ttl")
    assert by_store.release is not None
    by_store.release.path.rename(tmp_path / "elsewhere")
    by_duckdb = merging(tmp_path / "one.ttl", engine="duckdb")
    assert by_duckdb.release is not None
    assert by_duckdb.release.manifest == by_store.release.manifest
    assert by_duckdb.release.path.name == by_store.release.version


def test_an_engine_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="there is no engine 'sqlite': it is store, duckdb, or spark://HOST:PORT"):
        require_known("sqlite")
    monkeypatch.setattr(spark_engine, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pyspark and sqlglot: pip install 'initiative-lod\[spark\]'"):
        require_known("spark://host.example:7077")
    monkeypatch.setattr(spark_engine, "find_spec", lambda name: object())
    monkeypatch.setattr(spark_engine, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SettingsError, match="Spark needs Java 17 or later"):
        require_known("local[2]")


def test_circles_of_links_are_told_apart() -> None:
    """Two circles with a link from one to the other, a thing that links itself, and a chain longer than the stack."""
    chain = [(f"n{number}", f"n{number + 1}") for number in range(5000)]
    links = ["ab", "bc", "ca", "cd", "de", "ed", "ff", "gf", "gh"]
    members: dict[str, set[str]] = {}
    for name, circle in link_tables.circles([*((pair[0], pair[1]) for pair in links), *chain]):
        members.setdefault(circle, set()).add(name)
    assert sorted(map(sorted, members.values())) == [["a", "b", "c"], ["d", "e"], ["f"]]
