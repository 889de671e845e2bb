"""Clusters of a merged release: made anew over everything, under the judgements, and as small as before when it is
taken back.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from initiative_lod import release
from initiative_lod.build import identity
from initiative_lod.build.graph import canonical
from initiative_lod.release import Edition, Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.sources.judgements import Judgement, Verdict
from initiative_lod.vocabulary import PROV, SKOS
from merge.conftest import I, Merge

A, B, OURS = (NamedNode(iri) for iri in ("http://e.example/a", "http://e.example/b", I.thing("id/x").value))
GRAPH = I.graph(identity.NAME)
SOURCE = "<http://e.example/a> <http://www.w3.org/2002/07/owl#sameAs> <http://e.example/b> .\n"


def clusters(made: Release) -> set[tuple[str, str]]:
    """Each member of a cluster, with the canonical one."""
    quads = list(OpenRelease.open(made).quads(graph=GRAPH))
    assert all(quad.subject.value.startswith(GRAPH.value + "#") for quad in quads)  # type: ignore[union-attr]
    canonical = {quad.subject: quad.object for quad in quads if quad.predicate == I.term("canonicalMember")}
    members = [quad for quad in quads if quad.predicate == PROV.hadMember]
    return {(quad.object.value, canonical[quad.subject].value) for quad in members}  # type: ignore[union-attr]


@pytest.fixture
def linked(settings: Settings) -> Release:
    """A release of ours in which a thing is matched to another's, with its clusters."""
    link = Quad(OURS, SKOS.exactMatch, A, I.graph("alignment-x"))
    quads = canonical([link, *identity.materialise([link], (), I)])
    files = {"context.jsonld": b"{}\n"}
    return release.write(settings.release_folder, quads, Edition("1.0", "2031-03-05"), files, I)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "in.nt").write_text(SOURCE)
    return tmp_path / "in.nt"


def test_clusters_are_made_anew_over_what_is_merged(merging: Merge, linked: Release, source: Path) -> None:
    made = merging(source, onto=linked).release
    assert made is not None
    assert release.verify(made) == []
    assert clusters(linked) == {(item.value, OURS.value) for item in (OURS, A)}
    assert clusters(made) == {(item.value, OURS.value) for item in (OURS, A, B)}
    dump = list(parse(gzip.decompress((made.path / "dump.nq.gz").read_bytes()), format=RdfFormat.N_QUADS))
    assert len([quad for quad in dump if quad.graph_name == GRAPH]) == 5
    trig = list(parse(gzip.decompress((made.path / "dump.trig.gz").read_bytes()), format=RdfFormat.TRIG))
    assert len([quad for quad in trig if quad.graph_name == GRAPH]) == 5


def test_the_originals_are_left_as_they_are(merging: Merge, linked: Release, source: Path) -> None:
    made = merging(source, onto=linked).release
    assert made is not None
    opened = OpenRelease.open(made)
    assert [(quad.subject, quad.object) for quad in opened.quads(graph=I.graph("source/in"))] == [(A, B)]
    assert release.verify(linked) == []


def test_a_judgement_wins(merging: Merge, linked: Release, source: Path) -> None:
    judged = Judgement(A.value, B.value, Verdict.NOT_SAME, "a librarian", "2031-03-06", "two things of one name")
    before = merging(source, onto=linked).release
    made = merging(source, onto=linked, judgements=(judged,)).release
    assert made is not None
    assert made != before
    assert clusters(made) == {(item.value, OURS.value) for item in (OURS, A)}


def test_what_is_taken_out_again_leaves_no_cluster(merging: Merge, linked: Release, source: Path) -> None:
    made = merging(source, onto=linked).release
    assert merging(source, onto=made).release == made
    without = merging(onto=made, without=("in",)).release
    assert without is not None
    assert release.verify(without) == []
    assert clusters(without) == clusters(linked)


def test_where_nothing_is_joined_there_is_no_graph(merging: Merge, tmp_path: Path) -> None:
    (tmp_path / "in.nt").write_text(SOURCE.replace("owl#sameAs", "owl#differentFrom"))
    made = merging(tmp_path / "in.nt").release
    assert made is not None
    assert clusters(made) == set()
    assert not [entry for entry in made.manifest.parts if identity.NAME in entry.file]
