"""A second document: a made-up initiative of harbours, in a project folder of its own. The code knows nothing of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from initiative_lod.cli.app import app
from initiative_lod.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]

TEXT = """港口数据共享倡议

港口数据共享倡议

港口是各地往来的门户。面对拥堵,港口需要共享数据。

共同建设

支持港口共享数据,鼓励船员学习新技术。

1.建设数据平台。推动各港口共建数据平台,在尊重港口自主的前提下,鼓励船公司提供船期数据。

2.保护船员信息。船公司不得出售船员信息,不得泄露航线。

共同使用

3.开放船期查询。鼓励港口开放船期查询,支持灯塔联盟发挥作用。

让数据像潮水一样通达每个港口。

来源说明:本文为测试而写。
"""

PREFIXES = """@base <https://w3id.org/initiative-lod/> .
@prefix : <ontology#> .
@prefix src: <authoring#> .
@prefix group: <id/group/> .
@prefix institution: <id/institution/> .
@prefix modality: <id/modality/> .
@prefix principle: <id/harbour-2031/principle/> .
@prefix role: <id/role/> .
@prefix topic: <id/topic/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

DOCUMENT = """
<id/harbour-2031> a :Initiative ;
    rdfs:label "港口数据共享倡议"@zh , "Initiative on Sharing Harbour Data"@en ;
    src:heading "港口数据共享倡议" ;
    :pillarCount 2 ; :actionCount 3 ;
    dcterms:issued [ src:is "2031-03-04"^^xsd:date ; src:seenIn "made up for a test" ] .

<id/harbour-2031/zh> a :Text , :AuthenticText ;
    eli:realizes <id/harbour-2031> ;
    rdfs:label "港口数据共享倡议(原文)"@zh , "Initiative on Sharing Harbour Data (the original)"@en ;
    schema:inLanguage "zh" ;
    src:file "harbour-2031.zh.txt" ;
    src:firstLine "港口数据共享倡议" ;
    src:lastLine "让数据像潮水一样通达每个港口。" ;
    :rightsNotice "本文为测试而写。"@zh ;
    :rightsDoubt "没有疑问。"@zh .

<id/harbour-2031/en> a :Text , :UnofficialTranslation ;
    eli:realizes <id/harbour-2031> ;
    rdfs:label "港口数据共享倡议(英译)"@zh , "Initiative on Sharing Harbour Data (a rendering)"@en ;
    schema:inLanguage "en" .

<id/harbour-2031/principle> a skos:ConceptScheme ;
    rdfs:label "原则"@zh , "Principles"@en .

principle:building-together a :Principle , skos:Concept ;
    skos:inScheme <id/harbour-2031/principle> ;
    skos:prefLabel "共同建设"@zh , "Building together"@en .

<id/harbour-2031/preamble> a :Preamble ;
    dcterms:isPartOf <id/harbour-2031> ;
    rdfs:label "序言"@zh , "Preamble"@en .

<id/harbour-2031/preamble/paragraph/1> a :Paragraph ;
    src:quote "港口是各地往来的门户。面对拥堵,港口需要共享数据。" ;
    :translation "Harbours are gates. Congested, they need to share data."@en ;
    :mentions [ src:is group:harbours ; src:quote "港口" ; src:suffix "是" ] ,
              [ src:is group:harbours ; src:quote "港口" ; src:suffix "需要" ] .

<id/harbour-2031/conclusion> a :Conclusion ;
    rdfs:label "结语"@zh , "Conclusion"@en ;
    src:quote "让数据像潮水一样通达每个港口。" ;
    :translation "Let data reach every harbour as the tide does."@en .
"""

PILLARS = """
<id/harbour-2031/pillar/1> a :Pillar ;
    rdfs:label "共同建设"@zh , "Building together"@en ;
    src:heading "共同建设" ;
    src:lead "支持港口共享数据,鼓励船员学习新技术。" ;
    :actionCount 2 ;
    :embodies [ src:is principle:building-together ; src:quote "共同建设" ] .

<id/harbour-2031/pillar/1/clause/1> a :Clause ;
    src:quote "支持港口共享数据," ;
    :translation "Support harbours in sharing data,"@en ;
    :modality [ src:is modality:support ; src:quote "支持" ] ;
    :beneficiary [ src:is group:harbours ; src:quote "港口" ] ;
    :topic [ src:is topic:data-sharing ; src:quote "共享数据" ] .

<id/harbour-2031/pillar/1/clause/2> a :Clause ;
    src:quote "鼓励船员学习新技术。" ;
    :translation "and encourage crews to learn new technology."@en ;
    :modality [ src:is modality:encourage ; src:quote "鼓励" ] ;
    :addressee [ src:is group:crews ; src:quote "船员" ] .

<id/harbour-2031/action/1> a :Action ;
    dcterms:isPartOf <id/harbour-2031/pillar/1> ;
    rdfs:label "建设数据平台"@zh , "Build a data platform"@en ;
    src:heading "1.建设数据平台。" ;
    :topic [ src:is topic:data-platform ; src:quote "数据平台" ] .

<id/harbour-2031/action/1/clause/1> a :Clause ;
    src:quote "推动各港口共建数据平台," ;
    :translation "Promote the joint building of a data platform by harbours,"@en ;
    :modality [ src:is modality:promote ; src:quote "推动" ] ;
    :addressee [ src:is group:harbours ; src:quote "港口" ] ;
    :topic [ src:is topic:data-platform ; src:quote "数据平台" ] .

<id/harbour-2031/action/1/clause/2> a :Clause ;
    src:quote "在尊重港口自主的前提下,鼓励船公司提供船期数据。" ;
    :translation "and, respecting their autonomy, encourage shipping lines to give schedules."@en ;
    :modality [ src:is modality:encourage ; src:quote "鼓励" ] ;
    :addressee [ src:is group:shipping-lines ; src:quote "船公司" ] ;
    :condition [ src:quote "在尊重港口自主的前提下" ; :translation "respecting the autonomy of harbours"@en ] ;
    :mentions [ src:is group:harbours ; src:quote "港口" ] ;
    :topic [ src:is topic:schedules ; src:quote "船期" ] .

<id/harbour-2031/action/2> a :Action ;
    dcterms:isPartOf <id/harbour-2031/pillar/1> ;
    rdfs:label "保护船员信息"@zh , "Protect crew information"@en ;
    src:heading "2.保护船员信息。" ;
    :topic [ src:is topic:crew-information ; src:quote "船员信息" ] .

<id/harbour-2031/action/2/clause/1> a :Clause ;
    src:quote "船公司不得出售船员信息," ;
    :translation "Shipping lines must not sell crew information,"@en ;
    :modality [ src:is modality:prohibit ; src:quote "不得" ] ;
    :addressee [ src:is group:shipping-lines ; src:quote "船公司" ] ;
    :topic [ src:is topic:crew-information ; src:quote "船员信息" ] .

<id/harbour-2031/action/2/clause/2> a :Clause ;
    src:quote "不得泄露航线。" ;
    :translation "nor give routes away."@en ;
    :modality [ src:is modality:prohibit ; src:quote "不得" ] ;
    :addressee [ src:is group:shipping-lines ; src:quote "船公司" ; src:in <id/harbour-2031/action/2/clause/1> ;
                 src:implied "主语承前"@zh , "the subject carries over"@en ] ;
    :beneficiary [ src:is group:crews ; src:implied "航线关系到船员"@zh , "routes matter to crews"@en ] .

<id/harbour-2031/pillar/2> a :Pillar ;
    rdfs:label "共同使用"@zh , "Using together"@en ;
    src:heading "共同使用" ;
    :actionCount 1 .

<id/harbour-2031/action/3> a :Action ;
    dcterms:isPartOf <id/harbour-2031/pillar/2> ;
    rdfs:label "开放船期查询"@zh , "Open schedules to queries"@en ;
    src:heading "3.开放船期查询。" ;
    :topic [ src:is topic:schedules ; src:quote "船期" ] .

<id/harbour-2031/action/3/clause/1> a :Clause ;
    src:quote "鼓励港口开放船期查询," ;
    :translation "Encourage harbours to open schedules to queries,"@en ;
    :modality [ src:is modality:encourage ; src:quote "鼓励" ] ;
    :addressee [ src:is group:harbours ; src:quote "港口" ] ;
    :topic [ src:is topic:schedules ; src:quote "船期" ] .

<id/harbour-2031/action/3/clause/2> a :Clause ;
    src:quote "支持灯塔联盟发挥作用。" ;
    :translation "and support the League of Lighthouses in playing its part."@en ;
    :modality [ src:is modality:support ; src:quote "支持" ] ;
    :cites [ src:is institution:lighthouse-league ; src:role role:acts ; src:quote "灯塔联盟" ] .
"""

SHARED = """
<id/group> a skos:ConceptScheme ; rdfs:label "群体"@zh , "Groups"@en .
<id/topic> a skos:ConceptScheme ; rdfs:label "主题"@zh , "Topics"@en .

institution:lighthouse-league a :Institution ;
    rdfs:label "灯塔联盟"@zh , "League of Lighthouses"@en ;
    :noMatchReason "为测试而造。"@zh , "Made up for a test."@en .
"""
CONCEPTS = {
    "group:harbours": ("StakeholderGroup", "港口", "harbours"),
    "group:crews": ("StakeholderGroup", "船员", "crews"),
    "group:shipping-lines": ("StakeholderGroup", "船公司", "shipping lines"),
    "topic:data-sharing": ("Topic", "共享数据", "data sharing"),
    "topic:data-platform": ("Topic", "数据平台", "data platform"),
    "topic:schedules": ("Topic", "船期", "schedules"),
    "topic:crew-information": ("Topic", "船员信息", "crew information"),
}
CONCEPT = """
{name} a :{kind} , skos:Concept ;
    skos:prefLabel "{zh}"@zh , "{en}"@en ;
    skos:definition "{zh}。"@zh , "The {en} of the harbours."@en ;
    :noMatchReason "为测试而造。"@zh , "Made up for a test."@en ;
    skos:inScheme <id/{scheme}> ; skos:topConceptOf <id/{scheme}> .
"""

DATASET = """
<dataset> dcterms:title "港口数据"@zh , "Harbour data"@en ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
    dcterms:modified "2031-03-05"^^xsd:date .
"""

ALIGNMENT = """#curie_map:
#  topic: "https://w3id.org/initiative-lod/id/topic/"
#  ilod: "https://w3id.org/initiative-lod/ontology#"
#  skos: "http://www.w3.org/2004/02/skos/core#"
#  semapv: "https://w3id.org/semapv/vocab/"
#  ex: "https://example.org/thesaurus/"
#mapping_set_id: https://w3id.org/initiative-lod/graph/alignment-harbour
#license: https://creativecommons.org/licenses/by/4.0/
#extension_definitions:
#  - slot_name: ext_seen_in
#    property: ilod:seenIn
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tcomment\text_seen_in
topic:schedules\tskos:exactMatch\tex:schedules\tsemapv:ManualMappingCuration\t0.9\tmeans the same\tmade up for a test
"""

QUESTION = """# question@en: What does the document prohibit?
# question@zh: 文件禁止什么？
# group: modality

PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
SELECT ?clause WHERE { ?clause ilod:modality <https://w3id.org/initiative-lod/id/modality/prohibit> } ORDER BY ?clause
"""
ANSWER = "clause\nid/harbour-2031/action/2/clause/1\nid/harbour-2031/action/2/clause/2\n"

Edit = Callable[[str, str, str], Path]


def make_project(root: Path) -> Path:
    """Writes the second document's project. Ontology, shapes, modalities and roles are the real ones."""
    concepts = "".join(
        CONCEPT.format(name=name, kind=kind, zh=zh, en=en, scheme=name.partition(":")[0])
        for name, (kind, zh, en) in CONCEPTS.items()
    )
    for path, content in {
        "data/source/harbour-2031.zh.txt": TEXT,
        "data/graphs/harbour-2031/document.ttl": PREFIXES + DOCUMENT,
        "data/graphs/harbour-2031/pillars.ttl": PREFIXES + PILLARS,
        "data/dataset.ttl": PREFIXES + DATASET,
        "data/graphs/shared.ttl": PREFIXES + SHARED + concepts,
        "data/alignments/harbour.sssom.tsv": ALIGNMENT,
        "data/questions/prohibitions.rq": QUESTION,
        "data/questions/prohibitions.tsv": ANSWER,
        "initiative-lod.toml": "",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
    shutil.copytree(CHECKOUT / "ontology", root / "ontology")
    return root


def make_example(root: Path) -> Path:
    """Makes a project with the example that the package has: a charter, and a declaration in two authentic texts."""
    done = CliRunner().invoke(app, ["init", "--example", str(root)])
    assert done.exit_code == 0, done.output
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project folder of the second document."""
    return make_project(tmp_path / "project")


@pytest.fixture
def published(harbour_root: Path, tmp_path: Path) -> Path:
    """A copy of the built project, to be changed at will."""
    return Path(
        shutil.copytree(
            harbour_root, tmp_path / "published", symlinks=True, ignore=shutil.ignore_patterns(".merging-*")
        )
    )


@pytest.fixture
def settings(project: Path) -> Settings:
    """Settings for the second document."""
    return Settings(root=project)


@pytest.fixture
def edit(project: Path) -> Edit:
    """Replaces the one place where some words stand in a file of the project; returns the file."""

    def replace(path: str, old: str, new: str) -> Path:
        file = project / path
        content = file.read_text("utf-8")
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {path}"
        file.write_text(content.replace(old, new), "utf-8")
        return file

    return replace


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of this project itself."""
    return CHECKOUT
