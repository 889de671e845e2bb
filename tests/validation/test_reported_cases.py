"""Kinds of shapes that users of SHACL processors have stumbled over: what is found, with the prefilter and without."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pyoxigraph import RdfFormat, parse

from initiative_lod.validation.shacl import validate

EX = "http://quarry.example/"
PREFIXES = f"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <{EX}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:names a owl:Ontology ; sh:declare [ sh:prefix "ex" ; sh:namespace "{EX}"^^xsd:anyURI ] .
"""
STONE = "ex:Stone a sh:NodeShape ; sh:targetClass ex:Stone ; "


@dataclass(frozen=True)
class Reported:
    """Shapes, data, and (focus node, component) of each result, sorted."""

    name: str
    shapes: str
    data: str
    found: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.name


CASES = (
    Reported(
        "a blank node cannot be compared",
        STONE + "sh:property [ sh:path ex:from ; sh:lessThan ex:to ] ; "
        "sh:property [ sh:path ex:to ; sh:lessThanOrEquals ex:from ] .",
        "ex:a a ex:Stone ; ex:from [] ; ex:to 2 . ex:b a ex:Stone ; ex:from 1 ; ex:to 2 . "
        "ex:c a ex:Stone ; ex:from [] .",
        (("a", "LessThan"), ("a", "LessThanOrEquals"), ("b", "LessThanOrEquals")),
    ),
    Reported(
        "a query about a literal that is not written as engines would",
        "ex:S a sh:NodeShape ; sh:targetObjectsOf ex:age ; sh:sparql [ sh:prefixes ex:names ; "
        "sh:select 'SELECT $this ?v WHERE { ?v ex:age $this . ?v a ex:Stone }' ] .",
        "ex:a ex:age 01 . ex:a a ex:Stone . ex:b ex:age '2021-02-30'^^xsd:date . ex:b a ex:Stone . ex:c ex:age 02 .",
        (('"01"', "SPARQL"), ('"2021-02-30"', "SPARQL")),
    ),
    Reported(
        "a query about a path from 0, which is no empty place",
        "ex:S a sh:NodeShape ; sh:targetObjectsOf ex:age ; sh:sparql [ sh:prefixes ex:names ; "
        "sh:select 'SELECT $this ?v WHERE { $this ex:cuts+ ?v }' ] .",
        "ex:a ex:age 0 , '' , false . ex:a ex:cuts ex:b . ex:b ex:age ex:a .",
        (("a", "SPARQL"),),
    ),
    Reported(
        "the inverse of a whole path",
        STONE + "sh:property [ sh:path [ sh:inversePath ( ex:cuts ex:piece ) ] ; sh:minCount 1 ] ; "
        "sh:property [ sh:path [ sh:inversePath [ sh:inversePath ex:age ] ] ; sh:maxCount 0 ] ; sh:property [ "
        "sh:path [ sh:inversePath [ sh:alternativePath ( ex:holds [ sh:oneOrMorePath ex:under ] ) ] ] ; "
        "sh:maxCount 2 ] .",
        "ex:m ex:cuts ex:n . ex:n ex:piece ex:a . ex:a a ex:Stone . ex:b a ex:Stone ; ex:age 1 . "
        "ex:x ex:holds ex:a . ex:y ex:under ex:z . ex:z ex:under ex:a .",
        (("a", "MaxCount"), ("b", "MaxCount"), ("b", "MinCount")),
    ),
    Reported(
        "the flags of patterns, and the end of a text",
        "ex:S sh:targetObjectsOf ex:name ; a sh:NodeShape ; sh:pattern 'a b$' ; sh:flags 'x' . "
        "ex:T sh:targetObjectsOf ex:text ; a sh:NodeShape ; sh:pattern '^a.b$' ; sh:flags 'si' . "
        "ex:U sh:targetObjectsOf ex:sign ; a sh:NodeShape ; sh:pattern '(.$' ; sh:flags 'q' . "
        "ex:V sh:targetObjectsOf ex:lines ; a sh:NodeShape ; sh:pattern '^b$' ; sh:flags 'm' . "
        "ex:W sh:targetObjectsOf ex:end ; a sh:NodeShape ; sh:pattern 'c$' .",
        "ex:a ex:name 'ab' , 'a b' ; ex:text 'A\\nB' , 'A' ; ex:sign 'x(.$' , 'xa' ; "
        "ex:lines 'a\\nb' , 'a b' ; ex:end 'c', 'c\\n' .",
        (('"A"', "Pattern"), ('"a b"', "Pattern"), ('"a b"', "Pattern"), ('"c\\n"', "Pattern"), ('"xa"', "Pattern")),
    ),
    Reported(
        "one of two datatypes",
        STONE + "sh:property [ sh:path ex:age ; sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:gYear ] ) ] .",
        "ex:a a ex:Stone ; ex:age 3 . ex:b a ex:Stone ; ex:age '1900'^^xsd:gYear . ex:c a ex:Stone ; ex:age 'old' .",
        (("c", "Or"),),
    ),
    Reported(
        "a literal that is no number of its datatype",
        STONE + "sh:property [ sh:path ex:age ; sh:datatype xsd:integer ] .",
        "ex:a a ex:Stone ; ex:age 'three'^^xsd:integer . ex:b a ex:Stone ; ex:age 3 .",
        (("a", "Datatype"),),
    ),
    Reported(
        "text with a language is no xsd:string",
        STONE + "sh:property [ sh:path ex:name ; sh:datatype xsd:string ] .",
        "ex:a a ex:Stone ; ex:name '石'@zh . ex:b a ex:Stone ; ex:name 'b' .",
        (("a", "Datatype"),),
    ),
    Reported(
        "a literal as a target",
        "ex:S a sh:NodeShape ; sh:targetNode 5 , 15 ; sh:maxInclusive 10 .",
        "",
        (('"15"', "MaxInclusive"),),
    ),
    Reported(
        "a target that is not in the data",
        "ex:S a sh:NodeShape ; sh:targetNode ex:nowhere ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .",
        "ex:a ex:name 'a' .",
        (("nowhere", "MinCount"),),
    ),
    Reported(
        "two classes at once",
        STONE + "sh:property [ sh:path ex:from ; sh:class ex:Quarry , ex:Place ] .",
        "ex:a a ex:Stone ; ex:from ex:q . ex:q a ex:Quarry . "
        "ex:b a ex:Stone ; ex:from ex:r . ex:r a ex:Quarry , ex:Place .",
        (("a", "Class"),),
    ),
    Reported(
        "members of a list",
        STONE
        + "sh:property [ sh:path ( ex:cuts [ sh:zeroOrMorePath rdf:rest ] rdf:first ) ; sh:datatype xsd:integer ] .",
        "ex:a a ex:Stone ; ex:cuts ( 1 2 'three' ) . ex:b a ex:Stone ; ex:cuts ( 1 2 ) .",
        (("a", "Datatype"),),
    ),
    Reported(
        "the length of a list",
        STONE
        + "sh:property [ sh:path ( ex:cuts [ sh:oneOrMorePath rdf:rest ] ) ; sh:hasValue rdf:nil ; sh:maxCount 2 ] .",
        "ex:a a ex:Stone ; ex:cuts ( 1 2 3 ) . ex:b a ex:Stone ; ex:cuts ( 1 2 ) .",
        (("a", "MaxCount"),),
    ),
    Reported(
        "who refers to me",
        STONE + "sh:property [ sh:path [ sh:inversePath ex:holds ] ; sh:minCount 1 ] .",
        "ex:cart ex:holds ex:a . ex:a a ex:Stone . ex:b a ex:Stone .",
        (("b", "MinCount"),),
    ),
    Reported(
        "a shape that is switched off, inside another",
        STONE + "sh:node ex:Old . ex:Old a sh:NodeShape ; sh:deactivated true ; sh:nodeKind sh:Literal .",
        "ex:a a ex:Stone .",
    ),
    Reported(
        "a warning inside a shape makes its node fail",
        STONE + "sh:node ex:Advice . ex:Advice a sh:NodeShape ; sh:property ex:P . "
        "ex:P a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 ; sh:severity sh:Info .",
        "ex:a a ex:Stone .",
        (("a", "Node"),),
    ),
    Reported(
        "siblings that must not be the same value",
        STONE + "sh:property [ sh:path ex:part ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 ; "
        "sh:qualifiedValueShape [ sh:class ex:Top ] ] , [ sh:path ex:part ; sh:qualifiedValueShapesDisjoint true ; "
        "sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:class ex:Base ] ] .",
        "ex:a a ex:Stone ; ex:part ex:p , ex:q . ex:p a ex:Top . ex:q a ex:Base . "
        "ex:b a ex:Stone ; ex:part ex:r . ex:r a ex:Top , ex:Base .",
        (("b", "QualifiedMinCount"), ("b", "QualifiedMinCount")),
    ),
    Reported(
        "closed, with a path that is no predicate",
        STONE + "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; "
        "sh:property [ sh:path [ sh:alternativePath ( ex:name ex:mark ) ] ; sh:minCount 1 ] .",
        "ex:a a ex:Stone ; ex:mark 'm' .",
        (("a", "Closed"),),
    ),
    Reported(
        "flags of a pattern",
        STONE + "sh:property [ sh:path ex:mark ; sh:pattern '^q' ; sh:flags 'i' ] .",
        "ex:a a ex:Stone ; ex:mark 'Q1' . ex:b a ex:Stone ; ex:mark 'R1' .",
        (("b", "Pattern"),),
    ),
    Reported(
        "a pattern over IRIs and numbers",
        STONE + "sh:property [ sh:path ex:mark ; sh:pattern '1$' ] .",
        "ex:a a ex:Stone ; ex:mark 11 , ex:n1 . ex:b a ex:Stone ; ex:mark 12 .",
        (("b", "Pattern"),),
    ),
    Reported(
        "languages with a region",
        STONE + "sh:property [ sh:path ex:name ; sh:languageIn ( 'en' 'zh-Hans' ) ] .",
        "ex:a a ex:Stone ; ex:name 'a'@en-GB , '石'@zh-hans . ex:b a ex:Stone ; ex:name '石'@zh .",
        (("b", "LanguageIn"),),
    ),
    Reported(
        "one text in each language, whatever its case",
        STONE + "sh:property [ sh:path ex:name ; sh:uniqueLang true ] .",
        "ex:a a ex:Stone ; ex:name 'a'@EN , 'b'@en . ex:b a ex:Stone ; ex:name 'a'@en , 'b' , 'c' .",
        (("a", "UniqueLang"),),
    ),
    Reported(
        "dates before dates",
        STONE + "sh:property [ sh:path ex:cut ; sh:lessThanOrEquals ex:sold ] .",
        "ex:a a ex:Stone ; ex:cut '2020-05-01'^^xsd:date ; ex:sold '2020-04-01'^^xsd:date . "
        "ex:b a ex:Stone ; ex:cut '2020-03-01'^^xsd:date ; ex:sold '2020-04-01'^^xsd:date .",
        (("a", "LessThanOrEquals"),),
    ),
    Reported(
        "numbers written otherwise are other terms",
        STONE + "sh:property [ sh:path ex:size ; sh:in ( 1 2.5 ) ] .",
        "ex:a a ex:Stone ; ex:size 1 . ex:b a ex:Stone ; ex:size 01 . ex:c a ex:Stone ; ex:size 2.50 .",
        (("b", "In"), ("c", "In")),
    ),
    Reported(
        "the path of a property shape in its query",
        STONE + "sh:property [ sh:path ex:size ; sh:sparql [ sh:prefixes ex:names ; "
        "sh:select 'SELECT $this ?value WHERE { $this $PATH ?value . FILTER (?value > 9) }' ] ] .",
        "ex:a a ex:Stone ; ex:size 10 . ex:b a ex:Stone ; ex:size 9 .",
        (("a", "SPARQL"),),
    ),
    Reported(
        "a component of one's own, by SELECT",
        "ex:Below a sh:ConstraintComponent ; sh:parameter [ sh:path ex:below ] ; sh:propertyValidator [ "
        "a sh:SPARQLSelectValidator ; sh:prefixes ex:names ; "
        "sh:select 'SELECT DISTINCT $this ?value WHERE { $this $PATH ?value . FILTER (?value >= $below) }' ] . "
        + STONE
        + "sh:property [ sh:path ex:size ; ex:below 10 ] .",
        "ex:a a ex:Stone ; ex:size 10 . ex:b a ex:Stone ; ex:size 9 .",
        (("a", "http://quarry.example/Below"),),
    ),
    Reported(
        "a subclass of a class that is a shape, and a property shape with targets of its own",
        "ex:Stone a owl:Class , sh:NodeShape ; sh:property ex:Named . "
        "ex:Named a sh:PropertyShape ; sh:targetSubjectsOf ex:weight ; sh:path ex:name ; sh:minCount 1 .",
        "ex:Marble rdfs:subClassOf ex:Stone . ex:a a ex:Marble . ex:b ex:weight 3 .",
        (("a", "MinCount"), ("b", "MinCount")),
    ),
    Reported(
        "the same shape reached twice is a result each time",
        "ex:S a sh:NodeShape ; sh:targetClass ex:Stone ; sh:property ex:Named . "
        "ex:T a sh:NodeShape ; sh:targetClass ex:Stone ; sh:property ex:Named . "
        "ex:Named a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 .",
        "ex:a a ex:Stone .",
        (("a", "MinCount"), ("a", "MinCount")),
    ),
    Reported(
        "nothing at all to look at",
        STONE + "sh:property [ sh:path ex:name ; sh:minCount 1 ] .",
        "ex:a a ex:Tree .",
    ),
)


@pytest.mark.parametrize("prefiltered", [True, False], ids=["prefiltered", "plain"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_reported_case(case: Reported, prefiltered: bool) -> None:
    data, shapes = (list(parse(PREFIXES + text, format=RdfFormat.TURTLE)) for text in (case.data, case.shapes))
    results = validate(data, shapes, prefiltered=prefiltered).results
    found = [
        (
            str(result.focus).removeprefix(f"<{EX}").removesuffix(">").partition("^")[0],
            result.component.removesuffix("ConstraintComponent"),
        )
        for result in results
    ]
    assert tuple(sorted(found)) == case.found
