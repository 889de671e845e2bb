"""Mappings to other vocabularies as RDF: one linkset graph for each mapping set, with a record for every mapping.

A mapping is both stated (``subject predicate object``) and described (an ``sssom:Mapping`` with its justification and
where the target was seen), in the graph ``graph/alignment-<name>`` of its file ``<name>.sssom.tsv``. What is no
relation of two things (a denial, "no term was found", a literal) is described and not stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from initiative_lod.iris import Iris, is_iri, rebase_text, slug
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import OF_PARTS, URI_OR_CURIE, Extension, MappingRow, MappingSet, where_seen
from initiative_lod.vocabulary import DCTERMS, RDF, SSSOM, VOID, XSD

#: In the place of a thing: none was found (the second name is an older one).
NOTHING = frozenset({SSSOM.NoTermFound, SSSOM.NoMapping})
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


def statement(row: MappingRow, iris: Iris) -> Triple | None:
    """The statement that a mapping makes; None when it is no relation of two things.

    Of our ontology only ``closeTo`` and ``relatedTo`` are: what a document says has its evidence, and is no mapping.
    """
    ends = [row.value(f"{name}_id") for name in ("subject", "predicate", "object")]
    is_literal = slots.LITERAL in (row.value("subject_type"), row.value("object_type"))
    if row.value("predicate_modifier") or is_literal or not all(map(is_iri, ends)):
        return None
    subject, predicate, target = map(NamedNode, ends)
    if NOTHING & {subject, target}:
        return None
    if predicate.value.startswith(iris.prefixes["ilod"]) and predicate.value not in OF_PARTS:
        return None
    return Triple(subject, predicate, target)


def rebased(mappings: MappingSet, iris: Iris) -> MappingSet:
    """The mapping set of a project, with its IRIs under the base of the project, in whichever they were written."""

    def text(value: str) -> str:
        return rebase_text(value, iris.base)

    def slots(values: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: tuple(map(text, items)) for name, items in values.items()}

    def extensions(values: Mapping[str, str]) -> dict[str, str]:
        return {text(property): text(value) for property, value in values.items()}

    return replace(
        mappings,
        slots=slots(mappings.slots),
        rows=tuple(
            replace(row, slots=slots(row.slots), extensions=extensions(row.extensions)) for row in mappings.rows
        ),
        extensions=extensions(mappings.extensions),
        defined={text(iri): replace(item, property=text(item.property)) for iri, item in mappings.defined.items()},
    )


def quads(mappings: MappingSet, iris: Iris) -> Iterator[Quad]:
    """The mapping set as its named graph."""
    graph = iris.graph(f"alignment-{mappings.name}")
    for triple in _triples(mappings, graph, iris):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _triples(mappings: MappingSet, graph: NamedNode, iris: Iris) -> Iterator[Triple]:
    yield Triple(graph, RDF.type, SSSOM.MappingSet)
    yield Triple(graph, RDF.type, VOID.Linkset)
    if is_iri(licence := mappings.value("license")):
        yield Triple(graph, DCTERMS.license, NamedNode(licence))
    yield from _slots(graph, mappings.slots, mappings.extensions, mappings)
    if not all(map(where_seen, mappings.rows)):
        yield Triple(graph, iris.term("targetsUnseen"), Literal(True))
    stated = dict.fromkeys(triple for row in mappings.rows if (triple := statement(row, iris)))
    yield Triple(graph, VOID.triples, Literal(len(stated)))
    yield from stated
    names: dict[str, int] = {}
    for row in mappings.rows:
        ends = [row.value(f"{end}_id") or row.value(f"{end}_label") for end in ("subject", "predicate", "object")]
        name = f"{graph.value}#{_kind(ends[0], iris)}{'-'.join(slug(end) for end in ends)}"
        names[name] = names.get(name, 0) + 1
        node = NamedNode(name if names[name] == 1 else f"{name}-{names[name]}")
        yield Triple(node, RDF.type, SSSOM.Mapping)
        yield Triple(node, DCTERMS.isPartOf, graph)
        yield from _slots(node, row.slots, row.extensions, mappings)


def _slots(
    node: NamedNode, values: Mapping[str, tuple[str, ...]], extensions: Mapping[str, str], mappings: MappingSet
) -> Iterator[Triple]:
    """Slots as properties ``sssom:<slot>``; extension slots as the properties that they stand for."""
    for slot, items in values.items():
        for item in items:
            yield Triple(node, NamedNode(SSSOM.iri + slot), _value(slot, item))
    for property, value in extensions.items():
        yield Triple(node, NamedNode(property), _extended(value, mappings.defined.get(property)))


def _kind(iri: str, iris: Iris) -> str:
    """``topic-`` for ``…/id/topic/users``: a topic and a group may share a slug."""
    path = iris.short(iri).split("/")
    return f"{path[-2]}-" if len(path) > 2 else ""


def _value(name: str, value: str) -> NamedNode | Literal:
    if name in slots.NUMBER:
        return Literal(value, datatype=XSD.decimal if _DECIMAL.fullmatch(value) else XSD.double)
    if name in slots.DATE:
        return Literal(value, datatype=XSD.date)
    return NamedNode(value) if (name in slots.ENTITY or name in slots.URI) and is_iri(value) else Literal(value)


def _extended(value: str, extension: Extension | None) -> NamedNode | Literal:
    kind = extension.type_hint if extension else XSD.string.value
    if kind.lower() == URI_OR_CURIE.lower():
        return NamedNode(value)
    return Literal(value, datatype=NamedNode(kind))


def recorded(store: Store, graph: NamedNode | None = None) -> MappingSet:
    """The mappings that a release records, of one linkset or of all, by the names of their nodes; lines are 0."""
    rows: list[MappingRow] = []
    defined: dict[str, Extension] = {}
    subjects = (quad.subject for quad in store.quads_for_pattern(None, RDF.type, SSSOM.Mapping, graph))
    nodes = {node for node in subjects if isinstance(node, NamedNode | BlankNode)}
    for node in sorted(nodes, key=lambda node: node.value):
        values: dict[str, set[str]] = {}
        extensions: dict[str, str] = {}
        for quad in store.quads_for_pattern(node, None, None, graph):
            if not isinstance(quad.object, Literal | NamedNode) or quad.predicate in (RDF.type, DCTERMS.isPartOf):
                continue
            property = quad.predicate.value
            slot = property.removeprefix(SSSOM.iri)
            if slot in slots.MAPPING:
                values.setdefault(slot, set()).add(quad.object.value)
            elif slot == property:
                hint = quad.object.datatype.value if isinstance(quad.object, Literal) else URI_OR_CURIE
                defined.setdefault(property, Extension.of(property, hint))
                extensions[property] = quad.object.value
        rows.append(MappingRow(0, {name: tuple(sorted(items)) for name, items in sorted(values.items())}, extensions))
    return MappingSet("", {}, tuple(rows), defined=defined)
