"""``initiative-lod validate``: the project's own sources, or any RDF file, against the shapes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from initiative_lod import pipeline
from initiative_lod.cli.talk import console, progress, tell_files
from initiative_lod.reading import foreign_graph
from initiative_lod.settings import from_environment


class ReportFormat(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    TURTLE = "turtle"
    JSON = "json"
    HTML = "html"


def validate(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="RDF files, folders, archives or http(s) URLs. With none, the project's own sources are built and "
            "checked."
        ),
    ] = None,
    format: Annotated[ReportFormat, typer.Option(help="text, turtle, json or html.")] = ReportFormat.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Judge nothing if any file has to be refused.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Validate with SHACL. Exit 0 when all conforms (warnings and infos included), 1 when something does not.

    A file that cannot be read is told, and the others are judged; the exit status is 1 then.
    """
    settings = from_environment(**context.obj)
    differences: list[str] = []
    refused = 0
    with progress(quiet) as step:
        if files:
            from initiative_lod.validation import shacl

            found = foreign_graph.read(files, settings.base, settings, strict, step)
            refused = len(found.refused)
            step("validating")
            report = shacl.validate_files(found, settings)
        else:
            checked = pipeline.check(settings, step)
            report = checked.report
            differences = [str(difference) for difference in checked.differences]
    written = {
        ReportFormat.TEXT: report.to_text,
        ReportFormat.TURTLE: report.to_turtle,
        ReportFormat.JSON: report.to_json,
        ReportFormat.HTML: report.to_html,
    }[ReportFormat.JSON if as_json else format]()
    typer.echo(written)
    if files:
        tell_files(found.files)
    if not files:
        covered = sum(item.covered for item in checked.built.coverage)
        characters = sum(item.characters for item in checked.built.coverage)
        console.print(
            f"{len(checked.built.quads):,} quads; {checked.questions} questions, {len(differences)} answered otherwise "
            f"than expected; {covered} of {characters} characters of actions and leads lie in a heading or clause",
            soft_wrap=True,
        )
    for difference in differences:
        console.print(difference, soft_wrap=True, markup=False)
    raise typer.Exit(0 if report.conforms and not differences and not refused else 1)
