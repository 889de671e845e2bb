"""Imprint of a site: its name, who publishes it, how to reach them, the licence, a sentence at the foot of its pages.

All of it is what the release's own dataset says of itself (``data/dataset.ttl``), so that it travels with the release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode

from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.labels import LABEL_PROPERTIES
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCAT, DCTERMS, FOAF, RDFS, VCARD
from initiative_lod.web.labelled_resource import is_web

MOST = 100  # statements that are read about one thing

Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody or something that a site names: what it is called by language, and its page, if it has one."""

    names: Texts
    page: str = ""

    def name(self, language: str) -> str:
        """Its name in a language, else in any."""
        return in_language(self.names, language)


@dataclass(frozen=True, slots=True)
class Imprint:
    """Text on every page of a site. ``note`` is at the foot, in each of its languages; ``mail`` an address."""

    names: Texts
    note: Texts
    publisher: Party | None = None
    licence: Party | None = None
    mail: str = ""

    def name(self, language: str) -> str:
        """Name of the site in a language, else in any; empty where the dataset has none."""
        return in_language(self.names, language)

    def notes(self, language: str) -> Sequence[tuple[str, str]]:
        """(language, sentence) of the foot: in the language of the page, where there is one in it, else in each."""
        return [item for item in sorted(self.note.items()) if item[0] == language] or sorted(self.note.items())


def in_language(texts: Texts, language: str) -> str:
    """The text in a language, else in the first one by its tag; empty where there is none."""
    return texts.get(language) or next((texts[key] for key in sorted(texts)), "")


def imprint(opened: OpenRelease) -> Imprint:
    """The imprint of a release, read once; it says nothing but what our own graphs do."""
    dataset = opened.iris.thing("dataset")
    publisher = _node(opened, dataset, DCTERMS.publisher) or _node(opened, dataset, DCTERMS.creator)
    licence = _node(opened, dataset, DCTERMS.license)
    contact = _node(opened, dataset, DCAT.contactPoint)
    mail = _node(opened, contact, VCARD.hasEmail) if contact is not None else None
    homepage = _node(opened, publisher, FOAF.homepage) if publisher is not None else None
    return Imprint(
        _texts(opened, dataset, DCTERMS.alternative) or _texts(opened, dataset, DCTERMS.title),
        _texts(opened, dataset, RDFS.comment),
        None if publisher is None else Party(_called(opened, publisher), _page(homepage)),
        None if licence is None else Party(_called(opened, licence), _page(licence)),
        mail.value.removeprefix("mailto:") if mail is not None and mail.value.startswith("mailto:") else "",
    )


def _page(node: NamedNode | None) -> str:
    return node.value if node is not None and is_web(node.value) else ""


def _objects(opened: OpenRelease, subject: NamedNode, predicate: NamedNode) -> list[Literal | NamedNode]:
    quads = [
        quad
        for quad in islice(opened.quads(subject, predicate), MOST)
        if isinstance(quad.graph_name, NamedNode) and not is_merged(opened.iris, quad.graph_name)
    ]
    found = {quad.object for quad in quads if isinstance(quad.object, Literal | NamedNode)}
    return sorted(found, key=lambda term: term.value)


def _node(opened: OpenRelease, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
    return next((item for item in _objects(opened, subject, predicate) if isinstance(item, NamedNode)), None)


def _texts(opened: OpenRelease, subject: NamedNode, predicate: NamedNode) -> Texts:
    found = [item for item in _objects(opened, subject, predicate) if isinstance(item, Literal)]
    return {item.language or "": item.value for item in reversed(found)}


def _called(opened: OpenRelease, node: NamedNode) -> Texts:
    """Its names by language; its IRI where it has none."""
    for predicate in LABEL_PROPERTIES:
        if names := _texts(opened, node, predicate):
            return names
    return {"": node.value}
