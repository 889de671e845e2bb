"""Rows and bytes are counted as a result is written, and files have no name."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from initiative_lod.errors import QueryLimit, QueryTooLarge
from initiative_lod.formats import RESULT_TYPES, MediaType
from initiative_lod.sparql import cache
from initiative_lod.sparql.cache import OVERHEAD, Cache
from initiative_lod.sparql.job import ASK, CALL, MOST_CALLS, Job, QueryResult, Reply
from initiative_lod.sparql.worker import csv_results
from initiative_lod.sparql.worker.main import FRAME
from initiative_lod.sparql.worker.output import IN_MEMORY, Output, RowCounter
from initiative_lod.sparql.worker_process import Calls, Worker, to_read
from initiative_lod.waiting.deadlines import Deadlines
from patience import SECONDS

TEXTS = st.lists(st.text(alphabet='"\n\r,{}}<result>\t ?a', max_size=12), max_size=8)


@given(TEXTS, st.sampled_from(RESULT_TYPES), st.integers(1, 9))
def test_rows_are_counted_exactly(texts: list[str], media: MediaType, size: int) -> None:
    store = Store()
    for number, text in enumerate(texts):
        store.add(Quad(NamedNode(f"x:{number}"), NamedNode("x:p"), Literal(text)))
    found = store.query("SELECT ?o ?s ?none { ?s ?p ?o }")
    assert isinstance(found, QuerySolutions)
    data = found.serialize(format=media.results)
    assert data is not None
    counter = RowCounter(media.name)
    for start in range(0, len(data), size):
        counter.feed(data[start : start + size])
    # One row of JSON and none cannot be told apart by what stands between rows.
    assert counter.count == (max(1, len(texts)) if media.suffix == "srj" else len(texts))


def test_limits() -> None:
    output = Output("text/csv", 2, 100, gettempdir())
    output.write(b"a\n1\n2\n")
    with pytest.raises(QueryTooLarge, match=r"many_rows \(most=2"):
        output.write(b"3\n")
    with pytest.raises(QueryTooLarge, match=r"many_bytes \(most=100"):
        Output("text/csv", 2, 100, gettempdir()).write(b"a" * 101)


def test_a_large_result_goes_to_a_file_without_a_name() -> None:
    output = Output("", 1, 10 * IN_MEMORY, gettempdir())
    pieces = [bytes([65 + number]) * (IN_MEMORY // 2) for number in range(5)]
    for piece in pieces:
        output.write(piece)
    assert output.file is not None
    output.file.flush()
    assert not Path(f"/proc/self/fd/{output.file.fileno()}").resolve().exists()
    readable = to_read([output.file.fileno()], output.length)
    assert readable is not None
    with pytest.raises(OSError, match="Bad file descriptor"):  # whoever has written it could map and run it otherwise
        os.pread(output.file.fileno(), 1, 0)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(readable, b"x")
    result = QueryResult("graph", 0, output.length, None, readable)
    assert result.read() == b"".join(pieces)
    result.close()
    output.file.close()


@pytest.mark.skipif(sys.platform != "linux", reason="files without a name, and paths without a right to read")
def test_a_descriptor_is_opened_anew_only_where_it_is_an_unnamed_file_that_was_written(tmp_path: Path) -> None:
    """Opened with the server's rights, a path that a worker may not read would be read for it."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"key")
    os.mkfifo(tmp_path / "fifo")
    flags = {"path": os.O_PATH, "reading": os.O_RDONLY, "named": os.O_WRONLY, "both": os.O_RDWR}
    opened = [os.open(secret, value) for value in flags.values()]
    opened += [os.open(tmp_path / "fifo", os.O_RDWR), os.open(tmp_path, os.O_PATH), os.open("/dev/null", os.O_WRONLY)]
    unnamed = os.open(tmp_path, os.O_WRONLY | os.O_TMPFILE, 0o600)
    os.write(unnamed, b"result")
    try:
        assert [descriptor for descriptor in opened if to_read([descriptor], 0) is not None] == []
        assert to_read([unnamed, unnamed], 0) is None
        assert to_read([], 0) is None
        assert to_read([unnamed], 7) is None
        readable = to_read([unnamed], 6)
        assert readable is not None
        assert os.pread(readable, 9, 0) == b"result"
        os.close(readable)
    finally:
        for descriptor in (*opened, unnamed):
            os.close(descriptor)


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_a_worker_that_sends_many_descriptors_is_hung_up(tmp_path: Path) -> None:
    """Byte by byte, for a reply that never is whole: each would take one of the server's places for connections."""

    async def lie() -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        worker = Worker(subprocess.Popen(["sleep", "60"]), ours)
        asked = asyncio.create_task(worker.run(Job(str(tmp_path / "store"), "ASK {}", "http://b/"), Deadlines(SECONDS)))
        await asyncio.sleep(0)
        before = opened()
        with theirs, suppress(BrokenPipeError, ConnectionResetError):
            theirs.send(FRAME.pack(100, 100_000))
            for _ in range(40):
                socket.send_fds(theirs, [b"\0"], [0, 0, 0])
                await asyncio.sleep(0)
        assert opened() < before + 8
        with pytest.raises(QueryLimit):
            await asked
        assert worker.retired

    asyncio.run(lie())


def opened() -> int:
    """Descriptors of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def framed(reply: Reply, body: bytes = b"") -> bytes:
    header = reply.to_bytes()
    return FRAME.pack(len(header), len(body)) + header + body


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
@pytest.mark.parametrize("kind", ["call", "ask", "", "html"])
def test_a_worker_that_was_taken_over_gets_no_call_nor_descriptor_for_nothing(tmp_path: Path, kind: str) -> None:
    """Calls without end, whose words are no text, each with a descriptor; and results that are none."""
    asked: list[str] = []

    async def call(iri: str, query: str) -> AsyncGenerator[bytes, None]:
        asked.append(query)
        yield b"x"

    async def lie() -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        worker = Worker(subprocess.Popen(["sleep", "60"]), ours)
        job = Job(str(tmp_path / "store"), "ASK {}", "http://b/")
        running = asyncio.create_task(worker.run(job, Deadlines(SECONDS), Calls(call, call)))
        await asyncio.sleep(0)
        before = opened()
        with theirs, suppress(BrokenPipeError, ConnectionResetError):
            while not running.done():
                socket.send_fds(theirs, [framed(Reply(kind=kind), b"\xff")], [0])
                await asyncio.sleep(0.001)
        with pytest.raises(QueryLimit):
            await running
        assert opened() <= before  # both ends of the socket are closed by now
        assert worker.retired
        await worker.wait()

    asyncio.run(lie())
    assert len(asked) == (MOST_CALLS if kind in (CALL, ASK) else 0)


@pytest.mark.parametrize(
    "fields",
    [
        b'["graph", "1", 2, false, "", "", false, ""]',
        b'["graph", 1, -2, true, "", "", false, ""]',
        b'["graph", 1, true, true, "", "", false, ""]',
        b'[["call"], 1, 2, true, "", "", false, ""]',
        b'["graph", 1, 2, false, ["QueryError"], "", false, ""]',
        b'["graph", 1, 2]',
        b'{"kind": 1}',
        b"1",
    ],
)
def test_a_worker_that_talks_nonsense_is_not_listened_to(fields: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        Reply.from_bytes(fields)


def test_what_crosses_the_socket() -> None:
    job = Job("/store", "ASK { ?s ?p '中' }", "http://b/", (("x:a",), ("x:b",)), None, "text/turtle")
    again = Job.from_bytes(*job.to_bytes())
    assert (again.query, again.results, again.graph) == (job.query, None, "text/turtle")
    assert cache.key("00", again) == cache.key("00", job)
    assert Reply.from_bytes(Reply(kind="graph", rows=3).to_bytes()) == Reply(kind="graph", rows=3)
    with pytest.raises(TypeError):
        Reply.from_bytes(b'["graph", 1, 2, false, "", "", false, "", "unknown"]')
    assert type(Reply(error="SystemExit", message="x").exception()).__name__ == "QueryError"
    assert type(Reply(error="QueryTooLarge", message="x").exception()).__name__ == "QueryTooLarge"


def test_keys() -> None:
    job = Job("/store", "ASK {}", "http://b/", (("x:b", "x:a"), ()))
    same = Job("/elsewhere", "\r\nASK {}  ", "http://b/", (("x:a", "x:b"), ()))
    assert cache.key("1", job) == cache.key("1", same)
    assert cache.key("1", job) != cache.key("2", job)
    assert cache.key("1", job) != cache.key("1", Job("/store", "ASK {}", "http://b/"))
    assert cache.key("1", job) != cache.key("1", Job("/store", "ASK {}", "http://b/", job.dataset, "text/csv"))
    assert cache.key("1", Job("/store", "SELECT (RAND() AS ?x) {}", "http://b/")) is None


def test_the_cache_is_bounded() -> None:
    kept = Cache(10_000)
    keys = [cache.Key("0", str(number)) for number in range(40)]
    for key in keys:
        kept.put(key, QueryResult("boolean", 1, 100, b"a" * 100))
    assert kept.size <= 10_000
    assert len(kept) == 10_000 // (100 + OVERHEAD)
    assert kept.get(keys[0]) is None
    assert kept.get(keys[-1]) is not None
    kept.put(keys[0], QueryResult("boolean", 1, 5000, b"a" * 5000))
    assert kept.get(keys[0]) is None


CELLS = st.text(alphabet=",\"\r\n\t ab'港", min_size=1, max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_a_row_of_csv_has_as_many_cells_as_names_whatever_stands_in_them(rows: list[tuple[str, str]]) -> None:
    """IRIs too: a span of ours is ``…/zh#char=120,125``."""
    store = Store()
    wanted = []
    for number, (local, text) in enumerate(rows):
        iri = f"x:{number}#char={number},{local.encode().hex()}"
        store.add(Quad(NamedNode(iri), NamedNode("x:p"), Literal(text)))
        wanted.append([iri, text, ""])
    found = store.query("SELECT ?s ?o ?none { ?s ?p ?o }")
    assert isinstance(found, QuerySolutions)
    output = Output("text/csv", 100, 10_000, gettempdir())
    csv_results.write(found, output)
    table = list(csv.reader(io.StringIO(output.content().decode(), newline="")))
    assert table[0] == ["s", "o", "none"]
    assert sorted(table[1:]) == sorted(wanted)
    assert output.rows == len(rows)
