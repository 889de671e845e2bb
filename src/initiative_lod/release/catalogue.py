"""Describes a release in RDF: what the dataset holds (VoID), and what can be downloaded (DCAT, SPDX checksums).

Its graph, ``graph/release``, is not in the dumps, since it carries their digests.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.iris import Iris
from initiative_lod.release.files import FileEntry
from initiative_lod.release.manifest import DUMPS
from initiative_lod.vocabulary import DCAT, DCTERMS, OWL, RDF, RDFS, SPDX, VOID, XSD

MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def describe(iris: Iris, quads: Sequence[Quad], version: str, files: Mapping[str, FileEntry]) -> list[Quad]:
    """The description of a release as quads of ``graph/release``; ``files`` has the dumps by name.

    Counts are of the union of all graphs but this one, as a query without a dataset sees them.
    """
    dataset, release = iris.thing("dataset"), iris.release(version)
    triples = [
        Triple(dataset, RDF.type, VOID.Dataset),
        Triple(dataset, RDF.type, DCAT.Dataset),
        Triple(dataset, DCAT.version, Literal(version)),
        Triple(dataset, OWL.versionInfo, Literal(version)),
        Triple(dataset, DCTERMS.hasVersion, release),
        Triple(dataset, VOID.sparqlEndpoint, iris.thing("sparql")),
        Triple(release, RDF.type, VOID.Dataset),
        Triple(release, DCTERMS.isVersionOf, dataset),
        Triple(release, DCAT.version, Literal(version)),
        Triple(release, RDFS.label, Literal(f"版本 {version}", language="zh")),
        Triple(release, RDFS.label, Literal(f"Release {version}", language="en")),
    ]
    union = {Triple(quad.subject, quad.predicate, quad.object) for quad in quads}
    triples += [*_counts(dataset, union), *_partitions(dataset, union)]
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            graphs[quad.graph_name.value].append(Triple(quad.subject, quad.predicate, quad.object))
    for name, content in sorted(graphs.items()):
        graph = NamedNode(name)
        # Of a linkset, void:triples counts the links, and its own graph says so already.
        linkset = Triple(graph, RDF.type, VOID.Linkset) in content
        counts = [count for count in _counts(graph, content) if not linkset or count.predicate != VOID.triples]
        triples += [Triple(dataset, VOID.subset, graph), *counts]
    triples += _distributions(iris, files)
    graph = iris.graph("release")
    return [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples]


def _counts(subject: NamedNode, triples: Iterable[Triple]) -> Iterator[Triple]:
    subjects, properties, objects, classes, count = set(), set(), set(), set(), 0
    for triple in triples:
        count += 1
        subjects.add(triple.subject)
        properties.add(triple.predicate)
        objects.add(triple.object)
        if triple.predicate == RDF.type:
            classes.add(triple.object)
    yield Triple(subject, VOID.triples, Literal(count))
    for property, size in (
        (VOID.distinctSubjects, len(subjects)),
        (VOID.distinctObjects, len(objects)),
        (VOID.properties, len(properties)),
        (VOID.classes, len(classes)),
    ):
        yield Triple(subject, property, Literal(size))


def _partitions(dataset: NamedNode, triples: Iterable[Triple]) -> Iterator[Triple]:
    """Entities by class and triples by property."""
    classes, properties = Counter[NamedNode](), Counter[NamedNode]()
    for triple in triples:
        properties[triple.predicate] += 1
        if triple.predicate == RDF.type and isinstance(triple.object, NamedNode):
            classes[triple.object] += 1
    for counted, kind, link, names, size in (
        (classes, "class", VOID.classPartition, VOID["class"], VOID.entities),
        (properties, "property", VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        for term, count in sorted(counted.items(), key=lambda item: item[0].value):
            slug = re.sub(r"[^A-Za-z0-9]+", "-", term.value.split("://")[-1]).strip("-")
            node = NamedNode(f"{dataset.value}#{kind}-{slug}")
            yield Triple(dataset, link, node)
            yield Triple(node, names, term)
            yield Triple(node, size, Literal(count))


def _distributions(iris: Iris, files: Mapping[str, FileEntry]) -> Iterator[Triple]:
    dataset = iris.thing("dataset")
    for name, format in sorted(DUMPS.items()):
        node, file = NamedNode(f"{dataset.value}#{name}"), iris.thing(f"dataset/{name}")
        checksum = NamedNode(f"{node.value}.sha256")
        yield Triple(dataset, DCAT.distribution, node)
        yield Triple(dataset, VOID.dataDump, file)
        yield Triple(node, RDF.type, DCAT.Distribution)
        for text, language in (
            (f"全部数据，{format.label}，gzip 压缩", "zh"),
            (f"Everything as {format.label}, gzip", "en"),
        ):
            yield Triple(node, DCTERMS.title, Literal(text, language=language))
        yield Triple(node, DCAT.downloadURL, file)
        yield Triple(node, DCAT.accessURL, file)
        yield Triple(node, DCAT.mediaType, NamedNode(MEDIA_TYPES + format.name))
        yield Triple(node, DCAT.compressFormat, NamedNode(f"{MEDIA_TYPES}application/gzip"))
        yield Triple(node, DCAT.byteSize, Literal(str(files[name].bytes), datatype=XSD.integer))
        yield Triple(node, SPDX.checksum, checksum)
        yield Triple(checksum, RDF.type, SPDX.Checksum)
        yield Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
        yield Triple(checksum, SPDX.checksumValue, Literal(files[name].sha256, datatype=XSD.hexBinary))
