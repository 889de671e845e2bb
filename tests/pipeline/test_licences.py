"""Code and data each under a standard licence, and every place that names one agrees."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml
from pyoxigraph import NamedNode, RdfFormat, parse

from initiative_lod.iris import DEFAULT_BASE, Iris
from initiative_lod.vocabulary import DCTERMS

I = Iris()
CC_BY = NamedNode("https://creativecommons.org/licenses/by/4.0/")


def licences(path: Path, subject: NamedNode) -> list[NamedNode]:
    quads = parse(path.read_bytes(), format=RdfFormat.TURTLE, base_iri=DEFAULT_BASE)
    return [quad.object for quad in quads if quad.subject == subject and quad.predicate == DCTERMS.license]


def test_the_code_is_under_apache_2(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE", "LICENSE-data"]
    words = (checkout / "LICENSE").read_text("utf-8")
    assert "Apache License" in words
    assert "Version 2.0, January 2004" in words
    assert "http://www.apache.org/licenses/" in words


def test_the_data_are_under_cc_by_4(checkout: Path) -> None:
    words = (checkout / "LICENSE-data").read_text("utf-8")
    assert "Attribution 4.0 International" in words
    assert CC_BY.value in words or "creativecommons.org" in words


def test_dataset_ontology_and_mappings_say_the_same(checkout: Path) -> None:
    assert licences(checkout / "data" / "dataset.ttl", I.thing("dataset")) == [CC_BY]
    assert licences(checkout / "ontology" / "initiative.ttl", I.thing("ontology")) == [CC_BY]
    mappings = sorted((checkout / "data" / "alignments").glob("*.sssom.tsv"))
    assert len(mappings) >= 6
    for path in mappings:
        header = "\n".join(line[1:] for line in path.read_text("utf-8").splitlines() if line.startswith("#"))
        assert yaml.safe_load(header)["license"] == CC_BY.value, path.name


def test_every_licence_in_the_data_is_that_of_the_data(checkout: Path) -> None:
    found = {
        (path.name, str(quad.object))
        for folder in ("data", "ontology")
        for path in sorted((checkout / folder).rglob("*.ttl"))
        if "examples" not in path.parts
        for quad in parse(path.read_bytes(), format=RdfFormat.TURTLE, base_iri=DEFAULT_BASE)
        if quad.predicate == DCTERMS.license and quad.object != CC_BY
    }
    assert found == set()


def test_the_text_s_own_notice_and_its_doubt_are_carried(checkout: Path) -> None:
    delivered = (checkout / "data" / "source" / "wic-2020.zh.txt").read_text("utf-8")
    document = checkout / "data" / "graphs" / "wic-2020" / "document.ttl"
    for name in ("rightsNotice", "rightsDoubt"):
        (notice,) = (
            quad.object.value
            for quad in parse(document.read_bytes(), format=RdfFormat.TURTLE, base_iri=DEFAULT_BASE)
            if quad.predicate == I.term(name)
        )
        assert notice in delivered


def test_the_readme_names_both(checkout: Path) -> None:
    readme = (checkout / "README.md").read_text("utf-8")
    assert "Apache" in readme
    assert "CC BY 4.0" in readme
