"""Releases: written once, switched in one step, proved, and taken back."""

from __future__ import annotations

import atexit
import errno
import gzip
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release import Edition, Release, default_graph, history
from initiative_lod.release.files import file_digests
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import reading
from initiative_lod.release.publisher import Publisher
from initiative_lod.vocabulary import DCAT, RDFS, SPDX, VOID, XSD

I = Iris()
Make = Callable[..., Release]


def some_quads(label: str) -> tuple[Quad, ...]:
    graph = I.graph("some")
    return canonical(
        [Quad(I.thing("id/x"), RDFS.label, Literal(label, language="zh"), graph)]
        + [Quad(I.thing(f"id/x/{n}"), I.term("number"), Literal(n), graph) for n in range(30)]
    )


def write(folder: Path, label: str, version: str = "1.0", files: dict[str, bytes] | None = None) -> Release:
    content = {"context.jsonld": b"{}\n", "report.txt": b"fine\n"} if files is None else files
    return release.write(folder, some_quads(label), Edition(version, "2031-03-05"), content, I)


@cache
def written_once(label: str) -> Release:
    """A release that this process has written, for copies; gone when the process ends."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write(folder, label)


def copied(folder: Path, label: str) -> Release:
    """What ``write`` makes, by a tenth of the work."""
    made = written_once(label)
    if not (folder / made.version).exists():
        shutil.copytree(made.path, folder / made.version, symlinks=True)
    return release.read(folder / made.version)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "releases"


@pytest.fixture
def made(folder: Path) -> Release:
    return copied(folder, "甲")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that must be the same for the same sources, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).as_posix().startswith("store")
    }


# --- Writing


def test_a_release_holds_the_quads_three_times_over_and_its_default_graph(made: Release) -> None:
    quads = set(some_quads("甲"))
    assert set(parse(gzip.decompress((made.path / "dump.nq.gz").read_bytes()), format=RdfFormat.N_QUADS)) == quads
    assert set(parse(gzip.decompress((made.path / "dump.trig.gz").read_bytes()), format=RdfFormat.TRIG)) == quads
    written = set(parse((made.path / "release.nq").read_bytes(), format=RdfFormat.N_QUADS))
    as_stored = Store()
    as_stored.extend(written)
    described = set(as_stored)
    stated = quads | described
    triples = {Quad(quad.subject, quad.predicate, quad.object) for quad in stated}
    assert set(Store.read_only(str(made.store))) == stated | triples
    opened = OpenRelease.open(made)
    assert set(opened.quads(graph=I.graph("release"))) == written
    sizes = {quad.object.datatype for quad in written if quad.predicate == DCAT.byteSize}
    assert sizes == {XSD.nonNegativeInteger}
    assert {quad.graph_name for quad in described} == {I.graph("release")}


def test_its_manifest_says_what_it_is(made: Release) -> None:
    assert made.version == f"1.0-{made.digest[:12]}" == made.path.name
    assert (made.base, made.modified, made.manifest.quads) == (I.base, "2031-03-05", 31)
    assert sorted(made.manifest.files) == [
        "context.jsonld",
        "dump.hext.gz",
        "dump.nq.gz",
        "dump.parquet",
        "dump.trig.gz",
        "release.exact.tsv",
        "release.nq",
        "report.txt",
    ]
    assert made.context == {}
    assert sorted(path.name for path in made.path.iterdir()) == sorted(
        [*made.manifest.files, "index", "manifest.json", "store", "store.json"]
    )


def test_its_description_counts_and_measures(made: Release) -> None:
    described = Store()
    described.bulk_load(path=str(made.path / "release.nq"), format=RdfFormat.N_QUADS)

    def value(subject: NamedNode, property: NamedNode) -> str:
        (quad,) = described.quads_for_pattern(subject, property, None)
        assert isinstance(quad.object, Literal | NamedNode)
        return quad.object.value

    dump = made.manifest.files["dump.nq.gz"]
    assert value(I.thing("dataset"), VOID.triples) == str(31 + len(described)) == str(made.manifest.triples)
    assert value(I.graph("some"), VOID.triples) == "31"
    assert value(I.graph("some"), VOID.distinctSubjects) == "31"
    assert value(I.graph("release"), VOID.triples) == str(len(described))
    assert value(I.thing("dataset#dump.nq.gz"), DCAT.byteSize) == str(dump.bytes)
    assert value(I.thing("dataset#dump.nq.gz.sha256"), SPDX.checksumValue) == dump.sha256
    assert dump.bytes == (made.path / "dump.nq.gz").stat().st_size


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", "甲"), write(tmp_path / "b", "甲")
    assert contents(first.path) == contents(second.path)
    assert "manifest.json" in contents(first.path)


def test_writing_the_same_again_changes_nothing(folder: Path, made: Release) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.path.rglob("*")}
    assert write(folder, "甲") == made
    assert {path: path.stat().st_mtime_ns for path in made.path.rglob("*")} == before


def test_one_whose_table_another_version_wrote_stays(folder: Path, made: Release) -> None:
    """Of a library that writes files which follow from the quads: the name is that of the content."""
    manifest = made.path / "manifest.json"
    before = manifest.read_bytes().replace(made.manifest.files["dump.parquet"].sha256.encode(), b"ab" * 32)
    manifest.write_bytes(before)
    assert write(folder, "甲").version == made.version
    assert manifest.read_bytes() == before


def test_another_of_the_same_name_is_refused(folder: Path, made: Release) -> None:
    manifest = made.path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"quads": ', b'"quads":  '))
    with pytest.raises(ReleaseError, match="already there and differs"):
        write(folder, "甲")


def test_another_file_is_another_release(folder: Path, made: Release) -> None:
    other = write(folder, "甲", files={"report.txt": b"other\n"})
    assert other.version != made.version
    assert (release.verify(made), release.verify(other)) == ([], [])


def test_other_quads_are_another_release(folder: Path, made: Release) -> None:
    other = write(folder, "乙")
    assert other.version != made.version
    assert release.versions(folder) == sorted([made.version, other.version])
    assert [found.version for found in release.releases(folder)] == release.versions(folder)


def test_nothing_is_left_of_a_release_that_could_not_be_written(folder: Path) -> None:
    with pytest.raises(OSError):
        write(folder, "甲", files={"no/such/folder": b""})
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_what_is_being_written_is_not_seen(folder: Path, made: Release) -> None:
    shutil.copytree(made.path, folder / f".building-{made.version}-1")
    assert release.versions(folder) == [made.version]
    assert release.find(folder, "1.0") == made


def test_two_may_write_the_same_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def too_late(source: Path, target: Path) -> None:
        shutil.copytree(source, target)
        rename(source, target)

    monkeypatch.setattr(os, "rename", too_late)
    assert release.verify(write(folder, "甲")) == []
    assert sorted(path.name for path in folder.iterdir()) == [".lock", *release.versions(folder)]


# --- Finding


def test_a_release_is_found_by_how_it_begins(folder: Path, made: Release) -> None:
    assert release.find(folder, made.version[:7]) == made
    other = write(folder, "甲", version="1.0-x")
    assert release.find(folder, made.version) == made
    assert release.find(folder, other.version) == other
    with pytest.raises(ReleaseError, match=r"2 releases begin with '1\.0'"):
        release.find(folder, "1.0")
    with pytest.raises(ReleaseError, match=r"no release is called '2' .*there are: 1\.0-"):
        release.find(folder, "2")


def test_where_nothing_was_ever_written(folder: Path) -> None:
    assert release.versions(folder) == []
    assert release.current(folder) is None
    assert history.history(folder) == []
    with pytest.raises(ReleaseError, match="there are: none"):
        release.find(folder, "1")
    with pytest.raises(ReleaseError, match="nothing to roll back to"):
        release.rollback(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "damaged"),
        (b"\xff", "damaged"),
        (b"[]", "damaged: Input should be an object"),
        (b"[" * 100_000, "damaged: it is nested more than 100 levels deep"),
        (b'{"version": 1}', "damaged: version: Input should be a valid string"),
    ],
)
def test_a_damaged_manifest_is_no_release(made: Release, content: bytes, message: str) -> None:
    (made.path / "manifest.json").write_bytes(content)
    with pytest.raises(ReleaseError, match=message):
        release.read(made.path)


def test_a_folder_without_a_manifest_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="has no manifest"):
        release.read(tmp_path)


# --- Proving


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def a_store_file(made: Release) -> Path:
    return next(path for path in sorted(made.store.iterdir()) if path.suffix == ".sst")


def change_manifest(made: Release) -> None:
    manifest = json.loads((made.path / "manifest.json").read_bytes())
    manifest["modified"] = "2031-03-06"
    (made.path / "manifest.json").write_text(json.dumps(manifest))


DAMAGES: dict[str, tuple[Callable[[Release], object], str]] = {
    "a byte of a dump": (lambda made: flip(made.path / "dump.nq.gz"), "dump.nq.gz is not what the manifest says"),
    "a byte of the other dump": (lambda made: flip(made.path / "dump.trig.gz"), "dump.trig.gz is not what"),
    "a byte of the description": (lambda made: flip(made.path / "release.nq"), "release.nq is not what"),
    "a byte of another file": (lambda made: flip(made.path / "report.txt"), "report.txt is not what"),
    "a missing file": (lambda made: (made.path / "context.jsonld").unlink(), "context.jsonld is missing"),
    "a file too many": (lambda made: (made.path / "note.txt").touch(), "note.txt is not in the manifest"),
    "a byte of the store": (lambda made: flip(a_store_file(made)), "store/.*sst is damaged"),
    "a missing file of the store": (lambda made: a_store_file(made).unlink(), "store/.*sst is missing"),
    "a file too many in the store": (lambda made: (made.store / "x.sst").touch(), "store/x.sst was not there"),
    "a missing store": (lambda made: shutil.rmtree(made.store), "store/.* is missing"),
    "missing digests of the store": (lambda made: (made.path / "store.json").unlink(), "store.json cannot be read"),
    "damaged digests of the store": (
        lambda made: (made.path / "store.json").write_text("[]"),
        "store.json cannot be read",
    ),
    "another word in the manifest": (change_manifest, "manifest.json is not what it was"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_each_kind_of_damage_is_found_and_never_published(
    folder: Path, made: Release, damage: tuple[Callable[[Release], object], str]
) -> None:
    harm, message = damage
    good = write(folder, "乙")
    release.publish(folder, good)
    assert release.verify(made) == []
    harm(made)
    damaged = release.read(made.path)
    faults = release.verify(damaged)
    assert faults
    with pytest.raises(ReleaseError, match=f"damaged: .*{message}"):
        release.publish(folder, damaged)
    assert release.current(folder) == good
    assert len(history.history(folder)) == 1


def test_a_release_that_was_renamed_is_found_out(folder: Path, made: Release) -> None:
    moved = release.read(made.path.rename(folder / "9.9-aaaaaaaaaaaa"))
    assert any("is called 9.9" in fault for fault in release.verify(moved))


def test_a_store_of_other_quads_is_found_out(folder: Path, made: Release) -> None:
    """Even when its digests were written anew."""
    other = write(folder, "乙")
    shutil.rmtree(made.store)
    store = Store(str(made.store))
    store.bulk_extend(default_graph.beside([*some_quads("甲"), *some_quads("乙")]))
    store.flush()
    del store
    seal_anew(made)
    assert any("the store holds" in fault for fault in release.verify(made))
    assert release.verify(other) == []


def test_a_store_with_another_default_graph_is_found_out(made: Release) -> None:
    store = Store(str(made.store))
    store.remove(next(store.quads_for_pattern(None, None, None, DefaultGraph())))
    store.flush()
    del store
    seal_anew(made)
    assert any("default graph holds" in fault for fault in release.verify(made))


def seal_anew(made: Release) -> None:
    digests = json.loads((made.path / "store.json").read_bytes())
    digests["store"] = file_digests(made.store)
    (made.path / "store.json").write_text(json.dumps(digests))


def test_reading_a_release_does_not_damage_it(made: Release) -> None:
    before = contents(made.path)
    opened = OpenRelease.open(made)
    assert list(opened.about(I.thing("id/x")))
    assert release.verify(made) == []
    del opened
    assert release.verify(made) == []
    assert contents(made.path) == before


def test_a_release_can_be_copied_elsewhere(made: Release, tmp_path: Path) -> None:
    copy = release.read(Path(shutil.copytree(made.path, tmp_path / "elsewhere" / made.version)))
    assert release.verify(copy) == []


# --- Switching


def test_publishing_is_a_link(folder: Path, made: Release) -> None:
    release.publish(folder, made)
    assert (folder / "current").readlink() == Path(made.version)
    assert release.current(folder) == made
    assert [(entry["action"], entry["from"], entry["version"]) for entry in history.history(folder)] == [
        ("publish", "", made.version)
    ]


def test_only_what_lies_in_the_folder_is_published(folder: Path, made: Release, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="does not lie in the release folder"):
        release.publish(tmp_path / "other", made)


def test_a_broken_neighbour_stops_nobody(folder: Path, made: Release) -> None:
    broken = write(folder, "乙")
    release.publish(folder, broken)
    (broken.path / "manifest.json").write_text("{")
    release.publish(folder, release.find(folder, made.version))
    assert release.current(folder) == made


def publish_all(folder: Path, labels: str) -> dict[str, str]:
    """Writes and publishes a release for each label, in turn; versions by label."""
    made = {label: copied(folder, label) for label in dict.fromkeys(labels)}
    for label in labels:
        release.publish(folder, made[label])
    return {label: item.version for label, item in made.items()}


def test_rolling_back_goes_back_through_what_was_published(folder: Path) -> None:
    names = publish_all(folder, "abc")
    assert release.rollback(folder).version == names["b"]
    assert release.rollback(folder).version == names["a"]
    with pytest.raises(ReleaseError, match="nothing to roll back to"):
        release.rollback(folder)
    current = release.current(folder)
    assert current is not None
    assert current.version == names["a"]


def test_after_a_rollback_the_road_forks(folder: Path) -> None:
    names = publish_all(folder, "abc")
    release.rollback(folder)
    release.publish(folder, write(folder, "d"))
    assert release.rollback(folder).version == names["b"]
    assert release.rollback(folder).version == names["a"]


def test_publishing_the_current_one_again_is_no_step(folder: Path) -> None:
    names = publish_all(folder, "abb")
    assert release.rollback(folder).version == names["a"]


def test_a_release_may_come_back(folder: Path) -> None:
    names = publish_all(folder, "aba")
    assert release.rollback(folder).version == names["b"]
    assert release.rollback(folder).version == names["a"]


def cut_off(folder: Path, action: str, version: str) -> None:
    """What a machine leaves that went down after a switch was written down and before it was made."""
    link = (folder / "current").readlink() if (folder / "current").is_symlink() else None
    history.switch(folder, version, action)
    (folder / "current").unlink()
    if link is not None:
        (folder / "current").symlink_to(link)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("labels", "action", "target", "then", "back"),
    [
        pytest.param("ab", "publish", "c", "", "a", id="publish"),
        pytest.param("ab", "rollback", "a", "", "a", id="rollback"),
        pytest.param("aba", "publish", "c", "", "b", id="publish-after-a-return"),
        pytest.param("ab", "publish", "c", "d", "b", id="publish-and-another-after-it"),
        pytest.param("ab", "rollback", "a", "c", "b", id="rollback-and-another-after-it"),
        pytest.param("a", "publish", "c", "b", "a", id="second"),
        pytest.param("", "publish", "c", "ab", "a", id="first"),
    ],
)
def test_a_switch_that_was_cut_off_never_happened(
    folder: Path, labels: str, action: str, target: str, then: str, back: str
) -> None:
    versions = {label: copied(folder, label).version for label in "abcd"}
    publish_all(folder, labels)
    cut_off(folder, action, versions[target])
    publish_all(folder, then)
    assert release.rollback(folder).version == versions[back]


def test_a_line_of_the_history_that_was_cut_off_is_left_out(folder: Path) -> None:
    names = publish_all(folder, "ab")
    with (folder / "history.jsonl").open("a") as file:
        file.write('\n{"time": "2031-01-0')
    release.publish(folder, write(folder, "c"))
    assert [entry["version"] for entry in history.history(folder)][:2] == [names["a"], names["b"]]
    assert release.rollback(folder).version == names["b"]


def test_a_link_that_was_set_by_hand_counts_as_published(folder: Path) -> None:
    names = publish_all(folder, "ab")
    by_hand = write(folder, "c")
    (folder / "current").unlink()
    (folder / "current").symlink_to(by_hand.version)
    assert release.rollback(folder).version == names["b"]


def test_a_damaged_release_is_not_rolled_back_to(folder: Path) -> None:
    names = publish_all(folder, "ab")
    (folder / names["a"] / "report.txt").write_text("other")
    with pytest.raises(ReleaseError, match="damaged, and nothing was switched"):
        release.rollback(folder)
    current = release.current(folder)
    assert current is not None
    assert current.version == names["b"]


@pytest.mark.slow
def test_readers_never_see_the_switch(folder: Path) -> None:
    first, second = copied(folder, "a"), copied(folder, "b")
    release.publish(folder, first)
    publisher = Publisher(folder)
    errors: list[Exception] = []
    seen: set[str] = set()
    done = threading.Event()

    def follow() -> None:
        while not done.is_set():
            try:
                found = release.current(folder)
                assert found is not None
                opened = publisher.current()
                assert list(opened.about(I.thing("id/x")))
                seen.update([found.version, opened.release.version])
            except Exception as error:  # the test is that there is none, of any kind
                errors.append(error)
                return

    readers = [threading.Thread(target=follow) for _ in range(4)]
    for reader in readers:
        reader.start()
    for turn in range(50):
        release.publish(folder, second if turn % 2 == 0 else first)
    done.set()
    for reader in readers:
        reader.join()
    assert not errors
    assert seen == {first.version, second.version}
    assert len(history.history(folder)) == 51


def test_publishers_at_once_leave_one_history(folder: Path) -> None:
    made = [copied(folder, label) for label in "abcd"]
    threads = [threading.Thread(target=release.publish, args=(folder, item)) for item in made * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = history.history(folder)
    assert len(found) == 12
    assert [entry["from"] for entry in found] == ["", *(entry["version"] for entry in found[:-1])]
    current = release.current(folder)
    assert current is not None
    assert current.version == found[-1]["version"]


# --- Following the switch


def label_of(opened: OpenRelease) -> str:
    (triple,) = opened.triples(I.thing("id/x"), RDFS.label)
    assert isinstance(triple.object, Literal)
    return triple.object.value


def test_a_publisher_follows_the_switch_and_readers_keep_what_they_have(folder: Path) -> None:
    first, second = copied(folder, "a"), copied(folder, "b")
    release.publish(folder, first)
    publisher = Publisher(folder)
    opened = publisher.current()
    assert publisher.current() is opened
    release.publish(folder, second)
    assert label_of(publisher.current()) == "b"
    assert label_of(opened) == "a"
    release.rollback(folder)
    assert label_of(publisher.current()) == "a"


def test_a_publisher_goes_on_with_the_good_one(folder: Path) -> None:
    first, second, third = (copied(folder, label) for label in "abc")
    release.publish(folder, first)
    publisher = Publisher(folder)
    publisher.current()
    shutil.rmtree(second.store)
    (folder / "current").unlink()
    (folder / "current").symlink_to(second.version)
    assert label_of(publisher.current()) == "a"
    (second.path / "manifest.json").write_text("{")
    assert label_of(publisher.current()) == "a"
    release.publish(folder, third)
    assert label_of(publisher.current()) == "c"


def test_a_publisher_with_nothing_to_show_says_what_to_do(folder: Path) -> None:
    with pytest.raises(ReleaseError, match=r"nothing has been published in .*initiative-lod build"):
        Publisher(folder).current()


def test_a_link_that_is_none_is_told_as_what_it_is(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "current").write_text("1.0")
    with pytest.raises(ReleaseError, match=r"current does not say what is published: Invalid argument"):
        Publisher(folder).current()


def test_what_cannot_be_read_is_not_called_damaged() -> None:
    with pytest.raises(ReleaseError, match=r"release 1\.0 cannot be read \(Too many open files\)"), reading("1.0"):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    with pytest.raises(ReleaseError, match=r"release 1\.0 cannot be read \(it is damaged\)"), reading("1.0"):
        raise RuntimeError("Corruption: bad block")


def test_a_publisher_that_cannot_open_its_first(folder: Path, made: Release) -> None:
    release.publish(folder, made)
    shutil.rmtree(made.store)
    with pytest.raises(ReleaseError, match="cannot be opened"):
        Publisher(folder).current()


def test_an_open_release_cannot_be_written(made: Release) -> None:
    opened = OpenRelease.open(made)
    with pytest.raises(RuntimeError, match="read-write"):
        opened.store.add(some_quads("乙")[0])
