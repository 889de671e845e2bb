"""The things of a graph that can be aligned: those with a name, with all that a comparison looks at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Store

from initiative_lod.iris import Iris, slug
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import DEFAULT_LANGUAGE, LABEL_LANGUAGES, primary
from initiative_lod.vocabulary import CONCEPTS, DCTERMS, OWL, RDF, RDFS, REFERENTS, SKOS

#: Kinds of concepts of ours that others may know as well. (Modalities and aims are verbs, which have namesakes among
#: nouns: "advocate" is no lawyer. They are matched by hand; roles of citations and kinds of context are our own.)
SHARED_CONCEPTS = tuple(name for name in CONCEPTS if name not in ("Modality", "Aim", "CitationRole", "ContextKind"))
MAX_NEIGHBOURS = 100
NEIGHBOURS = (SKOS.broader, SKOS.narrower, SKOS.related, RDFS.subClassOf, DCTERMS.isPartOf)

#: What no thing of ours is: a property, or what holds things together.
UNALIGNABLE = frozenset(
    (
        SKOS.ConceptScheme,
        SKOS.Collection,
        SKOS.OrderedCollection,
        RDF.Property,
        OWL.Ontology,
        OWL.ObjectProperty,
        OWL.DatatypeProperty,
        OWL.AnnotationProperty,
    )
)
#: Kinds of named things, by the words in the names of classes.
KINDS = (
    ("Person", re.compile(r"\bpersons?\b|\bhumans?\b", re.I)),
    ("Place", re.compile(r"countr(y|ies)\b|geo.?area|place|region|territor|\bstate\b|geopolitical|location$", re.I)),
    (
        "Institution",
        re.compile(
            r"organi[sz]ations?\b|institutions?\b|agency|authority\b|corporate|committee|government.?entity", re.I
        ),
    ),
    ("Event", re.compile(r"\bevents?\b|conference|meeting", re.I)),
    ("Document", re.compile(r"document|law$|legal.?resource|regulation|publication|treaty|recital|article|act$", re.I)),
)


@dataclass(frozen=True, slots=True)
class Name:
    """One label of a thing; ``language`` is the primary subtag in lower case, or empty."""

    text: str
    language: str
    kind: LabelKind


@dataclass(frozen=True)
class Alignable:
    """A thing and what is known of it that a comparison looks at. ``kinds`` are of KINDS; ``concept``: of SKOS."""

    iri: str
    names: tuple[Name, ...]
    classes: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    concept: bool = False
    neighbours: tuple[str, ...] = field(default=(), compare=False)

    def name(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Its name, in ``language`` if it has one there."""
        order = (language, "", *reversed(LABEL_LANGUAGES))
        ranks = {tag: place for place, tag in reversed(list(enumerate(order)))}
        names = sorted(self.names, key=lambda item: (item.kind, ranks.get(item.language, len(order)), item.text))
        best = [item for item in names if item.language in (language, "")] or names
        return best[0].text if best else slug(self.iri)


def our_things(store: Store, iris: Iris) -> list[Alignable]:
    """Things of a release that can be aligned, in the order of IRIs."""
    classes: dict[str, str] = {}
    for name in (*SHARED_CONCEPTS, *REFERENTS):
        for quad in store.quads_for_pattern(None, RDF.type, iris.term(name), None):
            if isinstance(quad.subject, NamedNode) and iris.path(quad.subject.value) is not None:
                classes[quad.subject.value] = name
    return [
        _thing(
            store,
            iri,
            frozenset({"Document" if name == "CitedDocument" else name}.difference(CONCEPTS)),
            name in CONCEPTS,
        )
        for iri, name in sorted(classes.items())
    ]


def their_things(store: Store, iris: Iris) -> Iterator[Alignable]:
    """Things of another graph that can be aligned, in the order of IRIs: all that has a name and is not ours."""
    named: set[str] = set()
    for predicate in LABEL_PROPERTIES:
        for quad in store.quads_for_pattern(None, predicate, None, None):
            if isinstance(quad.subject, NamedNode) and iris.path(quad.subject.value) is None:
                named.add(quad.subject.value)
    for iri in sorted(named):
        classes = {quad.object for quad in store.quads_for_pattern(NamedNode(iri), RDF.type, None, None)}
        if not classes & UNALIGNABLE or SKOS.Concept in classes:
            kinds = kinds_of(item.value for item in classes if isinstance(item, NamedNode))
            yield _thing(store, iri, kinds, SKOS.Concept in classes)


def kinds_of(classes: Iterable[str]) -> frozenset[str]:
    """The kinds of named things that the names of the classes speak of."""
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])|[-_]", " ", re.split(r"[/#]", iri.rstrip("/#"))[-1]) for iri in classes]
    return frozenset(kind for kind, pattern in KINDS for name in names if pattern.search(name))


def _thing(store: Store, iri: str, kinds: frozenset[str], concept: bool) -> Alignable:
    node = NamedNode(iri)
    names: dict[Name, None] = {}
    for predicate, kind in LABEL_PROPERTIES.items():
        for quad in store.quads_for_pattern(node, predicate, None, None):
            if isinstance(quad.object, Literal) and quad.object.value.strip():
                language = primary(quad.object.language or "")
                names.setdefault(Name(quad.object.value, language, kind))
    classes = [
        quad.object.value
        for quad in store.quads_for_pattern(node, RDF.type, None, None)
        if isinstance(quad.object, NamedNode)
    ]
    near: set[str] = set()
    for predicate in NEIGHBOURS:
        others = [quad.object for quad in store.quads_for_pattern(node, predicate, None, None)]
        others += [quad.subject for quad in store.quads_for_pattern(None, predicate, node, None)]
        near |= {other.value for other in others if isinstance(other, NamedNode) and other != node}
    return Alignable(
        iri,
        tuple(names),
        tuple(sorted(classes)),
        kinds,
        concept,
        tuple(sorted(near)[:MAX_NEIGHBOURS]),
    )
