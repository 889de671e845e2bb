"""Reads SSSOM/JSON: a mapping set as one object whose ``mappings`` are a list.

The standard (1.1) leaves the details open. This is what sssom-py writes, and what the slots' names suggest: prefixes in
``curie_map`` or in ``@context``, several values as a list, numbers as numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from initiative_lod.errors import ParseError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.iris import is_iri
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.sssom_raw import Doubt, HeaderEntry, Record, Written, text_lines

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},\n]')


class _Twice(Exception):
    """A key that stands twice in an object with two values; its argument is the key."""


def is_json(path: Path) -> bool:
    """Tell a file of JSON by its first character."""
    return "".join(text_lines(path)).lstrip()[:1] in ("{", "[")


def read(path: Path, doubt: Doubt) -> Written:
    """The mapping set of a file. Raises ParseError."""
    text = "\n".join(text_lines(path))
    try:
        found = read_json(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise ParseError(f"not JSON: {error.msg}", path, error.lineno) from error
    except _Twice as error:
        line = text.count("\n", 0, text.rindex(json.dumps(error.args[0], ensure_ascii=False))) + 1
        raise ParseError(f"{error.args[0]} stands twice, with two values", path, line) from error
    if not isinstance(found, dict) or not isinstance(found.get("mappings"), list):
        raise ParseError("this JSON is no mapping set: it is no object with a list of 'mappings'", path, 1)
    starts = dict(_starts(text))
    header = {
        key: HeaderEntry(_plain(value), starts.get(key, 1))
        for key, value in found.items()
        if key != "mappings" and not key.startswith("@")
    }
    prefixes = _prefixes(found.get("@context"))
    if prefixes and isinstance(declared := header.get("curie_map", HeaderEntry(None, 1)).value or {}, dict):
        header["curie_map"] = HeaderEntry({**prefixes, **declared}, starts.get("@context", 1))
    names: dict[str, int] = {}
    records = []
    for index, item in enumerate(found["mappings"]):
        line = starts.get(index, 0)
        if not isinstance(item, dict):
            raise ParseError(f"mapping {index + 1} is no object", path, line)
        texts = {}
        for name, value in item.items():
            items = _plain(value if isinstance(value, list) else [value])
            if not all(text is None or isinstance(text, str) for text in items):
                doubt(f"{name} is no text", "it was left out", line, path)
            elif filled := [text for text in items if text and text.strip()]:
                texts[name] = [text.strip() for text in filled]
                if not name.startswith("@"):
                    names.setdefault(name, line)
        records.append(Record(line, {name: value for name, value in texts.items() if name in names}))
    return Written(header, path, names, records)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise _Twice(key)
        found[key] = value
    return found


def _plain(value: Any) -> Any:
    """A value with texts for numbers (which are some already) and truth values."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def _prefixes(context: Any) -> dict[str, str]:
    """The prefixes that a JSON-LD context declares: names with an IRI that are no slots."""
    if isinstance(context, list):
        return {prefix: iri for item in context for prefix, iri in _prefixes(item).items()}
    if not isinstance(context, Mapping):
        return {}
    known = slots.ALL | {"mappings", "curie_map", "extension_definitions"}
    stated = {
        key: value.get("@id") if isinstance(value, Mapping) and set(value) <= {"@id", "@prefix"} else value
        for key, value in context.items()
        if key not in known and not key.startswith("@")
    }
    return {key: iri for key, iri in stated.items() if isinstance(iri, str) and is_iri(iri)}


def _starts(text: str) -> Iterator[tuple[str | int, int]]:
    """Lines (from 1) of the keys of the outermost object, and, by their number, of the items of 'mappings'."""
    line, depth, key, index = 1, 0, "", 0
    is_key = within = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == "\n":
            line += 1
        elif token in "[{":
            if within and depth == 2 and token == "{":
                yield index, line
            depth += 1
            within = within or (depth == 2 and token == "[" and key == "mappings")
            is_key = depth == 1
        elif token in "]}":
            depth -= 1
            within = within and depth > 1
        elif token == ",":
            is_key = depth == 1
            index += within and depth == 2
        elif is_key and depth == 1:
            key, is_key = json.loads(token), False
            yield key, line
