"""Releases: immutable folders, and the one atomic switch that says which of them is current.

A release folder holds ``manifest.json``, ``dump.nq.gz`` and other dumps, ``release.nq`` (its description), the
validation report, ``context.jsonld``, ``store/``, the on-disk store that a server opens read-only, and ``index/``, what
was made from it so that it is found quickly. Everything but the files in these two folders is the same, byte for byte,
whenever the same sources are built; their digests are therefore kept apart from the manifest (with the manifest's
own), in ``store.json``. ``current`` is a link to the published release; ``history.jsonl`` is the list of switches.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import mkdtemp

from pyoxigraph import Quad, Store

from initiative_lod.errors import Overtaken, ReleaseError
from initiative_lod.formats import N_QUADS
from initiative_lod.iris import Iris
from initiative_lod.release import default_graph, hubs, in_use, integrity, lexical_forms, quad_table, unions
from initiative_lod.release.catalogue import describe
from initiative_lod.release.files import as_json, entry_at, entry_of, sync, write_file
from initiative_lod.release.history import CURRENT, current_version, lock, published, stack, switch
from initiative_lod.release.integrity import seal, verify
from initiative_lod.release.manifest import (
    DESCRIPTION,
    DESCRIPTION_EXACT,
    DUMP,
    EXACT,
    FORMAT,
    INDEX,
    MANIFEST,
    RDF_DUMPS,
    STORE,
    TABLE,
    Edition,
    Manifest,
    Release,
    read,
)
from initiative_lod.release.phase_limits import NO_LIMITS, Phases

Progress = Callable[[str], None]
#: How the workplaces of writers begin.
BUILDING, MERGING, PULLING = LEFT_BEHIND = ".building-", ".merging-", ".pulling-"
RELEASE = "release"  # the release that is made, in a workplace
#: Writes into the folder INDEX of a release what is made from it when all but that is there; or gives a context in
#: which that is done, beside what is written there in its block.
MakeIndex = Callable[[Path], object]


def versions(folder: Path) -> list[str]:
    """The versions in the release folder, sound or not, in the order of their names."""
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if not path.is_symlink() and (path / MANIFEST).is_file()]
    return sorted(name for name in names if not name.startswith(".") and name != CURRENT)


def releases(folder: Path) -> list[Release]:
    """Every release in the release folder, by version. Raises ReleaseError when a manifest is damaged."""
    return [read(folder / version) for version in versions(folder)]


def current(folder: Path) -> Release | None:
    """The published release; None when nothing has been published, and a first build may take the place.

    Raises ReleaseError, which says what to do, for a release that cannot be read, and where a build might take the
    place of what was public: ``current`` is gone or broken, or nothing says which of the merged releases was public.
    """
    version = published(folder)
    if version:
        try:
            return read(folder / version)
        except ReleaseError as error:
            raise ReleaseError(
                f"the current release cannot be read: {error}. 'initiative-lod release rollback' goes back to the one "
                "before it, 'initiative-lod release publish' makes another one current"
            ) from error
    if merged := [name for name in versions(folder) if _is_merged(folder / name)]:
        raise ReleaseError(
            f"nothing says which release of {folder} is current, and there are merged ones ({', '.join(merged)}): "
            f"'initiative-lod release publish {merged[-1]}' makes one current"
        )
    return None


def chosen(folder: Path, version: str | None = None, without: str = "run 'initiative-lod build --publish'") -> Release:
    """The release of that version, or whose version begins so; without one the published one.

    Raises ReleaseError, which says what is to be done ``without`` a published one.
    """
    found = find(folder, version) if version else current(folder)
    if found is None:
        raise ReleaseError(f"nothing has been published in {folder}: {without}")
    return found


def _is_merged(path: Path) -> bool:
    try:
        return bool(read(path).manifest.merged)
    except ReleaseError:
        return False


def full_version(folder: Path, version: str) -> str:
    """The version in the release folder that is ``version``, or begins so if only one does. Raises ReleaseError."""
    present = versions(folder)
    matches = [version] if version in present else [name for name in present if name.startswith(version)]
    if len(matches) != 1:
        what = f"{len(matches)} releases begin with" if matches else "no release is called"
        raise ReleaseError(f"{what} {version!r} in {folder}; there are: {', '.join(present) or 'none'}")
    return matches[0]


def find(folder: Path, version: str) -> Release:
    """The release of that version (or the only one that begins so). Raises ReleaseError."""
    return read(folder / full_version(folder, version))


def write(
    folder: Path,
    quads: Sequence[Quad],
    edition: Edition,
    files: dict[str, bytes],
    iris: Iris,
    progress: Progress = lambda message: None,
    make_index: MakeIndex = lambda building: None,
) -> Release:
    """Write a release of ``quads`` (in canonical order) into ``folder``; nothing is visible until it is whole.

    The version is ``<edition.version>-<12 hex digits of the release's digest>``, over the quads and ``files``,
    further files by name: whatever changes in a release changes its name. If the very same release is there already, it
    is returned as it is. Raises ReleaseError when another one is.
    """
    lines = N_QUADS.write(quads)
    quads_digest = hashlib.sha256(lines).hexdigest()
    digest = integrity.whole_digest(
        quads_digest, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    )
    version = f"{edition.version}-{digest[:12]}"
    target = folder / version
    with workplace(folder, f"{BUILDING}{version}-") as place:
        building = place / RELEASE
        building.mkdir()
        progress("writing dumps")
        content = dict(files)
        write_file(building / DUMP, gzip.compress(lines, mtime=0))
        quad_table.write([building / DUMP], building / TABLE, place)
        if rewritten := lexical_forms.record(lines.split(b"\n")):
            content[EXACT] = b"".join(rewritten)
        content |= more_dumps(quads, iris)
        listed = {name: entry_at(building / name) for name in (DUMP, TABLE)}
        listed |= {name: entry_of(data) for name, data in content.items()}
        store = default_graph.in_memory(quads)
        described = describe(iris, store, version, listed)
        store.extend(default_graph.beside(described))
        for name, data in description_files(described).items():
            content[name] = data
            listed[name] = entry_of(data)
        for name, data in content.items():
            write_file(building / name, data)
        manifest = Manifest(
            **{**vars(edition), "version": version},
            format=FORMAT,
            base=iris.base,
            digest=digest,
            quads=len(quads),
            quads_digest=quads_digest,
            files=listed,
            collapsed=lexical_forms.collapsed(rewritten) if rewritten else None,
            triples=default_graph.size(store),
        )
        write_file(building / MANIFEST, as_json(manifest.to_json()))
        if (target / MANIFEST).is_file():
            there = read(target)
            if there.digest == digest and _written_otherwise(there.manifest, manifest):
                progress(f"release {version} is there already, as another version wrote it, and stays as it is")
            elif not _same(building, target):
                raise ReleaseError(f"{target} is already there and differs: a release is never written over")
            return there
        progress("loading the store")
        _load(building / STORE, store)
        del store
        finish(building, manifest, make_index)
        settle(building, target)
    return read(target)


def description_files(described: Sequence[Quad]) -> dict[str, bytes]:
    """The description of a release as files of it, by name."""
    lines = N_QUADS.write(described)
    return {DESCRIPTION: lines, DESCRIPTION_EXACT: b"".join(lexical_forms.record(lines.split(b"\n")))}


def _load(path: Path, quads: Iterable[Quad]) -> None:
    on_disk = Store(str(path))
    on_disk.bulk_extend(quads)
    on_disk.flush()


@contextmanager
def workplace(folder: Path, prefix: str) -> Iterator[Path]:
    """A new folder for one writer, beside the releases, in use for as long as the block runs and gone after it.

    What a writer leaves that is killed begins with ``prefix``, one of ``LEFT_BEHIND``, and is in use no longer: so
    ``release gc`` knows it, whatever the time and the writer's number.
    """
    with lock(folder):  # nobody looks between the folder and its lock
        place = Path(mkdtemp(prefix=prefix, dir=folder))
        lease = in_use.take(place)
    try:
        yield place
    except BaseException as error:
        traceback.clear_frames(error.__traceback__)  # a store that the error left open would go on writing files
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)
        del lease


def settle(building: Path, target: Path) -> None:
    """Give a release that is finished its name, in one step. Raises ReleaseError when another one has it by then."""
    try:
        building.rename(target)
    except OSError:
        if not (target / MANIFEST).is_file():
            raise
        if not _same(building, target):
            raise ReleaseError(f"{target} was written by someone else meanwhile, and differs: look at it") from None
    sync(target.parent)


def _written_otherwise(there: Manifest, ours: Manifest) -> bool:
    """Tell whether releases of the same content were written by other versions: of this software, or of a library that
    writes files which follow from the content.
    """
    return there.format < ours.format or any(
        there.files.get(name) != ours.files.get(name) for name in integrity.DERIVED_FILES
    )


def _same(building: Path, target: Path) -> bool:
    return (target / MANIFEST).read_bytes() == (building / MANIFEST).read_bytes()


def finish(
    building: Path,
    manifest: Manifest,
    make_index: MakeIndex,
    phases: Phases = NO_LIMITS,
    before: Path | None = None,
) -> None:
    """Give a release that lies in ``building``, its store closed, its manifest, its index and their digests.

    See ``unions.write`` and ``integrity.seal`` for ``before``.
    """
    write_file(building / MANIFEST, as_json(manifest.to_json()))
    (building / INDEX).mkdir()
    made = make_index(building)
    with made if isinstance(made, AbstractContextManager) else nullcontext():
        with phases.here("uniting its graphs"):
            unions.write(building, manifest, before)
        with phases.here("counting what points to hubs"):
            hubs.write(building, manifest)
    seal(building, before)


def more_dumps(quads: Sequence[Quad], iris: Iris) -> dict[str, bytes]:
    """The quads as dumps in all formats of RDF that are dumped but N-Quads, by file name."""
    formats = {name: format for name, format in RDF_DUMPS.items() if name != DUMP}
    return {name: gzip.compress(format.write(quads, iris.prefixes), mtime=0) for name, format in formats.items()}


def publish(folder: Path, release: Release, since: str | None = None) -> None:
    """Make ``release``, which lies in ``folder``, the current one, in one atomic switch.

    ``since`` is the version that was current when work on it began (``current_version``); None: whatever is current
    is to make way. Raises ReleaseError when the release is damaged, Overtaken when another one was published since.
    """
    if release.path.parent != folder.resolve():
        raise ReleaseError(f"{release.path} does not lie in the release folder {folder}, and is not published")
    lease = in_use.take(release.path)  # while it is looked at, nobody removes it
    faults = verify(release)
    if faults:
        raise ReleaseError(f"release {release.version} is not published, since it is damaged: " + "; ".join(faults))
    with lock(folder):
        now = current_version(folder)
        if since is None or now == since:
            switch(folder, release.version, "publish")
        elif now != release.version:  # who did the same work meanwhile has published it already
            raise Overtaken(
                f"release {release.version} was made and is not published: {now or 'nothing'} has become current since "
                f"this began with {since or 'nothing'}. Run the same again, which begins with what is current; or put "
                f"this one in its place: initiative-lod release publish {release.version}"
            )
    del lease


def rollback(folder: Path) -> Release:
    """Make the release that was published before the current one current again; returns it. Raises ReleaseError."""
    with lock(folder):
        if not current_version(folder):
            published(folder)  # which says what became of it
        before = stack(folder)
        if len(before) < 2:
            raise ReleaseError(
                f"there is nothing to roll back to in {folder}: no release was published before this one"
            )
        release = find(folder, before[-2])
        faults = verify(release)
        if faults:
            raise ReleaseError(f"release {release.version} is damaged, and nothing was switched: " + "; ".join(faults))
        switch(folder, release.version, "rollback")
        return release
