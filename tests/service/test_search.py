"""/search over HTTP: pages and JSON, whatever is typed."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from initiative_lod import release
from initiative_lod.build.graph import build
from initiative_lod.errors import Message, QueryTimeout
from initiative_lod.iris import Iris
from initiative_lod.release import Edition
from initiative_lod.search import index
from initiative_lod.search.reader import Index
from initiative_lod.search.results import Results, Search
from initiative_lod.settings import Settings
from initiative_lod.web.routes.search import AT_ONCE
from patience import SECONDS
from pipeline.conftest import make_project
from service.conftest import Live, serve

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HOSTILE = [
    '"',
    "*",
    "AND",
    "NEAR(",
    "{x} : y",
    "'; DROP TABLE words; --",
    "\x00",
    "网" * 500,
    "a " * 500,
    "<b>&amp;",
    "a" * 6_000,
    "😀",
    "。，、；：！？",
    '"网络 犯罪',
    "-x ^y (z",
    "topic : NOT x*",
    "\u0301",
    "%",
]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of the second document, with its search index."""
    with serve(project(tmp_path_factory)) as live:
        yield live


def project(tmp_path_factory: pytest.TempPathFactory, indexed: bool = True, **more: object) -> Settings:
    root = make_project(tmp_path_factory.mktemp("search") / "project")
    settings = Settings(root=root, **more)  # type: ignore[arg-type]
    built, iris = build(settings), Iris(settings.base)
    edition = Edition("1.0.0", "2031-03-05")

    def make_index(building: Path) -> None:
        if indexed:
            index.build(building / "index" / index.FILE, built.quads, iris)

    made = release.write(
        settings.release_folder,
        built.quads,
        edition,
        {"context.jsonld": built.context},
        iris,
        make_index=make_index,
    )
    release.publish(settings.release_folder, made)
    return settings


def ask(live: Live, accept: str | None = None, **arguments: str | list[str]) -> str:
    return f"/search?{urlencode(arguments, doseq=True)}"


class Page(HTMLParser):
    """The marks and links of a page; fails on what is not closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self, content: str) -> None:
        super().__init__()
        self.marks: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self._open: list[str] = []
        self.feed(content)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given["lang"] or ""
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "mark":
            self.marks.append("")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "mark" in self._open:
            self.marks[-1] += data


def test_json(searched: Live) -> None:
    answer = searched.get(ask(searched, q="不得"), "application/json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    assert {
        "query",
        "language",
        "total",
        "page",
        "pages",
        "facets",
        "results",
        "also",
        "loose",
        "complete",
    } <= document.keys()
    assert {item["iri"].rpartition("/id/")[2] for item in document["results"]} >= {
        "harbour-2031/action/2/clause/1",
        "harbour-2031/action/2/clause/2",
    }
    for item in document["results"]:
        for match in item["matches"]:
            assert all(match["text"][start:end] == "不得" for start, end in match["ranges"])
            assert html.unescape(re.sub(r"</?mark[^>]*>", "", match["html"])) == match["text"]


def test_what_is_asked_for_is_sent(searched: Live) -> None:
    path = ask(searched, q="harbours")
    for accept, expected in (
        (BROWSER, "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        (None, "application/json"),
        ("text/html;q=0, */*", "application/json"),
    ):
        answer = searched.get(path, accept)
        assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert searched.get(path.replace("/search", "/search.json"), BROWSER).headers["content-type"] == "application/json"
    assert searched.get(path.replace("/search", "/search.html")).headers["content-type"] == "text/html; charset=utf-8"
    assert searched.get(path, "text/turtle").status_code == 406


@pytest.mark.thorough
def test_the_page_marks_what_it_found(searched: Live) -> None:
    answer = searched.get(ask(searched, q="数据平台"), BROWSER, accept_language="zh")
    page = Page(answer.text)
    assert page.language == answer.headers["content-language"] == "zh"
    assert set(page.marks) == {"数据平台", "data platform"}
    assert "/doc/topic/data-platform" in page.links
    for link in page.links:
        if link.startswith("/"):
            assert searched.get(link, BROWSER).status_code == 200, link


def test_traditional_characters_and_plurals(searched: Live) -> None:
    def iris(text: str) -> set[str]:
        found = searched.get(ask(searched, q=text), "application/json").json()
        return {item["iri"] for item in found["results"]}

    assert iris("數據平臺") == iris("数据平台") != set()
    assert iris("資料平臺") >= iris("数据平台")  # what Taiwan calls it
    assert iris("HARBOUR") == iris("harbours") == iris("harbors") != set()


def test_filters_are_links_that_work(searched: Live) -> None:
    plain = searched.get(ask(searched, q="船"), BROWSER)
    filters = [link for link in Page(plain.text).links if "modality=" in link]
    assert filters
    for link in filters:
        page = Page(searched.get(link, BROWSER).text)
        key = re.search(r"modality=([^&]*)", link)
        assert key is not None
        document = searched.get(link.replace("/search?", "/search.json?")).json()
        assert document["total"] == len(document["results"]) > 0
        assert all(key[1] in [item["value"] for item in result["modality"]] for result in document["results"])
        assert any("modality=" not in item and "q=" in item for item in page.links)  # and back


def test_the_page_language_is_not_the_language_of_the_words(searched: Live) -> None:
    chinese = searched.get(ask(searched, q="harbours", hl="zh"), BROWSER, accept_language="en")
    assert chinese.headers["content-language"] == "zh"
    assert Page(chinese.text).marks
    other = searched.get(ask(searched, q="congested", lang="zh"), BROWSER, accept_language="en")
    assert other.headers["content-language"] == "en"
    for language, total in (("zh", 0), ("en", 1), ("both", 1)):
        document = searched.get(ask(searched, q="congested", lang=language), "application/json").json()
        assert (document["language"], document["total"]) == (language, total)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_whatever_is_typed_gets_an_answer(searched: Live, text: str) -> None:
    for accept in (BROWSER, "application/json"):
        answer = searched.get(ask(searched, q=text, type=text, lang=text, page=text, hl=text), accept)
        assert answer.status_code == 200
    Page(searched.get(ask(searched, q=text), BROWSER).text)


@pytest.mark.parametrize(
    "query", ["q=%FF%FE", "q=%", "q", "q=a&q=b", "page=-1", "page=1e9", "&&&", "q=%F0%9F", "q=" + "a" * 6000]
)
def test_whatever_is_sent_gets_an_answer(searched: Live, query: str) -> None:
    for accept in (BROWSER, "application/json"):
        assert searched.get(f"/search?{query}", accept).status_code == 200


def test_what_is_longer_than_any_address_is_refused_and_no_more(searched: Live) -> None:
    assert searched.get(ask(searched, q="a" * 10_000), BROWSER).status_code in (200, 400, 414)
    assert searched.get(ask(searched, q="harbours"), BROWSER).status_code == 200


def test_more_arguments_than_anyone_needs(searched: Live) -> None:
    answer = searched.get("/search?" + "&".join(f"type={n}" for n in range(500)), "application/json")
    assert answer.status_code == 400


def test_no_words_are_taken_for_markup(searched: Live) -> None:
    answer = searched.get(ask(searched, q='<script>alert(1)</script>"onfocus="x', topic="<i>"), BROWSER)
    assert "<script>" not in answer.text
    assert "<i>" not in answer.text
    Page(answer.text)


def test_nothing_found_says_what_to_do(searched: Live) -> None:
    answer = searched.get(ask(searched, q="zebra"), BROWSER, accept_language="en")
    assert "Nothing was found for “zebra”" in answer.text
    links = [link for link in Page(answer.text).links if link.startswith("/search?q=") and "zebra" not in link]
    assert links
    for link in links:
        assert searched.get(link.replace("/search?", "/search.json?")).json()["total"] > 0


def test_nothing_typed_is_a_form(searched: Live) -> None:
    answer = searched.get("/search", BROWSER)
    assert answer.status_code == 200
    assert 'role="search"' in answer.text


def test_unchanged_is_304_and_head_is_get_without_a_body(searched: Live) -> None:
    path = ask(searched, q="harbours")
    answer = searched.get(path, "application/json")
    head = searched.get(path, "application/json", method="HEAD")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(answer.content))
    assert head.headers["etag"] == answer.headers["etag"]
    again = searched.get(path, "application/json", if_none_match=answer.headers["etag"])
    assert again.status_code == 304
    assert searched.get(path, BROWSER).headers["etag"] != answer.headers["etag"]


@pytest.mark.thorough
def test_behind_a_prefix_links_keep_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serve(project(tmp_path_factory, root_path="/lod")) as live:
        page = Page(live.get(ask(live, q="harbours"), BROWSER).text)
        assert all(link.startswith(("/lod/", "#", "http")) for link in page.links)


def test_a_release_without_an_index_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serve(project(tmp_path_factory, indexed=False)) as live:
        answer = live.get("/search?q=x", "application/json")
    assert answer.status_code == 503
    assert "search index" in answer.json()["detail"]


def test_searching_holds_up_nobody_else(searched: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is answered while more searches than may run at once do not end."""
    running, end = threading.Semaphore(0), threading.Event()
    search = Index.search

    def endless(index: Index, asked: Search) -> Results:
        running.release()
        assert end.wait(SECONDS)
        return search(index, asked)

    monkeypatch.setattr(Index, "search", endless)
    answers: list[int] = []

    def ask(number: int) -> None:
        answers.append(searched.get(f"/search?q={quote('的 船 数据')}{number}", "application/json").status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2 * AT_ONCE)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(AT_ONCE):
            assert running.acquire(timeout=SECONDS)
        for path in ("/healthz", "/doc/harbour-2031", "/questions") * 5:
            assert searched.get(path).status_code == 200
        assert not running.acquire(blocking=False)
    finally:
        end.set()
        for thread in threads:
            thread.join()
    assert answers == [200] * 2 * AT_ONCE


def test_the_arguments_are_documented(harbour: Live) -> None:
    described = harbour.get("/openapi.json").json()["paths"]["/search"]["get"]
    names = {item["name"] for item in described["parameters"]}
    assert names == {"q", "lang", "document", "type", "pillar", "modality", "topic", "page", "hl", "_mediatype"}


def test_a_search_is_made_once_for_each_answer_that_it_has(searched: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments that mean nothing, and their order, make no other; what was cut short is nobody's to keep."""
    made: list[Search] = []
    search = Index.search

    def counted(self: Index, asked: Search) -> Results:
        made.append(asked)
        return search(self, asked)

    monkeypatch.setattr(Index, "search", counted)
    same = ("q=keeper&lang=en&hl=zh", "hl=zh&q=keeper&lang=en", "q=keeper&utm_source=x&lang=en&hl=zh")
    answers = [searched.get(f"/search?{query}", BROWSER) for query in same]
    assert len(made) == 1
    assert len({answer.content for answer in answers}) == len({answer.headers["etag"] for answer in answers}) == 1
    tag = answers[0].headers["etag"]
    assert searched.get(f"/search?{same[0]}", BROWSER, if_none_match=tag).status_code == 304
    others = ("q=keeper&lang=en&hl=en", "q=keeper&lang=zh&hl=zh", "q=keeper&hl=zh", "q=keepers&lang=en&hl=zh")
    assert len({searched.get(f"/search?{query}", BROWSER).headers["etag"] for query in others} | {tag}) == 5
    assert searched.get(f"/search?{same[0]}", "application/json").json()["query"] == "keeper"
    assert len(made) == 6

    def slow(self: Index, asked: Search) -> Results:
        made.append(asked)
        raise QueryTimeout(Message("error.search_slow", seconds="1"))

    monkeypatch.setattr(Index, "search", slow)
    for _ in range(2):
        answer = searched.get("/search?q=quay", BROWSER)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    assert len(made) == 8
