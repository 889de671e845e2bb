"""Mappings to other vocabularies as RDF: one linkset graph for each mapping set, with a record for every mapping.

A mapping is both stated (``subject predicate object``) and described (an ``sssom:Mapping`` with its justification and
where the target was seen), in the graph ``graph/alignment-<name>`` of its file ``<name>.sssom.tsv``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from initiative_lod.iris import DEFAULT_BASE, Iris, slug
from initiative_lod.sources.sssom import DATE_SLOTS, ENTITY_SLOTS, NUMBER_SLOTS, SLOTS, expand, values
from initiative_lod.sources.sssom import MappingRow as MappingRow
from initiative_lod.sources.sssom import MappingSet as MappingSet
from initiative_lod.sources.sssom import read as read
from initiative_lod.vocabulary import DCTERMS, RDF, SSSOM, VOID, XSD


def quads(mappings: MappingSet, iris: Iris) -> Iterator[Quad]:
    """The mapping set as its named graph."""
    graph = iris.graph(f"alignment-{mappings.name}")
    for triple in _triples(mappings, graph):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _triples(mappings: MappingSet, graph: NamedNode) -> Iterator[Triple]:
    yield Triple(graph, RDF.type, SSSOM.MappingSet)
    yield Triple(graph, RDF.type, VOID.Linkset)
    if "license" in mappings.metadata:
        licence = expand(str(mappings.metadata["license"]), mappings.metadata.get("curie_map", {}))
        yield Triple(graph, DCTERMS.license, NamedNode(licence))
    yield Triple(graph, VOID.triples, Literal(sum(row.stated for row in mappings.rows)))
    names: dict[str, int] = {}
    for row in mappings.rows:
        if row.stated:
            yield Triple(*(NamedNode(row.slots[f"{name}_id"]) for name in ("subject", "predicate", "object")))
        ends = [row.slots.get(f"{end}_id") or row.slots[f"{end}_label"] for end in ("subject", "predicate", "object")]
        name = f"{graph.value}#{_kind(ends[0])}{'-'.join(slug(end) for end in ends)}"
        names[name] = names.get(name, 0) + 1
        node = NamedNode(name if names[name] == 1 else f"{name}-{names[name]}")
        yield Triple(node, RDF.type, SSSOM.Mapping)
        yield Triple(node, DCTERMS.isPartOf, graph)
        for slot, value in row.slots.items():
            for item in values(slot, value):
                yield Triple(node, NamedNode(SSSOM.iri + slot), _value(slot, item))
        for property, value in row.extensions.items():
            yield Triple(node, NamedNode(property), Literal(value))


def _kind(iri: str) -> str:
    """``topic-`` for ``…/id/topic/users``: a topic and a group may share a slug."""
    path = iri.removeprefix(DEFAULT_BASE).split("/")
    return f"{path[-2]}-" if len(path) > 2 else ""


def _value(name: str, value: str) -> NamedNode | Literal:
    if name in ENTITY_SLOTS:
        return NamedNode(value)
    if name in NUMBER_SLOTS:
        return Literal(f"{float(value):f}".rstrip("0").rstrip("."), datatype=XSD.decimal)
    return Literal(value, datatype=XSD.date) if name in DATE_SLOTS else Literal(value)


def rows(store: Store, iris: Iris, graph: NamedNode | None = None) -> Iterator[MappingRow]:
    """The mappings that a release records, of one linkset or of all, by the names of their nodes. ``line`` is 0."""
    found = (quad.subject for quad in store.quads_for_pattern(None, RDF.type, SSSOM.Mapping, graph))
    nodes = {node for node in found if isinstance(node, NamedNode | BlankNode)}
    for node in sorted(nodes, key=lambda node: node.value):
        slots: dict[str, list[str]] = {}
        extensions: dict[str, str] = {}
        for quad in store.quads_for_pattern(node, None, None, graph):
            if not isinstance(quad.object, Literal | NamedNode):
                continue
            slot = quad.predicate.value.removeprefix(SSSOM.iri)
            if slot in SLOTS:
                slots.setdefault(slot, []).append(quad.object.value)
            elif iris.path(quad.predicate.value) is not None and isinstance(quad.object, Literal):
                extensions[quad.predicate.value] = quad.object.value
        yield MappingRow(0, {name: "|".join(sorted(items)) for name, items in sorted(slots.items())}, extensions)
