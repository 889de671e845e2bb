"""What a clause is said to be follows from its statements, and is not said again by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.build import clause_values, coding
from initiative_lod.build.graph import Built
from initiative_lod.iris import Iris, slug
from initiative_lod.sources import authoring_notation, ig_script, turtle
from initiative_lod.vocabulary import RDF, SKOS
from pipeline.conftest import CHECKOUT
from pipeline.test_codings import HEAD, initiative

I = Iris()
CODING = CHECKOUT / "data" / "codings" / "wic-2020.igs"


def concept(path: str) -> NamedNode:
    return I.thing(f"id/{path}")


KINDS = {
    **{f"modality/{name}": "Modality" for name in ("uphold", "prohibit", "pledge", "promote", "undertake", "require")},
    **{f"group/{name}": "StakeholderGroup" for name in ("enterprises", "msmes", "all-countries")},
    **{f"topic/{name}": "Topic" for name in ("backdoor", "employment", "international-cooperation")},
}
STATED = [
    *(Quad(concept(path), RDF.type, I.term(kind), I.graph("x")) for path, kind in KINDS.items()),
    Quad(concept("aim/safeguard"), SKOS.related, concept("modality/uphold"), I.graph("x")),
    Quad(concept("aim/promote"), SKOS.related, concept("modality/promote"), I.graph("x")),
]


def derived(text: str, authored: list[Quad] | None = None) -> list[Triple]:
    documents, described = initiative()
    coder = coding.coder(ig_script.parse(HEAD + text, Path("c.igs")), documents, I, described)
    lines: list[int] = []
    found = list(
        clause_values.triples(
            coder, coder.triples(), STATED + (authored or []), lambda clause, name, value, line: lines.append(line)
        )
    )
    assert all(line > 4 for line in lines)
    return found


def told(triples: list[Triple]) -> set[tuple[str, str, str]]:
    """(property, value, words at the evidence's span), with “*” before what is implied."""
    words = {
        t.subject: t.object.value for t in triples if "exact" in str(t.predicate) and isinstance(t.object, Literal)
    }
    by: dict[NamedNode, dict[str, NamedNode]] = {}
    for triple in triples:
        if isinstance(triple.object, NamedNode) and isinstance(triple.subject, NamedNode):
            by.setdefault(triple.subject, {})[slug(triple.predicate.value)] = triple.object
    implied = {t.subject for t in triples if t.predicate == I.term("implied")}
    return {
        (
            slug(facts["onproperty"].value),
            ("*" if node in implied else "") + slug(facts["onvalue"].value),
            str(words[by[facts["span"]]["hasselector"]]),
        )
        for node, facts in by.items()
        if "onproperty" in facts
    }


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (  # a deontic says how, and not the act around it; the actor is addressed, what fills an object is a topic
            "== action/8/clause/5\n[require: 要求] A[enterprises](企业) D[prohibit](不得) I[pre-install](预设) "
            "Bdir[backdoor](后门)\n",
            {("modality", "prohibit", "不得"), ("addressee", "enterprises", "企业"), ("topic", "backdoor", "后门")},
        ),
        (  # an act whose cue stands in a clause before gives way to the verb, and who is helped is to act
            "== action/17/clause/3\n[encourage: 鼓励 @1] A[all-countries](各国 @1) I[help](帮助 @2) "
            "Bdir{A[msmes](中小微企业 @2) I[increase](增加) Bdir[employment](就业机会)}\n",
            {
                ("modality", "undertake", "增加"),
                ("addressee", "*msmes", "中小微企业"),
                ("topic", "employment", "就业机会"),
            },
        ),
        (  # where 帮助 stands in the clause itself, who is helped is not asked to act
            "== action/17/clause/2\n[encourage: 鼓励 @1] A[all-countries](各国 @1) I[help](帮助) "
            "Bdir{A[msmes](中小微企业) I[promote](促进) Bdir[innovation](创新)}\n",
            {("modality", "undertake", "帮助"), ("addressee", "*all-countries", "各国")},
        ),
        (  # a verb to which a modality is related; one modality for two verbs
            "== action/8/clause/2\n[undertake] I[safeguard](保障) Bdir[security](安全)\n",
            {("modality", "uphold", "保障")},
        ),
        (  # a pledge carries over, with the speaker who stands right before it
            "== conclusion/clause/2\n[pledge: 愿 @1; speaker: 我们 @1] I[respond-to](迎接) Bdir[challenges](挑战)\n",
            {("modality", "*pledge", "我们愿")},
        ),
        (  # a constraint holds more words than its topic, which an author then names
            "== action/8/clause/3\n[undertake] I[carry-out](开展) "
            "Cex[domain: international-cooperation](国际交流合作)\n",
            {("modality", "undertake", "开展")},
        ),
        ("== preamble/paragraph/2\n[state] A(中国国家主席习近平) I[advocate](倡导)\n", set()),  # no clause
    ],
)
def test_what_follows_from_a_statement(text: str, values: set[tuple[str, str, str]]) -> None:
    assert told(derived(text)) == values


def test_what_an_author_says_stays() -> None:
    clause = I.thing("id/wic-2020/action/8/clause/5")
    authored = [
        Quad(clause, I.term("modality"), concept("modality/require"), I.graph("x")),
        Quad(clause, I.term("topic"), concept("topic/employment"), I.graph("x")),
    ]
    text = (
        "== action/8/clause/5\n[require: 要求] A[enterprises](企业) D[prohibit](不得) I[pre-install](预设) "
        "Bdir[backdoor](后门)\n"
    )
    found = told(derived(text, authored))
    assert found == {("addressee", "enterprises", "企业"), ("topic", "backdoor", "后门")}
    authored.append(Quad(clause, I.term("topic"), concept("topic/backdoor"), I.graph("x")))
    assert told(derived(text, authored)) == {("addressee", "enterprises", "企业")}


def test_nothing_is_said_twice_by_hand(real_build: Built) -> None:
    """No clause says its modality, its addressees, or a topic in the very words of a component, in Turtle too."""
    components: dict[NamedNode, dict[str, str]] = {}
    for quad in real_build.quads:
        if quad.graph_name != I.graph("coding-wic-2020") or quad.predicate not in (I.term("concept"), I.term("text")):
            continue
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        components.setdefault(quad.subject, {})[slug(quad.predicate.value)] = quad.object.value
    said = {
        (node.value.partition("#")[0], facts.get("concept"), facts.get("text"))
        for node, facts in components.items()
        if "execution-constraint" not in node.value and "activation-condition" not in node.value
    }
    authored = 0
    for source in turtle.read_folder(CHECKOUT / "data" / "graphs" / "wic-2020", I.base):
        for bracket in authoring_notation.read(source).brackets:
            if "/clause/" not in bracket.subject.value:
                continue
            assert slug(bracket.predicate.value) not in ("modality", "addressee"), bracket.subject
            if bracket.predicate == I.term("topic") and not (bracket.prefixes or bracket.suffixes):
                authored += 1
                (quote,) = bracket.quotes
                assert isinstance(bracket.value, NamedNode)
                assert (bracket.subject.value, bracket.value.value, quote.content) not in said, bracket.subject
    assert authored > 40


def test_a_derived_value_has_its_line_in_the_coding(real_build: Built) -> None:
    clause = I.thing("id/wic-2020/action/8/clause/5").value
    place = real_build.place(clause, I.term("modality").value, concept("modality/prohibit").value)
    assert place is not None
    path, line = place
    assert path == CODING.relative_to(CHECKOUT)
    assert CODING.read_text("utf-8").splitlines()[line - 1].startswith("[require: 要求] A[enterprises](企业)")


def test_a_condition_is_in_the_coding_too(real_build: Built) -> None:
    """What an author calls a condition is a precondition, a framework or a manner in the statements of the clause."""
    facts: dict[NamedNode, dict[NamedNode, set[str]]] = {}
    for quad in real_build.quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            facts.setdefault(quad.subject, {}).setdefault(quad.predicate, set()).add(quad.object.value)
    found = 0
    for quad in real_build.quads:
        if quad.predicate != I.term("condition") or not isinstance(quad.object, NamedNode):
            continue
        found += 1
        (condition,) = facts[quad.object][I.term("text")]
        assert isinstance(quad.subject, NamedNode)
        pieces = {
            (slug(next(iter(item[I.term("context")]))), text)
            for node, item in facts.items()
            if node.value.startswith(f"{quad.subject.value}#statement-") and I.term("context") in item
            for text in item.get(I.term("text"), ())
            if text in condition
        }
        assert {kind for kind, _ in pieces} < {"precondition", "framework", "manner"}
        assert sum(len(text) for _, text in pieces) + condition.count("、") == len(condition)
    assert found == 4
