"""Foreign graphs in memory: read in processes that are held to their limits, and ended at them."""

from __future__ import annotations

import gzip
import lzma
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode

from initiative_lod.errors import MachineError, SourceError
from initiative_lod.reading import foreign_graph
from initiative_lod.reading.find_files import Source, arrive
from initiative_lod.reading.foreign_graph import ForeignGraph, graph_of, place_of
from initiative_lod.reading.parse import How
from initiative_lod.reading.process_pool import ProcessPool
from initiative_lod.settings import Settings

TTL = "@prefix k: <http://kite.example/> .\nk:red k:flies k:high ; k:tail [ k:long <here> ] .\n"
BASE = "http://harbour.example/"
CLIQUE = "\n".join(f"_:n{a} <http://kite.example/p> _:n{b} ." for a in range(12) for b in range(12) if a != b)


def read(*paths: Path | str, settings: Settings | None = None, strict: bool = False) -> ForeignGraph:
    return foreign_graph.read([str(path) for path in paths], BASE, settings or Settings(), strict)


def test_each_file_has_a_graph_and_a_place(tmp_path: Path) -> None:
    folder = tmp_path / "风 筝"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.ttl").write_text(TTL)
    (folder / "deep" / "b.nt.gz").write_bytes(gzip.compress(b'<http://kite.example/a> <http://kite.example/b> "b" .\n'))
    alone = tmp_path / "c.ttl"
    alone.write_text(TTL.replace("red", "blue"))
    graph = read(folder, alone)
    assert [(item.place, item.path) for item in graph.files] == [
        (f"{folder}/a.ttl", folder / "a.ttl"),
        (f"{folder}/deep/b.nt", None),  # it lies here packed only
        (str(alone), alone),
    ]
    graphs = {quad.graph_name.value for quad in graph.quads if isinstance(quad.graph_name, NamedNode)}
    assert {place_of(name) for name in graphs} == {item.place for item in graph.files}
    assert graphs == {graph_of(item.place) for item in graph.files}
    assert {quad.object.value for quad in graph.quads if isinstance(quad.object, NamedNode)} >= {f"{BASE}here"}
    assert len({quad.object for quad in graph.quads if isinstance(quad.object, BlankNode)}) == 2


def test_one_bad_file_stops_nothing_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TTL)
    (tmp_path / "b.ttl").write_text(TTL + "k:red k:flies")
    (tmp_path / "notes.md").write_text("no RDF")
    graph = read(tmp_path, tmp_path / "a.ttl")
    assert len(graph.quads) == 3
    assert [item.told for item in graph.refused] == [f"{tmp_path}/b.ttl:3: it breaks off there: Unexpected end"]
    assert [item.outcome.status for item in graph.files] == ["taken", "refused", "passed over", "taken"]
    with pytest.raises(SourceError, match=r"files had to be refused:\n.*b\.ttl:3: "):
        read(tmp_path, strict=True)


def test_nothing_to_read_is_an_error_with_all_reasons(tmp_path: Path) -> None:
    (tmp_path / "b.ttl").write_text(TTL + "k:red k:flies")
    with pytest.raises(SourceError, match=r"b\.ttl:3: it breaks off"):
        read(tmp_path / "b.ttl")
    (tmp_path / "notes.md").write_text("no RDF")
    with pytest.raises(SourceError, match=r"notes\.md: no RDF"):
        read(tmp_path / "notes.md")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="there is no RDF in"):
        read(tmp_path / "empty")
    with pytest.raises(SourceError, match=r"no\.ttl: there is no such file or folder"):
        read(tmp_path / "no.ttl")
    with pytest.raises(SourceError, match="it is no URL that can be fetched"):
        read("http://[kite/")


def test_entangled_blank_nodes_are_no_trouble_where_they_stay_blank(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text(CLIQUE)
    assert len(read(tmp_path / "a.nt").quads) == 132


#: What hurts a parser, and what is told of it.
HOSTILE = {
    "triples in triples": (TTL + f"k:a k:b {'<<( k:a k:b ' * 50_000} k:c {')>> ' * 50_000} .", "nested too deep"),
    "lists in lists": (TTL + "k:a k:b " + "( " * 100_000, "breaks off"),
    "JSON in JSON": ('{"@context": {}, "http://kite.example/a": ' + "[" * 500_000, ""),
}


@pytest.mark.parametrize(("text", "why"), HOSTILE.values(), ids=list(HOSTILE))
def test_what_crashes_a_parser_is_refused_by_name_and_the_rest_is_read(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TTL)
    (tmp_path / "bad.jsonld" if text.startswith("{") else tmp_path / "bad.ttl").write_text(text)
    (tmp_path / "c.ttl").write_text(TTL.replace("red", "blue"))
    graph = read(tmp_path)
    assert [item.outcome.status for item in graph.files] == ["taken", "refused", "taken"]
    assert why in graph.refused[0].outcome.why


@pytest.mark.thorough
def test_a_reader_has_so_much_memory(tmp_path: Path) -> None:
    """It cannot even start with what a text of this length takes; what is small is read."""
    (tmp_path / "a.ttl").write_text(TTL)
    (tmp_path / "long.ttl").write_text(TTL + f'k:a k:b "{"x" * (60 << 20)}" .')
    graph = read(tmp_path, settings=replace(Settings(), merge_memory=150 << 20))
    ((place, why),) = [(item.place, item.outcome.why) for item in graph.refused]
    assert place.endswith("long.ttl")
    assert "too much memory (setting merge_memory)" in why
    assert len(graph.quads) == 3


def test_a_full_disk_is_told_as_that(tmp_path: Path) -> None:
    """Not as a fault of the file that was read then."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "spool-0").symlink_to("/dev/full")
    (tmp_path / "a.ttl").write_text(TTL)
    settings = replace(Settings(), merge_workers=1)
    arrived = arrive(Source("kite", str(tmp_path / "a.ttl")), scratch, settings)
    with (
        ProcessPool(scratch, settings) as pool,
        pytest.raises(MachineError, match="files cannot be read here: No space left on device"),
    ):
        pool.read(arrived, lambda member: How("http://kite.example/graph", BASE))


def test_a_process_that_is_killed_is_told_and_the_next_file_is_read(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.ttl").write_text(TTL)
    (tmp_path / "b.ttl").write_text(TTL + f"k:a k:b {'<<( k:a k:b ' * 50_000} k:c {')>> ' * 50_000} .")
    graph = read(tmp_path, settings=replace(Settings(), merge_workers=1))
    assert [item.outcome.status for item in graph.files] == ["taken", "refused", "taken"]


def test_an_archive_that_wants_too_much_memory_is_refused(tmp_path: Path) -> None:
    """The header of an xz file asks for a dictionary of any size."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    (tmp_path / "a.ttl.xz").write_bytes(lzma.compress(TTL.encode(), filters=filters))
    with pytest.raises(SourceError, match=r"unpacking it needs too much memory \(setting merge_memory\)"):
        read(tmp_path / "a.ttl.xz", settings=replace(Settings(), merge_memory=400 << 20))
