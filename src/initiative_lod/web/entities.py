"""A thing that documents speak of: its definition, outside facts and mappings, and where the text names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.resource import Description
from initiative_lod.vocabulary import DCTERMS, OWL, RDF, RDFS, SKOS, SSSOM, VOID
from initiative_lod.web.marking import Mark, Piece, split
from initiative_lod.web.overview import facts
from initiative_lod.web.parts import Evidence, attestation, span
from initiative_lod.web.view import Said, Thing, View

_SLOT = {
    name: NamedNode(SSSOM.iri + name)
    for name in ("subject_id", "predicate_id", "object_id", "object_label", "confidence", "comment")
}
LONG = 140  # characters of a sentence that are shown whole
AROUND = 48  # characters shown on either side of the words in a longer one
MAPPINGS = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch, OWL.sameAs}
_UNSHOWN = {
    SKOS.inScheme,
    SKOS.topConceptOf,
    SKOS.hasTopConcept,
    DCTERMS.isPartOf,
    VOID.exampleResource,
    _SLOT["subject_id"],
}
_SHOWN = {
    RDF.type,
    RDFS.label,
    RDFS.comment,
    SKOS.prefLabel,
    SKOS.altLabel,
    SKOS.definition,
    SKOS.scopeNote,
    SKOS.inScheme,
    SKOS.topConceptOf,
    SKOS.hasTopConcept,
    *MAPPINGS,
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a part says something of the thing."""

    part: Thing
    evidence: Evidence
    pieces: tuple[Piece, ...]
    translation: Said | None
    modality: Thing | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping to a thing of another vocabulary, with why it is made."""

    predicate: Thing
    target: Thing
    label: Said | None
    confidence: str
    seen: tuple[Said, ...]
    graph: Thing | None


@dataclass(frozen=True, slots=True)
class Value:
    """One plain statement: property, and a thing or words."""

    property: Thing
    thing: Thing | None
    said: Said | None
    graph: Thing | None


@dataclass(frozen=True, slots=True)
class Group:
    """All values of one property; ``graphs`` are those that they come from."""

    property: Thing
    values: tuple[Value, ...]
    graphs: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """All that the page of a thing shows. ``mentions`` are grouped by (property's label, its name)."""

    thing: Thing
    kinds: list[Thing]
    schemes: list[Thing]
    definitions: list[Said]
    notes: list[Said]
    also: list[Said]
    facts: list[Evidence]
    mappings: list[Mapping]
    mentions: list[tuple[Thing, list[Mention]]]
    members: list[tuple[Thing, int]]
    relations: list[tuple[Thing, list[Mention]]]
    statements: list[Group]
    incoming: list[Group]


def entity(view: View, description: Description) -> Entity:
    """Read a thing; its mentions are those of the description's page."""
    node = description.resource
    known = facts(view, node)
    attested = {
        (item.predicate.iri, item.value.iri if item.value else item.literal.value if item.literal else "")
        for item in known
    }
    statements = [
        item
        for item in values(view, node)
        if item.property.iri not in {shown.value for shown in _SHOWN}
        and (item.property.iri, item.thing.iri if item.thing else item.said.value if item.said else "") not in attested
    ]
    mentions, incoming = _mentions(view, description)
    told = [(property, [item for item in items if item.evidence.seen_in]) for property, items in mentions]
    spoken = [(property, [item for item in items if not item.evidence.seen_in]) for property, items in mentions]
    members = [(view.thing(member), _count(view, member)) for member in view.subjects(SKOS.inScheme, node)]
    return Entity(
        view.thing(node),
        view.things(view.nodes(node, RDF.type)),
        view.things(view.nodes(node, SKOS.inScheme)),
        [*view.all_said(node, SKOS.definition), *view.all_said(node, RDFS.comment)],
        view.all_said(node, SKOS.scopeNote),
        view.all_said(node, SKOS.altLabel),
        known,
        mappings(view, node),
        [item for item in spoken if item[1]],
        sorted(members, key=lambda item: (-item[1], item[0].label.value)),
        [item for item in told if item[1]],
        grouped(statements),
        grouped(incoming),
    )


def groups(view: View, node: NamedNode) -> list[Group]:
    """Every statement about a node, by property."""
    return grouped(values(view, node))


def grouped(items: Iterable[Value]) -> list[Group]:
    """Statements by property, each once, whatever number of graphs states it."""
    found: dict[str, list[Value]] = {}
    for item in items:
        found.setdefault(item.property.iri, []).append(item)
    made = []
    for each in found.values():
        once = {(item.thing, item.said): item for item in each}
        graphs = dict.fromkeys(item.graph for item in each if item.graph is not None)
        made.append(Group(each[0].property, tuple(once.values()), tuple(graphs)))
    return made


def values(view: View, node: NamedNode) -> list[Value]:
    """Every statement about a node, with the graph that it comes from."""
    found = []
    for quad in view.about(node):
        if not isinstance(quad.object, NamedNode | BlankNode | Literal):
            continue
        literal = quad.object if isinstance(quad.object, Literal) else None
        found.append(
            Value(
                view.thing(quad.predicate),
                None if isinstance(quad.object, Literal) else view.thing(quad.object),
                Said(literal.value, literal.language or "") if literal else None,
                view.thing(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else None,
            )
        )
    return found


def mappings(view: View, node: NamedNode) -> list[Mapping]:
    """The mappings of a thing: SSSOM's, then those that are stated without one."""
    found, told = [], set()
    for item in view.subjects(_SLOT["subject_id"], node):
        predicate, target = view.node(item, _SLOT["predicate_id"]), view.node(item, _SLOT["object_id"])
        if predicate is None or target is None:
            continue
        told.add((predicate, target))
        confidence = view.said(item, _SLOT["confidence"])
        seen = [*view.all_said(item, _SLOT["comment"]), *view.all_said(item, view.term("seenIn"))]
        found.append(
            Mapping(
                view.thing(predicate),
                view.thing(target),
                view.said(item, _SLOT["object_label"]),
                confidence.value if confidence else "",
                tuple(seen),
                view.thing(view.home(item)),
            )
        )
    for predicate in sorted(MAPPINGS, key=lambda item: item.value):
        found += [
            Mapping(view.thing(predicate), view.thing(target), None, "", (), None)
            for target in view.nodes(node, predicate)
            if (predicate, target) not in told
        ]
    return found


def _mentions(view: View, description: Description) -> tuple[list[tuple[Thing, list[Mention]]], list[Value]]:
    """What points to the thing: attested statements with their sentence, and the others."""
    groups: dict[Thing, list[Mention]] = {}
    others: list[Value] = []
    term, resource = view.term, description.resource
    attested = set()
    for quad in description.quads:
        if quad.object == resource and quad.predicate == term("onValue") and isinstance(quad.subject, NamedNode):
            item = attestation(view, quad.subject)
            part = view.node(quad.subject, term("onSubject"))
            if item is not None and part is not None:
                attested.add((part, item.predicate.iri))
                groups.setdefault(item.predicate, []).append(_mention(view, part, item))
    seen = set()
    for quad in description.quads:
        key = (quad.subject, quad.predicate.value)
        if quad.object != resource or key in attested or key in seen or not isinstance(quad.subject, NamedNode):
            continue
        if quad.predicate in {term("onValue"), term("onSubject"), *_UNSHOWN} or quad.subject == description.document:
            continue
        seen.add(key)
        graph = view.thing(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else None
        others.append(Value(view.thing(quad.predicate), view.thing(quad.subject), None, graph))
    return sorted(groups.items(), key=lambda item: -len(item[1])), others


def _mention(view: View, part: NamedNode, item: Evidence) -> Mention:
    start, end, words = span(view, part, "headingSpan")
    if start < 0:
        start, end, words = span(view, part)
    inside = start <= item.start and item.end <= end
    marks = [Mark(item.start, item.end, item.iri)] if inside and item.start >= 0 else []
    pieces = split(words, start, marks) if words else []
    if len(words) > LONG:
        pieces = _shortened(pieces)
    modality = view.node(part, view.term("modality"))
    translation = view.said(part, view.term("translation")) or view.label(part, "en")
    return Mention(view.thing(part), item, tuple(pieces), translation, view.thing(modality) if modality else None)


def _shortened(pieces: list[Piece]) -> list[Piece]:
    """The pieces with what is far from the marked words left out."""
    marked = [index for index, piece in enumerate(pieces) if piece.marks]
    if not marked:
        return [Piece(pieces[0].text[: 2 * AROUND] + "…", ())]
    shown = list(pieces[marked[0] : marked[-1] + 1])
    before, after = "".join(p.text for p in pieces[: marked[0]]), "".join(p.text for p in pieces[marked[-1] + 1 :])
    if before:
        shown.insert(0, Piece(before if len(before) <= AROUND else "…" + before[-AROUND:], ()))
    if after:
        shown.append(Piece(after if len(after) <= AROUND else after[:AROUND] + "…", ()))
    return shown


def _count(view: View, node: NamedNode) -> int:
    return len({quad.subject for quad in view.store.quads_for_pattern(None, view.term("onValue"), node, None)})
