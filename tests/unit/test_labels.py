"""Names of things: what names a thing on its page names it in its description, in a query's graph and in a search."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.documents.resource import describe
from initiative_lod.iris import Iris
from initiative_lod.labels import LABEL_PROPERTIES, LABELS, LabelKind, natural
from initiative_lod.locale.messages import Languages
from initiative_lod.matching.alignable_things import our_things
from initiative_lod.pipeline import index_maker
from initiative_lod.release import Edition, changes
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.search import index as search
from initiative_lod.search.reader import Index
from initiative_lod.search.results import Search
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker.evaluation import Evaluator, Limits
from initiative_lod.vocabulary import RDF
from initiative_lod.web.pages.view import View
from patience import SECONDS

I = Iris()
PERSON, EVENT = I.thing("id/person/ada"), I.thing("id/event/conference")


def named_by(folder: Path, property: NamedNode) -> OpenRelease:
    """A release in which an event mentions a person whose only name stands under ``property``."""
    graph, name = I.graph("people"), Literal("Ada Quayside", language="en")
    quads = canonical(
        [
            Quad(PERSON, RDF.type, I.term("Person"), graph),
            Quad(PERSON, property, name, graph),
            Quad(EVENT, RDF.type, I.term("Event"), graph),
            Quad(EVENT, I.term("mentions"), PERSON, graph),
        ]
    )
    edition, files = Edition("1.0", "2031-03-05"), {"context.jsonld": b"{}"}
    return OpenRelease.open(release.write(folder, quads, edition, files, I, make_index=index_maker()))


@pytest.mark.parametrize("property", LABELS, ids=lambda item: item.value)
def test_one_name_everywhere(tmp_path: Path, property: NamedNode) -> None:
    opened = named_by(tmp_path, property)
    name = Literal("Ada Quayside", language="en")
    assert View(opened, Languages().default).label(PERSON) is not None
    description = describe(opened, EVENT)
    assert description is not None
    assert (PERSON, property, name) in {(quad.subject, quad.predicate, quad.object) for quad in description.quads}
    assert changes.labels([opened], PERSON) == {"en": "Ada Quayside"}
    (person,) = [thing for thing in our_things(opened.store, I) if thing.iri == PERSON.value]
    assert person.name() == "Ada Quayside"
    job = Job(str(opened.release.store), f"DESCRIBE <{EVENT.value}>", I.base, graph="text/turtle")
    _, output = Evaluator(Limits(100, 100_000, 10_000, 10)).evaluate(job)
    assert b"Ada Quayside" in output.content()
    index = Index(opened.release.path / INDEX / search.FILE, SECONDS)
    try:
        assert [hit.iri for hit in index.search(Search("quayside")).hits] == [PERSON.value]
    finally:
        index.close()


def test_names_come_before_other_labels() -> None:
    kinds = list(LABEL_PROPERTIES.values())
    assert kinds == sorted(kinds)
    assert {LABEL_PROPERTIES[item] for item in LABELS} == {LabelKind.PREFERRED}


def test_numbers_count_as_numbers() -> None:
    assert sorted(["a/10", "a/9", "a", "a/2b", "a/2"], key=natural) == ["a", "a/2", "a/2b", "a/9", "a/10"]
