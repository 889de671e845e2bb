"""Every code block of the README and of ``docs/`` is run: commands, queries, Turtle, JSON."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest
from pyoxigraph import RdfFormat, Store, parse

from command_at_hand import command_at_hand
from initiative_lod import release
from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from pipeline.conftest import CHECKOUT
from service.conftest import Live, serve

pytestmark = pytest.mark.thorough

PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?P<language>[a-z]*)(?P<title>[^\n]*)\n(?P<code>.*?)^```$", re.M | re.S)
#: Run as a whole, by test_walks and test_new_documents.
WALKED = ("change-something.md", "your-document.md", "project-folder.md")
#: Lines that are not run here, and why.
NOT_RUN = {
    "make serve": "tried in a fresh clone by hand; the server itself is what all service tests run",
    "make test": "this is it",
    "initiative-lod align path/to/graph --review                # a page on this machine on which to judge them": (
        "it waits for a person; tests/matching/test_review.py is that person"
    ),
    "initiative-lod --releases /srv/releases serve --follow https://origin.example/": (
        "it serves until it is stopped; tests/service/test_replicas.py follows one"
    ),
    "initiative-lod release load https://engine.example/query --quads https://engine.example/store": (
        "it needs an engine; tests/service/test_remote_store.py has one"
    ),
    "initiative-lod merge other-graph.ttl --engine spark://host.example:7077  # pip install 'initiative-lod[spark]'": (
        "it needs a cluster; make spark starts one"
    ),
    "initiative-lod serve --store https://engine.example/query": "it needs an engine, as the line above",
}
#: A query that is shown because the engine reads it in another way than the standard.
QUERIES_NOT_RUN = ("VALUES (?a ?b ?x) { (1 2 <http://127.0.0.1/>) } FILTER(?a<?b)SERVICE?x#>",)
OTHER = "<http://harbour.example/tide> <http://www.w3.org/2000/01/rdf-schema#label> 'tide'@en .\n"
MAPPINGS = """#curie_map:
#  topic: "https://w3id.org/initiative-lod/id/topic/"
#  skos: "http://www.w3.org/2004/02/skos/core#"
#  semapv: "https://w3id.org/semapv/vocab/"
#  ilod: "https://w3id.org/initiative-lod/ontology#"
#  ex: "http://harbour.example/"
#mapping_set_id: http://harbour.example/mine
#license: https://creativecommons.org/licenses/by/4.0/
#extension_definitions:
#  - slot_name: ext_seen_in
#    property: ilod:seenIn
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tcomment\text_seen_in
topic:schedules\tskos:closeMatch\tex:tide\tsemapv:ManualMappingCuration\t0.5\tmade up\tmade up for a test
"""


def blocks(*languages: str) -> list[pytest.param]:  # type: ignore[valid-type]
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            if match["language"] in languages and page.name not in WALKED:
                line = text.count("\n", 0, match.start()) + 1
                found.append(pytest.param(match["code"], id=f"{page.name}:{line}"))
    return found


def test_every_block_says_what_it_is() -> None:
    known = {"sh", "turtle", "sparql", "json", "python", "po", "html", "toml", "tsv", "text", "sql"}
    for page in PAGES:
        text = page.read_text("utf-8")
        assert text.count("\n```") + text.startswith("```") == 2 * len(BLOCK.findall(text)), page.name
        assert {match["language"] for match in BLOCK.finditer(text)} <= known, page.name


@pytest.mark.parametrize("code", blocks("turtle"))
def test_turtle_is_turtle(code: str) -> None:
    prefixes = dict(re.findall(r"^@prefix (\S*): +(<[^>]*>)", "\n".join(_sources()), re.M))
    declared = set(re.findall(r"^@prefix (\S*):", code, re.M))
    header = "@base <https://w3id.org/initiative-lod/> .\n" + "".join(
        f"@prefix {name}: {iri} .\n" for name, iri in prefixes.items() if name not in declared
    )
    assert list(parse(header + code, RdfFormat.TURTLE)) or "@prefix" in code


def _sources() -> Iterator[str]:
    for folder in ("data/graphs", "ontology"):
        for path in sorted((CHECKOUT / folder).rglob("*.ttl")):
            if "examples" not in path.parts:
                yield path.read_text("utf-8")


@pytest.mark.parametrize("code", blocks("json"))
def test_json_is_json(code: str) -> None:
    json.loads(code)


@pytest.fixture(scope="module")
def store(real_settings: Settings) -> Store:
    current = release.current(real_settings.release_folder)
    assert current is not None
    return OpenRelease.open(current).store


@pytest.mark.parametrize("code", blocks("sparql"))
def test_a_query_finds_something(code: str, store: Store) -> None:
    if any(shown in code for shown in QUERIES_NOT_RUN):
        return
    assert list(store.query(code))  # type: ignore[arg-type]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The command ``initiative-lod``."""
    with command_at_hand(tmp_path_factory.mktemp("command")) as command:
        yield command


@pytest.fixture
def workplace(harbour_root: Path, tmp_path: Path, command: Path) -> Iterator[Path]:
    """A copy of the second document's project, with the files of others that the pages speak of; and who serves one."""
    root = Path(
        shutil.copytree(harbour_root, tmp_path / "project", symlinks=True, ignore=shutil.ignore_patterns(".merging-*"))
    )
    for folder in ("un-sdg", "folder", "path/to/graph"):
        (root / folder).mkdir(parents=True)
        (root / folder / "tide.ttl").write_text(OTHER.replace("tide", folder.replace("/", "-")), "utf-8")
    dataset = root / "data" / "dataset.ttl"  # edited since, so that a build makes another release
    dataset.write_text(dataset.read_text("utf-8").replace('"Harbour data"', '"Data of harbours"'), "utf-8")
    (root / "other-graph.ttl").write_text(OTHER, "utf-8")
    (root / "graph.ttl").write_text(OTHER.replace("tide", "remote"), "utf-8")
    (root / "unescothes.ttl.gz").write_bytes(gzip.compress(OTHER.replace("tide", "ebb").encode()))
    with tarfile.open(root / "cube.tar.gz", "w:gz") as archive:
        archive.add(root / "un-sdg", "cube")
    (root / "my.sssom.tsv").write_text(MAPPINGS, "utf-8")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / command.name).symlink_to(command)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (root / "address").write_text(f"http://127.0.0.1:{server.server_port}/", "utf-8")
    try:
        yield root
    finally:
        server.shutdown()
        server.server_close()
        thread.join(20)


@pytest.fixture(scope="module")
def live(real_settings: Settings) -> Iterator[Live]:
    """A server of this project's own release."""
    with serve(real_settings) as live:
        yield live


@pytest.mark.parametrize("code", blocks("sql"))
def test_a_query_of_the_table_finds_something(code: str, real_settings: Settings) -> None:
    current = release.current(real_settings.release_folder)
    assert current is not None
    found = duckdb.sql(code.replace(f"{DEFAULT_BASE}dataset", str(current.path)))
    assert found is not None
    assert found.fetchall()


@pytest.mark.parametrize("code", blocks("sh"))
def test_commands_do_what_they_say(code: str, workplace: Path, live: Live) -> None:
    version = next(path.name for path in (workplace / "releases").iterdir() if path.is_dir() and not path.is_symlink())
    lines = [line for line in code.splitlines() if line not in NOT_RUN]
    script = "\n".join(lines).replace("https://example.org/", (workplace / "address").read_text("utf-8"))
    script = script.replace("http://127.0.0.1:8000", live.url).replace("1.0.0-abc", version[:9])
    script = re.sub(r"\bcurl ", "curl --fail-with-body --silent --show-error ", script)
    environment = {**os.environ, "PATH": f"{workplace / '.venv' / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_what_is_not_run_is_there() -> None:
    """An exception that no page needs is no exception."""
    lines = [line for page in PAGES for line in page.read_text("utf-8").splitlines()]
    assert [line for line in NOT_RUN if line not in lines] == []
    targets = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.M)
    assert [line for line in lines if line.startswith("make ") and line.split()[1] not in targets] == []
