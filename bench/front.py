"""``make bench``: how fast the front is, as ratios against floors that run in turn with it on the same core; a table.

Each figure is requests per second of the server's CPU time (its whole process tree), median of the rounds; the two
sides of a ratio take turns, so that a machine that slows down slows both. Needs wrk, and two cores. A line that cannot
be measured says why, and the others are measured none the less.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
WAIT = 120  # seconds that a server may take to start
TICKS = os.sysconf("SC_CLK_TCK")
ACTION = "/doc/wic-2020/action/8"
SELECT = "SELECT ?s ?o WHERE { ?s <https://w3id.org/initiative-lod/ontology#modality> ?o } LIMIT 5"


class Unmeasured(Exception):
    """Reason why something could not be measured."""


@dataclass
class Server:
    """A server process, pinned to core 0; what it prints goes to the file ``log``, where there is one."""

    name: str
    command: list[str]
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    log: str = ""

    def start(self, path: str) -> float:
        """Start it; seconds until it answers ``path``."""
        begun = time.monotonic()
        with Path(self.log or os.devnull).open("wb") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", "0", *self.command],
                cwd=CHECKOUT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while time.monotonic() - begun < WAIT:
            if self.process.poll() is not None:
                raise Unmeasured(f"{self.name} ended by itself, with {self.process.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=WAIT).close()
            except OSError:
                time.sleep(0.01)
            else:
                return time.monotonic() - begun
        raise Unmeasured(f"{self.name} does not answer {path}")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(WAIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def tree(self) -> list[int]:
        """The process and all that it started."""
        assert self.process
        found, waiting = [], [self.process.pid]
        while waiting:
            process = waiting.pop()
            found.append(process)
            listed = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False).stdout
            waiting += [int(child) for child in listed.split()]
        return found

    def cpu(self) -> float:
        total = 0.0
        for process in self.tree():
            with suppress(FileNotFoundError, ProcessLookupError):  # it may end while we look
                fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                total += sum(int(item) for item in fields[11:15]) / TICKS  # its own, and that of children that ended
        return total

    def memory(self) -> float:
        """Proportional set size of the tree, MB."""
        total = 0
        for process in self.tree():
            with suppress(FileNotFoundError, ProcessLookupError):
                text = Path(f"/proc/{process}/smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE).group(1))  # type: ignore[union-attr]
        return total / 1024


@dataclass(frozen=True)
class Measured:
    per_cpu_second: float
    per_second: float
    p50: float
    p99: float


def load(server: Server, path: str, headers: dict[str, str], seconds: float, connections: int = 16) -> Measured:
    """So many connections from core 1. Raises Unmeasured."""
    options = [item for name, value in headers.items() for item in ("-H", f"{name}: {value}")]
    before = server.cpu()
    done = subprocess.run(
        [
            "taskset",
            "-c",
            "1",
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "--latency",
            *options,
            f"http://127.0.0.1:{server.port}{path}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    cpu, out = server.cpu() - before, done.stdout
    failed = re.search(r"Non-2xx or 3xx responses: \d+", out)
    requests, rate = re.search(r"(\d+) requests in", out), re.search(r"Requests/sec:\s+([\d.]+)", out)
    if failed or not requests or not rate:
        said = failed[0] if failed else (done.stderr or out).strip()[-200:].replace("\n", " ")
        raise Unmeasured(f"{server.name} {path}: {said}")
    per_cpu_second = int(requests[1]) / max(cpu, 0.01)
    return Measured(per_cpu_second, float(rate[1]), _milliseconds(out, "50%"), _milliseconds(out, "99%"))


def _milliseconds(out: str, percentile: str) -> float:
    """A percentile of the latencies; infinite where nothing came."""
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)\b", out)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[found[2]] if found else math.inf


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def reached(is_reached: bool) -> str:
    """Last cell of a line with an aim."""
    return "reached" if is_reached else "**not reached**"


def about(releases: Path) -> str:
    """Beginning of the sentence above a table: the day, the release, and what else the machine does."""
    manifest = json.loads((releases / "current" / "manifest.json").read_bytes())
    version, quads = (releases / "current").resolve().name, manifest["quads"]
    load = os.getloadavg()[0]
    return f"{date.today()}, release `{version}` ({quads:,} quads), load average {load:.1f} at the beginning"


def compare(
    name: str,
    aim: float | None,
    ours: Server,
    floor: Server,
    paths: tuple[str, str],
    headers: dict[str, str],
    args: argparse.Namespace,
) -> None:
    """One line: both sides, and the median of the pairs' ratios. What the clock says goes to ``args.clock``."""
    if args.only not in name:
        return
    try:
        pairs = [
            (load(ours, paths[0], headers, args.seconds), load(floor, paths[1], headers, args.seconds))
            for _ in range(args.rounds)
        ]
    except Unmeasured as error:
        args.failed.append(name)
        print(f"| {name} | not measured: {error} | | | | |", flush=True)
        return
    ratio = statistics.median(one.per_cpu_second / other.per_cpu_second for one, other in pairs)
    us, them = pairs[len(pairs) // 2]
    middle = [statistics.median(side.per_cpu_second for side in sides) for sides in zip(*pairs, strict=True)]
    wanted = ("", "") if aim is None else (f"{aim:.2f}", reached(ratio >= aim))
    cells = (name, *(f"{item:,.0f}" for item in middle), f"{ratio:.2f}", *wanted)
    print(f"| {' | '.join(cells)} |", flush=True)
    args.clock.append((name, f"{us.per_second:,.0f}", f"{us.p50:.2f}", f"{us.p99:.2f}", f"{them.p99:.2f}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--releases", type=Path, help="a folder with a published release; without it, one is built")
    parser.add_argument("--only", default="", help="only the lines that have this in their name")
    args = parser.parse_args()
    for tool in ("wrk", "taskset", "pgrep"):
        if shutil.which(tool) is None:
            sys.exit(f"bench: {tool} is not installed")
    args.failed, args.clock = [], []
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(args, Path(folder))
        except (Unmeasured, OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"bench: {error}")
    if args.failed:
        sys.exit(f"bench: not measured: {', '.join(args.failed)}")


def run(args: argparse.Namespace, folder: Path) -> None:
    """Everything, in one run."""
    releases = args.releases.resolve() if args.releases else folder / "releases"
    command = [sys.executable, "-m", "initiative_lod", "--releases", str(releases)]
    if not args.releases:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*command, "build", "--publish"], check=True, **quiet)
    plenty = {
        "INITIATIVE_LOD_QUERY_RATE": "1000000",
        "INITIATIVE_LOD_QUERY_PER_CLIENT": "64",
        "INITIATIVE_LOD_QUERY_QUEUE": "64",
        "INITIATIVE_LOD_QUERY_CACHE": "0",
    }
    port, cold_port = free_port(), free_port()
    ours = Server("initiative-lod", [*command, "serve", "--port", str(port)], port, plenty)
    cold = Server(
        "initiative-lod, no page cache",
        [*command, "serve", "--port", str(cold_port)],
        cold_port,
        {**plenty, "INITIATIVE_LOD_PAGE_CACHE": "0"},
    )
    servers = [ours, cold]
    try:
        first = ours.start("/")
        cpu = ours.cpu()
        time.sleep(2)
        memory = ours.memory()
        print(f"{about(releases)}, `bench/front.py --rounds {args.rounds} --seconds {args.seconds:g}`.\n")
        cold.start("/healthz")
        floors = {}
        for suffix in ("ttl", "html"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{ACTION}.{suffix}") as answer:
                body, etag, kind = answer.read(), answer.headers["ETag"], answer.headers["Content-Type"]
            file = folder / suffix
            file.write_bytes(body)
            floor_port = free_port()
            floors[suffix] = Server(
                "bare",
                [sys.executable, str(HERE / "floors.py"), "bare", str(floor_port), str(file), kind, etag],
                floor_port,
            )
            floors[suffix].start("/")
            servers.append(floors[suffix])
            if suffix == "ttl":
                tag = etag
        store = (releases / "current").resolve() / "store"
        inline_port = free_port()
        inline = Server(
            "inline", [sys.executable, str(HERE / "floors.py"), "inline", str(inline_port), str(store)], inline_port
        )
        query = "/sparql?query=" + urllib.parse.quote(SELECT)
        inline.start(query)
        servers.append(inline)
        print("| requests a second of processor | ours | floor | ratio | aim | |")
        print("| --- | ---: | ---: | ---: | ---: | --- |")
        turtle, page = f"{ACTION}.ttl", f"{ACTION}.html"
        compare("warm Turtle / bare Starlette", 0.6, ours, floors["ttl"], (turtle, turtle), {}, args)
        compare("304 / bare Starlette's 304", 0.8, ours, floors["ttl"], (turtle, turtle), {"If-None-Match": tag}, args)
        compare("warm HTML / bare Starlette", 0.4, ours, floors["html"], (page, page), {}, args)
        compare("cold Turtle / bare Starlette", 0.28, cold, floors["ttl"], (turtle, turtle), {}, args)
        json_ = {"Accept": "application/sparql-results+json"}
        compare("small SELECT, isolated lane / inline in FastAPI", 0.5, ours, inline, (query, query), json_, args)
        print(f"| idle memory with its query workers, PSS | {memory:.0f} MB | | | 150 MB | {reached(memory <= 150)} |")
        print(f"| start to first answer, by the clock | {first:.2f} s | | | 1.5 s | {reached(first <= 1.5)} |")
        print(f"| the same, of processor | {cpu:.2f} s | | | | |\n")
        print("| by the clock | ours a second | p50 ms | p99 ms | floor p99 ms |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for cells in args.clock:
            print(f"| {' | '.join(cells)} |")
    finally:
        for server in servers:
            server.stop()


if __name__ == "__main__":
    main()
