"""A JSON-LD document stands alone: three readers without a network take from it the graph that was written."""

from __future__ import annotations

import json

import pytest
import rdflib
from pyld import jsonld
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from initiative_lod.formats import JSON_LD
from initiative_lod.vocabulary import RDFS, SKOS
from pipeline.conftest import CHECKOUT

CONTEXT = json.loads((CHECKOUT / "ontology" / "context.jsonld").read_text("utf-8"))
LEDGER, OTHER = NamedNode("http://harbour.example/ledger"), NamedNode("http://harbour.example/港口")
GRAPHS = {
    "plain": [Triple(LEDGER, RDFS.label, Literal("账本", language="zh")), Triple(LEDGER, RDFS.seeAlso, OTHER)],
    "two nodes": [Triple(LEDGER, SKOS.related, OTHER), Triple(OTHER, SKOS.prefLabel, Literal("x", language="zh-Hans"))],
    "IRIs that look like prefixed names": [
        Triple(LEDGER, NamedNode("dcterms:creator"), NamedNode("foaf:clerk")),
        Triple(LEDGER, NamedNode("http://purl.org/dc/terms/title"), Literal("t")),
        Triple(LEDGER, NamedNode("http://xmlns.com/foaf/0.1/page"), NamedNode("http://xmlns.com/foaf/0.1/")),
    ],
    "types of literals": [
        Triple(LEDGER, NamedNode("http://e/n"), Literal("007", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))),
        Triple(LEDGER, NamedNode("http://e/n"), Literal("1.5E2", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#double"))),
        Triple(LEDGER, NamedNode("http://e/n"), Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))),
        Triple(LEDGER, NamedNode("http://e/n"), Literal("a\r\n\u0001b")),
    ],
}  # fmt: skip


def canonical(triples: list[Triple]) -> list[str]:
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def no_network(url: str, options: object) -> None:
    raise AssertionError(f"{url} is asked for")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use of it
@pytest.mark.parametrize("form", ["compacted", "expanded", "flattened"])
@pytest.mark.parametrize("name", GRAPHS)
def test_three_readers_agree(name: str, form: str) -> None:
    content = JSON_LD.document(GRAPHS[name], CONTEXT, form)
    wanted = canonical(GRAPHS[name])
    assert canonical([quad.triple for quad in parse(content, RdfFormat.JSON_LD)]) == wanted
    lines = jsonld.to_rdf(json.loads(content), {"format": "application/n-quads", "documentLoader": no_network})
    assert canonical([quad.triple for quad in parse(lines.encode(), RdfFormat.N_QUADS)]) == wanted
    if name != "types of literals":  # rdflib writes numbers in another way while it reads
        graph = rdflib.Graph().parse(data=content, format="json-ld")
        triples = parse(graph.serialize(format="nt").encode(), RdfFormat.N_TRIPLES)
        assert canonical([quad.triple for quad in triples]) == wanted


def test_the_context_holds_what_the_document_uses() -> None:
    document = json.loads(JSON_LD.document(GRAPHS["plain"], CONTEXT))
    assert set(document["@context"]) == {"@version", "rdfs", "id", "label"} | {"seeAlso"} & CONTEXT["@context"].keys()
