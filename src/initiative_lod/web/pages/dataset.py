"""The dataset, its named graphs and its texts, as pages show them: counts, licences, digests, notices and doubts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.iris import document_of
from initiative_lod.labels import natural
from initiative_lod.release.manifest import DUMPS, statement_files
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDFS, SKOS, VOID
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.mappings import Mapping, of_graph
from initiative_lod.web.pages.plain_statements import Group, groups
from initiative_lod.web.pages.view import View

READ = 50_000  # statements of a graph that a page looks through for what they are about
LISTED = 500


@dataclass(frozen=True, slots=True)
class Graph:
    """A named graph: how much is in it, and what it is about."""

    thing: LabelledResource
    count: int | None
    about: LangText | None
    licenses: list[LabelledResource]
    mappings: list[Mapping]
    subjects: list[LabelledResource]
    more: bool
    statements: list[Group]


def graph(view: View, node: NamedNode, name: NamedNode) -> Graph:
    """Read a graph; ``node`` is the document, ``name`` the graph that it shows."""
    ordered, more = view.opened.memory("subjects of graphs").of(name, partial(_subjects, view.opened))
    return Graph(
        view.thing(node),
        view.number(name, VOID.triples),
        _about(view, name),
        view.things(view.nodes(name, DCTERMS.license)),
        of_graph(view, name),
        [view.thing(NamedNode(iri)) for iri in ordered[:LISTED]],
        more or len(ordered) > LISTED,
        groups(view, node, _TOLD),
    )


def _subjects(opened: OpenRelease, name: NamedNode) -> tuple[list[str], bool]:
    """The things that a graph is about, of the statements that are looked through, and whether there are more."""
    subjects: set[str] = set()
    more = False
    for index, quad in enumerate(opened.quads(graph=name)):
        if index >= READ:
            more = True
            break
        if isinstance(quad.subject, NamedNode):
            subjects.add(document_of(quad.subject.value))
    return sorted(subjects, key=natural), more


def text_facts(view: View, node: NamedNode) -> dict[str, list[LangText]]:
    """A text with its digest, its notice and the doubt about that."""
    names = ("text", "sha256", "length", "rightsNotice", "rightsDoubt")
    return {name: view.texts(node, view.term(name)) for name in names}


def dataset(view: View, node: NamedNode) -> dict[str, Any]:
    """Content of the dataset's page."""
    graphs = [
        (
            view.thing(item),
            view.number(item, VOID.triples),
            _about(view, item),
            view.things(view.nodes(item, DCTERMS.license)),
        )
        for item in view.nodes(node, VOID.subset)
    ]
    files = view.opened.release.manifest.files
    classes = [
        (view.thing(triple.object), view.number(triple.subject, VOID.entities) or 0)
        for triple in view.opened.triples(None, VOID["class"])
        if isinstance(triple.object, NamedNode) and isinstance(triple.subject, NamedNode)
    ]
    own = [item for item in classes if view.iris.owns(item[0].iri)]
    return {
        "title": view.label(node),
        "about": view.text(node, DCTERMS.description),
        "licenses": view.nodes(node, DCTERMS.license),
        "graphs": graphs,
        "dumps": [(name, files[name]) for name in DUMPS if name in files],
        "coded": [(public, files[name]) for name, public, _ in statement_files(files)],
        "texts": [(view.thing(item), text_facts(view, item)) for item in view.instances("Text")],
        "classes": sorted(own, key=lambda item: (-item[1], item[0].iri)),
        "values": groups(view, node, _SHOWN),
    }


def _about(view: View, node: NamedNode) -> LangText | None:
    for predicate in (DCTERMS.description, SKOS.definition, RDFS.comment):
        found = view.text(node, predicate)
        if found is not None:
            return found
    return None


_TOLD = (DCTERMS.title, DCTERMS.description, DCTERMS.license, VOID.triples)
_SHOWN = {
    DCTERMS.title,
    DCTERMS.description,
    DCTERMS.license,
    VOID.subset,
    VOID.classPartition,
    VOID.propertyPartition,
    VOID.dataDump,
}
