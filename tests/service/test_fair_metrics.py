"""F-UJI (metrics v0.8) and FOOPS! as far as a machine without a network can answer: each check by its identifier.

The tools themselves ask registries and resolve names on the web; what they look at is looked at here, on a live server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from initiative_lod.vocabulary import DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SKOS
from service.conftest import Live
from service.test_fair import block, by_rel

BASE = "https://w3id.org/initiative-lod/"
ONTOLOGY = NamedNode(f"{BASE}ontology")
DATASET = NamedNode(f"{BASE}dataset")
VANN = "http://purl.org/vocab/vann/"
#: What only a registered name, a registry or a public host can earn.
ELSEWHERE = {
    "FIND2": "prefix.cc and LOV are asked",
    "FIND3": "LOV is asked",
    "FIND_3_BIS": "a catalogue of vocabularies is asked",
    "OM4.2": "the licence is fetched from the web",
}


class Site:
    """The landing page of a server, its metadata and its ontology."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.header = live.get("/dataset", "text/html, */*").headers["link"]
        self.block = block(live, "/dataset")
        self.data = self._graph("/dataset")
        self.ontology = self._graph("/ontology")

    def _graph(self, path: str) -> set[Triple]:
        return {quad.triple for quad in parse(self.live.get(path, "text/turtle").content, RdfFormat.TURTLE)}

    def has(self, predicate: NamedNode | str) -> bool:
        """Whether the dataset's metadata say so of the dataset."""
        wanted = predicate if isinstance(predicate, NamedNode) else NamedNode(predicate)
        return any(t.subject == DATASET and t.predicate == wanted for t in self.data)

    def says(self, *predicates: NamedNode | str) -> bool:
        """Whether the ontology says all this of itself."""
        wanted = {item if isinstance(item, NamedNode) else NamedNode(item) for item in predicates}
        return wanted <= {t.predicate for t in self.ontology if t.subject == ONTOLOGY}

    def values(self, predicate: NamedNode, graph: set[Triple] | None = None) -> list[Any]:
        return [t.object for t in graph or self.data if t.predicate == predicate]

    def terms(self) -> set[NamedNode]:
        """The terms that the ontology defines."""
        kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
        return {
            t.subject
            for t in self.ontology
            if isinstance(t.subject, NamedNode)
            and t.predicate == RDF.type
            and t.object in kinds
            and str(t.subject).startswith(f"<{BASE}ontology#")
        }

    def answers(self, path: str, accept: str) -> bool:
        answer = self.live.get(path, accept)
        return answer.status_code == 200 and answer.headers["content-type"].startswith(accept)


def rel(site: Site, name: str) -> list[dict[str, str]]:
    return by_rel(site.header, name)


def linked(site: Site, predicate: NamedNode) -> bool:
    """Every term of ours has such a property, in both languages."""
    said = {
        (t.subject, t.object.language)
        for t in site.ontology
        if t.predicate == predicate and isinstance(t.object, Literal)
    }
    return all((term, tag) in said for term in site.terms() for tag in ("zh", "en"))


F_UJI: dict[str, Callable[[Site], bool]] = {
    "FsF-F1-01MD": lambda s: s.block["identifier"] == DATASET.value,
    "FsF-F1-02MD": lambda s: rel(s, "cite-as")[0]["href"].startswith("https://w3id.org/"),
    "FsF-F2-01M": lambda s: all(
        s.block.get(name)
        for name in ("creator", "name", "identifier", "datePublished", "publisher", "@type", "description", "keywords")
    ),
    "FsF-F3-01M": lambda s: bool(rel(s, "item")) and all("contentUrl" in item for item in s.block["distribution"]),
    "FsF-F4-01M": lambda s: s.block["@context"]["@vocab"] == "https://schema.org/",
    "FsF-A1-01M": lambda s: s.has(f"{DCTERMS.iri}accessRights") and s.block["isAccessibleForFree"] is True,
    "FsF-A1-02MD": lambda s: all(
        s.live.get("/" + item["contentUrl"].removeprefix(BASE), method="HEAD").status_code == 200
        for item in s.block["distribution"]
    ),
    "FsF-A1.1-01MD": lambda s: s.live.url.startswith("http"),
    "FsF-A1.2-01MD": lambda s: all(item["contentUrl"].startswith("https://") for item in s.block["distribution"]),
    "FsF-I1-01M": lambda s: {"text/turtle", "application/ld+json"} <= {i["type"] for i in rel(s, "describedby")},
    "FsF-I2-01M": lambda s: any(DCAT.iri in str(t.predicate) for t in s.data),
    "FsF-I3-01M": lambda s: s.has(PROV.hadPrimarySource) and s.has(PROV.wasDerivedFrom),
    "FsF-R1-01M": lambda s: (
        {i["href"] for i in rel(s, "type")} >= {"https://schema.org/Dataset"}
        and all(item["contentSize"] and item["encodingFormat"] for item in s.block["distribution"])
    ),
    "FsF-R1.1-01M": lambda s: rel(s, "license")[0]["href"] == s.block["license"],
    "FsF-R1.2-01M": lambda s: s.has(PROV.wasAttributedTo) and s.has(DCTERMS.provenance),
    "FsF-R1.3-01M": lambda s: (DATASET, RDF.type, DCAT.Dataset) in {tuple(t) for t in s.data},
    "FsF-R1.3-02D": lambda s: (
        "text/turtle" in {i["type"] for i in rel(s, "item")} | {i["type"] for i in rel(s, "describedby")}
    ),
}

FOOPS: dict[str, Callable[[Site], bool]] = {
    "CN1": lambda s: s.answers("/ontology", "text/html") and s.answers("/ontology", "text/turtle"),
    "DOC1": lambda s: s.answers("/ontology", "text/html"),
    "FIND1": lambda s: s.says(f"{VANN}preferredNamespacePrefix"),
    "HTTP1": lambda s: ONTOLOGY.value.startswith("https://"),
    "OM1": lambda s: s.says(
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.license,
        OWL.versionIRI,
        DCTERMS.creator,
        f"{VANN}preferredNamespaceUri",
    ),
    "OM2": lambda s: s.says(
        f"{VANN}preferredNamespacePrefix", OWL.versionInfo, DCTERMS.created, f"{DCTERMS.iri}bibliographicCitation"
    ),
    "OM3": lambda s: s.says(DCTERMS.publisher, DCTERMS.issued),  # with no DOI, logo, source and status to give
    "OM4.1": lambda s: s.says(DCTERMS.license),
    "OM5.1": lambda s: s.says(DCTERMS.creator, DCTERMS.created),
    "OM5.2": lambda s: s.says(DCTERMS.issued, DCTERMS.publisher),
    "PURL1": lambda s: ONTOLOGY.value.startswith("https://w3id.org/"),
    "RDF1": lambda s: s.answers("/ontology", "application/rdf+xml"),
    "URI1": lambda s: (ONTOLOGY, RDF.type, OWL.Ontology) in {tuple(t) for t in s.ontology},
    "URI2": lambda s: rel_of_ontology(s) == [ONTOLOGY.value],
    "VER1": lambda s: version(s) not in ("", ONTOLOGY.value),
    "VER2": lambda s: s.answers("/" + version(s).removeprefix(BASE), "text/turtle"),
    "VOC1": lambda s: s.says(DCTERMS.title),
    "VOC2": lambda s: any(
        not str(t.object).startswith(f"<{BASE}") for t in s.ontology if t.predicate == RDFS.subClassOf
    ),
    "VOC3": lambda s: linked(s, RDFS.label),
    "VOC4": lambda s: linked(s, RDFS.comment) or linked(s, SKOS.definition),
}


def rel_of_ontology(site: Site) -> list[str]:
    return [item["href"] for item in by_rel(site.live.get("/ontology", "*/*").headers["link"], "cite-as")]


def version(site: Site) -> str:
    found = [t.object for t in site.ontology if t.subject == ONTOLOGY and t.predicate == OWL.versionIRI]
    return found[0].value if found and isinstance(found[0], NamedNode) else ""


@pytest.fixture(scope="module")
def site(real: Live) -> Site:
    return Site(real)


def test_every_metric_is_here() -> None:
    assert len(F_UJI) == 17
    assert len(FOOPS.keys() | ELSEWHERE) == len(FOOPS) + len(ELSEWHERE) == 24


@pytest.mark.parametrize("metric", F_UJI)
def test_f_uji(metric: str, site: Site) -> None:
    assert F_UJI[metric](site)


@pytest.mark.parametrize("check", FOOPS)
def test_foops(check: str, site: Site) -> None:
    assert FOOPS[check](site)
