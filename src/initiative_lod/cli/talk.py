"""Output of commands: progress while they work (on stderr), tables of results (on stdout)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

Report = Callable[[str], None]

console = Console(stderr=True, highlight=False)
WIDE = 100_000  # columns; where nobody looks on, nothing is folded


def tell(table: Table) -> None:
    """Print a table of results on stdout, whole: folded to a terminal's width, one line a row elsewhere."""
    out = Console(highlight=False, markup=False)
    if not out.is_terminal:
        out = Console(highlight=False, markup=False, width=WIDE)
    out.print(table)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A function to call with the name of each step."""
    if quiet:
        yield lambda message: None
        return
    if not console.is_terminal:
        started = time.monotonic()
        yield lambda message: console.print(f"{time.monotonic() - started:5.1f} s  {message}", soft_wrap=True)
        return
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda message: bar.update(task, description=message)
