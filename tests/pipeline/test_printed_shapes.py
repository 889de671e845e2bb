"""Texts as documents elsewhere are printed, in several languages: what ``draft`` takes their lines for is right.

Its drafts are built and validated, with every character covered. The texts are made up.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from initiative_lod import pipeline
from initiative_lod.settings import Settings
from initiative_lod.sources.document_draft import DraftText, draft
from initiative_lod.sources.outline import outline

RESOLUTION = """Resolution on Harbour Data
The Assembly of Ports,
Recalling its resolution 4/12 of 3 March 2029,
Deeply concerned that lists of sailors are sold,
1. Decides to keep a register;
2. Calls upon member ports:
(a) To publish tide tables;
(b) To refrain from selling lists:
(i) In the winter;
(ii) At any other time;
(c) To report.
ANNEX
Terms of the register
1. The register has three keepers.
2. They meet twice a year.
"""
TREATY = """Convention sur les données des ports
PRÉAMBULE
Les Parties,
Considérant que la mer est à tous,
sont convenues de ce qui suit :
TITRE PREMIER – DISPOSITIONS GÉNÉRALES
Article premier
On entend par « données » toute information.
Article 2
Obligations
1. Les Parties publient leurs marées.
2. Elles ne vendent pas les listes :
a) sauf accord ;
b) sauf urgence.
TITRE II – DISPOSITIONS FINALES
Article 3
La Convention entre en vigueur le 1er mars 2031.
"""
ACT = """HARBOUR DATA ACT 2031
CHAPTER I
PRELIMINARY
§ 1. Short title.
This Act may be cited as the Harbour Data Act.
§ 2. Definitions.
In this Act—
"harbour" means a place where ships rest.
CHAPTER II
DUTIES
§ 2a. Duty to publish.
(1) Each port shall publish its tide table.
(2) A port that does not commits an offence.
SCHEDULE 1
Ports to which this Act applies
North Harbour
South Harbour
"""
JAPANESE = """港湾データ法
第一章　総則
（目的）
第一条　この法律は、港湾データの利用を促進することを目的とする。
（定義）
第二条　この法律において「港湾」とは、船の泊まる所をいう。
２　この法律において「潮位」とは、海面の高さをいう。
第二章　義務
第三条　港湾管理者は、次の表を公表しなければならない。
一　毎月の潮位表
二　毎年の潮位表
"""
CODE = """港口数据条例
第一编　总则
第一章　一般规定
第一条　为了保护港口数据，制定本条例。
第二条　港口应当公布潮汐表：
（一）每月的潮汐表；
（二）每年的潮汐表，包括：
1.高潮；
2.低潮。
第二条之一　船员名单不得出售。
第二编　附则
第一章　施行
第三条　本条例自2031年3月1日起施行。
附件1　港口名录
北港
南港
"""
ARABIC = """ميثاق بيانات الموانئ
المادة 1
تلتزم الموانئ بنشر جداول المد والجزر.
المادة 2
لا يجوز بيع قوائم الطواقم.
"""
GERMAN = """Hafendatengesetz
Abschnitt 1
Allgemeines
§ 1 Zweck
Dieses Gesetz dient der Offenheit.
§ 2 Pflichten
(1) Häfen veröffentlichen ihre Gezeiten.
(2) Sie verkaufen keine Listen.
Anlage
Die Häfen sind Nordhafen und Südhafen.
"""
SHAPES = {
    "en-resolution": (
        RESOLUTION,
        "preamble preamble/paragraph/1 preamble/recital/1 preamble/recital/2 article/1 article/2 article/2/item/1 "
        "article/2/item/2 article/2/item/2/item/1 article/2/item/2/item/2 article/2/item/3 annex/1 annex/1/section/1 "
        "annex/1/section/1/article/1 annex/1/section/1/article/2",
    ),
    "fr": (
        TREATY,
        "preamble preamble/paragraph/1 preamble/recital/1 preamble/paragraph/2 part/1 article/1 article/2 "
        "article/2/item/1 article/2/item/2 article/2/item/2/item/1 article/2/item/2/item/2 part/2 article/3",
    ),
    "en-act": (
        ACT,
        "chapter/1 article/1 article/1/paragraph/1 article/1/paragraph/2 article/2 article/2/paragraph/1 "
        "article/2/paragraph/2 article/2/paragraph/3 chapter/2 article/2a article/2a/item/1 article/2a/item/2 annex/1 "
        "annex/1/section/1 annex/1/section/1/paragraph/1 annex/1/section/1/paragraph/2",
    ),
    "ja": (
        JAPANESE,
        "chapter/1 article/1 article/2 article/2/item/1 chapter/2 article/3 article/3/item/1 article/3/item/2",
    ),
    "zh": (
        CODE,
        "part/1 part/1/chapter/1 article/1 article/2 article/2/item/1 article/2/item/2 article/2/item/2/item/1 "
        "article/2/item/2/item/2 article/2-1 part/2 part/2/chapter/1 article/3 annex/1 annex/1/paragraph/1 "
        "annex/1/paragraph/2",
    ),
    "ar": (ARABIC, "article/1 article/2"),
    "de": (GERMAN, "section/1 article/1 article/2 article/2/item/1 article/2/item/2 annex/1"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_lines_are_taken_for_what_they_are(name: str) -> None:
    text, paths = SHAPES[name]
    assert [part.path for part in outline(text).parts] == paths.split()


def test_headings_may_stand_on_two_lines() -> None:
    headings = {part.path: part.heading for part in (*outline(ACT).parts, *outline(JAPANESE).parts)}
    assert headings["chapter/1"] == "第一章　総則"
    assert {part.path: part.heading for part in outline(ACT).parts}["chapter/1"] == "CHAPTER I\nPRELIMINARY"
    assert headings["article/1"] == "（目的）"
    assert {part.path: part.heading for part in outline(TREATY).parts}["article/2"] == "Article 2\nObligations"


def test_a_letter_after_h_is_no_roman_number() -> None:
    letters = "".join(f"({letter}) word;\n" for letter in "abcdefghij")
    found = outline(f"Title\nArticle 1. The words are:\n{letters}")
    assert [part.path for part in found.parts][1:] == [f"article/1/item/{number}" for number in range(1, 11)]


@pytest.mark.thorough
def test_all_of_them_are_built_whole(project: Path) -> None:
    for name, (text, _) in SHAPES.items():
        language, folder = name.partition("-")[0], project / "data" / "graphs" / name
        folder.mkdir()
        (project / "data/source" / f"{name}.txt").write_text(text, "utf-8")
        turtle = draft(name, [DraftText(language, f"{name}.txt", outline(text))])
        (folder / "document.ttl").write_text(turtle, "utf-8")
    checked = pipeline.check(Settings(root=project))
    assert checked.conforms, checked.report.to_text()
    covered = {item.part.partition("/id/")[2]: item for item in checked.built.coverage}
    for name in SHAPES:
        found = covered[f"{name}/{name.partition('-')[0]}"]
        assert found.covered == found.characters
