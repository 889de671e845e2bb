"""Class of schema.org that is true of a thing: of its page's links and of its schema.org block alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from pyoxigraph import NamedNode

from initiative_lod.documents.graph_origin import own_first
from initiative_lod.documents.resource import graph_of
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import RDF, SKOS

VOCABULARY = "https://schema.org/"
MOST_KINDS = 1000  # classes of one thing
#: By the local name of our own class.
TYPES = {
    "Initiative": "CreativeWork",
    "Text": "CreativeWork",
    "Preamble": "CreativeWork",
    "Paragraph": "CreativeWork",
    "Pillar": "CreativeWork",
    "Action": "CreativeWork",
    "Clause": "CreativeWork",
    "Conclusion": "CreativeWork",
    "Condition": "CreativeWork",
    "TextSpan": "CreativeWork",
    "CitedDocument": "CreativeWork",
    "Institution": "Organization",
    "Event": "Event",
    "Person": "Person",
    "Place": "Place",
    "Topic": "DefinedTerm",
    "StakeholderGroup": "DefinedTerm",
    "Modality": "DefinedTerm",
    "CitationRole": "DefinedTerm",
    "Principle": "DefinedTerm",
    "Community": "DefinedTerm",
}


def kinds_of(opened: OpenRelease, resource: NamedNode) -> tuple[NamedNode, ...]:
    """The classes that the release says the resource is of: of very many those that our own graphs say come first."""
    kinds = [triple.object for triple in islice(opened.triples(resource, RDF.type), MOST_KINDS)]
    if len(kinds) == MOST_KINDS:
        kinds = list(dict.fromkeys(quad.object for quad in own_first(opened, MOST_KINDS, resource, RDF.type)))
    return tuple(kind for kind in kinds if isinstance(kind, NamedNode))


def type_of(iris: Iris, resource: NamedNode, kinds: Sequence[NamedNode]) -> str:
    """The schema.org class that is true of a resource of these kinds: its local name, else ``Thing``."""
    path = iris.path(resource.value) or ""
    if path == "dataset" or (path.startswith("graph/") and graph_of(iris, resource) is not None):
        return "Dataset"
    if path in ("ontology", "shapes") or path.startswith(("ontology/", "release/")):
        return "Dataset" if path.startswith("release/") else "CreativeWork"
    for kind in kinds:
        name = iris.path(kind.value)
        if name and name.removeprefix("ontology#") in TYPES:
            return TYPES[name.removeprefix("ontology#")]
    if SKOS.ConceptScheme in kinds:
        return "DefinedTermSet"
    return "DefinedTerm" if SKOS.Concept in kinds else "Thing"
