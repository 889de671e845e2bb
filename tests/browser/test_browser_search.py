"""Search in a site of files: in the reader's browser, with no server but nginx."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import tab
from service.test_export import needs_nginx, serve_files

pytestmark = [needs_nginx, pytest.mark.thorough]


@pytest.mark.parametrize(
    ("query", "address", "words"),
    [
        ("船员信息", "/doc/harbour-2031/action/2", "船员信息"),
        ("船員信息", "/doc/harbour-2031/action/2", "船员信息"),  # traditional characters
        ("topic", "/doc/topic", "topic"),
    ],
)
def test_words_are_found_without_a_server(
    harbour_site: Path, tmp_path: Path, browser: Browser, query: str, address: str, words: str
) -> None:
    with serve_files(harbour_site, tmp_path) as files, tab(browser) as page:
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
        page.goto(f"{files.url}/")
        with page.expect_response(re.compile(r"/suggest\?")) as proposals:
            page.fill("#find", query)
        assert proposals.value.json() == []
        page.press("#find", "Enter")
        results = page.locator("ol.results li")
        expect(results.first).to_be_visible()
        link = results.locator(f'a[href^="{address}"]').first
        expect(link).to_be_visible()
        assert any(words.lower() in text.lower() for text in results.locator("mark").all_inner_texts())
        link.click()
        expect(page.locator("main h1")).to_be_visible()
        assert page.url.startswith(f"{files.url}{address}")
        assert failures == []


def test_what_is_nowhere_is_said_and_the_language_stays(harbour_site: Path, tmp_path: Path, browser: Browser) -> None:
    with serve_files(harbour_site, tmp_path) as files, tab(browser) as page:
        page.goto(f"{files.url}/search?q=%3Cb%3Exyzzy&hl=zh")
        expect(page.locator("#browser-search [role=status]")).to_have_text("没有找到“<b>xyzzy”")
        assert page.input_value("#q") == "<b>xyzzy"
        page.click(".languages a")
        expect(page.locator("#browser-search [role=status]")).to_have_text("Nothing was found for “<b>xyzzy”")


def test_a_slip_leads_to_the_name_that_was_meant(harbour_site: Path, tmp_path: Path, browser: Browser) -> None:
    with serve_files(harbour_site, tmp_path) as files, tab(browser) as page:
        page.goto(f"{files.url}/search?q=Leage+of+Lighthuses&hl=en")
        expect(page.locator("#browser-search .notice")).to_have_text("Did you mean: League of Lighthouses")
        page.click("#browser-search .notice a")
        expect(page.locator("ol.results li").first).to_be_visible()
        assert page.locator("#browser-search .notice").count() == 0


@pytest.mark.parametrize("typed", ["dengta", "dēng tǎ", "deng1 ta3"])
def test_a_chinese_name_is_found_as_it_sounds(harbour_site: Path, tmp_path: Path, browser: Browser, typed: str) -> None:
    with serve_files(harbour_site, tmp_path) as files, tab(browser) as page:
        page.goto(f"{files.url}/search?q={typed}&hl=zh")
        expect(page.locator("#browser-search .notice a").first).to_contain_text("灯塔")
