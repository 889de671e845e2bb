"""Queries of ``sh:sparql`` constraints, evaluated once for all focus nodes instead of anew at each.

A processor evaluates the SELECT query of a constraint with ``$this`` bound to a focus node. Of a query that can be
widened, the solutions for a node are among those of one evaluation over the whole graph that have it for ``?this``,
and so a node without one has no result. Literals that Oxigraph would rewrite or compare by rules of its own are opaque
to it: the same only as themselves, an error in any comparison.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store

from initiative_lod.validation import known_constraints
from initiative_lod.validation.query_reader import Undecidable
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.validation.widened_query import widened
from initiative_lod.vocabulary import OWL, RDF, RDFS, SH, XSD

_OPAQUE = "urn:x-initiative-lod:opaque:"
#: Lexical forms that Oxigraph keeps and every engine compares alike.
_COMPARABLE = {
    XSD.integer: re.compile("0|-?[1-9][0-9]{0,8}"),
    XSD.decimal: re.compile(r"-?(0|[1-9][0-9]{0,8})\.[0-9]{0,8}[1-9]"),
    XSD.boolean: re.compile("true|false"),
}
_DEFAULT_PREFIXES = {
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "owl": OWL.iri,
}  # that pySHACL adds


class ConstraintQueries:
    """The constraints' queries of a shapes graph over data."""

    def __init__(self, shapes: TripleIndex, data: TripleIndex) -> None:
        self._shapes = shapes
        self._data = data
        self._nodes: dict[Term, set[Term] | str] = {}  # or why they are not foretold

    def nodes(self, constraint: Term) -> set[Term]:
        """All nodes at which the constraint may have a result. Raises Undecidable."""
        if constraint not in self._nodes:
            try:
                self._nodes[constraint] = self._evaluated(constraint)
            except Undecidable as reason:
                self._nodes[constraint] = str(reason)  # kept itself, it would keep every value of its callers
        found = self._nodes[constraint]
        if isinstance(found, str):
            raise Undecidable(found)
        return found

    def solutions(self) -> dict[str, set[Term]]:
        """The texts of the queries that were foretold, with the nodes at which they may have a solution."""
        found = {}
        for query, constraints in self._shapes.inverse(SH.select).items():
            nodes = [self._nodes.get(constraint) for constraint in constraints]
            if all(isinstance(each, set) for each in nodes):
                found[query.value] = {node for each in nodes if isinstance(each, set) for node in each}
        return found

    def _evaluated(self, constraint: Term) -> set[Term]:
        properties = self._shapes.properties(constraint)
        select, off = tuple(properties.get(SH.select, ())), tuple(properties.get(SH.deactivated, ()))
        said = [*select, *properties.get(SH.message, ())]
        if len(select) != 1 or not all(_is_text(term) for term in said):
            raise Undecidable("sh:sparql without one query, or a message that is no text")
        if off:
            if off == (Literal("true", datatype=XSD.boolean),):
                return set()
            raise Undecidable("sh:deactivated of a constraint")
        query = self._prologue(constraint) + widened(select[0].value)
        if (known := known_constraints.nodes(select[0].value, self._data)) is not None:
            return known
        try:
            solutions = self._store.query(query)
        except (SyntaxError, ValueError) as error:
            raise Undecidable(f"the query is not SPARQL: {error}") from error
        assert isinstance(solutions, QuerySolutions)
        return {_clear(term) for row in solutions if (term := row["this"]) is not None}

    def _prologue(self, constraint: Term) -> str:
        """The PREFIX lines of a query (SHACL §5.2.1), where pySHACL declares the same."""
        prefixes = dict(_DEFAULT_PREFIXES)
        shapes = self._shapes
        for source in shapes.values(constraint, SH.prefixes):
            sources = shapes.following(source, OWL.imports)
            declarations = {each for where in sources for each in shapes.values(where, SH.declare)}
            if not declarations or OWL.Ontology not in shapes.values(source, RDF.type):
                raise Undecidable("sh:prefixes names no ontology that declares any")
            for declaration in declarations:
                said = [tuple(shapes.values(declaration, name)) for name in (SH.prefix, SH.namespace)]
                if any(len(terms) != 1 or not isinstance(terms[0], Literal) for terms in said):
                    raise Undecidable("a declaration of a prefix is not well-formed")
                name, namespace = (terms[0].value for terms in said)
                if prefixes.setdefault(name, namespace) != namespace:
                    raise Undecidable(f"the prefix {name} is declared twice")
        return "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in prefixes.items())

    @cached_property
    def _store(self) -> Store:
        store = Store()
        store.bulk_extend(Quad(subject, predicate, _opaque(value)) for subject, predicate, value in self._data)  # type: ignore[arg-type]
        return store


def _is_text(term: Term) -> bool:
    return isinstance(term, Literal) and (bool(term.language) or term.datatype == XSD.string)


def _opaque(term: Term) -> Term:
    """The term as it goes into the store: a literal that engines do not all compare alike is like no other."""
    if not isinstance(term, Literal) or term.language or term.datatype == XSD.string:
        return term
    pattern = _COMPARABLE.get(term.datatype)
    if pattern is not None and pattern.fullmatch(term.value):
        return term
    return Literal(term.value, datatype=NamedNode(_OPAQUE + term.datatype.value))


def _clear(term: Any) -> Term:
    """The term of the data that went into the store as ``term``."""
    if isinstance(term, Literal) and term.datatype.value.startswith(_OPAQUE):
        return Literal(term.value, datatype=NamedNode(term.datatype.value.removeprefix(_OPAQUE)))
    assert isinstance(term, NamedNode | BlankNode | Literal)
    return term
