"""Apache Spark as an SQL engine: a driver in this process, its executors where the master of a cluster has them.

Every machine of the cluster reads the table under the same path: a shared file system.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

from initiative_lod.errors import ReleaseError, SettingsError

_PARTITIONS = 8  # into which a query's rows are shuffled; Spark's own adaptive execution joins those that are small
#: A part of a result comes to the driver as a whole, and the driver has a gigabyte.
_IN_SMALL_PARTS = {
    "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "1000",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "2MB",
}


def require_installed() -> None:
    """Raise SettingsError, which says what to do, where this machine has no Spark."""
    missing = [name for name in ("pyspark", "sqlglot") if find_spec(name) is None]
    if missing:
        raise SettingsError(f"Spark needs {' and '.join(missing)}: pip install 'initiative-lod[spark]'")
    java = os.environ.get("JAVA_HOME")
    if not (which("java") or (java and Path(java, "bin", "java").is_file())):
        raise SettingsError("Spark needs Java 17 or later, and there is no 'java' on the path: install a JRE")


class SparkEngine:
    """Spark at the address of its master (``spark://host:port``, or ``local[2]`` for this machine alone)."""

    def __init__(self, master: str, tables: Mapping[str, Path]) -> None:
        from pyspark.sql import SparkSession

        self._master = master
        builder: Any = SparkSession.builder
        with self._told():
            self._session: Any = (
                builder.master(master)
                .appName("initiative-lod")
                .config("spark.ui.enabled", "false")
                .config("spark.ui.showConsoleProgress", "false")
                .config("spark.log.level", "ERROR")
                .config("spark.sql.shuffle.partitions", str(_PARTITIONS))
                .config("spark.sql.ansi.enabled", "true")
                .getOrCreate()
            )
            for name, path in tables.items():
                self._session.read.parquet(str(path)).createOrReplaceTempView(name)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._told():
            return [tuple(row) for row in self._session.sql(_dialect(query)).collect()]

    def each(self, query: str) -> Iterator[tuple[Any, ...]]:
        with self._told():
            for name, value in _IN_SMALL_PARTS.items():
                self._session.conf.set(name, value)
            try:
                yield from (tuple(row) for row in self._session.sql(_dialect(query)).toLocalIterator())
            finally:
                for name in _IN_SMALL_PARTS:
                    self._session.conf.unset(name)

    def view(self, name: str, query: str) -> None:
        with self._told():
            self._session.sql(_dialect(query)).createOrReplaceTempView(name)

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        schema = ", ".join(f"{item} string" for item in columns)
        with self._told():
            self._session.createDataFrame([tuple(row) for row in rows], schema).createOrReplaceTempView(name)

    def limit(self, seconds: float) -> None:
        """Nothing: what a job on a cluster may take is for the cluster to say."""

    def close(self) -> None:
        self._session.stop()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise ReleaseError for what Spark could not do, or its Java."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            yield
        except (PySparkException, Py4JError) as error:
            said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise ReleaseError(f"Spark at {self._master} could not ask the table of quads: {said[:300]}") from error


def _dialect(query: str) -> str:
    """A query in Spark's SQL."""
    from sqlglot import transpile

    (written,) = transpile(query, read="duckdb", write="spark")
    return str(written)
