"""What FAIR assessors, harvesters and validators look for, as pass or fail; and that what is kept is right.

Points that only a registered name, a DOI or a public host can earn are no part of this.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import tracemalloc
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import pytest
from pyld import jsonld
from starlette.types import Message

from initiative_lod import release
from initiative_lod.documents.representation import Rendered
from initiative_lod.formats import DOCUMENT_TYPES
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.http.header_limit import LARGEST_HEAD, BoundedHttp
from initiative_lod.web.http.response_cache import Key, ResponseCache
from patience import SECONDS
from service.conftest import Live, publish, serve

BASE = "https://w3id.org/initiative-lod/"
PAGES = ("/dataset", "/doc/wic-2020", "/doc/wic-2020/action/8", "/doc/topic/backdoor", "/ontology", "/graph/topics")
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[a-z]+=\"[^\"]*\")*)")


def typed_links(header: str) -> list[dict[str, str]]:
    """The links of a Link header."""
    return [{"href": target, **dict(re.findall(r'([a-z]+)="([^"]*)"', rest))} for target, rest in _LINK.findall(header)]


def by_rel(header: str, rel: str) -> list[dict[str, str]]:
    return [link for link in typed_links(header) if link["rel"] == rel]


class _Blocks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and dict(attrs).get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)
            self._inside = False


def block(live: Live, path: str, language: str = "en") -> dict[str, Any]:
    """The one schema.org block of a page."""
    reader = _Blocks()
    reader.feed(live.get(f"{path}?lang={language}", "text/html").text)
    (text,) = reader.found
    return cast("dict[str, Any]", json.loads(text))


# Signposting


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("accept", ["*/*", "text/html, */*", "text/turtle", "application/ld+json"])
def test_signposting_level_1(real: Live, path: str, accept: str) -> None:
    header = real.get(path, accept).headers["link"]
    assert len(by_rel(header, "cite-as")) == 1
    assert by_rel(header, "cite-as")[0]["href"].startswith(BASE)
    assert all(link.get("type") for rel in ("describedby", "item") for link in by_rel(header, rel))
    assert len(by_rel(header, "describedby")) >= 1
    assert len(by_rel(header, "item")) >= 1
    assert len(by_rel(header, "license")) == 1
    assert len(by_rel(header, "author")) == 1
    kinds = [link["href"] for link in by_rel(header, "type")]
    assert "https://schema.org/AboutPage" in kinds
    assert len(kinds) == 2


@pytest.mark.parametrize("path", PAGES)
def test_every_representation_points_to_the_linkset_and_it_is_complete(real: Live, path: str) -> None:
    headers = [real.get(f"{path}.{media.suffix}").headers["link"] for media in DOCUMENT_TYPES]
    (link,) = {by_rel(header, "linkset")[0]["href"] for header in headers}
    answer = real.get(link)
    assert answer.headers["content-type"] == "application/linkset+json"
    contexts = {item["anchor"]: item for item in answer.json()["linkset"]}
    canonical = by_rel(headers[0], "cite-as")[0]["href"]
    landing = contexts[path]
    # Level 1 and level 2 say the same of the landing page.
    for rel in ("cite-as", "describedby", "item", "license", "author", "type", "linkset"):
        said = {(link["href"], link.get("type")) for link in by_rel(headers[0], rel)}
        assert {(target["href"], target.get("type")) for target in landing[rel]} == said
    assert contexts[f"{path}.html"]["cite-as"] == landing["cite-as"]
    assert contexts[canonical]["describedby"] == landing["describedby"]
    # Metadata and content point back.
    for target in landing["describedby"]:
        assert path in {back["href"] for back in contexts[target["href"]]["describes"]}
    for target in landing["item"]:
        assert path in {back["href"] for back in contexts[target["href"]]["collection"]}


def test_all_that_is_linked_is_there_and_of_the_type_that_is_said(real: Live) -> None:
    for path in ("/dataset", "/doc/wic-2020/action/8"):
        for link in typed_links(real.get(path).headers["link"]):
            if not link["href"].startswith("/"):
                continue
            answer = real.get(link["href"], method="HEAD")
            assert answer.status_code == (302 if link["rel"] == "timegate" else 200), link  # RFC 7089 §4.2
            if "type" in link:
                assert answer.headers["content-type"].partition(";")[0] == link["type"]


def test_a_linkset_as_text_and_of_what_is_not_there(real: Live) -> None:
    iri = f"{BASE}id/wic-2020/action/8"
    text = real.get(f"/linkset?iri={iri}", "application/linkset")
    assert text.headers["content-type"] == "application/linkset"
    assert 'anchor="/doc/wic-2020/action/8.ttl"' in text.text
    assert real.get(f"/linkset?iri={iri}", "text/csv").status_code == 406
    assert real.get(f"/linkset?iri={BASE}id/nothing").status_code == 404
    assert real.get("/linkset?iri=nothing").status_code == 400
    again = real.get(f"/linkset?iri={iri}", if_none_match=real.get(f"/linkset?iri={iri}").headers["etag"])
    assert again.status_code == 304


def test_links_have_the_prefix_and_no_host(prefixed: Live) -> None:
    iri = f"{BASE}id/harbour-2031"
    forged = prefixed.get(f"/linkset?iri={iri}", host="evil.example")
    assert "evil.example" not in forged.text + str(forged.headers)
    assert {item["anchor"] for item in forged.json()["linkset"]} >= {"/lod/doc/harbour-2031", iri}


def test_a_dump_points_back(real: Live) -> None:
    header = real.get("/dataset/dump.nq.gz", method="HEAD").headers["link"]
    assert by_rel(header, "collection")
    assert by_rel(header, "linkset")
    assert any(link.get("type") == "text/turtle" for link in by_rel(header, "describedby"))


# schema.org in the page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_schema_org_block_needs_no_network_and_is_about_the_same_thing(real: Live, path: str, language: str) -> None:
    found = block(real, path, language)
    header = real.get(path, "text/html").headers["link"]
    canonical = by_rel(header, "cite-as")[0]["href"]
    assert found["@id"] == found["identifier"] == canonical
    assert f"https://schema.org/{found['@type']}" in [link["href"] for link in by_rel(header, "type")]

    def refuse(url: str, options: Any) -> None:
        raise AssertionError(f"fetches {url}")

    expanded = jsonld.expand(found, {"documentLoader": refuse})
    node = next(item for item in expanded if item["@id"] == canonical)
    assert node["@type"] == [f"https://schema.org/{found['@type']}"]
    assert node["https://schema.org/name"][0]["@language"] == language
    assert found["subjectOf"]["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_the_start_page_describes_the_dataset(real: Live) -> None:
    """Who follows the base IRI finds it there, as a page; who asks for RDF is sent to it."""
    assert block(real, "/") == block(real, "/dataset")
    assert real.get("/", "text/turtle").headers["location"] == "/dataset"


def test_the_dataset_has_what_f_uji_and_crawlers_ask_for(real: Live) -> None:
    found = block(real, "/dataset")
    wanted = (
        "name",
        "description",
        "url",
        "identifier",
        "license",
        "creator",
        "publisher",
        "datePublished",
        "keywords",
    )
    assert [name for name in wanted if not found.get(name)] == []
    assert found["@type"] == "Dataset"
    assert found["isAccessibleForFree"] is True
    assert found["version"] == real.opened.release.version
    for item in found["distribution"]:
        assert item["encodingFormat"]
        path = real.opened.iris.path(item["contentUrl"])
        size = real.get(f"/{path}", method="HEAD").headers["content-length"]
        assert item["contentSize"] == f"{size} B"


def test_no_licence_is_claimed_for_what_others_issued(real: Live) -> None:
    for path in ("/doc/wic-2020", "/doc/wic-2020/action/8", "/doc/wic-2020/zh"):
        assert "license" not in block(real, path)
    initiative = block(real, "/doc/wic-2020")
    assert initiative["datePublished"] == "2020-11-18"
    assert initiative["publisher"]["@id"] == f"{BASE}id/institution/wic-organizing-committee"
    assert block(real, "/doc/wic-2020/action/8")["isPartOf"]["@id"] == f"{BASE}id/wic-2020/pillar/2"
    assert block(real, "/doc/topic/backdoor")["inDefinedTermSet"]["@id"] == f"{BASE}id/topic"


# Citations


def test_the_box_and_the_files_say_the_same(real: Live) -> None:
    page = real.get("/doc/wic-2020/action/8?lang=en", "text/html").text
    links = re.findall(r'"(/cite\?[^"]*style=(\w+)[^"]*)"', page)
    hrefs = {style: href.replace("&amp;", "&") for href, style in links}
    assert hrefs.keys() == {"apa", "gbt", "bibtex", "ris", "csl"}
    apa = real.get(hrefs["apa"])
    assert apa.headers["content-type"] == "text/plain; charset=utf-8"
    assert apa.text.strip() in page
    assert apa.text.endswith(f" Data release {real.opened.release.version}. {BASE}id/wic-2020/action/8\n")
    ris = real.get(hrefs["ris"])
    assert ris.headers["content-type"] == "application/x-research-info-systems; charset=utf-8"
    assert ris.text.startswith("TY  - CHAP\n")
    assert re.search(r"\[EB/OL\]//.*\. \(2020-11-18\)\. https://", real.get(hrefs["gbt"]).text)
    assert "2020, November 18" in apa.text
    assert real.get(hrefs["bibtex"]).text.startswith("@incollection{wic-2020-action-8,")
    csl = real.get(hrefs["csl"])
    assert csl.headers["content-type"] == "application/vnd.citationstyles.csl+json"
    assert csl.json()[0]["URL"] == f"{BASE}id/wic-2020/action/8"


def test_a_citation_is_the_same_on_every_day(real: Live) -> None:
    """It has no date of access, and its entity tag is known before it is made."""
    cache = real.app.site.cache
    dated = {"apa": "Retrieved", "gbt": "[20", "bibtex": "urldate", "ris": "Y2  -", "csl": '"accessed"'}
    for style, sign in dated.items():
        path = f"/cite?iri={BASE}id/wic-2020/action/9&style={style}&lang=en"
        answer = real.get(path)
        assert (answer.status_code, sign in answer.text) == (200, False)
        assert cache.rendered(answer.headers["etag"]) is not None
        assert real.get(path, if_none_match=answer.headers["etag"]).status_code == 304
        assert real.get(path.replace("=en", "=zh")).headers["etag"] != answer.headers["etag"]


def test_a_citation_is_negotiated_too(real: Live) -> None:
    here = f"/cite?iri={BASE}dataset"
    assert real.get(here, "application/vnd.citationstyles.csl+json").json()[0]["type"] == "dataset"
    assert real.get(here, "application/x-bibtex").text.startswith("@misc{dataset,")
    assert real.get(here, "image/png").status_code == 406
    assert real.get(f"{here}&style=nothing").status_code == 400
    assert real.get(f"/cite?iri={BASE}id/nothing").status_code == 404


# FOOPS!, as far as a server on this machine can show it


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/rdf+xml", "application/n-triples"])
def test_the_ontology_is_negotiated_and_describes_itself(real: Live, accept: str) -> None:
    assert real.get("/ontology", accept).headers["content-type"].startswith(accept)


def test_the_ontology_has_the_metadata_that_foops_reads(real: Live) -> None:
    text = real.get("/ontology.nt").text
    about = f"<{BASE}ontology>"
    terms = "http://purl.org/dc/terms/"
    for predicate in (
        *(
            f"{terms}{name}"
            for name in ("title", "description", "license", "creator", "created", "issued", "publisher")
        ),
        f"{terms}bibliographicCitation",
        "http://www.w3.org/2002/07/owl#versionIRI",
        "http://www.w3.org/2002/07/owl#versionInfo",
        "http://purl.org/vocab/vann/preferredNamespacePrefix",
        "http://purl.org/vocab/vann/preferredNamespaceUri",
    ):
        assert f"{about} <{predicate}> " in text, predicate
    version = re.search(rf"{re.escape(about)} <http://www.w3.org/2002/07/owl#versionIRI> <([^>]+)>", text)
    assert version is not None
    assert version[1] != f"{BASE}ontology"
    assert real.get("/" + version[1].removeprefix(BASE), "text/turtle").status_code == 200


# Vapour: a thing, by content negotiation


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/html", "text/html"),
        ("application/rdf+xml;q=0.5,text/html;q=.5", ""),
        ("*/*", ""),
    ],
)
def test_a_thing_leads_by_303_to_what_was_asked(real: Live, accept: str, expected: str) -> None:
    seen = real.get("/id/wic-2020/action/8", accept)
    assert seen.status_code == 303
    answer = real.get(seen.headers["location"], accept)
    assert answer.status_code == 200
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind == expected or (not expected and kind in ("text/html", "application/rdf+xml"))
    if kind != "text/html":
        assert f"{BASE}id/wic-2020/action/8" in answer.text


# A subject stands before its fragments


def test_turtle_is_in_reading_order(real: Live) -> None:
    text = real.get("/doc/wic-2020/action/8.ttl").text
    subjects = re.findall(r"^<([^>]*)> ", text, re.MULTILINE)
    action = f"{BASE}id/wic-2020/action/8"
    assert subjects[0] == action
    for subject in subjects:
        thing, hash_, _ = subject.partition("#")
        if hash_ and thing in subjects:
            assert subjects.index(thing) < subjects.index(subject), subject
    assert len(subjects) == len(set(subjects)), "a subject comes twice"
    clauses = [subject for subject in subjects if re.fullmatch(rf"{re.escape(action)}/clause/\d+", subject)]
    assert clauses == [f"{action}/clause/{number}" for number in range(1, len(clauses) + 1)]


# What is kept is what would be made

ASKED: list[dict[str, str]] = [
    {},
    {"accept": "text/html"},
    {"accept": "text/turtle"},
    {"accept": "TEXT/turtle;q=0.5, application/ld+json"},
    {"accept": "text/html", "accept-language": "zh"},
    {"accept": "text/html", "accept-language": "en;q=0.1, zh"},
    {"accept": "text/csv"},
    {"accept-profile": "<http://www.w3.org/ns/dx/connegp/altr>"},
    {"accept": "text/turtle", "if-none-match": '"nothing"'},
    {"accept": "text/turtle", "if-none-match": "*"},
    {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"range": "bytes=0-9"},
    {"host": "evil.example"},
    {"x-forwarded-prefix": "/elsewhere"},
    {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"},
]
ADDRESSES = (
    "/doc/harbour-2031",
    "/doc/harbour-2031.ttl",
    "/doc/harbour-2031?page=2",
    "/doc/harbour-2031?_profile=alt",
    "/doc/harbour-2031.html?lang=zh",
    "/doc/nothing",
    "/id/harbour-2031",
    "/dataset",
    "/ontology.ttl",
    f"/resource?iri={BASE}id/harbour-2031",
    "/static/site.css",
    "/",
)


@pytest.mark.slow
def test_the_layer_in_front_changes_nothing(harbour_root: Path) -> None:
    """Each address with each header, by GET and HEAD, twice, with the layer and without: the same bytes and headers."""
    same = 0
    with (
        serve(Settings(root=harbour_root, trusted_proxies="127.0.0.1")) as kept,
        serve(Settings(root=harbour_root, trusted_proxies="127.0.0.1", page_cache=0)) as made,
    ):
        for path in ADDRESSES:
            for headers in ASKED:
                for method in ("GET", "HEAD", "GET", "HEAD"):
                    one = kept.client.request(method, kept.url + path, headers=headers)
                    other = made.client.request(method, made.url + path, headers=headers)
                    assert one.status_code == other.status_code, (path, headers)
                    assert one.content == other.content, (path, headers)
                    assert told(one.headers) == told(other.headers), (path, headers)
                    same += 1
    assert same == len(ADDRESSES) * len(ASKED) * 4


def told(headers: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.multi_items() if name != "date"]


def test_what_is_kept_is_sent_without_the_application(harbour_root: Path) -> None:
    from initiative_lod.web.app import create_app

    settings = Settings(root=harbour_root)
    app = create_app(settings, Publisher(settings.release_folder))
    cache = app.site.cache
    scope = {"type": "http", "method": "GET", "path": "/doc/harbour-2031", "query_string": b"", "headers": []}
    assert cache.key(scope) is not None
    for change in (
        {"method": "POST"},
        {"path": "/sparql"},
        {"path": "/dataset/dump.nq.gz"},
        {"path": "/id/harbour-2031"},
        {"headers": [(b"x-forwarded-prefix", b"/x")]},
        {"headers": [(b"range", b"bytes=0-1")]},
        {"headers": [(b"accept", b"x" * 5000)]},
    ):
        assert cache.key({**scope, **change}) is None, change
    for path, query in (("/things/topic", b""), ("/about", b"lang=zh"), ("/read/harbour-2031", b"view=en")):
        assert cache.key({**scope, "path": path, "query_string": query}) is not None, path
    assert cache.key({**scope, "path": "/read/harbour-2031", "query_string": b"view=no-language-"}) is None
    assert cache.key({**scope, "headers": [(b"accept", b"text/html")]}) != cache.key(scope)
    assert cache.key({**scope, "headers": [(b"cookie", b"x"), (b"host", b"y")]}) == cache.key(scope)


@pytest.mark.thorough
def test_a_switch_is_seen_by_the_next_request(tmp_path: Path, harbour_root: Path) -> None:
    settings = Settings(root=harbour_root, releases=tmp_path / "releases")
    publish(settings)
    with serve(settings) as live:
        path = "/doc/harbour-2031.ttl"
        before = [live.get(path) for _ in range(3)]
        assert len({answer.headers["etag"] for answer in before}) == 1
        first = release.current(settings.release_folder)
        assert first is not None
        # Another release of the same folder: the link alone says which.
        current = settings.release_folder / "current"
        copy = settings.release_folder / f"{first.path.name}-again"
        copy.symlink_to(first.path.name)
        new = settings.release_folder / "new"
        new.symlink_to(copy.name)
        opened = live.opened
        new.replace(current)
        assert live.get(path).status_code == 200
        assert live.opened is not opened


def test_little_is_kept_when_little_may_be(harbour_root: Path) -> None:
    opened = Publisher(Settings(root=harbour_root).release_folder).current()
    cache = ResponseCache(20_000)
    head = {"type": "http.response.start", "status": 200}

    def put(number: int, size: int) -> None:
        cache.keep(f'"{number}"', Rendered(bytes(size)))
        headers = [(b"etag", b'"%d"' % number), (b"cache-control", b"public")]
        sent: list[Message] = [{**head, "headers": headers}, {"type": "http.response.body", "body": bytes(size)}]
        cache.put(opened, key(number), sent, "/doc/")

    def key(number: int) -> Key:
        scope = {"type": "http", "method": "GET", "query_string": b"", "headers": [], "path": f"/doc/{number}"}
        found = cache.key(scope)
        assert found is not None
        return found

    assert cache.get(opened, key(0)) is None
    for number in range(20):
        put(number, 1000)
    kept = [number for number in range(20) if cache.get(opened, key(number)) is not None]
    assert 5 < len(kept) < 12
    assert kept == list(range(20 - len(kept), 20))
    assert cache.size <= 20_000
    put(99, 6000)  # more than a quarter
    assert cache.get(opened, key(99)) is None
    assert cache.rendered('"99"') is None
    other = Publisher(Settings(root=harbour_root).release_folder).current()
    assert cache.get(other, key(19)) is None  # of a new release nothing is known
    put(19, 1000)  # of the one before, whose request took longer
    assert cache.get(other, key(19)) is None
    assert cache.get(opened, key(19)) is None


def test_what_is_counted_is_about_what_is_held() -> None:
    """With long keys, of which each entry has another one, and with short bodies."""
    cache, opened = ResponseCache(3_000_000), cast(OpenRelease, SimpleNamespace(rendered={}))
    scope = {"type": "http", "method": "GET", "query_string": b"", "path": "/doc/wic-2020/action/8"}
    answered = [(b"etag", b'"1"'), (b"cache-control", b"public"), (b"link", b"y" * 600)]
    cache.get(opened, ("", (), (), ""))

    def asked(number: int) -> None:
        tags = (b'"%032x"' % number) * 40
        key = cache.key({**scope, "headers": [(b"accept", b"text/turtle"), (b"if-none-match", tags)]})
        assert key is not None
        answer = [(name, bytes(bytearray(value))) for name, value in answered]  # no two share their bytes
        start = {"type": "http.response.start", "status": 304, "headers": answer}
        cache.put(opened, key, [start, {"type": "http.response.body"}], "/doc/")

    def kept(number: int) -> None:
        cache.keep(f'"{number:032x}"', Rendered(bytes(bytearray(300))))

    for put in (asked, kept):
        before, size = 0, cache.size
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            for number in range(6000):
                put(number)
            held = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert 0.7 * held < cache.size - size < 1.3 * held, put


def test_what_means_nothing_makes_no_entry_of_its_own(harbour_root: Path) -> None:
    with serve(Settings(root=harbour_root)) as live:
        for path in ("/doc/harbour-2031", "/", "/questions", "/compare", "/things", "/about", "/pictures"):
            first = live.get(path, "text/html")
            for _ in range(2):  # the first may only open the release; an entry is made after its response was sent
                live.get(path, "text/html")
            size = live.app.site.cache.size
            for number in range(5):
                again = live.get(f"{path}?x={number}&utm_source=y", "text/html")
                assert (again.headers["etag"], again.content) == (first.headers["etag"], first.content)
            assert live.app.site.cache.size == size


# The reader of HTTP


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Endless: " + b"a" * (64 * LARGEST_HEAD),
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-Many: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 50_000,
        b"GET /" + b"a" * (64 * LARGEST_HEAD),
    ],
    ids=["one field", "many fields", "address"],
)
def test_an_endless_head_is_cut_off(harbour_root: Path, head: bytes) -> None:
    import uvicorn

    from initiative_lod.web.app import create_app

    settings = Settings(root=harbour_root)
    app = create_app(settings, Publisher(settings.release_folder))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", http=BoundedHttp, loop="uvloop", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        with socket.create_connection(listener.getsockname(), timeout=SECONDS) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"\r\n\r\nok\n"):  # its body may come in a packet of its own
                received = client.recv(4096)
                assert received
                answer += received
            assert answer.startswith(b"HTTP/1.1 200")
            try:
                client.sendall(head)
                assert client.recv(4096).startswith(b"HTTP/1.1 400")
            except ConnectionError:
                pass  # it was closed while this side was still sending
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        listener.close()


def test_addresses_in_links_resolve_on_whatever_host(real: Live) -> None:
    for link in typed_links(real.get("/doc/wic-2020/action/8").headers["link"]):
        assert urlsplit(urljoin("https://example.org/doc/", link["href"])).netloc in (
            "example.org",
            "w3id.org",
            "schema.org",
            "creativecommons.org",
        )


def test_no_licence_is_claimed_for_a_text_that_has_a_notice_of_its_own(real: Live) -> None:
    original, rendering = (real.get(f"/doc/wic-2020/{name}", "text/turtle").headers["Link"] for name in ("zh", "en"))
    assert by_rel(original, "license") == []
    assert [link["href"] for link in by_rel(rendering, "license")] == ["https://creativecommons.org/licenses/by/4.0/"]
