"""Pages of a document of another shape: two authentic texts, chapters, articles, items; beside an initiative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from initiative_lod.settings import Settings
from pipeline.conftest import make_example
from pipeline.test_any_document import add
from service.conftest import Live, publish, serve

#: A translation that the issuers published, put together from its parts.
OFFICIAL = """
<id/tides> rdfs:label "Notice of Tides"@en .
<id/tides/en> a :Text , :OfficialTranslation ; eli:realizes <id/tides> ; schema:inLanguage "en" ;
    schema:translationOfWork <id/tides/zh> ; rdfs:label "潮汐告示"@zh , "Notice of Tides"@en .
<id/tides/paragraph/1> :translation "With the tide coming in, residents stay on land."@en .
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    root = make_example(tmp_path_factory.mktemp("example") / "project")
    add(root, "tides", {"zh": "潮汐告示\n\n潮来时,船不出港。\n"})
    tides = root / "data" / "graphs" / "tides" / "document.ttl"
    tides.write_text(tides.read_text("utf-8") + OFFICIAL, "utf-8")
    settings = Settings(root=root)
    publish(settings)
    with serve(settings) as running:
        yield running


def page(live: Live, path: str, language: str = "en") -> str:
    answer = live.get(path, "text/html", **{"accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(("language", "standing"), [("en", "authentic text"), ("zh", "正本")])
def test_the_page_of_a_document_lists_its_texts_and_parts(live: Live, language: str, standing: str) -> None:
    found = page(live, "/doc/lamps", language)
    assert found.count(standing) >= 2
    links = re.findall(r'href="/doc/lamps/([a-z0-9/]+)"', found)
    order = [link for link in dict.fromkeys(links) if not re.fullmatch("zh|en", link)]
    assert order[:4] == ["preamble", "preamble/recital/1", "preamble/recital/2", "preamble/paragraph/1"]
    assert order.index("chapter/1") < order.index("article/2") < order.index("chapter/2") < order.index("article/3")


def test_the_start_page_names_every_document(live: Live) -> None:
    for language, title in (("en", "Model Declaration on Street Lamps"), ("zh", "智慧路灯示范宣言")):
        found = page(live, "/", language)
        assert title in found
        assert 'href="/doc/charter' in found


@pytest.mark.parametrize(
    "path", ["article/2", "article/3", "article/6/paragraph/2", "article/5/item/2", "preamble", "signature"]
)
def test_a_part_shows_its_words_in_both_texts_and_calls_neither_a_translation(live: Live, path: str) -> None:
    words = {
        "article/2": ("虚构市的全部路灯", "all lamps of Fiction City"),
        "article/3": ("居民可以查阅", "Residents may consult"),
        "article/6/paragraph/2": ("失踪者", "missing persons"),
        "article/5/item/2": ("每年公开", "every year"),
        "preamble": ("鉴于路灯照亮街道", "Whereas street lamps light the streets"),
        "signature": ("订于虚构市", "Done at Fiction City"),
    }[path]
    for language in ("en", "zh"):
        found = page(live, f"/doc/lamps/{path}", language)
        bare = re.sub(r"<[^>]+>", "", found)
        assert all(item in bare for item in words)
        assert 'lang=""' not in found
        assert "not official" not in found
        assert "非正式" not in bare


def test_a_chapter_leads_to_its_articles(live: Live) -> None:
    found = page(live, "/doc/lamps/chapter/3")
    assert found.index("/doc/lamps/article/5") < found.index("/doc/lamps/article/6")


def test_a_clause_shows_the_words_of_its_evidence(live: Live) -> None:
    bare = re.sub(r"<[^>]+>", "", page(live, "/doc/lamps/article/6/paragraph/1/clause/1"))
    assert "shall not" in bare
    assert "identification of persons" in bare


def test_the_initiative_beside_it_has_its_words_in_their_language(live: Live) -> None:
    found = page(live, "/doc/charter/action/2")
    assert '<p class="original" lang="zh">' in found
    assert 'lang=""' not in found


def test_articles_that_are_numbered_through_lead_across_chapters(live: Live) -> None:
    found = page(live, "/doc/lamps/article/3")
    assert re.search(r'rel="prev" href="/doc/lamps/article/2"', found)
    assert re.search(r'rel="next" href="/doc/lamps/article/4"', found)
    assert 'rel="next"' not in page(live, "/doc/lamps/article/8")


def test_an_official_translation_is_not_called_this_project_s(live: Live) -> None:
    found = page(live, "/doc/tides/paragraph/1")
    assert "With the tide coming in" in found
    assert "by this project" not in found.partition('<section class="unit"')[2].partition("</section>")[0]
    assert "by this project" in page(live, "/doc/charter/action/2")
    assert '<p lang="en">With the tide coming in, residents stay on land.</p>' in page(live, "/doc/tides/en")


# --- Several documents in one release


def test_who_speaks_of_a_thing_is_told_with_the_document(live: Live) -> None:
    found = page(live, "/doc/modality/prohibit")
    assert re.search(r'article/6/paragraph/1">[^<]*</a> <span class="whole[^>]*><a href="/doc/lamps"', found)
    bare = re.sub(r"<[^>]+>", "", found)
    assert "Operators shall not use lamps to identify persons." in bare  # the other authentic text of it


def test_a_search_keeps_to_a_document_and_each_hit_names_its_own(live: Live) -> None:
    found = live.get("/search.json?q=residents").json()
    documents = {hit["iri"]: [item["value"] for item in hit["document"]] for hit in found["results"]}
    assert {"lamps", "tides"} <= {value for values in documents.values() for value in values}
    assert all(f"/{value}" in iri for iri, values in documents.items() for value in values)
    counts = {item["value"]: item["count"] for item in found["facets"]["document"]}
    for key in ("tides", live.opened.iris.iri("id/tides")):
        within = live.get(f"/search.json?q=residents&document={key}").json()
        assert within["total"] == counts["tides"] > 0
        assert within["filters"] == {"document": [key]}
    both = live.get("/search.json?q=residents&document=tides&document=lamps").json()
    assert both["total"] == counts["tides"] + counts["lamps"]


def test_the_form_of_a_search_lets_one_choose_a_document(live: Live) -> None:
    found = page(live, "/search?q=residents&document=tides&type=Paragraph")
    assert re.search(r'<option value="tides"[^>]* selected>Notice of Tides</option>', found)
    form = found[found.index('<form class="search"') : found.index("</form>", found.index('<form class="search"'))]
    assert '<input type="hidden" name="type" value="Paragraph">' in form
    assert form.count('name="document"') == 1
    assert '<p class="eyebrow">paragraph · <a href="/doc/tides"' in found
    two = page(live, "/search?q=residents&document=tides&document=lamps")
    assert '<input type="hidden" name="document" value="lamps">' in two


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_document_that_is_not_there_cannot_be_searched_in(live: Live, accept: str) -> None:
    answer = live.get("/search?q=residents&document=shoals", accept)
    assert answer.status_code == 404
    assert "there is no document 'shoals' here: there are" in unescape(answer.text)
    assert "lamps" in answer.text


def test_one_document_alone_is_no_choice(harbour: Live) -> None:
    found = page(harbour, "/search?q=harbour")
    assert 'name="document"' not in found
    assert "facet-document" not in found
    assert 'class="whole' not in page(harbour, "/doc/modality/prohibit")


def test_a_column_of_a_comparison_names_its_document(live: Live) -> None:
    address = "/compare?iri=lamps/article/3&iri=charter/action/2"
    head = page(live, address).partition("<thead>")[2].partition("</thead>")[0]
    assert re.findall(r'class="whole quiet"><a href="/doc/([^"]*)"', head) == ["lamps", "charter"]
    columns = live.get(address.replace("?", ".json?")).json()["columns"]
    assert [item["document"].rpartition("/")[2] for item in columns] == ["lamps", "charter"]
