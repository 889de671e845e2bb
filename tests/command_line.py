"""Runs a command in this process, which saves the second that a new one takes to read its modules."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from initiative_lod.cli import main


@dataclass(frozen=True)
class Done:
    """Exit status of a command, and what it has written."""

    returncode: int
    stdout: str
    stderr: str


@contextmanager
def _as_a_process(arguments: tuple[str, ...], environment: dict[str, str]) -> Iterator[None]:
    line, known = sys.argv, dict(os.environ)
    sys.argv = ["initiative-lod", *arguments]
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.argv = line
        os.environ.clear()
        os.environ.update(known)


def command(folder: Path, *arguments: str, **environment: str) -> Done:
    """What ``initiative-lod`` does in ``folder``. An error that would be a trace is raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    status = 0
    with chdir(folder), _as_a_process(arguments, environment), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Done(status, *(stream.buffer.getvalue().decode() for stream in (out, err)))
