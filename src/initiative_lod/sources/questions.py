"""Competency questions as authors write them: what the graph must answer, with the rows worked out by hand.

A question is ``<slug>.rq`` (a header of ``# key: value`` comments, then SPARQL) beside ``<slug>.tsv`` (its rows).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.sources.turtle import read_text

GROUPS = (
    "structure",
    "modality",
    "citation",
    "group",
    "topic",
    "condition",
    "principle",
    "absence",
    "provenance",
    "alignment",
)
_HEADER = re.compile(r"#\s*(?P<key>[a-z]+(?:@[a-z]+)?):\s*(?P<value>.*)")


@dataclass(frozen=True)
class Question:
    """One question. ``expected`` has the header row first; an ASK has the one row ``true`` or ``false``."""

    slug: str
    path: Path
    text: dict[str, str]
    note: dict[str, str]
    group: str
    chart: str
    query: str
    expected: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...] = ()  # names of merged sources without which it has no answer

    @property
    def bare_query(self) -> str:
        """The query without its header."""
        lines = self.query.splitlines(keepends=True)
        while lines and (_HEADER.match(lines[0]) or not lines[0].strip()):
            del lines[0]
        return "".join(lines)


def read_folder(folder: Path) -> list[Question]:
    """Every question of a folder, by group and slug. Raises SourceError, with the file, for what is incomplete."""
    found = [read(path) for path in sorted(folder.glob("*.rq"))]
    if not found:
        raise SourceError("no question (*.rq) is in this folder", folder)
    return sorted(found, key=lambda question: (GROUPS.index(question.group), question.slug))


def read(path: Path) -> Question:
    """One question. Raises SourceError when its header or its expected rows are missing."""
    query = read_text(path)
    header = header_of(query)
    for key in ("question@zh", "question@en", "group"):
        if not header.get(key):
            raise ParseError(f"the header has no '# {key}: …'", path, 1)
    if header["group"] not in GROUPS:
        raise ParseError(f"{header['group']!r} is no group of questions; there are {', '.join(GROUPS)}", path, 1)
    expected = path.with_suffix(".tsv")
    if not expected.is_file():
        raise SourceError(f"its expected rows are missing: write {expected.name} beside it", path)
    rows = tuple(tuple(line.split("\t")) for line in read_text(expected).rstrip("\n").split("\n"))
    text, note = ({lang: header.get(f"{key}@{lang}", "") for lang in ("zh", "en")} for key in ("question", "note"))
    chart, needs = header.get("chart", "none"), tuple(header.get("needs", "").split())
    return Question(path.stem, path, text, note, header["group"], chart, query, rows, needs)


def header_of(query: str) -> dict[str, str]:
    """The ``# key: value`` comments that a query begins with."""
    header: dict[str, str] = {}
    for line in query.splitlines():
        match = _HEADER.match(line)
        if match is None:
            break
        header[match["key"]] = match["value"].strip()
    return header


def digest(questions: Iterable[Question]) -> str:
    """Hex SHA-256 over the questions' files."""
    whole = hashlib.sha256()
    for question in questions:
        whole.update(json.dumps([question.slug, question.query, question.expected]).encode())
    return whole.hexdigest()
