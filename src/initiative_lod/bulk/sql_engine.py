"""SQL engines that ask the table of quads: DuckDB in this process, Apache Spark on a cluster; one text for both.

The text is DuckDB's SQL, with IRIs as ``{prefix:name}``, and ``{prefix:name*}`` for how such IRIs begin; for Spark
SQLGlot writes it in its dialect.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from initiative_lod.errors import ReleaseError, SettingsError
from initiative_lod.release import quad_table
from initiative_lod.vocabulary import PREFIXES

Row = tuple[Any, ...]
STORE, DUCKDB = "store", "duckdb"
SPARK = ("spark://", "local")  # how the addresses of its masters begin
_IRI = re.compile(r"\{(\w+):([\w/-]*)(\*?)\}")
_ROWS_AT_ONCE = 50_000


class SqlEngine(Protocol):
    """Engine that has the table of quads as the view ``quads``."""

    def rows(self, query: str) -> list[Row]:
        """The rows of a query in the text that both engines share."""

    def view(self, name: str, query: str) -> None:
        """Name a query, so that others may ask it."""

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Make a table of strings, so that queries may join it."""

    def close(self) -> None:
        """Give back what it holds."""


class DuckDbEngine:
    """DuckDB in this process: in so much memory as it is given, and beyond it in a folder for temporary files."""

    def __init__(self, table: Path, scratch: Path, memory: int) -> None:
        self._connection = quad_table.connection(scratch, memory, table.stat().st_size, os.cpu_count() or 1)
        quoted = str(table).replace("'", "''")
        self._connection.execute(f"CREATE VIEW quads AS SELECT * FROM read_parquet('{quoted}')")

    def rows(self, query: str) -> list[Row]:
        from duckdb import Error

        try:
            found: list[Row] = self._connection.execute(query).fetchall()
        except Error as error:
            raise ReleaseError(f"DuckDB could not ask the table of quads: {error}") from error
        return found

    def view(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{item} VARCHAR' for item in columns)})")
        insert = f"INSERT INTO {name} SELECT {', '.join('unnest(?::VARCHAR[])' for _ in columns)}"
        remaining = iter(rows)
        while some := list(islice(remaining, _ROWS_AT_ONCE)):
            self._connection.execute(insert, [list(column) for column in zip(*some, strict=True)])

    def close(self) -> None:
        self._connection.close()


def require_known(name: str) -> None:
    """Raise SettingsError for the name of an engine that is none, or is not installed."""
    if name in (STORE, DUCKDB):
        return
    if not name.startswith(SPARK):
        raise SettingsError(f"there is no engine {name!r}: it is {STORE}, {DUCKDB}, or spark://HOST:PORT of a master")
    from initiative_lod.bulk import spark_engine  # here: it is for those who have a cluster

    spark_engine.require_installed()


@contextmanager
def open_engine(
    name: str, table: Path, scratch: Path, memory: int, apart: Sequence[str] = ()
) -> Iterator[SqlEngine | None]:
    """The engine of that name over a table of quads, with the views that operations ask; None for the store.

    ``apart`` are the terms of graphs that repeat what others state. Raises SettingsError.
    """
    require_known(name)
    engine: SqlEngine
    if name == STORE:
        yield None
        return
    if name == DUCKDB:
        engine = DuckDbEngine(table, scratch, memory)
    else:
        from initiative_lod.bulk.spark_engine import SparkEngine

        engine = SparkEngine(name, table)
    try:
        engine.view("statements", text("statements"))
        engine.view("stated", text("stated").replace("apart", ", ".join(map(literal, apart)) or "''"))
        yield engine
    finally:
        engine.close()


def text(name: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """A query of this package."""
    return expanded(resources.files("initiative_lod.bulk").joinpath("sql", f"{name}.sql").read_text("utf-8"), prefixes)


def expanded(query: str, prefixes: Mapping[str, str]) -> str:
    """A query with its IRIs, and beginnings of IRIs, as terms of N-Quads."""
    return _IRI.sub(lambda match: literal(f"<{prefixes[match[1]]}{match[2]}{'' if match[3] else '>'}"), query)


def literal(value: str) -> str:
    """A string as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
