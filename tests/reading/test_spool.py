"""Spools: whatever the order in which lines were read, and however often, each comes once and in order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from initiative_lod.reading import spool


@pytest.mark.parametrize("run", [1 << 20, 64])
def test_lines_come_once_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int) -> None:
    monkeypatch.setattr(spool, "RUN", run)
    lines = [f"<{number}> .".encode() for number in range(50)] * 3
    random.Random(5).shuffle(lines)
    (tmp_path / "spool").write_bytes(b"".join(line + b"\n" for line in lines))
    runs = spool.sort_spool(tmp_path / "spool", tmp_path)
    assert (len(runs) > 1) is (run == 64)
    assert list(spool.merged(runs)) == sorted(set(lines))
    assert list(spool.merged([])) == []
