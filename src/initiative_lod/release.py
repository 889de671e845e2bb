"""Releases: immutable folders, and the one atomic switch that says which of them is current.

A release folder holds ``manifest.json``, ``dump.nq.gz``, ``dump.trig.gz``, ``release.nq`` (its description), the
validation report, ``context.jsonld`` and ``store/``, the on-disk store that a server opens read-only. Everything but
the store's own files is the same, byte for byte, whenever the same sources are built; those files' digests are
therefore kept apart from the manifest (with the manifest's own), in ``store.json``. ``current`` is a link to the
published release;
``history.jsonl`` is the list of switches.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, parse, serialize

from initiative_lod import exact
from initiative_lod.description import describe
from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris

MANIFEST = "manifest.json"
STORE = "store"
STORE_DIGESTS = "store.json"
DESCRIPTION = "release.nq"
DUMP = "dump.nq.gz"
TRIG_DUMP = "dump.trig.gz"
EXACT = "exact.tsv"
CURRENT = "current"
HISTORY = "history.jsonl"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Release:
    """A release as it lies on disk. ``path`` is real: no link is left in it."""

    path: Path
    manifest: dict[str, Any]

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    @property
    def base(self) -> str:
        return str(self.manifest["base"])

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the release's quads (canonical N-Quads): what ETags are made of."""
        return str(self.manifest["digest"])

    @property
    def modified(self) -> str:
        """The dataset's own date of modification, ``YYYY-MM-DD``."""
        return str(self.manifest["modified"])

    @property
    def store(self) -> Path:
        return self.path / STORE

    @cached_property
    def context(self) -> dict[str, Any]:
        """The JSON-LD context document that the release was built with."""
        document: dict[str, Any] = json.loads((self.path / "context.jsonld").read_text("utf-8"))
        return document


def read(folder: Path) -> Release:
    """The release in ``folder``. Raises ReleaseError when there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise ReleaseError(f"{folder} is no release: it has no {MANIFEST}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{folder / MANIFEST} is damaged: {error}") from error
    needed = {"version": str, "base": str, "digest": str, "modified": str, "quads": int, "files": dict}
    for key, kind in needed.items():
        if not isinstance(manifest, dict) or not isinstance(manifest.get(key), kind):
            raise ReleaseError(f"{folder / MANIFEST} is damaged: it gives no {key!r}")
    return Release(folder.resolve(), manifest)


def versions(folder: Path) -> list[str]:
    """The versions in the release folder, sound or not, in the order of their names."""
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if not path.is_symlink() and (path / MANIFEST).is_file()]
    return sorted(name for name in names if not name.startswith("."))


def releases(folder: Path) -> list[Release]:
    """Every release in the release folder, by version. Raises ReleaseError when a manifest is damaged."""
    return [read(folder / version) for version in versions(folder)]


def current(folder: Path) -> Release | None:
    """The published release; None when nothing has been published."""
    link = folder / CURRENT
    return read(link.resolve()) if link.is_symlink() else None


def current_version(folder: Path) -> str:
    """What ``current`` points to, whether it is sound or not; empty when nothing has been published."""
    link = folder / CURRENT
    return str(link.readlink()) if link.is_symlink() else ""


def full_version(folder: Path, version: str) -> str:
    """The version in the release folder that is ``version``, or begins so if only one does. Raises ReleaseError."""
    there = versions(folder)
    found = [version] if version in there else [name for name in there if name.startswith(version)]
    if len(found) != 1:
        what = f"{len(found)} releases begin with" if found else "no release is called"
        raise ReleaseError(f"{what} {version!r} in {folder}; there are: {', '.join(there) or 'none'}")
    return found[0]


def find(folder: Path, version: str) -> Release:
    """The release of that version (or the only one that begins so). Raises ReleaseError."""
    return read(folder / full_version(folder, version))


def write(
    folder: Path,
    quads: Sequence[Quad],
    manifest: dict[str, Any],
    files: dict[str, bytes],
    iris: Iris,
    progress: Progress = lambda message: None,
) -> Release:
    """Write a release of ``quads`` (in canonical order) into ``folder``; nothing is visible until it is whole.

    The version is ``<manifest["version"]>-<12 hex digits of the quads' digest>``; ``files`` are further files by name.
    If the very same release is there already, it is returned as it is. Raises ReleaseError when another one is.
    """
    lines = _serialized(quads, RdfFormat.N_QUADS)
    digest = hashlib.sha256(lines).hexdigest()
    version = f"{manifest['version']}-{digest[:12]}"
    target = folder / version
    folder.mkdir(parents=True, exist_ok=True)
    building = folder / f".building-{version}-{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        progress("writing dumps")
        content = dict(files)
        content[DUMP] = gzip.compress(lines, mtime=0)
        if rewritten := exact.record(lines.split(b"\n")):
            content[EXACT] = b"".join(rewritten)
        content[TRIG_DUMP] = gzip.compress(_serialized(quads, RdfFormat.TRIG, iris.prefixes), mtime=0)
        listed = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in sorted(content.items())}
        described = describe(iris, quads, version, listed)
        content[DESCRIPTION] = _serialized(described, RdfFormat.N_QUADS)
        listed[DESCRIPTION] = len(content[DESCRIPTION]), hashlib.sha256(content[DESCRIPTION]).hexdigest()
        for name, data in content.items():
            _write(building / name, data)
        complete = {
            **manifest,
            "version": version,
            "base": iris.base,
            "digest": digest,
            "quads": len(quads),
            "files": {name: {"bytes": size, "sha256": sha256} for name, (size, sha256) in listed.items()},
        }
        if rewritten:
            complete["collapsed"] = exact.collapsed(rewritten)
        _write(building / MANIFEST, _json(complete))
        if (target / MANIFEST).is_file():
            if (target / MANIFEST).read_bytes() != (building / MANIFEST).read_bytes():
                raise ReleaseError(f"{target} is already there and differs: a release is never written over")
            return read(target)
        progress("loading the store")
        _load(building / STORE, [*quads, *described])
        _seal(building)
        try:
            building.rename(target)
        except OSError:
            # Someone else may just have written the same one; anything else that is in the way is an error.
            if (
                not (target / MANIFEST).is_file()
                or (target / MANIFEST).read_bytes() != (building / MANIFEST).read_bytes()
            ):
                raise
        _sync(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return read(target)


def finish(building: Path, manifest: dict[str, Any]) -> None:
    """Give a release that lies whole in ``building``, its store closed, its manifest and the digests of its store."""
    _write(building / MANIFEST, _json(manifest))
    _seal(building)


def _seal(building: Path) -> None:
    _write(building / STORE_DIGESTS, _json({MANIFEST: _sha256(building / MANIFEST), STORE: _digests(building / STORE)}))
    _sync(building)


def _serialized(quads: Sequence[Quad], format: RdfFormat, prefixes: dict[str, str] | None = None) -> bytes:
    content = serialize(quads, format=format, prefixes=prefixes)
    assert content is not None  # it is None only when there is a file to write to
    return content


def _load(path: Path, quads: Sequence[Quad]) -> None:
    store = Store(str(path))
    store.bulk_extend(quads)
    store.flush()


def verify(release: Release) -> list[str]:
    """What is wrong with a release: a sentence for each file that is missing, damaged or not listed. Empty when
    sound.
    """
    faults = []
    for name, entry in release.manifest["files"].items():
        path = release.path / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif _sha256(path) != entry["sha256"]:
            faults.append(f"{name} is not what the manifest says: its SHA-256 differs")
    listed = {*release.manifest["files"], MANIFEST, STORE_DIGESTS, STORE}
    faults += [f"{name} is not in the manifest" for name in sorted(_names(release.path)) if name not in listed]
    if release.path.name != release.version or not release.version.endswith(release.digest[:12]):
        faults.append(f"the folder is called {release.path.name}, and its manifest is of {release.version}")
    try:
        digests = json.loads((release.path / STORE_DIGESTS).read_text("utf-8"))
        expected, manifest = dict(digests[STORE]), digests[MANIFEST]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [*faults, f"{STORE_DIGESTS} cannot be read: {error}"]
    if _sha256(release.path / MANIFEST) != manifest:
        faults.append(f"{MANIFEST} is not what it was when the release was made")
    found = _digests(release.store)
    faults += [f"{STORE}/{name} is missing" for name in sorted(expected.keys() - found.keys())]
    faults += [
        f"{STORE}/{name} was not there when the release was made" for name in sorted(found.keys() - expected.keys())
    ]
    faults += [
        f"{STORE}/{name} is damaged" for name in sorted(expected) if found.get(name, expected[name]) != expected[name]
    ]
    if not faults:
        faults += _content_faults(release)
    return faults


def _content_faults(release: Release) -> list[str]:
    """Whether the quads are those that the digest is of, and the store holds as many."""
    faults = []
    parts = release.manifest.get("parts", ())
    digests = {part["file"]: _content_digest(release.path / part["file"]) for part in parts}
    faults += [f"{part['file']} does not hold its quads" for part in parts if digests[part["file"]] != part["digest"]]
    lines = "".join(f"{digests[part['file']]}  {part['file']}\n" for part in parts).encode()
    digest = hashlib.sha256(lines).hexdigest() if parts else _content_digest(release.path / DUMP)
    if digest != release.digest:
        faults.append(f"{DUMP} does not hold the quads that the manifest's digest is of")
    described = sum(1 for _ in parse(path=str(release.path / DESCRIPTION), format=RdfFormat.N_QUADS))
    expected = release.manifest["quads"] - release.manifest.get("collapsed", 0) + described
    count = len(Store.read_only(str(release.store)))
    if count != expected:
        faults.append(f"the store holds {count} quads, and the dump {expected}")
    return faults


def _content_digest(path: Path) -> str:
    """The SHA-256 of what a gzipped file holds."""
    digest = hashlib.sha256()
    with gzip.open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _names(folder: Path) -> Iterator[str]:
    """The files of a release, and its store."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name == STORE or (not path.is_dir() and not name.startswith(f"{STORE}/")):
            yield name


def publish(folder: Path, release: Release) -> None:
    """Make ``release``, which lies in ``folder``, the current one, in one atomic switch.

    Raises ReleaseError when it is damaged.
    """
    if release.path.parent != folder.resolve():
        raise ReleaseError(f"{release.path} does not lie in the release folder {folder}, and is not published")
    faults = verify(release)
    if faults:
        raise ReleaseError(f"release {release.version} is not published, since it is damaged: " + "; ".join(faults))
    with _lock(folder):
        _switch(folder, release, "publish")


def rollback(folder: Path) -> Release:
    """Make the release that was published before the current one current again; returns it. Raises ReleaseError."""
    with _lock(folder):
        stack = _stack(folder)
        if len(stack) < 2:
            raise ReleaseError(
                f"there is nothing to roll back to in {folder}: no release was published before this one"
            )
        release = find(folder, stack[-2])
        faults = verify(release)
        if faults:
            raise ReleaseError(f"release {release.version} is damaged, and nothing was switched: " + "; ".join(faults))
        _switch(folder, release, "rollback")
        return release


def history(folder: Path) -> list[dict[str, str]]:
    """Every switch that was begun, oldest first: ``time``, ``action`` (publish or rollback), ``from``, ``version``.

    A switch is written down before it is made. One that was cut off in between never happened: the next entry's
    ``from`` (the version that was current then), or what is current now, tells. A line that was cut off is left out.
    """
    path = folder / HISTORY
    if not path.is_file():
        return []
    found = []
    for line in path.read_text("utf-8").splitlines():
        with suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


def _stack(folder: Path) -> list[str]:
    """The versions published and not rolled back, oldest first; the last one is current."""
    before: list[str] = []
    stack: list[str] = []
    for entry in [*history(folder), {"action": "", "from": current_version(folder)}]:
        now = [entry["from"]] if entry["from"] else []
        if stack[-1:] != now:
            stack = before if before[-1:] == now else [*stack, *now]
        before = stack
        if entry["action"] == "publish" and stack[-1:] != [entry["version"]]:
            stack = [*stack, entry["version"]]
        elif entry["action"] == "rollback":
            stack = stack[:-1]
    return stack


def _switch(folder: Path, release: Release, action: str) -> None:
    entry = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "from": current_version(folder),
        "version": release.version,
    }
    with (folder / HISTORY).open("a", encoding="utf-8") as file:
        # The line end comes first: what was cut off before stays on a line of its own.
        file.write("\n" + json.dumps(entry))
        file.flush()
        os.fsync(file.fileno())
    link = folder / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(release.path.name)
    link.replace(folder / CURRENT)
    _sync(folder)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of the store's data files; LOG and LOCK are touched by every reader."""
    return {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(("LOG", "LOCK"))
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
