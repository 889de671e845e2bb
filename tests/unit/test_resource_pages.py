"""The pages of a thing that very much points to: each statement on one of them, in the order of their subjects."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.documents import resource
from initiative_lod.documents.resource import KEPT_INCOMING, describe
from initiative_lod.errors import DamagedStore
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import Edition, hubs
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, SKOS
from initiative_lod.web.pages import entity
from initiative_lod.web.pages.view import View
from service.crowd import crowd

I = Iris()
OFFICE = I.thing("id/institution/harbour-office")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenRelease:
    monkeypatch.setattr(resource, "PAGE", 50)
    files = {"context.jsonld": b"{}\n"}
    edition = Edition("1.0", "2031-03-05")
    return OpenRelease.open(release.write(tmp_path, canonical(crowd(I, 120)), edition, files, I))


def test_every_statement_is_on_one_page(opened: OpenRelease) -> None:
    first = describe(opened, OFFICE)
    assert first is not None
    pointing = set(opened.quads(object=OFFICE))
    pages = [describe(opened, OFFICE, number) for number in range(1, first.pages + 1)]
    held = [{quad for quad in page.quads if quad.object == OFFICE} & pointing for page in pages if page is not None]
    assert len(held) == first.pages > 3
    assert set().union(*held) == pointing
    assert sum(map(len, held)) == len(pointing)
    assert all(len(page) <= 50 for page in held)
    assert describe(opened, OFFICE, first.pages + 1) is None


def test_of_very_many_statements_some_are_listed_and_it_is_said(
    opened: OpenRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither more nor fewer: with exactly as many as are listed, nothing is left out."""
    whole = describe(opened, OFFICE)
    assert whole is not None
    count = len(opened.incoming[OFFICE.value])
    for most, pages in ((count, whole.pages), (count - 1, whole.pages), (120, 3)):
        monkeypatch.setattr(resource, "MOST_INCOMING", most)
        opened.incoming.clear()
        first = describe(opened, OFFICE)
        assert first is not None
        assert first.pages == pages
        notes = [
            quad.object for quad in first.quads if quad.subject == first.document and quad.predicate == RDFS.comment
        ]
        assert sorted(getattr(note, "language", "") for note in notes) == ([] if most == count else ["en", "zh"])
        assert all(f"{most:,}" in note.value for note in notes if isinstance(note, Literal))
    assert describe(opened, OFFICE, 4) is None


def test_a_thing_that_much_is_said_of_is_described_as_briefly(
    opened: OpenRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_through = describe(opened, OFFICE)
    monkeypatch.setattr(resource, "BRIEF_STATEMENTS", 2)
    assert describe(opened, OFFICE) == looked_through


def test_numbers_count_as_numbers_across_pages(opened: OpenRelease) -> None:
    first = describe(opened, OFFICE)
    assert first is not None
    clauses = {str(quad.subject) for quad in first.quads if quad.object == OFFICE and "/clause/" in str(quad.subject)}
    assert any("/action/2/" in iri for iri in clauses)
    assert not any("/action/10/" in iri for iri in clauses)


def test_only_a_few_things_are_kept_sorted(opened: OpenRelease) -> None:
    others = [I.thing("id/modality/support"), I.thing("id/crowd-2031/pillar/1"), OFFICE]
    for thing in others * KEPT_INCOMING:
        describe(opened, thing)
    assert OFFICE.value in opened.incoming
    for number in range(KEPT_INCOMING):
        opened.incoming[f"https://example.org/{number}"] = ()
    opened.incoming.pop(OFFICE.value)
    describe(opened, OFFICE)
    assert len(opened.incoming) == KEPT_INCOMING


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenRelease:
    """A release in which a graph of others points to the office too, by two properties and as its class."""
    for module, name, value in ((hubs, "LEAST", 20), (resource, "SORTED", 20), (resource, "PAGE", 50)):
        monkeypatch.setattr(module, name, value)
    theirs = I.graph("source/theirs")
    things = [NamedNode(f"https://example.org/{number}") for number in range(150)]
    said = [Quad(thing, RDF.type, OFFICE, theirs) for thing in things]
    said += [Quad(thing, DCTERMS.subject, OFFICE, theirs) for thing in things[:130]]
    said += [
        Quad(thing, SKOS.related, OFFICE, graph) for thing in things[:40] for graph in (theirs, I.graph("source/b"))
    ]
    edition = Edition("1.0", "2031-03-05")
    quads = canonical([*crowd(I, 60), *said])
    return OpenRelease.open(release.write(tmp_path, quads, edition, {"context.jsonld": b"{}\n"}, I))


def test_to_what_very_much_points_is_counted_with_the_release(hub: OpenRelease) -> None:
    stated: dict[NamedNode, set[object]] = {}
    for quad in hub.quads(object=OFFICE):
        stated.setdefault(quad.predicate, set()).add(quad.subject)
    assert hub.pointing(OFFICE) == {predicate: len(subjects) for predicate, subjects in stated.items()}
    assert hub.pointing(I.thing("id/crowd-2031/action/1")) == {}


def test_pages_of_a_hub_are_read_one_by_one_and_hold_everything_once_ours_first(hub: OpenRelease) -> None:
    first = describe(hub, OFFICE)
    assert first is not None
    pages = [describe(hub, OFFICE, number) for number in range(1, first.pages + 1)]
    pointing = {quad for quad in hub.quads(object=OFFICE) if quad.predicate not in resource._UNTOLD}
    held = [{quad for quad in page.quads if quad in pointing} for page in pages if page is not None]
    assert set().union(*held) == pointing
    assert sum(map(len, held)) == len(pointing)
    ours = [number for number, page in enumerate(held) for quad in page if "/source/" not in str(quad.graph_name)]
    others = [number for number, page in enumerate(held) for quad in page if "/source/" in str(quad.graph_name)]
    assert max(ours) <= min(others)
    assert OFFICE.value not in hub.incoming  # nothing of it is kept
    for predicate in hub.pointing(OFFICE):
        whole = [*hub.triples(None, predicate, OFFICE)]
        assert [*hub.pointers(predicate, OFFICE, 7, 39)] == whole[7:39]
    assert describe(hub, OFFICE, first.pages + 1) is describe(hub, OFFICE, 0) is None


def test_of_a_hub_as_many_statements_are_listed_as_of_others(hub: OpenRelease, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "MOST_INCOMING", 120)
    first, last = describe(hub, OFFICE), describe(hub, OFFICE, 3)
    assert first is not None
    assert last is not None
    assert first.pages == 3
    assert describe(hub, OFFICE, 4) is None
    assert any(quad.predicate == RDFS.comment and quad.subject == first.document for quad in first.quads)


def test_a_class_with_very_many_things_is_described_without_a_look_at_them(
    hub: OpenRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "SORTED", 1000)
    whole = describe(hub, OFFICE)
    assert whole is not None
    assert not [quad for quad in whole.quads if quad.subject == NamedNode("https://example.org/149")]
    monkeypatch.setattr(hubs.Hubs, "pointing", lambda self, thing: {})
    fresh = OpenRelease.open(hub.release)
    assert describe(fresh, OFFICE) == whole


def test_a_damaged_count_of_hubs_is_told_as_damage(hub: OpenRelease) -> None:
    (hub.release.path / "index" / hubs.FILE).write_bytes(b"no SQLite file, but as long as one " * 200)
    fresh = OpenRelease.open(hub.release)
    with pytest.raises(DamagedStore):
        describe(fresh, OFFICE)


def test_a_scheme_of_very_many_concepts_is_paged_without_a_look_at_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, scheme = I.graph("source/theirs"), NamedNode("https://example.org/scheme")
    concepts = [NamedNode(f"https://example.org/{number}") for number in range(70)]
    said = [Quad(concept, SKOS.inScheme, scheme, theirs) for concept in concepts]
    for part, concept in ((1, concepts[40]), (2, concepts[40]), (3, concepts[7]), (3, OFFICE)):
        evidence = I.thing(f"id/x/{part}#{concept.value[-2:].strip('/')}")
        said += [
            Quad(evidence, I.term("onValue"), concept, theirs),
            Quad(evidence, I.term("onSubject"), I.thing(f"id/x/{part}"), theirs),
        ]
    files = {"context.jsonld": b"{}\n"}
    monkeypatch.setattr(hubs, "LEAST", 20)
    made = OpenRelease.open(release.write(tmp_path, canonical(said), Edition("1.0", "2031-03-05"), files, I))
    view = View(made, Languages().default)
    few, pages = entity._members(view, scheme, 1)
    assert (len(few), pages) == (70, 1)
    for name, value in (("SORTED", 20), ("MEMBERS", 30), ("FEWER_MEMBERS", 30)):
        monkeypatch.setattr(entity, name, value)
    paged = [entity._members(view, scheme, page) for page in (1, 2, 3, 4)]
    assert [pages for _, pages in paged] == [3] * 4
    assert [len(members) for members, _ in paged] == [30, 30, 10, 0]
    assert paged[0][0][:2] == few[:2] == [(concepts[40], 2), (concepts[7], 1)]
    assert {*few} == {member for members, _ in paged for member in members}
    monkeypatch.setattr(entity, "MOST", 40)
    assert [len(entity._members(view, scheme, page)[0]) for page in (1, 2, 3)] == [30, 10, 0]
