"""One query worker: confines itself, says that it is ready, then takes one job after another from its socket.

``main`` is run in a process of ``fork_server``, with its settings as one JSON argument, by ``worker_process.Worker``
alone; or by the ``main`` of another module with what draws results for people.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from initiative_lod.errors import (
    DamagedStore,
    InitiativeLodError,
    Message,
    NotAcceptable,
    QueryError,
    QueryMemory,
    QueryTooComplex,
    QueryTooLarge,
    ReleaseError,
    Verbatim,
)
from initiative_lod.release.damage import is_damage
from initiative_lod.sparql.job import ASK, CALL, Job, Reply
from initiative_lod.sparql.worker import sandbox
from initiative_lod.sparql.worker.evaluation import Evaluator, Limits, Show

CHANNEL = 3  # descriptor of a worker's socket
FRAME = struct.Struct("!II")  # lengths of the header and of the body that follow
_AT_ONCE = 64 * 1024  # bytes that are received at once


@dataclass(frozen=True, slots=True)
class Confinement:
    """Settings that the server passes to a worker: every limit, its folders."""

    cpu_seconds: float
    memory: int
    rows: int
    size: int
    length: int
    nesting: int
    services: bool
    remote: bool
    readable: tuple[str, ...]
    spool: str


def main(show: Show | None = None) -> None:
    """Serve jobs until the socket closes."""
    try:
        _run(show)
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)


def _run(show: Show | None) -> None:
    told = Confinement(**json.loads(sys.argv[1]))
    # Ctrl-C reaches the whole group, and a service's stop all its processes: the server decides when a worker ends.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    channel = socket.socket(fileno=CHANNEL)
    heavy = partial(_heavy, _statistics(), told.memory // 2)
    bounds = sandbox.Bounds(told.memory, told.size + 1024 * 1024, tuple(told.readable), told.spool)
    missing = sandbox.confine(os.getppid(), bounds)
    limits = Limits(told.rows, told.size, told.length, told.nesting, told.spool)
    call = (lambda iri, query: _call(channel, CALL, iri, query)) if told.services else None
    ask = (lambda request: _call(channel, ASK, "", request)) if told.remote else None
    evaluator = Evaluator(limits, call, show, ask)
    _send(channel, Reply(kind="ready", message=" ".join(missing)))
    limit = 0
    while (frame := _receive(channel)) is not None:
        limit = sandbox.limit_cpu(told.cpu_seconds, limit)
        _serve(channel, evaluator, frame, heavy)


def _serve(channel: socket.socket, evaluator: Evaluator, frame: tuple[bytes, bytes], heavy: Callable[[], bool]) -> None:
    try:
        kind, output = evaluator.evaluate(Job.from_bytes(*frame))
    except NotAcceptable as error:
        said = _message(error)
        _send(channel, Reply(error.form, error=NotAcceptable.__name__, message=said, refused=error.refused))
    except InitiativeLodError as error:
        # A release folder that was replaced as a whole is another one than the sandbox lets this process read.
        lost = isinstance(error.__cause__, OSError | ReleaseError)
        retire = lost or (isinstance(error, QueryTooLarge) and heavy())
        _send(channel, Reply(error=type(error).__name__, message=_message(error), retire=retire))
    except MemoryError:
        message = Message("query.memory").to_json()
        _send(channel, Reply(error=QueryMemory.__name__, message=message, retire=True))
    except RecursionError:
        message = Message("query.nested").to_json()
        _send(channel, Reply(error=QueryTooComplex.__name__, message=message, retire=True))
    except (OSError, RuntimeError) as error:
        name = DamagedStore.__name__ if is_damage(error) else QueryError.__name__
        message = Message("query.gave_up", detail=Verbatim(error)).to_json()
        _send(channel, Reply(error=name, message=message, retire=True))
    except BaseException as error:  # a panic of the engine's is no Exception; and now this process is done for
        message = Message("query.gave_up", detail=Verbatim(error)).to_json()
        _send(channel, Reply(error=QueryError.__name__, message=message, retire=True))
    else:
        if output.file is None:
            reply = Reply(kind=kind, rows=output.rows, length=output.length)
            _send(channel, reply, output.content())
        else:
            output.file.flush()
            reply = Reply(kind=kind, rows=output.rows, length=output.length, in_file=True, retire=heavy())
            _send(channel, reply, file=output.file.fileno())
            output.file.close()


def _message(error: InitiativeLodError) -> str:
    return (error.message or Message("query.failed", detail=Verbatim(error))).to_json()


def _call(channel: socket.socket, kind: str, iri: str, request: str) -> bytes:
    """Ask the server to call a service, or the engine. Raises what it says went wrong."""
    _send(channel, Reply(kind=kind, message=iri), request.encode())
    pieces: list[bytes] = []
    while True:
        head = _exactly(channel, FRAME.size)
        if head is None:
            os._exit(0)
        failure, body = (_exactly(channel, size) or b"" for size in FRAME.unpack(head))
        if failure:
            raise Reply.from_bytes(failure).exception()
        if not body:
            return b"".join(pieces)
        pieces.append(body)


def _statistics() -> int | None:
    """The file in which the kernel tells how much memory this process holds, opened while it may be; None elsewhere."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _heavy(statistics: int | None, memory: int) -> bool:
    """Tell whether this process holds so much that a next query might not find the room it is promised."""
    if statistics is None:
        return False
    return int(os.pread(statistics, 256, 0).split()[5]) * resource.getpagesize() > memory


def _send(channel: socket.socket, reply: Reply, body: bytes = b"", file: int | None = None) -> None:
    header = reply.to_bytes()
    data = FRAME.pack(len(header), len(body)) + header + body
    if file is None:
        channel.sendall(data)
    else:
        sent = socket.send_fds(channel, [data], [file])
        channel.sendall(data[sent:])


def _receive(channel: socket.socket) -> tuple[bytes, bytes] | None:
    """The next job, header and query; None when the server closed the socket. Nothing follows before it is answered."""
    data = channel.recv(_AT_ONCE)
    while data:
        if len(data) >= FRAME.size:
            header, body = FRAME.unpack_from(data)
            start = FRAME.size + header
            if len(data) >= start + body:
                return data[FRAME.size : start], data[start : start + body]
        more = channel.recv(_AT_ONCE)
        if not more:
            break
        data += more
    return None


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    parts = []
    while size:
        part = channel.recv(min(size, 256 * 1024))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
