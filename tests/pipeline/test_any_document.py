"""Documents of other shapes and languages: two authentic texts, chapters and articles, items, parts of one's own kind.

Each is outlined by ``draft``, built and validated; what an author of one can get wrong is told with its place.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode
from typer.testing import CliRunner

from initiative_lod import pipeline
from initiative_lod.build.graph import Built, build
from initiative_lod.cli.app import app
from initiative_lod.errors import SourceError
from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from initiative_lod.sources.document_draft import DraftText, draft
from initiative_lod.sources.outline import outline
from initiative_lod.vocabulary import DCTERMS, OA, RDFS

TEXTS = Path(__file__).resolve().parents[3] / "shared" / "texts"
I = Iris()
ZH = """海鸟保护示范宣言

序言

鉴于海鸟不分国界,

鉴于灯光使幼鸟迷途,

兹宣告如下:

第一章 总则

第一条 本宣言所称海鸟,是指在海上觅食的鸟。

第二条 人人有权观赏海鸟。

任何人不得惊扰巢穴。

第二章 义务

第三条 港口应当做到:

（一）夜间调暗灯光;

（二）记录伤鸟。

第四条 渔船可以在近岸停泊。

定于虚构市,2031年3月4日。
"""
EN = """Model Declaration on Seabirds

Preamble

Whereas seabirds know no borders,

Whereas lights lead young birds astray,

Now declares as follows:

Chapter I General

Article 1. In this Declaration “seabird” means a bird that feeds at sea.

Article 2. Everyone has the right to watch seabirds.

No one shall disturb their nests.

Chapter II Duties

Article 3. Harbours shall:

(a) dim their lights at night;

(b) keep a record of injured birds.

Article 4. Fishing boats may moor close to the shore.

Done at Fiction City, 4 March 2031.
"""
CLAUSES = """
<id/seabirds/article/2/paragraph/2/clause/1> a :Clause ;
    src:quote "任何人不得惊扰巢穴。"@zh , "No one shall disturb their nests."@en ;
    :modality [ src:is <id/modality/prohibit> ; src:quote "不得"@zh , "No one shall"@en ] ;
    :topic [ src:is <id/topic/nests> ; src:quote "nests"@en ] .

<id/seabirds/article/4/paragraph/1/clause/1> a :Clause ;
    src:quote "渔船可以在近岸停泊。"@zh , "Fishing boats may moor close to the shore."@en ;
    :modality [ src:is <id/modality/support> ; src:quote "可以"@zh ] ,
              [ src:is <id/modality/encourage> ; src:implied "made up for a test"@en ] .

<id/topic/nests> a :Topic , skos:Concept ; skos:inScheme <id/topic> ;
    skos:prefLabel "nests"@en ; :noMatchReason "made up"@en .
"""
SKOS_PREFIX = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
GRAPH = "data/graphs/seabirds/document.ttl"
FILES = {"zh": "data/source/seabirds.zh.txt", "en": "data/source/seabirds.en.txt"}

Edit = Callable[[str, str, str], Path]


def add(root: Path, name: str, texts: Mapping[str, str]) -> None:
    """Puts a document into a project, as ``draft --add`` does."""
    drafts = []
    for language, words in texts.items():
        file = f"{name}.{language.lower()}.txt"
        (root / "data" / "source" / file).write_text(words, "utf-8")
        drafts.append(DraftText(language, file, outline(words)))
    folder = root / "data" / "graphs" / name
    folder.mkdir()
    (folder / "document.ttl").write_text(draft(name, drafts), "utf-8")


@pytest.fixture
def seabirds(project: Path) -> Path:
    """The project with a declaration in two authentic languages, two of its articles coded."""
    add(project, "seabirds", {"zh": ZH, "en": EN})
    path = project / GRAPH
    path.write_text(SKOS_PREFIX + path.read_text("utf-8") + CLAUSES, "utf-8")
    return project


@dataclass(frozen=True)
class Graph:
    """What was built of one document."""

    built: Built

    def values(self, path: str, property: NamedNode) -> list[NamedNode | Literal]:
        """The objects that ``id/seabirds/<path>`` has for a property, outside of what was inferred, in order."""
        subject = I.thing(f"id/seabirds/{path}".rstrip("/"))
        found = {
            quad.object
            for quad in self.built.quads
            if quad.subject == subject and quad.predicate == property and quad.graph_name != I.graph("inferred")
        }
        return sorted((term for term in found if isinstance(term, NamedNode | Literal)), key=str)

    def words(self, path: str, property: NamedNode) -> dict[str, str]:
        """Literals by their language."""
        values = self.values(path, property)
        assert all(isinstance(value, Literal) for value in values)
        return {value.language or "": value.value for value in values if isinstance(value, Literal)}


@pytest.fixture
def graph(seabirds: Path) -> Graph:
    return Graph(build(Settings(root=seabirds)))


def errors(root: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        build(Settings(root=root))
    return [str(error) for error in getattr(caught.value, "errors", (caught.value,))]


def test_both_texts_are_the_document_s_own(graph: Graph) -> None:
    for language, delivered in (("zh", ZH), ("en", EN)):
        words = "\n\n".join(line for line in delivered.split("\n") if line)
        assert graph.words(language, I.term("text")) == {language: words}
        assert [value.value for value in graph.values(language, I.term("length"))] == [str(len(words))]
    assert not graph.values("zh", I.term("uncovered"))
    covered = {item.part: (item.covered, item.characters) for item in graph.built.coverage}
    for language in FILES:
        assert len({*covered[I.thing(f"id/seabirds/{language}").value]}) == 1


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("preamble/recital/2", "鉴于灯光使幼鸟迷途,", "Whereas lights lead young birds astray,"),
        ("article/2/paragraph/2", "任何人不得惊扰巢穴。", "No one shall disturb their nests."),
        ("article/3/item/2", "（二）记录伤鸟。", "(b) keep a record of injured birds."),
    ],
)
def test_a_part_has_its_words_in_each_text(graph: Graph, path: str, zh: str, en: str) -> None:
    assert graph.words(path, I.term("text")) == {"zh": zh, "en": en}
    sources = {str(value).rsplit("/", 1)[1].split("#")[0] for value in graph.values(path, I.term("span"))}
    assert sources == {"zh", "en"}


def test_numbers_are_as_printed_and_as_counted(graph: Graph) -> None:
    assert graph.words("article/3", I.term("printedNumber")) == {"zh": "第三条", "en": "Article 3"}
    assert graph.words("chapter/2", I.term("printedNumber")) == {"zh": "第二章", "en": "Chapter II"}
    assert [value.value for value in graph.values("article/3", I.term("number"))] == ["3"]
    assert graph.values("article/3", DCTERMS.isPartOf) == [I.thing("id/seabirds/chapter/2")]
    assert graph.words("article/3/item/1", I.term("printedNumber")) == {"zh": "（一）", "en": "(a)"}


def test_every_part_has_its_place_in_reading_order(graph: Graph) -> None:
    def position(path: str) -> int:
        (value,) = graph.values(path, I.term("position"))
        return int(value.value)

    order = ["preamble", "preamble/recital/1", "preamble/paragraph/1", "chapter/1", "article/1", "article/2"]
    order += ["article/2/paragraph/1", "article/2/paragraph/2", "chapter/2", "article/3", "article/3/item/2"]
    assert [position(path) for path in order] == sorted(position(path) for path in order)


def test_labels_are_in_the_language_of_each_text(graph: Graph) -> None:
    assert graph.words("chapter/1", RDFS.label) == {"zh": "第一章 总则", "en": "Chapter I General"}
    assert graph.words("article/2/paragraph/2", RDFS.label) == {
        "zh": "第二条 第 2 段",
        "en": "Article 2, paragraph 2",
    }


def test_evidence_may_stand_in_any_of_the_texts(graph: Graph) -> None:
    clause = "article/2/paragraph/2/clause/1"
    assert len(graph.values(f"{clause}#modality-prohibit", I.term("span"))) == 2
    (span,) = graph.values(f"{clause}#topic-nests", I.term("span"))
    assert "/en#char=" in str(span)
    path = str(span)[1:-1].rpartition("seabirds/")[2].replace("char", "selector")
    assert graph.values(path, OA.exact) == [Literal("nests")]


def test_it_conforms_and_a_clause_may_have_two_modalities(seabirds: Path, graph: Graph) -> None:
    assert len(graph.values("article/4/paragraph/1/clause/1", I.term("modality"))) == 2
    report = pipeline.validate(graph.built, Settings(root=seabirds))
    assert report.conforms, report.to_text()
    assert "Named-label" not in report.to_text()  # parts are called by their kinds in both languages


def test_no_literal_of_an_english_document_is_tagged_chinese_but_labels(project: Path) -> None:
    add(project, "seabirds", {"en": EN})
    built = build(Settings(root=project))
    chinese = {
        quad.predicate
        for quad in built.quads
        if str(quad.subject).startswith("<https://w3id.org/initiative-lod/id/seabirds")
        and isinstance(quad.object, Literal)
        and quad.object.language == "zh"
    }
    assert chinese == {RDFS.label}
    report = pipeline.validate(built, Settings(root=project))
    assert report.conforms, report.to_text()


def test_words_in_no_part_are_violations_at_their_line_of_the_text(seabirds: Path) -> None:
    path = seabirds / GRAPH
    content = path.read_text("utf-8")
    start = content.index("<id/seabirds/article/1> a")
    path.write_text(content[:start] + content[content.index("<id/seabirds/article/2> a") :], "utf-8")
    built = build(Settings(root=seabirds))
    report = pipeline.validate(built, Settings(root=seabirds)).to_text()
    for language, delivered, words in (("zh", ZH, "第一条 本宣言"), ("en", EN, "Article 1. In this")):
        line = delivered[: delivered.index(words)].count("\n") + 1
        assert f"{FILES[language]}:{line}" in report
        assert f"“{words}" in report
    assert "Text-uncovered" in report
    assert not pipeline.validate(built, Settings(root=seabirds)).conforms


def test_what_is_left_out_has_a_reason_and_covers(project: Path) -> None:
    marked = EN.replace("Chapter I General", "## Chapter I General").replace(
        "Preamble\n", "<!-- INFO END -->\n\nPreamble\n"
    )
    add(project, "seabirds", {"en": marked})
    graph = Graph(build(Settings(root=project)))
    assert len(graph.values("en", I.term("leftOut"))) == 2
    assert graph.words("chapter/1", RDFS.label)["en"] == "Chapter I General"
    assert not graph.values("en", I.term("uncovered"))


def test_a_publisher_s_own_kind_of_part(project: Path) -> None:
    add(project, "seabirds", {"en": "Pledges of Captains\n\nWe dim our lights.\n\nWe count the birds.\n"})
    path = project / GRAPH
    content = (
        path.read_text("utf-8").replace("paragraph/", "pledge/").replace(":Paragraph", "<https://example.org/Pledge>")
    )
    kind = """
<https://example.org/Pledge> <http://www.w3.org/2000/01/rdf-schema#subClassOf> :Part ;
    rdfs:label "pledge"@en ; :labelPattern "Pledge {}"@en .
"""
    path.write_text(content + kind, "utf-8")
    built = build(Settings(root=project))
    assert Graph(built).words("pledge/2", RDFS.label) == {"en": "Pledge 2"}
    assert pipeline.validate(built, Settings(root=project)).conforms


def test_numbering_that_starts_anew_lies_in_what_it_starts_in(project: Path) -> None:
    anew = EN.replace("Article 3.", "Article 1.").replace("Article 4.", "Article 2.")
    add(project, "seabirds", {"en": anew})
    graph = Graph(build(Settings(root=project)))
    assert graph.words("chapter/2/article/2", I.term("printedNumber")) == {"en": "Article 2"}
    assert pipeline.validate(graph.built, Settings(root=project)).conforms


def test_a_number_that_the_text_skips_is_a_warning(project: Path) -> None:
    add(project, "seabirds", {"en": EN.replace("Article 4.", "Article 6.")})
    report = pipeline.validate(build(Settings(root=project)), Settings(root=project))
    assert report.conforms
    assert "PartAdvice-number-gap" in report.to_text()


def test_a_rendering_is_whole_or_not_there(seabirds: Path) -> None:
    """Nothing is put together from labels."""
    path = seabirds / GRAPH
    rendering = """
<id/seabirds/fr> a :Text , :UnofficialTranslation ; eli:realizes <id/seabirds> ; schema:inLanguage "fr" ;
    schema:translationOfWork <id/seabirds/zh> ; rdfs:label "Déclaration"@fr , "宣言"@zh , "Declaration"@en .
<id/seabirds/article/1> :translation "Les oiseaux de mer."@fr .
"""
    path.write_text(path.read_text("utf-8") + rendering, "utf-8")
    built = build(Settings(root=seabirds))
    assert Graph(built).values("fr", I.term("text")) == []
    report = pipeline.validate(built, Settings(root=seabirds))
    assert report.conforms
    assert "TextAdvice-text" in report.to_text()


BROKEN = {
    "a quote of no text": (
        '"任何人不得惊扰巢穴。"@zh , ',
        '"任何人不得惊扰巢穴。"@fr , ',
        "no text with a file in 'fr'",
    ),
    "a quote that does not say of which text": (
        'src:quote "nests"@en',
        'src:quote "nests"',
        "several texts, and the quote does not say of which it is: write .*@en or .*@zh",
    ),
    "a mark that does not say of which text": (
        'src:heading "第一章 总则"@zh',
        'src:heading "第一章 总则"',
        "chapter/1> src:heading: the document has several texts",
    ),
    "a number that is not printed there": (
        'src:number "第三条"@zh',
        'src:number "第九条"@zh',
        "begin with .*, and not with its src:number, “第九条”",
    ),
    "words that differ": (
        "（二）记录伤鸟。",
        "（二）登记伤鸟。",
        "“（二）登记伤鸟。”: not found in seabirds.zh.txt; after “（二）” the text .line 25. has “记录伤鸟。”",
    ),
    "the same words twice": (
        'src:quote "（二）记录伤鸟。"@zh',
        'src:quote "（一）夜间调暗灯光;"@zh',
        "item/2> has the same words as <.*item/1>",
    ),
    "the wrong order": (
        "<id/seabirds/article/1> a :Article",
        "<id/seabirds/article/5> a :Article",
        "article/5> begins in the text before <.*article/4> ends",
    ),
    "a text without a language": (
        'schema:inLanguage "zh"',
        'schema:about "zh"',
        "nothing of its language: give it one schema:inLanguage",
    ),
    "two texts in one language": ('schema:inLanguage "zh"', 'schema:inLanguage "en"', "are both in 'en'"),
    "a second file": ('src:file "seabirds.zh.txt"', 'src:file "seabirds.zh.txt" , "b.txt"', "has src:file twice"),
    "what is left out of nothing": (
        "<id/seabirds> a :GovernanceDocument ;",
        '<id/seabirds> a :GovernanceDocument ; src:leftOut [ src:quote "x" ; src:reason "y"@en ] ;',
        "leaves words out, and is no :Text with a src:file",
    ),
    "what is left out without a reason": (
        "<id/seabirds/zh> a :Text",
        '<id/seabirds/zh> src:leftOut [ src:quote "# " ] ; a :Text',
        "says why, with src:reason",
    ),
    "what is left out and not there": (
        "<id/seabirds/zh> a :Text",
        '<id/seabirds/zh> src:leftOut [ src:quote "###" ; src:reason "y"@en ] ; a :Text',
        "leaves out, “###”, do not stand in seabirds.zh.txt",
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_what_an_author_gets_wrong_is_told_with_its_line(seabirds: Path, broken: Sequence[str]) -> None:
    old, new, message = broken
    path = seabirds / GRAPH
    content = path.read_text("utf-8")
    assert old in content, content[:400]
    path.write_text(content.replace(old, new, 1), "utf-8")
    found = [error for error in errors(seabirds) if re.search(message, error)]
    assert found, errors(seabirds)
    assert re.match(rf"{re.escape(str(path))}:[1-9]\d*: ", found[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the text is empty"),
        ("\ufeff\r\n \r\n".encode(), "the text is empty"),
        (EN.encode("utf-16"), "UTF-8"),
        (ZH.encode("gb18030"), "UTF-8"),
        (b"Title\n\nWords\x00 and more.\n", "txt:3: the file is no text: it holds a zero byte"),
        (b"Title\n\nWords\x07 and more.\n", r"control character U\+0007 \(line 3\)"),
    ],
    ids=["empty", "blanks", "utf-16", "gb18030", "binary", "control"],
)
def test_a_text_that_is_none_is_told(seabirds: Path, content: bytes, message: str) -> None:
    (seabirds / FILES["en"]).write_bytes(content)
    assert [error for error in errors(seabirds) if re.search(message, error)], errors(seabirds)


def test_line_ends_and_a_byte_order_mark_make_no_difference(seabirds: Path, graph: Graph) -> None:
    for path, words in ((FILES["en"], EN), (FILES["zh"], ZH)):
        (seabirds / path).write_bytes(("\ufeff" + words.replace("\n", "\r\n")).encode())
    assert build(Settings(root=seabirds)).quads == graph.built.quads


# --- The command


def test_draft_adds_a_document_and_overwrites_nothing(project: Path, tmp_path: Path) -> None:
    texts = []
    for name, words in (("Sea Birds.en.txt", EN), ("b.zh.txt", ZH)):
        (tmp_path / name).write_text(words, "utf-8")
        texts.append(str(tmp_path / name))
    done = CliRunner().invoke(app, ["--root", str(project), "draft", "--add", *texts])
    assert done.exit_code == 0, done.output
    assert (project / "data/source/sea-birds.zh.txt").read_text("utf-8") == ZH
    assert build(Settings(root=project))
    again = CliRunner().invoke(app, ["--root", str(project), "draft", "--add", *texts])
    assert again.exit_code != 0
    assert "would overwrite" in str(again.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x.txt"], "language of .*x.txt is told neither"),
        (["x.fr.txt", "--language", "fr", "--language", "en"], "2 languages are given for 1 texts"),
        (["x.fr.txt", "x.fr.txt"], "is in 'fr', as is a text before it"),
        (["x.fr.txt", "--name", "A B"], "cannot stand in an IRI"),
        (["x.fr.txt", "--add", "--out", "y.ttl"], "give one"),
    ],
)
def test_draft_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.txt", "x.fr.txt"):
        Path(name).write_text("Oiseaux\n\nLes oiseaux ont droit à la nuit noire.\n", "utf-8")
    done = CliRunner().invoke(app, ["draft", *arguments], env={"COLUMNS": "400", "TERM": "dumb"})
    assert done.exit_code == 2
    assert re.search(message, re.sub(r"[\s│]+", " ", done.output)), done.output


# --- Other people's documents

REAL = {
    "udhr-1948": {"zh": "udhr-1948.zh.txt", "en": "udhr-1948.en.txt"},
    "data-security-law-2021": {"zh": "data-security-law-2021.zh.txt"},
    "minors-network-protection-2023": {"zh": "minors-network-protection-2023.zh.txt"},
    "ethical-web-principles": {"en": "w3c-ethical-web-principles.en.txt"},
    "contract-for-the-web-2018": {"en": "contract-for-the-web-principles-2018.en.txt"},
    "hacktivismo-2001": {"en": "hacktivismo-declaration-2001.en.txt"},
    "global-ai-governance-2023": {"zh-Hant": "global-ai-governance-initiative-2023.zh-hant.opening.txt"},
}


@pytest.mark.slow
@pytest.mark.skipif(not TEXTS.is_dir(), reason="the texts of other people are not beside the checkout")
def test_real_documents_beside_the_initiative(checkout: Path, tmp_path: Path) -> None:
    """In one release with it, every character covered, and its own questions answered as before."""
    root = tmp_path / "project"
    for folder in ("data", "ontology"):
        shutil.copytree(checkout / folder, root / folder)
    for path in checkout.glob("*.toml"):
        shutil.copy(path, root)
    for name, texts in REAL.items():
        add(root, name, {language: (TEXTS / file).read_text("utf-8") for language, file in texts.items()})
    checked = pipeline.check(Settings(root=root))
    assert checked.conforms, checked.report.to_text()
    covered = {I.path(item.part): item for item in checked.built.coverage if item.part.count("/") == 6}
    for name, texts in REAL.items():
        for language in texts:
            item = covered[f"id/{name}/{language.lower()}"]
            assert item.covered == item.characters
    words = {
        str(quad.subject).rsplit("/id/", 1)[1].rstrip(">"): quad.object.value
        for quad in checked.built.quads
        if quad.predicate == I.term("text") and isinstance(quad.object, Literal)
    }
    for name, texts in REAL.items():
        for language, file in texts.items():
            delivered = (TEXTS / file).read_text("utf-8").replace("\u200b", "")
            if name != "global-ai-governance-2023":  # its title stands twice, and counts once
                assert words[f"{name}/{language.lower()}"].split() == delivered.split()
    printed = {str(quad.subject) for quad in checked.built.quads if quad.predicate == I.term("printedNumber")}
    assert len([subject for subject in printed if "law-2021/article" in subject]) == 55
