"""Describes a release in RDF: what the dataset holds (VoID), and what can be downloaded (DCAT, SPDX checksums).

Its graph, ``graph/release``, is not in the dumps, since it carries their digests.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from initiative_lod.formats import GZIP
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import statistics
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.files import FileEntry
from initiative_lod.release.manifest import DUMP, DUMPS, RDF_DUMPS, TABLE, statement_files
from initiative_lod.release.statistics import Statistics
from initiative_lod.vocabulary import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SPDX, VOID, XSD

Term = NamedNode | BlankNode | Literal | Triple

_ATTEMPTS = 8  # to find counts that are true of a graph that they stand in
_MAX_SLUG_CHARACTERS = 120
MOST_PARTITIONS = 5000  # by class, and by property: a graph of others may have a property of its own for each thing
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def describe(
    iris: Iris,
    store: Store,
    version: str,
    files: Mapping[str, FileEntry],
    merged: Sequence[NamedNode] = (),
    counted: Mapping[NamedNode | DefaultGraph, Statistics] | None = None,
) -> list[Quad]:
    """The description of a release as quads of ``graph/release``; ``files`` has the dumps and the statements by name.

    ``store`` holds everything else. The dataset's counts are those of its default graph, this description included.
    Graphs are counted one by one, but for the ``merged`` ones, whose provenance has their counts; ``counted`` are the
    statistics of the store's graphs that are known already.
    """
    known = counted or {}

    def counts_of(graph: NamedNode | DefaultGraph) -> Statistics:
        return known[graph] if graph in known else statistics.of_graph(store, graph)

    dataset, described = iris.thing("dataset"), iris.graph("release")
    graphs = sorted((graph for graph in store.named_graphs() if isinstance(graph, NamedNode)), key=str)
    own = _own(store, iris.thing("dataset"))
    languages = Languages()
    always = [
        *_release(iris, version, merged, languages),
        *_catalogue(iris, own, languages),
        *_leant_on(store, dataset),
        *_distributions(iris, files, own, bool(merged), languages),
    ]
    for graph in graphs:
        if graph not in merged:
            # Of a linkset, void:triples counts the links, and its own graph says so already.
            is_linkset = Quad(graph, RDF.type, VOID.Linkset, graph) in store
            counts = _counts(graph, counts_of(graph))
            always.append(Triple(dataset, VOID.subset, graph))
            always += (count for count in counts if not is_linkset or count.predicate != VOID.triples)
    always.append(Triple(dataset, VOID.subset, described))
    before = whole = counts_of(DEFAULT_GRAPH)
    alone = statistics.of_triples(())
    attempts = 0
    while True:
        triples = dict.fromkeys(
            [*always, *_counts(dataset, whole), *_partitions(dataset, whole), *_counts(described, alone)]
        )
        true_of = statistics.with_triples(before, store, triples), statistics.of_triples(triples)
        attempts += 1
        if attempts > _ATTEMPTS:  # how many objects there are is an object too, and may make itself wrong for ever
            true_of = replace(true_of[0], objects=None), replace(true_of[1], objects=None)
        if true_of == (whole, alone):
            return [Quad(triple.subject, triple.predicate, _as_required(triple), described) for triple in triples]
        whole, alone = true_of


def triples_in(described: Sequence[Quad], iris: Iris) -> int:
    """The number of triples of a release's default graph, as the description of it has counted them."""
    dataset = iris.thing("dataset")
    counts = [quad.object for quad in described if (quad.subject, quad.predicate) == (dataset, VOID.triples)]
    assert isinstance(counts[0], Literal)
    return int(counts[0].value)


def _as_required(triple: Triple) -> Term:
    """The value of a triple with the datatype that DCAT-AP requires; the store and its counts know one of integers."""
    if triple.predicate == DCAT.byteSize and isinstance(triple.object, Literal):
        return Literal(triple.object.value, datatype=XSD.nonNegativeInteger)
    return triple.object


def _release(iris: Iris, version: str, merged: Sequence[NamedNode], languages: Languages) -> Iterator[Triple]:
    dataset, release = iris.thing("dataset"), iris.release(version)
    yield Triple(dataset, RDF.type, VOID.Dataset)
    yield Triple(dataset, RDF.type, DCAT.Dataset)
    yield Triple(dataset, DCAT.version, Literal(version))
    yield Triple(dataset, OWL.versionInfo, Literal(version))
    yield Triple(dataset, DCTERMS.hasVersion, release)
    yield Triple(dataset, VOID.sparqlEndpoint, iris.thing("sparql"))
    yield Triple(release, RDF.type, VOID.Dataset)
    yield Triple(release, DCTERMS.isVersionOf, dataset)
    yield Triple(release, DCAT.version, Literal(version))
    for tag, text in languages.each("catalogue.release", version=version).items():
        yield Triple(release, RDFS.label, Literal(text, language=tag))
    for graph in merged:
        yield Triple(release, VOID.subset, graph)


def _own(store: Store, dataset: NamedNode) -> dict[NamedNode, list[Term]]:
    """Statements of the authors about the dataset that hold of its catalogue and its files as well, by property."""
    shared = [
        DCTERMS[name] for name in ("title", "description", "publisher", "license", "language", "modified", "issued")
    ]
    return {
        item: list(dict.fromkeys(quad.object for quad in store.quads_for_pattern(dataset, item, None, None)))
        for item in (*shared, DCAT.contactPoint)
    }


def _leant_on(store: Store, dataset: NamedNode) -> Iterator[Triple]:
    """Types that DCAT-AP asks for, of things that authors name: the standards, and the page to land on."""
    for property, kind in ((DCTERMS.conformsTo, DCTERMS.Standard), (DCAT.landingPage, FOAF.Document)):
        for quad in store.quads_for_pattern(dataset, property, None, None):
            if isinstance(quad.object, NamedNode):
                yield Triple(quad.object, RDF.type, kind)


def _catalogue(iris: Iris, own: Mapping[NamedNode, Sequence[Term]], languages: Languages) -> Iterator[Triple]:
    """The catalogue of this site, with the dataset and the SPARQL endpoint as its two entries (DCAT 3)."""
    dataset, endpoint = iris.thing("dataset"), iris.thing("sparql")
    catalogue = NamedNode(f"{dataset.value}#catalogue")
    yield Triple(catalogue, RDF.type, DCAT.Catalog)
    yield Triple(catalogue, DCAT.dataset, dataset)
    yield Triple(catalogue, DCAT.service, endpoint)
    yield from (Triple(catalogue, item, value) for item, values in own.items() for value in values)
    yield Triple(dataset, DCTERMS.identifier, Literal(dataset.value, datatype=XSD.anyURI))
    yield Triple(endpoint, RDF.type, DCAT.DataService)
    yield Triple(endpoint, RDF.type, RDFS.Resource)  # which DCAT-AP's shapes want to see said of its address
    for tag, text in languages.each("catalogue.endpoint").items():
        yield Triple(endpoint, DCTERMS.title, Literal(text, language=tag))
    yield Triple(endpoint, DCAT.endpointURL, endpoint)
    yield Triple(endpoint, DCAT.endpointDescription, endpoint)
    yield Triple(endpoint, DCAT.servesDataset, dataset)
    for item in (DCTERMS.publisher, DCTERMS.license, DCAT.contactPoint):
        yield from (Triple(endpoint, item, value) for value in own[item])


def _counts(subject: NamedNode, counted: Statistics) -> Iterator[Triple]:
    for property, size in (
        (VOID.triples, counted.triples),
        (VOID.distinctSubjects, counted.subjects),
        (VOID.distinctObjects, counted.objects),
        (VOID.properties, len(counted.properties)),
        (VOID.classes, len(counted.classes)),
    ):
        if size is not None:
            yield Triple(subject, property, Literal(size))


def _partitions(dataset: NamedNode, counted: Statistics) -> Iterator[Triple]:
    """Entities by class and triples by property: of those with most, where there are very many."""
    for counts, kind, link, names, size in (
        (counted.classes, "class", VOID.classPartition, VOID["class"], VOID.entities),
        (counted.properties, "property", VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        slugs = Counter[str]()
        most = sorted(counts, key=lambda term: (-counts[term], str(term)))[:MOST_PARTITIONS]
        for term in sorted(most, key=str):
            slug = (
                re.sub(r"[^A-Za-z0-9]+", "-", term.value.split("://")[-1]).strip("-")[:_MAX_SLUG_CHARACTERS].rstrip("-")
            )
            slugs[slug] += 1
            # No slug ends in a hyphen, so that none is another one with its number.
            node = NamedNode(f"{dataset.value}#{kind}-{slug}" + (f"--{slugs[slug]}" if slugs[slug] > 1 else ""))
            yield Triple(dataset, link, node)
            yield Triple(node, names, term)
            yield Triple(node, size, Literal(counts[term]))


def _distributions(
    iris: Iris,
    files: Mapping[str, FileEntry],
    own: Mapping[NamedNode, Sequence[Term]],
    is_merged: bool,
    languages: Languages,
) -> Iterator[Triple]:
    """The dumps, of which in a merged release that of all parts and the table have everything; statements as files."""
    dataset = iris.thing("dataset")
    for name, public, media in statement_files(files):
        node, file = NamedNode(f"{dataset.value}#{name}"), iris.thing(f"statements/{public}")
        yield Triple(dataset, DCAT.distribution, node)
        for tag, text in languages.each("catalogue.statements", name=public).items():
            yield Triple(node, DCTERMS.title, Literal(text, language=tag))
        yield from (Triple(node, DCTERMS.license, value) for value in own[DCTERMS.license])
        yield from _file(node, file, media, files[name])
    for name, format in sorted(DUMPS.items()):
        node, file = NamedNode(f"{dataset.value}#{name}"), iris.thing(f"dataset/{name}")
        yield Triple(dataset, DCAT.distribution, node)
        title = "catalogue.everything" if name == DUMP or not is_merged else "catalogue.own_graphs"
        title = "catalogue.table" if name == TABLE else title
        for tag, text in languages.each(title, format=format.label).items():
            yield Triple(node, DCTERMS.title, Literal(text, language=tag))
        # What is merged has licences of its own, which graph/provenance tells.
        yield from (Triple(node, DCTERMS.license, value) for value in own[DCTERMS.license] if not is_merged)
        if name in RDF_DUMPS:
            yield Triple(dataset, VOID.dataDump, file)
            yield Triple(node, DCAT.compressFormat, NamedNode(f"{MEDIA_TYPES}{GZIP.name}"))
            yield from _media_type(GZIP.name)
        yield from _file(node, file, format.name, files[name])


def _file(node: NamedNode, file: NamedNode, media: str, entry: FileEntry) -> Iterator[Triple]:
    """A distribution as a file: where it is, of which media type, how long, and its digest."""
    checksum = NamedNode(f"{node.value}.sha256")
    yield Triple(node, RDF.type, DCAT.Distribution)
    yield Triple(node, DCAT.downloadURL, file)
    yield Triple(node, DCAT.accessURL, file)
    yield Triple(node, DCAT.mediaType, NamedNode(MEDIA_TYPES + media))
    yield Triple(node, DCTERMS.format, NamedNode(MEDIA_TYPES + media))
    yield Triple(node, DCAT.byteSize, Literal(str(entry.bytes), datatype=XSD.integer))
    yield Triple(node, SPDX.checksum, checksum)
    yield Triple(checksum, RDF.type, SPDX.Checksum)
    yield Triple(SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm)
    yield from _media_type(media)
    yield Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
    yield Triple(checksum, SPDX.checksumValue, Literal(entry.sha256, datatype=XSD.hexBinary))


def _media_type(name: str) -> Iterator[Triple]:
    for kind in (DCTERMS.MediaType, DCTERMS.MediaTypeOrExtent):
        yield Triple(NamedNode(MEDIA_TYPES + name), RDF.type, kind)
