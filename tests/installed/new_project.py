"""Goes from ``init`` to a served page as a user does who has the wheel and no checkout.

``make installed`` runs this with the Python of such an environment, and ``test_wheel.py`` with what the wheel has. The
command is ``python -m initiative_lod``, the folder a new one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

import initiative_lod

SECONDS = 3000.0  # which only a command that hangs takes
BASE = "https://data.town.example/"
LINE = [sys.executable, "-m", "initiative_lod"]


def command(folder: Path, *arguments: str) -> str:
    """What a command prints. Raises AssertionError when it fails."""
    done = subprocess.run([*LINE, *arguments], cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, f"initiative-lod {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


def visit(address: str) -> None:
    """A page, a thing's Turtle, what is shared, and a query, of the site at ``address``."""
    with httpx.Client(base_url=address, timeout=SECONDS, follow_redirects=True) as client:

        def get(path: str, accept: str, **params: str) -> str:
            answer = client.get(path, headers={"accept": accept}, params=params)
            assert answer.status_code == 200, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
            assert answer.headers["content-type"].startswith(accept), answer.headers["content-type"]
            return answer.text

        assert "江畔镇数据公约" in get("/", "text/html")
        assert "Operators shall not use lamps" in get("/id/lamps/article/6", "text/html")
        assert get("/static/site.css", "text/css")
        assert f"<{BASE}id/charter/action/2/clause/1>" in get("/id/charter/action/2", "text/turtle")
        for path in ("/ontology", "/shapes", "/id/modality/prohibit"):
            assert "https://w3id.org/initiative-lod/" in get(path, "text/turtle")
            assert get(path, "text/html")
        assert "https://w3id.org/initiative-lod/ontology#" in get("/context.jsonld", "application/ld+json")
        query = "PREFIX ilod: <https://w3id.org/initiative-lod/ontology#> SELECT ?c { ?c a ilod:Clause }"
        answer = get("/sparql", "text/csv", query=query)
        assert (answer.count(f"{BASE}id/charter/"), answer.count(f"{BASE}id/lamps/")) == (3, 14)


def main() -> None:
    """Walk, and say from where. Raises AssertionError."""
    for name in ("QUERY_SECONDS", "SEARCH_SECONDS", "CLIENT_SECONDS"):  # on a machine that is busy too
        os.environ[f"INITIATIVE_LOD_{name}"] = str(SECONDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "town"
        command(Path(name), "--base", BASE, "init", "--example", "town")
        assert "Violation 0, Warning 0" in command(folder, "validate")
        assert "releases" in command(folder, "build", "--publish")
        with subprocess.Popen(
            [*LINE, "serve", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True, bufsize=1
        ) as server:
            assert server.stderr is not None
            try:
                found = next((m for line in server.stderr if (m := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
                assert found is not None, "the server ended"
                visit(found[0])
            finally:
                server.terminate()
    print(f"a new project was made, validated, built and served with {Path(initiative_lod.__file__).parent}")


if __name__ == "__main__":
    main()
