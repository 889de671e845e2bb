"""Validates RDF against SHACL shapes and says what it found, as a value. It never stops a build and never prints.

pySHACL decides, over rdflib. It drops the languages of messages; they are read back from the shapes graph by IRI.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyshacl
import pyshacl.helper
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, Triple, parse
from pyshacl.helper.sparql_query_helper import SPARQLQueryHelper
from rdflib.namespace import RDF, RDFS, SH

from initiative_lod.errors import ParseError
from initiative_lod.formats import BY_SUFFIX
from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.iris import DEFAULT_BASE, rebase
from initiative_lod.settings import Settings
from initiative_lod.sources.line_numbers import places_in
from initiative_lod.validation.oxigraph_queries import (
    FocusGraph,
    ShapesError,
    oxigraph_term,
    rdflib_term,
    rdflib_triple,
)
from initiative_lod.validation.report import SEVERITIES, Place, Report, Result
from initiative_lod.vocabulary import OA, ONTOLOGY_PATH

__all__ = ["SEVERITIES", "Report", "Result", "ShapesError", "read", "read_shapes", "validate", "validate_files"]

#: (subject, property, value) -> where it was written; property and value are empty for the subject as a whole.
Places = Callable[[str, str, str], Place | None]
Statements = Iterable[Triple | Quad]
Node = rdflib.term.Node

_HIERARCHY = tuple(NamedNode(str(term)) for term in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf))
_TARGETS = tuple(NamedNode(SH[name]) for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode"))
_PROPERTY, _PATH, _DEACTIVATED = (NamedNode(SH[name]) for name in ("property", "path", "deactivated"))
_VARIABLE = re.compile(r"\{[?$]\w+\}")


def validate(
    data: Statements | rdflib.Graph,
    shapes: Statements | rdflib.Graph,
    *,
    ontology: Statements | rdflib.Graph = (),
    places: Places | None = None,
) -> Report:
    """The report of ``shapes`` on ``data``, whose named graphs are read as one.

    Of ``ontology`` only the hierarchies and the terms' own types are added to the data: its terms are not judged.
    ``places`` says where a statement was written. Raises ShapesError for shapes that cannot be run.
    """
    terms = [item for item in _statements(ontology) if item.predicate in _HIERARCHY]
    graph, shapes_graph = FocusGraph([*_statements(data), *terms]), rdflib.Graph()
    written = _statements(shapes)
    for statement in _hoisted(written):
        shapes_graph.add(rdflib_triple(statement))
    found = _run(graph, shapes_graph)
    reader = _Reader(found, graph, shapes_graph, places or (lambda *statement: None))
    results = {reader.result(node) for node in found.objects(None, SH.result)}
    labels = {name: reader.texts(rdflib.URIRef(name), RDFS.label) for name in _named(shapes_graph)}
    return Report(tuple(sorted(results, key=lambda result: result.order)), _targets(graph, written), labels)


def validate_files(paths: Iterable[Path], settings: Settings) -> Report:
    """The report of the project's shapes and ontology on RDF files of any syntax, told by their suffix.

    Relative IRIs are resolved against the settings' base. Raises ParseError, with the place, for a file that does not
    parse.
    """
    paths, ontology = tuple(paths), settings.root / "ontology"
    return validate(
        [quad for path in paths for quad in read(path, settings.base)],
        read_shapes((ontology / "shapes").glob("*.ttl"), settings.base),
        ontology=read_shapes([ontology / "initiative.ttl"], settings.base),
        places=places_in(paths, settings.base),
    )


def read(path: Path, base: str = DEFAULT_BASE) -> list[Quad]:
    """The statements of one RDF file. Blank nodes of different files stay apart. Raises ParseError."""
    media = BY_SUFFIX.get(path.suffix.removeprefix("."))
    if not isinstance(media, EngineFormat):
        known = ", ".join(f".{suffix}" for suffix, media in BY_SUFFIX.items() if isinstance(media, EngineFormat))
        raise ParseError(f"its name does not end like that of an RDF file ({known})", path)
    try:
        return list(parse(path.read_bytes(), format=media.engine, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as error:
        raise ParseError(f"not {media.label}: {error.msg}", path, error.lineno or 0) from error
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror or error}", path) from error
    except ValueError as error:
        raise ParseError(f"not {media.label}: {error}", path) from error


def read_shapes(paths: Iterable[Path], base: str = DEFAULT_BASE) -> list[Quad]:
    """The statements of shapes files, moved to ``base``: the IRIs, and the namespaces that their queries declare."""
    quads = [quad for path in sorted(paths) for quad in read(path)]
    if base == DEFAULT_BASE:
        return quads
    return [Quad(*(_moved(term, base) for term in (quad.subject, quad.predicate, quad.object))) for quad in quads]


def _moved(term: Any, base: str) -> Any:
    if isinstance(term, NamedNode):
        return NamedNode(rebase(term.value, base))
    if isinstance(term, Literal) and not term.language:  # a namespace that queries declare is a string
        return Literal(rebase(term.value, base), datatype=term.datatype)
    return term


class _QueryHelper(SPARQLQueryHelper):
    """pySHACL's, but the text of a query is checked and completed once, not again at each focus node."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)  # type: ignore[no-untyped-call]
        self._first: tuple[dict[str, Node], str] | None = None
        self._complete: dict[str, str] = {}

    def pre_bind_variables(self, thisnode: Node, valuenode: Any = None, extravars: Any = None) -> Any:
        if valuenode is not None or extravars:
            return super().pre_bind_variables(thisnode, valuenode, extravars)  # type: ignore[no-untyped-call]
        if self._first is None:
            self._first = super().pre_bind_variables(thisnode)  # type: ignore[no-untyped-call]
        bound, text = self._first
        return ({**bound, "this": thisnode} if "this" in bound else bound), text

    def apply_prefixes(self, sparql: str) -> str:
        if sparql not in self._complete:
            self._complete[sparql] = super().apply_prefixes(sparql)  # type: ignore[no-untyped-call]
        return self._complete[sparql]


def _run(graph: FocusGraph, shapes: rdflib.Graph) -> rdflib.Graph:
    """pySHACL's report graph. The two globals that it reads or leaves changed are put back."""
    helpers: Any = pyshacl.helper
    kept = helpers.SPARQLQueryHelperCls, rdflib.NORMALIZE_LITERALS
    helpers.SPARQLQueryHelperCls = _QueryHelper
    try:
        _, found, text = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    except pyshacl.errors.ReportableRuntimeError as error:
        raise ShapesError(f"the shapes cannot be run: {error}") from error
    finally:
        helpers.SPARQLQueryHelperCls, rdflib.NORMALIZE_LITERALS = kept
    if not isinstance(found, rdflib.Graph):
        raise ShapesError(f"the shapes cannot be run: {text}")
    return found


def _hoisted(shapes: Sequence[Triple | Quad]) -> Iterator[Triple | Quad]:
    """The shapes with each property shape given the targets of its node shape, which then need not name it.

    The results are the same, as they do not say through which node shape a property shape was reached (SHACL §4.7.2);
    pySHACL runs a shape with targets once over all of its focus nodes, and else anew at each.
    """
    targets: dict[object, list[Triple | Quad]] = {}
    for statement in shapes:
        if statement.predicate in _TARGETS:
            targets.setdefault(statement.subject, []).append(statement)
    kept = {item.subject for item in shapes if item.predicate in (_DEACTIVATED, _PATH)}
    for statement in shapes:
        if statement.predicate == _PROPERTY and statement.subject in targets.keys() - kept:
            part: Any = statement.object
            yield from (Triple(part, item.predicate, item.object) for item in targets[statement.subject])
        else:
            yield statement


class _Reader:
    """Reads pySHACL's report back, with what it drops: the language of each message, and the place."""

    def __init__(self, found: rdflib.Graph, data: rdflib.Graph, shapes: rdflib.Graph, places: Places) -> None:
        self._found, self._data, self._shapes, self._places = found, data, shapes, places
        # The ontology's own terms, under whatever base it stands.
        own = {str(term).rpartition("#")[2]: term for term in set(data.predicates()) if ONTOLOGY_PATH in str(term)}
        self._attests = [own[name] for name in ("onSubject", "onProperty", "onValue") if name in own]

    def result(self, node: Node) -> Result:
        """The result that ``node`` is in the report."""

        def value(predicate: rdflib.URIRef) -> Node | None:
            return self._found.value(node, predicate)

        focus, shape, constraint, path = map(value, (SH.focusNode, SH.sourceShape, SH.sourceConstraint, SH.resultPath))
        said = sorted(str(message) for message in self._found.objects(node, SH.resultMessage))
        messages = self._messages(constraint, said) or self._messages(shape, said) or {"": " ".join(said)}
        assert focus is not None  # SHACL §3.6.2.1
        return Result(
            focus=oxigraph_term(focus),
            severity=_shacl_name(value(SH.resultSeverity)),
            shape=str(shape),
            component=_shacl_name(value(SH.sourceConstraintComponent)),
            constraint=None if constraint is None else str(constraint),
            path=oxigraph_term(path) if isinstance(path, rdflib.URIRef) else None,
            value=None if (found := value(SH.value)) is None else oxigraph_term(found),
            messages=tuple(sorted(messages.items())),
            place=self._place(focus, path if isinstance(path, rdflib.URIRef) else None, value(SH.value)),
        )

    def texts(self, subject: Node, predicate: rdflib.URIRef) -> dict[str, str]:
        """The literals of ``subject`` by language, in the order of the languages' tags."""
        literals = [item for item in self._shapes.objects(subject, predicate) if isinstance(item, rdflib.Literal)]
        return dict(sorted((item.language or "", str(item)) for item in literals))

    def _messages(self, source: Node | None, said: list[str]) -> dict[str, str]:
        """The messages of ``source`` by language, as the engine said them: with values for their variables."""
        messages = {} if source is None else self.texts(source, SH.message)
        for language, template in messages.items():
            pattern = ".*".join(re.escape(piece) for piece in _VARIABLE.split(template))
            messages[language] = next((text for text in said if re.fullmatch(pattern, text, re.DOTALL)), template)
        return messages

    def _place(self, focus: Node, path: Node | None, value: Node | None) -> Place | None:
        """Where the statement was written, or ``focus``; of a span, which nobody writes, that of what it belongs to."""
        exact = [str(term or "") for term in (path, value)]
        if attested := self._attested(focus):
            return self._written(*attested)
        nodes = [focus]
        for _ in range(4):
            for node in nodes:
                made = (node, rdflib.URIRef(OA.hasSource.value), None) in self._data
                place = None if made or isinstance(node, rdflib.Literal) else self._written(str(node), *exact)
                if place is not None:
                    return place
            nodes = sorted({subject for node in nodes for subject in self._data.subjects(None, node)}, key=str)
        return None

    def _attested(self, focus: Node) -> tuple[str, str, str] | None:
        """The statement that ``focus`` attests, which is what was written of it; None for anything else."""
        said = [self._data.value(focus, predicate) for predicate in self._attests]
        subject, property, value = said if len(said) == 3 else (None, None, None)
        return None if subject is None else (str(subject), str(property or ""), str(value or ""))

    def _written(self, iri: str, property: str, value: str) -> Place | None:
        """The place of ``iri``; that of its document, for a fragment that is no selector."""
        whole, _, fragment = iri.partition("#")
        if (found := self._places(iri, property, value)) is not None or fragment.startswith("selector="):
            return found
        return self._places(whole, property, value)


def _targets(data: rdflib.Graph, shapes: Sequence[Triple | Quad]) -> dict[str, int]:
    """How many focus nodes in ``data`` each shape with a target has (SHACL §2.1.3)."""
    found: dict[str, set[Node]] = {}
    for statement in shapes:
        target, value = statement.predicate, rdflib_term(statement.object)
        if target == _TARGETS[0]:
            kinds = data.transitive_subjects(RDFS.subClassOf, value)
            nodes = {node for kind in kinds for node in data.subjects(RDF.type, kind)}
        elif target == _TARGETS[1]:
            nodes = set(data.subjects(value))
        elif target == _TARGETS[2]:
            nodes = set(data.objects(None, value))
        elif target == _TARGETS[3]:
            nodes = {value}
        else:
            continue
        found.setdefault(_iri(statement.subject), set()).update(nodes)
    off = {_iri(statement.subject) for statement in shapes if statement.predicate == _DEACTIVATED}
    return {shape: len(nodes) for shape, nodes in sorted(found.items()) if shape not in off}


def _named(shapes: rdflib.Graph) -> list[str]:
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    return sorted(
        {str(node) for kind in kinds for node in shapes.subjects(RDF.type, kind) if isinstance(node, rdflib.URIRef)}
    )


def _statements(given: Statements | rdflib.Graph) -> list[Triple | Quad]:
    if isinstance(given, rdflib.Graph):
        triples: list[Any] = [map(oxigraph_term, triple) for triple in given.triples((None, None, None))]
        return [Triple(*triple) for triple in triples]
    return list(given)


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _shacl_name(iri: Node | None) -> str:
    return str(iri).removeprefix(str(SH))
