"""A thing that documents speak of: its definition, outside facts and mappings, and where the text names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import Literal, NamedNode

from initiative_lod.labels import LABEL_PROPERTIES, natural
from initiative_lod.release.open_release import SPOKEN_OF, Memory, OpenRelease
from initiative_lod.vocabulary import RDF, RDFS, SKOS
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.clauses import Evidence
from initiative_lod.web.pages.initiative import facts
from initiative_lod.web.pages.mappings import MAPPINGS, Cluster, Mapping, cluster, mappings
from initiative_lod.web.pages.mentions import MOST, SORTED, Incoming, incoming
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
    members, pages = _members(view, node, page)
    found = incoming(view, node, 1 if pages else page)
    view.only_names_of(member for member, _ in members)
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
        [(view.thing(member), count) for member, count in members],
        found,
        [_in_language(view, group) for group in _unattested(groups(view, node, SHOWN), known)],
        page,
        pages or found.pages,
    )


def _spoken(view: View, texts: list[LangText]) -> list[LangText]:
    """Those in the reader's language; all, where none is."""
    return [item for item in texts if item.language == view.language] or texts


def _in_language(view: View, group: Group) -> Group:
    """A group with the words in the reader's language, and in none; whole, where none are, and where it has names."""
    spoken = [item for item in group.values if item.text is not None and item.text.language == view.language]
    if not spoken or NamedNode(group.property.iri) in LABEL_PROPERTIES:
        return group
    values = (item for item in group.values if item.text is None or item.text.language in ("", view.language))
    return replace(group, values=tuple(values))


def _members(view: View, node: NamedNode, page: int) -> tuple[list[tuple[NamedNode, int]], int]:
    """The concepts of a scheme on a page, with how many parts speak of them, the most spoken of first; how many pages.

    Of very many concepts, those that nobody speaks of are in the order of the store.
    """
    opened = view.opened
    if not opened.holds(None, SKOS.inScheme, node):
        return [], 0
    number = opened.pointing(node).get(SKOS.inScheme, 0)
    many = number > SORTED
    memory: Memory[tuple[NamedNode, bool], list[tuple[NamedNode, int]]] = opened.memory(SPOKEN_OF)
    found = memory.of((node, many), lambda key: _counted(opened, *key))
    listed = min(number, MOST) if many else len(found)
    size = MEMBERS if listed <= MEMBERS else min(MEMBERS, FEWER_MEMBERS)
    begin, end = (page - 1) * size, min(page * size, listed)
    members = found[begin:end]
    if many and len(members) < end - begin:
        spoken = {member for member, _ in found}
        first, last = max(begin - len(found), 0), end - len(found)
        silent = opened.pointers(SKOS.inScheme, node, first, last)
        if spoken:
            others = (item for item in opened.triples(None, SKOS.inScheme, node) if item.subject not in spoken)
            silent = (item for item in islice(others, first, last))
        members += [(item.subject, 0) for item in silent if isinstance(item.subject, NamedNode)]
    return members, max(1, -(-listed // size))


def _counted(opened: OpenRelease, scheme: NamedNode, many: bool) -> list[tuple[NamedNode, int]]:
    """The concepts of a scheme with how many parts speak of them, the most spoken of first; of ``many`` those alone."""
    rows = opened.select("spoken-of") if many else opened.select("members", scheme=scheme)
    counted = [(row["value" if many else "member"], row["mentions"]) for row in rows]
    found = [
        (member, int(count.value))
        for member, count in counted
        if isinstance(member, NamedNode) and isinstance(count, Literal)
        if not many or opened.holds(member, SKOS.inScheme, scheme)
    ]
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
