"""A way to read one file in this process, as a reader's process does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from initiative_lod.reading import parse as reading
from initiative_lod.reading.parse import How
from initiative_lod.reading.source_files import FileOutcome, Member

GRAPH, BASE = "http://harbour.example/graph", "http://harbour.example/base/"
Read = Callable[..., tuple[FileOutcome, list[Quad]]]


def read_bytes(
    name: str, data: bytes, lenient: bool = False, genid: str = "", path: Path | None = None
) -> tuple[FileOutcome, list[Quad]]:
    """What became of a file, and its statements."""
    digest = hashlib.sha256(data).hexdigest()
    member = Member(name, len(data), digest, path, None if path else data)
    written: list[bytes] = []
    outcome = reading.read(member, How(GRAPH, BASE, genid, lenient), written.append, lambda stage: None)
    if outcome.status != "taken":
        return outcome, []
    return outcome, list(parse(b"".join(written), format=RdfFormat.N_QUADS))


@pytest.fixture(params=["small", "large"])
def read(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Read:
    """Reads a file at once, or streams it as one that is too large for that: both give the same."""
    if request.param == "small":
        return read_bytes
    monkeypatch.setattr(reading, "WHOLE", 0)

    def streamed(name: str, data: bytes, lenient: bool = False, genid: str = "") -> tuple[FileOutcome, list[Quad]]:
        path = tmp_path / name
        path.write_bytes(data)
        return read_bytes(name, data, lenient, genid, path)

    return streamed
