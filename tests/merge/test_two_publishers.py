"""Two publishers with two bases: the release of the one, merged into that of the other, answers one query with it."""

from __future__ import annotations

import pytest
from pyoxigraph import QuerySolutions

from initiative_lod import pipeline
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from patience import patient
from pipeline.conftest import make_project

pytestmark = pytest.mark.thorough

ONE, OTHER = "https://one.example.org/", "https://other.example.org/data/"
PROHIBITIONS = "id/harbour-2031/action/2/clause/1", "id/harbour-2031/action/2/clause/2"
QUERY = """
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
SELECT ?clause WHERE { ?clause ilod:modality <https://w3id.org/initiative-lod/id/modality/prohibit> } ORDER BY ?clause
"""


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> OpenRelease:
    root = tmp_path_factory.mktemp("publishers")
    settings, other = (
        patient(Settings(root=make_project(root / name), base=base, rendered_documents=0))
        for name, base in (("one", ONE), ("other", OTHER))
    )
    dump = pipeline.make_release(other).path / "dump.nq.gz"
    request = MergeRequest(named=(str(dump),), retrieved="2031-03-06")
    made = pipeline.make_merged_release(settings, pipeline.make_release(settings), request).release
    assert made is not None
    return OpenRelease.open(made)


@pytest.mark.slow
def test_one_query_answers_for_both(merged: OpenRelease) -> None:
    rows = merged.store.query(QUERY)
    assert isinstance(rows, QuerySolutions)
    assert [row[0].value for row in rows] == [base + path for base in (ONE, OTHER) for path in PROHIBITIONS]


@pytest.mark.slow
def test_the_names_of_graphs_do_not_clash(merged: OpenRelease) -> None:
    names = [graph.value for graph in merged.graphs]
    assert len(names) == len(set(names))
    assert all(name.startswith(f"{ONE}graph/") for name in names)
    assert f"{ONE}graph/source/dump" in names


def test_what_both_share_is_no_conflict(merged: OpenRelease) -> None:
    conflicts = merged.release.manifest.conflicts
    assert conflicts is not None
    totals = conflicts["totals"]
    assert totals["our-shapes-broken"] == 2  # the same mapping from a topic of each
    assert totals["two-preferred-labels"] == totals["functional-values-differ"] == 0
