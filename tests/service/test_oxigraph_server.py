"""Oxigraph's own server as the engine, where it is: loaded in three ways, and right but for what is known of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from initiative_lod import release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.sparql import remote_loading
from initiative_lod.sparql.remote_loading import Target, Way, load
from initiative_lod.sparql.remote_store import endpoint_of
from patience import SECONDS, eventually, patient
from ports import free_port
from service.conftest import serve
from service.test_nginx import listens

OXIGRAPH = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")

pytestmark = [
    pytest.mark.skipif(OXIGRAPH is None, reason="Oxigraph's server is not here: pip install oxigraph"),
    pytest.mark.thorough,
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server with a store in memory."""
    port = free_port()
    with subprocess.Popen(
        [str(OXIGRAPH), "serve", "--bind", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert eventually(lambda: listens(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(SECONDS)


@pytest.mark.parametrize(
    ("way", "path", "known"),
    [
        (Way.QUADS, "/store", {"from"}),
        (Way.GRAPH_STORE, "/store", {"from", "blank-nodes"}),
        (Way.UPDATE, "/update", {"from", "blank-nodes"}),
    ],
)
def test_all_of_this_project_s_release_is_answered_alike(
    address: str, real_settings: Settings, way: Way, path: str, known: set[str]
) -> None:
    findings, _ = loaded(address, real_settings, way, path)
    assert findings <= known


def test_a_large_release_is_sent_in_several_documents_and_a_server_over_it_answers(
    address: str, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_loading, "MAX_ONE_DOCUMENT_BYTES", 2 << 20)
    findings, said = loaded(address, real_settings, Way.QUADS, "/store")
    assert findings <= {"from"}
    assert len([line for line in said if line.startswith("document")]) > 3
    current = release.current(real_settings.release_folder)
    assert current is not None
    settings = replace(real_settings, store=f"{address}/query", store_deviations="from")
    with serve(settings) as live:
        assert eventually(lambda: live.get("/readyz").status_code == 200)
        answer = live.get("/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D", "text/csv")
        assert answer.text.split() == ["n", str(current.manifest.triples)]
        assert httpx.get(f"{live.url}/sparql", headers={"accept": "text/turtle"}).text.count("FROM") == 2


def loaded(address: str, real_settings: Settings, way: Way, path: str) -> tuple[set[str], list[str]]:
    """Load this project's release; the names of what the engine does otherwise, and what is said meanwhile."""
    current = release.current(real_settings.release_folder)
    assert current is not None
    settings = patient(Settings(store=f"{address}/query"))
    target = Target.of(settings, address + path, way)
    said: list[str] = []
    found = load(OpenRelease.open(current), endpoint_of(settings, current.version), target, False, said.append)
    return {finding.name for finding in found}, said
