"""Statements as rows: those of the table of quads are those of the store, whatever is written in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.release import Release, statement_rows
from initiative_lod.release.manifest import TABLE
from initiative_lod.release.open_release import OpenRelease
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


def test_rows_of_the_table_are_those_of_the_store(merged: OpenRelease) -> None:
    rows = sorted(statement_rows.of_release(merged, PROPERTIES), key=repr)
    assert rows == sorted(statement_rows.of_graphs(merged, PROPERTIES, merged.graphs), key=repr)
    theirs = "http://e.example/m", SKOS.notation.value
    assert [row[2:4] for row in rows if row[:2] == theirs] == [("007", ""), ("007", ""), ("7", ""), ("7", "")]
    assert ('a "b" \\ c\nd\t<e> ^^ @en', "en") in [row[2:4] for row in rows]
    assert ("http://e.example/n", None) in [row[2:4] for row in rows]
    described = I.graph("release")
    assert described.value in {row[4] for row in rows}
    graphs = [merged.release.manifest.merged[0].graph, described.value]
    some = statement_rows.of_release(merged, PROPERTIES, but=[*map(NamedNode, graphs)])
    assert sorted(some, key=repr) == [row for row in rows if row[4] not in graphs]
    under = "http://e.example/n", f"{I.base}dataset"
    found = statement_rows.of_release(merged, PROPERTIES, under=under)
    assert sorted(found, key=repr) == [row for row in rows if row[0].startswith(under)]


def test_a_release_without_a_table_is_asked_by_its_store(merged: OpenRelease) -> None:
    rows = sorted(statement_rows.of_release(merged, PROPERTIES, under=[I.base]), key=repr)
    (merged.release.path / TABLE).unlink()
    assert rows
    assert sorted(statement_rows.of_release(merged, PROPERTIES, under=[I.base]), key=repr) == rows
