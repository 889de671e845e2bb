"""Names of things: the properties that hold them, and the natural order in which names and IRIs are listed."""

from __future__ import annotations

import re
from enum import IntEnum

from pyoxigraph import NamedNode

from initiative_lod.text_cache import cache_short_texts
from initiative_lod.vocabulary import DCTERMS, ELI, FOAF, RDFS, SCHEMA, SCHEMA_HTTPS, SKOS

_NUMBER = re.compile(r"(\d+)")


class LabelKind(IntEnum):
    """Kind of a label by its use, best first."""

    PREFERRED = 0
    ALTERNATIVE = 1
    NOTATION = 2


#: Every property that holds labels, in the order in which one is chosen as a thing's name.
LABEL_PROPERTIES: dict[NamedNode, LabelKind] = {
    SKOS.prefLabel: LabelKind.PREFERRED,
    RDFS.label: LabelKind.PREFERRED,
    DCTERMS.title: LabelKind.PREFERRED,
    FOAF.name: LabelKind.PREFERRED,
    SCHEMA.name: LabelKind.PREFERRED,
    SCHEMA_HTTPS.name: LabelKind.PREFERRED,
    ELI.title: LabelKind.PREFERRED,
    SKOS.altLabel: LabelKind.ALTERNATIVE,
    SKOS.hiddenLabel: LabelKind.ALTERNATIVE,
    SCHEMA.alternateName: LabelKind.ALTERNATIVE,
    SCHEMA_HTTPS.alternateName: LabelKind.ALTERNATIVE,
    ELI.title_alternative: LabelKind.ALTERNATIVE,
    ELI.title_short: LabelKind.ALTERNATIVE,
    SKOS.notation: LabelKind.NOTATION,
    DCTERMS.identifier: LabelKind.NOTATION,
}
#: The properties that name a thing: on its page, in its description, in a search; the first that has a value wins.
LABELS = tuple(item for item, kind in LABEL_PROPERTIES.items() if kind is LabelKind.PREFERRED)


@cache_short_texts(16_384)
def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which numbers count as numbers: ``action/2`` stands before ``action/10``."""
    return tuple(
        (0, int(item), item) if item.isdecimal() and item.isascii() and len(item) < 18 else (1, 0, item)
        for item in _NUMBER.split(text)
        if item
    )
