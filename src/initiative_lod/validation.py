"""Validates RDF against SHACL shapes and says what it found, as a value. It never stops a build and never prints.

pySHACL decides, over an in-memory graph whose constraint queries are planned once, outwards from ``$this``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple, parse
from rdflib.namespace import RDF, RDFS, SH

from initiative_lod.errors import InitiativeLodError, ParseError
from initiative_lod.formats import BY_SUFFIX
from initiative_lod.iris import DEFAULT_BASE, document_of, rebase
from initiative_lod.planning import FocusGraph
from initiative_lod.places import place_in_text

Term = NamedNode | BlankNode | Literal
Place = tuple[str, int]
Places = Callable[[str], Place | None]
Statements = Iterable[Triple | Quad]

SEVERITIES = ("Violation", "Warning", "Info")


class ShapesError(InitiativeLodError):
    """A shapes graph that the validator cannot run."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that a shape found. ``messages`` is by language; ``place`` is (file, line from 1) where known."""

    focus: Term
    severity: str
    shape: str
    component: str
    constraint: str | None = None
    path: Term | None = None
    value: Term | None = None
    messages: Mapping[str, str] = MappingProxyType({})
    place: Place | None = None

    @property
    def named(self) -> str:
        """The IRI of what found it: the ``sh:sparql`` constraint if there is one, else the shape."""
        return self.constraint or self.shape

    @property
    def order(self) -> tuple[object, ...]:
        """What results are sorted by: severity, shape, place, focus node and the rest."""
        severity = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        place = self.place or ("", 0)
        return severity, self.named, place, str(self.focus), self.component, str(self.path), str(self.value)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found. ``targets`` says for each shape with a target how many focus nodes it had."""

    results: tuple[Result, ...] = ()
    targets: Mapping[str, int] = MappingProxyType({})
    labels: Mapping[str, Mapping[str, str]] = MappingProxyType({})

    @property
    def conforms(self) -> bool:
        """Whether nothing of severity Violation was found (warnings and infos do not count against it)."""
        return not any(result.severity == "Violation" for result in self.results)

    @property
    def counts(self) -> dict[str, int]:
        """Results by severity, each severity named even when it has none."""
        found = Counter(result.severity for result in self.results)
        return {name: found[name] for name in (*SEVERITIES, *sorted(found.keys() - set(SEVERITIES)))}

    @property
    def by_shape(self) -> dict[str, dict[str, int]]:
        """Results by the shape or constraint that found them, then by severity."""
        found: dict[str, Counter[str]] = {}
        for result in self.results:
            found.setdefault(result.named, Counter())[result.severity] += 1
        return {name: dict(counter) for name, counter in sorted(found.items())}

    @property
    def silent(self) -> tuple[str, ...]:
        """The shapes that found no node to look at: they prove nothing about these data."""
        return tuple(sorted(shape for shape, count in self.targets.items() if not count))


def validate(
    data: Statements | rdflib.Graph,
    shapes: Statements | rdflib.Graph,
    *,
    ontology: Statements | rdflib.Graph = (),
    places: Places | None = None,
) -> Report:
    """The report of ``shapes`` on ``data`` (named graphs are read as one).

    Of ``ontology`` only the class hierarchy and the terms' own types are added to the data: its terms are not judged.
    Raises ShapesError for shapes that cannot be run.
    """
    graph, shapes_graph = _graph(data, FocusGraph()), _graph(shapes, rdflib.Graph())
    for subject, predicate, value in _graph(ontology, rdflib.Graph()):
        if predicate in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf) and isinstance(subject, rdflib.URIRef):
            graph.add((subject, predicate, value))
    found = _run(graph, shapes_graph)
    reader = _Reader(graph, shapes_graph, places or (lambda iri: None))
    results = {reader.result(found, node) for node in found.objects(None, SH.result)}
    return Report(
        tuple(sorted(results, key=lambda result: result.order)),
        MappingProxyType(_targets(graph, shapes_graph)),
        MappingProxyType(
            {name: reader.texts(rdflib.URIRef(name), RDFS.label) for name in sorted(_named(shapes_graph))}
        ),
    )


def validate_files(
    paths: Iterable[Path], shapes: Iterable[Path], *, ontology: Iterable[Path] = (), base: str = DEFAULT_BASE
) -> Report:
    """The report on RDF files of any syntax, told by their suffix; relative IRIs are resolved against ``base``.

    Raises ParseError, with its place, for a file that does not parse.
    """
    paths = tuple(paths)
    return validate(
        [quad for path in paths for quad in read(path, base)],
        read_shapes(shapes, base),
        ontology=[quad for path in ontology for quad in read(path, base)],
        places=place_in_text(paths, base),
    )


def read(path: Path, base: str = DEFAULT_BASE) -> list[Quad]:
    """The statements of one RDF file. Blank nodes of different files stay apart."""
    media = BY_SUFFIX.get(path.suffix.removeprefix("."))
    if media is None or media.rdf is None:
        known = ", ".join(f".{suffix}" for suffix, media in BY_SUFFIX.items() if media.rdf)
        raise ParseError(f"its name does not end like an RDF file's ({known})", path)
    try:
        return list(parse(path.read_bytes(), format=media.rdf, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as error:
        raise ParseError(error.msg, path, error.lineno or 0) from error
    except (OSError, ValueError) as error:
        raise ParseError(str(error), path) from error


def read_shapes(paths: Iterable[Path], base: str = DEFAULT_BASE) -> list[Quad]:
    """The statements of shapes files, moved to ``base``: the IRIs, and the namespaces that their queries declare."""
    return [
        Quad(_moved(quad.subject, base), _moved(quad.predicate, base), _moved(quad.object, base))
        for path in sorted(paths)
        for quad in read(path, base)
    ]


def _moved(term: object, base: str) -> object:
    if isinstance(term, NamedNode):
        return NamedNode(rebase(term.value, base))
    if isinstance(term, Literal) and term.datatype.value == "http://www.w3.org/2001/XMLSchema#anyURI":
        return Literal(rebase(term.value, base), datatype=term.datatype)
    return term


def _run(graph: FocusGraph, shapes: rdflib.Graph) -> rdflib.Graph:
    normalize = rdflib.NORMALIZE_LITERALS  # pySHACL leaves this global changed behind
    try:
        _, found, text = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    except (pyshacl.errors.ReportableRuntimeError, pyshacl.errors.ShapeLoadError) as error:
        raise ShapesError(f"the shapes cannot be run: {error}") from error
    finally:
        rdflib.NORMALIZE_LITERALS = normalize
    if not isinstance(found, rdflib.Graph):
        raise ShapesError(f"the shapes cannot be run: {text}")
    return found


class _Reader:
    """Reads pySHACL's report back with what it drops: the language of each message, and the place."""

    def __init__(self, data: rdflib.Graph, shapes: rdflib.Graph, places: Places) -> None:
        self._data, self._shapes, self._places = data, shapes, places

    def result(self, found: rdflib.Graph, node: rdflib.term.Node) -> Result:
        shape, constraint = found.value(node, SH.sourceShape), found.value(node, SH.sourceConstraint)
        focus = found.value(node, SH.focusNode)
        path = found.value(node, SH.resultPath)
        said = [str(message) for message in found.objects(node, SH.resultMessage)]
        assert shape is not None and focus is not None  # SHACL §3.6.2.1, §3.6.2.4
        return Result(
            focus=_term(focus),
            severity=_local(found.value(node, SH.resultSeverity)),
            shape=str(shape),
            component=_local(found.value(node, SH.sourceConstraintComponent)),
            constraint=str(constraint) if constraint is not None else None,
            path=None if path is None or isinstance(path, rdflib.BNode) else _term(path),
            value=_term(value) if (value := found.value(node, SH.value)) is not None else None,
            messages=_Messages(self._messages(constraint, said) or self._messages(shape, said) or {"": said[0]}),
            place=self._place(focus),
        )

    def texts(self, subject: rdflib.term.Node, predicate: rdflib.URIRef) -> dict[str, str]:
        """The literals of ``subject`` by language, in the order of the languages' tags."""
        literals = (item for item in self._shapes.objects(subject, predicate) if isinstance(item, rdflib.Literal))
        return {language: text for language, text in sorted((item.language or "", str(item)) for item in literals)}

    def _messages(self, source: rdflib.term.Node | None, said: list[str]) -> dict[str, str]:
        """The messages of ``source`` by language, with the values that the engine put for their variables."""
        if source is None:
            return {}
        filled = {}
        for language, template in self.texts(source, SH.message).items():
            pattern = ".*".join(re.escape(piece) for piece in re.split(r"\{[?$]\w+\}", template))
            filled[language] = next((text for text in said if re.fullmatch(pattern, text, re.DOTALL)), template)
        return filled

    def _place(self, focus: rdflib.term.Node) -> Place | None:
        """The place of ``focus``, or of what holds it: its document, or the part whose span or selector it is."""
        nodes = [focus]
        for _ in range(3):
            for node in nodes:
                place = self._places(str(node))
                if place is None and not list(self._data.objects(node, rdflib.URIRef(OA_SOURCE))):
                    place = self._places(document_of(str(node)))
                if place is not None:
                    return place
            nodes = sorted({subject for node in nodes for subject in self._data.subjects(None, node)}, key=str)
        return None


class _Messages(dict[str, str]):
    """Messages by language that can stand in a set."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


OA_SOURCE = "http://www.w3.org/ns/oa#hasSource"


def _targets(data: rdflib.Graph, shapes: rdflib.Graph) -> dict[str, int]:
    """How many focus nodes each shape with a target has in ``data`` (SHACL §2.1.3)."""
    found: dict[str, set[rdflib.term.Node]] = {}
    for shape, _, node in shapes.triples((None, SH.targetNode, None)):
        found.setdefault(str(shape), set()).add(node)
    for shape, _, of in shapes.triples((None, SH.targetClass, None)):
        nodes = found.setdefault(str(shape), set())
        for kind in data.transitive_subjects(RDFS.subClassOf, of):
            nodes.update(data.subjects(RDF.type, kind))
    for shape, _, of in shapes.triples((None, SH.targetSubjectsOf, None)):
        found.setdefault(str(shape), set()).update(data.subjects(of, None))
    for shape, _, of in shapes.triples((None, SH.targetObjectsOf, None)):
        found.setdefault(str(shape), set()).update(data.objects(None, of))
    off = {str(shape) for shape in shapes.subjects(SH.deactivated, rdflib.Literal(True))}
    return {shape: len(nodes) for shape, nodes in sorted(found.items()) if shape not in off}


def _named(shapes: rdflib.Graph) -> set[str]:
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    return {str(node) for kind in kinds for node in shapes.subjects(RDF.type, kind) if isinstance(node, rdflib.URIRef)}


def _graph[G: rdflib.Graph](statements: Statements | rdflib.Graph, graph: G) -> G:
    if isinstance(statements, rdflib.Graph):
        for triple in statements.triples((None, None, None)):
            graph.add(triple[:3])
        return graph
    for statement in statements:
        graph.add((_node(statement.subject), _node(statement.predicate), _node(statement.object)))
    return graph


def _node(term: object) -> rdflib.term.IdentifiedNode | rdflib.Literal:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=term.datatype.value, normalize=False)
    raise ShapesError(f"{term} is an RDF 1.2 term, which the validator does not know")


def _term(node: rdflib.term.Node) -> Term:
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype)) if node.datatype else None)
    return BlankNode(str(node)) if isinstance(node, rdflib.BNode) else NamedNode(str(node))


def _local(iri: object) -> str:
    return re.split(r"[#/]", str(iri))[-1]
