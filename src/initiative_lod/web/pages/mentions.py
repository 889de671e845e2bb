"""Mentions of a thing, a page at a time: where documents speak of it, with the words, and what else points to it.

The statements are counted by property first, and only those of one page are read, so that a thing of which thousands of
clauses speak has as quick a page as any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from pyoxigraph import BlankNode, NamedNode

from initiative_lod.vocabulary import DCTERMS, INTERPRETING, OA, PROV, RDF, RDFS, SKOS, SSSOM, VOID
from initiative_lod.web.labelled_resource import LabelledResource, LangText, Node
from initiative_lod.web.pages.clauses import Evidence, attestation, modalities, span
from initiative_lod.web.pages.marked_text import Mark, Piece, around, split
from initiative_lod.web.pages.plain_statements import Group, Value
from initiative_lod.web.pages.view import View

PAGE = 50  # statements in one page
MOST = 5_000  # statements that are listed; of more, how many there are
SORTED = 2_000  # statements of one property that are put in natural order: of more, no reader reads all
LONG = 140  # characters of a sentence that are shown whole
DEEPEST = 4  # levels above a part on which its evidence may stand
_DIGITS = re.compile(r"\d+")
_MADE = {SSSOM.iri + name for name in ("subject_id", "object_id")}
#: How the graph is arranged, or what is shown elsewhere on the page, and not what somebody says of the thing.
_UNTOLD = {
    RDF.type,
    RDFS.isDefinedBy,
    DCTERMS.hasPart,
    DCTERMS.isPartOf,
    OA.hasSource,
    PROV.hadMember,
    SKOS.inScheme,
    SKOS.topConceptOf,
    SKOS.hasTopConcept,
    VOID["class"],
    VOID.property,
    VOID.exampleResource,
    *map(NamedNode, _MADE),
}


_IN_STATEMENTS = ("concept", "context", "statedIn", "inCoding", "codes")  # which have sections of their own


@dataclass(frozen=True, slots=True)
class Mention:
    """One statement about the thing, with its words in ``language``; ``source`` is where words from elsewhere stand."""

    part: LabelledResource
    evidence: tuple[Evidence, ...]
    language: str
    pieces: tuple[Piece, ...]
    source: tuple[Piece, ...]
    translation: LangText | None
    modalities: tuple[LabelledResource, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Mentions of one property, by the action or paragraph that they stand in. ``first`` counts from 1 of ``total``."""

    property: LabelledResource
    total: int
    first: int
    places: tuple[tuple[LabelledResource, tuple[Mention, ...]], ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One page of what points to a thing. ``index`` has every property with its total and its first page."""

    sections: tuple[Section, ...]
    others: tuple[Group, ...]
    relations: tuple[tuple[LabelledResource, LabelledResource, Evidence], ...]
    index: tuple[tuple[LabelledResource, int, int], ...]
    total: int
    listed: int
    pages: int


def incoming(view: View, node: NamedNode, page: int = 1) -> Incoming:
    """Statements that point to ``node``. A page that there is not is empty."""
    totals: dict[NamedNode, int] = view.opened.memory("mentions").of(node, partial(_totals, view))
    total = sum(totals.values())
    listed = min(total, MOST)
    begin, end = (page - 1) * PAGE, min(page * PAGE, listed)
    interpreting = {view.term(name) for name in INTERPRETING}
    sections: list[Section] = []
    others: list[Group] = []
    relations: list[tuple[LabelledResource, LabelledResource, Evidence]] = []
    index = []
    place = 0  # of the property's first statement among all
    for property, number in totals.items():
        if place < listed:
            index.append((view.thing(property), number, place // PAGE + 1))
        first, last = max(begin - place, 0), min(end - place, number)
        place += number
        if first >= last:
            continue
        subjects = _subjects(view, property, node, number, first, last)
        if property in interpreting:
            places = _places(view, property, node, subjects)
            sections.append(Section(view.thing(property), number, first + 1, places))
            continue
        facts = _facts(view, property, node, subjects) if view.iris.owns(property.value) else {}
        relations += [(item.predicate, view.thing(subject), item) for subject, item in facts.items()]
        rest = [subject for subject in subjects if subject not in facts]
        if rest:
            others.append(_group(view, property, node, rest, number - len(facts)))
    pages = max(1, -(-listed // PAGE))
    return Incoming(tuple(sections), tuple(others), tuple(relations), tuple(index), total, listed, pages)


def _totals(view: View, node: NamedNode) -> dict[NamedNode, int]:
    """Number of statements of each property, in the order in which they are shown."""
    untold = {*_UNTOLD, *map(view.term, ("onValue", "onSubject", "canonicalMember", *_IN_STATEMENTS))}
    interpreting = {view.term(name) for name in INTERPRETING}
    pointing: Mapping[NamedNode, int] = view.opened.pointing(node)
    if not pointing:  # it is no hub: these are not very many
        pointing = Counter(triple.predicate for triple in view.opened.triples(None, None, node))
    found = {property: count for property, count in pointing.items() if property not in untold}
    order = sorted(found, key=lambda item: (item not in interpreting, -found[item], item.value))
    return {property: found[property] for property in order}


def _subjects(view: View, property: NamedNode, node: NamedNode, total: int, first: int, last: int) -> list[Node]:
    """The subjects from ``first`` to ``last`` (exclusive): in natural order if there are not too many."""
    whole = total <= SORTED
    triples = view.opened.triples(None, property, node) if whole else view.opened.pointers(property, node, first, last)
    found = [triple.subject for triple in triples if isinstance(triple.subject, NamedNode | BlankNode)]
    if not whole:
        return found
    found.sort(key=lambda item: _DIGITS.sub(lambda match: match[0].zfill(12), item.value))
    return found[first:last]


def _facts(view: View, property: NamedNode, node: NamedNode, subjects: Iterable[Node]) -> dict[Node, Evidence]:
    """Of these subjects those that say it on the word of a source outside of any text."""
    found = {}
    for subject in subjects:
        fact = next((item for item in _evidence(view, subject, property, node) if item.is_from_outside), None)
        if fact is not None:
            found[subject] = fact
    return found


def _evidence(view: View, subject: Node, property: NamedNode, node: NamedNode) -> list[Evidence]:
    """The attestations of one statement."""
    found = []
    for item in view.subjects(view.term("onSubject"), subject):
        if view.holds(item, view.term("onProperty"), property) and view.holds(item, view.term("onValue"), node):
            read = attestation(view, item)
            if read is not None:
                found.append(read)
    return found


def _group(view: View, property: NamedNode, node: NamedNode, subjects: list[Node], total: int) -> Group:
    thing = view.thing(property)
    view.only_names_of(subjects)
    graphs: dict[NamedNode, None] = {}
    for subject in subjects:
        for quad in view.opened.quads(subject, property, node):
            if isinstance(quad.graph_name, NamedNode):
                graphs[quad.graph_name] = None
    values = tuple(Value(thing, view.thing(subject), None, None) for subject in subjects)
    return Group(thing, values, tuple(view.things(graphs)), total - len(values))


def _places(
    view: View, property: NamedNode, node: NamedNode, subjects: Iterable[Node]
) -> tuple[tuple[LabelledResource, tuple[Mention, ...]], ...]:
    """The mentions by the action, paragraph or other part that a reader looks for them in."""
    found: dict[Node, list[Mention]] = {}
    for subject in subjects:
        above = view.node(subject, DCTERMS.isPartOf) if "Clause" in view.kinds(subject) else None
        found.setdefault(above or subject, []).append(_mention(view, subject, property, node))
    return tuple((view.thing(place), tuple(items)) for place, items in found.items())


def _mention(view: View, part: Node, property: NamedNode, node: NamedNode) -> Mention:
    read = _evidence(view, part, property, node)
    start, end, words = span(view, part, "headingSpan")
    headed = start >= 0
    if not headed:
        start, end, words = span(view, part)
    inside = [item for item in read if start <= item.start and item.end <= end]
    outside = [item for item in read if item.start >= 0 and item not in inside]
    said = view.labels(part) if headed else view.texts(part, view.term("text"))
    parallel = [item for item in said if item.language != words.language]
    return Mention(
        view.thing(part),
        tuple(read),
        words.language,
        _pieces(words.value, start, inside),
        _source(view, part, outside) if outside else (),
        view.text(part, view.term("translation")) or next(iter(parallel), None),
        tuple(item for item in modalities(view, part) if item.iri != node.value),
    )


def _source(view: View, part: Node, items: list[Evidence]) -> tuple[Piece, ...]:
    """The words in the sentence that they are taken from: that of a part above which holds them."""
    above = view.node(part, DCTERMS.isPartOf)
    for _ in range(DEEPEST):
        if above is None:
            break
        start, end, words = span(view, above)
        held = [item for item in items if start <= item.start and item.end <= end]
        if held:
            return tuple(around(split(words.value, start, _marks(held))))
        above = view.node(above, DCTERMS.isPartOf)
    return ()


def _pieces(words: str, start: int, items: Iterable[Evidence]) -> tuple[Piece, ...]:
    pieces = split(words, start, _marks(items)) if words else []
    return tuple(around(pieces) if len(words) > LONG else pieces)


def _marks(items: Iterable[Evidence]) -> list[Mark]:
    return [Mark(item.start, item.end, item.iri) for item in items]
