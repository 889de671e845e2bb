"""The competency questions: what the graph must be able to answer, with the rows worked out by hand from the text.

A question is ``<slug>.rq`` (a header of ``# key: value`` comments, then SPARQL) beside ``<slug>.tsv`` (its rows).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, Store

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.sources.turtle import read_text

FILE = "questions.json"  # in a release
MOST_ROWS = 1000  # that a release keeps of one answer
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
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_TERM = re.compile(r"\bilod:([A-Za-z]\w*)|/ontology#([A-Za-z]\w*)>")  # the own terms in a query
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


@dataclass(frozen=True)
class Difference:
    """A question whose answer is not the expected one: rows that are missing, and rows that are too many."""

    question: Question
    missing: tuple[tuple[str, ...], ...]
    surplus: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        lines = [f"{self.question.path}: the answer is not what was worked out from the text"]
        lines += [f"  missing: {' | '.join(row)}" for row in self.missing]
        lines += [f"  surplus: {' | '.join(row)}" for row in self.surplus]
        return "\n".join(lines if self.missing or self.surplus else [*lines, "  the rows are in another order"])


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


def answer(question: Question, store: Store, base: str = DEFAULT_BASE) -> tuple[tuple[str, ...], ...]:
    """The rows that ``store`` (all its graphs together) gives, in the form of the expected ones.

    IRIs under the base are written without it, literals by their lexical form, unbound as an empty cell.
    Raises ParseError for a question that is not SPARQL, or asks for a graph.
    """
    found = _ask(question, store, base)
    if isinstance(found, QueryBoolean):
        return ((str(bool(found)).lower(),),)
    names = tuple(variable.value for variable in found.variables)
    return (names, *(tuple(_cell(solution[name], base) for name in names) for solution in found))


def differences(questions: list[Question], store: Store, base: str = DEFAULT_BASE) -> Iterator[Difference]:
    """The questions that ``store`` answers otherwise than expected."""
    for question in questions:
        found = answer(question, store, base)
        if found != question.expected:
            yield Difference(
                question,
                tuple(row for row in question.expected if row not in found),
                tuple(row for row in found if row not in question.expected),
            )


def digest(questions: Iterable[Question]) -> str:
    """Hex SHA-256 over the questions' files."""
    whole = hashlib.sha256()
    for question in questions:
        whole.update(json.dumps([question.slug, question.query, question.expected]).encode())
    return whole.hexdigest()


def content(questions: Sequence[Question], store: Store, base: str = DEFAULT_BASE) -> bytes:
    """What a release keeps of its questions: their words, their SPARQL, the rows worked out by hand and the answer.

    The answer's terms are written as in SPARQL's JSON results. Of more than MOST_ROWS rows the first are kept.
    """
    return (json.dumps([_kept(item, store, base) for item in questions], ensure_ascii=False, indent=1) + "\n").encode()


def with_joint(
    kept: bytes, joint: Sequence[Question], answered: Sequence[Question], store: Store, base: str = DEFAULT_BASE
) -> bytes:
    """What a release keeps of its questions, with those of ``joint`` (which need merged graphs) that are answered."""
    names = {question.slug for question in joint}
    values = [value for value in json.loads(kept) if value["slug"] not in names]
    values += [_kept(question, store, base) for question in answered]
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()


def _kept(question: Question, store: Store, base: str) -> dict[str, Any]:
    found = _ask(question, store, base)
    lines = question.query.splitlines(keepends=True)
    while lines and (_HEADER.match(lines[0]) or not lines[0].strip()):
        del lines[0]
    query = "".join(lines).replace(DEFAULT_BASE, base)
    kept: dict[str, Any] = {
        "slug": question.slug,
        "group": question.group,
        "chart": question.chart,
        "question": question.text,
        "note": question.note,
        "query": query,
        "terms": sorted({name for names in _TERM.findall(query) for name in names if name}),
        "expected": [list(row) for row in question.expected],
    }
    if isinstance(found, QueryBoolean):
        return {**kept, "boolean": bool(found)}
    names = [variable.value for variable in found.variables]
    rows = [
        {name: term for name in names if (term := _term(solution[name])) is not None}
        for solution in islice(found, MOST_ROWS + 1)
    ]
    return {**kept, "variables": names, "rows": rows[:MOST_ROWS], "complete": len(rows) <= MOST_ROWS}


def _ask(question: Question, store: Store, base: str) -> QueryBoolean | QuerySolutions:
    query = question.query if base == DEFAULT_BASE else question.query.replace(DEFAULT_BASE, base)
    try:
        found = store.query(query, use_default_graph_as_union=True)
    except SyntaxError as error:
        place = re.search(r"error at (\d+):", error.msg)  # the engine gives the line in its message only
        raise ParseError(f"not SPARQL: {error.msg}", question.path, int(place[1]) if place else 0) from error
    if isinstance(found, QueryBoolean | QuerySolutions):
        return found
    raise ParseError("a question is a SELECT or ASK, which has rows to compare", question.path)


def _term(term: object) -> dict[str, str] | None:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        return None
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype.value == _STRING:
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _cell(term: object, base: str) -> str:
    if isinstance(term, NamedNode):
        return term.value.removeprefix(base)
    if isinstance(term, Literal | BlankNode):
        return term.value
    return ""
