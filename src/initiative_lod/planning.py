"""Plans the queries of SHACL-SPARQL constraints for rdflib: parsed once, and joined outwards from ``$this``.

rdflib parses a query anew at every focus node and orders its patterns without knowing that ``$this`` is bound, so that
a constraint may scan the whole graph at each node. The answers are the same; only the order of the work changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rdflib import BNode, Graph, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.evaluate import evalQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.processor import SPARQLResult
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Identifier

Known = frozenset[Identifier]


class FocusGraph(Graph):
    """A graph that keeps the plans of the queries that it is asked again and again with other bindings."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self._plans: dict[tuple[str, frozenset[str]], Query] = {}

    def query(
        self,
        query_object: str | Query,
        processor: object = None,
        result: object = None,
        initNs: object = None,  # noqa: N803
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803
        *_: object,
        **__: object,
    ) -> Result:
        """The result of a query, with ``initBindings`` bound before it starts."""
        if isinstance(query_object, str):
            key = (query_object, frozenset(initBindings or ()))
            if key not in self._plans:
                self._plans[key] = plan(query_object, key[1])
            query_object = self._plans[key]
        return SPARQLResult(evalQuery(self, query_object, initBindings or {}))


def plan(text: str, bound: frozenset[str]) -> Query:
    """``text`` parsed, its basic graph patterns ordered for a run in which the variables ``bound`` have a value."""
    query = prepareQuery(text)
    _order(query.algebra, frozenset(Variable(name) for name in bound))
    return query


def _order(part: Any, known: Known) -> Known:
    """Orders the patterns under ``part``; returns the variables that have a value after it."""
    if not isinstance(part, CompValue):
        return known
    if part.name == "BGP":
        part["triples"] = _chain(part.triples, known)
        return known.union(term for triple in part.triples for term in triple if _is_open(term))
    if part.name == "Union":
        return _order(part.p1, known) | _order(part.p2, known)
    if part.name in ("Join", "LeftJoin"):
        after = _order(part.p2, _order(part.p1, known))
    else:
        after = _order(part.p, known) if part.get("p") is not None else known
    if part.get("expr") is not None:
        _order_exists(part.expr, after)
    return after | {part.var} if part.name == "Extend" else after


def _order_exists(expression: Any, known: Known) -> None:
    if isinstance(expression, (list, tuple)):
        for item in expression:
            _order_exists(item, known)
    elif isinstance(expression, CompValue):
        if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            _order(expression.graph, known)
            return
        for item in expression.values():
            _order_exists(item, known)


def _chain(triples: list[Any], known: Known) -> list[Any]:
    """The patterns, the next one always that with the most ends bound by then: a subject rather than an object."""
    rest, ordered = list(triples), []
    while rest:
        best = min(rest, key=lambda triple: _cost(triple, known))
        rest.remove(best)
        ordered.append(best)
        known = known.union(term for term in best if _is_open(term))
    return ordered


def _cost(triple: Any, known: Known) -> int:
    subject, _, value = triple
    if not _is_open(subject) or subject in known:
        return 0 if not _is_open(value) or value in known else 1
    if _is_open(value):
        return 2 if value in known else 4
    return 3


def _is_open(term: Any) -> bool:
    return isinstance(term, (Variable, BNode))
