"""Picks the statements that say what is the same and what is not, for the checks of identity, into a store in memory.

Beside them stand two things that an engine would have to compute for each pair of things, in time that grows with the
square of their number.
"""

from __future__ import annotations

from pyoxigraph import NamedNode, Quad, Store

from initiative_lod.build.identity import JOINING, joining
from initiative_lod.iris import Iris
from initiative_lod.merge.conflicts.union_find import JoinedThings
from initiative_lod.release import default_graph
from initiative_lod.vocabulary import OWL, RDF

NOTES = NamedNode("urn:x-initiative-lod:notes")  # the graph in which the two stand
CLUSTER = NamedNode("urn:x-initiative-lod:cluster")  # from a thing to what stands for all that is joined to it
JOINS = NamedNode("urn:x-initiative-lod:joins")  # from a thing to those that it makes one, though their graph does not


def identity_statements(store: Store, iris: Iris) -> Store:
    """A store with the joining statements and ``owl:differentFrom``, in their graphs, and the two notes on them."""
    pairs: list[tuple[str, str]] = []
    few: list[Quad] = []
    for predicate in JOINING:
        for quad in default_graph.named(store, None, predicate):
            if pair := joining(quad, iris):
                few.append(quad)
                pairs.append(pair)
    things = JoinedThings(pairs)
    for quad in default_graph.named(store, None, OWL.differentFrom):
        few.append(quad)
        few += (
            Quad(term, CLUSTER, NamedNode(cluster), NOTES)
            for term in (quad.subject, quad.object)
            if isinstance(term, NamedNode) and (cluster := things.cluster(term.value))
        )
    homes = {
        name: {str(quad.graph_name) for quad in default_graph.named(store, NamedNode(name), RDF.type)}
        for name in things.sharing()
    }
    few += (Quad(NamedNode(hub), JOINS, NamedNode(name), NOTES) for hub, name in things.made_one(homes))
    return default_graph.in_memory(few)
