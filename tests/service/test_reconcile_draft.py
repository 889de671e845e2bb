"""/reconcile/1.0-draft on the wire: the manifest and the shapes of the draft, over the answers of 0.2."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from initiative_lod.matching.reconcile_entities import Entities
from service.conftest import Live
from service.test_reconcile import BASE, ILOD, ITU, ask

SKOS = "http://www.w3.org/2004/02/skos/core#"


def post(live: Live, path: str, body: object) -> httpx.Response:
    return live.client.post(f"{live.url}/reconcile/1.0-draft{path}", json=body)


def match(live: Live, *queries: dict[str, Any]) -> list[list[dict[str, Any]]]:
    answer = post(live, "/match", {"queries": list(queries)})
    assert answer.status_code == 200, answer.text
    return [item["candidates"] for item in answer.json()["results"]]


def named(*names: str, **more: Any) -> dict[str, Any]:
    return {"conditions": [{"matchType": "name", "v": names[0] if len(names) == 1 else list(names)}], **more}


def having(pid: str, value: object, **more: Any) -> dict[str, Any]:
    return {"matchType": "property", "pid": pid, "v": value, **more}


def test_the_manifest(real: Live) -> None:
    answer = real.get("/reconcile/1.0-draft")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert found["versions"] == ["1.0-draft"]
    assert found["view"] == {"url": f"{real.url}/resource?iri={{id}}"}  # RFC 6570
    assert found["suggest"] == {"entity": True, "property": True, "type": True}
    assert found["preview"].keys() == {"width", "height"}
    assert found["extend"]["proposeProperties"] is True
    for setting in found["extend"]["propertySettings"]:
        assert {"id", "name", "type"} <= setting.keys() <= {"id", "name", "type", "default", "helpText", "choices"}
    assert found["standardizedScore"] is True
    assert {"identifierSpace", "schemaSpace"}.isdisjoint(found)
    assert real.get("/reconcile/1.0-draft/").json() == found
    assert real.get("/reconcile").json()["versions"] == ["0.2"]


def test_what_follows_from_the_manifest_answers(real: Live) -> None:
    for path in ("/suggest/entity?prefix=ITU", "/suggest/type?prefix=a", "/suggest/property?prefix=a"):
        assert real.get(f"/reconcile/1.0-draft{path}").json()["result"], path
    assert real.get(f"/reconcile/1.0-draft/preview?{urlencode({'id': ITU})}", "text/html").status_code == 200
    proposed = real.get(
        f"/reconcile/1.0-draft/extend/propose?{urlencode({'type': f'{ILOD}Action', 'limit': 3})}"
    ).json()
    assert len(proposed["properties"]) == 3


def test_the_candidates_are_those_of_0_2_in_the_order_of_the_queries(real: Live) -> None:
    names = ["ITU", "no such thing at all", "数据安全"]
    found = match(real, *map(named, names))
    for name, candidates in zip(names, found, strict=True):
        expected = ask(real, name)
        assert [(item["id"], item["score"], item["match"]) for item in candidates] == [
            (item["id"], item["score"], item["match"]) for item in expected
        ]
        for feature in (feature for item in candidates for feature in item["features"]):
            assert feature.keys() == {"id", "name", "value"}
            assert feature["name"]


def test_both_names_of_a_conditions_value_and_both_addresses(real: Live) -> None:
    body = {"queries": [{"conditions": [{"matchType": "name", "propertyValue": "ITU"}]}]}
    assert post(real, "/match", body).json()["results"][0]["candidates"][0]["id"] == ITU
    assert post(real, "/reconcile", body).json() == post(real, "/match", body).json()


def test_one_of_several_names(real: Live) -> None:
    (found,) = match(real, named("no such thing at all", "ITU"))
    assert found[0]["id"] == ITU
    assert [item["match"] for item in found].count(True) <= 1


def test_type_limit_and_language(real: Live) -> None:
    (found,) = match(real, named("data", type=f"{ILOD}Topic", limit=2, lang="zh"))
    assert len(found) == 2
    assert all(f"{ILOD}Topic" in [kind["id"] for kind in item["type"]] for item in found)
    assert all(not item["name"].isascii() for item in found)


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        (having(f"{ILOD}number", 8, required=True), {"8"}),
        (having(f"{ILOD}number", [8, 9], required=True), {"8", "9"}),
        (having(f"{ILOD}number", [8, 9], required=True, matchQuantifier="all"), set()),
    ],
)
def test_what_is_required_is_required(condition: dict[str, Any], numbers: set[str], real: Live) -> None:
    name = {"matchType": "name", "v": ["Action 8", "Action 9", "Action 10"]}
    (found,) = match(real, {"conditions": [name, condition], "type": f"{ILOD}Action", "limit": 20})
    assert {item["id"].rpartition("/")[2] for item in found} == numbers


def test_none_of_the_values(real: Live) -> None:
    name, other = (
        {"matchType": "name", "v": "Action 8"},
        having(f"{ILOD}number", 8, matchQuantifier="none", required=True),
    )
    (found,) = match(real, {"conditions": [name, other], "type": f"{ILOD}Action"})
    assert BASE + "id/wic-2020/action/8" not in [item["id"] for item in found]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"queries": {}},
        {"queries": [{}]},
        {"queries": [{"conditions": []}]},
        {"queries": [{"conditions": [{"v": "x"}]}]},
        {"queries": [{"conditions": [{"matchType": "property", "v": "x"}]}]},
        {"queries": [{"conditions": [{"matchType": "name", "v": "x", "matchQuantifier": "none"}]}]},
        {"queries": [{"conditions": [{"matchType": "age", "v": "x"}]}]},
    ],
)
def test_what_has_no_meaning_is_refused(body: object, real: Live) -> None:
    answer = post(real, "/match", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_queries_and_no_json(real: Live) -> None:
    assert post(real, "/match", {"queries": [named("x")] * 51}).status_code == 413
    for content in (b"{", b'{"x": ' + b"[" * 600 + b"]" * 600 + b"}"):
        answer = real.client.post(f"{real.url}/reconcile/1.0-draft/match", content=content)
        assert answer.status_code == 400
    assert real.get("/reconcile/1.0-draft/match").status_code == 405


def test_extension(real: Live) -> None:
    properties: list[dict[str, Any]] = [
        {"id": f"{SKOS}prefLabel", "settings": {"language": "zh"}},
        {"id": f"{ILOD}number"},
    ]
    ids = [BASE + "id/topic/data-security", BASE + "id/wic-2020/action/8"]
    found = post(real, "/extend", {"ids": ids, "properties": properties}).json()
    assert [item["id"] for item in found["meta"]] == [item["id"] for item in properties]
    assert [row["id"] for row in found["rows"]] == ids
    assert [item["id"] for item in found["rows"][0]["properties"]] == [item["id"] for item in properties]
    assert found["rows"][0]["properties"][0]["values"] == [{"str": "数据安全"}]
    assert found["rows"][1]["properties"][1]["values"] == [{"int": 8}]


# Identity


def test_two_names_of_one_cluster_do_not_compete(real: Live) -> None:
    """One thing is what is in a cluster, not only what is linked directly."""
    opened = real.opened
    entities = Entities(opened)
    members: dict[str, list[int]] = {}
    for quad in opened.quads(None, None, None, opened.iris.graph("identity")):
        if quad.predicate.value.endswith("#hadMember") and (number := entities.number(quad.object.value)) is not None:  # type: ignore[union-attr]
            members.setdefault(str(quad.subject), []).append(number)
    for cluster in members.values():
        assert all(entities.same(cluster[0], other) for other in cluster)
    assert not entities.same(0, 1)


@pytest.mark.parametrize(
    ("iri", "why"),
    [
        ("nope", "scheme"),
        ("http://e.example/a b", "U+0020"),
        ("http://e.example/<", "U+003C (<)"),
        ("http://[x", "RFC 3987"),
    ],
)
def test_an_iri_that_is_none_is_told_in_words_of_ours(iri: str, why: str, real: Live) -> None:
    for path in (f"/resource?{urlencode({'iri': iri})}", f"/reconcile/preview?{urlencode({'id': iri})}"):
        answer = real.get(path, "application/json")
        assert answer.status_code == 400
        assert why in answer.json()["detail"]
        chinese = real.get(path, "application/json", accept_language="zh").json()["detail"]
        assert not chinese.isascii()
        assert "No scheme" not in chinese + answer.json()["detail"]


def test_a_null_refuses_no_other_query(real: Live) -> None:
    empty: dict[str, Any] = {"conditions": [None]}
    given = [None, named("ITU", type=None, limit=None), empty, {"conditions": [{"matchType": "name", "v": None}]}]
    answer = post(real, "/match", {"queries": given})
    assert answer.status_code == 200, answer.text
    found = [item["candidates"] for item in answer.json()["results"]]
    assert [len(item) > 0 for item in found] == [False, True, False, False]
