"""Entities of a release that can be reconciled with: each thing with a name, its names, classes and properties.

It is made once for a release, in memory, and only read afterwards. What defines or checks data (ontology, shapes) is no
thing to link to, and is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.iris import slug
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import DEFAULT_LANGUAGE, LABEL_LANGUAGES, WORD_LANGUAGES
from initiative_lod.matching.label_forms import fold
from initiative_lod.matching.label_index import Label, LabelIndex
from initiative_lod.release.opened import OpenRelease
from initiative_lod.vocabulary import DOCUMENTS, PROV, RDF, RDFS, SKOS

MAX_LABELS = 600_000  # of one index; labels in Chinese and English come first
MAX_SUBCLASSES = 200  # that stand under one class
MAX_DESCRIPTION = 200  # characters
SAMPLED_THINGS = 2000  # things of a class whose properties are looked at
_NUMBERED = re.compile(r"id/[^/]+/[^/]+/(\d+)")  # paths of parts that are numbered in their document


@dataclass(frozen=True, slots=True)
class CountedTerm:
    """A class or a property: its IRI, its name, and how often it is used."""

    iri: str
    name: str
    count: int


class EntityIndex:
    """Index of a release that holds nothing of it open: its things, numbered in the order of their IRIs, the
    index of their labels, and the classes and properties that are used."""

    def __init__(self, opened: OpenRelease) -> None:
        rows, self.cut_off = _labels(opened)
        self.iris: list[str] = sorted({iri for iri, _, _, _ in rows})
        self.numbers = {iri: number for number, iri in enumerate(self.iris)}
        self.labels = LabelIndex(
            Label(self.numbers[iri], text, kind, language.partition("-")[0]) for iri, text, kind, language in rows
        )
        kinds = [opened.iris.term(name) for name in DOCUMENTS]
        found = (triple.subject for kind in kinds for triple in opened.triples(None, RDF.type, kind))
        self.documents = frozenset(node.value for node in found if isinstance(node, NamedNode))
        self.classes: list[CountedTerm] | None = None
        self.properties: list[CountedTerm] | None = None


class Entities:
    """The things of one release, as one request looks at them."""

    def __init__(self, opened: OpenRelease, made: EntityIndex | None = None) -> None:
        self.opened = opened
        self._made = made or EntityIndex(opened)
        self.iris, self.index, self.cut_off = self._made.iris, self._made.labels, self._made.cut_off

    def number(self, iri: str) -> int | None:
        """The number of the thing with this IRI; None when there is none that has a name."""
        return self._made.numbers.get(iri)

    def name(self, iri: str, language: str = DEFAULT_LANGUAGE) -> str:
        """The name of anything, in ``language`` if it has one there; of what has none, the end of its IRI."""
        node = _node(iri)
        best: tuple[int, int, str] | None = None
        if node is not None:
            for rank, predicate in enumerate(LABEL_PROPERTIES):
                if LABEL_PROPERTIES[predicate] is not LabelKind.PREFERRED:
                    continue
                for triple in self.opened.triples(node, predicate):
                    if isinstance(triple.object, Literal) and triple.object.value.strip():
                        item = (_rank(triple.object.language, language), rank, triple.object.value)
                        best = item if best is None or item < best else best
        return best[2] if best else slug(iri)

    def document_of(self, iri: str) -> str | None:
        """The IRI of the document in which a part lies, as its own says; None for what is no part of one."""
        stem = iri.partition("#")[0].rpartition("/")[0]
        while stem.count("/") > 2:
            if stem in self._made.documents:
                return stem
            stem = stem.rpartition("/")[0]
        return None

    def description(self, iri: str, language: str) -> str:
        """Description that tells namesakes apart: of a part its document among several, and a sentence."""
        document = self.document_of(iri) if len(self._made.documents) > 1 else None
        told = [self.name(document, language)] if document is not None else []
        return " · ".join([*told, *filter(None, [self._definition(iri, language)])])

    def _definition(self, iri: str, language: str) -> str:
        """A definition or note, cut; empty when there is none."""
        node = _node(iri)
        if node is None:
            return ""
        term = self.opened.iris.term
        for predicate in (SKOS.definition, SKOS.scopeNote, RDFS.comment, term("translation"), term("text")):
            texts = [
                triple.object for triple in self.opened.triples(node, predicate) if isinstance(triple.object, Literal)
            ]
            if texts:
                text = min(texts, key=lambda literal: (_rank(literal.language, language), literal.value)).value
                return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1].rstrip() + "…"
        return ""

    def classes_of(self, iri: str) -> list[str]:
        """The classes that a thing is said to be of, ours first."""
        node = _node(iri)
        triples = self.opened.triples(node, RDF.type) if node else ()
        classes = {triple.object.value for triple in triples if isinstance(triple.object, NamedNode)}
        return sorted(classes, key=lambda item: (self.opened.iris.path(item) is None, item))

    def same(self, one: int, other: int) -> bool:
        """Tell whether two things are in one identity cluster: two names of one thing do not compete.

        Clusters are of all links together, and of the judgements that win over them.
        """
        identity = self.opened.iris.graph("identity")
        first, second = (
            {quad.subject for quad in self.opened.quads(None, PROV.hadMember, NamedNode(self.iris[number]), identity)}
            for number in (one, other)
        )
        return not first.isdisjoint(second)

    def of_classes(self, classes: list[str], every: bool = False) -> set[int]:
        """The things of any of the classes (or of every one), those of their subclasses included."""
        sets = []
        for name in classes:
            members: set[int] = set()
            for under in self._under(name):
                for triple in self.opened.triples(None, RDF.type, under):
                    subject = triple.subject
                    if isinstance(subject, NamedNode) and (number := self.number(subject.value)) is not None:
                        members.add(number)
            sets.append(members)
        if not sets:
            return set()
        return set.intersection(*sets) if every else set.union(*sets)

    def _under(self, name: str) -> list[NamedNode]:
        node = _node(name)
        classes = [node] if node else []
        for item in classes:
            for triple in self.opened.triples(None, RDFS.subClassOf, item):
                if (
                    isinstance(triple.subject, NamedNode)
                    and triple.subject not in classes
                    and len(classes) < MAX_SUBCLASSES
                ):
                    classes.append(triple.subject)
        return classes

    @property
    def classes(self) -> list[CountedTerm]:
        """The classes that are used, ours first, then the most used."""
        if self._made.classes is None:
            self._made.classes = self._terms("classes", "class", "things")
        return self._made.classes

    @property
    def properties(self) -> list[CountedTerm]:
        """The properties that are used, ours first, then the most used."""
        if self._made.properties is None:
            self._made.properties = self._terms("predicates", "property", "uses")
        return self._made.properties

    def properties_of(self, name: str, limit: int) -> list[CountedTerm]:
        """The properties that things of a class have, the most common first."""
        counts = Counter[str]()
        for number in sorted(self.of_classes([name]))[:SAMPLED_THINGS]:
            triples = self.opened.triples(NamedNode(self.iris[number]))
            counts.update({triple.predicate.value for triple in triples})
        common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [CountedTerm(iri, self.name(iri), count) for iri, count in common[:limit]]

    def _terms(self, query: str, name: str, count: str) -> list[CountedTerm]:
        rows = self.opened.select(query)
        terms = [CountedTerm(row[name].value, self.name(row[name].value), int(row[count].value)) for row in rows]
        return sorted(terms, key=lambda item: (self.opened.iris.path(item.iri) is None, -item.count, item.iri))


def _labels(opened: OpenRelease) -> tuple[list[tuple[str, str, LabelKind, str]], bool]:
    """Every label of a thing as (IRI, text, kind, language), and whether there were too many to keep."""
    first: list[tuple[str, str, LabelKind, str]] = []
    later: list[tuple[str, str, LabelKind, str]] = []
    room = MAX_LABELS
    for item in _read(opened):
        language = item[3].partition("-")[0]
        if not language or language in WORD_LANGUAGES:
            first.append(item)
        elif len(later) < MAX_LABELS:
            later.append(item)
        if len(first) >= room:
            return first, True
    return first + later[: room - len(first)], len(first) + len(later) > room


def _read(opened: OpenRelease) -> Iterator[tuple[str, str, LabelKind, str]]:
    left_out = {opened.iris.graph(name) for name in ("ontology", "shapes")}
    graphs = [graph for graph in opened.graphs if graph not in left_out]
    official = opened.iris.term("officialName")
    for predicate, kind in {**LABEL_PROPERTIES, official: LabelKind.ALTERNATIVE}.items():
        for quad in (quad for graph in graphs for quad in opened.quads(predicate=predicate, graph=graph)):
            if not isinstance(quad.subject, NamedNode):
                continue
            if (opened.iris.path(quad.subject.value) or "").startswith(("graph/", "release/")):
                continue
            if isinstance(quad.object, Literal):
                yield quad.subject.value, quad.object.value, kind, (quad.object.language or "").lower()
    yield from _numbers(opened)


def _numbers(opened: OpenRelease) -> Iterator[tuple[str, str, LabelKind, str]]:
    """Parts that are numbered in their document are also called by kind and number: "Action 8"."""
    for pattern in opened.triples(None, opened.iris.term("labelPattern")):
        if not isinstance(pattern.subject, NamedNode) or not isinstance(pattern.object, Literal):
            continue
        for triple in opened.triples(None, RDF.type, pattern.subject):
            path = opened.iris.path(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
            if isinstance(triple.subject, NamedNode) and path and (found := _NUMBERED.fullmatch(path)):
                name = pattern.object.value.replace("{}", found[1])
                yield triple.subject.value, name, LabelKind.ALTERNATIVE, pattern.object.language or ""


def _rank(tag: str | None, preferred: str) -> int:
    """Rank of a language tag for a reader of the language ``preferred``."""
    language = (tag or "").lower().partition("-")[0]
    order = [preferred, "", *(item for item in reversed(LABEL_LANGUAGES) if item != preferred)]
    return order.index(language) if language in order else len(order)


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def matching(terms: list[CountedTerm], prefix: str) -> list[CountedTerm]:
    """The classes or properties whose name or IRI begins so, the shortest first, then those in which it stands."""
    folded = fold(prefix)
    if not prefix.strip():
        return terms
    starts = [item for item in terms if fold(item.name).startswith(folded) or item.iri == prefix] if folded else []
    within = [
        item for item in terms if item not in starts and folded and (folded in fold(item.name) or prefix in item.iri)
    ]
    return sorted(starts, key=lambda item: len(item.name)) + within


def is_value(term: object) -> bool:
    """Tell whether a term can be shown as a value: blank nodes have no name that would mean anything outside."""
    return not isinstance(term, BlankNode)
