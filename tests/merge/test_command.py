"""``merge --json``: what a script may rely on."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from initiative_lod.cli import main
from initiative_lod.release import Release, history
from initiative_lod.settings import Settings
from pipeline.conftest import make_project

#: Every field with its type; a list has the type of its items. ``docs/merge.md`` says what they are.
SCHEMA: dict[str, Any] = {
    "release": (str, None),
    "path": (str, None),
    "from": str,
    "changed": bool,
    "added": [str],
    "known": [str],
    "unread": [{"source": str, "why": str, "refused": bool}],
    "merged": [
        {
            "slug": str,
            "graph": str,
            "where": str,
            "retrieved": str,
            "digest": str,
            "lenient": bool,
            "reader": int,
            "part": {"file": str, "quads": int, "collapsed": int, "digest": str, "bytes": int, "sha256": str},
            "files": {"taken": int, "refused": int, "passed over": int},
            "blank_nodes": int,
            "left_out_total": int,
            "refused": [[str]],
            "repaired": [[str]],
            "left_out": [[str]],
            "notes": [str],
            "licences": [[str]],
            "exact": str,
        }
    ],
    "alignments": [{"name": str, "mappings": int, "stated": int, "notes": [str]}],
    "conflicts": ({"totals": {}, "unfinished": {}, "questions": {}, "summary": [str]}, None),
}


def faults(value: Any, schema: Any, where: str = "") -> list[str]:
    """Where a value is not as the schema says. ``{}`` is any object."""
    if isinstance(schema, tuple):
        return [] if value is None else faults(value, schema[0], where)
    if isinstance(schema, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [fault for item in value for fault in faults(item, schema[0], f"{where}[]")]
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        wrong = [f"{where}.{key}" for key in schema.keys() ^ value.keys()] if schema else []
        return wrong + [fault for key in schema.keys() & value.keys() for fault in faults(value[key], schema[key], key)]
    return [] if type(value) is schema else [f"{where} is a {type(value).__name__}"]


@pytest.mark.thorough
@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["merged", "dry run"])
def test_what_is_printed_is_what_is_promised(
    options: tuple[str, ...],
    settings: Settings,
    start: Release,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root: Path = settings.root
    for folder in ("ontology", "data/questions", "in/sub"):
        (root / folder).mkdir(parents=True)
    head = "# question@zh: 有吗？\n# question@en: Is there any?\n# group: structure\n"
    (root / "data/questions/any.rq").write_text(head + "ASK { ?s ?p ?o }", "utf-8")
    (root / "data/questions/any.tsv").write_text("true\n")
    (root / "in/good.ttl").write_text("@prefix e: <http://e.example/> .\ne:a e:b 07 , <http://e.example/c d> , [] .")
    (root / "in/bad.rdf").write_text('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>no')
    (root / "in/LICENSE").write_text("Do as you like.")
    (root / "readme.md").write_text("Hello")
    (root / "my.sssom.tsv").write_text(
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tdesk_note\n"
        "http://e.example/a\tskos:exactMatch\thttp://e.example/b\tsemapv:ManualMappingCuration\task again\n"
        "http://e.example/a\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\n"
    )
    line = ["--root", str(root), "merge", "in", "readme.md", "--json", "--lenient", "--licence", "in=http://l.example/"]
    line += ["--align", "my.sssom.tsv", "--align-unseen"]
    monkeypatch.setattr(sys, "argv", ["initiative-lod", *line, *options])
    monkeypatch.chdir(root)
    with suppress(SystemExit):
        main()
    printed = capsys.readouterr()
    assert printed.out, printed.err
    value = json.loads(printed.out)
    assert faults(value, SCHEMA) == []
    assert (value["from"], value["added"]) == (start.version, ["in"])
    assert value["unread"] == [{"source": "readme.md", "why": "there is no RDF in it", "refused": False}]
    assert value["merged"][0]["left_out_total"] >= 1
    assert "  looking for conflicts: ill-typed-literals\n" in printed.err  # by DuckDB, which is asked for one at a time
    (read,) = value["alignments"]
    assert (read["name"], read["mappings"], read["stated"]) == ("my", 2, 1)
    assert read["notes"][-1] == "my.sssom.tsv: 2 mappings do not say where their targets were seen"
    assert any("'desk_note'" in note for note in read["notes"])
    assert (value["release"] is None) == bool(options)


def test_a_wrong_engine_is_told_before_a_project_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is published here, so that a merge would build first, and the project is none."""
    (tmp_path / "a.ttl").write_text("<http://e.example/a> a <http://e.example/B> .", "utf-8")
    line = ["--root", str(tmp_path), "merge", str(tmp_path / "a.ttl"), "--engine", "sqlite"]
    monkeypatch.setattr(sys, "argv", ["initiative-lod", *line])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "there is no engine 'sqlite'" in capsys.readouterr().err


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("options", "published"), [(("--dry-run",), 0), pytest.param((), 0, marks=pytest.mark.slow), (("--publish",), 2)]
)
def test_a_first_merge_publishes_nothing_that_it_was_not_told_to(
    options: tuple[str, ...], published: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project is built first; with --publish that is what a rollback goes back to."""
    project = make_project(tmp_path / "project")
    (project / "one.ttl").write_text("<http://e.example/a> <http://e.example/b> <http://e.example/c> .")
    line = ["initiative-lod", "--root", str(project), "merge", str(project / "one.ttl"), *options]
    monkeypatch.setattr(sys, "argv", line)
    with suppress(SystemExit):
        main()
    folder = project / "releases"
    assert len(history.history(folder)) == published
    assert (folder / "current").exists() == bool(published)
