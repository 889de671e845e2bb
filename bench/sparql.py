"""Cost of isolation for a tiny query: /sparql (parsed and run in a confined worker) against a route of Starlette that
calls the store inline, in one run, in alternating rounds. ``python bench/sparql.py [rounds] [requests per round]``.

Every request of the first two is a query that was not sent before, so that no cache helps; "kept" asks one again.
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("src", "tests")]

from service.sparql_app import Server, sample, serving  # noqa: E402

QUERY = "SELECT ?p ?o WHERE {{ <http://example.org/thing/{}> ?p ?o }}"


def ask(connection: socket.socket, path: str) -> int:
    """One GET on a connection that is kept open; the status."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split(b" ", 2)[1])


def measure(server: Server, path: Callable[[int], str], count: int, connections: int) -> list[float]:
    """The seconds that each of ``count`` requests took, over so many connections at once."""
    port = int(server.url.rsplit(":", 1)[1])
    times: list[float] = []

    def client(first: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for number in range(first, count, connections):
                started = time.perf_counter()
                status = ask(connection, path(number))
                times.append(time.perf_counter() - started)
                assert status == 200, status

    threads = [threading.Thread(target=client, args=(first,)) for first in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) != count:
        raise SystemExit(f"only {len(times)} of {count} requests were answered with 200")
    return times


def main() -> None:
    rounds, count = (int(value) for value in (*sys.argv[1:], "7", "400")[:2])
    fresh = iter(range(10**9))

    def tiny(route: str) -> Callable[[int], str]:
        return lambda number: f"/{route}?query=" + quote(QUERY.format(number % 300) + f" # {next(fresh)}")

    paths = {"inline": tiny("inline"), "sparql": tiny("sparql"), "kept": lambda number: "/sparql?query=ASK%7B%7D"}
    with serving(sample(), query_queue=1000) as server:
        for connections in (1, 4):
            figures: dict[str, list[float]] = {name: [] for name in paths}
            rates: dict[str, list[float]] = {name: [] for name in paths}
            for _ in range(rounds):
                for name, path in paths.items():
                    started = time.perf_counter()
                    times = measure(server, path, count, connections)
                    rates[name].append(count / (time.perf_counter() - started))
                    figures[name].append(statistics.median(times) * 1000)
            base = statistics.median(figures["inline"])
            for name in paths:
                middle = statistics.median(figures[name])
                print(
                    f"{connections} connection(s)  {name:7} p50 {middle:6.2f} ms  "
                    f"{statistics.median(rates[name]):7.0f} requests/s  {middle / base:4.2f} times inline"
                )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
