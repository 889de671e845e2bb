"""Spools of N-Quads lines of any size, cut into sorted runs and merged, in memory that does not grow."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

RUN = 96 << 20  # bytes that are sorted in memory at once
BLOCK = 1 << 20


def sort_spool(spool: Path, folder: Path) -> list[Path]:
    """Cut a spool of lines into sorted runs in ``folder``. The spool is left as it is."""
    runs: list[Path] = []
    with spool.open("rb") as file:
        while block := file.read(RUN):
            block += file.readline()
            lines = block.split(b"\n")
            lines.sort()  # quick where a file has its statements in order, which most have; ``merged`` gives each once
            path = folder / f"{spool.name}-{len(runs)}.run"
            path.write_bytes(b"\n".join(lines[lines.count(b"") :]) + b"\n")  # the empty ones are the first now
            runs.append(path)
    return runs


def merged(runs: Iterable[Path]) -> Iterator[bytes]:
    """The lines of sorted runs, without line ends, in order, each once."""
    with ExitStack() as stack:
        files = [stack.enter_context(run.open("rb", buffering=BLOCK)) for run in runs]
        last = b""
        for line in heapq.merge(*files) if len(files) > 1 else (files[0] if files else ()):
            if line != last:
                last = line
                yield line[:-1]
