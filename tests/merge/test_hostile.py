"""Damaged and hostile input: taken whole, refused by name, or taken without its bad triples. Never a crash."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from initiative_lod import release
from initiative_lod.errors import SourceError
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.release import Release
from initiative_lod.release.manifest import MergedSource
from initiative_lod.settings import Settings
from merge.conftest import Merge
from patience import SECONDS

pytestmark = pytest.mark.thorough

GOOD = "<http://e.example/a> <http://e.example/b> <http://e.example/c> .\n"
TTL = "@prefix e: <http://e.example/> .\ne:a e:b e:c .\n"
CLIQUE = "\n".join(f"_:n{a} <http://e.example/p> _:n{b} ." for a in range(12) for b in range(12) if a != b)

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "an IRI with a space": ("x.ttl", (TTL + "e:a e:b <http://e.example/a b> .").encode(), "Invalid IRI"),
    "an IRI with a control character": (
        "x.nt",
        b"<http://e.example/\x01> <http://e.example/b> <http://e.example/c> .\n",
        "IRI",
    ),
    "an escaped control character": (
        "x.nt",
        b"<http://e.example/\\u0001> <http://e.example/b> <http://e.example/c> .\n",
        "IRI",
    ),
    "a bad language tag": ("x.ttl", (TTL + 'e:a e:b "x"@en_US .').encode(), ":3: "),
    "bytes that are not UTF-8": ("x.ttl", TTL.encode() + b'e:a e:b "\xff" .', "not UTF-8: byte ff"),
    "a file that breaks off": ("x.ttl", (TTL + "e:a e:b").encode(), ":3: "),
    "XML that breaks off": (
        "x.rdf",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/"><rdf:Description><e:p>x',
        "",
    ),
    "a remote context": (
        "x.jsonld",
        b'{"@context": "http://e.example/c", "@id": "http://e.example/a"}',
        "context lies elsewhere",
    ),
    "a web page": ("x.ttl", b"<!DOCTYPE html><html><body>404</body></html>", ""),
    "a triple about a triple": ("x.ttl", (TTL + "e:a e:b <<( e:a e:b _:x )>> .").encode(), "RDF 1.2"),
    "a text with a direction": ("x.nt", b'<http://e.example/a> <http://e.example/b> "x"@ar--rtl .\n', "a direction"),
    "deep nesting": ("x.ttl", (TTL + "e:a e:b " + "<<( e:a e:b " * 100_000).encode(), ""),
    "a gzip that breaks off": ("x.ttl.gz", gzip.compress(TTL.encode() * 500)[:60], "the archive breaks off"),
}


def tar_with(entry: tarfile.TarInfo, data: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def link_entry() -> tarfile.TarInfo:
    entry = tarfile.TarInfo("x.ttl")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
    return entry


def encrypted() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.ttl", TTL)
    data = bytearray(buffer.getvalue())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + offset] |= 1
    return bytes(data)


REFUSED |= {
    "a tar that climbs out": (
        "x.tar.gz",
        tar_with(tarfile.TarInfo("../../x.ttl"), TTL.encode()),
        "outside of its folder",
    ),
    "a tar with an absolute name": (
        "x.tar.gz",
        tar_with(tarfile.TarInfo("/x.ttl"), TTL.encode()),
        "outside of its folder",
    ),
    "a tar with a link": ("x.tar.gz", tar_with(link_entry()), "links are not followed"),
    "an encrypted zip": ("x.zip", encrypted(), "encrypted"),
    "a bomb": ("x.nt.gz", 200 * gzip.compress(b"# \n" * 100_000), "a bomb, it seems"),
}


def run(settings: Settings, start: Release, folder: Path, **options: Any) -> MergedSource:
    merged = merge(settings, start, MergeRequest(named=(str(folder),), retrieved="2031-03-06", **options))
    assert merged.release is not None
    assert release.verify(merged.release) == []
    return merged.records[0]


@pytest.mark.parametrize("case", REFUSED.values(), ids=list(REFUSED))
def test_a_bad_file_is_refused_by_name_and_the_others_are_taken(
    case: tuple[str, bytes, str], settings: Settings, start: Release, tmp_path: Path
) -> None:
    name, data, why = case
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "good.nt").write_text(GOOD)
    (folder / name).write_bytes(data)
    record = run(settings, start, folder)
    assert record.part.quads == 1
    if case is not REFUSED["a web page"]:
        assert len(record.refused) == 1
        assert record.refused[0][0].startswith(name.split(".")[0])
        assert why in ": ".join(record.refused[0])


@pytest.mark.slow
def test_blank_nodes_that_are_too_entangled_are_given_up(settings: Settings, start: Release, tmp_path: Path) -> None:
    """In ever more time, until it is enough on this machine to read both files and come to the blank nodes."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "good.nt").write_text(GOOD)
    (folder / "x.nt").write_text(CLIQUE)
    for seconds in (2.0, 8.0, 32.0, 128.0, SECONDS):
        limited = replace(settings, merge_seconds=seconds)
        try:
            merged = merge(limited, start, MergeRequest(named=(str(folder),), retrieved="2031-03-06"))
        except SourceError:
            continue  # not even the good file was read in that time
        if merged.records and merged.records[0].part.quads and "too entangled" in str(merged.records[0].refused):
            break
    assert merged.release is not None
    assert release.verify(merged.release) == []
    (record,) = merged.records
    assert record.part.quads == 1
    ((name, why),) = record.refused
    assert (name, why.partition(" to be told")[0]) == ("x.nt", "its blank nodes are too entangled")


LENIENT: dict[str, tuple[str, bytes, int, int]] = {
    "IRIs": ("x.ttl", (TTL + "e:a e:b <http://e.example/a b> ; e:d e:e .\ne:f e:g e:h .").encode(), 3, 1),
    "language tags": ("x.ttl", (TTL + 'e:a e:b "x"@en-abcdefghij .\ne:f e:g e:h .').encode(), 2, 1),
    "bytes": ("x.ttl", TTL.encode() + b'e:a e:b "\xff" .\ne:f e:g e:h .', 2, 1),
    "lines": ("x.nt", (GOOD + "rubbish\n" + '<http://e.example/a> <http://e.example/b> "\\uD800" .\n').encode(), 1, 2),
    "bytes in lines": ("x.nt", GOOD.encode() + b'<http://e.example/a> <http://e.example/b> "\xff" .\n', 1, 1),
    "a file that breaks off": ("x.ttl", (TTL + 'e:f e:g "open').encode(), 1, 1),
    "IRIs in XML": (
        "x.rdf",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
        b'<rdf:Description rdf:about="http://e.example/a b"><e:p>x</e:p></rdf:Description>'
        b'<rdf:Description rdf:about="http://e.example/c"><e:p>y</e:p></rdf:Description></rdf:RDF>',
        1,
        1,
    ),
}


@pytest.mark.parametrize("case", LENIENT.values(), ids=list(LENIENT))
def test_lenient_takes_what_is_good_and_lists_the_rest(
    case: tuple[str, bytes, int, int], settings: Settings, start: Release, tmp_path: Path
) -> None:
    name, data, taken, left_out = case
    (tmp_path / name).write_bytes(data)
    record = run(settings, start, tmp_path / name, lenient=True)
    assert (record.part.quads, record.left_out_total) == (taken, left_out)
    assert len(record.left_out) == left_out


ENCODED = {
    "utf-16": (TTL + 'e:a e:b "中" .').encode("utf-16"),
    "utf-8 with a mark": (TTL + 'e:a e:b "中" .').encode("utf-8-sig"),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=list(ENCODED))
def test_an_encoding_that_is_declared_is_read(data: bytes, merging: Merge, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_bytes(data)
    merged = merging(tmp_path / "x.ttl")
    assert merged.release is not None
    assert len(merged.records[0].repaired) == 1
    text = gzip.decompress((merged.release.path / "graphs/x.nq.gz").read_bytes())
    assert '"中"' in text.decode()


def test_content_decides_where_the_name_lies(merging: Merge, tmp_path: Path) -> None:
    (tmp_path / "x.rdf").write_text(TTL)
    record = merging(tmp_path / "x.rdf").records[0]
    assert record.repaired == (("x.rdf", "called RDF/XML, is Turtle"),)


def test_relative_iris_get_a_base_of_ours(merging: Merge, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<> <http://e.example/p> <y> .")
    merged = merging(tmp_path / "x.ttl")
    assert merged.release is not None
    assert "relative IRIs were resolved" in merged.records[0].repaired[0][1]
    list(parse(gzip.decompress((merged.release.path / "graphs/x.nq.gz").read_bytes()), format=RdfFormat.N_QUADS))


def test_links_in_folders_are_not_followed(merging: Merge, tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "good.nt").write_text(GOOD)
    (tmp_path / "f" / "link.nt").symlink_to("/etc/hostname")
    (tmp_path / "f" / "loop").symlink_to(tmp_path / "f")
    record = merging(tmp_path / "f").records[0]
    assert record.part.quads == 1
    assert [name for name, _ in record.refused] == ["link.nt", "loop"]
