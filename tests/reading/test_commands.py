"""The three commands that read strangers' files: the same files are read, and the same sentences are said."""

from __future__ import annotations

import gzip
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from initiative_lod.cli import main

pytestmark = pytest.mark.thorough

TTL = "@prefix k: <http://kite.example/> .\nk:red k:flies k:high .\n"
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:k="http://kite.example/">'
    '<rdf:Description rdf:about="http://kite.example/red"><k:flies>high</k:flies></rdf:Description></rdf:RDF>'
)
COMMANDS = {"validate": ["validate", "-q"], "align": ["align", "-q"], "merge": ["merge", "--dry-run"]}

#: (name, bytes, part of what is said of it, if anything).
READ = {
    "capitals": ("KITE.TTL", TTL.encode(), ""),
    "an ontology's suffix": ("kite.owl", XML.encode(), ""),
    "XML": ("kite.xml", XML.encode(), ""),
    "Notation3": ("kite.n3", TTL.encode(), ""),
    "a mark": ("kite.ttl", TTL.encode("utf-8-sig"), "its byte order mark was taken off"),
    "UTF-16": ("kite.ttl", TTL.encode("utf-16"), "read as UTF-16-LE"),
    "packed by gzip": ("kite.ttl.gz", gzip.compress(TTL.encode()), ""),
    "packed by Zstandard": ("kite.ttl.ZST", zstd.compress(TTL.encode()), ""),
    "packed by xz": ("kite.rdf.xz", lzma.compress(XML.encode()), ""),
    "HexTuples": ("kite.hext", b'["http://kite.example/a","http://kite.example/b","c","","",""]\n', ""),
    "a comment with what is no IRI": (
        "kite.rdf",
        XML.replace("<rdf:D", '<!-- rdf:about="http://[x" --><rdf:D').encode(),
        "",
    ),
    "a relative start": ("kite.ttl", b"<kite> a <http://kite.example/Toy> .", "relative IRIs were resolved"),
}
#: (name, bytes, what is said of it).
REFUSED = {
    "an @id with a blank": ("kite.jsonld", b'{"@id": "http://kite.example/a b", "http://k.example/": 1}', "is no IRI"),
    "a context elsewhere": ("kite.jsonld", b'{"@context": "http://kite.example/c"}', "is not fetched: put the context"),
    "XML that breaks off": ("kite.rdf", XML.encode()[:-20], ":1: it breaks off there"),
    "Turtle that breaks off": ("kite.ttl", TTL.encode()[:-4], ":2: it breaks off there"),
    "an archive that breaks off": ("kite.nt.gz", gzip.compress(TTL.encode() * 99)[:60], "the archive breaks off"),
    "a formula": ("kite.n3", TTL.encode() + b"k:one k:denies { k:red k:flies k:low } .", "{ … } quotes statements"),
    "plane 14": ("kite.ttl", (TTL + "k:a k:b k:c\U000e01ef .").encode(), "Invalid IRI code point"),
    "functional syntax": ("kite.owl", b"Ontology(<http://kite.example/>\n)", "OWL functional syntax is no RDF"),
    "a page": ("kite.ttl", b"<!doctype html><title>404</title>", "a web page, not RDF"),
    "an exploding entity": (
        "kite.rdf",
        ('<!DOCTYPE r [<!ENTITY a "' + "kite" * 20_000 + '">]>' + XML.replace("high", "&a;" * 20_000)).encode(),
        "its entities expand to more than a hundred times its size",
    ),
    "GB18030": ("kite.ttl", (TTL + 'k:red k:says "风筝" .').encode("gb18030"), "iconv -f GB18030"),
}
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(harbour_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: exit status, and what it says on stderr."""

    def command(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["initiative-lod", "--root", str(harbour_root), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), " ".join(capsys.readouterr().err.split())

    return command


def fill(folder: Path, cases: dict[str, tuple[str, bytes, str]]) -> dict[str, str]:
    """A folder of files, each in a folder of its own; what is said of each."""
    for number, (name, data, _) in enumerate(cases.values()):
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / name).write_bytes(data)
    return {f"/{number}/kite": said for number, (_, _, said) in enumerate(cases.values())}


def assert_said(expected: dict[str, str], told: str) -> None:
    for name, said in expected.items():
        assert not said or any(said in part[:500] for part in told.split(name)[1:]), (name, said, told)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_one_command_reads_all_read(command: str, run: Run, tmp_path: Path) -> None:
    expected = fill(tmp_path / "kites", READ)
    code, told = run(*COMMANDS[command], "--strict", str(tmp_path / "kites"))
    assert code == 0, told
    assert "refused" not in told
    assert_said(expected, told)
    alone = tmp_path / "kite.ttl.xz"  # one that is as long as what is in it
    alone.write_bytes(lzma.compress(TTL.encode()))
    assert run(*COMMANDS[command], str(alone))[0] == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_what_one_command_refuses_all_refuse_and_the_rest_is_read(command: str, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "kites"
    expected = fill(folder, REFUSED)
    code, told = run(*COMMANDS[command], str(folder))
    assert code == 1  # there is nothing to judge, to compare or to merge
    if command != "merge":
        assert_said(expected, told)
    (folder / "good.ttl").write_text(TTL)
    code, told = run(*COMMANDS[command], str(folder))
    assert code == (1 if command == "validate" else 0)  # what was not read is not said to conform
    assert_said(expected, told)
    code, told = run(*COMMANDS[command], "--strict", str(folder))
    assert code == 1
    assert_said(expected, told)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_url_beyond_ascii_is_fetched_or_told(command: str, run: Run) -> None:
    code, told = run(*COMMANDS[command], "http://127.0.0.1:9/风筝?q=é")
    assert code == 1
    assert "风筝?q=é: it cannot be fetched" in told


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_passed_over_is_told(command: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "kite.ttl").write_text(TTL)
    (tmp_path / "notes.md").write_text("no RDF")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    code, told = run(*COMMANDS[command], str(tmp_path))
    assert code == 0
    assert "notes.md: no RDF" in told
    assert ".DS_Store: what macOS adds" in told
