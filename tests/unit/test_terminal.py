"""What comes from outside is shown on a terminal and never obeyed: in results, in talk, in errors and in the log."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from initiative_lod.cli import console, main
from initiative_lod.errors import SourceError
from initiative_lod.reading.foreign_graph import ReadFile
from initiative_lod.reading.source_files import FileOutcome
from initiative_lod.terminal import LogFormatter, printable, printable_lines

RED, CSI, TURNED = "\x1b[31m", "\x9b2J", "\u202e"
HOSTILE = f"{RED}clear{CSI} {TURNED}txt [bold]x[/bold]"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Commands = Callable[..., tuple[str, str]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """Runs a command, and gives what it prints on both streams."""

    def run(*arguments: str) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["initiative-lod", *arguments])
        with pytest.raises(SystemExit):
            main()
        printed = capsys.readouterr()
        assert not OBEYED.search(printed.out + printed.err)
        return printed.out, printed.err

    return run


def test_an_escape_stands_for_each_character() -> None:
    assert printable("a\x1b\n\u202e港") == "a\\x1b\\n\\u202e港"
    assert printable_lines("a\x1b\nb") == "a\\x1b\nb"


def test_talk_tables_and_results(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(HOSTILE)
    console.show(HOSTILE)
    console.tell(["a", "b"], [[HOSTILE, "x"]])
    console.tell_files([ReadFile(HOSTILE, FileOutcome("x", "refused", HOSTILE))])
    with console.progress() as step:
        step(HOSTILE)
    printed = capsys.readouterr()
    assert not OBEYED.search(printed.out + printed.err)
    assert printed.out.count("\\x1b[31mclear") == 2
    assert printed.err.count("[bold]x[/bold]") == 4  # nor is it markup


def test_the_log(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.LogRecord("initiative_lod", logging.ERROR, __file__, 1, "GET %s", (HOSTILE,), None)
    assert not OBEYED.search(LogFormatter("%(levelname)s: %(message)s").format(record))


def test_an_error(monkeypatch: pytest.MonkeyPatch, told: Commands) -> None:
    def fails() -> None:
        raise SourceError(f"no such thing: {HOSTILE}")

    monkeypatch.setattr("initiative_lod.cli.app.app", fails)
    assert "\\x1b[31mclear" in told()[1]


SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix h: <http://harbour.example/> .
h:S a sh:NodeShape ; sh:targetClass h:Quay ; sh:property h:P .
h:P a sh:PropertyShape ; sh:path h:name ; sh:maxLength 2 ; sh:message "too long \\u001B[31m\\u009B2J"@en .
"""
DATA = '@prefix h: <http://harbour.example/> . h:q a h:Quay ; h:name "abc\\u001B]0;title\\u0007" .'


def test_a_report_of_validation(tmp_path: Path, told: Commands) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    (tmp_path / "data.ttl").write_text(DATA)
    out, _ = told("validate", "-q", str(tmp_path / "data.ttl"), "--shapes", str(tmp_path / "shapes.ttl"))
    assert "\\x1b]0;title\\x07" in out
    assert "too long \\x1b[31m" in out


def test_a_file_that_is_refused(tmp_path: Path, told: Commands) -> None:
    name = f"a{RED}b.ttl"
    (tmp_path / name).write_text(f"<a> <b> {HOSTILE}")
    _, err = told(
        "--releases", str(tmp_path / "releases"), "validate", str(tmp_path / name), "--shapes", str(tmp_path / name)
    )
    assert "\\x1b[31m" in err
