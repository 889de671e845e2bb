"""Servers that follow an origin, behind the nginx file as shipped: one is killed and comes back, one hangs and goes on,
the origin switches and goes back, and whoever asks meanwhile gets no 5xx and no answer of two releases.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from initiative_lod import release
from initiative_lod.release import history
from patience import SECONDS, eventually
from ports import free_port
from service.test_memento import LEAGUE, WORDS, three
from service.test_nginx import MAIN, NAME, NGINX, ByName, listens, shipped

__all__ = ["three"]  # a fixture

CLIENTS = 4
HANGS = 40.0  # seconds: longer than nginx waits for a page (7) and for a query (35)
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>|<http://www.w3.org/2000/01/rdf-schema#label>"
QUERY = f"SELECT ?o {{ <id/{LEAGUE}> {LABEL} ?o }}"

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(not Path(NGINX).is_file(), reason="nginx is not on this machine"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not here"),
]


@dataclass
class Load:
    """Answers so far: by status, and by the release that their words are of."""

    statuses: Counter[int] = field(default_factory=Counter)
    releases: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def ask(self, port: int, certificate: Path, seed: int) -> None:
        """Ask by turns for a document, past the proxy's cache, and send a query that is new."""
        import ssl

        context = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(transport=ByName(verify=context), timeout=SECONDS) as client:
            number = 0
            while not self.ended.is_set():
                number += 1
                begun = time.monotonic()
                try:
                    if number % 2:
                        url = f"https://{NAME}:{port}/doc/{LEAGUE}.ttl?unique={seed}-{number}"
                        answer = client.get(url)
                    else:
                        query = f"{QUERY} # {seed}-{number}"
                        answer = client.post(f"https://{NAME}:{port}/sparql", data={"query": query})
                except httpx.HTTPError as error:
                    self.faults.append(f"{type(error).__name__}: {error}")
                    continue
                self.seconds.append(time.monotonic() - begun)
                self.statuses[answer.status_code] += 1
                words = [words for words in WORDS if words in answer.text]
                self.releases[" and ".join(words)] += 1
                self.count += 1

    def more(self, answers: int) -> None:
        """Wait for so many answers more."""
        wanted = self.count + answers
        assert eventually(lambda: self.count >= wanted or bool(self.faults))

    @contextmanager
    def asked(self, https: int, certificate: Path, clients: int) -> Iterator[None]:
        """So many clients ask without pause until the block ends."""
        threads = [threading.Thread(target=self.ask, args=(https, certificate, seed)) for seed in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.ended.set()
            for thread in threads:
                thread.join(SECONDS)


@contextmanager
def server(root: Path, folder: Path, port: int, settings: dict[str, object]) -> Iterator[subprocess.Popen[bytes]]:
    """A server as ``initiative-lod serve`` starts it, at a port, until the block ends or it is killed."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("INITIATIVE_LOD_")}
    given |= {f"INITIATIVE_LOD_{name.upper()}": str(value) for name, value in settings.items()}
    given["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "initiative_lod", "--root", str(root), "--releases", str(folder)]
    process = subprocess.Popen([*command, "serve", "--port", str(port)], env=given, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: is_ready(port) or process.poll() is not None)
        yield process
    finally:
        process.kill()
        process.wait(SECONDS)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def proxy(ports: list[int], folder: Path) -> Iterator[tuple[int, Path]]:
    """An nginx with the shipped file over these servers; its port, and its certificate."""
    folder.mkdir()
    folder.chmod(0o755)
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    make += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", f"{folder}/site.key", "-out", f"{folder}/site.pem"]
    subprocess.run(make, check=True, capture_output=True)
    http, https = free_port(), free_port()
    servers = "".join(f"127.0.0.1:{port} max_fails=3 fail_timeout=10s;\n    server " for port in ports)
    text = shipped(servers.removesuffix(";\n    server "), http, https, folder)
    for rate in ("rate=50r/s", "rate=10r/s"):  # all who ask here are one client
        assert rate in text
        text = text.replace(rate, "rate=100000r/s")
    (folder / "initiative-lod.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(
        MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""), "utf-8"
    )
    with subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]) as process:
        try:
            assert eventually(lambda: listens(https) or process.poll() is not None)
            yield https, folder / "site.pem"
        finally:
            process.terminate()


@pytest.mark.slow
@pytest.mark.parametrize(("servers", "asking", "answers"), [(2, 1, 20), (3, CLIENTS, 600)])
def test_a_kill_and_two_switches(
    three: tuple[Path, tuple[str, ...]], tmp_path: Path, servers: int, asking: int, answers: int
) -> None:
    root, versions = three
    origin = Path(shutil.copytree(root / "releases", tmp_path / "origin", symlinks=True))
    release.publish(origin, release.find(origin, versions[1]))
    folders = [tmp_path / f"replica-{number}" for number in range(servers)]
    ports = [free_port() for _ in folders]
    load = Load()
    with ExitStack() as stack:
        first = free_port()
        stack.enter_context(server(root, origin, first, {}))
        more: dict[str, object] = {
            "follow": f"http://127.0.0.1:{first}",
            "follow_seconds": 0.2,
            "trusted_proxies": "127.0.0.1",
        }
        more |= {"query_rate": 100_000, "query_per_client": 64, "query_queue": 256}
        running = [
            stack.enter_context(server(root, folder, port, more)) for folder, port in zip(folders, ports, strict=True)
        ]
        https, certificate = stack.enter_context(proxy(ports, tmp_path / "nginx"))

        def all_have(version: str) -> bool:
            return all(history.current_version(folder) == version for folder in folders)

        with load.asked(https, certificate, asking):
            load.more(answers)
            release.publish(origin, release.find(origin, versions[2]))
            assert eventually(lambda: all_have(versions[2]))  # one after the other, while they are asked
            load.more(answers)
            running[0].send_signal(signal.SIGKILL)
            load.more(answers)
            stack.enter_context(server(root, folders[0], ports[0], more))
            load.more(answers)
            release.rollback(origin)
            assert eventually(lambda: all_have(versions[1]))
            load.more(answers)
    print(f"{servers} servers: {load.count} answers, {dict(load.statuses)}, {dict(load.releases)}")
    assert load.faults == []
    assert set(load.statuses) == {200}
    assert set(load.releases) == {WORDS[1], WORDS[2]}


@pytest.mark.slow
@pytest.mark.parametrize("answers", [400])
def test_a_server_that_hangs(three: tuple[Path, tuple[str, ...]], tmp_path: Path, answers: int) -> None:
    root, _ = three
    ports = [free_port() for _ in range(3)]
    load = Load()
    settings: dict[str, object] = {"trusted_proxies": "127.0.0.1", "query_rate": 100_000, "query_per_client": 64}
    with ExitStack() as stack:
        running = [stack.enter_context(server(root, root / "releases", port, settings)) for port in ports]
        https, certificate = stack.enter_context(proxy(ports, tmp_path / "nginx"))
        with load.asked(https, certificate, CLIENTS):
            load.more(answers)
            before = len(load.seconds)
            running[0].send_signal(signal.SIGSTOP)  # its kernel goes on taking connections, and it says nothing
            end = time.monotonic() + HANGS
            assert eventually(lambda: time.monotonic() > end or bool(load.faults))
            running[0].send_signal(signal.SIGCONT)
            load.more(answers)
    took = sorted(load.seconds[before:])
    print(
        f"{load.count} answers, {dict(load.statuses)}; since one hung p50 {took[len(took) // 2]:.3f} s, p99 "
        f"{took[len(took) * 99 // 100]:.2f} s, longest {took[-1]:.1f} s, over 5 s {sum(item > 5 for item in took)}"
    )
    assert load.faults == []
    assert set(load.statuses) == {200}
