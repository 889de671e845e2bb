"""``initiative-lod merge``: other people's graphs into a new release, beside ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from initiative_lod import pipeline, release
from initiative_lod.build.mappings import statement
from initiative_lod.bulk.sql_engine import DUCKDB, STORE, require_known
from initiative_lod.cli.console import StatusLine, say, show, tell, tell_files
from initiative_lod.cli.course import Course, Phase
from initiative_lod.iris import Iris
from initiative_lod.merge.merge import MergeRequest, MergeResult
from initiative_lod.reading import find_files
from initiative_lod.reading.foreign_graph import ReadFile
from initiative_lod.reading.source_files import FileOutcome
from initiative_lod.release import history
from initiative_lod.release.manifest import MergedSource
from initiative_lod.settings import Settings, from_environment
from initiative_lod.sources.mapping_set import MappingSet, where_seen

#: Phases of a merge, and what they took where they were measured (docs/performance.md, on what grows).
READING = Phase("reading ", 0.1, new=6.0)
LOADING = (
    Phase("loading the store", 0.3, new=9.0),
    Phase("joining what is the same", 0.4, new=0.4),
    Phase("writing the table of quads", 0.2, new=2.0, all=1.1),
)
CONFLICTS = "looking for conflicts"
BY_STORE, BY_ENGINE = Phase(CONFLICTS, 1.0, all=20.0), Phase(CONFLICTS, 1.5, all=2.0)
INDEXING = (
    Phase("writing dumps", 0.7, all=0.3),
    Phase("indexing for search and reconciliation", 2.0, new=10.1),
)
RENDERING = Phase("rendering documents", 10.0)
WRITING, PUBLISHING = Phase("writing the release", 0.1), Phase("publishing", 0.1)


def merge(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE...", help="Files, folders, archives (.gz .zip .tar.gz …) or http(s) URLs."),
    ] = None,
    align: Annotated[
        list[Path] | None,
        typer.Option(help="SSSOM (TSV, JSON or RDF) with mappings of your own. May be given again.", exists=True),
    ] = None,
    align_unseen: Annotated[
        bool,
        typer.Option(
            "--align-unseen",
            help="Take mappings that do not say where their targets were seen; their graphs are marked so.",
        ),
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="What the one source is called in its graph's IRI. Else its file name.")
    ] = None,
    license: Annotated[
        list[str] | None,
        typer.Option(
            "--license",
            "--licence",
            help="The licence, as an IRI or in words; NAME=LICENCE for one of several sources.",
        ),
    ] = None,
    retrieved: Annotated[
        str | None, typer.Option(help="When the sources were got. Else: now, at the first time.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="Take a merged source out again, by its name.")] = None,
    onto: Annotated[
        str | None, typer.Option(help="The release to merge into. Else the current one; if none, a new build.")
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take damaged files without their bad triples, each of which is listed.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Merge nothing if any file has to be refused.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do all that a merge does, and keep nothing of it.")
    ] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Make the new release the current one.")] = False,
    engine: Annotated[
        str, typer.Option(help="Engine that looks for conflicts: duckdb, store, or spark://HOST:PORT of a cluster.")
    ] = DUCKDB,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")] = False,
) -> None:
    """Merge other people's graphs into a new release, each in a named graph of its own, and say what deserves a
    second look.

    A file is taken whole, or refused by name; --lenient takes what is good of it. Nothing of a source is changed,
    and 'release rollback' takes a published merge back. Exit 0 when merged (refused files are listed), 1 when
    nothing was, 2 when another release was published meanwhile: then merge again.
    """
    if not sources and not align and not without:
        raise typer.BadParameter("name at least one source", param_hint="SOURCE")
    require_known(engine)  # before a project is built for its first merge
    settings = from_environment(**context.obj)
    sets = pipeline.mapping_sets(align or (), settings, align_unseen)
    wanted = MergeRequest(
        named=tuple(sources or ()),
        name=name,
        alignments=pipeline.linksets(sets, settings),
        lenient=lenient,
        strict=strict,
        retrieved=retrieved,
        licences=dict(_licence(text) for text in license or ()),
        without=tuple(without or ()),
        dry_run=dry_run,
        engine=engine,
    )
    files: list[ReadFile] = []
    with StatusLine() as watch:
        start, since = _start(settings, onto, publish and not dry_run, watch)
        sizes = {item.slug: find_files.size(item) for item in find_files.sources(wanted.named, wanted.name)}
        phases = _phases(settings, wanted, publish and not dry_run)
        watch.course = course = Course(phases, start.manifest.quads, sizes)

        def seen(slug: str, outcome: FileOutcome) -> None:
            """Count a file that has been read; it is told of what was not refused, since the result has those."""
            if outcome.status != "refused" and (outcome.why or outcome.repaired):
                files.append(ReadFile(f"{slug}/{outcome.name}", outcome))
            course.count(slug, outcome.bytes, outcome.triples)

        merged = pipeline.make_merged_release(settings, start, wanted, watch.step, seen, course.moved)
        if publish and merged.release is not None:
            watch.step("publishing")
            release.publish(settings.release_folder, merged.release, since)
    if as_json:
        typer.echo(json.dumps(_json(merged, start, sets), ensure_ascii=False, indent=2))
    else:
        for item in sets:
            read = f"{item.path.name}: {len(item.rows):,} mappings, {_stated(item):,} of them stated"
            for line in (read, *_notes(item)):
                say(line)
        tell_files(files)
        _tell(merged, start, publish)


def _phases(settings: Settings, wanted: MergeRequest, publish: bool) -> list[Phase]:
    """The phases of a merge, as its messages name them."""
    return [
        READING,
        *LOADING,
        BY_STORE if wanted.engine == STORE else BY_ENGINE,
        *INDEXING,
        *([RENDERING] if settings.rendered_documents else []),
        *([] if wanted.dry_run else [WRITING]),
        *([PUBLISHING] if publish else []),
    ]


def _start(settings: Settings, onto: str | None, publish: bool, watch: StatusLine) -> tuple[release.Release, str]:
    """The release to merge into, and the version that is current as the merge begins.

    Where nothing is published the project is built; if the merge is to be published, so is that build, to which a
    rollback then leads.
    """
    folder = settings.release_folder
    since = history.current_version(folder)
    if onto is not None:
        return release.find(folder, onto), since
    now = release.current(folder)
    if now is None:
        watch.step("nothing is published: building first")
        now = pipeline.make_release(settings, watch.step)
        if not publish:
            return now, since
        release.publish(folder, now, since)
    return now, now.path.name


def _licence(text: str) -> tuple[str, str]:
    """(slug, licence) of ``NAME=LICENCE``; the slug is empty for a licence alone."""
    name, equals, licence = text.partition("=")
    return (name, licence) if equals and "/" not in name and " " not in name else ("", text)


def _notes(mappings: MappingSet) -> list[str]:
    """Notes on a mapping set that was read: what was left out, and what it does not say."""
    unseen = sum(not where_seen(row) for row in mappings.rows)
    more = [f"{mappings.path.name}: {unseen} mappings do not say where their targets were seen"] if unseen else []
    return [*mappings.notes, *more]


def _stated(mappings: MappingSet) -> int:
    """Number of its mappings that are stated: not denials, literals, and "no term found"."""
    return sum(statement(row, Iris()) is not None for row in mappings.rows)


def _json(merged: MergeResult, start: release.Release, sets: Sequence[MappingSet]) -> dict[str, Any]:
    made = merged.release
    return {
        "release": made.version if made else None,
        "path": str(made.path) if made else None,
        "from": start.version,
        "changed": made is not None and made.version != start.version,
        "added": list(merged.added),
        "known": list(merged.known),
        "unread": [{"source": item.where, "why": item.why, "refused": item.refused} for item in merged.unread],
        "merged": [asdict(record) for record in merged.records],
        "alignments": [
            {"name": item.name, "mappings": len(item.rows), "stated": _stated(item), "notes": _notes(item)}
            for item in sets
        ],
        "conflicts": made.manifest.conflicts if made else None,
    }


def _tell(merged: MergeResult, start: release.Release, published: bool) -> None:
    marks = {**dict.fromkeys(merged.known, "="), **dict.fromkeys(merged.added, "+")}
    columns = ("", "source", "triples", "files", "refused", "left out", "licence")
    tell(columns, ((marks.get(record.slug, ""), *_row(record)) for record in merged.records))
    for record in merged.records:
        for file, why in record.refused:
            say(f"refused: {record.slug}/{file}: {why}")
        for file, what in record.left_out:
            say(f"left out: {record.slug}/{file}: {what}")
        if not record.licences and record.slug in merged.added:
            say(f"no licence found for {record.slug}: give it with --licence {record.slug}=IRI")
    for item in merged.unread:
        say(f"{'refused' if item.refused else 'passed over'}: {item.told}")
    made = merged.release
    if made is None:
        say("a dry run: nothing was written")
        return
    for line in (made.manifest.conflicts or {}).get("summary", ()):
        show(line)
    show(str(made.path))
    if made.version == start.version:
        say(f"release {made.version} holds all this already: nothing changed")
        return
    said = "published" if published else f"not published: initiative-lod release publish {made.version}"
    say(f"release {made.version}: {made.manifest.quads:,} quads; {said}")


def _row(record: MergedSource) -> tuple[str, ...]:
    licence = record.licences[0][0] if record.licences else "none found"
    more = f" (+{len(record.licences) - 1})" if len(record.licences) > 1 else ""
    files = record.files
    left = str(record.left_out_total or "")
    return (
        record.slug,
        f"{record.part.quads:,}",
        f"{files['taken']:,}",
        str(files["refused"] or ""),
        left,
        " ".join(licence.split())[:70] + more,
    )
