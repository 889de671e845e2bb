"""SERVICE, where an operator allows it. A worker has no sockets: it cuts each clause out of the query, asks the server
for its solutions (see ``service_calls``), and puts these in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, QueryResultsFormat, QuerySolutions, parse_query_results

from initiative_lod.errors import Message, QueryForbidden, ServiceError, Verbatim
from initiative_lod.query_text import parser_guard

MOST_ROWS = 10_000
MOST_CALLS = 8  # SERVICE clauses in one query
NOTHING = "VALUES () { () }"  # the one solution without a binding: what a silent failure stands for

_SPACE = r"(?:\s|\#[^\n\r]*(?:[\n\r]|\Z))"
_TARGET = re.compile(
    rf"""(?P<silent>(?:{_SPACE}*(?i:SILENT)(?![A-Za-z0-9_:-]))?) {_SPACE}*+
         (?: <(?P<iri>[^<>"{{}}|^`\\\x00-\x20]*)> | (?P<variable>[?$]\w+) | (?P<name>[^\s<>{{}}]*?:[^\s<>{{}}#]*) )
         {_SPACE}*+ (?=\{{)""",
    re.VERBOSE,
)

Call = Callable[[str, str], bytes]


@dataclass(frozen=True, slots=True)
class ServiceClause:
    """A SERVICE clause in a query's text: its place, whom it calls, with what pattern (``{...}``)."""

    start: int
    end: int
    iri: str
    pattern: str
    silent: bool


def clauses(text: str, parses: Callable[[str], bool]) -> list[ServiceClause]:
    """The SERVICE clauses of ``text``, which parses and has some; one inside another is the other's business.

    Where a clause is, and where its pattern ends, is asked of the parser. Raises QueryForbidden for a service that is
    not named by an IRI, and when what is left would still hold a clause: nothing is called then.
    """
    prefixes, beginning = parser_guard.prologue(text)
    found: list[ServiceClause] = []
    position = 0
    for match in re.finditer("(?i)SERVICE", text):
        if match.start() < position or not parser_guard.is_keyword("SERVICE", text, match.start(), parses):
            continue
        target = _TARGET.match(text, match.end())
        if target is None or target["variable"]:
            raise QueryForbidden(Message("service.variable"))
        end = _pattern_end(text[:beginning], text, target.end(), parses)
        iri = target["iri"]
        if iri is None:
            prefix, _, local = target["name"].partition(":")
            iri = prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
        found.append(ServiceClause(match.start(), end, iri, text[target.end() : end], bool(target["silent"])))
        position = end
    if len(found) > MOST_CALLS:
        raise QueryForbidden(Message("service.many", most=MOST_CALLS))
    left = text
    for clause in reversed(found):
        left = f"{left[: clause.start]}{{}}{left[clause.end :]}"
    if not parses(left) or parser_guard.holds("SERVICE", left, parses):
        raise QueryForbidden(Message("service.stuck"))
    return found


def _pattern_end(prologue: str, text: str, start: int, parses: Callable[[str], bool]) -> int:
    end = start
    while end := text.find("}", end) + 1:
        if parses(f"{prologue}\nSELECT * WHERE {text[start:end]}"):
            return end
    raise QueryForbidden(Message("service.stuck"))


def replaced(text: str, found: Iterable[ServiceClause], call: Call) -> str:
    """``text`` with each clause replaced by the solutions that ``call`` (IRI, query) got for it, as VALUES."""
    prologue = text[: parser_guard.prologue(text)[1]]
    parts, position = [], 0
    for clause in found:
        try:
            values = _values(call(clause.iri, f"{prologue}\nSELECT * WHERE {clause.pattern}"))
        except ServiceError:
            if not clause.silent:
                raise
            values = NOTHING
        parts += [text[position : clause.start], "{ ", values, " }"]
        position = clause.end
    return "".join([*parts, text[position:]])


def _values(answer: bytes) -> str:
    try:
        results = parse_query_results(answer, format=QueryResultsFormat.JSON)
        if not isinstance(results, QuerySolutions):
            raise ServiceError(Message("service.no_solutions"))
        names = results.variables
        rows = []
        for solution in results:
            terms = [solution[name] for name in names]
            if any(isinstance(term, BlankNode) for term in terms):
                raise ServiceError(Message("service.blank_nodes"))
            rows.append("(" + " ".join("UNDEF" if term is None else str(term) for term in terms) + ")")
            if len(rows) > MOST_ROWS:
                raise ServiceError(Message("service.many_solutions", most=MOST_ROWS))
    except (SyntaxError, ValueError) as error:
        raise ServiceError(Message("service.unreadable", detail=Verbatim(error))) from error
    return f"VALUES ({' '.join(f'?{name.value}' for name in names)}) {{ {' '.join(rows)} }}"
