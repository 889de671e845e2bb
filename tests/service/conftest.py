"""A live server: a real uvicorn on a real socket, over the second document's release and over this project's own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from initiative_lod import pipeline, release
from initiative_lod.build.graph import build
from initiative_lod.cli.serve import listen
from initiative_lod.iris import Iris
from initiative_lod.release import Edition, default_graph
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.release.rendered_file import RENDERED
from initiative_lod.settings import Settings
from initiative_lod.sources import questions
from initiative_lod.validation import competency
from initiative_lod.web.app import create_app
from initiative_lod.web.http.connections import Connections
from initiative_lod.web.http.middleware import Front
from patience import SECONDS, eventually, patient


@dataclass(frozen=True)
class Live:
    """A running server."""

    url: str
    settings: Settings
    publisher: Publisher
    client: httpx.Client
    app: Front
    connections: Connections

    @property
    def opened(self) -> OpenRelease:
        """The release that it serves now."""
        return self.publisher.current()

    def get(self, path: str, accept: str | None = None, method: str = "GET", **headers: str) -> httpx.Response:
        """One request; redirects are not followed. Without ``accept`` no Accept header is sent."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept is not None:
            given["accept"] = accept
        return self.client.request(method, self.url + path, headers=given)


@contextmanager
def serve(settings: Settings, publisher: Publisher | None = None) -> Iterator[Live]:
    """Serve the release that is published in the settings' folder, on a free port; with time for every answer."""
    settings = patient(settings)
    publisher = publisher or Publisher(settings.release_folder)
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app = create_app(settings, publisher)
    connections = Connections(settings)
    config = uvicorn.Config(
        app,
        log_level="warning",
        http=connections.protocol,
        loop="uvloop",
        server_header=False,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert eventually(lambda: server.started or not thread.is_alive())
    assert server.started, "the server did not start"
    try:
        with httpx.Client(timeout=SECONDS) as client:
            client.headers = httpx.Headers({"user-agent": "test", "accept-encoding": "identity"})
            yield Live(f"http://127.0.0.1:{port}{settings.root_path}", settings, publisher, client, app, connections)
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        listener.close()


def publish(settings: Settings) -> None:
    """Build and publish what is in the settings' folder, as it is: that it conforms is proved elsewhere."""
    built, iris = build(settings), Iris(settings.base)
    edition = Edition("1.0.0", "2031-03-05")
    store = default_graph.in_memory(built.quads)
    asked = questions.of_project(settings.root, settings.ontology)
    files = {
        "context.jsonld": built.context,
        competency.FILE: competency.content(asked, store, settings.base),
    }
    made = release.write(settings.release_folder, built.quads, edition, files, iris, make_index=pipeline.index_maker())
    release.publish(settings.release_folder, made)


@pytest.fixture(scope="session")
def unrendered(harbour_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second document's release folder, in which everything has to be made when it is asked for."""
    folder = tmp_path_factory.mktemp("unrendered") / "releases"
    shutil.copytree(harbour_root / "releases", folder, symlinks=True, ignore=shutil.ignore_patterns(".merging-*"))
    for path in folder.rglob(RENDERED):
        path.unlink()
    return folder


@pytest.fixture(scope="session")
def harbour(harbour_root: Path) -> Iterator[Live]:
    """A server of the second document."""
    with serve(Settings(root=harbour_root)) as live:
        yield live


@pytest.fixture(scope="session")
def prefixed(harbour_root: Path) -> Iterator[Live]:
    """The same behind a proxy that shows it under a path."""
    with serve(Settings(root=harbour_root, root_path="/lod", trusted_proxies="127.0.0.1")) as live:
        yield live


@pytest.fixture(scope="session")
def real(real_settings: Settings) -> Iterator[Live]:
    """A server of this project's own sources."""
    with serve(real_settings) as live:
        yield live
