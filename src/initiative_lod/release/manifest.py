"""The manifest of a release, with its schema, and the release that it describes as it lies on disk.

What lies in a release's folder has a format, and the format a number:

1. named graphs alone in the store; several of them are united as a bag.
2. beside them a default graph, the set of all triples.
3. in the index also a table of the graphs, and the pieces that unite several of them as a set.

Releases of the formats from OLDEST_FORMAT to FORMAT are read, and those of FORMAT are written. Up to the first of
format 3 the manifest gave no number: what lies there tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from initiative_lod.errors import OtherFormat, ReleaseError
from initiative_lod.formats import GZIP, N_QUADS, PARQUET, RDF_TYPES, MediaType
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.release.files import FileEntry

FORMAT = 3
OLDEST_FORMAT = 1
MANIFEST = "manifest.json"
STORE = "store"
INDEX = "index"
GRAPH_TABLE = "graphs.json"  # in the index
STORE_DIGESTS = "store.json"
DESCRIPTION = "release.nq"
DESCRIPTION_EXACT = "release.exact.tsv"  # its literals that the store writes in another way
#: The dataset as files, by name: packed, in the formats of RDF that are dumped, and as a table of quads.
RDF_DUMPS = {f"dump.{item.suffix}.gz": item for item in RDF_TYPES if item.dumped}
TABLE = f"dump.{PARQUET.suffix}"
DUMPS: dict[str, MediaType] = {**RDF_DUMPS, TABLE: PARQUET}
DUMP = f"dump.{N_QUADS.suffix}.gz"  # the one that the others are made from
#: Institutional statements as files of a coding: the coders' table, IG Script, pairs of words with a translation's.
#: They are at ``/statements/<name>``.
STATEMENT_MEDIA = {"csv": "text/csv", "igs": "text/plain", "words": "text/plain"}
STATEMENTS = re.compile(r"statements-(?P<name>[\w.-]+\.(csv|igs|words))")
EXACT = "exact.tsv"
CONTEXT = "context.jsonld"
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")  # the name of a release


def dump_type(name: str) -> MediaType:
    """Media type of a dump as it is sent: of RDF that is packed, gzip's."""
    return GZIP if name in RDF_DUMPS else DUMPS[name]


def statement_files(names: Iterable[str]) -> list[tuple[str, str, str]]:
    """(name, name under ``/statements/``, media type) of the files of institutional statements among ``names``."""
    found = (STATEMENTS.fullmatch(name) for name in sorted(names))
    return [(match[0], match["name"], STATEMENT_MEDIA[match[2]]) for match in found if match]


@dataclass(frozen=True, slots=True)
class CoveredText:
    """Of a part of a document: how many of its ``characters`` lie in a heading or clause."""

    covered: int
    characters: int


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a release with the quads of one or more graphs. ``digest`` is of the N-Quads, ``sha256`` of the file.

    ``collapsed`` counts the quads that the store holds together with another one (see ``lexical_forms``).
    """

    file: str
    quads: int
    collapsed: int
    digest: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MergedSource:
    """A merged source. ``digest`` is of what came, ``retrieved`` when (UTC, RFC 3339); ``graph`` is its named graph.

    ``files`` counts files by what became of them; ``refused``, ``repaired`` and ``left_out`` give (file, what) for
    the first of them. ``licences`` are IRIs or texts, with where they were found: ``in the data``, ``beside the data``
    or ``given``. ``exact`` names the file with the literals that the store writes in another way, if there are any.
    """

    slug: str
    graph: str
    where: str
    retrieved: str
    digest: str
    lenient: bool
    reader: int
    part: Part
    files: dict[str, int]
    blank_nodes: int
    left_out_total: int
    refused: tuple[tuple[str, str], ...] = ()
    repaired: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    licences: tuple[tuple[str, str], ...] = ()
    exact: str = ""

    @property
    def is_same_as(self) -> tuple[str, str, bool, int, str]:
        """Key of a source: what has to be the same for it to be the same."""
        return self.slug, self.digest, self.lenient, self.reader, self.graph


@dataclass(frozen=True)
class Edition:
    """Edition of the sources: their version, when the data were modified (``YYYY-MM-DD``), what was checked.

    ``report`` has ``conforms`` and the number of results by severity, ``coverage`` is by part, ``questions`` the number
    of those that were asked. None: not checked.
    """

    version: str
    modified: str
    report: dict[str, bool | int] | None = None
    coverage: dict[str, CoveredText] | None = None
    questions: int | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest(Edition):
    """Manifest of a release, whose ``version`` ends in the first 12 hex digits of ``digest``.

    ``format`` numbers how the release lies on disk; 0 where an earlier version of this software wrote none.
    ``quads`` counts those of the dump, whose digest is ``quads_digest``; ``collapsed`` those that the store holds
    together with another one; ``triples`` counts those of the default graph. ``own`` is the version of our own release
    on which a merge was made, empty when none was; ``inputs`` (name, digest), ``parts``, ``conflicts`` and ``merged``
    are of merged releases only.
    """

    base: str
    digest: str
    quads: int
    files: dict[str, FileEntry]
    quads_digest: str | None = None
    collapsed: int | None = None
    triples: int | None = None  # none in format 1, which has no default graph
    format: int = 0
    own: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    conflicts: dict[str, Any] | None = None
    merged: tuple[MergedSource, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The manifest as JSON has it: what is not known, or not of this kind of release, is left out."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
        if not self.format:
            del values["format"]
        if not self.own:
            for name in ("own", "inputs", "parts", "merged"):
                del values[name]
        return values

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """The manifest that ``to_json`` made. Raises ValueError, which names the key, for what is none."""
        from pydantic import ValidationError

        try:
            manifest: Manifest = _schema().validate_json(content, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from error
        return manifest


@cache
def _schema() -> Any:
    from pydantic import TypeAdapter  # here: it takes long to import, and many commands read no manifest

    return TypeAdapter(Manifest)


@dataclass(frozen=True)
class Release:
    """A release as it lies on disk. ``path`` is real: no link is left in it."""

    path: Path
    manifest: Manifest

    @property
    def version(self) -> str:
        """Its name: the version of the sources, and the first 12 hex digits of its digest."""
        return self.manifest.version

    @property
    def base(self) -> str:
        """The base of the IRIs in it."""
        return self.manifest.base

    @property
    def digest(self) -> str:
        """Hex SHA-256 over the release's quads and further files: what ETags are made of."""
        return self.manifest.digest

    @property
    def format(self) -> int:
        """The number of its format, given or told by what lies there."""
        return self.manifest.format or _unnumbered(self.path, self.manifest.triples)

    @property
    def modified(self) -> str:
        """The dataset's own date of modification, ``YYYY-MM-DD``."""
        return self.manifest.modified

    @property
    def store(self) -> Path:
        """The folder of its store."""
        return self.path / STORE

    @cached_property
    def context(self) -> dict[str, Any]:
        """The JSON-LD context document that the release was built with."""
        document: dict[str, Any] = read_json((self.path / CONTEXT).read_text("utf-8"))
        return document


def read(folder: Path) -> Release:
    """The release in ``folder``. Raises ReleaseError when there is none, or it is of a format that is not read."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ReleaseError(f"{folder} is no release: it has no {MANIFEST}") from None
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}") from error
    try:
        manifest = known_manifest(content, folder)
    except ValueError as error:
        raise ReleaseError(f"{path} is damaged: {error}") from error
    return Release(folder.resolve(), manifest)


def known_manifest(content: bytes, place: object) -> Manifest:
    """The manifest of a release at ``place``. Raises OtherFormat, which says what to do; ValueError for none at all."""
    _require_known(place, read_json(content))  # first: another format may have another schema
    return Manifest.from_json(content)


def format_at(folder: Path) -> int:
    """The number of the format of the release in ``folder``, whatever else is in its manifest. Raises ReleaseError."""
    path = folder / MANIFEST
    try:
        value = read_json(path.read_bytes())
        return int(value.get("format", 0)) or _unnumbered(folder, value.get("triples"))
    except (OSError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ReleaseError(f"{path} cannot be read: {error}") from error


def _unnumbered(folder: Path, triples: int | None) -> int:
    """The format of a release whose manifest gives no number."""
    if triples is None:
        return 1
    return 3 if (folder / INDEX / GRAPH_TABLE).is_file() else 2


def _require_known(place: object, manifest: Any) -> None:
    """Raise OtherFormat for a release of a format that is not read, with what to do."""
    number = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(number, int) or OLDEST_FORMAT <= number <= FORMAT:
        return  # where it is neither, the schema says so
    made = f"{place} is of format {number}, and this version of initiative-lod reads {OLDEST_FORMAT} to {FORMAT}: "
    if number > FORMAT:
        raise OtherFormat(f"{made}a later version made it. Run that one, or publish a release that this one can read")
    raise OtherFormat(f"{made}build or merge anew, or run the version that made it")
