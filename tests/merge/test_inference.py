"""Inference: of our own things, from what we state, once, and no more than the ontology promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from initiative_lod import release
from initiative_lod.build import inference
from initiative_lod.build.graph import Built, canonical
from initiative_lod.build.inference import Promises, promises
from initiative_lod.documents.resource import describe
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF
from merge.conftest import I, Merge

INFERRED = I.graph(inference.NAME)
PREFIXES = f"""@base <{I.base}> .
@prefix : <{I.base}ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix up: <http://above.example/> .
"""
ONTOLOGY = """
:Crane rdfs:subClassOf :Machine , [ a owl:Restriction ] . :Machine rdfs:subClassOf up:Thing , :Crane .
:lifts rdfs:subPropertyOf :moves . :moves rdfs:subPropertyOf up:affects ; rdfs:domain :Machine ; rdfs:range :Load .
"""
STATED = """
<id/crane/1> a :Crane ; :lifts <id/load/1> , "a box" ; rdfs:label "crane"@en .
<id/crane/2> a :Crane , :Machine .
<http://other.example/crane> a :Crane ; :lifts <id/load/1> .
"""


def quads(text: str, graph: NamedNode) -> list[Quad]:
    return [
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)
    ]


@pytest.fixture
def promised() -> Promises:
    return promises(quads(ONTOLOGY, I.graph("ontology")))


def inferred(stated: list[Quad], promised: Promises) -> set[str]:
    found = list(inference.quads(stated, promised, I))
    assert {quad.graph_name for quad in found} <= {INFERRED}
    assert len(found) == len(set(found))
    return {str(quad.triple).replace(I.base, "") for quad in found}


def test_superclasses_and_superproperties_of_our_own_things(promised: Promises) -> None:
    a = str(RDF.type)
    assert inferred(quads(STATED, I.graph("cranes")), promised) == {
        f"<id/crane/1> {a} <ontology#Machine>",
        f"<id/crane/1> {a} <http://above.example/Thing>",
        "<id/crane/1> <ontology#moves> <id/load/1>",
        "<id/crane/1> <http://above.example/affects> <id/load/1>",
        '<id/crane/1> <ontology#moves> "a box"',
        '<id/crane/1> <http://above.example/affects> "a box"',
        f"<id/crane/2> {a} <http://above.example/Thing>",
    }


def test_nothing_follows_from_what_others_say(promised: Promises) -> None:
    theirs = quads(STATED, I.graph("source/cranes"))
    assert inferred([*theirs, *quads(STATED, NamedNode("http://other.example/graph/cranes"))], promised) == set()
    ours = quads("<id/crane/1> a :Crane .", I.graph("cranes"))
    assert len(inferred([*theirs, *ours], promised)) == 2


def test_inferring_again_gives_the_same(promised: Promises) -> None:
    stated = [*quads(ONTOLOGY, I.graph("ontology")), *quads(STATED, I.graph("cranes"))]
    first = list(inference.quads(stated, promised, I))
    assert set(inference.quads([*stated, *first], promised, I)) == set(first)
    store = Store()
    store.extend([*stated, *first, *quads(STATED, I.graph("source/x"))])
    assert set(inference.of_store(store, I)) == set(first)


#: What the ontology promises of its own terms in those of others: whoever changes it changes what queries answer.
PROMISED = {
    "Initiative": "http://data.europa.eu/eli/ontology#Work",
    "Text": "http://data.europa.eu/eli/ontology#Expression",
    "Part": "http://data.europa.eu/eli/ontology#WorkSubdivision",
    "TextSpan": "http://www.w3.org/ns/oa#SpecificResource",
    "Institution": "http://www.w3.org/ns/org#Organization",
    "CitedDocument": "http://purl.org/dc/terms/BibliographicResource",
    "Person": "http://xmlns.com/foaf/0.1/Person",
    "Place": "http://purl.org/dc/terms/Location",
    **dict.fromkeys(
        ("Topic", "StakeholderGroup", "Modality", "CitationRole", "Principle", "Community"),
        "http://www.w3.org/2004/02/skos/core#Concept",
    ),
    "IdentityCluster": "http://www.w3.org/ns/prov#Collection",
    "addressee": "http://purl.org/dc/terms/audience",
    "topic": "http://purl.org/dc/terms/subject",
    "cites": "http://purl.org/dc/terms/references",
    "mentions": "http://schema.org/mentions",
    "canonicalMember": "http://www.w3.org/ns/prov#hadMember",
}


@pytest.mark.thorough
def test_every_promise_of_the_ontology_is_kept(real_build: Built) -> None:
    promised = promises(quad for quad in real_build.quads if quad.graph_name == I.graph("ontology"))
    every = {**promised.classes, **promised.properties}
    outside = {
        (term.value.rpartition("#")[2], above.value)
        for term, all_above in every.items()
        for above in all_above
        if I.path(above.value) is None
    }
    direct = set(PROMISED.items())
    assert direct <= outside
    assert {above for _, above in outside} == {above for _, above in direct}
    stated = {quad.triple for quad in real_build.quads}
    for quad in real_build.quads:
        if I.path(quad.subject.value) is None or (I.path(quad.graph_name.value) or "").startswith("graph/source"):  # type: ignore[union-attr]
            continue
        for above in promised.properties.get(quad.predicate, ()):
            assert Quad(quad.subject, above, quad.object).triple in stated
        if quad.predicate == RDF.type:
            for above in promised.classes.get(quad.object, ()):  # type: ignore[arg-type]
                assert Quad(quad.subject, RDF.type, above).triple in stated


def test_what_is_inferred_is_ours_and_stated_nowhere_else(real_build: Built) -> None:
    found = {quad.triple for quad in real_build.quads if quad.graph_name == INFERRED}
    assert len(found) > 1000
    assert all(I.path(triple.subject.value) is not None for triple in found)  # type: ignore[union-attr]
    assert not found & {quad.triple for quad in real_build.quads if quad.graph_name != INFERRED}


@pytest.fixture
def start(settings: Settings) -> release.Release:
    """A release of ours with an ontology, a crane, and what follows of it."""
    stated = [*quads(ONTOLOGY, I.graph("ontology")), *quads("<id/crane/1> a :Crane .", I.graph("cranes"))]
    made = canonical([*stated, *inference.quads(stated, promises(stated), I)])
    edition = release.Edition("1.0", "2031-03-05")
    files = {"context.jsonld": b"{}\n"}
    return release.write(settings.release_folder, made, edition, files, I)


def test_a_merge_infers_anew_and_only_of_ours(merging: Merge, start: release.Release, tmp_path: Path) -> None:
    (tmp_path / "in.ttl").write_text(PREFIXES + STATED)
    linked = {"more": tuple(quads("<id/crane/3> :lifts <id/load/3> .", I.graph("alignment-more")))}
    made = merging(tmp_path / "in.ttl", onto=start, alignments=linked).release
    assert made is not None
    assert release.verify(made) == []
    subjects = {quad.subject for quad in OpenRelease.open(made).quads(graph=INFERRED)}
    assert subjects == {I.thing("id/crane/1"), I.thing("id/crane/3")}
    without = merging(onto=made, without=("in",)).release
    assert without is not None
    assert len(list(OpenRelease.open(without).quads(graph=INFERRED))) == 4


def test_a_document_tells_what_is_said_and_the_graph_what_follows(start: release.Release) -> None:
    opened = OpenRelease.open(start)
    crane, above = I.thing("id/crane/1"), NamedNode("http://above.example/Thing")
    told = describe(opened, crane)
    assert told is not None
    types = {quad.object for quad in told.quads if quad.predicate == RDF.type and quad.subject == crane}
    assert types == {NamedNode(I.base + "ontology#Crane")}
    assert not opened.holds(crane, RDF.type, above)
    graph = describe(opened, INFERRED)
    assert graph is not None
    assert above in {quad.object for quad in graph.quads}
    answer = opened.store.query(f"ASK {{ {crane} a {above} }}")
    assert bool(answer)
