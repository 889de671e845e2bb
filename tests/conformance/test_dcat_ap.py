"""The description of the dataset against the shapes of DCAT-AP 3.0.1, which lie outside of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.validation.shacl import validate
from initiative_lod.vocabulary import DCAT, DCTERMS, RDF

SUITE = Path(__file__).resolve().parents[3] / "shared" / "suites" / "dcat-ap"
SH = "http://www.w3.org/ns/shacl#"
I = Iris()
FILES = ("shapes.ttl", "ranges.ttl", "dcat-ap-SHACL.ttl")


@pytest.fixture(scope="module")
def described(real_settings: Settings) -> list[Quad]:
    """What a release says of the dataset, its catalogue, its distributions and its service."""
    current = release.current(real_settings.release_folder)
    assert current is not None
    opened = OpenRelease.open(current)
    about = (I.thing("dataset").value, I.thing("sparql").value)
    quads = [quad for graph in opened.graphs for quad in opened.quads(graph=graph)]
    own = [quad for quad in quads if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(about)]
    named = {quad.object for quad in own}
    leant_on = {term for term in named if not is_part_of_ours(term)}
    described = [quad for quad in quads if quad.graph_name == I.graph("release") and quad.subject in named]
    return own + described + [quad for quad in quads if quad.subject in leant_on]


def is_part_of_ours(term: object) -> bool:
    """Whether it is one of the things that the release is about, which have shapes of their own."""
    return not isinstance(term, NamedNode) or term.value.startswith(I.base)


def shapes(name: str) -> list[Quad]:
    """The shapes of a file, without references to property shapes that it does not define, which stop any validator."""
    path = SUITE / name
    if not path.is_file():
        pytest.skip("the shapes of DCAT-AP are not beside this checkout")
    quads = list(parse(path.read_bytes(), RdfFormat.TURTLE))
    defined = {quad.subject for quad in quads if quad.predicate.value == f"{SH}path"}
    return [quad for quad in quads if quad.predicate.value != f"{SH}property" or quad.object in defined]


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_shapes_are_met_without_an_exception(described: list[Quad], name: str) -> None:
    report = validate(described, shapes(name))
    assert [result for result in report.results if result.severity == "Violation"] == []
    assert sum(report.targets.values()) > 10


def test_the_catalogue_has_the_dataset_and_its_service(described: list[Quad]) -> None:
    triples = {quad.triple for quad in described}
    catalogue = next(t.subject for t in triples if t.predicate == RDF.type and t.object == DCAT.Catalog)
    assert {t.object for t in triples if t.subject == catalogue and t.predicate == DCAT.dataset} == {I.thing("dataset")}
    assert {t.object for t in triples if t.subject == catalogue and t.predicate == DCAT.service} == {I.thing("sparql")}
    for distribution in (t.subject for t in triples if t.predicate == RDF.type and t.object == DCAT.Distribution):
        said = {t.predicate for t in triples if t.subject == distribution}
        assert {DCTERMS.license, DCTERMS.format, DCTERMS.title, DCAT.downloadURL} <= said
