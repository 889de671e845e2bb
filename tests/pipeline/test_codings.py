"""A coding becomes statements in RDF: components with concepts, words and places; mistakes say where and what to do."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from initiative_lod.build import coding, graph, sentences
from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.errors import NotationError, SourceErrors
from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from initiative_lod.sources import ig_script, turtle
from initiative_lod.sources.text import Span
from pipeline.conftest import CHECKOUT

IRIS = Iris()
HEAD = "document: id/wic-2020\nlanguage: zh\ncoder: somebody\ndate: 2031-03-05\n"


@cache
def initiative() -> tuple[dict[str, LocatedDocument], frozenset[str]]:
    """The Initiative, its parts found, and what is described beside it."""
    ontology = Settings(root=CHECKOUT).ontology
    written = turtle.read_folder(ontology / "vocabulary", IRIS.base)
    written += turtle.read_folder(CHECKOUT / "data" / "graphs", IRIS.base)
    terms = turtle.read_turtle(ontology / "initiative.ttl", "ontology", IRIS.base)
    quads, documents = graph._graphs(
        written, CHECKOUT / "data" / "source", IRIS, graph._in(IRIS.graph("o"), terms.triples)
    )
    described = frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode))
    return {document.iri: document for document in documents}, described


def coded(text: str, head: str = HEAD) -> list[Triple]:
    documents, described = initiative()
    return coding.coder(ig_script.parse(head + text, Path("c.igs")), documents, IRIS, described).triples()


def values(triples: list[Triple], subject: str, property: str) -> list[str]:
    """What ``property`` says of the node ``subject`` of the Initiative: text, or what follows ``id/``."""
    node = IRIS.thing(f"id/wic-2020/{subject}")
    found = [t.object for t in triples if t.subject == node and t.predicate == IRIS.term(property)]
    return [item.value if isinstance(item, Literal) else str(item).strip("<>").rpartition("/id/")[2] for item in found]


def test_a_component_has_its_concept_its_words_and_their_place() -> None:
    found = coded("== action/8/clause/5\n[require: 要求] A[enterprises](企业) D[prohibit](不得) I[pre-install](预设)\n")
    statement = "action/8/clause/5#statement-1"
    assert values(found, "action/8/clause/5", "statement") == [f"wic-2020/{statement}"]
    assert values(found, statement, "aim") == [f"wic-2020/{statement}-aim-pre-install"]
    aim = f"{statement}-aim-pre-install"
    assert values(found, aim, "concept") == ["aim/pre-install"]
    assert values(found, aim, "text") == ["预设"]
    (document,) = initiative()[0].values()
    (span,) = values(found, aim, "span")
    start, end = map(int, span.rpartition("=")[2].split(","))
    assert document.texts[0].text.content[start:end] == "预设"
    assert values(found, f"{statement}-speech-act-require", "text") == ["要求"]


def test_words_are_found_in_the_order_of_the_text() -> None:
    """各国 stands twice in the clause; other words say which is meant."""
    for text, before in (("Bdir,p[all-countries](各国)", "尊重"), ("网络主权 Bdir,p[all-countries](各国)", "、尊重")):
        found = coded(f"== action/1/clause/2\n[undertake] {text} Bdir[internet-access](互联网接入) I[expand](连接)\n")
        (span,) = values(found, "action/1/clause/2#statement-1-qualifier-all-countries", "span")
        (document,) = initiative()[0].values()
        content = document.texts[0].text.content
        assert content[: int(span.rpartition("=")[2].split(",")[0])].endswith(before)


def test_what_carries_over_is_implied_and_points_to_where_it_stands() -> None:
    found = coded("== action/8/clause/6\n[require: 要求 @5] A[enterprises](企业 @5) D[prohibit](不得) I[steal](窃取)\n")
    actor = "action/8/clause/6#statement-1-attribute-enterprises"
    assert values(found, actor, "implied") == ["true"]
    assert values(found, actor, "text") == ["企业"]
    assert values(found, actor, "reason") == ["承条款 5", "carried over from clause 5"]


def test_alternatives_of_several_components_are_statements_of_their_own() -> None:
    found = coded(
        "== action/7/clause/3\n[oppose: 反对] Cex[means](利用信息技术) {I[damage](破坏) "
        "Bdir[critical-information-infrastructure](关键信息基础设施) "
        "[OR] I[steal](窃取) Bdir[important-data](重要数据)}\n"
    )
    assert [values(found, f"action/7/clause/3#statement-{n}", "operator") for n in (1, 2)] == [[], ["OR"]]
    assert values(found, "action/7/clause/3#statement-2-direct-object-important-data", "text") == ["重要数据"]
    assert values(found, "action/7/clause/3#statement-2-execution-constraint-means", "text") == ["利用信息技术"]


def test_a_nested_statement_fills_a_component() -> None:
    found = coded(
        "== pillar/1/clause/2\n[undertake] I[speed-up](加快) "
        "Bdir{Bdir[information-infrastructure](信息基础设施) I[build](建设)}\n"
    )
    outer, inner = "pillar/1/clause/2#statement-1", "pillar/1/clause/2#statement-1.1"
    assert values(found, f"{outer}-direct-object", "nestedStatement") == [f"wic-2020/{inner}"]
    assert values(found, f"{outer}-direct-object", "text") == ["信息基础设施建设"]
    assert values(found, inner, "aim") == [f"wic-2020/{inner}-aim-build"]


def test_a_statement_is_the_condition_of_another() -> None:
    found = coded(
        "== action/1/clause/2\n[undertake] Cac[precondition]{在 {I[respect](尊重) Bdir[cyber-sovereignty](网络主权) "
        "[AND] I[respect](尊重) Bdir[internet-policy](网络政策)}} I[explore](探索)\n"
    )
    outer = "action/1/clause/2#statement-1"
    conditions = values(found, outer, "activationCondition")
    assert [values(found, node.removeprefix("wic-2020/"), "operator") for node in conditions] == [["AND"], ["AND"]]
    assert [values(found, node.removeprefix("wic-2020/"), "nestedStatement") for node in conditions] == [
        [f"wic-2020/{outer}.1"],
        [f"wic-2020/{outer}.2"],
    ]
    assert values(found, f"{outer}.2-direct-object-internet-policy", "text") == ["网络政策"]


def test_a_second_coding_stands_beside_the_first() -> None:
    found = coded("== action/8/clause/2\n[undertake] I[safeguard](保障)\n", "coding: second\n" + HEAD)
    assert values(found, "action/8/clause/2", "statement") == []
    assert values(found, "action/8/clause/2", "rivalStatement") == ["wic-2020/action/8/clause/2#second-statement-1"]
    assert IRIS.graph("coding-wic-2020-second") in {triple.subject for triple in found}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "== action/8/clause/9\n[undertake] I[build](规范)\n",
            r"c.igs:5: column 1: “action/8/clause/9” is no part .*; is “",
        ),
        (
            "== action/8/clause/1\n[undertake] I[build](建造)\n",
            "c.igs:6: column 22: the words “建造” do not stand in “规范个人",
        ),
        (
            "== action/8/clause/1\n[undertake] Bdir[level](行为) I[regulate](规范)\n",
            "stand before .* in the order of the text",
        ),
        (
            "== action/8/clause/1\n[undertake] I[regulte](规范)\n",
            "“regulte” is no concept of aim; is regulate meant",
        ),
        ("== action/8/clause/1\n[undertake] I(规范)\n", r"I names its concept, as in I\[…\]\(规范\)"),
        ("== action/8/clause/1\n[undertake] I[regulate, build](规范)\n", "2 concepts for 1 alternatives"),
        ("== action/8/clause/1\n[undertake] I[regulate](规范) Cex(个人)\n", "says of what kind it is"),
        ("== action/8/clause/1\n[undertake] I[regulate](规范) Bdir,p(个人)\n", "property of no component"),
        ("== action/8/clause/1\n[urge] I[regulate](规范)\n", "“urge” is no concept of modality"),
        ("== action/8/clause/6\n[require: 要求 @7] I[steal](窃取)\n", "“action/8/clause/7” is no part"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(SourceErrors, match=said):
        coded(text)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("language: zh\n", "the head says with “document: …” .*id/wic-2020"),
        ("document: id/wic-2020\n", "“language: …” .*zh"),
    ],
)
def test_a_head_names_its_document_and_its_text(head: str, said: str) -> None:
    with pytest.raises(NotationError, match=said):
        coded("== action/8/clause/1\n[undertake] I[regulate](规范)\n", head)


def test_a_sentence_holds_the_statements_that_its_act_governs() -> None:
    """鼓励 of 17/1 governs the three clauses after it, and 呼吁 of 20/1 nothing of action 19."""
    documents, described = initiative()
    authored = ig_script.read(CHECKOUT / "data" / "codings" / "wic-2020.igs")
    coder = coding.coder(authored, documents, IRIS, described)
    found = coder.triples()
    first = "action/17/clause/1#statement-1"
    for clause in (2, 3, 4):
        later = f"action/17/clause/{clause}#statement-1"
        assert values(found, later, "inSentence") == values(found, first, "inSentence")
        origin = values(found, f"{later}-speech-act-encourage", "carriedOverFrom")
        assert origin == [f"wic-2020/{first}-speech-act-encourage"]
    assert values(found, "action/17/clause/3#statement-1.1-attribute-msmes", "carriedOverFrom") == [
        "wic-2020/action/17/clause/2#statement-1.1-attribute-msmes"
    ]
    by_iri = {item.iri: item for item in coder.sentences}
    for triple in found:
        if triple.predicate == IRIS.term("inSentence"):
            assert isinstance(triple.object, NamedNode)
            assert str(triple.subject).split("#")[0].strip("<").startswith(by_iri[triple.object.value].part)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("zh", "反对甲。他说：“不。”支持乙\n\n再来", ["反对甲。", "他说：“不。”", "支持乙", "再来"]),
        ("en", "It costs 3.5 dollars, e.g. here. Who? “Nobody.” The end", [
            "It costs 3.5 dollars, e.g. here.", "Who?", "“Nobody.”", "The end",
        ]),
        ("fr", "Il dort. Élan vital. fin", ["Il dort.", "Élan vital. fin"]),
    ],
)  # fmt: skip
def test_a_sentence_ends_where_its_language_ends_it(language: str, text: str, said: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentences.spans(text, Span(0, len(text)), language)] == said
