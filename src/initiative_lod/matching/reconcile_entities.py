"""Entities of a release that can be reconciled with: each thing with a name, its names, classes and properties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from heapq import merge
from itertools import islice

from pyoxigraph import Literal, NamedNode

from initiative_lod.languages import DEFAULT_LANGUAGE
from initiative_lod.matching.entity_index import AnyOf, CountedTerm, EntityIndex
from initiative_lod.matching.entity_names import language_rank, name_of, node_of
from initiative_lod.matching.label_forms import fold
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import PROV, RDF, RDFS, SKOS

MAX_SUBCLASSES = 200  # that stand under one class
MAX_DESCRIPTION = 200  # characters
SAMPLED_THINGS = 200  # things of a class whose properties are looked at


class Entities:
    """The things of one release, as one request looks at them."""

    def __init__(self, opened: OpenRelease, index: EntityIndex | None = None) -> None:
        self.opened = opened
        self.index = index or EntityIndex(opened)
        self.labels = self.index.labels

    def iri(self, number: int) -> str:
        """The IRI of the thing with this number."""
        return self.index.iri(number)

    def number(self, iri: str) -> int | None:
        """The number of the thing with this IRI; None when there is none that has a name."""
        return self.index.number(iri)

    def name(self, iri: str, language: str = DEFAULT_LANGUAGE) -> str:
        """The name of anything, in ``language`` if it has one there; of what has none, the end of its IRI."""
        return name_of(self.opened, iri, language)

    def document_of(self, iri: str) -> str | None:
        """The IRI of the document in which a part lies, as its own says; None for what is no part of one."""
        stem = iri.partition("#")[0].rpartition("/")[0]
        while stem.count("/") > 2:
            if self.index.is_document(stem):
                return stem
            stem = stem.rpartition("/")[0]
        return None

    def description(self, iri: str, language: str) -> str:
        """Description that tells namesakes apart: of a part its document among several, and a sentence."""
        document = self.document_of(iri) if self.index.several_documents else None
        told = [self.name(document, language)] if document is not None else []
        return " · ".join([*told, *filter(None, [self._definition(iri, language)])])

    def _definition(self, iri: str, language: str) -> str:
        """A definition or note, cut; empty when there is none."""
        node = node_of(iri)
        if node is None:
            return ""
        term = self.opened.iris.term
        for predicate in (SKOS.definition, SKOS.scopeNote, RDFS.comment, term("translation"), term("text")):
            texts = [
                triple.object for triple in self.opened.triples(node, predicate) if isinstance(triple.object, Literal)
            ]
            if texts:
                text = min(texts, key=lambda literal: (language_rank(literal.language, language), literal.value)).value
                return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1].rstrip() + "…"
        return ""

    def classes_of(self, iri: str) -> list[str]:
        """The classes that a thing is said to be of, ours first."""
        node = node_of(iri)
        triples = self.opened.triples(node, RDF.type) if node else ()
        classes = {triple.object.value for triple in triples if isinstance(triple.object, NamedNode)}
        return sorted(classes, key=lambda item: (self.opened.iris.path(item) is None, item))

    def same(self, one: int, other: int) -> bool:
        """Tell whether two things are in one identity cluster: two names of one thing do not compete.

        Clusters are of all links together, and of the judgements that win over them.
        """
        identity = self.opened.iris.graph("identity")
        first, second = (
            {quad.subject for quad in self.opened.quads(None, PROV.hadMember, NamedNode(self.iri(number)), identity)}
            for number in (one, other)
        )
        return not first.isdisjoint(second)

    def of_classes(self, classes: list[str], every: bool = False) -> Container[int]:
        """The things of any of the classes (or of every one), those of their subclasses included."""
        sets = [AnyOf([self.index.members(under.value) for under in self._under(name)]) for name in classes]
        return sets[0] if len(sets) == 1 else AnyOf(sets, every)

    def _under(self, name: str) -> list[NamedNode]:
        node = node_of(name)
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
        return self.index.classes

    @property
    def properties(self) -> list[CountedTerm]:
        """The properties that are used, ours first, then the most used."""
        return self.index.properties

    def properties_of(self, name: str, limit: int) -> list[CountedTerm]:
        """The properties that things of a class have, the most common first.

        OpenRefine 3.6 sends a class as it is, and what follows its ``#`` does not arrive: all that begin so are meant.
        """
        classes = [name, *(item.iri for item in self.classes if item.iri.startswith(f"{name}#"))]
        under = dict.fromkeys(item.value for one in classes for item in self._under(one))
        counts = Counter[str]()
        things = merge(*(islice(self.index.members(item), SAMPLED_THINGS) for item in under))
        for number in islice(dict.fromkeys(things), SAMPLED_THINGS):
            triples = self.opened.triples(NamedNode(self.iri(number)))
            counts.update({triple.predicate.value for triple in triples})
        common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [CountedTerm(iri, self.name(iri), count) for iri, count in common[:limit]]


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
