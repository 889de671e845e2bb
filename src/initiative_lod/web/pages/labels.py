"""How things are called: the labels and classes that a release's own graphs give, read once a release.

What other people's graphs say is not read here: they may hold millions of labels, and are looked up one by one.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.documents.resource import is_merged
from initiative_lod.labels import LABELS, natural
from initiative_lod.release.opened import OpenRelease
from initiative_lod.search.builder import UNNAMED
from initiative_lod.vocabulary import RDF, SSSOM, TERMS

_OBJECT, _OBJECT_LABEL = NamedNode(f"{SSSOM.iri}object_id"), NamedNode(f"{SSSOM.iri}object_label")
Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Said:
    """Words and the language that they are in (empty when unknown)."""

    value: str
    language: str = ""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Names:
    """By node and property its labels; by node the names of its own classes; by a mapping's target what it is called.

    Labels stand in natural order where there are several in one language, classes in that of their names.
    """

    labels: Mapping[Node, Mapping[NamedNode, list[Said]]]
    classes: Mapping[Node, list[str]]
    mapped: Mapping[Node, Said]


def names(opened: OpenRelease) -> Names:
    """Read the names in a release: some scans of each graph of its own."""
    labels: dict[Node, dict[NamedNode, list[Said]]] = {}
    classes: dict[Node, list[str]] = {}
    kinds = sorted(name for name in TERMS - UNNAMED if name[0].isupper())
    objects: dict[Node, Node] = {}
    called: dict[Node, Said] = {}
    for graph in (graph for graph in opened.graphs if not is_merged(opened.iris, graph)):
        for predicate in LABELS:
            for quad in opened.quads(None, predicate, None, graph):
                if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode | BlankNode):
                    said = Said(quad.object.value, quad.object.language or "")
                    found = labels.setdefault(quad.subject, {}).setdefault(predicate, [])
                    if said not in found:
                        found.append(said)
        for kind in kinds:
            for quad in opened.quads(None, RDF.type, opened.iris.term(kind), graph):
                if isinstance(quad.subject, NamedNode | BlankNode) and kind not in classes.setdefault(quad.subject, []):
                    classes[quad.subject].append(kind)
        for quad in opened.quads(None, _OBJECT, None, graph):
            if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode | BlankNode):
                objects[quad.subject] = quad.object
        for quad in opened.quads(None, _OBJECT_LABEL, None, graph):
            if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode | BlankNode):
                called[quad.subject] = Said(quad.object.value, quad.object.language or "")
    for by_property in labels.values():
        for found in by_property.values():
            if len({item.language for item in found}) < len(found):
                found.sort(key=lambda item: natural(item.value))
    mapped = {objects[item]: called[item] for item in sorted(objects, key=str, reverse=True) if item in called}
    return Names(labels, classes, mapped)


class NamesOf:
    """The names in the release that is current, read when they are first wanted. One release's are kept.

    The release itself is not: it closes when its last request is over.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[weakref.ref[OpenRelease], Names] | None = None

    def get(self, opened: OpenRelease) -> Names:
        """The names in ``opened``; whoever comes while they are being read waits."""
        kept = self._kept
        if kept is not None and kept[0]() is opened:
            return kept[1]
        with self._lock:
            if self._kept is None or self._kept[0]() is not opened:
                self._kept = weakref.ref(opened), names(opened)
            return self._kept[1]
