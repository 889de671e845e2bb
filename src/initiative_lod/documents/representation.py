"""Turns a description into bytes, one function for each media type, and keeps what has been rendered.

Every representation of a resource holds the same graph; N-Quads and TriG say besides in which named graph each
statement stands. HTML is one more representation, made by whoever has templates.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from initiative_lod.documents.negotiation import JSON_LD_PROFILE, Offer
from initiative_lod.documents.resource import Description, describe, is_merged
from initiative_lod.formats import DOCUMENT_TYPES, HTML, JSON, JSON_LD, N_TRIPLES, TEXT, TURTLE, GraphFormat
from initiative_lod.formats.graph_format import triples
from initiative_lod.iris import Iris, document_of
from initiative_lod.release import Release
from initiative_lod.release.opened import OpenRelease
from initiative_lod.vocabulary import DCTERMS, RDF

#: Forms of JSON-LD, by token.
FORMS = {name: JSON_LD_PROFILE + name for name in ("compacted", "expanded", "flattened")}
ALTERNATES = "http://www.w3.org/ns/dx/connegp/altr"

#: What a document can be sent as, in order of our preference. An alias is for clients that know no better name.
OFFERS: tuple[Offer, ...] = (
    *(Offer(media) for media in DOCUMENT_TYPES),
    *(Offer(JSON_LD, profile) for profile in FORMS.values()),
    Offer(JSON_LD, alias=JSON.name),
    Offer(N_TRIPLES, alias=TEXT.name),
)
RDF_OFFERS = tuple(offer for offer in OFFERS if offer.media is not HTML)


def profiles(iris: Iris) -> dict[str, str]:
    """The profiles that can be negotiated, token to IRI; the first is what is sent unless asked otherwise."""
    return {"ilod": iris.thing("ontology").value, "alt": ALTERNATES}


@dataclass(frozen=True, slots=True)
class Variant:
    """Which of a document's representations: all that its bytes depend on besides release and software."""

    path: str
    offer: Offer
    profile: str = "ilod"
    language: str = ""
    page: int = 1
    prefix: str = ""
    argument: str = ""

    def etag(self, release: Release, software: str) -> str:
        """A strong entity tag (RFC 9110 §8.8.3), made without looking at any data."""
        seed = repr((release.version, release.digest, software, self))
        return f'"{hashlib.sha256(seed.encode()).hexdigest()[:32]}"'


def render(description: Description, offer: Offer, iris: Iris, context: dict[str, Any]) -> bytes:
    """The description in an RDF format. Raises ValueError for one that is none."""
    media = offer.media
    if media is JSON_LD:
        return _json_ld(description.quads, offer.profile, iris, context)
    if not isinstance(media, GraphFormat):
        raise ValueError(f"{media.name} is no RDF format")
    return media.write(description.quads, prefixes(iris, description.quads) if media.prefixed else None)


def turtles(opened: OpenRelease) -> Iterator[tuple[str, int, bytes]]:
    """(IRI, pages, Turtle of the first page) of every thing of ours that the release has a document about, in order."""
    iris = opened.iris
    offer = next(offer for offer in OFFERS if offer.media is TURTLE)
    for iri in sorted(_documented(opened)):
        found = describe(opened, NamedNode(iri))
        if found is not None:
            yield iri, found.pages, render(found, offer, iris, {})


def _documented(opened: OpenRelease) -> set[str]:
    """The IRIs under our base, without fragment, that something is said about, but for the graphs of others."""
    found = set()
    for graph in opened.graphs:
        if not is_merged(opened.iris, graph):
            subjects = {quad.subject for quad in opened.quads(graph=graph)}
            found |= {document_of(term.value) for term in subjects if isinstance(term, NamedNode)}
    return {iri for iri in found if opened.iris.path(iri) is not None}


def prefixes(iris: Iris, quads: Iterable[Quad]) -> dict[str, str]:
    """The prefixes that these quads have a use for: the usual ones, and one for each family of things."""
    known = {
        **iris.prefixes,
        **{
            name: f"{iris.base}id/{name}/"
            for name in ("group", "institution", "modality", "role", "topic", "event", "document")
        },
        "graph": f"{iris.base}graph/",
    }
    used: set[str] = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                used.add(term.value)
            elif isinstance(term, Literal):
                used.add(term.datatype.value)
    spaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in used}
    return {name: iri for name, iri in known.items() if iri in spaces}


def alternates(iris: Iris, resource: NamedNode, document: NamedNode, offers: Sequence[Offer] = OFFERS) -> Description:
    """The ``alt`` profile: which representations there are, in W3C's Alternate Representations model."""
    graph = DefaultGraph()
    conforms = NamedNode(profiles(iris)["ilod"])
    quads: list[Quad] = []
    for offer in offers:
        if offer.profile or offer.alias:
            continue
        node = NamedNode(f"{document.value}.{offer.media.suffix}")
        has = "hasDefaultRepresentation" if offer.media is offers[0].media else "hasRepresentation"
        quads += [
            Quad(resource, NamedNode(f"{ALTERNATES}#{has}"), node, graph),
            Quad(node, RDF.type, NamedNode(f"{ALTERNATES}#Representation"), graph),
            Quad(node, DCTERMS.format, Literal(offer.media.name), graph),
            Quad(node, DCTERMS.conformsTo, conforms, graph),
        ]
    return Description(resource, document, tuple(quads))


def _json_ld(quads: Sequence[Quad], profile: str, iris: Iris, context: dict[str, Any]) -> bytes:
    from pyld import jsonld  # here: it takes long to import, and most of what is served needs none of it

    expanded = json.loads(JSON_LD.write(triples(quads)))
    if profile == FORMS["expanded"]:
        return _json(expanded)
    options = {"documentLoader": _offline, "skipExpansion": True}  # it is expanded already
    inner = context.get("@context", context)
    shorten = jsonld.flatten if profile == FORMS["flattened"] else jsonld.compact
    document = shorten(expanded, inner, options)
    # The context stands in its own document: one that every client can keep.
    document = {
        "@context": iris.thing("context.jsonld").value,
        **{k: v for k, v in document.items() if k != "@context"},
    }
    return _json(document)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _offline(url: str, options: Any) -> NoReturn:
    from pyld import jsonld

    raise jsonld.JsonLdError(
        f"no context is fetched: {url}", "jsonld.LoadDocumentError", code="loading document failed"
    )


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is sent: the bytes, and the Link header that goes with them."""

    content: bytes
    link: str

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.content) + len(self.link) + 256


class RenderedCache:
    """What has been rendered, the least recently used dropped first, within ``limit`` bytes. Threads may share it.

    Keys are entity tags, which begin with the release: nothing ever has to be thrown away because data changed.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, Rendered] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many bytes it keeps."""
        return self._size

    def get(self, key: str) -> Rendered | None:
        """What was put under ``key``; None when it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, rendered: Rendered) -> None:
        """Keep it, unless it alone would fill more than a quarter of the cache."""
        if rendered.size > self._limit // 4:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = rendered
            self._size += rendered.size - (before.size if before else 0)
            while self._size > self._limit:
                self._size -= self._kept.popitem(last=False)[1].size
