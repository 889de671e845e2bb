"""``validate --shapes``: anybody's shapes, without a project, within limits; and bad ones told in a sentence."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from command_line import Done, command
from initiative_lod.errors import OverLimit, ShapesError
from initiative_lod.reading import foreign_graph
from initiative_lod.settings import Settings
from initiative_lod.validation import shacl
from initiative_lod.validation.confined_run import RunLimits, confined

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://loom.example/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CLOTH = """ex:Cloth a sh:NodeShape ; sh:targetClass ex:Cloth ; rdfs:label "布"@zh , "cloth"@en ;
    sh:property [ sh:path ex:thread ; sh:minCount 1 ; sh:message "没有线"@zh , "no thread"@en ] .
"""
ENOUGH = RunLimits(30, 1 << 31)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PREFIXES + text, "utf-8")
    return path


def run(folder: Path, *arguments: str, **environment: str) -> Done:
    return command(folder, "validate", "--quiet", *arguments, **environment)


@pytest.mark.thorough
def test_shapes_in_place_of_a_project(tmp_path: Path) -> None:
    write(tmp_path / "shapes/cloth.ttl", CLOTH)
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth .")
    done = run(tmp_path, "data.ttl", "--shapes", "shapes", "--json")
    assert done.returncode == 1, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert (result["focusNode"], result["line"]) == ("http://loom.example/silk", 4)
    assert result["sourceShape"] == "http://loom.example/Cloth <http://loom.example/thread>"
    assert result["messages"] == {"en": "no thread", "zh": "没有线"}
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth ; ex:thread 9 .")
    assert run(tmp_path, "data.ttl", "--shapes", "shapes").returncode == 0


@pytest.mark.parametrize(
    ("format", "sign"), [("text", "没有线"), ("turtle", "sh:resultPath"), ("html", "<!doctype html>")]
)
def test_every_form_of_the_report(format: str, sign: str, tmp_path: Path) -> None:
    write(tmp_path / "cloth.ttl", CLOTH)
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth .")
    done = run(tmp_path, "data.ttl", "--shapes", "cloth.ttl", "--format", format)
    assert done.returncode == 1
    assert sign in done.stdout
    if format == "turtle":
        assert list(parse(done.stdout, format=RdfFormat.TURTLE))


@pytest.mark.thorough
def test_imports_by_file_and_by_name(tmp_path: Path) -> None:
    write(tmp_path / "main.ttl", "<> owl:imports <more/cloth.ttl> , <http://loom.example/dyes> .")
    write(tmp_path / "more/cloth.ttl", CLOTH)
    dyes = "<http://loom.example/dyes> a owl:Ontology . ex:Dye a rdfs:Class , sh:NodeShape ; sh:nodeKind sh:IRI ."
    write(tmp_path / "elsewhere/dyes.ttl", dyes)
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth . [] a ex:Dye .")
    done = run(tmp_path, "data.ttl", "--shapes", "main.ttl", "--json")
    assert "imports <http://loom.example/dyes>, which was not read" in done.stderr
    assert len(json.loads(done.stdout)["results"]) == 1
    known = "http://loom.example/dyes=elsewhere/dyes.ttl"
    done = run(tmp_path, "data.ttl", "--shapes", "main.ttl", "--import", known, "--json")
    assert "not read" not in done.stderr
    assert len(json.loads(done.stdout)["results"]) == 2


@pytest.mark.thorough
def test_what_is_imported_opens_no_file_elsewhere(tmp_path: Path) -> None:
    """Shapes that a stranger wrote name files of this machine: only those that lie with them are read."""
    secret = tmp_path / "secret.ttl"
    write(secret, CLOTH)
    write(tmp_path / "theirs/main.ttl", f"<> owl:imports <{secret.as_uri()}> , <../missing.ttl> .")
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth .")
    done = run(tmp_path, "data.ttl", "--shapes", "theirs/main.ttl")
    assert done.returncode == 0
    assert f"imports <{secret.as_uri()}>, which was not read" in done.stderr
    assert "missing.ttl>, which was not read" in done.stderr
    done = run(tmp_path, "data.ttl", "--shapes", "theirs/main.ttl", "--import", f"{secret.as_uri()}=secret.ttl")
    assert done.returncode == 1


@pytest.mark.thorough
def test_an_ontology_gives_its_hierarchy_and_is_not_judged(tmp_path: Path) -> None:
    write(tmp_path / "cloth.ttl", CLOTH)
    write(tmp_path / "terms.ttl", "ex:Silk rdfs:subClassOf ex:Cloth . ex:sample a ex:Cloth ; ex:thread 1 .")
    write(tmp_path / "data.ttl", "ex:scarf a ex:Silk .")
    assert run(tmp_path, "data.ttl", "--shapes", "cloth.ttl").returncode == 0
    assert run(tmp_path, "data.ttl", "--shapes", "cloth.ttl", "--ontology", "terms.ttl").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["data.ttl", "--shapes", "broken-import.ttl"], "broken-import.ttl imports"),
        (["data.ttl", "--shapes", "pattern.ttl"], "the pattern '[x' of <http://loom.example/Cloth> cannot be used"),
        (["data.ttl", "--shapes", "count.ttl"], "the shapes cannot be run"),
        (["data.ttl", "--shapes", "lost.ttl"], "NodeShape. (<http://loom.example/Cloth>)"),
        (["data.ttl", "--shapes", "query.ttl"], "the shapes cannot be run"),
        (["data.ttl", "--shapes", "reaching.ttl"], "has a SERVICE clause"),
        (["--shapes", "pattern.ttl"], "name the RDF"),
        (["data.ttl", "--ontology", "pattern.ttl"], "go with --shapes"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_run_is_a_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    head = "ex:Cloth a sh:NodeShape ; sh:targetClass ex:Cloth"
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth ; ex:thread 'x' .")
    write(tmp_path / "broken-import.ttl", "<> owl:imports <nowhere.ttl> .")
    write(
        tmp_path / "pattern.ttl",
        f"{head} ; sh:property [ sh:path ex:thread ; sh:pattern '[x' ] .",
    )
    write(tmp_path / "count.ttl", f"{head} ; sh:property [ sh:path ex:thread ; sh:minCount 'one' ] .")
    write(
        tmp_path / "lost.ttl",
        f"{head} ; sh:property [ sh:path ex:thread ; sh:node ex:S ] . ex:S sh:path ex:thread .",
    )
    write(tmp_path / "query.ttl", f"{head} ; sh:sparql [ sh:select 'SELECT $this WHERE {{ nonsense' ] .")
    write(
        tmp_path / "reaching.ttl",
        f"{head} ; sh:sparql [ sh:select 'SELECT $this {{ SERVICE <http://127.0.0.1/> {{}} }}' ] .",
    )
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.replace("│", "").split())


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("sh:property [ sh:path ex:thread ;\n sh:pattern '[x' ]", ':6: .* in the statement sh:pattern "[x" of'),
        ("sh:property [ sh:path ex:thread ;\n sh:minCount 'one' ]", ':6: .* in the statement sh:minCount "one" of'),
        (
            "sh:sparql [\n sh:select 'SELECT ?this { nonsense' ]",
            ':6: .* in the statement sh:select "SELECT ?this { non',
        ),
        ("sh:sparql [\n sh:select 'ASK FROM <x:> {}' ]", ':6: .* in the statement sh:select "ASK FROM <x:> {}" of'),
        ("sh:property [\n sh:path ( ex:thread ) ; sh:minCount 2 ]", ":5: .* in the statement sh:property […] of"),
        ("sh:property ex:P .\nex:P sh:path ex:thread ;\n sh:minCount 1 , 2", ":7: .* in the statement sh:minCount"),
        # Two of them: it is the line of what holds both.
        (
            "sh:property [ sh:minCount 1 ;\n sh:path ex:a ] ,\n [ sh:path ex:b ;\n sh:minCount 'x' ]",
            ':4: .*minCount "x',
        ),
    ],
)
def test_the_statement_that_cannot_be_run_is_named(written: str, told: str, tmp_path: Path) -> None:
    """With its file, its shape and its line."""
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth ; ex:thread 'x' .")
    write(tmp_path / "weave.ttl", CLOTH)
    write(tmp_path / "bad.ttl", f"ex:Silk a sh:NodeShape ;\n sh:targetClass ex:Cloth ; {written} .")
    done = run(tmp_path, "data.ttl", "--shapes", "weave.ttl", "--shapes", "bad.ttl")
    assert done.returncode == 2
    line, _, statement = told.partition(" .* ") if " .* " in told else told.partition(".*")
    said = " ".join(done.stderr.replace("│", "").split())
    assert said.startswith(f"initiative-lod: bad.ttl{line}")
    assert statement in said
    assert said.endswith("of http://loom.example/P") or "http://loom.example/Silk" in said


def test_what_is_not_evaluated_is_told(tmp_path: Path) -> None:
    text = "ex:S a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this {}' ] ; sh:nodeKind sh:IRI ."
    write(tmp_path / "shapes.ttl", text)
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth .")
    assert "sh:target of <http://loom.example/S>" in run(tmp_path, "data.ttl", "--shapes", "shapes.ttl").stderr


@pytest.mark.thorough
def test_a_pattern_that_takes_for_ever_is_ended(tmp_path: Path) -> None:
    write(
        tmp_path / "bomb.ttl",
        "ex:Cloth a rdfs:Class , sh:NodeShape ; sh:property [ sh:path ex:thread ; sh:pattern '^(a+)+$' ] .",
    )
    write(tmp_path / "data.ttl", f"ex:silk a ex:Cloth ; ex:thread '{'a' * 60}b' .")
    done = run(tmp_path, "data.ttl", "--shapes", "bomb.ttl", INITIATIVE_LOD_VALIDATION_SECONDS="2")
    assert done.returncode == 2
    assert "ended after 2 s" in done.stderr


def test_an_impossible_date_is_judged_quietly(tmp_path: Path) -> None:
    write(tmp_path / "cloth.ttl", CLOTH + "ex:Cloth sh:property [ sh:path ex:woven ; sh:datatype xsd:date ] .")
    write(tmp_path / "data.ttl", "ex:silk a ex:Cloth ; ex:thread 1 ; ex:woven '2021-02-30'^^xsd:date .")
    done = run(tmp_path, "data.ttl", "--shapes", "cloth.ttl", "--json")
    assert [result["value"] for result in json.loads(done.stdout)["results"]] == [
        '"2021-02-30"^^<http://www.w3.org/2001/XMLSchema#date>'
    ]
    assert done.stderr == ""


def test_a_confined_run_returns_its_value_and_its_errors() -> None:
    assert confined(lambda: {"rows": list(range(100_000))}, ENOUGH)["rows"][-1] == 99_999

    def fail() -> None:
        raise ShapesError("no such shape")

    with pytest.raises(ShapesError, match="no such shape"):
        confined(fail, ENOUGH)


def test_a_confined_run_ends_at_its_limits() -> None:
    with pytest.raises(OverLimit, match="memory"):
        confined(lambda: bytearray(1 << 32), ENOUGH)
    with pytest.raises(OverLimit, match="ended after"):
        confined(lambda: signal.pause(), RunLimits(0.5))
    with pytest.raises(OverLimit, match="broken off"):
        confined(lambda: os.kill(os.getpid(), signal.SIGKILL), ENOUGH)
    with pytest.raises(ShapesError, match="network"):
        confined(lambda: socket.create_connection(("127.0.0.1", 9)), ENOUGH)


def test_files_are_judged_by_our_shapes_within_the_limits_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shacl, "validate", lambda *arguments, **more: signal.pause())
    settings = Settings(root=tmp_path, validation_seconds=0.5)
    (tmp_path / "kite.ttl").write_text("<http://kite.example/red> <http://kite.example/flies> 1 .")
    graph = foreign_graph.read([str(tmp_path / "kite.ttl")], settings.base, settings)
    with pytest.raises(ShapesError, match=r"the validation was ended after 0\.5 s \(setting validation_seconds\)"):
        shacl.validate_files(graph, settings)


def test_numbers_that_are_none_are_added_and_subtracted_without_recursion() -> None:
    shapes = """ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:n ; sh:sparql [ a sh:SPARQLConstraint ; sh:message "no" ;
        sh:select "SELECT $this { $this <http://loom.example/n> ?n , ?m FILTER (?n - ?m > 0 || ?n + ?m > 9) }" ] ."""
    data = """ex:a ex:n "--5"^^xsd:integer , "--6"^^xsd:integer . ex:b ex:n 1 , 2 . ex:c ex:n "x" , 3 .
        ex:d ex:n "1"^^xsd:date , "2031-99-99"^^xsd:date , "x"^^xsd:duration ."""
    read = [list(parse(PREFIXES + text, format=RdfFormat.TURTLE)) for text in (data, shapes)]
    assert [str(result.focus) for result in shacl.validate(*read).results] == ["<http://loom.example/b>"]
