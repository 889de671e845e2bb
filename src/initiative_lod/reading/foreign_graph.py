"""Foreign graph in memory, for validation and alignment: read as a merge reads them, within its limits.

What cannot be read is told file by file, and the others are read all the same, unless one asks for all or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote

from pyoxigraph import Quad, RdfFormat, parse

from initiative_lod.errors import SourceError, at
from initiative_lod.reading.find_files import Arrived, Source, arrive, check
from initiative_lod.reading.parse import How
from initiative_lod.reading.process_memory import taken
from initiative_lod.reading.process_pool import ProcessPool
from initiative_lod.reading.source_files import FileOutcome, Member
from initiative_lod.reading.spool import merged
from initiative_lod.reading.unpack import Refused
from initiative_lod.settings import Settings

FILE_GRAPHS = "urn:file:"  # beginning of the names of the graphs, one for each file

QUADS_AT_ONCE = 20_000  # after which it is looked how much memory there is

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was found: its place as an operator would write it, what became of it, and where it lies on this
    disk if it is one that can be opened as it is.
    """

    place: str
    outcome: FileOutcome
    path: Path | None = None

    @property
    def told(self) -> str:
        """Outcome, after its place: ``file:line: why``, or ``file: why`` where no line is known."""
        return f"{at(self.place, self.outcome.line)}: {self.outcome.why}"


@dataclass(frozen=True, slots=True)
class ForeignGraph:
    """Result of reading. Each statement stands in the graph of its file, whose name is ``graph_of`` its place.

    Blank nodes of different files are different ones; two files with the same bytes are one.
    """

    quads: tuple[Quad, ...]
    files: tuple[ReadFile, ...]

    @property
    def refused(self) -> tuple[ReadFile, ...]:
        """The files that could not be read."""
        return tuple(item for item in self.files if item.outcome.status == "refused")


def graph_of(place: str) -> str:
    """The name of the graph of a file."""
    return FILE_GRAPHS + quote(place)


def place_of(graph: str) -> str:
    """The place of the file whose graph that is."""
    return unquote(graph.removeprefix(FILE_GRAPHS))


def read(
    named: Sequence[str],
    base: str | None,
    settings: Settings,
    strict: bool = False,
    progress: Progress = lambda message: None,
) -> ForeignGraph:
    """The statements of files, folders, archives and URLs; relative IRIs are resolved against ``base``, or, with None,
    against the address of the file in which they stand.

    Raises SourceError when nothing can be read, and, if ``strict``, when anything has to be refused: it names all of
    it; likewise for more statements than there is memory for. Raises MachineError for a fault of this machine.
    """
    check(named)
    files: list[ReadFile] = []
    with TemporaryDirectory(prefix="reading-") as folder, ProcessPool(Path(folder), settings) as pool:
        known: dict[str, str] = {}  # place of the first file with the same bytes
        for where in named:
            progress(f"reading {where}")
            try:
                arrived = arrive(Source("", where), Path(folder), settings)
            except Refused as error:
                files.append(ReadFile(where, FileOutcome(where, "refused", str(error))))
                continue

            def how(member: Member, arrived: Arrived = arrived) -> How:
                place = known.setdefault(member.sha256, _place(arrived, member.name))
                return How(graph_of(place), arrived.address or base or _path(arrived, member.name).resolve().as_uri())

            files += [_read_file(arrived, outcome) for outcome in pool.read(arrived, how)]
        lines = Path(folder) / "lines"
        with lines.open("wb") as file:
            file.writelines(line + b"\n" for line in merged(pool.finish()))
        quads = tuple(_held(lines, settings.validation_memory))
    graph = ForeignGraph(quads, tuple(files))
    refused = [item.told for item in graph.refused]
    if not any(item.outcome.status == "taken" for item in files):
        others = [item.told for item in files if item.outcome.status == "passed over"]
        raise SourceError("\n".join(refused or others or ["there is no RDF in " + ", ".join(named)]))
    if strict and refused:
        raise SourceError("files had to be refused:\n  " + "\n  ".join(refused))
    return graph


def _held(lines: Path, memory: int) -> Iterator[Quad]:
    """The statements in a file, in so many bytes of memory. Raises SourceError."""
    most = taken() + memory
    for number, quad in enumerate(parse(path=str(lines), format=RdfFormat.N_QUADS)):
        if number % QUADS_AT_ONCE == 0 and taken() > most:
            raise SourceError(
                f"what was read does not fit into {memory:,} bytes of memory (setting validation_memory), which end "
                f"after {number:,} statements: name a part of it, or raise the setting"
            )
        yield quad


def _place(arrived: Arrived, name: str) -> str:
    """A file of a source as an operator would write it: under the folder or archive that was named."""
    where = arrived.source.where
    if arrived.path.is_dir():
        return f"{where.rstrip('/')}/{name}"
    return where + name[len(arrived.name) :] if name.startswith(arrived.name) else where


def _read_file(arrived: Arrived, outcome: FileOutcome) -> ReadFile:
    path = _path(arrived, outcome.name)
    plain = outcome.status == "taken" and path.is_file() and path.stat().st_size == outcome.bytes
    if plain:  # and not packed into as many bytes
        with path.open("rb") as file:
            plain = hashlib.file_digest(file, "sha256").hexdigest() == outcome.sha256
    return ReadFile(_place(arrived, outcome.name), outcome, path if plain and not arrived.source.remote else None)


def _path(arrived: Arrived, name: str) -> Path:
    """The file of that name on this disk; of one in an archive, the archive."""
    return arrived.path / name if arrived.path.is_dir() else arrived.path
