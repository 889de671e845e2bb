"""Things, documents and their representations over HTTP."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
import socket
from collections import Counter
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from pyoxigraph import DefaultGraph, Literal, RdfFormat, parse
from rdflib import Graph, URIRef
from starlette.applications import Starlette
from starlette.routing import Route

from initiative_lod import release
from initiative_lod.build.graph import build
from initiative_lod.errors import Busy, Message
from initiative_lod.formats import DOCUMENT_TYPES, RDF_TYPES
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import Edition
from initiative_lod.settings import Settings
from initiative_lod.web.http import problems, request
from initiative_lod.web.pages.pages import Pages
from service.conftest import Live, publish, serve

LANGUAGES = Languages()
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACTION = "harbour-2031/action/2"
BASE = "https://w3id.org/initiative-lod/"
VARY = "Accept, Accept-Profile, Accept-Language"


# Things


def test_a_thing_leads_to_its_document(harbour: Live) -> None:
    answer = harbour.get(f"/id/{ACTION}", "text/turtle")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/doc/{ACTION}"
    assert answer.headers["vary"] == VARY
    assert f'<{BASE}id/{ACTION}>; rel="cite-as"' in answer.headers["link"]
    assert harbour.get(f"/id/{ACTION}?lang=zh").headers["location"] == f"/doc/{ACTION}?lang=zh"


@pytest.mark.parametrize(
    "path", ["/id/nothing", f"/id/{ACTION}/clause/99", f"/id/{ACTION}.ttl", "/id/", "/doc/", "/doc/x.ttl"]
)
def test_an_unknown_thing_is_404(harbour: Live, path: str) -> None:
    for accept in ("text/turtle", BROWSER, None, "image/png"):  # never 406: there is nothing to have in another form
        assert harbour.get(path, accept).status_code == 404


# Documents


@pytest.mark.parametrize("media", DOCUMENT_TYPES, ids=lambda media: media.suffix)
def test_each_representation(harbour: Live, media) -> None:  # type: ignore[no-untyped-def]
    negotiated = harbour.get(f"/doc/{ACTION}", media.name)
    assert negotiated.status_code == 200
    assert negotiated.headers["content-type"] == media.content_type
    assert negotiated.headers["vary"] == f"{VARY}, Accept-Encoding"
    assert negotiated.headers["content-location"].partition("?")[0] == f"/doc/{ACTION}.{media.suffix}"
    assert re.fullmatch(r'"[0-9a-f]{32}"', negotiated.headers["etag"])
    assert parsedate_to_datetime(negotiated.headers["last-modified"]) == harbour.opened.since
    assert negotiated.headers["access-control-allow-origin"] == "*"
    assert "max-age" in negotiated.headers["cache-control"]
    assert harbour.get(negotiated.headers["content-location"]).content == negotiated.content
    assert harbour.get(f"/doc/{ACTION}.{media.suffix}", "image/png").content == negotiated.content
    for value in (media.name, media.suffix):
        assert harbour.get(f"/doc/{ACTION}?_mediatype={value}", "image/png").content == negotiated.content


def test_the_turtle_is_about_the_canonical_iri_and_has_the_clauses(harbour: Live) -> None:
    graph = Graph().parse(data=harbour.get(f"/doc/{ACTION}", "text/turtle").text, format="turtle")
    assert (URIRef(f"{BASE}id/{ACTION}"), None, None) in graph
    assert (URIRef(f"{BASE}id/{ACTION}/clause/2"), URIRef(f"{BASE}ontology#text"), None) in graph


def test_rdflib_follows_its_nose(harbour: Live) -> None:
    for format in ("turtle", "xml", "nt", None):
        graph = Graph().parse(f"{harbour.url}/id/{ACTION}", format=format)
        assert (URIRef(f"{BASE}id/{ACTION}"), None, None) in graph


def test_links(harbour: Live) -> None:
    for media in DOCUMENT_TYPES:
        link = harbour.get(f"/doc/{ACTION}", media.name).headers["link"]
        assert link.count('rel="cite-as"') == 1
        for rel in ("describes", "license", "collection", "profile"):
            assert f'rel="{rel}"' in link
        assert link.count('rel="type"') == 2
        for other in RDF_TYPES:
            assert f'</doc/{ACTION}.{other.suffix}>; rel="alternate"; type="{other.name}"' in link


def test_json_ld_forms(harbour: Live) -> None:
    seen = {}
    for form in ("compacted", "expanded", "flattened"):
        iri = f"http://www.w3.org/ns/json-ld#{form}"
        answer = harbour.get(f"/doc/{ACTION}", f'application/ld+json;profile="{iri}"')
        assert answer.headers["content-type"] == f'application/ld+json;profile="{iri}"'
        assert answer.headers["content-location"] == f"/doc/{ACTION}.jsonld?_profile={form}"
        assert harbour.get(answer.headers["content-location"]).content == answer.content
        seen[form] = answer.json()
    assert isinstance(seen["expanded"], list)
    assert "@graph" not in seen["compacted"] or "id" not in seen["compacted"], "its statements stand in no named graph"
    for form, document in seen.items():
        quads = parse(json.dumps(document).encode(), RdfFormat.JSON_LD)
        assert {quad.graph_name for quad in quads} == {DefaultGraph()}, form
    assert seen["compacted"]["@context"]["ilod"] == f"{BASE}ontology#"
    assert harbour.get("/context.jsonld").headers["content-type"] == "application/ld+json"


def test_a_text_is_its_own_plain_text(harbour: Live) -> None:
    """So that ``#char=`` fragments (RFC 5147) count in what is sent; other things' text/plain is N-Triples."""
    text = "/doc/harbour-2031/zh"
    plain = harbour.get(text, "text/plain", accept_language="en")
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.headers["content-language"] == "zh"
    assert plain.headers["content-location"] == f"{text}.txt"
    assert harbour.get(f"{text}.txt").content == plain.content
    data = harbour.get(text, "text/turtle").text
    assert hashlib.sha256(plain.content).hexdigest() in data
    triples = harbour.get(text, "application/n-triples")
    assert triples.headers["content-type"].startswith("application/n-triples")
    assert harbour.get(f"/doc/{ACTION}", "text/plain").content == harbour.get(f"/doc/{ACTION}.nt").content
    assert harbour.get(f"/doc/{ACTION}.txt").status_code == 404


def test_nothing_acceptable(harbour: Live) -> None:
    answer = harbour.get(f"/doc/{ACTION}", "image/png")
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    offered = {item["type"] for item in answer.json()["alternatives"]}
    assert offered == {media.name for media in DOCUMENT_TYPES}
    assert answer.headers["link"].count('rel="alternate"') == len(DOCUMENT_TYPES)


def test_profiles(harbour: Live) -> None:
    usual = harbour.get(f"/doc/{ACTION}", "text/turtle")
    assert f'<{BASE}ontology>; rel="profile"' in usual.headers["link"]
    alt = "http://www.w3.org/ns/dx/connegp/altr"
    for answer in (
        harbour.get(f"/doc/{ACTION}?_profile=alt", "text/turtle"),
        harbour.get(f"/doc/{ACTION}?_profile={alt}", "text/turtle"),
        harbour.get(f"/doc/{ACTION}", "text/turtle", accept_profile=f"<{alt}>"),
    ):
        assert answer.status_code == 200
        assert f'<{alt}>; rel="profile"' in answer.headers["link"]
        assert answer.headers["content-location"] == f"/doc/{ACTION}.ttl?_profile=alt"
        assert harbour.get(answer.headers["content-location"]).content == answer.content
        assert answer.headers["etag"] != usual.headers["etag"]
        graph = Graph().parse(data=answer.text, format="turtle")
        assert (URIRef(f"{BASE}id/{ACTION}"), URIRef(f"{alt}#hasDefaultRepresentation"), None) in graph
    assert harbour.get(f"/doc/{ACTION}?_profile=alt", BROWSER).status_code == 200
    for unknown in ("?_profile=unknown", "?_profile=%00", "?_profile="):
        assert harbour.get(f"/doc/{ACTION}{unknown}", "text/turtle").content == usual.content
    assert harbour.get(f"/doc/{ACTION}", "text/turtle", accept_profile="<<;,").content == usual.content


def test_head_is_get_without_the_body(harbour: Live) -> None:
    paths = [
        "/",
        f"/id/{ACTION}",
        f"/doc/{ACTION}",
        f"/doc/{ACTION}.ttl",
        "/ontology",
        "/dataset",
        "/nothing",
        "/healthz",
    ]
    for path in [*paths, "/dataset/dump.nq.gz", "/context.jsonld", "/releases", "/static/site.css"]:
        for accept in (BROWSER, "application/ld+json"):
            get, head = harbour.get(path, accept), harbour.get(path, accept, "HEAD")
            assert head.content == b""
            assert (head.status_code, head.headers.multi_items()) == (
                get.status_code,
                [
                    (name, head.headers["date"] if name == "date" else value)
                    for name, value in get.headers.multi_items()
                ],
            )


@pytest.mark.thorough
def test_head_is_get_without_the_body_wherever_there_is_one(harbour: Live) -> None:
    query = f"?iri={BASE}id/harbour-2031&query=ASK%7B%7D&q=x"
    for path, methods in addresses(harbour).items():
        if "HEAD" not in methods or path == "/metrics":  # whose figures change with each request
            continue
        for accept in ("text/html", "application/json", "text/turtle"):
            get, head = (harbour.get(path + query, accept, method) for method in ("GET", "HEAD"))
            assert head.content == b"", path
            if (path, accept) == ("/sparql", "text/html"):  # a page that says how long the query took
                head.headers["content-length"] = get.headers["content-length"]
            assert (head.status_code, told(head)) == (get.status_code, told(get)), f"{path} {accept}"


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers.multi_items() if name != "date")


# What is kept


def test_not_modified(harbour: Live) -> None:
    for accept in ("text/turtle", BROWSER):
        first = harbour.get(f"/doc/{ACTION}", accept)
        tag = first.headers["etag"]
        for given in (tag, f'"x", {tag}', f"W/{tag}", "*"):
            again = harbour.get(f"/doc/{ACTION}", accept, if_none_match=given)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
            assert again.headers["vary"] == f"{VARY}, Accept-Encoding"
        assert harbour.get(f"/doc/{ACTION}", accept, if_none_match='"other"').status_code == 200


DATED = (
    "/",
    "/search?q=harbour",
    f"/doc/{ACTION}",
    "/ontology",
    "/questions",
    "/questions/prohibitions",
    "/compare",
    "/dataset/dump.nq.gz",
)


@pytest.mark.parametrize("path", DATED)
@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
def test_a_date_that_is_sent_is_understood(harbour: Live, path: str, accept: str) -> None:
    """By RFC 9110 §13.2.2: a tag that is given decides alone."""
    first = harbour.get(path, accept)
    date = parsedate_to_datetime(first.headers["last-modified"])
    assert date <= parsedate_to_datetime(first.headers["date"])
    tag = first.headers["etag"]
    for moment, status in ((date, 304), (date + timedelta(days=9), 304), (date - timedelta(seconds=1), 200)):
        given = format_datetime(moment, usegmt=True)
        assert harbour.get(path, accept, if_modified_since=given).status_code == status
        assert harbour.get(path, accept, if_modified_since=given, if_none_match='"other"').status_code == 200
        assert harbour.get(path, accept, if_modified_since=given, if_none_match=tag).status_code == 304


def test_what_changes_with_no_date_has_none(harbour: Live) -> None:
    older = f"/release/{harbour.opened.release.version}"  # its pages say which release is the current one
    for path in (f"{older}/", f"{older}/doc/{ACTION}", f"{older}/questions", "/sparql"):
        answer = harbour.get(path, BROWSER, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")
        assert (answer.status_code, answer.headers.get("last-modified")) == (200, None), path


@pytest.mark.parametrize("date", ["yesterday", "", "Wed, 99 Foo 2031 99:99:99 GMT", "9" * 400, "-1"])
def test_a_date_that_is_none_is_passed_over(harbour: Live, date: str) -> None:
    assert harbour.get(f"/doc/{ACTION}", "text/turtle", if_modified_since=date).status_code == 200


def test_an_unknown_thing_is_never_not_modified(harbour: Live) -> None:
    for headers in ({"if_none_match": "*"}, {"if_modified_since": "Wed, 05 Mar 2099 00:00:00 GMT"}):
        assert harbour.get("/doc/nothing", "text/turtle", **headers).status_code == 404


def test_a_tag_is_another_for_another_representation(harbour: Live) -> None:
    tags = [harbour.get(f"/doc/{ACTION}", media.name).headers["etag"] for media in DOCUMENT_TYPES]
    tags += [harbour.get(f"/doc/{ACTION}", BROWSER, accept_language="zh").headers["etag"]]
    assert len(set(tags)) == len(tags)


def test_a_forged_host_changes_nothing(harbour: Live) -> None:
    for path in ("/", f"/doc/{ACTION}", f"/id/{ACTION}", "/dataset", "/nothing"):
        for accept in (BROWSER, "text/turtle"):
            forged = harbour.get(
                path,
                accept,
                host="evil.example",
                x_forwarded_host="evil.example",
                forwarded="host=evil.example;proto=https",
            )
            assert "evil.example" not in forged.text + str(forged.headers)
            assert forged.content == harbour.get(path, accept).content


@pytest.mark.thorough
def test_a_new_release_is_served_at_once_and_has_other_tags(harbour_root: Path, tmp_path: Path) -> None:
    settings = Settings(root=harbour_root, releases=tmp_path / "releases")
    publish(settings)
    with serve(settings) as live:
        before = live.get(f"/doc/{ACTION}", "text/turtle")
        built = build(settings)
        quads = [quad for quad in built.quads if "船期" not in str(quad.object)]
        made = release.write(
            settings.release_folder,
            quads,
            Edition("2.0.0", "2031-03-06"),
            {"context.jsonld": built.context},
            Iris(),
        )
        release.publish(settings.release_folder, made)
        after = live.get(f"/doc/{ACTION}", "text/turtle", if_none_match=before.headers["etag"])
        assert after.status_code == 200
        assert after.headers["etag"] != before.headers["etag"]
        assert len(live.get("/releases", "application/json").json()) == 2
        release.rollback(settings.release_folder)
        assert live.get(f"/doc/{ACTION}", "text/turtle").headers["etag"] == before.headers["etag"]


def test_without_a_release_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    with serve(Settings(root=tmp_path)) as live:
        assert live.get("/healthz").status_code == 200
        for path in ("/readyz", f"/doc/{ACTION}", "/dataset/dump.nq.gz", "/releases"):
            answer = live.get(path, "application/json")
            assert answer.status_code == 503
            assert answer.json()["status"] == 503
        assert live.get("/", BROWSER).status_code == 503


# Under a prefix


def test_under_a_prefix(prefixed: Live) -> None:
    assert prefixed.get(f"/id/{ACTION}").headers["location"] == f"/lod/doc/{ACTION}"
    answer = prefixed.get(f"/doc/{ACTION}", BROWSER)
    assert answer.headers["content-location"].startswith(f"/lod/doc/{ACTION}.html")
    assert f"</lod/doc/{ACTION}.ttl>" in answer.headers["link"]
    assert f"<{BASE}id/{ACTION}>" in answer.headers["link"]
    for href in hrefs(answer.text):
        assert href.startswith(("/lod/", "https://", "http://", "#")), href
    assert prefixed.get("/ontology.ttl").status_code == 200
    assert prefixed.get("/static/site.css").status_code == 200


def test_a_proxy_that_cuts_the_prefix_off(prefixed: Live) -> None:
    bare = prefixed.url.removesuffix("/lod")
    answer = prefixed.client.get(f"{bare}/id/{ACTION}")
    assert answer.headers["location"] == f"/lod/doc/{ACTION}"
    assert prefixed.client.get(f"{bare}/ontology", headers={"accept": "text/turtle"}).status_code == 200


def test_a_forwarded_prefix_counts_from_a_trusted_proxy_only(harbour: Live, prefixed: Live) -> None:
    trusted = prefixed.get(f"/id/{ACTION}", x_forwarded_prefix="/other")
    assert trusted.headers["location"] == f"/other/doc/{ACTION}"
    for bad in ("//evil.example", "/a b", "javascript:", "/../x?"):
        assert prefixed.get(f"/id/{ACTION}", x_forwarded_prefix=bad).headers["location"] == f"/lod/doc/{ACTION}"
    assert harbour.get(f"/id/{ACTION}", x_forwarded_prefix="/other").headers["location"] == f"/doc/{ACTION}"


# Pages


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [given[name] for name in ("href", "src", "action") if name in given]
        self.ids += [given["id"]] if "id" in given else []
        if tag == "html":
            self.lang = given["lang"]


def read(page: str) -> _Hrefs:
    parser = _Hrefs()
    parser.feed(page)
    return parser


def hrefs(page: str) -> list[str]:
    return read(page).found


def test_pages_speak_the_readers_language(harbour: Live) -> None:
    for header, language in (("zh-CN,zh;q=0.9", "zh"), ("en-GB", "en"), ("fr", "en"), (None, "en")):
        given = {"accept_language": header} if header else {}
        answer = harbour.get(f"/doc/{ACTION}", BROWSER, **given)
        assert answer.headers["content-language"] == language
        assert read(answer.text).lang == language
    named = harbour.get(f"/doc/{ACTION}?lang=zh", BROWSER, accept_language="en")
    assert read(named.text).lang == "zh"
    links = hrefs(named.text.partition("<body>")[2])
    internal = [href for href in links if href.startswith("/doc/") and "." not in href]
    assert internal
    assert all("lang=" in href for href in internal)


IN_LANGUAGES = (
    "/", "/doc/wic-2020/action/8", "/doc/wic-2020/action/8?_profile=alt", "/ontology", "/dataset", "/shapes",
    "/questions", "/questions/cue-words", "/compare", "/sparql", "/sparql?query=ASK%7B%7D",
    "/search?q=data&type=Topic", "/releases", "/resource?iri=http%3A//www.w3.org/2004/02/skos/core%23Concept",
)  # fmt: skip


@pytest.mark.parametrize("path", IN_LANGUAGES)
def test_a_page_names_itself_in_each_language(real: Live, path: str) -> None:
    """And, as x-default, where the reader's browser decides. It is the same page, whatever else the address says.

    The addresses are under the base: search engines take none that are relative.
    """
    page = real.get(path, BROWSER, accept_language="en").text
    found = re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page)
    base = real.opened.iris.base
    assert all(href.startswith(base) for _, href in found)
    addresses = {tag: f"/{html.unescape(href.removeprefix(base))}" for tag, href in found}
    assert [tag for tag, _ in found] == [*LANGUAGES, "x-default"]
    for tag in LANGUAGES:
        there = real.get(addresses[tag], BROWSER, accept_language="en")
        assert (there.status_code, there.headers["content-language"]) == (200, tag)
        others = re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', there.text)
        assert others == found, "each version names the same ones"
        title = re.search(r"<title>[^<]*</title>", there.text)
        assert title is not None
        assert (title[0] in page) == (tag == "en")
    default = real.get(addresses["x-default"], BROWSER, accept_language="zh")
    assert (default.status_code, default.headers["content-language"]) == (200, "zh")


def test_an_error_is_no_version_of_a_page(real: Live) -> None:
    assert 'rel="alternate" hreflang' not in real.get("/doc/nothing", BROWSER).text


ENGLISH_NOTE = "Translations are by this project, and not official."
CHINESE_NOTE = "译文为本项目自译，并非官方译文。"


def test_every_page_says_that_translations_are_unofficial(real: Live) -> None:
    for path in ("/", "/doc/wic-2020/action/8", "/doc/wic-2020/en", "/doc/institution/united-nations"):
        for language, words in (("en", ENGLISH_NOTE), ("zh", CHINESE_NOTE)):
            assert words in real.get(path, BROWSER, accept_language=language).text


def test_an_action_page_shows_each_clause_in_both_languages(real: Live) -> None:
    page = real.get("/doc/wic-2020/action/8", BROWSER).text
    parsed = read(page)
    assert {f"clause-{number}" for number in range(1, 7)} <= set(parsed.ids)
    for anchor in [href[1:] for href in parsed.found if href.startswith("#")]:
        assert anchor in parsed.ids
    assert len(parsed.ids) == len(set(parsed.ids))
    text = re.sub(r"<[^>]+>", "", page)
    assert "nor to steal user data" in text
    assert "后门" in text
    assert "implied" in text
    assert "/doc/group/enterprises" in parsed.found


def test_the_sentence_on_the_page_is_the_sentence_of_the_text(real: Live) -> None:
    opened = real.opened
    for number in range(1, 21):
        action = opened.iris.thing(f"id/wic-2020/action/{number}")
        (quad,) = opened.quads(action, opened.iris.term("text"))
        page = real.get(f"/doc/wic-2020/action/{number}", BROWSER).text
        sentence = re.search(r'<p class="original" lang="zh">(.*?)</p>', page, re.DOTALL)
        assert sentence
        shown = re.sub(r'<a class="num".*?</a>', "", sentence[1], flags=re.DOTALL)
        assert Literal(re.sub(r"<[^>]+>", "", shown), language="zh") == quad.object


# The other formats are asked for one by one elsewhere; rendering them all here would take minutes.
_SUFFIXED = re.compile(r"^$|\.(?:ttl|jsonld|rdf|nt|nq|trig|gz)$")


_OF_A_KIND = 12  # pages whose addresses differ in the last step alone: what is asked for, where not all are


def crawl(live: Live, most: int | None = None) -> dict[str, set[str]]:
    """Path -> the ids on it, for the pages that links lead to from the start page: all answer 200, no id stands twice.

    Of addresses that differ in their last step alone, no more than ``most``.
    """
    waiting = ["/"]
    pages: dict[str, set[str]] = {}
    kinds: Counter[str] = Counter()
    while waiting:
        path = waiting.pop()
        kind = re.sub(r"\d+", "0", path.rpartition("/")[0])
        if path in pages or (most is not None and kinds[kind] >= most):
            continue
        kinds[kind] += 1
        answer = live.get(path, BROWSER)
        assert answer.status_code in (200, 303), f"{path} is {answer.status_code}"
        pages[path] = set()
        if answer.status_code == 303:
            waiting.append(answer.headers["location"])
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        parsed = read(answer.text)
        assert len(parsed.ids) == len(set(parsed.ids)), f"{path} has an id twice"
        pages[path] = set(parsed.ids)
        for href in parsed.found:
            target = urlsplit(href)
            if target.scheme:
                continue
            if re.match("/release/[^/]+/", target.path):  # the same site once more
                continue
            if not target.query and not target.path.startswith("/sparql") and not _SUFFIXED.search(target.path):
                waiting.append(target.path)
    assert "/ontology" in pages
    assert {"Action", "Clause", "addressee"} <= pages["/ontology"]
    return pages


@pytest.mark.thorough
def test_every_page_and_every_link_on_it_is_there(harbour: Live) -> None:
    pages = crawl(harbour)
    assert len([path for path in pages if path.startswith("/doc/harbour-2031/action/")]) > 3


@pytest.mark.slow
def test_some_pages_of_each_kind_are_there(real: Live) -> None:
    pages = crawl(real, _OF_A_KIND)
    assert len([path for path in pages if path.startswith("/doc/wic-2020/action/")]) > _OF_A_KIND


@pytest.mark.slow
def test_every_page_of_the_initiative_and_every_link_on_it_is_there(real: Live) -> None:
    pages = crawl(real)
    assert len([path for path in pages if path.startswith("/doc/wic-2020/action/")]) > 60


def test_the_text_carries_its_notice_and_the_doubt(real: Live) -> None:
    for path in ("/doc/wic-2020/zh", "/dataset"):
        page = real.get(path, BROWSER).text
        assert "Rights notice of the text" in page
        assert "The doubt about that notice" in page


# Other addresses


def test_what_is_its_own_document(harbour: Live) -> None:
    for path in ("/ontology", "/shapes", "/dataset", "/graph/harbour-2031", "/.well-known/void"):
        for accept in (BROWSER, "text/turtle", "application/ld+json", "application/rdf+xml"):
            assert harbour.get(path, accept).status_code == 200, f"{path} {accept}"
    assert harbour.get("/ontology.ttl").headers["content-type"].startswith("text/turtle")
    graph = Graph().parse(data=harbour.get("/ontology", "text/turtle").text, format="turtle")
    assert (URIRef(f"{BASE}ontology#Action"), None, None) in graph


def test_any_iri_that_the_release_names(harbour: Live) -> None:
    iri = "https://example.org/thesaurus/schedules"
    for path in (f"/resource?iri={iri}", f"/resource.ttl?iri={iri}"):
        answer = harbour.get(path, "text/turtle")
        assert answer.status_code == 200
        assert "topic:schedules skos:prefLabel" in answer.text or "topic:schedules a" in answer.text
    assert harbour.get(f"/resource?iri={iri}", BROWSER).status_code == 200
    assert harbour.get("/resource?iri=https://example.org/unknown", "text/turtle").status_code == 404
    for bad in ("", "?iri=", "?iri=not an iri", "?iri=%00", "?iri=http://x/%zz"):
        assert harbour.get(f"/resource{bad}", "text/turtle").status_code == 400


def test_dumps_and_their_ranges(harbour: Live) -> None:
    for name in ("dump.nq.gz", "dump.trig.gz"):
        whole = harbour.get(f"/dataset/{name}")
        listed = harbour.opened.release.manifest.files[name]
        assert hashlib.sha256(whole.content).hexdigest() == listed.sha256
        assert BASE.encode() in gzip.decompress(whole.content)
        part = harbour.get(f"/dataset/{name}", range="bytes=10-19")
        assert (part.status_code, part.content) == (206, whole.content[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
        for unit in ("items=0-1", "bytes=x", "bytes=5-1", "bytes=", "bytes", "-1", "bytes=0-1;q=1"):
            ignored = harbour.get(f"/dataset/{name}", range=unit)  # RFC 9110 §14.2
            assert (ignored.status_code, ignored.content) == (200, whole.content), unit
        for given, content in (("bytes=-5", whole.content[-5:]), ("BYTES = 3-3", whole.content[3:4])):
            assert harbour.get(f"/dataset/{name}", range=given).content == content, given
        several = harbour.get(f"/dataset/{name}", range="bytes=0-1, 4-5, 999999999-")
        assert several.status_code == 206
        assert several.headers["content-type"].startswith("multipart/byteranges")
        beyond = harbour.get(f"/dataset/{name}", range="bytes=999999999-")
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")
        assert beyond.headers["content-type"] == "application/problem+json"
        assert f"{len(whole.content):,}" in beyond.json()["detail"]
        head = harbour.get(f"/dataset/{name}", method="HEAD")
        assert harbour.get(f"/dataset/{name}", if_none_match=head.headers["etag"]).status_code == 304
    assert harbour.get("/dataset/other.gz").status_code == 404
    assert harbour.get("/dataset/..%2Fmanifest.json").status_code == 404


def test_releases(harbour: Live) -> None:
    (only,) = harbour.get("/releases", "application/json").json()
    assert only["current"]
    for accept in ("application/json", BROWSER):
        assert harbour.get(f"/release/{only['version']}", accept).status_code == 200
    assert harbour.get(f"/release/{only['version']}", "text/turtle").status_code == 200
    assert harbour.get("/release/0.0.0").status_code == 404


def test_start_page(harbour: Live) -> None:
    assert harbour.get("/", BROWSER).status_code == 200
    rdf = harbour.get("/", "text/turtle")
    assert (rdf.status_code, rdf.headers["location"]) == (303, "/dataset")


def test_health(harbour: Live) -> None:
    assert harbour.get("/healthz").text == "ok\n"
    assert harbour.get("/readyz").text.startswith("ready ")


def addresses(live: Live) -> dict[str, set[str]]:
    """An address of each route, with the methods of every route that has it."""
    given = {
        "path:path": "harbour-2031",
        "rest:path": "1.0.0",
        "name:path": "site.css",
        "suffix": "ttl",
        "name": "dump.nq.gz",
        "version": live.opened.release.version,
    }
    found: dict[str, set[str]] = {}
    assert isinstance(live.app.app, Starlette)
    for route in live.app.app.routes:
        assert isinstance(route, Route)
        if "{rest" in route.path:  # what an older release has is looked at elsewhere
            continue
        path = re.sub(r"\{([^}]+)\}", lambda match: given.get(match[1], "nothing"), route.path)
        found.setdefault(path, {"OPTIONS"}).update(route.methods or ())
    return found


def test_each_address_says_which_methods_it_has(harbour: Live) -> None:
    """405 lists all of them, OPTIONS says the same, and none that is listed is refused (RFC 9110 §9.3.7, §15.5.6)."""
    found = addresses(harbour)
    assert len(found) > 30
    posted = {path for path, methods in found.items() if "POST" in methods}
    assert posted >= {"/sparql", "/reconcile"}
    for path, methods in found.items():
        assert "OPTIONS" in methods, path
        assert {"GET", "HEAD"} <= methods or methods == {"POST", "OPTIONS"}, path
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            if method in methods:
                continue
            answer = harbour.get(path, "application/json", method)
            assert answer.status_code == 405, f"{method} {path}"
            assert set(answer.headers["allow"].split(", ")) == methods, f"{method} {path}"
            assert answer.headers["content-type"] == "application/problem+json"
        options = harbour.get(path, None, "OPTIONS", origin="https://example.org", access_control_request_method="GET")
        assert (options.status_code, options.content) == (204, b"")
        assert set(options.headers["allow"].split(", ")) == methods, path
        assert options.headers["access-control-allow-methods"] == options.headers["allow"]
        assert options.headers["access-control-allow-origin"] == "*"
        for method in methods - {"OPTIONS"}:
            assert harbour.get(path, None, method).status_code != 405, f"{method} {path}"


def test_methods_of_documents_and_endpoints(harbour: Live) -> None:
    for method, path in (
        ("POST", f"/doc/{ACTION}"),
        ("PUT", f"/id/{ACTION}"),
        ("DELETE", "/"),
        ("POST", "/doc/sparql"),
    ):
        assert harbour.get(path, None, method).headers["allow"] == "GET, HEAD, OPTIONS"
    for path in ("/sparql", "/reconcile"):
        assert harbour.get(path, None, "DELETE").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    # A method that the reader of HTTP does not know is answered before the application sees it, and in the same way.
    for path, allowed in (("/sparql?x", b"GET, HEAD, OPTIONS, POST"), ("/doc/sparql", b"GET, HEAD, OPTIONS")):
        status, answer = exchange(harbour, b"FOO %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())
        assert status == 405
        assert b"\r\nallow: " + allowed + b"\r\n" in answer
    status, answer = exchange(harbour, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status == 204
    assert b"\r\nallow: GET, HEAD, OPTIONS, POST\r\n" in answer
    assert harbour.get("/nothing", None, "OPTIONS").status_code == 404
    assert harbour.get("/nothing", None, "DELETE").status_code == 404


def test_methods_under_a_prefix(prefixed: Live) -> None:
    assert prefixed.get("/sparql", None, "DELETE").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert prefixed.get("/sparql", None, "OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert prefixed.get(f"/doc/{ACTION}", None, "POST").headers["allow"] == "GET, HEAD, OPTIONS"


def test_security_headers_on_everything(harbour: Live) -> None:
    for path in ("/", f"/doc/{ACTION}.ttl", "/nothing", "/static/site.css", "/dataset/dump.nq.gz"):
        headers = harbour.get(path, BROWSER).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["access-control-allow-origin"] == "*"
        assert "referrer-policy" in headers
    page = harbour.get("/", BROWSER).text
    assert "style=" not in page
    own, data = re.findall("<script[^>]*>", page)
    assert re.fullmatch(r'<script type="module" src="/static/suggest.js\?v=\w+">', own)
    assert data == '<script type="application/ld+json">'  # which nothing runs


def test_the_interface_is_described(harbour: Live) -> None:
    paths = harbour.get("/openapi.json").json()["paths"]
    assert "303" in paths["/id/{path}"]["get"]["responses"]
    assert "text/turtle" in paths["/doc/{path}"]["get"]["responses"]["200"]["content"]


# Errors: never a 5xx for what a client sends

PATHS = [
    "/%",
    "/%zz",
    "/%00",
    "/id/%00",
    "/doc/%00",
    "/doc/%ff%fe",
    "/doc/%C0%AF",
    "/doc/%F0%9F%92%A9",
    "/doc/..%2F..%2Fetc%2Fpasswd",
    "/doc/../../etc/passwd",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%5Capp.py",
    "/doc/" + "a" * 6000,
    "/doc/" + "a/" * 3000,
    "/id/" + "%41" * 2000,
    "/doc/<script>alert(1)</script>",
    "/doc/%3Cscript%3E",
    "/doc/a%0d%0aSet-Cookie:x",
    "/doc/%22",
    "/doc/a%20b",
    "/doc/{}",
    "/doc/|",
    "/doc/^",
    "/doc/`",
    "/doc/%5C",
    "/doc//",
    "/doc/.",
    "/doc/.ttl",
    "/doc/..ttl",
    "/ontology/",
    "/ontology/9.9.9",
    "/ontology.xyz",
    "/graph/",
    "/graph/%00",
    "/release/",
    "/release/%00",
    "/release/..%2F..",
    "/dataset/",
    "/dataset/%00",
    "/resource?iri=%FF",
    "/resource?iri=" + "http://x/" + "a" * 6000,
    "/static/",
    "/context.jsonld/x",
    f"/doc/{ACTION}?page=0",
    f"/doc/{ACTION}?page=-1",
    f"/doc/{ACTION}?page=x",
    f"/doc/{ACTION}?page=99999999999999999999",
    f"/doc/{ACTION}?page=%D9%A3",
    f"/doc/{ACTION}?lang=%00",
    f"/doc/{ACTION}?lang=" + "x" * 3000,
    f"/doc/{ACTION}?_mediatype=",
    f"/doc/{ACTION}?_mediatype=x",
    f"/doc/{ACTION}?_mediatype=%00",
    f"/doc/{ACTION}?_mediatype=image/png",
    f"/doc/{ACTION}?_profile=%FF",
    f"/doc/{ACTION}?&&&=&=",
    f"/doc/{ACTION}?%",
    f"/id/{ACTION}?a=%0d%0aX:y",
    "/?lang=xx",
    "/?_mediatype=%00",
    "/releases?x=%ff",
]
HEADERS = [
    b"Accept: \xff\xfe",
    b"Accept: ;;;,,,",
    b'Accept: text/html;q="',
    b"Accept: " + b"a/b," * 5000,
    b"Accept: */*;q=",
    b"Accept-Language: \x80",
    b"Accept-Language: " + b"a-" * 4000,
    b"Accept-Profile: <",
    b"If-None-Match: \x80",
    b'If-None-Match: "',
    b"If-Modified-Since: \x80",
    b"Range: bytes=\x80",
    b"Range: bytes=5-1,,",
    b"X-Forwarded-Prefix: \x80",
    b"X-Forwarded-Proto: gopher",
    b"Forwarded: for=\x80;;",
    b"Host: \x80",
    b"Host: a b",
    b"Cookie: \x80=\x80",
    b"Content-Type: \x80",
    b"Origin: null",
]
METHODS = ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "FOO"]


def exchange(live: Live, request: bytes) -> tuple[int, bytes]:
    """The status and the whole answer to bytes on the wire."""
    target = urlsplit(live.url)
    with socket.create_connection((str(target.hostname), int(target.port or 80)), 20) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer, request
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize("accept", [b"*/*", b"text/html", b"text/turtle"])
def test_odd_paths(harbour: Live, accept: bytes) -> None:
    assert len(PATHS) == 62
    for path in PATHS:
        request = b"GET %s HTTP/1.1\r\nHost: x\r\nAccept: %s\r\nConnection: close\r\n\r\n" % (path.encode(), accept)
        status, answer = exchange(harbour, request)
        assert status in (200, 303, 400, 404, 406), f"{path} {accept!r}: {status}"
        assert b"Traceback" not in answer
        assert b"<script>alert" not in answer or b"application/problem+json" in answer
        assert b"\r\nSet-Cookie" not in answer
        assert b"\r\nX:y" not in answer


def test_odd_headers(harbour: Live) -> None:
    for path in (b"/", b"/doc/" + ACTION.encode(), b"/id/" + ACTION.encode(), b"/dataset/dump.nq.gz", b"/nothing"):
        for header in HEADERS:
            status, answer = exchange(
                harbour, b"GET %s HTTP/1.1\r\nHost: x\r\n%s\r\nConnection: close\r\n\r\n" % (path, header)
            )
            assert status < 500, f"{path!r} {header!r}: {status}"
            assert b"Traceback" not in answer


def test_other_methods(harbour: Live) -> None:
    for path in ("/", f"/id/{ACTION}", f"/doc/{ACTION}", "/ontology", "/dataset/dump.nq.gz"):
        for method in METHODS:
            answer = harbour.get(path, "application/json", method)
            assert answer.status_code == 405, f"{method} {path}"
            assert answer.headers["content-type"] == "application/problem+json"
            assert "GET" in answer.headers["allow"]


#: Takes what any address has, and an error as what it is.
PROGRAM = "text/turtle, application/problem+json;q=0.2, application/json;q=0.1"
#: A request that goes wrong, its status, and what its error says in English and in Chinese.
FAULTS = [
    ("/doc/nothing", 404, "nothing is known about", "这里没有关于"),
    ("/id/nothing", 404, "nothing is known about", "这里没有关于"),
    ("/nothing", 404, "there is nothing at /nothing", "地址 /nothing 处没有任何内容"),
    ("/doc/a%20b", 404, "nothing here can have the path", "这里不会有路径为"),
    (f"/doc/{ACTION}?page=99", 404, "no page 99", "没有第 99 页"),
    (f"/doc/{ACTION}?page=x", 400, "page is 'x', and must be a number", "参数 page 的值是“x”"),
    (f"/doc/{ACTION}?_mediatype=x", 400, "that is no media type", "这不是媒体类型"),
    (f"/doc/{ACTION}?_mediatype=image/png", 406, "cannot be sent as 'image/png'", "没有“image/png”这种格式"),
    ("/resource?iri=x", 400, "must be an absolute IRI", "应为完整的 IRI"),
    ("/linkset?iri=x", 400, "must be an absolute IRI", "应为完整的 IRI"),
    (f"/cite?iri={BASE}dataset&style=x", 400, "style is 'x'", "参数 style 的值是“x”"),
    ("/dataset/x.gz", 404, "there is no dump", "没有名为“x.gz”的整体下载"),
    ("/release/0.0.0", 404, "there is no release", "没有名为“0.0.0”的发布版本"),
    ("/static/x.css", 404, "there is no file", "没有名为“x.css”的文件"),
    ("/questions/x", 404, "this release has no question", "本版本没有名为“x”的问题"),
    ("/search?" + "a=b&" * 200, 400, "at most 100 arguments", "最多 100 个参数"),
    ("/compare?iri=x", 400, "only one thing was chosen", "只选择了一项"),
    ("/compare?" + "iri=x:y&" * 30 + "&".join(f"iri=x:{n}" for n in range(9)), 400, "at most 6", "最多可并排比较 6 项"),
    ("/compare?" + "a=b&" * 50, 400, "at most 40 arguments", "最多 40 个参数"),
    ("/compare?iri=x:y&iri=x:z", 404, "nothing is known about <x:y>", "这里没有关于 <x:y> 的记录"),
    ("/sparql?query=SELECT", 400, "this is not a SPARQL query", "这不是有效的 SPARQL 查询"),
    ("/sparql?query=a&query=b", 400, "send one", "请只发送一条"),
    ("/sparql?query=ASK%7B%7D&_mediatype=image/png", 406, "nothing here is 'image/png'", "没有所要求的结果格式"),
    ("/sparql?update=CLEAR%20ALL", 403, "read-only", "本端点只读"),
]


#: What a page that tells an error has in common with all others: the menu, the search, the switch of languages.
KEPT = {"<nav", 'role="search"', 'class="languages"'}


@pytest.mark.parametrize(("path", "status", "english", "chinese"), FAULTS, ids=[item[0][:40] for item in FAULTS])
def test_an_error_speaks_the_readers_language(
    harbour: Live, path: str, status: int, english: str, chinese: str
) -> None:
    titles = {"en": problems.title(status, LANGUAGES["en"]), "zh": problems.title(status, LANGUAGES["zh"])}
    # A program: English, unless it prefers Chinese (RFC 9457 §3.1.3 and RFC 9110 §12.5.4).
    for header, language, text in ((None, "en", english), ("fr", "en", english), ("zh-CN,en;q=0.1", "zh", chinese)):
        given = {"accept_language": header} if header else {}
        answer = harbour.get(path, PROGRAM, **given)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert "accept-language" in answer.headers["vary"].lower()
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["title"] == titles[language]
        assert text in answer.json()["detail"]
    # A person: a page in the page's language, in which what is in another one is marked.
    for header, language, text in (("en", "en", english), ("zh", "zh", chinese)):
        page = harbour.get(path, BROWSER, accept_language=header)
        assert page.status_code == status
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert read(page.text).lang == language
        shown = html.unescape(page.text)
        assert text in shown
        assert KEPT.issubset(re.findall(r'<nav|role="search"|class="languages"', shown))
        if language == "zh" and english in shown:
            assert '<span lang="en">' in page.text


@pytest.mark.parametrize(
    ("status", "method", "path", "fields", "content"),
    [
        (405, "DELETE", f"/doc/{ACTION}", {}, b""),
        (413, "POST", "/sparql", {"content-type": "application/sparql-query"}, b"a" * 1_000_000),
        (416, "GET", "/dataset/dump.nq.gz", {"range": "bytes=99999999-"}, b""),
    ],
)
def test_an_error_of_any_method_keeps_the_menu(
    harbour: Live, status: int, method: str, path: str, fields: dict[str, str], content: bytes
) -> None:
    asked = {"accept": BROWSER, "accept-language": "zh", **fields}
    answer = harbour.client.request(method, harbour.url + path, headers=asked, content=content)
    assert (answer.status_code, answer.headers["content-language"]) == (status, "zh")
    assert KEPT.issubset(re.findall(r'<nav|role="search"|class="languages"', answer.text))
    assert problems.title(status, LANGUAGES["zh"]) in answer.text


def test_who_cannot_be_served_keeps_the_menu_too() -> None:
    """The page that costs next to nothing: with an address at which to try again."""
    scope = {"type": "http", "method": "GET", "path": "/doc/x", "query_string": b"page=2", "headers": []}
    page = Pages(LANGUAGES).brief_error(
        request.read(scope, frozenset(), ("en", "zh")), 503, Busy(Message("lane.waited"), 1)
    )
    assert KEPT.issubset(re.findall(r'<nav|role="search"|class="languages"', page.decode()))
    assert b'<a href="/doc/x?page=2" rel="nofollow">Try again</a>' in page


def test_a_browser_is_shown_what_there_is_instead(harbour: Live) -> None:
    page = harbour.get(f"/doc/{ACTION}?_mediatype=image/png", BROWSER)
    assert page.status_code == 406
    assert {f"/doc/{ACTION}.{media.suffix}" for media in DOCUMENT_TYPES} <= set(hrefs(page.text))


def test_limits_of_queries_are_told_in_chinese_too(harbour_root: Path) -> None:
    query = quote("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    for change, status, chinese in (
        ({"query_rows": 100}, 413, "结果超过 100 行"),
        ({"query_seconds": 0.5, "query_rows": 10**9, "query_bytes": 10**9}, 504, "查询用时超过 0.5 秒"),
        ({"query_rate": 0.1}, 429, "每秒可发送 0.1 条查询"),
    ):
        with serve(Settings(root=harbour_root, **change)) as live:
            if status == 429:
                for number in range(3):
                    live.get(f"/sparql?query=ASK%7B%3Fs%20%3Fp%20{number}%7D")
            answer = live.get(f"/sparql?query={query}", PROGRAM, accept_language="zh")
            assert answer.status_code == status
            assert answer.json()["title"] == problems.title(status, LANGUAGES["zh"])
            assert chinese in answer.json()["detail"]


def test_without_a_release_it_is_told_in_both_languages_and_not_where_it_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    with serve(Settings(root=tmp_path)) as live:
        for path in ("/", f"/doc/{ACTION}", "/search?q=x", "/sparql", "/compare", "/questions", "/releases"):
            for accept in (BROWSER, PROGRAM) if path != "/" else (BROWSER,):
                chinese, english = live.get(path, accept, accept_language="zh"), live.get(path, accept)
                assert (chinese.status_code, english.status_code) == (503, 503)
                assert "目前没有可供查阅的发布版本" in chinese.text
                assert "no release can be shown just now" in english.text
                assert str(tmp_path) not in chinese.text + english.text


def test_errors_are_problems_for_programs_and_pages_for_people(harbour: Live) -> None:
    program = harbour.get("/doc/nothing", "text/turtle")
    assert program.headers["content-type"] == "application/problem+json"
    assert json.loads(program.text)["status"] == 404
    assert f"{BASE}id/nothing" in program.json()["detail"]
    page = harbour.get("/doc/nothing", BROWSER, accept_language="zh")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert read(page.text).lang == "zh"
