"""A graph for pySHACL that answers the queries of SHACL-SPARQL constraints with Oxigraph.

rdflib parses a query anew at every focus node, and orders its patterns without knowing that ``$this`` is bound, so that
a constraint may scan the whole graph at each node: minutes for one document. Everything else stays with rdflib.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store, Triple, Variable
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib import Variable as RdfVariable
from rdflib.query import Result
from rdflib.term import Node

from initiative_lod.errors import InitiativeLodError
from initiative_lod.vocabulary import XSD

Term = NamedNode | BlankNode | Literal
RdfTerm = URIRef | BNode | RdfLiteral


class ShapesError(InitiativeLodError):
    """A shapes graph that the validator cannot run."""


class FocusGraph(Graph):
    """The triples twice: in rdflib for SHACL core, in an Oxigraph store for the constraints' queries."""

    def __init__(self, triples: Iterable[Triple | Quad] = ()) -> None:
        super().__init__(bind_namespaces="none")
        self._queried = Store()
        triples = list(triples)
        self._queried.extend(Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
        term = cache(rdflib_term)
        for triple in triples:
            self.add((term(triple.subject), term(triple.predicate), term(triple.object)))

    def query(
        self,
        query_object: object,
        processor: object = None,
        result: object = None,
        initNs: object = None,  # noqa: N803
        initBindings: Mapping[str, Node] | None = None,  # noqa: N803
        *_: object,
        **__: object,
    ) -> Result:
        """The solutions of a SELECT query in which the variables ``initBindings`` are bound beforehand."""
        bound: dict[Variable, NamedNode | BlankNode | Literal | Triple] = {
            Variable(name): oxigraph_term(term) for name, term in (initBindings or {}).items()
        }
        try:
            found = self._queried.query(str(query_object), substitutions=bound)
        except SyntaxError as error:
            raise ShapesError(f"a constraint's query is not SPARQL: {error}\n{query_object}") from error
        if not isinstance(found, QuerySolutions):
            raise ShapesError(f"a constraint's query is not a SELECT query:\n{query_object}")
        solutions = Result("SELECT")
        names = [variable.value for variable in found.variables]
        solutions.vars = [RdfVariable(name) for name in names]
        solutions.bindings = [
            {RdfVariable(name): rdflib_term(term) for name, term in zip(names, row, strict=True) if term is not None}
            for row in found
        ]
        return solutions


def rdflib_triple(triple: Triple | Quad) -> tuple[RdfTerm, RdfTerm, RdfTerm]:
    """A triple for rdflib. Raises ShapesError for terms of RDF 1.2."""
    return rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object)


def rdflib_term(term: object) -> RdfTerm:
    """A term for rdflib, a literal's characters untouched. Raises ShapesError for a term of RDF 1.2."""
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if isinstance(term, Literal):
        if term.language:
            return RdfLiteral(term.value, lang=term.language)
        if term.datatype == XSD.string:
            return RdfLiteral(term.value)
        return RdfLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise ShapesError(f"{term} is a term of RDF 1.2, which the validator does not know")


def oxigraph_term(node: Node) -> Term:
    """The term of an rdflib node."""
    if isinstance(node, RdfLiteral):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype)) if node.datatype else None)
    return BlankNode(str(node)) if isinstance(node, BNode) else NamedNode(str(node))
