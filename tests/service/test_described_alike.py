"""The dataset is the same in DCAT, in schema.org and in a page's ``og`` properties; its contact too."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import DCAT, DCTERMS, FOAF, RDF, VCARD
from pipeline.conftest import make_project
from service.conftest import Live, publish, serve
from service.test_fair import block

I = Iris()
DATASET = I.thing("dataset")
CONTACT = """
<dataset> dcterms:publisher <dataset#publisher> ;
    <http://www.w3.org/ns/dcat#contactPoint> <dataset#desk> .
<dataset#publisher> rdfs:label "港务处"@zh , "Port Office"@en .
<dataset#desk> a <http://www.w3.org/2006/vcard/ns#Kind> ; rdfs:label "数据服务台"@zh , "Data desk"@en ;
    <http://www.w3.org/2006/vcard/ns#hasEmail> <mailto:desk@harbour.example> .
"""


@pytest.fixture(scope="module")
def with_contact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The second document, whose operator gives a contact."""
    root: Path = make_project(tmp_path_factory.mktemp("contact") / "project")
    with (root / "data" / "dataset.ttl").open("a", encoding="utf-8") as file:
        file.write(CONTACT)
    settings = Settings(root=root)
    publish(settings)
    with serve(settings) as live:
        yield live


def dcat(live: Live) -> set[Triple]:
    return {quad.triple for quad in parse(live.get("/dataset", "text/turtle").content, RdfFormat.TURTLE)}


def values(triples: set[Triple], subject: object, predicate: NamedNode, language: str = "") -> list[str]:
    found = [triple.object for triple in triples if triple.subject == subject and triple.predicate == predicate]
    return sorted(
        term.value
        for term in found
        if isinstance(term, NamedNode | Literal) and (not language or getattr(term, "language", None) == language)
    )


def og(live: Live, path: str) -> dict[str, str]:
    page = live.get(path, "text/html").text
    pairs = re.findall(r'<meta property="og:([a-z_]+)" content="([^"]*)">', page)
    assert len(pairs) == len(dict(pairs))
    return {name: html.unescape(content) for name, content in pairs}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_schema_org_says_of_the_dataset_what_dcat_says(real: Live, language: str) -> None:
    triples, found = dcat(real), block(real, "/dataset", language)
    assert found["@id"] == DATASET.value
    for key, predicate in (("description", DCTERMS.description), ("name", DCTERMS.title)):
        (said,) = values(triples, DATASET, predicate, language)
        assert said.startswith(found[key].removesuffix("…")), key
    for key, predicate in (
        ("license", DCTERMS.license),
        ("datePublished", DCTERMS.issued),
        ("dateModified", DCTERMS.modified),
        ("version", DCAT.version),
        ("identifier", DCTERMS.identifier),
    ):
        assert [found[key]] == values(triples, DATASET, predicate), key
    for key, predicate in (("publisher", DCTERMS.publisher), ("creator", DCTERMS.creator)):
        assert [found[key]["@id"]] == values(triples, DATASET, predicate)
        assert [found[key]["name"]] == values(triples, NamedNode(found[key]["@id"]), FOAF.name, language)
    assert set(values(triples, DATASET, DCAT.keyword, language)) <= set(found["keywords"])


def test_schema_org_has_the_files_that_dcat_has(real: Live) -> None:
    triples, found = dcat(real), block(real, "/dataset")
    said: dict[str, tuple[Any, ...]] = {}
    for node in values(triples, DATASET, DCAT.distribution):
        (address,) = values(triples, NamedNode(node), DCAT.downloadURL)
        (size,) = values(triples, NamedNode(node), DCAT.byteSize)
        (media,) = values(triples, NamedNode(node), DCAT.mediaType)
        said[address] = (f"{size} B", media.partition("media-types/")[2])
    assert {
        item["contentUrl"]: (item["contentSize"], first(item["encodingFormat"])) for item in found["distribution"]
    } == said
    assert any("/statements/" in address for address in said)


def first(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]


@pytest.mark.parametrize("path", ["/dataset", "/doc/wic-2020", "/doc/wic-2020/action/8", "/doc/topic/backdoor"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_og_says_what_schema_org_says(real: Live, path: str, language: str) -> None:
    properties, found = og(real, f"{path}?lang={language}"), block(real, path, language)
    assert (properties["title"], properties["url"]) == (found["name"], found["url"])
    about = "核对" if language == "zh" else "quotes the words"  # of the whole site, where a thing has none of its own
    if "description" in found:
        assert properties["description"] == found["description"]
    else:
        assert about in properties["description"]
    assert properties["site_name"]


def test_every_page_has_a_title_for_those_who_share_it(real: Live) -> None:
    assert og(real, "/?lang=zh")["title"] == "携手构建网络空间命运共同体行动倡议"  # its block is about the dataset
    for path in ("/search", "/questions", "/compare", "/releases", "/sparql"):
        assert og(real, path)["title"], path


def test_dcat_and_schema_org_have_the_contact(with_contact: Live) -> None:
    triples = dcat(with_contact)
    desk = NamedNode(f"{DATASET.value}#desk")
    catalogue = next(t.subject for t in triples if t.predicate == RDF.type and t.object == DCAT.Catalog)
    for holder in (DATASET, catalogue):
        assert desk.value in values(triples, holder, DCAT.contactPoint)
    assert values(triples, desk, VCARD.hasEmail) == ["mailto:desk@harbour.example"]
    point = {"@type": "ContactPoint", "email": "desk@harbour.example"}
    assert block(with_contact, "/dataset")["publisher"]["contactPoint"] == point
