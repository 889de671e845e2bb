"""SSSOM as others write it: what is read, what is noted, what is refused; and what of it is stated."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from initiative_lod import pipeline
from initiative_lod.build import identity, mappings
from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from initiative_lod.sources import mapping_set, sssom, sssom_raw, sssom_writer
from initiative_lod.sources.mapping_set import MappingSet
from initiative_lod.sources.sssom_slots import REQUIRED
from initiative_lod.vocabulary import DCTERMS, SSSOM, XSD

I = Iris()
SKOS = "http://www.w3.org/2004/02/skos/core#"
HEADER = """#curie_map:
#  dock: https://docks.example/terms/
#  ship: https://ships.example/terms/
#mapping_set_id: https://docks.example/sets/ships
#license: https://creativecommons.org/publicdomain/zero/1.0/
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "dock:crane\tskos:closeMatch\tship:derrick\tsemapv:ManualMappingCuration"


def read(tmp_path: Path, content: str | bytes, name: str = "theirs.sssom.tsv") -> MappingSet:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sssom.read(path, published=False)


def table(columns: str = "", cells: str = "", header: str = HEADER) -> str:
    return f"{header}{COLUMNS}{columns}\n{ROW}{cells}\n"


def quads(found: MappingSet) -> list[Quad]:
    return list(mappings.quads(found, I))


def stated(found: MappingSet) -> int:
    return sum(mappings.statement(row, I) is not None for row in found.rows)


# --- the header


def test_tabs_of_a_spreadsheet_in_the_header(tmp_path: Path) -> None:
    filled = "".join(line + "\t\t\t\n" for line in HEADER.splitlines())
    tabbed = HEADER.replace("#  dock: ", "#\tdock:\t").replace("#  ship:", "#\tship:")
    for header in (filled, tabbed, HEADER + "\t\t\t\n", HEADER + "\n"):
        found = read(tmp_path, table(header=header) + "\t\t\t\n")
        assert found.value("mapping_set_id") == "https://docks.example/sets/ships"
        assert [row.value("object_id") for row in found.rows] == ["https://ships.example/terms/derrick"]
        assert found.notes == ()


def test_an_empty_item_of_a_list_takes_nothing_with_it(tmp_path: Path) -> None:
    found = read(tmp_path, table(header=HEADER + "#creator_id:\n#  - dock:me\n#  -\n#  - null\n"))
    assert (found.slots["creator_id"], found.notes) == (("https://docks.example/terms/me",), ())


def test_quotes_of_a_spreadsheet_in_the_header(tmp_path: Path) -> None:
    quoted = HEADER + '"#comment: they say ""crane"", and mean ""derrick"""\t\t\t\n'
    assert read(tmp_path, table(header=quoted)).value("comment") == 'they say "crane", and mean "derrick"'


def test_commas_part_cells_as_well(tmp_path: Path) -> None:
    header = "".join(line + ",,,,\n" for line in HEADER.splitlines()) + '"#comment: one, two",,,,\n'
    row = ROW.replace("\t", ",") + ',"a, b\nand ""c"""\n'
    found = read(tmp_path, f"{header}{COLUMNS},comment\n".replace("\t", ",") + row, "theirs.sssom.csv")
    assert (found.name, found.value("comment")) == ("theirs", "one, two")
    assert found.rows[0].value("comment") == 'a, b\nand "c"'
    plain = read(
        tmp_path, f"{HEADER}#comment: a,\n{COLUMNS}\n".replace("\t", ",") + ROW.replace("\t", ",") + "\n", "x.csv"
    )
    assert plain.value("comment") == "a,"


@pytest.mark.parametrize("margin", ["", " ", "   "])
def test_any_even_margin(tmp_path: Path, margin: str) -> None:
    header = HEADER.replace("#", "#" + margin)
    assert read(tmp_path, table(header=header)).value("license").endswith("zero/1.0/")


def test_byte_order_mark_and_line_ends(tmp_path: Path) -> None:
    first = read(tmp_path, table())
    windows = read(tmp_path, b"\xef\xbb\xbf" + table().replace("\n", "\r\n").encode())
    old = read(tmp_path, table().replace("\n", "\r"))
    assert [(item.slots, item.rows) for item in (windows, old)] == [(first.slots, first.rows)] * 2


@pytest.mark.parametrize("ending", [".sssom.yml", ".sssom.yaml", ".yml"])
def test_a_header_in_a_file_of_its_own(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"theirs{ending}").write_text("\ufeff" + HEADER.replace("#", ""))
    found = read(tmp_path, table(header=""))
    assert found.value("mapping_set_id") == "https://docks.example/sets/ships"
    assert found.rows[0].value("subject_id") == "https://docks.example/terms/crane"
    (tmp_path / f"theirs{ending}").write_text(
        "curie_map:\n  dock: https://docks.example/terms/\nmapping_date: 2021-13-01\n"
    )
    with pytest.raises(ParseError, match=rf"theirs{ending}:3: mapping_date"):
        read(tmp_path, table(header=""))
    with pytest.raises(ParseError, match=r"name the \.tsv file"):
        sssom.read(tmp_path / f"theirs{ending}", published=False)


def test_two_headers_are_told(tmp_path: Path) -> None:
    (tmp_path / "theirs.sssom.yml").write_text("mapping_set_id: https://docks.example/other\n")
    found = read(tmp_path, table())
    assert found.value("mapping_set_id") == "https://docks.example/sets/ships"
    assert "theirs.sssom.yml" in found.notes[0]


def test_what_a_header_may_leave_out(tmp_path: Path) -> None:
    found = read(
        tmp_path, table(header="#curie_map: {dock: 'https://d.example/', ship: 'https://s.example/'}\n#other:\n")
    )
    assert [note.rpartition(": ")[2] for note in found.notes] == [
        "the header has no mapping_set_id; the set is read without",
        "the header has no license; the set is read without",
    ]
    assert not any(quad.predicate.value.endswith("license") for quad in quads(found))


def test_numbers_and_dates_of_a_header_stay_as_they_are_written(tmp_path: Path) -> None:
    more = "#mapping_set_confidence: 0.50\n#mapping_set_version: 1.10\n#publication_date: 2031-01-02\n#other: no\n"
    found = read(tmp_path, table(header=HEADER + more))
    names = ("mapping_set_confidence", "mapping_set_version", "publication_date", "other")
    assert [found.value(name) for name in names] == ["0.50", "1.10", "2031-01-02", "no"]


def test_built_in_prefixes_mean_what_sssom_says(tmp_path: Path) -> None:
    found = read(tmp_path, table(header=HEADER.replace("#  dock", "#  skos: http://elsewhere.example/\n#  dock")))
    assert found.rows[0].value("predicate_id") == SKOS + "closeMatch"
    assert "skos: stands for" in found.notes[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("#mapping_date: 2021-02-30", r":6: mapping_date is '2021-02-30', a date that no calendar has"),
        ("#mapping_date: 2021-02", r":6: mapping_date is '2021-02', and must be a whole date"),
        ("#mapping_date: 20210203", r":6: mapping_date is '20210203', and must be a whole date"),
        ("#mapping_date: 2021-02-03T04:05:06", r":6: mapping_date .* must be a whole date"),
        ("#mapping_set_confidence: 1.5", r":6: mapping_set_confidence is '1.5', and must be a number from 0 to 1"),
        (
            "#creator_id: orcid:0000-0001",
            r":6: creator_id is 'orcid:0000-0001': its prefix is not in curie_map: add 'orcid",
        ),
        ("#mapping_tool:\n#  - one\n#  - two", r":6: mapping_tool has 2 values"),
        ("#comment: one\n#comment: two", r":7: comment stands twice"),
        ("#comment: &a one\n#other: *a", r":7: the header has a YAML alias"),
        ("#other: [" + "[" * 5000, r":1: the header is not YAML: it is nested too deeply"),
        ("#other: a: b", r":6: the header is not YAML: mapping values are not allowed here"),
        ("#predicate_type: rdf property\n#match_type: Telepathic", r":7: match_type is 'Telepathic'"),
    ],
)
def test_a_fault_of_the_header_is_told_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ParseError, match=rf"theirs\.sssom\.tsv{message}"):
        read(tmp_path, table(header=f"{HEADER}{line}\n"))


# --- the table


def test_an_unknown_column_is_left_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, table("\tdesk_note\t\tcomment", "\task again\t\tfine"))
    assert found.rows[0].slots.keys() == {*REQUIRED, "comment"}
    assert found.notes == ("theirs.sssom.tsv:6: the column 'desk_note' is no slot of SSSOM; it was left out",)


def test_extension_slots_are_kept_if_they_are_defined(tmp_path: Path) -> None:
    defined = (
        "#extension_definitions:\n#  - slot_name: ext_depth\n#    property: dock:depth\n#    type_hint: xsd:integer\n"
        "#  - slot_name: ext_berth\n#    property: dock:berth\n#    type_hint: linkml:Uriorcurie\n"
        "#  - slot_name: ext_bare\n"
        "#  - property: dock:nameless\n"
        "#  - slot_name: ext_lost\n#    property: nowhere:lost\n"
        "#ext_bare: for all of them\n"
    )
    columns, cells = "\text_depth\text_berth\text_lost\text_other", "\t12\tdock:b7\tgone\tgone"
    found = read(tmp_path, table(columns, cells, HEADER + defined))
    dock = "https://docks.example/terms/"
    assert found.rows[0].extensions == {dock + "depth": "12", dock + "berth": dock + "b7"}
    assert found.extensions == {"http://sssom.invalid/ext_bare": "for all of them"}
    told = "\n".join(found.notes)
    assert len(found.notes) == 4
    assert all(word in told for word in ("slot_name is ''", "nowhere:", "'ext_lost'", "'ext_other'"))
    terms = {quad.predicate.value: quad.object for quad in quads(found)}
    assert terms[dock + "depth"] == Literal("12", datatype=XSD.integer)
    assert terms[dock + "berth"] == NamedNode(dock + "b7")
    (tmp_path / "again.sssom.tsv").write_text(sssom_writer.write(found))
    again = sssom.read(tmp_path / "again.sssom.tsv", published=False)
    assert (again.extensions, again.rows[0].extensions) == (found.extensions, found.rows[0].extensions)
    assert {item.name: item.type_hint for item in again.defined.values()}["ext_depth"] == XSD.integer.value


def test_several_values_and_what_is_escaped_in_them(tmp_path: Path) -> None:
    cells = "\t" + r"A\|B|C \d|D\\|E\\\|F\\" + "\t" + r"one|two\|three"
    found = read(tmp_path, table("\tauthor_label\tcomment", cells))
    assert found.rows[0].slots["author_label"] == ("A|B", r"C \d", "D\\", "E\\|F\\")
    assert found.rows[0].slots["comment"] == (r"one|two\|three",)
    labels = {quad.object.value for quad in quads(found) if quad.predicate.value == SSSOM.iri + "author_label"}  # type: ignore[union-attr]
    assert labels == {"A|B", r"C \d", "D\\", "E\\|F\\"}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"a ""b"" c"', 'a "b" c'),
        ('"one\ttwo"', "one\ttwo"),
        ('"one\n\ntwo"', "one\n\ntwo"),
        ('they say "so"', 'they say "so"'),
        ('"so" they say', '"so" they say'),
        ('"never closed', '"never closed'),
        ('""', ""),
        (" between spaces ", "between spaces"),
    ],
)
def test_quotes_in_a_cell(tmp_path: Path, cell: str, value: str) -> None:
    found = read(tmp_path, table("\tcomment\tlicense", f"\t{cell}\thttps://l.example/") + ROW + "\n")
    assert (found.rows[0].value("comment"), found.rows[0].value("license")) == (value, "https://l.example/")
    assert [row.line for row in found.rows] == [7, 8 + cell.count("\n")]


@pytest.mark.parametrize("number", ["0.123456789", "0.0000001", "1", "1.0", ".5", "0.1234567890123456789012", "1e-9"])
def test_numbers_stay_as_they_are_written(tmp_path: Path, number: str) -> None:
    found = read(tmp_path, table("\tconfidence", f"\t{number}"))
    assert found.rows[0].value("confidence") == number
    (value,) = [quad.object for quad in quads(found) if quad.predicate.value == SSSOM.iri + "confidence"]
    assert value == Literal(number, datatype=XSD.double if "e" in number else XSD.decimal)
    (tmp_path / "again.sssom.tsv").write_text(sssom_writer.write(found))
    assert f"\t{number}" in (tmp_path / "again.sssom.tsv").read_text()


def test_slots_of_the_set_hold_for_its_mappings(tmp_path: Path) -> None:
    more = "#mapping_tool: hands\n#object_source: ship:all\n#cardinality_scope: [predicate_id]\n#creator_label: me\n"
    content = table("\tobject_source\tmapping_tool", "\t\t", HEADER + more) + ROW + "\tdock:all\t\n"
    found = read(tmp_path, content)
    assert [row.value("mapping_tool") for row in found.rows] == ["hands", "hands"]
    assert found.rows[0].slots["cardinality_scope"] == ("predicate_id",)
    assert [row.value("object_source") for row in found.rows] == ["", "https://docks.example/terms/all"]
    assert (
        found.value("object_source") == "https://ships.example/terms/all"
    )  # one mapping has its own: it holds for none
    assert (found.value("creator_label"), found.rows[0].value("creator_label")) == ("me", "")
    assert "mapping_tool" not in found.slots


def test_slots_from_before_version_1(tmp_path: Path) -> None:
    content = (
        f"{HEADER}subject_id\tpredicate_id\tobject_id\tmatch_type\tmatch_term_type\tsemantic_similarity_score\n"
        "dock:crane\tskos:closeMatch\tship:derrick\tLexical\tTermMatch\t0.7\n"
    ).replace("TermMatch", "ConceptMatch")
    (row,) = read(tmp_path, content).rows
    assert row.value("mapping_justification") == "https://w3id.org/semapv/vocab/LexicalMatching"
    assert (row.value("subject_type"), row.value("object_type")) == ("skos concept", "skos concept")
    assert row.value("similarity_score") == "0.7"


def test_values_that_sssom_does_not_have_are_kept_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, table("\tmapping_cardinality\tlicense\tauthor_id", "\t1:many\tas you like\tsomebody"))
    row = found.rows[0]
    assert [row.value(name) for name in ("mapping_cardinality", "license", "author_id")] == [
        "1:many",
        "as you like",
        "somebody",
    ]
    assert len(found.notes) == 3
    assert {quad.object for quad in quads(found)} >= {Literal("1:many"), Literal("as you like"), Literal("somebody")}


@pytest.mark.parametrize(
    ("columns", "cells", "message"),
    [
        ("", "\tone more", "5 cells stand under 4 columns"),
        ("\treview_date", "\t2031-02-29", "review_date is '2031-02-29', a date that no calendar has"),
        ("\treviewer_agreement", "\t-1.01", "from -1 to 1"),
        ("\tconfidence", "\tnan", "from 0 to 1"),
        ("\tconfidence", "\t1_0", "from 0 to 1"),
        ("\tpredicate_modifier", "\tMaybe", "can only be 'Not'"),
        ("\tauthor_id", "\torcid:0000-0001", "its prefix is not in curie_map: add 'orcid: "),
        ("\tauthor_id", "\t<http://a.example/b>", "without < and > here"),
        ("\tsubject_type", "\trdfs literal", "the mapping has no subject_label"),
        ("\tmatch_term_type", "\tGuessMatch", "match_term_type is 'GuessMatch'"),
    ],
)
def test_a_fault_of_a_mapping_is_told_with_its_line(tmp_path: Path, columns: str, cells: str, message: str) -> None:
    with pytest.raises(ParseError, match=rf"theirs\.sssom\.tsv:7: .*{message}"):
        read(tmp_path, table(columns, cells))


# --- JSON and RDF

SET = """{ "mapping_set_id": "https://docks.example/sets/ships",
  "license": "https://creativecommons.org/publicdomain/zero/1.0/", "mapping_tool": "hands",
  "publication_date": "2031-01-02", "extension_definitions": [{"slot_name": "ext_seen_in", "property": "dock:seenIn"},
    {"slot_name": "ext_old", "property": "dock:old", "type_hint": "xsd:boolean"}],
  "mappings": [
    {"subject_id": "dock:crane", "predicate_id": "skos:closeMatch", "object_id": "ship:derrick", "confidence": 0.50,
     "mapping_justification": "semapv:ManualMappingCuration", "author_label": ["A|B", "C"], "ext_old": true},
    {"subject_id": "dock:mast", "predicate_id": "skos:exactMatch", "object_id": "ship:pole",
     "predicate_modifier": "Not", "mapping_justification": "semapv:ManualMappingCuration",
     "ext_seen_in": "their list", "see_also": null}
  ], """
CURIES = '"curie_map": {"dock": "https://docks.example/terms/", "ship": "https://ships.example/terms/"}}'
CONTEXT = """"@type": "MappingSet", "@context": {"dock": "https://docks.example/terms/", "xsd": "http://www.w3.org/2001/XMLSchema#",
  "ship": {"@id": "https://ships.example/terms/", "@prefix": true}, "license": {"@id": "dcterms:license"},
  "@vocab": "https://w3id.org/sssom/"}}"""
GRAPH = """@prefix dock: <https://docks.example/terms/> . @prefix ship: <https://ships.example/terms/> .
@prefix sssom: <https://w3id.org/sssom/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix semapv: <https://w3id.org/semapv/vocab/> .
<https://docks.example/sets/ships> a sssom:MappingSet ; sssom:mapping_tool "hands" ;
  dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; dcterms:issued "2031-01-02"^^xsd:date ;
  sssom:extension_definitions [ sssom:slot_name "ext_seen_in" ; sssom:property dock:seenIn ] ;
  sssom:mappings [ a owl:Axiom ; owl:annotatedSource dock:crane ; owl:annotatedProperty skos:closeMatch ;
    owl:annotatedTarget ship:derrick ; sssom:confidence 0.50 ; sssom:author_label "A|B" , "C" ; dock:old true ;
    sssom:mapping_justification semapv:ManualMappingCuration ] ,
  [ a owl:Axiom ; owl:annotatedSource dock:mast ; owl:annotatedProperty skos:exactMatch ; dock:seenIn "their list" ;
    sssom:predicate_modifier sssom:NegatedPredicate ; owl:annotatedTarget ship:pole ;
    sssom:mapping_justification semapv:ManualMappingCuration ] .
dock:crane skos:closeMatch ship:derrick . dock:mast skos:exactMatch ship:pole .
"""


def facts(found: MappingSet) -> list[Any]:
    return sorted((sorted(row.slots.items()), sorted(row.extensions.items())) for row in found.rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("theirs.sssom.json", SET + CURIES),
        ("theirs.sssom.tsv", SET + CURIES),
        ("theirs.json", SET + CONTEXT),
        ("theirs.sssom.ttl", GRAPH),
        ("theirs.txt", GRAPH),
    ],
)
def test_json_and_rdf_say_what_a_table_says(tmp_path: Path, name: str, content: str) -> None:
    found = read(tmp_path, content, name)
    more = (
        "#mapping_tool: hands\n#publication_date: 2031-01-02\n#extension_definitions:\n"
        "#  - slot_name: ext_seen_in\n#    property: dock:seenIn\n"
        "#  - slot_name: ext_old\n#    property: dock:old\n#    type_hint: xsd:boolean\n"
    )
    columns = "\tconfidence\tauthor_label\text_old\tpredicate_modifier\text_seen_in\n"
    rows = (
        f"{ROW}\t0.50\tA\\|B|C\ttrue\t\t\n"
        "dock:mast\tskos:exactMatch\tship:pole\tsemapv:ManualMappingCuration\t\t\t\tNot\ttheir list\n"
    )
    same = read(tmp_path, HEADER + more + COLUMNS + columns + rows, "same.sssom.tsv")
    assert found.notes == ()
    assert facts(found) == facts(same)
    assert (found.name, found.slots, found.extensions) == ("theirs", same.slots, same.extensions)
    ours = [quad for quad in quads(found) if quad.predicate.value == "https://docks.example/terms/old"]
    assert [quad.object for quad in ours] == [Literal(True)]
    assert stated(found) == 1  # a denial is none, whatever the graph states beside its records
    again = read(tmp_path, sssom_writer.write(found), "again.sssom.tsv")
    assert facts(again) == facts(found)


@pytest.mark.thorough
def test_a_graph_in_any_syntax_and_packed(tmp_path: Path) -> None:
    turtle = read(tmp_path, GRAPH, "theirs.sssom.ttl")
    for format in (RdfFormat.RDF_XML, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD, RdfFormat.N_QUADS):
        content = serialize(parse(GRAPH, RdfFormat.TURTLE), format=format)
        assert content is not None
        found = read(tmp_path, gzip.compress(content), f"theirs.sssom.{format.file_extension}.gz")
        assert (found.name, facts(found), found.slots) == ("theirs", facts(turtle), turtle.slots)


def test_a_graph_as_we_publish_it_is_read_again(tmp_path: Path) -> None:
    cells = "\t0.5\thttps://docks.example/record/1\twhat\n"
    first = read(tmp_path, table("\tconfidence\tauthor_id\tcomment", cells), "theirs.sssom.tsv")
    ours = serialize([quad.triple for quad in quads(first)], format=RdfFormat.TURTLE)
    assert ours is not None
    assert facts(read(tmp_path, ours, "theirs.ttl")) == facts(first)


def test_what_came_before_the_standard_and_records_of_ones_own(tmp_path: Path) -> None:
    older = GRAPH.replace(
        "<https://docks.example/sets/ships> a",
        "[] sssom:mapping_set_id 'https://docks.example/sets/ships'^^xsd:anyURI ; a",
    )
    older = older.replace("sssom:NegatedPredicate", "'Not'").replace(
        "[ a owl:Axiom", "dock:r1 , dock:r2 . dock:r1 a owl:Axiom", 1
    )
    older = older.replace("] ,\n  [ a owl:Axiom", ". dock:r2 a owl:Axiom").replace(
        "ManualMappingCuration ] .", "ManualMappingCuration ."
    )
    found = read(tmp_path, older, "theirs.ttl")
    assert found.value("mapping_set_id") == "https://docks.example/sets/ships"
    assert [row.value("predicate_modifier") for row in found.rows] == ["", "Not"]
    assert [row.value("record_id") for row in found.rows] == [f"https://docks.example/terms/r{n}" for n in (1, 2)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", '{"mapping": []}', "no mapping set"),
        ("x.json", "[1]", "no mapping set"),
        ("x.json", '{"mappings": [\n1]}', "mapping 1 is no object"),
        ("x.json", '{"mappings": [\n{}]}', r"x\.json:2: the mapping has no subject_id"),
        ("x.json", '{"mappings": [],\n "license": "a",\n "license": "b"}', r"x\.json:3: license stands twice"),
        ("x.json", '{"mappings": [,]}', r"x\.json:1: not JSON"),
        ("x.json", '{"mappings": ' + "[" * 200_000, r"x\.json:1: not JSON: it is nested more than 100 levels deep"),
        ("x.json", '{"mappings": [], "other": ' + "[" * 700 + "]" * 700 + "}", "nested more than 100 levels deep"),
        ("x.json", (SET + CURIES).replace("ship:pole", "sheep:pole"), r"x\.json:8: object_id .*curie_map"),
        ("x.json", (SET + CURIES).replace("0.50", "1.5"), r"x\.json:6: confidence"),
        ("x.ttl", GRAPH.replace("0.50", "1.5"), "confidence"),
        ("x.ttl", GRAPH + "dock:more a sssom:MappingSet .", "2 mapping sets"),
        ("x.ttl", "<http://a.example/> a <http://a.example/b> .", "no mapping in it"),
        ("x.ttl", GRAPH + "dock:", r"x\.ttl"),
        ("x.rdf", "<rdf:RDF/>\n", r"x\.rdf"),
        ("x.sssom.tsv", "@prefix a: <http://a.example/> .\n", "no RDF|no mapping"),
    ],
)
def test_faults_of_json_and_rdf_are_told(tmp_path: Path, name: str, content: str, message: str) -> None:
    with pytest.raises((ParseError, SourceError), match=message):
        read(tmp_path, content, name)


def test_what_json_has_beside_the_slots_is_told(tmp_path: Path) -> None:
    content = (
        (SET + CURIES).replace('"see_also": null', '"note": "n", "other": {"a": 1}').replace('"mapping_tool"', '"tool"')
    )
    found = read(tmp_path, content, "x.json")
    assert sorted(note.split(": ", 1)[1] for note in found.notes) == [
        "'tool' is no slot of a mapping set; it was left out",
        "in a mapping, 'note' is no slot of SSSOM; it was left out",
        "other is no text; it was left out",
    ]


# --- what is stated


def record(cells: dict[str, str]) -> str:
    named = {**dict(zip(COLUMNS.split("\t"), ROW.split("\t"), strict=True)), **cells}
    named = {name: value for name, value in named.items() if value}
    return HEADER + "\t".join(named) + "\n" + "\t".join(named.values()) + "\n"


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        ({}, 1),
        ({"predicate_id": "dock:liftsAs"}, 1),
        ({"object_id": "sssom:NoTermFound"}, 0),
        ({"subject_id": "sssom:NoTermFound"}, 0),
        ({"object_id": "https://w3id.org/sssom/NoTermFound"}, 0),
        ({"object_id": "sssom:NoMapping"}, 0),
        ({"predicate_modifier": "Not"}, 0),
        ({"predicate_modifier": "NOT"}, 0),
        ({"subject_id": "", "subject_label": "crane", "subject_type": "rdfs literal"}, 0),
        ({"object_label": "derrick", "object_type": "rdfs literal"}, 0),
        ({"subject_id": "(dock:a,dock:b)", "subject_type": "composed entity expression"}, 0),
        ({"subject_id": "dock:a/(x:'dock:b')", "subject_type": "composed entity expression"}, 1),
        ({"predicate_id": "https://w3id.org/initiative-lod/ontology#cites"}, 0),
    ],
)
def test_only_a_relation_of_two_things_is_stated(tmp_path: Path, cells: dict[str, str], count: int) -> None:
    found = read(tmp_path, record(cells))
    assert stated(found) == count
    graph = I.graph("alignment-theirs").value
    ours = [quad for quad in quads(found) if quad.subject.value.startswith(graph)]  # type: ignore[union-attr]
    assert len(quads(found)) - len(ours) == count
    assert [quad.object for quad in ours if quad.object == SSSOM.Mapping]
    assert [quad.object.value for quad in ours if quad.predicate.value.endswith("#triples")] == [str(count)]  # type: ignore[union-attr]


def test_nothing_found_makes_nothing_one(tmp_path: Path) -> None:
    """Two things for which no term was found are not the same; nor does a statement of others make them so."""
    row = "\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\n"
    found = read(tmp_path, f"{HEADER}{COLUMNS}\ndock:crane{row}ship:mast{row}")
    exact = NamedNode(SKOS + "exactMatch")
    foreign = [
        Quad(NamedNode(f"http://x.example/{n}"), exact, SSSOM.NoTermFound, NamedNode("http://x.example/g"))
        for n in "ab"
    ]
    assert identity.links([*quads(found), *foreign], I) == []


# --- where a target was seen, which we ask for and SSSOM does not


def test_the_lines_that_are_missing_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(table())
    settings = Settings(root=tmp_path)
    with pytest.raises(ParseError, match=r"theirs\.sssom\.tsv:7: ") as refused:
        pipeline.mapping_sets([path], settings)
    lines = [line for line in str(refused.value).splitlines() if line.startswith("#")]
    curies, definitions = lines[0], lines[1:]
    path.write_text(
        table(
            "\text_seen_in",
            "\ttheir list",
            HEADER.replace("#mapping_set_id", f"{curies}\n#mapping_set_id") + "\n".join(definitions) + "\n",
        )
    )
    (found,) = pipeline.mapping_sets([path], settings)
    assert mapping_set.where_seen(found.rows[0]) == "their list"
    assert not any(quad.predicate == I.term("targetsUnseen") for quad in quads(found))
    path.write_text(path.read_text().replace("\ttheir list", "\t"))
    with pytest.raises(ParseError, match="fill in its ext_seen_in"):
        pipeline.mapping_sets([path], settings)


def test_an_operator_may_take_a_set_without_and_it_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(table())
    settings = Settings(root=tmp_path, base="https://lod.example/")
    (graph,) = pipeline.linksets(pipeline.mapping_sets([path], settings, unseen=True), settings).values()
    marks = [quad for quad in graph if quad.predicate.value.endswith("#targetsUnseen")]
    assert [(quad.subject, quad.object) for quad in marks] == [
        (NamedNode("https://lod.example/graph/alignment-theirs"), Literal(True))
    ]


def test_two_sets_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(table())
    with pytest.raises(SourceError, match="two mapping sets are called 'theirs'"):
        pipeline.mapping_sets([path, path], Settings(root=tmp_path), unseen=True)
    (tmp_path / "data" / "alignments").mkdir(parents=True)
    (tmp_path / "data" / "alignments" / "theirs.sssom.tsv").write_text(table())
    with pytest.raises(SourceError, match="a mapping set of this project"):
        pipeline.mapping_sets([path], Settings(root=tmp_path), unseen=True)


# --- packed, and with a title


def test_a_packed_file_is_read_as_the_file_in_it(tmp_path: Path) -> None:
    packed, plain = read(tmp_path, gzip.compress(table().encode()), "theirs.sssom.tsv.gz"), read(tmp_path, table())
    assert packed.name == plain.name == "theirs"
    assert packed.rows == plain.rows


@pytest.mark.parametrize(
    "content", [gzip.compress(table().encode() * 9)[:60], b"no archive", b""], ids=["cut", "other", "empty"]
)
def test_a_packed_file_that_breaks_off_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ParseError):
        read(tmp_path, content, "theirs.sssom.tsv.gz")


def test_a_bomb_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sssom_raw, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(ParseError, match="unpacks to more"):
        read(tmp_path, gzip.compress(b"#" * 5000), "theirs.sssom.tsv.gz")


@pytest.mark.parametrize(
    ("header", "title"), [(f"{HEADER}#mapping_set_title: Ships and docks\n", "Ships and docks"), (HEADER, "theirs")]
)
def test_the_graph_of_a_set_has_a_title(tmp_path: Path, header: str, title: str) -> None:
    graphs = pipeline.linksets([read(tmp_path, table(header=header))], Settings(root=tmp_path))
    titles = [quad for quad in graphs["theirs"] if quad.predicate == DCTERMS.title]
    assert titles == [Quad(I.graph("alignment-theirs"), DCTERMS.title, Literal(title), I.graph("alignment-theirs"))]
