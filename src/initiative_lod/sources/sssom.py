"""SSSOM/TSV: mapping sets in, held to the standard and to what we ask of our own; mapping sets out, in one form.

It knows the format only: what a mapping set becomes as RDF is in ``alignment``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import NamedNode

from initiative_lod.errors import ParseError
from initiative_lod.sources.turtle import read_text
from initiative_lod.vocabulary import DCTERMS, OWL, RDF, RDFS, SKOS, SSSOM, XSD


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
PUBLISHED = (*REQUIRED, "confidence")  # what we publish says how sure it is as well
SEEN_IN = "seenIn"  # the ontology's property that an extension slot must stand for: where the target was seen
#: Slots of SSSOM that are read, by the kind of their values; several values are parted by ``|`` (SSSOM/TSV).
ENTITY_SLOTS = _names(
    """subject_id predicate_id object_id mapping_justification author_id reviewer_id creator_id subject_match_field
    object_match_field subject_preprocessing object_preprocessing curation_rule mapping_tool_id"""
)
SEVERAL = _names(
    """author_id author_label reviewer_id reviewer_label creator_id creator_label see_also curation_rule
    curation_rule_text subject_match_field object_match_field subject_preprocessing object_preprocessing
    match_string"""
)
TEXT_SLOTS = _names(
    """subject_label subject_category subject_source subject_source_version subject_type object_label object_category
    object_source object_source_version object_type predicate_label predicate_modifier predicate_type
    author_label reviewer_label creator_label comment other see_also license issue_tracker_item mapping_source
    mapping_provider mapping_tool mapping_tool_version mapping_cardinality curation_rule_text match_string
    similarity_measure"""
)
NUMBER_SLOTS = frozenset({"confidence", "similarity_score"})
DATE_SLOTS = frozenset({"mapping_date", "publication_date"})
SLOTS = ENTITY_SLOTS | TEXT_SLOTS | NUMBER_SLOTS | DATE_SLOTS
#: Slots of the set that hold for every mapping that does not say otherwise (SSSOM, "propagatable slots").
PROPAGATED = ("mapping_date", "mapping_tool", "mapping_tool_version", "object_source_version", "subject_source_version")
LITERAL = "rdfs literal"  # the subject_type or object_type of what is no thing but a string
NOT = "Not"  # the one predicate_modifier: the mapping is denied, and so not stated
PREDICATES = re.compile(
    rf"{SKOS.iri}(exact|close|broad|narrow|related)Match|({OWL.iri}|https?://schema\.org/)sameAs|{RDFS.iri}seeAlso|"
    rf"{DCTERMS.iri}(relation|references)|{OWL.iri}equivalent(Class|Property)|{RDFS.iri}sub(Class|Property)Of"
)
#: Prefixes that a mapping set need not declare (SSSOM, "built-in prefixes").
BUILT_IN = {
    "owl": OWL.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": SKOS.iri,
    "sssom": SSSOM.iri,
    "xsd": XSD.iri,
}
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class MappingRow:
    """One line of a mapping set: slots by name, IRIs expanded; ``extensions`` by property. ``line`` counts from 1."""

    line: int
    slots: Mapping[str, str]
    extensions: Mapping[str, str]

    @property
    def stated(self) -> bool:
        """Whether it is a mapping of two things: not the denial of one, and not of a literal."""
        return "predicate_modifier" not in self.slots and "subject_id" in self.slots and "object_id" in self.slots


@dataclass(frozen=True)
class MappingSet:
    """A file of mappings. ``metadata`` is the header as written."""

    path: Path
    name: str
    metadata: Mapping[str, Any]
    rows: tuple[MappingRow, ...]


def read(path: Path, published: bool = True) -> MappingSet:
    """Read SSSOM/TSV. Raises ParseError, with the line, for what is not valid: header, columns, CURIEs, values.

    What is ``published`` by us has more to say: a licence, a confidence, and where each target was seen; and no mapping
    stands in it twice. Mapping sets of others (``published=False``) are held to SSSOM only.
    """
    lines = read_text(path).split("\n")
    start = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    margin = 2 if all(line.startswith("# ") for line in lines[:start]) else 1
    header = [line[margin:] for line in lines[:start]]
    try:
        metadata = yaml.safe_load("\n".join(header)) or {}
    except yaml.YAMLError as error:
        raise ParseError(f"the header is not YAML: {error}", path, 1) from error
    if not isinstance(metadata, dict):
        raise ParseError("the header has no curie_map", path, 1)
    for name in ("curie_map", "mapping_set_id", "license") if published else ():
        if name not in metadata:
            raise ParseError(f"the header has no {name}", path, 1)
    prefixes = metadata.get("curie_map", {})
    if not isinstance(prefixes, dict) or not all(isinstance(iri, str) for iri in prefixes.values()):
        raise ParseError("curie_map is no list of prefixes with their IRIs", path, 1)
    prefixes = {**BUILT_IN, **prefixes}
    try:
        if "license" in metadata:
            expand(str(metadata["license"]), prefixes)
    except ValueError as error:
        raise ParseError(f"license is {error}", path, 1) from error
    extensions = _extensions(metadata, prefixes, path)
    if published and not any(iri.endswith(f"#{SEEN_IN}") for iri in extensions.values()):
        raise ParseError("the header defines no extension slot for ilod:seenIn, where a target was seen", path, 1)
    table = csv.reader(lines[start:], delimiter="\t", quotechar='"')
    columns = next(table, [])
    required = PUBLISHED if published else REQUIRED  # SSSOM: an end may be a literal, which has a label and no id
    missing = [name for name in (*required, *(extensions if published else ())) if name not in columns]
    unknown = [name for name in columns if name not in SLOTS and name not in extensions]
    if missing or unknown:
        slotless = f"{unknown[0]!r} is no slot of SSSOM that is read here" if unknown else ""
        raise ParseError(f"the column {missing[0]!r} is missing" if missing else slotless, path, start + 1)
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise ParseError(f"the column {twice[0]!r} stands twice", path, start + 1)
    whole = {name: str(metadata[name]) for name in PROPAGATED if name in metadata and name not in columns}
    rows: list[MappingRow] = []
    seen: dict[tuple[str, ...], int] = {}
    for cells in table:
        line = start + table.line_num
        if not cells:
            continue
        if len(cells) != len(columns):
            raise ParseError(f"{len(cells)} cells stand under {len(columns)} columns", path, line)
        given = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}
        extended = {extensions[name]: value for name, value in given.items() if name in extensions}
        if published and not any(name.endswith(f"#{SEEN_IN}") for name in extended):
            raise ParseError("the mapping does not say where its target was seen", path, line)
        plain = {name: value for name, value in given.items() if name not in extensions}
        slots = _checked({**whole, **plain}, required, prefixes, path, line)
        mapping = tuple(
            slots.get(f"{end}_id", slots.get(f"{end}_label", "")) for end in ("subject", "predicate", "object")
        )
        if published and mapping in seen:
            raise ParseError(f"this is the same mapping as line {seen[mapping]}", path, line)
        seen[mapping] = line
        rows.append(MappingRow(line, slots, extended))
    return MappingSet(path, path.name.removesuffix(".sssom.tsv"), metadata, tuple(rows))


def _extensions(metadata: Mapping[str, Any], prefixes: Mapping[str, str], path: Path) -> dict[str, str]:
    """Extension slots by name, with the IRIs of their properties."""
    try:
        found = {
            item["slot_name"]: expand(item["property"], prefixes) for item in metadata.get("extension_definitions", ())
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ParseError(f"extension_definitions: each has a slot_name and a property ({error})", path, 1) from error
    return found


def expand(value: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a CURIE. Raises ValueError for a prefix that is not in the map, or what is no IRI."""
    iri = value
    if not value.startswith(("http://", "https://")):
        prefix, colon, local = value.partition(":")
        if not colon or prefix not in prefixes:
            raise ValueError(f"{value!r}: its prefix is not in curie_map")
        iri = f"{prefixes[prefix]}{local}"
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise ValueError(f"{value!r}, which is no IRI: {error}") from error


def _checked(
    slots: dict[str, str], required: tuple[str, ...], prefixes: Mapping[str, str], path: Path, line: int
) -> dict[str, str]:
    literal = {f"{end}_id" for end in ("subject", "object") if slots.get(f"{end}_type") == LITERAL}
    for name in (f"{name[:-3]}_label" if name in literal else name for name in required):
        if name not in slots:
            raise ParseError(f"the mapping has no {name}", path, line)
    for name in NUMBER_SLOTS & slots.keys():
        try:
            within = 0 <= float(slots[name]) <= 1
        except ValueError:
            within = False
        if not within:
            raise ParseError(f"{name} is {slots[name]!r}, and must be a number from 0 to 1", path, line)
    for name in DATE_SLOTS & slots.keys():
        if not _DATE.fullmatch(slots[name]):
            raise ParseError(f"{name} is {slots[name]!r}, and must be a date YYYY-MM-DD", path, line)
    if slots.get("predicate_modifier", NOT) != NOT:
        raise ParseError(f"predicate_modifier is {slots['predicate_modifier']!r}, and can only be {NOT!r}", path, line)
    expanded = {}
    for name, value in slots.items():
        try:
            iris = [expand(item, prefixes) for item in values(name, value)] if name in ENTITY_SLOTS else [value]
        except ValueError as error:
            raise ParseError(f"{name} is {error}", path, line) from error
        expanded[name] = "|".join(iris)
    if not PREDICATES.fullmatch(expanded["predicate_id"]):
        raise ParseError(f"{slots['predicate_id']} is no mapping predicate that is known here", path, line)
    return expanded


def values(name: str, value: str) -> list[str]:
    """The values of a slot: several, parted by ``|``, where SSSOM allows that."""
    return [item.strip() for item in value.split("|") if item.strip()] if name in SEVERAL else [value]


#: The order of columns that we write; a slot that no row has is left out.
COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
)
LAST = ("confidence", "similarity_score", "reviewer_label", "mapping_date", "comment")


def write(rows: Iterable[MappingRow], header: Mapping[str, Any], prefixes: Mapping[str, str]) -> str:
    """SSSOM/TSV of ``rows``, in the order of their ends; ``header`` holds the set's own slots.

    IRIs are shortened by ``prefixes``. Extension slots are named after their properties (``…#seenIn`` ->
    ``ext_seen_in``). Reading it back gives the same rows. Raises ValueError for a header that is not complete.
    """
    for name in ("mapping_set_id", "license"):
        if name not in header:
            raise ValueError(f"the header of a mapping set has a {name}")
    ordered = sorted(rows, key=lambda row: (*(row.slots.get(name, "") for name in REQUIRED), sorted(row.slots.items())))
    present = {name for row in ordered for name in row.slots}
    middle = sorted(present - {*COLUMNS, *LAST})
    columns = [name for name in (*COLUMNS, *middle, *LAST) if name in present or name in REQUIRED]
    extensions = {iri: _slot_name(iri) for iri in sorted({iri for row in ordered for iri in row.extensions})}
    if len(set(extensions.values())) < len(extensions):
        raise ValueError(f"two extension slots would share a name: {', '.join(extensions)}")
    used: set[str] = set()
    lines = io.StringIO()
    table = csv.writer(lines, delimiter="\t", lineterminator="\n")
    table.writerow([*columns, *extensions.values()])
    for row in ordered:
        cells = []
        for name in columns:
            value = row.slots.get(name, "")
            if name in ENTITY_SLOTS:
                value = "|".join(_shorten(item, prefixes, used) for item in values(name, value)) if value else ""
            cells.append(value)
        table.writerow([*cells, *(row.extensions.get(iri, "") for iri in extensions)])
    short = {iri: _shorten(iri, prefixes, used) for iri in extensions}
    metadata = {
        "curie_map": {prefix: prefixes[prefix] for prefix in sorted(used)},
        **header,
        "extension_definitions": [{"slot_name": name, "property": short[iri]} for iri, name in extensions.items()],
    }
    if not extensions:
        del metadata["extension_definitions"]
    text = yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=10**6)
    return "".join(f"#{line}\n" for line in text.splitlines()) + lines.getvalue()


def _shorten(iri: str, prefixes: Mapping[str, str], used: set[str]) -> str:
    """The CURIE of an IRI, by the longest prefix that leaves a plain local name; the IRI itself where there is none."""
    best = ""
    for prefix, start in prefixes.items():
        local = iri[len(start) :]
        longer = not best or len(start) > len(prefixes[best])
        if iri.startswith(start) and longer and re.fullmatch(r"[A-Za-z0-9_.-]+", local):
            best = prefix
    if not best:
        return iri
    used.add(best)
    return f"{best}:{iri[len(prefixes[best]) :]}"


def _slot_name(iri: str) -> str:
    local = re.split(r"[/#]", iri)[-1]
    return "ext_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", local).lower()
