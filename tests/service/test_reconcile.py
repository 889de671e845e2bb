"""/reconcile on the wire: the Reconciliation Service API 0.2, over this project's own release and a real uvicorn."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from service.conftest import Live

BASE = "https://w3id.org/initiative-lod/"
ILOD = BASE + "ontology#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
ITU = BASE + "id/institution/international-telecommunication-union"


def post(real: Live, **fields: object) -> httpx.Response:
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return real.client.post(f"{real.url}/reconcile", data=data)


def ask(real: Live, query: object, **more: object) -> list[dict[str, Any]]:
    """The candidates of one query."""
    answer = post(real, queries={"q0": {"query": query, **more} if query is not None else more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["q0"]["result"]
    return found


def get(real: Live, path: str, **parameters: str) -> httpx.Response:
    return real.client.get(f"{real.url}/reconcile{path}", params=parameters)


# ---- manifest


def test_the_manifest(real: Live) -> None:
    answer = get(real, "")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert "0.2" in found["versions"]
    for name in ("name", "identifierSpace", "schemaSpace"):
        assert isinstance(found[name], str)
        assert found[name]
    assert found["identifierSpace"] == BASE
    assert "{{id}}" in found["view"]["url"]
    assert "{{id}}" in found["preview"]["url"]
    assert {item["id"] for item in found["defaultTypes"]} >= {ILOD + "Action", ILOD + "Institution", ILOD + "Topic"}
    assert set(found["suggest"]) == {"entity", "property", "type"}
    assert "${id}" in found["suggest"]["entity"]["flyout_service_path"]
    assert found["batchSize"] == 50


def test_every_address_of_the_manifest_answers(real: Live) -> None:
    found = get(real, "").json()
    view = found["view"]["url"].replace("{{id}}", httpx.QueryParams({"a": ITU}).__str__().removeprefix("a="))
    addresses = [view, found["preview"]["url"].replace("{{id}}", ITU), found["documentation"]]
    for kind, service in found["suggest"].items():
        addresses.append(service["service_url"] + service["service_path"] + "?prefix=a")
        flyout = service["flyout_service_url"] + service["flyout_service_path"]
        addresses.append(
            flyout.replace("${id}", ITU if kind == "entity" else "http://www.w3.org/2004/02/skos/core%23x")
        )
    propose = found["extend"]["propose_properties"]
    addresses.append(propose["service_url"] + propose["service_path"] + f"?type={ILOD.replace('#', '%23')}Action")
    for address in addresses:
        assert address.startswith(real.url)
        status = real.client.get(address).status_code
        assert status == (404 if "core%23x" in address else 200), address


def test_the_manifest_under_a_path(prefixed: Live) -> None:
    found = get(prefixed, "").json()
    assert found["view"]["url"].startswith(f"{prefixed.url}/resource?iri=")
    assert found["preview"]["url"].startswith(f"{prefixed.url}/reconcile/preview")


# ---- scores


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("国际电信联盟", "id/institution/international-telecommunication-union"),
        ("國際電信聯盟", "id/institution/international-telecommunication-union"),
        ("ITU", "id/institution/international-telecommunication-union"),
        ("International Telecommunication Union (ITU)", "id/institution/international-telecommunication-union"),
        ("international telecommunications union", "id/institution/international-telecommunication-union"),
        ("数字鸿沟", "id/topic/digital-divide"),
        ("數位鴻溝", "id/topic/digital-divide"),
        ("Digital Divide", "id/topic/digital-divide"),
        ("digital divides", "id/topic/digital-divide"),
        ("digital-divide", "id/topic/digital-divide"),
        ("人工智慧", "id/topic/artificial-intelligence"),
        ("cyber-crimes", "id/topic/cybercrime"),
        ("网络犯罪", "id/topic/cybercrime"),
        ("persons with disability", "id/group/persons-with-disabilities"),
        ("联合国宪章", "id/document/un-charter"),
        ("加强个人信息保护和数据安全管理", "id/wic-2020/action/8"),
        ("Action 8", "id/wic-2020/action/8"),
        ("行动8", "id/wic-2020/action/8"),
        ("id/wic-2020/action/8", "id/wic-2020/action/8"),
        (BASE + "id/topic/privacy", "id/topic/privacy"),
        ("C5", "id/wsis-action-line/c5"),
    ],
)
def test_what_is_meant_comes_first_and_is_the_match(real: Live, text: str, path: str) -> None:
    found = ask(real, text)
    assert found[0]["id"] == BASE + path
    assert found[0]["match"] is True
    assert found[0]["score"] >= 94
    assert [item["score"] for item in found] == sorted((item["score"] for item in found), reverse=True)
    assert not any(item["match"] for item in found[1:])


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("artifical inteligence", "id/topic/artificial-intelligence"),
        ("protection of personal information", "id/topic/personal-information-protection"),
        ("信息安全开放式工作组", "id/institution/oewg-2019"),
        ("互联网治理论坛", "id/institution/internet-governance-forum"),
        ("中小企业", "id/group/msmes"),
    ],
)
def test_what_is_nearly_meant_comes_first_and_is_no_match(real: Live, text: str, path: str) -> None:
    found = ask(real, text)
    assert found[0]["id"] == BASE + path
    assert not any(item["match"] for item in found)


@pytest.mark.parametrize(("text", "path"), [("儿童", "id/group/children"), ("主权", "id/topic/sovereignty")])
def test_what_a_thing_is_mapped_to_is_no_rival_of_it(real: Live, text: str, path: str) -> None:
    """Concepts of others are called so too, and nothing else is known of them."""
    found = ask(real, text)
    assert (found[0]["id"], found[0]["match"]) == (BASE + path, True)


def test_namesakes_are_both_offered_and_neither_is_the_match(real: Live) -> None:
    found = ask(real, "World Internet Conference")
    assert {item["id"] for item in found[:2]} == {
        BASE + "id/event/world-internet-conference",
        BASE + "id/institution/world-internet-conference",
    }
    assert found[0]["score"] == found[1]["score"]
    assert not any(item["match"] for item in found)
    (only,) = [item for item in ask(real, "World Internet Conference", type=ILOD + "Event") if item["match"]]
    assert only["id"] == BASE + "id/event/world-internet-conference"


@pytest.mark.parametrize("text", ["xyzzy", "。。。", "\ud800", "qqqqqq zzzz", "𠮷", "\u0000"])
def test_what_nothing_is_called_has_no_candidates(real: Live, text: str) -> None:
    assert ask(real, text) == []


def test_names_come_in_the_language_of_the_query(real: Live) -> None:
    assert ask(real, "国际电信联盟")[0]["name"] == "国际电信联盟"
    assert ask(real, "ITU")[0]["name"] == "International Telecommunication Union"
    assert ask(real, "国际电信联盟")[0]["description"]


# ---- queries


def test_a_batch_by_post_and_by_get(real: Live) -> None:
    batch = {"甲": {"query": "ITU"}, "b": {"query": "privacy", "limit": 1}, "c": {"query": "xyzzy"}}
    answer = post(real, queries=batch)
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert set(found) == set(batch)
    assert len(found["b"]["result"]) == 1
    assert found["c"] == {"result": []}
    assert get(real, "", queries=json.dumps(batch)).json() == found


def test_a_blank_query_refuses_nothing_else(real: Live) -> None:
    batch: dict[str, object] = {"a": {"query": "ITU"}, "b": {"query": " "}, "c": None, "d": {}, "e": ""}
    found = post(real, queries=batch).json()
    assert found["a"]["result"][0]["id"] == ITU
    assert {key: found[key] for key in "bcde"} == {key: {"result": []} for key in "bcde"}
    assert get(real, "/", queries=json.dumps(batch)).json() == found
    assert get(real, "/").json() == get(real, "").json()


def test_a_null_is_as_good_as_absent_wherever_it_stands(real: Live) -> None:
    nothing = [{"query": None}, {"query": None, "type": None, "limit": None, "properties": None}]
    whole = [
        {"query": "ITU", "type": None, "limit": None, "type_strict": None, "properties": None},
        {
            "query": "ITU",
            "type": [None],
            "properties": [None, {"pid": None, "v": None}, {"pid": "http://e.example/p", "v": None}],
        },
    ]
    batch = {f"q{number}": query for number, query in enumerate([*nothing, *whole])}
    found = post(real, queries=batch).json()
    assert [found[f"q{number}"]["result"] for number in (0, 1)] == [[], []]
    assert [found[f"q{number}"]["result"][0]["id"] for number in (2, 3)] == [ITU, ITU]


def test_the_fields_of_a_candidate(real: Live) -> None:
    for item in ask(real, "Internet", limit=20):
        assert set(item) == {"id", "name", "description", "type", "score", "features", "match"}
        assert 0 <= item["score"] <= 100
        assert all(set(kind) == {"id", "name"} for kind in item["type"])
        assert len({feature["id"] for feature in item["features"]}) == len(item["features"])


def test_types(real: Live) -> None:
    def kinds(**more: object) -> set[str]:
        return {kind["id"] for item in ask(real, "internet", limit=50, **more) for kind in item["type"]}

    assert ILOD + "Topic" in kinds()
    assert ILOD + "Topic" not in kinds(type=ILOD + "Institution")
    assert kinds(type=[ILOD + "Institution", ILOD + "Event"]) >= {ILOD + "Institution", ILOD + "Event"}
    assert kinds(type="http://nowhere.org/Nothing") == set()
    every = ask(real, "internet", type=[ILOD + "Topic", SKOS + "Concept"], type_strict="all")
    assert every
    assert not ask(real, "internet", type=[ILOD + "Topic", ILOD + "Event"], type_strict="all")
    should = ask(real, "internet", type=ILOD + "Event", type_strict="should", limit=50)
    assert len(should) > len(ask(real, "internet", type=ILOD + "Event", limit=50))
    # a class above: institutions and events are referents
    assert ask(real, "ITU", type=ILOD + "Referent")[0]["id"] == ITU


def test_properties_tell_namesakes_apart(real: Live) -> None:
    given = [{"pid": SKOS + "notation", "v": "C5"}]
    with_property = ask(real, "confidence and security in the use of ICT", properties=given)[0]
    assert with_property["id"] == BASE + "id/wsis-action-line/c5"
    assert with_property["match"]
    wrong = ask(real, "confidence and security in the use of ICT", properties=[{"pid": SKOS + "notation", "v": "C11"}])[
        0
    ]
    assert wrong["score"] < with_property["score"]
    assert not wrong["match"]
    assert {feature["id"] for feature in wrong["features"]} >= {SKOS + "notation"}


def test_properties_without_a_name(real: Live) -> None:
    united_nations = BASE + "id/institution/united-nations"
    found = ask(real, None, properties=[{"pid": ILOD + "inSystemOf", "v": {"id": united_nations}}])
    assert ITU in {item["id"] for item in found}
    by_name = ask(real, None, properties=[{"pid": SKOS + "notation", "v": ["C5", "C6"]}])
    assert {item["id"] for item in by_name} == {BASE + "id/wsis-action-line/c5", BASE + "id/wsis-action-line/c6"}
    numbered = ask(real, None, type=ILOD + "Action", properties=[{"pid": ILOD + "number", "v": 8}])
    assert [item["id"] for item in numbered] == [BASE + "id/wic-2020/action/8"]


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"queries": "{"}, 400, "not JSON"),
        ({"queries": "[" * 100_000}, 400, "not JSON"),
        ({"queries": '{"q": {"query": "a", "x": ' + "[" * 600 + "]" * 600 + "}}"}, 400, "not JSON"),
        ({"extend": '{"ids": ' + "[" * 600 + "]" * 600 + "}"}, 400, "not JSON"),
        ({"queries": "[]"}, 400, "object of queries"),
        ({"queries": '{"q0": 1}'}, 400, "no query"),
        ({"queries": '{"q0": {"query": ["a"]}}'}, 400, "q0.query: it is a string"),
        ({"queries": '{"q0": {"query": "a", "limit": 0}}'}, 400, "q0.limit: "),
        ({"queries": '{"q0": {"query": "a", "limit": "x"}}'}, 400, "q0.limit: "),
        ({"queries": '{"q0": {"query": "a", "limit": 1e999}}'}, 400, "q0.limit: "),
        ({"queries": '{"q0": {"query": "a", "limit": NaN}}'}, 400, "not JSON"),
        ({"queries": '{"q0": {"query": "a", "type": 3}}'}, 400, "q0.type.0: it is a string"),
        ({"queries": '{"q0": {"query": "a", "type": [3]}}'}, 400, "q0.type.0: it is a string"),
        ({"queries": '{"q0": {"query": "a", "type_strict": "no"}}'}, 400, "type_strict"),
        ({"queries": '{"q0": {"query": "a", "properties": {}}}'}, 400, "properties"),
        ({"queries": '{"q0": {"query": "a", "properties": [{"pid": "x"}]}}'}, 400, "q0.properties.0.v: "),
        ({"queries": '{"q0": {"query": "a", "properties": [{"pid": "x", "v": {}}]}}'}, 400, "q0.properties.0.v.0: "),
        ({"queries": json.dumps({str(n): {"query": "a"} for n in range(51)})}, 413, "51 queries"),
        ({"queries": "x" * 1_100_000}, 413, "longer than"),
        ({"extend": "{}"}, 400, "extend.ids: "),
        ({"extend": '{"ids": [1], "properties": []}'}, 400, "extend.ids.0: it is a string"),
        ({"extend": '{"ids": [], "properties": [1]}'}, 400, "extend.properties.0: "),
        ({"extend": json.dumps({"ids": ["a"] * 501, "properties": []})}, 413, "500 ids"),
        ({"extend": '{"ids": [], "properties": [{"id": "x", "settings": {"language": "xx"}}]}'}, 400, "language"),
        ({"nothing": "x"}, 400, "neither"),
        ({"queries": "{}", "callback": "f"}, 400, "JSONP"),
    ],
)
def test_what_has_no_meaning_is_refused_with_a_reason(
    real: Live, fields: dict[str, str], status: int, message: str
) -> None:
    answer = post(real, **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert message in answer.json()["detail"]


def test_long_and_strange_texts_are_answered(real: Live) -> None:
    for text in ("网" * 100_000, "a " * 50_000, "%00%ff", "'\"<>&{}", "\\ud83d", "a\nb\tc", 7, 1.5):
        ask(real, text)
    assert ask(real, "ITU", type="not an iri") == []
    assert ask(real, "ITU", properties=[{"pid": "not an iri", "v": "x"}])
    assert ask(real, None, properties=[{"pid": "not an iri", "v": "x"}]) == []
    assert post(real, queries="{}").json() == {}


def test_bodies_that_are_no_form(real: Live) -> None:
    for content, media in (
        (b"\xff\xfe", "application/octet-stream"),
        (b"", "text/plain"),
        (b"--x", "multipart/form-data; boundary=x"),
    ):
        answer = real.client.post(f"{real.url}/reconcile", content=content, headers={"content-type": media})
        assert answer.status_code == 400
    many = "&".join(f"a{n}=1" for n in range(500))
    assert real.client.post(f"{real.url}/reconcile", content=many).status_code == 400


def test_cors_and_preflight(real: Live) -> None:
    asked = {"origin": "https://refine.example", "access-control-request-method": "POST"}
    answer = real.client.options(f"{real.url}/reconcile", headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    for path in ("", "/suggest/entity", "/suggest/type", "/suggest/property", "/properties", f"/preview?id={ITU}"):
        assert real.get(f"/reconcile{path}").headers["access-control-allow-origin"] == "*"


def test_other_methods(real: Live) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert real.get("/reconcile", method=method).status_code == 405
    assert real.get("/reconcile", method="HEAD").status_code == 200


def test_a_host_that_is_none(real: Live) -> None:
    assert real.get("/reconcile", host="evil.example/path").status_code == 400


# ---- suggest, flyout, preview


def test_suggest_entities(real: Live) -> None:
    found = get(real, "/suggest/entity", prefix="国际电信").json()["result"]
    assert found[0]["id"] == ITU
    assert found[0]["name"] == "国际电信联盟"
    assert {"id", "name", "description", "notable"} == set(found[0])
    assert get(real, "/suggest/entity", prefix="international tele").json()["result"][0]["id"] == ITU
    assert get(real, "/suggest/entity", prefix=ITU).json()["result"][0]["id"] == ITU
    assert get(real, "/suggest/entity", prefix="").json() == {"result": []}
    first = get(real, "/suggest/entity", prefix="i", limit="3").json()["result"]
    rest = get(real, "/suggest/entity", prefix="i", cursor="2", limit="3").json()["result"]
    assert len(first) == 3
    assert rest[0] == first[2]
    only = get(real, "/suggest/entity", prefix="i", type=ILOD + "Institution").json()["result"]
    assert all(ILOD + "Institution" in {kind["id"] for kind in item["notable"]} for item in only)


def test_suggest_types_and_properties(real: Live) -> None:
    kinds = get(real, "/suggest/type", prefix="inst").json()["result"]
    assert kinds[0]["id"] == ILOD + "Institution"
    properties = get(real, "/suggest/property", prefix="addressee").json()["result"]
    assert properties[0]["id"] == ILOD + "addressee"
    assert get(real, "/suggest/property", prefix=ILOD + "topic").json()["result"][0]["id"] == ILOD + "topic"
    assert len(get(real, "/suggest/type", prefix="", limit="5").json()["result"]) == 5
    for bad in ("x", "-1", "1.5"):
        assert get(real, "/suggest/type", prefix="a", cursor=bad).status_code == 400
        assert get(real, "/suggest/type", prefix="a", limit=bad).status_code == 400


def test_flyouts_are_escaped_html(real: Live) -> None:
    found = get(real, "/flyout/entity", id=ITU).json()
    assert found["id"] == ITU
    assert '<strong lang="en">International Telecommunication Union</strong>' in found["html"]
    assert get(real, "/flyout/entity", id="http://nowhere.org/").status_code == 404
    assert get(real, "/flyout/entity", id="<script>").status_code == 400


def test_the_preview_is_a_page_that_may_be_framed(real: Live) -> None:
    answer = real.get(f"/reconcile/preview?id={ITU}", accept_language="zh")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "x-frame-options" not in answer.headers
    assert "国际电信联盟" in answer.text
    assert "International Telecommunication Union" in answer.text
    assert BASE + "graph/institutions" in answer.text
    (address,) = re.findall(r'href="([^"]+)"', answer.text)
    assert real.client.get(address).status_code == 200
    assert get(real, "/preview").status_code == 400
    assert get(real, "/preview", id="http://nowhere.org/").status_code == 404


# ---- data extension


def test_extension(real: Live) -> None:
    action, clause = BASE + "id/wic-2020/action/8", BASE + "id/wic-2020/action/8/clause/5"
    part_of = "http://purl.org/dc/terms/isPartOf"
    columns = [ILOD + "number", ILOD + "modality", ILOD + "text", part_of, "http://nowhere.org/p"]
    ids = [action, clause, "http://nowhere.org/x", "no iri"]
    asked = {"ids": ids, "properties": [{"id": item} for item in columns]}
    found = post(real, extend=asked).json()
    assert [item["id"] for item in found["meta"]] == columns
    assert all(item["name"] for item in found["meta"])
    assert set(found["rows"]) == set(ids)
    assert found["rows"][action][ILOD + "number"] == [{"int": 8}]
    assert found["rows"][clause][ILOD + "modality"] == [{"id": BASE + "id/modality/prohibit", "name": "prohibit"}]
    assert found["rows"][clause][ILOD + "text"][0]["str"].startswith("要求企业")
    assert found["rows"]["http://nowhere.org/x"] == {item: [] for item in columns}
    assert found["rows"]["no iri"] == {item: [] for item in columns}
    assert get(real, "", extend=json.dumps(asked)).json() == found


def test_extension_settings_dates_and_foreign_values(real: Live) -> None:
    label, issued = "http://www.w3.org/2000/01/rdf-schema#label", "http://purl.org/dc/terms/issued"
    sdg = SKOS + "closeMatch"
    columns = [{"id": label, "settings": {"language": "zh"}}, {"id": issued}, {"id": sdg, "settings": {"limit": "1"}}]
    ids = [BASE + "id/wic-2020", BASE + "id/wic-2020/action/17"]
    rows = post(real, extend={"ids": ids, "properties": columns}).json()["rows"]
    assert rows[ids[0]][label] == [{"str": "携手构建网络空间命运共同体行动倡议"}]
    assert rows[ids[0]][issued] == [{"date": "2020-11-18T00:00:00"}]
    assert rows[ids[1]][sdg] == [{"str": "http://metadata.un.org/sdg/8.3"}]  # which has a name in Chinese alone
    chinese = [{"id": sdg, "settings": {"language": "zh", "limit": "1"}}]
    (named,) = post(real, extend={"ids": ids[1:], "properties": chinese}).json()["rows"][ids[1]][sdg]
    assert named == {"id": "http://metadata.un.org/sdg/8.3", "name": "扶持生产活动、就业和中小微企业的政策"}


def test_property_proposals(real: Live) -> None:
    found = get(real, "/properties", type=ILOD + "Action", limit="4").json()
    assert found["type"] == ILOD + "Action"
    assert found["limit"] == 4
    assert len(found["properties"]) == 4
    assert all(set(item) == {"id", "name"} for item in found["properties"])
    every = get(real, "/properties", type=ILOD + "Action").json()
    assert ILOD + "topic" in {item["id"] for item in every["properties"]}
    assert get(real, "/properties", type="http://nowhere.org/T").json()["properties"] == []
    cut = get(real, "/properties", type=SKOS.removesuffix("#")).json()["properties"]  # as OpenRefine sends Concept
    assert {SKOS + "prefLabel", SKOS + "broader"} <= {item["id"] for item in cut}
    assert get(real, "/properties", type="no iri").json()["properties"] == []


def test_another_server_knows_its_own_things(harbour: Live) -> None:
    """Another release, another index."""
    answer = post(harbour, queries={"q0": {"query": "ITU"}, "q1": {"query": "船公司"}}).json()
    assert not any(item["match"] for item in answer["q0"]["result"])
    assert answer["q1"]["result"]
