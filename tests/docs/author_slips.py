"""Slips of an author, one for each message that an author can get, by module and a piece of its words.

Most are slips in the project of the second document; what needs no whole project is read by itself.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from pyoxigraph import Store
from typer.testing import CliRunner

from initiative_lod import pipeline
from initiative_lod.build.graph import build
from initiative_lod.cli.app import app
from initiative_lod.errors import InitiativeLodError, QueryError
from initiative_lod.settings import Settings, from_environment
from initiative_lod.sources import authoring_notation, judgements, questions, sssom, turtle
from initiative_lod.validation import competency
from pipeline.conftest import ALIGNMENT, CHECKOUT, PREFIXES, QUESTION, TEXT
from pipeline.test_any_document import CLAUSES, EN, SKOS_PREFIX, ZH, add

DOCUMENT = "data/graphs/harbour-2031/document.ttl"
PILLARS = "data/graphs/harbour-2031/pillars.ttl"
SOURCE = "data/source/harbour-2031.zh.txt"
SEABIRDS = "data/graphs/seabirds/document.ttl"

#: What an author is told, of a folder in which there is nothing yet but a way to a project (see ``Slip``).
Told = Callable[[Path], str]


@dataclass(frozen=True)
class Slip:
    """A slip in files of a project: the old words in each, and the new ones (the whole content where there are no old).

    With ``two`` the declaration on seabirds is beside the project's own document; with ``ontology`` the project has its
    own. ``whole`` goes on to the questions.
    """

    edits: tuple[tuple[str, str | None, str | bytes | None], ...]
    two: bool = False
    ontology: bool = False
    whole: bool = False

    def __call__(self, root: Path) -> str:
        if self.two:
            add(root, "seabirds", {"zh": ZH, "en": EN})
            path = root / SEABIRDS
            path.write_text(SKOS_PREFIX + path.read_text("utf-8") + CLAUSES, "utf-8")
        if self.ontology:
            shutil.copytree(CHECKOUT / "ontology", root / "ontology", ignore=shutil.ignore_patterns("examples"))
        for name, old, new in self.edits:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if new is None:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            elif isinstance(new, bytes):
                path.write_bytes(new)
            else:
                content = path.read_text("utf-8") if path.exists() else ""
                assert old is None or old in content, f"{old!r} is not in {name}"
                path.write_text(new if old is None else content.replace(old, new, 1), "utf-8")
        return told(lambda: pipeline.check(Settings(root=root)) if self.whole else build(Settings(root=root)))


def told(work: Callable[[], object]) -> str:
    """What is said when some work is refused."""
    try:
        work()
    except InitiativeLodError as error:
        return str(error)
    raise AssertionError("nothing was told")


def slip(path: str, old: str | None, new: str | bytes | None, **more: bool) -> Told:
    """One edit; the build tells."""
    return Slip(((path, old, new),), **more)


def added(path: str, words: str) -> Told:
    """Words at the end of a file; the build tells."""

    def provoke(root: Path) -> str:
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(words)
        return told(lambda: build(Settings(root=root)))

    return provoke


CODING = "data/codings/harbour-2031.igs"
NOTE = '<id/seabirds/note/1> a :Note ; src:quote "A note by hand."@en .\n\n'
CODING_HEAD = "document: id/harbour-2031\nlanguage: zh\ncoder: somebody\ndate: 2031-03-06\n"


def coded(lines: str, head: str = CODING_HEAD, part: str = "action/2/clause/1") -> Told:
    """A coding with these lines under the heading of one clause; the build tells."""
    return slip(CODING, None, f"{head}\n== {part}\n{lines}\n")


PAIRS_HEAD = "coding: harbour-2031\nlanguage: en\n\n== action/2/clause/1\n"


def paired(lines: str, head: str = PAIRS_HEAD) -> Told:
    """Words of a coding in a translation, of a coding of one clause; the build tells."""
    coding = f"{CODING_HEAD}\n== action/2/clause/1\n[undertake] A[shipping-lines](船公司) D[prohibit](不得)\n"
    said = ("must not sell crew information", "must not sell crew information, must not")
    return Slip(
        (
            (CODING, None, coding),
            (CODING.replace(".igs", ".en.words"), None, f"{head}{lines}\n"),
            ("data/graphs/harbour-2031/pillars.ttl", *said),
        )
    )


def bracket(words: str) -> Told:
    """Turtle by itself, as the notation is read."""

    def provoke(root: Path) -> str:
        path = root / "some.ttl"
        path.write_text(PREFIXES + words, "utf-8")
        return told(lambda: authoring_notation.read(turtle.read_turtle(path, "some")))

    return provoke


def question(old: str, new: str, rows: str | None = "clause\n") -> Told:
    """A question by itself."""

    def provoke(root: Path) -> str:
        path = root / "q" / "some.rq"
        path.parent.mkdir()
        assert old in QUESTION
        path.write_text(QUESTION.replace(old, new), "utf-8")
        if rows is not None:
            path.with_suffix(".tsv").write_text(rows, "utf-8")

        def ask() -> None:
            asked = questions.read_folder(path.parent)
            list(competency.differences(asked, Store()))
            competency.content(asked, Store())

        return told(ask)

    return provoke


def columns(content: str) -> Told:
    """Words for columns by themselves."""

    def provoke(root: Path) -> str:
        (root / questions.COLUMNS).write_text(content, "utf-8")
        return told(lambda: questions.column_words(root))

    return provoke


def judged(content: str) -> Told:
    """A file of judgements by itself; what has no tab is a row's cells."""

    def provoke(root: Path) -> str:
        path = root / "identity.tsv"
        path.write_text("\t".join(judgements.COLUMNS) + "\n" + content if "\t" in content else content, "utf-8")
        return told(lambda: judgements.read(path))

    return provoke


def row(**cells: str) -> Told:
    """A judgement with some cells changed."""
    values = ("https://a.example/1", "https://a.example/2", "same", "me", "2031-03-04", "so")
    good = dict(zip(judgements.COLUMNS, values, strict=True))
    return judged("\t".join({**good, **cells}.values()) + "\n")


def mapped(old: str, new: str) -> Told:
    """A mapping set by itself."""

    def provoke(root: Path) -> str:
        path = root / "some.sssom.tsv"
        assert old in ALIGNMENT
        path.write_text(ALIGNMENT.replace(old, new, 1), "utf-8")
        return told(lambda: sssom.read(path))

    return provoke


def configured(content: str | bytes, **environment: str) -> Told:
    """A project's file of settings, and the environment."""

    def provoke(root: Path) -> str:
        path = root / "initiative-lod.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return told(lambda: from_environment(environment, root=root))

    return provoke


def given(*arguments: str) -> Told:
    """A command in the project's folder, which has ``a.txt``, ``a.fr.txt`` and ``a.en.txt``."""

    def provoke(root: Path) -> str:
        for name in ("a.txt", "a.fr.txt", "a.en.txt"):
            (root / name).write_text("Oiseaux\n\nLes oiseaux ont droit à la nuit noire.\n", "utf-8")
        line = [str(root / item) if item.startswith(("a.", "data/source")) else item for item in arguments]
        done = CliRunner().invoke(app, ["--root", str(root), *line], env={"COLUMNS": "4000", "TERM": "dumb"})
        assert done.exit_code != 0
        text = str(done.exception) if isinstance(done.exception, InitiativeLodError) else done.output
        return re.sub(r"[\s│]+", " ", text)

    return provoke


def empty(root: Path) -> str:
    """A command where there is no project."""
    folder = root.parent / "empty"
    folder.mkdir()
    with chdir(folder):
        return told(lambda: from_environment({}))


def twice(*arguments: str) -> Told:
    """A command that is given again."""

    def provoke(root: Path) -> str:
        (root / "a.en.txt").write_text("Birds\n\nThe birds of the sea have a right to the night.\n", "utf-8")
        CliRunner().invoke(app, ["--root", str(root), *arguments, str(root / "a.en.txt")])
        return given(*arguments, "a.en.txt")(root)

    return provoke


def _folder_of_settings(root: Path) -> object:
    (root / "initiative-lod.toml").unlink(missing_ok=True)
    (root / "initiative-lod.toml").mkdir()
    return from_environment({}, root=root)


def _unreadable(root: Path) -> object:
    (root / "initiative-lod.toml").touch()
    with patch.object(Path, "read_text", side_effect=PermissionError(13, "Permission denied")):
        return from_environment({}, root=root)


def _file(root: Path, name: str, content: str) -> Path:
    (root / name).write_text(content, "utf-8")
    return root / name


def _only_rows(root: Path, header: str) -> str:
    return told(lambda: sssom.read(_file(root, "some.sssom.tsv", header + "\n".join(ALIGNMENT.splitlines()[-2:]))))


def _with_column(root: Path, name: str, value: str) -> object:
    lines = ALIGNMENT.splitlines()
    lines[-2], lines[-1] = f"{lines[-2]}\t{name}", f"{lines[-1]}\t{value}"
    return sssom.read(_file(root, "some.sssom.tsv", "\n".join(lines) + "\n"))


def _built(root: Path) -> str:
    path = root / PILLARS
    path.write_text(path.read_text("utf-8").replace(":actionCount 1 .", ":actionCount 2 ."), "utf-8")
    return told(lambda: pipeline.make_release(Settings(root=root)))


SELECTED = "# group: modality\n\nPREFIX ilod: <https://w3id.org/initiative-lod/ontology#>\nSELECT ?clause"

ASKED = f"# document: each\n{SELECTED.replace('SELECT ?clause', 'ASK')}"


def _from_that_nobody_reads(root: Path) -> str:
    """No query is known that the parser takes and whose FROM is not found: the reader is made to give up."""
    ask = question("SELECT ?clause WHERE {", "SELECT ?clause FROM <x:a> WHERE {")
    with patch.object(competency, "dataset_of", side_effect=QueryError("cannot be told")):
        return ask(root)


CASES: dict[str, dict[str, Told]] = {
    "settings": {
        "no setting is called {}": lambda root: told(lambda: from_environment({}, root=root, prot="1")),
        "{} is {}, and must be {}": configured("", INITIATIVE_LOD_PORT="many"),
        "is no file, and must be the project's settings": lambda root: told(lambda: _folder_of_settings(root)),
        "the file is not UTF-8": configured(b"\xff"),
        "cannot be read": lambda root: told(lambda: _unreadable(root)),
        "not TOML": configured("port =\n"),
        "{}: no setting is called": configured("\nprot = 1\n"),
        "{}: {} is {}, and must be {}": configured('port = "many"\n'),
        "must be at least": configured("port = -1\n"),
        "must be at most": configured("port = 70000\n"),
        "setting 'base'": configured('base = "example.org"\n'),
        "no project is here": empty,
    },
    "sources/turtle": {
        "not Turtle": slip(DOCUMENT, ":pillarCount 2 ;", ":pillarCount 2"),
        "cannot be read": slip(DOCUMENT, 'src:file "harbour-2031.zh.txt"', 'src:file "lost.txt"'),
        "it begins like": slip(SOURCE, None, b"%PDF-1.7"),
        "not UTF-8": slip(SOURCE, None, TEXT.encode("gb18030")),
        "zero byte": slip(SOURCE, None, "harbour".encode("utf-16-le")),
        "no Turtle file": Slip((("data/graphs", None, None), ("data/graphs/x.txt", None, ""))),
        "not deeper": slip("data/graphs/a/b/c.ttl", None, ""),
    },
    "sources/text": {
        "characters, and may have": slip(SOURCE, None, b"harbour\n" * 500_001),
        "is empty: put": slip(SOURCE, None, b"\n"),
        "control character": slip(SOURCE, "2.", "2\x07."),
        "its first line: correct": slip(DOCUMENT, 'src:firstLine "港', 'src:firstLine "海'),
        "its last line, “": slip(DOCUMENT, 'src:lastLine "让', 'src:lastLine "使'),
        "stands after its last line": Slip(
            (
                (SOURCE, "港口数据共享倡议\n\n港口数据共享倡议\n", "港口数据共享倡议\n"),
                (DOCUMENT, 'src:lastLine "让数据像潮水一样通达每个港口。"', 'src:lastLine "港口数据共享倡议"'),
            )
        ),
        "the quote is empty": slip(
            PILLARS, 'modality:support ; src:quote "支持" ]', 'modality:support ; src:quote "" ]'
        ),
        "{} times in": slip(DOCUMENT, ' ; src:suffix "是"', ""),
        "does not stand in": slip(PILLARS, 'src:quote "不得"', 'src:quote "切勿"'),
    },
    "sources/word_pairs": {
        "a part stands once": paired("== action/2/clause/1"),
        "before the first “== …” stand": paired("", head="harbour-2031\n"),
        "what this is about": paired("", head="language: en\n"),
        "is no pair": paired("船公司"),
    },
    "build/translated_words": {
        "is no part of the text": paired("== action/99"),
        "has no translation in": paired("== pillar/1"),
        "no further component of this part": paired("船员 = crews"),
        "does not stand there": paired("不得 = ought never to"),
        "times in the translation": paired("不得 = must not"),
        "there is nothing to find words in": paired("", head="coding: nothing\nlanguage: en\n"),
    },
    "sources/ig_script": {
        "is a heading for the second time": coded("[undertake] I(出售)\n== action/2/clause/1"),
        "before the first heading (== …) stand": coded("", head="author: somebody\n"),
        "stands under the statement that it is about": coded("? 或 | or"),
        "a statement begins with its act": coded("I(出售)"),
        "code it, or say why not": coded(""),
        "a reason is given in Chinese and in English, as in “理由": coded("uncoded: 理由"),
        "stands outside of a component": coded("[undertake] 船公司 (出售)"),
        "the statement ends before a": coded("[undertake] Bdir{I(出售)"),
        "has no properties:": coded("[undertake] I,p(出售)"),
        "takes no statement in braces": coded("[undertake] A{I(出售)}"),
        "has no words: write them": coded("[undertake] A[x]"),
        "names no concepts: write slugs": coded("[undertake] Bdir[A B](船员)"),
        "the words of a component end before": coded("[undertake] I(出售"),
        "a combination has one operator: nest": coded("[undertake] Bdir(船员 [AND] 信息 [OR] 公司)"),
        "the words of a component stand on one line": coded("[undertake] I(出售\n    船员)"),
        "in the words of a component: one of the text": coded("[undertake] I(出{售)"),
        "as in (各国 @1 | 理由 | reason)": coded("[undertake] A(船公司 @1 | 理由)"),
        "is followed by where the words stand": coded("[undertake] A(船公司 @)"),
        "a component has words; what is implied": coded("[undertake] A()"),
        "statements in braces are combined as": coded("[undertake] Bdir{I(出售) [OR] I(信息)}"),
        "an operator stands between two statements in braces": coded(
            "[undertake] Bdir{Bdir{I(出)} [OR] Bdir{I(售) [AND] I(船)}}"
        ),
        "a combination has one operator": coded("[undertake] Bdir{Bdir{I(出)} [OR] Bdir{I(售)} [AND] Bdir{I(船)}}"),
        "braces without a symbol hold alternatives": coded("[undertake] {I(出售)}"),
        "is no act: write a modality": coded("[Undertake] I(出售)"),
        "means nothing in an act": coded("[undertake; loud] I(出售)"),
    },
    "build/coded_text": {
        "is no part of <": coded("[undertake] I(出售)", part="action/9/clause/1"),
        "has no words in the text in": Slip(
            (
                ("data/source/seabirds.en.txt", None, EN + "\nA note by hand.\n"),
                (SEABIRDS, "<id/seabirds/preamble>", NOTE + "<id/seabirds/preamble>"),
                (CODING, None, "document: id/seabirds\nlanguage: zh\n\n== note/1\n[undertake] I(出售)\n"),
            ),
            two=True,
        ),
        "the words “": coded("[undertake] I(购买)"),
    },
    "build/component_concepts": {
        "says of what kind it is": coded("[undertake] Cex(出售)"),
        "names its concept, as in": coded("[undertake] I(出售)"),
        "is filled by a statement, and has no concept": coded("[undertake] Bdir[x]{I(出售)}"),
        "alternatives: name one for each": coded("[undertake] Bdir[x](船员 [AND] 信息)"),
        "is in several schemes": Slip(
            (
                ("data/graphs/object.ttl", None, f"{SKOS_PREFIX}<id/object/schedules> a skos:Concept .\n"),
                (CODING, None, f"{CODING_HEAD}\n== action/2/clause/1\n[undertake] Bdir[schedules](船员)\n"),
            )
        ),
        "Else describe it in data/graphs": coded("[undertake] I[sail](出售)"),
    },
    "build/coding": {
        "the head says with “document": coded("[undertake] I(出售)", head="document: id/nothing\nlanguage: zh\n"),
        "the head says with “language": coded("[undertake] I(出售)", head="document: id/harbour-2031\nlanguage: fr\n"),
        "is a property of no component": coded("[undertake] Bdir,p(船员)"),
        "whose pairs are missing": coded("[undertake] I(sell)", head=f"{CODING_HEAD}words: en\n"),
    },
    "build/source_words": {
        "stands in no pair of": Slip(
            (
                (CODING, None, f"{CODING_HEAD}words: en\n\n== action/2/clause/1\n[undertake] A(ferries)\n"),
                (CODING.replace(".igs", ".en.words"), None, f"{PAIRS_HEAD}船公司 = Shipping lines\n"),
            )
        ),
    },
    "sources/authoring_notation": {
        "takes no bracket": bracket('<id/x/a> src:quote [ src:is "x" ] .'),
        "means nothing; on a part": bracket('<id/x/a> src:qoute "x" .'),
        "is a string, copied from the text, and no IRI": bracket("<id/x/a> src:quote <id/x/b> ."),
        "stands in a bracket, as in": bracket('<id/x/a> src:seenIn "x" .'),
        "inside another one": bracket('[ src:is topic:b ; src:quote "x" ] .'),
        "a text has it once": bracket('<id/x/a> src:quote "x" , "y" .'),
        "is neither": bracket('<id/x/a> src:leftOut [ src:quote "x" ; src:implied "y"@en ] .'),
        "what it leaves out": bracket('<id/x/a> src:leftOut [ src:reason "y"@en ] .'),
        "says why, with src:reason": bracket('<id/x/a> src:leftOut [ src:quote "x" ] .'),
        "a list ( … )": bracket("<id/x/a> :topic ( topic:b ) ."),
        "has no plain value": bracket('<id/x/a> :topic [ src:is topic:b ; src:quote "x" ; :note [ :a :b ] ] .'),
        "means nothing in a bracket": bracket('<id/x/a> :topic [ src:is topic:b ; src:qoute "x" ] .'),
        "a condition has a src:quote": bracket('<id/x/a> :condition [ src:is topic:b ; src:quote "x" ] .'),
        "one src:is": bracket('<id/x/a> :topic [ src:quote "x" ] .'),
        "src:role is one IRI": bracket('<id/x/a> :cites [ src:is topic:b ; src:quote "x" ; src:role "acts" ] .'),
        "not from both": bracket('<id/x/a> :topic [ src:is topic:b ; src:quote "x" ; src:seenIn "y" ] .'),
        "says where its value comes from": bracket("<id/x/a> :topic [ src:is topic:b ] ."),
        "src:implied gives the reason": bracket('<id/x/a> :topic [ src:is topic:b ; src:implied "x" ] .'),
        "write two brackets": bracket('<id/x/a> :topic [ src:is topic:b ; src:quote "x" ; src:in :a , :b ] .'),
        "in a bracket of <{}> is a string": bracket("<id/x/a> :topic [ src:is topic:b ; src:quote <id/x> ] ."),
        "once for each text": bracket('<id/x/a> :topic [ src:is topic:b ; src:quote "x" , "y" ] .'),
    },
    "build/part_tree": {
        "Delete the others": slip(
            PILLARS,
            "dcterms:isPartOf <id/harbour-2031/pillar/2>",
            "dcterms:isPartOf <id/harbour-2031/pillar/2> , <id/harbour-2031/pillar/1>",
        ),
        "is not under its document": slip(
            PILLARS, "dcterms:isPartOf <id/harbour-2031/pillar/2>", "dcterms:isPartOf <id/harbour-2030/pillar/2>"
        ),
        "no kind of part": slip(
            PILLARS, "dcterms:isPartOf <id/harbour-2031/pillar/2>", "dcterms:isPartOf <id/harbour-2031/zh>"
        ),
        "no file describes that: correct": slip(
            PILLARS, "dcterms:isPartOf <id/harbour-2031/pillar/2>", "dcterms:isPartOf <id/harbour-2031/pillar/7>"
        ),
        "a part of itself": slip(
            PILLARS,
            "<id/harbour-2031/pillar/1> a :Pillar ;",
            "<id/harbour-2031/pillar/1> a :Pillar ; dcterms:isPartOf <id/harbour-2031/action/1> ;",
        ),
        "by its IRI and in": added(
            PILLARS,
            "<id/harbour-2031/action/3/item/1> a :Item ; dcterms:isPartOf <id/harbour-2031/pillar/1> ;\n"
            '    src:quote "支持" .\n',
        ),
        "lies, by its IRI, in": added(PILLARS, '<id/harbour-2031/action/9/item/1> a :Item ; src:quote "支持" .\n'),
        "its IRI does not end in": slip(
            PILLARS, "<id/harbour-2031/action/3/clause/1>", "<id/harbour-2031/action/3/clause/first>"
        ),
    },
    "build/located_text": {
        "leads out of": slip(DOCUMENT, 'src:file "harbour', 'src:file "../harbour'),
        "do not stand in": slip(
            DOCUMENT,
            "a :Text , :AuthenticText ;",
            'a :Text , :AuthenticText ; src:leftOut [ src:quote "###" ; src:reason "x"@en ] ;',
        ),
    },
    "build/located_parts": {
        "has no words: give it": added(PILLARS, "<id/harbour-2031/note/1> a :Note .\n"),
        "has no src:heading": slip(PILLARS, '    src:heading "共同使用" ;\n', ""),
        "has no src:quote": slip(PILLARS, '    src:quote "支持灯塔联盟发挥作用。" ;\n', ""),
        "<{}>: the document has several texts": slip(SEABIRDS, 'src:quote "nests"@en', 'src:quote "nests"', two=True),
        "<{}>: the document has no text": slip(SEABIRDS, 'src:quote "nests"@en', 'src:quote "nests"@fr', two=True),
        "is no part of the document, so": slip(
            PILLARS, "src:in <id/harbour-2031/action/2/clause/1>", "src:in <id/harbour-2031/action/9>"
        ),
        "has no words in {}": slip(
            SEABIRDS,
            '"任何人不得惊扰巢穴。"@zh , "No one shall disturb their nests."@en ;\n    :m',
            '"任何人不得惊扰巢穴。"@zh ;\n    :m',
            two=True,
        ),
        "not a whole paragraph": slip(
            DOCUMENT, 'src:quote "让数据像潮水一样通达每个港口。"', 'src:quote "让数据像潮水一样"'
        ),
        "is a clause of": added(PILLARS, '<id/harbour-2031/pillar/2/clause/1> a :Clause ; src:quote "鼓励" .\n'),
        "found {} times": slip(DOCUMENT, 'src:quote "让数据像潮水一样通达每个港口。"', 'src:quote "港口"'),
        "not at the beginning of a line": slip(
            PILLARS, 'src:heading "3.开放船期查询。"', 'src:heading "开放船期查询。"'
        ),
        "not found in": slip(DOCUMENT, 'src:quote "让数据像潮水', 'src:quote "使数据像潮水'),
        "its words begin with": slip(
            PILLARS, 'src:heading "3.开放船期查询。"', 'src:number "4." ; src:heading "3.开放船期查询。"'
        ),
        "has the same words": slip(
            SEABIRDS, 'src:quote "（二）记录伤鸟。"@zh', 'src:quote "（一）夜间调暗灯光;"@zh', two=True
        ),
        "numbers follow the text": slip(
            SEABIRDS, "<id/seabirds/article/1> a :Article", "<id/seabirds/article/5> a :Article", two=True
        ),
        "overlaps the clause before it": slip(
            PILLARS, 'src:quote "不得泄露航线。"', 'src:quote "船公司不得出售船员信息,不得泄露航线。"'
        ),
        "quote these words in one": slip(
            PILLARS, 'src:quote "推动各港口共建数据平台,"', 'src:quote "推动各港口共建数据平台"'
        ),
        "no clause of it quotes": slip(PILLARS, 'src:quote "不得泄露航线。"', 'src:quote "不得泄露航线"'),
        "<{}> src:{}: the document has several": slip(
            SEABIRDS, 'src:heading "第一章 总则"@zh', 'src:heading "第一章 总则"', two=True
        ),
        "<{}> src:{}: the document has no text": slip(
            SEABIRDS, 'src:heading "第一章 总则"@zh', 'src:heading "第一章 总则"@fr', two=True
        ),
    },
    "build/statements": {
        "evidence is about": added(
            "data/graphs/shared.ttl",
            '<id/institution/lighthouse-league> :topic [ src:is topic:schedules ; src:quote "船期" ] .\n',
        ),
    },
    "build/missing_things": {
        "Describe it in": slip(PILLARS, "src:is topic:schedules ", "src:is topic:timetables "),
        "none of the shared ones": slip(PILLARS, "src:is modality:promote ", "src:is modality:advertise "),
    },
    "build/graph": {
        "is no project": slip("data/graphs", None, None),
        "travels in the package": slip("ontology/shapes", None, None, ontology=True),
        "shapes are missing": slip("ontology/shapes/alignment.ttl", None, None, ontology=True),
        "not JSON": slip("ontology/context.jsonld", None, "{", ontology=True),
        "no JSON-LD context": slip("ontology/context.jsonld", None, "{}", ontology=True),
        "the context {}": slip("ontology/context.jsonld", None, '{"@context": {}}', ontology=True),
        "leaves words out": added(
            DOCUMENT, '<id/harbour-2031/en> src:leftOut [ src:quote "x" ; src:reason "y"@en ] .\n'
        ),
        "is no part of a document with a text": added(
            DOCUMENT, '<id/harbour-2030/action/1> a :Action ; src:heading "x" .\n'
        ),
        "eli:realizes": slip(DOCUMENT, "    eli:realizes <id/harbour-2031> ;\n", ""),
        "of its language": slip(DOCUMENT, 'schema:inLanguage "zh"', 'schema:inLanguage "Chinese, simplified"'),
        "are both in": slip(SEABIRDS, 'schema:inLanguage "zh"', 'schema:inLanguage "en"', two=True),
    },
    "sources/query_files": {
        "which means nothing": question("# group:", "# theme: x\n# group:"),
        "twice": question("# group:", "# group: topic\n# group:"),
        "add that line": question("# group: modality\n", ""),
        "not SPARQL": question("SELECT ?clause", "SELEKT ?clause"),
    },
    "sources/questions": {
        "no question (*.rq)": lambda root: told(lambda: questions.read_folder(root / "data" / "source")),
        "no question has these rows": Slip((("data/questions/lost.tsv", None, "x\n"),), whole=True),
        "must be one of": question("# group: modality", "# group: moods"),
        "expected rows are missing": question("SELECT", "SELECT", None),
        "cells stand under": question("SELECT", "SELECT", "clause\na\tb\n"),
        "must be the name of a document": question("# group:", "# document: the charter\n# group:"),
        "chart is {}, and must be one of {}": question("# group:", "# chart: pie\n# group:"),
        "the chart is of": question("# group:", "# chart: count lost\n# group:"),
        "the columns are": columns("name\tzh\n"),
        "have a column": question("# group:", "# document: each\n# group:"),
    },
    "validation/competency": {
        "there is no such document": Slip(
            (("data/questions/prohibitions.rq", "# group:", "# document: id/lost\n# group:"),), whole=True
        ),
        "document selects ?{}": question("# group:", "# document: each\n# group:", "document\n"),
        "document selects ?{}, which an ASK cannot": question(SELECTED, ASKED, "document\n"),
        "SELECT or ASK": question("SELECT ?clause WHERE", "CONSTRUCT { ?clause a ?clause } WHERE"),
        "graphs of its FROM": _from_that_nobody_reads,
    },
    "sources/judgements": {
        "the columns are": judged("a\nb\n"),
        "cells stand under": judged("a\tb\n"),
        "verdict is": row(verdict="perhaps"),
        "absolute IRI": row(subject_id="users"),
        "against itself": row(object_id="https://a.example/1"),
        "date is": row(date="yesterday"),
        "is empty": row(judge=""),
        "is one line": row(reason="x" * 3000),
    },
    "sources/sssom_table": {
        "this is the metadata": lambda root: told(lambda: sssom.read(_file(root, "x.sssom.yml", "a: b\n"))),
        "is beside a file": lambda root: (_file(root, "some.sssom.yml", "a: b\n"), mapped("", "")(root))[1],
        "the header is not YAML: {}": mapped("#curie_map:\n", "#curie_map: [\n"),
        "YAML alias": mapped("#license:", "#mapping_tool: *x\n#license:"),
        "nested too deeply": mapped("#license:", f"#mapping_tool: {'[' * 1200}{']' * 1200}\n#license:"),
        "the header has no curie_map": lambda root: _only_rows(root, "#- a\n"),
        "{} stands twice in the header": mapped("#license:", "#license: https://a.example/\n#license:"),
        "the column {} stands twice": mapped("\tcomment\t", "\tcomment\tcomment\t"),
        "cells stand under": mapped("\tmeans the same", ""),
    },
    "sources/sssom": {
        "the header has no {}": mapped("#license: https://creativecommons.org/licenses/by/4.0/\n", ""),
        "no extension slot for ilod:seenIn": mapped("ilod:seenIn", "ilod:lookedUpIn"),
        "is no text": mapped("#license:", "#mapping_tool: {a: b}\n#license:"),
        "is no slot of a mapping set": mapped("#license:", "#licens: x\n#license:"),
        "curie_map is no list": mapped(
            'https://example.org/thesaurus/"\n', 'https://example.org/thesaurus/"\n#  x: [a]\n'
        ),
        "stands for {} in SSSOM": mapped("http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2004/02/skos#"),
        "extension_definitions: each": mapped("slot_name: ext_seen_in", "slot: ext_seen_in"),
        "the column {} is missing": mapped("\tconfidence\t", "\t\t"),
        "{} {} is no slot of SSSOM": lambda root: told(lambda: _with_column(root, "remark", "x")),
        "the same mapping as line": mapped(
            "made up for a test\n", "made up for a test\n" + ALIGNMENT.splitlines()[-1] + "\n"
        ),
        "the mapping has no {}": mapped("\t0.9\t", "\t\t"),
        "does not say where its target was seen": mapped("\tmade up for a test", "\t"),
        "no mapping predicate": mapped("\tskos:exactMatch\t", "\tskos:prefLabel\t"),
        "and can only be {}": lambda root: told(lambda: _with_column(root, "match_type", "Magic")),
        "can only have one": mapped("#license:", "#mapping_set_version: [a, b]\n#license:"),
        "must be a number": mapped("\t0.9\t", "\tmost\t"),
        "which is no IRI": mapped("#license: https://creativecommons.org/licenses/by/4.0/", "#license: free"),
        "predicate_modifier is": lambda root: told(lambda: _with_column(root, "predicate_modifier", "Never")),
        "which SSSOM does not have": lambda root: told(lambda: _with_column(root, "mapping_cardinality", "many")),
        "which is no CURIE": lambda root: told(lambda: _with_column(root, "author_id", "somebody")),
        "{} is {}": mapped("\tex:schedules\t", "\texx:schedules\t"),
        "must be a whole date": lambda root: told(lambda: _with_column(root, "mapping_date", "March")),
        "that no calendar has": lambda root: told(lambda: _with_column(root, "mapping_date", "2031-02-30")),
    },
    "pipeline": {
        "does not conform": _built,
        "dates of dcterms:modified": Slip((("data/dataset.ttl", "dcterms:modified", "dcterms:date"),), whole=True),
        "must be a date": Slip((("data/dataset.ttl", '"2031-03-05"^^xsd:date', '"soon"'),), whole=True),
    },
    "cli/init": {
        "is a file": given("init", "a.txt"),
        "Name a folder without": lambda root: given("init", str(root))(root),
    },
    "cli/draft": {
        "give one of them": given("draft", "a.fr.txt", "--add", "--out", "x.ttl"),
        "cannot stand in an IRI": given("draft", "a.fr.txt", "--name", "A B"),
        "languages are given": given("draft", "a.fr.txt", "--language", "fr", "--language", "en"),
        "as is a text before it": given("draft", "a.fr.txt", "a.fr.txt"),
        "nor by its words": given("draft", "a.txt"),
        "would overwrite": twice("draft", "--add"),
    },
    "cli/validate": {
        "name the RDF": given("validate", "--shapes", "x.ttl"),
        "go with --shapes": given("validate", "--ontology", "x.ttl"),
        "IRI=FILE": given("validate", "a.txt", "--shapes", "x.ttl", "--import", "x.ttl"),
    },
    "cli/build": {"--publish is for": given("build", "--publish", "--out", "x")},
}
