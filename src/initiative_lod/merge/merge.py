"""Merges sources into a release: what was current, with other people's graphs beside it, as a new release.

The start is a release, not the project's sources: what a merge adds to has been built, validated and published already.
Merging what is merged already gives the very same release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Quad

from initiative_lod import release
from initiative_lod.bulk.sql_engine import STORE, require_known
from initiative_lod.errors import ReleaseError, SourceError
from initiative_lod.merge.assembly import Assembly, Report
from initiative_lod.merge.source import Seen, SourceReader, forget, link, with_licences
from initiative_lod.reading import find_files
from initiative_lod.reading.process_pool import Moved
from initiative_lod.reading.unpack import Refused
from initiative_lod.release import MakeIndex, Release, in_use
from initiative_lod.release.folder import MERGING, RELEASE, workplace
from initiative_lod.release.manifest import MergedSource
from initiative_lod.settings import Settings
from initiative_lod.sources.judgements import Judgement

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """Request of an operator. ``licences`` are by slug, ``""`` for all; ``alignments`` are graphs of ours by
    name; ``judgements`` say which things are the same, and which are not. ``inputs`` are what the report depends on
    besides, as (name, digest): the release's name covers them. ``engine`` does what is asked of all quads.
    """

    named: Sequence[str] = ()
    name: str | None = None
    alignments: Mapping[str, Sequence[Quad]] = field(default_factory=dict)
    lenient: bool = False
    strict: bool = False
    retrieved: str | None = None
    licences: Mapping[str, str] = field(default_factory=dict)
    without: Sequence[str] = ()
    dry_run: bool = False
    judgements: Sequence[Judgement] = ()
    inputs: Sequence[tuple[str, str]] = ()
    engine: str = STORE


@dataclass(frozen=True, slots=True)
class UnreadSource:
    """A source with nothing in it, and why; ``file`` is the first file that was refused, with its line where known."""

    where: str
    why: str
    refused: bool
    file: str = ""

    @property
    def told(self) -> str:
        """The reason after its place: ``file:line: why``."""
        alone = self.where.rpartition("/")[2]
        if self.file.partition(":")[0] == alone:
            return f"{self.where}{self.file.removeprefix(alone)}: {self.why}"
        return f"{self.where}{f'/{self.file}' if self.file else ''}: {self.why}"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """Result of a merge. ``release`` is None in a dry run."""

    release: Release | None
    records: tuple[MergedSource, ...]
    added: tuple[str, ...]
    known: tuple[str, ...]
    unread: tuple[UnreadSource, ...]

    @property
    def refused(self) -> int:
        """Number of refused files of the sources that were named."""
        named = {*self.added, *self.known}
        return sum(item.files["refused"] for item in self.records if item.slug in named) + sum(
            item.refused for item in self.unread
        )


def merge(
    settings: Settings,
    start: Release,
    request: MergeRequest,
    report: Report = lambda store, records, building, engine: ({}, {}),
    make_index: MakeIndex = lambda building: None,
    progress: Progress = lambda message: None,
    seen: Seen = lambda slug, outcome: None,
    moved: Moved = lambda size: None,
) -> MergeResult:
    """Merge into ``start``; the new release lies in the release folder and is not published.

    A dry run does the same and keeps nothing: it finds whatever a merge would. Raises SourceError for what cannot be
    merged (nothing is written then), ReleaseError for a start of another base.
    """
    if start.base != settings.base:
        raise ReleaseError(
            f"release {start.version} has the base {start.base}, and the base asked for is {settings.base}"
        )
    require_known(request.engine)
    folder = settings.release_folder
    retrieved = _time(request.retrieved)
    sources = find_files.sources(request.named, request.name)
    lease = in_use.take(start.path)  # while it lasts, nobody removes it
    with workplace(folder, MERGING) as scratch:
        building = scratch / RELEASE
        building.mkdir()
        reader = SourceReader(settings, building, scratch, _readable(folder))
        before = {record.slug: record for record in start.manifest.merged}
        for slug in request.without:
            if before.pop(slug, None) is None:
                raise SourceError(
                    f"no source {slug!r} is merged in release {start.version}; there are: {', '.join(before) or 'none'}"
                )
        records = dict(before)
        fresh: list[str] = []
        known: list[str] = []
        unread: list[UnreadSource] = []
        for source in sources:
            progress(f"reading {source.slug}")
            try:
                record, is_known = reader.read(source, retrieved, request.lenient, seen, moved)
            except Refused as error:
                unread.append(UnreadSource(source.where, str(error), True))
                continue
            same = next(
                (item for item in records.values() if item.digest == record.digest and item.slug != record.slug), None
            )
            if same is not None and request.name is None:
                unread.append(UnreadSource(source.where, f"it is merged already, as {same.slug}", False))
                forget(record, building)
            elif record.part.quads == 0:
                file, why = record.refused[0] if record.refused else ("", "; ".join(record.notes))
                unread.append(UnreadSource(source.where, why or "there is no RDF in it", bool(record.refused), file))
                forget(record, building)
            else:
                records[source.slug] = record
                (known if is_known else fresh).append(source.slug)
        refused = [item.told for item in unread if item.refused]
        refused += [
            f"{item.slug}/{name}: {why}"
            for item in records.values()
            if item.slug in fresh
            for name, why in item.refused
        ]
        if request.strict and refused:
            raise SourceError("nothing was merged, since files had to be refused:\n  " + "\n  ".join(refused))
        if sources and not fresh and not known and not request.alignments and not request.without:
            if not any(item.refused for item in unread) and any("merged already" in item.why for item in unread):
                return MergeResult(start, tuple(before.values()), (), (), tuple(unread))
            raise SourceError("nothing was merged:\n  " + "\n  ".join(item.told for item in unread))
        for slug, record in records.items():
            if slug not in fresh and slug not in known:
                link(record, start, building)
        for slug in [slug for slug in ("", *request.licences) if slug and slug not in records]:
            raise SourceError(
                f"a licence is given for {slug!r}, and no such source is merged; there are: {', '.join(records)}"
            )
        done = (tuple(fresh), tuple(known), tuple(unread))

        def licensed(record: MergedSource, stated: Sequence[str]) -> MergedSource:
            given = request.licences.get(record.slug, request.licences.get("") if record.slug in fresh else None)
            return with_licences(record, stated if record.slug in fresh else (), given)

        ordered = [records[slug] for slug in sorted(records)]
        given = request.alignments, request.judgements, request.inputs, request.engine
        assembly = Assembly(settings, start, building, ordered, *given)
        merged_release = assembly.write(licensed, report, make_index, progress, keep=not request.dry_run)
        del lease
        return MergeResult(merged_release, tuple(assembly.records), *done)


def _time(given: str | None) -> str:
    """A time of retrieval: the one given, else now. Raises SourceError for one that is none."""
    if given is None:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        time = datetime.fromisoformat(given)
    except ValueError as error:
        raise SourceError(
            f"{given!r} is no date or time: write it as 2026-11-24 or 2026-11-24T12:00:00+01:00"
        ) from error
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _readable(folder: Path) -> list[Release]:
    """The releases that can be taken over from: damaged ones are no reason to stop."""
    readable = []
    for version in release.versions(folder):
        try:
            readable.append(release.read(folder / version))
        except ReleaseError:
            continue
    return readable
