"""Remembering release: it gives what the release gives, in the same order, the first time and every other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.release import cached_lookups, default_graph
from initiative_lod.release.cached_lookups import CachingRelease
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDF

I = Iris()
ACTION, GRAPH = I.thing("id/harbour-2031/action/1"), I.graph("harbour-2031")
READINGS: dict[str, Callable[[OpenRelease], Iterable[object]]] = {
    "a graph": lambda opened: opened.quads(graph=GRAPH),
    "another graph": lambda opened: opened.quads(graph=I.graph("release")),
    "a type": lambda opened: opened.quads(None, RDF.type, I.term("Action")),
    "triples of a type": lambda opened: opened.triples(None, RDF.type, I.term("Action")),
    "a type in a graph": lambda opened: opened.quads(None, RDF.type, I.term("TextSpan"), GRAPH),
    "a subject": lambda opened: opened.quads(ACTION),
    "a subject in a graph": lambda opened: opened.quads(ACTION, graph=GRAPH),
    "a property": lambda opened: opened.quads(ACTION, DCTERMS.hasPart),
    "triples of a property": lambda opened: opened.triples(ACTION, DCTERMS.hasPart),
    "triples of a subject": lambda opened: opened.triples(ACTION),
    "a statement": lambda opened: opened.quads(ACTION, RDF.type, I.term("Action")),
}


@pytest.fixture(scope="module", params=[False, True], ids=["read when asked", "read in a row"])
def pair(harbour_root: Path, request: pytest.FixtureRequest) -> tuple[OpenRelease, CachingRelease]:
    made = release.current(harbour_root / "releases")
    assert made is not None
    remembered = CachingRelease.open(made)
    assert isinstance(remembered, CachingRelease)
    if request.param:
        remembered.read_all()
    return OpenRelease.open(made), remembered


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_is_the_same_the_first_time_and_the_second(
    pair: tuple[OpenRelease, CachingRelease], name: str
) -> None:
    read = READINGS[name]
    expected = list(read(pair[0]))
    assert expected
    for _ in range(2):
        assert list(read(pair[1])) == expected


def test_every_subject_has_its_statements_in_their_order(pair: tuple[OpenRelease, CachingRelease]) -> None:
    opened, remembered = pair
    found = {quad.subject: None for quad in opened.quads(graph=GRAPH)}
    subjects = [subject for subject in found if isinstance(subject, NamedNode)]
    assert len(subjects) > 100
    for subject in subjects[::5]:
        for predicate in {quad.predicate for quad in opened.quads(subject)}:
            assert list(remembered.quads(subject, predicate)) == list(opened.quads(subject, predicate))
            assert list(remembered.triples(subject, predicate)) == list(opened.triples(subject, predicate))
        assert list(remembered.about(subject)) == list(opened.about(subject))


def test_what_is_forgotten_is_read_again(
    pair: tuple[OpenRelease, CachingRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_lookups, "MOST_QUADS", 3)
    for read in READINGS.values():
        assert list(read(pair[1])) == list(read(pair[0]))


def test_of_a_graph_that_is_longer_nothing_is_remembered(
    pair: tuple[OpenRelease, CachingRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph that was merged may have any number of statements, of which a page wants the first."""
    opened = pair[0]
    expected = list(opened.quads(graph=GRAPH))
    monkeypatch.setattr(cached_lookups, "MOST_OF_A_GRAPH", 10)
    remembered = CachingRelease.open(opened.release)
    for _ in range(2):
        assert list(islice(remembered.quads(graph=GRAPH), 3)) == expected[:3]
        assert list(remembered.quads(graph=GRAPH)) == expected
    assert isinstance(remembered, CachingRelease)
    assert remembered._remembered.graph == (None, ())


def test_of_a_graph_no_more_is_read_than_is_wanted(
    pair: tuple[OpenRelease, CachingRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, remembered = pair
    expected, read, quads = list(opened.quads(graph=GRAPH)), list[Quad](), OpenRelease.quads

    def noted(self: OpenRelease, **pattern: Any) -> Iterator[Quad]:
        for quad in quads(self, **pattern):
            read.append(quad)
            yield quad

    monkeypatch.setattr(OpenRelease, "quads", noted)
    assert list(islice(remembered.quads(graph=GRAPH), 3)) == expected[:3]
    assert len(read) == 3
    for _ in range(2):
        assert list(remembered.quads(graph=GRAPH)) == expected
    assert len(read) == 3 + len(expected)


def both(root: Path) -> tuple[OpenRelease, CachingRelease]:
    """The current release, opened in both ways."""
    made = release.current(root / "releases")
    assert made is not None
    remembered = CachingRelease.open(made)
    assert isinstance(remembered, CachingRelease)
    return OpenRelease.open(made), remembered


def test_what_was_read_in_a_row_is_answered_without_the_store_in_its_order(
    harbour_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, remembered = both(harbour_root)
    everything = list(opened._matches(None, None, None, None))
    subjects = {quad.subject: list(opened._matches(quad.subject, None, None, None)) for quad in everything}
    graphs = {graph: list(opened._matches(None, None, None, graph)) for graph in opened.graphs}
    things = {quad.object for quad in everything if isinstance(quad.object, NamedNode | BlankNode)}
    properties = {quad.predicate for quad in everything}
    wanted: list[tuple[Any, Any, Any]] = [(None, thing, None) for thing in things]
    wanted += [(predicate, thing, None) for predicate in properties for thing in (GRAPH, ACTION, I.term("Action"))]
    wanted += [(RDF.type, thing, DEFAULT_GRAPH) for thing in things]
    pointing = {pattern: list(opened._matches(None, *pattern)) for pattern in wanted}
    few = [thing for thing in things if len(pointing[None, thing, None]) <= cached_lookups.FEW]
    pointing |= {(None, thing, GRAPH): list(opened._matches(None, None, thing, GRAPH)) for thing in few}
    assert sum(1 for quads in pointing.values() if len(quads) > 1) > 100
    remembered.read_all()

    def refuse(*pattern: object) -> None:
        raise AssertionError(f"the store is asked for {pattern}")

    monkeypatch.setattr(default_graph, "matching", refuse)
    for subject, quads in subjects.items():
        assert list(remembered._matches(subject, None, None, None)) == quads
        for graph in (DEFAULT_GRAPH, GRAPH):
            expected = [quad for quad in quads if quad.graph_name == graph]
            assert list(remembered._matches(subject, None, None, graph)) == expected
    for graph, quads in graphs.items():
        assert list(remembered._matches(None, None, None, graph)) == quads
    for pattern, quads in pointing.items():
        for _ in range(2):
            assert list(remembered._matches(None, *pattern)) == quads
    assert list(remembered._matches(None, None, I.thing("id/nothing"), None)) == []
    with pytest.raises(AssertionError, match="the store is asked"):
        list(remembered._matches(None, RDF.type, None, GRAPH))
    with pytest.raises(AssertionError, match="the store is asked"):
        list(remembered._matches(None, None, Literal("1"), None))


def test_a_large_release_is_not_read_in_a_row_and_of_a_subject_with_much_nothing_is_kept(
    harbour_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, remembered = both(harbour_root)
    monkeypatch.setattr(cached_lookups, "MOST_READ", opened.release.manifest.quads - 1)
    remembered.read_all()
    assert not remembered._remembered.subjects
    assert not remembered._remembered.graphs
    monkeypatch.undo()
    monkeypatch.setattr(cached_lookups, "MOST_STATEMENTS", 5)
    remembered.read_all()
    assert remembered._remembered.subjects[ACTION, None] is None
    for read in READINGS.values():
        assert list(read(remembered)) == list(read(opened))
