"""A URL that an operator names: fetched within its caps, or refused with the reason."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from initiative_lod.reading import fetch
from initiative_lod.reading.unpack import Refused
from initiative_lod.settings import Settings
from merge.conftest import Merge

TTL = b"@prefix e: <http://e.example/> .\ne:a e:b <here> .\n"


class _Answers(BaseHTTPRequestHandler):
    """Each path is one way in which a server may answer."""

    def do_GET(self) -> None:
        getattr(self, f"answer_{self.path.rpartition('/')[2].partition('.')[0]}")()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _send(self, body: bytes, media: str, size: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media)
        if size is None or size >= 0:
            self.send_header("Content-Length", str(len(body) if size is None else size))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_good(self) -> None:
        self._send(TTL, "text/turtle; charset=utf-8")

    def answer_harbour(self) -> None:
        """At an address beyond ASCII, which comes percent-encoded (RFC 3987 §3.1)."""
        if self.path != "/%E6%B8%AF/harbour.ttl?q=%C3%A9":
            self.send_error(404)
            return
        self._send(TTL, "text/turtle")

    def answer_typed(self) -> None:
        self._send(TTL, "text/turtle")

    def answer_wrong(self) -> None:
        self._send(TTL, "application/rdf+xml")

    def answer_page(self) -> None:
        self._send(b"<!DOCTYPE html><html><body>Log in</body></html>", "text/html")

    def answer_moved(self) -> None:
        self._redirect("/good.ttl")

    def answer_far(self) -> None:
        self._redirect("/deep/good.ttl")

    def answer_file(self) -> None:
        self._redirect("file:///etc/hostname")

    def answer_ftp(self) -> None:
        self._redirect("ftp://127.0.0.1/x.ttl")

    def answer_circle(self) -> None:
        self._redirect("/circle")

    def answer_gone(self) -> None:
        self.send_error(410, "Gone")

    def answer_short(self) -> None:
        self._send(TTL, "text/turtle", 10_000)
        self.close_connection = True

    def answer_big(self) -> None:
        self._send(b"# \n" * 2000, "text/turtle", -1)

    def answer_slow(self) -> None:
        self._send(b"", "text/turtle", -1)
        while True:
            try:
                self.wfile.write(b"#\n")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def answer_silent(self) -> None:
        self.rfile.read(1)  # until the client leaves


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server on the loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as serving:
        serving.daemon_threads = True
        serving.block_on_close = False
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/good.ttl", "/typed", "/moved", "/far", "/wrong"])
def test_a_url_is_a_source(path: str, server: str, merging: Merge) -> None:
    merged = merging(server + path)
    (record,) = merged.records
    assert merged.release is not None
    assert (record.part.quads, record.files["taken"], record.where) == (1, 1, server + path)
    dump = gzip.decompress((merged.release.path / record.part.file).read_bytes())
    assert f"<{server}{'/deep' if path == '/far' else ''}/here>".encode() in dump
    told = [what for _, what in record.repaired] + list(record.notes)
    assert (path == "/moved") == any(f"redirected (302) to {server}/good.ttl" in what for what in told)
    assert (path == "/wrong") == any("called RDF/XML, is Turtle" in what for what in told)


@pytest.mark.parametrize(
    ("path", "why", "limit"),
    [
        ("/file", "302", {}),
        ("/ftp", "neither http nor https", {}),
        ("/circle", "302", {}),
        ("/gone", "410 Gone", {}),
        ("/short", "breaks off|IncompleteRead", {}),
        ("/big", "fetch_bytes", {"fetch_bytes": 4096}),
        ("/slow", "fetch_seconds", {"fetch_seconds": 0.7}),
        ("/silent", "cannot be fetched", {"fetch_seconds": 0.7}),
    ],
)
def test_what_is_no_answer_is_refused(
    path: str, why: str, limit: dict[str, Any], server: str, settings: Settings, tmp_path: Path
) -> None:
    capped = replace(settings, **limit)
    with pytest.raises(Refused, match=why):
        fetch.fetch(server + path, tmp_path, capped)


def test_an_address_beyond_ascii_is_percent_encoded(server: str, merging: Merge) -> None:
    where = server + "/港/harbour.ttl?q=é#fragment"
    merged = merging(where)
    (record,) = merged.records
    assert merged.release is not None
    assert (record.part.quads, record.where) == (1, where)
    dump = gzip.decompress((merged.release.path / record.part.file).read_bytes())
    assert f"<{server}/%E6%B8%AF/here>".encode() in dump


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("http://例え.example/a b?q=é&r=%20#x", "http://xn--r8jz45g.example/a%20b?q=%C3%A9&r=%20"),
        ("HTTP://kite.example", "http://kite.example/"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://kite.example/%E6%B8%AF(1)", "http://kite.example/%E6%B8%AF(1)"),
    ],
)
def test_iri_to_uri(url: str, uri: str) -> None:
    assert fetch.to_uri(url) == uri


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://", "names no host"),
        ("http://kite.example:x/", "Port"),
        ("http://kite.example:99999/", "Port"),
        ("http://[kite/", "no URL that can be fetched"),
        ("http://user:word@kite.example/", "a name or password"),
        ("http://a..b/", "label empty"),
    ],
)
def test_what_is_no_url_is_told(url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        fetch.to_uri(url)


def test_a_page_is_passed_over_and_the_other_sources_are_merged(server: str, merging: Merge) -> None:
    merged = merging(server + "/page", server + "/good.ttl", server + "/gone")
    assert merged.release is not None
    assert [(item.where, item.refused) for item in merged.unread] == [
        (server + "/page", False),
        (server + "/gone", True),
    ]


def test_a_port_that_nobody_listens_on(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be fetched"):
        fetch.fetch("http://127.0.0.1:9/x.ttl", tmp_path, settings)
