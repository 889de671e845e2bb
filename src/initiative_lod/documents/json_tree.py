"""Tree: a description as nested JSON, for programs that read JSON and no graphs; still JSON-LD, and part of the graph.

Its root is the resource. Under each node stand the parts and conditions that it has, all the way down; the evidence for
what is stated of it; the spans of text, and its own fragments. Whatever else it points to is a node with its labels.
``tree.schema.json`` is what programs can rely on: a property has always the same shape, however many values there are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from initiative_lod.documents.resource import Description
from initiative_lod.formats import JSON_LD, MediaType
from initiative_lod.formats.json_ld import without_prefixes
from initiative_lod.iris import Iris, document_of
from initiative_lod.labels import LABELS, natural
from initiative_lod.literals import integer
from initiative_lod.vocabulary import DCTERMS, OA, RDF, XSD

SCHEMA = MediaType("application/schema+json", "json", "JSON Schema", charset=False)
SCHEMA_FILE = "tree.schema.json"
DEEPEST = 40  # levels of nodes in nodes
MOST_NODES = 50_000  # that stand in others; where there are more, others say so many times the same
EVIDENCE = "evidence"  # key of what states why something is said of a node

Node = NamedNode | BlankNode
#: Properties of the ontology that have one value of one type: not lists.
_SINGLE = frozenset("number pillarCount actionCount sha256 length implied start end exact prefix suffix".split())

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # canonical, and exact as a double


def schema() -> bytes:
    """The JSON Schema of trees."""
    return files("initiative_lod.documents").joinpath(SCHEMA_FILE).read_bytes()


def tree(description: Description, iris: Iris, context: Mapping[str, Any]) -> bytes:
    """A description as a tree, in JSON-LD's framed document form; ``context`` is a whole context document."""
    nested = _Nesting(iris, description.triples).node(description.resource, frozenset())
    terms = without_prefixes(context.get("@context", context))
    inner = {name: _steady(name, term) for name, term in terms.items()}
    reverse = {"@reverse": iris.term("onSubject").value, "@container": "@set"}
    return JSON_LD.compacted([nested], {**inner, EVIDENCE: reverse})


def _steady(name: str, term: Any) -> Any:
    """A term's definition by which its values have the same shape however many there are, labelled or not."""
    if term == "@type":
        return {"@id": term, "@container": "@set"}
    if name.startswith("@") or term == "@id" or name[0].isupper():  # a class stands where it does not vary
        return term
    definition = {"@id": term} if isinstance(term, str) else dict(term)
    if definition.get("@type") in ("@id", "@vocab"):
        del definition["@type"]  # by which a node without labels would be a string
    if "@container" not in definition and name not in _SINGLE:
        definition["@container"] = "@set"
    return definition


class _Nesting:
    """Puts nodes into each other, in expanded JSON-LD."""

    def __init__(self, iris: Iris, found: Iterable[Triple]) -> None:
        self._about: dict[Any, dict[NamedNode, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._evidence: dict[Any, list[Node]] = defaultdict(list)
        self._on_subject = iris.term("onSubject")
        self._number = iris.term("number")
        self._whole = {DCTERMS.hasPart, iris.term("condition"), iris.term("sentence"), OA.hasSelector}
        self._whole |= {iris.term(name) for name in ("span", "headingSpan", "leadSpan")}
        self._room = MOST_NODES
        for triple in found:
            self._about[triple.subject][triple.predicate].append(triple.object)
            if triple.predicate == self._on_subject and isinstance(triple.subject, NamedNode | BlankNode):
                self._evidence[triple.object].append(triple.subject)

    def node(self, subject: Node, above: frozenset[Node], reverse: bool = False) -> dict[str, Any]:
        """Everything about a node; ``reverse``: the property that leads to what it is evidence for is said already."""
        above |= {subject}
        self._room -= 1
        made: dict[str, Any] = {"@id": _name(subject)}
        for predicate, objects in self._about[subject].items():
            if predicate == RDF.type:
                made["@type"] = sorted(_name(item) for item in objects if not isinstance(item, Literal))
            elif not (reverse and predicate == self._on_subject):
                ordered = sorted(objects, key=self._order)
                made[predicate.value] = [self._value(subject, predicate, item, above) for item in ordered]
        evidence = [item for item in self._evidence[subject] if item not in above and self._has_room(above)]
        if evidence:
            nodes = [self.node(item, above, reverse=True) for item in sorted(evidence, key=self._order)]
            made["@reverse"] = {self._on_subject.value: nodes}
        return made

    def _has_room(self, above: frozenset[Node]) -> bool:
        return self._room > 0 and len(above) < DEEPEST

    def _value(self, subject: Node, predicate: NamedNode, term: Any, above: frozenset[Node]) -> dict[str, Any]:
        if isinstance(term, Literal):
            if term.language:
                return {"@value": term.value, "@language": term.language}
            return _typed(term)
        inner = predicate in self._whole or isinstance(term, BlankNode)
        if not inner and isinstance(subject, NamedNode):
            inner = term.value.startswith(f"{document_of(subject.value)}#")
        if inner and term not in above and term in self._about and self._has_room(above):
            return self.node(term, above)
        labels = {
            label.value: [self._value(term, label, text, above) for text in sorted(self._about[term][label], key=str)]
            for label in LABELS
            if term in self._about and label in self._about[term]
        }
        return {"@id": _name(term), **labels}

    def _order(self, term: Any) -> tuple[Any, ...]:
        """Parts by their number, everything else by its name."""
        numbers = self._about[term].get(self._number, ()) if term in self._about else ()
        number = min((found for item in numbers if (found := integer(item.value)) is not None), default=0)
        return (number, natural(getattr(term, "value", "")), str(term))


def _typed(literal: Literal) -> dict[str, Any]:
    """A literal without language; what JSON has as well, and reads back as it was written, as that."""
    value: Any = literal.value
    if literal.datatype == XSD.string:
        return {"@value": value}
    if literal.datatype == XSD.boolean and value in ("true", "false"):
        value = value == "true"
    elif literal.datatype == XSD.integer and _INTEGER.fullmatch(value):
        value = int(value)
    return {"@value": value, "@type": literal.datatype.value}


def _name(term: Node) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
