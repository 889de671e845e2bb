"""States where the words of a coding stand in a translation: of each component its words there, and their spans.

The translation has no file: it is put together from the translations of the parts, and its spans are places in that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.build.located_text import LocatedText
from initiative_lod.build.statements import span_triples
from initiative_lod.errors import NotationError, SourceError, SourceErrors
from initiative_lod.iris import Iris, run_of
from initiative_lod.sources import word_pairs
from initiative_lod.sources.text import NormalisedText, Span
from initiative_lod.sources.word_pairs import TranslatedPiece, WordPair, WordPairs

I = Iris()  # for terms, which are the same under every base


def pair_files(folder: Path) -> list[Path]:
    """The files of pairs of a project, by name; it need not have any."""
    return sorted(folder.glob("*.words"))


@dataclass
class _Coding:
    """A coding with what its pairs are about: places of parts and components in the text, and the translation."""

    document: str
    places: Mapping[str, Span]  # of parts
    components: Mapping[Span, Sequence[NamedNode]]  # in their own words or in those of another part, by place
    content: str  # of the text
    rendered: LocatedText
    translations: Mapping[str, str]  # by part

    @property
    def starts(self) -> dict[str, int]:
        """Position at which each part begins."""
        return {part: place.start for part, place in self.places.items()}


def triples(pairs: WordPairs, quads: Sequence[Quad], iris: Iris) -> Iterator[Triple]:
    """The words and spans of the components that the pairs name. Raises SourceErrors, with lines."""
    coding = _coding(pairs, quads, iris)
    errors: list[SourceError] = []
    begins = 0
    for part in sorted(pairs.parts, key=lambda path: coding.starts.get(f"{coding.document}/{path}", 0)):
        iri, line = f"{coding.document}/{part}", pairs.lines[part]
        translation = coding.translations.get(iri, "")
        at = coding.rendered.text.content.find(translation, begins) if translation else -1
        if iri not in coding.places:
            errors.append(NotationError(f"{part} is no part of the text that is coded", pairs.path, line))
            continue
        if at < 0:
            errors.append(NotationError(f"{part} has no translation in {pairs.language!r}", pairs.path, line))
            continue
        begins = at if any(other.startswith(f"{part}/") for other in pairs.parts) else at + len(translation)
        whole = Span(at, at + len(translation))
        yield from span_triples(NamedNode(iri), I.term("translationSpan"), whole, coding.rendered)
        yield from _words(pairs, part, coding, whole, errors)
    if errors:
        raise SourceErrors(errors)


def _words(pairs: WordPairs, part: str, coding: _Coding, whole: Span, errors: list[SourceError]) -> Iterator[Triple]:
    """Words and spans of the components of one part, and of those elsewhere that take over their words.

    What stands in a part within it that has pairs of its own is that one's.
    """
    inner = [f"{coding.document}/{path}" for path in pairs.parts if path.startswith(f"{part}/")]
    nested = [coding.places[iri] for iri in inner if iri in coding.places]
    inside = [
        span
        for span in coding.components
        if span in coding.places[f"{coding.document}/{part}"] and not any(span in one for one in nested)
    ]
    inside.sort(key=lambda span: (span.start, span.end))
    left = {span: coding.content[span.start : span.end] for span in inside}
    for pair in pairs.parts[part]:
        span = next((span for span, words in left.items() if words == pair.words), None)
        if span is None:
            message = f"no further component of this part has the words “{pair.words}”"
            errors.append(NotationError(message, pairs.path, pair.line))
            continue
        del left[span]
        try:
            spans = [_find(pairs, pair, piece, coding, whole) for piece in pair.pieces]
        except SourceError as error:
            errors.append(error)
            continue
        said = word_pairs.BETWEEN.join(coding.rendered.text[one] for one in spans)
        for node in coding.components[span]:
            if said:
                yield Triple(node, I.term("translation"), Literal(said, language=pairs.language))
            for one in spans:
                yield from span_triples(node, I.term("translationSpan"), one, coding.rendered)


def _find(pairs: WordPairs, pair: WordPair, piece: TranslatedPiece, coding: _Coding, whole: Span) -> Span:
    """The place of a piece in the translation of its part. Raises NotationError."""
    content, words = coding.rendered.text[whole], piece.words
    places = word_pairs.places(words, content)
    if not places or piece.place > len(places):
        message = f"“{words}”, for “{pair.words}”, does not stand there in the translation “{content}”"
        raise NotationError(message, pairs.path, pair.line)
    if len(places) > 1 and not piece.place:
        message = f"“{words}” stands {len(places)} times in the translation “{content}”: say which, as in “{words} #2”"
        raise NotationError(message, pairs.path, pair.line)
    start = whole.start + places[max(piece.place, 1) - 1]
    return Span(start, start + len(words))


def _coding(pairs: WordPairs, quads: Sequence[Quad], iris: Iris) -> _Coding:
    """Look up what the pairs are about. Raises NotationError."""
    graph = iris.graph(f"coding-{pairs.coding}")
    said: dict[str, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
    space = I.term("text").value.removesuffix("text")
    names = ("text", "span", "translation", "codes", "nestedStatement", "inLanguage", "realizes")
    for quad in quads:
        name = quad.predicate.value.removeprefix(space).rpartition("/")[2].rpartition("#")[2]
        if name in names and isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value][name].append(quad.object)
    document = next((item.value for item in said[graph.value]["codes"]), "")
    texts = [iri for iri, about in said.items() if document in [item.value for item in about["realizes"]]]
    rendered = next((iri for iri in texts if pairs.language in [item.value for item in said[iri]["inLanguage"]]), "")
    if not document or not said[rendered]["text"]:
        missing = f"a translation of it in {pairs.language!r}" if document else f"the coding {pairs.coding!r}"
        raise NotationError(f"there is nothing to find words in: {missing} is missing", pairs.path, 1)
    held = [quad.subject.value for quad in quads if quad.graph_name == graph and isinstance(quad.subject, NamedNode)]
    components: dict[Span, list[NamedNode]] = defaultdict(list)
    source = ""
    for iri in dict.fromkeys(held):
        for span in said[iri]["span"]:
            if (run := run_of(span.value)) and not said[iri]["nestedStatement"]:
                source, *place = run
                components[Span(*place)].append(NamedNode(iri))
    places = {
        iri: Span(*run[1:])
        for iri, about in said.items()
        for span in about["span"]
        if span.value.startswith(f"{source}#") and "#" not in iri and (run := run_of(span.value))
    }
    content = next((item.value for item in said[source]["text"]), "")
    text = NormalisedText(said[rendered]["text"][0].value)
    translations = {
        iri: item.value
        for iri, about in said.items()
        for item in about["translation"]
        if isinstance(item, Literal) and item.language == pairs.language
    }
    return _Coding(
        document, places, components, content, LocatedText(rendered, pairs.language, text, pairs.path), translations
    )
