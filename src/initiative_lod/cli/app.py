"""The command tree and its common options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from initiative_lod import __version__
from initiative_lod.cli import align, build, merge, query, releases, serve, validate

app = typer.Typer(
    name="initiative-lod",
    help="Publishes governance documents as a validated knowledge graph that shows its sentences.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command(name="serve")(serve.serve)
app.command(name="build")(build.build)
app.command(name="validate")(validate.validate)
app.command(name="merge")(merge.merge)
app.command(name="align")(align.align)
app.command(name="query")(query.query)
app.add_typer(releases.app, name="release")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"initiative-lod {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    root: Annotated[
        Path | None,
        typer.Option(
            help="The project folder (with ontology/ and data/). Else the nearest one at or above here.", exists=True
        ),
    ] = None,
    base: Annotated[str | None, typer.Option(help="Canonical base IRI of the data that is built.")] = None,
    releases: Annotated[Path | None, typer.Option(help="The release folder, relative to the project folder.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Options that every command takes; each is also an environment variable INITIATIVE_LOD_<NAME>."""
    context.obj = {"root": root.resolve() if root else None, "base": base, "releases": releases}
