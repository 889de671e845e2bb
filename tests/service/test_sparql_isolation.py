"""No query can hurt: every limit holds, a killed worker is replaced, and nothing is left behind, whoever dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from patience import SECONDS, eventually
from service.hostile import Target, get, post, status_of
from service.sparql_app import CLIENT, DATA, Server, children, ex, make_release, sample, serving

pytestmark = pytest.mark.thorough

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o"
RUNAWAY = f"SELECT (COUNT(*) AS ?x) {{ {CROSS} }}"
HUNGRY = f"SELECT * {{ {CROSS} }} ORDER BY ?o"


@pytest.fixture(scope="module")
def hurried() -> Iterator[Server]:
    """One that leaves little time: for what has no end."""
    with serving(query_seconds=1.5, query_memory=256 << 20, client_seconds=1.0) as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that leaves time, also on a busy machine, for an answer or another limit to be reached."""
    with serving(query_rows=20_000, query_bytes=16 << 20, query_memory=256 << 20) as running:
        yield running


def port(server: Server) -> int:
    return int(server.url.rsplit(":", 1)[1])


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def cpu(pid: int, ended_children: bool = False) -> float:
    """Seconds of processor time that a process has used, or its children that ended have; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    first = 13 if ended_children else 11
    return (int(fields[first]) + int(fields[first + 1])) / os.sysconf("SC_CLK_TCK")


def test_wall_clock(hurried: Server) -> None:
    """Its upper bound is one of processor time: who has 1.5 seconds uses no more, however busy the machine is."""
    hurried.ready()
    assert eventually(lambda: len(hurried.children()) == 3)  # one that comes later would take the query
    (forking,) = children(hurried.process.pid)
    used, ended = {pid: cpu(pid) for pid in hurried.children()}, cpu(forking, ended_children=True)
    started = time.monotonic()
    answer = hurried.get(RUNAWAY + "#wall")
    assert answer.status_code == 504
    assert time.monotonic() - started > 1.4
    assert "longer than 1.5 seconds: make it more selective" in answer.json()["detail"]
    assert eventually(lambda: cpu(forking, ended_children=True) > ended)
    (killed,) = used.keys() - {*hurried.children()}
    assert cpu(forking, ended_children=True) - ended - used[killed] < 3


def test_memory(hurried: Server) -> None:
    hurried.ready()
    assert hurried.get(HUNGRY).status_code in (504, 507)


def test_rows_and_bytes(server: Server) -> None:
    rows = server.get("SELECT ?a { ?a ?b ?c . ?d ?e ?f } LIMIT 20001", "text/csv")
    assert rows.status_code == 413
    assert "20,000 rows" in rows.json()["detail"]
    assert server.get("SELECT ?a { ?a ?b ?c . ?d ?e ?f } LIMIT 20000", "text/csv").status_code == 200
    long = "a" * 2000
    size = server.get(f"SELECT ('{long}' AS ?x) {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 10000")
    assert size.status_code == 413
    assert "bytes" in size.json()["detail"]
    triples = server.get("CONSTRUCT { ?a ?e ?f } { ?a ?b ?c . ?d ?e ?f }")
    assert triples.status_code == 413


def test_cpu_time() -> None:
    with serving(query_cpu_seconds=1.0) as running:
        answer = running.get(RUNAWAY)
        assert answer.status_code == 504
        assert "CPU" in answer.json()["detail"]
        assert running.get("ASK {}").status_code == 200


def test_memory_is_507_when_there_is_time() -> None:
    with serving(query_memory=224 << 20) as running:
        assert running.get(HUNGRY).status_code == 507
        assert running.get("ASK {}").status_code == 200


def test_a_worker_that_dies_is_replaced_at_once(server: Server) -> None:
    crashing = f"SELECT ({'!' * 100_000}true AS ?x) {{}}"
    for number in range(6):
        answer = CLIENT.post(server.sparql, data={"query": crashing + f"#{number}"})
        assert answer.status_code == 400
        assert "too complex" in answer.json()["detail"]
        assert server.get(f"ASK {{}} #{number}").status_code == 200


def test_an_idle_worker_that_is_killed_is_replaced(server: Server) -> None:
    assert eventually(lambda: len(server.children()) == 3)
    before = server.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: all(gone(pid) for pid in before))
    for number in range(4):
        # While none has started yet, a query may be told to come again: 503 with Retry-After.
        assert eventually(lambda: server.get(f"ASK {{}} #idle {number}").status_code == 200)  # noqa: B023
    assert eventually(lambda: len(server.children()) == 3)
    assert not set(before) & set(server.children())


def test_a_client_that_goes_away_frees_its_worker(server: Server) -> None:
    assert eventually(lambda: len(server.children()) == 3)
    before = set(server.children())
    used = {pid: cpu(pid) for pid in before}
    with Target(port(server)).connect() as connection:
        connection.sendall(post(f"{RUNAWAY} #gone".encode()))
        assert eventually(lambda: any(cpu(pid) > seconds + 0.1 for pid, seconds in used.items()))
    # The query's time is not over, and its worker is not there any more.
    assert eventually(lambda: len(before - set(server.children())) == 1)
    assert server.get("ASK {} #after").status_code == 200


LONG_ANSWER = f"SELECT ('{'a' * 1000}' AS ?x) {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 15000"


def spooled(server: Server) -> int:
    """Results that lie in a file of the server or of a worker, which has no name."""
    links = (
        path.readlink()
        for pid in (server.process.pid, *server.children())
        for path in Path(f"/proc/{pid}/fd").iterdir()
        if path.is_symlink()
    )
    return sum("(deleted)" in str(link) for link in links)


def test_a_slow_reader_holds_no_worker(server: Server) -> None:
    with ExitStack() as stack:
        for number in range(4):
            connection = stack.enter_context(Target(port(server)).connect())
            connection.sendall(get(f"{LONG_ANSWER} #{number}"))
            assert connection.recv(10)
        # Four that are not read on, and two workers: one that had to wait for its reader could not answer this.
        assert server.get("ASK {} #meanwhile").status_code == 200


def test_a_slow_reader_is_cut_off() -> None:
    with serving(client_seconds=1.0) as running, Target(port(running)).connect() as connection:
        connection.sendall(get(LONG_ANSWER))
        received = len(connection.recv(10))
        assert eventually(lambda: spooled(running) == 0)
        with suppress(ConnectionError):
            while piece := connection.recv(1 << 20):
                received += len(piece)
        assert received < 15_000_000  # the kernel had taken some of it for us


def test_a_slow_writer_is_cut_off(hurried: Server) -> None:
    with Target(port(hurried)).connect() as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: a\r\n"
            b"Content-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nA"
        )
        assert status_of(connection) == 408


def test_no_spool_file_has_a_name(server: Server) -> None:
    assert eventually(lambda: spooled(server) == 0)
    with Target(port(server)).connect() as connection:
        connection.sendall(get(f"{LONG_ANSWER} #spooled"))
        assert connection.recv(10)
        # It is being read: it lies in a file of the server's, and that has no name.
        assert any("(deleted)" in str(path.readlink()) for path in Path(f"/proc/{server.process.pid}/fd").iterdir())
    assert eventually(lambda: spooled(server) == 0)


def test_no_worker_outlives_a_server_that_is_killed() -> None:
    with serving() as running, ThreadPoolExecutor() as threads:
        used = {pid: cpu(pid) for pid in running.children()}
        started = time.monotonic()
        answer = threads.submit(running.get, RUNAWAY)
        assert eventually(lambda: any(cpu(pid) > used.get(pid, 0.0) + 0.5 for pid in running.children()))
        workers = running.children()
        assert len(workers) >= 2
        running.process.kill()
        assert eventually(lambda: all(gone(pid) for pid in workers))
        with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):  # and no limit of time
            answer.result()
        assert time.monotonic() - started < SECONDS, "what ended it was the query's limit of time"


def test_a_worker_has_no_network_and_starts_no_process(server: Server) -> None:
    pid = server.children()[0]
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )
    assert status["Seccomp"] == "2"
    assert status["NoNewPrivs"] == "1"
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert "Max core file size        0 " in limits
    assert f"Max data size             {256 << 20}" in limits
    environment = Path(f"/proc/{pid}/environ").read_text()
    assert "HOME=" not in environment.replace("PYTHONHOME=", "")


def test_a_worker_holds_nothing_open_but_its_own(server: Server) -> None:
    """What the server has open (clients' connections, others' files) is not handed down to it."""
    (pid, *_) = server.children()
    assert server.get("ASK {}").status_code == 200
    held = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
    kinds = Counter("socket" if item.startswith("socket:") else item for item in held if "/store/" not in item)
    statistics = kinds.pop(f"/proc/{pid}/statm", 0)
    assert (kinds.pop("/dev/null"), kinds.pop("socket"), statistics) == (3, 1, 1)
    assert not +kinds


def test_queue_full_and_one_clients_share() -> None:
    with serving(query_workers=1, query_queue=2, query_per_client=2) as running:
        target = [Target(port(running), source=f"127.0.0.{number}") for number in (2, 3, 4, 5)]
        open_connections = []
        for source in (0, 1, 2):
            connection = target[source].connect()
            connection.sendall(post(f"{RUNAWAY} #{source}".encode()))
            open_connections.append(connection)
        assert eventually(lambda: running.health()["waiting"] == 2)
        with target[3].connect() as connection:
            connection.sendall(get("ASK {}"))
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 503")
            assert b"retry-after: " in answer.lower()
        open_connections[2].close()
        assert eventually(lambda: running.health()["waiting"] == 1)
        with target[0].connect() as second, target[0].connect() as third:
            second.sendall(get("ASK { ?s ?p ?o }"))
            assert eventually(lambda: running.health()["waiting"] == 2)
            third.sendall(get("ASK {} #third"))
            assert third.recv(65536).startswith(b"HTTP/1.1 429")
        for connection in open_connections:
            connection.close()


def test_rate() -> None:
    """Ten may come at once. That so many more come before they have been answered needs no quick machine."""
    queries = [f"ASK {{}} #{number}" for number in range(60)]
    with serving(query_rate=1.0) as running:
        began = time.monotonic()
        with ThreadPoolExecutor(len(queries)) as threads:
            answers = dict(zip(queries, threads.map(running.get, queries), strict=True))
        seconds = time.monotonic() - began
        statuses = Counter(answer.status_code for answer in answers.values())
        assert statuses.keys() == {200, 429}
        assert 10 <= statuses[200] <= 10 + seconds, "one more for each second that they took, and no more"
        refused = next(answer for answer in answers.values() if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) >= 1
        # What is kept costs nothing, so it is not counted.
        kept = next(query for query, answer in answers.items() if answer.status_code == 200)
        assert all(running.get(kept).status_code == 200 for _ in range(20))


def test_a_new_release_is_answered_from_at_once(server: Server) -> None:
    with serving(sample(10)) as running:
        query = "SELECT (COUNT(*) AS ?n) { GRAPH <http://example.org/graph/data> { ?s ?p ?o } }"
        first = running.get(query, "text/csv")
        assert first.text.split() == ["n", "20"]
        from pyoxigraph import Literal, Quad

        make_release(running.releases, [*sample(10), Quad(ex("new"), ex("number"), Literal(1), DATA)], "2")
        second = running.get(query, "text/csv")
        assert second.text.split() == ["n", "21"]
        assert second.headers["etag"] != first.headers["etag"]
        description = CLIENT.get(running.sparql, headers={"Accept": "text/turtle"}).text
        assert "void:triples 21" in description
