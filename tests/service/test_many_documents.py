"""Several documents in one release: each thing names its own, search, questions and comparisons keep to one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from initiative_lod.settings import Settings
from initiative_lod.vocabulary import DCTERMS
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages.document_comparison import compare_documents
from initiative_lod.web.pages.document_figures import SAID, DocumentFigures, Said
from initiative_lod.web.routes import questions
from pipeline.conftest import make_project
from pipeline.test_any_document import CLAUSES as CODED
from pipeline.test_any_document import EN, GRAPH, ZH, add
from pipeline.test_any_document import SKOS_PREFIX as PREFIX
from service.conftest import Live, publish, serve

#: A translation that the issuers published, put together from its parts.
OFFICIAL = """
<id/tides> rdfs:label "Notice of Tides"@en .
<id/tides/en> a :Text , :OfficialTranslation ; eli:realizes <id/tides> ; schema:inLanguage "en" ;
    schema:translationOfWork <id/tides/zh> ; rdfs:label "潮汐告示"@zh , "Notice of Tides"@en .
<id/tides/paragraph/1> :translation "With the tide coming in, no boat leaves."@en .
"""

TITLES = """# question@en: How is the declaration called?
# question@zh: 宣言叫什么？
# group: structure
# document: seabirds
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?title WHERE { <https://w3id.org/initiative-lod/id/seabirds> rdfs:label ?title }
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    root = make_project(tmp_path_factory.mktemp("seabirds") / "project")
    add(root, "seabirds", {"zh": ZH, "en": EN})
    path = root / GRAPH
    path.write_text(PREFIX + path.read_text("utf-8") + CODED, "utf-8")
    add(root, "tides", {"zh": "潮汐告示\n\n潮来时,船不出港。\n"})
    tides = root / "data" / "graphs" / "tides" / "document.ttl"
    tides.write_text(tides.read_text("utf-8") + OFFICIAL, "utf-8")
    (root / "data" / "questions" / "titles.rq").write_text(TITLES, "utf-8")
    (root / "data" / "questions" / "titles.tsv").write_text("title\n", "utf-8")
    settings = Settings(root=root)
    publish(settings)
    with serve(settings) as running:
        yield running


def page(live: Live, path: str, language: str = "en") -> str:
    answer = live.get(path, "text/html", **{"accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_start_page_has_a_card_for_each_document(live: Live) -> None:
    for language, title in (("en", "Model Declaration on Seabirds"), ("zh", "海鸟保护示范宣言")):
        found = page(live, "/", language)
        assert title in found
        cards = re.findall(r'<li class="document" id="([^"]*)">', found)
        assert cards == ["harbour-2031", "seabirds", "tides"]


EACH = "/questions/each-modalities"


def test_a_question_is_asked_of_each_document_and_shown_by_document(live: Live) -> None:
    found = page(live, EACH)
    heads = re.findall(r'<h3><a href="/doc/([^"]*)"', found)
    assert heads == ["harbour-2031", "seabirds", "tides"]
    assert found.index("nobody has worked it out") > 0
    one = page(live, f"{EACH}?document=seabirds")
    assert re.findall(r'<h3><a href="/doc/([^"]*)"', one) == ["seabirds"]
    assert '<option value="seabirds" selected>' in one
    rows = live.get(f"{EACH}.json?document=seabirds").json()["results"]["bindings"]
    assert {row["document"]["value"].rpartition("/")[2] for row in rows} == {"seabirds"}
    assert {row["modality"]["value"].rpartition("/")[2]: row["clauses"]["value"] for row in rows} == {
        "encourage": "1", "prohibit": "1", "support": "1",
    }  # fmt: skip
    table = live.get(f"{EACH}.csv?document=seabirds").text.splitlines()
    assert len(table) == 4
    assert len(live.get(f"{EACH}.csv").text.splitlines()) > 4


def test_of_several_documents_the_first_rows_are_shown(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_ROWS", 1)
    asked = f"{EACH}?lang=en"  # an address of its own: nothing that was made before is sent
    found = page(live, asked)
    assert f'<a href="{EACH}?document=seabirds&amp;lang=en">2 more</a>' in found
    assert "more</a>" not in page(live, f"{EACH}?document=seabirds&lang=en")


def test_the_questions_about_a_document_are_listed(live: Live) -> None:
    every = {item["slug"]: item["document"] for item in live.get("/questions.json").json()}
    assert every["prohibitions"] is None  # the project's own does not say
    listed = live.get("/questions.json?document=tides").json()
    assert {item["document"] for item in listed} == {"each"}
    assert all(item["url"].endswith("?document=tides") for item in listed)
    found = page(live, "/questions?document=tides")
    assert f'href="{EACH}?document=tides"' in found
    assert 'href="/questions/prohibitions"' not in found
    assert "prohibitions" in page(live, "/questions?document=")


@pytest.mark.parametrize("path", ["/questions", EACH, "/questions/prohibitions"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_nothing_is_asked_of_a_document_that_is_not_there(live: Live, path: str, accept: str) -> None:
    answer = live.get(f"{path}?document=shoals", accept)
    assert answer.status_code == 404
    assert "there is no document 'shoals' here: there are 'harbour-2031', 'seabirds', 'tides'" in unescape(answer.text)


def test_a_question_about_one_document_has_no_answer_about_another(live: Live) -> None:
    answer = live.get("/questions/titles?document=tides", "application/json")
    assert answer.status_code == 404
    assert "'titles' is about 'seabirds' and has no answer about 'tides'" in answer.json()["detail"]
    assert '<p class="eyebrow">Question · <a href="/doc/seabirds"' in page(live, "/questions/titles?document=seabirds")
    assert "titles" in {item["slug"] for item in live.get("/questions.json?document=seabirds").json()}


# --- Figures of each document


@pytest.mark.parametrize("path", ["/pictures/wording", "/embed/pictures/wording", "/pictures"])
def test_a_picture_is_of_its_document_in_each_language(live: Live, path: str) -> None:
    others = re.findall(r'hreflang="[a-z-]+" href="([^"]+)"', page(live, f"{path}?document=harbour-2031"))
    expected = {
        f"https://w3id.org/initiative-lod{path}?document=harbour-2031{more}" for more in ("", "&lang=en", "&lang=zh")
    }
    assert expected <= {unescape(other) for other in others}


def card(found: str, key: str) -> str:
    """The words of a card."""
    whole = re.split(r'<li class="document" id="', found)
    (one,) = [item for item in whole if item.startswith(f'{key}"')]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one))


def test_a_card_has_its_own_figures(live: Live) -> None:
    """Worked out from the sources: two clauses of the declaration, in two of its ten passages, say four things."""
    words = card(page(live, "/"), "seabirds")
    assert "2 clauses" in words
    assert "4 statements" in words
    assert "2 of 10 passages described in clauses" in words
    assert "official" not in words
    tides = card(page(live, "/"), "tides")
    assert "0 clauses" in tides
    assert "0 of 1 passages" in tides
    figures = live.app.site.pages.figures(live.opened)
    titles = 1  # the one question that is bound to it
    templates = {item["slug"] for item in live.get("/questions.json?document=seabirds").json()}
    rows = [
        live.get(f"/questions/{slug}.json?document=seabirds").json()["results"]["bindings"]
        for slug in templates - {"titles"}
    ]
    assert f"{titles + sum(bool(item) for item in rows)} questions answered about it" in words
    assert {iri.value.rpartition("/")[2]: item.clauses for iri, item in figures.items()}["harbour-2031"] > 2


@pytest.mark.parametrize("path", ["/doc/seabirds", "/doc/harbour-2031"])
def test_a_document_s_page_has_its_figures_and_not_the_release_s(live: Live, path: str) -> None:
    found = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(live, path)))
    assert "answered as worked out by hand" not in found
    assert "passages described in clauses" in found
    key = path.rpartition("/")[2]
    assert f'href="/questions?document={key}"' in page(live, path)
    assert f'href="/compare?document={key}"' in page(live, path)


def test_the_document_alone_keeps_its_start_page(harbour: Live) -> None:
    found = page(harbour, "/")
    assert 'class="document"' not in found
    assert "answered as worked out by hand" in found


# --- Documents compared


def test_documents_are_compared_by_modality_and_topic(live: Live) -> None:
    found = live.get("/compare.json?document=seabirds&document=harbour-2031").json()
    assert [item["iri"].rpartition("/")[2] for item in found["documents"]] == ["seabirds", "harbour-2031"]
    assert found["documents"][0]["clauses"] == 2
    clauses = {item["iri"].rpartition("/")[2]: item["clauses"] for item in found["modalities"]}
    assert [clauses[name][0] for name in ("prohibit", "support", "encourage")] == [1, 1, 1]
    alone = [[value["iri"].rpartition("/")[2] for value in item["values"]] for item in found["topics"]["alone"]]
    assert alone[0] == ["nests"]
    assert alone[1]
    shared = {value["iri"]: value["shared"] for item in found["addressees"] for value in item["values"]}
    assert not any(shared.values())
    words = page(live, "/compare?document=seabirds&document=harbour-2031")
    assert 'href="/compare.json?document=seabirds&amp;document=harbour-2031"' in words
    assert "Topics of this one alone" in words


def test_what_two_documents_share_is_shown_with_what_each_says(live: Live) -> None:
    view = live.app.site.pages.view(live.opened, Request(), "en")
    one, two, three = live.app.site.pages.documents(live.opened)
    topic, prohibit = live.opened.iris.thing("id/topic/nests"), live.opened.iris.thing("id/modality/prohibit")
    clause = live.opened.iris.thing("id/seabirds/article/2/paragraph/2/clause/1")
    parts = tuple(live.opened.iris.thing(f"id/seabirds/article/{number}") for number in range(1, 5))
    none: dict[str, Said] = {name: {} for name in SAID}
    figures = {
        one: DocumentFigures(1, 1, 1, 1, none | {"topic": {topic: (clause,)}, "modality": {prohibit: (clause,)}}),
        two: DocumentFigures(9, 9, 0, 0, none | {"topic": {topic: parts}}),
        three: DocumentFigures(0, 0, 0, 0, none),
    }
    found = compare_documents(view, [one, two, three], figures)
    ((_, cells),) = found.topics
    assert cells[0] is not None
    assert [(item.slug, count) for item, count in cells[0].modalities] == [("prohibit", 1)]
    assert cells[0].parts[0].words.value == "No one shall disturb their nests."
    assert cells[1] is not None
    assert (len(cells[1].parts), cells[1].more) == (3, 1)
    assert cells[2] is None
    assert [share.percent for share in found.modalities[0][1]] == [100, 0, 0]


def test_one_document_offers_its_parts(live: Live) -> None:
    found = page(live, "/compare?document=seabirds")
    offered = re.findall(r'type="checkbox" name="iri" value="[^"]*/id/([^"]*)"', found)
    assert offered == [f"seabirds/article/{number}" for number in range(1, 5)]
    assert re.search(r'name="document" value="seabirds" checked', found)
    every = page(live, "/compare")
    assert "tides/paragraph/1" in every
    assert "harbour-2031/action/1" in every


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("document=shoals", 404, "there is no document 'shoals' here: there are"),
        ("document=seabirds&document=shoals", 404, "there is no document 'shoals' here: there are"),
        ("&".join(f"document=d{number}" for number in range(7)), 400, "7 things were chosen, and at most 6 fit"),
    ],
)
def test_documents_that_cannot_be_compared(live: Live, accept: str, query: str, status: int, told: str) -> None:
    answer = live.get(f"/compare?{query}", accept, **{"accept-language": "en"})
    assert answer.status_code == status
    assert told in unescape(answer.text)


# --- Reconciliation


def test_candidates_are_told_with_their_document_and_can_be_kept_to_one(live: Live) -> None:
    iri = live.opened.iris.iri
    query = {"query": "第一条", "properties": [{"pid": DCTERMS.isPartOf.value, "v": "Model Declaration on Seabirds"}]}
    asked = json.dumps({"q0": {"query": "第一条"}, "q1": query, "q2": {**query, "properties": [
        {"pid": DCTERMS.isPartOf.value, "v": iri("id/tides"), "required": True}
    ]}})  # fmt: skip
    found = live.client.post(f"{live.url}/reconcile", data={"queries": asked}).json()
    by_iri = {item["id"]: item for item in found["q0"]["result"]}
    assert by_iri[iri("id/seabirds/article/1")]["description"].startswith("海鸟保护示范宣言 · ")
    best = found["q1"]["result"][0]
    assert (best["id"], best["score"]) == (iri("id/seabirds/article/1"), 100)
    assert all("/id/tides/" in item["id"] for item in found["q2"]["result"])
