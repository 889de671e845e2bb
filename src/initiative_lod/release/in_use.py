"""Says on this machine that a release is being read, so that nobody removes it meanwhile: a shared lock on its folder.

The lock is the kernel's (``flock``) and ends with the process, however that ends: nothing is left to be cleaned up, and
nothing is written into the release.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from initiative_lod.errors import ReleaseError


class Lease:
    """A folder that is being read, until this is dropped."""

    __slots__ = ("_handle",)

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __del__(self) -> None:
        os.close(self._handle)


def take(folder: Path) -> Lease:
    """Keep ``folder``, a release, from being removed. Raises ReleaseError when it is gone, or being removed."""
    gone = f"release {folder.name} has been removed"
    try:
        lease = Lease(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ReleaseError(gone) from error
    except OSError as error:
        raise ReleaseError(f"release {folder.name} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(lease._handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ReleaseError(gone) from error
    except OSError:
        return lease  # a file system without such locks, where ``alone`` says no
    try:
        same = os.path.samestat(folder.stat(), os.fstat(lease._handle))
    except OSError as error:
        raise ReleaseError(gone) from error
    if not same:
        raise ReleaseError(gone)
    return lease


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Give whether nobody on this machine reads ``folder``, or begins to while the block runs.

    Where that cannot be known, because the file system has no such locks, the answer is no.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
