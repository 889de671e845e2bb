"""Reads one source into its part of a release, or takes over the part of an earlier release that was made of the
same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from initiative_lod.errors import at
from initiative_lod.iris import Iris
from initiative_lod.merge import graph_file
from initiative_lod.reading import find_files
from initiative_lod.reading.find_files import Arrived, Source
from initiative_lod.reading.parse import How
from initiative_lod.reading.process_pool import Moved, ProcessPool
from initiative_lod.reading.skolem import PATH as GENID
from initiative_lod.reading.source_files import CAP, FileOutcome
from initiative_lod.reading.spool import merged
from initiative_lod.reading.syntax import NO_RDF
from initiative_lod.release import Release
from initiative_lod.release.manifest import MergedSource
from initiative_lod.settings import Settings

GRAPHS = "graphs"  # folder of a release with its parts
READER = 2  # raised whenever the same bytes would be read as other statements
FILES = "sources"  # folder of a release with what became of each file
LICENCE_NAMES = ("license", "licence", "copying", "copyright")

Seen = Callable[[str, FileOutcome], None]


class SourceReader:
    """Reads sources into the release that is being built in ``building``. ``earlier`` are releases that may have
    them already.
    """

    def __init__(self, settings: Settings, building: Path, scratch: Path, earlier: Iterable[Release]) -> None:
        self._settings = settings
        self._iris = Iris(settings.base)
        self._building = building
        self._scratch = scratch
        self._known: dict[tuple[object, ...], tuple[MergedSource, Release]] = {}
        for release in earlier:
            for record in release.manifest.merged:
                before = self._known.get(record.is_same_as)
                if before is None or record.retrieved < before[0].retrieved:
                    self._known[record.is_same_as] = record, release

    def read(
        self,
        source: Source,
        retrieved: str,
        lenient: bool,
        seen: Seen = lambda slug, outcome: None,
        moved: Moved = lambda size: None,
    ) -> tuple[MergedSource, bool]:
        """The record of a source whose part now lies in the building, and whether it was known already.

        Raises Refused when the source cannot be had at all.
        """
        with TemporaryDirectory(dir=self._scratch) as folder:
            scratch = Path(folder)
            arrived = find_files.arrive(source, scratch, self._settings)
            graph = self._iris.graph(f"source/{source.slug}").value
            known = self._known.get((source.slug, arrived.digest, lenient, READER, graph))
            if known is not None:
                link(known[0], known[1], self._building)
                return known[0], True
            return self._made(arrived, graph, retrieved, lenient, scratch, seen, moved), False

    def _made(
        self, arrived: Arrived, graph: str, retrieved: str, lenient: bool, scratch: Path, seen: Seen, moved: Moved
    ) -> MergedSource:
        slug = arrived.source.slug
        base = arrived.address or self._iris.thing(f"source/{slug}/").value
        how = How(graph, base, self._iris.thing(GENID).value, lenient, self._settings.merge_statement)
        name = f"{GRAPHS}/{slug}.nq.gz"
        with ProcessPool(scratch, self._settings) as pool:
            outcomes = pool.read(arrived, lambda member: how, lambda outcome: seen(slug, outcome), moved)
            runs = pool.finish()
        (self._building / GRAPHS).mkdir(exist_ok=True)
        part, exact = graph_file.write(merged(runs), self._building / name, name, graph)
        exact_name = f"{GRAPHS}/{slug}.exact.tsv" if exact else ""
        if exact:
            (self._building / exact_name).write_bytes(b"".join(sorted(exact)))
        (self._building / FILES).mkdir(exist_ok=True)
        (self._building / files_name(slug)).write_bytes(_packed(outcomes))
        return MergedSource(
            slug=slug,
            graph=graph,
            where=arrived.source.name,
            retrieved=retrieved,
            digest=arrived.digest,
            lenient=lenient,
            reader=READER,
            part=part,
            licences=_licence_files(arrived.path, outcomes),
            exact=exact_name,
            **_summed(outcomes),
        )


def files_name(slug: str) -> str:
    """File of a release with what became of each file of a source."""
    return f"{FILES}/{slug}.json.gz"


def link(record: MergedSource, release: Release, building: Path) -> None:
    """Take the files of a merged source over from another release: as links to the same bytes where that can be
    done.
    """
    for name in (record.part.file, files_name(record.slug), record.exact):
        if name:
            take_over(release.path / name, building / name)


def forget(record: MergedSource, building: Path) -> None:
    """Delete the files of a source that is not merged after all."""
    for name in (record.part.file, files_name(record.slug), record.exact):
        if name:
            (building / name).unlink(missing_ok=True)


def take_over(source: Path, target: Path) -> None:
    """``target`` as another name of ``source``, or as a copy of it. Releases are never changed: a shared file is
    safe.
    """
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def with_licences(record: MergedSource, stated: Sequence[str], given: str | None) -> MergedSource:
    """The record with what its data say of their licence, and what the operator says."""
    licences = [(text, "in the data") for text in stated] + list(record.licences)
    if given:
        licences = [(given, "given by the operator"), *licences]
    return replace(record, licences=tuple(dict.fromkeys(licences)))


def _packed(outcomes: Sequence[FileOutcome]) -> bytes:
    text = json.dumps([outcome.to_json() for outcome in outcomes], ensure_ascii=False, indent=1)
    return gzip.compress(text.encode("utf-8", "backslashreplace"), mtime=0)


def _licence_files(path: Path, outcomes: Sequence[FileOutcome]) -> tuple[tuple[str, str], ...]:
    """The files beside the data whose name says that they are a licence: name and first words."""
    licences = []
    for outcome in outcomes:
        name = outcome.name.rpartition("/")[2]
        file = path / outcome.name
        if outcome.status == "passed over" and name.lower().startswith(LICENCE_NAMES) and file.is_file():
            with file.open(encoding="utf-8", errors="replace") as text:
                lines = [line.strip(" #*\t\n") for line in text.read(4096).splitlines()]
            first = next((line for line in lines if line), "")[:100]
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
            licences.append((f"{outcome.name}: {first}", f"a file beside the data, SHA-256 {digest}…"))
    return tuple(licences)


def _summed(outcomes: Iterable[FileOutcome]) -> dict[str, Any]:
    """Fields of a record about the files of a source."""
    outcomes = list(outcomes)
    states = ("taken", "refused", "passed over")
    return {
        "files": {state: sum(outcome.status == state for outcome in outcomes) for state in states},
        "blank_nodes": sum(outcome.blank_nodes for outcome in outcomes),
        "left_out_total": sum(outcome.left_out_total for outcome in outcomes if outcome.status == "taken"),
        "refused": tuple((at(item.name, item.line), item.why) for item in outcomes if item.status == "refused")[:CAP],
        "repaired": tuple((item.name, what) for item in outcomes if item.status == "taken" for what in item.repaired)[
            :CAP
        ],
        "left_out": tuple(
            (at(item.name, line), why) for item in outcomes if item.status == "taken" for line, why in item.left_out
        )[:CAP],
        "notes": tuple(item.why for item in outcomes if item.status == "note")
        + tuple(
            f"{item.name}: its graph <{name}> was folded into this one"
            for item in outcomes
            if item.status == "taken"
            for name in item.graphs
        )[:CAP]
        + tuple(item.told for item in outcomes if item.status == "passed over" and item.why != NO_RDF)[:CAP],
    }
