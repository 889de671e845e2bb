"""Laws and declarations of others beside the Initiative: what is prohibited, by which document, in which words.

Their words are read from the files when the test runs; none of them stands here but the cue words.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from initiative_lod import pipeline
from initiative_lod.pipeline import Checked
from initiative_lod.release import default_graph
from initiative_lod.settings import Settings
from initiative_lod.sources.document_draft import DraftText, draft
from initiative_lod.sources.outline import outline
from pipeline.conftest import CHECKOUT

TEXTS = Path(__file__).resolve().parents[3] / "shared" / "texts"
FILES = {
    "data-security-law": {"zh": "data-security-law-2021.zh.txt"},
    "minors": {"zh": "minors-network-protection-2023.zh.txt"},
    "udhr": {"zh": "udhr-1948.zh.txt", "en": "udhr-1948.en.txt"},
}


def _each(modality: str, cues: dict[str, str], articles: str) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Articles, or paragraphs of them (``13/2``), with the same modality in the same words."""
    return {f"article/{name.replace('/', '/paragraph/')}": [(modality, cues)] for name in articles.split()}


#: Parts whose words are one clause each, with their modalities: (modality, its cue in each text).
CODED: dict[str, dict[str, list[tuple[str, dict[str, str]]]]] = {
    "data-security-law": {
        "article/3/paragraph/1": [("define", {"zh": "是指"})],
        "article/3/paragraph/3": [("define", {"zh": "是指"})],
        "article/12/paragraph/1": [("entitle", {"zh": "有权"}), ("oblige", {"zh": "应当"})],
        "article/32/paragraph/1": [("oblige", {"zh": "应当"}), ("prohibit", {"zh": "不得"})],
        "article/44": [("permit", {"zh": "可以"})],
    },
    "minors": {
        "article/8": [("permit", {"zh": "可以"})],
        "article/25": [("prohibit", {"zh": "不得"})],
        "article/59": [("define", {"zh": "是指"})],
    },
    "udhr": {
        **{f"preamble/recital/{number}": [("state", {"zh": "鉴于", "en": "Whereas"})] for number in range(1, 8)},
        "article/1": [("oblige", {"zh": "应以"})],  # should, which is less
        **_each("entitle", {"zh": "有权", "en": "has the right"}, "3 6 11/1 13/1 14/1 15/1 20/1 23/1 27/1"),
        **_each("entitle", {"zh": "权利", "en": "has the right"}, "21/1 21/2 23/2 23/4 27/2"),
        **_each("entitle", {"zh": "人人有权", "en": "has the right"}, "13/2 19"),
        "article/8": [("entitle", {"zh": ",有权", "en": "has the right"})],
        "article/10": [("entitle", {"zh": "有权", "en": "is entitled"})],
        "article/17/paragraph/1": [("entitle", {"en": "has the right"})],  # 得有, which is in no list of cues
        "article/18": [("entitle", {"zh": "自由的权利;", "en": "has the right"})],
        "article/24": [("entitle", {"zh": "闲暇的权利", "en": "has the right"})],
        "article/28": [("entitle", {"zh": "人人有权", "en": "is entitled"})],
        **_each("prohibit", {"zh": "不得", "en": "No one shall"}, "4 5 9 17/2"),
        **_each("prohibit", {"zh": "不得", "en": "No one may"}, "20/2"),
        "article/2/paragraph/1": [("entitle", {"zh": "权利", "en": "is entitled"})],
        "article/2/paragraph/2": [("prohibit", {"zh": "不得"})],
        "article/7": [("entitle", {"zh": "有权享受法律", "en": "are entitled without"})],
        "article/11/paragraph/2": [("prohibit", {"zh": "不得被", "en": "No one shall"})],
        "article/12": [
            ("prohibit", {"zh": "不得任意", "en": "No one shall"}),
            ("entitle", {"zh": "有权", "en": "has the right"}),
        ],
        "article/14/paragraph/2": [("prohibit", {"zh": "不得", "en": "may not"})],
        "article/15/paragraph/2": [("prohibit", {"zh": "不得任意", "en": "No one shall"})],
        "article/16/paragraph/1": [("entitle", {"zh": "有权", "en": "have the right"})],
        "article/16/paragraph/2": [("oblige", {"en": "shall"})],
        "article/16/paragraph/3": [("entitle", {"en": "is entitled"})],
        "article/21/paragraph/3": [("oblige", {"zh": "应以", "en": "shall be the basis"})],
        "article/22": [("entitle", {"zh": "有权享受社会", "en": "has the right"})],
        "article/23/paragraph/3": [("entitle", {"zh": "有权", "en": "has the right"})],
        "article/25/paragraph/1": [("entitle", {"zh": "人人有权", "en": "has the right"})],
        "article/25/paragraph/2": [
            ("entitle", {"zh": "有权", "en": "are entitled"}),
            ("oblige", {"en": "shall"}),
        ],
        "article/26/paragraph/1": [
            ("entitle", {"zh": "权利", "en": "has the right"}),
            ("oblige", {"zh": "应当", "en": "shall be free"}),
        ],
        "article/26/paragraph/2": [("oblige", {"en": "It shall promote"})],
        "article/26/paragraph/3": [("entitle", {"zh": "权利", "en": "right"})],
        "article/29/paragraph/1": [("oblige", {"zh": "负有义务", "en": "duties"})],
        "article/29/paragraph/2": [("state", {"zh": "只受", "en": "shall be subject only"})],
        "article/29/paragraph/3": [("prohibit", {"zh": "不得", "en": "may in no case"})],
        "article/30": [("prohibit", {"zh": "不得"})],
    },
}
QUERY = """
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?document ?clause ?words ?cue WHERE {
  ?modality skos:broader* <https://w3id.org/initiative-lod/id/modality/%s> .
  ?clause ilod:modality ?modality ; ilod:text ?words ; dcterms:isPartOf+ ?document .
  ?document a ilod:GovernanceDocument .
  ?evidence ilod:onSubject ?clause ; ilod:onValue ?modality ; ilod:span/oa:hasSelector/oa:exact ?cue .
  FILTER (CONTAINS(STR(?words), STR(?cue)))
}
"""

pytestmark = pytest.mark.skipif(not TEXTS.is_dir(), reason="the texts of other people are not beside the checkout")


def words_of(described: str, name: str, path: str) -> str:
    """The ``src:quote`` of a part in a draft, as it is written there."""
    found = re.search(rf"<id/{name}/{path}> a .*?src:quote (.*?) \.\n\n", described + "\n\n", re.DOTALL)
    assert found, f"{name} has no {path}"
    return found[1]


def clause(described: str, name: str, path: str, modalities: list[tuple[str, dict[str, str]]]) -> str:
    """Turtle of a clause that is all the words of a part."""
    brackets = " ,\n        ".join(
        f"[ src:is <id/modality/{modality}> ; src:quote "
        + " , ".join(f'"{words}"@{language}' for language, words in cues.items())
        + " ]"
        for modality, cues in modalities
    )
    words = words_of(described, name, path)
    return f"\n<id/{name}/{path}/clause/1> a :Clause ;\n    src:quote {words} ;\n    :modality {brackets} .\n"


@dataclass(frozen=True)
class Answered:
    """What was checked, and how to ask it."""

    checked: Checked
    store: Store

    def rows(self, modality: str) -> list[tuple[str, str, str, str]]:
        """(document, clause, its words, the cue) of the clauses that have a modality or one under it."""
        found = self.store.query(QUERY % modality)
        assert isinstance(found, QuerySolutions)
        return sorted(tuple(str(getattr(row[name], "value", "")).split("/id/")[-1] for name in _NAMES) for row in found)  # type: ignore[misc]


_NAMES = ("document", "clause", "words", "cue")


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    root = tmp_path_factory.mktemp("laws") / "project"
    for folder in ("data", "ontology"):
        shutil.copytree(CHECKOUT / folder, root / folder)
    shutil.copy(CHECKOUT / "initiative-lod.toml", root)
    for name, files in FILES.items():
        drafts = []
        for language, file in files.items():
            content = (TEXTS / file).read_text("utf-8")
            (root / "data" / "source" / f"{name}.{language}.txt").write_text(content, "utf-8")
            drafts.append(DraftText(language, f"{name}.{language}.txt", outline(content)))
        described = draft(name, drafts)
        coded = [clause(described, name, path, modalities) for path, modalities in CODED[name].items()]
        path = root / "data" / "graphs" / name / "document.ttl"
        path.parent.mkdir()
        path.write_text(described + "".join(coded), "utf-8")
    checked = pipeline.check(Settings(root=root))
    return Answered(checked, default_graph.in_memory(checked.built.quads))


@pytest.mark.slow
def test_the_release_conforms_and_the_initiative_s_questions_are_answered_as_before(answered: Answered) -> None:
    assert answered.checked.report.conforms, answered.checked.report.to_text()
    assert not answered.checked.differences
    text = answered.checked.report.to_text()
    assert "ModalityCue" not in text, text[text.index("ModalityCue") :][:1500]


def test_what_is_prohibited_by_which_document_in_which_words(answered: Answered) -> None:
    found = {
        (document, clause.removeprefix(f"{document}/"), cue) for document, clause, _, cue in answered.rows("prohibit")
    }
    of_udhr = {item for item in found if item[0] == "udhr"}
    assert found - of_udhr == {
        ("wic-2020", "action/8/clause/5", "不得"),
        ("wic-2020", "action/8/clause/6", "不得"),
        ("data-security-law", "article/32/paragraph/1/clause/1", "不得"),
        ("minors", "article/25/clause/1", "不得"),
    }
    articles = "2/2 4 5 9 11/2 12 14/2 15/2 17/2 20/2 29/3 30".split()
    assert {clause for _, clause, _ in of_udhr} == {
        f"article/{name.replace('/', '/paragraph/')}/clause/1" for name in articles
    }
    assert len(of_udhr) == 2 * len(articles) - 2  # in both texts, but for two whose English has no such word
    assert ("udhr", "article/4/clause/1", "No one shall") in of_udhr
    delivered = "".join((TEXTS / file).read_text("utf-8") for files in FILES.values() for file in files.values())
    assert all(words in delivered for document, _, words, _ in answered.rows("prohibit") if document != "wic-2020")


@pytest.mark.parametrize(
    ("modality", "documents"),
    [
        ("oblige", {"data-security-law", "udhr"}),
        ("permit", {"data-security-law", "minors"}),
        ("entitle", {"data-security-law", "udhr"}),
        ("define", {"data-security-law", "minors"}),
        ("prescribe", {"data-security-law", "minors", "udhr", "wic-2020"}),
        ("appeal", {"wic-2020"}),
        ("pledge", {"wic-2020"}),
    ],
)
def test_each_modality_is_found_over_all_documents(answered: Answered, modality: str, documents: set[str]) -> None:
    assert {document for document, *_ in answered.rows(modality)} == documents


def test_a_document_is_coded_as_a_whole(answered: Answered) -> None:
    """Every article of the Universal Declaration, and every recital of its preamble, says what it is."""
    coded = {clause.split("/clause/")[0] for name in ("prescribe", "declare") for _, clause, *_ in answered.rows(name)}
    parts = set(CODED["udhr"])
    assert {f"udhr/{path}" for path in parts} <= coded
    assert {path.split("/")[1] for path in parts if path.startswith("article/")} == {str(n) for n in range(1, 31)}
