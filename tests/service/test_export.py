"""The site as files, served by a real nginx: the same bytes, negotiated alike, and no link that leads nowhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from typer.testing import CliRunner

from initiative_lod import cli, release
from initiative_lod.cli.app import app
from initiative_lod.documents.negotiation import choose, choose_language
from initiative_lod.documents.representation import OFFERS
from initiative_lod.errors import ReleaseError
from initiative_lod.release import in_use
from initiative_lod.settings import Settings
from initiative_lod.web.export import nginx, static_site
from initiative_lod.web.export.crawl import Asking, is_served, links_of
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
                assert fields(copy) == fields(live), headers
                assert copy.headers["cache-control"] == live.headers["cache-control"]


#: What a shared cache tells answers apart by, what they say of themselves, and who may frame them.
FIELDS = ("content-type", "content-language", "content-location", "content-encoding", "content-security-policy")


def fields(answer: httpx.Response) -> dict[str, Any]:
    """An answer's fields; of ``Vary`` the order and the case of its members say nothing."""
    members = {name.strip().lower() for name in answer.headers.get("vary", "").split(",")} - {""}
    return {**{name: answer.headers.get(name) for name in FIELDS}, "vary": members}


IRI = "https://w3id.org/initiative-lod/id/harbour-2031/action/1"
#: An address of each kind that is no document's page.
OF_EACH_KIND = (
    "/pictures",
    "/pictures/wording",
    "/pictures/wording?lang=zh",
    "/pictures/wording.svg",
    "/pictures/wording.csv",
    "/pictures/wording.csv?lang=zh",
    "/pictures/wording.png",
    "/embed/pictures/wording",
    "/embed/pictures/wording?lang=zh",
    "/embed/pictures/wording.png?lang=en",
    "/read/harbour-2031",
    "/read/harbour-2031?view=zh",
    "/read/harbour-2031.epub",
    "/read/harbour-2031.pdf",
    *(f"/cite?iri={IRI}{more}" for style in STYLES for more in (f"&style={style}", f"&style={style}&lang=zh")),
    "/releases.atom",
    "/questions/prohibitions",
    "/questions/prohibitions.json",
    "/things",
    "/things.json",
    "/things/topic",
    "/release/{version}",
    "/release/{version}.json",
    "/dataset/dump.nq.gz",
    "/dataset/dump.parquet",
    "/static/site.css",
    "/doc/harbour-2031/zh.txt",
    "/doc/harbour-2031/action/1.html",
    "/doc/harbour-2031/action/1.html?lang=zh",
    "/doc/harbour-2031/action/1.jsonld?lang=zh",
    "/doc/harbour-2031/action/1?utm_source=x",
    "/doc/harbour-2031/action/1?utm_source=x&lang=zh",
    "/doc/harbour-2031/action/1?_mediatype=text/turtle",
    "/doc/harbour-2031/action/1?page=1",
    "/resource?iri=http://www.w3.org/2004/02/skos/core%23Concept",
    "/resource?iri=http%3A%2F%2Fwww.w3.org%2F2004%2F02%2Fskos%2Fcore%23Concept",
    "/resource?iri=http://www.w3.org/2004/02/skos/core%23Concept&lang=zh",
    "/resource.ttl?iri=http://www.w3.org/2004/02/skos/core%23Concept",
)


@needs_nginx
@pytest.mark.parametrize("address", OF_EACH_KIND)
def test_header_fields_are_the_servers(files: Files, harbour: Live, address: str) -> None:
    """A shared cache in front of the copy would else send one reader's language to the next."""
    path = address.format(version=harbour.opened.release.version)
    for accept in ("text/html,application/xhtml+xml,*/*;q=0.1", *(FORMS[1:3] if "/resource?" in path else ())):
        for language in ("zh", "en"):
            headers = {"accept": accept, "accept-language": language, "accept-encoding": "gzip"}
            live = harbour.client.get(harbour.url + path, headers=headers)
            copy = files.get(path, accept=accept, accept_language=language, accept_encoding="gzip")
            assert (copy.status_code, live.status_code) == (200, 200)
            assert fields(copy) == fields(live), headers


@needs_nginx
def test_the_page_of_citations_has_the_servers_fields(files: Files, harbour: Live) -> None:
    for path in (f"/cite?iri={IRI}", f"/cite?iri={IRI}&lang=zh"):
        live, copy = (one.get(path, accept="text/html", accept_language="en") for one in (harbour, files))
        assert copy.content == live.content
        assert fields(copy) == fields(live)


@needs_nginx
def test_what_the_server_has_not_the_copy_has_not(files: Files, harbour: Live) -> None:
    for path in (
        "/doc/harbour-2031/action/1?page=2",
        "/doc/harbour-2031/action/1.ttl?page=2",
        "/doc/harbour-2031/action/1?page=02&lang=zh",
        "/doc//harbour-2031",
        "/.well-known/void.html",
        "/about.html",
        "/things.en.json",
        "/doc/nothing",
    ):
        live, copy = (one.get(path, accept="text/html", accept_language="zh") for one in (harbour, files))
        assert (copy.status_code, live.status_code) == (404, 404), path
        for name in ("content-type", "content-language", "cache-control"):
            assert copy.headers[name] == live.headers[name], path
        assert fields(copy)["vary"] - {"accept-encoding"} == fields(live)["vary"]  # of the copy it is a file


@needs_nginx
@pytest.mark.parametrize(
    "path", ["/releases", "/pictures/wording", "/pictures/wording?lang=zh", "/embed/pictures/wording"]
)
def test_other_forms_of_pages_are_negotiated_alike(files: Files, harbour: Live, path: str) -> None:
    for accept in ("image/svg+xml", "image/png", "text/csv", "text/turtle", "application/json", "*/*"):
        live, copy = (one.get(path, accept=accept, accept_language="zh") for one in (harbour, files))
        assert copy.status_code == live.status_code, accept
        if live.status_code == 200:
            assert copy.content == live.content
            assert fields(copy) == fields(live), accept


@needs_nginx
def test_an_address_whose_coded_name_were_too_long_is_found(files: Files, site: Path) -> None:
    iri = "https://x.example/" + "/".join(f"{number:x<20}" for number in range(11))
    address = SiteAddress("/resource", f"iri={iri}")
    name = address.file("text/turtle")
    assert name is not None
    (site / "site" / name).parent.mkdir(parents=True, exist_ok=True)
    (site / "site" / name).write_text("# long")
    try:
        coded = quote(iri, safe="")
        assert len(coded) > 255
        answers = [files.get(f"/resource.ttl?iri={named}") for named in (iri, coded, coded.lower())]
    finally:
        shutil.rmtree(site / "site" / "resource@iri=https:" / "x.example")
    assert [answer.text for answer in answers] == ["# long"] * 3


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
        assert fields(copy)["vary"] == fields(live)["vary"]
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
        assert page.status_code == 501
        assert "本站副本中没有此项" in page.text
        assert page.headers["content-language"] == "zh"
        assert page.headers["cache-control"] == "no-store"
        assert fields(page)["vary"] >= {"accept", "accept-language"}
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
    """Every address that a page's markup names, or offers to be pasted into other pages."""

    def __init__(self, base: str = "") -> None:
        super().__init__()
        self.base = base
        self.found: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found |= {str(values[name]) for name in ("href", "src", "action", "data-index") if values.get(name)}
        self.ids |= {str(values[name]) for name in ("id", "name") if values.get(name)}
        if self.base and (values.get("content") or "").startswith(self.base):
            self.found.add(str(values["content"]))

    def handle_data(self, data: str) -> None:
        if self.base and data.startswith("<iframe "):
            self.feed_other(data)

    def feed_other(self, markup: str) -> None:
        other = Targets(self.base)
        other.feed(markup)
        self.found |= other.found

    @property
    def own(self) -> set[str]:
        """Those of this site, without a base."""
        return {f"/{link.removeprefix(self.base)}" if link.startswith(self.base) else link for link in self.found}


@needs_nginx
def test_no_link_is_broken(site: Path, files: Files, harbour: Live) -> None:
    """Each link of each page, those by the base IRI too, is answered, or leads to what needs a server, or elsewhere."""
    base = harbour.opened.iris.base
    linked: dict[str, str] = {}
    for path in (site / "site").rglob("*.html"):
        targets = Targets(base)
        targets.feed(path.read_text("utf-8"))
        for link in targets.own:
            if link.startswith("/") and not link.startswith("//"):
                linked.setdefault(link.partition("#")[0], path.name)
    assert len(linked) > 500
    assert {"/embed/pictures/wording.png?lang=en", "/embed/pictures/wording?lang=zh"} <= linked.keys()
    broken = []
    for link, name in linked.items():
        answer = files.get(link, accept="text/html, */*;q=0.1")
        address = SiteAddress.of(link)
        assert address is not None
        wanted = 501 if is_served(address) and address.path not in ("/search", "/suggest") else 200
        if answer.status_code == 303:
            answer = files.get(answer.headers["location"], accept="text/html")
        if answer.status_code != wanted:
            broken.append((name, link, answer.status_code))
    assert broken == []


def test_links_of_all_kinds_are_seen() -> None:
    base = "https://w3id.org/x/"
    page = b"""<link rel="canonical" href="https://w3id.org/x/id/a"><link rel="alternate" hreflang="zh" href="?lang=zh">
    <meta property="og:image" content="https://w3id.org/x/embed/pictures/a.png?lang=en&amp;document=b">
    <meta name="description" content="/no/link"><meta property="og:url" content="https://elsewhere.example/">
    <textarea>&lt;iframe src=&#34;https://w3id.org/x/embed/pictures/a?document=b&amp;amp;lang=en&#34; /&gt;</textarea>
    <a href='files/b'>"""
    assert [str(link) for link in links_of(page, SiteAddress("/doc/a"), base)] == [
        "/id/a",
        "/doc/a?lang=zh",
        "/doc/files/b",
        "/embed/pictures/a.png?lang=en&document=b",
        "/embed/pictures/a?document=b&lang=en",
    ]


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


def test_an_address_that_nginx_would_not_find_has_no_file() -> None:
    for arguments in (
        "iri=https://x.example/.well-known/a",
        "iri=" + "/a" * 17,
        "iri=" + ":a" * 7,
        "q=" + "a/" * 8 + "b" * 400,
    ):
        assert SiteAddress("/resource", arguments).file("text/turtle") is None, arguments
    assert SiteAddress("/doc/a@b").file("text/html") is None


def test_a_broken_link_is_the_exit_status(harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what runs the command can stop there; the copy is written."""
    for broken, status in ((("/doc/nothing",), 1), ((), 0)):
        exported = static_site.Exported(tmp_path, "1", 1, 1, 1, broken, broken)
        monkeypatch.setattr(static_site, "export", lambda *given, made=exported, **more: made)
        done = CliRunner().invoke(app, ["--root", str(harbour_root), "export", str(tmp_path / "site")])
        assert (done.exit_code, "linked to, and not there: /doc/nothing" in done.stderr) == (status, bool(broken))


def test_what_has_no_file_is_left_out_and_broken(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = release.current(harbour_root / "releases")
    assert made is not None
    monkeypatch.setattr(static_site, "_begin", lambda opened, url: {SiteAddress("/doc/harbour-2031"): None})
    monkeypatch.setattr(static_site, "MOST_ADDRESSES", 1)
    monkeypatch.setattr(static_site, "FEW", 10_000)
    exported = static_site.export(Settings(root=harbour_root), made, tmp_path / "site", progress=lambda message: None)
    assert exported.addresses == 1
    assert {"/about", "/doc/harbour-2031/action/1"} <= {*exported.left_out} == {*exported.broken}


def test_the_search_of_a_copy_finds_what_is_in_it(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not what has no file there, though it was asked for."""
    made = release.current(harbour_root / "releases")
    assert made is not None
    begun = [SiteAddress("/doc/harbour-2031"), SiteAddress("/doc/harbour-2031/action/1")]
    file = SiteAddress.file
    monkeypatch.setattr(static_site, "_begin", lambda opened, url: dict.fromkeys(begun))
    monkeypatch.setattr(static_site, "MOST_ADDRESSES", 2)
    monkeypatch.setattr(static_site, "FEW", 10_000)
    monkeypatch.setattr(SiteAddress, "file", lambda item, *given: None if item == begun[1] else file(item, *given))
    static_site.export(Settings(root=harbour_root), made, tmp_path / "site", progress=lambda message: None)
    index = json.loads((tmp_path / "site" / "site" / "search-index.json").read_text("utf-8"))
    assert [thing[0] for thing in index["things"]] == ["/doc/harbour-2031"]


@needs_nginx
def test_a_folder_may_be_called_as_one_likes(site: Path, tmp_path: Path) -> None:
    root = tmp_path / 'a "new"; {site}\\1'
    shutil.copytree(site / "nginx", root / "nginx")
    (root / "page.txt").write_text("here")
    server = nginx.server_level(str(root), {"txt": "text/plain"}, ("en",), {}, {})
    folder = tmp_path / "linked"
    folder.symlink_to(root)
    (folder / "nginx" / "server.conf").write_text(server, "utf-8")
    with serve_files(folder, tmp_path / "served") as served:
        assert served.get("/page.txt").text == "here"


def test_a_folder_with_a_dollar_is_refused(harbour_root: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--root", str(harbour_root), "export", str(tmp_path / "$site")])
    assert isinstance(done.exception, ReleaseError)
    assert "has a $" in str(done.exception)


@pytest.mark.parametrize(
    ("error", "words"), [(BrokenProcessPool(), "ended before it was done"), (MemoryError(), "no memory is left")]
)
def test_a_process_that_is_ended_is_told_and_nothing_is_left(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """With the exit status of what is not written, which is 2; that of a traceback is 1."""

    def broken(*given: object) -> None:
        raise error

    monkeypatch.setattr(static_site, "_export", broken)
    monkeypatch.setattr(sys, "argv", ["", "--root", str(harbour_root), "export", str(tmp_path / "site")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert words in str(ended.value.__context__)
    assert list(tmp_path.iterdir()) == []


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
