"""Rows of SQLite that are inserted many at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from initiative_lod.release.files import insert_rows


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_every_row_is_inserted_in_its_order(count: int) -> None:
    rows = [(number, f"text {number}", None) for number in range(count)]
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.execute("CREATE TABLE t(a INTEGER, b TEXT, c BLOB)")
        insert_rows(opened, "t", 3, iter(rows))
        assert opened.execute("SELECT a, b, c FROM t ORDER BY rowid").fetchall() == rows
