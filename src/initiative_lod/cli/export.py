"""``initiative-lod export``: the current release's whole site as files."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from initiative_lod import release
from initiative_lod.cli.console import MOST_TOLD, progress, say, show
from initiative_lod.settings import from_environment

_PATH = r"(?:/[A-Za-z0-9._~-]+)*"  # as GitHub Pages shows a project under its name


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    url: Annotated[
        str, typer.Option(help="Where it will be shown, as in https://example.org: for robots.txt and sitemap.xml.")
    ] = "",
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="For a host that knows nothing but files, as GitHub Pages: its address may have a path."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Write the whole site of the current release as files: for nginx, or (--plain) for any host of files.

    Exit status 1: it is written, and pages lead to addresses that it does not have.
    """
    if url and not re.fullmatch(rf"https?://[A-Za-z0-9.-]+(:\d{{1,5}})?{_PATH if plain else ''}/?", url):
        raise typer.BadParameter(f"{url!r} is no address of a host, as https://example.org is", param_hint="--url")
    settings = from_environment(**context.obj)
    made = release.chosen(settings.release_folder)
    from initiative_lod.web.export import static_site  # here: it brings all that a server needs

    with progress() as step:
        exported = static_site.export(settings, made, folder, url, step, plain=plain)
    if as_json:
        typer.echo(json.dumps(asdict(exported), default=str, ensure_ascii=False, indent=2))
    else:
        show(str(exported.folder))
    for what, addresses in (("left out", exported.left_out), ("linked to, and not there", exported.broken)):
        for address in addresses[:MOST_TOLD]:
            say(f"{what}: {address}")
        if len(addresses) > MOST_TOLD:
            say(f"{what}: {len(addresses) - MOST_TOLD:,} more")
    size = f"{exported.files:,} files, {exported.bytes / 1_000_000:,.0f} MB"
    say(f"release {exported.version}: {exported.addresses:,} addresses in {size}")
    if plain:
        say(f"its pages are in {folder / static_site.FILES}: give that folder to the host")
    else:
        say("for nginx, deploy/nginx-export.conf says how to include what is in the folder nginx")
    if not url:
        say("robots.txt and sitemap.xml are not in it: they need --url, the address where it will be shown")
    if exported.broken:
        raise typer.Exit(1)
