"""Reads a release for one page: labels in the reader's language, links that stay on this server, values of properties.

Everything is an index look-up in the store; labels are looked up once a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod.iris import document_of
from initiative_lod.resource import natural
from initiative_lod.store import OpenRelease
from initiative_lod.vocabulary import DCTERMS, FOAF, PREFIXES, RDF, RDFS, SKOS
from initiative_lod.web.words import PROPERTIES

Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Said:
    """Words and the language that they are in (empty when unknown)."""

    value: str
    language: str = ""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Thing:
    """A linked thing: where its page is and how it is called."""

    iri: str
    href: str
    label: Said
    kind: str = ""
    external: bool = False

    @property
    def slug(self) -> str:
        """The last segment of the IRI."""
        return self.iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]


class View:
    """A release as one page in ``language`` sees it. ``prefix`` and ``query`` go into every link of the page."""

    def __init__(self, opened: OpenRelease, language: str, prefix: str = "", query: str = "") -> None:
        self.opened = opened
        self.store = opened.store
        self.iris = opened.iris
        self.term = opened.iris.term
        self.language = language
        self.prefix = prefix
        self.query = query
        self._things: dict[Node, Thing] = {}

    # Values

    def objects(self, subject: Node, predicate: NamedNode) -> list[Node | Literal]:
        """The distinct objects, in natural order."""
        found = {
            quad.object: None
            for quad in self.opened.quads(subject, predicate)
            if isinstance(quad.object, NamedNode | BlankNode | Literal)
        }
        return sorted(found, key=lambda item: natural(str(item)))

    def nodes(self, subject: Node, predicate: NamedNode) -> list[NamedNode]:
        """The objects that are IRIs."""
        return [item for item in self.objects(subject, predicate) if isinstance(item, NamedNode)]

    def node(self, subject: Node, predicate: NamedNode) -> NamedNode | None:
        """The first object that is an IRI."""
        return next(iter(self.nodes(subject, predicate)), None)

    def subjects(self, predicate: NamedNode, object: Node | Literal) -> list[NamedNode]:
        """The distinct subjects that are IRIs, in natural order."""
        found = {quad.subject for quad in self.store.quads_for_pattern(None, predicate, object, None)}
        return sorted((item for item in found if isinstance(item, NamedNode)), key=lambda item: natural(item.value))

    def all_said(self, subject: Node, predicate: NamedNode) -> list[Said]:
        """Every literal, the reader's language first, then the original's, then the others."""
        found = [
            Said(item.value, item.language or "")
            for item in self.objects(subject, predicate)
            if isinstance(item, Literal)
        ]
        return sorted(found, key=lambda item: (item.language != self.language, item.language != "zh", item.language))

    def said(self, subject: Node, predicate: NamedNode, language: str | None = None) -> Said | None:
        """The literal in ``language``; without one, in the reader's language or the nearest that there is."""
        found = self.all_said(subject, predicate)
        if language is not None:
            found = [item for item in found if item.language == language]
        return next(iter(found), None)

    def said_of(self, iri: str, name: str) -> Said | None:
        """The own property ``name`` of an IRI."""
        return self.said(NamedNode(iri), self.term(name))

    def number(self, subject: Node, predicate: NamedNode) -> int | None:
        """The first object as an integer."""
        said = self.said(subject, predicate)
        return int(said.value) if said is not None and said.value.lstrip("-").isdecimal() else None

    def kinds(self, node: Node) -> list[str]:
        """The local names of the node's own classes."""
        return [path for item in self.nodes(node, RDF.type) if (path := self._own_class(item))]

    def instances(self, name: str) -> list[NamedNode]:
        """The things of the own class ``name``."""
        return self.subjects(RDF.type, self.term(name))

    def _own_class(self, node: NamedNode) -> str:
        path = self.iris.path(node.value) or ""
        return path.removeprefix("ontology#") if path.startswith("ontology#") else ""

    # Things

    def thing(self, node: Node) -> Thing:
        """The thing with its label; an IRI without one is shown as a prefixed name."""
        found = self._things.get(node)
        if found is None:
            label = self.label(node) or Said(self.short(node))
            kinds = self.kinds(node) if isinstance(node, NamedNode) and self.iris.path(node.value) else []
            external = isinstance(node, NamedNode) and self.iris.path(node.value) is None
            found = Thing(node.value, self.href(node), label, kinds[0] if kinds else "", external)
            self._things[node] = found
        return found

    def things(self, nodes: Iterable[Node]) -> list[Thing]:
        """The things of ``nodes``."""
        return [self.thing(node) for node in nodes]

    def label(self, node: Node, language: str | None = None) -> Said | None:
        """The label in ``language``, or in the reader's, or the nearest."""
        for predicate in (SKOS.prefLabel, RDFS.label, DCTERMS.title, FOAF.name):
            found = self.said(node, predicate, language)
            if found is not None:
                return found
        known = PROPERTIES.get(self.short(node)) if language is None and isinstance(node, NamedNode) else None
        return Said(known[0 if self.language == "zh" else 1], self.language) if known else None

    def both(self, node: Node) -> tuple[Said | None, Said | None]:
        """The labels in the reader's language and in the other one of zh and en."""
        other = "en" if self.language == "zh" else "zh"
        return self.label(node, self.language), self.label(node, other)

    def short(self, node: Node) -> str:
        """An IRI as people write it."""
        if isinstance(node, BlankNode):
            return f"_:{node.value[:8]}"
        for name, iri in {**self.iris.prefixes, **PREFIXES}.items():
            if node.value.startswith(iri) and node.value != iri:
                return f"{name}:{node.value[len(iri) :]}"
        path = self.iris.path(node.value)
        return path if path else node.value

    def href(self, node: Node) -> str:
        """Where this server has the page about it; of an IRI of others that the release describes, ``/resource``."""
        if isinstance(node, BlankNode):
            return ""
        path = self.iris.path(node.value)
        if path is None:
            return node.value
        place, hash_, fragment = path.partition("#")
        place = f"doc/{place[3:]}" if place.startswith("id/") else place
        return f"{self.link('/' + place)}{hash_}{fragment}"

    def link(self, path: str, **arguments: str) -> str:
        """An address on this server, under the prefix, keeping the language that the reader chose."""
        items = [f"{name}={quote(value, safe=':/')}" for name, value in arguments.items()]
        if self.query and "lang" not in arguments:
            items.append(self.query)
        return f"{self.prefix}{path}" + ("?" + "&".join(items) if items else "")

    def about(self, node: Node) -> Iterator[Quad]:
        """Every quad about the node, in natural order."""
        yield from sorted(self.opened.about(node), key=lambda quad: (quad.predicate.value, natural(str(quad.object))))

    def home(self, node: NamedNode) -> NamedNode:
        """The node whose page shows it: itself, or what stands before its fragment."""
        return NamedNode(document_of(node.value))
