"""Answers to the competency questions: compared with the rows worked out by hand, and written down for a release."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store, Variable

from initiative_lod.errors import ParseError, QueryError, SourceError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.iris import DEFAULT_BASE, Iris, rebase_query
from initiative_lod.query_text.query_dataset import dataset_of, parses
from initiative_lod.sources import query_files
from initiative_lod.sources.questions import DOCUMENT, EACH, Question
from initiative_lod.vocabulary import XSD

FILE = "questions.json"  # in a release
MAX_ROWS = 1000  # that a release holds of one answer; of a template, for one document
MAX_TEMPLATE_ROWS = 20_000  # that a release holds of a template's answers
_SHARED = "ASK { GRAPH ?one { ?s ?p ?o } GRAPH ?other { ?s ?p ?o } FILTER (?other != ?one) }"
_TERM = re.compile(r"\bilod:([A-Za-z]\w*)|/ontology#([A-Za-z]\w*)>")  # the own terms in a query


@dataclass(frozen=True, slots=True)
class Solutions:
    """Solutions of a SELECT: the names of its variables, and a term (or none) for each in each row."""

    names: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


Found = bool | Solutions
#: Answers to questions of one store, by slug: kept, so that each is asked once for comparing and for writing it down.
Answers = dict[str, Found]


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


def answer(question: Question, store: Store, base: str = DEFAULT_BASE) -> tuple[tuple[str, ...], ...]:
    """The rows that ``store`` gives, in the form of the expected ones.

    IRIs of ours are written without their base, literals by their lexical form, unbound as an empty cell.
    Raises ParseError for a question that is not SPARQL, or asks for a graph.
    """
    return _in_cells(_ask(question, store, base), base)


def _in_cells(found: Found, base: str) -> tuple[tuple[str, ...], ...]:
    if isinstance(found, bool):
        return ((str(found).lower(),),)
    return (found.names, *(tuple(_cell(term, base) for term in row) for row in found.rows))


def differences(
    questions: Iterable[Question], store: Store, base: str = DEFAULT_BASE, answers: Answers | None = None
) -> Iterator[Difference]:
    """The questions that ``store`` answers otherwise than expected; of templates, for the documents in their rows.

    What it answers is kept in ``answers``.
    """
    for question in questions:
        found = _ask(question, store, base)
        if answers is not None:
            answers[question.slug] = found
        rows = _in_cells(found, base)
        if question.document == EACH:
            rows = _of_named_documents(question, rows)
        if rows != question.expected:
            yield Difference(
                question,
                tuple(row for row in question.expected if row not in rows),
                tuple(row for row in rows if row not in question.expected),
            )


def require_documents(questions: Iterable[Question], documents: Collection[str]) -> None:
    """Raise SourceError, with file and line, for a question about none of the ``documents``, which are names."""
    for question in questions:
        if question.document not in ("", EACH, *documents):
            known = ", ".join(sorted(documents)) or "none"
            message = f"the question is about id/{question.document}, and there is no such document; there are: {known}"
            raise SourceError(message, question.path, query_files.line_of(question.query, DOCUMENT))


def _of_named_documents(question: Question, rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """The rows of a template for the documents that its expected rows name."""
    if not question.expected:
        return ()
    place = question.expected[0].index(DOCUMENT)
    named = {row[place] for row in question.expected[1:]}
    column = rows[0].index(DOCUMENT)
    return (rows[0], *(row for row in rows[1:] if row[column] in named))


def _columns(question: Question, found: QuerySolutions) -> tuple[str, ...]:
    """The names of an answer's variables. Raises ParseError for a template that does not select the document."""
    names = tuple(variable.value for variable in found.variables)
    if question.document == EACH and DOCUMENT not in names:
        raise ParseError(f"a question about {EACH} document selects ?{DOCUMENT}", question.path)
    return names


def content(
    questions: Sequence[Question], store: Store, base: str = DEFAULT_BASE, answers: Answers | None = None
) -> bytes:
    """The record of a release's questions: their words, their SPARQL, the rows worked out by hand and the answer.

    The answer's terms are written as in SPARQL's JSON results. Of more than MAX_ROWS rows the first are kept. What is
    in ``answers`` is not asked again.
    """
    known = answers or {}
    found = (known[item.slug] if item.slug in known else _ask(item, store, base, _most(item)) for item in questions)
    return _written([_record(item, answer, base) for item, answer in zip(questions, found, strict=True)])


def with_joint(
    saved: bytes, joint: Sequence[Question], answered: Sequence[Question], store: Store, base: str = DEFAULT_BASE
) -> bytes:
    """The record of a release's questions with those of ``joint`` (which need merged graphs) that are answered."""
    names = {question.slug for question in joint}
    values = [value for value in read_json(saved) if value["slug"] not in names]
    values += [_record(question, _ask(question, store, base, _most(question)), base) for question in answered]
    return _written(values)


def _written(records: list[dict[str, Any]]) -> bytes:
    return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode()


def _record(question: Question, found: Found, base: str) -> dict[str, Any]:
    query = rebase_query(question.bare_query, base)
    record: dict[str, Any] = {
        "slug": question.slug,
        "group": question.group,
        "chart": question.chart,
        "kind": question.kind,
        "document": question.document,
        "question": question.text,
        "note": question.note,
        "query": query,
        "terms": sorted({name for names in _TERM.findall(query) for name in names if name}),
        "expected": [list(row) for row in question.expected],
    }
    if isinstance(found, bool):
        return {**record, "boolean": found}
    most = _most(question)
    rows: list[dict[str, Any]] = []
    complete, counts = True, Counter[str]()
    for solution in found.rows[: most + 1]:
        row = {name: term for name, value in zip(found.names, solution, strict=True) if (term := _term(value))}
        document = row.get(DOCUMENT, {}).get("value", "") if question.document == EACH else ""
        counts[document] += 1
        if counts[document] <= MAX_ROWS and len(rows) < most:
            rows.append(row)
        else:
            complete = False
    columns = {name: dict(words) for name in found.names if (words := question.columns.get(name))}
    return {**record, "variables": list(found.names), "columns": columns, "rows": rows, "complete": complete}


def _most(question: Question) -> int:
    """The rows of an answer that a release holds."""
    return MAX_TEMPLATE_ROWS if question.document == EACH else MAX_ROWS


def _ask(question: Question, store: Store, base: str, most: int | None = None) -> Found:
    """Answer of the store: the whole, or of more than ``most`` rows one more, by which that is known."""
    text = rebase_query(question.query, base)
    try:
        found = store.query(text, base_iri=base)  # results are lazy
    except SyntaxError as error:
        raise query_files.syntax_error(error, question.path) from error
    store, options = _dataset(question, text, store, base)
    if options:
        found = store.query(text, base_iri=base, **options)
    if isinstance(found, QueryBoolean) and question.document == EACH:
        raise ParseError(f"a question about {EACH} document selects ?{DOCUMENT}, which an ASK cannot", question.path)
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QuerySolutions):
        names = _columns(question, found)
        some = found if most is None else islice(found, most + 1)
        return Solutions(names, tuple(tuple(solution[name] for name in names) for solution in some))
    raise ParseError("a question is a SELECT or ASK, which has rows to compare: write one", question.path)


def _dataset(question: Question, text: str, store: Store, base: str) -> tuple[Store, dict[str, Any]]:
    """The store to ask and the engine's options for it. Several graphs of a default graph are one set (SPARQL 1.1
    §13.2), and to the engine a bag: where they share triples, the set is put into a store in memory.
    """
    try:
        found = dataset_of(text, base, lambda other: parses(other, base))
    except QueryError as error:
        message = (
            "the graphs of its FROM cannot be told: write FROM right after the variables, each on a line of its own"
        )
        raise ParseError(message, question.path) from error
    if found is None:
        return store, {}
    default, named = ([NamedNode(graph) for graph in graphs] for graphs in found)
    if not _share(store, default):
        return store, {"default_graph": default, "named_graphs": named}
    united = Store()
    for graph in default:
        quads = store.quads_for_pattern(None, None, None, graph)
        united.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in quads)
    for graph in named:
        united.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return united, {"default_graph": DefaultGraph(), "named_graphs": named}


def _share(store: Store, graphs: Sequence[NamedNode]) -> bool:
    """Tell whether some triple is in several of the graphs."""
    seen: list[NamedNode] = []
    for graph in graphs:
        shared = store.query(_SHARED, substitutions={Variable("one"): graph}, named_graphs=[graph, *seen])
        if seen and bool(shared):
            return True
        seen.append(graph)
    return False


def _term(term: object) -> dict[str, str] | None:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        return None
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype == XSD.string:
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _cell(term: object, base: str) -> str:
    if isinstance(term, NamedNode):
        return Iris(base).short(term.value)
    if isinstance(term, Literal | BlankNode):
        return term.value
    return ""
