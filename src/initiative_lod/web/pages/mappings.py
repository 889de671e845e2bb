"""Mappings of a thing to other vocabularies, with why they are made, and the cluster of one identity."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pyoxigraph import NamedNode

from initiative_lod.vocabulary import OWL, PROV, SKOS, SSSOM
from initiative_lod.web.labelled import LabelledResource, LangText
from initiative_lod.web.pages.view import View

MAPPINGS = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
    OWL.sameAs,
)
MOST = 200  # mappings, and members of a cluster, that are shown
_SLOT = {
    name: NamedNode(SSSOM.iri + name)
    for name in ("subject_id", "predicate_id", "object_id", "object_label", "confidence", "comment")
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping to a thing of another vocabulary, with why it is made."""

    predicate: LabelledResource
    target: LabelledResource
    label: LangText | None
    confidence: str
    seen: tuple[LangText, ...]
    graph: LabelledResource | None
    same: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """The names of one thing but the one that the page is about; ``canonical`` is the one to use, if another."""

    canonical: LabelledResource | None
    others: tuple[LabelledResource, ...]
    graph: LabelledResource | None


def cluster(view: View, node: NamedNode) -> Cluster:
    """Things that ``graph/identity`` takes for the same: by exact matches, and by judgements, which win."""
    for group in view.subjects(PROV.hadMember, node):
        canonical = view.node(group, view.term("canonicalMember"))
        if canonical is not None:  # a collection without one is somebody else's
            others = [item for item in view.nodes(group, PROV.hadMember) if item not in (node, canonical)]
            first = view.thing(canonical) if canonical != node else None
            return Cluster(first, tuple(view.things(others[:MOST])), view.thing(view.iris.graph("identity")))
    return Cluster(None, (), None)


def mappings(view: View, node: NamedNode, known: Cluster) -> list[Mapping]:
    """The mappings of a thing: SSSOM's, then those that are stated without one."""
    found, told = [], set()
    same = {item.iri for item in (*known.others, *([known.canonical] if known.canonical else []))}
    for item in islice(view.subjects(_SLOT["subject_id"], node), MOST):
        predicate, target = view.node(item, _SLOT["predicate_id"]), view.node(item, _SLOT["object_id"])
        if predicate is None or target is None:
            continue
        told.add((predicate, target))
        confidence = view.text(item, _SLOT["confidence"])
        seen = [*view.texts(item, _SLOT["comment"]), *view.texts(item, view.term("seenIn"))]
        found.append(
            Mapping(
                view.thing(predicate),
                view.thing(target),
                view.text(item, _SLOT["object_label"]),
                confidence.value if confidence else "",
                tuple(seen),
                view.thing(view.home(item)),
                target.value in same,
            )
        )
    for predicate in MAPPINGS:
        found += [
            Mapping(
                view.thing(predicate),
                view.thing(target),
                None,
                "",
                (),
                _graph(view, node, predicate, target),
                target.value in same,
            )
            for target in view.nodes(node, predicate)[:MOST]
            if (predicate, target) not in told
        ]
    return found


def _graph(view: View, node: NamedNode, predicate: NamedNode, target: NamedNode) -> LabelledResource | None:
    """The first graph that states it."""
    for quad in view.opened.quads(node, predicate, target):
        if isinstance(quad.graph_name, NamedNode):
            return view.thing(quad.graph_name)
    return None
