"""``initiative-lod build``: sources to a release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from initiative_lod import pipeline, release
from initiative_lod.cli.console import progress, say, show, sources_of, tell_missing
from initiative_lod.release import history
from initiative_lod.settings import from_environment


def build(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(help="Write the release into this folder, not into the release folder.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Make it the current release as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Build the sources, validate them, and write a release. Nothing is written unless everything conforms."""
    settings = from_environment(**context.obj)
    if publish and out is not None:
        raise typer.BadParameter("--publish is for the release folder, not for --out", param_hint="--publish")
    since = history.current_version(settings.release_folder)
    with progress() as step:
        made = pipeline.make_release(settings, step, out)
        if publish:
            step("publishing")
            replaced = sources_of(settings.release_folder)
            release.publish(settings.release_folder, made, since)
    if as_json:
        typer.echo(json.dumps(made.manifest.to_json(), ensure_ascii=False, indent=2))
        return
    show(str(made.path))
    said = "published" if publish else "not published: initiative-lod release publish " + made.version
    say(f"release {made.version}: {made.manifest.quads:,} quads; {said}")
    if publish:
        tell_missing(replaced, made)
