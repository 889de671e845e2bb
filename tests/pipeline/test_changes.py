"""What differs between two releases: exactly, in little memory, whatever their parts are."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.bulk import differences
from initiative_lod.bulk.sql_engine import DUCKDB
from initiative_lod.errors import InitiativeLodError, ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release import Edition, Release, changes
from initiative_lod.release.changes import Change, ChangeSummary, between, summary
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import RDFS, XSD

I = Iris()
NUMBER = I.term("number")


def quad(subject: str, value: Literal | NamedNode, graph: str = "some", predicate: NamedNode = RDFS.label) -> Quad:
    return Quad(I.thing(subject), predicate, value, I.graph(graph))


def made(folder: Path, *quads: Quad, files: dict[str, bytes] | None = None) -> Release:
    content = {"context.jsonld": b"{}\n"} if files is None else files
    return release.write(folder, canonical(quads), Edition("1.0", "2031-03-05"), content, I)


def told(old: Release, new: Release) -> list[str]:
    """Each change as ``+`` or ``-`` and the object; the tables of quads differ as the dumps do."""
    found = list(between(old, new))
    assert list(differences.between(old, new, DUCKDB, old.path.parent, 1 << 28)) == found
    return [f"{'+' if change.added else '-'}{change.line.split(' ', 2)[2][:-2]}" for change in found]


def test_nothing_changed(tmp_path: Path) -> None:
    found = made(tmp_path, quad("id/x", Literal("a")))
    assert list(between(found, found)) == []
    assert summary(found, found).same


def test_what_was_added_and_removed_exactly(tmp_path: Path) -> None:
    integer = [Literal(text, datatype=XSD.integer) for text in ("1", "01", "2")]
    same = quad("id/x", Literal("kept", language="zh"))
    old = made(tmp_path, same, quad("id/x", integer[0]), quad("id/y", Literal("gone")))
    new = made(tmp_path, same, quad("id/x", integer[1]), quad("id/x", integer[2]), quad("id/z", Literal("come")))
    graph = f"<{I.graph('some').value}>"
    typed = f"^^<{XSD.integer.value}>"
    expected = [
        f'+"01"{typed} {graph}',
        f'-"1"{typed} {graph}',  # the store holds both as one: here they are two
        f'+"2"{typed} {graph}',
        f'-"gone" {graph}',
        f'+"come" {graph}',
    ]
    assert told(old, new) == expected
    assert sorted(told(new, old)) == sorted({"+": "-", "-": "+"}[text[0]] + text[1:] for text in expected)
    found = summary(old, new)
    assert (found.added, found.removed, found.same, found.more) == (3, 2, False, 0)
    assert found.graphs == {I.graph("some").value: (3, 2)}


def test_applied_to_the_old_quads_they_give_the_new_ones(tmp_path: Path) -> None:
    old = made(tmp_path, *(quad(f"id/{n}", Literal(n)) for n in range(200)))
    new = made(tmp_path, *(quad(f"id/{n}", Literal(n + n % 7)) for n in range(50, 300)))
    held = set(gzip.decompress((old.path / "dump.nq.gz").read_bytes()).decode().splitlines())
    for change in between(old, new):
        if change.added:
            assert change.line not in held
            held.add(change.line)
        else:
            held.remove(change.line)
    assert held == set(gzip.decompress((new.path / "dump.nq.gz").read_bytes()).decode().splitlines())


def test_tables_differ_as_dumps_do_whatever_the_words_are(tmp_path: Path) -> None:
    """Their order is that of bytes: of UTF-8, and of what ends sooner."""
    words = ["甲", "𠀀", "a", "a b", "A", "é", '"', "\\", "\n", "", "z", "￿"]
    old = made(tmp_path, *(quad("id/x", Literal(word)) for word in words), quad("id/x", Literal("a", language="en")))
    new = made(tmp_path, *(quad("id/x", Literal(word + word)) for word in words), quad("id/é", Literal("a"), "a"))
    assert len(told(old, new)) == 2 * (len(words) + 1) - 2  # the empty one is the same twice


def test_a_graph_that_moved_is_another_graph(tmp_path: Path) -> None:
    old = made(tmp_path, quad("id/x", Literal("a"), "one"))
    new = made(tmp_path, quad("id/x", Literal("a"), "two"))
    assert summary(old, new).graphs == {I.graph("one").value: (0, 1), I.graph("two").value: (1, 0)}


def test_other_files_are_told_but_not_what_follows_from_the_quads(tmp_path: Path) -> None:
    old = made(tmp_path, quad("id/x", Literal("a")), files={"report.txt": b"1", "old.txt": b""})
    new = made(tmp_path, quad("id/x", Literal("a")), files={"report.txt": b"2", "new.txt": b""})
    found = summary(old, new)
    assert found.files == ("new.txt", "old.txt", "report.txt")
    assert (found.added, found.removed, found.same) == (0, 0, False)


# Merged releases: several parts


def merged(folder: Path, name: str, parts: dict[str, list[str]]) -> Release:
    """A release of sorted parts, as a merge writes it: files, a manifest, and no store."""
    path = folder / name
    listed = []
    for file, lines in parts.items():
        content = "".join(f"{line}\n" for line in sorted(lines)).encode()
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).write_bytes(gzip.compress(content))
        digest = hashlib.sha256(content).hexdigest()
        listed.append({"file": file, "digest": digest, "quads": 1, "collapsed": 0, "bytes": 1, "sha256": "x"})
    manifest = {
        "version": name,
        "base": I.base,
        "digest": "x",
        "modified": "2031-03-05",
        "quads": 1,
        "triples": 1,
        "files": {},
    }
    (path / "manifest.json").write_text(json.dumps({**manifest, "parts": listed}))
    return release.read(path)


def line(subject: str, word: str, graph: str) -> str:
    return f'<https://example.org/{subject}> <https://example.org/p> "{word}" <https://example.org/{graph}> .'


def test_parts_with_equal_digests_are_not_even_read(tmp_path: Path) -> None:
    same = [line(f"s{n}", "same", "a") for n in range(10)]
    old = merged(tmp_path, "old", {"own.nq.gz": same, "graphs/b.nq.gz": [line("x", "1", "b"), line("z", "1", "b")]})
    new = merged(
        tmp_path,
        "new",
        {"own.nq.gz": same, "graphs/b.nq.gz": [line("x", "1", "b")], "graphs/c.nq.gz": [line("a", "1", "c")]},
    )
    for found in (old, new):
        (found.path / "own.nq.gz").write_bytes(b"no gzip")
    assert [(change.added, change.line) for change in between(old, new)] == [
        (True, line("a", "1", "c")),
        (False, line("z", "1", "b")),
    ]


def test_a_build_and_what_was_merged_into_it(tmp_path: Path) -> None:
    built = made(tmp_path, quad("id/x", Literal("a")), quad("id/y", Literal("b")))
    own = gzip.decompress((built.path / "dump.nq.gz").read_bytes()).decode().splitlines()
    found = merged(tmp_path, "m", {"own.nq.gz": own, "graphs/c.nq.gz": [line("a", "1", "c")]})
    (built.path / "dump.nq.gz").write_bytes(b"not read: its digest is that of the part")
    assert list(between(built, found)) == [Change(True, line("a", "1", "c"))]
    with pytest.raises(ReleaseError, match=r"release m has no table of quads \(dump.parquet\)"):
        list(differences.between(built, found, DUCKDB, tmp_path, 1 << 28))


def test_memory_does_not_grow_with_the_releases(tmp_path: Path) -> None:
    import tracemalloc

    old = merged(tmp_path, "old", {"a.nq.gz": [line(f"s{n:06}", "old", "a") for n in range(30_000)]})
    new = merged(tmp_path, "new", {"a.nq.gz": [line(f"s{n:06}", "new", "a") for n in range(30_000)]})
    tracemalloc.start()
    found = summary(old, new, limit=10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.added, found.removed, len(found.listed), found.more) == (30_000, 30_000, 10, 59_990)
    assert peak < 3_000_000


# Listing


def test_so_many_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    old = made(tmp_path, quad("id/x", Literal("a")))
    new = made(tmp_path, *(quad(f"id/{n}", Literal("w" * 100)) for n in range(50)))
    assert len(summary(old, new).listed) == 51
    assert summary(old, new, limit=7).more == 44
    assert summary(old, new, limit=40, longest=1000).more > 40


def test_they_stand_with_the_resource_whose_page_shows_them(tmp_path: Path) -> None:
    old = made(tmp_path, quad("id/a/2", Literal("x")), quad("id/a/10", Literal("x")))
    new = made(
        tmp_path, quad("id/a/2", Literal("y")), quad("id/a/2#evidence", Literal("e")), quad("id/a/10", Literal("x"))
    )
    (touched,) = changes.by_resource(between(old, new))
    assert touched.resource == I.thing("id/a/2")
    assert [(added, item.object) for added, item in touched.changes] == [
        (False, Literal("x")),
        (True, Literal("y")),
        (True, Literal("e")),
    ]


def test_as_a_document_and_as_a_patch(tmp_path: Path) -> None:
    old = made(tmp_path, quad("id/x", Literal("旧", language="zh")))
    new = made(tmp_path, quad("id/x", Literal("新", language="zh")), quad("id/x", NamedNode("https://example.org/y")))
    opened = (OpenRelease.open(new), OpenRelease.open(old))
    document = changes.as_document(summary(old, new), opened)
    (resource,) = document["resources"]
    assert (document["from"], document["to"], document["added"], document["removed"]) == (
        old.version,
        new.version,
        2,
        1,
    )
    assert resource["iri"] == I.thing("id/x").value
    assert resource["label"] == {"zh": "新"}
    lines = [*(f"D {item}" for item in resource["removed"]), *(f"A {item}" for item in resource["added"])]
    patch = list(changes.patch(between(old, new)))
    assert (patch[0], patch[-1]) == ("TX .", "TC .")
    assert sorted(patch[1:-1]) == sorted(lines)
    gone = changes.as_document(summary(new, made(tmp_path, quad("id/z", Literal("z")))), opened)
    assert gone["resources"][0]["label"] == {"zh": "新"}


# Apart


def test_a_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    old = made(tmp_path, *(quad(f"id/{n}", Literal(n)) for n in range(20)))
    new = made(tmp_path, *(quad(f"id/{n}", Literal(n + 1)) for n in range(20)))
    assert changes.apart(old, new, 5, 30) == summary(old, new, 5)
    assert ChangeSummary.from_json(summary(old, new).to_json()) == summary(old, new)
    assert changes.apart(old, new, 5, 0.001) is None


@pytest.mark.parametrize("harm", ["bytes", "missing", "cut off"])
def test_a_dump_that_cannot_be_read(tmp_path: Path, harm: str) -> None:
    old = made(tmp_path, quad("id/x", Literal("a")))
    new = made(tmp_path, *(quad(f"id/{n}", Literal(n)) for n in range(2000)))
    path = new.path / "dump.nq.gz"
    whole = path.read_bytes()
    if harm == "bytes":
        path.write_bytes(b"no gzip")
    elif harm == "missing":
        path.unlink()
    else:
        path.write_bytes(whole[: len(whole) // 2])
    told = f"release {new.version} {'cannot be read' if harm == 'missing' else 'is damaged'}"
    with pytest.raises(ReleaseError, match=told):
        list(between(old, new))
    with pytest.raises(ReleaseError, match=told):
        changes.apart(old, new, 5, 30)


def test_a_release_that_was_removed(tmp_path: Path) -> None:
    old, new = made(tmp_path, quad("id/x", Literal("a"))), made(tmp_path, quad("id/x", Literal("b")))
    shutil.rmtree(old.path)
    with pytest.raises(ReleaseError, match="is no release"):
        changes.apart(old, new, 5, 30)


def test_a_process_that_fails_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = made(tmp_path, quad("id/x", Literal("a"))), made(tmp_path, quad("id/x", Literal("b")))
    (tmp_path / "first" / "pyoxigraph").mkdir(parents=True)
    (tmp_path / "first" / "pyoxigraph" / "__init__.py").write_text("import nothing_of_the_kind\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "first"), *sys.path]))
    with pytest.raises(InitiativeLodError, match="ended with status 1") as caught:
        changes.apart(old, new, 5, 30)
    assert not isinstance(caught.value, ReleaseError)
    assert "No module named 'nothing_of_the_kind'" in caplog.text
