"""The ontology as documentation: terms by kind, with definitions, domains, ranges and how often the data uses them."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from initiative_lod.iris import document_of
from initiative_lod.vocabulary import OWL, RDF, RDFS, SKOS
from initiative_lod.web.entities import Group, groups
from initiative_lod.web.view import Node, Said, Thing, View

KINDS = (
    ("classes", (OWL.Class, RDFS.Class)),
    ("object_properties", (OWL.ObjectProperty,)),
    ("datatype_properties", (OWL.DatatypeProperty,)),
    ("other_terms", (OWL.AnnotationProperty,)),
)
COUNTED = 100_000  # uses that are counted; of more, this is what is said
_LIST_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property."""

    thing: Thing
    labels: list[Said]
    definitions: list[Said]
    notes: list[Said]
    parents: list[Thing]
    children: list[Thing]
    domains: list[Thing]
    ranges: list[Thing]
    used: int


@dataclass(frozen=True, slots=True)
class Ontology:
    """The ontology's header and its terms, grouped."""

    thing: Thing
    header: list[Group]
    kinds: list[tuple[str, list[Term]]]


def ontology(view: View, node: NamedNode) -> Ontology:
    """Read the ontology in the release."""
    own = view.iris.thing("ontology")
    found_kinds: list[tuple[str, list[Term]]] = []
    told: set[NamedNode] = set()
    for name, kinds in KINDS:
        found = {
            item for kind in kinds for item in view.subjects(RDF.type, kind) if document_of(item.value) == own.value
        }
        found -= told
        told |= found
        terms = [_term(view, item, name == "classes") for item in found]
        if terms:
            found_kinds.append((name, sorted(terms, key=lambda item: item.thing.iri.lower())))
    header = [item for item in groups(view, own) if item.property.iri != RDF.type.value]
    return Ontology(view.thing(node), header, found_kinds)


def _term(view: View, node: NamedNode, is_class: bool) -> Term:
    parent = RDFS.subClassOf if is_class else RDFS.subPropertyOf
    return Term(
        view.thing(node),
        view.all_said(node, RDFS.label),
        [*view.all_said(node, SKOS.definition), *view.all_said(node, RDFS.comment)],
        view.all_said(node, SKOS.scopeNote),
        view.things(view.nodes(node, parent)),
        view.things(view.subjects(parent, node)),
        _members(view, node, RDFS.domain),
        _members(view, node, RDFS.range),
        _used(view, node, is_class),
    )


def _members(view: View, node: NamedNode, predicate: NamedNode) -> list[Thing]:
    """The classes that stand there, those of an ``owl:unionOf`` one by one."""
    found: list[Thing] = []
    for item in view.objects(node, predicate):
        if isinstance(item, NamedNode):
            found.append(view.thing(item))
        elif isinstance(item, BlankNode):
            for union in view.objects(item, OWL.unionOf):
                if isinstance(union, NamedNode | BlankNode):
                    found += view.things(_list(view, union))
    return found


def _list(view: View, node: Node) -> list[Node]:
    found: list[Node] = []
    while node != RDF.nil and len(found) < _LIST_LIMIT:
        found += [item for item in view.objects(node, RDF.first) if isinstance(item, NamedNode | BlankNode)]
        rest = [item for item in view.objects(node, RDF.rest) if isinstance(item, NamedNode | BlankNode)]
        if not rest:
            break
        node = rest[0]
    return found


def _used(view: View, node: NamedNode, is_class: bool) -> int:
    pattern = (None, RDF.type, node, None) if is_class else (None, node, None, None)
    count = 0
    for _ in view.store.quads_for_pattern(*pattern):
        count += 1
        if count >= COUNTED:
            break
    return count
