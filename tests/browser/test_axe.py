"""axe-core in a real browser over the main pages, in both languages, in the light and in the dark: it finds nothing.

Each page is looked at in Chinese in the light and in English in the dark, since no colour depends on the language;
``test_pages`` computes the contrast of each in both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import tab
from service.conftest import Live

pytestmark = pytest.mark.thorough

#: WCAG 2.2 AA and what it stands on, with axe's own good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATHS = [
    "/",
    "/doc/wic-2020",
    "/doc/wic-2020/pillar/2",
    "/doc/wic-2020/action/8",
    "/doc/wic-2020/action/8/clause/5",
    "/doc/wic-2020/preamble",
    "/doc/wic-2020/zh",
    "/doc/institution/united-nations",
    "/doc/group/enterprises",
    "/doc/topic/cybercrime",
    "/doc/modality",
    "/questions",
    "/questions/actions-by-modality",
    "/questions/prohibitions",
    "/questions/expressly-addressed-groups",
    "/compare",
    "/compare?iri=wic-2020/action/8&iri=wic-2020/action/9&iri=wic-2020/action/10",
    "/compare?iri=wic-2020/action/8",
    "/search?q=personal+data",
    "/search?q=nothing-like-it",
    "/ontology",
    "/shapes",
    "/resource?iri=http://metadata.un.org/thesaurus/1000797",
    "/dataset",
    "/graph/topics",
    "/releases",
    "/sparql",
    "/sparql?query=SELECT+*+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+3",
    "/read/wic-2020",
    "/read/wic-2020?view=zh",
    "/things",
    "/things/institution?order=tree",
    "/pictures",
    "/pictures/topics",
    "/pictures/mappings-sdg-targets",
    "/pictures/question-cue-words",
    "/embed/pictures/wording",
    "/about",
    "/about/data",
    "/about/api",
    "/cite?iri=https://w3id.org/initiative-lod/id/wic-2020/action/8",
    "/doc/nothing",
    "/doc/wic-2020/action/8?_mediatype=image/png",
    "/sparql?query=SELECT",
]
NARROW = (
    "/",
    "/read/wic-2020",
    "/things/topic",
    "/about/data",
    "/pictures/topics",
    "/doc/wic-2020/action/8",
    "/doc/institution/united-nations",
    "/compare?iri=wic-2020/action/8&iri=wic-2020/action/9",
    "/shapes",
    "/doc/wic-2020/pillar/4",
    "/graph/alignment-sdg-targets",
)
RUN = """([tags, colours]) => axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], rules: {'color-contrast': {enabled: colours}}
  })
  .then(found => found.violations.map(item =>
    `${item.id}: ${item.help}; ${item.nodes.length} × as in ${item.nodes[0].target}`
    + ` ${item.nodes[0].failureSummary}`))"""


@pytest.fixture(scope="session")
def axe(node_modules: Path) -> str:
    """The script."""
    return (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")


def faults(page: Page, url: str, axe: str, colours: bool = True) -> list[str]:
    """What axe finds in the page; ``colours`` take it most of its time."""
    page.goto(url, wait_until="load")  # not before its style sheets are there
    page.evaluate(axe)
    found: list[str] = page.evaluate(RUN, [TAGS, colours])
    return found


@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_axe_finds_nothing(browser: Browser, real: Live, axe: str, locale: str, scheme: Any) -> None:
    with tab(browser, locale=locale, color_scheme=scheme, bypass_csp=True) as page:
        assert [f"{path}: {item}" for path in PATHS for item in faults(page, real.url + path, axe)] == []


def test_axe_finds_nothing_on_a_narrow_screen(browser: Browser, real: Live, axe: str) -> None:
    with tab(browser, viewport={"width": 390, "height": 800}, bypass_csp=True) as page:
        assert [f"{path}: {item}" for path in NARROW for item in faults(page, real.url + path, axe, False)] == []


def test_axe_is_really_looking(browser: Browser, axe: str) -> None:
    """A page with a fault is not passed."""
    page = browser.new_page()
    page.set_content("<html><body><img src='data:,'><p style='color:#bbb;background:#fff'>pale</p></body></html>")
    page.evaluate(axe)
    assert {item.partition(":")[0] for item in page.evaluate(RUN, [TAGS, True])} >= {"image-alt", "color-contrast"}
    page.close()
