"""Files for programs that visit by themselves: they lead to what is there, and to nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from initiative_lod.settings import Settings
from service.conftest import Live, serve
from service.test_memento import Past, past, three

__all__ = ["past", "three"]  # fixtures
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def live(harbour_root: Path) -> Iterator[Live]:
    with serve(Settings(root=harbour_root)) as running:
        yield running


@pytest.mark.slow
def test_the_feed_has_each_release_and_its_changes(past: Past) -> None:
    answer = past.live.get("/releases.atom", accept_language="zh")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ElementTree.fromstring(answer.content)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == list(reversed(past.versions))
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated") == "2021-03-01T10:00:00+00:00"
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 3
    links = [link.attrib for entry in entries for link in entry.findall(f"{ATOM}link")]
    assert [link["rel"] for link in links] == ["alternate", "related", "alternate", "related", "alternate"]
    for link in links:
        assert past.live.client.get(link["href"], headers={"accept": link["type"]}).status_code == 200
    again = past.live.get("/releases.atom", accept_language="zh", if_none_match=answer.headers["etag"])
    assert again.status_code == 304


def test_the_map_leads_to_pages(live: Live) -> None:
    answer = live.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    urls = ElementTree.fromstring(answer.content).findall(f"{MAP}url")
    addresses = [str(url.findtext(f"{MAP}loc")) for url in urls]
    assert len(addresses) == len(set(addresses))
    assert f"{live.url}/" in addresses
    assert f"{live.url}/doc/harbour-2031/action/1" in addresses
    assert {url.findtext(f"{MAP}lastmod") for url in urls} == {live.opened.release.modified}
    for address in addresses:
        page = live.client.get(address, headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), address
    languages = [(link.get("hreflang"), link.get("href")) for link in urls[0].findall(f"{XHTML}link")]
    assert languages == [("en", f"{live.url}/?lang=en"), ("zh", f"{live.url}/?lang=zh")]


@pytest.mark.parametrize(
    "path", ["/sparql?query=x", "/search?q=x", "/compare?a=x", "/release/1.0.0-abc/", "/resource?iri=x"]
)
def test_crawlers_leave_what_has_no_end_alone(path: str, live: Live) -> None:
    rules = RobotFileParser()
    rules.parse(live.get("/robots.txt").text.splitlines())
    assert not rules.can_fetch("any", path)
    assert rules.can_fetch("any", "/doc/harbour-2031/action/1")
    assert rules.site_maps() == [f"{live.url}/sitemap.xml"]


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/releases.atom"])
def test_what_is_made_of_the_host_is_for_one_client(path: str, live: Live) -> None:
    answer = live.get(path, host="evil.example")
    assert "evil.example/" in answer.text
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert "evil.example" not in live.get(path).text
