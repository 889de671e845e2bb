"""``initiative-lod validate``: the project's own sources, or any RDF, against the project's shapes or any others."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from initiative_lod import pipeline
from initiative_lod.cli.console import progress, say, show, tell_files
from initiative_lod.pipeline import Checked
from initiative_lod.reading import foreign_graph
from initiative_lod.reading.foreign_graph import ForeignGraph
from initiative_lod.settings import Settings, from_environment
from initiative_lod.validation.report import Report


class ReportFormat(StrEnum):
    """Form in which a report is printed."""

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
    shapes: Annotated[
        list[str] | None,
        typer.Option(
            help="Shapes in place of the project's: a file, folder, archive or URL, with the files that it imports. "
            "May be given several times. No project is needed then."
        ),
    ] = None,
    ontology: Annotated[
        list[str] | None,
        typer.Option(help="With --shapes: RDF whose hierarchies of classes count, and which is not judged itself."),
    ] = None,
    imports: Annotated[
        list[str] | None,
        typer.Option("--import", metavar="IRI=FILE", help="With --shapes: the file of an ontology that they import."),
    ] = None,
    format: Annotated[ReportFormat, typer.Option(help="text, turtle, json or html.")] = ReportFormat.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Judge nothing if any file has to be refused.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Validate with SHACL. Exit 0 when all conforms (warnings and infos included), 1 when something does not, 2 when
    the shapes cannot be run.

    A file that cannot be read is told, and the others are judged; the exit status is 1 then.
    """
    format = ReportFormat.JSON if as_json else format
    if shapes:
        if not files:
            raise typer.BadParameter("name the RDF that --shapes is to judge")
        settings = from_environment(needs_project=False, **context.obj)
        report, graph = _by_shapes(files, shapes, ontology or [], imports or [], settings, strict, quiet)
        _print(report, format, graph)
    elif ontology or imports:
        raise typer.BadParameter("--ontology and --import go with --shapes")
    elif files:
        from initiative_lod.validation import shacl

        settings = from_environment(needs_project=False, **context.obj)
        with progress(quiet) as step:
            graph = foreign_graph.read(files, settings.base, settings, strict, step)
        if not quiet:
            say("validating")
        report = shacl.validate_files(graph, settings)  # which forks: no line of progress runs beside it
        _print(report, format, graph)
    else:
        with progress(quiet) as step:
            checked = pipeline.check(from_environment(**context.obj), step)
        _print(checked.report, format)
        _tell_build(checked)
        raise typer.Exit(0 if checked.conforms else 1)
    raise typer.Exit(0 if report.conforms and not graph.refused else 1)


def _by_shapes(
    files: list[str],
    shapes: list[str],
    ontology: list[str],
    imports: list[str],
    settings: Settings,
    strict: bool,
    quiet: bool,
) -> tuple[Report, ForeignGraph]:
    """The report by shapes from elsewhere, and the files that it is about."""
    from initiative_lod.validation import shacl
    from initiative_lod.validation.shapes_graph import read_foreign_shapes

    known = {iri: path for iri, _, path in (item.rpartition("=") for item in imports)}
    if not all(known.keys()):
        raise typer.BadParameter("an ontology and its file are given as IRI=FILE", param_hint="--import")
    with progress(quiet) as step:
        foreign = read_foreign_shapes(shapes, settings, known, step)
        terms = foreign_graph.read(ontology, None, settings, strict=True, progress=step).quads if ontology else ()
        graph = foreign_graph.read(files, None, settings, strict, step)
    for note in foreign.notes:
        say(note)
    if not quiet:
        say("validating")
    return shacl.validate_by(foreign, graph, terms, settings), graph  # which forks: no line of progress runs beside it


def _print(report: Report, format: ReportFormat, graph: ForeignGraph | None = None) -> None:
    writers: dict[ReportFormat, Callable[[], str]] = {
        ReportFormat.TEXT: report.to_text,
        ReportFormat.TURTLE: report.to_turtle,
        ReportFormat.JSON: report.to_json,
        ReportFormat.HTML: report.to_html,
    }
    (show if format is ReportFormat.TEXT else typer.echo)(writers[format]())
    if graph is not None:
        tell_files(graph.files)


def _tell_build(checked: Checked) -> None:
    """Say on stderr how much was checked, and which questions are answered otherwise than expected."""
    built, differences = checked.built, checked.differences
    say(
        f"{len(built.quads):,} quads; {checked.questions} questions, {len(differences)} answered otherwise than "
        "expected"
    )
    for what, of_texts in (("texts lie in a part or are left out", True), ("actions and leads lie in a clause", False)):
        items = [item for item in built.coverage if item.is_text is of_texts]
        covered, characters = sum(item.covered for item in items), sum(item.characters for item in items)
        if items:
            say(f"{covered:,} of {characters:,} characters of {what}")
    for difference in differences:
        say(str(difference))
