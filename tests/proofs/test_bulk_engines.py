"""Checks and counts by the store, by DuckDB, and by Spark on a cluster of its own: equal, on the graphs of others.

``make spark`` runs it with PySpark, which it installs beside; without PySpark or Java that part is skipped.
"""

from __future__ import annotations

import hashlib
import os
import resource
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Store

from initiative_lod.build import identity, inference
from initiative_lod.bulk import differences, quad_counts
from initiative_lod.bulk.sql_engine import DUCKDB, open_engine
from initiative_lod.merge.conflicts import find_conflicts, sql_checks
from initiative_lod.merge.conflicts.check import CheckResult, checks
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.release import Release, changes, statistics
from initiative_lod.release.changes import Change
from initiative_lod.release.manifest import TABLE
from initiative_lod.release.statistics import Statistics
from initiative_lod.settings import Settings
from merge.conftest import I, settings, start, written_start  # noqa: F401 (fixtures)
from patience import SECONDS
from ports import free_port

GRAPHS = Path(__file__).resolve().parents[3] / "shared" / "graphs"
WORKERS = 2
Counts = dict[NamedNode | DefaultGraph, Statistics]
PREFIXES = {**I.prefixes, "graph": I.graph("").value, "ours": I.base}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not GRAPHS.is_dir(), reason="the graphs of others are not there (../shared/graphs)"),
]


@pytest.fixture
def merged(settings: Settings, start: Release) -> Release:  # noqa: F811
    """All graphs of others in one release, without a report."""
    named = tuple(str(path) for path in sorted(GRAPHS.iterdir()) if path.is_dir())
    made = merge(settings, start, MergeRequest(named=named, retrieved="2026-11-24")).release
    assert made is not None
    return made


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a Spark master on this machine that has two workers."""
    if find_spec("pyspark") is None or find_spec("sqlglot") is None or which("java") is None:
        pytest.skip("Spark is not there: make spark, on a machine with Java 17")
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_SCALA_VERSION": "2.13", "SPARK_NO_DAEMONIZE": "1"}
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    run = [str(home / "bin" / "spark-class")]
    place = ["--host", "127.0.0.1", "--webui-port", "0"]
    commands = [[*run, "org.apache.spark.deploy.master.Master", "--port", str(port), *place]]
    commands += [
        [*run, "org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "2g", *place, master]
    ] * WORKERS
    quiet = subprocess.DEVNULL
    running = [subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) for command in commands]
    try:
        until = time.monotonic() + SECONDS
        while not _is_open(port) and time.monotonic() < until:
            time.sleep(0.2)
        yield master
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _is_open(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def by_store(release: Release) -> list[CheckResult]:
    asked = find_conflicts.stores(Store.read_only(str(release.store)), release.path, I)
    return [check.run(asked[check.over], PREFIXES) for check in checks()]


def by_engine(name: str, release: Release, scratch: Path) -> tuple[list[CheckResult], Counts]:
    repeating = [f"<{I.graph(name).value}>" for name in (identity.NAME, inference.NAME)]
    with open_engine(name, release.path / TABLE, scratch, 1 << 30, repeating) as engine:
        assert engine is not None
        sql_checks.prepare(engine, find_conflicts.graphs_of_parts(release.path), PREFIXES)
        return [sql_checks.run(check, engine, PREFIXES) for check in checks()], quad_counts.of_all(engine)


def changed(found: Iterable[Change]) -> tuple[int, str]:
    """How many changes there are, and a digest of them in their order."""
    count, digest = 0, hashlib.sha256()
    for change in found:
        count += 1
        digest.update(f"{change.added:d}{change.line}\n".encode())
    return count, digest.hexdigest()


def test_duckdb_finds_what_the_store_finds_and_spark_what_duckdb_finds(
    start: Release,  # noqa: F811
    merged: Release,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    spent = [_processor()]
    found, counted = by_engine(DUCKDB, merged, tmp_path)
    spent.append(_processor())
    expected = by_store(merged)
    spent.append(_processor())
    store = Store.read_only(str(merged.store))
    named = {graph: stated for graph, stated in counted.items() if isinstance(graph, NamedNode)}
    assert named == {graph: statistics.of_graph(store, graph) for graph in named}  # the default one has more by now
    spent.append(_processor())
    assert [(result.kind, result.total) for result in found] == [(result.kind, result.total) for result in expected]
    assert found == expected
    print(f"{merged.manifest.quads:,} quads; totals: {[(item.kind, item.total) for item in found if item.total]}")
    print(f"seconds of processor: DuckDB {spent[1] - spent[0]:.1f}, the store {spent[3] - spent[1]:.1f}")
    differing = changed(changes.between(start, merged))
    assert changed(differences.between(start, merged, DUCKDB, tmp_path, 1 << 30)) == differing
    begun, master = time.monotonic(), request.getfixturevalue("cluster")
    by_spark, counted_by_spark = by_engine(master, merged, tmp_path)
    assert [(result.kind, result.total) for result in by_spark] == [(result.kind, result.total) for result in found]
    assert by_spark == found
    assert counted_by_spark == counted
    assert changed(differences.between(start, merged, master, tmp_path, 1 << 30)) == differing
    print(f"Spark on {WORKERS} workers: {time.monotonic() - begun:.0f} s by the clock")


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
