"""Statements as rows: those of the table of quads are those of the store, whatever is written in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.release import Release, statement_rows
from initiative_lod.release.manifest import TABLE
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.statement_rows import StatementTable
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF, RDFS, SKOS
from merge.conftest import I

SOURCE = r"""
@prefix e: <http://e.example/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
e:m a e:Body ; skos:notation 007 , 7 , "7" , "007"^^e:code ; skos:prefLabel "a \"b\" \\ c\nd\t<e> ^^ @en"@en ;
  skos:prefLabel "国际 电信"@zh-Hant ; skos:altLabel e:n , "plain" , "" , "😀\u0085\u007f" .
e:n a e:Body, [ a e:Blank ] . [] a e:Body ; skos:altLabel "of nothing that has a name" .
"""
PROPERTIES = [RDF.type, RDFS.label, SKOS.notation, SKOS.prefLabel, SKOS.altLabel]


@pytest.fixture
def merged(settings: Settings, start: Release, tmp_path: Path) -> OpenRelease:
    (tmp_path / "e.ttl").write_text(SOURCE, "utf-8")
    made = merge(settings, start, MergeRequest(named=(str(tmp_path / "e.ttl"),), retrieved="2031-03-06")).release
    assert made is not None
    return OpenRelease.open(made)


def rows(merged: OpenRelease, fill: Callable[[StatementTable], None]) -> list[tuple[str, str, str, str | None, str]]:
    """The rows of the table when it has been filled, property and graph by their IRIs."""
    graphs = sorted(graph.value for graph in merged.graphs if isinstance(graph, NamedNode))
    with statement_rows.engine() as engine:
        fill(StatementTable(engine, PROPERTIES, {graph: place for place, graph in enumerate(graphs, 1)}))
        found = [*statement_rows.each(engine, "FROM statement")]
    named = (
        (s, PROPERTIES[number - 1].value, o, language, graphs[place - 1]) for s, number, o, language, place in found
    )
    return sorted(named, key=repr)


def test_rows_of_the_table_are_those_of_the_store(merged: OpenRelease) -> None:
    found = rows(merged, lambda table: table.add_release(merged, PROPERTIES))
    looked_up = statement_rows.of_graphs(merged, PROPERTIES, merged.graphs)
    assert found == sorted(looked_up, key=repr)
    assert found == rows(merged, lambda table: table.add(statement_rows.of_quads(merged.quads())))
    theirs = "http://e.example/m", SKOS.notation.value
    assert [row[2:4] for row in found if row[:2] == theirs] == [("007", ""), ("007", ""), ("7", ""), ("7", "")]
    assert ('a "b" \\ c\nd\t<e> ^^ @en', "en") in [row[2:4] for row in found]
    assert ("http://e.example/n", None) in [row[2:4] for row in found]
    described = I.graph("release")
    assert described.value in {row[4] for row in found}
    graphs = [merged.release.manifest.merged[0].graph, described.value]
    some = rows(merged, lambda table: table.add_release(merged, PROPERTIES, but=[*map(NamedNode, graphs)]))
    assert some == [row for row in found if row[4] not in graphs]
    under = "http://e.example/n", f"{I.base}dataset"
    some = rows(merged, lambda table: table.add_release(merged, PROPERTIES, under=under))
    assert some == [row for row in found if row[0].startswith(under)]
    some = rows(merged, lambda table: table.add_release(merged, [RDF.type]))
    assert some == [row for row in found if row[1] == RDF.type.value]


def test_a_release_without_a_table_is_asked_by_its_store(merged: OpenRelease) -> None:
    before = rows(merged, lambda table: table.add_release(merged, PROPERTIES, under=[I.base]))
    (merged.release.path / TABLE).unlink()
    assert before
    assert rows(merged, lambda table: table.add_release(merged, PROPERTIES, under=[I.base])) == before


def test_a_graph_without_a_place_has_none(merged: OpenRelease) -> None:
    with statement_rows.engine() as engine:
        StatementTable(engine, PROPERTIES).add_release(merged, PROPERTIES)
        assert [*statement_rows.each(engine, "SELECT DISTINCT place FROM statement")] == [(0,)]
