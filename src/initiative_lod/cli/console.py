"""Output of commands: progress while they work (on stderr), tables of results (on stdout)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from initiative_lod import release
from initiative_lod.cli.course import Course
from initiative_lod.errors import ReleaseError
from initiative_lod.reading.foreign_graph import ReadFile
from initiative_lod.release import Release
from initiative_lod.terminal import printable, printable_lines

Report = Callable[[str], None]

console = Console(stderr=True, highlight=False)
MOST_TOLD = 20  # files of which it is said what was done to them
WIDE = 100_000  # columns; where nobody looks on, nothing is folded
WITH_BAR = 100  # columns of a terminal that has room for a bar beside the words
BAR = 20
MEGABYTE = 1_000_000


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
    with StatusLine() as watch:
        yield watch.step


class StatusLine:
    """Shows on stderr how far a command is: one moving line on a terminal, a line for each step elsewhere.

    Where its ``course`` is known, the moving line counts its phases, and the bytes that are read, and says how long it
    takes still.
    """

    def __init__(self) -> None:
        self.course: Course | None = None
        self._message = "starting"
        self._started = time.monotonic()
        self._spinner = Spinner("dots")
        self._live = Live(self, console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> StatusLine:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._live is not None:
            self._live.stop()

    def step(self, message: str) -> None:
        """Say what is being done."""
        self._message = printable(message)
        if self.course is not None:
            self.course.step(message)
        if self._live is None:
            say(f"{time.monotonic() - self._started:5.1f} s  {message}")

    def __rich__(self) -> RenderableType:
        clock = duration(time.monotonic() - self._started)
        cells: list[tuple[int, RenderableType]] = [(1, self._spinner), (len(clock), clock)]
        if self.course is not None and console.width >= WITH_BAR:
            share = self.course.share()
            cells.append((BAR, ProgressBar(1.0, share or 0.0, BAR, pulse=share is None)))
        rest = console.width - sum(width + 1 for width, _ in cells)
        columns = [Column(width=width) for width, _ in cells]
        line = Table.grid(*columns, Column(width=max(rest, 1), no_wrap=True, overflow="ellipsis"), padding=(0, 1))
        line.add_row(*(cell for _, cell in cells), Text(told(self.course, self._message)))
        return line


def told(course: Course | None, message: str) -> str:
    """Line that says what is being done, after its place in the course."""
    if course is None:
        return message
    left = course.left()
    where = f"{course.number} of {course.phases}" + (f", about {duration(left)} left" if left is not None else "")
    if course.is_reading and course.read:
        total = course.total
        read = f"{course.read / MEGABYTE:,.1f}" + (f" of {total / MEGABYTE:,.1f}" if total is not None else "")
        first, _, rest = message.partition(" ")
        message = f"{first} {read} MB, {course.rate / MEGABYTE:,.1f} MB/s: {rest}"
    return f"{where} · {message}"


def duration(seconds: float) -> str:
    """A time as a clock has it: minutes and seconds, and hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
