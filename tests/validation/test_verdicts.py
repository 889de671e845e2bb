"""Verdicts on shapes of others: each kind of shape that was once judged wrongly, small, in data of our own making."""

from __future__ import annotations

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from initiative_lod.errors import ShapesError
from initiative_lod.validation.report import Report
from initiative_lod.validation.shacl import validate
from initiative_lod.validation.triple_index import TripleIndex
from initiative_lod.vocabulary import SH

EX = "http://kiln.example/"
PREFIXES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <{EX}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(text: str) -> list[Quad]:
    return list(parse(PREFIXES + text, format=RdfFormat.TURTLE))


def judged(shapes: str, data: str) -> Report:
    return validate(turtle(data), turtle(shapes))


def found(shapes: str, data: str) -> list[tuple[str, str]]:
    """(local name of the focus node, component) of each result."""
    return sorted(
        (result.focus.value.removeprefix(EX), result.component.removesuffix("ConstraintComponent"))
        for result in judged(shapes, data).results
    )


def test_a_closed_shape_knows_its_property_shapes() -> None:
    shapes = """ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
        sh:property [ sh:path ex:glaze ; sh:minCount 1 ] ."""
    assert found(shapes, "ex:a a ex:Pot ; ex:glaze 3 .") == []
    assert found(shapes, "ex:a a ex:Pot ; ex:glaze 3 ; ex:crack 1 .") == [("a", "Closed")]


def test_a_shape_that_another_names_keeps_its_property_shapes() -> None:
    shapes = """ex:Potter a sh:NodeShape ; sh:targetClass ex:Potter ; sh:property [ sh:path ex:mark ; sh:minCount 1 ] .
        ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:property [ sh:path ex:by ; sh:node ex:Potter ] ."""
    assert found(shapes, "ex:a a ex:Pot ; ex:by ex:lin . ex:lin ex:name 'Lin' .") == [("a", "Node")]
    assert found(shapes, "ex:a a ex:Pot ; ex:by ex:lin . ex:lin ex:mark 'L' .") == []


def test_a_result_says_in_its_details_why_a_node_does_not_conform() -> None:
    shapes = """ex:Potter a sh:NodeShape ; sh:property ex:Mark . ex:Mark sh:path ex:mark ; sh:minCount 1 ;
            sh:message "no mark"@en , "没有标记"@zh .
        ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:property [ sh:path ex:by ; sh:node ex:Potter ] ."""
    report = judged(shapes, "ex:a a ex:Pot ; ex:by ex:lin .")
    (detail,) = report.results[0].details
    assert (detail.focus.value, detail.shape) == (EX + "lin", EX + "Mark")
    assert detail.messages == (("en", "no mark"), ("zh", "没有标记"))
    for written in (report.to_text(), report.to_html(), report.to_json(), report.to_turtle()):
        assert "no mark" in written
    graph = TripleIndex(parse(report.to_turtle(), format=RdfFormat.TURTLE))
    assert len(graph.inverse(SH.result)) == len(graph.inverse(SH.detail)) == 1


def test_a_negated_shape_keeps_its_property_shapes() -> None:
    shapes = """ex:Broken a sh:NodeShape ; sh:targetClass ex:Shard ; sh:property [ sh:path ex:crack ; sh:minCount 1 ] .
        ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:not ex:Broken ."""
    assert found(shapes, "ex:a a ex:Pot . ex:b a ex:Pot ; ex:crack 1 .") == [("b", "Not")]


def test_a_qualified_shape_keeps_its_property_shapes() -> None:
    shapes = """ex:Fired a sh:NodeShape ; sh:targetClass ex:Tile ;
            sh:property [ sh:path ex:heat ; sh:minInclusive 900 ] .
        ex:Set a sh:NodeShape ; sh:targetClass ex:Set ; sh:property [
            sh:path ex:part ; sh:qualifiedValueShape ex:Fired ; sh:qualifiedMaxCount 1 ] ."""
    data = "ex:s a ex:Set ; ex:part ex:p , ex:q . ex:p ex:heat 950 . ex:q ex:heat {} ."
    assert found(shapes, data.format(700)) == []
    assert found(shapes, data.format(980)) == [("s", "QualifiedMaxCount")]


def test_one_of_several_shapes_that_have_targets_of_their_own() -> None:
    shapes = """ex:Raw a sh:NodeShape ; sh:targetClass ex:Clay ; sh:property [ sh:path ex:heat ; sh:maxCount 0 ] .
        ex:Fired a sh:NodeShape ; sh:targetClass ex:Tile ; sh:property [ sh:path ex:heat ; sh:minCount 1 ] .
        ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:xone ( ex:Raw ex:Fired ) ."""
    assert found(shapes, "ex:a a ex:Pot . ex:b a ex:Pot ; ex:heat 900 .") == []
    assert found(shapes.replace("sh:xone", "sh:and"), "ex:a a ex:Pot .") == [("a", "And")]


def test_a_class_that_is_a_shape_has_its_instances_for_targets() -> None:
    shapes = """ex:Pot a rdfs:Class , sh:NodeShape ; sh:property [ sh:path ex:glaze ; sh:minCount 1 ] ."""
    data = "ex:a a ex:Pot . ex:Vase rdfs:subClassOf ex:Pot . ex:b a ex:Vase . ex:c a ex:Vase ; ex:glaze 1 ."
    assert found(shapes, data) == [("a", "MinCount"), ("b", "MinCount")]
    assert judged(shapes, data).targets == {EX + "Pot": 3}


def test_a_shape_that_refers_to_itself() -> None:
    shapes = """ex:Box a sh:NodeShape ; sh:targetClass ex:Box ;
        sh:property [ sh:path ex:in ; sh:node ex:Box ; sh:maxCount 1 ] ."""
    data = "ex:a a ex:Box ; ex:in ex:b . ex:b a ex:Box ; ex:in ex:c , ex:d . ex:c a ex:Box . ex:d a ex:Box ."
    assert found(shapes, data) == [("a", "Node"), ("b", "MaxCount")]


def test_a_component_of_ones_own_that_asks() -> None:
    shapes = """ex:Starts a sh:ConstraintComponent ; sh:parameter [ sh:path ex:starts ] ; sh:validator [
            a sh:SPARQLAskValidator ; sh:message "starts with {$starts}"@en , "以 {$starts} 开头"@zh ;
            sh:ask "ASK { FILTER (STRSTARTS(STR($value), $starts)) }" ] .
        ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:property [ sh:path ex:mark ; ex:starts "K" ] ."""
    report = judged(shapes, "ex:a a ex:Pot ; ex:mark 'K7' . ex:b a ex:Pot ; ex:mark '7K' .")
    assert [(result.focus.value, result.messages) for result in report.results] == [
        (EX + "b", (("en", "starts with K"), ("zh", "以 K 开头")))
    ]


def test_this_in_an_inner_group_and_prefixes_of_an_imported_ontology() -> None:
    shapes = """ex:names a owl:Ontology ;
            sh:declare [ sh:prefix "k" ; sh:namespace "http://kiln.example/"^^xsd:anyURI ] .
        ex:more a owl:Ontology ; owl:imports ex:names ;
            sh:declare [ sh:prefix "r" ; sh:namespace "http://www.w3.org/2000/01/rdf-schema#"^^xsd:anyURI ] .
        ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:sparql [ sh:prefixes ex:more ; sh:message "loose"@en ;
            sh:select "SELECT $this WHERE { { { FILTER NOT EXISTS { $this k:shelf ?any } } } }" ] ."""
    report = judged(shapes, "ex:a a ex:Pot ; ex:shelf 1 . ex:b a ex:Pot .")
    assert [(result.focus.value, result.messages) for result in report.results] == [(EX + "b", (("en", "loose"),))]


def test_a_value_with_a_backslash_in_a_message() -> None:
    shapes = """ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ; sh:sparql [ sh:message "not {?value}"@en ;
            sh:select "SELECT $this ?value WHERE { $this <http://kiln.example/mark> ?value }" ] ."""
    report = judged(shapes, r"ex:a a ex:Pot ; ex:mark 'a\\1b' .")
    assert [result.messages for result in report.results] == [((("en", r"not a\1b")),)]


@pytest.mark.parametrize("pattern", [r"^\\p{Lu}", "[a-z-[aeiou]]", "(", r"\\i\\c*"])
def test_a_pattern_of_another_dialect_is_named_with_its_shape(pattern: str) -> None:
    shapes = f"""ex:Pot a sh:NodeShape ; sh:targetClass ex:Pot ;
        sh:property [ sh:path ex:mark ; sh:pattern "{pattern}" ] ."""
    with pytest.raises(ShapesError, match=r"pattern .* of <http://kiln\.example/Pot>"):
        judged(shapes, "ex:a a ex:Pot ; ex:mark 'K' .")
