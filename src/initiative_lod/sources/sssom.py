"""Reads mapping sets of SSSOM as their makers wrote them: as a table, as JSON, or as RDF.

What the standard leaves to a reader is done here and noted; of a set that we publish ourselves it is an error. What a
mapping set becomes as RDF is in ``build.mappings``. Source: the SSSOM specification 1.1, "data model"; the syntaxes are
in ``sssom_table``, ``sssom_json`` and ``sssom_rdf``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.errors import ParseError
from initiative_lod.iris import is_iri
from initiative_lod.settings import Settings
from initiative_lod.sources import sssom_json, sssom_rdf, sssom_table
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import (
    OF_PARTS,
    SEEN_IN,
    URI_OR_CURIE,
    Extension,
    MappingRow,
    MappingSet,
    where_seen,
)
from initiative_lod.sources.sssom_raw import HeaderEntry, Record, Written, require_short
from initiative_lod.sources.sssom_slots import BUILT_IN, COMPOSED, LITERAL, NOT, REQUIRED
from initiative_lod.vocabulary import DCTERMS, OWL, RDF, RDFS, SKOS

PUBLISHED = (*REQUIRED, "confidence")  # what we publish says how sure it is as well
PREDICATES = re.compile(
    rf"{SKOS.iri}(exact|close|broad|narrow|related)Match|({OWL.iri}|https?://schema\.org/)sameAs|{RDFS.iri}seeAlso|"
    rf"{DCTERMS.iri}(relation|references)|{OWL.iri}equivalent(Class|Property)|{RDFS.iri}sub(Class|Property)Of|"
    rf"{'|'.join(map(re.escape, sorted(OF_PARTS)))}"
)
UNDEFINED = "http://sssom.invalid/"  # the standard's namespace for extension slots without a property

LANGUAGE_TAGGED = {f"{RDF.iri}langString", f"{RDF.iri}dirLangString"}  # datatypes of literals with a language tag

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_NAME = re.compile(r"[^\W\d][\w.-]*")  # an XML name without a colon, near enough


def read(path: Path, published: bool = True, settings: Settings | None = None) -> MappingSet:
    """Read SSSOM/TSV or CSV, its header in the file or in ``<name>.sssom.yml`` beside it; SSSOM/JSON; SSSOM as RDF in
    any syntax, within the limits of ``settings``. The content decides which it is. One that is not ours has so many
    bytes at most as these say.

    Raises ParseError, with the line, for what the standard forbids. What is ``published`` by us is a table, and held
    to more: a licence, a confidence, where each target was seen, no mapping twice, and nothing that needs a note.
    """
    return _Reader(path, published, settings or Settings()).read()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def expand(value: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a CURIE, or of an IRI. Raises ValueError for a prefix that is not in the map, or what is no IRI."""
    iri = value
    prefix, colon, local = value.partition(":")
    if colon and prefix in prefixes:
        iri = f"{prefixes[prefix]}{local}"
    elif not value.startswith(("http://", "https://", "urn:")):
        if value.startswith("<"):
            raise ValueError(f"{value!r}: an IRI stands without < and > here")
        line = f": add '{prefix}: <the IRI that it stands for>' there" if colon else ""
        raise ValueError(f"{value!r}: its prefix is not in curie_map{line}")
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise ValueError(f"{value!r}, which is no IRI: {error}") from error


class _Reader:
    """Reads one file. ``self._header`` is where its header is: the file itself, or the one beside it."""

    def __init__(self, path: Path, published: bool, settings: Settings) -> None:
        self._path = self._header = path
        self._published = published
        self._settings = settings
        self._is_rdf = False
        self._notes: list[str] = []
        self._prefixes: dict[str, str] = {}

    def read(self) -> MappingSet:
        written = self._written()
        self._header, self._is_rdf = written.path, written.is_rdf
        for name in ("curie_map", "mapping_set_id", "license"):
            if name not in written.header and (self._published or name != "curie_map"):  # built-in ones may be enough
                self._doubt(f"the header has no {name}", "the set is read without", 1, self._header)
        own, defined, values = self._set_slots(written.header)
        self._check_names(written, defined)
        own, rows = _propagated(own, list(self._rows(written.records, defined, own)))
        return MappingSet(
            re.sub(r"(\.sssom)?\.\w+(\.gz)?$", "", self._path.name),
            own,
            tuple(rows),
            self._prefixes,
            values,
            {item.property: item for item in defined.values()},
            tuple(self._notes),
            self._path,
        )

    def _written(self) -> Written:
        """Mapping set of the file, in whichever syntax."""
        if not self._published:
            require_short(self._path, self._settings.mapping_bytes)
        if not self._published and sssom_rdf.is_rdf(self._path):
            return sssom_rdf.read(self._path, self._doubt, self._settings)
        if not self._published and sssom_json.is_json(self._path):
            return sssom_json.read(self._path, self._doubt)
        return sssom_table.read(self._path, self._doubt, exact=self._published)

    def _doubt(self, fault: str, remedy: str, line: int, path: Path | None = None) -> None:
        """A note on a fault and what is done about it; for a set that we publish, an error."""
        if self._published:
            raise ParseError(fault, path or self._path, line)
        self._notes.append(f"{(path or self._path).name}:{line}: {fault}; {remedy}")

    # --- the header

    def _set_slots(
        self, header: Mapping[str, HeaderEntry]
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, Extension], dict[str, str]]:
        """The set's slots, its extension slots by name, and its values of these by property."""
        self._prefixes = self._prefix_map(header.get("curie_map", HeaderEntry(None, 1)))
        defined = self._extensions(header.get("extension_definitions", HeaderEntry(None, 1)))
        if self._published and not any(item.property.endswith(f"#{SEEN_IN}") for item in defined.values()):
            raise ParseError(
                "the header defines no extension slot for ilod:seenIn, where a target was seen", self._header, 1
            )
        own: dict[str, tuple[str, ...]] = {}
        values: dict[str, str] = {}
        for key, entry in header.items():
            items = [item for item in _listed(entry.value) if item is not None]
            if key in ("curie_map", "extension_definitions") or not items:
                continue
            if not all(isinstance(item, str) for item in items):
                self._doubt(f"{key} is no text", "it was left out", entry.line, self._header)
                continue
            texts = [item.strip() for item in items if item.strip()]
            if key in defined:
                extension = defined[key]
                values[extension.property] = self._extended(extension, " ".join(texts), entry.line, self._header)
            elif key in slots.MAPPING_SET or key in slots.RENAMED:
                own |= self._values(key, texts, entry.line, self._header)
            else:
                self._doubt(f"{key!r} is no slot of a mapping set", "it was left out", entry.line, self._header)
        return own, defined, values

    def _prefix_map(self, entry: HeaderEntry) -> dict[str, str]:
        declared = {} if entry.value is None else entry.value
        if not isinstance(declared, dict) or not all(isinstance(iri, str) for iri in declared.values()):
            raise ParseError("curie_map is no list of prefixes with their IRIs", self._header, entry.line)
        for prefix in sorted(declared.keys() & BUILT_IN.keys()):
            if declared[prefix] != BUILT_IN[prefix]:
                fault = f"{prefix}: stands for {BUILT_IN[prefix]} in SSSOM, and is declared as {declared[prefix]}"
                self._doubt(fault, "it is read as SSSOM has it", entry.line, self._header)
        return {**{prefix: iri.strip() for prefix, iri in declared.items()}, **BUILT_IN}

    def _extensions(self, entry: HeaderEntry) -> dict[str, Extension]:
        """Extension slots by name; a definition that is not valid is passed over, as the standard has it."""
        defined: dict[str, Extension] = {}
        for item in entry.value if isinstance(entry.value, list) else [] if entry.value is None else [entry.value]:
            try:
                extension = self._extension(item)
                if extension.name in defined or extension.property in {each.property for each in defined.values()}:
                    raise ValueError(f"{extension.name} stands twice")
                defined[extension.name] = extension
            except ValueError as error:
                fault = f"extension_definitions: each has a slot_name and a property ({error})"
                self._doubt(fault, "it was left out", entry.line, self._header)
        return defined

    def _extension(self, item: object) -> Extension:
        """Raises ValueError."""
        if not isinstance(item, dict) or not all(isinstance(value, str) for value in item.values()):
            raise ValueError("it is no list of names with their values")
        name = item.get("slot_name", "")
        if not _NAME.fullmatch(name) or name in slots.ALL:
            raise ValueError(f"slot_name is {name!r}")
        if surplus := sorted(item.keys() - {"slot_name", "property", "type_hint"}):
            raise ValueError(f"it has a {surplus[0]}")
        if self._published and "property" not in item:
            raise ValueError(f"{name} has no property")
        property = expand(item["property"], self._prefixes) if "property" in item else UNDEFINED + name
        type_hint = expand(item.get("type_hint", "xsd:string"), self._prefixes)
        if type_hint in LANGUAGE_TAGGED:
            raise ValueError(f"type_hint is {item['type_hint']!r}, and no value here has a language")
        return Extension(name, property, type_hint)

    # --- the table

    def _check_names(self, written: Written, defined: Mapping[str, Extension]) -> None:
        """Tell names that mean nothing; of a table, raise ParseError for a column that has to be there."""
        either = {name: (name, f"{name[:-3]}_label") for name in ("subject_id", "object_id")}  # of a literal: no id
        present = {new for name in written.names for new in slots.RENAMED.get(name, (name,))}
        wanted = (*PUBLISHED, *defined) if self._published else REQUIRED
        for name in wanted if written.columns else ():
            if not present & {*either.get(name, (name,))}:
                raise ParseError(f"the column {name!r} is missing", self._path, written.columns)
        what = "the column" if written.columns else "in a mapping,"
        for name, line in written.names.items():
            if not (name in slots.MAPPING or name in slots.RENAMED or name in defined):
                self._doubt(f"{what} {name!r} is no slot of SSSOM", "it was left out", line)

    def _rows(
        self, records: Iterable[Record], defined: Mapping[str, Extension], own: Mapping[str, tuple[str, ...]]
    ) -> Iterator[MappingRow]:
        lines: dict[tuple[str, ...], int] = {}
        for record in records:
            given = {name: texts[0] for name, texts in record.texts.items() if texts}
            extensions: dict[str, str] = {}
            values: dict[str, tuple[str, ...]] = {}
            for name, texts in record.texts.items():
                if name in defined:
                    text = self._only(name, texts, record.line)
                    extensions[defined[name].property] = self._extended(defined[name], text, record.line, self._path)
                elif name in slots.MAPPING or name in slots.RENAMED:
                    values = {**self._values(name, texts, record.line, self._path, given), **values}
            row = MappingRow(record.line, values, extensions)
            self._check(row, own)
            ends = tuple(row.value(f"{end}_id") or row.value(f"{end}_label") for end in ("subject", "object"))
            mapping = (row.value("predicate_id"), *ends)
            if self._published and mapping in lines:
                raise ParseError(f"this is the same mapping as line {lines[mapping]}", self._path, record.line)
            lines[mapping] = record.line
            yield row

    def _only(self, name: str, texts: Sequence[str], line: int) -> str:
        if len(texts) > 1:
            self._doubt(f"{name} has {len(texts)} values, and can only have one", "the first was read", line)
        return texts[0]

    def _check(self, row: MappingRow, own: Mapping[str, tuple[str, ...]]) -> None:
        """Raise ParseError for a mapping that lacks what it must have."""
        for name in PUBLISHED if self._published else REQUIRED:
            end = name[:-3]
            is_literal = (row.value(f"{end}_type") or next(iter(own.get(f"{end}_type", ())), "")) == LITERAL
            needed = f"{end}_label" if is_literal else name
            if not row.value(needed):
                raise ParseError(f"the mapping has no {needed}", self._path, row.line)
        if self._published and not where_seen(row):
            raise ParseError("the mapping does not say where its target was seen", self._path, row.line)
        if self._published and not PREDICATES.fullmatch(row.value("predicate_id")):
            message = f"{row.value('predicate_id')} is no mapping predicate that is known here"
            raise ParseError(message, self._path, row.line)

    # --- values

    def _values(
        self, name: str, texts: Sequence[str], line: int, path: Path, given: Mapping[str, str] | None = None
    ) -> dict[str, tuple[str, ...]]:
        """The slots, by their names of today, with the values that ``texts`` are. Raises ParseError."""
        if name in slots.REWORDED:
            words = slots.REWORDED[name]
            if unknown := [text for text in texts if text not in words]:
                raise ParseError(f"{name} is {unknown[0]!r}, and can only be {', '.join(words)}", path, line)
            texts = [words[text] for text in texts]
        names = slots.RENAMED.get(name, (name,))
        if len(texts) > 1 and names[0] not in slots.SEVERAL:
            raise ParseError(f"{name} has {len(texts)} values, and can only have one", path, line)
        values = {new: tuple(self._value(new, text, line, path, given or {}) for text in texts) for new in names}
        return {new: items for new, items in values.items() if items}

    def _value(self, name: str, text: str, line: int, path: Path, given: Mapping[str, str]) -> str:
        if name in slots.ENTITY:
            return self._entity(name, text, line, path, given)
        if name in slots.DATE:
            return self._date(name, text, line, path)
        if name in slots.NUMBER:
            low, high = slots.NUMBER[name]
            if not _NUMBER.fullmatch(text) or not low <= float(text) <= high:
                raise ParseError(f"{name} is {text!r}, and must be a number from {low} to {high}", path, line)
        elif name in slots.URI and not is_iri(text):
            self._doubt(f"{name} is {text!r}, which is no IRI", "it is kept as text", line, path)
        elif name in slots.VALUES and text not in slots.VALUES[name]:
            if name == "predicate_modifier" and text.lower() != NOT.lower():
                raise ParseError(f"predicate_modifier is {text!r}, and can only be {NOT!r}", path, line)
            self._doubt(f"{name} is {text!r}, which SSSOM does not have", "it is kept as text", line, path)
            return NOT if name == "predicate_modifier" else text
        return text

    def _entity(self, name: str, text: str, line: int, path: Path, given: Mapping[str, str]) -> str:
        if self._is_rdf and is_iri(text):
            return text
        try:
            return expand(text, self._prefixes)
        except ValueError as error:
            if given.get(f"{name.removesuffix('_id')}_type") == COMPOSED:
                return text
            if name not in REQUIRED and ":" not in text:
                self._doubt(f"{name} is {text!r}, which is no CURIE", "it is kept as text", line, path)
                return text
            raise ParseError(f"{name} is {error}", path, line) from error

    def _date(self, name: str, text: str, line: int, path: Path) -> str:
        if not _DATE.fullmatch(text):
            raise ParseError(f"{name} is {text!r}, and must be a whole date, YYYY-MM-DD", path, line)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise ParseError(f"{name} is {text!r}, a date that no calendar has: {error}", path, line) from error

    def _extended(self, extension: Extension, text: str, line: int, path: Path) -> str:
        """A value of an extension slot: an IRI where its type is URI_OR_CURIE, else as written."""
        if extension.type_hint.lower() != URI_OR_CURIE.lower() or (self._is_rdf and is_iri(text)):
            return text
        try:
            return expand(text, self._prefixes)
        except ValueError as error:
            raise ParseError(f"{extension.name} is {error}", path, line) from error


def _propagated(
    own: Mapping[str, tuple[str, ...]], rows: Sequence[MappingRow]
) -> tuple[dict[str, tuple[str, ...]], list[MappingRow]]:
    """Rest of the set's slots, and the rows with what holds for all of them."""
    shared = {
        name: value
        for name, value in own.items()
        if name in slots.PROPAGATED
        and rows
        and len({row.slots.get(name, ()) for row in rows} | {()}) <= 2
        and {row.slots.get(name, ()) for row in rows} in ({()}, {value})
    }
    rest = {name: value for name, value in own.items() if name not in shared}
    return rest, [MappingRow(row.line, {**shared, **row.slots}, row.extensions) for row in rows]
