"""Answers to the competency questions: compared with the rows worked out by hand, and written down for a release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store, Variable

from initiative_lod.errors import ParseError
from initiative_lod.iris import DEFAULT_BASE, Iris, rebase_query
from initiative_lod.sources import query_files
from initiative_lod.sources.questions import Question
from initiative_lod.vocabulary import XSD

FILE = "questions.json"  # in a release
MAX_ROWS = 1000  # that a release holds of one answer
_BLANK = r"(?:\s|#[^\n]*\n)*"
_FROM = re.compile(rf"\bFROM{_BLANK}(?:NAMED{_BLANK})?(?:<|[\w.-]*:)", re.IGNORECASE)
_SHARED = "ASK { GRAPH ?one { ?s ?p ?o } GRAPH ?other { ?s ?p ?o } FILTER (?other != ?one) }"
_TERM = re.compile(r"\bilod:([A-Za-z]\w*)|/ontology#([A-Za-z]\w*)>")  # the own terms in a query


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
    result = _ask(question, store, base)
    if isinstance(result, QueryBoolean):
        return ((str(bool(result)).lower(),),)
    names = tuple(variable.value for variable in result.variables)
    return (names, *(tuple(_cell(solution[name], base) for name in names) for solution in result))


def differences(questions: Iterable[Question], store: Store, base: str = DEFAULT_BASE) -> Iterator[Difference]:
    """The questions that ``store`` answers otherwise than expected."""
    for question in questions:
        rows = answer(question, store, base)
        if rows != question.expected:
            yield Difference(
                question,
                tuple(row for row in question.expected if row not in rows),
                tuple(row for row in rows if row not in question.expected),
            )


def content(questions: Sequence[Question], store: Store, base: str = DEFAULT_BASE) -> bytes:
    """The record of a release's questions: their words, their SPARQL, the rows worked out by hand and the answer.

    The answer's terms are written as in SPARQL's JSON results. Of more than MAX_ROWS rows the first are kept.
    """
    return _written([_record(item, store, base) for item in questions])


def with_joint(
    saved: bytes, joint: Sequence[Question], answered: Sequence[Question], store: Store, base: str = DEFAULT_BASE
) -> bytes:
    """The record of a release's questions with those of ``joint`` (which need merged graphs) that are answered."""
    names = {question.slug for question in joint}
    values = [value for value in json.loads(saved) if value["slug"] not in names]
    values += [_record(question, store, base) for question in answered]
    return _written(values)


def _written(records: list[dict[str, Any]]) -> bytes:
    return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode()


def _record(question: Question, store: Store, base: str) -> dict[str, Any]:
    found = _ask(question, store, base)
    query = rebase_query(question.bare_query, base)
    record: dict[str, Any] = {
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
        return {**record, "boolean": bool(found)}
    names = [variable.value for variable in found.variables]
    rows = [
        {name: term for name in names if (term := _term(solution[name])) is not None}
        for solution in islice(found, MAX_ROWS + 1)
    ]
    return {**record, "variables": names, "rows": rows[:MAX_ROWS], "complete": len(rows) <= MAX_ROWS}


def _ask(question: Question, store: Store, base: str) -> QueryBoolean | QuerySolutions:
    text = rebase_query(question.query, base)
    try:
        found = store.query(text, base_iri=base)  # results are lazy
    except SyntaxError as error:
        raise query_files.syntax_error(error, question.path) from error
    if _FROM.search(text):
        store, options = _dataset(question, text, store, base)
        found = store.query(text, base_iri=base, **options)
    if isinstance(found, QueryBoolean | QuerySolutions):
        return found
    raise ParseError("a question is a SELECT or ASK, which has rows to compare: write one", question.path)


def _dataset(question: Question, text: str, store: Store, base: str) -> tuple[Store, dict[str, Any]]:
    """The store to ask and the engine's options for it. Several graphs of a default graph are one set (SPARQL 1.1
    §13.2), and to the engine a bag: where they share triples, the set is put into a store in memory.
    """
    try:
        with ThreadPoolExecutor(1) as apart:
            default, named = apart.submit(_graphs_of, text, base).result()
    except Exception as error:
        raise ParseError(f"the graphs of its FROM cannot be told: {error}", question.path) from None
    if not default and not named:
        return store, {}
    if not _share(store, default):
        return store, {"default_graph": default, "named_graphs": named}
    united = Store()
    for graph in default:
        found = store.quads_for_pattern(None, None, None, graph)
        united.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in found)
    for graph in named:
        united.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return united, {"default_graph": DefaultGraph(), "named_graphs": named}


def _graphs_of(text: str, base: str) -> tuple[list[NamedNode], list[NamedNode]]:
    """The default graphs and the named graphs that a query has clauses for.

    It runs in a thread of its own: the parser keeps errors that it met, these their frames, and the frames of whoever
    called it, with the stores that he has open.
    """
    from rdflib.plugins.sparql import prepareQuery  # here: few questions have such a clause

    clauses = prepareQuery(text, base=base).algebra.get("datasetClause") or ()
    default, named = (
        list(dict.fromkeys(NamedNode(str(clause[kind])) for clause in clauses if kind in clause))
        for kind in ("default", "named")
    )
    return default, named


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
