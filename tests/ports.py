"""Ports for servers of tests that are told their port before they take it."""

from __future__ import annotations

import random
import socket

#: Below those from which systems give ports to clients: one of these may go to another test's connection at any moment.
RANGE = range(10_000, 32_000)


def free_port() -> int:
    """A port that nobody has, and that nobody is given who asks for any."""
    for port in random.SystemRandom().sample(RANGE, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port
    raise AssertionError("a hundred ports are all taken")
