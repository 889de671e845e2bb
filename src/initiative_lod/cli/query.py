"""``initiative-lod query``: the operator's own SPARQL over a release, here and now, with no limits."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, serialize
from rich.table import Column

from initiative_lod import release
from initiative_lod.cli.console import say, tell
from initiative_lod.errors import QuerySyntaxError
from initiative_lod.iris import Iris
from initiative_lod.query_text.query_dataset import dataset_of, parses
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.unions import Unions
from initiative_lod.settings import from_environment
from initiative_lod.sources.turtle import read_text
from initiative_lod.sparql.worker import csv_results


class QueryFormat(StrEnum):
    """Form in which an answer is printed: ``table`` for people; the rest for programs."""

    TABLE = "table"
    JSON = "json"
    XML = "xml"
    CSV = "csv"
    TSV = "tsv"
    TURTLE = "turtle"
    N_TRIPLES = "ntriples"


RESULTS = {
    QueryFormat.JSON: QueryResultsFormat.JSON,
    QueryFormat.XML: QueryResultsFormat.XML,
    QueryFormat.CSV: QueryResultsFormat.CSV,
    QueryFormat.TSV: QueryResultsFormat.TSV,
}


def query(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="A .rq file, '-' for standard input, or the query itself.")],
    format: Annotated[
        QueryFormat, typer.Option(help="table, json, xml, csv, tsv; turtle or ntriples for a graph.")
    ] = QueryFormat.TABLE,
    version: Annotated[str | None, typer.Option("--release", help="Ask this release, not the current one.")] = None,
) -> None:
    """Ask the current release; the default graph is the set of all triples, or what the query says with FROM."""
    settings = from_environment(**context.obj)
    found = release.chosen(settings.release_folder, version)
    opened = OpenRelease.open(found)
    text = _text(query)
    # The query as the parser will see it: with our prefixes before its own.
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in opened.iris.prefixes.items()) + text
    dataset = dataset_of(declared, opened.iris.base, lambda other: parses(other, opened.iris.base))
    unions = Unions(found.path, opened.store)
    store, options = unions.dataset(*dataset) if dataset else unions.everything()
    try:
        answer = store.query(text, prefixes=opened.iris.prefixes, **options)
    except SyntaxError as error:
        raise QuerySyntaxError(f"not SPARQL: {error.msg}") from error
    if isinstance(answer, QuerySolutions | QueryBoolean):
        if format is QueryFormat.CSV and isinstance(answer, QuerySolutions):
            csv_results.write(answer, sys.stdout.buffer)
        elif format in RESULTS:
            answer.serialize(sys.stdout.buffer, format=RESULTS[format])
        elif isinstance(answer, QueryBoolean):
            typer.echo(str(bool(answer)).lower())
        elif format is QueryFormat.TABLE:
            _table(answer, opened.iris)
        else:
            raise QuerySyntaxError(
                f"a SELECT has rows, which cannot be written as {format}: use table, json, xml, csv or tsv"
            )
    else:
        rdf = RdfFormat.N_TRIPLES if format is QueryFormat.N_TRIPLES else RdfFormat.TURTLE
        if format in RESULTS and format is not QueryFormat.TABLE:
            raise QuerySyntaxError(f"a graph cannot be written as {format}: use turtle or ntriples")
        prefixes = opened.iris.prefixes if rdf == RdfFormat.TURTLE else None
        serialize(answer, sys.stdout.buffer, format=rdf, prefixes=prefixes)


def _text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    if not query.endswith((".rq", ".sparql")):
        return query
    if not Path(query).is_file():
        raise typer.BadParameter(f"there is no file {query}", param_hint="QUERY")
    return read_text(Path(query))


def _table(answer: QuerySolutions, iris: Iris) -> None:
    names = [variable.value for variable in answer.variables]
    rows = [[_cell(solution[name], iris) for name in names] for solution in answer]
    tell([Column(name, overflow="fold") for name in names], rows)
    say(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _cell(term: object, iris: Iris) -> str:
    text = str(getattr(term, "value", ""))
    return iris.short(text) if isinstance(term, NamedNode) else text
