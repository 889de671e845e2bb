"""Finds the files of a source that an operator names: a file, a folder, an archive or a URL. It reads none of them
as RDF.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from initiative_lod.errors import SourceError
from initiative_lod.reading import fetch
from initiative_lod.reading.files import Member, Outcome
from initiative_lod.reading.syntax import SUFFIXES
from initiative_lod.reading.unpack import Budget, Refused, take
from initiative_lod.settings import Settings

PACKED = ("tar", "gz", "tgz", "bz2", "xz", "zip", "xml", "json")
_URL = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """What an operator named: ``where`` as it was written, ``slug`` as it is called in our IRIs."""

    slug: str
    where: str

    @property
    def remote(self) -> bool:
        """Whether it has to be fetched."""
        return bool(_URL.match(self.where))

    @property
    def name(self) -> str:
        """What a release says of where it is from: the URL, or the name of a file or folder, not its path."""
        return self.where if self.remote else Path(self.where).resolve().name


def sources(named: Sequence[str], name: str | None = None) -> list[Source]:
    """The sources that an operator named, each with a slug of its own. Raises SourceError for what is not there."""
    for where in named:
        if not _URL.match(where) and not Path(where).exists():
            raise SourceError("there is no such file or folder to merge", where)
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


def slugged(text: str) -> str:
    """``text`` as a slug: small letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _slug(where: str, parts: int) -> str:
    """A slug from the last parts of a path, or from host and last part of a URL."""
    if _URL.match(where):
        url = urlsplit(where)
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


def arrive(source: Source, scratch: Path, settings: Settings) -> Arrived:
    """Fetch a source if it has to be, and take its digest. Raises Refused when it cannot be had."""
    if source.remote:
        fetched = fetch.fetch(source.where, scratch, settings)
        return Arrived(source, fetched.path, fetched.name, fetched.notes, digest(fetched.path), fetched.url)
    path = Path(source.where)
    try:
        return Arrived(source, path, path.resolve().name, (), digest(path))
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror or error}") from error


def digest(path: Path) -> str:
    """The SHA-256 of a file, or of a folder's list of files."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    lines = []
    for found in _files(path, ""):
        name, file_path, fault = found
        lines.append(f"{fault or digest(file_path)}  {name}\n")
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def members(arrived: Arrived, scratch: Path, settings: Settings) -> Iterator[Member | Outcome]:
    """The files of a source in the order of their names, unpacked into ``scratch`` as they are asked for.

    What cannot be had is an Outcome that says so. A Member that is ``temporary`` is the caller's to delete.
    """
    budget = Budget(settings)
    for note in arrived.notes:
        yield Outcome(arrived.source.where, "note", note)
    try:
        if not arrived.path.is_dir():
            budget.member()
            yield from take(arrived.path, arrived.name, scratch, budget, temporary=arrived.source.remote)
            return
        for name, path, fault in _files(arrived.path, ""):
            if fault:
                yield Outcome(name, "refused", fault)
                continue
            budget.member()
            try:
                yield from take(path, name, scratch, budget)
            except OSError as error:
                yield Outcome(name, "refused", f"cannot be read: {error.strerror or error}")
    except Refused as error:
        yield Outcome(arrived.name, "refused", str(error))
    except OSError as error:
        yield Outcome(str(error.filename or arrived.name), "refused", f"cannot be read: {error.strerror or error}")


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, Path, str]]:
    """(name, path, fault) of everything in a folder but what is hidden, in the order of names."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        name, path = f"{prefix}{entry.name}", Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            yield name, path, "a link: links are not followed"
        elif entry.is_dir():
            yield from _files(path, f"{name}/")
        else:
            yield name, path, "" if entry.is_file() else "no regular file"
