"""States a document in RDF: its parts and their words, spans, and what attests each statement. Owns the node names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.build.located_text import LocatedText
from initiative_lod.iris import Iris, run_iri, slug
from initiative_lod.sources.authoring_notation import Bracket
from initiative_lod.sources.text import NormalisedText, Span
from initiative_lod.vocabulary import DCTERMS, OA, RDF, RDFS

I = Iris()  # for terms, which are the same under every base


def document_with(subject: str, documents: Mapping[str, LocatedDocument]) -> LocatedDocument | None:
    """The document of which ``subject`` is a part, or which it is."""
    return next(
        (document for iri, document in documents.items() if subject == iri or subject.startswith(iri + "/")), None
    )


def structure(document: LocatedDocument) -> Iterator[Triple]:
    """Parents, numbers, positions, words and spans of a document's parts, and its texts."""
    tree = document.tree
    for part, parent in tree.parents.items():
        yield Triple(NamedNode(part), DCTERMS.isPartOf, NamedNode(parent))
        yield Triple(NamedNode(parent), DCTERMS.hasPart, NamedNode(part))
    for part, number in tree.numbers.items():
        yield Triple(NamedNode(part), I.term("number"), Literal(number))
    for part, position in document.positions.items():
        yield Triple(NamedNode(part), I.term("position"), Literal(position))
    for located in document.texts:
        yield from _located(located)


def _located(located: LocatedText) -> Iterator[Triple]:
    text_iri, text = NamedNode(located.iri), located.text
    yield Triple(text_iri, I.term("text"), Literal(text.content, language=located.language))
    yield from text_facts(text_iri, text)
    for part, span in located.spans.items():
        yield Triple(NamedNode(part), I.term("text"), Literal(text[span], language=located.language))
    for name, spans in (("span", located.spans), ("headingSpan", located.headings), ("leadSpan", located.leads)):
        for part, span in spans.items():
            yield from span_triples(NamedNode(part), I.term(name), span, located)
    for part, printed in located.printed.items():
        yield Triple(NamedNode(part), I.term("printedNumber"), Literal(printed, language=located.language))
    for span, item in located.left_out:
        yield from span_triples(text_iri, I.term("leftOut"), span, located)
        for reason in item.reasons:
            yield Triple(NamedNode(run_iri(located.iri, span.start, span.end)), I.term("reason"), reason)
    for gap in located.gaps:
        yield from span_triples(text_iri, I.term("uncovered"), gap.span, located)


def text_facts(iri: NamedNode, text: NormalisedText) -> Iterator[Triple]:
    """Digest and length of a text."""
    yield Triple(iri, I.term("sha256"), Literal(text.sha256))
    yield Triple(iri, I.term("length"), Literal(len(text.content)))


def span_triples(subject: NamedNode, property: NamedNode, span: Span, located: LocatedText) -> Iterator[Triple]:
    """``subject property <text#char=start,end>`` with the span's source and selector (RFC 5147 §2.1.1)."""
    where = f"{span.start},{span.end}"
    node, selector = (NamedNode(f"{located.iri}#{kind}={where}") for kind in ("char", "selector"))
    yield Triple(subject, property, node)
    yield Triple(node, RDF.type, I.term("TextSpan"))
    yield Triple(node, RDF.type, OA.SpecificResource)
    yield Triple(node, OA.hasSource, NamedNode(located.iri))
    yield Triple(node, OA.hasSelector, selector)
    yield Triple(selector, RDF.type, OA.TextQuoteSelector)
    yield Triple(selector, RDF.type, OA.TextPositionSelector)
    yield Triple(selector, OA.exact, Literal(located.text[span]))
    yield Triple(selector, OA.prefix, Literal(located.text.before(span)))
    yield Triple(selector, OA.suffix, Literal(located.text.after(span)))
    yield Triple(selector, OA.start, Literal(span.start))
    yield Triple(selector, OA.end, Literal(span.end))


def told_sources(quads: Iterable[Quad]) -> dict[str, str]:
    """The described sources by IRI, as one line each: English name, address, the day on which it was seen."""
    names: dict[str, dict[str, str]] = {}
    days: dict[str, str] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            if quad.predicate == I.term("seenOn"):
                days[quad.subject.value] = quad.object.value
            elif quad.predicate == RDFS.label:
                names.setdefault(quad.subject.value, {})[quad.object.language or ""] = quad.object.value
    told = {}
    for iri, day in days.items():
        labels = names.get(iri, {})
        name = labels.get("en") or next((labels[tag] for tag in sorted(labels)), "")
        told[iri] = f"{name}{', ' if name else ''}{iri}, seen {day}"
    return told


class Attestations:
    """Turns brackets into statements and their attestations, numbering those that would share a name.

    ``sources`` has a line for each described source: it is the ``seenIn`` of what leans on it.
    """

    def __init__(self, documents: Mapping[str, LocatedDocument], sources: Mapping[str, str]) -> None:
        self._documents = documents
        self._sources = sources
        self._names: Counter[str] = Counter()

    def attest(self, bracket: Bracket) -> Iterator[Triple]:
        """The statement that a bracket makes and the node that attests it. Raises QuoteError, NotationError."""
        document = document_with(bracket.subject.value, self._documents)
        if document is None and not bracket.seen_in:
            raise bracket.error(
                "evidence is about a part of a document that has a text, and this is none: say with src:seenIn where "
                "outside of it the value was seen"
            )
        found = document.find(bracket) if document else []
        if bracket.value is None:
            yield from self._condition(bracket, found)
            return
        property, value = bracket.predicate, bracket.value
        name = slug(value.value) if isinstance(value, NamedNode) else ""
        node = self._mint(bracket.subject, f"{slug(property.value)}-{name}".rstrip("-"))
        kind = "Citation" if bracket.role else "ExternalFact" if bracket.seen_in else "Evidence"
        yield Triple(bracket.subject, property, value)
        yield Triple(node, RDF.type, I.term(kind))
        yield Triple(node, I.term("onSubject"), bracket.subject)
        yield Triple(node, I.term("onProperty"), property)
        yield Triple(node, I.term("onLiteral" if isinstance(value, Literal) else "onValue"), value)
        if bracket.role:
            yield Triple(node, I.term("role"), bracket.role)
        in_words = any(isinstance(seen, Literal) for seen in bracket.seen_in)
        for seen in bracket.seen_in:
            if isinstance(seen, NamedNode):
                yield Triple(node, DCTERMS.source, seen)
            if isinstance(seen, Literal) or seen.value in self._sources or not in_words:
                yield Triple(node, I.term("seenIn"), Literal(self._sources.get(seen.value, seen.value)))
        if bracket.implied:
            yield Triple(node, I.term("implied"), Literal(True))
            for reason in bracket.implied:
                yield Triple(node, I.term("reason"), reason)
        for located, span in found:
            yield from span_triples(node, I.term("span"), span, located)
        for predicate, other in bracket.rest:
            yield Triple(node, predicate, other)

    def _condition(self, bracket: Bracket, found: Sequence[tuple[LocatedText, Span]]) -> Iterator[Triple]:
        number = self._names[f"{bracket.subject.value}#condition"] = (
            self._names[f"{bracket.subject.value}#condition"] + 1
        )
        node = NamedNode(f"{bracket.subject.value}#condition-{number}")
        yield Triple(bracket.subject, I.term("condition"), node)
        yield Triple(node, RDF.type, I.term("Condition"))
        yield Triple(node, DCTERMS.isPartOf, bracket.subject)
        yield Triple(bracket.subject, DCTERMS.hasPart, node)
        yield Triple(node, I.term("number"), Literal(number))
        for located, span in found:
            yield Triple(node, I.term("text"), Literal(located.text[span], language=located.language))
            yield from span_triples(node, I.term("span"), span, located)
        for predicate, value in bracket.rest:
            yield Triple(node, predicate, value)

    def _mint(self, subject: NamedNode, name: str) -> NamedNode:
        iri = f"{subject.value}#{name}"
        self._names[iri] += 1
        count = self._names[iri]
        return NamedNode(iri if count == 1 else f"{iri}-{count}")
