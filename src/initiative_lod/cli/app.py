"""The command tree and its common options."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from initiative_lod import __version__

#: Each command and where it is: ``module:name``, a function or a Typer of its own. Help lists them in this order.
COMMANDS = {
    "init": "init:init",
    "serve": "serve:serve",
    "build": "build:build",
    "validate": "validate:validate",
    "draft": "draft:draft_document",
    "merge": "merge:merge",
    "align": "align:align",
    "query": "query:query",
    "export": "export:export",
    "release": "releases:app",
}


class Commands(TyperGroup):
    """The commands, each imported when it is asked for: a server should not wait for what only a merge needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"initiative_lod.cli.{module}"), name)
        command: Any
        if isinstance(found, typer.Typer):
            command = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(name=cmd_name)(found)
            command = get_command(alone)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="initiative-lod",
    cls=Commands,
    help="Publishes governance documents as a validated knowledge graph that shows its sentences.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
            help="The project folder. Else the nearest one at or above here: it has an initiative-lod.toml.",
            exists=True,
        ),
    ] = None,
    base: Annotated[str | None, typer.Option(help="Canonical base IRI of the data that is built.")] = None,
    releases: Annotated[Path | None, typer.Option(help="The release folder, relative to the project folder.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Options that every command takes; each is also a setting in initiative-lod.toml, and an environment variable
    INITIATIVE_LOD_<NAME>."""
    context.obj = {"root": root.resolve() if root else None, "base": base, "releases": releases}
