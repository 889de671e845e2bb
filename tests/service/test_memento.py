"""Older releases over HTTP: each at its own address, found by date (RFC 7089), and what is wrong with one of them."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from initiative_lod import release
from initiative_lod.errors import BadArgument, Busy
from initiative_lod.formats import DOCUMENT_TYPES
from initiative_lod.release import history
from initiative_lod.release.cleanup import collect
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.routes.memento import moment
from initiative_lod.web.routes.releases import opened_release
from pipeline.conftest import CONCEPT, make_project
from service.conftest import Live, publish, serve

pytestmark = pytest.mark.thorough

BASE = "https://w3id.org/initiative-lod/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TIMES = ("2021-01-01T10:00:00+00:00", "2021-02-01T10:00:00+00:00", "2021-03-01T10:00:00+00:00")
DATES = ("Fri, 01 Jan 2021 10:00:00 GMT", "Mon, 01 Feb 2021 10:00:00 GMT", "Mon, 01 Mar 2021 10:00:00 GMT")
WORDS = ("the tides in the first", "the tides in the second", "the tides in the third")
LEAGUE = "institution/lighthouse-league"  # called otherwise in each release
TIDES = "topic/tides"  # only in the second


def tell(root: Path, number: int) -> None:
    """Change the project's sources: what the institution is called, and whether there is a topic of tides."""
    path = root / "data/graphs/shared.ttl"
    text = re.sub(r'"League of Lighthouses[^"]*"@en', f'"League of Lighthouses, {WORDS[number]}"@en', path.read_text())
    topic = CONCEPT.format(name="topic:tides", kind="Topic", zh="潮汐", en="tides", scheme="topic")
    path.write_text(text.replace(topic, "") + (topic if number == 1 else ""), "utf-8")


def date_switches(folder: Path, times: tuple[str, ...]) -> None:
    """Make the history say that the switches were made at these times."""
    entries = [{**entry, "time": time} for entry, time in zip(history.history(folder), times, strict=True)]
    (folder / history.HISTORY).write_text("".join(f"\n{json.dumps(entry)}" for entry in entries))


@dataclass(frozen=True)
class Past:
    """A server of the third of three releases, and the three."""

    live: Live
    versions: tuple[str, ...]

    def at(self, number: int, path: str) -> str:
        """The address of a document in a release."""
        return f"/release/{self.versions[number]}/{path}"


def publish_three(root: Path, folder: Path) -> tuple[str, ...]:
    settings = Settings(root=root, releases=folder)
    versions = []
    for number in range(3):
        tell(root, number)
        publish(settings)
        versions.append(history.current_version(folder))
    date_switches(folder, TIMES)
    return tuple(versions)


@pytest.fixture(scope="session")
def three(once: Callable[[str, Callable[[Path], None]], Path]) -> tuple[Path, tuple[str, ...]]:
    """A folder of three releases, the third current. Nobody changes it."""

    def fill(folder: Path) -> None:
        root = make_project(folder / "project")
        (folder / "versions").write_text("\n".join(publish_three(root, root / "releases")))

    folder = once("three", fill)  # for all modules that use it, each of which has this fixture for itself
    return folder / "project", tuple((folder / "versions").read_text().split())


@pytest.fixture(scope="session")
def past(three: tuple[Path, tuple[str, ...]]) -> Iterator[Past]:
    root, versions = three
    with serve(Settings(root=root)) as live:
        yield Past(live, versions)


@pytest.fixture
def own(three: tuple[Path, tuple[str, ...]], tmp_path: Path) -> Iterator[Past]:
    """The same over a copy, which a test may harm."""
    root, versions = three
    folder = Path(shutil.copytree(root / "releases", tmp_path / "releases", symlinks=True))
    with serve(Settings(root=root, releases=folder)) as live:
        yield Past(live, versions)


def links(header: str) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """A Link header or TimeMap by relation type: (target, parameters)."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for target, rest in re.findall(r'<([^>]*)>((?:\s*;\s*[a-z*]+="[^"]*")*)', header):
        given = dict(re.findall(r'([a-z*]+)="([^"]*)"', rest))
        for rel in given.pop("rel", "").split():
            found.setdefault(rel, []).append((target, given))
    return found


# Each release at its own address


@pytest.mark.slow
@pytest.mark.parametrize("media", DOCUMENT_TYPES, ids=lambda media: media.suffix)
def test_every_document_of_every_release_in_every_format(past: Past, media) -> None:  # type: ignore[no-untyped-def]
    for number in range(3):
        answer = past.live.get(past.at(number, f"doc/{LEAGUE}"), media.name)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media.content_type
        assert WORDS[number] in answer.text
        assert not any(words in answer.text for words in WORDS if words != WORDS[number])
        suffixed = past.at(number, f"doc/{LEAGUE}.{media.suffix}")
        assert answer.headers["content-location"].partition("?")[0] == suffixed
        assert past.live.get(suffixed).content == answer.content


def test_the_data_of_the_current_release_is_the_same_at_both_addresses(past: Past) -> None:
    for media in DOCUMENT_TYPES:
        for path in (f"doc/{LEAGUE}", "ontology", "shapes", "dataset", "graph/shared", "doc/harbour-2031/action/1"):
            if media.suffix != "html":
                here, there = past.live.get(f"/{path}", media.name), past.live.get(past.at(2, path), media.name)
                assert (here.status_code, here.content) == (200, there.content), (path, media.suffix)
                assert here.headers["etag"] == there.headers["etag"]


def test_what_is_not_in_a_release_is_not_at_its_address(past: Past) -> None:
    statuses = [past.live.get(past.at(number, f"doc/{TIDES}"), "text/turtle").status_code for number in range(3)]
    assert statuses == [404, 200, 404]
    assert past.live.get(f"/doc/{TIDES}", "text/turtle").status_code == 404
    for path in ("/release/9.9.9/doc/x", f"/release/{past.versions[0][:8]}/doc/{LEAGUE}", "/release/current/dataset"):
        assert past.live.get(path, "text/turtle").status_code == 404, path
    for odd in ("..", "%2e%2e", ".", "%00", "a%2Fb", "x" * 300, "%E4%B8%AD"):
        assert past.live.get(f"/release/{odd}/doc/x", "text/turtle").status_code == 404, odd


def test_links_of_a_page_stay_in_its_release(past: Past) -> None:
    page = past.live.get(past.at(0, f"doc/{LEAGUE}?lang=zh"), BROWSER).text
    place = f"/release/{past.versions[0]}/"
    inside = re.findall(r'(?:href|action)="(/[^"]*)"', page)
    outside = [href for href in inside if not href.startswith(place)]
    assert outside == [
        f"/doc/{LEAGUE}?lang=zh",
        f"/releases/changes?from={past.versions[0]}&amp;lang=zh",
    ]
    for href in dict.fromkeys(inside):
        answer = past.live.client.get(urljoin(past.live.url, href.replace("&amp;", "&")), follow_redirects=True)
        assert answer.status_code == 200, href


def test_the_whole_site_is_there(past: Past) -> None:
    for path in ("", "search?q=data", "questions", "compare", "cite?iri=" + BASE + "id/harbour-2031", "context.jsonld"):
        assert past.live.get(past.at(0, path)).status_code == 200, path
    query = f"SELECT ?l WHERE {{ <{BASE}id/{LEAGUE}> <http://www.w3.org/2000/01/rdf-schema#label> ?l }}"
    for number in range(3):
        asked = past.live.client.get(past.live.url + past.at(number, "sparql"), params={"query": query})
        assert WORDS[number] in asked.text
        dump = past.live.get(past.at(number, "dataset/dump.nq.gz"), range="bytes=0-9")
        assert dump.status_code == 206
        thing = past.live.get(past.at(number, f"id/{LEAGUE}"), "text/turtle")
        assert (thing.status_code, thing.headers["location"]) == (303, past.at(number, f"doc/{LEAGUE}"))
    for path, methods in (
        ("sparql", {"GET", "HEAD", "POST", "OPTIONS"}),
        (f"doc/{LEAGUE}", {"GET", "HEAD", "OPTIONS"}),
    ):
        options = past.live.get(past.at(0, path), method="OPTIONS")
        assert options.status_code == 204
        assert set(options.headers["allow"].split(", ")) == methods
    preflight = past.live.get(f"/doc/{LEAGUE}", method="OPTIONS")
    assert "Accept-Datetime" in preflight.headers["access-control-allow-headers"]
    assert "Memento-Datetime" in past.live.get(f"/doc/{LEAGUE}").headers["access-control-expose-headers"]
    for path in ("releases", f"release/{past.versions[1]}", "timemap/dataset"):
        answer = past.live.get(past.at(0, path))
        assert (answer.status_code, answer.headers["location"]) == (308, f"/{path}")


def test_a_page_says_which_release_it_is_from(past: Past) -> None:
    for language, said in (
        ("en", f"The current one is {past.versions[2]}."),
        ("zh", f"当前版本是 {past.versions[2]}。"),
    ):
        old = past.live.get(past.at(0, f"doc/{LEAGUE}?lang={language}"), BROWSER).text
        assert past.versions[0] in old
        assert "2021-01-01" in old
        assert said in old
        assert said not in past.live.get(f"/doc/{LEAGUE}?lang={language}", BROWSER).text
        new = past.live.get(past.at(2, f"doc/{LEAGUE}?lang={language}"), BROWSER).text
        assert said not in new
        assert ("It is the current one." if language == "en" else "它就是当前版本。") in new
    answer = past.live.get(past.at(0, f"doc/{LEAGUE}"), BROWSER)
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "x-robots-tag" not in past.live.get(f"/doc/{LEAGUE}", BROWSER).headers


def test_a_page_names_the_new_current_release_after_a_switch(own: Past) -> None:
    path = own.at(0, f"doc/{LEAGUE}?lang=en")
    before = own.live.get(path, BROWSER)
    assert f"The current one is {own.versions[2]}." in before.text
    release.rollback(own.live.settings.release_folder)
    after = own.live.get(path, BROWSER, if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert f"The current one is {own.versions[1]}." in after.text


def test_head_and_304_on_a_memento(past: Past) -> None:
    path = past.at(0, f"doc/{LEAGUE}")
    for accept in ("text/turtle", BROWSER):
        whole = past.live.get(path, accept)
        head = past.live.get(path, accept, method="HEAD")
        assert (head.status_code, head.content) == (200, b"")
        assert told(head) == told(whole)
        same = past.live.get(path, accept, if_none_match=whole.headers["etag"])
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["memento-datetime"] == DATES[0]
        assert past.live.get(path, accept, if_none_match='"other"').status_code == 200


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.multi_items() if name != "date"]


# RFC 7089


def test_an_original_names_its_timegate_and_timemap(past: Past) -> None:
    for accept in ("text/turtle", "application/ld+json", BROWSER):
        answer = past.live.get(f"/doc/{LEAGUE}", accept)
        found = links(answer.headers["link"])
        assert found["timegate"] == [(f"/timegate/doc/{LEAGUE}", {})]
        assert found["timemap"] == [(f"/timemap/doc/{LEAGUE}", {"type": "application/link-format"})]
        assert "memento-datetime" not in answer.headers
        assert "datetime" not in answer.headers["vary"].lower()  # what caches keep does not depend on it


@pytest.mark.parametrize(
    ("date", "number"),
    [
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0),
        (DATES[0], 0),
        ("Mon, 01 Feb 2021 09:59:59 GMT", 0),
        (DATES[1], 1),
        ("Sun, 28 Feb 2021 23:59:60 GMT", 1),
        (DATES[2], 2),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 2),
        (None, 2),
    ],
)
@pytest.mark.parametrize("path", [f"doc/{LEAGUE}", f"doc/{LEAGUE}.ttl", "ontology", "dataset", "graph/shared", ""])
def test_a_timegate_leads_to_what_was_current(past: Past, path: str, date: str | None, number: int) -> None:
    given = {} if date is None else {"accept_datetime": date}
    answer = past.live.get(f"/timegate/{path}", "text/turtle", **given)
    assert (answer.status_code, answer.headers["location"]) == (302, past.at(number, path))
    assert answer.headers["vary"] == "Accept-Datetime"
    assert answer.headers["cache-control"].startswith("private")
    assert "memento-datetime" not in answer.headers
    found = links(answer.headers["link"])
    assert found["original"] == [(f"/{path}", {})]
    assert found["timemap"][0][0] == f"/timemap/{path}"
    assert found["first"] == [(past.at(0, path), {"datetime": DATES[0]})]
    assert found["last"] == [(past.at(2, path), {"datetime": DATES[2]})]
    assert (past.at(number, path), {"datetime": DATES[number]}) in found["memento"]
    if date is not None:  # asked of the original itself, the same
        direct = past.live.get(f"/{path}", "text/turtle", accept_datetime=date)
        assert (direct.status_code, direct.headers["location"]) == (302, past.at(number, path))


def test_a_memento_says_what_it_is(past: Past) -> None:
    for number, accept in ((0, "text/turtle"), (1, BROWSER), (2, "application/rdf+xml")):
        answer = past.live.get(past.at(number, f"doc/{LEAGUE}"), accept)
        assert answer.headers["memento-datetime"] == DATES[number]
        found = links(answer.headers["link"])
        assert found["original"] == [(f"/doc/{LEAGUE}", {})]
        assert found["timegate"] == [(f"/timegate/doc/{LEAGUE}", {})]
        expected = {"first": 0, "last": 2, "prev": number - 1, "next": number + 1}
        for rel, index in expected.items():
            targets = [target for target, given in found.get(rel, []) if "datetime" in given]
            assert targets == ([past.at(index, f"doc/{LEAGUE}")] if 0 <= index < 3 else []), rel
        # A memento is what it is: a date changes nothing (§4.5.4).
        again = past.live.get(past.at(number, f"doc/{LEAGUE}"), accept, accept_datetime=DATES[0])
        assert (again.status_code, again.content) == (200, answer.content)


def test_only_a_release_that_has_it_has_a_memento_of_it(past: Past) -> None:
    for date in (DATES[0], DATES[1], DATES[2]):
        answer = past.live.get(f"/timegate/doc/{TIDES}", accept_datetime=date)
        assert answer.headers["location"] == past.at(1, f"doc/{TIDES}")
    found = links(past.live.get(f"/timemap/doc/{TIDES}").text)
    assert found["memento"] == [(past.at(1, f"doc/{TIDES}"), {"datetime": DATES[1]})]
    assert found["first"] == found["last"] == found["memento"]
    thing = past.live.client.get(
        f"{past.live.url}/id/{TIDES}",
        headers={"accept": "text/turtle", "accept-datetime": DATES[2]},
        follow_redirects=True,
    )
    assert (thing.status_code, str(thing.url)) == (200, past.live.url + past.at(1, f"doc/{TIDES}"))
    for path in ("doc/nothing", "doc/", "search?q=x", "sparql", "static/site.css", "doc/%E4%B8%AD", "resource?iri=x"):
        for place in ("timegate", "timemap"):
            answer = past.live.get(f"/{place}/{path}")
            assert answer.status_code == 404, path
            assert "link" not in answer.headers


def test_a_timemap_lists_every_memento(past: Past) -> None:
    answer = past.live.get(f"/timemap/doc/{LEAGUE}?lang=zh", "application/link-format")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/link-format"
    found = links(answer.text)
    assert found["original"] == [(f"/doc/{LEAGUE}?lang=zh", {})]
    assert found["self"] == [
        (
            f"/timemap/doc/{LEAGUE}?lang=zh",
            {"type": "application/link-format", "from": DATES[0], "until": DATES[2]},
        )
    ]
    assert found["memento"] == [
        (past.at(number, f"doc/{LEAGUE}?lang=zh"), {"datetime": DATES[number]}) for number in range(3)
    ]
    for target, given in found["memento"]:
        memento = past.live.get(target)
        assert (memento.status_code, memento.headers["memento-datetime"]) == (200, given["datetime"])
    assert past.live.get(f"/timemap/doc/{LEAGUE}", "text/html").status_code == 406
    assert past.live.get(f"/timemap/doc/{LEAGUE}", BROWSER).status_code == 200


def test_resources_of_others_have_mementos_too(past: Past) -> None:
    query = "resource?iri=https://example.org/thesaurus/schedules"
    answer = past.live.get(f"/timegate/{query}", accept_datetime=DATES[1])
    assert answer.headers["location"] == past.at(1, query)
    memento = past.live.get(answer.headers["location"], "text/turtle")
    assert memento.headers["memento-datetime"] == DATES[1]
    assert links(memento.headers["link"])["original"] == [(f"/{query}", {})]


@pytest.mark.parametrize(
    "date",
    [
        "",
        "now",
        "2021-01-01",
        "Fri, 01 Jan 2021 10:00:00",
        "Fri, 01 Jan 2021 10:00:00 +0000",
        "Fri, 1 Jan 2021 10:00:00 GMT",
        "Fri, 31 Feb 2021 10:00:00 GMT",
        "Fri, 01 Jan 0000 10:00:00 GMT",
        "Fri, 01 Jan 2021 25:00:00 GMT",
        "Fri, 01 Jan 2021 10:00:61 GMT",
        "Friday, 01-Jan-21 10:00:00 GMT",
        f"{DATES[0]}, {DATES[1]}",
        "x" * 5000,
    ],
)
def test_what_is_no_date_is_400(past: Past, date: str) -> None:
    with pytest.raises(BadArgument):
        moment(date)
    for path in (f"/timegate/doc/{LEAGUE}", f"/doc/{LEAGUE}", f"/doc/{LEAGUE}.ttl"):
        for accept in ("text/turtle", BROWSER):
            assert past.live.get(path, accept, accept_datetime=date).status_code == 400


def test_a_query_string_cannot_write_headers(past: Past) -> None:
    for query in ("a=%0d%0aSet-Cookie:x", "a=>;rel=original", 'a="', "a=\\", "iri=%22%3E"):
        for path in (f"/timegate/doc/{LEAGUE}?{query}", f"/timemap/doc/{LEAGUE}?{query}", past.at(0, f"doc/x?{query}")):
            request = past.live.client.build_request("GET", past.live.url + path)
            answer = past.live.client.send(request)
            assert answer.status_code in (200, 302, 404)
            assert "set-cookie" not in answer.headers
            assert len(links(answer.headers.get("link", "")).get("original", [])) <= 1


def test_a_client_that_follows_the_protocol_comes_to_the_memento(past: Past) -> None:
    """Original, TimeGate, memento, TimeMap: each found from the one before (RFC 7089 §3)."""
    url = f"{past.live.url}/doc/{LEAGUE}"
    head = past.live.client.head(url, headers={"accept": "text/turtle"})
    ((gate, _),) = links(head.headers["link"])["timegate"]
    answer = past.live.client.get(
        urljoin(url, gate), headers={"accept": "text/turtle", "accept-datetime": DATES[1]}, follow_redirects=True
    )
    assert WORDS[1] in answer.text
    assert answer.headers["memento-datetime"] == DATES[1]
    ((timemap, _),) = links(answer.headers["link"])["timemap"]
    listed = links(past.live.client.get(urljoin(url, timemap)).text)["memento"]
    assert urljoin(url, listed[1][0]) == str(answer.url)


def test_after_a_rollback_the_older_one_is_what_is_current(own: Past) -> None:
    folder = own.live.settings.release_folder
    release.rollback(folder)
    release.rollback(folder)
    date_switches(folder, (*TIMES, "2021-04-01T10:00:00+00:00", "2021-05-01T10:00:00+00:00"))
    for date, number in (
        (DATES[2], 2),
        ("Thu, 15 Apr 2021 10:00:00 GMT", 1),
        ("Tue, 01 Jun 2021 10:00:00 GMT", 0),
        (None, 0),
    ):
        given = {} if date is None else {"accept_datetime": date}
        answer = own.live.get(f"/timegate/doc/{LEAGUE}", **given)
        assert answer.headers["location"] == own.at(number, f"doc/{LEAGUE}")
    # A memento's date never changes: it is when its release was first published.
    dates = [given["datetime"] for _, given in links(own.live.get(f"/timemap/doc/{LEAGUE}").text)["memento"]]
    assert dates == list(DATES)


def test_a_release_that_was_never_published_is_not_shown(own: Past) -> None:
    """It is a draft, or what a merge would make: publishing is what makes it public."""
    folder = own.live.settings.release_folder
    found = release.find(folder, own.versions[0])
    (folder / history.HISTORY).write_text(
        "".join(f"\n{json.dumps(entry)}" for entry in history.history(folder) if entry["version"] != found.version)
    )
    for place in (f"doc/{LEAGUE}", "", "sparql?query=ASK%7B%7D", "search?q=x", "dataset/dump.nq.gz"):
        assert own.live.get(own.at(0, place), "*/*").status_code == 404, place
    listed = own.live.get("/releases", "application/json").text
    assert own.versions[0] not in listed
    assert own.versions[1] in listed
    assert own.live.get(f"/release/{own.versions[0]}").status_code == 404
    compared = own.live.get(f"/releases/changes?from={own.versions[0]}&to={own.versions[1]}", "application/json")
    assert compared.status_code == 404
    gate = own.live.get(f"/timegate/doc/{LEAGUE}", accept_datetime=DATES[0])
    assert gate.headers["location"] == own.at(1, f"doc/{LEAGUE}")


# Under a prefix


def test_under_a_prefix_and_behind_a_proxy(three: tuple[Path, tuple[str, ...]]) -> None:
    root, versions = three
    place = f"/release/{versions[0]}"
    with serve(Settings(root=root, root_path="/lod", trusted_proxies="127.0.0.1")) as live:
        bare = live.url.removesuffix("/lod")
        for url, prefix, headers in (
            (live.url, "/lod", {}),
            (bare, "/lod", {}),  # a proxy that cuts the prefix off
            (bare, "/other", {"x-forwarded-prefix": "/other"}),
        ):
            given = {"accept": "text/turtle", **headers}
            memento = live.client.get(f"{url}{place}/doc/{LEAGUE}", headers=given)
            assert WORDS[0] in memento.text
            assert memento.headers["content-location"] == f"{prefix}{place}/doc/{LEAGUE}.ttl"
            assert memento.headers["memento-datetime"] == DATES[0]
            found = links(memento.headers["link"])
            assert found["original"] == [(f"{prefix}/doc/{LEAGUE}", {})]
            assert all(
                target.startswith((f"{prefix}/", "https://")) for targets in found.values() for target, _ in targets
            )
            gate = live.client.get(f"{url}/timegate/doc/{LEAGUE}", headers={**given, "accept-datetime": DATES[0]})
            assert gate.headers["location"] == f"{prefix}{place}/doc/{LEAGUE}"
            page = live.client.get(f"{url}{place}/doc/{LEAGUE}", headers={"accept": BROWSER, **headers}).text
            hrefs = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
            assert all(href.startswith(f"{prefix}/") for href in hrefs)
            assert f"{prefix}/doc/{LEAGUE}" in hrefs
            assert live.client.get(f"{url}{place}/static/site.css").status_code == 200
            elsewhere = live.client.get(f"{url}{place}/releases", headers=headers)
            assert elsewhere.headers["location"] == f"{prefix}/releases"


# What goes wrong with one of them


def test_a_damaged_release_is_wrong_by_itself_only(own: Past) -> None:
    folder = own.live.settings.release_folder
    (folder / own.versions[0] / "manifest.json").write_text("{")
    for accept in ("text/turtle", "application/json", BROWSER):
        answer = own.live.get(own.at(0, f"doc/{LEAGUE}"), accept)
        assert answer.status_code == 503
        assert own.versions[0] in answer.text
        assert str(folder) not in answer.text
    assert own.live.get(f"/release/{own.versions[0]}").status_code == 503
    assert own.live.get(own.at(1, f"doc/{LEAGUE}"), "text/turtle").status_code == 200
    rows = {row["version"]: row for row in own.live.get("/releases", "application/json").json()}
    assert [rows[version]["damaged"] for version in own.versions] == [True, False, False]
    page = own.live.get("/releases?lang=en", BROWSER)
    assert page.status_code == 200
    assert "damaged, and cannot be read" in page.text
    assert str(folder) not in page.text
    listed = [target for target, _ in links(own.live.get(f"/timemap/doc/{LEAGUE}").text)["memento"]]
    assert listed == [own.at(1, f"doc/{LEAGUE}"), own.at(2, f"doc/{LEAGUE}")]
    changes = own.live.get(f"/releases/changes?from={own.versions[0]}&to={own.versions[1]}", "application/json")
    assert changes.status_code == 503


@pytest.mark.parametrize("harm", ["store", "part of the store", "manifest entry", "another's manifest"])
def test_each_damage_is_503_for_that_release(own: Past, harm: str) -> None:
    folder = own.live.settings.release_folder / own.versions[0]
    manifest = json.loads((folder / "manifest.json").read_text())
    if harm == "store":
        shutil.rmtree(folder / "store")
    elif harm == "part of the store":
        for file in (folder / "store").glob("*.sst"):
            file.write_bytes(b"\0" * file.stat().st_size)
    elif harm == "manifest entry":
        (folder / "manifest.json").write_text(json.dumps({**manifest, "files": {"dump.nq.gz": 7}}))
    else:
        (folder / "manifest.json").write_text(json.dumps({**manifest, "version": own.versions[1]}))
    for path in (f"doc/{LEAGUE}.nt", f"doc/{LEAGUE}.html", "doc/harbour-2031/action/1.jsonld", "dataset.html"):
        answer = own.live.get(own.at(0, path))
        assert answer.status_code == 503, (path, answer.text)
        assert str(folder.parent) not in answer.text
    assert own.live.get("/releases", "application/json").status_code == 200
    assert own.live.get(f"/doc/{LEAGUE}.nt").status_code == 200
    assert own.live.get(f"/timegate/doc/{LEAGUE}").status_code == 302


@pytest.mark.slow
def test_damage_that_shows_only_when_it_is_read(own: Past) -> None:
    """Each file of the store in turn: whatever breaks, and whenever it is found, it is 503 and nothing worse."""
    folder = own.live.settings.release_folder
    statuses = []
    with serve(Settings(root=own.live.settings.root, releases=folder, open_releases=1, page_cache=0)) as live:
        for file in sorted((folder / own.versions[0] / "store").glob("*.sst")):
            whole = file.read_bytes()
            file.write_bytes(bytes(byte ^ 0x55 for byte in whole[: len(whole) // 2]) + whole[len(whole) // 2 :])
            assert live.get(own.at(1, f"doc/{LEAGUE}.nt")).status_code == 200  # and the other one is closed
            for path in (
                f"doc/{LEAGUE}.nt",
                "dataset.jsonld",
                "doc/harbour-2031.html",
                "ontology.nt",
                "graph/shared.nt",
            ):
                answer = live.get(own.at(0, path))
                statuses.append(answer.status_code)
                assert answer.status_code in (200, 503), (file.name, path, answer.text)
                assert str(folder) not in answer.text
            between = f"from={own.versions[0]}&to={own.versions[1]}"
            for path in (f"/release/{own.versions[0]}", f"/releases/changes?{between}", f"/timegate/doc/{LEAGUE}.nt"):
                answer = live.get(path, "text/turtle, application/json;q=0.5")
                assert answer.status_code in (200, 302, 503), (file.name, path, answer.text)
                assert str(folder) not in answer.text
            file.write_bytes(whole)
    assert {200, 503} == set(statuses)


def test_a_file_that_is_missing_is_503_where_it_is_needed(own: Past) -> None:
    (own.live.settings.release_folder / own.versions[0] / "context.jsonld").unlink()
    for path, status in (("context.jsonld", 503), (f"doc/{LEAGUE}.jsonld", 503), ("dataset/dump.nq.gz", 200)):
        assert own.live.get(own.at(0, path)).status_code == status


def test_another_folder_of_the_same_name_is_opened_anew(own: Past) -> None:
    folder = own.live.settings.release_folder
    archive, now = Archive(folder, 8), Publisher(folder).current()
    before = archive.open(own.versions[0], now)
    (folder / own.versions[0]).rename(folder / ".elsewhere")
    shutil.copytree(folder / ".elsewhere", folder / own.versions[0])
    after = archive.open(own.versions[0], now)
    assert after is not None
    assert after is not before
    assert archive.open(own.versions[0], now) is after


def test_a_release_that_is_deleted_is_gone_for_whoever_asks_next(own: Past) -> None:
    path = own.at(0, f"doc/{LEAGUE}.nt")
    assert own.live.get(path).status_code == 200
    gone = own.live.settings.release_folder / own.versions[0]
    gone.rename(gone.with_name(".elsewhere"))
    assert own.live.get(path).status_code == 404
    assert own.live.get(f"/release/{own.versions[0]}").status_code == 404
    gate = own.live.get(f"/timegate/doc/{LEAGUE}", accept_datetime=DATES[0])
    assert gate.headers["location"] == own.at(1, f"doc/{LEAGUE}")
    gone.with_name(".elsewhere").rename(gone)
    assert own.live.get(path).status_code == 200


def test_what_the_server_reads_is_not_collected_and_what_is_collected_is_gone(own: Past) -> None:
    folder = own.live.settings.release_folder
    assert own.live.get(own.at(0, f"doc/{LEAGUE}.nt")).status_code == 200  # it looks into the second too
    stays, gone = collect(folder, 0)
    assert [(item.version, item.why) for item in stays] == sorted(
        zip(own.versions, ("in use", "in use", "current"), strict=True)
    )
    assert gone == []
    with serve(Settings(root=own.live.settings.root, releases=folder)) as other:
        assert other.get(own.at(0, f"doc/{LEAGUE}.nt")).status_code == 200


def test_a_server_goes_on_when_old_releases_are_collected(own: Past) -> None:
    folder = own.live.settings.release_folder
    assert own.live.get(f"/doc/{LEAGUE}.nt").status_code == 200
    _, gone = collect(folder, 0)
    assert [item.name for item in gone] == sorted(own.versions[:2])
    for number, status in enumerate((404, 404, 200)):
        assert own.live.get(own.at(number, f"doc/{LEAGUE}.nt")).status_code == status
    found = links(own.live.get(f"/timemap/doc/{LEAGUE}").text)["memento"]
    assert found == [(own.at(2, f"doc/{LEAGUE}"), {"datetime": DATES[2]})]
    assert [row["version"] for row in own.live.get("/releases", "application/json").json()] == [own.versions[2]]


def test_few_are_open_at_a_time_and_who_reads_one_keeps_it(three: tuple[Path, tuple[str, ...]]) -> None:
    root, versions = three
    folder = Settings(root=root).release_folder
    archive, now = Archive(folder, 1), Publisher(folder).current()
    first = archive.open(versions[0], now)
    assert first is archive.open(versions[0], now)
    second = archive.open(versions[1], now)
    assert second is archive.open(versions[1], now)
    assert first is not None
    assert next(iter(first.store)) is not None  # still open for us
    assert archive.open(versions[0], now) is not first
    current = archive.open(versions[2], now)
    assert current is archive.open(versions[2], now)  # the current one takes no place
    assert archive.open("none", now) is None
    with archive._opening, pytest.raises(Busy):
        archive.open(versions[1], now)


@pytest.mark.slow
def test_many_ask_for_many_releases_at_once(three: tuple[Path, tuple[str, ...]]) -> None:
    root, versions = three
    wrong: list[object] = []
    with serve(Settings(root=root, open_releases=1)) as live:

        def ask(turn: int) -> None:
            for number in range(12):
                which = (turn + number) % 3
                answer = httpx.get(f"{live.url}/release/{versions[which]}/doc/{LEAGUE}.nt")
                if answer.status_code != 503 and WORDS[which] not in answer.text:
                    wrong.append((which, answer.status_code, answer.text[:200]))

        threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert live.get(f"/doc/{LEAGUE}.nt").status_code == 200
    assert not wrong


# Switching


def test_a_switch_leaves_no_stale_answer_and_a_rollback_brings_the_old_bytes_back(own: Past) -> None:
    """Clients fetch all the while through the layer in front; after a switch nobody gets the release before it."""
    folder = own.live.settings.release_folder
    found = {version: release.find(folder, version) for version in own.versions}
    paths = [f"/doc/{LEAGUE}.{suffix}" for suffix in ("ttl", "nt", "html", "jsonld")]
    switched: list[int] = [2]  # the release that is current; appended to after each switch
    stale: list[object] = []
    done = threading.Event()
    seen: set[int] = set()

    def fetch() -> None:
        with httpx.Client() as client:
            while not done.is_set():
                for path in paths:
                    before = len(switched)
                    text = client.get(own.live.url + path).text
                    which = next((number for number in range(3) if WORDS[number] in text), None)
                    seen.add(-1 if which is None else which)
                    # From what was current when we asked to what may have become so by now.
                    if which not in (*switched[before - 1 :], *coming):
                        stale.append((path, which, before, list(switched)))

    coming: list[int] = []

    def make_current(number: int, back: bool = False) -> None:
        coming.append(number)
        if back:
            release.rollback(folder)
        else:
            release.publish(folder, found[own.versions[number]])
        switched.append(number)

    first = {path: (own.live.get(path).content, own.live.get(path).headers["etag"]) for path in paths}
    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        make_current(0)
        for path in paths:
            assert WORDS[0] in own.live.get(path).text
        coming.clear()
        make_current(2, back=True)
        for path in paths:
            again = own.live.get(path)
            assert (again.content, again.headers["etag"]) == first[path]
        coming.clear()
    done.set()
    for thread in threads:
        thread.join()
    assert stale == []
    assert seen == {0, 2}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("path", [f"doc/{LEAGUE}", "ontology", "dataset"])
def test_a_timegate_takes_the_whole_address_of_an_original(past: Past, path: str, whole: bool) -> None:
    """As RFC 7089 (§2.1.1) and its clients have it: the address of the original is what follows the gate's own."""
    original = f"{past.live.url}/{path}" if whole else f"{past.live.opened.iris.base}{path}"
    for date, number in ((DATES[0], 0), (DATES[2], 2)):
        answer = past.live.get(f"/timegate/{original}", "text/turtle", accept_datetime=date)
        assert (answer.status_code, answer.headers["location"]) == (302, past.at(number, path))
    assert past.live.get("/timegate/http://elsewhere.example/x", "text/turtle").status_code == 404


def test_a_query_of_an_older_release_keeps_its_body_while_that_opens(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches for a client's leaving takes all that comes, and begins when an answer is not there at once."""

    def slowly(*given: Any) -> OpenRelease:
        time.sleep(0.3)
        return opened_release(*given)

    monkeypatch.setattr("initiative_lod.web.routes.older_releases.opened_release", slowly)
    headers = {"content-type": "application/sparql-query", "accept": "application/sparql-results+json"}
    address = f"{past.live.url}/release/{past.versions[0]}/sparql"
    answer = httpx.post(address, content="ASK { ?s ?p ?o }", headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["boolean"]) == (200, True)
