"""Query files: SPARQL under a header of ``# key: value`` comments, which says what the query is for."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from initiative_lod.errors import ParseError

_HEADER = re.compile(r"#\s*(?P<key>[a-z]+(?:@[a-z]+)?):\s*(?P<value>.*)")


def header(query: str, path: Path | str, required: Collection[str], optional: Collection[str] = ()) -> dict[str, str]:
    """The values of a header by key. Raises ParseError, with the line, for a key that is missing, unknown or twice."""
    values: dict[str, str] = {}
    for number, line in enumerate(query.splitlines(), 1):
        match = _HEADER.match(line)
        if match is None:
            break
        key = match["key"]
        if key not in (*required, *optional):
            known = ", ".join((*required, *optional))
            raise ParseError(f"the header has a key {key!r}, which means nothing; there are {known}", path, number)
        if key in values:
            raise ParseError(f"the header has '# {key}: …' twice: delete one", path, number)
        values[key] = match["value"].strip()
    for key in required:
        if not values.get(key):
            raise ParseError(f"the header has no '# {key}: …': add that line", path, 1)
    return values


def line_of(query: str, key: str) -> int:
    """The line of a header's key, from 1; 1 where it has none."""
    lines = (number for number, line in enumerate(query.splitlines(), 1) if re.match(rf"#\s*{key}:", line))
    return next(lines, 1)


def without_header(query: str) -> str:
    """The query itself."""
    lines = query.splitlines(keepends=True)
    while lines and (_HEADER.match(lines[0]) or not lines[0].strip()):
        del lines[0]
    return "".join(lines)


def syntax_error(error: SyntaxError, path: Path | str) -> ParseError:
    """Error of the file at ``path`` from what the engine says of its query."""
    place = re.search(r"error at (\d+):", error.msg)  # the engine gives the line in its message only
    return ParseError(f"not SPARQL: {error.msg}", path, int(place[1]) if place else 0)
