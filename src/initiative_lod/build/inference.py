"""Inference: what the superclasses and superproperties of our ontology say of our own things, in a graph of its own.

Only what our own graphs state of things under our base is looked at: nothing is inferred of other people's things, nor
from what others say of ours. Domains and ranges are left alone: what is no typing error would become a false type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store

from initiative_lod.iris import Iris
from initiative_lod.vocabulary import RDF, RDFS

NAME = "inferred"  # of the graph in which it stands
MERGED = "source/"  # how the names of other people's graphs begin

Hierarchy = Mapping[NamedNode, frozenset[NamedNode]]


@dataclass(frozen=True)
class Promises:
    """Entailments of the ontology: all superclasses of each class, all superproperties of each property."""

    classes: Hierarchy
    properties: Hierarchy


def promises(ontology: Iterable[Quad]) -> Promises:
    """The axioms of an ontology between named terms, followed to their end."""
    pairs: dict[NamedNode, dict[NamedNode, set[NamedNode]]] = {RDFS.subClassOf: {}, RDFS.subPropertyOf: {}}
    for quad in ontology:
        if quad.predicate in pairs and isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            pairs[quad.predicate].setdefault(quad.subject, set()).add(quad.object)
    return Promises(*(_closed(pairs[axiom]) for axiom in (RDFS.subClassOf, RDFS.subPropertyOf)))


def _closed(above: Mapping[NamedNode, Iterable[NamedNode]]) -> Hierarchy:
    closed = {}
    for term in above:
        reached: set[NamedNode] = set()
        waiting = [term]
        while waiting:
            new = {*above.get(waiting.pop(), ())} - reached
            reached |= new
            waiting += new
        closed[term] = frozenset(reached - {term})
    return closed


def quads(stated: Iterable[Quad], promised: Promises, iris: Iris) -> Iterator[Quad]:
    """``graph/inferred``: what follows from the statements of our own graphs and is not among them, each once."""
    graph = iris.graph(NAME)
    own = [quad for quad in stated if is_own(quad.graph_name, iris) and _is_ours(quad.subject, iris)]
    known = {quad.triple for quad in own}
    for quad in own:
        if quad.predicate == RDF.type:
            kinds = promised.classes.get(quad.object, ()) if isinstance(quad.object, NamedNode) else ()
            inferred = [Quad(quad.subject, RDF.type, kind, graph) for kind in kinds]
        else:
            properties = promised.properties.get(quad.predicate, ())
            inferred = [Quad(quad.subject, property, quad.object, graph) for property in properties]
        for item in inferred:
            if item.triple not in known:
                known.add(item.triple)
                yield item


def is_own(graph: object, iris: Iris) -> bool:
    """Tell the named graphs in which we say something from those of others, and from what was inferred."""
    if not isinstance(graph, NamedNode) or graph == iris.graph(NAME):
        return False
    return graph.value.startswith(iris.graph("").value) and not graph.value.startswith(iris.graph(MERGED).value)


def _is_ours(subject: object, iris: Iris) -> bool:
    return isinstance(subject, NamedNode) and iris.path(subject.value) is not None


def of_store(store: Store, iris: Iris) -> list[Quad]:
    """``graph/inferred`` of a store, in no order. What is others' in it is not looked at."""
    promised = promises(store.quads_for_pattern(None, None, None, iris.graph("ontology")))
    properties = {RDF.type, *promised.properties, *(term for above in promised.properties.values() for term in above)}
    graphs = [graph for graph in store.named_graphs() if isinstance(graph, NamedNode) and is_own(graph, iris)]
    stated = (
        quad
        for graph in graphs
        for property in properties
        for quad in store.quads_for_pattern(None, property, None, graph)
    )
    return list(quads(stated, promised, iris))
