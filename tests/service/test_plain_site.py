"""The site as files for hosts that know nothing else, shown by Python's own ``http.server``."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from initiative_lod.cli.app import app
from initiative_lod.web.export.plain_site import PlainSite
from patience import SECONDS
from service.conftest import Live
from service.test_export import Targets

LANGUAGES = ("en", "zh")


class Quiet(SimpleHTTPRequestHandler):
    """A host as ``python -m http.server`` is one, without its log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve_plainly(folder: Path) -> Iterator[str]:
    """The address of a host that shows the files in a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def lay_out(exported: Path, folder: Path, url: str = "") -> PlainSite:
    """A plain site of an exported one, whose files are left as they are."""
    shutil.copytree(exported / "site", folder, copy_function=os.link)
    site = PlainSite(folder, LANGUAGES, url)
    site.lay_out()
    return site


@pytest.fixture(scope="module")
def folder(harbour_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second document's site, laid out for a host that knows nothing but files."""
    folder = tmp_path_factory.mktemp("plain") / "site"
    before = (harbour_site / "site" / "doc" / "harbour-2031@lang=zh.html").read_bytes()
    assert lay_out(harbour_site, folder, "https://harbour.example").broken == set()
    assert (harbour_site / "site" / "doc" / "harbour-2031@lang=zh.html").read_bytes() == before
    return folder


@pytest.fixture(scope="module")
def plain(folder: Path) -> Iterator[str]:
    """The same, shown by such a host."""
    with serve_plainly(folder) as address:
        yield address


@pytest.mark.slow
def test_every_link_of_every_page_leads_to_a_file(plain: str) -> None:
    """As a visitor goes, from the first page: some thousand requests."""
    waiting, seen, pages = ["/"], {"/"}, 0
    missing = []
    with httpx.Client(base_url=plain, timeout=SECONDS, follow_redirects=True) as client:
        while waiting:
            path = waiting.pop()
            answer = client.get(path)
            if answer.status_code != 200 or not answer.content:
                missing.append(path)
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            pages += 1
            assert b"Directory listing" not in answer.content, path
            targets = Targets()
            targets.feed(answer.text)
            links = {urlsplit(urljoin(path, link)) for link in targets.found}
            found = {parts.path for parts in links if not parts.scheme and not parts.netloc}
            waiting += sorted(found - seen)
            seen |= found
    assert missing == []
    assert pages > 300


def test_addresses_answer_in_every_form_and_language(plain: str, harbour: Live) -> None:
    with httpx.Client(base_url=plain, timeout=SECONDS, follow_redirects=True) as client:
        for path in ("/doc/harbour-2031/action/1", "/id/harbour-2031/action/1", "/read/harbour-2031", "/"):
            assert client.get(path).status_code == 200, path
        assert client.get("/id/harbour-2031/action/1").text.count('url=/doc/harbour-2031/action/1/"') == 1
        for suffix in ("ttl", "jsonld", "nq"):
            path = f"/doc/harbour-2031/action/1.{suffix}"
            assert client.get(path).content == harbour.get(path).content
        english, chinese = (client.get(f"/doc/harbour-2031/action/1{end}").text for end in ("", "@lang=zh.html"))
        assert ('<html lang="en">' in english, '<html lang="zh">' in chinese) == (True, True)
        assert 'href="/doc/harbour-2031/action/1@lang=zh.html"' in english
        assert 'href="/doc/harbour-2031/action/1/"' in chinese
        assert 'action="/search@lang=zh.html"' in chinese
        assert client.get("/suggest?q=a").json() == []
        assert "https://harbour.example/doc/harbour-2031/action/1@lang=zh.html" in client.get("/sitemap.xml").text


def test_no_file_is_left_that_only_a_host_needs_which_negotiates(folder: Path) -> None:
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    assert [name for name in names if name.endswith((".en.html", ".zh.html", "@lang=en.html"))] == []
    assert [name for name in names if name.endswith(".gz") and not name.startswith("dump.")] == []


def test_a_site_under_a_path_has_it_in_its_links(tmp_path: Path) -> None:
    (tmp_path / "doc").mkdir()
    page = '<html lang="{}"><a href="/doc/a?page=2&amp;lang=zh#b"></a><a href="/sparql?query=x"><form action="/search">'
    for name in ("doc/a.en", "doc/a@page=2&lang=zh", "search.en", "search.zh", "no-server.en", "no-server.zh"):
        language = "zh" if "zh" in name else "en"
        (tmp_path / f"{name}.html").write_text(page.format(language), "utf-8")
    (tmp_path / "doc" / "a.ttl").write_text("<a> <b> <c> .")
    for name in ("a.igs", "a.en.igs", "a.zh.igs"):
        (tmp_path / "doc" / name).write_text(name)
    (tmp_path / "search-index.json").write_text('{"things": [["/doc/a#c", {}, 0, []]]}')
    site = PlainSite(tmp_path, LANGUAGES, "https://example.org/lod")
    site.lay_out()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == [
        ".nojekyll",
        "doc/a.en.igs",
        "doc/a.igs",
        "doc/a.ttl",
        "doc/a.zh.igs",
        "doc/a/index.html",
        "doc/a@page=2&lang=zh.html",
        "id/a/index.html",
        "no-server/index.html",
        "no-server@lang=zh.html",
        "search-index.json",
        "search/index.html",
        "search@lang=zh.html",
        "suggest",
    ]
    text = (tmp_path / "doc" / "a" / "index.html").read_text("utf-8")
    assert 'href="/lod/doc/a@page=2&amp;lang=zh.html#b"' in text
    assert ('href="/lod/no-server/"' in text, 'action="/lod/search/"' in text) == (True, True)
    chinese = (tmp_path / "doc" / "a@page=2&lang=zh.html").read_text("utf-8")
    for link in ('href="/lod/no-server@lang=zh.html"', 'action="/lod/search@lang=zh.html"'):
        assert link in chinese
    assert json.loads((tmp_path / "search-index.json").read_text("utf-8"))["things"][0][0] == {
        "en": "/lod/doc/a/#c",
        "zh": "/lod/doc/a/#c",
    }
    links = {
        "/doc/a.ttl": "/lod/doc/a.ttl",
        "/doc/a.zh.igs": "/lod/doc/a.zh.igs",
        "/id/a": "/lod/doc/a/",
        "/doc/a?lang=en": "/lod/doc/a/",
        "/search?q=x&hl=zh": "/lod/search@lang=zh.html?q=x",
        "/static/site.css?v=1": "/lod/static/site.css?v=1",
        "https://x.example/": "https://x.example/",
    }
    assert {link: site.link(link) for link in links} == links
    assert site.broken == set()
    assert (site.link("/doc/nothing"), site.broken) == ("/lod/doc/nothing", {"/doc/nothing"})


def test_a_path_is_for_a_plain_site_alone(harbour_root: Path, tmp_path: Path) -> None:
    command = ["--root", str(harbour_root), "export", str(tmp_path / "x"), "--url", "https://example.org/lod"]
    assert CliRunner().invoke(app, command).exit_code == 2
    command = ["--root", str(tmp_path), "export", str(tmp_path / "x"), "--plain", "--url", "https://example.org/lod"]
    assert CliRunner().invoke(app, command).exception is not None
    assert not (tmp_path / "x").exists()
