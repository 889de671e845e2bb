"""Builds the graph: sources in, quads out. No clock, no network, no blank node of ours; same input, same quads.

The road: read Turtle -> split the notation -> find parts and quotes in the texts -> state them as RDF, one named graph
per source -> add alignments, identity clusters, ontology, shapes, and what follows from the ontology.
Whatever an author got wrong is a SourceError with file and line.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, Triple

from initiative_lod.build import (
    clause_values,
    coding,
    identity,
    inference,
    mappings,
    missing_things,
    part_tree,
    sentences,
    translated_words,
)
from initiative_lod.build.generated_words import Patterns, Step, label, rendered_text
from initiative_lod.build.located_parts import Coverage, LocatedDocument
from initiative_lod.build.located_text import LocatedText, read_body
from initiative_lod.build.part_kinds import PartKinds, part_kinds
from initiative_lod.build.statements import Attestations, document_with, structure, text_facts, told_sources
from initiative_lod.errors import NotationError, ParseError, SettingsError, SourceError, SourceErrors
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.iris import Iris, run_iri
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.settings import Settings
from initiative_lod.sources import authoring_notation, ig_script, judgements, sssom, turtle, word_pairs
from initiative_lod.sources.authoring_notation import AuthoredMark, Marks, with_mark
from initiative_lod.sources.line_numbers import Place, Places
from initiative_lod.sources.text import PARAGRAPHS
from initiative_lod.sources.turtle import SourceFile
from initiative_lod.vocabulary import DCTERMS, ELI, RDF, RDFS, SCHEMA, TERMS

Progress = Callable[[str], None]

I = Iris()  # for terms, which are the same under every base
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # of a language, in the form of BCP 47


@dataclass(frozen=True)
class Built:
    """Result of a build. ``quads`` are in canonical order, ``places`` are in files under the root."""

    quads: tuple[Quad, ...]
    places: Places
    coverage: tuple[Coverage, ...]
    context: bytes

    def place(self, iri: str, property: str = "", value: str = "") -> Place | None:
        """Place where a statement about ``iri``, or about the subject whose fragment or part it is, was written."""
        while (place := self.places(iri, property, value)) is None:
            iri = iri.rpartition("#")[0]
            if not iri:
                return None
        return place


def build(settings: Settings, progress: Progress = lambda message: None) -> Built:
    """Build the project in ``settings.root``. Raises SourceError (SourceErrors for several)."""
    root, iris = settings.root, Iris(settings.base)
    progress("reading sources")
    if not (root / "data" / "graphs").is_dir():
        raise SettingsError(
            f"{root} is no project: it has no data/graphs. Make one with 'initiative-lod init', or name one with --root"
        )
    ontology = settings.ontology
    written = turtle.read_folder(ontology / "vocabulary", iris.base)
    written += turtle.read_folder(root / "data" / "graphs", iris.base)
    quads: list[Quad] = []
    places = Places()
    for source in written:
        places.add(source, _shown(source.path, settings))
    progress("finding quotes")
    terms = turtle.read_turtle(ontology / "initiative.ttl", "ontology", iris.base)
    stated, documents = _graphs(written, root / "data" / "source", iris, _in(iris.graph("ontology"), terms.triples))
    quads += stated
    progress("reading codings")
    dataset = turtle.read_turtle(root / "data" / "dataset.ttl", "dataset", iris.base)
    quads += _codings(root, documents, quads, iris, places, _licences(dataset, iris))
    for document in documents:
        for located in document.texts:
            for gap in located.gaps:
                span = run_iri(located.iri, gap.span.start, gap.span.end)
                places.add_value(located.iri, span, (gap.file.relative_to(root.resolve()), gap.line))
    progress("reading alignments, ontology and shapes")
    for path in sorted((root / "data" / "alignments").glob("*.sssom.tsv")):  # a project need not have any
        quads += mappings.quads(mappings.rebased(sssom.read(path), iris), iris)
    judged = root / "data" / "judgements" / "identity.tsv"
    quads += identity.materialise(quads, judgements.read(judged) if judged.is_file() else (), iris)
    shapes = (*_all(ontology / "shapes", "*.ttl"), *own_shapes(root))
    for source in (dataset, terms, *(turtle.read_turtle(path, "shapes", iris.base) for path in shapes)):
        places.add(source, _shown(source.path, settings))
        quads += _in(iris.graph(source.graph), source.triples)
    _shapes_complete([quad for quad in quads if quad.graph_name == iris.graph("shapes")], ontology / "shapes")
    if lost := missing_things.errors(quads, written, places, iris, root):
        raise SourceErrors(lost)
    promised = inference.promises(quad for quad in quads if quad.graph_name == iris.graph("ontology"))
    quads += list(inference.quads(quads, promised, iris))
    context = _context(ontology / "context.jsonld").encode()
    coverage = tuple(item for document in documents for item in document.coverage)
    return Built(canonical(quads), places, coverage, context)


def _licences(dataset: SourceFile, iris: Iris) -> list[NamedNode]:
    """The licences of the project's data, as its description says them."""
    about = (iris.thing("dataset"), DCTERMS.license)
    found = (triple.object for triple in dataset.triples if (triple.subject, triple.predicate) == about)
    return [item for item in found if isinstance(item, NamedNode)]


def _codings(
    root: Path,
    documents: Sequence[LocatedDocument],
    quads: Sequence[Quad],
    iris: Iris,
    places: Places,
    licences: Sequence[NamedNode],
) -> list[Quad]:
    """The institutional statements of the project's codings, each coding in a named graph. Raises SourceErrors.

    A coding is under the ``licences`` of the data that it is part of.
    """
    described = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    labels: dict[str, list[Literal]] = defaultdict(list)
    for quad in quads:
        if quad.predicate == RDFS.label and isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
            labels[quad.subject.value].append(quad.object)
    found: list[Quad] = []
    errors: list[SourceError] = []
    pairs: list[word_pairs.WordPairs] = []
    for path in translated_words.pair_files(root / "data" / "codings"):
        try:
            pairs.append(word_pairs.read(path))
        except SourceError as error:
            errors.append(error)
    for path in coding.coding_files(root / "data" / "codings"):  # a project need not have any
        try:
            file = ig_script.read(path)
            coder = coding.coder(file, {item.iri: item for item in documents}, iris, described, pairs)
            triples = coder.triples()
        except SourceErrors as failed:
            errors += failed.errors
            continue
        except SourceError as error:
            errors.append(error)
            continue
        licensed = [Triple(coder.graph, DCTERMS.license, licence) for licence in licences]
        found += _in(coder.graph, [*triples, *licensed, *coding.statement_labels(triples, labels)])
        read = list(sentences.triples(coder.sentences, coder.text.located))
        found += _in(_graph_of(coder.text.document, iris), [*read, *coding.statement_labels(read, labels)])
        shown = path.relative_to(root)
        places.add_lines(coder.lines.items(), shown)
        if not coder.name:  # what follows from a coding follows from the one of record
            following = list(clause_values.triples(coder, triples, quads, _teller(places, shown)))
            found += _in(_graph_of(coder.text.document, iris), following)
    for each in pairs:
        try:
            stated = list(translated_words.triples(each, [*quads, *found], iris))
            found += _in(iris.graph(f"coding-{each.coding}"), stated)
        except SourceErrors as failed:
            errors += failed.errors
        except SourceError as error:
            errors.append(error)
    if errors:
        raise SourceErrors(errors)
    return found


def _teller(places: Places, path: Path) -> clause_values.Said:
    """Takes up where a value that follows from a coding was written: in a line of the coding."""

    def said(clause: str, property: str, value: str, line: int) -> None:
        places.add_value(clause, value, (path, line), I.term(property).value)

    return said


def own_shapes(root: Path) -> list[Path]:
    """The files of shapes that a project has besides those of the package, by name."""
    return sorted((root / "shapes").glob("*.ttl"))


def _shown(path: Path, settings: Settings) -> Path:
    """A path as it is told: within the project, or within the package."""
    return path.relative_to(settings.root if settings.root in path.parents else settings.ontology.parent)


def _all(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder, by name. Raises SourceError when there are none: a missing gate is not a passed one."""
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise SourceError(
            f"no {pattern} is in this folder: it travels in the package, and a copy has to be whole", folder
        )
    return paths


def _shapes_complete(shapes: Sequence[Quad], folder: Path) -> None:
    """Raise SourceError when the shapes graph lists (dcterms:hasPart) a shape that no file of it describes."""
    described = {quad.subject for quad in shapes if quad.predicate == RDF.type}
    listed = {quad.object for quad in shapes if quad.predicate == DCTERMS.hasPart}
    lost = sorted(str(shape) for shape in listed - described)
    if lost or not listed:
        raise SourceError(f"shapes are missing: {', '.join(lost) or 'none is listed with dcterms:hasPart'}", folder)


def _context(path: Path) -> str:
    """The JSON-LD context document, checked: it is JSON, and names exactly the terms that the ontology has."""
    content = turtle.read_text(path)
    try:
        document = read_json(content)
    except json.JSONDecodeError as error:
        raise ParseError(f"not JSON: {error.msg}", path, error.lineno) from error
    context = document.get("@context") if isinstance(document, dict) else None
    if not isinstance(context, dict):
        raise ParseError("no JSON-LD context: it has no object under @context", path, 1)
    ids = [item.get("@id") if isinstance(item, dict) else item for item in context.values()]
    own = {item.removeprefix("ilod:") for item in ids if isinstance(item, str) and item.startswith("ilod:")}
    for names, wrong in ((TERMS - own, "lacks terms of the ontology"), (own - TERMS, "has terms that are not in it")):
        if names:
            raise SourceError(f"the context {wrong}: {', '.join(sorted(names))}", path)
    return content


def canonical(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Distinct quads, blank nodes named by RDFC-1.0, in the order of canonical N-Quads."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(sorted(dataset, key=lambda quad: (str(quad), str(quad.graph_name))))


def _graphs(
    written: list[SourceFile], texts: Path, iris: Iris, ontology: Iterable[Quad]
) -> tuple[list[Quad], list[LocatedDocument]]:
    read = [authoring_notation.read(source) for source in written]
    quads = [
        quad for source, each in zip(written, read, strict=True) for quad in _in(iris.graph(source.graph), each.plain)
    ]
    marks: dict[tuple[str, str], tuple[AuthoredMark, ...]] = {}
    for each in read:
        for (subject, name), found in each.marks.items():
            for mark in found:
                marks[subject, name] = with_mark(marks.get((subject, name), ()), mark, subject, name)
    places: dict[str, Place] = {}
    for source in written:
        for subject, line in source.subjects.items():
            places.setdefault(subject, (source.path, line))
    kinds = part_kinds([*ontology, *quads])
    documents, errors = _documents(quads, marks, kinds, texts, places)
    if errors:
        raise SourceErrors(errors)
    left_out = [item for each in read for item in each.left_out]
    known = {located.iri for document in documents.values() for located in document.texts}
    for item in left_out:
        if item.text not in known:
            message = f"<{item.text}> leaves words out, and is no :Text with a src:file: put src:leftOut on such a text"
            errors.append(NotationError(message, item.source.path, item.line))
    for document in documents.values():
        try:
            document.locate(marks, left_out)
        except SourceErrors as failed:
            errors += failed.errors
    for (subject, name), found in marks.items():
        if name in ("quote", "heading", "lead", "number") and document_with(subject, documents) is None:
            message = (
                f"<{subject}> has src:{name}, and is no part of a document with a text: give the document a :Text with "
                "src:file, or correct the IRI"
            )
            errors.append(NotationError(message, found[0].source.path, found[0].line))
    if errors:
        raise SourceErrors(errors)
    for document in documents.values():
        quads += _in(_graph_of(document, iris), structure(document))
    minter = Attestations(documents, told_sources(quads))
    for each, source in zip(read, written, strict=True):
        for bracket in each.brackets:
            try:
                quads += _in(iris.graph(source.graph), minter.attest(bracket))
            except SourceError as error:
                errors.append(error)
    if errors:
        raise SourceErrors(errors)
    for document in documents.values():
        quads += _in(_graph_of(document, iris), _derived(quads, document, kinds))
    return quads, list(documents.values())


def _in(graph: NamedNode, triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples]


def _graph_of(document: LocatedDocument, iris: Iris) -> NamedNode:
    """The document's named graph has the name of its IRI's last segment."""
    return iris.graph(document.iri.rsplit("/", 1)[1])


def _links(quads: Iterable[Quad], predicate: NamedNode) -> Iterator[tuple[str, str]]:
    """(subject, object) of every link with ``predicate`` between two IRIs."""
    for quad in quads:
        if quad.predicate == predicate and isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            yield quad.subject.value, quad.object.value


def _documents(
    quads: Sequence[Quad],
    marks: Marks,
    kinds: PartKinds,
    texts: Path,
    places: Mapping[str, Place],
) -> tuple[dict[str, LocatedDocument], list[SourceError]]:
    """The documents that have a text file, by IRI, and what is wrong with their texts and trees."""
    errors: list[SourceError] = []
    realised = dict(_links(quads, ELI.realizes))
    languages = {quad.subject: quad.object for quad in quads if quad.predicate == SCHEMA.inLanguage}
    found: dict[str, list[LocatedText]] = defaultdict(list)
    for text_iri in sorted(subject for subject, name in marks if name == "file"):
        mark = marks[text_iri, "file"][0]
        place = mark.source.path, mark.line
        language = languages.get(NamedNode(text_iri))
        try:
            if text_iri not in realised:
                message = f"<{text_iri}> says with no eli:realizes which document it is of: add eli:realizes <…>"
                raise SourceError(message, *place)
            if not isinstance(language, Literal) or not _TAG.fullmatch(language.value):
                said = f"says {language}" if language else "says nothing"
                message = f'<{text_iri}> {said} of its language: give it one schema:inLanguage, as in "zh" or "zh-Hant"'
                raise SourceError(message, *place)
            for other in found[realised[text_iri]]:
                if other.language.lower() == language.value.lower():
                    message = (
                        f"<{text_iri}> and <{other.iri}> are both in {language.value!r}, and quotes name their text by "
                        "its language: tell them apart (en-GB, en-US), or leave one without a file"
                    )
                    raise SourceError(message, *place)
            content, path = read_body(texts, marks, text_iri)
            found[realised[text_iri]].append(LocatedText(text_iri, language.value, content, path))
        except SourceError as error:
            errors.append(error)
    stated = list(_links(quads, DCTERMS.isPartOf))
    types = kinds.of(quads)
    documents = {}
    for iri, located in found.items():
        if not located:
            continue
        for item in located:
            item.only = len(located) == 1
        parts = {part: kind for part, kind in types.items() if part.startswith(iri + "/")}
        tree, wrong = part_tree.tree(iri, parts, stated, places)
        errors += wrong
        documents[iri] = LocatedDocument(tree, located, places)
    return documents, errors


def _derived(quads: Iterable[Quad], document: LocatedDocument, kinds: PartKinds) -> Iterator[Triple]:
    """Triples that follow from the rest: labels of parts, the whole of a rendering whose text has no file."""
    described: dict[str, dict[NamedNode, list[Literal | NamedNode]]] = defaultdict(lambda: defaultdict(list))
    conditions: dict[str, str] = {}
    for quad in quads:
        if isinstance(quad.object, Literal | NamedNode) and isinstance(quad.subject, NamedNode):
            described[quad.subject.value][quad.predicate].append(quad.object)
            if quad.predicate == I.term("condition"):
                conditions[quad.object.value] = quad.subject.value
    for part in [*document.tree.parents, *(item for item in conditions if item.startswith(document.iri + "/"))]:
        told = {item.language for item in described[part][RDFS.label] if isinstance(item, Literal)}
        for language, words in _labels(document, part, conditions, kinds.patterns):
            if language not in told:
                yield Triple(NamedNode(part), RDFS.label, Literal(words, language=language))
    with_file = {located.iri for located in document.texts}
    for text in sorted(text for text, work in _links(quads, ELI.realizes) if work == document.iri):
        tag = next((item.value for item in described[text][SCHEMA.inLanguage] if isinstance(item, Literal)), "")
        if text in with_file or not tag:
            continue
        rendering = rendered_text(document, described, tag)
        if not rendering.missing:
            yield Triple(NamedNode(text), I.term("text"), Literal(rendering.text.content, language=tag))
            yield from text_facts(NamedNode(text), rendering.text)


def _heading(located: LocatedText, part: str) -> str:
    """The heading of a part on one line."""
    return located.text[located.headings[part]].replace(PARAGRAPHS, " ")


def _labels(
    document: LocatedDocument, part: str, conditions: Mapping[str, str], patterns: Patterns
) -> Iterator[tuple[str, str]]:
    """Labels of a part by language: its heading in the texts that have one, else what its kind and number say."""
    tree, last = document.tree, list[Step]()
    if part in conditions:
        last = [Step("Condition", int(part.rpartition("-")[2]))]
        part = conditions[part]
    way = [part]
    while (above := tree.within[way[0]]) != document.iri:
        way.insert(0, above)
    if not last:
        for located in document.texts:
            if part in located.headings:
                yield located.language.lower(), _heading(located, part)
    texts = {located.language.lower(): located for located in document.texts}
    for language in sorted({*LABEL_LANGUAGES, *texts}):
        text = texts.get(language)
        if text is not None and part in text.headings and not last:
            continue
        steps = [
            Step(
                tree.kinds[item],
                tree.numbers.get(item),
                text.printed.get(item, "") if text else "",
                _heading(text, item) if text and item in text.headings else "",
            )
            for item in way
        ]
        found = label([*steps, *last], patterns, language, of_text=text is not None)
        if found is not None:
            yield language, found
