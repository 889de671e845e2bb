"""Validation as a value: what a report says, in which order, and in which forms."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse
from pyshacl.constraints.constraint_component import ConstraintComponent

from initiative_lod.errors import ParseError, ShapesError, SourceError
from initiative_lod.reading import foreign_graph
from initiative_lod.settings import Settings
from initiative_lod.validation.report import Report
from initiative_lod.validation.shacl import validate, validate_files
from initiative_lod.validation.shapes_graph import read, read_shapes
from patience import patient

ROOT = Path(__file__).resolve().parents[2]
MINIMAL = ROOT / "ontology" / "examples" / "valid" / "minimal.ttl"
SETTINGS = patient(Settings(root=ROOT))
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:shapes a owl:Ontology ; sh:declare ex:prefix .
ex:prefix sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI .
ex:Thing a sh:NodeShape ; rdfs:label "物"@zh , "thing"@en ; sh:targetClass ex:Thing ; sh:property ex:Thing-size ;
    sh:sparql ex:Thing-twin ; sh:message "一般"@zh , "general"@en .
ex:Thing-size a sh:PropertyShape ; rdfs:label "大小"@zh , "size"@en ; sh:path ex:size ; sh:minCount 1 ;
    sh:datatype xsd:integer ;
    sh:severity sh:Warning ; sh:message "没有大小"@zh , "It has no size."@en .
ex:Thing-twin a sh:SPARQLConstraint ; rdfs:label "孪生"@zh , "twin"@en ; sh:prefixes ex:shapes ;
    sh:message "{?value} 与 {$this} 孪生"@zh , "{?value} is a twin of {$this}."@en ;
    sh:select "SELECT $this ?value WHERE { $this ex:twin ?value }" .
ex:Other a sh:NodeShape ; sh:targetSubjectsOf ex:other ; sh:property ex:Thing-size .
"""
DATA = """
@prefix ex: <http://example.org/> .
ex:b a ex:Thing ; ex:size 007 ; ex:twin ex:c .
ex:a a ex:Kind . ex:c a ex:Thing ; ex:size "big" .
"""
ONTOLOGY = "@prefix ex: <http://example.org/> . ex:Kind <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:Thing ."
EX = "http://example.org/"


def turtle(text: str) -> list[Quad]:
    return list(parse(text, format=RdfFormat.TURTLE))


def report() -> Report:
    places = {EX + "a": (Path("data.ttl"), 4), EX + "b": (Path("data.ttl"), 3)}
    return validate(
        turtle(DATA), turtle(SHAPES), ontology=turtle(ONTOLOGY), places=lambda subject, *_: places.get(subject)
    )


def test_results_come_sorted_with_messages_in_their_languages() -> None:
    found = [(item.severity, item.named, item.focus, item.messages, item.place) for item in report().results]
    size = (("en", "It has no size."), ("zh", "没有大小"))
    assert found == [
        (
            "Violation",
            EX + "Thing-twin",
            NamedNode(EX + "b"),
            (("en", f"{EX}c is a twin of {EX}b."), ("zh", f"{EX}c 与 {EX}b 孪生")),
            (Path("data.ttl"), 3),
        ),
        # Nobody says where c is written; b names it, so a reader is sent there.
        ("Warning", EX + "Thing-size", NamedNode(EX + "c"), size, (Path("data.ttl"), 3)),
        ("Warning", EX + "Thing-size", NamedNode(EX + "a"), size, (Path("data.ttl"), 4)),
    ]


def test_a_report_knows_its_path_value_and_component() -> None:
    twin, wrong, missing = report().results
    assert (twin.constraint, twin.shape, twin.value) == (EX + "Thing-twin", EX + "Thing", NamedNode(EX + "c"))
    assert (wrong.path, wrong.value) == (NamedNode(EX + "size"), Literal("big"))
    assert wrong.component == "DatatypeConstraintComponent"
    assert missing.component == "MinCountConstraintComponent"
    assert missing.value is None


def test_counts_and_silent_shapes() -> None:
    found = report()
    assert not found.conforms
    assert found.counts == {"Violation": 1, "Warning": 2, "Info": 0}
    assert found.by_shape == {EX + "Thing-size": {"Warning": 2}, EX + "Thing-twin": {"Violation": 1}}
    assert found.targets == {EX + "Other": 0, EX + "Thing": 3}
    assert found.silent == (EX + "Other",)


def test_warnings_do_not_stop_a_report_from_conforming() -> None:
    found = validate(turtle("<http://example.org/x> a <http://example.org/Thing> ."), turtle(SHAPES))
    assert found.conforms
    assert found.counts["Warning"] == 1


def test_the_ontology_is_not_judged() -> None:
    shapes = turtle(SHAPES.replace("ex:Other a", "ex:All sh:targetSubjectsOf rdfs:subClassOf . ex:Other a"))
    terms = turtle(ONTOLOGY + ' ex:Kind ex:size "none" .')
    assert not [item for item in validate([], shapes, ontology=terms).results if item.focus == NamedNode(EX + "Kind")]


def test_no_literal_is_rewritten() -> None:
    odd = [Triple(NamedNode(EX + "x"), NamedNode(EX + "twin"), Literal("007", datatype=_integer()))]
    odd.append(Triple(NamedNode(EX + "x"), NamedNode(RDF_TYPE), NamedNode(EX + "Thing")))
    core = turtle(SHAPES.replace("sh:path ex:size", "sh:path ex:twin").replace("sh:minCount 1", "sh:maxLength 2"))
    values = [item.value for item in validate(odd, core).results]
    assert values == [Literal("007", datatype=_integer())] * 2


def test_rdflib_pyshacl_and_the_log_are_left_as_they_were() -> None:
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    component: Any = ConstraintComponent
    mended = component._format_sparql_based_result_message
    try:
        report()
        assert rdflib.NORMALIZE_LITERALS is False
    finally:
        rdflib.NORMALIZE_LITERALS = before
    assert component._format_sparql_based_result_message is mended
    assert logging.root.manager.disable == 0


@pytest.mark.parametrize(
    "query",
    ["SELECT $this WHERE { $this ex:twin ", "ASK { $this ex:twin ?x }", "SELECT $this WHERE { $this nix:y ?x }"],
)
def test_a_query_that_cannot_run_is_an_error_of_the_shapes(query: str) -> None:
    shapes = turtle(SHAPES.replace("SELECT $this ?value WHERE { $this ex:twin ?value }", query))
    with pytest.raises(ShapesError, match="cannot be run"):
        validate(turtle(DATA), shapes)


def test_a_constraint_reaches_no_network() -> None:
    query = "SELECT $this WHERE { SERVICE <http://127.0.0.1:9/> { $this ex:twin ?x } }"
    shapes = turtle(SHAPES.replace("SELECT $this ?value WHERE { $this ex:twin ?value }", query))
    with pytest.raises(ShapesError, match="SERVICE"):
        validate(turtle(DATA), shapes)


def test_text_is_grouped_and_names_file_and_line() -> None:
    text = report().to_text()
    assert text.splitlines()[0] == "does not conform: Violation 1, Warning 2, Info 0; 2 shapes, 1 silent"
    assert "不符合" in text.splitlines()[1]
    assert "data.ttl:4: http://example.org/a" in text
    assert text.count("It has no size.") == 1, "the message of a group is said once"
    assert "没有大小" in text
    assert "silent (no node to look at): " in text


def test_json_holds_all_of_it() -> None:
    found = json.loads(report().to_json())
    assert found["conforms"] is False
    assert found["results"][1]["messages"] == {"en": "It has no size.", "zh": "没有大小"}
    assert (found["results"][2]["file"], found["results"][2]["line"]) == ("data.ttl", 4)
    assert found["results"][1]["value"] == '"big"'
    assert found["silent"] == [EX + "Other"]


def test_turtle_is_a_shacl_report_without_blank_nodes() -> None:
    triples = turtle(report().to_turtle(EX + "report"))
    sh = "http://www.w3.org/ns/shacl#"
    assert Triple(NamedNode(EX + "report"), NamedNode(sh + "conforms"), Literal(False)) in [
        Triple(item.subject, item.predicate, item.object) for item in triples
    ]
    assert sum(item.predicate == NamedNode(sh + "result") for item in triples) == 3
    messages = [item.object for item in triples if item.predicate == NamedNode(sh + "resultMessage")]
    assert {message.language for message in messages if isinstance(message, Literal)} == {"zh", "en"}
    assert all(isinstance(item.subject, NamedNode) for item in triples)


def test_html_stands_alone_and_escapes_what_it_shows() -> None:
    data = turtle('<http://example.org/x> a <http://example.org/Thing> ; <http://example.org/size> "<script>" .')
    page = validate(data, turtle(SHAPES)).to_html()
    assert "&lt;script&gt;" in page

    class Links(HTMLParser):
        found: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [tag] + [name for name, _ in attrs if name in ("src", "href")]

    links = Links()
    links.feed(page)
    assert not {"script", "img", "link", "src", "href"} & set(links.found)
    assert "It has no size." in validate(turtle(DATA), turtle(SHAPES)).to_html()


@pytest.mark.thorough
def test_same_data_same_bytes_whatever_the_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, 'src'); from pathlib import Path; from initiative_lod.settings import Settings;"
        "from initiative_lod.validation.shacl import validate_files; from initiative_lod.reading import foreign_graph;"
        "settings = Settings(root=Path('.'));"
        "found = foreign_graph.read(['ontology/shapes/text.ttl', sys.argv[1]], settings.base, settings);"
        "r = validate_files(found, settings);"
        "print(r.to_text(), r.to_json(), r.to_turtle(), r.to_html())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program, str(MINIMAL)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def judged(*paths: Path) -> Report:
    return validate_files(foreign_graph.read([str(path) for path in paths], SETTINGS.base, SETTINGS), SETTINGS)


def test_files_of_any_syntax_with_the_line_of_the_subject(tmp_path: Path) -> None:
    text = "<http://example.org/t> a <https://w3id.org/initiative-lod/ontology#Topic> .\n"
    turtle_file, triples = tmp_path / "one.ttl", tmp_path / "two.nt"
    turtle_file.write_text("# a comment\n\n" + text)
    triples.write_text(text.replace("/t>", "/u>").replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "))
    found = judged(turtle_file, triples)
    places = {item.focus.value: item.place for item in found.results}
    assert places == {"http://example.org/t": (turtle_file, 3), "http://example.org/u": (triples, 1)}
    assert not found.conforms


def test_a_result_names_the_line_of_the_statement(tmp_path: Path) -> None:
    """Of the value, where the result has one; of the property, where a value is missing in it; else of the subject."""
    broken = tmp_path / "broken.ttl"
    text = MINIMAL.read_text("utf-8")
    lines = text.split("\n")
    wrong = next(number for number, line in enumerate(lines) if "ilod:pillarCount 1 ;" in line)
    lines[wrong] = lines[wrong].replace("1 ;", '"one" ;')
    broken.write_text("\n".join(lines))
    found = [item for item in judged(broken).results if item.path and "pillarCount" in str(item.path)]
    assert found
    assert {item.place for item in found} == {(broken, wrong + 1)}


def test_a_file_that_does_not_parse_is_an_error_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text(MINIMAL.read_text("utf-8").replace("ilod:pillarCount 1 ;", "ilod:pillarCount 1 1 ;"))
    with pytest.raises(SourceError, match=rf"{re.escape(str(broken))}:\d+: "):
        judged(broken)


def test_a_span_leads_to_the_part_that_it_belongs_to() -> None:
    data = [quad for quad in read(MINIMAL) if not quad.predicate.value.endswith("#exact")]
    part = "https://w3id.org/initiative-lod/id/example/conclusion"
    shapes = read_shapes((ROOT / "ontology" / "shapes").glob("*.ttl"))
    ontology = read(ROOT / "ontology" / "initiative.ttl")
    found = validate(data, shapes, ontology=ontology, places=lambda iri, *_: (MINIMAL, 9) if iri == part else None)
    (span,) = (q.object for q in data if str(q.subject) == f"<{part}>" and q.predicate.value.endswith("#span"))
    selector = str(span).strip("<>").replace("#char=", "#selector=")
    places = {item.place for item in found.results if item.focus.value == selector}
    assert places == {(MINIMAL, 9)}


@pytest.mark.parametrize("name", ["data.txt", "data", "data.html"])
def test_a_file_whose_name_says_nothing_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("")
    with pytest.raises(ParseError, match="does not end like that of an RDF file"):
        read(path)


def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"nothing\.ttl: cannot be read"):
        read(tmp_path / "nothing.ttl")


def _integer() -> NamedNode:
    return NamedNode("http://www.w3.org/2001/XMLSchema#integer")
