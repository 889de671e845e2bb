"""The service description (SPARQL 1.1 Service Description): what is true of this endpoint, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from initiative_lod.formats import RDF_TYPES, RESULT_TYPES
from initiative_lod.locale.messages import Languages
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.unions import GraphTable
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, SD, VOID, XSD


def graph_counts(opened: OpenRelease) -> dict[str, int]:
    """Number of triples of each named graph of the release, by its IRI, in order."""
    return GraphTable.read(opened.release.path).sizes


def service_description(
    opened: OpenRelease,
    endpoint: str,
    counts: dict[str, int],
    services: bool,
    languages: Languages,
    deviations: Sequence[str] = (),
) -> list[Triple]:
    """The triples about the service at ``endpoint``, the address under which it was asked.

    ``deviations`` are the names of what another engine does wrongly, and the operator has taken on.
    """
    quads: list[Triple] = []

    def say(subject: NamedNode | BlankNode, predicate: NamedNode, *objects: NamedNode | BlankNode | Literal) -> None:
        quads.extend(Triple(subject, predicate, item) for item in objects)

    def integer(number: int) -> Literal:
        return Literal(str(number), datatype=XSD.integer)

    service, dataset = NamedNode(endpoint), NamedNode(endpoint + "#dataset")
    default = NamedNode(endpoint + "#default-graph")
    say(service, RDF.type, SD.Service)
    say(service, SD.endpoint, service)
    say(service, SD.supportedLanguage, SD.SPARQL11Query)
    say(service, SD.feature, SD.UnionDefaultGraph)
    if services:
        say(service, SD.feature, SD.BasicFederatedQuery)
    say(service, SD.resultFormat, *(NamedNode(media.iri) for media in (*RESULT_TYPES, *RDF_TYPES) if media.iri))
    say(
        service,
        RDFS.comment,
        *(Literal(item.gettext("sparql_service"), language=tag) for tag, item in languages.items()),
    )
    for name in deviations:
        words = {tag: item.gettext(f"deviation.{name}") for tag, item in languages.items()}
        say(service, RDFS.comment, *(Literal(text, language=tag) for tag, text in words.items()))
    say(service, SD.defaultDataset, dataset)
    say(dataset, RDF.type, SD.Dataset)
    say(dataset, DCTERMS.isVersionOf, opened.iris.thing("dataset"))
    say(dataset, SD.defaultGraph, default)
    say(default, RDF.type, SD.Graph)
    for index, (name, triples) in enumerate(counts.items(), 1):
        named, graph = NamedNode(f"{endpoint}#named-graph-{index}"), NamedNode(f"{endpoint}#graph-{index}")
        say(dataset, SD.namedGraph, named)
        say(named, RDF.type, SD.NamedGraph)
        say(named, SD.name, NamedNode(name))
        say(named, SD.graph, graph)
        say(graph, RDF.type, SD.Graph)
        say(graph, VOID.triples, integer(triples))
    return quads
