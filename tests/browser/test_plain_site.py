"""The site as files in a browser, shown by a host that knows nothing but files, under a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import tab
from service.test_plain_site import lay_out, serve_plainly

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def host(harbour_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site in ``lod``."""
    folder = tmp_path_factory.mktemp("host")
    lay_out(harbour_site, folder / "lod", "https://example.org/lod")
    return folder


def test_a_reader_goes_from_the_start_to_an_action_and_reads_in_either_language(host: Path, browser: Browser) -> None:
    with serve_plainly(host) as address, tab(browser) as page:
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/lod/")
        page.locator('main a[href^="/lod/doc/harbour-2031/action/1/"]').first.click()
        expect(page.locator("main h1")).to_be_visible()
        page.click('.languages a[lang="zh"]')
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        page.goto(f"{address}/lod/read/harbour-2031")
        expect(page.locator("main h1")).to_be_visible()
        page.goto(f"{address}/lod/id/harbour-2031/action/1")
        page.wait_for_url(f"{address}/lod/doc/harbour-2031/action/1/")
        assert failures == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_and_syllables_are_found(host: Path, browser: Browser, language: str) -> None:
    start = "" if language == "en" else "index@lang=zh.html"
    with serve_plainly(host) as address, tab(browser) as page:
        page.goto(f"{address}/lod/{start}")
        page.fill("#find", "船员信息")
        page.press("#find", "Enter")
        end = "/" if language == "en" else "@lang=zh.html"
        link = page.locator(f'ol.results a[href^="/lod/doc/harbour-2031/action/2{end}"]').first
        expect(link).to_be_visible()
        link.click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("main h1")).to_be_visible()
