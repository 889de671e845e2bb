"""Finds the files of a source that an operator names: a file, a folder, an archive or a URL. It reads none of them
as RDF.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from initiative_lod.errors import SourceError
from initiative_lod.literals import split_address
from initiative_lod.reading.source_files import FileOutcome, Member
from initiative_lod.reading.syntax import SUFFIXES
from initiative_lod.reading.unpack import BLOCK, Budget, Caps, Ignored, Refused, take
from initiative_lod.settings import Settings

ARCHIVES = ("tar", "gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "tzst", "zip")
PACKED = (*ARCHIVES, "xml", "json")
DEEPEST = 100  # folders in folders
_URL = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """Source that an operator named: ``where`` as it was written, ``slug`` as it is called in our IRIs."""

    slug: str
    where: str

    @property
    def remote(self) -> bool:
        """Tell whether it has to be fetched."""
        return is_url(self.where)

    @property
    def name(self) -> str:
        """Origin as a release states it: the URL, or the name of a file or folder, not its path."""
        return self.where if self.remote else Path(self.where).resolve().name


def is_url(where: str) -> bool:
    """Tell whether a source has to be fetched."""
    return _URL.match(where) is not None


def check(named: Sequence[str]) -> None:
    """Raise SourceError for a file or folder that is not there, and for a URL that is none."""
    from initiative_lod.reading import fetch  # here, as below: a process that goes through files fetches none

    for where in named:
        if is_url(where):
            try:
                fetch.to_uri(where)
            except Refused as error:
                raise SourceError(str(error), where) from error
        if not is_url(where) and not Path(where).exists():
            raise SourceError("there is no such file or folder", where)


def sources(named: Sequence[str], name: str | None = None) -> list[Source]:
    """The sources that an operator named, each with a slug of its own. Raises SourceError for what is not there."""
    check(named)
    if name is not None:
        if len(named) != 1:
            raise SourceError("a name can be given to one source, and there are " + str(len(named)))
        if slugged(name) != name:
            raise SourceError(f"{name!r} is no name for a source: use small letters, digits and hyphens")
        return [Source(name, named[0])]
    short = [_slug(where, 1) for where in named]
    found = [
        Source(slug if short.count(slug) == 1 else _slug(where, 2), where)
        for slug, where in zip(short, named, strict=True)
    ]
    slugs = [source.slug for source in found]
    for source in found:
        if slugs.count(source.slug) > 1:
            raise SourceError(
                f"two sources would be called {source.slug!r}: merge them one by one, with --name", source.where
            )
    return found


def size(source: Source) -> int | None:
    """Bytes of the files of a source that lies here, as they will be read; None where some of them are packed, or it
    has to be fetched.
    """
    if source.remote:
        return None
    path = Path(source.where)
    files = [path] if path.is_file() else [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
    if any(file.suffix[1:].lower() in ARCHIVES for file in files):
        return None
    try:
        return sum(file.stat().st_size for file in files)
    except OSError:  # it is told when they are read
        return None


def slugged(text: str) -> str:
    """``text`` as a slug: small letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _slug(where: str, parts: int) -> str:
    """A slug from the last parts of a path, or from host and last part of a URL."""
    if is_url(where):
        url = split_address(where)
        last = [part for part in url.path.split("/") if part][-1:]
        names = [url.hostname or "", *last]
    else:
        names = list(Path(where).resolve().parts[-parts:])
    while names and "." in names[-1] and names[-1].rpartition(".")[2].lower() in (*SUFFIXES, *PACKED):
        names[-1] = names[-1].rpartition(".")[0]
    return slugged("-".join(names)) or f"source-{hashlib.sha256(where.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A source that is here: its file or folder, its name with a suffix, notes of its way, the SHA-256 of what came.

    ``address`` is where a URL led to (RFC 3986 §5.1.3). A folder's digest is of its list of files, as ``sha256sum``
    writes it, in the order of their names.
    """

    source: Source
    path: Path
    name: str
    notes: tuple[str, ...]
    digest: str
    address: str = ""

    def to_json(self) -> dict[str, Any]:
        """The source for another process."""
        return {**asdict(self), "path": str(self.path)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Arrived:
        """The source that ``to_json`` wrote."""
        source = Source(**value["source"])
        return cls(**{**value, "source": source, "path": Path(value["path"]), "notes": tuple(value["notes"])})


def arrive(source: Source, scratch: Path, settings: Settings) -> Arrived:
    """Fetch a source if it has to be, and take its digest. Raises Refused when it cannot be had."""
    if source.remote:
        from initiative_lod.reading import fetch

        fetched = fetch.fetch(source.where, scratch, settings)
        budget = Budget(Caps.of(settings))
        return Arrived(source, fetched.path, fetched.name, fetched.notes, digest(fetched.path, budget), fetched.url)
    path = Path(source.where)
    try:
        fault = _fault(path.stat().st_mode)
        if fault:
            raise Refused(fault)
        return Arrived(source, path, path.resolve().name, (), digest(path, Budget(Caps.of(settings))))
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror or error}") from error


def digest(path: Path, budget: Budget) -> str:
    """The SHA-256 of a file, or of a folder's list of files. Raises Refused past the caps."""
    if not path.is_dir():
        return _digest(path, budget)
    lines = []
    for name, file_path, fault, hidden in _files(path):
        if not hidden:
            budget.member()
            lines.append(f"{fault or _digest(file_path, budget)}  {name}\n")
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _digest(path: Path, budget: Budget) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            budget.read(len(block))
            found.update(block)
    return found.hexdigest()


def walk(arrived: Arrived, scratch: Path, budget: Budget) -> Iterator[Member | FileOutcome]:
    """The files of a source in the order of their names, unpacked into ``scratch`` as they are asked for.

    What cannot be had is a FileOutcome that says so. A Member that is ``temporary`` is the caller's to delete.
    """
    for note in arrived.notes:
        yield FileOutcome(arrived.source.where, "note", note)
    try:
        if not arrived.path.is_dir():
            budget.member()
            yield from take(arrived.path, arrived.name, scratch, budget, temporary=arrived.source.remote)
            return
        ignored = Ignored()
        for name, path, fault, hidden in _files(arrived.path):
            if hidden:
                yield from ignored.told(name)
                continue
            if fault:
                yield FileOutcome(name, "refused", fault)
                continue
            budget.member()
            try:
                yield from take(path, name, scratch, budget)
            except OSError as error:
                yield FileOutcome(name, "refused", f"cannot be read: {error.strerror or error}")
    except Refused as error:
        yield FileOutcome(arrived.name, "refused", str(error))
    except OSError as error:
        yield FileOutcome(str(error.filename or arrived.name), "refused", f"cannot be read: {error.strerror or error}")


def _files(top: Path) -> Iterator[tuple[str, Path, str, bool]]:
    """(name, path, fault, hidden) of everything in a folder, in the order of names; what is hidden is not entered."""
    around = [(_entries(top), "")]
    while around:
        entries, prefix = around[-1]
        entry = next(entries, None)
        if entry is None:
            around.pop()
            continue
        name, path = f"{prefix}{entry.name}", Path(entry.path)
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            yield name, path, "", True
        elif entry.is_symlink():
            yield name, path, "a link: links are not followed", False
        elif not entry.is_dir():
            yield name, path, _fault(entry.stat().st_mode), False
        elif len(around) > DEEPEST:
            yield name, path, f"folders are entered {DEEPEST} deep, and this one lies deeper", False
        else:
            try:
                around.append((_entries(path), f"{name}/"))
            except OSError as error:
                yield name, path, f"cannot be read: {error.strerror or error}", False


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return iter(sorted(entries, key=lambda entry: entry.name))


def _fault(mode: int) -> str:
    """Reason for not opening a file of this mode; empty for a regular file or a folder."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    what = "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
    return f"no regular file but {what}, which may never end: write what comes of it to a file first"
