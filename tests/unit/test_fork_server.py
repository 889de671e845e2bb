"""Fork server: what its processes have and have not, how their end is told, and that none of them is left."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from initiative_lod import fork_server
from initiative_lod.fork_server import ForkedProcess
from patience import SECONDS, eventually

PROGRAM = """
import json, os, signal, socket, sys
from pathlib import Path

def main():
    channel = socket.socket(fileno=3)
    held = sorted(int(path.name) for path in Path("/dev/fd").iterdir())
    told = {"arguments": sys.argv[1:], "held": held, "folder": os.getcwd(), "parent": os.getppid(),
            "environment": sorted(os.environ), "interrupt": repr(signal.getsignal(signal.SIGINT))}
    channel.sendall(json.dumps(told).encode())
    how = sys.argv[1]
    if how == "raise":
        raise ValueError
    if how == "wait":
        signal.pause()
    if how != "end":
        os.kill(os.getpid(), getattr(signal, how))
"""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "forked_program.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(tmp_path)


def run(*arguments: str) -> tuple[ForkedProcess, dict[str, Any]]:
    """A process of the program, and what it tells of itself."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = fork_server.fork("forked_program", arguments, {3: theirs.fileno()})
        return process, json.loads(ours.recv(1 << 16))


def alive(pid: int) -> bool:
    """Tell whether a process is there, and has not ended and waits to be looked at."""
    with suppress(OSError):
        os.kill(pid, 0)
        return sys.platform != "linux" or ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def test_a_process_has_what_it_was_given_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    process, told = run("end", "two")
    assert process.wait() == 0
    # Four, and the descriptor with which it reads the list.
    assert len(told["held"]) == 5
    assert told["held"][:4] == [0, 1, 2, 3]
    assert (told["arguments"], told["folder"]) == (["end", "two"], "/")
    assert "PATH" in told["environment"]
    assert "SECRET" not in told["environment"]
    # As any process that is started: it may be that interrupts are ignored here, as in the background of a shell.
    code = "import signal; print(repr(signal.getsignal(signal.SIGINT)))"
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told["interrupt"] == started.stdout.strip()
    again, more = run("end")
    assert (more["parent"], again.wait()) == (told["parent"], 0)  # one server forks both
    assert again.pid != process.pid


@pytest.mark.parametrize(
    ("how", "status"), [("end", 0), ("raise", 1), ("SIGSEGV", -signal.SIGSEGV), ("SIGXCPU", -signal.SIGXCPU)]
)
def test_its_end_is_told_to_whoever_asks(how: str, status: int) -> None:
    process, _ = run(how)
    assert [process.wait(), process.wait(1.0), process.poll()] == [status] * 3
    process.kill()  # of what has ended is nothing
    assert process.poll() == status


def test_two_threads_ask_at_a_time() -> None:
    """As the event loop does while the thread that kills a worker waits for its end."""
    process, _ = run("wait")
    waiting = threading.Thread(target=process.wait)
    waiting.start()
    for _ in range(1000):
        assert process.poll() is None
    process.kill()
    waiting.join(SECONDS)
    assert not waiting.is_alive()
    assert process.poll() == -signal.SIGKILL


def test_it_is_ended_at_once_when_it_is_killed_or_let_go_of() -> None:
    process, _ = run("wait")
    assert process.poll() is None
    with pytest.raises(TimeoutError):
        process.wait(0.01)
    process.kill()
    process.kill()
    assert process.wait() == -signal.SIGKILL
    other, _ = run("wait")
    pid = other.pid
    assert alive(pid)
    del other
    assert eventually(lambda: not alive(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_fork_server_that_dies_takes_its_processes_along_and_is_replaced() -> None:
    process, told = run("wait")
    os.kill(told["parent"], signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert eventually(lambda: not alive(process.pid))
    other, again = run("end")
    assert other.wait() == 0
    assert again["parent"] != told["parent"]


def test_it_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    code = (
        "import sys; from unit.test_fork_server import run; process, told = run('wait')\n"
        "print(process.pid, told['parent'], flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code]
    for ended in (signal.SIGKILL, None):
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
            assert parent.stdin is not None
            assert parent.stdout is not None
            pids = [int(number) for number in parent.stdout.readline().split()]
            assert all(map(alive, pids))
            if ended:
                parent.kill()
            else:
                parent.stdin.close()
        assert eventually(lambda: not any(map(alive, pids)))  # noqa: B023


def test_a_process_that_was_forked_from_this_one_has_a_fork_server_of_its_own() -> None:
    _, told = run("end")
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            process, other = run("end")
            os.write(writing, json.dumps([process.wait(), other["parent"]]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    with os.fdopen(reading) as pipe:
        status, parent = json.load(pipe)
    assert status == 0
    assert parent != told["parent"]
    assert run("end")[1]["parent"] == told["parent"]
    assert eventually(lambda: not alive(parent))


def test_a_module_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OSError, match="fork server has ended"):
        fork_server.fork("no_such_module", [], {})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_fork_server_that_does_not_answer_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    process, told = run("wait")
    monkeypatch.setattr(fork_server, "_ANSWER_SECONDS", 0.2)
    os.kill(told["parent"], signal.SIGSTOP)
    other, again = run("end")
    assert again["parent"] != told["parent"]
    assert (process.wait(), other.wait()) == (-signal.SIGKILL, 0)


def test_processes_go_on_when_there_is_no_room_for_one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = PROGRAM + (
        "\nfork, asked = os.fork, []\ndef once_refused():\n    asked.append(1)\n"
        "    if len(asked) == 2:\n        raise BlockingIOError(11, 'x')\n    return fork()\nos.fork = once_refused\n"
    )
    (tmp_path / "forked_program.py").write_text(refusing)
    process, told = run("wait")
    with pytest.raises(BlockingIOError):  # the machine has none, as the fork server says
        run("end")

    def none() -> None:
        raise OSError(errno.EMFILE, "x")

    with monkeypatch.context() as here:
        here.setattr(socket, "socketpair", none)
        with pytest.raises(OSError, match="x"):  # and none of ours
            fork_server.fork("forked_program", [], {})
    assert process.poll() is None
    assert run("end")[1]["parent"] == told["parent"]
