"""Representations of a resource: which there are, their entity tags, and the bytes of a description in each.

Every representation of a resource holds the same graph; N-Quads and TriG say besides in which named graph each
statement stands. JSON-LD's framed form alone is a tree of a part of it. HTML is one more representation, made by
whoever has templates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from initiative_lod.documents import content_codings
from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.documents.json_tree import tree
from initiative_lod.documents.links import Link
from initiative_lod.documents.negotiation import JSON_LD_PROFILE, Offer
from initiative_lod.documents.resource import Description, document_iri
from initiative_lod.formats import DOCUMENT_TYPES, JSON, JSON_LD, N_QUADS, N_TRIPLES, TEXT, GraphFormat
from initiative_lod.formats.subject_statements import by_subject
from initiative_lod.iris import Iris, document_of
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDF

ALTERNATES = "http://www.w3.org/ns/dx/connegp/altr"

#: Forms of JSON-LD, by token: those that hold the whole graph, and all.
WHOLE_FORMS = {name: JSON_LD_PROFILE + name for name in ("compacted", "expanded", "flattened")}
FRAMED = f"{JSON_LD_PROFILE}framed"
FORMS = {**WHOLE_FORMS, "framed": FRAMED}

#: What a document can be sent as, in order of our preference. An alias is for clients that know no better name.
OFFERS: tuple[Offer, ...] = (
    *(Offer(media) for media in DOCUMENT_TYPES),
    *(Offer(JSON_LD, profile) for profile in FORMS.values()),
    Offer(JSON_LD, alias=JSON.name),
    Offer(N_TRIPLES, alias=TEXT.name),
)
TEXT_OFFERS = (*OFFERS[:-1], Offer(TEXT))


#: Tokens of the profiles that can be negotiated; the first is what is sent unless asked otherwise.
PROFILES = ("ilod", "alt")


def profiles(iris: Iris) -> dict[str, str]:
    """The profiles that can be negotiated, token to IRI."""
    return dict(zip(PROFILES, (iris.thing("ontology").value, ALTERNATES), strict=True))


@dataclass(frozen=True, slots=True)
class Variant:
    """Key of one of a document's representations: all that its bytes depend on besides release and software.

    ``path``, ``argument`` and ``page`` are the document's address. Of a page ``language`` is its language, which with
    ``named`` stands in the address and in its links, and ``prefix`` is what its links begin with.
    """

    path: str
    offer: Offer
    profile: str = "ilod"
    language: str = ""
    page: int = 1
    prefix: str = ""
    argument: str = ""
    named: bool = False

    def etag(self, identity: str, software: str) -> str:
        """A strong entity tag (RFC 9110 §8.8.3), made without looking at any data."""
        offer = (self.offer.media.name, self.offer.profile, self.offer.alias)
        place = (self.path, self.argument, self.page, self.prefix)
        return entity_tag(identity, software, *place, *offer, self.profile, self.language, self.named)


def entity_tag(*parts: object) -> str:
    """A strong entity tag (RFC 9110 §8.8.3) made of all that a representation's bytes depend on."""
    return f'"{hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]}"'


def render(description: Description, offer: Offer, iris: Iris, context: dict[str, Any]) -> bytes:
    """The description in an RDF format. Raises UnwritableError for a graph that the format cannot write."""
    media = offer.media
    if offer.profile == FRAMED:
        return tree(description, iris, context)
    if media is JSON_LD:
        form = offer.profile.removeprefix(JSON_LD_PROFILE) or "compacted"
        if description.shared:
            return JSON_LD.document_of(description.subjects, context, form)
        return JSON_LD.document(description.triples, context, form)
    if not isinstance(media, GraphFormat):
        raise ValueError(f"{media.name} is no RDF format")
    if media is N_QUADS:
        return description.n_quads
    return media.write_subjects(
        description.subjects, prefixes(iris, description.namespaces) if media.prefixed else None
    )


def document_paths(opened: OpenRelease) -> list[str]:
    """The paths of all documents about things under our base, those nearest to the base first."""
    found = {opened.iris.path(document_iri(opened.iris, NamedNode(iri)).value) or "" for iri in documented(opened)}
    return sorted(found - {""}, key=lambda path: (path.count("/"), path))


def documented(opened: OpenRelease) -> set[str]:
    """The IRIs under our base, without fragment, that something is said about, but for the graphs of others."""
    found = set()
    for graph in opened.graphs:
        if not is_merged(opened.iris, graph):
            subjects = (row["subject"] for row in opened.select("subjects", graph=graph))
            found |= {document_of(term.value) for term in subjects if isinstance(term, NamedNode)}
    return {iri for iri in found if opened.iris.path(iri) is not None}


def prefixes(iris: Iris, namespaces: Collection[str]) -> dict[str, str]:
    """The prefixes that there is a use for: the usual ones, and one for each family of things."""
    known = {
        **iris.prefixes,
        **{
            name: iris.iri(f"id/{name}/")
            for name in ("group", "institution", "modality", "role", "topic", "event", "document")
        },
        "graph": f"{iris.base}graph/",
    }
    return {name: iri for name, iri in known.items() if iri in namespaces}


def alternates(iris: Iris, resource: NamedNode, document: NamedNode) -> Description:
    """The ``alt`` profile: which representations there are, in W3C's Alternate Representations model."""
    graph = DefaultGraph()
    conforms = NamedNode(profiles(iris)["ilod"])
    quads: list[Quad] = []
    for offer in OFFERS:
        if offer.profile or offer.alias:
            continue
        node = NamedNode(f"{document.value}.{offer.media.suffix}")
        has = "hasDefaultRepresentation" if offer.media is OFFERS[0].media else "hasRepresentation"
        quads += [
            Quad(resource, NamedNode(f"{ALTERNATES}#{has}"), node, graph),
            Quad(node, RDF.type, NamedNode(f"{ALTERNATES}#Representation"), graph),
            Quad(node, DCTERMS.format, Literal(offer.media.name), graph),
            Quad(node, DCTERMS.conformsTo, conforms, graph),
        ]
    return Description(resource, document, by_subject(quads))


@dataclass(frozen=True, slots=True)
class Rendered:
    """A representation's bytes, in a content ``coding`` (RFC 9110 §8.4.1; empty: as they are), and what only its making
    tells: how many ``pages`` its document has, links to others, and whether it was ``cut`` short for lack of time.
    """

    content: bytes
    links: tuple[Link, ...] = ()
    pages: int = 1
    coding: str = ""
    cut: bool = False

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.content) + 512 + 256 * len(self.links)

    def coded(self, coding: str) -> Rendered:
        """The same in another coding, of the same bytes whenever and wherever it is made."""
        if coding == self.coding:
            return self
        content = content_codings.decode(self.content, self.coding)
        return replace(self, content=content_codings.encode(content, coding), coding=coding)


def stored(opened: OpenRelease, tag: str) -> Rendered | None:
    """The representation with that entity tag as it lies in the release; None where it does not."""
    found = opened.rendered.find(tag)
    return None if found is None else Rendered(found.frame, pages=found.pages, coding=content_codings.ZSTD)
