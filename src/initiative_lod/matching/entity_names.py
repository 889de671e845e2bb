"""Name of a thing of a release, in a reader's language."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from initiative_lod.iris import slug
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import DEFAULT_LANGUAGE, LABEL_LANGUAGES
from initiative_lod.release.open_release import OpenRelease


def name_of(opened: OpenRelease, iri: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The name of anything, in ``language`` if it has one there; of what has none, the end of its IRI."""
    node = node_of(iri)
    best: tuple[int, int, str] | None = None
    if node is not None:
        for rank, predicate in enumerate(LABEL_PROPERTIES):
            if LABEL_PROPERTIES[predicate] is not LabelKind.PREFERRED:
                continue
            for triple in opened.triples(node, predicate):
                if isinstance(triple.object, Literal) and triple.object.value.strip():
                    item = (language_rank(triple.object.language, language), rank, triple.object.value)
                    best = item if best is None or item < best else best
    return best[2] if best else slug(iri)


def language_rank(tag: str | None, preferred: str) -> int:
    """Rank of a language tag for a reader of the language ``preferred``."""
    language = (tag or "").lower().partition("-")[0]
    order = [preferred, "", *(item for item in reversed(LABEL_LANGUAGES) if item != preferred)]
    return order.index(language) if language in order else len(order)


def node_of(iri: str) -> NamedNode | None:
    """The node of an IRI; None for what is none."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None
