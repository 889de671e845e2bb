"""A disk that is full when the last lines of a graph are written, as its file is closed."""

from __future__ import annotations

import threading
from pathlib import Path

from initiative_lod.merge import graph_file
from patience import SECONDS


def test_it_is_told_and_nobody_waits_for_ever() -> None:
    said: list[str] = []

    def write() -> None:
        try:
            graph_file.write([b"<a:a> <a:b> <a:c> <a:g> ."], Path("/dev/full"), "graphs/x.nq.gz", "a:g")
        except OSError as error:
            said.append(str(error))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    writer.join(SECONDS)
    assert said == ["[Errno 28] No space left on device"]
