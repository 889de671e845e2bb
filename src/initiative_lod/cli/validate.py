"""``initiative-lod validate``: the project's own sources, or any RDF file, against the shapes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from initiative_lod import pipeline
from initiative_lod.cli.talk import console, progress
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
        list[Path] | None, typer.Argument(help="RDF files. With none, the project's own sources are built and checked.")
    ] = None,
    format: Annotated[ReportFormat, typer.Option(help="text, turtle, json or html.")] = ReportFormat.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Validate with SHACL. Exit 0 when all conforms (warnings and infos included), 1 when something does not."""
    settings = from_environment(**context.obj)
    differences: list[str] = []
    with progress(quiet) as step:
        if files:
            from initiative_lod.validation import shacl

            report = shacl.validate_files(files, settings)
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
    raise typer.Exit(0 if report.conforms and not differences else 1)
