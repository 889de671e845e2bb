"""Stopping and reloading a server, in a process of its own and under requests: nothing that was begun is dropped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from patience import SECONDS, eventually

pytestmark = pytest.mark.thorough

ENDLESS = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
ROWS = "/sparql?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 20")
JSON = {"accept": "application/json"}


@dataclass
class Process:
    """A server as ``initiative-lod serve`` starts it, and what it has written."""

    process: subprocess.Popen[str]
    url: str
    root: Path
    log: list[str]

    def get(self, path: str) -> httpx.Response:
        """One request over a connection of its own."""
        return httpx.get(self.url + path, headers=JSON, timeout=SECONDS)

    def figure(self, name: str) -> float:
        """One of its metrics, by the end of its name."""
        found = re.search(rf"^initiative_lod_{name} (\S+)$", self.get("/metrics").text, re.MULTILINE)
        assert found is not None
        return float(found[1])

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def told(self, words: str) -> bool:
        """Whether it has written a line with these words."""
        return any(words in line for line in list(self.log))

    def ended(self) -> int:
        """Its exit status, when it has ended by itself."""
        return self.process.wait(SECONDS)


@contextmanager
def started(root: Path, **settings: object) -> Iterator[Process]:
    """A server of the project at ``root`` with these settings in its environment."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("INITIATIVE_LOD_")}
    given |= {f"INITIATIVE_LOD_{name.upper()}": str(value) for name, value in settings.items()}
    given["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "initiative_lod", "--root", str(root), "serve", "--port", "0"]
    process = subprocess.Popen(command, env=given, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    log: list[str] = []
    reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    reader.start()
    try:
        assert eventually(lambda: any("open http" in line for line in list(log)) or process.poll() is not None)
        address = re.search(r"open (http://\S+)/", "".join(log))
        assert address is not None, log
        yield Process(process, address[1], root, log)
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stderr.close()
    assert "Traceback" not in "".join(log), "".join(log)[-3000:]


@pytest.fixture
def root(harbour_root: Path, tmp_path: Path) -> Path:
    """A project with a published release, and a file of settings that a test may change."""
    shutil.copytree(
        harbour_root / "releases", tmp_path / "releases", symlinks=True, ignore=shutil.ignore_patterns(".merging-*")
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "initiative-lod.toml").write_text("query_rows = 1000\n", "utf-8")
    return tmp_path


def test_what_was_begun_ends_before_the_server_does(root: Path) -> None:
    with started(root, query_seconds=1.5, stop_seconds=SECONDS) as server, ThreadPoolExecutor() as threads:
        running = threads.submit(server.get, ENDLESS)
        assert eventually(lambda: server.figure("sparql_running") == 1)
        server.signal(signal.SIGTERM)
        assert running.result().status_code == 504  # its own limit, not ours
        assert server.ended() == 0


def test_what_does_not_end_in_time_is_told_to_ask_again(root: Path) -> None:
    with started(root, query_seconds=SECONDS, query_cpu_seconds=SECONDS, stop_seconds=1, query_workers=1) as server:
        with ThreadPoolExecutor() as threads:
            running = [threads.submit(server.get, ENDLESS) for _ in range(3)]  # two of them wait for their turn
            assert eventually(lambda: server.figure("sparql_waiting") == 2)
            server.signal(signal.SIGTERM)
            for item in running:
                answer = item.result()
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) >= 1
                assert answer.headers["content-type"] == "application/problem+json"
                assert "stopping" in answer.json()["detail"]
        assert server.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_only_keeps_a_connection_does_not_hold_it_up(root: Path, number: signal.Signals) -> None:
    with started(root, stop_seconds=SECONDS) as server:
        port = int(server.url.rsplit(":", 1)[1])
        kept = socket.create_connection(("127.0.0.1", port), SECONDS)
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(100).startswith(b"HTTP/1.1 200")
        server.signal(number)
        assert server.ended() == 0
        kept.close()
        with pytest.raises(httpx.TransportError):
            server.get("/healthz")


def test_a_reload_drops_no_request_and_follows_the_settings(root: Path) -> None:
    with started(root, query_rate=100_000, query_seconds=4, page_cache=0) as server, ThreadPoolExecutor(8) as threads:
        assert server.get(ROWS).status_code == 200
        done, statuses = threading.Event(), set()

        def ask(path: str) -> None:
            with httpx.Client(timeout=SECONDS, headers=JSON) as client:
                while not done.is_set():
                    statuses.add(client.get(server.url + path).status_code)

        asked = [threads.submit(ask, path) for path in ("/doc/harbour-2031/action/1.jsonld", "/questions", "/healthz")]
        running = threads.submit(server.get, ENDLESS)  # a client of its own: its limit is the old application's
        assert eventually(lambda: server.figure("sparql_running") == 1)
        for rows in (10, 2000, 5):
            told = sum("reloaded: release" in line for line in server.log)
            (root / "initiative-lod.toml").write_text(f"query_rows = {rows}\n", "utf-8")
            server.signal(signal.SIGHUP)
            assert eventually(lambda told=told: sum("reloaded: release" in line for line in server.log) > told)  # type: ignore[misc]
            assert server.get(ROWS).status_code == (200 if rows > 20 else 413)
        done.set()
        for item in asked:
            item.result()
        assert statuses == {200}
        assert running.result().status_code in (504, 507)


def test_settings_that_are_none_change_nothing(root: Path) -> None:
    with started(root) as server:
        (root / "initiative-lod.toml").write_text("query_rowz = 5\n", "utf-8")
        server.signal(signal.SIGHUP)
        assert eventually(lambda: server.told("not reloaded, and serving as before"))
        assert server.told("query_rowz")
        assert server.get(ROWS).status_code == 200
        (root / "initiative-lod.toml").write_text("query_rows = 5\nport = 1234\n", "utf-8")
        server.signal(signal.SIGHUP)
        assert eventually(lambda: server.told("reloaded: release"))
        assert server.get(ROWS).status_code == 413
        server.signal(signal.SIGTERM)
        assert server.ended() == 0


def test_a_release_that_was_mended_where_it_lies_is_read_again(root: Path) -> None:
    with started(root, query_cache=0) as server:
        store = root / "releases" / (root / "releases" / "current").readlink() / "store"
        table = max(store.glob("*.sst"))
        away = root / table.name
        table.rename(away)
        assert server.get("/readyz").status_code == 503
        away.rename(table)
        assert server.get("/readyz").status_code == 503  # nobody has said so
        server.signal(signal.SIGHUP)
        assert eventually(lambda: server.get("/readyz").status_code == 200)


def test_a_port_that_is_taken_is_the_environments_fault(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "initiative_lod", "--root", str(root), "serve", "--port", port]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
