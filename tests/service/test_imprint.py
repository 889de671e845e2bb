"""The name of a site, its publisher, licence and footer: what its dataset says, on every page, and on errors too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from initiative_lod.settings import Settings
from patience import patient
from pipeline.conftest import make_project
from service.conftest import Live, publish, serve

DATASET = """
<dataset> dcterms:title "港口数据集"@zh , "Harbour dataset"@en ;
    dcterms:alternative "港口"@zh , "Harbours & Co"@en ;
    <http://www.w3.org/2000/01/rdf-schema#comment> "潮水说明"@zh , "A note on tides <b>"@en ;
    dcterms:publisher <dataset#publisher> ;
    <http://www.w3.org/ns/dcat#contactPoint> <dataset#contact> ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
    dcterms:modified "2031-03-05"^^<http://www.w3.org/2001/XMLSchema#date> .

<dataset#publisher> <http://xmlns.com/foaf/0.1/name> "灯塔联盟"@zh , "Lighthouses"@en ;
    <http://xmlns.com/foaf/0.1/homepage> <https://lights.example/> .

<dataset#contact> <http://www.w3.org/2006/vcard/ns#hasEmail> <mailto:keeper@lights.example> .
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    root = make_project(tmp_path_factory.mktemp("imprint") / "project")
    (root / "data" / "dataset.ttl").write_text("@prefix dcterms: <http://purl.org/dc/terms/> .\n" + DATASET, "utf-8")
    settings = patient(Settings(root=root))
    publish(settings)
    with serve(settings) as running:
        yield running


PATHS = ["/", "/doc/harbour-2031/action/2", "/dataset", "/search?q=x", "/sparql", "/questions", "/ontology", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_it(live: Live, path: str) -> None:
    page = live.get(path, "text/html", Accept_Language="en").text
    assert " · Harbours &amp; Co</title>" in page
    footer = page[page.index('<footer class="site">') :]
    assert '<a href="https://lights.example/">Lighthouses</a>' in footer
    assert '<a href="https://creativecommons.org/licenses/by/4.0/">' in footer
    assert '<a href="mailto:keeper@lights.example">' in footer
    assert ("A note on tides &lt;b&gt;" in footer, "潮水说明" in footer) == (True, False)


def test_in_the_language_of_the_page(live: Live) -> None:
    page = live.get("/", "text/html", Accept_Language="zh").text
    assert " · 港口</title>" in page
    footer = page[page.index('<footer class="site">') :]
    assert "灯塔联盟" in footer
    assert ("潮水说明" in footer, "A note on tides" in footer) == (True, False)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_leads_to_whom_to_tell_an_error(live: Live, harbour: Live, path: str) -> None:
    """The address is the data set's contact; without one the page about the site says what to do."""
    footer = live.get(path, "text/html", Accept_Language="en").text.partition('<footer class="site">')[2]
    link = re.search(r'<a href="mailto:keeper@lights\.example\?subject=([^"]*)">Report an error</a>', footer)
    assert link is not None
    if path not in ("/nowhere", "/search?q=x"):
        assert unquote(link[1]).endswith(path)
    other = harbour.get(path, "text/html", Accept_Language="en").text.partition('<footer class="site">')[2]
    assert '<a href="/about#error">Report an error</a>' in other


def test_the_page_about_the_site_says_whom_to_tell_and_what_limits_it(live: Live, harbour: Live) -> None:
    page = live.get("/about", "text/html", Accept_Language="en").text
    assert "mailto:keeper@lights.example" in page.partition("<main")[2].partition("</main>")[0]
    assert 'id="limits"' in page
    assert "/cite?iri=" in page
    data = harbour.get("/about/data", "text/html", Accept_Language="en").text
    for needed in (".ttl", ".csv", "dump.nq.gz", "OpenRefine", "SERVICE &lt;", "/openapi.json"):
        assert needed in data, needed
    described = harbour.get("/about/api", "text/html").text
    assert all(
        f"<code>{path}</code>" in described for path in ("/read/{document}", "/oembed", "/sparql", "/doc/{path}")
    )


def test_without_a_name_the_title_is_the_name(harbour: Live) -> None:
    page = harbour.get("/", "text/html", Accept_Language="en").text
    assert " · Harbour data</title>" in page
    assert "mailto:" not in page


def test_of_an_unreadable_release_nothing_is_said(tmp_path: Path) -> None:
    settings = patient(Settings(root=tmp_path))
    with serve(settings) as empty:
        answer = empty.get("/", "text/html", Accept_Language="en")
    assert answer.status_code == 503
    assert "Documents as linked data" in answer.text
