"""Says in RDF where each merged graph is from. All of it stands in ``graph/provenance``, and all its subjects are
ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.iris import Iris, is_iri
from initiative_lod.locale.messages import Languages
from initiative_lod.release.manifest import MergedSource
from initiative_lod.vocabulary import DCTERMS, PROV, RDF, RDFS, SPDX, VOID, XSD

GRAPH = "provenance"


def describe(records: Iterable[MergedSource], iris: Iris) -> list[Quad]:
    """The provenance of merged graphs, as quads."""
    graph, languages = iris.graph(GRAPH), Languages()
    return [
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for record in records
        for triple in _described(record, languages)
    ]


def _described(record: MergedSource, languages: Languages) -> Iterator[Triple]:
    graph, checksum = NamedNode(record.graph), NamedNode(f"{record.graph}#sha256")
    yield Triple(graph, RDF.type, VOID.Dataset)
    yield Triple(graph, RDF.type, PROV.Entity)
    for tag, text in languages.each("catalogue.source", slug=record.slug).items():
        yield Triple(graph, RDFS.label, Literal(text, language=tag))
    yield Triple(graph, DCTERMS.identifier, Literal(record.slug))
    yield Triple(graph, DCTERMS.source, NamedNode(record.where) if _is_web(record.where) else Literal(record.where))
    yield Triple(graph, PROV.generatedAtTime, Literal(record.retrieved, datatype=XSD.dateTime))
    yield Triple(graph, VOID.triples, Literal(record.part.quads - record.part.collapsed))
    yield Triple(graph, SPDX.checksum, checksum)
    yield Triple(checksum, RDF.type, SPDX.Checksum)
    yield Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
    yield Triple(checksum, SPDX.checksumValue, Literal(record.digest, datatype=XSD.hexBinary))
    for licence, where in record.licences:
        if _is_web(licence):
            yield Triple(graph, DCTERMS.license, NamedNode(licence))
        else:
            yield Triple(graph, DCTERMS.rights, Literal(f"{licence} ({where})"))
    for sentence in _remarks(record):
        yield Triple(graph, RDFS.comment, Literal(sentence, language="en"))


def _remarks(record: MergedSource) -> Iterator[str]:
    """Remarks on what was done to the files of a source, a sentence each."""
    taken, refused, passed = (record.files[name] for name in ("taken", "refused", "passed over"))
    yield f"{taken:,} files taken, {refused:,} refused, {passed:,} passed over."
    yield f"{record.blank_nodes:,} blank nodes were given IRIs."
    if record.left_out_total:
        yield f"{record.left_out_total:,} triples were left out, since they are no RDF."
    for name, why in record.refused:
        yield f"Refused: {name}: {why}"
    for name, what in record.repaired:
        yield f"Repaired: {name}: {what}"
    for name, what in record.left_out:
        yield f"Left out: {name}: {what}"
    yield from record.notes


def _is_web(text: str) -> bool:
    return text.startswith(("http://", "https://")) and is_iri(text)
