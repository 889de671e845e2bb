"""The manifest of a release, with its schema, and the release that it describes as it lies on disk."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from initiative_lod.errors import ReleaseError
from initiative_lod.formats import N_QUADS, RDF_TYPES
from initiative_lod.release.files import FileEntry

MANIFEST = "manifest.json"
STORE = "store"
INDEX = "index"
STORE_DIGESTS = "store.json"
DESCRIPTION = "release.nq"
#: The dataset as files, by name, in the formats that are dumped.
DUMPS = {f"dump.{item.suffix}.gz": item for item in RDF_TYPES if item.dumped}
DUMP = f"dump.{N_QUADS.suffix}.gz"  # the one that the others are made from
EXACT = "exact.tsv"
CONTEXT = "context.jsonld"


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
    triples: int | None = None  # of every release: only earlier versions of this software had none
    own: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    conflicts: dict[str, Any] | None = None
    merged: tuple[MergedSource, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The manifest as JSON has it: what is not known, or not of this kind of release, is left out."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
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
        document: dict[str, Any] = json.loads((self.path / CONTEXT).read_text("utf-8"))
        return document


def read(folder: Path) -> Release:
    """The release in ``folder``. Raises ReleaseError when there is none."""
    path = folder / MANIFEST
    try:
        manifest = Manifest.from_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise ReleaseError(f"{folder} is no release: it has no {MANIFEST}") from None
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ReleaseError(f"{path} is damaged: {error}") from error
    if manifest.triples is None:
        raise ReleaseError(
            f"{folder} was made by an earlier version of initiative-lod, and has no default graph: move it away, and "
            "build or merge anew"
        )
    return Release(folder.resolve(), manifest)
