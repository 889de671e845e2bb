"""/sparql in a browser: the form, its examples, what the editor proposes, and a result as table and picture."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.errors import NotAcceptable
from initiative_lod.formats import RDF_TYPES, RESULT_TYPES
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker.evaluation import Evaluator, Limits
from initiative_lod.vocabulary import RDF, SKOS
from initiative_lod.web.drawings import network
from initiative_lod.web.http import static_files
from initiative_lod.web.http.static_files import Static
from initiative_lod.web.pages import sparql_result
from initiative_lod.web.routes import sparql_terms
from initiative_lod.web.routes.sparql_form import LONGEST_ADDRESS, SCRIPT
from pipeline.conftest import CHECKOUT
from service.conftest import Live
from service.sparql_app import BASE, make_release

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ILOD = f"PREFIX ilod: <{BASE}ontology#>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
COUNT = ILOD + "SELECT ?modality (COUNT(?c) AS ?n) { ?c ilod:modality ?modality } GROUP BY ?modality ORDER BY DESC(?n)"


def asked(live: Live, query: str, language: str = "en", **parameters: str) -> httpx.Response:
    """The page with the result of ``query``."""
    headers = {"accept": BROWSER, "accept-language": language}
    return live.client.get(f"{live.url}/sparql", params={"query": query, **parameters}, headers=headers)


def page(live: Live, path: str = "/sparql", language: str = "en") -> str:
    return live.get(path, BROWSER, accept_language=language).text


def result_of(answer: httpx.Response) -> str:
    """The section with the result."""
    assert answer.status_code == 200, answer.text[-900:]
    return answer.text.partition('<section class="result"')[2].partition("</section>")[0]


def text_area(content: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", content, re.DOTALL)[1])  # type: ignore[index]


# The form


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_stands_by_itself(real: Live, language: str) -> None:
    content = page(real, language=language)
    assert '<form action="/sparql" method="get"' in content
    assert '<label for="query">' in content
    assert text_area(content).startswith("PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>\n")
    assert "<style" not in content
    assert " style=" not in content
    assert not re.findall(r"<script(?![^>]*\bsrc=)", content.replace('type="application/ld+json"', "src="))
    assert ("运行" if language == "zh" else "Run") in content


def test_every_question_of_the_release_is_an_example(real: Live) -> None:
    kept = json.loads((real.opened.release.path / "questions.json").read_text("utf-8"))
    for language in ("zh", "en"):
        content = html.unescape(page(real, language=language))
        for item in kept:
            assert f'<option value="{item["slug"]}">{item["question"][language]}</option>' in content
        assert len(re.findall("<optgroup", content)) == len({item["group"] for item in kept})


def test_an_example_is_an_address(real: Live) -> None:
    kept = json.loads((real.opened.release.path / "questions.json").read_text("utf-8"))
    for item in kept[:5]:
        content = page(real, f"/sparql?example={item['slug']}", "zh")
        assert text_area(content).strip() == item["query"].strip()
        assert f'<option value="{item["slug"]}" selected>' in content
        assert f'href="/questions/{item["slug"]}"' in content
        # Sent as a browser sends it, it is still known by its question.
        answer = asked(real, item["query"].replace("\n", "\r\n"))
        assert f'<option value="{item["slug"]}" selected>' in answer.text


@pytest.mark.parametrize(
    ("language", "says"), [("zh", "没有名为“nonsense&lt;b&gt;”的示例"), ("en", "no example called")]
)
def test_an_example_that_is_not_there(real: Live, language: str, says: str) -> None:
    content = page(real, "/sparql?example=nonsense%3Cb%3E", language)
    assert says in content
    assert 'role="alert"' in content
    assert text_area(content).startswith("PREFIX")


def test_what_a_mistake_says_is_not_about_an_example(real: Live) -> None:
    answer = real.get("/sparql?example=%FF%00", BROWSER)
    assert answer.status_code == 400
    assert "not UTF-8" in answer.text
    assert "\0" not in page(real, "/sparql?example=a%00b")


def test_an_empty_query_is_a_mistake_in_no_line_of_the_one_that_is_shown_instead(real: Live) -> None:
    answer = real.get("/sparql?query=", BROWSER)
    assert answer.status_code == 400
    assert "data-line" not in answer.text


@pytest.mark.parametrize("path", ["/sparql", "/sparql?query=ASK%20%7B%7D", "/sparql?query=nonsense"])
def test_head_is_get_without_the_body(real: Live, path: str) -> None:
    for accept in (BROWSER, "application/sparql-results+json, text/turtle"):
        got, head = (real.get(path, accept, method) for method in ("GET", "HEAD"))
        assert head.content == b""
        assert head.status_code == got.status_code
        lengths = [int(item.headers["content-length"]) for item in (got, head)]
        assert abs(lengths[0] - lengths[1]) < 5  # the time that the query took
        assert {*got.headers} == {*head.headers}


def test_no_example_is_no_mistake(real: Live) -> None:
    assert 'role="alert"' not in page(real, "/sparql?example=")


def test_the_script_is_named_only_where_it_is(real: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    built = {name: item for name, item in static_files._files().items() if name != SCRIPT}
    monkeypatch.setattr(static_files, "_files", lambda: built)
    assert re.findall(r'<script[^>]*src="/static/([^?"]+)', page(real)) == ["suggest.js"]  # which every page has
    built[SCRIPT] = Static(b"", "text/javascript; charset=utf-8", "0123abcd")
    assert f'<script type="module" src="/static/{SCRIPT}?v=0123abcd">' in page(real)


def test_the_editor_is_pinned_and_its_lock_names_no_host() -> None:
    package = json.loads((CHECKOUT / "editor" / "package.json").read_text("utf-8"))
    lock = json.loads((CHECKOUT / "editor" / "package-lock.json").read_text("utf-8"))
    for name, version in package["devDependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or "integrity" in entry, name


def test_the_script_is_sent_as_one(real: Live) -> None:
    if static_files.file(SCRIPT) is None:
        pytest.skip("the editor is not built here: make editor")
    answer = real.get(f"/static/{SCRIPT}")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert real.get(f"/static/{SCRIPT}", if_none_match=answer.headers["etag"]).status_code == 304
    assert "codemirror-lang-sparql" in real.get("/static/editor/LICENSES.txt").text


def test_under_a_prefix_every_address_has_it(prefixed: Live) -> None:
    content = prefixed.get("/sparql?lang=zh", BROWSER).text
    assert '<form action="/lod/sparql"' in content
    assert 'data-terms="/lod/sparql/terms.json"' in content
    assert 'data-queries="/lod/questions.json"' in content
    answer = asked(prefixed, "SELECT ?t { ?t a <ontology#Topic> } LIMIT 3", lang="zh")
    assert re.findall(r'<td><a href="/lod/doc/topic/[^"?]+\?lang=zh"', answer.text)
    assert prefixed.get("/sparql/terms.json").status_code == 200


# Errors


@pytest.mark.parametrize(("language", "says"), [("zh", "第 3 行第 "), ("en", "line 3, column ")])
def test_a_mistake_is_shown_where_it_is_and_the_query_is_kept(real: Live, language: str, says: str) -> None:
    query = ILOD.splitlines()[0] + "\nSELECT ?a WHERE {\n  ?a a ilod:Action ;; nonsense <b> }\n"
    answer = asked(real, query, language)
    assert answer.status_code == 400
    assert text_area(answer.text) == query
    assert says in answer.text
    assert 'data-line="3"' in answer.text
    assert "<mark>" in answer.text
    assert "&lt;b&gt; }</mark>" in answer.text
    assert "<b>" not in answer.text


def test_a_bracket_that_is_never_closed_is_shown(real: Live) -> None:
    answer = asked(real, "SELECT * {")
    assert answer.status_code == 400
    assert "<mark>{</mark>" in answer.text


def test_an_error_without_a_place_has_none(real: Live) -> None:
    answer = asked(real, "INSERT DATA { <x:a> <x:b> <x:c> }")
    assert answer.status_code == 403
    assert "data-line" not in answer.text


# The table


def test_a_table_says_how_much_it_is_and_what_it_took(real: Live) -> None:
    shown = result_of(asked(real, COUNT))
    assert "<caption>12 rows</caption>" in shown
    assert re.search(r"answered in [\d,]+ ms", shown)
    assert re.search(r'<td class="number"><a [^>]+>46</a></td>', shown)
    assert (
        '<a href="/doc/modality/prohibit" lang="zxx" title="https://w3id.org/initiative-lod/id/modality/prohibit">'
        in shown
    )
    assert '<span class="label" lang="en">prohibit</span>' in shown


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT * { VALUES (?z ?a ?m) { (1 2 3) } }", ["z", "a", "m"]),
        ("# ?a first\nselect distinct * { VALUES ?z { '?m' } VALUES ?m { <x:?a> } VALUES ?a { 3 } }", ["z", "m", "a"]),
        ("SELECT (?a + 1 AS ?z) ?a { VALUES ?a { 1 } { SELECT * { VALUES ?m { 1 } } } }", ["z", "a"]),
    ],
    ids=["all", "all but strings and comments", "named"],
)
def test_columns_stand_as_the_query_names_them(real: Live, query: str, columns: list[str]) -> None:
    assert re.findall(r'<th scope="col"[^>]*>(\w+)</th>', result_of(asked(real, query))) == columns


def test_a_query_leads_to_its_result_and_a_mistake_to_where_it_is_told(real: Live) -> None:
    assert re.search(r'<form action="[^"]*/sparql#result"[^>]*class="query"', page(real))
    assert 'id="result" tabindex="-1"' in asked(real, "ASK {}").text
    assert 'id="result" tabindex="-1"' in asked(real, "ASK").text


def test_labels_are_in_the_readers_language_whatever_was_asked_before(real: Live) -> None:
    for language, label, words in (
        ("en", "prohibit", "12 rows"),
        ("zh", "禁止", "12 行"),
        ("en", "prohibit", "12 rows"),
    ):
        shown = result_of(asked(real, COUNT, language))
        assert f'<span class="label" lang="{language}">{label}</span>' in shown
        assert words in shown


def test_a_label_that_stands_in_the_row_is_not_repeated(real: Live) -> None:
    query = ILOD + 'SELECT * { ?m a ilod:Modality ; skos:prefLabel ?l FILTER(LANG(?l) = "en") }'
    assert 'class="label"' not in result_of(asked(real, query))


@pytest.mark.parametrize(
    ("query", "formats"),
    [
        ("SELECT ?s { ?s a <ontology#Action> }", RESULT_TYPES),
        ("ASK { ?s a <ontology#Action> }", RESULT_TYPES),
        ("CONSTRUCT WHERE { ?s a <ontology#Action> }", RDF_TYPES),
        ("DESCRIBE <id/wic-2020/action/8>", RDF_TYPES),
    ],
)
def test_a_result_can_be_had_in_every_format(real: Live, query: str, formats: tuple[object, ...]) -> None:
    links = re.findall(r'<a href="([^"]+)" download="result\.(\w+)"', result_of(asked(real, query)))
    assert len(links) == len(formats)
    for href, suffix in links:
        answer = real.get(html.unescape(href), BROWSER)
        assert answer.status_code == 200
        named = parse_qs(urlsplit(html.unescape(href)).query)["_mediatype"][0]
        assert answer.headers["content-type"].partition(";")[0] == named
        assert suffix in {media.suffix for media in (*RESULT_TYPES, *RDF_TYPES)}


def test_the_dataset_of_the_request_stays_with_the_query(real: Live) -> None:
    graph = f"{BASE}graph/topics"
    answer = asked(real, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **{"default-graph-uri": graph})
    assert f'<input type="hidden" name="default-graph-uri" value="{graph}">' in answer.text
    href = html.unescape(re.search(r'<a href="([^"]+)" download="result.csv"', answer.text)[1])  # type: ignore[index]
    number = re.search(r'<td class="number">(\d+)</td>', answer.text)[1]  # type: ignore[index]
    assert real.get(href).text.split() == ["n", number]


def test_a_query_too_long_for_an_address_has_no_links(real: Live) -> None:
    query = "SELECT (1 AS ?x) {}" + " #" + "x" * LONGEST_ADDRESS
    headers = {"accept": BROWSER}
    answer = real.client.post(f"{real.url}/sparql", data={"query": query}, headers=headers)
    assert '<td class="number">1</td>' in result_of(answer)
    assert "download=" not in answer.text


@pytest.mark.parametrize(("language", "yes", "no"), [("zh", "是：true", "否：false"), ("en", "Yes: true", "No: false")])
def test_a_truth_value_is_a_sentence(real: Live, language: str, yes: str, no: str) -> None:
    assert yes in result_of(asked(real, "ASK {}", language))
    assert no in result_of(asked(real, "ASK { FILTER(false) }", language))


def test_a_large_result_is_cut_and_says_so(real: Live) -> None:
    for query, words in (
        ("SELECT * { ?s ?p ?o }", "The first 1,000 rows"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", r"The first 1,000 of \d\d,\d{3} triples"),
    ):
        answer = asked(real, query)
        assert re.search(words, answer.text)
        assert answer.text.count("<tr>") == sparql_result.SHOWN + 1
        assert len(answer.content) < 2_000_000


def test_neither_many_columns_nor_long_values_make_a_large_page(real: Live) -> None:
    names, row = (" ".join(item.format(n) for n in range(1000)) for item in ("?v{}", '"{}"'))
    answer = asked_by_post(real, f"SELECT * {{ VALUES ({names}) {{ {f'({row}) ' * 30} }} }}")
    assert answer.text.count("<td>") <= sparql_result.CELLS
    longer = "CONCAT(" + ", ".join(["?l"] * 100) + ")"
    made = f'({longer} AS ?x) (IRI(CONCAT("http://x/", {longer})) AS ?y)'
    query = f"SELECT {made} {{ ?s ?p ?l FILTER(STRLEN(STR(?l)) > 99) }}"
    answer = asked_by_post(real, query)
    assert len(answer.text) < sparql_result.CHARACTERS * 1.5


def asked_by_post(live: Live, query: str) -> httpx.Response:
    answer = live.client.post(f"{live.url}/sparql", data={"query": query}, headers={"accept": BROWSER})
    assert answer.status_code == 200, answer.text[-900:]
    return answer


HOSTILE = """SELECT ("<script>alert(1)</script>" AS ?a) (IRI("javascript:alert(1)") AS ?b)
(STRDT("x", IRI("http://x/\\"onclick=y")) AS ?c) (IRI("https://w3id.org/initiative-lod//evil.example/x") AS ?d)
(STRLANG("<b>", "en") AS ?e) (IRI("https://w3id.org/initiative-lod/id/../../evil") AS ?f)
(IRI("data:text/html,<x>") AS ?g) (IRI("HTTP://evil.example/") AS ?h) {}"""


def test_nothing_that_a_query_yields_is_taken_for_markup_or_for_an_address_of_ours(real: Live) -> None:
    shown = result_of(asked(real, HOSTILE))
    assert "<script" not in shown
    assert "<b>" not in shown
    targets = {html.unescape(item) for item in re.findall(r'href="([^"]*)"', shown.partition("<table")[2])}
    assert targets <= {
        "https://w3id.org/initiative-lod//evil.example/x",
        "https://w3id.org/initiative-lod/id/../../evil",
    }
    assert not re.search(r'<(?:td|a|span)[^>]*"onclick', shown)


# Pictures


def test_amounts_are_drawn(real: Live) -> None:
    shown = result_of(asked(real, COUNT))
    assert "<figcaption>?n by ?modality</figcaption>" in shown
    assert shown.count("<rect") == 12
    assert "<title>prohibit: 2</title>" in shown
    assert "<figcaption>?n（按 ?modality）</figcaption>" in result_of(asked(real, COUNT, "zh"))


@pytest.mark.parametrize(
    ("why", "values"),
    [
        ("numbers that only count the rows", '("a" 1) ("b" 2) ("c" 3)'),
        ("one row", '("a" 5)'),
        ("names that name two rows", '("a" 5) ("a" 6)'),
        ("something below zero", '("a" 5) ("b" -6)'),
        ("no number", '("a" "5") ("b" "6")'),
        ("a number that is none", '("a" "x"^^<http://www.w3.org/2001/XMLSchema#integer>) ("b" 6)'),
        ("endless", '("a" "INF"^^<http://www.w3.org/2001/XMLSchema#double>) ("b" 6)'),
        ("a row without", '("a" 5) ("b" UNDEF)'),
        ("too many rows", " ".join(f'("n{n}" {n * 2})' for n in range(sparql_result.BARS + 1))),
    ],
)
def test_what_a_chart_would_not_say_more_of_is_not_drawn(real: Live, why: str, values: str) -> None:
    assert "<figure" not in result_of(asked(real, f"SELECT * {{ VALUES (?name ?n) {{ {values} }} }}")), why


def test_a_graph_is_drawn_with_its_labels(real: Live) -> None:
    answer = asked(
        real, "CONSTRUCT { ?c <ontology#topic> ?t } { ?c <ontology#topic> ?t FILTER(CONTAINS(STR(?c), 'action/8')) }"
    )
    shown = result_of(answer)
    assert "<figcaption>The graph</figcaption>" in shown
    assert '<svg class="network" role="group" aria-label="The graph"' in shown
    picture = shown.partition("</svg>")[0]
    assert '<a href="/doc/topic/backdoor" lang="en">' in picture
    assert "<title>Action 8, clause 5 → on topic → backdoors</title>" in picture


def test_a_count_leads_to_what_it_counts(real: Live) -> None:
    counted = f"{ILOD} SELECT ?m (COUNT(?c) AS ?n) {{ ?c ilod:modality ?m }} GROUP BY ?m ORDER BY DESC(?n)"
    address, number = re.findall(r'<a href="([^"]+)#result" [^>]+>(\d+)</a>', result_of(asked(real, counted)))[0]
    listed = real.get(html.unescape(address), BROWSER, accept_language="en").text
    assert f"<caption>{number} rows</caption>" in listed
    assert '<td class="number"><a' not in result_of(asked(real, "SELECT (COUNT(?s) + 1 AS ?n) { ?s ?p ?o }"))


def test_a_prefix_that_we_know_is_put_there_with_one_click(real: Live) -> None:
    page = real.get("/sparql?query=ASK+{+%3Fs+a+foaf:Person+}", BROWSER, accept_language="en").text
    (address,) = re.findall(r'<a class="button" href="(/sparql\?[^"]+)#result">', page)
    mended = real.get(html.unescape(address), BROWSER, accept_language="en")
    assert (mended.status_code, 'class="boolean"' in mended.text) == (200, True)
    unknown = real.get("/sparql?query=ASK+{+%3Fs+a+unheard:Of+}", BROWSER, accept_language="en").text
    assert unknown.partition('class="problem query"')[2].count("column 12") == 1  # the place is told once
    assert '<a class="button" href="/sparql' not in unknown


def test_what_links_nothing_is_not_drawn(real: Live) -> None:
    query = f"{ILOD} CONSTRUCT {{ ?a ilod:number ?n }} {{ ?a a ilod:Action ; ilod:number ?n }}"
    assert "<figure" not in result_of(asked(real, query))


def test_of_a_large_graph_a_part_is_drawn(real: Live) -> None:
    shown = result_of(asked(real, "CONSTRUCT WHERE { ?s <ontology#topic> ?o }"))
    figures = r"the best linked (\d+) of its (\d+) things, and (\d+) of its (\d+) links\. The table has the others\."
    found = re.search(rf"<figcaption>Part of the graph: {figures}</figcaption>", shown)
    assert found is not None
    assert int(found[1]) == network.THINGS
    assert int(found[2]) > network.THINGS
    assert int(found[4]) > int(found[3]) >= network.THINGS - 1  # nothing that is drawn stands alone
    assert shown.count('class="box"') == network.THINGS
    assert shown.count('class="tie"') <= network.LINES


def test_a_hostile_graph_is_drawn_as_words(real: Live) -> None:
    query = (
        'CONSTRUCT { ?a <x:"p> ?b . ?b <x:q> ?b . ?b <x:q> ?c } {'
        ' BIND(IRI("javascript:alert(1)") AS ?a) BIND(IRI("https://w3id.org/initiative-lod//evil.example/x") AS ?b)'
        " BIND(BNODE() AS ?c) }"
    ).replace('"p>', "p>")
    shown = result_of(asked(real, query))
    assert "<svg" in shown
    assert 'href="javascript' not in shown
    assert 'href="//' not in shown


# What the editor proposes


@pytest.fixture(scope="module")
def terms(real: Live) -> dict[str, dict[str, object]]:
    found = real.get("/sparql/terms.json").json()
    return {item.get("name") or item["iri"]: item for item in found["terms"]}


def test_terms_are_one_document_of_the_release(real: Live) -> None:
    answer = real.get("/sparql/terms.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"].startswith("public")
    assert "link" not in answer.headers
    etag = answer.headers["etag"]
    again = real.get("/sparql/terms.json", if_none_match=etag)
    assert (again.status_code, again.content) == (304, b"")
    head = real.get("/sparql/terms.json", method="HEAD")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)
    assert int(head.headers["content-length"]) == len(answer.content) < 300_000
    assert real.get("/sparql/terms.json", "text/turtle").status_code == 200  # the address names its form


@pytest.mark.parametrize(
    ("name", "kind", "zh", "en"),
    [
        ("ilod:Clause", "class", "条款", "clause"),
        ("ilod:addressee", "property", "对象", "addressee"),
        ("ilod-group:enterprises", "thing", "企业", "enterprises"),
        ("ilod-modality:prohibit", "thing", "禁止", "prohibit"),
        ("ilod-institution:united-nations", "thing", "联合国", "United Nations"),
        ("ilod-topic:backdoor", "thing", "后门", "backdoors"),
        ("ilod-wic-2020-pillar:2", "thing", "安全共同维护", "Joint safeguarding of security"),
        ("dcterms:hasPart", "property", "包含", "has part"),
    ],
)
def test_a_term_is_found_by_its_name_and_by_its_labels(
    terms: dict[str, dict[str, object]], name: str, kind: str, zh: str, en: str
) -> None:
    term = terms[name]
    assert term["kind"] == kind
    assert term["labels"] == {"zh": zh, "en": en}


def test_what_others_call_their_terms_is_proposed_by_use(terms: dict[str, dict[str, object]]) -> None:
    used = [name for name in terms if name.startswith(("skos:", "oa:", "void:"))]
    assert {"skos:prefLabel", "skos:Concept", "oa:exact"} <= set(used)
    assert used.index("skos:prefLabel") < used.index("skos:broader")


def test_own_terms_have_definitions_and_come_first(real: Live, terms: dict[str, dict[str, object]]) -> None:
    listed = list(terms)
    own = [name for name in listed if name.startswith("ilod:")]
    assert listed[: len(own)] == own
    for name in own:
        assert set(terms[name]["notes"]) == {"zh", "en"}, name  # type: ignore[call-overload]
        assert set(terms[name]["labels"]) == {"zh", "en"}, name  # type: ignore[call-overload]
    assert not any("#" in name for name in listed if name.startswith("ilod-"))


def test_every_name_can_be_written_out(real: Live) -> None:
    found = real.get("/sparql/terms.json").json()
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in found["prefixes"].items())
    names = " ".join(item.get("name") or f"<{item['iri']}>" for item in found["terms"])
    Store().query(f"{prologue}SELECT * {{ VALUES ?x {{ {names} }} }}")  # no syntax error


def open_release(folder: Path, quads: list[Quad]) -> OpenRelease:
    make_release(folder / "releases", quads)
    return Publisher(folder / "releases").current()


def test_a_release_of_nothing_has_prefixes_at_least(tmp_path: Path) -> None:
    quads = [Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(1), NamedNode("x:g"))]
    found = sparql_terms.vocabulary(open_release(tmp_path, quads), Languages())
    assert found["prefixes"]["ilod"] == f"{BASE}ontology#"
    assert {"iri": "x:p", "kind": "property"} in found["terms"]


def test_very_many_things_are_not_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_terms, "MOST", 50)
    monkeypatch.setattr(sparql_terms, "SAMPLE", 5)
    iris = Iris(BASE)
    merged = NamedNode(f"{BASE}graph/source/other")
    quads = [Quad(iris.thing(f"id/topic/t{n}"), RDF.type, SKOS.Concept, iris.graph("topics")) for n in range(300)]
    quads += [Quad(NamedNode(f"x:{n}"), NamedNode(f"x:p{n}"), Literal(n), merged) for n in range(300)]
    found = sparql_terms.vocabulary(open_release(tmp_path, quads), Languages())
    assert sum(item["kind"] == "thing" for item in found["terms"]) == 50
    assert len(found["terms"]) <= 3 * 50


# The worker


def test_a_worker_that_draws_nothing_offers_no_page(tmp_path: Path) -> None:
    opened = open_release(tmp_path, [Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(1), NamedNode("x:g"))])
    evaluator = Evaluator(Limits(10, 10_000, 10_000, 10))
    for query in ("ASK {}", "SELECT * {}", "CONSTRUCT WHERE { ?s ?p ?o }"):
        with pytest.raises(NotAcceptable):
            evaluator.evaluate(Job(str(opened.release.store), query, BASE, None, "text/html", "text/html"))
