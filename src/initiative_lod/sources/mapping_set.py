"""Mapping sets as values: their mappings, extension slots, and where each target was seen. What they are read from and
written to is in ``sssom`` and ``sssom_writer``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from initiative_lod.errors import ParseError
from initiative_lod.iris import Iris
from initiative_lod.sources.sssom_slots import BUILT_IN
from initiative_lod.vocabulary import XSD

SEEN_IN = "seenIn"  # the ontology's property that an extension slot must stand for: where the target was seen
URI_OR_CURIE = "https://w3id.org/linkml/Uriorcurie"  # the type_hint of an extension slot whose values are things
STRING = XSD.string.value
#: The properties of our ontology that a mapping may state: they say what a part asks for beside what others ask for.
OF_PARTS = frozenset(Iris().term(name).value for name in ("closeTo", "relatedTo"))


@dataclass(frozen=True, slots=True)
class Extension:
    """A slot that a mapping set defines for itself; ``type_hint`` is the IRI of its values' datatype."""

    name: str
    property: str
    type_hint: str = STRING

    @classmethod
    def of(cls, property: str, type_hint: str = STRING) -> Extension:
        """The slot that stands for a property, named after it: ``…#seenIn`` -> ``ext_seen_in``."""
        local = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.split(r"[/#]", property)[-1])
        return cls("ext_" + re.sub(r"[^\w.-]", "_", local).lower(), property, type_hint)


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One mapping: values of its slots in their order, IRIs expanded, numbers and dates as written.

    ``extensions`` are by property. ``line`` counts from 1, and is 0 for what was not read from a file.
    """

    line: int
    slots: Mapping[str, tuple[str, ...]]
    extensions: Mapping[str, str] = field(default_factory=dict)

    def value(self, slot: str) -> str:
        """The first value of a slot; an empty string when it has none."""
        return next(iter(self.slots.get(slot, ())), "")


@dataclass(frozen=True, slots=True)
class MappingSet:
    """Mappings with what holds for all of them. ``slots`` are the set's own: what is propagated is in each row.

    ``prefixes`` have the built-in ones too; ``extensions`` (values) and ``defined`` are by property. ``notes`` are
    sentences on what was left out or read otherwise than it is written.
    """

    name: str
    slots: Mapping[str, tuple[str, ...]]
    rows: tuple[MappingRow, ...]
    prefixes: Mapping[str, str] = field(default_factory=lambda: BUILT_IN)
    extensions: Mapping[str, str] = field(default_factory=dict)
    defined: Mapping[str, Extension] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    path: Path = Path()

    def value(self, slot: str) -> str:
        """The first value of a slot of the set; an empty string when it has none."""
        return next(iter(self.slots.get(slot, ())), "")


def where_seen(row: MappingRow) -> str:
    """Place where the target of a mapping was seen; an empty string when the mapping does not say."""
    return next((value for property, value in row.extensions.items() if property.endswith(f"#{SEEN_IN}")), "")


def require_seen(mappings: MappingSet, ontology: str) -> None:
    """Raise ParseError, with the lines to add, for a mapping that does not say where its target was seen.

    ``ontology`` is the namespace of the property. This is a rule of this project and none of SSSOM.
    """
    unseen = next((row for row in mappings.rows if not where_seen(row)), None)
    if unseen is None:
        return
    name = next((item.name for iri, item in mappings.defined.items() if iri.endswith(f"#{SEEN_IN}")), "")
    if name:
        raise ParseError(
            f"the mapping does not say where its target was seen: fill in its {name}", mappings.path, unseen.line
        )
    lines = [f"  ilod: {ontology}", "extension_definitions:", "  - slot_name: ext_seen_in", "    property: ilod:seenIn"]
    raise ParseError(
        "the mapping does not say where its target was seen, which this project asks for beyond SSSOM. Add to the "
        "header (the first line below curie_map; the last two below extension_definitions, if that is there)\n"
        + "\n".join(f"#{line}" for line in lines)
        + "\nand a column ext_seen_in that says where",
        mappings.path,
        unseen.line,
    )
