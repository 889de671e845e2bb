"""The pages of a thing that very much points to: each statement on one of them, in the order of their subjects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.documents import incoming, json_tree, resource, schema_org_type
from initiative_lod.documents.incoming import KEPT_INCOMING
from initiative_lod.documents.json_tree import tree
from initiative_lod.documents.resource import Description, describe
from initiative_lod.errors import DamagedStore
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import Edition, hubs, open_release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, SKOS, XSD
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages import entity
from initiative_lod.web.pages import view as view_module
from initiative_lod.web.pages.view import View
from service.crowd import crowd

I = Iris()
OFFICE = I.thing("id/institution/harbour-office")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenRelease:
    monkeypatch.setattr(incoming, "PAGE", 50)
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
        monkeypatch.setattr(incoming, "MOST_INCOMING", most)
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
    for module, name, value in ((hubs, "LEAST", 20), (incoming, "SORTED", 20), (incoming, "PAGE", 50)):
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
    pointing = {quad for quad in hub.quads(object=OFFICE) if quad.predicate not in incoming.UNTOLD}
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
    monkeypatch.setattr(incoming, "MOST_INCOMING", 120)
    first, last = describe(hub, OFFICE), describe(hub, OFFICE, 3)
    assert first is not None
    assert last is not None
    assert first.pages == 3
    assert describe(hub, OFFICE, 4) is None
    assert any(quad.predicate == RDFS.comment and quad.subject == first.document for quad in first.quads)


def test_a_class_with_very_many_things_is_described_without_a_look_at_them(
    hub: OpenRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "SORTED", 1000)
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


def test_things_of_others_are_called_the_same_when_only_their_names_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, list[tuple[NamedNode, str, str | None]]] = {
        "a": [(SKOS.prefLabel, "Hafen", "de"), (RDFS.label, "harbour", "en"), (RDFS.label, "port", "en")],
        "b": [(SKOS.prefLabel, "港口", "zh")],
        "c": [(RDFS.label, "007", None)],
        "d": [(SKOS.altLabel, "no label", "en")],
        "e": [(RDFS.label, f"name {number}", "en") for number in range(9)],
    }
    theirs, nodes = I.graph("source/theirs"), [NamedNode(f"https://example.org/{name}") for name in (*names, "none")]
    said = [
        Quad(node, property, Literal(text, language=tag) if tag else Literal(text, datatype=XSD.integer), theirs)
        for node, rows in zip(nodes, names.values(), strict=False)
        for property, text, tag in rows
    ]
    files = {"context.jsonld": b"{}\n"}
    made = OpenRelease.open(release.write(tmp_path, canonical(said), Edition("1.0", "2031-03-05"), files, I))
    read: list[object] = []
    ahead = OpenRelease.values_ahead

    def noted(self: OpenRelease, subject: NamedNode, most: int) -> Sequence[Quad]:
        read.append(subject)
        return ahead(self, subject, most)

    def things(tag: str, listed: bool) -> list[LabelledResource]:
        view = View(OpenRelease.open(made.release), Languages()[tag])
        view.only_names_of(nodes if listed else ())
        return view.things(nodes)

    monkeypatch.setattr(OpenRelease, "values_ahead", noted)

    monkeypatch.setattr(view_module, "MUCH", 5)
    found = [things(tag, listed=True) for tag in ("en", "zh")]
    called = [[thing.label.value for thing in each] for each in found]
    assert called[0] == ["harbour", "港口", "007", "https://example.org/d", "name 0", "https://example.org/none"]
    assert called[1][0] == "Hafen"
    assert [bool(thing.href.startswith("/resource")) for thing in found[0]] == [True] * 5 + [False]
    assert {*read} == {nodes[4]}  # more names than are read at once
    assert [things(tag, listed=False) for tag in ("en", "zh")] == found
    assert {*read} == {*nodes}


def test_where_very_much_would_have_to_pass_each_graph_is_asked_for_its_own(
    hub: OpenRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements, each as often."""
    action = I.thing("id/crowd-2031/action/1")
    patterns = [
        (action, None, None),
        (None, SKOS.related, None),
        (None, None, OFFICE),
        (None, RDF.type, OFFICE),
        (None,) * 3,
    ]
    found = [Counter(hub.quads(*pattern)) for pattern in patterns]
    assert all(found)
    monkeypatch.setattr(open_release, "MOST_PASSED", 3)
    assert [Counter(hub.quads(*pattern)) for pattern in patterns] == found
    assert Counter(hub.values_ahead(OFFICE, 3)).total() == 3


THEIRS = I.graph("source/theirs")
ACTION = I.thing("id/crowd-2031/action/1")
CLAUSE = I.thing("id/crowd-2031/action/1/clause/1")


def others(quads: Iterable[Quad]) -> set[Quad]:
    return {quad for quad in quads if quad.graph_name == THEIRS}


def is_noted(found: Description) -> bool:
    return any(quad.subject == found.document and quad.predicate == RDFS.comment for quad in found.quads)


@pytest.fixture
def spoken_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[Quad]], OpenRelease]:
    """Makes a release with statements of others beside a document of ours; a page has 50 statements."""

    def merged(said: Iterable[Quad]) -> OpenRelease:
        quads = canonical([*crowd(I, 10), *said])
        files = {"context.jsonld": b"{}\n"}
        return OpenRelease.open(release.write(tmp_path, quads, Edition("1.0", "2031-03-05"), files, I))

    for name in ("PAGE", "SHORT_PAGE"):
        monkeypatch.setattr(incoming, name, 50)
    monkeypatch.setattr(OpenRelease, "is_merged", True)
    return merged


@pytest.mark.parametrize("thing", [ACTION, OFFICE])
def test_what_others_say_of_a_thing_is_paged_and_what_we_say_is_on_each_page(
    spoken_of: Callable[[Iterable[Quad]], OpenRelease], monkeypatch: pytest.MonkeyPatch, thing: NamedNode
) -> None:
    said = [Quad(thing, RDFS.comment, Literal(f"no. {number}"), THEIRS) for number in range(220)]
    opened = spoken_of(said)
    whole = set(opened.quads(thing))
    pages = [describe(opened, thing, number) for number in range(1, 6)]
    assert [page is not None and page.pages for page in pages] == [5] * 5
    held = [{quad for quad in page.quads if quad.subject == thing} for page in pages if page is not None]
    assert [len(others(page)) for page in held] == [50, 50, 50, 50, 20]
    assert set().union(*map(others, held)) == set(said)
    assert all(page - others(page) == whole - set(said) for page in held)
    assert describe(opened, thing, 6) is describe(opened, thing, 0) is None
    assert not any(is_noted(page) for page in pages if page is not None)
    monkeypatch.setattr(resource, "MOST_OUTGOING", 120)
    fresh = OpenRelease.open(opened.release)
    first = describe(fresh, thing)
    assert first is not None
    assert (first.pages, is_noted(first)) == (3, True)


def test_a_page_has_so_many_characters_of_others(
    spoken_of: Callable[[Iterable[Quad]], OpenRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "MOST_TEXT", 10_000)
    said = [Quad(ACTION, RDFS.comment, Literal(f"{number} {'字' * 2000}"), THEIRS) for number in range(12)]
    opened = spoken_of(said)
    first = describe(opened, ACTION)
    assert first is not None
    held = [others(page.quads) for number in range(1, 4) if (page := describe(opened, ACTION, number)) is not None]
    assert (first.pages, list(map(len, held))) == (3, [4, 4, 4])
    assert set().union(*held) == set(said)


HOSTILE = {
    "of a part": [Quad(CLAUSE, RDFS.comment, Literal(f"no. {number}"), THEIRS) for number in range(220)],
    "parts": [Quad(ACTION, DCTERMS.hasPart, I.thing(f"id/x/{number}"), THEIRS) for number in range(220)],
    "kinds": [Quad(OFFICE, RDF.type, I.thing(f"id/x/{number}"), THEIRS) for number in range(220)],
    "names of a kind": [
        *(Quad(I.term("Action"), RDFS.label, Literal(f"no. {number}"), THEIRS) for number in range(220)),
    ],
    "evidence": [Quad(I.thing(f"id/x/{number}"), I.term("onSubject"), ACTION, THEIRS) for number in range(220)],
    "fragments": [
        Quad(NamedNode(f"{ACTION.value}#{number}"), I.term("span"), NamedNode(f"{ACTION.value}#{number + 1}"), THEIRS)
        for number in range(220)
    ]
    + [Quad(ACTION, I.term("span"), NamedNode(f"{ACTION.value}#0"), THEIRS)],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_beside_a_thing_there_is_room_for_so_much_of_others(
    spoken_of: Callable[[Iterable[Quad]], OpenRelease], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    said = HOSTILE[kind]
    opened = spoken_of(said)
    thing = OFFICE if kind == "kinds" else ACTION
    unmolested = {quad for quad in opened.quads(thing) if quad.graph_name != THEIRS}
    first = describe(opened, thing)
    assert first is not None
    ours = {quad for quad in first.quads if quad.graph_name != THEIRS}
    monkeypatch.setattr(resource, "MOST_BESIDE", 60)
    few = describe(OpenRelease.open(opened.release), thing)
    assert few is not None
    assert len(others(few.quads)) <= 120
    assert unmolested <= set(few.quads)
    if kind != "kinds":  # of which each page has its share
        assert is_noted(few)
    assert {quad for quad in ours if quad.subject != first.document} <= set(few.quads)


def test_nodes_in_nodes_come_to_an_end(
    spoken_of: Callable[[Iterable[Quad]], OpenRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others can say that a run has two, and each of these the same two, and so on: that is 2^50 ways to the last."""
    monkeypatch.setattr(json_tree, "MOST_NODES", 1000)
    runs = [[NamedNode(f"{ACTION.value}#{level}-{one}") for one in (0, 1)] for level in range(50)]
    levels = [[ACTION], *runs]
    steps = [(above, below) for upper, lower in pairwise(levels) for above in upper for below in lower]
    opened = spoken_of([Quad(above, I.term("span"), below, THEIRS) for above, below in steps])
    found = describe(opened, ACTION)
    assert found is not None
    made = json.loads(tree(found, I, {"@context": {}}))
    assert made["@id"] == ACTION.value


def test_a_page_for_people_reads_so_much_and_ours_first(
    spoken_of: Callable[[Iterable[Quad]], OpenRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [Quad(OFFICE, RDFS.label, Literal(f"no. {number}"), THEIRS) for number in range(120)]
    said += [Quad(OFFICE, RDF.type, I.thing(f"id/x/{number}"), THEIRS) for number in range(120)]
    opened = spoken_of(said)
    for module, name in ((view_module, "MUCH"), (view_module, "MOST_VALUES"), (schema_org_type, "MOST_KINDS")):
        monkeypatch.setattr(module, name, 50)
    view = View(opened, Languages().default)
    labels = view.objects(OFFICE, RDFS.label)
    assert len(labels) == 50
    assert {Literal("港务总局", language="zh"), Literal("Harbour Office", language="en")} <= set(labels)
    assert len(view.subjects(RDF.type, I.thing("id/x/1"))) == 1
    kinds = schema_org_type.kinds_of(opened, OFFICE)
    assert len(kinds) == 50
    assert I.term("Institution") in kinds
