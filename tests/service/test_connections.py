"""Connections that are silent, half-sent, too many, or do not take what they asked for; and heads that are refused."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from initiative_lod.cli.serve import listen
from initiative_lod.settings import Settings
from initiative_lod.web.http import connections
from initiative_lod.web.http.connections import Connections
from initiative_lod.web.http.header_limit import MOST_UPGRADES, READ_AHEAD, READ_AT_ONCE
from initiative_lod.web.http.middleware import Front
from patience import SECONDS, eventually
from service.conftest import Live, serve

SHORT = 0.3
GET = b"GET /healthz HTTP/1.1\r\nHost: data.example\r\n\r\n"
HALF = b"GET /healthz HTTP/1.1\r\nHost: data.exa"
POST = b"POST /sparql HTTP/1.1\r\nHost: data.example\r\n"
POST += b"Content-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\n"


def connect(live: Live, source: str = "127.0.0.1") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port_of(live)), SECONDS, (source, 0))
    connection.settimeout(SECONDS)
    return connection


def port_of(live: Live) -> int:
    return int(live.url.rsplit(":", 1)[1])


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side closes, which it must."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    connection.close()
    return found


def problem(answer: bytes) -> tuple[int, dict[str, object]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    return int(head.split(b" ", 2)[1]), json.loads(body)


@pytest.fixture(scope="module")
def impatient(harbour_root: Path) -> Iterator[Live]:
    """A server that waits for a head for a moment only."""
    with serve(Settings(root=harbour_root, head_seconds=SHORT)) as live:
        yield live


@pytest.fixture(scope="module")
def strict(harbour_root: Path) -> Iterator[Live]:
    """A server that waits for a body, or for a client to take its answer, for a moment only."""
    with serve(Settings(root=harbour_root, client_seconds=SHORT)) as live:
        yield live


def test_who_says_nothing_is_let_go(impatient: Live) -> None:
    assert received(connect(impatient)) == b""


@pytest.mark.parametrize("begun", [b"G", HALF, b"\r\n", GET[:-2]])
def test_a_head_that_does_not_come_ends_the_connection(impatient: Live, begun: bytes) -> None:
    connection = connect(impatient)
    connection.sendall(begun)
    answer = received(connection)
    if begun == b"\r\n":  # no request has begun
        assert answer == b""
    else:
        status, told = problem(answer)
        assert (status, told["status"]) == (408, 408)


def test_a_head_in_drops_ends_all_the_same(impatient: Live) -> None:
    connection = connect(impatient)
    end = time.monotonic() + SECONDS
    try:
        for byte in HALF * 1000:
            assert time.monotonic() < end
            connection.sendall(bytes([byte]))
            time.sleep(SHORT / 10)
    except OSError:
        pass
    else:
        raise AssertionError("it went on and on")
    connection.close()


@pytest.mark.parametrize("begun", [HALF, b"\r\n"])
def test_after_an_answer_as_well(impatient: Live, begun: bytes) -> None:
    connection = connect(impatient)
    connection.sendall(GET)
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    connection.sendall(begun)
    answer = received(connection)
    assert b"HTTP/1.1 408" in answer if begun == HALF else b"HTTP/1.1 408" not in answer


@pytest.mark.parametrize("address", [b"/sparql", b"/reconcile", b"/doc/harbour-2031"])
def test_a_body_that_does_not_come_ends_the_connection(strict: Live, address: bytes) -> None:
    connection = connect(strict)
    connection.sendall(POST.replace(b"/sparql", address))
    answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 405" if address.startswith(b"/doc") else b"HTTP/1.1 408")


def test_who_takes_nothing_of_a_large_answer_is_let_go(strict: Live) -> None:
    connections = strict.connections
    before = len(connections.open)
    connection = connect(strict)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    many = b"GET /dataset/dump.nq.gz HTTP/1.1\r\nHost: data.example\r\n\r\n"
    connection.sendall(many * 400)
    assert eventually(lambda: len(connections.open) > before)
    assert eventually(lambda: len(connections.open) == before)
    connection.close()


def test_who_takes_it_slowly_gets_it_whole(strict: Live) -> None:
    """Something is taken in each of the times that are allowed, and all of it takes many of them."""
    expected = strict.get("/dataset/dump.nq.gz").content
    count = max(1, 12_000_000 // len(expected))
    connection = connect(strict)
    request = b"GET /dataset/dump.nq.gz HTTP/1.1\r\nHost: data.example\r\n\r\n"
    connection.sendall(request * count)
    found = 0
    started = time.monotonic()
    while found < count * len(expected):
        piece = connection.recv(262_144)
        assert piece, f"cut off after {found} bytes and {time.monotonic() - started:.1f} s"
        found += len(piece)
        time.sleep(SHORT / 4)
    connection.close()


def test_of_one_client_so_many_and_others_come_in(harbour_root: Path) -> None:
    with serve(Settings(root=harbour_root, connections_per_client=5)) as live:
        held = [connect(live, "127.0.0.2") for _ in range(5)]
        assert eventually(lambda: len(live.connections.open) == 5)
        status, told = problem(received(connect(live, "127.0.0.2")))
        assert status == 503
        assert "5" in str(told["detail"])
        assert live.get("/healthz").status_code == 200  # from another address
        held.pop().close()
        assert eventually(lambda: len(live.connections.open) < 6)
        again = connect(live, "127.0.0.2")
        again.sendall(GET)
        assert again.recv(100).startswith(b"HTTP/1.1 200")
        for connection in (*held, again):
            connection.close()


def test_a_trusted_proxys_connections_are_many_clients(harbour_root: Path) -> None:
    with serve(Settings(root=harbour_root, connections_per_client=2, trusted_proxies="127.0.0.3")) as live:
        held = [connect(live, "127.0.0.3") for _ in range(10)]
        for connection in held:
            connection.sendall(GET)
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
            connection.close()


def test_two_thousand_idle_and_ten_thousand_attempts_keep_nobody_out(harbour_root: Path) -> None:
    """From twenty addresses, a tenth of that: where all places are taken, the oldest that says nothing makes room."""

    def answers() -> bool:
        try:
            with connect(live) as connection:
                connection.sendall(GET)
                return connection.recv(100).startswith(b"HTTP/1.1 200")
        except ConnectionResetError:
            return False  # there was no place, and the refusal was overtaken by the reset

    with serve(Settings(root=harbour_root, connections=200, connections_per_client=100)) as live:
        idle = [connect(live, f"127.0.1.{number % 20}") for number in range(200)]
        assert eventually(lambda: len(live.connections.open) == 200)
        assert eventually(answers)
        for number in range(1000):
            connect(live, f"127.0.1.{number % 20}").close()
            if number % 100 == 0:
                assert eventually(answers)
        for connection in idle:
            connection.close()
        assert eventually(lambda: len(live.connections.open) == 0)


def test_a_place_is_not_taken_from_who_is_being_answered(harbour_root: Path) -> None:
    with serve(Settings(root=harbour_root, connections=16, connections_per_client=100)) as live:
        busy = [connect(live) for _ in range(16)]
        for connection in busy:
            connection.sendall(POST)
        assert eventually(lambda: all(not item.is_idle for item in live.connections.open))
        status, told = problem(received(connect(live)))
        assert (status, told["status"]) == (503, 503)
        for connection in busy:
            connection.sendall(b" " * 99)
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
            connection.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 200),
        (b"no http at all\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", 400),
    ],
)
def test_a_request_has_one_host(harbour: Live, head: bytes, status: int) -> None:
    assert_answered(harbour, head, status)


def assert_answered(live: Live, sent: bytes, status: int) -> None:
    """With 200, or with a problem, after which the connection ends."""
    connection = connect(live)
    connection.sendall(sent)
    if status == 200:
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.close()
    else:
        assert problem(received(connection))[0] == status


ASKED = (
    b"POST /sparql HTTP/%b\r\nHost: a\r\nContent-Type: application/sparql-query\r\n%b\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (ASKED % (b"1.1", b"Transfer-Encoding: Chunked"), 200),
        (ASKED % (b"1.0", b"Transfer-Encoding: chunked"), 400),
        (ASKED % (b"1.1", b"Transfer-Encoding: gzip, chunked"), 501),
        (ASKED % (b"1.1", b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"), 501),
        (ASKED % (b"1.1", b"Transfer-Encoding: chunked\r\nContent-Length: 5"), 400),
        (b"GET /healthz#/metrics HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ],
    ids=["chunked", "of 1.0", "gzip too", "in two fields", "a length too", "a fragment"],
)
def test_what_a_proxy_may_have_read_in_another_way_is_refused(harbour: Live, request_: bytes, status: int) -> None:
    """RFC 9112 §6.1 and §3.2.1: where a request ends, and what it is for."""
    assert_answered(harbour, request_, status)


def test_what_follows_a_request_and_is_none_is_not_told_as_that(harbour: Live) -> None:
    connection = connect(harbour)
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nNAUGHT /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = received(connection)
    assert b" 400 Bad Request" in answer
    assert b"GET is not possible" not in answer


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HEAD /healthz HTTP/1.1\r\n\r\n"],
        [b"HEAD %2Fhealthz HTTP/1.1\r\nHost: a\r\n\r\n"],
        [b"HEAD /healthz HTTP/1.1\r\nHo", b"st: a\r\nHost: a\r\n\r\n"],
        [b"HEAD /healthz HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 6000 + b"\r\n"],
    ],
    ids=["no host", "no address", "in pieces", "long"],
)
def test_a_refused_head_is_answered_without_a_body(harbour: Live, pieces: list[bytes]) -> None:
    connection = connect(harbour)
    for piece in pieces:
        connection.sendall(piece)
        time.sleep(0.1)
    head, _, body = received(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert body == b""


def test_of_very_many_requests_at_once_a_few_are_read_ahead(harbour: Live) -> None:
    """They are answered, each in its turn; meanwhile others are as well."""
    many = 5000
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    connection = connect(harbour)
    connection.sendall(request)
    answers, most = connection.recv(65536), 0  # after which it is known to be open
    (open_one,) = (item for item in harbour.connections.open if item.client == connection.getsockname())
    taken = threading.Thread(target=connection.sendall, args=(request * many,), daemon=True)
    taken.start()
    while answers.count(b"HTTP/1.1 200") <= many:
        answers += connection.recv(65536)
        most = max(most, len(open_one.pipeline))
    assert answers.count(b"HTTP/1.1 ") == many + 1
    assert most <= READ_AHEAD + READ_AT_ONCE // len(request)
    connection.close()


def test_a_body_in_very_many_small_chunks_is_refused(harbour: Live) -> None:
    """Each costs the loop as much as a large one: a megabyte of them would hold everybody up."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
    )
    for chunk, count, status in ((b"#", 900, 200), (b"#" * 100, 2000, 200), (b"#", 2000, 400)):
        connection = connect(harbour)
        chunks = b"%x\r\n%b\r\n" % (len(chunk), chunk) * count
        with contextlib.suppress(OSError):  # it is refused before all is sent
            connection.sendall(head + b"Connection: close\r\n\r\n6\r\nASK {}\r\n" + chunks + b"0\r\n\r\n")
        assert received(connection).startswith(b"HTTP/1.1 %d " % status)


ASK = b"query=ASK%20%7B%7D"
FORM = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
LENGTH, CHUNKED = b"Content-Length: %d\r\n" % len(ASK), b"Transfer-Encoding: chunked\r\n"
CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(ASK), ASK)
LAST = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("wish", [b"h2c", b"websocket", b"x, h2c"])
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "body apart"])
@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        (b"GET /readyz HTTP/1.1\r\nHost: a\r\n", b"", 200),
        (FORM + LENGTH, ASK, 200),
        (FORM + CHUNKED, CHUNK, 200),
        (FORM.replace(b"x-www-form-urlencoded", b"x-other") + b"Content-Length: %d\r\n" % len(GET), GET, 415),
    ],
)
def test_who_would_speak_another_protocol_too_is_answered_in_this_one(
    harbour: Live, head: bytes, body: bytes, status: int, apart: bool, wish: bytes
) -> None:
    """As Java's client would at first: its body is a body and no further request, and the connection goes on."""
    connection = connect(harbour)
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nUpgrade: %b\r\n\r\n"
    connection.sendall(head + upgrade % wish)
    if apart:
        time.sleep(0.02)
    connection.sendall(body + LAST)
    answers = received(connection)
    assert [int(found) for found in re.findall(rb"HTTP/1.1 (\d+) ", answers)] == [status, 200]
    assert answers.endswith(b"ok\n")


def test_wishes_for_another_protocol_come_to_an_end(harbour: Live) -> None:
    """Each has all that came with it read anew."""
    connection = connect(harbour)
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" * 1000)
    answers = [int(found) for found in re.findall(rb"HTTP/1.1 (\d+) ", received(connection))]
    assert answers == [*[200] * (len(answers) - 1), 400]
    assert len(answers) <= MOST_UPGRADES + 1


@pytest.mark.parametrize(("fields", "status"), [(500, 200), (2000, 400)])
def test_a_field_counts_for_more_than_its_letters(harbour: Live, fields: int, status: int) -> None:
    connection = connect(harbour)
    connection.sendall(GET.removesuffix(b"\r\n") + b"a:\r\n" * fields + CLOSE)
    assert re.findall(rb"HTTP/1.1 (\d+) ", received(connection)) == [b"%d" % status]


@pytest.mark.parametrize("path", ["/", "/doc/harbour-2031", "/search", "/compare", "/sparql"])
def test_an_address_has_so_many_arguments_and_no_more(harbour: Live, path: str) -> None:
    assert harbour.get(f"{path}?" + "a=1&" * 5000, "text/html").status_code == 400


@pytest.mark.parametrize("address", [b"/healthz", b"elsewhere.example:443"])
def test_nobody_gets_a_tunnel(harbour: Live, address: bytes) -> None:
    connection = connect(harbour)
    connection.sendall(b"CONNECT %b HTTP/1.1\r\nHost: a\r\n\r\n" % address + GET)
    assert problem(received(connection))[0] == 405


PAGE = b"GET /doc/harbour-2031 HTTP/1.1\r\nHost: data.example\r\nAccept: text/html\r\n"
CLOSE = b"Connection: close\r\n\r\n"


REQUESTS = (
    PAGE + CLOSE,
    PAGE.replace(b"GET", b"HEAD") + CLOSE,
    PAGE + b"If-None-Match: *\r\n" + CLOSE,
    PAGE + b"Accept-Encoding: gzip\r\n" + CLOSE,
    PAGE + b"Accept-Encoding: zstd\r\n" + CLOSE,
    PAGE.replace(b"1.1", b"1.0") + b"\r\n",
    PAGE + b"\r\n" + PAGE.replace(b"GET", b"HEAD") + b"\r\n" + PAGE + CLOSE,
    PAGE + b"\r\n" + GET + (PAGE + b"\r\n") * 20 + PAGE.replace(b"text/html", b"text/x") + b"\r\n" + PAGE + CLOSE,
    PAGE + b"Expect: 100-continue\r\nContent-Length: 2\r\n" + CLOSE + b"{}",
)


@pytest.mark.parametrize("log", ["", "log.jsonl"])
def test_what_is_sent_in_one_piece_is_what_uvicorn_sends(
    harbour_root: Path, tmp_path: Path, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status line, fields and body, whether the connection goes on, and what the log says; of what is kept, both when
    it is sent before a request is begun, and after.
    """
    found: dict[str, list[bytes]] = {"as uvicorn does": [], "in one piece": [], "at once": []}
    ways: list[str] = []
    send, kept = connections._send_whole, Front.kept
    for way in found:

        def noted(*given: Any, way: str = way) -> bool:
            sent = way != "as uvicorn does" and send(*given)
            ways.append("in one piece" if sent else "as uvicorn does")
            return sent

        def noted_kept(front: Front, scope: Scope, way: str = way) -> Any:
            response = kept(front, scope) if way == "at once" else None
            if response is not None:
                ways.append("at once")
            return response

        monkeypatch.setattr(connections, "_send_whole", noted)
        monkeypatch.setattr(Front, "kept", noted_kept)
        with serve(Settings(root=harbour_root, request_log=str(tmp_path / log) if log else "")) as live:
            for request in REQUESTS * 2:
                connection = connect(live)
                connection.sendall(request)
                found[way].append(re.sub(rb"(date|last-modified): [^\r]*", rb"\1", received(connection)))
    assert found["in one piece"] == found["as uvicorn does"]
    assert found["at once"] == found["as uvicorn does"]
    assert ways.count("in one piece") > len(REQUESTS)
    assert bool(ways.count("at once")) == (not log)  # what is written down is begun first
    if log:
        lines = [json.loads(line) for line in (tmp_path / log).read_text().splitlines()]
        told = [{key: line[key] for key in ("path", "status", "bytes", "media")} for line in lines]
        third = len(told) // 3
        assert told[:third] == told[third : 2 * third] == told[2 * third :]


def test_a_connection_that_was_answered_with_what_is_kept_ends_when_it_is_silent(harbour: Live) -> None:
    connection = connect(harbour)
    for _ in range(3):
        connection.sendall(PAGE + b"If-None-Match: *\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 304")
    (open_one,) = (item for item in harbour.connections.open if item.client == connection.getsockname())
    open_one.timeout_keep_alive = 0
    assert received(connection) == b""


def test_each_request_of_a_client_that_has_left_is_told() -> None:
    """Of several that were sent at once the first is being answered, and uvicorn tells the last."""
    told: list[str] = []
    begun = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        while (message := await receive())["type"] != "http.disconnect":
            assert message["type"] == "http.request"
        await send({"type": "http.response.start", "status": 200, "headers": []})  # and nothing raises
        await send({"type": "http.response.body", "body": b"to nobody"})
        told.append(scope["path"])

    async def leave() -> None:
        listener, config = listen("127.0.0.1", 0), uvicorn.Config(app, ws="none")
        state = ServerState()
        make = partial(Connections(Settings(root=Path())).protocol, config=config, server_state=state, app_state={})
        server = await asyncio.get_running_loop().create_server(make, sock=listener)
        try:
            _, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(GET.replace(b"/healthz", b"/first") + GET.replace(b"/healthz", b"/last"))
            async with asyncio.timeout(SECONDS):
                await begun.wait()
                writer.transport.abort()
                while state.tasks:
                    await asyncio.sleep(0.01)
        finally:
            server.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(leave())
    assert told == ["/first"]  # the other one was never begun
