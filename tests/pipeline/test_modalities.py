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
from initiative_lod.sources.draft import DraftText, draft
from initiative_lod.sources.outline import outline
from pipeline.conftest import CHECKOUT

TEXTS = Path(__file__).resolve().parents[3] / "shared" / "texts"
FILES = {
    "data-security-law": {"zh": "data-security-law-2021.zh.txt"},
    "minors": {"zh": "minors-network-protection-2023.zh.txt"},
    "udhr": {"zh": "udhr-1948.zh.txt", "en": "udhr-1948.en.txt"},
}
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
        "article/4": [("prohibit", {"zh": "不得", "en": "No one shall"})],
        "article/13/paragraph/1": [("entitle", {"zh": "有权", "en": "has the right"})],
        "article/26/paragraph/1": [
            ("entitle", {"zh": "权利", "en": "has the right"}),
            ("oblige", {"zh": "应当", "en": "shall be free"}),
        ],
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


def test_the_release_conforms_and_the_initiative_s_questions_are_answered_as_before(answered: Answered) -> None:
    assert answered.checked.report.conforms, answered.checked.report.to_text()
    assert not answered.checked.differences
    assert "ModalityCue" not in answered.checked.report.to_text()


def test_what_is_prohibited_by_which_document_in_which_words(answered: Answered) -> None:
    found = {
        (document, clause.removeprefix(f"{document}/"), cue) for document, clause, _, cue in answered.rows("prohibit")
    }
    assert found == {
        ("wic-2020", "action/8/clause/5", "不得"),
        ("wic-2020", "action/8/clause/6", "不得"),
        ("data-security-law", "article/32/paragraph/1/clause/1", "不得"),
        ("minors", "article/25/clause/1", "不得"),
        ("udhr", "article/4/clause/1", "不得"),
        ("udhr", "article/4/clause/1", "No one shall"),
    }
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
        ("pledge", set()),
    ],
)
def test_each_modality_is_found_over_all_documents(answered: Answered, modality: str, documents: set[str]) -> None:
    assert {document for document, *_ in answered.rows(modality)} == documents
