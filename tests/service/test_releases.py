"""The list of releases, and what changed between two of them, over HTTP."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from initiative_lod import release
from initiative_lod.errors import Busy, TooMuch
from initiative_lod.formats import RDF_TYPES
from initiative_lod.release import Release, changes
from initiative_lod.release.changes import ChangeSummary
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.routes import changes as differences
from initiative_lod.web.routes.changes import Comparisons
from patience import SECONDS, eventually
from service.conftest import serve
from service.test_memento import BASE, BROWSER, LEAGUE, TIDES, WORDS, Past, own, past, three

__all__ = ["own", "past", "three"]  # fixtures


# The list


def test_the_list_has_the_latest_first_and_says_when(past: Past) -> None:
    rows = past.live.get("/releases", "application/json").json()
    assert [row["version"] for row in rows] == list(reversed(past.versions))
    assert [row["current"] for row in rows] == [True, False, False]
    assert rows[0]["published"] == ["2021-03-01T10:00:00+00:00"]
    assert not any(row["damaged"] for row in rows)
    for language, words in (("en", "Browse this release"), ("zh", "浏览此版本")):
        page = past.live.get(f"/releases?lang={language}", BROWSER).text
        assert page.count(f">{words}</a>") == 3
        assert "2021-02-01 10:00" in page


def test_the_list_knows_a_release_that_was_published_twice(own: Past) -> None:
    folder = own.live.settings.release_folder
    release.rollback(folder)
    rows = {row["version"]: row for row in own.live.get("/releases", "application/json").json()}
    assert len(rows[own.versions[1]]["published"]) == 2
    assert rows[own.versions[1]]["current"]


def test_the_list_is_made_once_until_a_release_is_another(own: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    render = Pages.releases

    def counted(pages: Pages, *given: Any) -> tuple[str, bytes]:
        made.append(given)
        return render(pages, *given)

    monkeypatch.setattr(Pages, "releases", counted)
    first, second = (own.live.get("/releases?lang=en", BROWSER) for _ in range(2))
    assert (first.status_code, first.content, first.headers["etag"]) == (200, second.content, second.headers["etag"])
    assert len(made) == 1
    manifest = own.live.settings.release_folder / own.versions[0] / "manifest.json"
    manifest.write_text("{")
    assert "damaged, and cannot be read" in own.live.get("/releases?lang=en", BROWSER).text
    assert own.live.get("/releases?lang=zh", BROWSER).text.startswith('<!DOCTYPE html>\n<html lang="zh">')
    assert len(made) == 3


def test_each_release_in_every_format(past: Past) -> None:
    for version in past.versions:
        for media in RDF_TYPES:
            answer = past.live.get(f"/release/{version}", media.name)
            assert answer.status_code == 200
            if media.name != "application/ld+json":  # the manifest is JSON, and was asked for as such
                assert answer.headers["content-type"] == media.content_type
                assert f"{BASE}release/{version}" in answer.text or version in answer.text
        assert past.live.get(f"/release/{version}.json").json()["version"] == version
        page = past.live.get(f"/release/{version}?lang=en", BROWSER).text
        assert f'href="/release/{version}/?lang=en"' in page
    near = past.live.get(f"/release/{past.versions[0][:-1]}", "application/json")
    assert near.status_code == 404
    assert past.versions[0] in near.json()["detail"]


# Changes


def test_changes_between_two(past: Past) -> None:
    path = f"/releases/changes?from={past.versions[0]}&to={past.versions[1]}"
    answer = past.live.get(path, "application/json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document = answer.json()
    found = {item["iri"].removeprefix(f"{BASE}id/"): item for item in document["resources"]}
    assert document["added"] == sum(len(item["added"]) for item in document["resources"])
    assert set(found) >= {LEAGUE, TIDES}
    assert any(WORDS[0] in line for line in found[LEAGUE]["removed"])
    assert any(WORDS[1] in line for line in found[LEAGUE]["added"])
    assert found[TIDES]["removed"] == []
    assert found[TIDES]["label"] == {"en": "tides", "zh": "潮汐"}
    assert past.live.get(path.replace("?", ".json?"), BROWSER).content == answer.content
    same = past.live.get(path, "application/json", if_none_match=answer.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    head = past.live.get(path, "application/json", method="HEAD")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(answer.content)))


@pytest.mark.thorough
def test_changes_as_a_page(past: Past) -> None:
    path = f"/releases/changes?from={past.versions[1]}&to={past.versions[2]}"
    for language, added in (("en", "added"), ("zh", "新增")):
        answer = past.live.get(f"{path}&lang={language}", BROWSER)
        assert answer.headers["content-language"] == language
        assert added in answer.text
        assert WORDS[1] in answer.text
        assert WORDS[2] in answer.text
        # What is only in the older one leads there; all else to the newer one.
        assert f'href="{past.at(1, f"doc/{TIDES}")}?lang={language}"' in answer.text
        assert f'href="{past.at(2, f"doc/{LEAGUE}")}?lang={language}"' in answer.text
        hrefs = [href.replace("&amp;", "&") for href in re.findall(r'href="(/[^"]*)"', answer.text)]
        for href in dict.fromkeys(hrefs):
            assert past.live.client.get(past.live.url + href, follow_redirects=True).status_code == 200, href


def test_of_several_pages_of_changes_one_is_made_at_a_time(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    lane = next(lane for lane in past.live.app.site.threads.lanes if lane.name == "changes")
    making, sections = threading.Lock(), differences._sections
    statuses: list[int] = []

    def alone(*given: Any) -> list[differences.ChangeSection]:
        assert making.acquire(blocking=False)
        try:
            assert eventually(lambda: lane.turns.running + len(statuses) == differences.AT_ONCE)
            time.sleep(0.05)  # in which another one would begin
            return sections(*given)
        finally:
            making.release()

    def ask() -> None:
        path = f"/releases/changes?from={past.versions[0]}&to={past.versions[1]}"
        statuses.append(past.live.get(path, BROWSER).status_code)

    monkeypatch.setattr(differences, "_sections", alone)
    visitors = [threading.Thread(target=ask) for _ in range(differences.AT_ONCE)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(SECONDS)
    assert statuses == [200] * differences.AT_ONCE


def test_the_same_release_twice_is_no_change(past: Past) -> None:
    path = f"/releases/changes?from={past.versions[1]}&to={past.versions[1]}"
    assert past.live.get(path, "application/json").json()["same"]
    assert "The two hold the same statements." in past.live.get(f"{path}&lang=en", BROWSER).text


def test_what_is_not_named_is_the_current_one_and_the_one_before(past: Past) -> None:
    first, second, third = past.versions
    for query, old, new in (
        ("", second, third),
        (f"?from={first}", first, third),
        (f"?to={second}", first, second),
        (f"?to={first}", first, first),
        ("?from=&to=", second, third),
    ):
        answer = past.live.get(f"/releases/changes{query}", BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (307, f"/releases/changes?from={old}&to={new}")
    kept = past.live.get("/releases/changes.json?lang=zh").headers["location"]
    assert kept == f"/releases/changes.json?from={second}&to={third}&lang=zh"


@pytest.mark.parametrize("bad", ["9.9.9", "..", "%00", "current", "x" * 500, "%E4%B8%AD", "1.0.0"])
def test_changes_of_what_is_no_release(past: Past, bad: str) -> None:
    for accept in ("application/json", BROWSER):
        assert past.live.get(f"/releases/changes?from={bad}&to={past.versions[0]}", accept).status_code == 404
        assert past.live.get(f"/releases/changes?from={past.versions[0]}&to={bad}", accept).status_code == 404
    refused = past.live.get(f"/releases/changes?from={past.versions[0]}&to={past.versions[1]}", "image/png")
    assert refused.status_code == 406


def test_the_page_lists_so_many_and_says_how_many_more(own: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "LISTED", 2)
    path = f"/releases/changes?from={own.versions[0]}&to={own.versions[1]}"
    document = own.live.get(path, "application/json").json()
    more = document["not_listed"]
    assert more == document["added"] + document["removed"] - 2 > 0
    page = own.live.get(f"{path}&lang=en", BROWSER).text
    assert f"{more} more changes are not listed" in page
    assert f"initiative-lod release diff {own.versions[0]} {own.versions[1]} --limit 0" in page


# Work that a visitor can cause


class Counting:
    """Stands in for the process that compares, and counts."""

    def __init__(self, answer: ChangeSummary | None) -> None:
        self.answer = answer
        self.calls = 0
        self.running = threading.Event()
        self.go = threading.Event()

    def __call__(self, *_: object) -> ChangeSummary | None:
        self.calls += 1
        self.running.set()
        assert self.go.wait(SECONDS)
        return self.answer


def test_a_process_that_fails_is_an_error_of_ours(
    own: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"/releases/changes?from={own.versions[0]}&to={own.versions[1]}&lang=en"
    (tmp_path / "heapq.py").write_text("import nothing_of_the_kind\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    answer = own.live.get(address, "application/json")
    assert answer.status_code == 500
    assert "damaged" not in answer.text
    assert "nothing_of_the_kind" not in answer.text
    assert "No module named 'nothing_of_the_kind'" in caplog.text
    monkeypatch.undo()
    assert own.live.get(address, "application/json").status_code == 200


@pytest.fixture
def pair(past: Past) -> tuple[OpenRelease, OpenRelease]:
    folder = past.live.settings.release_folder
    old, new = (OpenRelease.open(release.find(folder, version)) for version in past.versions[:2])
    return old, new


def test_two_releases_are_compared_once(pair: tuple[OpenRelease, OpenRelease], monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(ChangeSummary("a", "b"))
    counting.go.set()
    monkeypatch.setattr(changes, "apart", counting)
    comparisons = Comparisons(SECONDS)
    for _ in range(3):
        assert comparisons.of(*pair) == counting.answer
    assert counting.calls == 1
    comparisons.of(*reversed(pair))
    assert counting.calls == 2


def test_what_takes_too_long_is_not_tried_again_at_once(
    pair: tuple[OpenRelease, OpenRelease], monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting(None)
    counting.go.set()
    monkeypatch.setattr(changes, "apart", counting)
    comparisons = Comparisons(SECONDS)
    for _ in range(3):
        with pytest.raises(TooMuch, match="too_different"):
            comparisons.of(*pair)
    assert counting.calls == 1
    monkeypatch.setattr(differences, "AGAIN", -1.0)
    later = Comparisons(SECONDS)
    for _ in range(2):
        with pytest.raises(TooMuch):
            later.of(*pair)
    assert counting.calls == 3


def test_one_comparison_at_a_time(pair: tuple[OpenRelease, OpenRelease], monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(ChangeSummary("a", "b"))
    monkeypatch.setattr(changes, "apart", counting)
    monkeypatch.setattr(differences, "PATIENCE", 0.05)
    comparisons = Comparisons(SECONDS)
    thread = threading.Thread(target=comparisons.of, args=pair)
    thread.start()
    assert counting.running.wait(SECONDS)
    with pytest.raises(Busy):
        comparisons.of(*reversed(pair))
    counting.go.set()
    thread.join()
    assert comparisons.of(*pair) == counting.answer
    assert counting.calls == 1


def test_pages_are_sent_while_releases_are_compared(own: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(None)
    monkeypatch.setattr(changes, "apart", counting)
    path = f"{own.live.url}/releases/changes?from={own.versions[0]}&to={own.versions[1]}"
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(httpx.get(path, timeout=SECONDS)))
    thread.start()
    assert counting.running.wait(SECONDS)
    for number in range(3):
        assert own.live.get(own.at(number, f"doc/{LEAGUE}.nt")).status_code == 200
        assert own.live.get(f"/doc/{LEAGUE}.nt").status_code == 200
    counting.go.set()
    thread.join()
    assert [answer.status_code for answer in answers] == [503]


def test_changes_under_a_prefix(three: tuple[Path, tuple[str, ...]]) -> None:
    root, versions = three
    with serve(Settings(root=root, root_path="/lod")) as live:
        answer = live.get("/releases/changes", BROWSER)
        assert urlsplit(answer.headers["location"]).path == "/lod/releases/changes"
        page = live.get(f"/releases/changes?from={versions[0]}&to={versions[1]}", BROWSER).text
        hrefs = re.findall(r'(?:href|action)="(/[^"]*)"', page)
        assert hrefs
        assert all(href.startswith("/lod/") for href in hrefs)
        assert f"/lod/release/{versions[1]}/doc/{LEAGUE}" in hrefs


@pytest.mark.thorough
def test_who_waits_for_a_comparison_keeps_no_document_waiting(own: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty ask for one that does not end: a few wait, the others are told to come back, and pages come as ever."""
    going, done = threading.Event(), threading.Event()

    def slow(old: Release, new: Release, most: int, seconds: float) -> ChangeSummary | None:
        going.set()
        done.wait(SECONDS)
        return None

    monkeypatch.setattr(changes, "apart", slow)
    monkeypatch.setattr(differences, "PATIENCE", SECONDS)
    place = f"{own.live.url}/releases/changes?from={own.versions[0]}&to={own.versions[1]}"
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(httpx.get(place, headers={"accept": "application/json"}, timeout=SECONDS).status_code)

    threads = [threading.Thread(target=ask) for _ in range(60)]
    for thread in threads:
        thread.start()
    try:
        assert going.wait(SECONDS)
        for number in range(20):  # each is rendered anew
            form = "expanded" if number % 2 else "flattened"
            answer = own.live.get(f"/doc/{LEAGUE}.jsonld?_profile={form}&n={number}")
            assert answer.status_code == 200
    finally:
        done.set()
        for thread in threads:
            thread.join(SECONDS)
    assert set(statuses) <= {429, 503}
    assert 429 in statuses  # of one client so many may wait
    assert len(statuses) == 60


def test_a_comparison_that_took_too_long_is_tried_again(own: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"/releases/changes?from={own.versions[0]}&to={own.versions[1]}"
    with monkeypatch.context() as patched:
        patched.setattr(changes, "apart", lambda *_: None)
        patched.setattr(differences, "AGAIN", 0.0)
        assert own.live.get(place, "application/json").status_code == 503
    assert own.live.get(place, "application/json").status_code == 200
