"""Shapes and data made by hypothesis, as Turtle: few names, so that they meet."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://made.example/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
NODES = [f"ex:n{number}" for number in range(5)] + ["_:b0", "_:b1"]
CLASSES = ["ex:C0", "ex:C1", "ex:C2"]
NAMES = [f"ex:p{number}" for number in range(4)]
LITERALS = [
    '"a"', '"ab"', '"B"', '""', '"a\\n"', '"a"@en', '"a"@zh', '"b"@en', '"a"@en-us', '"a"@en-gb', "1", "2", "-1", "01",
    "1.0", "1.5", "0.5", "1e0", "true", "false", '"1"^^xsd:boolean', '"x"^^xsd:integer', '"2020-01-01"^^xsd:date',
    '"2021-02-28"^^xsd:date', '"2021-02-30"^^xsd:date', '"2021-02-28Z"^^xsd:date',
    '"2020-01-01T00:00:00"^^xsd:dateTime',
    '"2020-01-01T00:00:00Z"^^xsd:dateTime', '"1"^^xsd:nonNegativeInteger', '"-1"^^xsd:nonNegativeInteger',
    '"2020"^^xsd:gYear', '"a"^^ex:type', '"http://made.example/n1"^^xsd:anyURI', '"1"^^xsd:int', "99999999999999999999",
]  # fmt: skip
DATATYPES = [
    "xsd:string", "xsd:integer", "xsd:decimal", "xsd:boolean", "xsd:date", "xsd:dateTime", "xsd:double", "xsd:anyURI",
    "xsd:gYear", "rdf:langString", "xsd:nonNegativeInteger", "ex:type", "rdfs:Literal",
]  # fmt: skip
KINDS = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]
SHAPES = [f"ex:S{number}" for number in range(4)]

names, nodes, classes, literals = (st.sampled_from(pool) for pool in (NAMES, NODES, CLASSES, LITERALS))
values = st.one_of(nodes, literals)
counts = st.integers(0, 2).map(str)


@st.composite
def data(draw: st.DrawFn) -> str:
    """Some triples, with types and a hierarchy of classes."""
    lines = [f"{draw(nodes)} {draw(names)} {draw(values)} ." for _ in range(draw(st.integers(0, 14)))]
    lines += [f"{draw(nodes)} a {draw(classes)} ." for _ in range(draw(st.integers(1, 6)))]
    lines += [f"{draw(classes)} rdfs:subClassOf {draw(classes)} ." for _ in range(draw(st.integers(0, 2)))]
    return PREFIXES + "\n".join(lines)


paths: SearchStrategy[str] = st.recursive(
    names,
    lambda inner: st.one_of(
        names.map(lambda name: f"[ sh:inversePath {name} ]"),
        inner.map(lambda path: f"[ sh:inversePath {path} ]"),
        st.tuples(inner, inner).map(lambda pair: f"( {pair[0]} {pair[1]} )"),
        st.tuples(inner, inner).map(lambda pair: f"[ sh:alternativePath ( {pair[0]} {pair[1]} ) ]"),
        st.tuples(st.sampled_from(["zeroOrMore", "oneOrMore", "zeroOrOne"]), inner).map(
            lambda pair: f"[ sh:{pair[0]}Path {pair[1]} ]"
        ),
    ),
    max_leaves=3,
)


_TERMS = [
    "$this", "?v", "?w", "STR(?v)", "LANG(?v)", "STRLEN(STR(?v))", "?v + 1", "?v - ?w", "1", "2", '"a"', '"a"@en',
    "ex:n0", "true", "UCASE(STR(?w))", "SUBSTR(STR(?v), ?w, 1)", "SUBSTR(STR(?v), 1, ?w)", "DATATYPE(?v)",
    'REPLACE(STR(?v), "a$", "b")',
]  # fmt: skip
_CONDITIONS = [
    "isIRI(?v)", "isLiteral(?v)", "isBlank(?v)", "BOUND(?o)", "!BOUND(?o)", "BOUND(?v)", 'REGEX(STR(?v), "^a")', "?v",
    "CONTAINS(STR(?v), STR(?w))", 'LANGMATCHES(LANG(?v), "en")', "SAMETERM(?v, ?w)", 'STRSTARTS(STR(?v), "http")',
]  # fmt: skip
_STEPS = [*NAMES, "^ex:p0", "ex:p0|ex:p1", "ex:p1/ex:p2", "ex:p0*", "(ex:p1|ex:p2)?", "ex:p3+", "rdf:type"]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> str:
    """A condition of SPARQL, some of which are beyond what is foretold."""

    def pick(*options: str) -> str:
        return draw(st.sampled_from(options))

    kind = pick("compare", "compare", "in", "condition", *(["not", "both"] if depth else []))
    match kind:
        case "compare":
            return f"{pick(*_TERMS)} {pick('=', '!=', '<', '<=', '>', '>=')} {pick(*_TERMS)}"
        case "in":
            return f'{pick(*_TERMS)} {pick("IN", "NOT IN")} ( ex:n0, 1, "a" )'
        case "not":
            return f"!({draw(expressions(depth - 1))})"
        case "both":
            return f"({draw(expressions(depth - 1))}) {pick('&&', '||')} ({draw(expressions(depth - 1))})"
    return pick(*_CONDITIONS)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """The SELECT query of a constraint."""

    def pick(*options: str) -> str:
        return draw(st.sampled_from(options))

    def filters() -> str:
        return f"FILTER ({draw(expressions())})" if draw(st.booleans()) else ""

    def part() -> str:
        match pick("triple", "triple", "optional", "exists", "filter", "union", "bind"):
            case "triple":
                return f"{pick('$this', '?v')} {pick(*_STEPS)} {pick('?w', '?v', 'ex:n0', '1')} ."
            case "optional":
                return f"OPTIONAL {{ $this {pick(*_STEPS)} ?o . {filters()} }}"
            case "exists":
                triple = f"{pick('$this', '?v', '?z')} {pick(*_STEPS)} {pick('?z', '?v', '?y')} ."
                return f"FILTER {pick('EXISTS', 'NOT EXISTS')} {{ {triple} {filters()} }}"
            case "union":
                return f"{{ $this {draw(names)} ?u }} UNION {{ $this {draw(names)} ?u . {filters()} }}"
            case "bind":
                return "BIND (EXISTS { $this ex:p1 ?q } AS ?e)"
        return filters()

    first = pick(f"$this {pick(*_STEPS)} ?v .", f"?v {pick(*_STEPS)} $this .", "$this ?p ?v .")
    body = " ".join([first, *(part() for _ in range(draw(st.integers(0, 3))))])
    if pick("plain", "plain", "plain", "grouped") == "grouped":
        return (
            f"SELECT $this (COUNT(DISTINCT ?v) AS ?n) WHERE {{ {body} }} GROUP BY $this HAVING (COUNT(DISTINCT ?v) > 1)"
        )
    return f"SELECT {pick('', 'DISTINCT ')}$this ?v WHERE {{ {body} {filters()} }}"


_ANYWHERE = [
    "class", "datatype", "nodeKind", "range", "length", "pattern", "languageIn", "pair", "hasValue", "in", "node",
    "not", "list", "closed", "sparql", "property", "about",
]  # fmt: skip
_ON_PROPERTIES = ["count", "count", "uniqueLang", "less", "qualified", "qualified"]


@st.composite
def constraint(draw: st.DrawFn, depth: int, on_property: bool) -> str:
    """Parameters of one constraint; shapes in it are named, or, above depth 0, written in place."""

    def pick(*options: str) -> str:
        return draw(st.sampled_from(options))

    def shape() -> str:
        if depth and draw(st.booleans()):
            return draw(in_place(depth - 1, on_property=draw(st.booleans())))
        return pick(*SHAPES)

    def terms(most: int) -> str:
        return " ".join(term for term in draw(st.lists(values, max_size=most)) if not term.startswith("_"))

    kind = pick(*_ANYWHERE, *(_ON_PROPERTIES if on_property else []))
    match kind:
        case "class":
            return f"sh:class {draw(classes)}"
        case "datatype":
            return f"sh:datatype {pick(*DATATYPES)}"
        case "nodeKind":
            return f"sh:nodeKind sh:{pick(*KINDS)}"
        case "range":
            limit = pick("0", "1", "1.5", '"2021-01-01"^^xsd:date', '"a"')
            return f"sh:{pick('minInclusive', 'minExclusive', 'maxInclusive', 'maxExclusive')} {limit}"
        case "length":
            return f"sh:{pick('minLength', 'maxLength')} {draw(counts)}"
        case "pattern":
            return pick('sh:pattern "^a"', 'sh:pattern "n[0-9]$"', 'sh:pattern "B" ; sh:flags "i"')
        case "languageIn":
            return "sh:languageIn ( " + pick('"en"', '"zh" "en-US"', '"*"') + " )"
        case "pair":
            return f"sh:{pick('equals', 'disjoint')} {draw(names)}"
        case "hasValue":
            return f"sh:hasValue {draw(values.filter(lambda term: not term.startswith('_')))}"
        case "in":
            return f"sh:in ( {terms(4)} )"
        case "node":
            return f"sh:node {draw(in_place(depth - 1, on_property=False)) if depth else pick(*SHAPES[:3])}"
        case "not":
            return f"sh:not {shape()}"
        case "list":
            members = " ".join(shape() for _ in range(draw(st.integers(1, 3))))
            return f"sh:{pick('and', 'or', 'xone')} ( {members} )"
        case "closed":
            return f"sh:closed {pick('true', 'true', 'false')} ; sh:ignoredProperties ( rdf:type {pick('', *NAMES)} )"
        case "sparql":
            return f"sh:sparql [ sh:prefixes ex:names ; sh:select '''{draw(queries())}''' ]"
        case "property":
            return f"sh:property {draw(in_place(depth - 1, on_property=True)) if depth else 'ex:S3'}"
        case "about":
            return pick("sh:deactivated true", "sh:deactivated false", "sh:severity sh:Warning", 'sh:message "m"@en')
        case "count":
            return f"sh:{pick('minCount', 'maxCount')} {draw(counts)}"
        case "uniqueLang":
            return f"sh:uniqueLang {pick('true', 'false')}"
        case "less":
            return f"sh:{pick('lessThan', 'lessThanOrEquals')} {draw(names)}"
    disjoint = pick("", "", " ; sh:qualifiedValueShapesDisjoint true")
    return f"sh:qualifiedValueShape {shape()} ; sh:qualified{pick('Min', 'Max')}Count {draw(counts)}{disjoint}"


@st.composite
def constraints(draw: st.DrawFn, depth: int, on_property: bool) -> str:
    """One to three constraints, none with the parameter of another."""
    found: dict[str, str] = {}
    for _ in range(draw(st.integers(1, 3))):
        text = draw(constraint(depth, on_property))
        found.setdefault(text.split(" ")[0], text)
    return " ; ".join(found.values())


@st.composite
def in_place(draw: st.DrawFn, depth: int, on_property: bool) -> str:
    """A shape without a name."""
    head = f"sh:path {draw(paths)}" if on_property else "a sh:NodeShape"
    return f"[ {head} ; {draw(constraints(depth, on_property))} ]"


targets = st.one_of(
    classes.map(lambda name: f"sh:targetClass {name}"),
    st.sampled_from([*NODES[:5], "1", '"a"@en']).map(lambda node: f"sh:targetNode {node}"),
    names.map(lambda name: f"sh:targetSubjectsOf {name}"),
    names.map(lambda name: f"sh:targetObjectsOf {name}"),
)


_PROLOGUE = (
    PREFIXES
    + 'ex:names a owl:Ontology ; sh:declare [ sh:prefix "ex" ; sh:namespace "http://made.example/"^^xsd:anyURI ] .'
)


@st.composite
def shapes(draw: st.DrawFn) -> str:
    """Four shapes that may refer to each other: two node shapes, a class that is one, and a property shape."""

    def node_shape(head: str, depth: int) -> str:
        return f"{head} ; {draw(constraints(depth, on_property=False))} ."

    text = [_PROLOGUE, *(node_shape(f"{name} a sh:NodeShape ; {draw(targets)}", 2) for name in SHAPES[:2])]
    text.append(node_shape("ex:S2 a sh:NodeShape", 1))
    target = draw(st.one_of(st.just(""), targets.map(lambda chosen: f"{chosen} ; ")))
    text.append(
        f"ex:S3 a sh:PropertyShape ; {target}sh:path {draw(paths)} ; {draw(constraints(1, on_property=True))} ."
    )
    if draw(st.booleans()):
        text.append(node_shape("ex:C0 a rdfs:Class , sh:NodeShape", 1))
    return "\n".join(text)


@st.composite
def queried(draw: st.DrawFn) -> str:
    """A shape with a query alone, of which every node is a target, and perhaps literals are."""
    everything = " , ".join(NODES[:5])
    constraint = f"sh:sparql [ sh:prefixes ex:names ; sh:select '''{draw(queries())}''' ]"
    more = draw(st.one_of(st.just(""), names.map(lambda name: f"sh:targetObjectsOf {name} ; ")))
    return f"{_PROLOGUE}\nex:S0 a sh:NodeShape ; sh:targetNode {everything} ; {more}{constraint} ."
