"""``initiative-lod align``: what it writes, and what it says."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from initiative_lod.cli.app import app
from initiative_lod.errors import ReleaseError, SettingsError, SourceError
from initiative_lod.settings import Settings
from initiative_lod.sources import sssom
from initiative_lod.sources.sssom_slots import REQUIRED

pytestmark = pytest.mark.thorough

CHECKOUT = Path(__file__).resolve().parents[2]
THEIRS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://other.org/1> a skos:Concept ; skos:prefLabel "Submarine cables"@en , "国际海缆"@zh .
<http://other.org/2> a skos:Concept ; skos:prefLabel "privacy"@en .
"""


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["--root", str(CHECKOUT), *arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_proposals_are_written_as_sssom(tmp_path: Path) -> None:
    graph, out = tmp_path / "theirs.ttl", tmp_path / "out.sssom.tsv"
    graph.write_text(THEIRS, "utf-8")
    run("align", str(graph), "--quiet", "--out", str(out))
    found = sssom.read(out)
    assert {row.value("object_id") for row in found.rows} == {"http://other.org/1", "http://other.org/2"}
    assert str(tmp_path) not in out.read_text("utf-8")
    assert all(list(row.extensions.values()) == ["theirs.ttl"] for row in found.rows)


def test_what_is_printed_is_what_is_written(harbour_root: Path, tmp_path: Path) -> None:
    graph, out = tmp_path / "theirs.ttl", tmp_path / "out.sssom.tsv"
    graph.write_text(THEIRS.replace("privacy", "shipping lines"), "utf-8")
    line = ("--root", str(harbour_root), "align", str(graph), "--quiet")
    run(*line, "--out", str(out))
    assert len(sssom.read(out).rows) == 1
    assert run(*line) == out.read_text("utf-8")


def test_a_comparison_that_takes_too_long_is_ended(
    monkeypatch: pytest.MonkeyPatch, harbour_root: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr("initiative_lod.cli.align.propose", lambda *arguments: signal.pause())
    monkeypatch.setenv("INITIATIVE_LOD_VALIDATION_SECONDS", "0.5")
    (tmp_path / "theirs.ttl").write_text(THEIRS, "utf-8")
    with pytest.raises(SourceError, match=r"the comparison was ended after 0\.5 s \(setting validation_seconds\)"):
        run("--root", str(harbour_root), "align", str(tmp_path / "theirs.ttl"), "--quiet")


def test_nothing_in_common(harbour_root: Path, tmp_path: Path) -> None:
    graph = tmp_path / "theirs.ttl"
    graph.write_text("<http://x.org/> <http://x.org/p> 1 .", "utf-8")
    text = run("--root", str(harbour_root), "align", str(graph), "--quiet")
    assert text.splitlines()[-1].startswith("subject_id\t")
    assert run("--root", str(harbour_root), "align", str(graph), "--quiet", "--review") == ""


def test_export_of_a_release(real_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="nothing has been published"):
        run("--releases", str(tmp_path / "releases"), "align", "--export")
    out = tmp_path / "all.sssom.tsv"
    run("--releases", str(real_settings.releases), "align", "--export", "--out", str(out))
    found = {tuple(row.value(name) for name in REQUIRED) for row in sssom.read(out).rows}
    files = (CHECKOUT / "data" / "alignments").glob("*.sssom.tsv")
    assert found == {tuple(row.value(name) for name in REQUIRED) for path in files for row in sssom.read(path).rows}


def test_a_graph_has_to_be_named() -> None:
    with pytest.raises(SettingsError, match="--export"):
        run("align")
