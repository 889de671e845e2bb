"""Suggestions while one types, names that were meant, and comparison by name."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from service.conftest import Live


def suggested(live: Live, typed: str, more: str = "", language: str = "en") -> list[dict[str, Any]]:
    answer = live.get(f"/suggest?q={quote(typed)}{more}", accept_language=language)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"].startswith("public")
    found: list[dict[str, Any]] = json.loads(answer.text)
    return found


@pytest.mark.parametrize(
    ("typed", "href", "meant"),
    [
        ("cybercrme", "/doc/topic/cybercrime", True),
        ("网络犯", "/doc/topic/cybercrime", False),
        ("網絡犯罪", "/doc/topic/cybercrime", False),
        ("rgzn", "/doc/topic/artificial-intelligence", False),
        ("DATA SEC", "/doc/topic/data-security", False),
        ("action 8", "/doc/wic-2020/action/8", False),
        ("行动8", "/doc/wic-2020/action/8", False),
        ("united nat", "/doc/institution/united-nations", False),
        ("universal and affordable", "/resource?iri=http://metadata.un.org/sdg/9.c", False),
        ("9.c", "/resource?iri=http://metadata.un.org/sdg/9.c", False),
        ("SDG 16.2", "/resource?iri=http://metadata.un.org/sdg/16.2", False),
        ("C5", "/doc/wsis-action-line/c5", False),
        ("integrity of the supply", "/doc/un-norm/13-i", False),
        ("Initiative on Joint", "/doc/wic-2020", False),
        ("wangluofanzui", "/doc/topic/cybercrime", False),
        ("WANG LUO fan zui", "/doc/topic/cybercrime", False),
        ("wǎngluò fànzuì", "/doc/topic/cybercrime", False),
        ("wang3luo4fan4zui4", "/doc/topic/cybercrime", False),
        ("wanglofanzhui", "/doc/topic/cybercrime", True),
        ("shuzijingji", "/doc/topic/digital-economy", False),
        ("lianheguo", "/doc/institution/united-nations", False),
        ("信息通信技术和互联网的普及", "/resource?iri=http://metadata.un.org/sdg/9.c", False),
        ("maoyitizhi", "/resource?iri=http://metadata.un.org/sdg/17.10", False),
    ],
)
def test_what_is_typed_leads_to_what_is_meant(real: Live, typed: str, href: str, meant: bool) -> None:
    first = suggested(real, typed)[0]
    assert (first["href"], first["meant"]) == (href, meant)
    assert real.get(href, "text/html").status_code == 200


@pytest.mark.parametrize(("language", "name"), [("zh", "9.c 信息通信技术和互联网的普及"), ("en", "9.c Significantly")])
def test_a_target_is_proposed_under_its_name_in_the_reader_s_language(real: Live, language: str, name: str) -> None:
    first = suggested(real, "9.c", language=language)[0]
    assert first["name"].startswith(name)
    assert first["language"] == language


def test_no_name_is_passed_over_that_a_look_at_each_would_find(real: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    known = real.app.site.pages.suggestions(real.publisher.current())
    typed = {"a", "s", "an", "ji", "jing", "wang luo", "第8", "5g", " ", "sec ri", "d s", "\n", "crime\x1cs", "ZHōng"}
    for entry in known._known[:: len(known._known) // 60]:
        for word in (entry.name, entry.form, entry.letters, *(sound for sound, _ in entry.spoken)):
            typed |= {word[:2], word[:5], word[3:8], word[-4:]}
    found = {(item, language): known.find(item, language) for item in typed for language in ("zh", "en")}
    monkeypatch.setattr(known, "_worth_a_look", lambda form, heard: range(len(known._known)))
    assert sum(map(len, found.values())) > len(typed)
    for (item, language), names in found.items():
        assert known.find(item, language) == names, item


def test_a_second_reading_of_a_character_is_heard(real: Live) -> None:
    names = [item["name"] for item in suggested(real, "jingji zengzhang")]  # which GB 2312 has under chang
    assert any("经济增长" in name for name in names)


def test_a_question_is_proposed_and_is_no_thing_to_compare(real: Live) -> None:
    found = suggested(real, "which action names china")
    assert found[0]["href"] == "/questions/actions-naming-china"
    assert found[0]["iri"] == ""
    assert suggested(real, "which action names china", "&things=1") == []


@pytest.mark.parametrize("typed", ["", " ", "%", "<b>", "x" * 5000, "\u0000", "🙂", "((("])
def test_whatever_is_typed_is_answered(real: Live, typed: str) -> None:
    assert len(suggested(real, typed)) <= 8


def test_labels_and_kinds_are_in_the_reader_s_language(real: Live) -> None:
    assert suggested(real, "联合国", language="zh")[0]["kind"] == "机构"
    names = [item["name"] for item in suggested(real, "2030", language="zh")]
    assert "为落实联合国2030可持续发展议程做出积极贡献" in names  # though the English name has the number as a word
    assert suggested(real, "行动8", "&lang=zh&keep=1")[0]["href"] == "/doc/wic-2020/action/8?lang=zh"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cybercrme", "cybercrime"),
        ("personal informaton", "personal information"),
        ("wlfz", "网络犯罪"),
        ("wangluofanzui", "网络犯罪"),
    ],
)
def test_a_search_that_finds_nothing_says_what_may_be_meant(real: Live, typed: str, name: str) -> None:
    page = real.get(f"/search?q={quote(typed)}", "text/html", accept_language="en").text
    address = re.escape(quote_plus(name))
    assert re.search(rf'Did you mean: <a href="/search\?q={address}"(?: lang="zh")?>{name}</a>', page)
    assert "Did you mean" not in real.get("/search?q=cybercrime", "text/html", accept_language="en").text


def test_things_are_compared_by_their_names(real: Live) -> None:
    columns = real.get("/compare?iri=Data+Security&iri=%E7%BD%91%E7%BB%9C%E7%8A%AF%E7%BD%AA", "application/json").json()
    assert [item["iri"].rpartition("/")[2] for item in columns["columns"]] == ["data-security", "cybercrime"]
    wrong = real.get("/compare?iri=data+security&iri=cybercrme", "application/json")
    assert wrong.status_code == 404
    assert "'cybercrime'" in wrong.json()["detail"]
    page = real.get("/compare?iri=data+security&iri=cybercrme", "text/html").text
    assert 'value="cybercrme"' in page


def test_every_page_has_the_box_and_it_is_a_plain_form(real: Live) -> None:
    for path in ("/", "/doc/wic-2020/action/8", "/read/wic-2020", "/pictures/topics", "/sparql", "/nothing"):
        page = real.get(path, "text/html").text
        form = re.search(r'<form class="find".*?</form>', page, re.DOTALL)[0]  # type: ignore[index]
        assert 'action="/search"' in form
        assert 'data-suggest="/suggest?lang=' in form
