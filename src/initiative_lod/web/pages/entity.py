"""A thing that documents speak of: its definition, outside facts and mappings, and where the text names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from initiative_lod.labels import natural
from initiative_lod.vocabulary import RDF, RDFS, SKOS
from initiative_lod.web.labelled import LabelledResource, LangText
from initiative_lod.web.pages.clauses import Evidence
from initiative_lod.web.pages.initiative import facts
from initiative_lod.web.pages.mappings import MAPPINGS, Cluster, Mapping, cluster, mappings
from initiative_lod.web.pages.mentions import Incoming, incoming
from initiative_lod.web.pages.plain_statements import Group, groups
from initiative_lod.web.pages.view import View

MEMBERS = 300  # concepts of a scheme in one page, where they are not more
FEWER_MEMBERS = 100  # in each page, where they are
#: What the page shows in a place of its own.
SHOWN = frozenset(
    [
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
    ]
)


@dataclass(frozen=True, slots=True)
class Entity:
    """All that a page of a thing shows."""

    thing: LabelledResource
    kinds: list[LabelledResource]
    schemes: list[LabelledResource]
    definitions: list[LangText]
    notes: list[LangText]
    also: list[LangText]
    facts: list[Evidence]
    cluster: Cluster
    mappings: list[Mapping]
    members: list[tuple[LabelledResource, int]]
    incoming: Incoming
    statements: list[Group]
    page: int
    pages: int


def entity(view: View, node: NamedNode, page: int = 1) -> Entity:
    """Read a thing, with the given page of what is in it (a scheme) or of what points to it."""
    known = facts(view, node)
    same = cluster(view, node)
    members = _members(view, node)
    size = MEMBERS if len(members) <= MEMBERS else min(MEMBERS, FEWER_MEMBERS)
    found = incoming(view, node, 1 if members else page)
    return Entity(
        view.thing(node),
        view.things(view.nodes(node, RDF.type)),
        view.things(view.nodes(node, SKOS.inScheme)),
        _spoken(view, [*view.texts(node, SKOS.definition), *view.texts(node, RDFS.comment)]),
        _spoken(view, view.texts(node, SKOS.scopeNote)),
        view.texts(node, SKOS.altLabel),
        known,
        same,
        mappings(view, node, same),
        [(view.thing(member), count) for member, count in members[(page - 1) * size : page * size]],
        found,
        _unattested(groups(view, node, SHOWN), known),
        page,
        max(1, -(-len(members) // size)) if members else found.pages,
    )


def _spoken(view: View, texts: list[LangText]) -> list[LangText]:
    """Those in the reader's language; all, where none is."""
    return [item for item in texts if item.language == view.language] or texts


def _members(view: View, node: NamedNode) -> list[tuple[NamedNode, int]]:
    """The concepts of a scheme with how many parts speak of them, the most spoken of first."""
    if not view.opened.holds(None, SKOS.inScheme, node):
        return []
    found = []
    for row in view.opened.select("members", scheme=node):
        member, count = row["member"], row["mentions"]
        if isinstance(member, NamedNode) and isinstance(count, Literal):
            found.append((member, int(count.value)))
    return sorted(found, key=lambda item: (-item[1], natural(item[0].value)))


def _unattested(found: Iterable[Group], known: Iterable[Evidence]) -> list[Group]:
    """The statements without those that the outside facts say already."""
    told = {
        (item.predicate.iri, item.value.iri if item.value else item.literal.value if item.literal else "")
        for item in known
    }
    left = []
    for group in found:
        values = tuple(
            item
            for item in group.values
            if (group.property.iri, item.thing.iri if item.thing else item.text.value if item.text else "") not in told
        )
        if values:
            left.append(Group(group.property, values, group.graphs, group.more))
    return left
