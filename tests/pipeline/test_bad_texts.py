"""Texts as they may come: what is no text, another encoding, another system's line ends; and documents that are odd.

Each is told with file and line or answered sensibly, and nothing is written or overwritten.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from initiative_lod import pipeline
from initiative_lod.build.graph import build
from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from pipeline.conftest import Edit
from pipeline.test_any_document import EN, ZH, add
from pipeline.test_cli import Run, run

__all__ = ["run"]  # a fixture

I = Iris()
PILLARS = "data/graphs/harbour-2031/pillars.ttl"


def files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"bad\.zh\.txt: the file of the text is empty"),
        (b"\xef\xbb\xbf \r\n\t\r\n", r"bad\.zh\.txt: the file of the text is empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0", r"bad\.zh\.txt:1: the file is no text: it holds a zero byte"),
        (b"%PDF-1.7\n", r"bad\.zh\.txt:1: the file is no text: it begins like a PDF"),
        (ZH.encode("gb18030"), r"bad\.zh\.txt:1: the file is not UTF-8, but seems to be GB18030: save it as UTF-8"),
        (ZH.encode("utf-16"), r"bad\.zh\.txt:1: the file is not UTF-8, but seems to be UTF-16"),
        (EN.encode("utf-16-le"), r"bad\.zh\.txt:1: the file is no text: it holds a zero byte. It may be UTF-16"),
        ((ZH * 3)[:-1].encode() + b"\xe6", r"bad\.zh\.txt:\d+: the file is not UTF-8: save it as UTF-8"),
        (ZH.replace("第三条", "\x0b第三条\x01").encode(), r"bad\.zh\.txt: .*control character U\+0001 \(line \d+\)"),
    ],
    ids=["empty", "blanks", "binary", "PDF", "GB18030", "UTF-16", "UTF-16 without a mark", "cut off", "control"],
)
def test_what_is_no_text_is_refused_by_draft_and_nothing_written(
    project: Path, tmp_path: Path, run: Run, content: bytes, message: str
) -> None:
    (tmp_path / "bad.zh.txt").write_bytes(content)
    before = files(project)
    for options in (["--add"], ["--out", str(project / "bad.ttl")], []):
        done = run(project, "draft", str(tmp_path / "bad.zh.txt"), *options)
        assert done.code == 1
        assert done.out == ""
        assert re.search(message, done.err), done.err
    assert files(project) == before


@pytest.mark.parametrize("name", ["lost.zh.txt", "folder.zh.txt"])
def test_what_is_no_file_is_told(project: Path, tmp_path: Path, run: Run, name: str) -> None:
    (tmp_path / "folder.zh.txt").mkdir()
    done = run(project, "draft", str(tmp_path / name))
    assert done.code == 1
    assert f"{name}: cannot be read: " in done.err


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\r"), lambda text: f"\ufeff{text}"],
    ids=["CRLF", "CR", "mark"],
)
def test_ends_of_line_and_a_mark_draft_the_same(tmp_path: Path, run: Run, change: object) -> None:
    assert callable(change)
    said = []
    for folder, text in (("a", ZH), ("b", change(ZH))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "birds.zh.txt").write_bytes(text.encode())
        said.append(run(tmp_path, "draft", str(tmp_path / folder / "birds.zh.txt")).out)
    assert said[0] == said[1]


def test_a_text_of_one_line_is_a_document(project: Path) -> None:
    add(project, "notice", {"en": "No boats today.\n"})
    checked = pipeline.check(Settings(root=project))
    assert checked.report.conforms, checked.report.to_text()


def test_a_numbering_that_jumps_and_goes_back_is_described_and_told(project: Path) -> None:
    jumps = EN.replace("Article 3.", "Article 30.").replace("Article 4.", "Article 4.")
    add(project, "jumps", {"en": jumps})
    report = pipeline.validate(build(Settings(root=project)), Settings(root=project))
    assert report.conforms, report.to_text()
    assert "Text-uncovered" not in report.to_text()


def test_a_document_may_cite_itself(project: Path, edit: Edit) -> None:
    edit(
        PILLARS,
        ":cites [ src:is institution:lighthouse-league ;",
        ':cites [ src:is <id/harbour-2031> ; src:role role:background ; src:quote "发挥作用" ] ,\n'
        "        [ src:is institution:lighthouse-league ;",
    )
    edit(
        "data/graphs/harbour-2031/document.ttl",
        "<id/harbour-2031> a :Initiative ;",
        "<id/harbour-2031> a :Initiative , :CitedDocument ;",
    )
    settings = Settings(root=project)
    built = build(settings)
    assert any(quad.predicate == I.term("cites") and quad.object == I.thing("id/harbour-2031") for quad in built.quads)
    report = pipeline.validate(built, settings)
    assert report.conforms, report.to_text()
