"""Builds the graph: sources in, quads out. No clock, no network, no blank node of ours; same input, same quads.

The road: read Turtle -> split the notation -> find parts and quotes in the texts -> state them as RDF, one named graph
per source -> add alignments, identity clusters, ontology, shapes, and what follows from the ontology.
Whatever an author got wrong is a SourceError with file and line.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, Triple

from initiative_lod.build import identity, inference, mappings, missing
from initiative_lod.build.located_parts import Coverage, LocatedDocument, read_body
from initiative_lod.build.statements import Attestations, document_with, structure, text_facts
from initiative_lod.build.translation import labels, rendered_text
from initiative_lod.errors import NotationError, ParseError, SettingsError, SourceError, SourceErrors
from initiative_lod.iris import Iris, slug
from initiative_lod.settings import Settings
from initiative_lod.sources import judgements, notation, sssom, turtle
from initiative_lod.sources.line_numbers import Place, Places
from initiative_lod.sources.turtle import SourceFile
from initiative_lod.vocabulary import DCTERMS, ELI, PARTS, RDF, RDFS, TERMS

Progress = Callable[[str], None]

I = Iris()  # for terms, which are the same under every base


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
    graphs, coverage = _graphs(written, root / "data" / "source", iris)
    quads += graphs
    progress("reading alignments, ontology and shapes")
    for path in sorted((root / "data" / "alignments").glob("*.sssom.tsv")):  # a project need not have any
        quads += mappings.quads(mappings.rebased(sssom.read(path), iris), iris)
    judged = root / "data" / "judgements" / "identity.tsv"
    quads += identity.materialise(quads, judgements.read(judged) if judged.is_file() else (), iris)
    files = [(root / "data" / "dataset.ttl", "dataset"), (ontology / "initiative.ttl", "ontology")]
    files += [(path, "shapes") for path in (*_all(ontology / "shapes", "*.ttl"), *own_shapes(root))]
    for path, graph in files:
        source = turtle.read_turtle(path, graph, iris.base)
        places.add(source, _shown(path, settings))
        quads += _in(iris.graph(graph), source.triples)
    _shapes_complete([quad for quad in quads if quad.graph_name == iris.graph("shapes")], ontology / "shapes")
    if lost := missing.errors(quads, written, places, iris, root):
        raise SourceErrors(lost)
    promised = inference.promises(quad for quad in quads if quad.graph_name == iris.graph("ontology"))
    quads += list(inference.quads(quads, promised, iris))
    context = _context(ontology / "context.jsonld").encode()
    return Built(canonical(quads), places, tuple(coverage), context)


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
        raise SourceError(f"no {pattern} is in this folder", folder)
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
        document = json.loads(content)
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


def _graphs(written: list[SourceFile], texts: Path, iris: Iris) -> tuple[list[Quad], list[Coverage]]:
    read = [notation.read(source) for source in written]
    quads = [
        quad for source, each in zip(written, read, strict=True) for quad in _in(iris.graph(source.graph), each.plain)
    ]
    marks: dict[tuple[str, str], tuple[str, SourceFile]] = {}
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
    documents = _documents(quads, marks, types, texts, places, iris)
    errors: list[SourceError] = []
    for document in documents.values():
        try:
            document.locate(marks)
        except SourceErrors as found:
            errors += found.errors
    for (subject, name), (value, source) in marks.items():
        if name in ("quote", "heading", "lead") and document_with(subject, documents) is None:
            line = source.line(subject, value)
            errors.append(
                NotationError(
                    f"<{subject}> has src:{name}, and is no part of a document with a text", source.path, line
                )
            )
    if errors:
        raise SourceErrors(errors)
    for document in documents.values():
        quads += _in(_graph_of(document), structure(document))
    minter = Attestations(documents)
    for each, source in zip(read, written, strict=True):
        for bracket in each.brackets:
            try:
                quads += _in(iris.graph(source.graph), minter.attest(bracket))
            except SourceError as error:
                errors.append(error)
    if errors:
        raise SourceErrors(errors)
    for document in documents.values():
        quads += _in(_graph_of(document), _derived(quads, document, types))
    return quads, [item for document in documents.values() for item in document.coverage]


def _in(graph: NamedNode, triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples]


def _graph_of(document: LocatedDocument) -> NamedNode:
    """The document's named graph has the name of its IRI's last segment."""
    return document.iris.graph(document.iri.rsplit("/", 1)[1])


def _links(quads: Iterable[Quad], predicate: NamedNode) -> Iterator[tuple[str, str]]:
    """(subject, object) of every link with ``predicate`` between two IRIs."""
    for quad in quads:
        if quad.predicate == predicate and isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            yield quad.subject.value, quad.object.value


def _types(quads: Iterable[Quad]) -> dict[str, str]:
    """Kind of part or text (local name of its class) by subject."""
    kinds = {I.term(name).value: name for name in (*PARTS, "Condition", "Text")}
    return {subject: kinds[kind] for subject, kind in _links(quads, RDF.type) if kind in kinds}


def _documents(
    quads: Iterable[Quad],
    marks: dict[tuple[str, str], tuple[str, SourceFile]],
    types: dict[str, str],
    texts: Path,
    places: Mapping[str, Place],
    iris: Iris,
) -> dict[str, LocatedDocument]:
    """The documents that have a text file, by IRI."""
    realised = dict(_links(quads, ELI.realizes))
    pillars = {part: whole for part, whole in _links(quads, DCTERMS.isPartOf) if types.get(part) == "Action"}
    documents = {}
    for text_iri in sorted(iri for iri, kind in types.items() if kind == "Text" and (iri, "file") in marks):
        if text_iri not in realised:
            source = marks[text_iri, "file"][1]
            raise SourceError(
                f"<{text_iri}> says with no eli:realizes which document it is of", source.path, source.line(text_iri)
            )
        iri = realised[text_iri]
        kinds = {part: kind for part, kind in types.items() if kind in PARTS and part.startswith(iri + "/")}
        documents[iri] = LocatedDocument(iri, text_iri, read_body(texts, marks, text_iri), kinds, pillars, iris, places)
    return documents


def _derived(quads: Iterable[Quad], document: LocatedDocument, types: Mapping[str, str]) -> Iterator[Triple]:
    """Triples that follow from the rest: labels of numbered parts, the whole of a rendering whose text has no file."""
    described: dict[str, dict[NamedNode, list[Literal | NamedNode]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.object, Literal | NamedNode) and isinstance(quad.subject, NamedNode):
            described[quad.subject.value][quad.predicate].append(quad.object)
    kinds = {**document.kinds, **{part: kind for part, kind in _types(quads).items() if kind == "Condition"}}
    for part, kind in sorted(kinds.items()):
        if part.startswith(document.iri + "/") and not described[part][RDFS.label]:
            for label in labels(document.iris.path(part) or part, kind):
                yield Triple(NamedNode(part), RDFS.label, label)
    for iri, kind in sorted(types.items()):
        realises = described[iri][ELI.realizes]
        if kind == "Text" and iri != document.text_iri and NamedNode(document.iri) in realises:
            language = slug(iri)
            text = rendered_text(document, described, language)
            yield Triple(NamedNode(iri), I.term("text"), Literal(text.content, language=language))
            yield from text_facts(NamedNode(iri), text)
