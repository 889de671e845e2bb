"""Five clients send the whole catalogue of hostile queries for ten minutes (or SOAK_SECONDS), and in the second half,
between any two of them, ask for a page that has to be made; meanwhile somebody reads pages. ``make soak`` prints its
figures.

What is read under attack is compared with what is read just before and just after: a machine whose processors others
share is a third quicker in one minute than in another.

All of it happens on loopback addresses of this machine, is bounded in time, and ends what it started.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pytest

from initiative_lod.settings import Settings
from initiative_lod.sparql.worker_process import NICENESS
from ports import free_port
from service.hostile import ATTACKS, PAGES, Target, status_of
from service.sparql_app import workers_of

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
CLIENTS = 5
SLICES = 5  # of each half; before and after each it is measured what is read without an attack
EVERY = (*ATTACKS, *PAGES)
PAGE = "/doc/wic-2020/action/8"
NO_ROOM = {429, 503}  # what any of them may be told
LEAST_THROUGHPUT = 0.9
MOST_P99 = 3.0
MOST_SECONDS = 0.05  # of a page, where pages are attacked too: what these take of the server is theirs
SERVER_MB, WORKERS_MB = 300, 3 * 400  # resident, at any moment
#: Of the server, from a third of each half on, without what its caches say that they keep: these have bounds of their
#: own, and it takes longer than the attack to fill them.
GROWTH_MB = 10
CACHES = re.compile(r"^initiative_lod_cache_bytes\{[^}]*\} (\S+)$", re.MULTILINE)
BETWEEN_LOOKS = 10  # seconds, from one question for the size of the caches to the next

pytestmark = pytest.mark.slow


@dataclass
class Watched:
    """What the server's processes were seen to do, second by second."""

    server: list[float] = field(default_factory=list)
    caches: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)


def read_pages(port: int, seconds: float) -> list[float]:
    """Ask for one page after the other on one connection; the seconds that each took."""
    request = f"GET {PAGE} HTTP/1.1\r\nHost: localhost\r\nAccept: text/turtle\r\n\r\n".encode()
    times = []
    end = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        while (started := time.monotonic()) < end:
            connection.sendall(request)
            assert status_of(connection) == 200
            times.append(time.monotonic() - started)
    return times


def warm(port: int) -> None:
    """Ask for every page that is attacked, from each of the clients at once: what a first answer takes is no leak."""

    def client(number: int) -> None:
        target = Target(port, source=f"127.0.0.{number + 2}")
        for page in PAGES * 3:
            page.send(target)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, range(CLIENTS)))


def attack(port: int, canary: int, seconds: float, seed: str, with_pages: bool) -> None:
    """Be the five clients for so long; print as JSON how often each attack met with each status."""
    os.nice(15)  # they stand for other machines, which would not take the server's time
    met: Counter[str] = Counter()
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        order = random.Random(f"{seed} {number}")
        target = Target(port, canary, f"127.0.0.{number + 2}")
        while time.monotonic() < end:
            for item in order.sample(ATTACKS, len(ATTACKS)):
                if time.monotonic() >= end:
                    return
                for sent in (item, order.choice(PAGES)) if with_pages else (item,):
                    try:
                        status: int | str = sent.send(target)
                    except OSError as error:
                        status = type(error).__name__
                    met[f"{sent.name}\t{status}"] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(met))


def watch(pid: int, port: int, seen: Watched, stop: threading.Event) -> None:
    caches = 0.0
    while not stop.wait(1.0):
        if len(seen.server) % BETWEEN_LOOKS == 0:
            caches = kept(port)
        seen.server.append(resident(pid))
        seen.caches.append(caches)
        seen.workers.append(sum(map(resident, workers_of(pid))))
        seen.outside.update(outside(pid))


def kept(port: int) -> float:
    """Megabytes that the server's caches keep, as it tells them itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        sizes = CACHES.findall(answer.read().decode())
    assert len(sizes) == 2
    return sum(map(float, sizes)) / 1e6


def resident(pid: int) -> float:
    """Megabytes in memory; 0 for a process that has just gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def outside(pid: int) -> set[str]:
    """Remote ends of the process's own connections that are not on this machine."""
    own = set()
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            own.add(str(descriptor.readlink()).removeprefix("socket:[").rstrip("]"))
        except FileNotFoundError:
            continue
    found = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in own and not fields[2].startswith("00000000:") and not fields[2][:8].endswith("7F"):
            found.add(fields[2])
    return found


def p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def grown(sizes: list[float]) -> float:
    """Growth from a third of the time on."""
    third = len(sizes) // 3
    return statistics.mean(sizes[-5:]) - statistics.mean(sizes[third : third + 5])


def test_soak(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "INITIATIVE_LOD_RELEASES": str(tmp_path / "releases"),
        "INITIATIVE_LOD_QUERY_SECONDS": "4",
        "INITIATIVE_LOD_QUERY_CPU_SECONDS": "4",
        "INITIATIVE_LOD_CLIENT_SECONDS": "5",
    }
    program = [sys.executable, "-m", "initiative_lod"]
    subprocess.run([*program, "build", "--publish"], env=environment, check=True, capture_output=True)
    command = [*program, "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as output, socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            wait_for(port, server, log)
            seen, stop = Watched(), threading.Event()
            warm(port)
            quiet = max(5.0, SECONDS / 60)
            read_pages(port, quiet / 2)
            idle = read_pages(port, quiet)
            watcher = threading.Thread(target=watch, args=(server.pid, port, seen, stop))
            watcher.start()
            met: Counter[str] = Counter()
            undisturbed = [undisturbed_pages(port, quiet)]
            during: list[list[float]] = []
            for number in range(2 * SLICES):
                seconds = SECONDS / (2 * SLICES)
                pages = "pages" if number >= SLICES else ""
                told = [str(port), str(canary.getsockname()[1]), str(seconds), str(number), pages]
                attackers = subprocess.Popen([sys.executable, __file__, *told], env=environment, stdout=subprocess.PIPE)
                during.append(read_pages(port, seconds))
                counted, _ = attackers.communicate(timeout=180)
                met.update(json.loads(counted))
                undisturbed.append(undisturbed_pages(port, quiet))
            stop.set()
            watcher.join()
            assert server.poll() is None, log.read_text()[-2000:]
            with pytest.raises(BlockingIOError):
                canary.accept()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    judge(met, idle, undisturbed, during, quiet, seen, log.read_text())


def undisturbed_pages(port: int, seconds: float) -> list[float]:
    """Read pages when what an attack has left behind is over; the seconds that each took."""
    time.sleep(3)
    with busy_cores():
        return read_pages(port, seconds)


@contextmanager
def busy_cores() -> Iterator[None]:
    """As many processes as there are query workers, as nice as they are, which do nothing but count.

    That a machine's cores are busy makes any server slower (by a third, on two virtual cores): what the attack adds
    to that is what is measured.
    """
    code = f"import os\nos.nice({NICENESS})\nwhile True: sum(range(1000))"
    busy = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(Settings(root=Path()).query_workers)]
    try:
        time.sleep(0.3)
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def judge(
    met: dict[str, int],
    idle: list[float],
    undisturbed: list[list[float]],
    during: list[list[float]],
    quiet: float,
    seen: Watched,
    log: str,
) -> None:
    """Print the figures, then hold each of them against what was promised."""
    allowed = {item.name: item.statuses for item in EVERY}
    statuses: Counter[str] = Counter()
    unexpected = []
    for key, count in met.items():
        name, _, status = key.partition("\t")
        statuses[status] += count
        if not status.lstrip("-").isdigit() or int(status) not in allowed[name] | NO_ROOM:
            unexpected.append((name, status, count))
    rates = [len(times) / quiet for times in undisturbed]
    attacked = [len(times) * 2 * SLICES / SECONDS for times in during]
    shares = [2 * rate / (before + after) for rate, before, after in zip(attacked, rates, rates[1:], strict=False)]
    share, share_with_pages = statistics.median(shares[:SLICES]), statistics.median(shares[SLICES:])
    alone, by_queries, with_pages = (
        [*chain.from_iterable(times)] for times in (undisturbed, during[:SLICES], during[SLICES:])
    )
    middle = len(seen.server) // 2
    besides = [server - caches for server, caches in zip(seen.server, seen.caches, strict=True)]
    whole, caches, growth = (
        max(grown(half) for half in (sizes[:middle], sizes[middle:])) for sizes in (seen.server, seen.caches, besides)
    )
    print(f"\n{sum(met.values())} hostile requests in {SECONDS:g} s, by status: {dict(statuses.most_common())}")
    print(
        f"pages: {len(idle) / quiet:.0f}/s on idle cores, {statistics.median(rates):.0f}/s on busy ones, "
        f"{statistics.median(attacked[:SLICES]):.0f}/s under attack: {share:.0%} of what they are "
        f"before and after ({min(shares[:SLICES]):.0%} to {max(shares[:SLICES]):.0%}), with pages attacked as well "
        f"{share_with_pages:.0%}"
    )
    print(
        f"p99: {p99(idle) * 1000:.2f} ms on idle cores, {p99(alone) * 1000:.2f} ms on busy ones, "
        f"{p99(by_queries) * 1000:.2f} ms under attack, {p99(with_pages) * 1000:.2f} ms when pages are attacked as well"
    )
    print(
        f"memory: server at most {max(seen.server):.0f} MB, of it caches {max(seen.caches):.0f}; growth in a half "
        f"{whole:+.1f} MB, of the caches {caches:+.1f}, without them {growth:+.1f}; workers {max(seen.workers):.0f} MB"
    )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    assert not unexpected
    assert not seen.outside
    assert "Traceback" not in log, log[-3000:]
    assert len({key.partition("\t")[0] for key in met}) == len(EVERY) or SECONDS < 300
    assert max(seen.server) < SERVER_MB
    assert max(seen.workers) < WORKERS_MB
    assert growth < GROWTH_MB
    assert share >= LEAST_THROUGHPUT
    assert p99(by_queries) <= MOST_P99 * p99(alone)
    assert p99(with_pages) <= max(MOST_SECONDS, MOST_P99 * p99(alone))


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not come up")


if __name__ == "__main__":
    attack(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], bool(sys.argv[5]))
