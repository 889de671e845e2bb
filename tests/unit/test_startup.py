"""Start: a process imports no more than what it does needs, since a merge, a server and every command start some."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Libraries that take long to import, and that few processes use.
HEAVY = ("fastapi", "jinja2", "lxml", "opencc", "pydantic", "pyld", "pyshacl", "rdflib", "requests")
#: And what is of no use to a process that answers queries, or reads files that are there.
UNASKED = ("babel", "difflib", "duckdb", "http.client", "ssl", "urllib.request", "initiative_lod.release.folder")
STARTED = ("initiative_lod.cli", "initiative_lod.reading.reader_process", "initiative_lod.web.sparql_worker")


@pytest.mark.parametrize("module", STARTED)
def test_nothing_heavy_is_imported(module: str) -> None:
    unasked = UNASKED if "process" in module or "worker" in module else ()
    code = f"import sys, {module}; print(*sys.modules.keys() & {set(HEAVY + unasked)})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
