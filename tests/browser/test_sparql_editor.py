"""/sparql as a person uses it: with the editor, by keyboard, in the dark, on a narrow screen, and without scripts."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.test_axe import RUN, TAGS, axe
from browser.test_pages import CONTRAST, page_of
from initiative_lod.locale import messages
from initiative_lod.web.http import static_files
from initiative_lod.web.routes.sparql_form import SCRIPT
from patience import SECONDS
from pipeline.conftest import CHECKOUT
from service import pseudo
from service.conftest import Live, serve

pytestmark = pytest.mark.thorough

__all__ = ["axe"]

ENGLISH = Path(messages.__file__).parent / "en.po"
ILOD = "PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>"
COUNT = f"{ILOD} SELECT ?m (COUNT(?c) AS ?n) {{ ?c ilod:modality ?m }} GROUP BY ?m"
GRAPH = f"{ILOD} CONSTRUCT {{ ?c ilod:topic ?t }} {{ ?c ilod:topic ?t FILTER(CONTAINS(STR(?c), 'action/8')) }}"
MISTAKE = f"{ILOD}\nSELECT ?a WHERE {{\n  ?a a ilod:Action ;; nonsense }}"
#: A query that is higher than its editor, with an answer that is higher than the screen.
LONG = "SELECT * { ?s ?p ?o }\n" + "# a line of the query, long enough to be wrapped on a phone\n" * 40 + "LIMIT 40"
RESULTS = [
    f"/sparql?query={quote(query)}" for query in (COUNT, GRAPH, MISTAKE, "ASK {}", "SELECT * { ?s ?p ?o } LIMIT 50")
]


@pytest.fixture(scope="module")
def editor(real: Live) -> Live:
    """A server whose page has the editor, built anew if it is not what its sources say."""
    make, npm = shutil.which("make"), shutil.which("npm")
    said = "make and npm are needed to build it"
    if make and npm:
        done = subprocess.run([make, "editor"], cwd=CHECKOUT, capture_output=True, text=True, timeout=SECONDS)
        said = done.stdout.strip()
        static_files._files.cache_clear()
    if static_files.file(SCRIPT) is None:
        pytest.skip(f"the editor is not built on this machine: {said}")
    return real


@contextmanager
def editing(browser: Browser, live: Live, path: str = "/sparql", **options: Any) -> Iterator[tuple[Page, Locator]]:
    """The page, and the editor in it; nothing may be refused or fail meanwhile."""
    complaints: list[str] = []
    with page_of(browser, live, path, complaints, **options) as page:
        box = page.get_by_role("textbox", name="查询语句" if options.get("locale") == "zh-CN" else "Query")
        expect(box).to_be_visible()
        yield page, box
    assert [item for item in complaints if "status of 400" not in item] == []


def write(page: Page, box: Locator, text: str) -> None:
    """Write ``text`` over what is there, as a person does."""
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def take(page: Page) -> None:
    """Take what is proposed; the editor takes no key that comes in the moment in which the proposal appears."""
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")


def proposals(page: Page) -> Locator:
    return page.locator(".cm-tooltip-autocomplete li")


def sent(page: Page) -> str:
    """The query as the form would send it."""
    return page.locator("textarea[name=query]").input_value()


def test_a_term_is_proposed_taken_and_run(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "SELECT ?clause WHERE { ?clause ilod:addre")
        expect(proposals(page).first).to_contain_text("ilod:addressee")
        expect(page.locator(".cm-completionInfo")).to_be_visible()  # the definition
        take(page)
        page.keyboard.type(" enterpri")
        expect(proposals(page).first).to_contain_text("ilod-group:enterprises")
        take(page)
        assert sent(page).splitlines() == [
            ILOD,
            "PREFIX ilod-group: <https://w3id.org/initiative-lod/id/group/>",
            "SELECT ?clause WHERE { ?clause ilod:addressee ilod-group:enterprises}",
        ]
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_url("**/sparql?query=**")
        assert page.locator(".result tbody tr").count() == 2
        assert "ilod-group:enterprises" in sent(page)


@pytest.mark.parametrize(("locale", "written"), [("zh-CN", "企业"), ("en-GB", "企业"), ("zh-CN", "enterprises")])
def test_labels_of_either_language_find_a_thing(browser: Browser, editor: Live, locale: str, written: str) -> None:
    with editing(browser, editor, locale=locale) as (page, box):
        write(page, box, "SELECT * { ?c ?p ")
        page.keyboard.insert_text(written)  # as an input method does
        page.keyboard.press("Control+Space")
        first = proposals(page).first
        expect(first).to_contain_text("ilod-group:enterprises")
        expect(first).to_contain_text("企业 · enterprises" if locale == "zh-CN" else "enterprises · 企业")
        expect(page.get_by_role("listbox", name="建议" if locale == "zh-CN" else "Proposals")).to_be_visible()


def test_a_class_a_prefix_a_keyword_and_a_variable(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "SELECT ?thing { ?thing a claus")
        expect(proposals(page).first).to_contain_text("ilod:Clause")
        take(page)
        page.keyboard.type(" . ?th")
        expect(proposals(page).first).to_have_text("?thing")
        take(page)
        page.keyboard.type(" skos:")
        expect(proposals(page).first).to_contain_text("skos:")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+End")
        page.keyboard.type(" LIM")
        expect(proposals(page).first).to_have_text("LIMIT")
        take(page)
        assert sent(page).endswith("LIMIT")
        assert "?thing a ilod:Clause . ?thing skos:" in sent(page)


def test_what_is_written_in_full_is_not_proposed(browser: Browser, editor: Live) -> None:
    """Or Enter would take it, and begin no new line."""
    with editing(browser, editor) as (page, box):
        write(page, box, f"{ILOD}\nSELECT ?thing WHERE")
        for text in ("", " {\n?thing a ilod:Clause", " . ?thing"):
            page.keyboard.type(text)
            page.wait_for_timeout(400)
            page.keyboard.press("Enter")
        lines = [line.strip() for line in sent(page).splitlines() if line.strip()]
        assert lines[1:] == ["SELECT ?thing WHERE", "{", "?thing a ilod:Clause", ". ?thing", "}"]


def test_nothing_is_proposed_in_strings_comments_and_addresses(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        for text in ('SELECT * { ?s ?p "enterpri', "# enterpri", "SELECT * { <enterpri"):
            write(page, box, text)
            page.keyboard.press("Control+Space")
            page.wait_for_timeout(300)
            expect(proposals(page)).to_have_count(0)


def test_a_prefix_that_means_something_else_is_not_used(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "PREFIX ilod: <http://example.org/>\nSELECT * { ?s a claus")
        expect(proposals(page).first).to_contain_text("ilod:Clause")
        take(page)
        assert "?s a <https://w3id.org/initiative-lod/ontology#Clause>" in sent(page)


def test_a_key_runs_the_query(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "SELECT (1 AS ?one) {")
        page.keyboard.press("Control+Enter")  # on a Mac it is Command
        page.wait_for_url("**/sparql?query=**")
        assert page.locator(".result td").all_inner_texts() == ["1"]


def test_in_and_out_by_keyboard(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        page.get_by_role("button", name="Take this query").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(box).to_be_focused()
        assert page.locator(".cm-editor").evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(box).to_be_focused()
        page.keyboard.type("x")
        page.keyboard.press("Tab")  # also while something is proposed
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
        page.locator("label[for=query]").click()
        expect(box).to_be_focused()


def test_a_mistake_is_marked_where_it_is(browser: Browser, editor: Live) -> None:
    with editing(browser, editor, f"/sparql?query={quote(MISTAKE)}") as (page, box):
        assert "line 3" in page.get_by_role("alert").inner_text()
        expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
        assert "nonsense" in page.locator(".cm-line:has(.cm-lintRange-error)").inner_text()
        assert sent(page) == MISTAKE
        write(page, box, "ASK {")
        expect(page.locator(".cm-lint-marker-error")).to_have_count(0)


def test_examples_come_into_the_editor_and_can_be_undone(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "ASK {")
        page.get_by_label("Example").select_option("prohibitions")
        page.get_by_role("button", name="Take this query").click()
        expect(box).to_contain_text("SELECT")
        assert page.url.partition("#")[0].endswith("/sparql")
        assert "modality/prohibit" in sent(page)
        page.keyboard.press("Control+z")
        assert sent(page) == "ASK {}"


def test_prefixes_are_declared_by_a_button_once(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "SELECT * {")
        for _ in range(2):
            page.get_by_role("button", name="PREFIX skos:").click()
        assert sent(page) == "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nSELECT * {}"


def test_back_brings_the_query_back(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        write(page, box, "SELECT (1 AS ?one) {")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/sparql?query=**")
        page.go_back()
        expect(page.locator(".cm-content")).to_have_text(sent(page).replace("\n", ""))


def test_a_long_query_is_sent_all_the_same(browser: Browser, editor: Live) -> None:
    with editing(browser, editor) as (page, box):
        box.click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("SELECT (1 AS ?one) {} # " + "x" * 40_000)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".result td")
        assert page.url.partition("#")[0].endswith("/sparql")
        assert len(sent(page)) > 40_000


def test_without_scripts_the_form_does_it_all(browser: Browser, editor: Live) -> None:
    with page_of(browser, editor, "/sparql", java_script_enabled=False) as page:
        page.get_by_label("Example").select_option("actions-by-modality")
        page.get_by_role("button", name="Take this query").click()
        page.wait_for_url("**/sparql?example=actions-by-modality")
        area = page.get_by_label("Query", exact=True)
        assert "COUNT(DISTINCT ?action)" in area.input_value()
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_url("**/sparql?query=**")
        assert page.locator(".result tbody tr").count() == 13
        assert page.locator(".result svg.chart").is_visible()
        page.get_by_role("link", name="中文").click()
        assert page.evaluate("document.documentElement.lang") == "zh"
        assert page.locator(".result tbody tr").count() == 13
        assert page.locator(".result caption").inner_text() == "13 行"


def test_a_graph_has_a_picture_with_links_for_the_keyboard(browser: Browser, editor: Live) -> None:
    with page_of(browser, editor, RESULTS[1], java_script_enabled=False) as page:
        page.locator("svg.network a").last.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/**")


@pytest.mark.parametrize("width", [320, 390])
def test_a_narrow_screen_scrolls_one_way_only(browser: Browser, editor: Live, width: int) -> None:
    for path in ("/sparql", *RESULTS):
        with editing(browser, editor, path, viewport={"width": width, "height": 800}) as (page, _):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_in_the_editor_and_the_result(browser: Browser, editor: Live, scheme: str) -> None:
    inside = CONTRAST.replace("document.body", "document.querySelector('.editor').shadowRoot")
    for path in ("/sparql", *RESULTS):
        with editing(browser, editor, path, color_scheme=scheme) as (page, box):
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(inside) == [], path
    with editing(browser, editor, color_scheme=scheme) as (page, box):
        write(page, box, "SELECT * { ?s a cl")
        expect(proposals(page).first).to_be_visible()
        assert page.evaluate(inside) == []


@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("zh-CN", "dark"), ("en-GB", "light")])
def test_axe_finds_nothing(browser: Browser, editor: Live, axe: str, locale: str, scheme: Any) -> None:
    found: list[str] = []
    for path in ("/sparql", *RESULTS[:3]):
        with editing(browser, editor, path, locale=locale, color_scheme=scheme, bypass_csp=True) as (page, box):
            page.evaluate(axe)
            found += [f"{path}: {item}" for item in page.evaluate(RUN, [TAGS, True])]
            if path == "/sparql":
                write(page, box, "SELECT * { ?s a cl")
                expect(proposals(page).first).to_be_visible()
                found += [f"proposals: {item}" for item in page.evaluate(RUN, [TAGS, True])]
    # The rule knows a list that a combobox controls, and not that a text box of several lines may do so as well
    # (WAI-ARIA 1.2, aria-activedescendant): the focus stays in the editor, and keys move through the list, which
    # scrolls with them (``test_keys_reach_every_proposal``). With the focus on it the editor would close it.
    reached = re.compile(r'proposals: scrollable-region-focusable: .*; 1 × as in ul\[role="listbox"\]')
    assert [item for item in found if not reached.match(item)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_beside_a_long_query_on_a_phone(
    browser: Browser, editor: Live, axe: str, scheme: Any
) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "color_scheme": scheme, "bypass_csp": True}
    with editing(browser, editor, f"/sparql?query={quote(LONG)}", **phone) as (page, box):
        scroller = page.locator(".cm-scroller")
        assert scroller.evaluate("(item) => item.scrollHeight > item.clientHeight")
        expect(page.locator(".result tbody tr")).to_have_count(40)
        page.evaluate(axe)
        assert page.evaluate(RUN, [TAGS, True]) == []
        box.focus()  # what the rule is about: keys scroll it
        page.keyboard.press("ControlOrMeta+End")
        assert scroller.evaluate("(item) => item.scrollTop") > 0


CHOSEN = """() => {
    const root = document.querySelector('.editor').shadowRoot;
    const content = root.querySelector('.cm-content'), list = root.querySelector('[role=listbox]');
    const option = root.getElementById(content.getAttribute('aria-activedescendant'));
    const [inner, outer] = [option, list].map((item) => item.getBoundingClientRect());
    return {
        controls: content.getAttribute('aria-controls') === list.id,
        focused: root.activeElement === content,
        selected: [...list.querySelectorAll('[aria-selected=true]')].map((item) => item.id),
        chosen: option.id,
        role: option.getAttribute('role'),
        text: option.querySelector('.cm-completionLabel').textContent,
        seen: inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1,
        scrolls: list.scrollHeight > list.clientHeight,
    };
}"""


def test_keys_reach_every_proposal(browser: Browser, editor: Live) -> None:
    """The list as WAI-ARIA has it for a text box: the focus stays, and what is chosen is told, and in sight."""
    with editing(browser, editor) as (page, box):
        write(page, box, "SELECT * { ?s a ")
        page.keyboard.press("Control+Space")
        expect(proposals(page).first).to_be_visible()
        page.wait_for_timeout(150)
        first = page.evaluate(CHOSEN)
        assert first["scrolls"], "a list that fits proves nothing"
        seen = [first]
        for _ in range(500):
            page.keyboard.press("ArrowDown")
            now = page.evaluate(CHOSEN)
            if now["chosen"] == first["chosen"]:
                break
            seen.append(now)
        assert len({item["chosen"] for item in seen}) == len(seen) > 20
        for item in seen:
            assert (item["controls"], item["focused"], item["seen"], item["role"]) == (True, True, True, "option"), item
            assert item["selected"] == [item["chosen"]]
        assert page.evaluate(CHOSEN)["chosen"] == first["chosen"], "after the last comes the first"
        page.keyboard.press("ArrowUp")
        assert page.evaluate(CHOSEN)["chosen"] == seen[-1]["chosen"]
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(proposals(page)).to_have_count(0)
        assert f"?s a {seen[1]['text']}}}" in sent(page)
        write(page, box, "SELECT * { ?s a ")
        page.keyboard.press("Control+Space")
        expect(proposals(page).first).to_be_visible()
        page.keyboard.press("Escape")
        expect(proposals(page)).to_have_count(0)
        assert page.evaluate("document.querySelector('.editor').shadowRoot.activeElement.className").startswith("cm-")


def test_the_editor_speaks_the_language_of_the_page(browser: Browser, editor: Live, tmp_path: Path) -> None:
    """In a pseudo-language that is one file: what a reader hears of the editor itself comes from the catalogue."""
    (tmp_path / f"{pseudo.TAG}.po").write_bytes(pseudo.catalogue(ENGLISH))
    settings = dataclasses.replace(editor.settings, languages=str(tmp_path))
    with serve(settings) as live, page_of(browser, live, f"/sparql?lang={pseudo.TAG}", []) as page:
        box = page.locator(".cm-content")
        write(page, box, "SELECT * { ?s a ")
        page.keyboard.insert_text("\u200b\u0007")
        page.keyboard.press("Control+Space")
        expect(page.get_by_role("listbox")).to_be_visible()
        heard = page.evaluate(HEARD)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Home")
        page.keyboard.press("Shift+End")
        page.keyboard.press("Delete")
        heard += page.evaluate(HEARD)
    assert pseudo.leaks(heard) == []
    told = {"editor_hint", "proposals", "editor_character", "editor_deleted"}
    assert told <= pseudo.ids_in(" ".join(heard))


#: Every attribute and announcement that a reader hears in the editor; code and the list's own names are data.
HEARD = """() => {
    const root = document.querySelector('.editor').shadowRoot;
    const names = ['aria-label', 'aria-description', 'title', 'alt'];
    const attributes = [...root.querySelectorAll('*')].flatMap((item) => names.map((name) => item.getAttribute(name)));
    return [...attributes, ...[...root.querySelectorAll('.cm-announced')].map((item) => item.textContent)]
        .filter((text) => text);
}"""
