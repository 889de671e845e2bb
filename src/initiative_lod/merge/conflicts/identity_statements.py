"""Picks the statements that say what is the same and what is not, for the checks of identity, into a store in memory.

Beside them stand two things that an engine would have to compute for each pair of things, in time that grows with the
square of their number; here it is a union-find, and grows with the number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import NamedNode, Quad, Store

from initiative_lod.build.identity import JOINING, DisjointSets, joining
from initiative_lod.iris import Iris
from initiative_lod.release import default_graph
from initiative_lod.vocabulary import OWL, RDF

NOTES = NamedNode("urn:x-initiative-lod:notes")  # the graph in which the two stand
CLUSTER = NamedNode("urn:x-initiative-lod:cluster")  # from a thing to what stands for all that is joined to it
JOINS = NamedNode("urn:x-initiative-lod:joins")  # from a thing to those that it makes one, though their graph does not


def identity_statements(store: Store, iris: Iris) -> Store:
    """A store with the joining statements and ``owl:differentFrom``, in their graphs, and the two notes on them."""
    joined: dict[str, set[str]] = defaultdict(set)  # the subjects of joining statements, by object
    neighbours: dict[str, set[str]] = defaultdict(set)
    sets = DisjointSets()
    few: list[Quad] = []
    for predicate in JOINING:
        for quad in default_graph.named(store, None, predicate):
            if pair := joining(quad, iris):
                one, other = pair
                few.append(quad)
                sets.join(one, other)
                joined[other].add(one)
                neighbours[one].add(other)
                neighbours[other].add(one)
    for quad in default_graph.named(store, None, OWL.differentFrom):
        few.append(quad)
        few += (
            Quad(term, CLUSTER, NamedNode(sets.root(term.value)), NOTES)
            for term in (quad.subject, quad.object)
            if isinstance(term, NamedNode) and term.value in neighbours
        )
    return default_graph.in_memory([*few, *_joins(store, joined, neighbours)])


def _joins(store: Store, joined: dict[str, set[str]], neighbours: dict[str, set[str]]) -> Iterator[Quad]:
    """``JOINS`` for each thing through which things that one graph describes, and does not link, become one."""
    homes: dict[str, set[str]] = {}
    for focus, subjects in joined.items():
        described: dict[str, set[str]] = defaultdict(set)
        for subject in subjects if len(subjects) > 1 else ():
            if subject not in homes:
                types = default_graph.named(store, NamedNode(subject), RDF.type)
                homes[subject] = {str(quad.graph_name) for quad in types}
            for home in homes[subject]:
                described[home].add(subject)
        apart = [members for members in described.values() if len(members) > 1 and not _linked(members, neighbours)]
        for subject in set().union(*apart):
            yield Quad(NamedNode(focus), JOINS, NamedNode(subject), NOTES)


def _linked(members: set[str], neighbours: dict[str, set[str]]) -> bool:
    """Tell members that links among themselves, without a detour, make one."""
    start = next(iter(members))
    reached, waiting = {start}, [start]
    while waiting:
        one = waiting.pop()
        few, many = sorted((neighbours[one], members), key=len)
        found = {other for other in few if other in many} - reached
        reached |= found
        waiting += found
    return len(reached) == len(members)
