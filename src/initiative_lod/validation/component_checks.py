"""Checks of constraint components (SHACL §4): whether the value nodes of a focus node satisfy a parameter of a shape.

A verdict is True or False only where SHACL leaves no doubt, else None. What is ill-formed, or not known here, is
Undecidable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.validation.constraint_queries import ConstraintQueries
from initiative_lod.validation.query_reader import Undecidable
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.validation.xpath_patterns import compiled
from initiative_lod.vocabulary import RDF, SH, XSD

#: Verdict on a node; None where that is left to the processor.
Verdict = bool | None
Check = Callable[[Term], Verdict]
#: The verdict on a focus node and its value nodes.
ValueCheck = Callable[[Term, Collection[Term]], Verdict]
Properties = Mapping[NamedNode, Collection[Term]]

TRUE, FALSE = (Literal(word, datatype=XSD.boolean) for word in ("true", "false"))

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


@dataclass(frozen=True, slots=True)
class Parameter:
    """The values that a shape, which says ``properties``, has for a parameter. ``conforms`` gives the check of a shape
    inside another.
    """

    shapes: TripleIndex
    data: TripleIndex
    queries: ConstraintQueries
    conforms: Callable[[Term], Check]
    properties: Properties
    values: tuple[Term, ...]

    def other(self, name: NamedNode) -> Parameter:
        """Another parameter of the same shape."""
        return replace(self, values=tuple(self.properties.get(name, ())))

    def one(self) -> Term:
        """The one value."""
        if len(self.values) != 1:
            raise Undecidable("a parameter that has one value has several")
        return self.values[0]

    def natural(self) -> int:
        """The one value, a non-negative integer."""
        literal = self.one()
        is_integer = isinstance(literal, Literal) and literal.datatype == XSD.integer
        if not is_integer or not re.fullmatch("[0-9]{1,9}", literal.value):
            raise Undecidable("a count is no natural number")
        return int(literal.value)

    def count(self) -> int:
        """A number of value nodes."""
        self.on_property_shape("a count is")
        return self.natural()

    def flag(self) -> bool:
        """The one value, true or false."""
        if self.values not in ((TRUE,), (FALSE,)):
            raise Undecidable("a parameter that is true or false is neither")
        return self.values == (TRUE,)

    def names(self) -> list[NamedNode]:
        """The properties that values are compared with."""
        names = [value for value in self.values if isinstance(value, NamedNode)]
        if len(names) != len(self.values):
            raise Undecidable("a property that values are compared with is no IRI")
        return names

    def on_property_shape(self, what: str) -> None:
        """See that the shape is one."""
        if SH.path not in self.properties:
            raise Undecidable(f"{what} not on a property shape")


Component = Callable[[Parameter], ValueCheck]


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """True when all are, False when one is, else None (Kleene)."""
    found: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            found = None
    return found


def _not(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def _any(verdicts: list[Verdict]) -> Verdict:
    return _not(every(_not(verdict) for verdict in verdicts))


def _exactly_one(verdicts: list[Verdict]) -> Verdict:
    return None if None in verdicts else verdicts.count(True) == 1


def _each(test: Check) -> ValueCheck:
    return lambda node, found: every(test(value) for value in found)


def _satisfied(node: Term, found: Collection[Term]) -> Verdict:
    return True


def _class(given: Parameter) -> ValueCheck:
    instances = [given.data.instances(kind) for kind in given.values]
    return _each(lambda value: all(value in nodes for nodes in instances))


def _datatype(given: Parameter) -> ValueCheck:
    datatype = given.one()
    pattern = _WELL_FORMED.get(datatype)
    if pattern is None:
        raise Undecidable(f"sh:datatype {datatype} is not known here")

    def test(value: Term) -> Verdict:
        if not isinstance(value, Literal) or value.datatype != datatype:
            return False
        return True if pattern.fullmatch(value.value) else None

    return _each(test)


def _node_kind(given: Parameter) -> ValueCheck:
    kinds = _NODE_KINDS.get(given.one())
    if kinds is None:
        raise Undecidable("sh:nodeKind is none of the six")
    return _each(lambda value: isinstance(value, kinds))


def _counted(test: Callable[[int, int], bool]) -> Component:
    """A component that compares the number of value nodes."""

    def make(given: Parameter) -> ValueCheck:
        limit = given.count()
        return lambda node, found: test(len(found), limit)

    return make


def _length(test: Callable[[int, int], bool]) -> Component:
    """A component that compares the length of each value node."""

    def make(given: Parameter) -> ValueCheck:
        limit = given.natural()
        return _each(lambda value: test(len(value.value), limit) if not isinstance(value, BlankNode) else None)

    return make


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


def _at_most(one: Term, other: Term) -> Verdict:
    return _not(_less(other, one))


def _bound(test: Callable[[Term, Term], Verdict]) -> Component:
    """A component that compares limits with each value node."""

    def make(given: Parameter) -> ValueCheck:
        if not all(isinstance(value, Literal) for value in given.values):
            raise Undecidable("a limit of values is no literal")
        return _each(lambda value: every(test(limit, value) for limit in given.values))

    return make


def _pairs(test: Callable[[Term, Term], Verdict]) -> Component:
    """A component that compares each value node with each value of other properties."""

    def make(given: Parameter) -> ValueCheck:
        names = given.names()
        given.on_property_shape("values are compared with others, but")
        return lambda node, found: every(
            test(value, other) for name in names for value in found for other in given.data.values(node, name)
        )

    return make


def _compared(test: Callable[[set[Term], Collection[Term]], bool]) -> Component:
    """A component that compares the value nodes, as a set, with the values of other properties."""

    def make(given: Parameter) -> ValueCheck:
        names = given.names()
        return lambda node, found: all(test(set(found), given.data.values(node, name)) for name in names)

    return make


def _pattern(given: Parameter) -> ValueCheck:
    flags = {str(flag.value) for flag in given.properties.get(SH.flags, ()) if isinstance(flag, Literal)}
    if len(flags) > 1:
        raise Undecidable("sh:flags has several values")
    patterns = [compiled(value.value, next(iter(flags), "")) for value in given.values]
    return _each(
        lambda value: None if isinstance(value, BlankNode) else all(item.search(value.value) for item in patterns)
    )


def _language_in(given: Parameter) -> ValueCheck:
    members = given.shapes.items(given.one())
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


def _unique_lang(given: Parameter) -> ValueCheck:
    given.on_property_shape("sh:uniqueLang is")
    if not given.flag():
        return _satisfied

    def check(node: Term, found: Collection[Term]) -> Verdict:
        languages = [value.language for value in found if isinstance(value, Literal) and value.language]
        return len(languages) == len({language.lower() for language in languages})

    return check


def _in(given: Parameter) -> ValueCheck:
    members = given.shapes.items(given.one())
    if members is None:
        raise Undecidable("sh:in is no list")
    allowed = set(members)
    return lambda node, found: all(value in allowed for value in found)


def _closed(given: Parameter) -> ValueCheck:
    if not given.flag():
        return _satisfied
    allowed: set[Term] = set()
    for head in given.other(SH.ignoredProperties).values:
        members = given.shapes.items(head)
        if members is None:
            raise Undecidable("sh:ignoredProperties is no list")
        allowed.update(members)
    for part in given.other(SH.property).values:
        paths = given.shapes.values(part, SH.path)
        if len(paths) != 1:
            raise Undecidable("a value of sh:property has no path, or several")
        allowed.update(paths)
    return lambda node, found: all(given.data.properties(value).keys() <= allowed for value in found)


def _beside(name: NamedNode, fault: str) -> Component:
    """A parameter that is a part of the component of another one."""

    def make(given: Parameter) -> ValueCheck:
        if name not in given.properties:
            raise Undecidable(fault)
        return _satisfied

    return make


def _property(given: Parameter) -> ValueCheck:
    if not all(given.shapes.values(value, SH.path) for value in given.values):
        raise Undecidable("a value of sh:property is no property shape")
    return _shapes(given)


def _node(given: Parameter) -> ValueCheck:
    if any(given.shapes.values(value, SH.path) for value in given.values):
        raise Undecidable("a value of sh:node is a property shape")
    return _shapes(given)


def _shapes(given: Parameter, judged: Callable[[Verdict], Verdict] = lambda verdict: verdict) -> ValueCheck:
    checks = [given.conforms(value) for value in given.values]
    return _each(lambda value: every(judged(check(value)) for check in checks))


def _listed(count: Callable[[list[Verdict]], Verdict]) -> Component:
    """A component whose value is a list of shapes; ``count`` judges their verdicts on a value node."""

    def make(given: Parameter) -> ValueCheck:
        lists = []
        for head in given.values:
            members = given.shapes.items(head)
            if not members:
                raise Undecidable("a list of shapes is empty, or no list")
            lists.append([given.conforms(member) for member in members])
        return _each(lambda value: every(count([check(value) for check in checks]) for checks in lists))

    return make


def _qualified(given: Parameter) -> ValueCheck:
    shape = given.one()
    least, most = (
        bound.count() if (bound := given.other(name)).values else None
        for name in (SH.qualifiedMinCount, SH.qualifiedMaxCount)
    )
    if least is most is None or TRUE in given.properties.get(SH.qualifiedValueShapesDisjoint, ()):
        raise Undecidable("a qualified shape has no count, or is disjoint with others")
    fewest, conforms = least or 0, given.conforms(shape)

    def check(node: Term, found: Collection[Term]) -> Verdict:
        verdicts = [conforms(value) for value in found]
        sure, possible = verdicts.count(True), len(verdicts) - verdicts.count(False)
        if sure >= fewest and (most is None or possible <= most):
            return True
        return False if possible < fewest or (most is not None and sure > most) else None

    return check


def _sparql(given: Parameter) -> ValueCheck:
    solutions = [given.queries.nodes(value) for value in given.values]
    return lambda node, _: None if any(node in nodes for nodes in solutions) else True


_WITH_QUALIFIED = _beside(SH.qualifiedValueShape, "a qualified count without a shape")
#: The check that a parameter makes.
COMPONENTS: Mapping[NamedNode, Component] = {
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.minCount: _counted(int.__ge__),
    SH.maxCount: _counted(int.__le__),
    SH.minExclusive: _bound(_less),
    SH.minInclusive: _bound(_at_most),
    SH.maxExclusive: _bound(lambda limit, value: _less(value, limit)),
    SH.maxInclusive: _bound(lambda limit, value: _at_most(value, limit)),
    SH.minLength: _length(int.__ge__),
    SH.maxLength: _length(int.__le__),
    SH.pattern: _pattern,
    SH.flags: lambda given: _satisfied,  # a part of sh:pattern
    SH.languageIn: _language_in,
    SH.uniqueLang: _unique_lang,
    SH.equals: _compared(lambda found, others: found == set(others)),
    SH.disjoint: _compared(set.isdisjoint),
    SH.lessThan: _pairs(_less),
    SH.lessThanOrEquals: _pairs(_at_most),
    SH.hasValue: lambda given: lambda node, found: all(value in found for value in given.values),
    SH["in"]: _in,
    SH.closed: _closed,
    SH.ignoredProperties: _beside(SH.closed, "sh:ignoredProperties without sh:closed"),
    SH.property: _property,
    SH.node: _node,
    SH["not"]: lambda given: _shapes(given, _not),
    SH["and"]: _listed(every),
    SH["or"]: _listed(_any),
    SH.xone: _listed(_exactly_one),
    SH.qualifiedValueShape: _qualified,
    SH.qualifiedMinCount: _WITH_QUALIFIED,
    SH.qualifiedMaxCount: _WITH_QUALIFIED,
    SH.qualifiedValueShapesDisjoint: _WITH_QUALIFIED,
    SH.sparql: _sparql,
}
