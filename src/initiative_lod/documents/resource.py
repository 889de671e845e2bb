"""Description of a resource: which quads it has, by one rule for every kind of thing and every format.

A description of ``R`` holds what has as its subject

- ``R`` itself, its fragments ``R#…``, the statements' attestations (``…#addressee-enterprises``) about ``R``, and
  the identity cluster that ``R`` is in;
- ``R``'s parts, all the way down by ``dcterms:hasPart``, and its conditions and sentences, with their fragments; of
  an Initiative only the parts one level down, and below these the type, number and labels of the actions: not the
  whole text;
- the spans of all these, and the spans' selectors;

and, when ``R`` is no part of a document (an institution, a topic, a modality, …), what points to it: each statement,
the attestation of it with its span, and the citing part's type, number, labels, text, translation and modality. These
incoming statements are paged, by SHORT_PAGE where there are more than PAGE; of very many, MOST_INCOMING are listed,
those of our own graphs first, and the description says so. What others' graphs say of ``R`` is paged likewise where it
is more than PAGE; beside it there is room for MOST_BESIDE statements and MOST_TEXT characters of theirs. What our own
graphs say is on every page. Of the ontology, the shapes and a named graph of ours the description is the graph itself
(of the identity clusters, the first MOST_OUTGOING statements); of a merged one it is its provenance. Every IRI that
stands as an object brings its
labels; ``<doc> foaf:primaryTopic R`` says whose document it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import TypeVar

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from initiative_lod.documents import incoming
from initiative_lod.documents.graph_origin import MOST_TEXT, Node, by_origin, is_made_of_others, is_merged, up_to
from initiative_lod.formats import N_QUADS
from initiative_lod.formats.graph_format import Triples
from initiative_lod.formats.subject_statements import SubjectStatements, all_quads, all_triples, by_subject
from initiative_lod.iris import Iris, document_of
from initiative_lod.labels import LABELS, natural
from initiative_lod.locale.messages import Languages
from initiative_lod.release.open_release import TEXT_AHEAD, Memory, OpenRelease, first, length
from initiative_lod.vocabulary import DCTERMS, FOAF, OA, OWL, PARTS, PROV, RDF, RDFS, SSSOM, VOID

MOST_OUTGOING = 10_000  # statements of others about a thing that are listed
MOST_BESIDE = 20_000  # statements of a page, behind which graphs of others add nothing to it
LISTED_TEXT = 64 << 20  # characters of what others say of a thing that are listed
BRIEF_STATEMENTS = 200  # of a thing that is described in brief, that are looked through
DEEPEST = 8  # levels of parts that are followed
MOST_WHOLE = 20_000  # subjects whose statements are remembered, where documents are made one after the other

T = TypeVar("T")
#: Kinds of what belongs to a document: what points to them is not their description.
_IN_DOCUMENTS = ("Initiative", "Text", "Part", *PARTS, "Condition", "Sentence", "TextSpan")


@dataclass(frozen=True)
class Description:
    """The statements about ``resource`` by subject, in reading order; ``page`` of ``pages`` (from 1).

    ``shared``: other descriptions are made of the same objects, so that it is worth while to remember what follows from
    the statements about each subject.
    """

    resource: NamedNode
    document: NamedNode
    subjects: tuple[SubjectStatements, ...]
    page: int = 1
    pages: int = 1
    shared: bool = False

    @classmethod
    def read(cls, iris: Iris, resource: NamedNode, n_quads: bytes, page: int = 1, pages: int = 1) -> Description:
        """The description that was written as these N-Quads."""
        quads = N_QUADS.read(n_quads, iris.base, lenient=True)  # they were checked
        return cls(resource, document_iri(iris, resource), by_subject(quads), page, pages)

    @property
    def quads(self) -> tuple[Quad, ...]:
        """Its quads."""
        return tuple(all_quads(self.subjects))

    @cached_property
    def triples(self) -> Triples:
        """The same without their graphs."""
        return Triples(all_triples(self.subjects))

    @cached_property
    def n_quads(self) -> bytes:
        """The same as N-Quads, of which its names are made."""
        return N_QUADS.write_subjects(self.subjects)

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Beginnings of its IRIs, those of datatypes among them: up to the last ``#`` or ``/``."""
        return frozenset[str]().union(*[item.namespaces for item in self.subjects])


def resource_of(iris: Iris, path: str) -> NamedNode | None:
    """The IRI at ``path`` under the base; None when no IRI of ours can look so."""
    if len(path) > 512 or not re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*", path):
        return None
    return iris.thing(path)


def document_iri(iris: Iris, resource: NamedNode) -> NamedNode:
    """The canonical IRI of the document that describes ``resource``: itself, where it is a document."""
    path = iris.path(document_of(resource.value))
    if path is not None and path.startswith("id/"):
        return iris.thing(f"doc/{path[3:]}")
    return NamedNode(document_of(resource.value))


def exists(opened: OpenRelease, resource: NamedNode) -> bool:
    """Tell whether the release says anything about ``resource``; of an IRI of others, whether it names it."""
    if opened.holds(resource):
        return True
    if opened.iris.path(resource.value) is None:
        return opened.holds(object=resource)
    if opened.holds(predicate=OWL.versionIRI, object=resource):
        return True
    graph = graph_of(opened.iris, resource)
    return graph == resource and opened.holds(graph=graph)


def graph_of(iris: Iris, resource: NamedNode) -> NamedNode | None:
    """The named graph whose content is the description of ``resource``; None when it is no such document."""
    path = iris.path(resource.value) or ""
    if path == "ontology" or path.startswith("ontology/"):
        return iris.graph("ontology")
    if path == "shapes":
        return iris.graph("shapes")
    return resource if path.startswith("graph/") and "#" not in path else None


def outgoing(opened: OpenRelease, resource: NamedNode, page: int) -> tuple[Sequence[Quad], int]:
    """Statements about a resource on a page of its description, and how many pages they take."""
    found = _Found(opened, resource, page)
    return found.outgoing(), found.pages


def describe(opened: OpenRelease, resource: NamedNode, page: int = 1) -> Description | None:
    """The description of ``resource``; None when the release says nothing about it, or it has no such page."""
    last = opened.memory("description", most=1)  # a document's formats are made one after another
    found: Description | None = last.of((resource, page), lambda key: _describe(opened, *key))
    return found


def _describe(opened: OpenRelease, resource: NamedNode, page: int) -> Description | None:
    if not exists(opened, resource):
        return None
    iris = opened.iris
    pages, cut = 1, False
    found = _Found(opened, resource, page)
    graph = graph_of(iris, resource)
    if graph is not None:
        found.add(found.some(resource))
        if is_made_of_others(iris, graph):
            found.add(found.first(opened.quads(graph=graph), MOST_OUTGOING))
        elif not is_merged(iris, graph):
            found.add(opened.quads(graph=graph))
            found.most += len(found.quads)
    else:
        found.part(resource)
        if not found.is_part(resource):
            pointing, pages, cut = incoming.page_of(opened, resource, page)
            for quad in pointing:
                found.incoming(quad)
    pages = max(pages, found.pages)
    if not 1 <= page <= pages:
        return None
    found.spans()
    found.labels()
    document = document_iri(iris, resource)
    if document != resource:
        found.quads.update(_about_document(iris, document, resource))
    if cut:
        found.quads.update(_note(document, "documents.cut", most=f"{incoming.MOST_INCOMING:,}"))
    if found.is_cut:
        found.quads.update(_note(document, "documents.others_cut"))
    return Description(resource, document, found.in_order(), page, pages, opened.remembers)


class _Found:
    """Description of a page while it is put together; ``pages`` are those of what is said of the resource."""

    def __init__(self, opened: OpenRelease, resource: NamedNode, page: int) -> None:
        self.opened = opened
        self.iris = opened.iris
        self.resource = resource
        self.page, self.pages = page, 1
        #: Subjects of which all is said that is said of them; of a release with graphs of others, as much as there was
        #: room for, which stands among the other quads as well.
        self.subjects: dict[Node, SubjectStatements] = {}
        #: Labels of other things by IRI, where a release has no graphs of others.
        self.labelled: dict[str, SubjectStatements] = {}
        self.quads: set[Quad] = set()
        self._whole: Memory[Node, SubjectStatements] = opened.memory("whole subjects", MOST_WHOLE)
        self._sorted: Memory[frozenset[Quad], SubjectStatements] = opened.memory("statements", MOST_WHOLE)
        self._labels: Memory[Node, SubjectStatements] = opened.memory("labels of objects", MOST_WHOLE)
        self.most, self.text = MOST_BESIDE, MOST_TEXT  # statements and characters that there is room for
        self.is_cut = False  # something that others say is left out

    def add(self, quads: Iterable[Quad]) -> None:
        for quad in quads:
            self.quads.add(quad)
            if isinstance(quad.subject, NamedNode | BlankNode):
                self.subjects.setdefault(quad.subject, _NOTHING)

    def own(self, subject: Node) -> bool:
        """Everything about a subject that is not there yet."""
        if subject in self.subjects:
            return False
        if self.opened.is_merged:
            said = self.outgoing() if subject == self.resource else self.some(subject)
            self.subjects[subject] = SubjectStatements(tuple(said))
            self.quads.update(said)
        else:
            self.subjects[subject] = self._whole.of(subject, self._read)
        return True

    def _read(self, subject: Node) -> SubjectStatements:
        return self._ordered(frozenset(self.opened.quads(subject)))

    def _ordered(self, quads: frozenset[Quad]) -> SubjectStatements:
        return self._sorted.of(quads, _in_order)

    def objects(self, subject: Node, predicate: NamedNode) -> Sequence[object]:
        """The objects of a property of a subject whose statements are there."""
        if self.opened.is_merged:
            return [quad.object for quad in self.some(subject, predicate)]
        return self.subjects[subject].objects.get(predicate, ())

    def some(
        self, subject: Node | None = None, predicate: NamedNode | None = None, object: NamedNode | None = None
    ) -> Sequence[Quad]:
        """Quads of a pattern: all that our own graphs state, and of what others do as much as there is room for."""
        if not self.opened.is_merged:
            return list(self.opened.quads(subject, predicate, object))
        most = incoming.PAGE if len(self.quads) < self.most else 0
        found, text = up_to(self.opened.quads(subject, predicate, object), most, self.text)
        if text is not None:
            self.text = text
            return found
        ours, theirs = by_origin(self.opened, subject, predicate, object)
        return [*ours, *self.first(theirs, max(0, most - len(ours)))]

    def first(self, quads: Iterable[Quad], most: int) -> Sequence[Quad]:
        """Those quads of others that there is room for, and no more than ``most``."""
        if not self.opened.is_merged:
            return list(quads)
        found, text = up_to(quads, most, self.text)
        if text is None:
            self.is_cut = True
            text = self.text - sum(map(length, found))
        self.text = text
        return found

    def outgoing(self) -> Sequence[Quad]:
        """Statements about the resource: all of our own, and of very many of others those on the page."""
        if not self.opened.is_merged:
            return list(self.opened.quads(self.resource))
        found, text = up_to(self.opened.quads(self.resource), incoming.PAGE, self.text)
        if text is not None:
            self.text = text
            return found
        chosen, theirs = by_origin(self.opened, self.resource)
        on_page, room, left = 0, MOST_TEXT, LISTED_TEXT
        for number, quad in enumerate(theirs):
            size = length(quad)
            left -= size
            if number == MOST_OUTGOING or left < 0:
                self.is_cut = True
                break
            if on_page == min(incoming.PAGE, incoming.SHORT_PAGE) or (on_page and room < size):
                self.pages, on_page, room = self.pages + 1, 0, MOST_TEXT
            on_page, room = on_page + 1, room - size
            if self.pages == self.page:
                chosen.append(quad)
        return chosen

    def is_part(self, node: NamedNode) -> bool:
        """Tell whether the node belongs to a document: a part, the document itself, or a text."""
        term = self.iris.term
        if self.opened.holds(node, term("number")):
            return True
        types = {quad.object for quad in self.some(node, RDF.type)}
        return bool(types & {term(name) for name in _IN_DOCUMENTS})

    def part(self, part: NamedNode, depth: int = 0) -> None:
        """A part with its fragments, and the parts below it."""
        if not self.own(part):
            return
        term = self.iris.term
        self.fragments(part)
        below = [
            node
            for predicate in (DCTERMS.hasPart, term("condition"), term("sentence"))
            for node in dict.fromkeys(self.objects(part, predicate))
            if isinstance(node, NamedNode)
        ]
        if depth or not self.opened.holds(part, RDF.type, term("Initiative")):
            for child in below if depth < DEEPEST else []:
                self.part(child, depth + 1)
            return
        for child in below:
            self.own(child)
            for node in dict.fromkeys(self.objects(child, DCTERMS.hasPart)):
                if isinstance(node, NamedNode):
                    self.brief(node, ("number",), only=term("Action"))

    def fragments(self, node: NamedNode) -> None:
        """Statements to which ``node`` leads under its own IRI, and what points to it from there."""
        for predicate in (self.iris.term("onSubject"), OA.hasSource, RDFS.isDefinedBy):
            for quad in self.some(None, predicate, node):
                self.own(quad.subject)  # type: ignore[arg-type]
        for quad in self.opened.quads(None, PROV.hadMember, node, self.iris.graph("identity")):
            self.own(quad.subject)  # type: ignore[arg-type]
        waiting: list[Node] = [node]
        while waiting:
            for item in chain.from_iterable(self.subjects[waiting.pop()].objects.values()):
                here = isinstance(item, NamedNode) and item.value.startswith(f"{node.value}#")
                if (here or isinstance(item, BlankNode)) and self.own(item):  # type: ignore[arg-type]
                    waiting.append(item)  # type: ignore[arg-type]

    def brief(self, node: Node, names: tuple[str, ...], only: NamedNode | None = None) -> None:
        """Type, labels and the own properties ``names`` of a node."""
        wanted = (RDF.type, *LABELS, DCTERMS.isPartOf, *(self.iris.term(name) for name in names))
        for predicate in wanted:
            self.opened.note(node, predicate)
        quads = first(self.opened.read_ahead(node), BRIEF_STATEMENTS)
        if len(quads) == BRIEF_STATEMENTS or sum(map(length, quads)) > TEXT_AHEAD:
            # Rather a look-up for each than all of a thing that very much is said of.
            quads = [quad for predicate in wanted for quad in self.some(node, predicate)]
        if only is None or any(quad.predicate == RDF.type and quad.object == only for quad in quads):
            self.quads.update(self.first((quad for quad in quads if quad.predicate in wanted), len(quads)))

    def incoming(self, quad: Quad) -> None:
        """One statement that points to the resource, with what a reader needs to know about its subject."""
        self.quads.add(quad)
        subject = quad.subject
        term = self.iris.term
        if not isinstance(subject, NamedNode | BlankNode) or subject in self.subjects:
            return
        fragment = isinstance(subject, NamedNode) and subject.value.startswith(f"{self.resource.value}#")
        if fragment or quad.predicate in (term("onValue"), term("onSubject"), _MAPPED):
            self.own(subject)
        else:
            self.brief(subject, ("number", "text", "translation", "modality"))

    def _in_order(self, nodes: set[T]) -> Iterable[T]:
        """Nodes in an order, where it makes a difference which of them come first."""
        return sorted(nodes, key=str) if self.opened.is_merged else nodes

    def spans(self) -> None:
        """The spans of every subject so far, with their selectors."""
        term = self.iris.term
        for wanted in ({term("span"), term("headingSpan"), term("leadSpan")}, {OA.hasSelector}):
            found = {quad.object for quad in self.quads if quad.predicate in wanted}
            for item in self.subjects.values():
                for predicate in item.objects.keys() & wanted:
                    found.update(item.objects[predicate])
            for node in self._in_order(found):
                if isinstance(node, NamedNode | BlankNode):
                    self.own(node)

    def labels(self) -> None:
        """The labels of every IRI that stands as an object."""
        objects = {quad.object for quad in self.quads if isinstance(quad.object, NamedNode)}
        objects.update(*[item.iris for item in self.subjects.values()])
        for node in self._in_order(objects - self.subjects.keys()):
            if self.opened.is_merged:
                self.quads.update(self._read_labels(node))
            elif (labels := self._labels.of(node, self._ordered_labels)).quads:
                self.labelled[node.value] = labels

    def _ordered_labels(self, node: Node) -> SubjectStatements:
        return self._ordered(frozenset(self._read_labels(node)))

    def _read_labels(self, node: Node) -> Iterator[Quad]:
        return (quad for predicate in self.opened.label_properties(node) for quad in self.some(node, predicate))

    def in_order(self) -> tuple[SubjectStatements, ...]:
        """Reading order: the resource, its fragments, what lies below it, the rest; naturally (2 before 10) in each."""
        subjects: dict[str, set[Quad]] = {}  # by the bare IRI: a thing comes before its fragments
        for quad in self.quads:
            subject = getattr(quad.subject, "value", None) or str(quad.subject)
            subjects.setdefault(subject, set()).add(quad)
        found: dict[str, SubjectStatements] = {}
        if not self.opened.is_merged:
            found = {subject.value: item for subject, item in self.subjects.items() if item.quads} | self.labelled
        for subject, quads in subjects.items():
            whole = found.get(subject, _NOTHING)
            if whole is _NOTHING or not quads.issubset(whole.quads):
                found[subject] = self._ordered(frozenset(quads.union(whole.quads)))
        start = self.resource.value

        def place(subject: str) -> tuple[object, ...]:
            rank = 0 if subject == start else 1 if subject.startswith(f"{start}#") else 3
            rank = 2 if rank == 3 and subject.startswith(f"{start}/") else rank
            return rank, natural(subject)

        return tuple(found[subject] for subject in sorted(found, key=place))


_MAPPED = NamedNode(f"{SSSOM.iri}subject_id")
_NOTHING = SubjectStatements()


def _about_document(iris: Iris, document: NamedNode, resource: NamedNode) -> list[Quad]:
    graph = DefaultGraph()
    return [
        Quad(document, RDF.type, FOAF.Document, graph),
        Quad(document, FOAF.primaryTopic, resource, graph),
        Quad(document, VOID.inDataset, iris.thing("dataset"), graph),
    ]


@cache
def catalogues() -> Languages:
    """Our own catalogues of messages, for what a description says of itself: read once, which takes 8 ms."""
    return Languages()


def _note(document: NamedNode, message: str, **values: str) -> Iterator[Quad]:
    for tag, text in catalogues().each(message, **values).items():
        yield Quad(document, RDFS.comment, Literal(text, language=tag), DefaultGraph())


def _in_order(quads: frozenset[Quad]) -> SubjectStatements:
    """The statements about a subject: its kinds, its labels, and what else is said of it, naturally within each.

    A key is made for each of several values of a property, and not for each statement.
    """
    properties: dict[NamedNode, list[Quad]] = {}
    for quad in quads:
        properties.setdefault(quad.predicate, []).append(quad)
    found: list[Quad] = []
    for predicate in sorted(properties, key=_property_key):
        values = properties[predicate]
        found += values if len(values) == 1 else sorted(values, key=_value_key)
    return SubjectStatements(tuple(found))


@lru_cache(maxsize=1024)
def _property_key(predicate: NamedNode) -> tuple[int, str]:
    return (0 if predicate == RDF.type else 1 if predicate in LABELS else 2), predicate.value


def _value_key(quad: Quad) -> tuple[object, ...]:
    return natural(str(quad.object)), str(quad.graph_name)
