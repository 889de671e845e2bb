"""Noting release: whoever reads in two releases what is not the same has noted something that has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import Edition, Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.release.read_tracking import TrackingRelease, changed_quads, mark
from initiative_lod.vocabulary import DCTERMS, FOAF, RDF, RDFS, SKOS, XSD
from initiative_lod.web.pages.pages import Pages

I = Iris()
X, Y, Z = (I.thing(f"id/{name}") for name in "xyz")
ONE, TWO, INFERRED, DATASET = I.graph("one"), I.graph("two"), I.graph("inferred"), I.thing("dataset")
LABEL = Quad(X, RDFS.label, Literal("x", language="en"), ONE)
ONE_LITERAL = Literal("1", datatype=XSD.integer)
NUMBER = Quad(X, I.term("number"), ONE_LITERAL, ONE)
MEMBER = Quad(X, SKOS.inScheme, Y, ONE)
POINTING = Quad(Z, I.term("onValue"), X, TWO)
LICENCE = Quad(DATASET, DCTERMS.license, NamedNode("https://licence.example/"), ONE)
FOLLOWS = Quad(X, RDF.type, I.term("Part"), INFERRED)
BASE = {LABEL, NUMBER, MEMBER, POINTING, LICENCE, FOLLOWS, Quad(Z, RDFS.label, Literal("z"), TWO)}


def other(quad: Quad, object: Literal | NamedNode | None = None, graph: NamedNode | None = None) -> Quad:
    return Quad(quad.subject, quad.predicate, object or quad.object, graph or quad.graph_name)


#: The quads of releases that differ from the first in one thing.
OTHERS = {
    "a word": BASE - {LABEL} | {other(LABEL, Literal("w", language="en"))},
    "a language": BASE - {LABEL} | {other(LABEL, Literal("x", language="fr"))},
    "how a number is written": BASE - {NUMBER} | {other(NUMBER, Literal("01", datatype=XSD.integer))},
    "another graph says it too": BASE | {other(LABEL, graph=TWO)},
    "another graph says it instead": BASE - {LABEL} | {other(LABEL, graph=TWO)},
    "what follows is said as well": BASE | {other(FOLLOWS, graph=ONE)},
    "nothing follows": BASE - {FOLLOWS},
    "nothing points there": BASE - {POINTING},
    "more points there": BASE | {Quad(Y, I.term("onValue"), X, TWO)},
    "no member": BASE - {MEMBER},
    "another licence": BASE - {LICENCE} | {other(LICENCE, NamedNode("https://other.example/"))},
    "the first name of all": BASE | {Quad(X, FOAF.name, Literal("t"), ONE)},
    "a graph": BASE | {Quad(I.thing("id/q"), RDFS.label, Literal("q"), I.graph("three"))},
}


@dataclass(frozen=True)
class Made:
    """A value of a release with a mapping, and more."""

    labels: dict[NamedNode, list[str]]
    count: int


labels = PerRelease(
    lambda opened: Made({node: texts(opened.quads(node, RDFS.label)) for node in (X, Z)}, len(opened.graphs)), "labels"
)
pointing = PerRelease(lambda opened: {node: texts(opened.quads(None, None, node)) for node in (X, Y)}, "pointing")
once = PerRelease(lambda opened: texts(opened.quads(None, SKOS.inScheme)), "once")
unnamed = PerRelease(lambda opened: texts(opened.quads(None, SKOS.inScheme)))
late = PerRelease(lambda opened: texts(opened.quads(None, SKOS.inScheme)), "late")


def texts(found: Iterable[object]) -> list[str]:
    return sorted(map(str, found))


def remembered(opened: OpenRelease) -> list[str]:
    found: list[str] = opened.memory("some").of(X, lambda node: texts(opened.quads(node, RDFS.label)))
    return found


def ahead(opened: OpenRelease) -> list[str]:
    read = opened.memory("ahead").of(X, lambda node: list(opened.read_ahead(node)))
    opened.note(X, RDFS.label)
    return texts(quad for quad in read if quad.predicate == RDFS.label)


READERS: dict[str, Callable[[OpenRelease], object]] = {
    "subject": lambda opened: texts(opened.quads(X)),
    "subject and predicate": lambda opened: texts(opened.quads(X, I.term("number"))),
    "subject, predicate and literal": lambda opened: texts(opened.quads(X, NUMBER.predicate, ONE_LITERAL)),
    "predicate": lambda opened: texts(opened.quads(None, RDFS.label)),
    "predicate and object": lambda opened: texts(opened.quads(None, SKOS.inScheme, Y)),
    "object": lambda opened: texts(opened.quads(object=X)),
    "object and graph": lambda opened: texts(opened.quads(object=X, graph=TWO)),
    "graph": lambda opened: texts(opened.quads(graph=TWO)),
    "about": lambda opened: texts(opened.about(X)),
    "labels": lambda opened: texts(
        quad for predicate in opened.label_properties(X) for quad in opened.quads(X, predicate)
    ),
    "triples": lambda opened: texts(opened.triples(X, RDF.type)),
    "triples of an object": lambda opened: texts(opened.triples(object=X)),
    "holds": lambda opened: opened.holds(X, RDF.type, I.term("Part")),
    "holds in a graph": lambda opened: opened.holds(X, RDFS.label, graph=TWO),
    "members": lambda opened: texts(opened.select("members", scheme=Y)),
    "spoken of": lambda opened: texts(opened.select("spoken-of")),
    "pointers": lambda opened: texts(opened.pointers(SKOS.inScheme, Y, 0, 9)),
    "any other query": lambda opened: texts(opened.select("subjects", graph=ONE)),
    "graphs": lambda opened: opened.graphs,
    "licence": lambda opened: opened.license,
    "creator": lambda opened: opened.creator,
    "remembered": remembered,
    "remembered again": remembered,
    "read ahead": ahead,
    "key": lambda opened: labels.of(opened).labels.get(X),
    "keys": lambda opened: [*labels.of(opened).labels.values()],
    "key that is there": lambda opened: Z in labels.of(opened).labels,
    "field": lambda opened: labels.of(opened).count,
    "key of a mapping": lambda opened: pointing.of(opened)[Y],
    "mapping": lambda opened: dict(pointing.of(opened).items()),
    "no mapping": once.of,
    "one that was not listed": late.of,
    "one without a name": unnamed.of,
    "value": lambda opened: opened.value("value", "x", lambda: texts(opened.quads(X, RDFS.label))),
    "manifest": lambda opened: opened.release.manifest.quads_digest,
    "folder": lambda opened: (opened.release.path / "release.nq").read_bytes(),
}


def write(folder: Path, quads: set[Quad]) -> Release:
    return release.write(folder, sorted(quads, key=str), Edition("1.0", "2031-03-05"), {"context.jsonld": b"{}"}, I)


def read(made: Release) -> tuple[dict[str, tuple[object, set[int]]], dict[int, str]]:
    """Each reader's answer, and the marks of what it noted; and the listed values."""
    opened = TrackingRelease.of(made)
    labels.of(opened), pointing.of(opened), once.of(opened)
    opened.value("value", "x", lambda: texts(opened.quads(X, RDFS.label)))
    listed = opened.values()
    answers = {}
    for name, reader in READERS.items():
        marks: set[int] = set()
        with opened.noting(marks):
            answers[name] = reader(opened), marks
    return answers, listed


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return write(tmp_path_factory.mktemp("first"), BASE)


@pytest.mark.parametrize("change", OTHERS)
def test_what_is_read_otherwise_has_changed(first: Release, tmp_path: Path, change: str) -> None:
    second = write(tmp_path, OTHERS[change])
    changed = changed_quads(first, second)
    assert changed is not None
    (old, values), (new, others) = read(first), read(second)
    changed |= {key for key in values.keys() | others.keys() if values.get(key) != others.get(key)}
    for name, (answer, marks) in old.items():
        assert marks, name
        assert answer == new[name][0] or marks & changed, name
    untouched = [name for name, (_, marks) in old.items() if not marks & changed]
    assert len(untouched) > len(READERS) / 3


def test_of_the_same_nothing_has_changed(first: Release, tmp_path: Path) -> None:
    again = write(tmp_path, BASE)
    assert changed_quads(first, again) == {mark((None, None, None, None))}
    assert read(first) == read(again)


def test_nothing_of_a_release_is_read_unnoted() -> None:
    """Each attribute of an open release notes what it reads, has nothing to note, or is nothing that pages read."""
    own = {name for name in vars(TrackingRelease) if not name.startswith("_")}
    of_base = {"iris", "inferred", "is_merged"}  # as are the group's names
    of_tags = {"identity", "since"}
    of_classes = {"remembers"}  # the same for every release
    put_in_place = {"name"}
    of_others = {"property_ahead"}  # which this kind leaves alone, as it reads all of a subject at once
    by_others = {"about", "license", "creator", "pointing"}  # which ask the same object
    of_servers = {"condition", "lease", "open", "release", "reopen", "store"}
    of_indexes = {"of_links"}  # which are made of a release, and are no page
    attributes = {name for kind in OpenRelease.__mro__[:-1] for name in vars(kind) if not name.startswith("_")}
    attributes |= {field.name for field in fields(OpenRelease)}
    none_of_pages = of_servers | of_indexes | of_others
    assert attributes - own <= of_base | of_tags | of_classes | put_in_place | by_others | none_of_pages


def test_every_value_that_pages_read_by_name_is_made_before_the_pages(harbour_root: Path) -> None:
    """One that is not is compared with none: whatever reads it would be made anew for each release."""
    made = release.current(harbour_root / "releases")
    assert made is not None
    opened, pages = TrackingRelease.of(made), Pages(Languages())
    pages.make_values(opened)
    named = {value._name for value in vars(pages).values() if isinstance(value, PerRelease) and value._name}
    assert {"statements", "scripts"} <= named <= opened._noted.keys()


def test_where_quads_cannot_be_compared_everything_is_made_anew(first: Release, tmp_path: Path) -> None:
    second = write(tmp_path, BASE - {LABEL})
    (second.path / "dump.nq.gz").unlink()
    assert changed_quads(first, second) is None
