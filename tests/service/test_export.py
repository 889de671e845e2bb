"""The site as files, served by a real nginx: the same bytes, negotiated alike, and no link that leads nowhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from initiative_lod.cli.app import app
from initiative_lod.documents.negotiation import choose, choose_language
from initiative_lod.documents.representation import OFFERS
from initiative_lod.errors import ReleaseError
from initiative_lod.release import in_use
from initiative_lod.web.export import static_site
from initiative_lod.web.export.crawl import Asking, is_served
from initiative_lod.web.export.site_file import SiteAddress
from initiative_lod.web.pages.citation import STYLES
from patience import SECONDS, eventually
from pipeline.conftest import CHECKOUT
from ports import free_port
from service.conftest import Live
from service.test_accept_corpus import LINES
from service.test_nginx import MAIN, NGINX, listens

needs_nginx = pytest.mark.skipif(not Path(NGINX).is_file(), reason="nginx is not on this machine")

#: What the operator's configuration of the site includes, on a port without a certificate.
SITE = """
include {site}/nginx/http.conf;
server {{
    listen 127.0.0.1:{port};
    include {site}/nginx/server.conf;
}}
"""


@dataclass(frozen=True)
class Files:
    """A folder that nginx serves."""

    url: str
    folder: Path
    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        """One request, with no header but those that are given; redirects are not followed."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.send(httpx.Request("GET", self.url + path, headers={"host": "example.org", **given}))


@contextmanager
def serve_files(site: Path, folder: Path) -> Iterator[Files]:
    """An nginx over an exported site."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "initiative-lod.conf").write_text(SITE.format(site=site, port=port), "utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), "utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    try:
        assert eventually(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "error.log").read_text("utf-8")
        with httpx.Client(timeout=SECONDS) as client:
            yield Files(f"http://127.0.0.1:{port}", site, client)
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def site(harbour_site: Path) -> Path:
    """The second document's site as files."""
    return harbour_site


@pytest.fixture(scope="module")
def files(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """The same, served."""
    with serve_files(site, tmp_path_factory.mktemp("nginx-export")) as served:
        yield served


# The same answers


#: Addresses of each kind, with what is asked of each.
ADDRESSES = (
    "/",
    "/?lang=zh",
    "/doc/harbour-2031",
    "/doc/harbour-2031/action/1",
    "/doc/harbour-2031/action/1?lang=zh",
    "/doc/harbour-2031/action/2/clause/1",
    "/doc/harbour-2031/zh",
    "/doc/topic",
    "/ontology",
    "/shapes",
    "/dataset",
    "/dataset?lang=en",
    "/.well-known/void",
    "/index",
    "/index?lang=zh",
    "/read/harbour-2031",
    "/about",
    "/questions",
    "/releases",
)
FORMS = ("text/html", "text/turtle", "application/ld+json", "application/n-quads", "application/json", "text/plain")


@needs_nginx
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_bytes_are_the_servers(files: Files, harbour: Live, address: str) -> None:
    for accept in FORMS:
        if address == "/releases" and accept not in ("text/html", "application/json"):
            continue  # a server sends JSON to whoever wants no page; here only who takes it gets it
        for language in ("zh", "en"):
            for coding in ("identity", "gzip"):
                headers = {"accept": accept, "accept-language": language, "accept-encoding": coding}
                live = harbour.client.get(harbour.url + address, headers=headers)
                copy = files.get(address, accept=accept, accept_language=language, accept_encoding=coding)
                assert copy.status_code == live.status_code, (headers, copy.text)
                if live.status_code != 200:
                    continue
                assert copy.content == live.content, headers
                for name in ("content-type", "content-encoding", "content-language", "cache-control"):
                    if name == "content-language" and accept == "text/plain":
                        continue  # of a text itself nginx does not know it
                    assert copy.headers.get(name) == live.headers.get(name), (name, headers)
                if accept in FORMS[:4] and "?" not in address:
                    assert copy.headers.get("content-location") == live.headers.get("content-location"), headers


@needs_nginx
def test_a_suffix_names_the_form(files: Files, harbour: Live) -> None:
    for suffix in ("html", "ttl", "jsonld", "rdf", "nt", "nq", "trig"):
        for accept in ("text/html", "application/pdf"):
            path = f"/doc/harbour-2031/action/1.{suffix}"
            live = harbour.get(path, accept, accept_language="zh")
            copy = files.get(path, accept=accept, accept_language="zh")
            assert (copy.status_code, copy.content) == (live.status_code, live.content)
            assert copy.headers["content-type"] == live.headers["content-type"]
    for language in ("zh", "en", "zh"):  # each has its own, in whatever order they are asked for
        live = harbour.get("/read/harbour-2031.epub", accept_language=language)
        copy = files.get("/read/harbour-2031.epub", accept_language=language)
        assert (copy.content, copy.headers["content-type"]) == (live.content, live.headers["content-type"])
    for style in STYLES:
        path = f"/cite?iri=https://w3id.org/initiative-lod/id/harbour-2031/action/1&style={style}&lang=zh"
        live, copy = harbour.get(path), files.get(path)
        assert (copy.content, copy.headers["content-type"]) == (live.content, live.headers["content-type"])
    assert files.get("/doc/harbour-2031/zh.txt").content == harbour.get("/doc/harbour-2031/zh.txt").content


@needs_nginx
def test_an_iri_that_ends_with_a_slash_has_a_suffix_as_well(files: Files, site: Path) -> None:
    for iri in ("https://x.example/", "https://x.example/@", "https://x.example/a"):
        name = SiteAddress("/resource", f"iri={iri}").file("text/turtle")
        assert name is not None
        place = site / "site" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {iri}")
        try:
            answer = files.get(f"/resource.ttl?iri={iri}")
        finally:
            place.unlink()
        assert (answer.text, answer.headers["content-type"]) == (f"# {iri}", "text/turtle; charset=utf-8")


@needs_nginx
def test_a_thing_leads_to_its_document(files: Files, harbour: Live) -> None:
    for path in ("/id/harbour-2031/action/1", "/id/harbour-2031/action/1?lang=zh", "/id/topic"):
        live, copy = harbour.get(path), files.get(path)
        assert (copy.status_code, copy.headers["location"]) == (303, live.headers["location"])
        assert copy.headers["link"] == live.headers["link"]
        assert "accept" in copy.headers["vary"].lower()
    assert files.get("/", accept="text/turtle").headers["location"] == "/dataset"
    for path in ("/id/harbour-2031/action/99", "/id/x%0d%0aset-cookie:%20a=b", "/id/../../etc/passwd"):
        assert files.get(path).status_code in (400, 404)


@needs_nginx
def test_links_in_headers_are_the_servers(files: Files, harbour: Live) -> None:
    unserved = {"timegate", "timemap", "linkset"}
    for path in (
        "/doc/harbour-2031",
        "/doc/harbour-2031/zh",
        "/dataset",
        "/ontology",
        "/doc/harbour-2031/action/1.ttl",
    ):
        live, copy = links(harbour.get(path)), links(files.get(path))
        assert copy == {item for item in live if item[1] not in unserved}


def links(answer: httpx.Response) -> set[tuple[str, str]]:
    return set(re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers["link"]))


@needs_nginx
def test_real_clients_get_what_the_server_sends_them(files: Files, harbour: Live) -> None:
    compare_negotiation(files, harbour, "harbour-2031")


def compare_negotiation(files: Files, server: Live, document: str) -> None:
    """Every Accept header of the corpus, at a document with and without a suffix."""
    for line in LINES:
        for path in (f"/doc/{document}/action/1", f"/doc/{document}/action/1.ttl", f"/doc/{document}/zh"):
            request = httpx.Request("GET", server.url + path, headers={"host": "example.org", **line.headers})
            live = server.client.send(request)
            copy = files.get(path, **line.headers)
            told = (line.client, line.accept, path)
            assert copy.status_code == live.status_code, told
            if live.status_code == 200:
                plain = [item.headers["content-type"].partition(";")[0] for item in (copy, live)]
                assert plain[0] == plain[1], told
                if "profile=" not in live.headers["content-type"]:
                    assert copy.headers["content-type"] == live.headers["content-type"], told


NAMES = [offer.name for offer in OFFERS if not offer.profile]


@needs_nginx
def test_qualities_are_compared_as_the_server_compares_them(files: Files) -> None:
    suffixes = {offer.name: offer.media.name for offer in OFFERS}
    offers = [offer for offer in OFFERS if not offer.profile]
    headers = [
        "text/turtle;q=0.5, application/ld+json;q=0.51, text/html;q=0.499",
        "text/*;q=0.3, text/html;q=0.2, application/*;q=0.25",
        "*/*;q=0.1, text/turtle;q=0.1",
        "text/html;q=0, */*",
        "text/html;q=0,text/*;q=0.5",
        "TEXT/TURTLE; Q=1.000 , text/html; q=.9",
        "text/turtle;charset=UTF-8, text/html;q=0.9",
        "text/turtle;level=1, text/html;q=0.1",
        "application/xml;q=0.9, text/n3",
        "*",
        "nonsense",
        "text/html;q=2, application/n-triples",
        "application/pdf",
        "*/*;q=0",
        "",
    ]
    for header in headers:
        wanted = choose(header, offers)
        answer = files.get("/doc/harbour-2031/action/1", accept=header)
        if wanted is None:
            assert answer.status_code == 406, header
        else:
            kind = answer.headers["content-type"].partition(";")[0]
            assert (answer.status_code, kind) == (200, wanted.name), (header, suffixes)


@needs_nginx
def test_languages_are_chosen_as_the_server_chooses_them(files: Files) -> None:
    for header in (
        "zh", "en", "zh-Hant-TW", "fr, zh;q=0.1", "en;q=0.8, zh;q=0.9", "zh, en", "en-GB, zh", "zh;q=0.5, en;q=0.5",
        "de", "", "*", "en;q=0", "fr;q=0.9, *;q=0.5", "ZH-cn",
    ):  # fmt: skip
        wanted = choose_language(header, ("en", "zh"), "en")
        answer = files.get("/doc/harbour-2031", accept="text/html", accept_language=header)
        assert answer.headers["content-language"] == wanted, header
        assert f'<html lang="{wanted}"' in answer.text


@needs_nginx
def test_arguments_that_mean_nothing_are_passed_over(files: Files) -> None:
    page = files.get("/doc/harbour-2031/action/1", accept_language="zh")
    assert page.content == files.get("/doc/harbour-2031/action/1?utm_source=x", accept_language="zh").content
    named = files.get("/doc/harbour-2031/action/1?lang=zh", accept_language="en")
    assert named.content == files.get("/doc/harbour-2031/action/1?utm=1&lang=zh", accept_language="en").content
    assert (
        files.get("/doc/harbour-2031/action/1?_mediatype=text/turtle").headers["content-type"].startswith("text/turtle")
    )


@needs_nginx
def test_nothing_outside_the_folder_is_sent(files: Files) -> None:
    secret = files.folder.parent / "secret.html"
    secret.write_text("secret")
    for path in (
        "/resource?iri=../../secret",
        "/resource?../../secret",
        "/doc/x?/../../../secret",
        "/..%2f..%2fsecret.html",
        "/doc/harbour-2031@lang=zh.html",
        "/index.en.html",
        "/../nginx/http.conf",
    ):
        answer = files.get(path)
        assert answer.status_code in (400, 404), path
        assert "secret" not in answer.text


@needs_nginx
def test_dumps_come_in_parts_and_files_from_a_cache(files: Files, harbour: Live) -> None:
    part = files.get("/dataset/dump.nq.gz", range="bytes=0-9")
    assert (part.status_code, part.content) == (206, harbour.get("/dataset/dump.nq.gz", range="bytes=0-9").content)
    assert "content-encoding" not in part.headers
    assert part.headers["content-type"] == "application/gzip"
    assert files.get("/dataset/dump.parquet").headers["content-type"] == "application/vnd.apache.parquet"
    page = files.get("/doc/harbour-2031")
    assert files.get("/doc/harbour-2031", if_none_match=page.headers["etag"]).status_code == 304
    style = re.search(r'href="(/static/site[^"]*)"', page.text)
    assert style is not None
    for path in (style[1], style[1].partition("?")[0], f"{style[1]}0", "/static/suggest.js"):
        caching = files.get(path).headers["cache-control"]
        assert caching == harbour.get(path).headers["cache-control"]
        assert caching == f"public, max-age={'31536000, immutable' if path == style[1] else '86400'}"


@needs_nginx
def test_what_needs_a_server_says_so(files: Files) -> None:
    for path in ("/sparql", "/compare?iri=a&iri=b", "/reconcile", "/release/0.9/doc/x", "/search.json?q=x"):
        page = files.get(path, accept="text/html", accept_language="zh")
        assert page.status_code == 200
        assert "本站副本中没有此项" in page.text
        assert files.get(path, accept="application/json").json()["status"] == 501
    missing = files.get("/doc/nothing", accept="text/html", accept_language="en")
    assert (missing.status_code, "Nothing is at this address" in missing.text) == (404, True)
    assert files.get("/doc/nothing", accept="application/json").json()["status"] == 404
    assert files.get("/doc/harbour-2031", accept="application/pdf").json()["status"] == 406


@needs_nginx
def test_nginx_takes_the_shipped_file(site: Path, tmp_path: Path) -> None:
    """With the folder filled in, and without its certificate."""
    text = (
        (CHECKOUT / "deploy" / "nginx-export.conf").read_text("utf-8").replace("/srv/initiative-lod/current", str(site))
    )
    text = re.sub(r"^ +ssl_.*\n", "", text, flags=re.MULTILINE).replace("443 ssl http2", str(free_port()))
    shipped = text.replace("listen 80", f"listen {free_port()}")
    assert str(site) in shipped
    assert "ssl" not in re.sub("#.*", "", shipped)
    main = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{ }}\nhttp {{\n{shipped}\n}}\n"
    (tmp_path / "nginx.conf").write_text(main, "utf-8")
    command = [NGINX, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


# Links


class Targets(HTMLParser):
    """Every address that a page's markup names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found |= {str(values[name]) for name in ("href", "src", "action", "data-index") if values.get(name)}
        self.ids |= {str(values[name]) for name in ("id", "name") if values.get(name)}


#: Suffixes of the files that an address without one may stand for.
ENDS = ("en.html", "html", "txt", "gbt.txt", "bib", "ris", "csl.json")


def test_no_link_is_broken(site: Path) -> None:
    """Each link of each page leads to a file of the copy, to a page that says what needs a server, or elsewhere."""
    linked: dict[str, Path] = {}
    for path in (site / "site").rglob("*.html"):
        for target in re.findall(r'\s(?:href|src|action|data-index)="([^"#]+)', path.read_text("utf-8")):
            linked.setdefault(unescape(target), path)
    addresses = {SiteAddress.of(target): path for target, path in linked.items()}
    addresses.pop(None, None)
    assert len(addresses) > 500
    broken = []
    for address, path in addresses.items():
        assert address is not None
        if is_served(address) or address.path.startswith("/id/"):
            continue
        stem, arguments = address.stem, f"@{address.arguments}" if address.arguments else ""
        if address.path in ("/index", "/index.json"):
            stem = stem.replace("index", "index@", 1)
        plain, dot, suffix = stem.rpartition(".")
        names = [f"{stem}{arguments}.{end}" for end in ENDS] + [f"{stem}{arguments}.en.{end}" for end in ENDS[2:]]
        names += [stem, f"{plain}{arguments}.{suffix}", f"{plain}{arguments}.en.{suffix}"] if dot else []
        if not any((site / "site" / name).is_file() for name in names):
            broken.append((path.relative_to(site).as_posix(), str(address)))
    assert broken == []


# The command


def test_an_address_becomes_a_name_within_the_folder() -> None:
    address = SiteAddress.of("resource?iri=https://x.example/%E4%B8%AD#y", "/doc/a")
    assert address == SiteAddress("/doc/resource", "iri=https://x.example/%E4%B8%AD")
    assert SiteAddress("/doc/a", "page=2").file("text/turtle; charset=utf-8") == "doc/a@page=2.ttl"
    assert SiteAddress("/").file("text/html; charset=utf-8", "en") == "index.en.html"
    slashes = [SiteAddress("/a", f"iri=https://x.example{end}").file("text/turtle") for end in ("", "/", "/@", "/a@")]
    assert [name and name.removeprefix("a@iri=https://x.example") for name in slashes] == [
        ".ttl", "/@.ttl", "/@@.ttl", "/a@.ttl"
    ]  # fmt: skip
    assert SiteAddress("/a/../../b").file("text/html") is None
    assert SiteAddress("/" + "x" * 300).file("text/html") is None
    assert [SiteAddress.of(link) for link in ("https://x.example/", "//x.example/a", "mailto:a@b", "http://[")] == [
        None
    ] * 4


def test_a_folder_with_something_in_it_is_left_alone(harbour_root: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        done = CliRunner().invoke(app, ["--root", str(harbour_root), "export", str(tmp_path / name)])
        assert isinstance(done.exception, ReleaseError)
        assert "not an empty folder" in str(done.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.thorough
def test_a_disk_that_is_full_is_told_and_nothing_is_left(harbour_root: Path, tmp_path: Path) -> None:
    """Here no file may be larger than 8 KB, which the first page is."""
    command = f"ulimit -f 8; exec {sys.executable} -m initiative_lod --root '{harbour_root}' export '{tmp_path}/site'"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # byte code would be cut off too, where it lies
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2, done.stderr
    assert "cannot be written: File too large; nothing is left" in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_what_an_export_left_that_was_cut_off_is_taken_and_nothing_else(tmp_path: Path) -> None:
    folders = [
        tmp_path / name for name in (".site.unfinished-a", ".site.unfinished-b", ".other.unfinished-a", ".site.old")
    ]
    for folder in folders:
        (folder / "site").mkdir(parents=True)
    (tmp_path / ".site.unfinished-notes").write_text("mine")
    told: list[str] = []
    lease = in_use.take(folders[1])  # as an export has that goes on
    static_site.take_leftovers(tmp_path / "site", told.append)
    del lease
    assert told == [f"removing {folders[0]}, which an export left that was cut off"]
    assert {path.name for path in tmp_path.iterdir()} == {
        ".site.unfinished-b", ".other.unfinished-a", ".site.old", ".site.unfinished-notes",
    }  # fmt: skip


def test_without_a_release_one_is_told_what_to_do(harbour_root: Path, tmp_path: Path) -> None:
    command = ["--root", str(harbour_root), "--releases", str(tmp_path / "none"), "export", str(tmp_path / "site")]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, ReleaseError)
    assert "build --publish" in str(done.exception)
    assert not (tmp_path / "site").exists()


def test_an_address_that_is_none_is_refused(harbour_root: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["--root", str(harbour_root), "export", str(tmp_path / "x"), "--url", "example.org/a"]
    )
    assert done.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_the_record_says_what_it_is_a_copy_of(site: Path, harbour: Live) -> None:
    record = json.loads((site / "export.json").read_text("utf-8"))
    assert record["version"] == harbour.opened.release.version
    assert record["digest"] == harbour.opened.release.digest
    assert "https://harbour.example/sitemap.xml" in (site / "site" / "robots.txt").read_text("utf-8")


def test_a_picture_is_drawn_once_for_all_who_ask(harbour: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []

    def counted(*given: object, **options: object) -> subprocess.CompletedProcess[bytes]:
        begun.append(given)
        return run(*given, **options)  # type: ignore[call-overload, no-any-return]

    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", counted)
    with Asking(replace(harbour.settings, page_cache=0), harbour.opened.release) as asking:
        english, again, chinese = (
            asking.ask(SiteAddress("/pictures/wording.png", f"lang={tag}"), "*/*", language)
            for tag, language in (("en", "en"), ("en", "zh"), ("zh", "en"))
        )
    assert english.status == 200
    assert english.body == again.body != chinese.body
    assert len(begun) == 2
