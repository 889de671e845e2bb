"""Labels that the build makes, and the running text of a rendering."""

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.build.translation import Described, labels, rendered_text
from initiative_lod.iris import Iris
from initiative_lod.sources.text import NormalisedText, Span
from initiative_lod.vocabulary import RDFS

I = Iris()


@pytest.mark.parametrize(
    ("path", "kind", "zh", "en"),
    [
        ("id/d/action/8", "Action", "行动 8", "Action 8"),
        ("id/d/action/8/clause/3", "Clause", "行动 8 条款 3", "Action 8, clause 3"),
        ("id/d/action/8/clause/3#condition-1", "Condition", "行动 8 条款 3 条件 1", "Action 8, clause 3, condition 1"),
        ("id/d/pillar/2/clause/1", "Clause", "第2部分 条款 1", "Pillar 2, clause 1"),
        ("id/d/preamble/paragraph/2", "Paragraph", "序言 第 2 段", "Preamble, paragraph 2"),
        ("id/d/conclusion", "Conclusion", "结语", "Conclusion"),
        ("id/d/conclusion/clause/4", "Clause", "结语 条款 4", "Conclusion, clause 4"),
        ("id/clause-of-action-2031/action/8", "Action", "行动 8", "Action 8"),
    ],
)
def test_labels_of_numbered_parts(path: str, kind: str, zh: str, en: str) -> None:
    assert labels(path, kind) == [Literal(zh, language="zh"), Literal(en, language="en")]


def test_the_rendering_follows_the_order_of_the_original() -> None:
    text = NormalisedText("题\n\n序。\n\n部\n\n导。\n\n1.甲。乙,丙。\n\n结。")
    base = I.thing("id/d").value

    def part(path: str) -> str:
        return f"{base}/{path}"

    document = LocatedDocument(base, f"{base}/zh", text, {}, {}, I)
    document.kinds = {
        part("conclusion"): "Conclusion",
        part("action/1/clause/2"): "Clause",
        part("action/1/clause/1"): "Clause",
        part("action/1"): "Action",
        part("pillar/1/clause/1"): "Clause",
        part("pillar/1"): "Pillar",
        part("preamble/paragraph/1"): "Paragraph",
        part("preamble/paragraph/1/clause/1"): "Clause",
    }
    document.spans = {
        part("preamble/paragraph/1"): Span(3, 5),
        part("action/1"): Span(14, 21),
        part("conclusion"): Span(23, 25),
    }
    document.headings = {part("pillar/1"): Span(7, 8), part("action/1"): Span(14, 18)}
    document.leads = {part("pillar/1"): Span(10, 12)}
    document.parents = {clause: clause.rsplit("/", 2)[0] for clause in document.kinds if "/clause/" in clause}
    document.numbers = {part("action/1"): 1, **{clause: int(clause[-1]) for clause in document.parents}}

    def says(label: str = "", translation: str = "") -> dict[NamedNode, list[Literal]]:
        labels = [Literal("汉", language="zh"), Literal(label, language="en")]
        translations = [Literal(translation, language="en"), Literal("allemand", language="fr")]
        return {RDFS.label: labels, I.term("translation"): translations}

    described: Described = {
        base: says("Title"),
        part("preamble/paragraph/1"): says(translation="Preface."),
        part("preamble/paragraph/1/clause/1"): says(translation="NOT TWICE"),
        part("pillar/1"): says("Part"),
        part("pillar/1/clause/1"): says(translation="Lead."),
        part("action/1"): says("First"),
        part("action/1/clause/1"): says(translation="Second,"),
        part("action/1/clause/2"): says(translation="third."),
        part("conclusion"): says(translation="End."),
    }
    rendered = rendered_text(document, described, "en")
    assert rendered.content == "Title\n\nPreface.\n\nPart\n\nLead.\n\n1. First. Second, third.\n\nEnd."
