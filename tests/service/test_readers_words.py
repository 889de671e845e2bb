"""Pages in the reader's words: names of links, titles, the language of what is said, and the number of tab stops."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from initiative_lod.locale import messages
from initiative_lod.vocabulary import SSSOM
from pipeline.conftest import CHECKOUT
from service.conftest import Live

BROWSER = "text/html"
LINKSET = "alignment-sdg-targets"


def page(live: Live, path: str, language: str = "en") -> str:
    """The page at ``path``."""
    return live.get(path, BROWSER, accept_language=language).text


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/", "en", "The structure, text, clauses and meaning of"),
        ("/doc/wic-2020/action/8", "en", "Regulate the collection, storage"),  # the action has no rendering of its own
        ("/doc/wic-2020/action/8", "zh", "8.加强个人信息保护"),
        ("/doc/wic-2020/action/8/clause/5", "en", "Require enterprises not to"),
        ("/questions", "zh", ""),
        ("/search?q=data", "en", "Documents of governance"),
    ],
)
def test_each_page_says_what_it_is_in_its_language(real: Live, path: str, language: str, words: str) -> None:
    """For programs that search the web, and for those that show a shared link."""
    found = page(real, path, language)
    descriptions = re.findall(r'<meta (?:name="description"|property="og:description") content="([^"]+)">', found)
    assert len(descriptions) == 2
    assert all(item.startswith(words) for item in descriptions)


def test_a_shared_start_page_has_its_own_title(real: Live) -> None:
    assert 'og:title" content="Initiative on Jointly Building' in page(real, "/")


def test_the_link_to_a_clause_names_its_wording(real: Live) -> None:
    names = re.findall(r'<a class="num"[^>]* aria-label="([^"]*)"', page(real, "/doc/wic-2020/action/8"))
    assert len(names) == 12  # six clauses, in the original and in the rendering
    assert names[4] == names[10] == "Clause 5 · prohibit"


def test_a_condition_is_in_the_language_of_the_page(real: Live) -> None:
    english, chinese = (page(real, "/doc/wic-2020/action/1", language) for language in ("en", "zh"))
    condition = r'<dd>((?:(?!</dd>).)*"#clause-2-condition-1".*?)</dd>'
    assert "on condition that" in re.search(condition, english, re.DOTALL)[1]  # type: ignore[index]
    assert "lang=" not in re.search(condition, chinese, re.DOTALL)[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("/doc/wic-2020/pillar/2", "Pillar 2: Joint safeguarding of security"),
        ("/doc/wic-2020/action/8?_profile=alt", "Formats · Strengthen personal"),
        ("/doc/wic-2020/action/8/clause/5", "Action 8, clause 5: Require"),
    ],
)
def test_a_title_says_which(real: Live, path: str, begins: str) -> None:
    assert re.search(r"<title>(.*?)</title>", page(real, path))[1].startswith(begins)  # type: ignore[index]


def test_one_word_for_a_clauses_wording(real: Live) -> None:
    """The menu, the statements and the search say the same word."""
    for language, word in (("en", "wording"), ("zh", "措辞")):
        for path, pattern in (
            ("/", r'<a href="/doc/modality">(.*?)</a>'),
            ("/doc/wic-2020/action/8", r'<dt><a href="/ontology#modality"[^>]*>(.*?)</a>'),
            ("/search?q=cyber", r'<h3 id="facet-modality">(.*?)</h3>'),
        ):
            assert re.search(pattern, page(real, path, language))[1].lower() == word  # type: ignore[index]


def test_the_catalogue_has_none_of_the_words_that_were_given_up() -> None:
    """The glossary says which; those that mean something else as well are left to a reader's eye."""
    table = (CHECKOUT / "docs" / "glossary.md").read_text("utf-8").partition("## Words on the pages")[2]
    given_up = {word for row in table.splitlines() for word in re.findall(r"[一-鿿]{2,}", row.split("|")[-2:][0])}
    assert {"支柱", "情态", "引证"} <= given_up
    catalogue = (Path(messages.__file__).parent / "zh.po").read_text("utf-8")
    assert {word for word in given_up - {"部分", "本体", "提倡"} if word in catalogue} == set()


def test_tab_stops_of_the_start_page(real: Live) -> None:
    """What stands in a closed list is none, nor a link of the map, whose words have the same links."""
    content = re.sub(r"<details.*?</details>", "", page(real, "/"), flags=re.DOTALL)
    wide = re.sub(r'<ol class="map-list">.*?</ol>', "", content, flags=re.DOTALL)  # which a narrow screen has instead
    for shown, most in ((wide, 150), (content, 180)):
        stops = [tag for tag in re.findall(r"<(?:a|input|button)[ >][^>]*>", shown) if 'tabindex="-1"' not in tag]
        assert 50 < len(stops) < most


def test_why_an_action_is_mapped_stands_on_its_page(real: Live) -> None:
    """Relation, target, reason in the reader's language, and who judged; a clause has those of its action."""
    for path in ("/doc/wic-2020/action/18", "/doc/wic-2020/action/18/clause/2"):
        for language, reason, other, relation in (
            ("en", "Inclusion of those", "包容落在后面", "related match"),
            ("zh", "包容落在后面", "Inclusion of those", "相关对应"),
        ):
            table = page(real, path, language).partition('class="mappings stacked"')[2].partition("</table>")[0]
            assert "metadata.un.org/sdg/" in table
            assert reason in table
            assert other not in table
            assert relation in table.lower()
            assert f"initiative-lod {'project' if language == 'en' else '项目'}" in table
            assert ("对所有人的社会、经济和政治包容" in table) == (language == "zh")
            assert '<span class="quiet"><span lang="en">By 2030, empower' in table or language == "en"
            assert "By 2030, empower" in table  # what the United Nations call it


def test_a_pillar_has_the_mappings_of_its_actions(real: Live) -> None:
    table = page(real, "/doc/wic-2020/pillar/4").partition('class="mappings stacked"')[2].partition("</table>")[0]
    subjects = set(re.findall(r'<th scope="row"><a href="/doc/wic-2020/action/(\d+)"', table))
    assert subjects == {"16", "17", "18", "19", "20"}


def test_a_linkset_is_a_table(real: Live) -> None:
    content = page(real, f"/graph/{LINKSET}")
    table = content.partition('class="mappings stacked"')[2].partition("</table>")[0]
    records = real.opened.quads(None, NamedNode(f"{SSSOM.iri}subject_id"), None, real.opened.iris.graph(LINKSET))
    assert table.count("<tr>") == 1 + len(list(records)) > 20
    assert "sdg/9.c" in table
    assert 'class="mappings stacked"' not in page(real, "/graph/topics")


@pytest.mark.parametrize(
    ("words", "iri"),
    [
        ("universal and affordable access to the Internet", "http://metadata.un.org/sdg/9.c"),
        ("互联网的普及", "http://metadata.un.org/sdg/9.c"),
        ("Information and communication infrastructure", "/id/wsis-action-line/c2"),
        ("Integrity of the supply chain", "/id/un-norm/13-i"),
    ],
)
def test_what_an_action_is_mapped_to_is_found_by_its_name(real: Live, words: str, iri: str) -> None:
    found = real.client.get(f"{real.url}/search.json", params={"q": words}).json()["results"]
    assert any(item["iri"].endswith(iri) for item in found)


@pytest.mark.parametrize(
    "path", ["/pictures/mappings-sdg-targets", f"/graph/{LINKSET}", "/doc/wic-2020/action/1/clause/2"]
)
def test_a_target_has_its_chinese_name_on_a_chinese_page_and_none_on_an_english_one(real: Live, path: str) -> None:
    names = ("信息通信技术和互联网的普及", "Significantly increase access")
    assert names[0] in page(real, path, "zh")
    english = page(real, path, "en")
    assert names[0] not in english
    assert names[1] in english


def test_the_page_of_a_target_says_whose_its_chinese_name_is(real: Live) -> None:
    for language, heading, note in (
        ("zh", "信息通信技术和互联网的普及", "不是联合国的官方措辞"),
        ("en", "Significantly increase access", "it is not that of the United Nations"),
    ):
        content = page(real, "/resource?iri=http://metadata.un.org/sdg/9.c", language)
        (head,) = re.findall(r"<h1.*?</h1>", content, flags=re.DOTALL)
        assert heading in head.partition("</span>")[0]
        assert note in content


@pytest.mark.parametrize("path", ["action/1", "action/8", "action/8/clause/5", "pillar/2", "preamble", "conclusion"])
def test_a_link_to_evidence_leads_to_its_words(real: Live, path: str) -> None:
    """Each id is there once, and a quote links to the same words in the sentence."""
    content = page(real, f"/doc/wic-2020/{path}")
    ids = re.findall(r' id="([^"]+)"', content)
    assert len(ids) == len(set(ids))
    links = re.findall(r'<a class="plain" href="#([^"]+)"><q[^>]*>(.*?)</q></a>', content)
    assert links or path == "pillar/2"
    for place, quote in links:
        words = content.partition(f'<span class="words" id="{place}">')[2]
        assert re.sub("<[^>]+>", "", words[: 20 * len(quote) + 4000]).startswith(quote), place


def test_statements_keep_the_fragments_of_their_evidence(real: Live) -> None:
    """Those of the clause on its own page, whether their words stand in it or in another."""
    for clause in (1, 5, 6):
        path = f"wic-2020/action/8/clause/{clause}"
        turtle = real.get(f"/doc/{path}", "text/turtle").text
        fragments = set(
            re.findall(rf"{path}#((?:modality|addressee|beneficiary|topic|cites|condition)-[\w-]+)", turtle)
        )
        assert fragments
        assert fragments <= set(re.findall(r' id="([^"]+)"', page(real, f"/doc/{path}")))


def test_an_address_that_leads_nowhere_leads_to_a_search(real: Live) -> None:
    answer = real.get("/doc/topic/cyber-crme", "text/html", accept_language="en")
    assert answer.status_code == 404
    (address,) = re.findall(
        r'<a href="(/search\?q=[^"]+)" rel="nofollow">Search for &#39;cyber crme&#39;</a>', answer.text
    )
    assert "Did you mean" in real.get(address, "text/html", accept_language="en").text
    assert "Search for" not in real.get("/cite", "text/html", accept_language="en").text


@pytest.mark.parametrize(
    ("language", "shown", "hidden"),
    [
        ("zh", "只在他人的源代码中见过其标识符", "Identifiers of it were seen"),
        ("en", "Identifiers of it were seen", "只在他人"),
    ],
)
def test_what_is_said_of_a_thing_in_both_languages_is_shown_in_the_readers(
    real: Live, language: str, shown: str, hidden: str
) -> None:
    found = page(real, "/doc/institution/united-nations", language)
    assert (shown in found, hidden in found) == (True, False)
