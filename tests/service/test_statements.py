"""Institutional statements on the pages and as files: the coders' table, IG Script that makes the same graph again."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from initiative_lod import release
from initiative_lod.build import coded_statements, coding
from initiative_lod.build.coded_statements import CodedDocument
from initiative_lod.documents import coding_figures, statement_table
from initiative_lod.documents.ig_script_writer import ScriptWriter
from initiative_lod.errors import NotationError
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.sources import ig_script, word_pairs
from initiative_lod.sources.word_pairs import TranslatedPiece, WordPair
from pipeline.conftest import CHECKOUT
from pipeline.test_codings import initiative
from service.conftest import Live

BROWSER = "text/html"
CLAUSE = "https://w3id.org/initiative-lod/id/wic-2020/action/8/clause/5"


@pytest.fixture(scope="module")
def documents(real_settings: Settings) -> list[CodedDocument]:
    """The coding of record and the second one."""
    current = release.current(real_settings.release_folder)
    assert current is not None
    opened = OpenRelease.open(current)
    return [
        coded_statements.with_text(opened.quads, item)
        for item in sorted(coded_statements.codings(opened.quads), key=lambda item: item.is_rival)
    ]


@pytest.fixture(scope="module")
def document(documents: list[CodedDocument]) -> CodedDocument:
    record, rival = documents
    assert rival.coding.is_rival
    assert not record.coding.is_rival
    return record


def rows(document: CodedDocument) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(statement_table.table(document).decode("utf-8-sig"))))


def test_a_row_is_an_atomic_statement(document: CodedDocument) -> None:
    found = [row for row in rows(document) if row["part"] == CLAUSE]
    assert [(row["A_words"], row["D_words"], row["I_words"], row["Bdir_words"]) for row in found] == [
        ("企业", "不得", "预设", "后门"),
        ("企业", "不得", "预设", "恶意代码"),
    ]
    assert {row["Cex_words"] for row in found} == {"在信息技术设备中"}
    assert [(row["A_words_en"], row["D_words_en"], row["Bdir_words_en"]) for row in found] == [
        ("enterprises", "not to", "backdoors"),
        ("enterprises", "not to", "malicious code"),
    ]
    assert found[1]["Bdir"] == "https://w3id.org/initiative-lod/id/topic/malicious-code"
    assert {row["statement"] for row in found} == {f"{CLAUSE}#statement-1"}


def test_every_cell_has_words_of_the_text_or_iris(documents: list[CodedDocument]) -> None:
    for document in documents:
        english = document.renderings["en"].content
        for row in rows(document):
            for column, cell in row.items():
                for piece in cell.split(statement_table.BETWEEN) if cell else ():
                    if column.endswith("_words"):
                        assert piece in document.content, (row["statement"], column)
                    elif column.endswith("_words_en"):
                        assert all(words in english for words in piece.split(" … ")), (row["statement"], column)
                    elif column in ("statement", "part", "nested_in", "act", *coded_statements.SYMBOLS.values()):
                        assert piece == "" or piece.startswith("https://"), (row["statement"], column)


def test_the_figures_of_the_docs_are_those_of_the_coding(document: CodedDocument) -> None:
    docs = (CHECKOUT / "docs" / "statements.md").read_text("utf-8")
    clauses, every = (coding_figures.figures(document, kind) for kind in ("/clause/", ""))
    for name, one, other in (
        ("parts", clauses.parts, every.parts),
        ("statements", clauses.statements, every.statements),
        ("nested in others", clauses.nested, every.nested),
        ("rows of the table", clauses.rows, every.rows),
        ("with a doubt", clauses.doubts, every.doubts),
    ):
        assert f"| {name} | {one} | {other} |" in docs
    shares = [f"{item.held} of {item.characters} ({item.held / item.characters:.1%})" for item in (clauses, every)]
    assert f"| letters in components | {' | '.join(shares)} |".replace("%", " %") in docs
    for item in clauses.roles:
        assert f"| {item.symbol} | {item.components} | {item.implied} | {item.filled} |" in docs
    for words, times in coding_figures.left_over(document, "/clause/").items():
        assert (f"{words} ({times}" if times > 1 else words) in docs


def test_what_is_implied_is_named_in_the_row(document: CodedDocument) -> None:
    (row,) = [row for row in rows(document) if row["part"] == CLAUSE.replace("/5", "/6")]
    assert row["implied"] == "A | act"


def test_ig_script_read_back_makes_the_same_graph(document: CodedDocument) -> None:
    documents, described = initiative()
    authored = ig_script.read(CHECKOUT / "data" / "codings" / "wic-2020.igs")
    written = ig_script.parse(ScriptWriter(document, Iris()).whole(), Path("written.igs"))
    first, second = (set(coding.coder(file, documents, Iris(), described).triples()) for file in (authored, written))
    assert len(first) > 500
    assert second == first


def test_ig_script_in_english_has_the_words_of_the_rendering(document: CodedDocument) -> None:
    script = ScriptWriter(document, Iris(), "en").whole()
    assert "[require: Require] A[group/enterprises](enterprises) D[modality/prohibit](not to)" in script
    assert (
        "I[pre-install](pre-install) Bdir[topic/backdoor, topic/malicious-code](backdoors [AND] malicious code)"
        in script
    )
    assert "words: en" in script.splitlines()
    assert "[undertake] I[participate](take … part in)" in script.replace("Cex[manner](active) ", "")
    assert "I[put-forward]" not in script  # facts name no concept
    assert "I(put forward #1)" in script
    assert "I(put forward #2)" in script


def test_ig_script_in_english_read_back_makes_the_same_graph(documents: list[CodedDocument]) -> None:
    """With the words and places of both languages; with the pairs that the release has as with those of the author."""
    found, described = initiative()
    for document in documents:
        name = document.coding.graph.rpartition("/coding-")[2]
        writer = ScriptWriter(document, Iris(), "en")
        authored = ig_script.read(CHECKOUT / "data" / "codings" / f"{name}.igs")
        english = ig_script.parse(writer.whole(), Path("written.en.igs"))
        pairs = CHECKOUT / "data" / "codings" / f"{name}.en.words"
        first = coding.coder(authored, found, Iris(), described).triples()
        second = coding.coder(english, found, Iris(), described, [word_pairs.read(pairs)]).triples()
        assert len(first) > 500
        assert set(second) == set(first)
        written = word_pairs.parse(writer.pairs(), Path("written.en.words"))
        for part, one in word_pairs.read(pairs).parts.items():
            assert sides(written.parts[part]) == sides(one), part
        assert set(coding.coder(english, found, Iris(), described, [written]).triples()) == set(first)


def sides(pairs: Sequence[WordPair]) -> list[tuple[str, tuple[TranslatedPiece, ...]]]:
    """Pairs without their lines, in an order of their own."""
    return sorted(((pair.words, pair.pieces) for pair in pairs), key=str)


def test_a_translation_whose_pairs_are_missing_is_told(document: CodedDocument) -> None:
    found, described = initiative()
    english = ig_script.parse(ScriptWriter(document, Iris(), "en").whole(), Path("written.en.igs"))
    with pytest.raises(NotationError, match=r"put wic-2020\.en\.words beside it"):
        coding.coder(english, found, Iris(), described)


def test_no_constraint_qualifies_a_noun(documents: list[CodedDocument]) -> None:
    """What 的 ties to the noun behind it (在…等方面的合作) is a property of that noun."""
    for document in documents:
        for part, tops in document.coding.parts.items():
            for item in (item for top in tops for inner in top.everything() for item in inner.components):
                if item.context and not item.implied:
                    behind = document.content[item.end : item.end + 8]
                    assert not re.match("(等)?(方面|领域)?的", behind), (part, item.text)


def skeleton(items: Sequence[ig_script.Item]) -> tuple[object, ...]:
    """Components as written, without their words: symbols, concepts, kinds, operators, what is implied, and nesting."""
    found: list[object] = []
    for item in items:
        if isinstance(item, ig_script.Component):
            name = (item.symbol, item.suffix, item.is_property, item.context, item.concepts, item.operator)
            found.append((*name, [words.implied for words in item.words], [skeleton(inner) for inner in item.nested]))
        elif isinstance(item, ig_script.Alternatives):
            found.append((item.operator, [skeleton(branch) for branch in item.branches]))
    return tuple(found)


def test_ig_script_in_english_reads_back_as_the_same_statements(document: CodedDocument) -> None:
    chinese, english = (
        {
            part.path: [
                (item.act.concept, item.act.operator, item.act.cue is None, item.doubts, skeleton(item.items))
                for item in part.statements
            ]
            for part in ig_script.parse(ScriptWriter(document, Iris(), *language).whole(), Path("x.igs")).parts
        }
        for language in ((), ("en",))
    )
    assert len(chinese) == 100
    assert english == chinese


def test_the_same_adverb_is_of_one_kind_in_both_codings(documents: list[CodedDocument]) -> None:
    """And of that which the codebook names: how long (持续) is no degree."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        for top in (top for tops in document.coding.parts.values() for top in tops):
            for item in (item for statement in top.everything() for item in statement.components if item.context):
                kinds[item.text].add(item.context.rpartition("/")[2])
    assert {words: found for words, found in kinds.items() if len(found) > 1} == {}
    for kind, adverbs in {
        "manner": ("共同", "携手", "积极", "合力", "有效"),
        "degree": ("充分", "进一步", "全面", "更加"),
        "time": ("2015年", "2019年", "持续"),
    }.items():
        assert [kinds[words] for words in adverbs] == [{kind}] * len(adverbs)


def test_every_clause_has_its_words_in_english(document: CodedDocument) -> None:
    """All but a light verb and 凸显, which the rendering does without; and the three parts that tell how things are."""
    found = [
        (part, item)
        for part, tops in document.coding.parts.items()
        for top in tops
        for statement in top.everything()
        for item in statement.components
        if item.text and item.nested is None
    ]
    assert len({part for part, _ in found}) == 100
    without = [item.text for _, item in found if not item.translations]
    assert (len(found), sorted(without)) == (594, ["凸显", *["开展"] * 6])
    assert all(
        len(item.translated) == item.translations["en"].count(" … ") + 1 for _, item in found if item.translations
    )


def test_the_files_have_addresses(real: Live) -> None:
    table = real.get("/statements/wic-2020.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.content.decode("utf-8-sig").startswith("statement,row,part,")
    script = real.get("/statements/wic-2020.igs")
    assert "[require: 要求] A[group/enterprises](企业)" in script.text
    assert "#second-statement-1," in real.get("/statements/wic-2020-second.csv").text
    missing = real.get("/statements/nowhere.csv")
    assert missing.status_code == httpx.codes.NOT_FOUND
    assert "wic-2020.csv" in missing.text


def test_the_files_are_of_the_release_and_of_its_catalogue(real: Live) -> None:
    """What is sent is what lies in the release; the dataset has it as a distribution, and its page links to it."""
    manifest = real.opened.release.manifest
    described = real.get("/dataset.nt").text
    page = real.get("/dataset", BROWSER, accept_language="zh").text
    for name in (
        *("wic-2020.csv", "wic-2020.igs", "wic-2020.en.igs", "wic-2020.en.words"),
        *("wic-2020-second.csv", "wic-2020-second.igs", "wic-2020-second.en.igs"),
    ):
        body = real.get(f"/statements/{name}").content
        entry = manifest.files[f"statements-{name}"]
        assert hashlib.sha256(body).hexdigest() == entry.sha256, name
        assert f"downloadURL> <https://w3id.org/initiative-lod/statements/{name}>" in described
        assert entry.sha256 in described.lower()
        assert f'href="/statements/{name}"' in page


def test_a_spreadsheet_computes_no_cell(document: CodedDocument) -> None:
    part = next(iter(document.coding.parts))
    top = document.coding.parts[part][0]
    bad = replace(top.components[0], role="aim", text="=HYPERLINK(1)")
    coding = replace(document.coding, parts={part: (replace(top, components=(bad,)),)}, uncoded={})
    content = statement_table.table(replace(document, coding=coding))
    assert content.startswith(b"\xef\xbb\xbfstatement,")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["I_words"] == "'=HYPERLINK(1)"


def test_a_clause_shows_its_statement(real: Live) -> None:
    chinese = real.get("/doc/wic-2020/action/8/clause/5", BROWSER, accept_language="zh").text
    assert 'id="statement-1"' in chinese
    assert "规范词" in chinese
    assert 'href="/statements/wic-2020.csv"' in chinese
    assert '<pre lang="zh">[require: 要求] A[group/enterprises](企业) D[modality/prohibit](不得) ' in chinese
    assert '<pre lang="en">[require: Require] A[group/enterprises](enterprises) D[modality/prohibit](not' in chinese
    english = real.get("/doc/wic-2020/action/8/clause/5", BROWSER, accept_language="en").text
    assert '<mark class="said m-prohibit" title="deontic">not to</mark>' in english
    assert '<span class="quiet" lang="zh">恶意代码</span>' in english
    english = real.get("/doc/wic-2020/action/8/clause/6", BROWSER, accept_language="en").text
    assert "carried over from clause 5" in english


def test_a_clause_shows_how_another_coder_reads_it(real: Live) -> None:
    """In 2/1 the readings differ; in 9/5 only the order of the qualifiers does."""
    for clause, told in (
        ("2/clause/1", "reads it differently"),
        ("2/clause/2", "reads it the same way"),
        ("9/clause/5", "reads it the same way"),
        ("17/clause/4", "reads it the same way"),
    ):
        page = real.get(f"/doc/wic-2020/action/{clause}", BROWSER, accept_language="en").text
        assert 'id="second-statement-1"' in page
        assert page.count(told) == page.count('class="rival"') == 1, clause
    assert 'class="rival"' not in real.get("/doc/wic-2020/action/8/clause/5", BROWSER).text
    action = real.get("/doc/wic-2020/action/2", BROWSER, accept_language="zh").text
    assert action.count("另一位编码者的读法与此相同") == 3


def test_a_group_shows_what_it_is_asked_to_do(real: Live) -> None:
    page = real.get("/doc/group/enterprises", BROWSER, accept_language="en").text
    asked = page.split('id="asked"', 1)[1].split("</section>", 1)[0]
    assert "Action 8, clause 5" in asked
    assert "恶意代码" in asked


def test_who_is_helped_or_told_of_is_not_asked(real: Live) -> None:
    """In 17/2 the enterprises are helped, in 17/3 and 17/4 they act; no fact about a person asks for anything."""

    def under(thing: str, anchor: str) -> str:
        page = real.get(f"/doc/{thing}", BROWSER, accept_language="en").text
        return page.split(f'id="{anchor}"', 1)[1].split("</section>", 1)[0] if f'id="{anchor}"' in page else ""

    asked, stated = under("group/msmes", "asked"), under("group/msmes", "stated")
    assert [f"Action 17, clause {n}" in asked for n in (2, 3, 4)] == [False, True, True]
    assert [f"Action 17, clause {n}" in stated for n in (2, 3, 4)] == [True, False, False]
    countries = under("group/all-countries", "asked")
    assert all(f"Action 17, clause {n}" in countries for n in (1, 2, 3, 4))
    assert "Action 13, clause 1" not in countries
    for thing in ("group/developing-countries", "group/older-persons", "person/xi-jinping"):
        assert under(thing, "asked") == "", thing
        assert under(thing, "stated"), thing
    assert "Action 12, clause 1" in under("institution/international-telecommunication-union", "asked")


def test_a_kind_of_act_shows_where_it_is_asked_for(real: Live) -> None:
    page = real.get("/doc/aim/steal", BROWSER, accept_language="zh").text
    assert "窃取" in page.split('id="stated"', 1)[1].split("</section>", 1)[0]
