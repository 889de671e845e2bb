"""Modalities on every road: a clause with several, and a publisher's own that falls under a shared one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod import pipeline
from initiative_lod.build.graph import build
from initiative_lod.iris import SHARED_BASE
from initiative_lod.settings import Settings
from initiative_lod.sources.document_draft import DraftText, draft
from initiative_lod.sources.outline import outline
from initiative_lod.vocabulary import RDF
from pipeline.conftest import make_project
from service.conftest import Live, publish, serve

BASE = "https://harbours.example.org/"
MODALITY = f"{SHARED_BASE}id/modality/"
TEXTS = {
    "zh-Hant": """海港互助宣言

第一條 各港口支持並參與救援。

第二條 本宣言勸告船隊減速。

第三條 任何船隻不得傾倒廢物,船主應當記錄,並可以申訴。
""",
    "en": """Declaration of Harbours

Article 1. Harbours support rescue at sea and take part in it.

Article 2. This Declaration counsels fleets at sea to slow down.

Article 3. Vessels must not dump waste at sea; their owners shall keep a record, and may appeal.
""",
}
CLAUSES = """
<id/stance> a skos:ConceptScheme ; rdfs:label "立场"@zh , "Stances"@en .

<id/stance/counsel> a :Modality , skos:Concept ;
    skos:prefLabel "劝告"@zh , "counsel"@en ; skos:definition "条款劝告某方。"@zh , "The clause counsels somebody."@en ;
    skos:broader <id/modality/recommend> ; :cue "劝告"@zh , "counsels"@en ;
    skos:inScheme <id/stance> ; skos:topConceptOf <id/stance> .

<id/seabirds/article/1/clause/1> a :Clause ;
    src:quote "各港口支持並參與救援。"@zh-Hant , "Harbours support rescue at sea and take part in it."@en ;
    :modality [ src:is <id/modality/undertake> ; src:quote "參與"@zh-Hant , "take part"@en ] ,
              [ src:is <id/modality/support> ; src:quote "支持"@zh-Hant , "support"@en ] .

<id/seabirds/article/2/clause/1> a :Clause ;
    src:quote "本宣言勸告船隊減速。"@zh-Hant , "This Declaration counsels fleets at sea to slow down."@en ;
    :modality [ src:is <id/stance/counsel> ; src:quote "勸告"@zh-Hant , "counsels"@en ] .

<id/seabirds/article/3/clause/1> a :Clause ;
    src:quote "任何船隻不得傾倒廢物,船主應當記錄,並可以申訴。"@zh-Hant ,
        "Vessels must not dump waste at sea; their owners shall keep a record, and may appeal."@en ;
    :modality [ src:is <id/modality/permit> ; src:quote "可以"@zh-Hant , "may appeal"@en ] ,
              [ src:is <id/modality/oblige> ; src:quote "應當"@zh-Hant , "shall"@en ] ,
              [ src:is <id/modality/prohibit> ; src:quote "不得"@zh-Hant , "must not"@en ] .
"""


def make(root: Path, clauses: str = CLAUSES) -> Settings:
    """The project of the harbours, with a declaration of theirs in two languages beside the first document."""
    make_project(root)
    pillars = root / "data" / "graphs" / "harbour-2031" / "pillars.ttl"
    one = ':modality [ src:is modality:support ; src:quote "支持" ] ;'
    two = one.removesuffix(" ;") + ' , [ src:is modality:pledge ; src:implied "made up"@en ] ;'
    pillars.write_text(pillars.read_text("utf-8").replace(one, two, 1), "utf-8")
    drafts = []
    for language, words in TEXTS.items():
        name = f"seabirds.{language.lower()}.txt"
        (root / "data" / "source" / name).write_text(words, "utf-8")
        drafts.append(DraftText(language, name, outline(words)))
    file = root / "data" / "graphs" / "seabirds" / "document.ttl"
    file.parent.mkdir()
    prefix = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    file.write_text(prefix + draft("seabirds", drafts) + clauses, "utf-8")
    return Settings(root=root, base=BASE)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    settings = make(tmp_path_factory.mktemp("modalities") / "project")
    publish(settings)
    with serve(settings) as running:
        yield running


def chips(page: str) -> list[tuple[str, str]]:
    """(colour, label) of every chip, in order."""
    found = re.findall(
        r'class="chip m m-([\w-]+)[^"]*"[^>]*><span aria-hidden="true">\S+</span> <span[^>]*>([^<]+)<', page
    )
    return [(style, label) for style, label in found]


def test_a_draft_interprets_nothing() -> None:
    drafts = [DraftText(language, f"seabirds.{language}.txt", outline(words)) for language, words in TEXTS.items()]
    drafted = draft("seabirds", drafts)
    assert not re.findall(r":(?:modality|Clause|addressee|topic)\b", drafted)
    assert drafted.count("a :Article") == 3, "the articles of the two scripts are the same ones"


# --- The cue words


def test_a_cue_is_looked_for_in_the_quote_of_its_language_in_either_script(tmp_path: Path) -> None:
    settings = make(tmp_path / "project")
    report = pipeline.validate(build(settings), settings)
    assert report.conforms, report.to_text()
    assert "ModalityCue" not in report.to_text()


@pytest.mark.parametrize(
    ("old", "new", "quote"),
    [
        ('src:quote "勸告"@zh-Hant , "counsels"@en', 'src:quote "船隊"@zh-Hant , "counsels"@en', "船隊"),
        ('src:quote "勸告"@zh-Hant , "counsels"@en', 'src:quote "勸告"@zh-Hant , "fleets"@en', "fleets"),
        ('src:quote "可以"@zh-Hant , "may appeal"@en', 'src:quote "申訴"@zh-Hant', "申訴"),
    ],
)
def test_a_quote_without_a_cue_is_told_whatever_the_other_language_says(
    tmp_path: Path, old: str, new: str, quote: str
) -> None:
    settings = make(tmp_path / "project", CLAUSES.replace(old, new))
    told = pipeline.validate(build(settings), settings).to_text()
    assert told.count(f"“{quote}”") == 2, "once in each language of the report"
    assert "holds none of its cue words in that language" in told


def test_a_language_in_which_a_modality_has_no_cue_is_not_looked_at(tmp_path: Path) -> None:
    settings = make(tmp_path / "project", CLAUSES.replace(' , "counsels"@en ;', " ;"))
    assert "ModalityCue" not in pipeline.validate(build(settings), settings).to_text()


def test_nothing_is_published_folded(live: Live) -> None:
    own = NamedNode(f"{BASE}id/stance/counsel")
    cues = [quad.object for quad in live.opened.quads(own, NamedNode(f"{SHARED_BASE}ontology#cue"))]
    assert sorted(map(str, cues)) == ['"counsels"@en', '"劝告"@zh']
    words = live.opened.quads(NamedNode(f"{BASE}id/seabirds/article/2/clause/1"), live.opened.iris.term("text"))
    assert Literal("本宣言勸告船隊減速。", language="zh-hant") in [quad.object for quad in words]


# --- The pages


def test_a_clause_shows_each_of_its_modalities_in_the_order_of_their_words(live: Live) -> None:
    page = live.get("/doc/seabirds/article/3/clause/1", "text/html").text
    card = page[page.index("<article") :]
    assert chips(card)[:3] == [("prohibit", "prohibit"), ("oblige", "oblige"), ("permit", "permit")]
    assert 'class="clause m m-prohibit"' in page
    assert re.search(
        r'class="num"[^>]*title="[^"]*prohibit · oblige · permit" aria-label="[^"]*"><span aria-hidden="true">⊘‼○', page
    )


def test_a_part_counts_each_and_its_squares_are_cut(live: Live) -> None:
    page = live.get("/doc/seabirds/article/1", "text/html").text
    used = page[page.index('<ul class="used"') :]
    assert sorted(chips(used[: used.index("</ul>")])) == [("support", "support"), ("undertake", "undertake")]


def test_an_initiative_counts_a_clause_once_and_draws_its_square_in_strips(live: Live) -> None:
    page = live.get("/doc/harbour-2031", "text/html").text
    clauses = {item.subject for item in live.opened.triples(None, RDF.type, live.opened.iris.term("Clause"))}
    assert f"{sum('/harbour-2031/' in str(item) for item in clauses)} clauses" in page
    assert re.search(r'<g><title>\d+\. support, pledge</title><g class="m m-support"><rect [^>]*width="9"', page)
    bars = page[page.index('<svg class="bars"') :]
    assert re.search(r'aria-label="[^"]*pledge: 1', bars)


def test_one_of_a_publisher_s_own_has_the_colour_of_what_it_falls_under(live: Live) -> None:
    page = live.get("/doc/seabirds/article/2", "text/html").text
    assert ("recommend", "counsel") in chips(page)
    assert 'class="seg m m-recommend"' in page


def test_what_a_modality_is_on_lists_the_clauses_with_their_other_modalities(live: Live) -> None:
    page = live.get("/doc/modality/permit", "text/html").text
    assert [label for _, label in chips(page[page.index('id="mentions"') :])] == ["prohibit", "oblige"]
    assert "recommend" in live.get("/doc/stance/counsel", "text/html").text


def test_a_comparison_has_a_clause_under_each(live: Live) -> None:
    parts = "&".join(f"iri={BASE}id/seabirds/article/{number}" for number in (1, 3))
    first, second = live.get(f"/compare.json?{parts}").json()["columns"]
    assert {item["modality"] for item in first["clauses"]} == {f"{MODALITY}support", f"{MODALITY}undertake"}
    assert [len(item["clauses"]) for item in second["clauses"]] == [1, 1, 1]
    table = live.get(f"/compare?{parts}", "text/html").text.partition("<table")[2]
    assert table.count('class="chip m ') == 5


# --- Data, search and queries


def test_json_ld_and_the_tree_have_all(live: Live) -> None:
    wanted = {f"{MODALITY}{name}" for name in ("prohibit", "oblige", "permit")}
    path = "/doc/seabirds/article/3/clause/1"
    graph = live.get(path, "application/ld+json").json()["@graph"]
    (found,) = [node["modality"] for node in graph if "modality" in node]
    assert {f"{SHARED_BASE}{item}" if ":" not in item else item for item in found} == wanted
    assert {item["id"] for item in live.get(f"{path}?_profile=framed").json()["modality"]} == wanted


@pytest.mark.parametrize(
    ("wanted", "clauses"),
    [
        ("permit", ["article/3/clause/1"]),
        ("support", ["article/1/clause/1"]),
        ("id/stance/counsel", ["article/2/clause/1"]),
        (f"{BASE}id/stance/counsel", ["article/2/clause/1"]),
        ("recommend", ["article/2/clause/1"]),
        ("appeal", ["article/1/clause/1", "article/2/clause/1"]),
        ("prescribe", ["article/3/clause/1"]),
        ("declare", []),
    ],
)
def test_a_filter_finds_what_falls_under_a_modality(live: Live, wanted: str, clauses: list[str]) -> None:
    hits = live.get(f"/search?q=sea&document=seabirds&type=Clause&modality={wanted}", "application/json").json()
    assert sorted(hit["iri"].removeprefix(f"{BASE}id/seabirds/") for hit in hits["results"]) == clauses


def test_a_chosen_modality_is_counted_with_what_falls_under_it(live: Live) -> None:
    answer = live.get("/search?q=sea&document=seabirds&type=Clause&modality=appeal", "application/json").json()
    chosen = [item for item in answer["facets"]["modality"] if item["selected"]]
    assert [(item["value"], item["count"]) for item in chosen] == [("appeal", 2)]
    page = live.get("/search?q=sea&document=seabirds&type=Clause&modality=appeal", "text/html").text
    assert ("recommend", "counsel") in chips(page)


QUERY = """
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?clause WHERE { ?clause ilod:modality/skos:broader* <%s> } ORDER BY ?clause
"""


def test_a_query_goes_up_to_the_group(live: Live) -> None:
    query = urlencode({"query": QUERY % f"{MODALITY}appeal"})
    rows = live.get(f"/sparql?{query}", "application/sparql-results+json").json()["results"]["bindings"]
    assert sum("/seabirds/" in row["clause"]["value"] for row in rows) == 2
