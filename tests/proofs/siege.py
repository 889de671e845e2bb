"""A siege: connections that ask one kind of address as fast as they are answered, while others are asked and timed.

The besiegers are one client, or as many as there are connections, from addresses of their own, and a process of their
own, so that they take no time from those that are timed but the machine's. They never wait, whatever they are told.
The others are visitors, each with an address and a connection, who ask in turn: none of them asks for more than a
besieger does, as one client would that asks again ten milliseconds after each answer.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

PATIENCE_SECONDS = 60.0
VISITORS = 50  # who ask for each of the pages that are timed: each about once a second


@dataclass(frozen=True)
class Kind:
    """A kind of address: its name, and requests for it, which are sent in turn."""

    name: str
    paths: Sequence[str]
    accept: str = "text/html"
    body: str = ""

    def requests(self) -> list[bytes]:
        """The requests as they go over the wire."""
        made = []
        for path in self.paths:
            method = "POST" if self.body else "GET"
            fields = [f"{method} {path} HTTP/1.1", "Host: siege.example", f"Accept: {self.accept}"]
            if self.body:
                fields += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(self.body)}"]
            made.append(("\r\n".join([*fields, "", ""]) + self.body).encode())
        return made


@dataclass
class Besieged:
    """What became of the besiegers' requests, and how long the others' took, in seconds, by path."""

    statuses: Counter[str] = field(default_factory=Counter)
    times: dict[str, list[float]] = field(default_factory=dict)
    met: Counter[tuple[str, int]] = field(default_factory=Counter)

    def p99(self, path: str) -> float:
        """The time in which all but one of a hundred requests for ``path`` were answered."""
        times = sorted(self.times[path])
        return times[min(len(times) - 1, len(times) * 99 // 100)]


def besiege(
    port: int,
    kind: Kind | None,
    connections: int,
    seconds: float,
    probes: dict[str, str],
    *,
    clients: int = 1,
    visitors: int = VISITORS,
) -> Besieged:
    """Ask ``kind`` (None: nothing) over so many connections of so many clients for so long; meanwhile so many visitors
    ask for each probe (path: accept).
    """
    found = Besieged()
    process = None
    if kind is not None:
        told = json.dumps([port, [item.decode() for item in kind.requests()], connections, seconds + 1, clients])
        process = subprocess.Popen([sys.executable, __file__, told], stdout=subprocess.PIPE)
        time.sleep(1.0)  # they have begun
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_probe, args=(port, path, accept, end, found, f"127.0.{number}.", visitors))
        for number, (path, accept) in enumerate(probes.items(), 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if process is not None:
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
        found.statuses = Counter(json.loads(output))
    return found


def _probe(port: int, path: str, accept: str, end: float, found: Besieged, network: str, visitors: int) -> None:
    times = found.times.setdefault(path, [])
    connections: dict[int, socket.socket] = {}
    number = 0
    while time.monotonic() < end:
        number += 1
        asked, visitor = path.replace("%n", str(number)), number % visitors
        start = time.perf_counter()
        try:
            if visitor not in connections:
                own = f"{network}{visitor + 1}", 0
                connections[visitor] = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, own)
            connection = connections[visitor]
            connection.sendall(f"GET {asked} HTTP/1.1\r\nHost: probe.example\r\nAccept: {accept}\r\n\r\n".encode())
            status, closing = _answer(connection)
        except OSError:
            status, closing = 0, True
        times.append(time.perf_counter() - start)
        found.met[path, status] += 1
        if closing and visitor in connections:
            connections.pop(visitor).close()
        time.sleep(0.01)
    for connection in connections.values():
        connection.close()


def _answer(connection: socket.socket) -> tuple[int, bool]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(rest) < length:
        piece = connection.recv(1 << 18)
        if not piece:
            raise ConnectionError
        rest += piece
    return int(head.split(b" ", 2)[1]), b"connection: close" in head.lower()


async def _attack(port: int, requests: list[bytes], connections: int, seconds: float, clients: int) -> Counter[str]:
    statuses: Counter[str] = Counter()
    turn = iter(range(10**9))

    async def one(client: int) -> None:
        while True:
            try:
                own = f"127.0.0.{client + 2}", 0
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=own)
            except OSError:
                statuses["refused"] += 1
                await asyncio.sleep(0.1)
                continue
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    number = next(turn)
                    writer.write(requests[number % len(requests)].replace(b"%n", str(number).encode()))
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = 0
                    for line in head.split(b"\r\n"):
                        if line[:15].lower() == b"content-length:":
                            length = int(line[15:])
                    while length:
                        length -= len(await reader.read(min(length, 1 << 18)))
                    statuses[head.split(b" ", 2)[1].decode()] += 1
            statuses["closed"] += 1
            writer.close()

    tasks = [asyncio.create_task(one(number % clients)) for number in range(connections)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return statuses


if __name__ == "__main__":
    port, requests, connections, seconds, clients = json.loads(sys.argv[1])
    found = asyncio.run(_attack(port, [item.encode() for item in requests], connections, seconds, clients))
    print(json.dumps(found))
