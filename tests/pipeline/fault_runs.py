"""Makes every step of a writer its last, or makes it fail: a program that prints what is wrong after any of them.

Each line of its standard input is something to do: the writer, the folder and what is to happen, between tabs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb  # noqa: F401 - which runs that write a table would import

from initiative_lod import release
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.release import cleanup, history
from initiative_lod.settings import Settings
from patience import patient
from pipeline import faults
from pipeline.faults import CRASHED, DONE, EIO, ENOSPC, KILL, KILLED, NONE, REFUSED, Fault
from pipeline.test_release import write

Work = Callable[[Path], object]

ENDED = "ended: "  # begins the line that comes last, with the status


def publish(folder: Path) -> None:
    """Publish b."""
    release.publish(folder, release.find(folder, versions(folder)["b"]), since=history.current_version(folder))


def write_and_publish(folder: Path) -> None:
    """Write a further release and publish it, as ``build --publish`` does."""
    release.publish(folder, write(folder, "c"), since=history.current_version(folder))


def merge_and_publish(folder: Path) -> None:
    """Merge a file and publish what comes of it."""
    settings = patient(Settings(root=folder.parent, releases=folder))
    start = release.current(folder)
    assert start is not None
    source = str(folder.parent / "one.nt")
    made = merge(settings, start, MergeRequest(named=(source,), retrieved="2031-03-06")).release
    assert made is not None
    release.publish(folder, made, since=start.version)


def roll_back(folder: Path) -> None:
    """Go back to z."""
    release.rollback(folder)


def pin(folder: Path) -> None:
    """Pin a."""
    cleanup.pin(folder, versions(folder)["a"])


def collect(folder: Path) -> None:
    """Remove z, which was current before."""
    cleanup.collect(folder, 0)


#: The work of each, and which release is current when it is done ("": a new one).
WORKS: dict[str, tuple[Work, str]] = {
    "publish": (publish, "b"),
    "write": (write_and_publish, ""),
    "merge": (merge_and_publish, ""),
    "rollback": (roll_back, "z"),
    "pin": (pin, "a"),
    "gc": (collect, "a"),
}


def versions(folder: Path) -> dict[str, str]:
    """Of the releases that there were to begin with, the versions by label."""
    return dict(line.split("\t") for line in (folder.parent / "names").read_text().splitlines())


def wrong(folder: Path, name: str, fault: Fault, end: int, told: str) -> list[str]:
    """What is wrong after a run."""
    names, (work, label) = versions(folder), WORKS[name]
    found = []
    before, after = names["a"], names.get(label, "")
    current = history.current_version(folder)
    new = {*release.versions(folder)} - {*names.values()}
    if end == CRASHED:
        found.append(f"ended in a trace: {told}")
    # The engine has now one file more to sync, now one less; of a phase that is killed its own process tells.
    if fault.kind == KILL and end not in (KILLED, DONE) and not (end == REFUSED and "broken off" in told):
        found.append(f"was to be killed, and ended with {end}: {told}")
    if fault.kind in (ENOSPC, EIO) and end == DONE and current not in {after, *new}:
        found.append("said that all was well")
    if current not in {before, after, *new}:
        found.append(f"current is {current!r}")
    if history.published(folder) != current:
        found.append("what is current is not there")
    damaged = {item: release.verify(release.read(folder / item)) for item in release.versions(folder)}
    found += [f"{item} is damaged: {what}" for item, what in damaged.items() if what]
    if end == REFUSED and name != "gc" and (left := [item.name for item in cleanup.leftovers(folder)]):
        found.append(f"an error left {left}")
    # And the next one goes through.
    work(folder)
    current, new = history.current_version(folder), {*release.versions(folder)} - {*names.values()}
    if name == "rollback":  # where it had gone back already, it goes further
        if current not in (names["z"], names["y"]):
            found.append(f"after it was done again, current is {current!r}")
    elif current != after and current not in new:
        found.append(f"after it was done again, current is {current!r}")
    if faults_of := release.verify(release.read(folder / current)):
        found.append(f"after it was done again, {current} is damaged: {faults_of}")
    cleanup.collect(folder, 9)
    odd = [
        path.name for path in folder.iterdir() if path.name.startswith(".") and path.name not in (".lock", ".pinned")
    ]
    if odd:
        found.append(f"gc leaves {odd}")
    return found


def look(root: Path, name: str, fault: Fault, end: int, told: str) -> list[str]:
    """What is wrong, found out in a process of its own, which may open stores."""
    folder, into = root / "releases", root / "wrong"

    def write_down(steps: faults.Steps) -> None:
        into.write_text("".join(f"{' '.join(item.split())}\n" for item in wrong(folder, name, fault, end, told)))

    if faults.run(write_down, folder, Fault(NONE), root / "looked") == DONE:
        return into.read_text().splitlines()
    return [(root / "looked").read_text()]


def main(name: str, root: Path, kinds: list[str], every: int) -> None:
    """Fail at each step; print a line for each that left something wrong, and last how many there were."""
    folder, pristine, told = root / "releases", root / "pristine", root / "told"
    os.chdir(root)
    for version in release.versions(folder):
        release.read(folder / version)  # by modules that are imported for that: once, and not in each run
    folder.rename(pristine)
    work = WORKS[name][0]
    faults.restored(pristine, folder)
    end = faults.run(lambda steps: work(folder), folder, Fault(NONE), told)
    assert end == DONE, told.read_text()
    steps = told.read_text().splitlines()
    runs = dict.fromkeys(kinds, 0)
    for kind in kinds:
        for step, call in enumerate(steps):
            if step % every or (kind != ENOSPC and call in ("open", "write")):
                continue
            fault = Fault(kind, step)
            faults.restored(pristine, folder)
            told.unlink(missing_ok=True)
            end = faults.run(lambda steps: work(folder), folder, fault, told)
            said = told.read_text() if told.exists() else ""
            runs[kind] += 1
            for item in look(root, name, fault, end, said):
                print(f"{kind} at step {step} ({call}): {item}")
    each = ", ".join(f"{kind} {count}" for kind, count in runs.items())
    print(f"{sum(runs.values())} runs ({each}) over {len(steps)} steps: {' '.join(dict.fromkeys(steps))}")


def full(name: str, root: Path) -> None:
    """Let no file grow past a size, the engines' own included; print what is wrong after that."""
    folder, pristine, told = root / "releases", root / "pristine", root / "told"
    os.chdir(root)
    folder.rename(pristine)
    ends = []
    for largest in (10, 2_000, 20_000, 60_000):
        faults.restored(pristine, folder)
        ends.append(faults.run(lambda steps: WORKS[name][0](folder), folder, Fault(NONE), told, largest))
        for item in look(root, name, Fault(EIO), ends[-1], told.read_text()):
            print(f"no file larger than {largest}: {item}")
    print(f"ends: {ends}")


def unsynced(name: str, root: Path) -> None:
    """Print what of a new release was named before it was on the disk."""
    folder, told = root / "releases", root / "told"
    os.chdir(root)
    before = {*release.versions(folder)}

    def work(steps: faults.Steps) -> None:
        WORKS[name][0](folder)
        (version,) = {*release.versions(folder)} - before
        for path in (folder / version).rglob("*"):
            status = path.stat()
            if (status.st_dev, status.st_ino) not in steps.synced and not path.name.startswith(("LOG", "LOCK")):
                print(f"{path.relative_to(folder)} was not brought to the disk", flush=True)

    assert faults.run(work, folder, Fault(NONE), told) == DONE, told.read_text()
    print("looked")


def do(name: str, root: str, what: str, every: str = "1") -> None:
    """Do what one line asks for."""
    if what == "full":
        full(name, Path(root))
    elif what == "unsynced":
        unsynced(name, Path(root))
    else:
        main(name, Path(root), what.split(","), int(every))


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.flush()
        if (child := os.fork()) == 0:  # which has all that was imported here
            do(*line.rstrip("\n").split("\t"))
            sys.exit()
        print(f"{ENDED}{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", flush=True)
