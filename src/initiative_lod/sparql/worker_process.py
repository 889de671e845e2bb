"""One worker as the server sees it: a process at the end of a socket, which is either answering or dead."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import stat
import sys
import tempfile
from array import array
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple, Protocol

from initiative_lod.errors import (
    DamagedStore,
    EngineError,
    InitiativeLodError,
    Message,
    QueryError,
    QueryLimit,
    QueryMemory,
    QueryTimeout,
    QueryTooComplex,
    ReleaseError,
    Verbatim,
)
from initiative_lod.fork_server import fork
from initiative_lod.release import in_use
from initiative_lod.release.in_use import Lease
from initiative_lod.settings import Settings
from initiative_lod.sparql.job import ASK, CALL, CHUNK, FORMS, LONGEST_HEADER, MOST_CALLS, Job, QueryResult, Reply
from initiative_lod.sparql.worker.evaluation import STORES_KEPT_OPEN
from initiative_lod.sparql.worker.main import CHANNEL, FRAME, Confinement
from initiative_lod.sparql.worker.output import IN_MEMORY
from initiative_lod.waiting.deadlines import Deadlines

NICENESS = 12
PROGRAM = "initiative_lod.sparql.worker.main"  # the module that a worker runs
Call = Callable[[str, str], AsyncGenerator[bytes, None]]
_RECEIVE = 64 * 1024  # bytes at once: for more the allocator asks the kernel each time
_DESCRIPTORS = socket.CMSG_SPACE(4 * array("i").itemsize)  # room for what may come with it, which is one
_START_SECONDS = 30.0


class Process(Protocol):
    """A process that was started, as ``subprocess`` or ``fork_server`` have it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int: ...
    def kill(self) -> None: ...


class Calls(NamedTuple):
    """Calls that a worker may ask for while it has a job: of services, and of the engine that has the release."""

    service: Call | None = None
    engine: Call | None = None


class WorkerDied(Exception):
    """The process ended while it had a job (or was starting); ``status`` is as subprocess gives it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"a query worker ended with status {status}")


class JobNotTaken(WorkerDied):
    """The process was gone before it had the job, which can be given to another one."""


class Worker:
    """A query worker. ``start`` it, ``run`` jobs one at a time; ``kill`` it at any moment."""

    def __init__(self, process: Process, channel: socket.socket) -> None:
        self._process, self._channel, self._descriptor = process, channel, channel.fileno()
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[tuple[Reply, bytes] | None] | None = None
        self._buffer = bytearray()
        self._files: list[int] = []
        self._leases: dict[str, Lease] = {}  # by the store that the process keeps open: it can lock nothing itself
        self._closed = False
        self.retired = False
        self.missing = ""
        self._loop.add_reader(self._descriptor, self._readable)

    @classmethod
    async def start(cls, settings: Settings, urgent: bool = False, program: str = PROGRAM) -> Worker:
        """A worker that is confined and ready, running the module ``program``. Raises WorkerDied when it cannot start.

        It runs at a lower priority than the server: from its first moment, unless it is ``urgent`` to have it.
        """
        ours, theirs = socket.socketpair()
        try:
            confinement = Confinement(
                cpu_seconds=settings.query_cpu_seconds,
                memory=settings.query_memory,
                rows=settings.query_rows,
                size=settings.query_bytes,
                length=settings.query_length,
                nesting=settings.query_nesting,
                services=bool(settings.services),
                remote=bool(settings.store),
                readable=tuple(str(place) for place in (settings.release_folder, settings.language_folder) if place),
                spool=tempfile.gettempdir(),
            )
            # In a thread: the first one waits for the module to be imported.
            told = [json.dumps(asdict(confinement))]
            process = await asyncio.to_thread(fork, program, told, {CHANNEL: theirs.fileno()})
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        worker = cls(process, ours)
        if not urgent:
            worker.yield_to_server()
        try:
            async with asyncio.timeout(_START_SECONDS):
                reply, _, files = await worker._reply()
        except BaseException:
            worker.kill()
            await worker.wait()
            raise
        _close(files)
        worker.missing = reply.message
        worker.yield_to_server()
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Tell whether it can take another job, for all that is known: of one that has just ended ``run`` tells it."""
        return not self.retired

    async def run(self, job: Job, deadlines: Deadlines, calls: Calls = Calls()) -> QueryResult:  # noqa: B008 - a constant
        """The result of ``job``; ``calls`` is what it may call others with. When its deadline is past, or the caller
        is cancelled, the process is killed.

        Raises what the worker raised; QueryTimeout, QueryMemory or QueryTooComplex for the way it died; JobNotTaken;
        DamagedStore for a release that is gone.
        """
        self._keep(job.store)
        header, query = job.to_bytes()
        try:
            with deadlines.within():
                await self._send(FRAME.pack(len(header), len(query)) + header + query)
                reply, body, files = await self._reply()
                called = 0
                while call := {CALL: calls.service, ASK: calls.engine}.get(reply.kind):
                    _close(files)
                    called += 1
                    if called > MOST_CALLS:  # a worker of ours never does
                        self.kill()
                        raise QueryLimit(Message("query.lost"))
                    await self._pass_on(call(reply.message, body.decode("utf-8", "replace")))
                    reply, body, files = await self._reply()
        except TimeoutError:
            self.kill()
            raise QueryTimeout(Message("query.timeout", seconds=f"{deadlines.seconds:g}")) from None
        except JobNotTaken:
            raise
        except WorkerDied as died:
            raise _cause(died.status, job.remote) from None
        except BaseException:
            self.kill()
            raise
        self.retired = self.retired or reply.retire
        if reply.error:
            _close(files)
            raise reply.exception()
        if reply.kind not in FORMS or (job.graph if reply.kind == "graph" else job.results) is None:
            _close(files)
            self.kill()
            raise QueryLimit(Message("query.lost"))
        if not reply.in_file:
            _close(files)
            return QueryResult(reply.kind, reply.rows, len(body), body)
        try:
            result = to_read(files, reply.length)
        finally:
            _close(files)
        if result is None:
            self.kill()
            raise QueryLimit(Message("query.lost"))
        return QueryResult(reply.kind, reply.rows, reply.length, None, result)

    def yield_to_server(self) -> None:
        """From now on the process runs when the server and its pages leave it time to."""
        with contextlib.suppress(OSError):
            priority = os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
            os.setpriority(os.PRIO_PROCESS, self.pid, max(priority, os.getpriority(os.PRIO_PROCESS, self.pid)))

    def kill(self) -> None:
        """End the process now, whatever it does. Never raises, and may be called again."""
        self._hang_up()
        if self._process.poll() is None:
            self._process.kill()

    async def wait(self) -> int:
        """The status of the process, which has been killed or is ending."""
        return await asyncio.to_thread(self._process.wait)

    def _keep(self, store: str) -> None:
        """Let 'release gc' leave alone what the process has open: the stores of its last jobs."""
        try:
            known = self._leases.pop(store) if store in self._leases else in_use.take(Path(store).parent)
        except ReleaseError as error:
            raise DamagedStore(str(error)) from error
        self._leases[store] = known
        while len(self._leases) > STORES_KEPT_OPEN:
            del self._leases[next(iter(self._leases))]

    async def _send(self, data: bytes) -> None:
        try:
            sent = self._channel.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._hang_up()
            raise JobNotTaken(await self._ended()) from None
        if sent < len(data):
            try:
                await self._loop.sock_sendall(self._channel, data[sent:])
            except OSError:
                self._hang_up()
                raise WorkerDied(await self._ended()) from None

    async def _pass_on(self, called: AsyncGenerator[bytes, None]) -> None:
        """Send what a call brings, piece by piece, and then that it was all; or what went wrong."""
        try:
            async with contextlib.aclosing(called) as pieces:
                async for piece in pieces:
                    for start in range(0, len(piece), CHUNK):
                        part = piece[start : start + CHUNK]
                        await self._send(FRAME.pack(0, len(part)) + part)
            end = FRAME.pack(0, 0)
        except InitiativeLodError as error:
            said = error.message or Message("query.failed", detail=Verbatim(error))
            failure = Reply(error=type(error).__name__, message=said.to_json()).to_bytes()
            end = FRAME.pack(len(failure), 0) + failure
        await self._send(end)

    async def _reply(self) -> tuple[Reply, bytes, list[int]]:
        """One whole reply: its header, its body, and the descriptors that came with it."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._closed:
            self._answer.set_result(None)
        try:
            answer = await self._answer
        except BaseException:
            _close(self._files)
            raise
        finally:
            self._answer, files, self._files = None, self._files, []
        if answer is None:
            _close(files)
            raise WorkerDied(await self._ended())
        return *answer, files

    def _readable(self) -> None:
        """Take what the worker has written; hand it over when a reply is whole, or when there will be no more."""
        try:
            piece, ancillary, _, _ = self._channel.recvmsg(_RECEIVE, _DESCRIPTORS)
            received = _descriptors(ancillary) if ancillary else []
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece, received = b"", []
        if self._answer is None or self._answer.done():  # it died idle, or speaks unasked
            _close(received)
            self._hang_up()
            return
        self._files += received
        self._buffer += piece
        if not piece or len(self._files) > 1:  # there is one for a result, and no other
            self._hang_up()
            self._answer.set_result(None)
        elif len(self._buffer) >= FRAME.size:
            header, body = FRAME.unpack_from(self._buffer)
            start = FRAME.size + header
            if header > LONGEST_HEADER or body > IN_MEMORY or len(self._buffer) > start + body:
                self._hang_up()
                self._answer.set_result(None)
            elif len(self._buffer) == start + body:
                data = bytes(self._buffer)
                self._buffer.clear()
                try:
                    self._answer.set_result((Reply.from_bytes(data[FRAME.size : start]), data[start:]))
                except (ValueError, TypeError, RecursionError):
                    self._hang_up()
                    self._answer.set_result(None)

    def _hang_up(self) -> None:
        self.retired = True
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._descriptor)
            self._channel.close()

    async def _ended(self) -> int:
        try:
            async with asyncio.timeout(1.0):
                return await self.wait()
        except TimeoutError:  # it closed its socket, or talks nonsense, and lives
            self.kill()
            return await self.wait()


def to_read(files: Sequence[int], length: int) -> int | None:
    """The one file, which the worker could only write, opened to be read; None for what is no file of such a length.

    That it was opened for writing shows that it is the worker's own: a path without a right to read (``O_PATH``) would
    be opened with ours.
    """
    if len(files) != 1:
        return None
    found, mode = os.fstat(files[0]), fcntl.fcntl(files[0], fcntl.F_GETFL)
    written = mode & os.O_ACCMODE != os.O_RDONLY and not mode & getattr(os, "O_PATH", 0)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink or not written or found.st_size < length:
        return None
    if sys.platform != "linux":
        return os.dup(files[0])
    return os.open(f"/proc/self/fd/{files[0]}", os.O_RDONLY | os.O_CLOEXEC)


def _descriptors(ancillary: Iterable[tuple[int, int, bytes]]) -> list[int]:
    """The descriptors that came with a message."""
    found = array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)


def _close(files: Iterable[int]) -> None:
    for descriptor in files:
        os.close(descriptor)


def _cause(status: int, remote: bool = False) -> InitiativeLodError:
    """Error that a worker's death means for its query, or for the answer of a ``remote`` engine, which it was reading.

    The engine aborts where memory is refused to it.
    """
    if status == -signal.SIGXCPU:
        return QueryTimeout(Message("query.cpu"))
    if status == -signal.SIGKILL:  # not by us: by the kernel for want of memory, or by a person
        return QueryLimit(Message("query.ended"))
    if status in (-signal.SIGABRT, 1, 101):
        return QueryMemory(Message("query.memory"))
    if status in (-signal.SIGSEGV, -signal.SIGBUS):
        if remote:
            return EngineError(Message("engine.unreadable"))
        return QueryTooComplex(Message("query.complex"))
    return QueryError(Message("query.engine", status=str(status)))
