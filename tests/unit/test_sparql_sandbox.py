"""What the kernel refuses to a confined process, whatever runs in it."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the filter is for Linux on x86_64 and aarch64",
)

CONFINED = """
import ctypes, os, sys, threading
from initiative_lod.sparql.worker import sandbox
import pyoxigraph
missing = sandbox.confine(int(sys.argv[1]), 512 << 20, 1 << 20)
assert not missing, missing
{}
"""


def run(code: str, parent: int | None = None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", CONFINED.format(code), str(os.getpid() if parent is None else parent), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import socket; socket.socketpair()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_refused(attempt: str) -> None:
    done = run(attempt)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "PermissionError" in done.stderr


def test_io_uring_is_refused() -> None:
    done = run("print(ctypes.CDLL(None, use_errno=True).syscall(425, 8, 0), ctypes.get_errno())")
    assert done.stdout.split()[0] == "-1", done


def test_threads_and_files_are_not() -> None:
    done = run(
        "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
        "import tempfile; f = tempfile.TemporaryFile(); f.write(b'a' * 1000); print('file')"
    )
    assert done.stdout.split() == ["thread", "file"], done.stderr


def test_limits() -> None:
    assert "File too large" in run("f = open('/dev/shm/x', 'wb', 0) if 0 else __import__('tempfile').TemporaryFile()\n"
                                   "for _ in range(40): f.write(b'a' * 100_000)").stderr  # fmt: skip
    assert "MemoryError" in run("a = bytearray(600 << 20)").stderr
    assert run("print(os.sysconf('SC_PAGESIZE'), __import__('resource').getrlimit(4))").stdout.endswith("(0, 0)\n")
    spinning = run("sandbox.limit_cpu(0.5)\nwhile True: pass")
    assert spinning.returncode == -24  # SIGXCPU


def test_another_parent_than_it_was_told_means_that_the_server_is_dead() -> None:
    done = run("print('alive')", parent=1)
    assert (done.returncode, done.stdout) == (1, "")


def test_the_engine_itself_cannot_call_out() -> None:
    """Were the guard to miss a SERVICE clause, this is what would happen."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        query = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        done = run(f"list(pyoxigraph.Store().query({query!r}))")
        assert done.returncode == 1
        assert "Error" in done.stderr
        silent = run(f"print(len(list(pyoxigraph.Store().query({query.replace('SERVICE', 'SERVICE SILENT')!r}))))")
        assert silent.stdout == "1\n"
        with pytest.raises(BlockingIOError):
            listener.accept()
