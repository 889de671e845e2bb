"""``initiative-lod release``: list, verify, publish, rollback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from initiative_lod import release, switch, verification
from initiative_lod.cli.talk import console, tell
from initiative_lod.errors import ReleaseError
from initiative_lod.settings import from_environment

app = typer.Typer(help="List, verify, publish and roll back releases.", no_args_is_help=True)

Version = Annotated[str | None, typer.Argument(help="The version, or how it begins.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """The releases that are there; the current one is marked."""
    folder = from_environment(**context.obj).release_folder
    rows = [_row(folder, version) for version in release.versions(folder)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("", "version", "quads", "modified", "merged", box=None, pad_edge=False)
    for row in rows:
        sound = (f"{row['quads'] or 0:,}", row["modified"], ", ".join(row["merged"]))
        said = (row["damaged"], "", "") if row["damaged"] else sound
        table.add_row("*" if row["current"] else "", row["version"], *said)
    if rows:
        tell(table)
    else:
        console.print(f"no release is in {folder}: run 'initiative-lod build'", soft_wrap=True)


@app.command()
def verify(context: typer.Context, version: Version = None, as_json: Json = False) -> None:
    """Prove that a release (all, if none is named) is what its manifest says. Exit 1 when one is damaged."""
    folder = from_environment(**context.obj).release_folder
    wanted = [release.full_version(folder, version)] if version else release.versions(folder)
    if not wanted:
        raise ReleaseError(f"no release is in {folder}: run 'initiative-lod build'")
    faults = {name: _faults(folder / name) for name in wanted}
    if as_json:
        typer.echo(json.dumps(faults, indent=2))
    else:
        for name, found in faults.items():
            typer.echo(f"{name}: {'sound' if not found else ''}" + "".join(f"\n  {fault}" for fault in found))
    raise typer.Exit(1 if any(faults.values()) else 0)


@app.command()
def publish(
    context: typer.Context, version: Annotated[str, typer.Argument(help="The version, or how it begins.")]
) -> None:
    """Make a release the current one: one atomic switch."""
    folder = from_environment(**context.obj).release_folder
    found = release.find(folder, version)
    release.publish(folder, found)
    typer.echo(found.version)


@app.command()
def rollback(context: typer.Context) -> None:
    """Make the release that was published before the current one current again."""
    typer.echo(release.rollback(from_environment(**context.obj).release_folder).version)


def _row(folder: Path, version: str) -> dict[str, Any]:
    """What the list says of a release; ``damaged`` is what is wrong with its manifest, or null."""
    row = {"version": version, "current": version == switch.current_version(folder), "damaged": None}
    try:
        found = release.read(folder / version)
    except ReleaseError as error:
        return {**row, "damaged": str(error), "quads": None, "modified": None, "digest": None, "merged": []}
    merged = [record["slug"] for record in found.manifest.get("merged", ())]
    quads = found.manifest["quads"]
    return {**row, "quads": quads, "modified": found.modified, "digest": found.digest, "merged": merged}


def _faults(folder: Path) -> list[str]:
    try:
        return verification.verify(release.read(folder))
    except ReleaseError as error:
        return [str(error)]
