"""The pages in a browser: read, switch language, by keyboard, on a narrow screen, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect

from browser.conftest import tab
from service.conftest import Live

pytestmark = pytest.mark.thorough

PATHS = [
    "/",
    "/doc/wic-2020",
    "/doc/wic-2020/pillar/2",
    "/doc/wic-2020/action/8",
    "/doc/wic-2020/action/8/clause/5",
    "/doc/wic-2020/preamble",
    "/doc/wic-2020/conclusion",
    "/doc/wic-2020/zh",
    "/doc/institution/united-nations",
    "/doc/group/enterprises",
    "/doc/topic/data-security",
    "/doc/modality",
    "/doc/modality/undertake",
    "/questions",
    "/questions/actions-by-modality",
    "/questions/actions-naming-a-person",
    "/compare",
    "/compare?iri=wic-2020/action/8&iri=wic-2020/action/9&iri=wic-2020/action/10",
    "/search?q=personal+data",
    "/ontology",
    "/shapes",
    "/resource?iri=http://metadata.un.org/thesaurus/1000797",
    "/dataset",
    "/graph/topics",
    "/releases",
    "/sparql",
    "/read/wic-2020",
    "/things/topic",
    "/pictures",
    "/pictures/mappings-wsis",
    "/about",
    "/about/data",
    "/about/api",
    "/cite?iri=https://w3id.org/initiative-lod/id/wic-2020/action/8",
    "/doc/nothing",
]

# Every piece of text against the nearest background that is not transparent: where it falls short.
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || element.closest('svg, .visually-hidden, .skip, [hidden], option')) continue;
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= parseFloat(getComputedStyle(e).opacity);
    let behind = element, back = [255, 255, 255, 0];
    for (; behind && back[3] === 0; behind = behind.parentElement)
      back = rgba(getComputedStyle(behind).backgroundColor);
    const style = getComputedStyle(element);
    const front = rgba(style.color).map((v, i) => i < 3 ? v * opacity + back[i] * (1 - opacity) : v);
    const [a, b] = [light(front), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 700;
    const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if (ratio < wanted) poor.push([text.slice(0, 40), Math.round(ratio * 100) / 100, wanted]);
  }
  return poor;
}"""


@contextmanager
def page_of(
    browser: Browser, live: Live, path: str, complaints: list[str] | None = None, **options: Any
) -> Iterator[Page]:
    """The page at ``path``; what the console says goes to ``complaints``."""
    with tab(browser, **options) as page:
        if complaints is not None:
            page.on("console", lambda message: complaints.append(f"{path}: {message.text}"))
            page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.goto(live.url + path)
        yield page


def arrives(page: Page, ending: str) -> None:
    """Waits until the page's address ends so: a browser goes there after the key or the click, not with it."""
    page.wait_for_url(lambda url: url.endswith(ending))


@dataclass
class Seen:
    """What was found on one page, which was loaded once."""

    complaints: list[str]
    contrast: dict[str, list[Any]]
    widths: dict[int, int]
    faults: list[str]


#: What is wrong with the page as a document: one heading, no level left out, everything named and labelled.
STRUCTURE = """() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const faults = [];
  const once = (selector) => { if (all(selector).length !== 1) faults.push(`${all(selector).length} × ${selector}`); };
  once('h1'); once('main');
  if (!document.title) faults.push('no title');
  const levels = all('h1, h2, h3, h4').map(node => +node.tagName[1]);
  if (levels.some((level, place) => place && level - levels[place - 1] > 1)) faults.push(`headings: ${levels}`);
  const unnamed = all('a, button').filter(node => !node.textContent.trim() && !node.getAttribute('aria-label'));
  if (unnamed.length) faults.push(`no name: ${unnamed[0].outerHTML}`);
  if (all('svg:not([aria-label])').length) faults.push('a picture without a name');
  const fields = all('input:not([type=hidden]), select, textarea').filter(node => !node.labels.length);
  if (fields.length) faults.push(`no label: ${fields[0].outerHTML}`);
  const ids = all('[id]').map(node => node.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  if (twice.length) faults.push(`twice: ${twice[0]}`);
  const places = all('a[href^="#"]').map(node => decodeURIComponent(node.getAttribute('href').slice(1)));
  faults.push(...places.filter(place => place && !ids.includes(place)).map(place => `leads nowhere: #${place}`));
  return faults;
}"""


@pytest.fixture(scope="module")
def seen(browser: Browser, real: Live) -> dict[str, Seen]:
    """Every page, loaded once in one tab: in the light, in the dark, and made narrow."""
    with tab(browser) as page:
        return {path: see(page, real, path) for path in PATHS}


def see(page: Page, live: Live, path: str) -> Seen:
    """What is found on the page at ``path``, which is loaded once."""
    said: list[str] = []

    def complain(message: ConsoleMessage | Error) -> None:
        said.append(message.text if isinstance(message, ConsoleMessage) else str(message))

    page.on("console", complain)
    page.on("pageerror", complain)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(live.url + path)
    faults = page.evaluate(STRUCTURE)
    if page.evaluate("document.documentElement.lang") != "en":
        faults.append("not in English")
    contrast = {"light": page.evaluate(CONTRAST)}
    page.emulate_media(color_scheme="dark")
    contrast["dark"] = page.evaluate(CONTRAST)
    widths = {}
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        widths[width] = page.evaluate("document.documentElement.scrollWidth")
    page.remove_listener("console", complain)
    page.remove_listener("pageerror", complain)
    return Seen(said, contrast, widths, faults)


def test_nothing_is_refused_or_missing(seen: dict[str, Seen]) -> None:
    """The browser itself complains of a 404, which the last page is."""
    assert {path: page.complaints for path, page in seen.items() if page.complaints and path != PATHS[-1]} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(seen: dict[str, Seen], scheme: str) -> None:
    assert {path: page.contrast[scheme] for path, page in seen.items() if page.contrast[scheme]} == {}


def test_contrast_is_really_looked_at(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body style='background:#fff'><p style='color:#bbb'>pale</p><p>plain</p></body></html>")
    assert [words for words, _, _ in page.evaluate(CONTRAST)] == ["pale"]
    page.close()


@pytest.mark.parametrize("width", [320, 390])
def test_narrow_screens_scroll_one_way_only(seen: dict[str, Seen], width: int) -> None:
    assert {path: page.widths[width] for path, page in seen.items() if page.widths[width] > width} == {}


def test_each_page_is_one_document_with_one_heading(seen: dict[str, Seen]) -> None:
    assert {path: page.faults for path, page in seen.items() if page.faults} == {}


def test_reading_from_the_start_page_to_the_words(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/") as page:
        page.get_by_role("link", name="Strengthen personal information protection").first.click()
        arrives(page, "/doc/wic-2020/action/8")
        page.locator(".sentence .original a.num").nth(5).click()
        arrives(page, "#clause-6")
        card = page.locator("#clause-6")
        assert card.is_visible()
        assert "不得" in card.inner_text()
        assert "implied" in card.inner_text()
        card.get_by_role("link", name="enterprises").first.click()
        arrives(page, "/doc/group/enterprises")
        hits = page.locator("mark.hit").all_inner_texts()
        assert hits
        assert set(hits) <= {"企业", "互联网企业", "技术社群"}


def test_a_statements_evidence_is_two_clicks_from_the_action(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/doc/wic-2020/action/8") as page:
        page.locator("#clause-5 h3 a").click()
        arrives(page, "/clause/5")
        assert page.locator('[id="addressee-enterprises"]').is_visible()
        assert page.locator('[id="addressee-enterprises"]').inner_text() == "企业"
        assert page.locator('a[href="#addressee-enterprises"] q').inner_text() == "企业"


def test_switching_the_language_stays_on_the_page_and_is_kept(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/doc/wic-2020/action/8") as page:
        page.get_by_role("link", name="中文").click()
        assert page.evaluate("document.documentElement.lang") == "zh"
        arrives(page, "/doc/wic-2020/action/8?lang=zh")
        page.get_by_role("link", name="加强未成年人网络保护").click()
        assert page.evaluate("document.documentElement.lang") == "zh"
        page.get_by_role("link", name="English").click()
        assert page.evaluate("document.documentElement.lang") == "en"
    with page_of(browser, real, "/", locale="zh-CN") as page:
        assert page.evaluate("document.documentElement.lang") == "zh"


def test_by_keyboard(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/doc/wic-2020/action/8") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.locator(".sentence .original a.num").first.focus()
        page.keyboard.press("Enter")
        arrives(page, "#clause-1")


def test_without_scripts(browser: Browser, real: Live) -> None:
    for path in ("/", "/doc/wic-2020/action/8", "/questions/actions-by-modality", "/sparql"):
        with page_of(browser, real, path, java_script_enabled=False) as page:
            assert page.locator("h1").is_visible()


def test_a_query(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/sparql", java_script_enabled=False) as page:
        page.get_by_role("button", name="Run").click()
        assert page.locator("textarea").input_value().startswith("PREFIX")
        rows = page.locator(".result tbody tr")
        assert rows.count() == 2
        assert "企业不得" in page.locator(".result").inner_text()
        page.locator("textarea").fill("SELECT nonsense")
        page.get_by_role("button", name="Run").click()
        assert page.get_by_role("alert").is_visible()
        assert page.locator("textarea").input_value() == "SELECT nonsense"


def test_the_second_document_has_pages_as_well(browser: Browser, harbour: Live) -> None:
    with page_of(browser, harbour, "/") as page:
        assert "Initiative on Sharing Harbour Data" in page.locator("h1").inner_text()
        page.get_by_role("link", name="Protect crew information").first.click()
        assert page.locator(".clause.m-prohibit").count() == 2


def test_searching(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/") as page:
        page.get_by_role("combobox", name="Search").first.fill("未成年人")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        assert "未成年人" in page.locator("mark.hit").all_inner_texts()
        page.locator(".facets a").first.click()
        assert page.locator(".chosen-filters li").count() == 1
        page.get_by_role("link", name="中文").click()
        assert page.evaluate("document.documentElement.lang") == "zh"
        assert page.locator("input[name=q]").first.input_value() == "未成年人"


def test_searching_without_scripts_on_a_narrow_screen(browser: Browser, real: Live) -> None:
    size = {"width": 390, "height": 800}
    with page_of(browser, real, "/", java_script_enabled=False, viewport=size) as page:
        page.get_by_role("searchbox", name="Search").fill("cyber crime")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        page.locator(".results h3 a").first.click()
        assert page.locator("h1").is_visible()


def test_comparing_from_an_action(browser: Browser, real: Live) -> None:
    """From the action's page to the form, which has it chosen, and on to the table; then a mistake."""
    with page_of(browser, real, "/doc/wic-2020/action/10", java_script_enabled=False) as page:
        page.get_by_role("link", name="Compare it with others").click()
        assert page.get_by_label("Deepen international cooperation").is_checked()
        page.get_by_label("Strengthen the online protection of minors").check()
        page.locator("form.choose button").click()
        assert page.locator(".compare thead th").count() == 3
        assert page.locator(".compare .chip.m-support").count() == 1
        assert set(page.locator(".compare li.shared a").all_inner_texts()) == {"cybercrime", "legislation"}
        page.get_by_role("link", name="中文").click()
        assert page.evaluate("document.documentElement.lang") == "zh"
        assert page.locator(".compare thead th").count() == 3
        page.get_by_label("加强未成年人网络保护").uncheck()
        page.locator("form.choose button").click()
        assert page.get_by_role("alert").is_visible()
        assert page.get_by_label("深化打击网络犯罪").is_checked()


def test_a_question_is_answered_and_run_again(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/questions", java_script_enabled=False) as page:
        page.get_by_role("link", name="In how many actions does each wording occur?").click()
        assert page.locator("svg.chart").is_visible()
        rows = page.locator("table.answer tbody tr")
        shown = rows.count()
        assert shown == 13
        assert rows.first.inner_text().split()[-1] == "18"
        page.get_by_role("link", name="Run it on the query page").click()
        assert "COUNT(DISTINCT ?action)" in page.locator("textarea").input_value()
        page.get_by_role("button", name="Run").click()
        assert page.locator(".result tbody tr").count() == shown


def test_the_map_by_keyboard(browser: Browser, real: Live) -> None:
    """Its links are reached and followed by keyboard, and its words stand beside it."""
    with page_of(browser, real, "/") as page:
        page.locator(".map a.action").nth(7).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/wic-2020/action/8")
        page.goto(f"{real.url}/")
        page.locator("details.words.wide summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.words.wide li").first.is_visible()
        assert page.locator(".scroll:has(.map)").get_attribute("tabindex") == "0"
    with page_of(browser, real, "/", viewport={"width": 390, "height": 800}) as page:  # there it is a list
        assert not page.locator(".map").is_visible()
        assert page.evaluate("document.documentElement.scrollHeight") < 11_000
        page.locator(".map-list summary").nth(1).focus()
        page.keyboard.press("Enter")
        page.locator(".map-list .action a.part").nth(7).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/wic-2020/action/8")


def test_nothing_is_out_of_reach_on_a_narrow_screen(browser: Browser, real: Live) -> None:
    """Words without a blank, columns, filters and the result of a query; the skip link leaves no frame behind."""
    with page_of(browser, real, f"/search?q={'x' * 200}", viewport={"width": 390, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.goto(f"{real.url}/compare?iri=wic-2020/action/8&iri=wic-2020/action/9")
        assert page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.scroll'))") == 0
        page.goto(f"{real.url}/search?q=cyber")
        tops = page.evaluate("['.facets', '.hits'].map(it => document.querySelector(it).getBoundingClientRect().top)")
        assert tops == sorted(tops)
        page.goto(f"{real.url}/sparql?query=ASK%7B%7D")
        page.get_by_role("button", name="Run").click()
        arrives(page, "#result")
        assert page.evaluate("document.activeElement.id") == "result"
        page.goto(f"{real.url}/#content")
        assert page.evaluate("getComputedStyle(document.querySelector('main')).outlineStyle") == "none"


def test_a_link_to_evidence_marks_the_words_and_the_quote_can_be_copied(browser: Browser, real: Live) -> None:
    place = "/doc/wic-2020/action/8/clause/5#addressee-enterprises"
    with page_of(browser, real, place, java_script_enabled=False) as page:
        words = page.locator(".words:target")
        assert words.inner_text() == "企业"
        expect(words).to_be_in_viewport()
        assert page.get_by_role("button", name="Copy the quote").count() == 0
    with page_of(browser, real, place) as page:
        colours = "[':target', 'body'].map(it => getComputedStyle(document.querySelector(it)).backgroundColor)"
        marked, plain = page.evaluate(colours)
        assert marked != plain
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy the quote").click()
        page.get_by_text("Copied").wait_for()
        quote, citation, link = page.evaluate("navigator.clipboard.readText()").strip().split("\n")
        assert quote == "“企业”"
        assert "2020" in citation
        assert link.endswith("/id/wic-2020/action/8/clause/5#addressee-enterprises")


def test_comparing_by_keyboard(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/compare") as page:
        for label in (
            "Advance the construction of information infrastructure",
            "Strengthen the protection of information",
        ):
            page.get_by_label(label).focus()
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url("**/compare?iri=**")
        assert page.locator(".compare thead th").count() == 3


def test_each_term_leads_to_the_questions_that_need_it(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/ontology") as page:
        assert page.locator(".map a").count() > 20
        page.locator("article#Clause summary").first.click()
        page.locator("article#Clause dd a[href*='/questions/']").first.click()
        assert page.locator("h1").is_visible()
        assert page.get_by_role("link", name="clause", exact=True).first.is_visible()


def test_a_long_page_leaves_what_is_sought_and_unfolds_what_is_led_to(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/ontology") as page:
        every = page.locator(".term").count()
        page.locator("#filter").fill("addressee")
        left = page.locator(".term:visible")
        assert 0 < left.count() < every
        assert all(
            "addressee" in (words or "").lower()
            for words in left.evaluate_all("all => all.map(item => item.textContent)")
        )
        assert f"{left.count()} of {every}" in page.locator(".filter").inner_text()
        page.goto(f"{real.url}/shapes#Clause-modality")
        page.locator("#Clause-modality").wait_for()  # a constraint, folded until then
    with page_of(browser, real, "/ontology", java_script_enabled=False) as page:
        assert not page.locator(".filter").is_visible()
        assert page.locator(".term:visible").count() == every


def test_suggestions_by_keyboard(browser: Browser, real: Live) -> None:
    with page_of(browser, real, "/") as page:
        page.locator("#find").fill("united nat")
        page.locator(".suggested li").first.wait_for()
        page.keyboard.press("ArrowDown")
        assert page.locator("#find").get_attribute("aria-activedescendant") == "find-list-0"
        page.keyboard.press("Enter")
        arrives(page, "/doc/institution/united-nations")
        page.goto(f"{real.url}/compare")
        for name, place in (("data secur", 0), ("cybercr", 0)):
            field = page.locator("#other")
            field.fill(name)
            page.locator("#other-list li").nth(place).click()
        assert page.locator("input[type=hidden][name=iri]").first.input_value().endswith("/topic/cybercrime")


def test_reading_without_colours_and_notes(browser: Browser, real: Live) -> None:
    """By check boxes and the style sheet alone."""
    with page_of(browser, real, "/read/wic-2020", java_script_enabled=False) as page:
        clause = page.locator('[id="action/8/clause/5"]').first
        assert "prohibit" in clause.inner_text()
        assert page.locator(".notes").first.is_visible()
        page.locator("#colours").uncheck()
        page.locator("#notes").uncheck()
        assert "prohibit" not in clause.inner_text()
        assert not page.locator(".notes").first.is_visible()


COMPARED = "/compare?iri=wic-2020/action/8&iri=wic-2020/action/9&iri=wic-2020/action/10"
CUT = """() => [...document.querySelectorAll('th, td, dt, dd')]
    .filter((cell) => cell.clientWidth && cell.scrollWidth > cell.clientWidth + 1)
    .map((cell) => cell.innerText)"""


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_no_cell_of_a_table_runs_into_the_next(browser: Browser, real: Live, locale: str) -> None:
    with tab(browser, locale=locale) as page:
        for path in (COMPARED, "/doc/wic-2020/action/18", "/pictures/mappings-sdg-targets", "/dataset", "/questions"):
            page.goto(real.url + path)
            assert page.evaluate(CUT) == [], path


def test_paper_has_nothing_to_press_and_the_addresses_of_sources(browser: Browser, real: Live) -> None:
    with tab(browser) as page:
        page.emulate_media(media="print")
        for path in ("/", "/doc/wic-2020/action/8", "/questions/prohibitions", COMPARED):
            page.goto(real.url + path)
            assert page.evaluate(
                "[...document.querySelectorAll('button, .button, form')].every(it => !it.clientHeight)"
            )
            assert page.evaluate("[...document.querySelectorAll('pre')].every(it => it.scrollWidth <= it.clientWidth)")
        expect(page.locator("#choose")).to_be_hidden()  # its heading goes with the form
        page.goto(f"{real.url}/doc/wic-2020/action/18")
        shown = "(link) => getComputedStyle(link, '::after').content"
        source = page.locator("#mappings ~ .scroll a[rel=external]:not(:has(code))").first
        assert source.get_attribute("href") in source.evaluate(shown)
