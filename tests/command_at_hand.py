"""The command ``initiative-lod`` for scripts, which costs a fork in place of the second that Python's imports take.

The command is a script that hands what it was given, with its streams, to this process, which has it done by a process
of a fork server.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from initiative_lod import fork_server

CLIENT = """#!{python} -IS
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
given = json.dumps([os.getcwd(), dict(os.environ), sys.argv[1:]]).encode() + b"\\n"
sent = socket.send_fds(line, [given], [0, 1, 2])
line.sendall(given[sent:])
sys.exit(int(line.recv(16)))
"""


@contextmanager
def command_at_hand(folder: Path) -> Iterator[Path]:
    """A command that works for as long as the block runs; what it needs is put into ``folder``."""
    command, address = folder / "initiative-lod", str(folder / "line")
    command.write_text(CLIENT.format(python=sys.executable, address=address), "utf-8")
    command.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        try:
            yield command
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket) -> None:
    with suppress(OSError):  # until it is shut down
        while True:
            line, _ = listener.accept()
            threading.Thread(target=_have_done, args=(line,), daemon=True).start()


def _have_done(line: socket.socket) -> None:
    """Have one command done, and tell its status."""
    with line:
        given, streams, _, _ = socket.recv_fds(line, 1 << 16, 3)
        while not given.endswith(b"\n"):
            given += line.recv(1 << 16)
        try:
            process = fork_server.fork("forked_command", [given.decode()], dict(enumerate(streams)))
        finally:
            for stream in streams:
                os.close(stream)
        line.sendall(str(process.wait()).encode())
