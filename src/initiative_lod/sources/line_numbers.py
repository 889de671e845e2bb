"""Lines of a subject, and of a statement about it, in a file. Exact for Turtle; for other syntaxes it goes by lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

from initiative_lod.formats import TURTLE
from initiative_lod.reading import encoding
from initiative_lod.reading.foreign_graph import ReadFile
from initiative_lod.sources import turtle
from initiative_lod.sources.turtle import SourceFile

MOST_BYTES = 32 << 20  # of a file whose lines are looked up

_ABOUT = re.compile(
    r"""^<(?P<line>[^<>\s]+)>\s            # N-Triples, N-Quads, TriG: a line that begins with an IRI
      | \brdf:about\s*=\s*["'](?P<xml>[^"']*)["']
      | "@id"\s*:\s*"(?P<json>[^"]*)" """,
    re.VERBOSE,
)


Place = tuple[Path, int]  # the line counts from 1


class Places:
    """The places of what was read."""

    def __init__(self) -> None:
        self._subjects: dict[str, Place] = {}
        self._statements: dict[tuple[str, str, str], Place] = {}

    def add(self, source: SourceFile, path: Path) -> None:
        """Take up a Turtle file, to be called ``path``. Of what stands in two places the first counts."""
        for subject, line in source.subjects.items():
            self._subjects.setdefault(subject, (path, line))
        for key, line in source.properties.items():
            self._statements.setdefault(key, (path, line))

    def add_value(self, subject: str, value: str, place: Place, property: str = "") -> None:
        """Take up where ``value``, which no author wrote, comes from."""
        self._statements.setdefault((subject, property, value), place)

    def add_lines(self, subjects: Iterable[tuple[str, int]], path: Path) -> None:
        """Take up (subject, line) of a file of another syntax."""
        for subject, line in subjects:
            self._subjects.setdefault(subject, (path, line))

    def __call__(self, subject: str, property: str = "", value: str = "") -> Place | None:
        """The line of ``value`` under ``property``, else that of the property, else that of the subject; else None."""
        lines = self._statements
        return (
            lines.get((subject, property, value)) or lines.get((subject, property, "")) or self._subjects.get(subject)
        )


def places_in(files: Iterable[ReadFile], base: str | None) -> Places:
    """The places of what stands in files that were read, of those that lie on this disk as they are."""
    found = Places()
    for item in files:
        if item.path is None or item.outcome.bytes > MOST_BYTES:
            continue
        content, _ = encoding.utf8(item.path.read_bytes())
        assert isinstance(content, bytes)
        text, shown = content.decode(), Path(item.place)
        if item.outcome.format == TURTLE.label:
            found.add(SourceFile(shown, "", (), *turtle.places(text)), shown)
        else:
            found.add_lines(_by_line(text, base or item.path.resolve().as_uri()), shown)
    return found


def _by_line(text: str, base: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _ABOUT.finditer(line):
            with suppress(ValueError):  # it may stand in a comment, and be no IRI
                yield urljoin(base, match[match.lastgroup or 0]), number
