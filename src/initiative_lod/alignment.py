"""Mappings to other vocabularies: SSSOM/TSV in, one linkset graph out, with a record for every mapping.

A mapping is both stated (``subject predicate object``) and described (an ``sssom:Mapping`` with its justification and
where the target was seen), in the graph ``graph/alignment-<name>`` of its file ``<name>.sssom.tsv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.errors import ParseError
from initiative_lod.iris import DEFAULT_BASE, Iris, slug
from initiative_lod.sources import read_text
from initiative_lod.vocabulary import DCTERMS, RDF, SSSOM, VOID, XSD

REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification", "confidence")
SEEN_IN = "seenIn"  # the ontology's property that an extension slot must stand for: where the target was seen
#: Slots of SSSOM that we read, by the kind of their values.
ENTITY_SLOTS = frozenset(["subject_id", "predicate_id", "object_id", "mapping_justification", "author_id"])
TEXT_SLOTS = frozenset(
    ["subject_label", "object_label", "author_label", "comment", "mapping_source", "other", "see_also", "reviewer_label", "object_source_version", "subject_source", "object_source", "mapping_tool"]
)
SLOTS = ENTITY_SLOTS | TEXT_SLOTS | {"confidence", "mapping_date"}
PREDICATES = re.compile(r"skos:(exact|close|broad|narrow|related)Match$|(owl|schema):sameAs$|rdfs:seeAlso$|dcterms:relation$")


@dataclass(frozen=True)
class MappingRow:
    """One line of a mapping set: slots by name, IRIs expanded; ``extensions`` by property. ``line`` counts from 1."""

    line: int
    slots: Mapping[str, str]
    extensions: Mapping[str, str]


@dataclass(frozen=True)
class MappingSet:
    """A file of mappings. ``metadata`` is the header as written."""

    path: Path
    name: str
    metadata: Mapping[str, Any]
    rows: tuple[MappingRow, ...]


def read(path: Path) -> MappingSet:
    """Read SSSOM/TSV. Raises ParseError, with the line, for what is not valid: header, columns, CURIEs, values."""
    lines = read_text(path).splitlines()
    header = [line[1:].removeprefix(" ") for line in lines if line.startswith("#")]
    start = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    try:
        metadata = yaml.safe_load("\n".join(header)) or {}
    except yaml.YAMLError as error:
        raise ParseError(f"the header is not YAML: {error}", path, 1) from error
    for name in ("curie_map", "mapping_set_id", "license"):
        if name not in metadata:
            raise ParseError(f"the header has no {name}", path, 1)
    prefixes: dict[str, str] = metadata["curie_map"]
    if not isinstance(prefixes, dict):
        raise ParseError("curie_map is no list of prefixes with their IRIs", path, 1)
    try:
        _expand(str(metadata["license"]), prefixes)
    except ValueError as error:
        raise ParseError(f"license is {error}", path, 1) from error
    extensions = _extensions(metadata, prefixes, path)
    table = csv.reader(lines[start:], delimiter="\t", quotechar='"')
    columns = next(table, [])
    missing = [name for name in (*REQUIRED, *extensions) if name not in columns]
    unknown = [name for name in columns if name not in SLOTS and name not in extensions]
    if missing or unknown:
        what = f"the column {missing[0]!r} is missing" if missing else f"{unknown[0]!r} is no slot of SSSOM that is read here"
        raise ParseError(what, path, start + 1)
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise ParseError(f"the column {twice[0]!r} stands twice", path, start + 1)
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
        if not any(name.endswith(f"#{SEEN_IN}") for name in extended):
            raise ParseError("the mapping does not say where its target was seen", path, line)
        slots = _checked({name: value for name, value in given.items() if name not in extensions}, prefixes, path, line)
        mapping = slots["subject_id"], slots["predicate_id"], slots["object_id"]
        if mapping in seen:
            raise ParseError(f"this is the same mapping as line {seen[mapping]}", path, line)
        seen[mapping] = line
        rows.append(MappingRow(line, slots, extended))
    return MappingSet(path, path.name.removesuffix(".sssom.tsv"), metadata, tuple(rows))


def _extensions(metadata: Mapping[str, Any], prefixes: Mapping[str, str], path: Path) -> dict[str, str]:
    """Extension slots by name, with the IRIs of their properties. One of them is ``seenIn``."""
    try:
        found = {
            item["slot_name"]: _expand(item["property"], prefixes) for item in metadata.get("extension_definitions", ())
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ParseError(f"extension_definitions: each has a slot_name and a property ({error})", path, 1) from error
    if not any(iri.endswith(f"#{SEEN_IN}") for iri in found.values()):
        raise ParseError("the header defines no extension slot for ilod:seenIn, where a target was seen", path, 1)
    return found


def _expand(value: str, prefixes: Mapping[str, str]) -> str:
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


def _checked(slots: dict[str, str], prefixes: Mapping[str, str], path: Path, line: int) -> dict[str, str]:
    for name in REQUIRED:
        if name not in slots:
            raise ParseError(f"the mapping has no {name}", path, line)
    if not PREDICATES.match(slots["predicate_id"]):
        raise ParseError(f"{slots['predicate_id']} is no mapping predicate that is known here", path, line)
    try:
        confident = 0 <= float(slots["confidence"]) <= 1
    except ValueError:
        confident = False
    if not confident:
        raise ParseError(f"confidence is {slots['confidence']!r}, and must be a number from 0 to 1", path, line)
    expanded = {}
    for name, value in slots.items():
        try:
            expanded[name] = _expand(value, prefixes) if name in ENTITY_SLOTS else value
        except ValueError as error:
            raise ParseError(f"{name} is {error}", path, line) from error
    return expanded


def quads(mappings: MappingSet, iris: Iris) -> Iterator[Quad]:
    """The mapping set as its named graph."""
    graph = iris.graph(f"alignment-{mappings.name}")
    for triple in _triples(mappings, graph):
        yield Quad(*triple, graph)


def _triples(mappings: MappingSet, graph: NamedNode) -> Iterator[Triple]:
    yield Triple(graph, RDF.type, SSSOM.MappingSet)
    yield Triple(graph, RDF.type, VOID.Linkset)
    yield Triple(graph, DCTERMS.license, NamedNode(_expand(str(mappings.metadata["license"]), mappings.metadata["curie_map"])))
    yield Triple(graph, VOID.triples, Literal(len(mappings.rows)))
    for row in mappings.rows:
        subject, predicate, target = (NamedNode(row.slots[name]) for name in ("subject_id", "predicate_id", "object_id"))
        yield Triple(subject, predicate, target)
        node = NamedNode(f"{graph.value}#{_kind(subject.value)}{slug(subject.value)}-{slug(predicate.value)}-{slug(target.value)}")
        yield Triple(node, RDF.type, SSSOM.Mapping)
        yield Triple(node, DCTERMS.isPartOf, graph)
        for name, value in row.slots.items():
            yield Triple(node, NamedNode(SSSOM.iri + name), _value(name, value))
        for property, value in row.extensions.items():
            yield Triple(node, NamedNode(property), Literal(value))


def _kind(iri: str) -> str:
    """``topic-`` for ``…/id/topic/users``: a topic and a group may share a slug."""
    path = iri.removeprefix(DEFAULT_BASE).split("/")
    return f"{path[-2]}-" if len(path) > 2 else ""


def _value(name: str, value: str) -> NamedNode | Literal:
    if name in ENTITY_SLOTS:
        return NamedNode(value)
    if name == "confidence":
        return Literal(f"{float(value):g}", datatype=XSD.decimal)
    return Literal(value, datatype=XSD.date) if name == "mapping_date" else Literal(value)
