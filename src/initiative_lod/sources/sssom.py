"""Reads SSSOM/TSV: mapping sets, as their makers wrote them.

What the standard leaves to a reader is done here and noted; of a set that we publish ourselves it is an error. What a
mapping set becomes as RDF is in ``build.mappings``. Source: the SSSOM specification 1.1, "SSSOM/TSV" and "data model".
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import NamedNode

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import is_iri
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import (
    SEEN_IN,
    URI_OR_CURIE,
    Extension,
    MappingRow,
    MappingSet,
    where_seen,
)
from initiative_lod.sources.sssom_slots import BUILT_IN, COMPOSED, LITERAL, NOT, REQUIRED
from initiative_lod.sources.turtle import read_text, text_of
from initiative_lod.vocabulary import DCTERMS, OWL, RDF, RDFS, SKOS

PUBLISHED = (*REQUIRED, "confidence")  # what we publish says how sure it is as well
PREDICATES = re.compile(
    rf"{SKOS.iri}(exact|close|broad|narrow|related)Match|({OWL.iri}|https?://schema\.org/)sameAs|{RDFS.iri}seeAlso|"
    rf"{DCTERMS.iri}(relation|references)|{OWL.iri}equivalent(Class|Property)|{RDFS.iri}sub(Class|Property)Of"
)
MAX_UNPACKED_BYTES = 256 << 20  # of a mapping set that is packed
UNDEFINED = "http://sssom.invalid/"  # the standard's namespace for extension slots without a property

LANGUAGE_TAGGED = {f"{RDF.iri}langString", f"{RDF.iri}dirLangString"}  # datatypes of literals with a language tag

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_NAME = re.compile(r"[^\W\d][\w.-]*")  # an XML name without a colon, near enough
#: A cell in quotes ends at a quote that a delimiter or a line end follows; a quote that does not is part of the text,
#: as people write it. (The csv module either refuses such a cell or loses its quotes.)
_CELL = {
    delimiter: re.compile(rf'"((?:[^"]++|"")*+)"(?=[{delimiter}\n]|\Z)|([^{delimiter}\n]*)') for delimiter in "\t,"
}


def read(path: Path, published: bool = True) -> MappingSet:
    """Read SSSOM/TSV (or CSV), its header in the file or in ``<name>.sssom.yml`` beside it.

    Raises ParseError, with the line, for what the standard forbids. What is ``published`` by us is held to more: a
    licence, a confidence, where each target was seen, no mapping twice, and nothing that needs a note.
    """
    return _Reader(path, published).read()


def expand(value: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a CURIE, or of an IRI. Raises ValueError for a prefix that is not in the map, or what is no IRI."""
    iri = value
    prefix, colon, local = value.partition(":")
    if colon and prefix in prefixes:
        iri = f"{prefixes[prefix]}{local}"
    elif not value.startswith(("http://", "https://", "urn:")):
        line = f": add '{prefix}: <the IRI that it stands for>' there" if colon else ""
        raise ValueError(f"{value!r}: its prefix is not in curie_map{line}")
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise ValueError(f"{value!r}, which is no IRI: {error}") from error


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of a header with its value: None, a string, or lists and dicts of these; ``line`` counts from 1."""

    value: Any
    line: int


class _AliasError(Exception):
    """An alias; its argument is the line."""


class _Composer(yaml.BaseLoader):
    """YAML without aliases, which SSSOM forbids."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            alias: Any = self.get_event()  # type: ignore[no-untyped-call]
            raise _AliasError(alias.start_mark.line + 1)
        return super().compose_node(parent, index)


class _Reader:
    """Reads one file. ``self._header`` is where its header is: the file itself, or the one beside it."""

    def __init__(self, path: Path, published: bool) -> None:
        self._path = self._header = path
        self._published = published
        self._notes: list[str] = []
        self._prefixes: dict[str, str] = {}

    def read(self) -> MappingSet:
        if self._path.suffix in (".yml", ".yaml"):
            raise ParseError("this is the metadata of a mapping set: name the .tsv file that is beside it", self._path)
        lines = _lines(self._path)
        start = next((index for index, line in enumerate(lines) if line.strip() and not _is_header(line)), len(lines))
        top = lines[start] if start < len(lines) else ""
        delimiter = "," if "\t" not in top and "," in top else "\t"
        names = [name.strip() for name in next(iter(_records([top], delimiter, 1)), (0, [""]))[1]]
        header = self._metadata([_unpadded(line, delimiter, len(names)) for line in lines[:start]])
        own, defined, values = self._set_slots(header)
        columns = self._columns(names, defined, start + 1)
        rows = list(self._rows(_records(lines[start + 1 :], delimiter, start + 2), columns, defined, own))
        own, rows = _propagated(own, rows)
        return MappingSet(
            re.sub(r"(\.sssom)?\.(tsv|csv|txt)(\.gz)?$", "", self._path.name),
            own,
            tuple(rows),
            self._prefixes,
            values,
            {item.property: item for item in defined.values()},
            tuple(self._notes),
            self._path,
        )

    def _doubt(self, fault: str, remedy: str, line: int, path: Path | None = None) -> None:
        """A note on a fault and what is done about it; for a set that we publish, an error."""
        if self._published:
            raise ParseError(fault, path or self._path, line)
        self._notes.append(f"{(path or self._path).name}:{line}: {fault}; {remedy}")

    # --- the header

    def _metadata(self, lines: list[str]) -> dict[str, _Entry]:
        """The header's keys. ``lines`` are those of the file itself, without delimiters that a spreadsheet added."""
        beside = self._beside()
        if not any(line.strip() for line in lines) and beside is not None:
            self._header = beside
            lines = _lines(beside)
        elif beside is not None:
            self._doubt(f"{beside.name} is beside a file that has its own header", "the latter was read", 1)
        loader = _Composer("\n".join(map(_untabbed, lines)))
        try:
            node = loader.get_single_node()
            header = {} if node is None else self._entries(node)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ParseError(f"the header is not YAML: {error.problem or error.context}", self._header, line) from error
        except _AliasError as error:
            raise ParseError("the header has a YAML alias, which SSSOM forbids", self._header, error.args[0]) from error
        except RecursionError as error:
            raise ParseError("the header is not YAML: it is nested too deeply", self._header, 1) from error
        except yaml.YAMLError as error:
            raise ParseError(f"the header is not YAML: {str(error).splitlines()[0]}", self._header, 1) from error
        finally:
            loader.dispose()
        for name in ("curie_map", "mapping_set_id", "license"):
            if name not in header and (self._published or name != "curie_map"):  # built-in prefixes may be enough
                self._doubt(f"the header has no {name}", "the set is read without", 1, self._header)
        return header

    def _beside(self) -> Path | None:
        """The file of external metadata (``x.sssom.yml`` for ``x.sssom.tsv``), where there is one."""
        name = re.sub(r"(\.sssom)?\.[A-Za-z]+(\.gz)?$", "", self._path.name)
        places = (self._path.with_name(name + end) for end in (".sssom.yml", ".sssom.yaml", ".yml", ".yaml"))
        return next((place for place in places if place.is_file()), None)

    def _entries(self, node: yaml.Node) -> dict[str, _Entry]:
        if not isinstance(node, yaml.MappingNode):
            raise ParseError("the header has no curie_map", self._header, 1)
        entries: dict[str, _Entry] = {}
        for key, value in node.value:
            entry = _Entry(_plain(value), key.start_mark.line + 1)
            if entries.get(key.value, entry).value != entry.value:
                raise ParseError(f"{key.value} stands twice in the header", self._header, entry.line)
            entries[key.value] = entry
        return entries

    def _set_slots(
        self, header: Mapping[str, _Entry]
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, Extension], dict[str, str]]:
        """The set's slots, its extension slots by name, and its values of these by property."""
        self._prefixes = self._prefix_map(header.get("curie_map", _Entry(None, 1)))
        defined = self._extensions(header.get("extension_definitions", _Entry(None, 1)))
        if self._published and not any(item.property.endswith(f"#{SEEN_IN}") for item in defined.values()):
            raise ParseError(
                "the header defines no extension slot for ilod:seenIn, where a target was seen", self._header, 1
            )
        own: dict[str, tuple[str, ...]] = {}
        values: dict[str, str] = {}
        for key, entry in header.items():
            items = entry.value if isinstance(entry.value, list) else [entry.value]
            if key in ("curie_map", "extension_definitions") or items == [None]:
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

    def _prefix_map(self, entry: _Entry) -> dict[str, str]:
        declared = {} if entry.value is None else entry.value
        if not isinstance(declared, dict) or not all(isinstance(iri, str) for iri in declared.values()):
            raise ParseError("curie_map is no list of prefixes with their IRIs", self._header, entry.line)
        for prefix in sorted(declared.keys() & BUILT_IN.keys()):
            if declared[prefix] != BUILT_IN[prefix]:
                fault = f"{prefix}: stands for {BUILT_IN[prefix]} in SSSOM, and is declared as {declared[prefix]}"
                self._doubt(fault, "it is read as SSSOM has it", entry.line, self._header)
        return {**{prefix: iri.strip() for prefix, iri in declared.items()}, **BUILT_IN}

    def _extensions(self, entry: _Entry) -> dict[str, Extension]:
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

    def _columns(self, names: list[str], defined: Mapping[str, Extension], line: int) -> list[str]:
        """The names of the columns; an empty one for a column that is left out."""
        wanted = PUBLISHED if self._published else REQUIRED
        either = {name: (name, f"{name[:-3]}_label") for name in ("subject_id", "object_id")}  # of a literal: no id
        present = {new for name in names for new in slots.RENAMED.get(name, (name,))}
        for name in (*wanted, *(defined if self._published else ())):
            if not present & {*either.get(name, (name,))}:
                hint = "" if names[0][:1] not in ("{", "[", "<", "@") else "; it looks like JSON or RDF"
                raise ParseError(f"the column {name!r} is missing{hint}", self._path, line)
        columns = []
        for index, name in enumerate(names):
            if name and name in names[:index]:
                raise ParseError(f"the column {name!r} stands twice", self._path, line)
            is_slot = name in slots.MAPPING or name in slots.RENAMED or name in defined
            if name and not is_slot:
                self._doubt(f"the column {name!r} is no slot of SSSOM", "it was left out", line)
            columns.append(name if is_slot else "")
        return columns

    def _rows(
        self,
        records: Iterable[tuple[int, list[str]]],
        columns: list[str],
        defined: Mapping[str, Extension],
        own: Mapping[str, tuple[str, ...]],
    ) -> Iterator[MappingRow]:
        lines: dict[tuple[str, ...], int] = {}
        for line, cells in records:
            if not any(cell.strip() for cell in cells):
                continue
            beyond = any(cell.strip() for cell in cells[len(columns) :])
            if beyond or (self._published and len(cells) < len(columns)):
                raise ParseError(f"{len(cells)} cells stand under {len(columns)} columns", self._path, line)
            given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name and cell.strip()}
            extensions = {
                defined[name].property: self._extended(defined[name], value, line, self._path)
                for name, value in given.items()
                if name in defined
            }
            values: dict[str, tuple[str, ...]] = {}
            for name, text in given.items():
                if name not in defined:
                    parts = _parted(text) if name in slots.SEVERAL else [text]
                    values = {**self._values(name, parts, line, self._path, given), **values}
            row = MappingRow(line, values, extensions)
            self._check(row, own)
            ends = tuple(row.value(f"{end}_id") or row.value(f"{end}_label") for end in ("subject", "object"))
            mapping = (row.value("predicate_id"), *ends)
            if self._published and mapping in lines:
                raise ParseError(f"this is the same mapping as line {lines[mapping]}", self._path, line)
            lines[mapping] = line
            yield row

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
        if extension.type_hint.lower() != URI_OR_CURIE.lower():
            return text
        try:
            return expand(text, self._prefixes)
        except ValueError as error:
            raise ParseError(f"{extension.name} is {error}", path, line) from error


def _lines(path: Path) -> list[str]:
    """The lines of a file, without a byte order mark, whatever its line ends."""
    content = _unpacked(path) if path.suffix == ".gz" else read_text(path)
    text = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\n").split("\n")


def _unpacked(path: Path) -> str:
    """The text of a gzip file. Raises ParseError, SourceError."""
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_UNPACKED_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ParseError("the archive breaks off, or is none: it cannot be unpacked", path) from error
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path) from error
    if len(content) > MAX_UNPACKED_BYTES:
        raise ParseError(f"it unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB, which is no mapping set", path)
    return text_of(content, path)


def _is_header(line: str) -> bool:
    return line.startswith(("#", '"#'))  # a spreadsheet puts quotes around a line that has some


def _unpadded(line: str, delimiter: str, columns: int) -> str:
    """A line of a header without its ``#``, and without the delimiters with which a spreadsheet fills it up."""
    if line.startswith('"#'):
        line = next(_records([line], delimiter, 1))[1][0]
    elif delimiter == "\t" or line.endswith("," * (columns - 1)):
        line = line.rstrip().rstrip(delimiter)
    return line[1:]


def _untabbed(line: str) -> str:
    """A line of YAML with spaces for the tabs before its text and behind its key."""
    text = line.lstrip(" \t")
    indent = line[: len(line) - len(text)].replace("\t", "  ")
    return indent + re.sub(r"^((?:- )?[^\s:\"']+:|-)[ \t]*\t[ \t]*", r"\1 ", text)


def _plain(node: yaml.Node) -> Any:
    """A YAML node as None, a string, or lists and dicts of these: numbers and dates stay as they are written."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    is_null = isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")
    return None if is_null else node.value


def _records(lines: Sequence[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Records of a table with the line on which each begins; ``first`` is the number of the first line."""
    text, cell = "\n".join(lines), _CELL[delimiter]
    position, line = 0, first
    while position < len(text):
        cells, begin = [], line
        while True:
            match = cell.match(text, position)
            assert match is not None  # it matches the empty string
            quoted, plain = match.groups()
            cells.append(plain if quoted is None else quoted.replace('""', '"'))
            line += match.group().count("\n")
            position = match.end() + 1
            if match.end() >= len(text) or text[match.end()] == "\n":
                break
        line += 1
        yield begin, cells


def _parted(cell: str) -> list[str]:
    r"""The values of a cell that may have several, parted by ``|``; ``\|`` and ``\\`` stand for ``|`` and ``\``."""
    items = [""]
    for token in re.findall(r"\\[\\|]|[^\\|]+|[\\|]", cell):
        if token == "|":
            items.append("")
        else:
            items[-1] += token[-1] if len(token) == 2 and token[0] == "\\" and token[1] in "\\|" else token
    return [item.strip() for item in items if item.strip()]


def _propagated(
    own: Mapping[str, tuple[str, ...]], rows: Sequence[MappingRow]
) -> tuple[dict[str, tuple[str, ...]], list[MappingRow]]:
    """What is left of the set's slots, and the rows with what holds for all of them."""
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
