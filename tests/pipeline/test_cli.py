"""The command line: exit codes, what goes to stdout and what to stderr, and what a user is told."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from initiative_lod import __version__, release
from initiative_lod.cli import main
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from patience import SECONDS

I = Iris()
PROHIBITIONS = """
    SELECT ?clause WHERE { ?clause ilod:modality <https://w3id.org/initiative-lod/id/modality/prohibit> }
    ORDER BY ?clause"""
CLAUSES = [I.thing(f"id/harbour-2031/action/2/clause/{n}").value for n in (1, 2)]
PILLARS = "data/graphs/harbour-2031/pillars.ttl"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process, in a project folder."""

    def run_command(root: Path, *arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["initiative-lod", *arguments])
        monkeypatch.chdir(root)
        capsys.readouterr()
        try:
            main()
            code: Any = 0
        except SystemExit as end:
            code = end.code or 0
        sys.stdout.flush()
        found = capsys.readouterr()
        assert "Traceback" not in found.err
        return Done(code, found.out, found.err)

    return run_command


def command(root: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs a command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "200"}
    line = [sys.executable, "-m", "initiative_lod", *arguments]
    return subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, timeout=SECONDS, **options)


def spoil(root: Path, old: str = "不得泄露航线。", new: str = "不得透露航线。") -> int:
    """Breaks a quote; returns its line."""
    file = root / PILLARS
    content = file.read_text("utf-8")
    file.write_text(content.replace(f'"{old}"', f'"{new}"'), "utf-8")
    return content[: content.index(old)].count("\n") + 1


def current(root: Path) -> release.Release:
    found = release.current(root / "releases")
    assert found is not None
    return found


# --- build


@pytest.mark.thorough
def test_build_prints_where_the_release_is_and_nothing_else(project: Path) -> None:
    done = command(project, "build")
    assert done.returncode == 0, done.stderr
    (made,) = release.releases(project / "releases")
    assert done.stdout == f"{made.path}\n"
    assert release.current(project / "releases") is None
    for said in ("validating", "not published", "release publish"):
        assert said in done.stderr
    assert release.verify(made) == []


def test_build_again_is_the_same_release(published: Path, run: Run) -> None:
    before = current(published)
    done = run(published, "build", "--publish", "--json")
    assert done.code == 0
    assert json.loads(done.out) == before.manifest.to_json()
    assert current(published) == before


@pytest.mark.thorough
def test_build_into_another_folder(published: Path, run: Run, tmp_path: Path) -> None:
    done = run(published, "build", "--out", str(tmp_path / "out"))
    assert done.code == 0
    (made,) = release.releases(tmp_path / "out")
    assert Path(done.out.strip()) == made.path
    assert made.version == current(published).version
    assert run(published, "build", "--out", str(tmp_path / "out"), "--publish").code == 2


@pytest.mark.thorough
def test_another_base_is_another_release(published: Path, run: Run) -> None:
    done = run(published, "--base", "https://data.example.org/", "build", "--json")
    assert done.code == 0, done.err
    manifest = json.loads(done.out)
    assert manifest["base"] == "https://data.example.org/"
    assert manifest["version"] != current(published).version
    assert manifest["report"]["conforms"] is True


@pytest.mark.parametrize("arguments", [("build",), ("build", "--publish"), ("validate",)])
def test_a_broken_quote_stops_everything_and_names_file_and_line(
    published: Path, run: Run, arguments: tuple[str, ...]
) -> None:
    before, line = current(published), spoil(published)
    done = run(published, *arguments)
    assert done.code == 1
    assert done.out == ""
    assert f"{PILLARS}:{line}: " in done.err
    assert "不得透露航线。" in done.err
    assert current(published) == before
    assert release.versions(published / "releases") == [before.version]
    assert release.verify(before) == []


def test_what_does_not_parse_stops_everything(published: Path, run: Run) -> None:
    before = current(published)
    with (published / PILLARS).open("a") as file:
        file.write("nonsense\n")
    done = run(published, "build", "--publish")
    assert done.code == 1
    assert "pillars.ttl:" in done.err
    assert "not Turtle" in done.err
    assert current(published) == before


def break_a_shape(root: Path) -> int:
    """Declares an action too many, which is no error of notation; returns the line of the document's block."""
    file = root / "data/graphs/harbour-2031/document.ttl"
    content = file.read_text("utf-8")
    file.write_text(content.replace(":actionCount 3", ":actionCount 4"), "utf-8")
    return content[: content.index("<id/harbour-2031> a :Initiative")].count("\n") + 1


def test_what_does_not_conform_stops_everything_and_names_the_shape(published: Path, run: Run) -> None:
    before, line = current(published), break_a_shape(published)
    done = run(published, "build", "--publish")
    assert done.code == 1
    assert done.out == ""
    assert "Initiative-actions" in done.err
    assert f"data/graphs/harbour-2031/document.ttl:{line}" in done.err
    assert current(published) == before
    assert release.versions(published / "releases") == [before.version]


def test_a_question_with_another_answer_stops_everything(published: Path, run: Run) -> None:
    (published / "data/questions/prohibitions.tsv").write_text("clause\nid/harbour-2031/action/1/clause/1\n")
    done = run(published, "build", "--publish")
    assert done.code == 1
    assert "prohibitions.rq" in done.err
    assert "missing: id/harbour-2031/action/1/clause/1" in done.err


# --- validate


def test_validate_is_clean(published: Path, run: Run) -> None:
    done = run(published, "validate")
    assert done.code == 0, done.out + done.err
    assert "conforms" in done.out
    assert "1 questions, 0 answered otherwise" in done.err
    assert "179 of 179 characters of texts lie in a part" in done.err
    assert "123 of 123 characters of actions and leads" in done.err


def test_validate_says_what_does_not_conform(published: Path, run: Run) -> None:
    line = break_a_shape(published)
    done = run(published, "validate", "--quiet")
    assert done.code == 1
    assert "Initiative-actions" in done.out
    assert f"document.ttl:{line}" in done.out


@pytest.mark.parametrize("arguments", [("--json",), ("--format", "json")])
def test_validate_for_programs(published: Path, run: Run, arguments: tuple[str, ...]) -> None:
    done = run(published, "validate", *arguments)
    assert done.code == 0
    assert json.loads(done.out)["conforms"] is True


def test_validate_as_turtle_and_html(published: Path, run: Run) -> None:
    turtle = run(published, "validate", "--format", "turtle")
    assert any("conforms" in str(quad.predicate) for quad in parse(turtle.out, format=RdfFormat.TURTLE))
    assert "<html" in run(published, "validate", "--format", "html").out


def test_validate_of_files(published: Path, run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ttl"
    wrong.write_text(
        "@prefix : <https://w3id.org/initiative-lod/ontology#> .\n\n"
        "<https://w3id.org/initiative-lod/id/x/action/1/clause/1> a :Clause .\n"
    )
    done = run(published, "validate", str(wrong))
    assert done.code == 1
    assert "Clause-modality" in done.out
    assert "wrong.ttl:3" in done.out
    wrong.write_text("nonsense")
    done = run(published, "validate", str(wrong))
    assert done.code == 1
    assert "wrong.ttl:1: nonsense is not a valid subject" in done.err
    assert "breaks off" not in done.err


# --- query


def test_query_answers_in_every_format(published: Path, run: Run) -> None:
    assert run(published, "query", PROHIBITIONS, "--format", "csv").out.split() == ["clause", *CLAUSES]
    assert run(published, "query", PROHIBITIONS, "--format", "tsv").out.split() == [
        "?clause",
        *(f"<{iri}>" for iri in CLAUSES),
    ]
    found = json.loads(run(published, "query", PROHIBITIONS, "--format", "json").out)
    assert [row["clause"]["value"] for row in found["results"]["bindings"]] == CLAUSES
    tree = ET.fromstring(run(published, "query", PROHIBITIONS, "--format", "xml").out)
    assert [node.text for node in tree.iter("{http://www.w3.org/2005/sparql-results#}uri")] == CLAUSES


def test_a_table_is_whole_where_nobody_looks_on(published: Path, run: Run) -> None:
    text = "<https://w3id.org/initiative-lod/id/harbour-2031/zh> ilod:text ?text"
    done = run(
        published,
        "query",
        f"SELECT ?line WHERE {{ {text} BIND (REPLACE(STR(?text), '[^A-Za-z0-9,。]', '-') AS ?line) }}",
    )
    assert len(done.out.splitlines()) == 2
    assert len(done.out.splitlines()[1]) > 150
    assert "…" not in done.out
    assert "1 row" in done.err


def test_a_table_leaves_the_base_out(published: Path, run: Run) -> None:
    done = run(published, "query", PROHIBITIONS)
    assert [line.strip() for line in done.out.splitlines()] == [
        "clause",
        *(iri.removeprefix(I.base) for iri in CLAUSES),
    ]


def test_from_is_the_default_graph(published: Path, run: Run) -> None:
    count = "SELECT (COUNT(*) AS ?n) {}WHERE {{ ?s ilod:modality ?m }}"
    whole, part, none = (
        int(run(published, "query", count.format(source), "--format", "csv").out.split()[1])
        for source in ("", f"FROM <{I.graph('harbour-2031').value}> ", f"FROM <{I.graph('topics').value}> ")
    )
    assert whole == part > 0
    assert none == 0


def test_from_graphs_that_share_triples_is_a_set(real_settings: Settings, run: Run) -> None:
    found = release.current(real_settings.release_folder)
    assert found is not None
    opened = OpenRelease.open(found)
    graphs = [I.graph(name) for name in ("dataset", "release")]
    one, other = ({quad.triple for quad in opened.quads(graph=graph)} for graph in graphs)
    assert one & other
    query = f"PREFIX g: <{I.graph('').value}> SELECT (COUNT(*) AS ?n) FROM g:dataset FROM {graphs[1]} {{ ?s ?p ?o }}"
    done = run(real_settings.root, "--releases", str(real_settings.releases), "query", query, "--format", "csv")
    assert int(done.out.split()[1]) == len(one | other)


def test_ask(published: Path, run: Run) -> None:
    ask = "ASK { ?s ilod:modality ?m }"
    assert run(published, "query", ask).out == "true\n"
    assert json.loads(run(published, "query", ask, "--format", "json").out)["boolean"] is True


def test_a_graph_is_turtle_or_n_triples(published: Path, run: Run) -> None:
    construct = "CONSTRUCT { ?s ilod:number ?n } WHERE { ?s a ilod:Pillar ; ilod:number ?n }"
    turtle = run(published, "query", construct)
    triples = run(published, "query", construct, "--format", "ntriples")

    def read(content: str, form: RdfFormat) -> set[Quad]:
        return set(parse(content, format=form))

    assert read(turtle.out, RdfFormat.TURTLE) == read(triples.out, RdfFormat.N_TRIPLES)
    assert len(triples.out.splitlines()) == 2
    assert run(published, "query", construct, "--format", "csv").code == 2
    assert run(published, "query", PROHIBITIONS, "--format", "turtle").code == 2


def test_a_query_from_a_file_or_standard_input(published: Path, run: Run) -> None:
    path = "data/questions/prohibitions.rq"
    expected = run(published, "query", PROHIBITIONS, "--format", "csv").out
    assert run(published, "query", path, "--format", "csv").out == expected
    done = command(published, "query", "-", "--format", "csv", input=(published / path).read_text("utf-8"))
    assert (done.returncode, done.stdout.split()) == (0, expected.split())


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT ?s WHERE {\n ?s ?p }", "not SPARQL: error at 2:"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "not SPARQL"),
        ("missing.rq", "there is no file missing.rq"),
    ],
)
def test_what_cannot_be_asked(published: Path, run: Run, query: str, said: str) -> None:
    done = run(published, "query", query)
    assert done.code == 2
    assert done.out == ""
    assert said in done.err


@pytest.mark.thorough
def test_an_older_release_can_be_asked(published: Path, run: Run) -> None:
    old = current(published)
    file = published / PILLARS
    file.write_text(file.read_text("utf-8").replace("nor give routes away.", "nor give any route away."), "utf-8")
    assert run(published, "build", "--publish").code == 0
    ask = "ASK { ?s ilod:translation 'nor give routes away.'@en }"
    assert run(published, "query", ask).out == "false\n"
    assert run(published, "query", ask, "--release", old.version).out == "true\n"


# --- release


@pytest.mark.thorough
def test_releases_are_listed_published_proved_and_rolled_back(published: Path, run: Run) -> None:
    old = current(published)
    file = published / PILLARS
    file.write_text(file.read_text("utf-8").replace("nor give routes away.", "nor give any route away."), "utf-8")
    new = Path(run(published, "build").out.strip()).name
    rows = {row["version"]: row for row in json.loads(run(published, "release", "list", "--json").out)}
    assert {version: row["current"] for version, row in rows.items()} == {old.version: True, new: False}
    assert rows[old.version]["digest"] == old.digest
    listed = run(published, "release", "list").out
    assert [line.split()[0] for line in listed.splitlines() if old.version in line] == ["*"]
    assert run(published, "release", "publish", new).out == f"{new}\n"
    assert current(published).version == new
    assert run(published, "release", "rollback").out == f"{old.version}\n"
    assert current(published) == old
    done = run(published, "release", "rollback")
    assert (done.code, done.out) == (2, "")
    assert "nothing to roll back to" in done.err
    assert run(published, "release", "verify").out == "".join(
        f"{version}: sound\n" for version in sorted([old.version, new])
    )
    assert json.loads(run(published, "release", "verify", "--json").out) == {old.version: [], new: []}


@pytest.mark.parametrize("name", ["report.txt", "manifest.json"])
def test_damage_is_exit_1_and_is_not_published(published: Path, run: Run, name: str) -> None:
    found = current(published)
    (found.path / name).write_text("{")
    for arguments in ((), (found.version,)):
        done = run(published, "release", "verify", *arguments)
        assert done.code == 1
        assert name in done.out
    assert run(published, "release", "verify", "--json").code == 1
    assert run(published, "release", "publish", found.version).code == 2
    assert run(published, "release", "list").code == 0


def test_a_damaged_release_is_listed_as_such(published: Path, run: Run) -> None:
    (current(published).path / "manifest.json").write_text("{")
    (row,) = json.loads(run(published, "release", "list", "--json").out)
    assert row["current"] is True
    assert "damaged" in row["damaged"]
    assert "damaged" in run(published, "release", "list").out


def test_an_unknown_version(published: Path, run: Run) -> None:
    for arguments in (("release", "publish", "7"), ("release", "verify", "7"), ("query", "ASK {}", "--release", "7")):
        done = run(published, *arguments)
        assert (done.code, done.out) == (2, "")
        assert "no release is called '7'" in done.err
        assert current(published).version in done.err


def test_where_there_is_no_release_yet(project: Path, run: Run) -> None:
    done = run(project, "release", "list")
    assert (done.code, done.out) == (0, "")
    assert "initiative-lod build" in done.err
    assert json.loads(run(project, "release", "list", "--json").out) == []
    for arguments in (("release", "verify"), ("release", "rollback"), ("query", "ASK {}")):
        done = run(project, *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("initiative-lod: ")


# --- Usage and environment


@pytest.mark.parametrize(
    "arguments",
    [
        ("bake",),
        ("build", "--fast"),
        ("query",),
        ("query", "ASK {}", "--format", "pdf"),
        ("release", "publish"),
        ("--root", "nowhere", "build"),
        ("--base", "not an IRI", "build"),
        ("serve", "--port", "70000"),
        ("serve", "--port", "high"),
    ],
)
def test_wrong_usage_is_exit_2(project: Path, run: Run, arguments: tuple[str, ...]) -> None:
    done = run(project, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_a_wrong_setting_of_the_environment_is_exit_2(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INITIATIVE_LOD_QUERY_ROWS", "many")
    done = run(project, "build")
    assert done.code == 2
    assert "INITIATIVE_LOD_QUERY_ROWS" in done.err


def test_version_and_help(project: Path, run: Run) -> None:
    assert run(project, "--version") == (0, f"initiative-lod {__version__}\n", "")
    for name in ("serve", "build", "validate", "query", "release"):
        assert name in run(project, "--help").out
        assert run(project, name, "--help").code == 0


def test_the_project_is_found_from_a_folder_inside_of_it(published: Path, run: Run) -> None:
    assert run(published / "data" / "graphs", "query", "ASK { ?s ilod:modality ?m }").out == "true\n"


def test_a_folder_that_cannot_be_written_is_exit_2(project: Path, run: Run) -> None:
    (project / "releases").write_text("a file is in the way")
    done = run(project, "build")
    assert (done.code, done.out) == (2, "")
    assert "releases" in done.err


def test_an_interrupt_is_no_stack_trace(published: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Terminal())
    done = run(published, "query", "-")
    assert (done.code, done.out) == (130, "")
