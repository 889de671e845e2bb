"""Runs a writer of a release folder again and again, each time with one step of it that fails, or is its last.

A run is a process of its own, forked from one that has imported everything and has opened no store, since the engine's
threads do not come along. Steps are the calls by which Python changes the folder: files opened for writing and written,
``fsync``, ``rename``, ``replace``, ``symlink``, ``link``, ``mkdir``.
"""

from __future__ import annotations

import errno
import io
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from initiative_lod.errors import InitiativeLodError
from patience import SECONDS

NAMES = ("fsync", "rename", "replace", "symlink", "link", "mkdir")
KILL, ENOSPC, EIO, NONE = "kill", "ENOSPC", "EIO", "none"
DONE, REFUSED, CRASHED = 0, 2, 3  # how a run ends: told nothing, told a sentence, ended in a trace
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Fault:
    """The step (from 0) at which something happens, and what. A disk that is full stays so; other errors come once."""

    kind: str = NONE
    step: int = -1


class Steps:
    """Counts the steps that change ``folder``, and lets one of them fail."""

    def __init__(self, folder: Path, fault: Fault) -> None:
        self._folder, self._fault = os.path.realpath(folder), fault
        self.names: list[str] = []
        self.synced: set[tuple[int, int]] = set()

    def install(self) -> None:
        """Put this in the place of the system's calls."""
        for name in NAMES:
            setattr(os, name, self._counted(name, getattr(os, name)))
        self._open = io.open
        io.open = self.open  # as pathlib calls it

    def step(self, name: str) -> None:
        """Tell of a step that is about to be made."""
        number, fault = len(self.names), self._fault
        self.names.append(name)
        if number == fault.step and fault.kind == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == fault.step and fault.kind == EIO:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if fault.step >= 0 and number >= fault.step and fault.kind == ENOSPC and name != "rename":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def open(self, file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        """Open a file; one of the folder that is to be written is counted, and so is each piece that is written."""
        written = set(mode) & set("wax+") and not isinstance(file, int)
        counted = written and os.path.realpath(file).startswith(self._folder)
        if counted:
            self.step("open")
        opened = self._open(file, mode, *rest, **options)
        return _Written(opened, self) if counted else opened

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(first: Any, *rest: Any, **options: Any) -> Any:
            self.step(name)
            if name == "fsync":
                status = os.fstat(first)
                self.synced.add((status.st_dev, status.st_ino))
            return call(first, *rest, **options)

        return counted


class _Written:
    """A file whose writes are counted."""

    def __init__(self, file: Any, steps: Steps) -> None:
        self._file, self._steps = file, steps

    def write(self, data: Any) -> Any:
        self._steps.step("write")
        return self._file.write(data)

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def run(work: Callable[[Steps], object], folder: Path, fault: Fault, told: Path, largest: int = 0) -> int:
    """Do the work in a process of its own, which a signal ends if it hangs; how it ended. ``told`` receives its steps,
    or what it said.

    ``largest`` is how large a file may become, for the engines' own: what does not fit is an error of the system's.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = CRASHED
    signal.alarm(int(SECONDS))
    try:
        steps = Steps(folder, fault)
        steps.install()
        if largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        try:
            work(steps)
            code, text = DONE, "\n".join(steps.names)
        except (InitiativeLodError, OSError) as error:  # as the command line has it
            code, text = REFUSED, f"{type(error).__name__}: {error}"
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        io.open = steps._open
        told.write_text(text)
    except BaseException:
        io.open = steps._open
        told.write_text(traceback.format_exc())
    finally:
        os._exit(code)


def restored(pristine: Path, folder: Path) -> None:
    """Put a folder back as it was."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(pristine, folder, symlinks=True)
    sys.stdout.flush()
