"""Labels and classes that a release's own graphs give to things, read once a release.

What other people's graphs say is not read here: they may hold millions of labels, and are looked up one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.labels import LABELS, natural
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.search.builder import UNNAMED
from initiative_lod.vocabulary import DCTERMS, DOCUMENTS, ELI, RDF, SCHEMA, SSSOM, TERMS
from initiative_lod.web.labelled_resource import LangText, Node

_OBJECT, _OBJECT_LABEL = NamedNode(f"{SSSOM.iri}object_id"), NamedNode(f"{SSSOM.iri}object_label")


@dataclass(frozen=True, slots=True)
class Names:
    """By node and property its labels; by node the names of its own classes; by a mapping's target what it is called;
    the languages of the original texts; the documents; and the modalities that take what those with cues leave.

    Labels stand in natural order where there are several in one language, classes in that of their names.
    """

    labels: Mapping[Node, Mapping[NamedNode, list[LangText]]]
    classes: Mapping[Node, list[str]]
    mapped: Mapping[Node, LangText]
    originals: Sequence[str]
    documents: Sequence[NamedNode]
    residual: frozenset[Node]


def names(opened: OpenRelease) -> Names:
    """Read the names in a release: some scans of each graph of its own."""
    labels: dict[Node, dict[NamedNode, list[LangText]]] = {}
    classes: dict[Node, list[str]] = {}
    kinds = sorted(name for name in TERMS - UNNAMED if name[0].isupper())
    objects: dict[Node, Node] = {}
    called: dict[Node, LangText] = {}
    for graph in (graph for graph in opened.graphs if graph != opened.inferred and not is_merged(opened.iris, graph)):
        for predicate in LABELS:
            for quad in opened.quads(None, predicate, None, graph):
                if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode | BlankNode):
                    text = LangText(quad.object.value, quad.object.language or "")
                    found = labels.setdefault(quad.subject, {}).setdefault(predicate, [])
                    if text not in found:
                        found.append(text)
        for kind in kinds:
            for quad in opened.quads(None, RDF.type, opened.iris.term(kind), graph):
                if isinstance(quad.subject, NamedNode | BlankNode) and kind not in classes.setdefault(quad.subject, []):
                    classes[quad.subject].append(kind)
        for quad in opened.quads(None, _OBJECT, None, graph):
            if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode | BlankNode):
                objects[quad.subject] = quad.object
        for quad in opened.quads(None, _OBJECT_LABEL, None, graph):
            if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode | BlankNode):
                called[quad.subject] = LangText(quad.object.value, quad.object.language or "")
    cued = {quad.subject for quad in opened.quads(None, opened.iris.term("cue"), None)}
    residual = {node for node, found in classes.items() if "Modality" in found} - cued if cued else set()
    for by_property in labels.values():
        for found in by_property.values():
            if len({item.language for item in found}) < len(found):
                found.sort(key=lambda item: natural(item.value))
    mapped = {objects[item]: called[item] for item in sorted(objects, key=str, reverse=True) if item in called}
    return Names(labels, classes, mapped, originals(opened), documents(opened), frozenset(residual))


def originals(opened: OpenRelease) -> tuple[str, ...]:
    """The languages of the texts that are no translation, in the order of their tags."""
    translated = {quad.subject for quad in opened.quads(None, RDF.type, opened.iris.term("UnofficialTranslation"))}
    texts = {quad.subject for quad in opened.quads(None, ELI.realizes, None)} - translated
    spoken = (
        *opened.quads(None, SCHEMA.inLanguage),
        *opened.quads(None, DCTERMS.language),
    )  # the latter in older releases
    tags = (quad.object for quad in spoken if quad.subject in texts)
    return tuple(sorted({tag.value for tag in tags if isinstance(tag, Literal)}))


def documents(opened: OpenRelease) -> tuple[NamedNode, ...]:
    """The documents of a release, initiatives first; those that other people published and that are merged as well."""
    found: dict[NamedNode, None] = {}
    for kind in reversed(DOCUMENTS):
        nodes = {triple.subject for triple in opened.triples(None, RDF.type, opened.iris.term(kind))}
        named = (node for node in nodes if isinstance(node, NamedNode))
        found.update(dict.fromkeys(sorted(named, key=lambda node: natural(node.value))))
    return tuple(found)
