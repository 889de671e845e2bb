"""Pull of a release from where it is published, a running server or a plain web host, by its manifest.

Every file is checked by its digest as it arrives, and the whole as ``release verify`` does, before the folder gets its
name. What was cut off lies in a workplace of that release's own, and is gone on with; what was false leaves nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from initiative_lod.errors import OriginError, ReleaseError
from initiative_lod.release import in_use, object_storage
from initiative_lod.release.files import sha256, sync
from initiative_lod.release.folder import PULLING, settle
from initiative_lod.release.history import lock
from initiative_lod.release.integrity import verify
from initiative_lod.release.inventory import Inventory
from initiative_lod.release.manifest import MANIFEST, STORE_DIGESTS, Release, read
from initiative_lod.release.origin import Mismatch, Offered, Origin, PullLimits, address_of, allowed

Progress = Callable[[str], None]
PROGRESS_SECONDS = 2.0


def pull(folder: Path, url: str, limits: PullLimits, progress: Progress = lambda message: None) -> Release:
    """Take the release that the origin at ``url`` offers into the release folder; it is not published by that.

    One that is there already is returned as it is. Raises OriginError, which says what the origin did.
    """
    stored = object_storage.is_stored(url)
    with object_storage.StoredOrigin(url, limits) if stored else Origin(address_of(url), limits) as origin:
        for turn in range(3):
            offered = origin.offered()
            try:
                return _pulled(folder, origin, offered, progress)
            except Mismatch as error:
                if turn == 2 or origin.offered() == offered:
                    raise OriginError(
                        f"{origin.url} gives something else than it says: {error}; nothing was kept"
                    ) from None
                progress("what is offered there has changed, and is taken anew")
    raise AssertionError


def _pulled(folder: Path, origin: Origin, offered: Offered, progress: Progress) -> Release:
    target = folder / offered.version
    if (target / MANIFEST).is_file():
        there = read(target)
        if there.digest != offered.manifest.digest:
            raise OriginError(f"{target} is there already and is another release than that of {origin.url}")
        return there
    try:
        inventory = Inventory.of(offered.manifest, offered.digests)
    except ReleaseError as error:
        raise OriginError(f"what {origin.url} offers is no release that can be taken: {error}") from error
    if inventory.manifest != hashlib.sha256(offered.content).hexdigest():
        raise Mismatch(f"{STORE_DIGESTS} is of another {MANIFEST}")
    most = origin.limits.size
    if (known := sum(inventory.sizes.values())) > most:
        raise OriginError(f"release {offered.version} has {known:,} bytes and more; {allowed(most)}")
    with _workplace(folder, offered.version) as place:
        building = place / offered.version
        _clear(building, inventory)
        progress(f"taking release {offered.version} from {origin.url}: {len(inventory.files)} files")
        taken, due = len(offered.content) + len(offered.digests), time.monotonic() + PROGRESS_SECONDS
        present = _present(folder)
        for number, (name, sha) in enumerate(inventory.files.items(), 1):
            if time.monotonic() >= due:
                progress(f"{name} ({number} of {len(inventory.files)}, {taken / 1_000_000:,.1f} MB)")
                due = time.monotonic() + PROGRESS_SECONDS
            path = building / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file() and path.stat().st_nlink > 1:
                path.unlink()  # what an earlier attempt linked: to go on there would be to write into that release
            size, other = inventory.sizes.get(name), present.get(sha)
            if other is not None and not path.exists() and _is(other, sha, size):
                path.hardlink_to(other)  # of a release nothing is ever written over
            else:
                origin.take(offered.base + name, path, sha, size, most - taken)
            taken += path.stat().st_size
        for name, content in ((MANIFEST, offered.content), (STORE_DIGESTS, offered.digests)):
            (building / name).write_bytes(content)
        progress(f"looking whether release {offered.version} is whole")
        try:
            faults = verify(read(building))
        except (ReleaseError, OSError, ValueError, SyntaxError, RuntimeError) as error:  # the engine's, of its files
            faults = [str(error)]
        if faults:
            raise Mismatch("; ".join(faults[:5]))
        for path in (*building.rglob("*"), building):
            sync(path)
        settle(building, target)
    return read(target)


def _is(path: Path, sha: str, size: int | None) -> bool:
    """Tell whether a file has that digest and, where it is known, that size."""
    return size in (None, path.stat().st_size) and sha256(path) == sha


def _present(folder: Path) -> dict[str, Path]:
    """The files of the releases that are here already, by the SHA-256 that they are listed with."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        try:
            manifest = read(path).manifest
            inventory = Inventory.of(manifest, (path / STORE_DIGESTS).read_bytes())
        except (ReleaseError, OSError):
            continue  # what is wrong with it is another matter
        found |= {sha: path / name for name, sha in inventory.files.items() if (path / name).is_file()}
    return found


@contextmanager
def _workplace(folder: Path, version: str) -> Iterator[Path]:
    """The folder in which this release is put together, alone: what a connection that was lost left in it stays."""
    place = folder / f"{PULLING}{version}"
    with ExitStack() as stack:
        with lock(folder):  # nobody looks between the folder and its lock
            place.mkdir(exist_ok=True)
            alone = stack.enter_context(in_use.alone(place))
        if not alone:
            raise OriginError(
                f"another process is taking release {version} into {folder}, or this file system has no locks", True
            )
        keep = False
        try:
            yield place
        except (OriginError, KeyboardInterrupt) as error:
            keep = not isinstance(error, OriginError) or error.again
            raise
        finally:
            if not keep:
                shutil.rmtree(place, ignore_errors=True)


def _clear(building: Path, inventory: Inventory) -> None:
    """Remove what an earlier attempt left that is no part of the release."""
    for path in sorted(building.rglob("*"), reverse=True):
        if not path.is_dir() and path.relative_to(building).as_posix() not in inventory.files:
            path.unlink()
    building.mkdir(exist_ok=True)
