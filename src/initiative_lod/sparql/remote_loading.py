"""Loading of a release into another engine: its named graphs, and the set of all triples as the default graph; as one
document of quads, by the Graph Store Protocol, or by SPARQL Update.

The description of the release comes last and goes first. A server that is asked meanwhile sees by it that the engine
has no release, and says so; nobody is given part of one. Where all fits into one update, there is no time between.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO
from urllib.parse import quote

from pyoxigraph import NamedNode, RdfFormat

from initiative_lod import __version__
from initiative_lod.errors import EngineError, ReleaseError
from initiative_lod.formats import N_QUADS
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.sparql.engine_answers import rows_of
from initiative_lod.sparql.engine_probe import GENID, PROOF_SECONDS, Deviation, probe
from initiative_lod.sparql.remote_endpoint import MAX_REASON, RemoteEndpoint, authorization, require_address

MAX_ONE_UPDATE_BYTES = 32 * 1024 * 1024  # of a release that goes into one update, which an engine makes in one step
MAX_ONE_DOCUMENT_BYTES = 64 * 1024 * 1024  # of quads: an engine has what it takes in one step in memory
BLOCK = 1 << 18
LOAD_SECONDS = 900.0  # that an engine may take for one document, however small: it may have to remove another release
SLOWEST = 100_000  # bytes of a document for which it may take a second more
_BLANK_IN_QUAD = re.compile(rb"^_:|> _:")  # as subject, as object, or as name of a graph; in a literal it does no harm
_BLANK = re.compile(rb'(?:^|(?<=> ))_:([^\s"<>]+)(?= <| \.$)', re.MULTILINE)  # as subject or object of N-Triples

Progress = Callable[[str], None]


class Way(StrEnum):
    """Way in which an engine is written to, and the option that gives its address."""

    QUADS = "--quads"
    GRAPH_STORE = "--graph-store"
    UPDATE = "--update"


@dataclass(frozen=True, slots=True)
class Target:
    """Address at which an engine is written to, and how."""

    url: str
    way: Way
    login: str

    @classmethod
    def of(cls, settings: Settings, url: str, way: Way) -> Target:
        """The target at ``url``, with the login of the engine. Raises SettingsError."""
        return cls(require_address(url, way), way, authorization(settings))


def load(
    opened: OpenRelease, endpoint: RemoteEndpoint, target: Target, replace: bool, progress: Progress
) -> list[Deviation]:
    """Make the engine have this release and nothing else, and prove it; the findings of the proof.

    Raises ReleaseError where the engine has graphs of somebody else and they are not to be replaced; EngineError.
    """
    present = asyncio.run(_graphs(endpoint))
    mark = opened.iris.graph("release")
    if present and mark.value not in present and not replace:
        raise ReleaseError(
            f"{endpoint.url} has {len(present)} graphs, such as <{present[0]}>, and none is the description of a "
            "release: loading one would remove them. Name another dataset, or say --replace"
        )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = stack.enter_context(_Writer(target))
        WAYS[target.way](engine, opened, progress, folder, present)
    return prove(opened, endpoint, progress)


def prove(opened: OpenRelease, endpoint: RemoteEndpoint, progress: Progress) -> list[Deviation]:
    """Ask the engine for what has a known answer; what it gives wrongly. Raises EngineError, QueryLimit."""
    progress("asking for what has a known answer")
    return asyncio.run(_proved(endpoint, opened))


async def _proved(endpoint: RemoteEndpoint, opened: OpenRelease) -> list[Deviation]:
    try:
        return await probe(endpoint, opened)
    finally:
        await endpoint.close()


async def _graphs(endpoint: RemoteEndpoint) -> list[str]:
    """The named graphs that the engine has, in order."""
    try:
        body = await endpoint.read("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", seconds=PROOF_SECONDS)
        return sorted({graph.value for (graph,) in rows_of(body, ("g",)) if isinstance(graph, NamedNode)})
    finally:
        await endpoint.close()


class _Writer:
    """A client of the address at which an engine is written to, in a ``with`` block."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def __enter__(self) -> _Writer:
        import httpx

        headers = {"User-Agent": f"initiative-lod/{__version__}"}
        if self.target.login:
            headers["Authorization"] = self.target.login
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(None, connect=10), headers=headers, trust_env=False)
        self._runner = asyncio.Runner()
        return self

    def __exit__(self, *error: object) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())

    def graph(self, name: NamedNode | None) -> str:
        """The address of a graph; None: the default graph."""
        query = "default" if name is None else f"graph={quote(name.value, safe='')}"
        return self.target.url + ("&" if "?" in self.target.url else "?") + query

    def put(self, url: str, media_type: str, content: IO[bytes] | bytes) -> None:
        """Put a document in the place of what is there. Raises EngineError."""
        self._send("PUT", url, {"Content-Type": media_type}, content)

    def add(self, url: str, media_type: str, content: bytes) -> None:
        """Add a document to what is there. Raises EngineError."""
        self._send("POST", url, {"Content-Type": media_type}, content)

    def delete(self, name: NamedNode) -> None:
        """Remove a graph, if it is there. Raises EngineError."""
        self._send("DELETE", self.graph(name), {}, None, missing=True)

    def update(self, text: bytes) -> None:
        """Make one update. Raises EngineError."""
        self._send("POST", self.target.url, {"Content-Type": "application/sparql-update"}, text)

    def _send(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: IO[bytes] | bytes | None,
        missing: bool = False,
    ) -> None:
        """Raise EngineError unless the engine says in time that it has done it. Of its words the first are read."""
        import httpx

        size = len(content or b"") if isinstance(content, bytes | None) else os.fstat(content.fileno()).st_size
        seconds = LOAD_SECONDS + size / SLOWEST
        try:
            status, said = self._runner.run(self._asked(method, url, headers, content, size, seconds))
        except TimeoutError:
            raise EngineError(
                f"{method} {url} is not answered within {seconds:,.0f} s, which is long for {size:,} bytes"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise EngineError(f"{method} {url} failed: {error or type(error).__name__}") from error
        if not (200 <= status < 300 or (missing and status == 404)):
            raise EngineError(f"{method} {url} is answered with {status} {said}")

    async def _asked(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: IO[bytes] | bytes | None,
        size: int,
        seconds: float,
    ) -> tuple[int, str]:
        """The status of the answer to a request, and how its words begin."""
        document = content if content is None or isinstance(content, bytes) else _blocks(content)
        if content is not None:
            headers = headers | {"Content-Length": str(size)}
        async with (
            asyncio.timeout(seconds),
            self._client.stream(method, url, headers=headers, content=document) as answer,
        ):
            body = b""
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > 4 * MAX_REASON:
                    break
        words = " ".join(body.decode("utf-8", "replace").split())[:MAX_REASON]
        return answer.status_code, f"{answer.reason_phrase[:MAX_REASON]}: {words}"


async def _blocks(content: IO[bytes]) -> AsyncIterator[bytes]:
    while block := content.read(BLOCK):
        yield block


def _by_quads(engine: _Writer, opened: OpenRelease, progress: Progress, folder: Path, present: Sequence[str]) -> None:
    """All of it as one document, in which a blank node is the same in every graph; the description last.

    A larger one goes in several, the first in the place of what is there: all that has blank nodes is in that one.
    """
    path = folder / "release.nq"
    opened.store.dump(str(path), format=RdfFormat.N_QUADS)
    mark = f" {opened.iris.graph('release')} .\n".encode()
    several = path.stat().st_size > MAX_ONE_DOCUMENT_BYTES
    first, rest, last = folder / "first.nq", folder / "rest.nq", list[bytes]()
    with path.open("rb") as dumped, first.open("wb") as beginning, rest.open("wb") as others:
        while lines := dumped.readlines(BLOCK):
            for line in lines:
                if line.endswith(mark):
                    last.append(line)
                elif several and not _BLANK_IN_QUAD.search(line):
                    others.write(line)
                else:
                    beginning.write(line)
        (others if several else beginning).writelines(last)
    count = 1 + -(-rest.stat().st_size // MAX_ONE_DOCUMENT_BYTES)
    progress("the whole dataset" if count == 1 else f"document 1 of {count}")
    with first.open("rb") as content:
        engine.put(engine.target.url, N_QUADS.name, content)
    with rest.open("rb") as content:
        number = 2
        while lines := content.readlines(MAX_ONE_DOCUMENT_BYTES):
            progress(f"document {number} of {count}")
            engine.add(engine.target.url, N_QUADS.name, b"".join(lines))
            number += 1


def _by_graph_store(
    engine: _Writer, opened: OpenRelease, progress: Progress, folder: Path, present: Sequence[str]
) -> None:
    names = _in_order(opened)
    engine.delete(names[-1])
    for iri in sorted({*present} - {name.value for name in names}):
        engine.delete(NamedNode(iri))
    for number, name in enumerate([None, *names], 1):
        progress(f"graph {number} of {len(names) + 1}: {'the default graph' if name is None else name.value}")
        with _dumped(opened, name, folder).open("rb") as content:
            engine.put(engine.graph(name), "application/n-triples", content)


def _by_update(engine: _Writer, opened: OpenRelease, progress: Progress, folder: Path, present: Sequence[str]) -> None:
    files = {name: _dumped(opened, name, folder) for name in [None, *_in_order(opened)]}
    if sum(path.stat().st_size for path in files.values()) <= MAX_ONE_UPDATE_BYTES:
        progress("one update")
        parts = [b"DROP ALL", *(_inserted(name, path.read_bytes()) for name, path in files.items())]
        engine.update(b" ;\n".join(parts))
        return
    engine.update(f"DROP SILENT GRAPH {opened.iris.graph('release')} ;\nDROP ALL".encode())
    for number, (name, path) in enumerate(files.items(), 1):  # the description is the last
        progress(f"graph {number} of {len(files)}: {'the default graph' if name is None else name.value}")
        with path.open("rb") as content:
            while lines := content.readlines(BLOCK * 8):
                engine.update(_inserted(name, b"".join(lines)))


WAYS: dict[Way, Callable[[_Writer, OpenRelease, Progress, Path, Sequence[str]], None]] = {
    Way.QUADS: _by_quads,
    Way.GRAPH_STORE: _by_graph_store,
    Way.UPDATE: _by_update,
}


def _in_order(opened: OpenRelease) -> list[NamedNode]:
    """The graphs of a release, its description last."""
    mark = opened.iris.graph("release")
    return [*(graph for graph in opened.graphs if graph != mark), mark]


def _inserted(name: NamedNode | None, triples: bytes) -> bytes:
    return b"INSERT DATA { %s }" % (triples if name is None else b"GRAPH %s {\n%s}" % (str(name).encode(), triples))


def _dumped(opened: OpenRelease, name: NamedNode | None, folder: Path) -> Path:
    """The triples of a graph as the release's store has them, which is how the embedded engine gives them.

    A blank node of one document is none of another's, and a release has some in several graphs: it gets an IRI (RDF 1.1
    §3.5).
    """
    path = folder / f"{len(list(folder.iterdir()))}.nt"
    written = folder / "written.nt"
    graph = DEFAULT_GRAPH if name is None else name
    opened.store.dump(str(written), format=RdfFormat.N_TRIPLES, from_graph=graph)
    genid = f"<{opened.iris.base}{GENID}".encode()
    with written.open("rb") as source, path.open("wb") as target:
        while lines := source.readlines(BLOCK):
            target.write(_BLANK.sub(lambda found: genid + found[1] + b">", b"".join(lines)))
    return path
