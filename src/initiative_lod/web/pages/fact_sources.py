"""Sources of facts and mappings as a page shows them: a link with its name, and the day on which it was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from initiative_lod.vocabulary import DCTERMS
from initiative_lod.web.labelled_resource import LabelledResource, LangText, Node, is_web
from initiative_lod.web.pages.view import View


@dataclass(frozen=True, slots=True)
class FactSource:
    """A source. ``address`` is its own, or that of its page here for a part of a document; ``day`` may be empty."""

    thing: LabelledResource
    address: str
    day: str


def sources(view: View, node: Node) -> tuple[FactSource, ...]:
    """The sources that an attestation or a mapping names (dcterms:source), by their IRIs."""
    found = []
    for iri in view.nodes(node, DCTERMS.source):
        thing, day = view.thing(iri), view.text(iri, view.term("seenOn"))
        outside = day is not None and is_web(iri.value)
        found.append(FactSource(thing, iri.value if outside else thing.href, day.value if day else ""))
    return tuple(found)


def unlinked(seen: Iterable[LangText], linked: Iterable[FactSource]) -> tuple[LangText, ...]:
    """Of the words that say where something was seen, those that name no linked source by its address."""
    addresses = [source.thing.iri for source in linked]
    return tuple(text for text in seen if not any(address in text.value for address in addresses))
