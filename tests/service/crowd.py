"""Made-up documents that many clauses make large: quads of the shape that the build gives them."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.iris import Iris
from initiative_lod.vocabulary import DCTERMS, ELI, OA, RDF, RDFS, SKOS, XSD

CLAUSES = 10  # in an action
WORDS = "支持港务总局开展工作,"
NAMED = (2, 6)  # where the institution stands in it


def crowd(iris: Iris, clauses: int, name: str = "crowd-2031") -> Iterator[Quad]:
    """A document ``name`` of so many clauses, ten an action, each of which cites ``id/institution/harbour-office``."""
    graph = iris.graph(name)
    term = iris.term

    def say(subject: NamedNode, predicate: NamedNode, object: NamedNode | Literal) -> Quad:
        return Quad(subject, predicate, object, graph)

    def named(subject: NamedNode, zh: str, en: str, kind: str) -> Iterator[Quad]:
        yield say(subject, RDF.type, term(kind))
        yield say(subject, RDFS.label, Literal(zh, language="zh"))
        yield say(subject, RDFS.label, Literal(en, language="en"))

    def spanned(subject: NamedNode, property: str, start: int, words: str) -> Iterator[Quad]:
        end = start + len(words)
        span = NamedNode(f"{text.value}#char={start},{end}")
        selector = NamedNode(f"{text.value}#selector={start},{end}")
        yield say(subject, term(property), span)
        yield say(span, RDF.type, term("TextSpan"))
        yield say(span, OA.hasSource, text)
        yield say(span, OA.hasSelector, selector)
        yield say(selector, OA.exact, Literal(words, language="zh"))
        yield say(selector, OA.start, Literal(str(start), datatype=XSD.integer))
        yield say(selector, OA.end, Literal(str(end), datatype=XSD.integer))

    def numbered(subject: NamedNode, above: NamedNode, number: int) -> Iterator[Quad]:
        yield say(subject, DCTERMS.isPartOf, above)
        yield say(above, DCTERMS.hasPart, subject)
        yield say(subject, term("number"), Literal(str(number), datatype=XSD.integer))

    document, text = iris.thing(f"id/{name}"), iris.thing(f"id/{name}/zh")
    pillar, office = iris.thing(f"id/{name}/pillar/1"), iris.thing("id/institution/harbour-office")
    modality = iris.thing("id/modality/support")
    yield from named(document, "港务倡议", "Initiative on Harbour Offices", "Initiative")
    yield from named(text, "港务倡议原文", "Text of the initiative", "Text")
    yield say(text, ELI.realizes, document)
    yield from named(pillar, "港务", "Harbour offices", "Pillar")
    yield from numbered(pillar, document, 1)
    yield from named(office, "港务总局", "Harbour Office", "Institution")
    yield say(modality, RDF.type, term("Modality"))
    yield say(modality, SKOS.prefLabel, Literal("支持", language="zh"))
    yield say(modality, SKOS.prefLabel, Literal("support", language="en"))
    for place in range(clauses):
        action_number, number = place // CLAUSES + 1, place % CLAUSES + 1
        action = iris.thing(f"id/{name}/action/{action_number}")
        if number == 1:
            yield from named(action, f"第 {action_number} 项工作", f"Work item {action_number}", "Action")
            yield from numbered(action, pillar, action_number)
            start = place * len(WORDS)
            yield from spanned(action, "span", start, WORDS * min(CLAUSES, clauses - place))
        clause = iris.thing(f"id/{name}/action/{action_number}/clause/{number}")
        label = f"Action {action_number}, clause {number}"
        yield from named(clause, f"行动 {action_number} 条款 {number}", label, "Clause")
        yield from numbered(clause, action, number)
        start = place * len(WORDS)
        yield from spanned(clause, "span", start, WORDS)
        yield say(clause, term("text"), Literal(WORDS, language="zh"))
        yield say(clause, term("translation"), Literal("Support the work of the Harbour Office,", language="en"))
        for property, value, first, last in (("cites", office, *NAMED), ("modality", modality, 0, 2)):
            evidence = NamedNode(f"{clause.value}#{property}-{value.value.rpartition('/')[2]}")
            yield say(clause, term(property), value)
            yield say(evidence, RDF.type, term("Citation" if property == "cites" else "Evidence"))
            yield say(evidence, term("onSubject"), clause)
            yield say(evidence, term("onProperty"), term(property))
            yield say(evidence, term("onValue"), value)
            yield from spanned(evidence, "span", start + first, WORDS[first:last])
