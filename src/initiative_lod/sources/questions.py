"""Competency questions as authors write them: what the graph must answer, with the rows worked out by hand.

A question is ``<slug>.rq`` (a header of ``# key: value`` comments, then SPARQL) beside ``<slug>.tsv`` (its rows). It is
about one document, or about the release, or it is a template: asked of each document, which its query selects as
``?document``. A template need have no rows; those that it has are of the documents that they name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
#: Charts: of the numbers in the last column that has them; of how many rows a column's values have; of two columns
#: against each other. The last two name their columns.
CHARTS = {"none": 0, "bar": 0, "count": 1, "heat": 2}
KINDS = ("reading", "check")  # a check tells whether the data is as it should be, and a reading what the document says
COLUMNS = "columns.tsv"  # in a folder of questions: the words for its variables
REQUIRED = (*(f"question@{tag}" for tag in LABEL_LANGUAGES), "group")
OPTIONAL = (*(f"note@{tag}" for tag in LABEL_LANGUAGES), "chart", "kind", "needs", "document")
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
    kind: str = KINDS[0]
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # words for its variables, by language

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
    words = column_words(offered) | column_words(root / "data" / "questions")
    return [replace(question, columns=words) for question in sorted([*own, *templates], key=_order)]


def column_words(folder: Path) -> dict[str, dict[str, str]]:
    """The words for variables, by variable and language, that a folder of questions has; it need have none."""
    path = folder / COLUMNS
    if not path.is_file():
        return {}
    head, *rows = _cells(path)
    if head != ("column", *LABEL_LANGUAGES):
        columns = ", ".join(("column", *LABEL_LANGUAGES))
        raise ParseError(f"the columns are {', '.join(head)}, and must be {columns}", path, 1)
    return {row[0]: dict(zip(LABEL_LANGUAGES, row[1:], strict=True)) for row in rows}


def _order(question: Question) -> tuple[int, str]:
    return GROUPS.index(question.group), question.slug


def read_folder(folder: Path) -> list[Question]:
    """Every question of a folder, by group and slug. Raises SourceError, with the file, for what is incomplete."""
    questions = [read(path) for path in sorted(folder.glob("*.rq"))]
    if not questions:
        raise SourceError("no question (*.rq) is in this folder: a project answers at least one", folder)
    for path in sorted(folder.glob("*.tsv")):
        if path.name != COLUMNS and not path.with_suffix(".rq").is_file():
            raise SourceError(f"no question has these rows: write {path.stem}.rq beside it, or delete it", path)
    return sorted(questions, key=_order)


def read(path: Path) -> Question:
    """One question. Raises SourceError, with file and key, when its header or its expected rows are not complete."""
    query = read_text(path)
    header = query_files.header(query, path, REQUIRED, OPTIONAL)
    for key, known in (("group", GROUPS), ("kind", KINDS)):
        if header.get(key, known[0]) not in known:
            raise ParseError(f"{key} is {header[key]!r}, and must be one of {', '.join(known)}", path, 1)
    text, note = ({tag: header.get(f"{key}@{tag}", "") for tag in LABEL_LANGUAGES} for key in ("question", "note"))
    chart, needs = header.get("chart", "none"), tuple(header.get("needs", "").split())
    document = header.get("document", "").removeprefix("id/")
    if document and not _DOCUMENT.fullmatch(document):
        raise ParseError(
            f"document is {header['document']!r}, and must be the name of a document, as in id/<name>, or {EACH}",
            path,
            query_files.line_of(query, "document"),
        )
    rows = _rows(path.with_suffix(".tsv"), document == EACH)
    _require_chart(chart, rows, path, query)
    kind = header.get("kind", KINDS[0])
    return Question(path.stem, path, text, note, header["group"], chart, query, rows, needs, document, kind)


def _require_chart(chart: str, rows: Sequence[Sequence[str]], path: Path, query: str) -> None:
    """Raise ParseError for a chart that there is not, or one of columns that the answer has not."""
    name, *columns = chart.split()
    line = query_files.line_of(query, "chart")
    if CHARTS.get(name) != len(columns):
        shown = ", ".join(" ".join((key, *("<column>",) * count)) for key, count in CHARTS.items())
        raise ParseError(f"chart is {chart!r}, and must be one of {shown}", path, line)
    if rows and (lacking := [column for column in columns if column not in rows[0]]):
        raise ParseError(f"the chart is of {', '.join(lacking)}, and the columns are {', '.join(rows[0])}", path, line)


def _rows(path: Path, is_template: bool) -> tuple[tuple[str, ...], ...]:
    """The expected rows, the header row first; of a template maybe none."""
    if is_template and not path.is_file():
        return ()
    if not path.is_file():
        raise SourceError(f"its expected rows are missing: write {path.name} beside it", path.with_suffix(".rq"))
    rows = _cells(path)
    if is_template and DOCUMENT not in rows[0]:
        raise ParseError(f"the rows of a question about {EACH} document have a column {DOCUMENT!r}", path, 1)
    return rows


def _cells(path: Path) -> tuple[tuple[str, ...], ...]:
    """The rows of a table with tabs. Raises ParseError, with the line, for one of another length than the first."""
    rows = tuple(tuple(line.split("\t")) for line in read_text(path).rstrip("\n").split("\n"))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ParseError(f"{len(row)} cells stand under {len(rows[0])} columns", path, number)
    return rows


def digest(questions: Iterable[Question]) -> str:
    """Hex SHA-256 over the questions' files."""
    whole = hashlib.sha256()
    for question in questions:
        whole.update(json.dumps([question.slug, question.query, question.expected, question.columns]).encode())
    return whole.hexdigest()
