"""What is proposed, with which confidence and why; and that judgements are heeded."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse

from initiative_lod.build.mappings import statement
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.matching.alignable_things import our_things, their_things
from initiative_lod.matching.proposals import Proposal, propose
from initiative_lod.matching.sssom_rows import mention_row, mentions, row
from initiative_lod.sources import sssom, sssom_writer
from initiative_lod.sources.judgements import Judgement, Verdict
from initiative_lod.sources.mapping_set import MappingSet
from initiative_lod.sources.sssom_slots import BUILT_IN

ENGLISH = Languages().default

I = Iris()
OURS = """
@base <https://w3id.org/initiative-lod/> .
@prefix : <https://w3id.org/initiative-lod/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/topic/harbour> a :Topic ; skos:prefLabel "港口"@zh , "harbours"@en ; skos:broader <id/topic/transport> .
<id/topic/transport> a :Topic ; skos:prefLabel "运输"@zh , "transport"@en .
<id/topic/salvage> a :Topic ; skos:prefLabel "救助"@zh , "salvage"@en ; skos:altLabel "rescue at sea"@en .
<id/institution/league> a :Institution ;
    rdfs:label "灯塔联盟"@zh , "League of Lighthouses"@en ; skos:altLabel "LOL"@en .
<id/place/port> a :Place ; rdfs:label "甲港"@zh , "Port A"@en .
<id/modality/advocate> a :Modality ; skos:prefLabel "倡导"@zh , "advocate"@en .
"""
THEIRS = """
@prefix : <http://other.org/> .
@prefix more: <http://more.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
:c1 a skos:Concept ; skos:prefLabel "Harbour"@en , "港口"@zh ; skos:broader :c2 .
:c2 a skos:Concept ; skos:prefLabel "Transport"@en ; skos:narrower :c1 .
:c3 a skos:Concept ; skos:prefLabel "Sea rescue"@en ; skos:altLabel "Salvage"@en .
:c4 a skos:Concept ; skos:prefLabel "Lawyers"@en ; skos:altLabel "Advocate"@en .
:c5 a skos:Concept ; skos:prefLabel "port a"@fr .
more:x a more:Country ; rdfs:label "Port A" .
more:y a owl:ObjectProperty ; rdfs:label "transport" .
more:z a more:Organisation ; rdfs:label "League of Lighthouses (LOL)"@en ; more:keeper "LOL" .
more:w a more:Fish ; rdfs:label "lol" ; more:code "LOL" .
"""


def store(turtle: str) -> Store:
    made = Store()
    made.extend(parse(turtle, RdfFormat.TURTLE))
    return made


def found(*judgements: Judgement, theirs: str = THEIRS) -> dict[tuple[str, str], Proposal]:
    proposals = propose(our_things(store(OURS), I), their_things(store(theirs), I), judgements)
    return {(item.ours.iri.removeprefix(I.base + "id/"), item.theirs.iri): item for item in proposals}


def test_what_is_proposed_and_nothing_else() -> None:
    assert {(pair, item.predicate.rpartition("/")[2]) for pair, item in found().items()} == {
        (("topic/harbour", "http://other.org/c1"), "core#exactMatch"),
        (("topic/transport", "http://other.org/c2"), "core#exactMatch"),
        (("topic/salvage", "http://other.org/c3"), "core#closeMatch"),
        (("place/port", "http://more.org/x"), "sameAs"),
        (("institution/league", "http://more.org/z"), "sameAs"),
    }


def test_two_languages_and_neighbours_are_worth_more() -> None:
    proposals = found()
    harbour = proposals["topic/harbour", "http://other.org/c1"]
    assert harbour.confidence > proposals["topic/salvage", "http://other.org/c3"].confidence
    assert harbour.justification == "CompositeMatching"
    assert any("second language" in reason for reason in harbour.told(ENGLISH))
    assert any("neighbours agree: transport / Transport" in reason for reason in harbour.told(ENGLISH))
    alone = found(theirs=THEIRS.replace("skos:broader :c2", "").replace("skos:narrower :c1", ""))
    assert alone["topic/harbour", "http://other.org/c1"].confidence < harbour.confidence
    assert alone["topic/transport", "http://other.org/c2"].justification == "LexicalMatching"


def test_a_second_language_that_disagrees_is_worth_less() -> None:
    agree = found()["topic/harbour", "http://other.org/c1"].confidence
    other = found(theirs=THEIRS.replace('"港口"@zh', '"避风处"@zh'))["topic/harbour", "http://other.org/c1"]
    assert other.confidence < agree
    assert any("called" in reason for reason in other.told(ENGLISH))


def test_types_that_differ_are_worth_less() -> None:
    assert ("institution/league", "http://more.org/z") not in found(
        theirs=THEIRS.replace("more:Organisation", "more:Country")
    )


def test_rivals_lower_each_other() -> None:
    twins = THEIRS + ':c9 a skos:Concept ; skos:prefLabel "Transport"@en .\n'
    proposals = found(theirs=twins)
    for target in ("c2", "c9"):
        item = proposals["topic/transport", f"http://other.org/{target}"]
        assert item.predicate.endswith("closeMatch")
        assert any("competes" in reason for reason in item.told(ENGLISH))


@pytest.mark.parametrize(
    ("verdict", "there"), [(Verdict.SAME, False), (Verdict.NOT_SAME, False), (Verdict.UNSURE, True)]
)
def test_what_is_judged_is_not_proposed_again(verdict: Verdict, there: bool) -> None:
    pair = "http://other.org/c1", I.base + "id/topic/harbour"
    proposals = found(Judgement(*pair, verdict, "j", "2031-01-02", "r"))
    assert (("topic/harbour", "http://other.org/c1") in proposals) is there


def test_the_same_input_gives_the_same_order() -> None:
    mine, others = our_things(store(OURS), I), list(their_things(store(THEIRS), I))
    first = propose(mine, others)
    assert propose(list(reversed(mine)), list(reversed(others))) == first
    assert [item.confidence for item in first] == sorted((item.confidence for item in first), reverse=True)


def test_names_that_stand_as_strings() -> None:
    (mention,) = mentions(our_things(store(OURS), I), store(THEIRS))
    assert (mention.text, mention.predicate, mention.count) == ("LOL", "http://more.org/keeper", 1)


def test_proposals_are_valid_sssom(tmp_path: Path) -> None:
    mine, theirs = our_things(store(OURS), I), store(THEIRS)
    seen = I.term("seenIn").value
    lines = [row(item, "a file", seen, ENGLISH) for item in propose(mine, their_things(theirs, I))]
    lines += [mention_row(item, "a file", seen) for item in mentions(mine, theirs)]
    path = tmp_path / "proposed.sssom.tsv"
    header = {"mapping_set_id": ("https://example.org/s",), "license": ("https://example.org/l",)}
    path.write_text(sssom_writer.write(MappingSet("s", header, tuple(lines), {**I.prefixes, **BUILT_IN})), "utf-8")
    read = sssom.read(path)
    assert len(read.rows) == 6
    assert sum(statement(item, I) is None for item in read.rows) == 1
    for item in read.rows:
        assert item.value("comment")
        assert 0.75 <= float(item.value("confidence")) < 1
        assert item.value("mapping_justification").startswith("https://w3id.org/semapv/vocab/")
