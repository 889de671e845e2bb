"""Fork server: a process that has imported a module, and forks itself when another process of that module is wanted.

To start Python and to import takes a tenth of a second of processor time, to fork a few milliseconds: a query worker
that had to be ended is replaced at once, and the readers of a merge cost one start. What was imported lies in memory
once for all of them. A fork server has one thread, knows no secret of its parent's, reads nothing but its requests, and
ends with its parent; its processes end with it.
"""

from __future__ import annotations

import atexit
import errno
import fcntl
import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from initiative_lod.child_process import end_with

# Variables that a process has of its parent's environment: nothing that could be a secret.
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "SYSTEMROOT", "TMPDIR", "TZ")
_NUMBER = struct.Struct("!i")  # a process id, a status
_MOST_DESCRIPTORS = 8
_AT_ONCE = 64 * 1024  # bytes that are received at once
_ABOVE = 64  # descriptors while they are put in their places
_START_SECONDS = 60.0  # that a fork server may take to import, and to fork
_ANSWER_SECONDS = 20.0  # that one which has imported may take to fork: beyond that it is stopped, or stuck
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ForkedProcess:
    """A process that a fork server has forked, which tells when it has ended: the kernel tells its own parent alone."""

    def __init__(self, line: socket.socket) -> None:
        self.pid, self._line = 0, line

    def poll(self) -> int | None:
        """Its status, as ``subprocess`` gives it, if it has ended."""
        return self._status() if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Its status, when it has ended. Raises TimeoutError."""
        if not self._has_ended(None if timeout is None else timeout * 1000):
            raise TimeoutError
        return self._status()

    def kill(self) -> None:
        """End it now. The fork server does, which alone knows that it is this process still that has the number."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)

    def __del__(self) -> None:
        self._line.close()  # whoever lets go of it has it ended

    def _has_ended(self, milliseconds: float | None) -> bool:
        asked = select.poll()  # one for each call: two threads may ask at a time, of which one object refuses one
        asked.register(self._line, select.POLLIN)
        return bool(asked.poll(milliseconds))

    def _status(self) -> int:
        status = self._line.recv(_NUMBER.size, socket.MSG_PEEK)  # it stays there, for whoever asks again
        return int(_NUMBER.unpack(status)[0]) if status else -signal.SIGKILL  # it ended with its fork server


class _ForkServer:
    """The fork server of a module, as its parent sees it."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, module, str(number)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[number],
                env=environment,
                cwd="/",
            )

    def fork(self, arguments: Sequence[str], descriptors: Mapping[int, int], seconds: float) -> ForkedProcess:
        """Raises ConnectionError where the fork server has ended or does not answer, OSError when it cannot fork."""
        line, theirs = socket.socketpair()
        line.settimeout(seconds)
        self._control.settimeout(seconds)
        process = ForkedProcess(line)
        with theirs:
            request = json.dumps([list(arguments), list(descriptors)]).encode() + b"\n"
            try:
                sent = socket.send_fds(self._control, [request], [theirs.fileno(), *descriptors.values()])
                self._control.sendall(request[sent:])
                theirs.close()  # or its end would not be seen
                answer = line.recv(_NUMBER.size)
            except TimeoutError:
                raise ConnectionAbortedError("the fork server does not answer") from None
        if not answer:
            raise ConnectionResetError("the fork server has ended")
        (process.pid,) = _NUMBER.unpack(answer)
        if process.pid < 0:
            raise OSError(-process.pid, os.strerror(-process.pid))
        return process

    def leave(self) -> None:
        """Hang up: it ends, with its processes, when nobody else is on the line."""
        self._control.close()

    def close(self, seconds: float) -> None:
        """End it, with its processes; by a signal, if it does not by itself within ``seconds``."""
        self.leave()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_servers: dict[tuple[str, ...], _ForkServer] = {}
_others: list[object] = []
_lock = threading.Lock()


def fork(module: str, arguments: Sequence[str], descriptors: Mapping[int, int]) -> ForkedProcess:
    """A process that runs ``main`` of ``module`` with ``arguments``, in the root folder. Of ours it has ``descriptors``
    alone, by the numbers that they have there; its standard ones else are the null device.

    The first one of a module waits until that is imported. Raises OSError when there can be none.
    """
    environment = _environment()
    key = (module, *(f"{name}={value}" for name, value in environment.items()))
    with _lock:
        for known in (_servers.get(key), None):
            server = known or _ForkServer(module, environment)
            try:
                forked = server.fork(arguments, descriptors, _ANSWER_SECONDS if known else _START_SECONDS)
            except ConnectionError:
                _servers.pop(key, None)
                server.close(0)
                if known is None:
                    raise
            except OSError:  # there is no room for one more: those that there are go on
                _servers[key] = server
                raise
            else:
                _servers[key] = server
                return forked
    raise AssertionError  # the second one was returned, or has raised


def _environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(path).absolute()) for path in sys.path if path)
    environment["MALLOC_ARENA_MAX"] = "1"  # arenas are address space that a limit of data would count
    return environment


@atexit.register
def _close() -> None:
    while _servers:
        _servers.popitem()[1].close(_ANSWER_SECONDS)


def _leave() -> None:
    """In a process that was forked from this one: it starts fork servers of its own."""
    global _lock, _servers
    for server in _servers.values():
        server.leave()
    _others.append(_servers)  # to be told apart from those that were let go of
    _lock, _servers = threading.Lock(), {}


os.register_at_fork(after_in_child=_leave)


# The fork server itself

Main = Callable[[], object]


class _Forks:
    """Processes of a fork server, each with its line: who hangs up has it ended, who does not is told when it ended."""

    def __init__(self, poll: select.poll) -> None:
        self._poll = poll
        self._lines: dict[int, socket.socket] = {}  # by process
        self._pids: dict[int, int] = {}  # by the descriptor of a line that is listened to

    def add(self, pid: int, line: socket.socket) -> None:
        self._lines[pid] = line
        self._pids[line.fileno()] = pid
        self._poll.register(line, select.POLLIN)
        with suppress(OSError):
            line.send(_NUMBER.pack(pid))

    def hung_up(self, descriptor: int) -> None:
        if pid := self._pids.pop(descriptor, None):
            self._poll.unregister(descriptor)
            os.kill(pid, signal.SIGKILL)  # which has its number still, as nobody else waits for it

    def look(self) -> None:
        """Tell of those that have ended."""
        for pid, line in [*self._lines.items()]:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._lines[pid]
                if self._pids.pop(line.fileno(), None):
                    self._poll.unregister(line)
                with line, suppress(OSError):
                    line.send(_NUMBER.pack(os.waitstatus_to_exitcode(status)))

    def end(self) -> NoReturn:
        for pid in self._lines:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _serve(main: Main, control: socket.socket) -> NoReturn:
    # The parent decides when it ends.
    handlers: dict[int, Any] = {number: signal.signal(number, signal.SIG_IGN) for number in _INTERRUPTS}
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(woken, select.POLLIN)
    forks, this = _Forks(poll), os.getpid()
    gc.collect()
    gc.freeze()  # a look at what is shared would copy it
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == woken.fileno():
                woken.recv(_AT_ONCE)
                forks.look()
            elif descriptor != control.fileno():
                forks.hung_up(descriptor)
            elif (request := _request(control)) is None:
                forks.end()
            else:
                try:
                    pid = os.fork()
                except OSError as error:  # no memory, no number: the processes that there are go on
                    for given in request.descriptors:
                        os.close(given)
                    with request.line, suppress(OSError):
                        request.line.send(_NUMBER.pack(-(error.errno or errno.EAGAIN)))
                    continue
                if pid == 0:
                    end_with(this)
                    _run(main, request, {**handlers, signal.SIGCHLD: signal.SIG_DFL})
                for given in request.descriptors:
                    os.close(given)
                forks.add(pid, request.line)


class _Request(NamedTuple):
    """Request for a process: arguments, descriptors and the numbers that they are to have, and the line."""

    arguments: list[str]
    numbers: list[int]
    descriptors: list[int]
    line: socket.socket


def _request(control: socket.socket) -> _Request | None:
    """The next request; None when there will be none."""
    text, descriptors, _, _ = socket.recv_fds(control, _AT_ONCE, _MOST_DESCRIPTORS)
    while text and not text.endswith(b"\n"):
        piece = control.recv(_AT_ONCE)
        text = text + piece if piece else b""
    if not text:
        return None
    arguments, numbers = json.loads(text)
    return _Request(arguments, numbers, descriptors[1:], socket.socket(fileno=descriptors[0]))


def _run(main: Main, request: _Request, handlers: Mapping[int, Any]) -> NoReturn:
    """In the forked process: have nothing but what was given, and run."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        apart = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for descriptor in request.descriptors]
        for number, descriptor in zip(request.numbers, apart, strict=True):
            os.dup2(descriptor, number)
        for other in {int(path.name) for path in Path("/dev/fd").iterdir()} - {0, 1, 2, *request.numbers}:
            with suppress(OSError):  # the one that has listed them is closed already
                os.close(other)
        sys.argv[1:] = request.arguments
        main()
        sys.stdout.flush()
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve(import_module(sys.argv[1]).main, socket.socket(fileno=int(sys.argv[2])))
