"""The review page: both sides in view, judgements kept, and nobody from elsewhere."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from pyoxigraph import RdfFormat, Store, parse

from initiative_lod.iris import Iris
from initiative_lod.matching.alignable_things import our_things, their_things
from initiative_lod.matching.proposal_review import Review
from initiative_lod.matching.proposals import propose
from initiative_lod.sources import judgements
from initiative_lod.web.review import create_review
from patience import SECONDS, eventually

I = Iris()
KEY = "k" * 43
OURS = """
@base <https://w3id.org/initiative-lod/> .
@prefix : <https://w3id.org/initiative-lod/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/topic/harbour> a :Topic ; skos:prefLabel "港口"@zh , "harbours"@en ;
    skos:definition "Where ships stay."@en , "船停泊之处。"@zh .
<id/topic/salvage> a :Topic ; skos:prefLabel "救助"@zh , "salvage"@en .
<id/x/action/1/clause/1> :topic <id/topic/harbour> ; :text "建设港口。"@zh ; :translation "Build harbours."@en .
"""
THEIRS = """
@prefix : <http://other.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:c1 a skos:Concept ; skos:prefLabel "Harbours"@en ; skos:definition "<script>alert(1)</script>"@en ; skos:broader :c2 .
:c2 a skos:Concept ; skos:prefLabel "Salvage"@en .
"""


@dataclass
class Page:
    """A running review, and somebody who came in by its link."""

    client: httpx.Client
    path: Path
    origin: str

    @property
    def folder(self) -> str:
        """The folder in which the review is."""
        return self.client.base_url.path.rstrip("/")

    def token(self, number: int = 1) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.client.get(f"/{number}").text)
        assert found
        return found[1]

    def judge(self, number: int = 1, **fields: str) -> httpx.Response:
        given = {"token": self.token(number), "judge": "A. Judge", "reason": "seen both", "verdict": "same", **fields}
        return self.client.post(f"/{number}", data=given)


def store(turtle: str) -> Store:
    made = Store()
    made.extend(parse(turtle, RdfFormat.TURTLE))
    return made


@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Page]:
    """A review into which nobody has come yet."""
    ours, theirs, path = store(OURS), store(THEIRS), tmp_path / "judgements" / "identity.tsv"
    proposals = propose(our_things(ours, I), their_things(theirs, I))
    assert len(proposals) == 2
    app = create_review(Review(proposals, ours, theirs, I, path), "nobody", lambda: "2031-01-02", KEY)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", loop="asyncio", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert eventually(lambda: server.started or not thread.is_alive())
    assert server.started
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with httpx.Client(timeout=SECONDS, base_url=origin) as client:
        yield Page(client, path, origin)
    server.should_exit = True
    thread.join(SECONDS)
    listener.close()


@pytest.fixture
def page(shut: Page) -> Page:
    """The same after its link was followed."""
    opened = shut.client.get(f"/open/{KEY}")
    assert opened.status_code == 303
    shut.client.base_url = httpx.URL(shut.origin + opened.headers["location"])
    return shut


def test_the_link_works_once_and_gives_a_cookie_for_one_folder(shut: Page) -> None:
    link = f"{shut.origin}/open/{KEY}"
    for wrong in ("x", KEY[:-1], f"{KEY}x", "é"):
        assert httpx.get(f"{shut.origin}/open/{wrong}").status_code == 403
    assert httpx.head(link).status_code == 403  # a look ahead, as of a chat program
    assert httpx.get(link, headers={"host": "evil.example"}).status_code == 421
    opened = httpx.get(link)
    folder = opened.headers["location"]
    cookie = opened.headers["set-cookie"]
    assert re.fullmatch(r"/[\w-]{20,}/", folder)
    assert re.fullmatch(rf"review=[\w-]{{40,}}; HttpOnly; Path={folder}; SameSite=strict", cookie)
    for again in (httpx.get(link), httpx.get(link, cookies=dict(opened.cookies))):
        assert again.status_code == 403
        assert "has been used" in again.text
        assert "set-cookie" not in again.headers


def test_another_user_of_the_machine_can_neither_read_nor_judge(page: Page) -> None:
    """Who knows the port and even the folder has no cookie, and so neither the pages nor the form's token."""
    stranger = httpx.Client(base_url=page.origin)
    forged = {"token": page.token(), "judge": "A. Judge", "reason": "forged", "verdict": "same"}
    for cookies in ({}, {"review": ""}, {"review": "x" * 43}, {"review": "é"}):
        headers = {b"cookie": f"review={cookies['review']}".encode()} if cookies else {}
        for path in ("/", "/1", f"{page.folder}/", f"{page.folder}/1"):
            answer = stranger.get(path, headers=headers)
            assert answer.status_code == 403, path
            assert "token" not in answer.text
            assert stranger.post(path, data=forged, headers=headers).status_code in (403, 405)
    assert judgements.read(page.path) == []
    stranger.close()
    assert page.judge().status_code == 303


def test_another_port_is_another_server(page: Page) -> None:
    """A name of this machine with another port is one that somebody else may listen at."""
    assert page.client.get("/1", headers={"host": "127.0.0.1:1"}).status_code == 421
    assert page.client.get("/1", headers={"host": "127.0.0.1"}).status_code == 421


def test_both_sides_are_in_view(page: Page) -> None:
    answer = page.client.get("/1")
    assert answer.status_code == 200
    for text in (
        "港口",
        "Harbours",
        "Where ships stay.",
        "建设港口。",
        "Build harbours.",
        "http://other.org/c1",
        "Salvage",
    ):
        assert text in answer.text
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "access-control-allow-origin" not in answer.headers
    overview = page.client.get("/").text
    assert overview.count(f'<a href="{page.folder}/') + 1 == overview.count('href="') >= 4  # one is the other language


def test_a_judgement_is_appended_and_leads_to_the_next(page: Page) -> None:
    answer = page.judge(1, reason="the same\r\nword")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{page.folder}/2?lang=en"
    (made,) = judgements.read(page.path)
    assert (made.verdict, made.judge, made.date, made.reason) == ("same", "A. Judge", "2031-01-02", "the same word")
    assert "A. Judge" in page.client.get("/1").text
    assert page.judge(1, verdict="not-same").status_code == 303
    assert [item.verdict for item in judgements.read(page.path)] == ["same", "not-same"]
    assert page.judge(2, verdict="unsure").headers["location"] == f"{page.folder}/?lang=en"
    assert "All are judged" in page.client.get("/").text


def test_the_language_is_chosen_on_the_page_and_stays(page: Page) -> None:
    english = page.client.get("/1").text
    other = re.search(r'<a href="(\?lang=zh)" lang="zh"', english)
    assert other is not None
    chinese = page.client.get(f"/1{other[1]}").text
    assert '<html lang="zh">' in chinese
    links = re.findall(r'(?:href|action)="([^"]+)"', chinese)
    assert links
    assert {link.rpartition("?")[2] for link in links} == {"lang=zh", "lang=en"}
    assert [link for link in links if link.endswith("lang=en")] == ["?lang=en"]
    judged = page.client.post(
        "/1?lang=zh", data={"token": page.token(), "judge": "x", "reason": "y", "verdict": "same"}
    )
    assert judged.headers["location"].endswith("?lang=zh")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"token": "x"}, 403),
        ({"token": "é"}, 403),
        ({"verdict": "maybe"}, 422),
        ({"reason": " "}, 422),
        ({"judge": ""}, 422),
    ],
)
def test_what_is_no_judgement_is_not_kept(page: Page, fields: dict[str, str], status: int) -> None:
    assert page.judge(1, **fields).status_code == status
    assert judgements.read(page.path) == []


def test_other_sites_cannot_judge(page: Page) -> None:
    token = page.token()
    fields = {"token": token, "judge": "x", "reason": "x", "verdict": "same"}
    for headers, status in (
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example:80"}, 421),
    ):
        assert page.client.post("/1", data=fields, headers=headers).status_code == status
    assert page.client.get("/1", headers={"host": "evil.example"}).status_code == 421
    assert judgements.read(page.path) == []


def test_strange_addresses_and_bodies(page: Page) -> None:
    for path in ("/0", "/3", "/x", "/-1", "/99999999999", "/１"):
        assert page.client.get(path).status_code == 404
    assert page.client.post("/1", content=b"x" * 100_000).status_code == 413
    assert page.client.post("/1", content=b"\xff=%ff").status_code == 403
    assert page.client.post("/9", data={"token": page.token()}).status_code == 404


def test_relation_and_definition_are_in_the_reader_s_language(page: Page) -> None:
    for language, words, other in (
        ("en", "Where ships stay.", "船停泊之处。"),
        ("zh", "船停泊之处。", "Where ships stay."),
    ):
        shown = page.client.get(f"/1?lang={language}").text
        assert f'<p lang="{language}">{words}</p>' in shown
        assert other not in shown
        called = "精确对应" if language == "zh" else "exact match"
        for path in ("/", "/1"):
            listed = page.client.get(f"{path}?lang={language}").text
            assert f'{called} <code class="as-written">skos:exactMatch</code>' in listed.replace("Exact", "exact")


@pytest.mark.thorough
def test_a_real_browser_may_judge(shut: Page) -> None:
    """Headers that keep others out let our own form in: the page's policy decides what origin a browser sends."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed on this machine")
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=SECONDS * 1000)
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        tab.set_default_timeout(SECONDS * 1000)
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(f"{shut.origin}/open/{KEY}")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.click("tbody a >> nth=0")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        assert tab.locator("button[value=same]").bounding_box()["y"] < 800  # type: ignore[index]
        tab.set_viewport_size({"width": 640, "height": 320})  # or a desk's screen at four times its size
        assert tab.locator("form").evaluate("(form) => getComputedStyle(form).position") == "static"
        tab.fill("input[name=judge]", "A. Person")
        tab.fill("textarea", "two names of one thing")
        tab.click("button[value=same]")
        assert tab.url.endswith("/2?lang=en")
        assert tab.input_value("input[name=judge]") == "A. Person"
        browser.close()
    (made,) = judgements.read(shut.path)
    assert (made.judge, made.reason, made.verdict) == ("A. Person", "two names of one thing", "same")
    assert said == []
