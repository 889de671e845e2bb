"""The request log: a line for each request, and nothing of a person in it that was not asked for."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from initiative_lod.errors import SettingsError
from initiative_lod.locale.messages import Languages
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.app import create_app
from initiative_lod.web.http.request_log import RequestLog
from patience import SECONDS, eventually
from pipeline.conftest import CHECKOUT
from service.conftest import serve
from service.test_connections import HALF, SHORT, connect, received
from service.test_stopping import root, started

__all__ = ["root"]  # a fixture

DEPLOYMENT = CHECKOUT / "docs" / "deployment.md"
PATHS = ("/healthz", "/doc/harbour-2031", "/doc/harbour-2031", "/search?q=secret-words", "/nothing", "/id/harbour-2031")


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_each_request_is_a_line_and_no_person_is_in_it(harbour_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "requests.log"
    with serve(Settings(root=harbour_root, request_log=str(file))) as live:
        sizes = [len(live.get(path, "application/json", referer="https://me.example/").content) for path in PATHS]
        head = live.get("/doc/harbour-2031", "application/json", "HEAD")
        assert head.content == b""
        assert eventually(lambda: len(lines(file)) == len(PATHS) + 1)
    found = lines(file)
    assert [item["path"] for item in found[:-1]] == [path.partition("?")[0] for path in PATHS]
    assert [item["status"] for item in found] == [200, 200, 200, 200, 404, 303, 200]
    assert [item["bytes"] for item in found] == [*sizes, 0]
    assert [item["route"] for item in found[:5]] == ["healthz", "doc", "doc", "search", "other"]
    assert found[3]["media"] == "application/json"
    for item in found:
        assert item.keys() == {"time", "method", "path", "route", "status", "bytes", "media", "milliseconds"}
        assert item["time"].endswith("Z")
        assert item["milliseconds"] >= 0
    text = file.read_text("utf-8")
    for personal in ("secret-words", "127.0.0.1", "me.example", "user-agent", "test"):
        assert personal not in text


def test_what_the_operator_asks_for_is_there(harbour_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "requests.log"
    settings = Settings(
        root=harbour_root,
        request_log=str(file),
        request_log_also="query, client,agent",
        trusted_proxies="127.0.0.1",
    )
    with serve(settings) as live:
        live.get('/search?q="x"%0A\u7f51', "application/json", x_forwarded_for="192.0.2.7")
        assert eventually(lambda: len(lines(file)) == 1)
    (found,) = lines(file)
    assert (found["client"], found["query"], found["agent"]) == ("192.0.2.7", "q=%22x%22%0A%E7%BD%91", "test")
    assert "referer" not in found


def test_what_was_refused_before_it_was_a_request_is_a_line_and_counted(harbour_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "requests.log"
    settings = Settings(root=harbour_root, request_log=str(file), head_seconds=SECONDS, connections_per_client=2)
    with serve(settings) as live:
        for sent in (
            b"nothing of HTTP\r\n\r\n",
            b"FETCH / HTTP/1.1\r\nHost: a.example\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
        ):
            with connect(live) as one:
                one.sendall(sent)
                received(one)
        held = [connect(live, "127.0.0.9") for _ in range(3)]
        received(held[2])
        for one in held[:2]:
            one.close()
        text = live.get("/metrics", "text/plain").text
        assert eventually(lambda: len(lines(file)) == 5)
    expected = [("no_http", 400), ("method", 405), ("hosts", 400), ("many_connections", 503)]
    found = [item for item in lines(file) if item["route"] == "refused"]
    assert [(item["reason"], item["status"]) for item in found] == expected
    assert found[0].keys() == {"time", "route", "status", "reason"}
    for reason, status in expected:
        assert f'initiative_lod_refused_total{{reason="{reason}",status="{status}"}} 1.0' in text


def test_a_head_that_does_not_come_is_a_line_with_its_client_if_that_is_asked_for(
    harbour_root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "requests.log"
    settings = Settings(root=harbour_root, request_log=str(file), request_log_also="client,agent", head_seconds=SHORT)
    with serve(settings) as live, connect(live, "127.0.0.9") as one:
        one.sendall(HALF)
        received(one)
        assert eventually(lambda: bool(lines(file)))
    (found,) = lines(file)
    assert (found["reason"], found["status"], found["client"]) == ("slow_head", 408, "127.0.0.9")
    assert "agent" not in found


def test_the_reasons_that_the_docs_list_are_messages() -> None:
    (row,) = [line for line in DEPLOYMENT.read_text("utf-8").splitlines() if "initiative_lod_refused_total" in line]
    reasons = re.findall(r"`(\w+)`", row.rsplit("|", 2)[1])
    assert len(reasons) == 8
    assert all(Languages().default.translations.gettext(f"error.{reason}") != f"error.{reason}" for reason in reasons)


@pytest.mark.parametrize("begun", [False, True])
def test_an_answer_that_the_server_breaks_off_as_it_stops_is_none_that_a_client_left(
    tmp_path: Path, begun: bool
) -> None:
    log = RequestLog(Settings(root=tmp_path, request_log="log"), lambda path: "sparql")

    async def stopped(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise asyncio.CancelledError

    async def nowhere(*message: Any) -> Any:
        return {}

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(log.around(stopped, {"type": "http", "method": "GET", "path": "/sparql"}, nowhere, nowhere))
    log.close()
    assert [item["status"] for item in lines(tmp_path / "log")] == [200 if begun else 503]


@pytest.mark.parametrize(
    ("wrong", "told"), [({"request_log_also": "name"}, "'name'"), ({"request_log": "none/x"}, "none/x")]
)
def test_a_log_that_cannot_be_is_told_at_the_start(harbour_root: Path, wrong: dict[str, str], told: str) -> None:
    settings = Settings(**{"root": harbour_root, "request_log": "-", **wrong})  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=told):
        create_app(settings, Publisher(settings.release_folder))


def test_after_a_reload_a_new_file_is_written(root: Path) -> None:
    file, turned = root / "requests.log", root / "requests.log.1"
    with started(root, request_log="requests.log") as server:
        assert server.get("/healthz").status_code == 200
        assert eventually(lambda: file.exists() and len(lines(file)) == 1)
        file.rename(turned)
        server.get("/healthz")
        assert eventually(lambda: len(lines(turned)) == 2)
        server.signal(signal.SIGHUP)
        assert eventually(lambda: server.told("reloaded: release"))
        server.get("/readyz")
        assert eventually(lambda: file.exists() and [item["path"] for item in lines(file)] == ["/readyz"])
