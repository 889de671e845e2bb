"""Graph for rdflib over a ``TripleIndex``: terms are made only for what it looks at; and terms to and fro."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.processor import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.store import Store
from rdflib.term import Identifier, Node

from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.vocabulary import XSD

RdfTerm = URIRef | BNode | RdfLiteral


class DataGraph(Graph):
    """A ``TripleIndex`` as an rdflib graph, which can only be read.

    ``solutions`` says of queries that end with a text which nodes may be ``$this`` in a solution: at others they are
    not evaluated. A query is parsed once, and evaluated to so many solutions at ``most``.
    """

    def __init__(
        self,
        index: TripleIndex,
        solutions: Mapping[str, Collection[Term]] | None = None,
        most: int | None = None,
    ) -> None:
        store = IndexStore(index)
        super().__init__(store=store, bind_namespaces="none")
        store.graph = self
        self._solutions = solutions or {}
        self._most = most
        self._prepared = cache(self._parsed)

    def _parsed(self, text: str) -> Query:
        query = prepareQuery(text)
        if self._most is not None and query.algebra.name == "SelectQuery":
            query.algebra["p"] = CompValue("Slice", p=query.algebra.p, start=0, length=self._most)
        return query

    def query(
        self,
        query_object: str | Query,
        processor: Any = "sparql",
        result: Any = "sparql",
        initNs: Any = None,  # noqa: N803
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803
        use_store_provided: bool = True,
        **kwargs: Any,
    ) -> Result:
        """The result of a query in which the variables ``initBindings`` are bound beforehand."""
        this = (initBindings or {}).get("this")
        if isinstance(query_object, str):
            if this is not None and self._has_no_solution(query_object, oxigraph_term(this)):
                none = Result("SELECT")
                none.bindings = []
                return none
            query_object = self._prepared(query_object)
        return super().query(query_object, processor, result, initNs, initBindings, use_store_provided, **kwargs)

    def _has_no_solution(self, query: str, this: Term) -> bool:
        return any(query.endswith(text) and this not in nodes for text, nodes in self._solutions.items())


class IndexStore(Store):
    """A ``TripleIndex`` as rdflib's storage."""

    context_aware = True  # which pySHACL asks for
    graph_aware = True
    graph: Graph

    def __init__(self, index: TripleIndex) -> None:
        super().__init__()
        self._index = index
        self._shown: dict[Any, RdfTerm] = {}

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:
        """The triples of a pattern, None in it standing for any term; each with its one context."""
        subject, predicate, value = (None if node is None else oxigraph_term(node) for node in triple_pattern)
        index = self._index
        found: Iterable[tuple[Any, Any, Any]]
        if isinstance(subject, Literal) or isinstance(predicate, Literal | BlankNode):
            found = ()
        elif subject is not None:
            row = index.properties(subject)
            names: Collection[Any] = row if predicate is None else (predicate,) if predicate in row else ()
            if value is None:
                found = ((subject, name, each) for name in names for each in row[name])
            else:
                found = ((subject, name, value) for name in names if value in row[name])
        elif value is not None:
            names = index.predicates if predicate is None else (predicate,)
            found = ((each, name, value) for name in names for each in index.subjects(name, value))
        elif predicate is not None:
            found = ((each, predicate, of) for of, subjects in index.inverse(predicate).items() for each in subjects)
        else:
            found = index
        shown = self._shown
        for triple in found:
            for term in triple:
                if term not in shown:
                    shown[term] = rdflib_term(term)
            yield tuple(shown[term] for term in triple), iter((self.graph,))

    def __len__(self, context: Any = None) -> int:
        return len(self._index)

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Nothing: a graph of data has no prefixes."""

    def prefix(self, namespace: URIRef) -> str | None:
        """None."""
        return None

    def namespace(self, prefix: str) -> URIRef | None:
        """None."""
        return None

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """None at all."""
        return iter(())


def rdflib_term(term: Term) -> RdfTerm:
    """A term for rdflib, a literal's characters untouched."""
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if term.language:
        return RdfLiteral(term.value, lang=term.language)
    if term.datatype == XSD.string:
        return RdfLiteral(term.value)
    return RdfLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def oxigraph_term(node: Node) -> Term:
    """The term of an rdflib node."""
    if isinstance(node, RdfLiteral):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype)) if node.datatype else None)
    return BlankNode(str(node)) if isinstance(node, BNode) else NamedNode(str(node))
