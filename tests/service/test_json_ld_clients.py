"""A saved page of JSON-LD, read offline by jsonld.js and by Comunica's parser, is the graph of the Turtle."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from formats.datasets import canonical, union
from initiative_lod.documents.representation import WHOLE_FORMS
from patience import SECONDS
from service.conftest import Live

pytestmark = pytest.mark.thorough

LD = "application/ld+json"
PAGES = {
    "action": "/doc/wic-2020/action/8",
    "institution": "/doc/institution/international-telecommunication-union",
    "topic": "/doc/topic/data-security",
    "text": "/doc/wic-2020/zh",
    "initiative": "/doc/wic-2020",
    "dataset": "/dataset",
    "others": f"/resource?{urlencode({'iri': 'http://www.w3.org/2004/02/skos/core#Concept'})}",
    "query": f"/sparql?{urlencode({'query': 'DESCRIBE <id/topic/data-security>'})}",
}
READERS = ("jsonld-js", "comunica")


def graph(content: bytes, syntax: RdfFormat) -> set[str]:
    return canonical(union(list(parse(content, syntax, base_iri="http://unused.example/"))))


@pytest.mark.slow
def test_saved_pages_are_the_graph_of_the_turtle(real: Live, node_modules: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    script = node_modules.parent / "read_json_ld.mjs"
    wanted: dict[Path, set[str]] = {}
    for name, address in PAGES.items():
        turtle = real.get(address, "text/turtle")
        assert turtle.status_code == 200, address
        expected = graph(turtle.content, RdfFormat.TURTLE)
        for form in ("", *WHOLE_FORMS) if name == "action" else ("",):
            path = tmp_path / f"{name}-{form or 'plain'}.jsonld"
            path.write_bytes(real.get(address + (f"?_profile={form}" if form else ""), LD).content)
            wanted[path] = expected
    tree = tmp_path / "tree.jsonld"
    tree.write_bytes(real.get(f"{PAGES['action']}?_profile=framed", LD).content)
    done = subprocess.run([node, script, *wanted, tree], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    for path, expected in wanted.items():
        for reader in READERS:
            assert graph(Path(f"{path}.{reader}.nq").read_bytes(), RdfFormat.N_QUADS) == expected, (
                f"{path.name} {reader}"
            )
    by_us: set[Triple] = {quad.triple for quad in parse(tree.read_bytes(), RdfFormat.JSON_LD)}
    for reader in READERS:
        quads = parse(Path(f"{tree}.{reader}.nq").read_bytes(), RdfFormat.N_QUADS)
        assert {quad.triple for quad in quads} == by_us, reader


def test_a_document_that_lies_elsewhere_would_be_told(node_modules: Path, tmp_path: Path) -> None:
    """The readers do refuse to fetch: else the test above would prove nothing."""
    node = shutil.which("node")
    assert node is not None
    path = tmp_path / "remote.jsonld"
    path.write_text('{"@context": "http://harbour.example/context.jsonld", "@id": "http://harbour.example/a", "p": 1}')
    script = node_modules.parent / "read_json_ld.mjs"
    done = subprocess.run([node, script, path], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode != 0
    assert "asked to fetch" in done.stderr or "loading" in done.stderr
