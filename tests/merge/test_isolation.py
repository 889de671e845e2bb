"""The nine real graphs: questions, shapes and our own graphs are as they were before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from initiative_lod import pipeline, release
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.sources import questions
from initiative_lod.validation import competency

ROOT = Path(__file__).resolve().parents[2]
GRAPHS = ROOT.parent / "shared" / "graphs"
TRIPLES = {
    "ai-risk": 11_814,
    "eu-authority-tables": 77_431,
    "fibo-government": 5_615,
    "gdprtext": 22_601,
    "lblod-staff-cube": 839_416,
    "nifo-factsheets": 6_411,
    "un-sdg": 24_487,
    "unesco-thesaurus": 75_202,
    "w3c-dpv": 207_806,
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not GRAPHS.is_dir(), reason="the graphs of others are not there (../shared/graphs)"),
]


def test_all_nine_graphs_leave_ours_as_it_was(tmp_path: Path) -> None:
    settings = Settings(root=ROOT, releases=tmp_path / "releases")
    start = pipeline.make_release(settings)
    release.publish(settings.release_folder, start)
    wanted = MergeRequest(named=tuple(str(path) for path in sorted(GRAPHS.iterdir())), retrieved="2026-11-24")
    merged = pipeline.make_merged_release(settings, start, wanted)
    made = merged.release
    assert made is not None
    assert {record.slug: record.part.quads for record in merged.records} == TRIPLES
    assert release.verify(made) == []
    opened = OpenRelease.open(made)
    asked = questions.read_folder(ROOT / "data" / "questions")
    assert [str(item) for item in competency.differences(asked, opened.store, settings.base)] == []
    conflicts = made.manifest.conflicts
    assert conflicts is not None
    totals = conflicts["totals"]
    assert totals["our-terms-elsewhere"] == totals["questions-answered-differently"] == 0
    joint = questions.read_folder(ROOT / "data" / "questions-merged")
    assert conflicts["questions"] == {item.slug: "as expected" for item in joint}
    saved = {item["slug"] for item in json.loads((made.path / competency.FILE).read_text("utf-8"))}
    offered = questions.of_project(ROOT, ROOT / "ontology")
    assert saved == {item.slug for item in (*offered, *joint)} >= {item.slug for item in asked}
    assert (
        "our-shapes-broken" not in totals
    )  # nobody uses our terms: there is nothing that the shapes could speak about
    release.publish(settings.release_folder, made)
    assert pipeline.make_merged_release(settings, made, wanted).release == made
    assert release.rollback(settings.release_folder) == start
