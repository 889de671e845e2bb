"""/questions: what a release keeps of its questions, as pages, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import QuerySolutions

from initiative_lod import release
from initiative_lod.build.graph import build
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import Edition, default_graph
from initiative_lod.settings import Settings
from initiative_lod.sources import questions
from initiative_lod.validation import competency
from initiative_lod.web.pages import answers
from initiative_lod.web.pages.view import View
from pipeline.conftest import CHECKOUT, make_project
from service.conftest import Live, serve

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ONE = "/questions/actions-by-modality"


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        (ONE, BROWSER, "text/html; charset=utf-8"),
        (ONE, None, "text/html; charset=utf-8"),
        (ONE, "application/json", "application/json"),
        (ONE, "text/csv", "text/csv; charset=utf-8"),
        (ONE, "text/csv;q=0.2, application/json", "application/json"),
        (f"{ONE}.csv", BROWSER, "text/csv; charset=utf-8"),
        (f"{ONE}.json", BROWSER, "application/json"),
        (f"{ONE}.html", "text/csv", "text/html; charset=utf-8"),
        ("/questions", BROWSER, "text/html; charset=utf-8"),
        ("/questions", "application/json", "application/json"),
        ("/questions.json", BROWSER, "application/json"),
    ],
)
def test_what_is_asked_for_is_sent(real: Live, path: str, accept: str | None, expected: str) -> None:
    answer = real.get(path, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == expected
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    head = real.get(path, accept, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))
    assert head.headers["etag"] == answer.headers["etag"]


def test_csv_is_the_rows_that_were_worked_out_by_hand(real: Live) -> None:
    """Every question's CSV, against its .tsv, but for the base that the .tsv leaves out."""
    for asked in questions.read_folder(CHECKOUT / "data" / "questions"):
        rows = list(csv.reader(io.StringIO(real.get(f"/questions/{asked.slug}.csv").text)))
        expected = [list(row) for row in asked.expected]
        if len(expected) == 1 and expected[0][0] in ("true", "false"):
            assert rows == [["boolean"], *expected]
        else:
            assert [[cell.removeprefix(real.settings.base) for cell in row] for row in rows] == expected, asked.slug


def test_json_is_read_as_sparql_results(real: Live) -> None:
    document = real.get(f"{ONE}.json").json()
    assert document["head"]["vars"] == ["modalityLabel", "modality", "actions"]
    first = document["results"]["bindings"][0]
    assert first["modality"] == {"type": "uri", "value": f"{real.settings.base}id/modality/undertake"}
    assert first["modalityLabel"]["xml:lang"] == "zh"
    assert first["actions"]["value"] == "18"
    assert document["complete"] is True
    assert document["question"]["en"] == "In how many actions does each wording occur?"
    assert document["query"].startswith("PREFIX")
    assert {"Action", "Clause", "Modality", "modality"} <= set(document["terms"])


def test_a_page_in_each_language(real: Live) -> None:
    english = real.get(ONE, BROWSER, accept_language="en").text
    assert "In how many actions does each wording occur?" in english
    assert '<svg class="chart" role="img"' in english
    assert "COUNT(DISTINCT ?action)" in english
    assert "The same as was worked out by hand from the text" in english
    assert "/sparql?query=PREFIX" in english
    assert f'href="{ONE}.csv"' in english
    assert "/doc/modality/prohibit" in english
    chinese = real.get(ONE, BROWSER, accept_language="zh-CN").text
    assert "每种措辞各见于多少项行动" in chinese
    assert 'lang="zh"' in chinese.partition("<head>")[0]


def test_columns_are_words_and_numbers_of_parts_are_links(real: Live) -> None:
    """Whatever the question: no variable stands over a column, and no IRI in a cell is without its link."""
    for item in real.get("/questions.json").json():
        page = real.get(item["url"], BROWSER, accept_language="zh").text
        head, _, body = page.partition("<table")[2].partition("</thead>")
        assert "?" not in head.partition("<thead>")[2], item["slug"]
        assert 'lang="zxx"' not in head, item["slug"]
        assert not re.search(r"<td><code>\w+:", body.partition("</table>")[0]), item["slug"]
    page = real.get("/questions/expressly-addressed-groups", BROWSER, accept_language="en").text
    assert re.search(r'<td>8 <a href="/doc/wic-2020/action/8">Strengthen personal', page)
    assert '<svg class="chart" role="group"' in page  # with links in it, it is no image


@pytest.mark.slow
def test_every_count_of_an_answer_leads_to_as_many_things(real: Live) -> None:
    """Whatever the question: the query behind a number, asked of the release, has that many rows."""
    store, addresses = real.opened.store, 0
    for item in json.loads((real.opened.release.path / competency.FILE).read_bytes()):
        table = answers.table(item, View(real.opened, Languages()["en"], "", ""))
        for row in table.rows:
            for cell in (cell for cell in row if cell.listing):
                query = parse_qs(urlsplit(cell.listing).query)["query"][0]
                rows = store.query(query, use_default_graph_as_union=True)
                assert isinstance(rows, QuerySolutions)
                assert len({str(found[0]) for found in rows if found[0] is not None}) == int(cell.words), item["slug"]
                addresses += 1
    assert addresses > 150
    page = real.get("/questions/actions-by-modality", BROWSER, accept_language="en").text
    assert re.search(r'<td class="number"><a href="/sparql\?query=PREFIX[^"]+#result" title="Lists what', page)
    stated = real.get("/questions/declared-and-counted-parts", BROWSER, accept_language="en").text
    assert "A number without a link is stated in the data" in stated


def test_checks_of_the_data_stand_apart(real: Live) -> None:
    readings, _, checks = real.get("/questions", BROWSER, accept_language="en").text.partition('id="checks"')
    listed = real.get("/questions.json").json()
    assert f'<span class="quiet">{sum(item["kind"] == "check" for item in listed)}</span></li>' in readings
    assert {item["kind"] for item in listed} == {"reading", "check"}
    for item in listed:
        assert f'href="{item["url"]}"' in (checks if item["kind"] == "check" else readings), item["slug"]


def test_a_chart_can_be_taken(real: Live) -> None:
    page = real.get("/questions/cue-words", BROWSER, accept_language="en").text
    taken = "/pictures/question-cue-words"
    assert f'href="{taken}"' in page
    assert 'href="/questions/cue-words"' in real.get(taken, BROWSER).text
    assert "Source: Initiative" in real.get(taken, "image/svg+xml", accept_language="en").text
    rows = real.get(taken, "text/csv", accept_language="en").text.splitlines()
    assert rows[0] == "wording,wording IRI,cue word"
    assert len(rows) == len(real.get("/questions/cue-words.csv").text.splitlines())
    assert real.get("/pictures/question-oppositions-of-all", "image/svg+xml").status_code == 404
    gallery = real.get("/pictures", BROWSER).text
    drawn = [item for item in real.get("/questions.json").json() if item["chart"] != "none"]
    assert len(drawn) > 35
    for item in drawn:  # each is drawn, in the gallery, and of words that the font has
        assert f'href="{item["url"]}"' in gallery, item["slug"]
        assert real.get(f"/pictures/question-{item['slug']}.svg").status_code == 200, item["slug"]


def test_no_row_is_an_answer(real: Live) -> None:
    page = real.get("/questions/actions-naming-a-person", BROWSER, accept_language="en").text
    assert "That there is no row is the answer" in page
    assert "<table" not in page


def test_every_question_has_a_page(real: Live) -> None:
    listed = real.get("/questions", "application/json").json()
    assert len(listed) == len(questions.of_project(CHECKOUT, CHECKOUT / "ontology")) > 80
    index = real.get("/questions", BROWSER).text
    for item in listed:
        assert f'href="{item["url"]}"' in index
        answer = real.get(item["url"], BROWSER, accept_language="en")
        assert answer.status_code == 200
        assert "Not what was worked out" not in answer.text, item["slug"]


def test_nothing_is_done_twice(real: Live) -> None:
    answer = real.get(ONE, BROWSER)
    again = real.get(ONE, BROWSER, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert real.get(ONE, "text/csv", if_none_match=answer.headers["etag"]).status_code == 200
    tags = {real.get(ONE, BROWSER, accept_language=code).headers["etag"] for code in ("zh", "en")}
    assert len(tags) == 2


def test_what_is_not_there(real: Live) -> None:
    for path in ("/questions/nothing", "/questions/nothing.csv", "/questions/..%2Fx"):
        assert real.get(path, "application/json").status_code == 404, path
    problem = real.get("/questions/nothing", "application/json").json()
    assert "/questions lists them all" in problem["detail"]
    refused = real.get(ONE, "image/png")
    assert refused.status_code == 406
    assert f"{ONE}.csv" in refused.headers["link"]


def test_under_a_prefix(prefixed: Live) -> None:
    page = prefixed.get("/questions/prohibitions", BROWSER).text
    assert 'href="/lod/questions/prohibitions.csv"' in page
    assert 'href="/lod/sparql?query=' in page
    assert "/lod/questions/prohibitions" in [item["url"] for item in prefixed.get("/questions.json").json()]


@pytest.mark.thorough
def test_a_release_without_questions(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project")
    settings = Settings(root=root)
    built = build(settings)
    edition = Edition("1.0.0", "2031-03-05")
    files = {"context.jsonld": built.context}
    made = release.write(settings.release_folder, built.quads, edition, files, Iris(settings.base))
    release.publish(settings.release_folder, made)
    with serve(settings) as live:
        assert live.get("/questions", "application/json").json() == []
        assert "keeps no questions" in live.get("/questions", BROWSER, accept_language="en").text
        assert live.get("/questions/prohibitions").status_code == 404
        assert live.get("/ontology", BROWSER).status_code == 200


def test_what_a_release_keeps_is_the_same_each_time_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(tmp_path / "project")
    built = build(Settings(root=root))
    store = default_graph.in_memory(built.quads)
    asked = questions.read_folder(root / "data" / "questions")
    kept = competency.content(asked, store)
    assert kept == competency.content(asked, store)
    assert json.loads(kept)[0]["complete"] is True
    monkeypatch.setattr(competency, "MAX_ROWS", 1)
    cut = json.loads(competency.content(asked, store))[0]
    assert (len(cut["rows"]), cut["complete"]) == (1, False)


def test_a_built_release_keeps_them(harbour: Live) -> None:
    made = harbour.opened.release
    assert competency.FILE in made.manifest.files
    kept = {item["slug"]: item["document"] for item in json.loads((made.path / competency.FILE).read_bytes())}
    assert kept.pop("prohibitions") == ""
    assert {*kept.values()} == {questions.EACH}  # those that travel with the ontology
    assert release.verify(made) == []


def test_another_base_moves_the_query(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project")
    settings = Settings(root=root, base="https://data.example.org/lod/")
    store = default_graph.in_memory(build(settings).quads)
    kept = json.loads(competency.content(questions.read_folder(root / "data" / "questions"), store, settings.base))[0]
    assert "<https://w3id.org/initiative-lod/id/modality/prohibit>" in kept["query"]  # which is shared
    assert kept["rows"][0]["clause"]["value"].startswith(settings.base)
    assert kept["terms"]
