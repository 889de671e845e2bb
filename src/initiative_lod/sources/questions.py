"""Competency questions as authors write them: what the graph must answer, with the rows worked out by hand.

A question is ``<slug>.rq`` (a header of ``# key: value`` comments, then SPARQL) beside ``<slug>.tsv`` (its rows). It is
about one document, or about the release, or it is a template: asked of each document, which its query selects as
``?document``. A template need have no rows; those that it has are of the documents that they name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.sources import query_files
from initiative_lod.sources.turtle import read_text

GROUPS = (
    "structure",
    "modality",
    "statement",
    "citation",
    "group",
    "topic",
    "condition",
    "principle",
    "absence",
    "provenance",
    "alignment",
)
CHARTS = ("none", "bar")
REQUIRED = (*(f"question@{tag}" for tag in LABEL_LANGUAGES), "group")
OPTIONAL = (*(f"note@{tag}" for tag in LABEL_LANGUAGES), "chart", "needs", "document")
EACH = "each"  # document that a template is about
DOCUMENT = "document"  # variable for it
_DOCUMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)*")


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
    document: str = ""  # which it is about: its name, as in id/<name>; EACH, or empty

    @property
    def bare_query(self) -> str:
        """The query without its header."""
        return query_files.without_header(self.query)


def of_project(root: Path, ontology: Path) -> list[Question]:
    """The questions of a project, and the templates that every document is asked; one of its own goes before these."""
    own = read_folder(root / "data" / "questions")
    offered = ontology / "questions"
    names = {question.slug for question in own}
    templates = [read(path) for path in sorted(offered.glob("*.rq")) if path.stem not in names]
    return sorted([*own, *templates], key=_order)


def _order(question: Question) -> tuple[int, str]:
    return GROUPS.index(question.group), question.slug


def read_folder(folder: Path) -> list[Question]:
    """Every question of a folder, by group and slug. Raises SourceError, with the file, for what is incomplete."""
    questions = [read(path) for path in sorted(folder.glob("*.rq"))]
    if not questions:
        raise SourceError("no question (*.rq) is in this folder: a project answers at least one", folder)
    for path in sorted(folder.glob("*.tsv")):
        if not path.with_suffix(".rq").is_file():
            raise SourceError(f"no question has these rows: write {path.stem}.rq beside it, or delete it", path)
    return sorted(questions, key=_order)


def read(path: Path) -> Question:
    """One question. Raises SourceError, with file and key, when its header or its expected rows are not complete."""
    query = read_text(path)
    header = query_files.header(query, path, REQUIRED, OPTIONAL)
    for key, known in (("group", GROUPS), ("chart", CHARTS)):
        if header.get(key, known[0]) not in known:
            raise ParseError(f"{key} is {header[key]!r}, and must be one of {', '.join(known)}", path, 1)
    text, note = ({tag: header.get(f"{key}@{tag}", "") for tag in LABEL_LANGUAGES} for key in ("question", "note"))
    chart, needs = header.get("chart", CHARTS[0]), tuple(header.get("needs", "").split())
    document = header.get("document", "").removeprefix("id/")
    if document and not _DOCUMENT.fullmatch(document):
        raise ParseError(
            f"document is {header['document']!r}, and must be the name of a document, as in id/<name>, or {EACH}",
            path,
            query_files.line_of(query, "document"),
        )
    rows = _rows(path.with_suffix(".tsv"), document == EACH)
    return Question(path.stem, path, text, note, header["group"], chart, query, rows, needs, document)


def _rows(path: Path, is_template: bool) -> tuple[tuple[str, ...], ...]:
    """The expected rows, the header row first; of a template maybe none."""
    if is_template and not path.is_file():
        return ()
    if not path.is_file():
        raise SourceError(f"its expected rows are missing: write {path.name} beside it", path.with_suffix(".rq"))
    rows = tuple(tuple(line.split("\t")) for line in read_text(path).rstrip("\n").split("\n"))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ParseError(f"{len(row)} cells stand under {len(rows[0])} columns", path, number)
    if is_template and DOCUMENT not in rows[0]:
        raise ParseError(f"the rows of a question about {EACH} document have a column {DOCUMENT!r}", path, 1)
    return rows


def digest(questions: Iterable[Question]) -> str:
    """Hex SHA-256 over the questions' files."""
    whole = hashlib.sha256()
    for question in questions:
        whole.update(json.dumps([question.slug, question.query, question.expected]).encode())
    return whole.hexdigest()
