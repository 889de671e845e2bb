"""Reads SSSOM/RDF: a mapping set as a graph, in any syntax of RDF. Source: the SSSOM specification 1.1, "SSSOM/RDF".

Statements that mappings make ("direct triples") are passed over, as the standard has it: what counts are the records.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import is_iri
from initiative_lod.reading import foreign_graph, syntax
from initiative_lod.reading.encoding import head
from initiative_lod.settings import Settings
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import STRING, URI_OR_CURIE, Extension
from initiative_lod.sources.sssom_raw import MAX_UNPACKED_BYTES, Doubt, HeaderEntry, Record, Written
from initiative_lod.vocabulary import DCTERMS, OWL, RDF, SSSOM, VOID

Node = NamedNode | BlankNode
_SETS = frozenset({"mappings", "extension_definitions", "curie_map", "mapping_set_id"})
_COLUMN = re.compile(r"\b(?:predicate|subject|object)_(?:id|label)\b[^:>]*(?:[\t,]|$)")  # of a table
_DEFINITION = ("slot_name", "property", "type_hint")


def is_rdf(path: Path) -> bool:
    """Tell a file of RDF by its content and its name. A table is none, whatever it is called, nor is SSSOM/JSON."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            text = head(file.read(syntax.HEAD))
            if text.lstrip().startswith("{") and re.search(
                rb'"mappings"\s*:\s*\[', text.encode() + file.read(MAX_UNPACKED_BYTES)
            ):
                return False
    except (OSError, EOFError, zlib.error):
        return False  # who reads it as a table says why it cannot be read
    top = next((line for line in text.splitlines() if line.strip() and not line.startswith(("#", '"#'))), "")
    if _COLUMN.search(top) and not re.match(r"\s*[{\[<@]", top):
        return False
    return syntax.decide(path.name.removesuffix(".gz"), text)[0] is not None


def read(path: Path, doubt: Doubt, settings: Settings) -> Written:
    """The mapping set of a file, read in a process with limits. Raises ParseError, SourceError."""
    graph = foreign_graph.read([str(path)], None, settings, strict=True)
    return _Graph(graph.quads, path, doubt).read()


class _Graph:
    """A graph by its subjects, and how its terms are written in SSSOM."""

    def __init__(self, quads: Iterable[Quad], path: Path, doubt: Doubt) -> None:
        self._path, self._doubt = path, doubt
        self._about: dict[Any, dict[str, list[Any]]] = {}
        for quad in quads:
            values = self._about.setdefault(quad.subject, {}).setdefault(quad.predicate.value, [])
            if quad.object not in values:
                values.append(quad.object)
        self._extensions: dict[str, Extension] = {}

    def read(self) -> Written:
        sets = self._of_type(SSSOM.MappingSet)
        if len(sets) > 1:
            raise ParseError(f"there are {len(sets)} mapping sets in it: give each a file of its own", self._path)
        own = self._about[sets[0]] if sets else {}
        for node in own.get(f"{SSSOM.iri}extension_definitions", []):
            self._define(self._about.get(node, {}))
        nodes = own.get(f"{SSSOM.iri}mappings") or self._of_type(SSSOM.Mapping) or self._of_type(OWL.Axiom)
        if not nodes:
            raise SourceError("there is no mapping in it: no sssom:MappingSet with sssom:mappings", self._path)
        header = self._texts(own, slots.MAPPING_SET)
        name = next(iter(own.get(f"{SSSOM.iri}mapping_set_id", sets)), None)
        if name is not None and not isinstance(name, BlankNode):
            header["mapping_set_id"] = [name.value]
        records = [self._record(node) for node in sorted(nodes, key=self._ends)]
        names = dict.fromkeys((name for record in records for name in record.texts), 0)
        entries = {name: HeaderEntry(texts, 0) for name, texts in header.items()}
        entries["extension_definitions"] = HeaderEntry(
            [dict(zip(_DEFINITION, (e.name, e.property, e.type_hint), strict=True)) for e in self._extensions.values()],
            0,
        )
        return Written(entries, self._path, names, records, is_rdf=True)

    def _of_type(self, type: NamedNode) -> list[Any]:
        return [node for node, values in self._about.items() if type in values.get(RDF.type.value, [])]

    def _define(self, values: Mapping[str, Sequence[Any]]) -> None:
        """Take over the definition of an extension slot, if it is one; of others the property tells all."""
        given = {name: next(iter(values.get(SSSOM.iri + name, [])), Literal("")).value for name in _DEFINITION}
        if given["slot_name"] and is_iri(given["property"]):
            extension = Extension(given["slot_name"], given["property"], given["type_hint"] or STRING)
            self._extensions[extension.property] = extension

    def _ends(self, node: Any) -> list[str]:
        values = self._about.get(node, {})
        ends = ("subject_id", "predicate_id", "object_id", "subject_label", "object_label")
        texts = self._texts(values, slots.MAPPING, quiet=True)
        return [*(text for end in ends for text in texts.get(end, [""])), str(sorted(texts.items()))]

    def _record(self, node: Any) -> Record:
        values = self._about.get(node, {})
        texts = self._texts(values, slots.MAPPING)
        if isinstance(node, NamedNode) and SSSOM.Mapping not in values.get(RDF.type.value, []):
            texts.setdefault("record_id", [node.value])
        return Record(0, texts)

    def _texts(
        self, values: Mapping[str, Sequence[Any]], known: Sequence[str], quiet: bool = False
    ) -> dict[str, list[str]]:
        """The values of a set or a mapping as texts, by the slots or the extension slots that they have."""
        found: dict[str, list[str]] = {}
        for property, terms in sorted(values.items()):
            slot = property.removeprefix(SSSOM.iri)
            slot = slots.PROPERTIES.get(property, "") if slot == property else slot
            if slot in _SETS or property in (RDF.type.value, DCTERMS.isPartOf.value) or property.startswith(VOID.iri):
                continue
            if slot in known:
                texts = sorted(
                    slots.MEANINGS.get(term.value, term.value) if slot in slots.VALUES else term.value for term in terms
                )
                found[slot] = list(dict.fromkeys([*found.get(slot, []), *texts]))
            elif slot and slot != slots.PROPERTIES.get(property):
                found[slot] = [term.value for term in terms]  # it is told as no slot
            elif not quiet and not property.endswith("#targetsUnseen"):
                found[self._extension(property, terms[0]).name] = sorted(term.value for term in terms)
        return found

    def _extension(self, property: str, term: Any) -> Extension:
        """The extension slot that stands for a property: as it is defined, else by its values."""
        if property not in self._extensions:
            hint = URI_OR_CURIE if isinstance(term, NamedNode) else STRING
            if isinstance(term, Literal) and not term.language:
                hint = term.datatype.value
            made = Extension.of(property, hint)
            taken = {item.name for item in self._extensions.values()}
            number = next(
                n for n in range(1, len(taken) + 2) if (f"{made.name}_{n}" if n > 1 else made.name) not in taken
            )
            self._extensions[property] = Extension(f"{made.name}_{number}" if number > 1 else made.name, property, hint)
        return self._extensions[property]
