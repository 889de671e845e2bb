"""The description of the dataset against the shapes of DCAT-AP 3.0.1, which lie outside of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.release.opened import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.validation.shacl import validate
from initiative_lod.vocabulary import DCAT, DCTERMS, RDF

SHAPES = Path(__file__).resolve().parents[3] / "shared" / "suites" / "dcat-ap" / "shapes.ttl"
I = Iris()
#: (path, constraint): why it is not met. The store, and so every answer, writes each kind of integer as xsd:integer.
EXCEPTIONS = {DCAT.byteSize.value: "xsd:nonNegativeInteger is written as xsd:integer by the store"}


@pytest.fixture(scope="module")
def described(real_settings: Settings) -> list[Quad]:
    """What a release says of the dataset, its catalogue, its distributions and its service."""
    current = release.current(real_settings.release_folder)
    assert current is not None
    opened = OpenRelease.open(current)
    about = (I.thing("dataset").value, I.thing("sparql").value)
    quads = [quad for graph in opened.graphs for quad in opened.quads(graph=graph)]
    return [quad for quad in quads if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(about)]


def test_the_shapes_are_met_but_for_what_is_listed(described: list[Quad]) -> None:
    if not SHAPES.is_file():
        pytest.skip("the shapes of DCAT-AP are not beside this checkout")
    report = validate(described, list(parse(SHAPES.read_bytes(), RdfFormat.TURTLE)))
    violations = [result for result in report.results if result.severity == "Violation"]
    unexpected = [item for item in violations if str(item.path).strip("<>") not in EXCEPTIONS]
    assert unexpected == []
    assert violations, "no exception is needed any more: take it out"


def test_the_catalogue_has_the_dataset_and_its_service(described: list[Quad]) -> None:
    triples = {quad.triple for quad in described}
    catalogue = next(t.subject for t in triples if t.predicate == RDF.type and t.object == DCAT.Catalog)
    assert {t.object for t in triples if t.subject == catalogue and t.predicate == DCAT.dataset} == {I.thing("dataset")}
    assert {t.object for t in triples if t.subject == catalogue and t.predicate == DCAT.service} == {I.thing("sparql")}
    for distribution in (t.subject for t in triples if t.predicate == RDF.type and t.object == DCAT.Distribution):
        said = {t.predicate for t in triples if t.subject == distribution}
        assert {DCTERMS.license, DCTERMS.format, DCTERMS.title, DCAT.downloadURL} <= said
