"""Output of commands: progress while they work (on stderr), tables of results (on stdout)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from initiative_lod import release
from initiative_lod.errors import ReleaseError
from initiative_lod.reading.foreign_graph import ReadFile
from initiative_lod.release import Release
from initiative_lod.terminal import printable, printable_lines

Report = Callable[[str], None]

console = Console(stderr=True, highlight=False)
MOST_TOLD = 20  # files of which it is said what was done to them
WIDE = 100_000  # columns; where nobody looks on, nothing is folded


def say(text: str) -> None:
    """Print talk on stderr. What comes from outside is printed in a form that no terminal obeys, here as below."""
    console.print(printable_lines(text), soft_wrap=True, markup=False)


def show(text: str) -> None:
    """Print a result for people on stdout."""
    typer.echo(printable_lines(text))


def tell(columns: Iterable[str | Column], rows: Iterable[Iterable[str]]) -> None:
    """Print a table of results on stdout, whole: folded to a terminal's width, one line a row elsewhere."""
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(printable, row))
    out = Console(highlight=False, markup=False)
    if not out.is_terminal:
        out = Console(highlight=False, markup=False, width=WIDE)
    out.print(table)


def tell_files(files: Iterable[ReadFile]) -> None:
    """Say on stderr which files were refused, repaired or passed over, and why; of the last two the first few."""
    seen: Counter[str] = Counter()
    for item in files:
        outcome = item.outcome
        taken = outcome.status == "taken"
        for what in [f"{item.place}: {repair}" for repair in outcome.repaired] if taken else [item.told]:
            kind = "repaired" if taken else outcome.status
            seen[kind] += 1
            if kind == "refused" or seen[kind] <= MOST_TOLD:
                say(f"{kind}: {what}")
    for kind, count in seen.items():
        if kind != "refused" and count > MOST_TOLD:
            say(f"{kind}: {count - MOST_TOLD:,} more")


def sources_of(folder: Path) -> list[str]:
    """The names of the sources that are merged in the current release; none where it cannot be read."""
    try:
        current = release.current(folder)
    except ReleaseError:
        return []
    return [source.slug for source in current.manifest.merged] if current else []


def tell_missing(before: list[str], published: Release) -> None:
    """Say on stderr which sources that were public ``before`` a switch are no more."""
    missing = sorted({*before} - {source.slug for source in published.manifest.merged})
    if missing:
        say(
            f"no longer current: what was merged from {', '.join(missing)}; 'initiative-lod release rollback' goes back"
        )


@contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A function to call with the name of each step."""
    if quiet:
        yield lambda message: None
        return
    if not console.is_terminal:
        started = time.monotonic()
        yield lambda message: say(f"{time.monotonic() - started:5.1f} s  {message}")
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True)
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda message: bar.update(task, description=printable(message))
