"""A merge adds, says what it did, changes nothing the second time, and can be taken back."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from initiative_lod import release
from initiative_lod.errors import SourceError
from initiative_lod.merge.merge import MergeRequest, UnreadSource, merge
from initiative_lod.release import Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import DCTERMS, XSD
from merge.conftest import I, Merge, graph

PEOPLE = """@prefix e: <http://e.example/> . @prefix dcterms: <http://purl.org/dc/terms/> .
e:set dcterms:license <http://licence.example/> .
e:a e:knows [ e:name "b" ; e:knows [ e:name "c" ] ] ; e:age 007 .
e:a e:age 7 , 7.50 .
"""


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def quads_of(made: Release, slug: str) -> set[Quad]:
    return set(parse(gzip.decompress((made.path / f"graphs/{slug}.nq.gz").read_bytes()), format=RdfFormat.N_QUADS))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write(tmp_path / "in" / "people.ttl", PEOPLE)


def test_each_source_is_a_graph_with_its_provenance(merging: Merge, people: Path) -> None:
    merged = merging(people)
    made = merged.release
    assert made is not None
    assert release.verify(made) == []
    assert {quad.graph_name for quad in quads_of(made, "people")} == {graph("people")}
    (record,) = merged.records
    assert (record.slug, record.part.quads, record.blank_nodes) == ("people", 8, 2)
    assert record.licences == (("http://licence.example/", "in the data"),)
    opened = OpenRelease.open(made)
    said = {quad.predicate: quad.object for quad in opened.quads(graph("people"), None, None, I.graph("provenance"))}
    assert said[DCTERMS.license] == NamedNode("http://licence.example/")
    assert said[DCTERMS.source] == Literal(people.name)
    subjects = {quad.subject.value for quad in opened.quads(None, None, None, I.graph("provenance"))}  # type: ignore[union-attr]
    assert all(subject.startswith(I.base) for subject in subjects)


def test_no_blank_node_is_left_and_the_dump_is_everything(merging: Merge, people: Path) -> None:
    made = merging(people).release
    assert made is not None
    dump = list(parse(gzip.decompress((made.path / "dump.nq.gz").read_bytes()), format=RdfFormat.N_QUADS))
    assert len(dump) == made.manifest.quads
    assert not any("_:" in str(quad)[:3] or str(quad.object).startswith("_:") for quad in dump)
    assert any(".well-known/genid/" in str(quad.object) for quad in dump)


def test_merging_twice_changes_nothing(merging: Merge, people: Path) -> None:
    first = merging(people).release
    assert first is not None
    again = merging(people, onto=first, retrieved="2032-01-01")
    assert again.release == first
    assert again.known == ("people",)
    assert merging(people, retrieved="2033-01-01").release == first


def test_no_path_of_this_machine_is_published(merging: Merge, people: Path) -> None:
    merged = merging(people)
    assert merged.release is not None
    assert [record.where for record in merged.records] == [people.name]
    held = b"".join(gzip.decompress(path.read_bytes()) for path in merged.release.path.rglob("*.gz"))
    held += b"".join(path.read_bytes() for path in merged.release.path.glob("*.json"))
    assert str(people.parent).encode() not in held


def test_its_name_covers_what_the_report_depends_on(merging: Merge, people: Path) -> None:
    """Other questions to answer, another release: its files differ, though its graphs do not."""
    releases = [merging(people, inputs=(("questions", digest),)).release for digest in ("a" * 64, "b" * 64, "a" * 64)]
    made = [item for item in releases if item is not None]
    assert len(made) == 3
    assert made[0] == made[2] != made[1]
    assert [release.verify(item) for item in made] == [[], [], []]


def test_the_same_bytes_without_any_earlier_release(merging: Merge, people: Path, settings: Settings) -> None:
    first = merging(people).release
    assert first is not None
    before = (first.path / "dump.nq.gz").read_bytes()
    first.path.rename(settings.root / "away")
    second = merging(people).release
    assert second is not None
    assert second.version == first.version
    assert (second.path / "dump.nq.gz").read_bytes() == before


def test_another_edition_replaces_the_graph(merging: Merge, people: Path) -> None:
    first = merging(people).release
    write(people, "<http://e.example/a> <http://e.example/p> 1 .")
    second = merging(people, onto=first).release
    assert second is not None
    assert len(quads_of(second, "people")) == 1
    assert release.verify(second) == []
    opened = OpenRelease.open(second)
    assert len(list(opened.quads(None, None, None, graph("people")))) == 1


def test_it_is_taken_back(merging: Merge, people: Path, start: Release, settings: Settings) -> None:
    made = merging(people).release
    assert made is not None
    release.publish(settings.release_folder, made)
    assert release.rollback(settings.release_folder) == start
    without = merging(onto=made, without=("people",)).release
    assert without is not None
    assert without.manifest.merged == ()
    assert release.verify(without) == []


def test_the_same_source_under_another_name_is_not_merged_again(merging: Merge, people: Path, tmp_path: Path) -> None:
    first = merging(people).release
    copy = write(tmp_path / "copy.ttl", people.read_bytes())
    again = merging(copy, onto=first)
    assert again.release == first
    assert "merged already, as people" in again.unread[0].why


def test_literals_are_read_as_they_were_written(merging: Merge, people: Path) -> None:
    made = merging(people).release
    assert made is not None
    opened = OpenRelease.open(made)
    ages = {quad.object for quad in opened.quads(NamedNode("http://e.example/a"), NamedNode("http://e.example/age"))}
    assert ages == {
        Literal("007", datatype=XSD.integer),
        Literal("7", datatype=XSD.integer),
        Literal("7.50", datatype=XSD.decimal),
    }
    assert len(list(opened.triples(predicate=NamedNode("http://e.example/age")))) == 2


@pytest.mark.thorough
def test_folders_and_archives_hold_the_same(merging: Merge, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for number in range(3):
        write(folder / "deep" / f"{number}.ttl", f"<http://e.example/{number}> <http://e.example/p> [] .")
    write(folder / "README.md", "# No RDF\n")
    with tarfile.open(tmp_path / "packed.tar.gz", "w:gz") as archive:
        archive.add(folder, "packed")
    with zipfile.ZipFile(tmp_path / "zipped.zip", "w") as zipped:
        for path in sorted(folder.rglob("*.ttl")):
            zipped.writestr(f"x/{path.name}.gz", gzip.compress(path.read_bytes()))
    merged = merging(folder, tmp_path / "packed.tar.gz", tmp_path / "zipped.zip")
    assert merged.release is not None
    assert [(item.slug, item.part.quads, item.files["taken"]) for item in merged.records] == [
        ("folder", 3, 3),
        ("packed", 3, 3),
        ("zipped", 3, 3),
    ]


@pytest.mark.thorough
def test_what_is_no_rdf_is_passed_over(merging: Merge, people: Path, tmp_path: Path) -> None:
    readme = write(tmp_path / "README.md", "Hello")
    merged = merging(people, readme)
    assert merged.unread == (UnreadSource(str(readme), "there is no RDF in it", False),)
    with pytest.raises(SourceError, match="nothing was merged"):
        merging(readme)


@pytest.mark.thorough
def test_strict_merges_nothing_when_a_file_is_refused(merging: Merge, tmp_path: Path, settings: Settings) -> None:
    write(tmp_path / "f" / "good.nt", "<http://e.example/a> <http://e.example/b> <http://e.example/c> .\n")
    write(tmp_path / "f" / "bad.nt", "<http://e.example/a> <no iri> <http://e.example/c> .\n")
    before = release.versions(settings.release_folder)
    with pytest.raises(SourceError, match=r"f/bad\.nt"):
        merging(tmp_path / "f", strict=True)
    assert merging(tmp_path / "f", dry_run=True).release is None
    assert release.versions(settings.release_folder) == before
    assert not [path for path in settings.release_folder.iterdir() if path.name.startswith(".merging")]


def test_alignments_are_graphs_of_ours(merging: Merge, people: Path) -> None:
    quad = Quad(I.thing("id/x"), DCTERMS.references, NamedNode("http://e.example/a"), I.graph("alignment-mine"))
    made = merging(people, alignments={"mine": (quad,)}).release
    assert made is not None
    assert list(OpenRelease.open(made).quads(None, None, None, I.graph("alignment-mine"))) == [quad]


def test_no_store_is_written_while_it_is_read(start: Release, settings: Settings, people: Path) -> None:
    """A store that can be written removes files of its own accord: whatever a report keeps, it is closed by then."""
    kept: list[Store] = []
    closed: list[bool] = []

    def report(store: Store, *_: object) -> tuple[dict[str, bytes], dict[str, Any]]:
        kept.append(store)
        return {}, {}

    def make_index(building: Path) -> None:
        Store(str(building / "store"))  # fails while another one is open
        closed.append(True)

    merge(settings, start, MergeRequest(named=(str(people),), retrieved="2031-03-06"), report, make_index)
    assert kept
    assert closed
