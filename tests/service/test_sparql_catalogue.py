"""Every request of the hostile catalogue, one after the other, against a live server: the status that it must have."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.hostile import ATTACKS, Attack, Target
from service.sparql_app import CLIENT, Server, serving

SETTINGS: dict[str, Any] = {
    "query_seconds": 1.0,
    "query_cpu_seconds": 2.0,
    "query_memory": 256 << 20,
    "query_bytes": 16 << 20,
}


@pytest.fixture(scope="module")
def canary() -> Iterator[socket.socket]:
    """Listens, and must never hear anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("hostile") / "log"
    with serving(log=log, **SETTINGS) as running:
        yield running
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack(attack: Attack, server: Server, canary: socket.socket) -> None:
    target = Target(int(server.url.rsplit(":", 1)[1]), canary.getsockname()[1])
    assert attack.send(target) in attack.statuses


def test_the_catalogue_is_broad() -> None:
    assert len(ATTACKS) >= 100
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_nobody_called_out_and_the_server_is_well(server: Server, canary: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        canary.accept()
    assert server.process.poll() is None
    assert server.get("ASK {}").status_code == 200
    assert CLIENT.get(server.url + "/healthz").json()["waiting"] == 0
    memory = Path(f"/proc/{server.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in memory.splitlines() if line.startswith("VmRSS"))
    assert resident < 250_000
