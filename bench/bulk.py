"""Processor time and memory of a merge by the store's own queries beside DuckDB (or Spark), phase by phase.

    python bench/bulk.py FILE [--engines store duckdb] [--checks] [--onto RELEASES] [--render]

Each engine merges the same file into the same small release, in a process and a folder of its own, one after the
other; with ``--onto`` into the release that is published in a folder, where what is made is published then.
``--checks`` leaves out the indexes, and ``--render`` renders documents, as the command does. At the end it is told what
takes the place on the disk. Other people's work on the machine inflates processor time by a half at most.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pyoxigraph import Literal, Quad

from initiative_lod import pipeline, release
from initiative_lod.build.graph import canonical
from initiative_lod.bulk.sql_engine import DUCKDB, STORE
from initiative_lod.iris import Iris
from initiative_lod.matching import entity_file
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.release import Edition, Release
from initiative_lod.search import index
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDFS

PROJECT = Path(__file__).resolve().parents[1]  # its questions are asked, and none has the answer expected
MEGABYTE = 1024  # of what getrusage gives


def spent() -> float:
    """Seconds of processor of this process, those that it has waited for, and those that still run: readers are forked
    by one that does.
    """
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both) + running(os.getpid())


def running(process: int) -> float:
    """Seconds of processor of what a process has started and not waited for, and of what that has; on Linux."""
    total = 0.0
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # it may end while we look
            for child in map(int, listed.read_text().split()):
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + running(child)
    return total


def peak() -> int:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE


class Phases:
    """Phases of a merge: what each took is printed when the next begins, with the peak of memory up to then."""

    def __init__(self) -> None:
        self._name = "starting"
        self._begun = spent()

    def step(self, name: str) -> None:
        """Begin another phase."""
        now = spent()
        if now - self._begun >= 0.05:
            print(f"{self._name:55} {now - self._begun:8.1f} s {peak():7,} MB", flush=True)
        self._name, self._begun = name, now


def told(name: str, make: Callable[..., object]) -> Callable[..., object]:
    """What makes an index, which says how much processor time that took: both are made at the same time."""

    def made(*given: object) -> object:
        begun = time.process_time()
        found = make(*given)
        print(f"  of the next: {name:40} {time.process_time() - begun:8.1f} s {peak():7,} MB", flush=True)
        return found

    return made


@contextmanager
def beginning(file: Path, onto: Path | None, render: bool) -> Iterator[tuple[Settings, Release]]:
    """Settings, and the release that is merged into: the published one of a folder, or a tiny one."""
    if onto is not None:
        settings = Settings(root=PROJECT, releases=onto, **({} if render else {"rendered_documents": 0}))
        start = release.current(settings.release_folder)
        assert start is not None, f"nothing is published in {onto}"
        yield settings, start
        return
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        settings = Settings(root=PROJECT, releases=Path(folder), rendered_documents=0)
        iris = Iris()
        quads = canonical([Quad(iris.thing("id/x"), RDFS.label, Literal("x"), iris.graph("some"))])
        context = {"context.jsonld": b"{}\n"}
        yield settings, release.write(settings.release_folder, quads, Edition("1", "2031-03-05"), context, iris)


def run(file: Path, engine: str, checks_alone: bool, onto: Path | None, render: bool) -> None:
    """Merge the file, and print what each phase took."""
    with beginning(file, onto, render) as (settings, start):
        begun, phases = spent(), Phases()
        request = MergeRequest(named=(str(file),), engine=engine)  # it came now: after what is there
        if checks_alone:
            pipeline.index_maker = lambda *given: lambda building: None  # type: ignore[assignment, misc]
        index.build_of = told("search", index.build_of)  # type: ignore[assignment]
        entity_file.build = told("names", entity_file.build)  # type: ignore[assignment]
        merged = pipeline.make_merged_release(settings, start, request, phases.step)
        phases.step("")
        assert merged.release is not None
        manifest = merged.release.manifest
        print(f"{engine}: {manifest.quads:,} quads, {spent() - begun:.1f} s of processor, at most {peak():,} MB")
        for name in ("dump.nq.gz", "dump.parquet", "conflicts.json"):
            print(f"  {name}: {manifest.files[name].bytes:,} bytes, {manifest.files[name].sha256[:12]}")
        tell_places(merged.release.path, manifest.quads)
        if onto is not None:
            release.publish(settings.release_folder, merged.release)


def tell_places(folder: Path, quads: int) -> None:
    """Print the bytes a quad that each folder of a release, and each table of its indexes, has on the disk.

    A file of several names is counted once.
    """
    sizes: Counter[str] = Counter()
    counted: set[int] = set()
    for path in sorted(folder.rglob("*"), reverse=True):  # the store before the index, which has its files as well
        status = path.stat()
        if path.is_file() and status.st_ino not in counted:
            counted.add(status.st_ino)
            inside = path.relative_to(folder)
            sizes["/".join(inside.parts[: 2 if inside.parts[0] == "index" else 1])] += status.st_size
    print(f"  all of it: {sum(sizes.values()) / quads:.0f} bytes a quad")
    for name, size in sizes.most_common(12):
        print(f"    {name}: {size / quads:.1f}")
        if name.endswith(".sqlite"):
            for table, bytes in tables(folder / name):
                print(f"      {table}: {bytes / quads:.1f}")


def tables(path: Path) -> list[tuple[str, int]]:
    """The tables and indexes of an SQLite file with their bytes, the largest first; none where SQLite does not tell."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as opened:
        try:
            return list(opened.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 8"))
        except sqlite3.OperationalError:
            return []


def main() -> None:
    """Run each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--engines", nargs="+", default=[STORE, DUCKDB])
    parser.add_argument("--checks", action="store_true", help="leave out what is indexed after the checks")
    parser.add_argument("--onto", type=Path, help="a folder with a published release; what is made is published there")
    parser.add_argument("--render", action="store_true", help="render documents, with --onto")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        run(asked.file, asked.one, asked.checks, asked.onto, asked.render)
        return
    for engine in asked.engines:
        more = ["--checks"] * asked.checks + ["--render"] * asked.render
        more += ["--onto", str(asked.onto)] if asked.onto else []
        print(f"== {engine}", flush=True)
        subprocess.run([sys.executable, __file__, str(asked.file), "--one", engine, *more], check=True)


if __name__ == "__main__":
    main()
