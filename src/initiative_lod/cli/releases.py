"""``initiative-lod release``: list, verify, publish, pull, load, rollback, diff, pin, gc."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from pyoxigraph import NamedNode

from initiative_lod import release
from initiative_lod.bulk import differences
from initiative_lod.bulk.sql_engine import STORE, require_known
from initiative_lod.cli.console import progress, say, show, sources_of, tell, tell_missing
from initiative_lod.errors import ReleaseError, SettingsError
from initiative_lod.release import changes, cleanup, history, integrity
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import from_environment

app = typer.Typer(help="List, verify, publish, take, roll back, compare and remove releases.", no_args_is_help=True)

Version = Annotated[str | None, typer.Argument(help="The version, or how it begins.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class DiffFormat(StrEnum):
    """Form in which changes are printed; ``patch`` (RDF Patch) is always whole, in memory that does not grow."""

    TEXT = "text"
    JSON = "json"
    PATCH = "patch"


@app.command(name="list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """The releases that are there, when each was first published (UTC); the current one is marked."""
    folder = from_environment(**context.obj).release_folder
    faults = _folder_faults(folder)
    pinned = [] if history.PINNED in faults else history.pinned(folder)
    rows = [_row(folder, version, pinned) for version in release.versions(folder)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        _tell_faults(folder, faults.values())
        raise typer.Exit(1 if faults else 0)
    cells = []
    for row in rows:
        sound = (f"{row['quads'] or 0:,}", row["modified"], ", ".join(row["merged"]))
        said = (row["damaged"], "", "") if row["damaged"] else sound
        published = row["published"][0][:16].replace("T", " ") if row["published"] else ""
        cells.append(("*" if row["current"] else "", row["version"], published, *said))
    if cells:
        tell(("", "version", "published", "quads", "modified", "merged"), cells)
    else:
        say(f"no release is in {folder}: run 'initiative-lod build'")
    _tell_faults(folder, faults.values())
    if left := _leftovers(folder):
        names = ", ".join(item.name for item in left)
        size = _size(sum(item.bytes for item in left))
        say(f"left by what was killed: {names} ({size}); 'initiative-lod release gc' removes it")
    raise typer.Exit(1 if faults else 0)


@app.command()
def verify(context: typer.Context, version: Version = None, as_json: Json = False) -> None:
    """Prove that a release is what its manifest says; if none is named, all of them, and that one of them is current.
    Exit 1 when something is damaged.
    """
    folder = from_environment(**context.obj).release_folder
    wanted = [release.full_version(folder, version)] if version else release.versions(folder)
    broken = {} if version else _folder_faults(folder)
    if not wanted and not broken:
        raise ReleaseError(f"no release is in {folder}: run 'initiative-lod build'")
    faults = {name: _faults(folder / name) for name in wanted} | {name: [fault] for name, fault in broken.items()}
    if as_json:
        typer.echo(json.dumps(faults, indent=2))
    else:
        for name, found in faults.items():
            show(f"{name}: {'sound' if not found else ''}" + "".join(f"\n  {fault}" for fault in found))
    _tell_faults(folder)
    raise typer.Exit(1 if any(faults.values()) else 0)


@app.command()
def publish(
    context: typer.Context, version: Annotated[str, typer.Argument(help="The version, or how it begins.")]
) -> None:
    """Make a release the current one: one atomic switch."""
    folder = from_environment(**context.obj).release_folder
    found = release.find(folder, version)
    replaced = sources_of(folder)
    release.publish(folder, found)
    show(found.version)
    tell_missing(replaced, found)


@app.command()
def pull(
    context: typer.Context,
    url: Annotated[
        str,
        typer.Argument(
            help="A running server, one of its releases, or a folder with releases or one: of a web host, or of object "
            "storage (s3://…, with fsspec)."
        ),
    ],
    publish: Annotated[bool, typer.Option("--publish", help="Make it the current one.")] = False,
) -> None:
    """Take a release from where it is published, by its manifest. What was cut off is gone on with when it is run
    again; of what is not what the manifest says, nothing is kept.
    """
    settings = from_environment(**context.obj)
    folder = settings.release_folder
    from initiative_lod.release.origin import PullLimits
    from initiative_lod.release.pull import pull  # here: it asks a server, which no other command does

    with progress() as step:
        found = pull(folder, url, PullLimits(settings.pull_bytes, settings.fetch_seconds), step)
    if publish:
        replaced = sources_of(folder)
        release.publish(folder, found)
        tell_missing(replaced, found)
    show(found.version)


@app.command()
def load(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Argument(help="The engine's SPARQL endpoint, which is asked; else the setting store.")
    ] = None,
    quads: Annotated[str | None, typer.Option(help="Put all of it as N-Quads at this address of it.")] = None,
    graph_store: Annotated[
        str | None, typer.Option(help="Write by the Graph Store Protocol at this address of it.")
    ] = None,
    update: Annotated[str | None, typer.Option(help="Write by SPARQL Update at this address of it.")] = None,
    version: Annotated[str | None, typer.Option("--release", help="Load this release, not the current one.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove what others have in its dataset.")] = False,
    probe: Annotated[bool, typer.Option("--probe", help="Write nothing: only prove that it has the release.")] = False,
) -> None:
    """Make another engine have a release and nothing else, and prove that it answers as it must. In the addresses
    {version} stands for the release. Exit 1 when it answers wrongly, and that is not taken on (store_deviations).
    """
    settings = from_environment(**context.obj, store=url)
    if not settings.store:
        raise SettingsError("which engine? Give the address of its SPARQL endpoint, or set 'store'")
    ways = {"--quads": quads, "--graph-store": graph_store, "--update": update}
    given = [(way, place) for way, place in ways.items() if place is not None]
    if not probe and len(given) != 1:
        raise SettingsError(f"how is it written to? Give one of {', '.join(ways)}, with the address of that")
    found = release.chosen(settings.release_folder, version, "name the version")
    from initiative_lod.sparql.remote_loading import Target, Way, load, prove
    from initiative_lod.sparql.remote_store import accepted, advice, endpoint_of

    opened, taken_on = OpenRelease.open(found), accepted(settings)
    endpoint = endpoint_of(settings, found.version)
    with progress() as step:
        if probe:
            findings = prove(opened, endpoint, step)
        else:
            way, place = given[0]
            target = Target.of(settings, place.replace("{version}", found.version), Way(way))
            findings = load(opened, endpoint, target, replace, step)
    for finding in findings:
        show(f"{finding.name}: {finding.text}{' (taken on)' if finding.name in taken_on else ''}")
    wrong = [finding for finding in findings if finding.name not in taken_on]
    say(f"{endpoint.url} {'is not to be believed' if wrong else 'answers as it must'} for release {found.version}")
    if wrong:
        say(advice(wrong, taken_on))
    raise typer.Exit(1 if wrong else 0)


@app.command()
def rollback(context: typer.Context) -> None:
    """Make the release that was published before the current one current again."""
    show(release.rollback(from_environment(**context.obj).release_folder).version)


@app.command()
def render(context: typer.Context, version: Version = None) -> None:
    """Render the pages of a release anew, as after an upgrade; if none is named, of the current one. A server that is
    running reads them when it is started again.
    """
    settings = from_environment(**context.obj)
    found = release.chosen(settings.release_folder, version, "name the version")
    from initiative_lod import pipeline  # here: other commands need no build

    with progress() as step:
        pipeline.render_again(settings, found, step)
    show(found.version)


@app.command()
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The version to start from, or how it begins.")],
    new: Annotated[str | None, typer.Argument(help="The version to get to; without one, the current.")] = None,
    format: Annotated[DiffFormat, typer.Option(help="text, json, or patch (RDF Patch).")] = DiffFormat.TEXT,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=0, help="Changes that text and JSON list; 0: all.")] = 1000,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when the releases differ.")] = False,
    engine: Annotated[
        str,
        typer.Option(help="Engine that compares the tables of quads: duckdb, or spark://HOST:PORT. Else: the dumps."),
    ] = STORE,
) -> None:
    """Changes between two releases: statements that were removed and added, resource by resource."""
    require_known(engine)
    settings = from_environment(**context.obj)
    folder = settings.release_folder
    before = release.find(folder, old)
    after = release.chosen(folder, new, "name the second version too")
    with TemporaryDirectory() as scratch:
        if engine == STORE:
            found = changes.between(before, after)
        else:
            found = differences.between(before, after, engine, Path(scratch), settings.table_memory)
        if format is DiffFormat.PATCH and not as_json:
            lines = 0
            for line in changes.patch(found):
                lines += 1
                typer.echo(line)
            raise typer.Exit(int(exit_code and (lines > 2 or before.digest != after.digest)))
        made = changes.summary(before, after, limit or None, sys.maxsize, found)
    opened = (OpenRelease.open(after), OpenRelease.open(before)) if made.listed else ()
    if as_json or format is DiffFormat.JSON:
        typer.echo(json.dumps(changes.as_document(made, opened), ensure_ascii=False, indent=2))
    else:
        _tell_changes(made, opened)
    raise typer.Exit(int(exit_code and not made.same))


@app.command()
def pin(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="The version, or how it begins.")],
    off: Annotated[bool, typer.Option("--off", help="Pin it no longer.")] = False,
) -> None:
    """Keep a release whatever 'release gc' removes."""
    folder = from_environment(**context.obj).release_folder
    found = version if off and version in history.pinned(folder) else release.full_version(folder, version)
    cleanup.pin(folder, found, not off)
    show(found)


@app.command()
def gc(
    context: typer.Context,
    keep: Annotated[
        int, typer.Option(min=0, help="Releases to keep that were current before the current one.")
    ] = cleanup.KEPT_RELEASES,
    drafts: Annotated[bool, typer.Option("--drafts", help="Remove what nobody has published, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and touch nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove old releases, and what crashed builds left. The current one, pinned ones, those in use and those that
    nobody has published yet stay.
    """
    folder = from_environment(**context.obj).release_folder
    if not folder.is_dir():
        raise ReleaseError(f"there is no release folder {folder}: name another one with --releases")
    kept, removed = cleanup.collect(folder, keep, dry_run, drafts)
    if as_json:
        document = {
            "dry_run": dry_run,
            "kept": [{"version": item.version, "why": item.why} for item in kept],
            "removed": [{"name": item.name, "bytes": item.bytes} for item in removed],
            "bytes": sum(item.bytes for item in removed),
        }
        typer.echo(json.dumps(document, indent=2))
        return
    for item in kept:
        show(f"{item.version}: kept ({item.why})")
    for gone in removed:
        show(f"{gone.name}: {'would be removed' if dry_run else 'removed'} ({_size(gone.bytes)})")
    total = _size(sum(item.bytes for item in removed))
    say(f"{total} {'would be freed' if dry_run else 'freed'}")


def _tell_changes(made: changes.ChangeSummary, opened: Sequence[OpenRelease]) -> None:
    """Print a summary for people, with short names for IRIs."""
    names = {iri: f"{name}:" for name, iri in opened[0].iris.prefixes.items()} if opened else {}

    def short(term: object) -> str:
        if not isinstance(term, NamedNode):
            return str(term)
        for iri, name in names.items():
            if term.value.startswith(iri):
                return name + term.value[len(iri) :]
        return f"<{opened[0].iris.short(term.value) if opened else term.value}>"

    show(f"{made.old} -> {made.new}: {made.added:,} added, {made.removed:,} removed")
    for graph, (added, removed) in made.graphs.items():
        show(f"  {short(NamedNode(graph))}: {added:,} added, {removed:,} removed")
    if made.files:
        show(f"  files that differ: {', '.join(made.files)}")
    for touched in changes.by_resource(made.listed):
        said = " / ".join(dict.fromkeys(changes.labels(opened, touched.resource).values()))
        show(f"\n{short(touched.resource)}{f'  {said}' if said else ''}")
        for added, quad in touched.changes:
            about = "" if quad.subject == touched.resource else f"{short(quad.subject)} "
            show(f"  {'+' if added else '-'} {about}{short(quad.predicate)} {short(quad.object)}")
    if made.more:
        say(f"{made.more:,} more: --limit 0 lists all")


def _leftovers(folder: Path) -> list[cleanup.Removed]:
    """Leftovers of killed writers; none where this user may not look."""
    try:
        return cleanup.leftovers(folder)
    except (OSError, ReleaseError):
        return []


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _folder_faults(folder: Path) -> dict[str, str]:
    """Faults of what says which release is current, and which are pinned, by its name in the release folder."""
    found: dict[str, str] = {}
    looks: dict[str, Callable[[Path], object]] = {history.CURRENT: history.published, history.PINNED: history.pinned}
    for name, look in looks.items():
        try:
            look(folder)
        except ReleaseError as error:
            found[name] = str(error)
    return found


def _tell_faults(folder: Path, faults: Iterable[str] = ()) -> None:
    """Say on stderr what is wrong with the release folder, and which lines of its history are none."""
    for fault in (*faults, *history.faults(folder)):
        say(fault)


def _row(folder: Path, version: str, pinned: Sequence[str]) -> dict[str, Any]:
    """Entry of a release in the list; ``damaged`` is what is wrong with its manifest, or null."""
    times = [item.time.isoformat() for item in history.switches(folder) if item.version == version]
    row = {
        "version": version,
        "current": version == history.current_version(folder),
        "pinned": version in pinned,
        "published": times,
        "damaged": None,
    }
    try:
        found = release.read(folder / version)
    except (OSError, ReleaseError) as error:
        return {**row, "damaged": str(error), "quads": None, "modified": None, "digest": None, "merged": []}
    merged = [source.slug for source in found.manifest.merged]
    quads = found.manifest.quads
    return {**row, "quads": quads, "modified": found.modified, "digest": found.digest, "merged": merged}


def _faults(folder: Path) -> list[str]:
    try:
        return integrity.verify(release.read(folder))
    except ReleaseError as error:
        return [str(error)]
