"""/compare: side by side, as a page and as JSON, and what is said of a mistake."""

from __future__ import annotations

import re

import pytest

from service.conftest import Live

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TWO = "iri=wic-2020/action/9&iri=wic-2020/action/10"


def test_what_two_actions_share(real: Live) -> None:
    document = real.get(f"/compare.json?{TWO}").json()
    nine, ten = document["columns"]
    assert nine["iri"] == f"{real.settings.base}id/wic-2020/action/9"
    assert nine["label"].keys() == {"zh", "en"}
    for column in (nine, ten):
        shared = [item["iri"].rpartition("/")[2] for item in column["topics"] if item["shared"]]
        assert sorted(shared) == ["cybercrime", "legislation"]
        assert len(column["topics"]) > 1
    assert any(item["iri"].endswith("/negotiation/un-cybercrime-convention") for item in ten["citations"])


def test_the_page_begins_with_what_is_shared_and_what_each_has_alone(real: Live) -> None:
    page = real.get(f"/compare?iri=wic-2020/action/8&{TWO}", BROWSER, accept_language="en").text
    cards = page.partition('class="common"')[2].partition("</section>")[0].split('<div class="card')[1:]
    shared, eight, nine, ten = (
        [*re.findall(r"/doc/([\w/-]+)\"", card), *re.findall(r"m-([\w-]+)", card)] for card in cards
    )
    assert shared == ["topic/international-cooperation", "topic/legislation", "topic/cybercrime"]  # no residual wording
    assert re.search(r"international cooperation</a> <span class=\"quiet\"><span>action</span> 8", cards[0])
    assert {"prohibit", "uphold", "promote", "group/enterprises", "topic/backdoor"} <= {*eight}
    assert {"group/minors", "topic/privacy"} <= {*nine}
    assert {"support", "topic/cyberterrorism", "negotiation/un-cybercrime-convention"} <= {*ten}
    assert not {*shared} & {*eight, *nine, *ten}


def test_clauses_stand_by_modality(real: Live) -> None:
    document = real.get("/compare.json?iri=wic-2020/action/8&iri=wic-2020/action/9").json()
    eight, nine = document["columns"]
    prohibited = [group for group in eight["clauses"] if group["modality"].endswith("/prohibit")]
    assert [len(group["clauses"]) for group in prohibited] == [2]
    assert all(item["text"] and item["translation"] for item in prohibited[0]["clauses"])
    assert any(item["iri"].endswith("/group/enterprises") for item in eight["addressees"])
    assert any(item["iri"].endswith("/document/un-charter") for item in eight["citations"])
    assert nine["citations"] == [] or all("/group/" in item["iri"] for item in nine["citations"])


def test_conditions_have_their_words(real: Live) -> None:
    document = real.get("/compare.json?iri=wic-2020/action/1&iri=wic-2020/action/11").json()
    conditions = [item for column in document["columns"] for item in column["conditions"]]
    assert [item["text"]["zh"] for item in conditions] == [
        "在尊重各国网络主权、尊重各国网络政策的前提下",
        "以可接受的方式",
        "在联合国框架下",
    ]
    assert all(item["text"]["en"] for item in conditions)


def test_full_iris_and_short_ones_are_the_same(real: Live) -> None:
    base = f"{real.settings.base}id/"
    full = real.get(f"/compare.json?iri={base}wic-2020/action/9&iri={base}wic-2020/action/10").json()
    assert full == real.get(f"/compare.json?{TWO}").json()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "given",
    [
        "iri=topic/data-security&iri=topic/cybercrime",
        "iri=group/enterprises&iri=wic-2020/action/8",
        "iri=wic-2020/pillar/1&iri=wic-2020/pillar/2",
        "iri=wic-2020/preamble&iri=wic-2020/conclusion",
        "iri=wic-2020/action/8/clause/5&iri=wic-2020/action/8/clause/6",
        "iri=wic-2020&iri=wic-2020/pillar/4",
        "&".join(f"iri=wic-2020/action/{number}" for number in range(1, 7)),
    ],
)
def test_whatever_there_is_can_be_compared(real: Live, given: str) -> None:
    page = real.get(f"/compare?{given}", BROWSER)
    assert page.status_code == 200
    assert '<table class="compare">' in page.text
    assert len(real.get(f"/compare.json?{given}").json()["columns"]) == given.count("iri=")


def test_the_form(real: Live) -> None:
    page = real.get("/compare", BROWSER, accept_language="en").text
    assert page.count('type="checkbox"') == 20
    assert " checked" not in page
    chosen = real.get(f"/compare?choose={real.settings.base}id/wic-2020/action/8", BROWSER).text
    assert chosen.count(" checked") == 1
    assert real.get(f"/compare?{TWO}", BROWSER).text.count(" checked") == 2
    assert real.get(f"/compare?{TWO}&iri=", BROWSER).status_code == 200


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ("iri=wic-2020/action/8", 400, "only one thing was chosen"),
        ("iri=wic-2020/action/8&iri=wic-2020/action/8", 400, "only one thing was chosen"),
        ("&".join(f"iri=wic-2020/action/{number}" for number in range(1, 8)), 400, "leave some out"),
        ("iri=wic-2020/action/8&iri=wic-2020/action/99", 404, "nothing is known about"),
        ("iri=wic-2020/action/8&iri=http://bad%20iri", 400, "must be an absolute IRI"),
        ("&".join(["iri=a"] * 200), 400, "at most"),
    ],
)
def test_a_mistake_is_told_and_what_to_do(real: Live, given: str, status: int, says: str) -> None:
    problem = real.get(f"/compare?{given}", "application/json")
    assert problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    assert says in problem.json()["detail"]
    page = real.get(f"/compare?{given}", BROWSER)
    assert page.status_code == status
    assert says in page.text
    if given.count("iri=") < 100:
        assert "<form" in page.text.partition("<main")[2]
        assert page.headers["cache-control"] == "no-store"


def test_json_needs_something_to_compare(real: Live) -> None:
    assert real.get("/compare.json").status_code == 400


def test_markup_in_an_argument_is_only_text(real: Live) -> None:
    page = real.get('/compare?iri=<script>alert(1)</script>&iri="><b>', BROWSER)
    assert page.status_code in (400, 404)
    assert "<script>" not in page.text
    assert '"><b>' not in page.text


def test_caching_and_head(real: Live) -> None:
    answer = real.get(f"/compare?{TWO}", BROWSER)
    again = real.get(f"/compare?{TWO}", BROWSER, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    other = real.get("/compare?iri=wic-2020/action/9&iri=wic-2020/action/11", BROWSER)
    assert other.headers["etag"] != answer.headers["etag"]
    head = real.get(f"/compare?{TWO}", BROWSER, "HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(answer.content)))
    assert real.get(f"/compare?{TWO}", "image/png").status_code == 406


def test_the_second_document_and_a_prefix(harbour: Live, prefixed: Live) -> None:
    given = "iri=harbour-2031/action/1&iri=harbour-2031/action/2"
    assert len(harbour.get(f"/compare.json?{given}").json()["columns"]) == 2
    page = prefixed.get(f"/compare?{given}", BROWSER).text
    assert 'action="/lod/compare"' in page
    assert 'href="/lod/doc/harbour-2031/action/1"' in page
