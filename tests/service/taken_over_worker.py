"""A query worker that was taken over: it replies what a query says, a reply's fields as JSON, with a body of a byte."""

from __future__ import annotations

import socket

from initiative_lod.sparql.job import Reply
from initiative_lod.sparql.worker.main import CHANNEL, FRAME


def main() -> None:
    """Reply until the socket closes."""
    channel = socket.socket(fileno=CHANNEL)
    send(channel, Reply(kind="ready").to_bytes(), b"")
    stream = channel.makefile("rb")
    while head := stream.read(FRAME.size):
        header, query = FRAME.unpack(head)
        send(channel, stream.read(header + query)[header:], b"\xff")


def send(channel: socket.socket, header: bytes, body: bytes) -> None:
    channel.sendall(FRAME.pack(len(header), len(body)) + header + body)
