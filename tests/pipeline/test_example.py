"""The example that travels in the package: a declaration in two authentic texts, described as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod import pipeline
from initiative_lod.cli.init import EXAMPLE_BASE
from initiative_lod.iris import Iris
from initiative_lod.pipeline import Checked
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF
from pipeline.conftest import make_example

I = Iris(EXAMPLE_BASE)
DOCUMENT = f"{EXAMPLE_BASE}id/lamps"
KINDS = {"Preamble", "Recital", "Paragraph", "Chapter", "Article", "Item", "Clause", "Signature"}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    root = make_example(tmp_path_factory.mktemp("example") / "project")
    return pipeline.check(Settings(root=root, base=EXAMPLE_BASE))


def words(checked: Checked, property: str) -> dict[str, dict[str, str]]:
    """Literals of a property by subject and language, of the declaration's parts."""
    found: dict[str, dict[str, str]] = {}
    for quad in checked.built.quads:
        if quad.predicate == I.term(property) and isinstance(quad.subject, NamedNode):
            assert isinstance(quad.object, Literal)
            if quad.subject.value.startswith(f"{DOCUMENT}/"):
                found.setdefault(quad.subject.value, {})[quad.object.language or ""] = quad.object.value
    return found


def test_it_conforms_without_a_remark(checked: Checked) -> None:
    assert checked.conforms, checked.report.to_text()
    assert checked.report.results == (), checked.report.to_text()
    assert checked.questions == 2


def test_it_has_parts_of_every_kind_that_laws_have(checked: Checked) -> None:
    kinds = {
        quad.object.value.rpartition("#")[2]
        for quad in checked.built.quads
        if quad.predicate == RDF.type
        and str(quad.subject).startswith(f"<{DOCUMENT}/")
        and isinstance(quad.object, NamedNode)
        and quad.graph_name == I.graph("lamps")
    }
    assert kinds >= KINDS


def test_all_words_of_both_texts_lie_in_parts(checked: Checked) -> None:
    covered = {item.part: item for item in checked.built.coverage}
    for language in ("zh", "en"):
        item = covered[f"{DOCUMENT}/{language}"]
        assert item.covered == item.characters > 300


def test_every_sentence_of_an_article_is_a_clause_in_both_texts(checked: Checked) -> None:
    """But for the words that open a list, which its items go on."""
    texts, printed = words(checked, "text"), words(checked, "printedNumber")
    clauses = {part for part in texts if "/clause/" in part and "#" not in part}
    assert len(clauses) == 14
    for part, said in texts.items():
        is_leaf = not any(other.startswith(f"{part}/") for other in texts.keys() - clauses)
        if "/article/" not in part or part in clauses or "#" in part or not is_leaf:
            continue
        own = sorted(clause for clause in clauses if clause.rpartition("/clause/")[0] == part)
        for language, whole in said.items():
            numbers = [number.get(language, "") for at, number in printed.items() if part.startswith(at)]
            rest = whole
            for number in numbers:
                rest = rest.removeprefix(number).lstrip(". ")
            separator = " " if language == "en" else ""
            assert separator.join(texts[clause][language] for clause in own) == rest, part


def test_every_clause_says_what_it_does_with_the_words_in_both_texts(checked: Checked) -> None:
    attested: dict[str, set[str]] = {}
    for quad in checked.built.quads:
        if quad.predicate == I.term("span") and "#modality-" in str(quad.subject):
            node = str(quad.subject).strip("<>")
            if node.startswith(DOCUMENT):
                attested.setdefault(node.partition("#")[0], set()).add(str(quad.object).partition("#")[0][-2:])
    assert len(attested) == 14
    assert all(languages == {"zh", "en"} for languages in attested.values())


def test_nothing_of_it_is_served_by_default(checkout: Path) -> None:
    assert not [path for path in (checkout / "data").rglob("*.*") if "id/lamps" in path.read_text("utf-8")]
    assert not [path for path in (checkout / "src/initiative_lod/new_project").rglob("*.*") if "lamps" in path.name]
