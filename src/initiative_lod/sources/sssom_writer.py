"""Writes SSSOM/TSV in the standard's canonical form. Source: the SSSOM specification 1.1, "SSSOM/TSV"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from initiative_lod.iris import is_iri
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import STRING, URI_OR_CURIE, Extension, MappingRow, MappingSet
from initiative_lod.sources.sssom_slots import BUILT_IN, COMPOSED, REQUIRED

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Dumper(yaml.SafeDumper):
    """Canonical SSSOM: plain style where that can be, else double quotes; lists as indented blocks."""

    def choose_scalar_style(self) -> Any:
        style = super().choose_scalar_style()
        return '"' if style == "'" else style

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Unquoted(str):
    """A date or a number, which YAML writes without quotes."""


_Dumper.add_representer(_Unquoted, lambda dumper, text: dumper.represent_scalar(_tag(text), str(text)))


def _tag(text: str) -> str:
    kind = "timestamp" if _DATE.fullmatch(text) else "float" if re.search(r"[.eE]", text) else "int"
    return f"tag:yaml.org,2002:{kind}"


def write(mappings: MappingSet) -> str:
    """SSSOM/TSV in canonical form, but that numbers stay as they are written. Reading it gives the same set.

    IRIs are shortened by the set's prefixes, the longest first. Raises ValueError for two extension slots of one name.
    """
    used: set[str] = set()
    own, rows = _condensed(mappings)
    present = {name for row in rows for name in row.slots} or {*REQUIRED}
    names = [name for name in slots.MAPPING if name in present]
    properties = {iri for row in rows for iri in row.extensions} | mappings.extensions.keys()
    extensions = [mappings.defined.get(iri, Extension.of(iri)) for iri in sorted(properties)]
    if len({item.name for item in extensions}) < len(extensions):
        raise ValueError(f"two extension slots would share a name: {', '.join(item.property for item in extensions)}")
    in_rows = [item for item in extensions if any(item.property in row.extensions for row in rows)]

    def text(name: str, value: str) -> str:
        return _shorten(value, mappings.prefixes, used) if name in slots.ENTITY and is_iri(value) else value

    def extended(item: Extension, values: Mapping[str, str]) -> str:
        value = values.get(item.property, "")
        is_thing = item.type_hint.lower() == URI_OR_CURIE.lower() and is_iri(value)
        return _shorten(value, mappings.prefixes, used) if is_thing else value

    lines = [[*names, *(item.name for item in in_rows)]]
    for row in sorted(rows, key=lambda row: ([row.slots.get(name, ()) for name in slots.MAPPING], str(row.extensions))):
        cells = []
        for name in names:
            items = [text(name, value) for value in row.slots.get(name, ())]
            if name in slots.SEVERAL:
                items = [re.sub(r"([\\|])", r"\\\1", item) for item in items]
            cells.append("|".join(items))
        lines.append([*cells, *(extended(item, row.extensions) for item in in_rows)])
    header: dict[str, Any] = {}
    for name in slots.MAPPING_SET:
        if name in own:
            exact = name in slots.DATE or name in slots.NUMBER
            items = [_Unquoted(value) if exact else text(name, value) for value in own[name]]
            header[name] = items if name in slots.SEVERAL else items[0]
    if extensions:
        header["extension_definitions"] = [
            {
                "slot_name": item.name,
                "property": _shorten(item.property, mappings.prefixes, used),
                **(
                    {"type_hint": _shorten(item.type_hint, mappings.prefixes, used)} if item.type_hint != STRING else {}
                ),
            }
            for item in extensions
        ]
    header |= {
        item.name: extended(item, mappings.extensions) for item in extensions if item.property in mappings.extensions
    }
    prefixes = {prefix: mappings.prefixes[prefix] for prefix in sorted(used - BUILT_IN.keys())}
    head = yaml.dump(
        {"curie_map": prefixes, **header}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6
    )
    table = "".join("\t".join(map(_quoted, cells)) + "\n" for cells in lines)
    return "".join(f"#{line}\n" for line in head.splitlines()) + table


def _condensed(mappings: MappingSet) -> tuple[dict[str, tuple[str, ...]], list[MappingRow]]:
    """The set's slots with what all rows share, and the rows without that."""
    own = dict(mappings.slots)
    shared = set()
    for name in slots.PROPAGATED:
        values = {row.slots.get(name, ()) for row in mappings.rows}
        if len(values) == 1 and (value := values.pop()) and own.get(name, value) == value:
            own[name] = value
            shared.add(name)
    rows = [
        MappingRow(row.line, {name: value for name, value in row.slots.items() if name not in shared}, row.extensions)
        for row in mappings.rows
    ]
    if _takes_1_1(own, rows):
        own["sssom_version"] = ("1.1",)
    return own, rows


def _takes_1_1(own: Mapping[str, tuple[str, ...]], rows: Sequence[MappingRow]) -> bool:
    """Tell a set that uses what came with SSSOM 1.1, and has to say so."""
    of_sets = slots.SINCE_1_1 | {"similarity_measure", "curation_rule", "curation_rule_text"}  # of mappings in 1.0
    return bool(of_sets & own.keys()) or any(
        slots.SINCE_1_1 & row.slots.keys()
        or row.value("mapping_cardinality") == "0:0"
        or COMPOSED in (row.value("subject_type"), row.value("object_type"))
        for row in rows
    )


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[\t\n\r"]', cell) else cell


def _shorten(iri: str, prefixes: Mapping[str, str], used: set[str]) -> str:
    """The CURIE of an IRI, by the longest prefix that leaves a local name; the IRI itself where there is none."""
    best = ""
    for prefix, start in prefixes.items():
        longer = not best or len(start) > len(prefixes[best])
        if longer and iri.startswith(start) and re.fullmatch(r"[^\s|/][^\s|]*", iri[len(start) :]):
            best = prefix
    if not best:
        return iri
    used.add(best)
    return f"{best}:{iri[len(prefixes[best]) :]}"
