"""Proves that a release is whole: seals it with the digests of its files when it is made, and looks again later."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from initiative_lod.formats.guarded_json import read_json
from initiative_lod.release import default_graph
from initiative_lod.release.files import FileId, as_json, file_digests, file_id, sha256, sync, write_file
from initiative_lod.release.manifest import (
    DESCRIPTION,
    DESCRIPTION_EXACT,
    DUMP,
    DUMPS,
    EXACT,
    INDEX,
    MANIFEST,
    STORE,
    STORE_DIGESTS,
    Release,
)

SEALED = (STORE, INDEX)  # folders made from the quads for quick reading, by engines whose bytes are their own
#: Files that follow from the quads, so that the release's digest covers them already.
DERIVED_FILES = frozenset({DESCRIPTION, DESCRIPTION_EXACT, *DUMPS, EXACT})


def whole_digest(quads: str, files: Mapping[str, str]) -> str:
    """The digest of a release of our own: over the digest of its quads and those of its further files, by name."""
    lines = [f"{quads}  quads\n", *(f"{digest}  {name}\n" for name, digest in sorted(files.items()))]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def parts_digest(own: str, parts: Iterable[tuple[str, str]]) -> str:
    """The digest of a merged release: over the version of our own one, and what it is made of, as (name, digest) in
    its order: what its report depends on, and its parts.
    """
    lines = [f"{own}  own\n", *(f"{digest}  {file}\n" for file, digest in parts)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def seal(building: Path, before: Path | None = None) -> None:
    """Write down the digests of the manifest and of the files in SEALED, and bring it all to the disk.

    What is another name of a file of the release ``before`` has the digest that was written down there, and is not read
    again: were it damaged meanwhile, a new digest would call it sound.
    """
    known = _sealed_files(before) if before is not None else {}
    digests = {MANIFEST: sha256(building / MANIFEST), **{name: file_digests(building / name, known) for name in SEALED}}
    write_file(building / STORE_DIGESTS, as_json(digests))
    for path in building.rglob("*"):
        sync(path)
    sync(building)


def replace_in_index(release: Release, file: Path) -> None:
    """Put ``file``, of the same file system, into the index in place of the one of its name, with its digest.

    Whoever reads the other one reads on. Cut off in between, the new file is there and told as damaged until it is put
    there again. Raises OSError, ValueError.
    """
    sealed, manifest = read_seal(release.path)
    sealed[INDEX][file.name] = sha256(file)
    listed = file.with_name(STORE_DIGESTS)
    write_file(listed, as_json({MANIFEST: manifest, **sealed}))
    sync(file)
    for source, target in ((file, release.path / INDEX / file.name), (listed, release.path / STORE_DIGESTS)):
        source.replace(target)
        sync(target.parent)


def read_seal(path: Path) -> tuple[dict[str, dict[str, str]], str]:
    """The digests of the files of each folder in SEALED of the release at ``path``, and that of its manifest.

    Raises OSError, or ValueError for a list that is none.
    """
    return digests_in((path / STORE_DIGESTS).read_bytes())


def digests_in(content: bytes) -> tuple[dict[str, dict[str, str]], str]:
    """The same of the content of such a list. Raises ValueError, with what is wrong in words."""
    value = read_json(content)
    if not isinstance(value, dict):
        raise ValueError(f"it is no list of digests: an object of JSON with {', '.join((*SEALED, MANIFEST))}")
    if not isinstance(value.get(MANIFEST), str):
        raise ValueError(f"it lists no digest of {MANIFEST}")
    for name in SEALED:
        files = value.get(name)
        if not isinstance(files, dict) or not all(isinstance(sha, str) for sha in files.values()):
            raise ValueError(f"it lists no digests of the files in {name}/")
    return {name: value[name] for name in SEALED}, value[MANIFEST]


def _sealed_files(path: Path) -> dict[FileId, str]:
    """The digests of the files in SEALED of the release at ``path``; of none where these are not listed."""
    found: dict[FileId, str] = {}
    with suppress(OSError, ValueError):
        for folder, digests in read_seal(path)[0].items():
            for name, digest in digests.items():
                with suppress(OSError):
                    found[file_id(path / folder / name)] = digest
    return found


def folder_faults(path: Path, expected: Mapping[str, str], known: dict[FileId, str] | None = None) -> list[str]:
    """Faults of a folder whose files must have the ``expected`` digests: a sentence for each. Raises OSError.

    A file of which another name has been read, by ``known``, is not read again.
    """
    found, folder = file_digests(path, known), path.name
    faults = [f"{folder}/{name} is missing" for name in sorted(expected.keys() - found.keys())]
    added = sorted(found.keys() - expected.keys())
    faults += [f"{folder}/{name} was not there when the release was made" for name in added]
    damaged = [name for name in sorted(expected.keys() & found.keys()) if found[name] != expected[name]]
    return faults + [f"{folder}/{name} is damaged" for name in damaged]


def verify(release: Release) -> list[str]:
    """Faults of a release: a sentence for each file that is missing, damaged or not listed. None when
    sound.
    """
    faults = []
    for name, entry in release.manifest.files.items():
        path = release.path / name
        try:
            if not path.is_file():
                faults.append(f"{name} is missing")
            elif sha256(path) != entry.sha256:
                faults.append(f"{name} is not what the manifest says: its SHA-256 differs")
        except OSError as error:  # of a name that no file can have, too
            faults.append(f"{name[:80]} cannot be read: {error.strerror}")
    listed = {*release.manifest.files, MANIFEST, STORE_DIGESTS}
    faults += [f"{name} is not in the manifest" for name in sorted(_names(release.path)) if name not in listed]
    if release.path.name != release.version or not release.version.endswith(release.digest[:12]):
        faults.append(f"the folder is called {release.path.name}, and its manifest is of {release.version}")
    try:
        sealed, manifest = read_seal(release.path)
    except (OSError, ValueError) as error:
        return [*faults, f"{STORE_DIGESTS} cannot be read: {error}"]
    if sha256(release.path / MANIFEST) != manifest:
        faults.append(f"{MANIFEST} is not what it was when the release was made")
    known: dict[FileId, str] = {}  # most of the store has a second name in the index
    for folder, expected in sealed.items():
        faults += folder_faults(release.path / folder, expected, known)
    if not faults:
        faults += _content_faults(release)
    return faults


def _content_faults(release: Release) -> list[str]:
    """Faults of the quads: they are not those that the digest is of, or the store holds others."""
    faults = []
    manifest = release.manifest
    digests = {part.file: _content_digest(release.path / part.file) for part in manifest.parts}
    faults += [f"{part.file} does not hold its quads" for part in manifest.parts if digests[part.file] != part.digest]
    if manifest.parts:
        digest = parts_digest(manifest.own, [*manifest.inputs, *digests.items()])
    else:
        others = {name: entry.sha256 for name, entry in manifest.files.items() if name not in DERIVED_FILES}
        digest = whole_digest(_content_digest(release.path / DUMP), others)
    if digest != release.digest:
        faults.append(f"{DUMP} does not hold the quads that the manifest's digest is of")
    described = sum(1 for _ in parse(path=str(release.path / DESCRIPTION), format=RdfFormat.N_QUADS))
    expected = manifest.quads - (manifest.collapsed or 0) + described
    store = Store.read_only(str(release.store))
    triples = default_graph.size(store)
    count = len(store) - triples
    if count != expected:
        faults.append(f"the store holds {count} quads, and the dump {expected}")
    if triples != (manifest.triples or 0):
        faults.append(f"the store's default graph holds {triples} triples, and the manifest says {manifest.triples}")
    return faults


def _content_digest(path: Path) -> str:
    """The SHA-256 of what a gzipped file holds."""
    digest = hashlib.sha256()
    with gzip.open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _names(folder: Path) -> Iterator[str]:
    """The files of a release, but for those in SEALED."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name.partition("/")[0] not in SEALED:
            yield name
