"""Syntaxes that are read in a way of their own: TriX, and files too large to be held in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from initiative_lod.reading import parse as reading
from initiative_lod.reading.parse import How
from initiative_lod.reading.source_files import FileOutcome, Member
from merge.conftest import Merge, merging, settings, start, written_start

__all__ = ["merging", "settings", "start", "written_start"]  # fixtures

HOW = How("http://e.example/graph", "http://e.example/genid/", "http://e.example/base/")
TRIX = """<?xml version="1.0"?>
<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/">
  <graph><uri>http://e.example/g</uri>
    <triple><uri>http://e.example/a</uri><uri>http://e.example/p</uri>
      <typedLiteral datatype="http://www.w3.org/2001/XMLSchema#integer">007</typedLiteral></triple>
    <triple><id>x</id><uri>http://e.example/p</uri><plainLiteral xml:lang="zh">甲</plainLiteral></triple>
  </graph>
</TriX>
"""
LARGE = {
    "turtle": ("x.ttl", "@prefix e: <http://e.example/> .\ne:a e:p 007 , [ e:q <here> ] .\n", 3, 1),
    "n-quads": ("x.nq", "<http://e.example/a> <http://e.example/p> _:b <http://e.example/g> .\n", 1, 1),
    "rdf/xml": (
        "x.rdf",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
        '<rdf:Description rdf:about="http://e.example/a"><e:p>x</e:p></rdf:Description></rdf:RDF>',
        1,
        0,
    ),
}


def read(path: Path, lenient: bool = False) -> tuple[FileOutcome, bytes]:
    data = path.read_bytes()
    member = Member(path.name, len(data), hashlib.sha256(data).hexdigest(), path)
    written: list[bytes] = []
    how = How(HOW.graph, HOW.genid, HOW.base, lenient)
    return reading.read(member, how, written.append, lambda stage: None), b"".join(written)


def test_trix_is_read(merging: Merge, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(TRIX)
    (record,) = merging(tmp_path / "x.xml").records
    assert (record.part.quads, record.blank_nodes) == (2, 1)
    assert any("http://e.example/g" in note for note in record.notes)
    outcome, written = read(tmp_path / "x.xml")
    assert outcome.format == "TriX"
    assert b'"007"^^' in written


def test_trix_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(TRIX.replace("</graph>", ""))
    outcome, _ = read(tmp_path / "x.xml")
    assert (outcome.status, outcome.why[:8]) == ("refused", "no TriX:")


@pytest.mark.parametrize("case", LARGE.values(), ids=list(LARGE))
def test_a_large_file_is_streamed_and_gives_the_same(
    case: tuple[str, str, int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text, triples, blank_nodes = case
    (tmp_path / name).write_text(text)
    at_once = read(tmp_path / name)
    monkeypatch.setattr(reading, "WHOLE", 8)
    outcome, written = read(tmp_path / name)
    assert (outcome, written) == at_once
    assert (outcome.status, outcome.triples, outcome.blank_nodes) == ("taken", triples, blank_nodes)
    assert {str(quad.graph_name) for quad in parse(written, format=RdfFormat.N_QUADS)} == {f"<{HOW.graph}>"}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("x.ttl", "@prefix e: <http://e.example/> .\ne:a e:b <no iri> .", ":2: "),
        ("x.rdf", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', ":1: "),
        ("x.xml", TRIX.replace("</graph>", ""), "no TriX"),
    ],
)
def test_a_large_file_that_is_bad_is_refused(
    name: str, text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text(text)
    monkeypatch.setattr(reading, "WHOLE", 8)
    outcome, _ = read(tmp_path / name)
    assert outcome.status == "refused"
    assert why in outcome.told
