"""Records of builds: what each release was made from, so that what did not change is not built once more.

A build reads the files of ``data/``, ``shapes/`` and ``ontology/``, the settings, and this software; it asks no clock
and no network. So the same of all these gives the same release, and a release that lies there is it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from uuid import uuid4

from initiative_lod.errors import ReleaseError
from initiative_lod.release.files import sha256, write_file
from initiative_lod.release.history import lock
from initiative_lod.release.manifest import MANIFEST, Release, read
from initiative_lod.settings import Settings, package_folder

FILE = ".builds"  # in a release folder: a digest of inputs and a version in each line, the latest last
MOST = 100


def inputs_digest(settings: Settings) -> str:
    """Hex SHA-256 over all that a build depends on. Raises OSError."""
    digest = hashlib.sha256()
    folders = (settings.root / "data", settings.root / "shapes", settings.ontology)
    files = (f"{number}/{line}" for number, folder in enumerate(folders) for line in _files(folder))
    for line in (*_values(settings), *_software(), *files):
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def find(folder: Path, inputs: str) -> Release | None:
    """The release in ``folder`` that was made from these inputs, if there is one and it can be read."""
    version = _recorded(folder).get(inputs, "")
    if not version or not (folder / version / MANIFEST).is_file():
        return None
    try:
        return read(folder / version)
    except ReleaseError:
        return None  # which is told where it is used; here it is built again


def record(folder: Path, inputs: str, version: str) -> None:
    """Write down what a release was made from. Raises OSError."""
    with lock(folder):
        lines = [*(_recorded(folder) | {inputs: version}).items()][-MOST:]
        new = folder / f"{FILE}.new"
        write_file(new, "".join(f"{digest} {made}\n" for digest, made in lines).encode())
        new.replace(folder / FILE)


def _recorded(folder: Path) -> dict[str, str]:
    """Version by digest of inputs; a line that is none is passed over."""
    try:
        lines = (folder / FILE).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = (line.split(" ") for line in lines)
    return {words[0]: words[1] for words in found if len(words) == 2 and Path(words[1]).name == words[1]}


def _values(settings: Settings) -> Iterator[str]:
    """The settings but for folders, whose files count and not their names."""
    for item in fields(settings):
        value = getattr(settings, item.name)
        if not isinstance(value, Path):
            yield f"{item.name}={value!r}"


def _software() -> Iterator[str]:
    """Files of this package, and versions of Python and of all that is installed beside it."""
    yield sys.version
    # By the names of their folders, which have name and version: to read all of their metadata takes a second.
    yield from sorted({path.name for entry in sys.path for path in Path(entry or ".").glob("*-info")})
    yield from _files(package_folder(""))


def _files(folder: Path) -> Iterator[str]:
    """Path and digest of each file in a folder, byte code aside; of a linked folder what is the same never again."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and path.is_dir():
            yield f"{path} {uuid4()}"
        elif path.is_file() and "__pycache__" not in path.parts:
            yield f"{path.relative_to(folder).as_posix()} {sha256(path)}"
