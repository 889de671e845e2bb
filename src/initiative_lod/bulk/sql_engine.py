"""SQL engines that ask the table of quads: DuckDB in this process, Apache Spark on a cluster; one text for both.

The text is DuckDB's SQL, with IRIs as ``{prefix:name}``, and ``{prefix:name*}`` for how such IRIs begin; for Spark
SQLGlot writes it in its dialect.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from initiative_lod.errors import Message, OverLimit, ReleaseError, SettingsError
from initiative_lod.release import quad_table
from initiative_lod.vocabulary import PREFIXES

Row = tuple[Any, ...]
STORE, DUCKDB = "store", "duckdb"
SPARK = ("spark://", "local")  # how the addresses of its masters begin
_IRI = re.compile(r"\{(\w+):([\w/-]*)(\*?)\}")
_ROWS_AT_ONCE = 50_000


class SqlEngine(Protocol):
    """Engine that has tables of quads as views: that of one release as ``quads``."""

    def rows(self, query: str) -> list[Row]:
        """The rows of a query in the text that both engines share."""

    def each(self, query: str) -> Iterator[Row]:
        """The same one after the other, in memory that does not grow with them."""

    def view(self, name: str, query: str) -> None:
        """Name a query, so that others may ask it."""

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Make a table of strings, so that queries may join it."""

    def limit(self, seconds: float) -> None:
        """End each query from now on after so many seconds, if it can; 0: none."""

    def close(self) -> None:
        """Give back what it holds."""


class DuckDbEngine:
    """DuckDB in this process: in so much memory as it is given, and beyond it in a folder for temporary files."""

    def __init__(self, tables: Mapping[str, Path], scratch: Path, memory: int) -> None:
        asked = sum(path.stat().st_size for path in tables.values())
        self._connection = quad_table.connection(scratch, memory, asked, os.cpu_count() or 1)
        self._memory, self._seconds = memory, 0.0
        for name, path in tables.items():
            self.view(name, f"SELECT * FROM read_parquet({literal(str(path))})")

    def rows(self, query: str) -> list[Row]:
        return list(self.each(query))

    def each(self, query: str) -> Iterator[Row]:
        from duckdb import Error, InterruptException, OutOfMemoryException

        timer = threading.Timer(self._seconds, self._connection.interrupt)
        try:
            if self._seconds:
                timer.start()
            found = self._connection.execute(query)
            while some := found.fetchmany(_ROWS_AT_ONCE):
                yield from some
        except InterruptException as error:
            seconds = f"{self._seconds:g}"
            raise OverLimit(
                f"a query was ended after {seconds} s", Message("limit.seconds", seconds=seconds)
            ) from error
        except OutOfMemoryException as error:
            reason = Message("limit.table_memory", bytes=self._memory)
            raise OverLimit(f"a query needs too much memory: {error}", reason) from error
        except Error as error:
            raise ReleaseError(f"DuckDB could not ask the table of quads: {error}") from error
        finally:
            timer.cancel()

    def limit(self, seconds: float) -> None:
        self._seconds = seconds

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
    if name == STORE:
        yield None
        return
    with open_tables(name, {"quads": table}, scratch, memory) as engine:
        engine.view("statements", text("statements"))
        engine.view("stated", text("stated").replace("apart", ", ".join(map(literal, apart)) or "''"))
        yield engine


@contextmanager
def open_tables(name: str, tables: Mapping[str, Path], scratch: Path, memory: int) -> Iterator[SqlEngine]:
    """The engine of that name, which is not the store, over tables of quads by the names of their views.

    Raises SettingsError.
    """
    require_known(name)
    engine: SqlEngine
    if name == DUCKDB:
        engine = DuckDbEngine(tables, scratch, memory)
    else:
        from initiative_lod.bulk.spark_engine import SparkEngine

        engine = SparkEngine(name, tables)
    try:
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
