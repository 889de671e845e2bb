"""Builds the graph: sources in, quads out. No clock, no network, no blank node of ours; same input, same quads.

The road: read Turtle -> split the notation -> find parts and quotes in the texts -> state them as RDF, one named graph per
source -> add alignments, ontology and shapes. Whatever an author got wrong is a SourceError with file and line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from initiative_lod import alignment, notation, sources
from initiative_lod.document import Coverage, Document, read_body
from initiative_lod.errors import NotationError, SourceError, SourceErrors
from initiative_lod.iris import DEFAULT_BASE, Iris, rebase, slug
from initiative_lod.notation import Bracket
from initiative_lod.rendering import labels, rendered_text
from initiative_lod.settings import Settings
from initiative_lod.sources import Source
from initiative_lod.text import NormalisedText, Span
from initiative_lod.vocabulary import DCTERMS, ELI, OA, RDF, RDFS

PARTS = ("Preamble", "Paragraph", "Pillar", "Action", "Clause", "Conclusion")
KINDS = (*PARTS, "Text", "Condition")
Progress = Callable[[str], None]
Place = tuple[Path, int]

I = Iris(DEFAULT_BASE)  # noqa: E741 - the base in which sources are written; the result is moved to the setting's


@dataclass(frozen=True)
class Built:
    """What a build makes. ``quads`` are in canonical order; ``places`` says where a subject was written (file under the root, line)."""

    quads: tuple[Quad, ...]
    places: dict[str, Place]
    coverage: tuple[Coverage, ...]
    context: bytes

    def place(self, iri: str) -> Place | None:
        """The file and line of a subject, or of the subject whose fragment or part ``iri`` is."""
        while iri not in self.places:
            shorter = iri.rpartition("#")[0]
            if not shorter:
                return None
            iri = shorter
        return self.places[iri]


def build(settings: Settings, progress: Progress = lambda message: None) -> Built:
    """Build the project in ``settings.root``. Raises SourceError (SourceErrors for several)."""
    root = settings.root
    progress("reading sources")
    written = sources.read_folder(root / "data" / "graphs")
    quads: list[Quad] = []
    places: dict[str, Place] = {}
    for source in written:
        for subject, line in source.subjects.items():
            places.setdefault(rebase(subject, settings.base), (source.path.relative_to(root), line))
    progress("finding quotes")
    made, coverage = _graphs(written, root / "data" / "source")
    quads += made
    progress("reading alignments, ontology and shapes")
    for path in sorted((root / "data" / "alignments").glob("*.sssom.tsv")):
        quads += alignment.quads(alignment.read(path), I)
    described = root / "data" / "dataset.ttl"
    files = [(described, "dataset")] if described.is_file() else []
    files += [(root / "ontology" / "initiative.ttl", "ontology")]
    files += [(path, "shapes") for path in sorted((root / "ontology" / "shapes").glob("*.ttl"))]
    for path, graph in files:
        source = sources.read_turtle(path, graph)
        for subject, line in source.subjects.items():
            places.setdefault(rebase(subject, settings.base), (path.relative_to(root), line))
        quads += [Quad(*triple, I.graph(graph)) for triple in source.triples]
    context = sources.read_text(root / "ontology" / "context.jsonld").replace(DEFAULT_BASE, settings.base).encode()
    return Built(canonical(_moved(quads, settings.base)), places, tuple(coverage), context)


def canonical(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Distinct quads, blank nodes named by RDFC-1.0, in the order of canonical N-Quads."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(sorted(dataset, key=lambda quad: (str(quad), str(quad.graph_name))))


def _moved(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The quads under another base; what names an IRI in a string (``void:uriSpace``, a citation) moves as well."""
    if base == DEFAULT_BASE:
        yield from quads
        return
    for quad in quads:
        yield Quad(*(_move(term, base) for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)))


def _move(term: Any, base: str) -> Any:
    if isinstance(term, NamedNode):
        return NamedNode(rebase(term.value, base))
    if isinstance(term, Literal) and DEFAULT_BASE in term.value:
        moved = term.value.replace(DEFAULT_BASE, base)
        return Literal(moved, language=term.language) if term.language else Literal(moved, datatype=term.datatype)
    return term


def _graphs(written: list[Source], texts: Path) -> tuple[list[Quad], list[Coverage]]:
    read = [notation.read(source) for source in written]
    quads = [
        Quad(*triple, I.graph(source.graph)) for source, each in zip(written, read, strict=True) for triple in each.plain
    ]
    marks: dict[tuple[str, str], tuple[str, Source]] = {}
    for source, each in zip(written, read, strict=True):
        for (subject, name), value in each.marks.items():
            if (subject, name) in marks:
                other = marks[subject, name][1]
                message = f"<{subject}> has src:{name} in {other.path} as well"
                raise NotationError(message, source.path, source.line(subject, value))
            marks[subject, name] = value, source
    types = _types(quads)
    places: dict[str, Place] = {}
    for source in written:
        for subject, line in source.subjects.items():
            places.setdefault(subject, (source.path, line))
    documents = _documents(quads, marks, types, texts, places)
    errors: list[SourceError] = []
    for document in documents.values():
        try:
            document.locate(marks)
        except SourceErrors as found:
            errors += found.errors
    for (subject, name), (value, source) in marks.items():
        if name in ("quote", "heading", "lead") and _document(subject, documents) is None:
            line = source.line(subject, value)
            errors.append(NotationError(f"<{subject}> has src:{name}, and is no part of a document with a text", source.path, line))
    if errors:
        raise SourceErrors(errors)
    for document in documents.values():
        graph = I.graph(document.iri.rsplit("/", 1)[1])
        quads += [Quad(*triple, graph) for triple in _structure(document)]
    minter = _Minter(documents)
    for each, source in zip(read, written, strict=True):
        for bracket in each.brackets:
            try:
                quads += [Quad(*triple, I.graph(source.graph)) for triple in minter.attest(bracket)]
            except SourceError as error:
                errors.append(error)
    if errors:
        raise SourceErrors(errors)
    quads += [Quad(*triple, graph) for triple, graph in _spoken(quads, documents, types)]
    return quads, [item for document in documents.values() for item in document.coverage]


def _types(quads: Iterable[Quad]) -> dict[str, str]:
    """What kind of part or text (local name of its class) a subject is."""
    own = I.term("Part").value.removesuffix("Part")
    types: dict[str, str] = {}
    for quad in quads:
        if quad.predicate == RDF.type and isinstance(quad.object, NamedNode) and quad.object.value.startswith(own):
            name = quad.object.value.removeprefix(own)
            if name in KINDS:
                types[quad.subject.value] = name
    return types


def _documents(
    quads: Iterable[Quad],
    marks: dict[tuple[str, str], tuple[str, Source]],
    types: dict[str, str],
    texts: Path,
    places: Mapping[str, Place],
) -> dict[str, Document]:
    """The documents that have a text file, by IRI."""
    realised = {q.subject.value: q.object.value for q in quads if q.predicate == ELI.realizes}
    pillars = {
        q.subject.value: q.object.value
        for q in quads
        if q.predicate == DCTERMS.isPartOf and types.get(q.subject.value) == "Action"
    }
    found = {}
    for text_iri in sorted(iri for iri, kind in types.items() if kind == "Text" and (iri, "file") in marks):
        if text_iri not in realised:
            source = marks[text_iri, "file"][1]
            raise SourceError(f"<{text_iri}> says with no eli:realizes which document it is of", source.path, source.line(text_iri))
        iri = realised[text_iri]
        kinds = {part: kind for part, kind in types.items() if kind in PARTS and part.startswith(iri + "/")}
        found[iri] = Document(iri, text_iri, read_body(texts, marks, text_iri), kinds, pillars, I, places)
    return found


def _document(subject: str, documents: dict[str, Document]) -> Document | None:
    return next((document for iri, document in documents.items() if subject == iri or subject.startswith(iri + "/")), None)


def _structure(document: Document) -> Iterator[Triple]:
    """Parents, numbers, words and spans of a document's parts, and its text."""
    text_iri, text = NamedNode(document.text_iri), document.text
    yield Triple(text_iri, I.term("text"), Literal(text.content, language="zh"))
    yield from text_facts(text_iri, text)
    for part, parent in document.parents.items():
        yield Triple(NamedNode(part), DCTERMS.isPartOf, NamedNode(parent))
        yield Triple(NamedNode(parent), DCTERMS.hasPart, NamedNode(part))
    for part, number in document.numbers.items():
        yield Triple(NamedNode(part), I.term("number"), Literal(number))
    for part, span in document.spans.items():
        yield Triple(NamedNode(part), I.term("text"), Literal(text[span], language="zh"))
    for name, spans in (("span", document.spans), ("headingSpan", document.headings), ("leadSpan", document.leads)):
        for part, span in spans.items():
            yield from _span(NamedNode(part), I.term(name), span, document)


def text_facts(iri: NamedNode, text: NormalisedText) -> Iterator[Triple]:
    """Digest and length of a text."""
    yield Triple(iri, I.term("sha256"), Literal(text.sha256))
    yield Triple(iri, I.term("length"), Literal(len(text.content)))


def _span(subject: NamedNode, property: NamedNode, span: Span, document: Document) -> Iterator[Triple]:
    """``subject property <text#char=start,end>`` with the span's source and selector (RFC 5147 §2.1.1)."""
    where = f"{span.start},{span.end}"
    node, selector = (NamedNode(f"{document.text_iri}#{kind}={where}") for kind in ("char", "selector"))
    yield Triple(subject, property, node)
    yield Triple(node, RDF.type, I.term("TextSpan"))
    yield Triple(node, RDF.type, OA.SpecificResource)
    yield Triple(node, OA.hasSource, NamedNode(document.text_iri))
    yield Triple(node, OA.hasSelector, selector)
    yield Triple(selector, RDF.type, OA.TextQuoteSelector)
    yield Triple(selector, RDF.type, OA.TextPositionSelector)
    yield Triple(selector, OA.exact, Literal(document.text[span]))
    yield Triple(selector, OA.prefix, Literal(document.text.before(span)))
    yield Triple(selector, OA.suffix, Literal(document.text.after(span)))
    yield Triple(selector, OA.start, Literal(span.start))
    yield Triple(selector, OA.end, Literal(span.end))


class _Minter:
    """Turns brackets into statements and their attestations, numbering those that would share a name."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self._documents = documents
        self._names: Counter[str] = Counter()

    def attest(self, bracket: Bracket) -> Iterator[Triple]:
        """The statement that a bracket makes and the node that attests it. Raises QuoteError, NotationError."""
        document = _document(bracket.subject.value, self._documents)
        if document is None and not bracket.seen_in:
            raise bracket.error("evidence is about a part of a document that has a text; this is none")
        span = document.find(bracket) if document else None
        if bracket.value is None:
            assert document is not None and span is not None
            yield from self._condition(bracket, document, span)
            return
        property, value = bracket.property, bracket.value
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
        for seen in bracket.seen_in:
            yield Triple(node, I.term("seenIn"), Literal(seen))
        if bracket.implied:
            yield Triple(node, I.term("implied"), Literal(True))
            for reason in bracket.implied:
                yield Triple(node, I.term("reason"), reason)
        if span is not None:
            assert document is not None
            yield from _span(node, I.term("span"), span, document)
        for predicate, other in bracket.rest:
            yield Triple(node, predicate, other)

    def _condition(self, bracket: Bracket, document: Document, span: Span) -> Iterator[Triple]:
        number = self._names[f"{bracket.subject.value}#condition"] = self._names[f"{bracket.subject.value}#condition"] + 1
        node = NamedNode(f"{bracket.subject.value}#condition-{number}")
        yield Triple(bracket.subject, I.term("condition"), node)
        yield Triple(node, RDF.type, I.term("Condition"))
        yield Triple(node, DCTERMS.isPartOf, bracket.subject)
        yield Triple(bracket.subject, DCTERMS.hasPart, node)
        yield Triple(node, I.term("number"), Literal(number))
        yield Triple(node, I.term("text"), Literal(document.text[span], language="zh"))
        yield from _span(node, I.term("span"), span, document)
        for predicate, value in bracket.rest:
            yield Triple(node, predicate, value)

    def _mint(self, subject: NamedNode, name: str) -> NamedNode:
        iri = f"{subject.value}#{name}"
        self._names[iri] += 1
        count = self._names[iri]
        return NamedNode(iri if count == 1 else f"{iri}-{count}")


def _spoken(
    quads: list[Quad], documents: dict[str, Document], types: dict[str, str]
) -> Iterator[tuple[Triple, NamedNode]]:
    """What can be said from the rest: labels of numbered parts, and the whole of a rendering whose text has no file."""
    by_subject: dict[str, dict[NamedNode, list[Literal | NamedNode]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.object, Literal | NamedNode) and not isinstance(quad.subject, BlankNode):
            by_subject[quad.subject.value][quad.predicate].append(quad.object)
    for document in documents.values():
        graph = I.graph(document.iri.rsplit("/", 1)[1])
        kinds = {**document.kinds, **{part: "Condition" for part, kind in _types(quads).items() if kind == "Condition"}}
        for part, kind in sorted(kinds.items()):
            if part.startswith(document.iri + "/") and not by_subject[part][RDFS.label]:
                for label in labels(I.path(part) or part, kind):
                    yield Triple(NamedNode(part), RDFS.label, label), graph
        for iri, kind in sorted(types.items()):
            realises = by_subject[iri][ELI.realizes]
            if kind == "Text" and iri != document.text_iri and NamedNode(document.iri) in realises:
                language = slug(iri)
                text = rendered_text(document, by_subject, language)
                yield Triple(NamedNode(iri), I.term("text"), Literal(text.content, language=language)), graph
                for triple in text_facts(NamedNode(iri), text):
                    yield triple, graph
