"""Picks the statements that contradict others into a store in memory, for the checks that tell them.

A query would pair each type of one thing with each of another, or follow each import from each ontology: in time and
memory that grow with the square of what one file may say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from initiative_lod.iris import Iris
from initiative_lod.merge.conflicts.link_tables import circles, disjoint_classes
from initiative_lod.release import default_graph
from initiative_lod.vocabulary import OWL, RDF, RDFS, SKOS, XSD

NOTES = NamedNode("urn:x-initiative-lod:notes")  # the graph in which these stand
UNLIKE = NamedNode("urn:x-initiative-lod:unlike")  # from a thing to one of another type that it is linked with as same
EXCLUDED_TYPE = NamedNode("urn:x-initiative-lod:excludedType")  # from a thing to a type that our ontology excludes
EXCLUDED_VALUE = NamedNode("urn:x-initiative-lod:excludedValue")  # to a value of a property of ours, likewise
_LINKS = (OWL.sameAs, SKOS.exactMatch)

Thing = NamedNode | BlankNode


def contradictions(store: Store, iris: Iris) -> Store:
    """A store with these statements in their graphs, and the notes on them."""
    few = [*_unlike(store), *_imports(store), *_both_types(store, iris), *_other_values(store, iris)]
    return default_graph.in_memory(dict.fromkeys(few))


def _unlike(store: Store) -> Iterator[Quad]:
    """Identity links between things that have types and none in common, and what types these are."""
    types: dict[Thing, list[Quad]] = {}

    def of(thing: Thing) -> list[Quad]:
        if thing not in types:
            types[thing] = list(default_graph.named(store, thing, RDF.type))
        return types[thing]

    for link in (quad for name in _LINKS for quad in default_graph.named(store, None, name)):
        one, other = link.subject, link.object
        if one == other or not isinstance(one, Thing) or not isinstance(other, Thing):
            continue
        shared = {quad.object for quad in of(one)} & {quad.object for quad in of(other)}
        told = [[quad for quad in of(thing) if _says_something(quad)] for thing in (one, other)]
        if shared <= {OWL.NamedIndividual} and all(told):
            yield from (Quad(one, UNLIKE, other, NOTES), link, *told[0], *told[1])


def _says_something(quad: Quad) -> bool:
    return isinstance(quad.object, NamedNode | Literal) and not quad.object.value.startswith(OWL.iri)


def _imports(store: Store) -> Iterator[Quad]:
    """Imports that lead back to where they begin."""
    imports = list(default_graph.named(store, None, OWL.imports))
    circle = dict(circles((str(quad.subject), str(quad.object)) for quad in imports))
    for quad in imports:
        if (found := circle.get(str(quad.subject))) is not None and found == circle.get(str(quad.object)):
            yield quad


def _both_types(store: Store, iris: Iris) -> Iterator[Quad]:
    """Types that our ontology says have nothing in common, of things that have both."""
    ontology = partial(store.quads_for_pattern, graph_name=iris.graph("ontology"))
    lists = {quad.subject for quad in ontology(None, RDF.type, OWL.AllDisjointClasses)}
    names = {OWL.disjointWith: "disjointWith", OWL.members: "members", RDF.first: "first", RDF.rest: "rest"}
    stated = [
        (str(quad.subject), name, str(quad.object), getattr(quad.object, "value", ""))
        for predicate, name in names.items()
        for quad in ontology(None, predicate, None)
        if name != "members" or quad.subject in lists
    ]
    of_class: dict[str, dict[Thing, list[Quad]]] = {}

    def having(name: str) -> dict[Thing, list[Quad]]:
        if name not in of_class:
            of_class[name] = defaultdict(list)
            if name.startswith("<"):
                for quad in default_graph.named(store, None, RDF.type, NamedNode(name[1:-1])):
                    if isinstance(quad.subject, Thing):
                        of_class[name][quad.subject].append(quad)
        return of_class[name]

    for pair in sorted(disjoint_classes(stated)):
        one, other = map(having, pair)
        for thing in one.keys() & other.keys():
            for quad in (*one[thing], *other[thing]):
                yield from (quad, Quad(thing, EXCLUDED_TYPE, quad.object, NOTES))


def _other_values(store: Store, iris: Iris) -> Iterator[Quad]:
    """Values of properties of ours that have another datatype than our ontology says."""
    graph = iris.graph("ontology")
    ranges: Iterable[Quad] = store.quads_for_pattern(None, RDFS.range, None, graph)
    for stated in ranges:
        own, range = stated.subject, stated.object
        if not isinstance(own, NamedNode) or not own.value.startswith(iris.prefixes["ilod"]):
            continue
        is_typed = Quad(own, RDF.type, OWL.DatatypeProperty, graph) in store
        if not is_typed or not isinstance(range, NamedNode) or not range.value.startswith(XSD.iri):
            continue
        for quad in default_graph.named(store, None, own):
            if not isinstance(quad.object, Literal) or quad.object.datatype != range:
                yield from (quad, Quad(quad.subject, EXCLUDED_VALUE, quad.object, NOTES))
