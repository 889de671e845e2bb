"""Finds the sentences of a text that a coding reads: in the words of each part, by the marks that end one.

A sentence is a part as a condition is: a fragment of what it stands in (``…/action/17#sentence-zh-1``), with its
number, words and place, and without a page of its own. A heading is no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from initiative_lod.build.located_parts import CLAUSE, LocatedDocument
from initiative_lod.build.located_text import LocatedText
from initiative_lod.build.statements import span_triples
from initiative_lod.iris import Iris
from initiative_lod.languages import ideographic
from initiative_lod.sources.text import Span
from initiative_lod.vocabulary import DCTERMS, RDF

I = Iris()  # for terms, which are the same under every base

#: What ends a sentence, with the quotation marks and brackets that close behind it.
_IDEOGRAPHIC = re.compile(r"[。！？]+[”’」』）》]*|\n+")
#: Elsewhere a mark ends one only where a blank follows, and then no small letter: no number and few abbreviations do.
_ALPHABETIC = re.compile(r"[.!?]+[”’\"')\]»]*(?=\s+[^\sa-zß-öø-ÿ]|\s*\Z)|\n+")
_WORDS = re.compile(r"\S(?:.*\S)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextSentence:
    """A sentence, and the part in whose words it stands."""

    iri: str
    part: str
    number: int
    span: Span


def spans(content: str, scope: Span, language: str) -> Iterator[Span]:
    """The sentences in a run of characters; what follows the last mark is one as well."""
    ends = _IDEOGRAPHIC if ideographic(language) else _ALPHABETIC
    start, words = scope.start, content[: scope.end]
    for end in [*(match.end() for match in ends.finditer(words, scope.start)), scope.end]:
        if found := _WORDS.search(words, start, end):
            yield Span(*found.span())
        start = end


def of_text(document: LocatedDocument, located: LocatedText) -> list[TextSentence]:
    """The sentences of a document in one of its texts, in reading order."""
    found = []
    for part in document.tree.parts():
        if document.tree.kinds[part] == CLAUSE:
            continue  # which stands within a sentence
        own = [
            item
            for scope in located.words.get(part, ())
            for item in spans(located.text.content, scope, located.language)
        ]
        for number, span in enumerate(own, 1):
            found.append(TextSentence(f"{part}#sentence-{located.language.lower()}-{number}", part, number, span))
    return sorted(found, key=lambda item: item.span)


def triples(sentences: list[TextSentence], located: LocatedText) -> Iterator[Triple]:
    """The description of each sentence, labels aside."""
    for item in sentences:
        node, part = NamedNode(item.iri), NamedNode(item.part)
        yield Triple(node, RDF.type, I.term("Sentence"))
        yield Triple(node, DCTERMS.isPartOf, part)
        yield Triple(part, I.term("sentence"), node)
        yield Triple(node, I.term("number"), Literal(item.number))
        yield Triple(node, I.term("text"), Literal(located.text[item.span], language=located.language))
        yield from span_triples(node, I.term("span"), item.span, located)


def holding(sentences: list[TextSentence], span: Span) -> list[TextSentence]:
    """The sentences in which a span lies: one, or those that it reaches into."""
    return [item for item in sentences if item.span.start < span.end and span.start < item.span.end]
