"""Earlier renderings: what was made of the release before, as far as nothing that it was made of has changed since.

Beside the bodies of a release lie, under names of their own, a record of each group of them (one address in all of its
forms) and a table of the values that groups read. A record says which bodies there are, and what was read for them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from initiative_lod import release
from initiative_lod.documents import content_codings
from initiative_lod.documents.content_codings import ZSTD
from initiative_lod.documents.representation import entity_tag
from initiative_lod.errors import ReleaseError
from initiative_lod.release.history import CURRENT
from initiative_lod.release.manifest import CONTEXT, INDEX, Release
from initiative_lod.release.read_tracking import TrackingRelease, changed_quads
from initiative_lod.release.rendered_file import RENDERED, RenderedDocuments, RenderedDocumentsFile, StoredBody
from initiative_lod.settings import Settings

_HALF = 0xFFFFFFFF  # of a mark: what a record keeps of it


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """Record of a group: of each of its representations the tags of its body, in order; and the marks of its notes."""

    tags: Sequence[tuple[str, str]]
    marks: Sequence[int]

    @classmethod
    def of(cls, tags: Sequence[tuple[str, str]], marks: Iterable[int]) -> GroupRecord:
        """The record of a group for which notes with these marks were made."""
        return cls(tags, sorted({number & _HALF for number in marks}))

    def body(self) -> StoredBody:
        """The record as it is stored."""
        head = json.dumps(self.tags).encode() + b"\n"
        return StoredBody(content_codings.encode(head + array("I", self.marks).tobytes(), ZSTD), 0)

    @classmethod
    def read(cls, body: StoredBody) -> GroupRecord:
        """The record that was stored."""
        head, _, rest = content_codings.decode(body.frame, ZSTD).partition(b"\n")
        marks = array("I")
        marks.frombytes(rest)
        return cls([(tag, name) for tag, name in json.loads(head)], marks)


class EarlierRenderings:
    """Bodies and records in the release that is current, for ``opened``, which is being made by ``software``."""

    def __init__(self, settings: Settings, software: str, opened: TrackingRelease, building: Release) -> None:
        self._stored = RenderedDocuments(settings.release_folder / CURRENT / INDEX / RENDERED)
        context = building.manifest.files.get(CONTEXT)
        self._seed = software, building.base, settings.root_path, context and context.sha256, opened.is_merged
        self._old, self._new = "", building.version
        self._values = {str(key): value for key, value in opened.values().items()}
        self._changed = self._find_changes(settings.release_folder / CURRENT, building)

    def _find_changes(self, folder: Path, building: Release) -> set[int] | None:
        """Halves of the marks of all that has changed; None where nothing can be taken over."""
        table = self._stored.find(self._tag("values"))
        if table is None:
            return None
        try:
            before = release.read(folder)
        except ReleaseError:
            return None
        self._old = before.version
        if before.manifest == building.manifest:
            return set()  # it is the very same
        values = json.loads(content_codings.decode(table.frame, ZSTD))
        changed = changed_quads(before, building)
        if changed is None or values.pop("") != before.version:
            return None
        other = {int(key) for key in values.keys() | self._values.keys() if values.get(key) != self._values.get(key)}
        return {number & _HALF for number in changed | other}

    def add_values(self, written: RenderedDocumentsFile) -> None:
        """Store the table of values."""
        table = json.dumps({"": self._new, **self._values}, sort_keys=True).encode()
        written.add(self._tag("values"), StoredBody(content_codings.encode(table, ZSTD), 0))

    def add_record(self, written: RenderedDocumentsFile, address: str, record: GroupRecord) -> None:
        """Store the record of the group of an address."""
        written.add(self._tag("group", address), record.body())

    def record(self, address: str) -> GroupRecord | None:
        """The record of the group of an address; None where it has to be made anew."""
        if self._changed is None:
            return None
        stored = self._stored.find(self._tag("group", address))
        if stored is None:
            return None
        record = GroupRecord.read(stored)
        return None if not self._changed.isdisjoint(record.marks) else record

    def body(self, tag: str) -> StoredBody | None:
        """A body of a record, with the name of the new release in place of the old; None where that cannot be told.

        What names a release in any other way has noted that, and is none of these.
        """
        stored = self._stored.find(tag)
        if stored is None or self._old == self._new:
            return stored
        content, old = content_codings.decode(stored.frame, ZSTD), self._old.encode()
        if old not in content:
            return stored
        content = content.replace(old, self._new.encode())
        if old.rpartition(b"-")[2] in content:
            return None
        return StoredBody(content_codings.encode(content, ZSTD), stored.pages)

    def of_same(self, tag: str) -> StoredBody | None:
        """The body under a tag that is made of all that its bytes follow from."""
        return self._stored.find(tag)

    def _tag(self, *parts: str) -> str:
        return entity_tag("earlier", *self._seed, *parts)
