"""Time of a merge beside the store's own bulk loader, on the same files, in one run; and how much memory.

    python bench/merge.py SOURCE [--quick]

The loader gets what it likes best: all statements in one stream, already unpacked and already N-Triples. It is timed
a second time with the files as they are, one call each, which is how people load folders (left out with ``--quick``:
it takes minutes). The merge is timed whole: unpacking, parsing, checking, naming blank nodes, sorting, packing,
digests, loading, dump and manifest; but not the conflict report, which is a reading of its own.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyoxigraph import Literal, Quad, RdfFormat, Store, parse, serialize

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.iris import Iris
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.reading import find_files
from initiative_lod.reading.source_files import Member
from initiative_lod.reading.unpack import Budget, Caps
from initiative_lod.release import Edition
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDFS

GOAL = 3.0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--quick", action="store_true", help="leave out the loading of each file by a call of its own")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        _load(asked.source, Path(asked.load))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(root=folder)
        lines = folder / "all.nt"
        count = _unpack(asked.source, folder, lines, settings)
        loader = _timed_load(lines, folder / "one")
        print(f"{asked.source.name}: {count:,} files, {lines.stat().st_size / 1e6:.0f} MB of N-Triples")
        print(f"bulk loader, one stream of N-Triples   {_said(*loader)}")
        if not asked.quick:
            each = _timed_load(folder / "files", folder / "each")
            print(f"bulk loader, a call for each file      {_said(*each)}")
        lines.unlink()
        shutil.rmtree(folder / "files")
        took, memory, processor = _merge(asked.source, settings)
        print(f"merge, all of it                       {_said(took, memory, processor)}")
        print(f"ratio to the one stream: {took / loader[0]:.2f} (goal: at most {GOAL:g})")
        print(f"the same of processor time: {processor / loader[2]:.2f}")
        if not asked.quick:
            print(f"ratio to a call for each file: {took / each[0]:.2f}")


def _said(seconds: float, memory: float, processor: float) -> str:
    return f"{seconds:7.1f} s   {memory:6.0f} MB   {processor:6.1f} s of processor"


def _unpack(source: Path, folder: Path, lines: Path, settings: Settings) -> int:
    (found,) = find_files.sources([str(source)])
    (folder / "files").mkdir()
    count = 0
    with lines.open("wb") as out:
        for member in find_files.walk(find_files.arrive(found, folder, settings), folder, Budget(Caps.of(settings))):
            if isinstance(member, Member) and member.name.endswith((".ttl", ".nt")):
                (folder / "files" / f"{count}.ttl").write_bytes(member.content())
                out.write(serialize(parse(member.content(), format=RdfFormat.TURTLE), format=RdfFormat.N_QUADS) or b"")
                count += 1
    return count


def _timed_load(source: Path, store: Path) -> tuple[float, float, float]:
    """Seconds, megabytes, and seconds of processor of a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(source), "--load", str(store)], check=True, capture_output=True, text=True
    )
    seconds, memory, processor = map(float, done.stdout.split())
    return seconds, memory, processor


def _load(source: Path, store: Path) -> None:
    started = time.perf_counter()
    loaded = Store(str(store))
    for file in sorted(source.iterdir()) if source.is_dir() else [source]:
        loaded.bulk_load(path=str(file), format=RdfFormat.TURTLE if source.is_dir() else RdfFormat.N_TRIPLES)
    loaded.flush()
    print(time.perf_counter() - started, _peak(), time.process_time())


def _merge(source: Path, settings: Settings) -> tuple[float, float, float]:
    iris = Iris()
    quads = canonical([Quad(iris.thing("id/x"), RDFS.label, Literal("x"), iris.graph("some"))])
    start = release.write(settings.release_folder, quads, Edition("1", "2031-03-05"), {}, iris)
    started, processor = time.perf_counter(), _processor()
    merge(
        settings,
        start,
        MergeRequest(named=(str(source),)),
        progress=lambda text: print(f"  {time.perf_counter() - started:6.1f} s  {text}"),
    )
    return time.perf_counter() - started, _peak(), _processor() - processor


def _processor() -> float:
    """Seconds of processor of this process and those that it has waited for."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in spent)


def _peak() -> float:
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(own, children) / 1024


if __name__ == "__main__":
    main()
