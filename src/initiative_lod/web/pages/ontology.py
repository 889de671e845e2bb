"""The ontology as documentation: terms by kind, with definitions, domains, ranges and how often the data uses them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from initiative_lod.iris import document_of
from initiative_lod.labels import natural
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import OWL, RDF, RDFS, SKOS
from initiative_lod.web.drawings.ontology_diagram import Branch, DiagramArrow, diagram
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.plain_statements import Group, groups
from initiative_lod.web.pages.saved_questions import needing, read
from initiative_lod.web.pages.shapes import constraining
from initiative_lod.web.pages.view import View

KINDS = (
    ("classes", (OWL.Class, RDFS.Class)),
    ("object_properties", (OWL.ObjectProperty,)),
    ("datatype_properties", (OWL.DatatypeProperty,)),
    ("other_terms", (OWL.AnnotationProperty,)),
)
COUNTED = 100_000  # uses that are counted; of more, this is what is said
_LOOKED_AT = 500  # uses among which the example is chosen
_LONGEST = 120  # characters of an example


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property."""

    thing: LabelledResource
    labels: list[LangText]
    definitions: list[LangText]
    notes: list[LangText]
    parents: list[LabelledResource]
    children: list[LabelledResource]
    domains: list[LabelledResource]
    ranges: list[LabelledResource]
    used: int
    example: tuple[LabelledResource, LabelledResource | None, LangText | None] | None
    questions: list[tuple[str, str]]
    shapes: list[tuple[LabelledResource, list[LabelledResource]]]


@dataclass(frozen=True, slots=True)
class Ontology:
    """The ontology's header, its terms, grouped, the tree of its classes, and its picture."""

    thing: LabelledResource
    header: list[Group]
    kinds: list[tuple[str, list[Term]]]
    tree: tuple[Branch, ...]
    picture: Markup


def ontology(view: View, node: NamedNode) -> Ontology:
    """Read the ontology in the release."""
    own = view.iris.thing("ontology")
    needed = needing(read(view.opened), view.language)
    held = constraining(view)
    found_kinds: list[tuple[str, list[Term]]] = []
    told: set[NamedNode] = set()
    for name, kinds in KINDS:
        found = {
            item for kind in kinds for item in view.subjects(RDF.type, kind) if document_of(item.value) == own.value
        }
        found -= told
        told |= found
        terms = [_term(view, item, name == "classes", needed, held) for item in found]
        if terms:
            found_kinds.append((name, sorted(terms, key=lambda item: item.thing.iri.lower())))
    header = groups(view, own, (RDF.type,))
    known = dict(found_kinds)
    properties = known.get("object_properties", [])
    arrows = [DiagramArrow(item.thing, tuple(item.domains), tuple(item.ranges)) for item in properties]
    picture = diagram(arrows, view.interface.gettext("diagram"), view.language)
    return Ontology(view.thing(node), header, found_kinds, _tree(known.get("classes", [])), picture)


def _tree(classes: list[Term]) -> tuple[Branch, ...]:
    """The own classes under each other; one with two parents stands under both."""
    by_iri = {item.thing.iri: item for item in classes}

    def branch(item: Term, above: frozenset[str]) -> Branch:
        inner = above | {item.thing.iri}
        below = [by_iri[child.iri] for child in item.children if child.iri in by_iri and child.iri not in inner]
        others = tuple(parent for parent in item.parents if parent.external)
        return Branch(item.thing, others, tuple(branch(child, inner) for child in below))

    roots = [item for item in classes if not any(parent.iri in by_iri for parent in item.parents)]
    return tuple(branch(item, frozenset()) for item in roots)


def _term(
    view: View,
    node: NamedNode,
    is_class: bool,
    needed: dict[str, list[tuple[str, str]]],
    held: dict[str, list[tuple[LabelledResource, LabelledResource]]],
) -> Term:
    used, example = view.opened.memory("uses").of((node, is_class), partial(_use, view.opened))
    shapes: dict[LabelledResource, list[LabelledResource]] = {}
    for shape, constraint in held.get(node.value, []):
        shapes.setdefault(shape, []).extend([constraint] if constraint != shape else [])
    parent = RDFS.subClassOf if is_class else RDFS.subPropertyOf
    return Term(
        view.thing(node),
        view.texts(node, RDFS.label),
        [*view.texts(node, SKOS.definition), *view.texts(node, RDFS.comment)],
        view.texts(node, SKOS.scopeNote),
        view.things(view.nodes(node, parent)),
        view.things(view.subjects(parent, node)),
        _members(view, node, RDFS.domain),
        _members(view, node, RDFS.range),
        used,
        _example(view, example, is_class),
        needed.get(view.thing(node).slug, []),
        list(shapes.items()),
    )


def _use(opened: OpenRelease, term: tuple[NamedNode, bool]) -> tuple[int, Triple | None]:
    """Number of things of a class, or of statements with a property, up to COUNTED; and an example: of some of them the
    first in natural order.
    """
    node, is_class = term
    uses = opened.triples(None, RDF.type, node) if is_class else opened.triples(None, node)
    found = list(islice(uses, _LOOKED_AT))
    count = len(found) + sum(1 for _ in islice(uses, COUNTED - len(found)))
    named = [
        triple
        for triple in found
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal)
    ]
    by_subject: dict[str, list[Triple]] = {}
    for triple in named:
        by_subject.setdefault(str(triple.subject), []).append(triple)
    own = [subject for subject in by_subject if opened.iris.owns(subject[1:-1])]
    first = by_subject.get(min(own or by_subject, key=natural, default=""), [])
    return count, min(first, key=lambda triple: natural(str(triple)), default=None)


def _example(
    view: View, first: Triple | None, is_class: bool
) -> tuple[LabelledResource, LabelledResource | None, LangText | None] | None:
    """A thing of the class, or a statement with the property."""
    if first is None:
        return None
    assert isinstance(first.subject, NamedNode)
    if is_class:
        return view.thing(first.subject), None, None
    if isinstance(first.object, Literal):
        words = first.object.value if len(first.object.value) <= _LONGEST else first.object.value[:_LONGEST] + "…"
        return view.thing(first.subject), None, LangText(words, first.object.language or "")
    assert isinstance(first.object, NamedNode)
    return view.thing(first.subject), view.thing(first.object), None


def _members(view: View, node: NamedNode, predicate: NamedNode) -> list[LabelledResource]:
    """The classes that stand there, those of an ``owl:unionOf`` one by one."""
    found: list[LabelledResource] = []
    for item in view.objects(node, predicate):
        if isinstance(item, NamedNode):
            found.append(view.thing(item))
        elif isinstance(item, BlankNode):
            for union in view.objects(item, OWL.unionOf):
                if isinstance(union, NamedNode | BlankNode):
                    found += view.things(item for item in view.listed(union) if not isinstance(item, Literal))
    return found
