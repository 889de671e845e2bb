"""The real release as files: every address the same bytes as the server's, and its search in a browser."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import browser, tab
from conftest import export_site
from initiative_lod.settings import Settings
from initiative_lod.web.export.crawl import is_served
from initiative_lod.web.export.site_file import SiteAddress
from initiative_lod.web.export.static_site import ABSOLUTE
from patience import SECONDS
from service.conftest import Live, real
from service.test_export import Targets, compare_negotiation, fields, needs_nginx, serve_files

__all__ = ["browser", "real"]

pytestmark = [pytest.mark.slow, needs_nginx]


@pytest.fixture(scope="module")
def real_site(real_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's site as files."""
    folder = tmp_path_factory.mktemp("export") / "site"
    export_site(real_settings, folder, folder)
    return folder


ABSOLUTE_TOO = (*ABSOLUTE, "/releases.atom")  # made for another host than the server that they are compared with


def compare_whole(site: Path, live: Live, folder: Path) -> Counter[str]:
    """From page to page, as a visitor would: how many answers of each type were the server's."""
    counted: Counter[str] = Counter()
    with serve_files(site, folder) as files, httpx.Client(timeout=SECONDS) as client:
        waiting, seen = ["/"], {"/"}
        while waiting:
            address = waiting.pop()
            headers = {"accept": "text/html, */*;q=0.1", "accept-language": "zh", "accept-encoding": "gzip"}
            copy = client.get(files.url + address, headers=headers)
            place = SiteAddress.of(address)
            assert place is not None
            if is_served(place):
                assert copy.status_code == (200 if place.path in ("/search", "/suggest") else 501)
                counted["for a server"] += 1
                continue
            if place.path in ABSOLUTE_TOO:
                assert copy.status_code == 200
                counted["with the host's name in it"] += 1
                continue
            original = client.get(live.url + address, headers=headers)
            if original.status_code == 303:
                assert (copy.status_code, copy.headers["location"]) == (303, original.headers["location"])
                counted["a thing"] += 1
                continue
            assert (copy.status_code, copy.content) == (original.status_code, original.content), address
            assert fields(copy) == fields(original), address
            counted[copy.headers["content-type"].partition(";")[0]] += 1
            if copy.headers["content-type"].startswith("text/html"):
                targets = Targets(live.opened.iris.base)
                targets.feed(copy.text)
                found = {str(place) for link in targets.own if (place := SiteAddress.of(link, address)) is not None}
                waiting += sorted(found - seen)
                seen |= found
    return counted


def test_every_link_of_every_page_has_the_servers_bytes(
    real_site: Path, real: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = compare_whole(real_site, real, tmp_path)
    with capsys.disabled():
        print(dict(counted))
    assert counted["text/html"] > 1000
    assert json.loads((real_site / "export.json").read_text("utf-8"))["broken"] == []


def test_real_clients_get_what_the_server_sends_them(real_site: Path, real: Live, tmp_path: Path) -> None:
    with serve_files(real_site, tmp_path) as files:
        compare_negotiation(files, real, "wic-2020")


@pytest.mark.parametrize(("query", "words"), [("网络犯罪", "网络犯罪"), ("minors", "minors"), ("網絡犯罪", "网络犯罪")])
def test_search_finds_without_a_server(
    real_site: Path, tmp_path: Path, browser: Browser, query: str, words: str
) -> None:
    with serve_files(real_site, tmp_path) as files, tab(browser) as page:
        page.goto(f"{files.url}/search?q={query}")
        expect(page.locator("ol.results li").first).to_be_visible()
        assert words in " ".join(page.locator("ol.results mark").all_inner_texts())
