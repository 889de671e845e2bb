"""Where an RDF file says something of a subject: the line on which its block begins. It guesses; it never parses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urljoin

_PREFIX = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)
_BASE = re.compile(r"^\s*(?:@base|BASE)\s+<([^>]*)>", re.IGNORECASE)
_SUBJECT = re.compile(r"^(?:<(?P<iri>[^>\s]*)>|(?P<prefix>[A-Za-z][\w.-]*)?:(?P<local>[\w./%-]*))(?=[\s;,.]|$)")
_ABOUT = re.compile(r"""(?:rdf:about|rdf:ID|"@id")\s*[=:]\s*["'](?P<iri>[^"']*)["']""")


def place_in_text(paths: Iterable[Path], base: str) -> Callable[[str], tuple[str, int] | None]:
    """A function from an IRI to (file, line from 1) of the first block about it in ``paths``, or None."""
    found: dict[str, tuple[str, int]] = {}
    for path in paths:
        prefixes: dict[str, str] = {}
        here = base
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if match := _BASE.match(line):
                here = urljoin(here, match[1])
            elif match := _PREFIX.match(line):
                prefixes[match[1]] = urljoin(here, match[2])
            elif match := _SUBJECT.match(line):
                if match["iri"] is not None:
                    found.setdefault(urljoin(here, match["iri"]), (str(path), number))
                elif (match["prefix"] or "") in prefixes:
                    found.setdefault(prefixes[match["prefix"] or ""] + match["local"], (str(path), number))
            elif match := _ABOUT.search(line):
                found.setdefault(urljoin(here, match["iri"]), (str(path), number))
    return found.get
