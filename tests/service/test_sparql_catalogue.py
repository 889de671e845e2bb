"""Every request of the hostile catalogue, one after the other, against a live server: the status that it must have.

What may be cut off for the time that it takes meets a server with very little of it; all else one that has time, so
that no answer depends on how busy the machine is.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patience import eventually
from service.hostile import ATTACKS, GONE, Attack, Target
from service.sparql_app import Server, serving

pytestmark = pytest.mark.thorough

SETTINGS: dict[str, Any] = {"query_memory": 256 << 20, "query_bytes": 16 << 20}
LITTLE_TIME: dict[str, Any] = {"query_seconds": 0.4, "query_cpu_seconds": 2.0}


@pytest.fixture(scope="module")
def canary() -> Iterator[socket.socket]:
    """Listens, and must never hear anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def patient() -> Iterator[Server]:
    with serving(**SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def hurried() -> Iterator[Server]:
    with serving(**SETTINGS, **LITTLE_TIME) as running:
        yield running


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack(attack: Attack, patient: Server, hurried: Server, canary: socket.socket) -> None:
    server = hurried if attack.statuses & {GONE, 504} else patient
    server.ready()
    target = Target(int(server.url.rsplit(":", 1)[1]), canary.getsockname()[1])
    assert attack.send(target) in attack.statuses


def test_the_catalogue_is_broad() -> None:
    assert len(ATTACKS) >= 100
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_nobody_called_out_and_the_servers_are_well(patient: Server, hurried: Server, canary: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        canary.accept()
    for server in (patient, hurried):
        assert server.process.poll() is None
        assert eventually(lambda server=server: server.get("ASK {}").status_code == 200)  # type: ignore[misc]
        assert eventually(lambda server=server: server.health()["waiting"] == 0)  # type: ignore[misc]
        memory = Path(f"/proc/{server.process.pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in memory.splitlines() if line.startswith("VmRSS"))
        assert resident < 250_000
