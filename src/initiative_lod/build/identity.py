"""Identity: clusters of IRIs that name one thing, by exact matches under judgements that always win. Pure.

``skos:exactMatch`` and ``owl:sameAs`` join; ``skos:closeMatch`` and its like never do. The statements themselves are
left as they are: clusters stand in a graph of their own (``graph/identity``), which a query asks for or leaves out. A
cluster is a thing of ours that points to its members; nothing is stated of the members, most of which are not ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from initiative_lod.build.mappings import NOTHING
from initiative_lod.iris import Iris, rebase
from initiative_lod.sources.judgements import Judgement, Verdict, latest
from initiative_lod.vocabulary import OWL, PROV, RDF, SKOS, SSSOM

JOINING = (OWL.sameAs, SKOS.exactMatch)
RECORD = ("subject_id", "predicate_id", "object_id", "confidence")  # of a mapping record, what is looked at
NAME = "identity"  # of the graph in which clusters stand


@dataclass(frozen=True, slots=True, order=True)
class IdentityLink:
    """Two IRIs that name one thing; ``confidence`` from 0 to 1 says how surely."""

    one: str
    other: str
    confidence: float = 1.0


@dataclass(frozen=True)
class Clusters:
    """Sets of two or more IRIs that name one thing, and what was not joined because a judgement forbids it.

    ``refused`` are links (and judgements "same") that would have put together what is judged not the same.
    """

    members: tuple[tuple[str, ...], ...]
    refused: tuple[IdentityLink, ...] = ()
    canonical: Mapping[str, str] = field(default_factory=dict)

    def of(self, iri: str) -> str:
        """The canonical IRI of ``iri``: itself, when it is in no cluster."""
        return self.canonical.get(iri, iri)


def clusters(links: Iterable[IdentityLink], judgements: Iterable[Judgement] = (), base: str = "") -> Clusters:
    """The clusters of ``links`` under ``judgements``; the same whatever order the links come in.

    Judgements "same" are joined first, then links by falling confidence, then by their IRIs. A join that would bring
    together two IRIs that are judged "not-same" is refused, so the surer link is the one that stays. A pair that is
    judged "unsure" is not joined by a link of its own. The canonical IRI is one of ours (of a project with ``base``)
    where there is one, else the first by code point.
    """
    judged = latest(judgements)
    apart = {pair for pair, judgement in judged.items() if judgement.verdict is Verdict.NOT_SAME}
    same = sorted(IdentityLink(*pair) for pair, judgement in judged.items() if judgement.verdict is Verdict.SAME)
    computed = {_ordered(link) for link in links if link.one != link.other}
    by_trust = sorted(computed, key=lambda link: (-link.confidence, link.one, link.other))
    sets = DisjointSets(apart)
    refused = [link for link in same if not sets.join(link.one, link.other)]
    refused += [
        link for link in by_trust if (link.one, link.other) not in judged and not sets.join(link.one, link.other)
    ]
    refused += [link for link in by_trust if (link.one, link.other) in apart]
    members = tuple(sorted(tuple(sorted(cluster)) for cluster in sets.all() if len(cluster) > 1))
    canonical = {iri: first for cluster in members for first in [_canonical(cluster, base)] for iri in cluster}
    return Clusters(members, tuple(sorted(set(refused))), canonical)


def _ordered(link: IdentityLink) -> IdentityLink:
    return link if link.one < link.other else IdentityLink(link.other, link.one, link.confidence)


def _canonical(cluster: tuple[str, ...], base: str) -> str:
    return min(cluster, key=lambda iri: (not (base and Iris(base).owns(iri)), iri))


class DisjointSets:
    """Union-find over IRIs, some of which may never meet. ``n`` joins take time in proportion to n log n."""

    def __init__(self, apart: Iterable[tuple[str, str]] = ()) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._foes: dict[str, set[str]] = {}
        for one, other in apart:
            self._foes.setdefault(one, set()).add(other)
            self._foes.setdefault(other, set()).add(one)

    def join(self, one: str, other: str) -> bool:
        """Put the sets of two IRIs together, unless a member of the one is apart from a member of the other."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return True
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        if any(self._foes.get(iri, frozenset()) & self._members[one] for iri in self._members[other]):
            return False
        self._parent[other] = one
        self._members[one] |= self._members.pop(other)
        return True

    def all(self) -> Iterable[set[str]]:
        """The sets, in no order."""
        return self._members.values()

    def root(self, iri: str) -> str:
        """The IRI that stands for the set of ``iri``, which is its own set where it was never joined."""
        if iri not in self._parent:
            self._parent[iri] = iri
            self._members[iri] = {iri}
        root = iri
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[iri] != root:
            self._parent[iri], iri = root, self._parent[iri]
        return root


def joining(quad: Quad, iris: Iris) -> tuple[str, str] | None:
    """The two IRIs that a statement says are one thing; None for any other, and for those of ``graph/identity``."""
    if quad.predicate not in JOINING or quad.graph_name == iris.graph(NAME):
        return None
    if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
        return None
    return None if NOTHING & {quad.subject, quad.object} else (quad.subject.value, quad.object.value)


def links(statements: Iterable[Quad], iris: Iris) -> list[IdentityLink]:
    """The links that joining statements make; read in one pass.

    A mapping record gives the confidence of its statement, the surest of several; a statement without one is taken at
    its word.
    """
    slots = {NamedNode(SSSOM.iri + name): name for name in RECORD}
    stated: set[tuple[str, str, str]] = set()
    records: dict[Any, dict[str, str]] = {}
    for quad in statements:
        if pair := joining(quad, iris):
            stated.add((pair[0], quad.predicate.value, pair[1]))
        elif (name := slots.get(quad.predicate)) and isinstance(quad.object, NamedNode | Literal):
            records.setdefault(quad.subject, {})[name] = quad.object.value
    trust: dict[tuple[str, ...], float] = {}
    for record in records.values():
        if "confidence" in record:
            ends = tuple(record.get(name, "") for name in RECORD[:3])
            trust[ends] = max(trust.get(ends, 0.0), _number(record["confidence"]))
    surest: dict[tuple[str, str], float] = {}
    for one, predicate, other in stated:
        pair = one, other
        surest[pair] = max(surest.get(pair, 0.0), trust.get((one, predicate, other), 1.0))
    return [IdentityLink(*pair, confidence) for pair, confidence in sorted(surest.items())]


def _number(text: str) -> float:
    """A confidence as others may have written it: what is no number from 0 to 1 counts as the least."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 <= number <= 1 else 0.0


def statements_of(store: Store) -> Iterator[Quad]:
    """The statements in the default graph of a store that ``links`` looks at, and no others."""
    for predicate in (*JOINING, *(NamedNode(SSSOM.iri + name) for name in RECORD)):
        yield from store.quads_for_pattern(None, predicate, None, DefaultGraph())


def materialise(statements: Iterable[Quad], judgements: Iterable[Judgement], iris: Iris) -> list[Quad]:
    """``graph/identity`` of a release: the clusters of its ``statements`` under ``judgements``, in the order of IRIs.

    Judgements may be written under the default base, like all sources; they are moved to the release's.
    """
    moved = [
        replace(item, subject=rebase(item.subject, iris.base), object=rebase(item.object, iris.base))
        for item in judgements
    ]
    return list(quads(clusters(links(statements, iris), moved, iris.base), iris))


def quads(clusters: Clusters, iris: Iris) -> Iterator[Quad]:
    """``graph/identity``: each cluster with its members (``prov:hadMember``), one of which is the canonical one.

    ``GRAPH <…graph/identity> { ?cluster prov:hadMember ?x , ?y }`` gives all names ?y of ?x.
    """
    graph = iris.graph(NAME)
    for members in clusters.members:
        canonical = clusters.of(members[0])
        cluster = cluster_iri(canonical, iris)
        yield Quad(cluster, RDF.type, iris.term("IdentityCluster"), graph)
        yield Quad(cluster, iris.term("canonicalMember"), NamedNode(canonical), graph)
        for member in members:
            yield Quad(cluster, PROV.hadMember, NamedNode(member), graph)


def cluster_iri(canonical: str, iris: Iris) -> NamedNode:
    """The cluster around a canonical IRI: ``graph/identity#id/topic/users``; a digest for an IRI of others."""
    name = iris.path(canonical) or hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return NamedNode(f"{iris.graph(NAME).value}#{name.replace('#', '/')}")
