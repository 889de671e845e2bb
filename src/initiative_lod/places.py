"""Where RDF files of any syntax begin to speak of a subject. Exact for Turtle; for the others it goes by lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urljoin

from initiative_lod import sources

_ABOUT = re.compile(
    r"""^<(?P<line>[^<>\s]+)>\s            # N-Triples, N-Quads, TriG: a line that begins with an IRI
      | \brdf:about\s*=\s*["'](?P<xml>[^"']*)["']
      | "@id"\s*:\s*"(?P<json>[^"]*)" """,
    re.VERBOSE,
)


def places_in(paths: Iterable[Path], base: str) -> Callable[[str], tuple[Path, int] | None]:
    """A function from an IRI to (file, line from 1) of the first block about it in ``paths``, or None."""
    found: dict[str, tuple[Path, int]] = {}
    for path in paths:
        subjects = sources.read_turtle(path, "").subjects.items() if path.suffix == ".ttl" else _by_line(path, base)
        for subject, line in subjects:
            found.setdefault(subject, (path, line))
    return found.get


def _by_line(path: Path, base: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(sources.read_text(path).splitlines(), 1):
        for match in _ABOUT.finditer(line):
            yield urljoin(base, match[match.lastgroup or 0]), number
