"""Proposals and questions over other people's graphs, which are read where they are; without them these tests skip."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Store

from initiative_lod.build.graph import Built
from initiative_lod.iris import Iris
from initiative_lod.matching.alignable_things import our_things, their_things
from initiative_lod.matching.proposals import propose
from initiative_lod.matching.sssom_rows import mentions
from initiative_lod.reading import foreign_graph
from initiative_lod.release import default_graph
from initiative_lod.settings import Settings
from initiative_lod.sources import questions, sssom
from initiative_lod.validation import competency

CHECKOUT = Path(__file__).resolve().parents[2]
GRAPHS = CHECKOUT.parent / "shared" / "graphs"
I = Iris()
SKOS = "http://www.w3.org/2004/02/skos/core#"

pytestmark = [
    pytest.mark.skipif(
        not GRAPHS.is_dir(), reason="the graphs of others (shared/graphs beside the checkout) are not here"
    ),
    pytest.mark.thorough,
]


@pytest.fixture(scope="module")
def ours(real_build: Built) -> Store:
    return default_graph.in_memory(real_build.quads)


def graph(name: str) -> Store:
    """One of the graphs of others."""
    made = Store()
    made.bulk_extend(foreign_graph.read([str(GRAPHS / name)], "http://unused.example/", Settings()).quads)
    return made


@pytest.fixture(scope="module")
def un_sdg() -> Store:
    return graph("un-sdg")


def by_hand(name: str) -> dict[tuple[str, str], str]:
    rows = sssom.read(CHECKOUT / "data" / "alignments" / f"{name}.sssom.tsv").rows
    return {(row.value("subject_id"), row.value("object_id")): row.value("predicate_id") for row in rows}


@pytest.mark.slow
def test_the_unesco_thesaurus(ours: Store) -> None:
    """What was matched by hand is found, but for what has quite another name; what is exact by hand is proposed so."""
    theirs = graph("unesco-thesaurus")
    found = {item.pair: item for item in propose(our_things(ours, I), their_things(theirs, I))}
    hand = by_hand("unesco")
    assert {pair[0].removeprefix(I.base + "id/") for pair in set(hand) - set(found)} == {
        "topic/personal-information-protection"
    }
    for pair in set(hand) & set(found):
        if hand[pair].endswith("exactMatch"):
            assert found[pair].predicate == SKOS + "exactMatch"
    exact = [pair for pair, item in found.items() if item.predicate.endswith("exactMatch")]
    assert len({one for one, _ in exact}) == len({other for _, other in exact}) == len(exact)
    assert len(found) <= 50
    assert not [pair for pair in found if "/aim/" in pair[0]]  # to bridge is no bridge


@pytest.mark.slow
def test_the_sdg_taxonomy(ours: Store, un_sdg: Store) -> None:
    mine = our_things(ours, I)
    found = {item.pair: item for item in propose(mine, their_things(un_sdg, I))}
    area = "http://metadata.un.org/sdg/codes/geoArea/"
    assert found[I.base + "id/group/developing-countries", area + "dc"].confidence > 0.95
    assert found[I.base + "id/place/china", area + "156"].predicate == "http://schema.org/sameAs"
    assert len(found) <= 6
    (itu,) = [item for item in mentions(mine, un_sdg) if item.text == "ITU"]
    assert itu.ours.iri == I.base + "id/institution/international-telecommunication-union"
    assert (itu.predicate.rpartition("#")[2], itu.count) == ("custodianAgency", 5)


def test_every_published_target_is_in_their_graph(un_sdg: Store) -> None:
    """The labels that our linkset gives are theirs."""
    labels = {thing.iri: {name.text for name in thing.names} for thing in their_things(un_sdg, I)}
    rows = sssom.read(CHECKOUT / "data" / "alignments" / "sdg-targets.sssom.tsv").rows
    assert rows
    for row in rows:
        assert row.value("object_label") in labels[row.value("object_id")], row.value("object_id")


@pytest.mark.slow
def test_questions_that_need_two_graphs(ours: Store, un_sdg: Store) -> None:
    """The saved questions over several graphs have the rows that were worked out for them."""
    stores = (ours, un_sdg, graph("gdprtext"), graph("w3c-dpv"))
    together = default_graph.in_memory(quad for store in stores for quad in store)
    asked = questions.read_folder(CHECKOUT / "data" / "questions-merged")
    assert len(asked) == 4
    assert [str(difference) for difference in competency.differences(asked, together)] == []
    # and none of them is answered by our own graph alone
    alone = {difference.question.slug for difference in competency.differences(asked, ours)}
    assert alone == {question.slug for question in asked}
