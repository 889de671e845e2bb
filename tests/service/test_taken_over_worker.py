"""Whatever a query worker that was taken over says, its visitor is answered, and never with a fault of ours."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from initiative_lod.settings import Settings
from initiative_lod.sparql.job import Reply
from initiative_lod.sparql.protocol import QUERY
from patience import eventually
from service import taken_over_worker
from service.conftest import Live, serve

LOST, GAVE_UP = "the query's result was lost: send it again", "the engine gave up on this query"
NEAR = json.dumps(["query.near", {"line": "x", "column": 1, "word": "<b>"}, []])


@pytest.fixture(scope="module")
def taken_over(harbour_root: Path) -> Iterator[Live]:
    """A server whose workers have all been taken over."""
    with serve(Settings(root=harbour_root)) as live:
        pool = live.app.pool
        pool._program = taken_over_worker.__name__
        assert eventually(lambda: len(pool.workers) == pool.settings.query_workers + 1)
        killed = {*pool.workers}
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

        def replaced() -> bool:
            """Ask once: that a worker has ended is seen when it is given a query, which may be told so."""
            content = says(NEAR).to_bytes()
            live.client.post(f"{live.url}/sparql", content=content, headers={"content-type": QUERY})
            return killed.isdisjoint(pool.workers)

        assert eventually(replaced)
        yield live


def says(message: str, error: str = "QuerySyntaxError") -> Reply:
    return Reply(error=error, message=message)


@pytest.mark.parametrize(
    ("reply", "status", "told"),
    [
        (says('["query.no_such", {}, []]'), 503, LOST),
        (says('["query.near", {"line": 1}, []]'), 503, LOST),  # lacks values that the message names
        (says('["query.near", [], []]'), 400, GAVE_UP),
        (says('["query.near", {"line": 1}, 1]'), 400, GAVE_UP),
        (says(f'["error.detail", {{"detail": {"[" * 20_000}{"]" * 20_000}}}, []]'), 400, GAVE_UP),
        (says(NEAR), 400, "read on from"),
        (says(NEAR, "DamagedStore"), 503, ""),
        (says(NEAR, "NotAcceptable"), 406, "read on from"),
        (Reply(kind="graph"), 503, LOST),  # in a format that was not asked for
        (Reply(kind="solutions", length=9, in_file=True), 503, LOST),
    ],
)
@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html"])
def test_what_it_says_is_no_fault_of_ours(taken_over: Live, reply: Reply, status: int, told: str, accept: str) -> None:
    headers = {"accept": accept, "content-type": QUERY}
    answer = taken_over.client.post(f"{taken_over.url}/sparql", content=reply.to_bytes(), headers=headers)
    if reply.kind == "graph" and accept == "text/html":  # a page shows graphs too; what is no text is shown as such
        status, told = 200, "�"
    assert answer.status_code == status
    assert told in answer.text.replace("&#39;", "'")
