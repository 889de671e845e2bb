"""Prefilter of focus nodes: those that certainly conform to a shape need no SHACL processor.

The results of a shape on a focus node depend on the shape and the data, and not on how the node became a target (SHACL
§3.4). So the processor gives the same report when it looks at no node that conforms; and whether a node conforms is
told here in three values, True only where SHACL leaves no doubt. Constructs that are not known here, ill-formed
shapes and recursion are left to the processor, with all of their focus nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.errors import ShapesError
from initiative_lod.validation.constraint_queries import ConstraintQueries
from initiative_lod.validation.property_path import follow, inward, read_path
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.validation.widened_query import Undecidable
from initiative_lod.validation.xpath_patterns import compiled
from initiative_lod.vocabulary import OWL, RDF, RDFS, SH, XSD

#: Whether a node conforms; None where that is left to the processor.
Verdict = bool | None
Check = Callable[[Term], Verdict]
#: The verdict on a focus node and its value nodes.
ValueCheck = Callable[[Term, Collection[Term]], Verdict]
Properties = Mapping[NamedNode, Collection[Term]]

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_DEEPEST = 8  # shapes in shapes; pySHACL stops at 15
_TRUE, _FALSE = (Literal(word, datatype=XSD.boolean) for word in ("true", "false"))
#: Values of these parameters are shapes, and of these lists of shapes.
_SHAPE_EXPECTING = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_SHAPE_LISTS = (SH["and"], SH["or"], SH.xone)

_DATE = r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?"
#: Lexical forms that every processor takes for well-formed. Others may be, and are left to the processor.
_WELL_FORMED: dict[Term, re.Pattern[str]] = {
    name: re.compile(pattern, re.DOTALL)
    for name, pattern in {
        XSD.string: ".*",
        RDF.langString: ".*",
        XSD.boolean: "true|false",
        XSD.integer: "[+-]?[0-9]{1,18}",
        XSD.nonNegativeInteger: "[0-9]{1,18}",
        XSD.positiveInteger: "[1-9][0-9]{0,17}",
        XSD.decimal: r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?",
        XSD.double: r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
        XSD.date: _DATE,
        XSD.dateTime: f"{_DATE}T{_TIME}",
        XSD.gYear: "(?!0000)[0-9]{4}",
        XSD.gYearMonth: "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])",
        XSD.anyURI: "[!-~]+",
    }.items()
}
_NODE_KINDS: dict[Term, tuple[type, ...]] = {
    SH.IRI: (NamedNode,),
    SH.BlankNode: (BlankNode,),
    SH.Literal: (Literal,),
    SH.BlankNodeOrIRI: (BlankNode, NamedNode),
    SH.BlankNodeOrLiteral: (BlankNode, Literal),
    SH.IRIOrLiteral: (NamedNode, Literal),
}


class Prefilter:
    """The targets of the shapes in ``data``, and which focus nodes the processor has to look at."""

    def __init__(self, shapes: TripleIndex, data: TripleIndex) -> None:
        self.shapes = shapes
        self.data = data
        self.queries = ConstraintQueries(shapes, data)
        self._checks: dict[Term, Check | str] = {}
        self._open: list[Term] = []
        self._custom = {path for node in shapes.inverse(SH.parameter) for path in shapes.values(node, SH.path)}
        self.class_types = {RDFS.Class, OWL.Class, *shapes.subjects(RDFS.subClassOf, RDFS.Class)}
        self.targets = {shape: self._targets(shape) for shape in self._roots()}
        #: Why the processor looks at all focus nodes of a shape.
        self.undecided: dict[Term, str] = {}

    def remaining(self) -> dict[Term, set[Term]]:
        """The shapes that the processor has to run, each with the focus nodes that do not certainly conform."""
        found = {}
        for shape, nodes in self.targets.items():
            try:
                check = self._check(shape) if nodes else _conforming
                left = {node for node in nodes if check(node) is not True}
            except Undecidable as reason:
                self.undecided[shape] = str(reason)
                left = nodes
            if left:
                found[shape] = left
        return found

    def is_on(self, shape: Term) -> bool:
        """False for a shape that is deactivated."""
        return _TRUE not in self.shapes.values(shape, SH.deactivated)

    def _roots(self) -> list[Term]:
        """The shapes that have a target, as pySHACL finds them, in the order of their names."""
        shapes = self.shapes
        named = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in shapes.subjects(RDF.type, kind)}
        named |= shapes.subjects_of(SH.property) | shapes.subjects_of(SH.node)
        for parameter in _SHAPE_EXPECTING:
            named.update(shapes.inverse(parameter))
        for parameter in _SHAPE_LISTS:
            named.update(chain.from_iterable(shapes.items(head) or () for head in shapes.inverse(parameter)))
        targeted = {shape for target in TARGETS for shape in shapes.subjects_of(target)}
        return sorted(targeted | {shape for shape in named if self._is_class(shape)}, key=str)

    def _is_class(self, shape: Term) -> bool:
        return not self.class_types.isdisjoint(self.shapes.values(shape, RDF.type))

    def _targets(self, shape: Term) -> set[Term]:
        """The focus nodes of a shape (SHACL §2.1.3)."""
        shapes, data = self.shapes, self.data
        kinds = [*shapes.values(shape, SH.targetClass), *([shape] if self._is_class(shape) else [])]
        return {
            *shapes.values(shape, SH.targetNode),
            *chain.from_iterable(data.instances(kind) for kind in kinds),
            *chain.from_iterable(data.subjects_of(name) for name in _iris(shapes.values(shape, SH.targetSubjectsOf))),
            *chain.from_iterable(data.inverse(name) for name in _iris(shapes.values(shape, SH.targetObjectsOf))),
        }

    def conforms(self, shape: Term) -> Check:
        """The check of a shape inside another, made once. Raises Undecidable."""
        if shape not in self._checks:
            try:
                self._checks[shape] = self._check(shape)
            except Undecidable as reason:
                self._checks[shape] = str(reason)  # kept itself, it would keep every value of its callers
        check = self._checks[shape]
        if isinstance(check, str):
            raise Undecidable(check)
        return check

    def _check(self, shape: Term) -> Check:
        if shape in self._open or len(self._open) > _DEEPEST:
            raise Undecidable(f"{_shown(shape)} refers to itself, or holds shapes in shapes too deep")
        self._open.append(shape)
        try:
            return self._made(shape, self.shapes.properties(shape))
        finally:
            self._open.pop()

    def _made(self, shape: Term, properties: Properties) -> Check:
        off, paths = set(properties.get(SH.deactivated, ())), tuple(properties.get(SH.path, ()))
        if off == {_TRUE}:
            return _conforming
        if len(paths) > 1 or not properties or off - {_FALSE}:
            raise Undecidable(f"{_shown(shape)} is not well-formed, or not defined")
        checks = list(self._components(shape, properties))
        if not paths:
            return lambda node: _every(check(node, (node,)) for check in checks)
        try:
            path = inward(read_path(self.shapes, paths[0]))
        except ShapesError as error:
            raise Undecidable(str(error)) from error
        data = self.data
        if isinstance(path, NamedNode):
            name = path  # narrowed, for the function
            return lambda node: _together(checks, node, data.values(node, name))
        return lambda node: _together(checks, node, follow(path, node, data))

    def _components(self, shape: Term, properties: Properties) -> Iterator[ValueCheck]:
        for parameter, values in properties.items():
            if parameter in self._custom:
                raise Undecidable(f"{_shown(shape)} has a constraint component of its own")
            if parameter in _WITHOUT_MEANING or not parameter.value.startswith(SH.iri):
                continue
            make = _COMPONENTS.get(parameter)
            if make is None:
                raise Undecidable(f"{parameter} of {_shown(shape)} is not known here")
            try:
                yield make(self, tuple(values), properties)
            except Undecidable as reason:
                raise Undecidable(f"{_shown(shape)}: {reason}") from reason


def _conforming(node: Term) -> Verdict:
    return True


def _every(verdicts: Iterable[Verdict]) -> Verdict:
    """True when all are, False when one is, else None (Kleene)."""
    every: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            every = None
    return every


def _not(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def _each(test: Check) -> ValueCheck:
    return lambda node, values: _every(test(value) for value in values)


def _together(checks: list[ValueCheck], node: Term, values: Collection[Term]) -> Verdict:
    return _every(check(node, values) for check in checks)


def _iris(values: Collection[Term]) -> Iterator[NamedNode]:
    return (value for value in values if isinstance(value, NamedNode))


def _shown(shape: Term) -> str:
    return shape.value if isinstance(shape, NamedNode) else "a shape without a name"


def _one(values: tuple[Term, ...], properties: Properties) -> Term:
    if len(values) != 1:
        raise Undecidable("a parameter that has one value has several")
    return values[0]


def _count(values: tuple[Term, ...], properties: Properties) -> int:
    """The one non-negative integer that a parameter of a property shape has."""
    literal = _one(values, properties)
    is_integer = isinstance(literal, Literal) and literal.datatype == XSD.integer
    if not is_integer or not re.fullmatch("[0-9]{1,9}", literal.value) or SH.path not in properties:
        raise Undecidable("a count is no natural number, or not on a property shape")
    return int(literal.value)


def _is_true(values: tuple[Term, ...]) -> bool:
    if values not in ((_TRUE,), (_FALSE,)):
        raise Undecidable("a parameter that is true or false is neither")
    return values == (_TRUE,)


def _class(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    instances = [self.data.instances(kind) for kind in values]
    return _each(lambda value: all(value in nodes for nodes in instances))


def _datatype(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    datatype = _one(values, properties)
    pattern = _WELL_FORMED.get(datatype)
    if pattern is None:
        raise Undecidable(f"sh:datatype {datatype} is not known here")

    def test(value: Term) -> Verdict:
        if not isinstance(value, Literal) or value.datatype != datatype:
            return False
        return True if pattern.fullmatch(value.value) else None

    return _each(test)


def _node_kind(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    kinds = _NODE_KINDS.get(_one(values, properties))
    if kinds is None:
        raise Undecidable("sh:nodeKind is none of the six")
    return _each(lambda value: isinstance(value, kinds))


def _min_count(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    least = _count(values, properties)
    return lambda node, found: len(found) >= least


def _max_count(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    most = _count(values, properties)
    return lambda node, found: len(found) <= most


def _number(term: Term) -> int | Decimal | None:
    if not isinstance(term, Literal) or term.datatype not in (XSD.integer, XSD.decimal):
        return None
    if not _WELL_FORMED[term.datatype].fullmatch(term.value):
        return None
    return int(term.value) if term.datatype == XSD.integer else Decimal(term.value)


def _less(one: Term, other: Term) -> Verdict:
    """one < other, of two numbers or two dates; None for what cannot be told here."""
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        return first < second
    dates = [term.value for term in (one, other) if isinstance(term, Literal) and term.datatype == XSD.date]
    if len(dates) == 2 and all(_WELL_FORMED[XSD.date].fullmatch(date) for date in dates):
        return dates[0] < dates[1]
    return None


def _bound(test: Callable[[Term, Term], Verdict]) -> Any:
    """A component that compares each value node with its limits."""

    def make(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
        if not all(isinstance(value, Literal) for value in values):
            raise Undecidable("a limit of values is no literal")
        return _each(lambda value: _every(test(value, limit) for limit in values))

    return make


def _length(test: Callable[[int, int], bool]) -> Any:
    def make(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
        limit = _count(values, {**properties, SH.path: ()})
        return _each(lambda value: test(len(value.value), limit) if not isinstance(value, BlankNode) else None)

    return make


def _pattern(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    flags = {str(flag.value) for flag in properties.get(SH.flags, ()) if isinstance(flag, Literal)}
    if len(flags) > 1:
        raise Undecidable("sh:flags has several values")
    patterns = [compiled(value.value, next(iter(flags), "")) for value in values]
    return _each(
        lambda value: None if isinstance(value, BlankNode) else all(item.search(value.value) for item in patterns)
    )


def _flags(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    return lambda node, found: True  # a part of sh:pattern


def _language_in(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    members = self.shapes.items(_one(values, properties))
    if members is None or not all(isinstance(item, Literal) and item.datatype == XSD.string for item in members):
        raise Undecidable("sh:languageIn is no list of strings")
    tags = {item.value.lower() for item in members}

    def test(value: Term) -> Verdict:
        if not isinstance(value, Literal) or not value.language:
            return False
        language = value.language.lower()
        if language in tags or language.partition("-")[0] in tags or "*" in tags:
            return True
        return None if any(language.startswith(f"{tag}-") for tag in tags) else False

    return _each(test)


def _unique_lang(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    if SH.path not in properties:
        raise Undecidable("sh:uniqueLang is not on a property shape")
    if not _is_true(values):
        return lambda node, found: True

    def check(node: Term, found: Collection[Term]) -> Verdict:
        languages = [value.language for value in found if isinstance(value, Literal) and value.language]
        return len(languages) == len({language.lower() for language in languages})

    return check


def _equals(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    names = _properties(values)
    return lambda node, found: all(set(found) == set(self.data.values(node, name)) for name in names)


def _disjoint(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    names = _properties(values)
    return lambda node, found: all(set(found).isdisjoint(self.data.values(node, name)) for name in names)


def _properties(values: tuple[Term, ...]) -> list[NamedNode]:
    names = list(_iris(values))
    if len(names) != len(values):
        raise Undecidable("a property that values are compared with is no IRI")
    return names


def _pairs(test: Callable[[Term, Term], Verdict]) -> Any:
    """A component that compares each value node with each value of other properties."""

    def make(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
        names = _properties(values)
        if SH.path not in properties:
            raise Undecidable("values are compared with others, but not on a property shape")
        return lambda node, found: _every(
            test(value, other) for name in names for value in found for other in self.data.values(node, name)
        )

    return make


def _has_value(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    return lambda node, found: all(value in found for value in values)


def _in(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    members = self.shapes.items(_one(values, properties))
    if members is None:
        raise Undecidable("sh:in is no list")
    allowed = set(members)
    return lambda node, found: all(value in allowed for value in found)


def _closed(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    if not _is_true(values):
        return lambda node, found: True
    allowed: set[Term] = set()
    for head in properties.get(SH.ignoredProperties, ()):
        members = self.shapes.items(head)
        if members is None:
            raise Undecidable("sh:ignoredProperties is no list")
        allowed.update(members)
    for part in properties.get(SH.property, ()):
        paths = self.shapes.values(part, SH.path)
        if len(paths) != 1:
            raise Undecidable("a value of sh:property has no path, or several")
        allowed.update(paths)
    return lambda node, found: all(self.data.properties(value).keys() <= allowed for value in found)


def _ignored_properties(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    if SH.closed not in properties:
        raise Undecidable("sh:ignoredProperties without sh:closed")
    return lambda node, found: True


def _property(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    if not all(self.shapes.values(value, SH.path) for value in values):
        raise Undecidable("a value of sh:property is no property shape")
    return _shapes(self, values, properties)


def _node(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    if any(self.shapes.values(value, SH.path) for value in values):
        raise Undecidable("a value of sh:node is a property shape")
    return _shapes(self, values, properties)


def _shapes(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    checks = [self.conforms(value) for value in values]
    return _each(lambda value: _every(check(value) for check in checks))


def _not_shape(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    checks = [self.conforms(value) for value in values]
    return _each(lambda value: _every(_not(check(value)) for check in checks))


def _listed(count: Callable[[list[Verdict]], Verdict]) -> Any:
    """A component whose value is a list of shapes; ``count`` judges their verdicts on a value node."""

    def make(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
        lists = []
        for head in values:
            members = self.shapes.items(head)
            if not members:
                raise Undecidable("a list of shapes is empty, or no list")
            lists.append([self.conforms(member) for member in members])
        return _each(lambda value: _every(count([check(value) for check in checks]) for checks in lists))

    return make


def _any(verdicts: list[Verdict]) -> Verdict:
    return _not(_every(_not(verdict) for verdict in verdicts))


def _exactly_one(verdicts: list[Verdict]) -> Verdict:
    return None if None in verdicts else verdicts.count(True) == 1


def _qualified(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    shape = _one(values, properties)
    counts = [tuple(properties.get(name, ())) for name in (SH.qualifiedMinCount, SH.qualifiedMaxCount)]
    least = _count(counts[0], properties) if counts[0] else 0
    most = _count(counts[1], properties) if counts[1] else None
    if not any(counts) or _TRUE in properties.get(SH.qualifiedValueShapesDisjoint, ()):
        raise Undecidable("a qualified shape has no count, or is disjoint with others")
    conforms = self.conforms(shape)

    def check(node: Term, found: Collection[Term]) -> Verdict:
        verdicts = [conforms(value) for value in found]
        sure, possible = verdicts.count(True), len(verdicts) - verdicts.count(False)
        if sure >= least and (most is None or possible <= most):
            return True
        return False if possible < least or (most is not None and sure > most) else None

    return check


def _with_qualified(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    if SH.qualifiedValueShape not in properties:
        raise Undecidable("a qualified count without a shape")
    return lambda node, found: True


def _sparql(self: Prefilter, values: tuple[Term, ...], properties: Properties) -> ValueCheck:
    found = [self.queries.nodes(value) for value in values]
    return lambda node, _: None if any(node in nodes for nodes in found) else True


_COMPONENTS: dict[NamedNode, Callable[[Prefilter, tuple[Term, ...], Properties], ValueCheck]] = {
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.minCount: _min_count,
    SH.maxCount: _max_count,
    SH.minExclusive: _bound(lambda value, limit: _less(limit, value)),
    SH.minInclusive: _bound(lambda value, limit: _not(_less(value, limit))),
    SH.maxExclusive: _bound(_less),
    SH.maxInclusive: _bound(lambda value, limit: _not(_less(limit, value))),
    SH.minLength: _length(int.__ge__),
    SH.maxLength: _length(int.__le__),
    SH.pattern: _pattern,
    SH.flags: _flags,
    SH.languageIn: _language_in,
    SH.uniqueLang: _unique_lang,
    SH.equals: _equals,
    SH.disjoint: _disjoint,
    SH.lessThan: _pairs(_less),
    SH.lessThanOrEquals: _pairs(lambda value, other: _not(_less(other, value))),
    SH.hasValue: _has_value,
    SH["in"]: _in,
    SH.closed: _closed,
    SH.ignoredProperties: _ignored_properties,
    SH.property: _property,
    SH.node: _node,
    SH["not"]: _not_shape,
    SH["and"]: _listed(_every),
    SH["or"]: _listed(_any),
    SH.xone: _listed(_exactly_one),
    SH.qualifiedValueShape: _qualified,
    SH.qualifiedMinCount: _with_qualified,
    SH.qualifiedMaxCount: _with_qualified,
    SH.qualifiedValueShapesDisjoint: _with_qualified,
    SH.sparql: _sparql,
}
#: Terms at a shape that change none of its verdicts.
_WITHOUT_MEANING = {
    *TARGETS,
    *(SH[name] for name in "path deactivated severity message name description order group defaultValue".split()),
}
