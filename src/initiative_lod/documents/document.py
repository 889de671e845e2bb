"""Document: what an address leads to in one release, found once. It chooses among its representations, names each by
an entity tag, and gives its links, its headers and its bytes. HTML alone is made by whoever has templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from initiative_lod.documents import links, representation
from initiative_lod.documents.content_codings import IDENTITY
from initiative_lod.documents.json_tree import SCHEMA, SCHEMA_FILE
from initiative_lod.documents.links import Link
from initiative_lod.documents.negotiation import Offer, choose, choose_profile, named_profile
from initiative_lod.documents.representation import FORMS, FRAMED, OFFERS, TEXT_OFFERS, Rendered, Variant
from initiative_lod.documents.resource import Description, describe, document_iri, exists, resource_of
from initiative_lod.documents.schema_org_type import VOCABULARY, kinds_of, type_of
from initiative_lod.formats import BY_SUFFIX, HTML, JSON_LD, TEXT, MediaType
from initiative_lod.iris import Iris, uri
from initiative_lod.release.manifest import DUMPS, dump_type
from initiative_lod.release.open_release import OpenRelease

DEFAULT_PROFILE = "ilod"
OWN_DOCUMENTS = ("doc/", "ontology", "shapes", "dataset", "graph/")  # paths under which a document is found
VARY = "Accept, Accept-Profile, Accept-Language"
CACHE_CONTROL = "public, max-age=60"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A client's wishes: two headers, and the arguments ``_mediatype`` (as a media type) and ``_profile``, which win.

    ``language`` is that of pages; with ``named`` the address itself names it, and so do a page's links.
    """

    accept: str | None = None
    accept_profile: str | None = None
    media_type: str | None = None
    profile: str | None = None
    language: str = ""
    named: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A document about ``resource``: its address without suffix, and the format of the suffix that it was asked with.

    ``prefix`` is the path under which this site is shown, with which ``location`` begins. ``argument`` is the IRI that
    an address under ``/resource`` names besides, percent-encoded; ``kinds`` are the classes of the resource.
    """

    opened: OpenRelease
    resource: NamedNode
    location: str
    prefix: str = ""
    media: MediaType | None = None
    argument: str = ""
    kinds: tuple[NamedNode, ...] = ()

    @classmethod
    def find(cls, opened: OpenRelease, path: str, prefix: str = "") -> Document | None:
        """The document at ``path`` under the base: ``doc/…`` is about ``id/…``, others about themselves.

        None where the release says nothing of it.
        """
        stem, media = _suffix(path)
        resource = named(opened.iris, stem)
        document = cls._known(opened, resource, f"{prefix}/{stem}", prefix, media) if resource is not None else None
        return None if document is not None and media is TEXT and document.text is None else document

    @classmethod
    def of(cls, opened: OpenRelease, resource: NamedNode, prefix: str = "", path: str = "resource") -> Document | None:
        """The document about any IRI at ``path``, which is ``resource`` with or without a suffix.

        None where the release does not so much as name it.
        """
        argument = quote(resource.value, safe=":/")
        return cls._known(opened, resource, f"{prefix}/resource", prefix, _suffix(path)[1], argument)

    @classmethod
    def about(cls, opened: OpenRelease, resource: NamedNode, prefix: str = "") -> Document | None:
        """The document about a resource: under its own path if it has one, else under ``/resource``. Likewise None."""
        path = opened.iris.path(document_iri(opened.iris, resource).value)
        if path is None or not path.startswith(OWN_DOCUMENTS) or "#" in path or "#" in resource.value:
            return cls.of(opened, resource, prefix)
        return cls._known(opened, resource, f"{prefix}/{path}", prefix)

    @classmethod
    def _known(
        cls,
        opened: OpenRelease,
        resource: NamedNode,
        location: str,
        prefix: str,
        media: MediaType | None = None,
        argument: str = "",
    ) -> Document | None:
        """The one look-up: the kinds of what is known, which most things have, else whether it is known at all."""
        kinds = kinds_of(opened, resource)
        if not kinds and not exists(opened, resource):
            return None
        return cls(opened, resource, location, prefix, media, argument, kinds)

    # Which representation

    @property
    def text(self) -> Literal | None:
        """The text itself, of a document about one (``ilod:Text``)."""
        if self.opened.iris.term("Text") not in self.kinds:
            return None
        words = (quad.object for quad in self.opened.quads(self.resource, self.opened.iris.term("text")))
        return next((word for word in words if isinstance(word, Literal)), None)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Offers of representations. A text is its own ``text/plain``, where ``#char=`` has a meaning (RFC 5147)."""
        return TEXT_OFFERS if self.text is not None else OFFERS

    def choose(self, preferences: Preferences) -> Variant | None:
        """The representation to send: the address comes first, then arguments, then headers. None: none is accepted."""
        profiles = representation.profiles(self.opened.iris)
        profile = named_profile(preferences.profile, profiles)
        if profile not in profiles:
            profile = choose_profile(preferences.accept_profile, profiles) or DEFAULT_PROFILE
        form = FORMS.get(named_profile(preferences.profile, FORMS) or "", "")
        if self.media is not None:
            accept: str | None = self.media.name
        elif preferences.media_type is not None:
            accept = preferences.media_type
        else:
            accept = JSON_LD.name if form else preferences.accept
        offer = _offer(accept, self.text is not None)
        if offer is None:
            return None
        if form and offer.media is JSON_LD:
            offer = Offer(JSON_LD, form)
        if offer.media is not HTML:
            path = self.location.removeprefix(self.prefix)  # such bytes are the same wherever the site is shown
            return Variant(path, offer, profile, page=preferences.page, argument=self.argument)
        return Variant(
            self.location,
            offer,
            profile,
            preferences.language,
            preferences.page,
            self.prefix,
            self.argument,
            preferences.named,
        )

    def address(self, media: MediaType | None = None) -> str:
        """The address of the document, or of its representation in a format."""
        return f"{self.location}{f'.{media.suffix}' if media is not None else ''}{self._query}"

    @property
    def alternatives(self) -> list[tuple[str, str]]:
        """(address, media type) of each representation that has an address of its own."""
        return [
            (self.address(offer.media), offer.media.name)
            for offer in self.offers
            if not offer.alias and not offer.profile
        ]

    @property
    def own_path(self) -> str:
        """Path of the document about the same resource that has an address of its own; empty where there is none, as
        of what has a fragment: the document at its path is about more.
        """
        path = self.opened.iris.path(document_iri(self.opened.iris, self.resource).value)
        return f"/{path}" if path and named(self.opened.iris, path) == self.resource else ""

    # What is said of it

    def headers(self, variant: Variant) -> list[tuple[str, str]]:
        """The headers that a representation has whether or not its bytes are sent with it."""
        return [
            ("Content-Location", self._content_location(variant)),
            ("Vary", self._vary()),
            ("Cache-Control", CACHE_CONTROL),
        ]

    def links(self, profile: str = DEFAULT_PROFILE, *, original: bool = True) -> list[Link]:
        """The links of the document, which are the same on each of its representations (FAIR Signposting).

        An ``original`` has links to its TimeGate and TimeMap; a memento has these from elsewhere, and more.
        """
        return _links(self._place, self._facts(profile, original))

    def link_header(self, profile: str = DEFAULT_PROFILE, *, original: bool = True) -> str:
        """The same as the value of a Link header. Most of it is the same for many documents, and made once for them.

        Where IRIs of great length make it too long, what fits of it.
        """
        facts = self._facts(profile, original)
        place = {name: uri(value) for name, value in self._place._asdict().items()}
        made = _FIELD.sub(lambda match: place[match[1]], _link_pattern(facts))
        return made if len(made) <= links.LONGEST_HEADER else links.header(_links(self._place, facts))

    @property
    def _place(self) -> _Place:
        canonical, path = self.resource.value, self.location.removeprefix(self.prefix)
        return _Place(self.location, path, self._query, canonical, quote(canonical, safe=":/"))

    def _facts(self, profile: str, original: bool) -> _Facts:
        opened, dataset = self.opened, self.opened.iris.thing("dataset")
        is_dataset = self.resource == dataset
        held = opened.release.manifest.files if is_dataset else ()  # an older release may lack some
        return _Facts(
            self.prefix,
            VOCABULARY + type_of(opened.iris, self.resource, self.kinds),
            representation.profiles(opened.iris)[profile],
            self._license() or "",
            opened.creator or "",
            "" if is_dataset else dataset.value,
            tuple(name for name in sorted(DUMPS) if name in held),
            self.text is not None,
            original,
        )

    # Its bytes

    def render(self, variant: Variant, stored: Rendered | None = None) -> Rendered | None:
        """A representation in RDF, or the text itself, rendered now; None when the document has no such page.

        It is made of the same description as N-Quads, where they are ``stored``: to read them takes a tenth of the time
        of looking all of it up. Raises UnwritableError for a graph that the format cannot write.
        """
        iris = self.opened.iris
        if variant.offer.media is TEXT and (text := self.text) is not None:
            return Rendered(text.value.encode())
        if variant.profile == DEFAULT_PROFILE:
            found = (
                describe(self.opened, self.resource, variant.page)
                if stored is None
                else Description.read(iris, self.resource, stored.coded(IDENTITY).content, variant.page, stored.pages)
            )
        else:
            document = iris.thing(self.location.removeprefix(self.prefix)[1:])
            found = representation.alternates(iris, self.resource, document)
        if found is None:
            return None
        content = representation.render(found, variant.offer, iris, self.opened.release.context)
        return Rendered(content, pages=found.pages)

    def variant_links(self, variant: Variant, pages: int) -> tuple[Link, ...]:
        """Links that a representation has of its own: to the others of the document's ``pages``, and to its schema."""

        def address(page: int) -> str:
            return f"{self.location}?{'&'.join([*self._arguments(replace(variant, page=1)), f'page={page}'])}"

        return (*links.page_links(address, variant.page, pages), *self._schema(variant))

    def _schema(self, variant: Variant) -> list[Link]:
        """A link from a tree to the JSON Schema that it conforms to."""
        if variant.offer.profile != FRAMED:
            return []
        return [Link(f"{self.prefix}/{SCHEMA_FILE}", "describedby", SCHEMA.name)]

    # Within

    @property
    def _query(self) -> str:
        return f"?iri={self.argument}" if self.argument else ""

    def _content_location(self, variant: Variant) -> str:
        arguments = self._arguments(variant)
        return f"{self.location}.{variant.offer.media.suffix}" + ("?" + "&".join(arguments) if arguments else "")

    def _arguments(self, variant: Variant) -> list[str]:
        """The arguments of the address that a representation has with its suffix."""
        arguments = [f"iri={self.argument}"] if self.argument else []
        if variant.page > 1:
            arguments.append(f"page={variant.page}")
        if variant.named:
            arguments.append(f"lang={variant.language}")
        form = next((name for name, iri in FORMS.items() if iri == variant.offer.profile), "")
        if form or variant.profile != DEFAULT_PROFILE:
            arguments.append(f"_profile={form or variant.profile}")
        return arguments

    def _vary(self) -> str:
        if self.media is None:
            return VARY
        return "Accept-Profile, Accept-Language" if self.media is HTML else "Accept-Profile"

    def _license(self) -> str | None:
        """The dataset's licence; None for a text with a notice of its own, which our licence does not cover."""
        has_notice = self.opened.holds(self.resource, self.opened.iris.term("rightsNotice"))
        return None if has_notice else self.opened.license


def named(iris: Iris, stem: str) -> NamedNode | None:
    """The thing that a document at ``stem``, a path without suffix, is about; None for what can be no path of ours."""
    return resource_of(iris, f"id/{stem[4:]}" if stem.startswith("doc/") else stem)


@lru_cache(maxsize=256)
def _offer(accept: str | None, is_text: bool) -> Offer | None:
    return choose(accept, TEXT_OFFERS if is_text else OFFERS)


def _suffix(path: str) -> tuple[str, MediaType | None]:
    stem, dot, suffix = path.rpartition(".")
    media = TEXT if suffix == TEXT.suffix else BY_SUFFIX.get(suffix)
    if dot and stem and not stem.endswith("/") and media is not None:
        return stem, media
    return path, None


class _Place(NamedTuple):
    """The part of a document's links that is its own: see Document; ``quoted`` is ``canonical``, percent-encoded."""

    location: str
    path: str
    query: str
    canonical: str
    quoted: str


class _Facts(NamedTuple):
    """The part of a document's links that many have in common. Empty: there is none."""

    prefix: str
    kind: str
    profile: str
    license: str
    author: str
    collection: str
    dumps: tuple[str, ...]
    is_text: bool
    original: bool


def _links(place: _Place, facts: _Facts) -> list[Link]:
    prefix = facts.prefix
    typed = links.document_links(
        place.location,
        place.canonical,
        TEXT_OFFERS if facts.is_text else OFFERS,
        facts.license,
        facts.collection,
        facts.kind,
        facts.profile,
        place.query,
        linkset=f"{prefix}/linkset?iri={place.quoted}",
        author=facts.author,
        files=[(f"{prefix}/dataset/{name}", dump_type(name).name) for name in facts.dumps],
    )
    return typed + links.memento_links(prefix, place.path + place.query) if facts.original else typed


@lru_cache(maxsize=256)
def _link_pattern(facts: _Facts) -> str:
    """The Link header of documents with these facts; where their places differ stands the field's name."""
    return links.header(_links(_Place(*(f"@@{name}@@" for name in _Place._fields)), facts))


_FIELD = re.compile(rf"@@({'|'.join(_Place._fields)})@@")
