"""A release to which a graph is added is the one that is merged from nothing: its name, its files, what is found."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.iris import Iris
from initiative_lod.matching import entity_file
from initiative_lod.merge import assembly
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.pipeline import index_maker
from initiative_lod.release import Edition, Release, addition, files, integrity, read_tracking, unions
from initiative_lod.release.manifest import DUMP, STORE, STORE_DIGESTS
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.unions import GraphTable
from initiative_lod.search import builder, index
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF, RDFS
from patience import patient

GRAPHS = Path(__file__).resolve().parents[3] / "shared" / "graphs"
I = Iris()
DAY = "2031-03-06"
PREFIXES = """@prefix e: <http://e.example/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
FIRST = """
e:m a e:Body ; skos:prefLabel "International Telecommunication Union"@en, "国际电信联盟"@zh ; e:size 007 .
e:b a e:Law, e:Text ; skos:prefLabel "Law of harbours"@en ; skos:definition "What holds in harbours."@en .
e:unnamed a e:Body, e:Text . e:text skos:definition "A note without a name"@en .
e:x skos:prefLabel "Hafenrecht"@de ; skos:broader e:b . [] skos:prefLabel "no name of its own"@en .
"""
SECOND = """
e:m skos:altLabel "ITU"@en . e:b skos:altLabel "Harbour law (HL)"@en ; a e:Body .
e:unnamed skos:prefLabel "Law office"@en . e:text skos:prefLabel "Text"@en . e:a a e:New ; skos:prefLabel "Law"@en .
e:x skos:exactMatch e:a ; e:size 7 ; skos:prefLabel "Hafenrecht"@de . e:m e:size 7 .
"""


def start_in(settings: Settings) -> Release:
    quads = canonical([
        Quad(I.thing("id/x"), RDFS.label, Literal("甲", language="zh"), I.graph("some")),
        Quad(I.thing("id/x"), RDF.type, I.term("Topic"), I.graph("some")),
        Quad(I.thing("id/y/clause/1"), I.term("mentions"), NamedNode("http://e.example/spoken"), I.graph("some")),
        Quad(I.thing("id/y/clause/1"), RDFS.label, Literal("Clause", language="en"), I.graph("some")),
    ])  # fmt: skip
    return release.write(settings.release_folder, quads, Edition("1.0", "2031-03-05"), {"context.jsonld": b"{}\n"}, I)


def merged_in(folder: Path, files: Sequence[Path]) -> list[Release]:
    """The releases of merging files into a start, one after the other, in a folder of its own."""
    settings = patient(Settings(root=folder))
    made = [start_in(settings)]
    for file in files:
        request = MergeRequest(named=(str(file),), retrieved=DAY)
        following = merge(settings, made[-1], request, make_index=index_maker(before=made[-1])).release
        assert following is not None
        made.append(following)
    return made


def at_once(folder: Path, files: Sequence[Path]) -> Release:
    """The same files merged from nothing."""
    settings = patient(Settings(root=folder))
    request = MergeRequest(named=tuple(map(str, files)), retrieved=DAY)
    made = merge(settings, start_in(settings), request, make_index=index_maker()).release
    assert made is not None
    return made


def rows(path: Path) -> dict[str, list[Any]]:
    """All that is in an index, by table: words with their places, and of pieces which labels have them."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as opened:
        tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        plain = [name for name in tables if not name.startswith("words") and name not in ("piece", "holding")]
        found = {name: sorted(opened.execute(f"SELECT * FROM {name}"), key=repr) for name in plain}
        if "words" in tables:
            opened.execute("CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, words, instance)")
            found["words"] = sorted(opened.execute("SELECT * FROM temp.places"), key=repr)
        if "piece" in tables:
            pieces = opened.execute("SELECT text, count, first FROM piece ORDER BY text").fetchall()
            found["piece"] = [(text, count, held(opened, count, first)) for text, count, first in pieces]
            parts = sum(-(-count // entity_file.PART) for _, count, _ in pieces)
            assert opened.execute("SELECT count(*) FROM holding").fetchone() == (parts,)  # none is left over
    return found


def held(opened: sqlite3.Connection, count: int, first: int) -> list[tuple[bytes, bytes, bytes]]:
    last = first + -(-count // entity_file.PART)
    asked = "SELECT numbers, things, lengths FROM holding WHERE id >= ? AND id < ? ORDER BY id"
    return opened.execute(asked, (first, last)).fetchall()


def pieces(made: Release) -> list[tuple[list[str], Triple]]:
    """The triples that are cut out of graphs, each with the graphs that state it, however a piece is called."""
    named = GraphTable.read(made.path).pieces
    store = Store.read_only(str(made.path / "index" / unions.PIECES)) if named else Store()
    cut = ((item, store.quads_for_pattern(None, None, None, item.name)) for item in named)
    return sorted(((sorted(item.graphs), quad.triple) for item, quads in cut for quad in quads), key=str)


def assert_same(one: Release, other: Release) -> None:
    assert one.version == other.version
    assert one.manifest.files == other.manifest.files
    for name in (index.FILE, entity_file.FILE):
        assert rows(one.path / "index" / name) == rows(other.path / "index" / name), name
    assert pieces(one) == pieces(other)
    assert release.verify(one) == release.verify(other) == []


@pytest.fixture
def continued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were gone on with, in place of being built."""
    names: list[str] = []

    def noted(module: Any) -> Callable[..., bool]:
        add = module.add

        def adding(path: Path, *given: Any) -> bool:
            is_added: bool = add(path, *given)
            if is_added:
                names.append(path.name)
            return is_added

        return adding

    for module in (index, entity_file):
        monkeypatch.setattr(module, "add", noted(module))
    return names


@pytest.fixture
def gone_on(continued: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The same where graphs are tiny."""
    monkeypatch.setattr(entity_file, "PART", 2)
    monkeypatch.setattr(addition, "MAX_SHARE", 9)
    monkeypatch.setattr(unions, "LITTLE", 9)
    monkeypatch.setattr(builder, "FREQUENT", 1)
    return continued


def written(folder: Path, *texts: str) -> list[Path]:
    files = [folder / f"graph{number}.ttl" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(PREFIXES + text)
    return files


def test_what_is_added_is_as_if_it_had_always_been_there(tmp_path: Path, gone_on: list[str]) -> None:
    files = written(tmp_path, FIRST, SECOND)
    _, first, both = merged_in(tmp_path / "added", files)
    assert gone_on == [index.FILE, entity_file.FILE]
    assert_same(both, at_once(tmp_path / "whole", files))
    found = rows(both.path / "index" / entity_file.FILE)
    assert ("itu", "international telecommunication union") in found["expansion"]
    assert addition.find(first, OpenRelease.open(both)) is not None
    assert addition.find(both, OpenRelease.open(first)) is None  # there is less in it


def test_what_graphs_share_is_known_from_the_release_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be shared with a graph that is new, with one that is another now, or as before."""
    monkeypatch.setattr(unions, "LITTLE", 9)
    texts = (
        "e:1 e:p e:a, e:b, e:c, 01 .",
        "e:1 e:p e:a, e:b, 1 .",
        "e:1 e:p e:b, e:c .",
        "e:1 e:p e:a, 1, e:c ; e:q e:a .",
    )
    *files, other = written(tmp_path, *texts)
    replaced = tmp_path / "replaced" / files[1].name
    replaced.parent.mkdir()
    other.rename(replaced)
    *_, before, last = merged_in(tmp_path, [*files, replaced])
    store, table = Store.read_only(str(last.store)), GraphTable.read(last.path)
    earlier = unions._earlier(before.path, last.manifest, table.sizes)
    assert earlier is not None
    assert len(earlier.new) < len(table.sizes)
    found = [*unions._shared(store, table.sizes, earlier)]
    assert len(found) == len(set(found)) > 2
    assert set(found) == {*unions._shared(store, table.sizes)}
    assert unions._earlier(tmp_path / "gone", last.manifest, table.sizes) is None


def test_what_has_changed_is_told_by_what_was_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, first, both = merged_in(tmp_path, written(tmp_path, FIRST, SECOND))
    monkeypatch.setattr(read_tracking, "MOST_LINES", both.manifest.quads)  # too few for all of both
    changed = read_tracking.changed_quads(first, both)
    assert changed is not None
    monkeypatch.setattr(read_tracking, "_unshared", lambda one, other: {DUMP: 0})
    assert changed == read_tracking.changed_quads(first, both)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((FIRST, f"<{I.base}id/x> skos:altLabel 'x'@en ."), []),  # our things are called otherwise
        ((FIRST, f"e:q a <{I.term('Topic').value}> ; rdfs:label 'q' ."), []),  # our terms
        ((FIRST, "e:spoken skos:prefLabel 'what we speak of'@en ."), [entity_file.FILE]),  # our clause is found by it
        ((SECOND, FIRST), [index.FILE, entity_file.FILE]),
        ((FIRST, "e:nothing e:says e:a ."), [index.FILE, entity_file.FILE]),
    ],
)
def test_what_changes_more_is_made_from_nothing(
    tmp_path: Path, gone_on: list[str], texts: Sequence[str], expected: list[str]
) -> None:
    files = written(tmp_path, *texts)
    *_, both = merged_in(tmp_path / "added", files)
    assert gone_on == expected
    assert_same(both, at_once(tmp_path / "whole", files))


@pytest.mark.slow
def test_another_order_another_edition_and_too_much(
    tmp_path: Path, gone_on: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = written(tmp_path, FIRST, SECOND)
    *_, both = merged_in(tmp_path / "added", files[::-1])  # what came first is merged last
    assert not gone_on
    assert_same(both, at_once(tmp_path / "whole", files))
    monkeypatch.setattr(addition, "MAX_SHARE", 0.01)
    merged_in(tmp_path / "much", files)
    assert not gone_on
    settings = patient(Settings(root=tmp_path / "added"))
    files[0].write_text(PREFIXES + "e:m skos:prefLabel 'Union'@en .")
    request = MergeRequest(named=(str(files[0]),), retrieved="2031-03-08")
    again = merge(settings, both, request, make_index=index_maker(before=both)).release
    assert again is not None
    assert not gone_on
    labels = [rows(each.path / "index" / entity_file.FILE)["label"] for each in (both, again)]
    assert len(labels[1]) < len(labels[0])


def statements(chosen: random.Random) -> str:
    """Statements by chance about things that other graphs may speak of too."""
    names = ["data law", "laws of data", "DL", "(DL) 网络法", "网络 law", "b", "harbour-data", "数据 DL"]
    lines = []
    for _ in range(chosen.randrange(1, 14)):
        thing = f"e:{chosen.choice('abcdefg')}"
        if chosen.random() < 0.3:
            lines.append(f"{thing} a e:{chosen.choice('KLM')} .")
        else:
            kind = chosen.choice(["skos:prefLabel", "skos:altLabel", "skos:notation", "skos:definition", "rdfs:label"])
            tag = "" if kind == "skos:notation" else chosen.choice(["@en", "@zh", "@de", "@en-GB", ""])
            lines.append(f'{thing} {kind} "{chosen.choice(names)}"{tag} .')
    return "\n".join(lines)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))])
def test_graphs_by_chance(tmp_path: Path, gone_on: list[str], seed: int) -> None:
    chosen = random.Random(seed)
    files = written(tmp_path, *(statements(chosen) for _ in range(3)))
    *_, whole = merged_in(tmp_path / "added", files)
    assert gone_on == 2 * [index.FILE, entity_file.FILE]
    assert_same(whole, at_once(tmp_path / "whole", files))


@pytest.mark.slow
@pytest.mark.skipif(not GRAPHS.is_dir(), reason="the graphs of others are not there (../shared/graphs)")
def test_the_last_of_nine_graphs(tmp_path: Path, continued: list[str]) -> None:
    *eight, ninth = sorted(path for path in GRAPHS.iterdir() if path.is_dir())
    before = at_once(tmp_path / "added", eight)
    settings = patient(Settings(root=tmp_path / "added"))
    request = MergeRequest(named=(str(ninth),), retrieved=DAY)
    added = merge(settings, before, request, make_index=index_maker(before=before)).release
    assert added is not None
    assert continued == [index.FILE, entity_file.FILE]
    assert_same(added, at_once(tmp_path / "whole", [*eight, ninth]))


def test_files_of_the_release_before_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = start_in(Settings(root=tmp_path))
    other = tmp_path / "other"
    shutil.copytree(made.path, other, copy_function=os.link)
    (other / STORE_DIGESTS).unlink()
    (other / STORE / "more.sst").write_bytes(b"new")
    read: list[str] = []

    def noted(path: Path) -> str:
        read.append(path.name)
        return "digest"

    monkeypatch.setattr(files, "sha256", noted)
    integrity.seal(other, made.path)
    assert read == ["more.sst"]
    sealed, manifest = integrity.read_seal(made.path)
    sealed[STORE] |= {"more.sst": "digest"}
    assert integrity.read_seal(other) == (sealed, manifest)


@pytest.mark.parametrize(
    ("files", "megabytes", "scattered"),
    [(200, 0, False), (201, 0, True), (250, 1, True), (210, 16, False), (900, 40, False)],
)
def test_a_store_is_scattered_that_has_more_files_than_its_size_needs(
    tmp_path: Path, files: int, megabytes: int, scattered: bool
) -> None:
    for number in range(files):
        with (tmp_path / f"{number:06}.sst").open("wb") as file:
            file.truncate(megabytes << 20)  # takes no room on the disk
    (tmp_path / "CURRENT").touch()
    assert assembly.is_scattered(tmp_path) is scattered
