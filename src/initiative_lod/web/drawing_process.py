"""Processes of their own for engines that draw: they hold up no other answer, and what they remember ends with them.

Typst and resvg keep Python's lock while they work, a third of a second for a picture and longer for a document, in
which nothing else of a server would be answered; and of each document Typst keeps something in memory.
"""

from __future__ import annotations

import logging
import resource
import subprocess
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar

from initiative_lod.errors import InitiativeLodError

log = logging.getLogger(__name__)

#: What has been drawn, by what is asked for: in an export, which asks for a drawing under several addresses.
DRAWN: ContextVar[MutableMapping[tuple[str, ...], bytes] | None] = ContextVar("drawn", default=None)


def run(module: str, *arguments: str, data: str, seconds: int) -> bytes:
    """The output of ``python -m module`` that is given ``data``. Raises InitiativeLodError when it fails or is slow.

    The module calls ``confine`` first.
    """
    asked, drawn = (module, *arguments, data), DRAWN.get()
    if drawn is not None and asked in drawn:
        return drawn[asked]
    command = [sys.executable, "-m", module, *arguments]
    try:
        done = subprocess.run(command, input=data.encode(), capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise InitiativeLodError(f"{module} was not done in {seconds} s") from error
    if done.returncode or not done.stdout:
        log.error("the process of %s said: %s", module, done.stderr.decode(errors="replace").strip())
        raise InitiativeLodError(f"{module} ended with status {done.returncode}, and the log has what it said")
    if drawn is not None:
        drawn[asked] = done.stdout
    return done.stdout


def confine(seconds: int, memory: int) -> None:
    """Let this process have so much processor time, so that it does not outlive its server for long, and memory in
    bytes.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
