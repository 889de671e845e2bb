"""Validation of RDF against SHACL shapes. The report is a value: nothing is printed here, and no build stopped.

pySHACL decides, over rdflib; ``prefilter`` keeps from it the focus nodes that certainly conform. It drops the languages
of messages and knows no places in files: both are put back from the shapes graph and from ``places``.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter
from typing import Any

import pyshacl
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, Triple
from pyshacl.constraints.constraint_component import ConstraintComponent
from pyshacl.constraints.core.property_pair_constraints import (
    LessThanConstraintComponent,
    LessThanOrEqualsConstraintComponent,
)
from pyshacl.constraints.core.string_based_constraints import PatternConstraintComponent
from pyshacl.constraints.sparql.sparql_based_constraint_components import SPARQLConstraintComponentValidator
from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from pyshacl.rdfutil.stringify import stringify_blank_node
from rdflib.namespace import SH as REPORT
from rdflib.paths import MulPath
from rdflib.plugins.sparql.sparql import SPARQLTypeError

from initiative_lod.errors import OverLimit, ShapesError
from initiative_lod.reading.foreign_graph import ForeignGraph
from initiative_lod.settings import Settings
from initiative_lod.sources.line_numbers import places_in
from initiative_lod.validation.confined_run import RunLimits, confined
from initiative_lod.validation.prefilter import TARGETS, Prefilter
from initiative_lod.validation.property_path import PathOf, inward, path_triples, read_path
from initiative_lod.validation.rdflib_graph import DataGraph, oxigraph_term, rdflib_term
from initiative_lod.validation.report import Place, Report, Result
from initiative_lod.validation.shapes_fault import FaultSearch, Targets, located
from initiative_lod.validation.shapes_graph import ForeignShapes, check, read_shapes, shacl_name, shape_name
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.validation.xpath_patterns import compiled
from initiative_lod.vocabulary import OA, ONTOLOGY_PATH, OWL, RDF, RDFS, SH

#: (subject, property, value) -> where it was written; property and value are empty for the subject as a whole.
Places = Callable[[str, str, str], Place | None]
Statements = Iterable[Triple | Quad]

_HIERARCHY = (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf)
_HOLDERS = 100  # of those that name a node, so many are asked where they were written
_VARIABLE = re.compile(r"\{[?$]\w+\}")


def validate(
    data: Statements,
    shapes: Statements,
    *,
    ontology: Statements = (),
    places: Places | None = None,
    prefiltered: bool = True,
    most: int | None = None,
    last: Collection[Term] = (),
) -> Report:
    """The report of ``shapes`` on ``data``, whose named graphs are read as one.

    Of ``ontology`` only the hierarchies and the terms' own types are added to the data: its terms are not judged.
    ``places`` says where a statement was written. Without ``prefiltered`` pySHACL looks at every focus node, and the
    report is the same. With ``most`` it looks at so many focus nodes of each shape, those of ``last`` after all others,
    and of each at so many solutions of a query: the report says how many were left. Raises ShapesError for shapes that
    cannot be run.
    """
    terms = (item for item in ontology if item.predicate in _HIERARCHY)
    index, shapes_index = TripleIndex([*data, *terms]), TripleIndex(shapes)
    check(shapes_index)
    prefilter = Prefilter(shapes_index, index)
    targets = prefilter.remaining() if prefiltered or most is not None else None
    unseen = 0
    if targets is not None and most is not None:
        targets, unseen = _first(targets, most, last)
    with _pyshacl():
        graph = DataGraph(index, prefilter.queries.solutions(), most)
        try:
            found = _run(graph, _shapes_graph(shapes_index, prefilter, targets))
        except ShapesError as error:

            def fault(shapes: TripleIndex, targets: Targets) -> str:
                try:
                    _run(graph, _shapes_graph(shapes, prefilter, targets))
                except ShapesError as other:
                    return str(other)
                return ""

            raise FaultSearch(shapes_index, targets or {}, fault).found(str(error)) from error
    reader = _Reader(found, index, shapes_index, places)
    results = [reader.result(node) for node in found.objects(None, REPORT.result)]
    counts = {reader.name(shape): len(nodes) for shape, nodes in prefilter.targets.items() if prefilter.is_on(shape)}
    ordered = tuple(sorted(results, key=attrgetter("order")))
    return Report(ordered, dict(sorted(counts.items())), reader.labels(), unseen)


def _first(targets: dict[Term, set[Term]], most: int, last: Collection[Term]) -> tuple[dict[Term, set[Term]], int]:
    """So many focus nodes of each shape, those of ``last`` after all others; and how many are left."""
    first = {
        shape: set(sorted(nodes, key=lambda node: (node in last, str(node)))[:most]) for shape, nodes in targets.items()
    }
    return first, sum(len(nodes) - len(first[shape]) for shape, nodes in targets.items())


def validate_files(graph: ForeignGraph, settings: Settings) -> Report:
    """The report of the project's shapes and ontology on files that were read, with the places in them.

    It is made in a process with the settings' limits. Raises ShapesError when it is not within them.
    """
    ontology = settings.ontology
    shapes = read_shapes([*(ontology / "shapes").glob("*.ttl"), *(settings.root / "shapes").glob("*.ttl")])
    terms = read_shapes([ontology / "initiative.ttl"])

    def judge() -> Report:
        return validate(graph.quads, shapes, ontology=terms, places=places_in(graph.files, settings.base))

    return _judged(judge, settings)


def validate_by(shapes: ForeignShapes, graph: ForeignGraph, ontology: Statements, settings: Settings) -> Report:
    """The report of shapes from elsewhere on files that were read, made in a process with the settings' limits.

    Of ``ontology`` the hierarchies count. Raises ShapesError for shapes that cannot be run, or not within the limits.
    """

    def judge() -> Report:
        try:
            return validate(graph.quads, shapes.quads, ontology=ontology, places=places_in(graph.files, None))
        except ShapesError as error:
            raise located(error, shapes) from error

    return _judged(judge, settings)


def _judged(make: Callable[[], Report], settings: Settings) -> Report:
    """A report that is made in a process of its own. Raises ShapesError when it is not within the settings' limits."""
    try:
        return confined(make, RunLimits.of(settings))
    except OverLimit as error:
        raise ShapesError(
            f"the validation was {error}: a pattern, a query or a path of the shapes asks for too much of these data"
        ) from error


def _shapes_graph(shapes: TripleIndex, prefilter: Prefilter, targets: Targets | None) -> rdflib.Graph:
    """The shapes graph for pySHACL; with ``targets`` each shape has these focus nodes and no others."""
    graph = rdflib.Graph(bind_namespaces="none")
    rdflib_bool_patch()  # type: ignore[no-untyped-call]
    paths = dict(_plain_paths(shapes))
    for triple in chain.from_iterable(paths.values()):
        graph.add(tuple(map(rdflib_term, triple)))  # type: ignore[arg-type]
    for subject, predicate, value in shapes:
        if subject in paths and predicate != RDF.type:
            continue
        is_target = predicate in TARGETS or (
            predicate == RDF.type and value in prefilter.class_types and subject in prefilter.targets
        )
        if targets is None or not is_target:
            graph.add((rdflib_term(subject), rdflib_term(predicate), rdflib_term(value)))
    rdflib_bool_unpatch()  # type: ignore[no-untyped-call]
    for source in shapes.inverse(SH.prefixes):  # with what is declared where it imports from, which pySHACL leaves out
        for imported in shapes.following(source, OWL.imports):
            for declaration in shapes.values(imported, SH.declare):
                graph.add((rdflib_term(source), REPORT.declare, rdflib_term(declaration)))
    for shape, nodes in (targets or {}).items():
        for node in nodes:
            graph.add((rdflib_term(shape), REPORT.targetNode, rdflib_term(node)))
    return graph


def _plain_paths(shapes: TripleIndex) -> Iterator[tuple[Term, list[Triple]]]:
    """Property paths in which the inverse is of more than a predicate, which pySHACL does not follow, by their nodes,
    and the triples that say the same of each without.
    """
    for number, node in enumerate(shapes.inverse(SH.path)):
        try:
            path = read_path(shapes, node)
        except ShapesError:
            continue
        plain = inward(path)
        if plain == path:
            continue
        if isinstance(plain, NamedNode) or plain.kind == "inverse":
            plain = PathOf("alternative", (plain, plain))  # so that the node stays one
        root, triples = path_triples(plain, f"plain{number}")
        yield node, [Triple(node if s == root else s, p, o) for s, p, o in triples]  # type: ignore[arg-type]


def _run(data: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
    """pySHACL's report graph. Raises ShapesError."""
    try:
        _, found, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    except Exception as error:
        raise ShapesError(f"the shapes cannot be run: {_sentence(error)}") from error
    if not isinstance(found, rdflib.Graph):
        raise ShapesError(f"the shapes cannot be run: {text}")
    return found


def _sentence(error: Exception) -> str:
    """The words of an error of pySHACL or rdflib; with its kind, where they are not meant for a reader."""
    text = str(error.args[0] if error.args else error).strip()
    if isinstance(error, pyshacl.errors.ReportableRuntimeError) or type(error) is Exception:
        return text
    return f"{type(error).__name__}: {text}"


@contextmanager
def _pyshacl() -> Iterator[None]:
    """pySHACL fit for use: silent, with seven functions mended; what it changes for all, or keeps, is put back.

    It writes values into messages as if they were replacements of a regular expression, where a backslash has a
    meaning. Over a blank node under sh:lessThan and sh:lessThanOrEquals it breaks off, where the pair cannot be
    compared and so is a result (SHACL §4.5.3, §4.5.4). rdflib takes 0, false and the empty string for no term at all
    where a path of any length begins or ends, and adds and subtracts a literal that has no value of its datatype
    without end. Of flags of patterns pySHACL knows i and m. It keeps texts and validators by the addresses of graphs,
    which other graphs have later. For it only the lexical form "true" is true in a shapes graph.
    """

    def formatted(self: ConstraintComponent, message: str, values: Any) -> str:
        named = dict(values) if isinstance(values, dict) else {}
        if isinstance(values, list | tuple):
            named = dict(zip(("this", "path", "value"), values, strict=False)) | dict(*values[3:])
        return _VARIABLE.sub(lambda match: str(named.get(match[0][2:-1]) or match[0]), message)

    def with_blank_nodes(compare: Any) -> Any:
        def mended(self: Any, values: set[Any], others: set[Any], graph: Any, focus: Any) -> tuple[bool, list[Any]]:
            blank = [{node for node in nodes if isinstance(node, rdflib.BNode)} for nodes in (values, others)]
            failed, reports = compare(self, values - blank[0], others - blank[1], graph, focus)
            pairs = [(value, other) for value in values for other in others if value in blank[0] or other in blank[1]]
            made = [self.make_v_result(graph, focus, value_node=value) for value, _ in pairs]
            return failed or bool(pairs), [*reports, *made]

        return mended

    def with_any_literal(
        self: MulPath, graph: rdflib.Graph, subj: Any = None, obj: Any = None, first: bool = True
    ) -> Iterator[Any]:
        start, end = (_AnyLiteral(node) if isinstance(node, rdflib.Literal) else node for node in (subj, obj))
        return evaluate(self, graph, start, end, first)

    def with_values(compute: Any) -> Any:
        def mended(self: rdflib.Literal, other: Any) -> Any:
            if self.ill_typed or (isinstance(other, rdflib.Literal) and other.ill_typed):
                raise SPARQLTypeError(f"{self!r} and {other!r} are not both values")
            return compute(self, other)

        return mended

    def with_flags(self: Any, shape: Any) -> None:
        super(PatternConstraintComponent, self).__init__(shape)
        self.string_rules = list(shape.objects(REPORT.pattern))
        self.flags = next(iter(shape.objects(REPORT.flags)), None)
        self.compiled_cache = {rule: compiled(str(rule), str(self.flags or "")) for rule in self.string_rules}

    patterned: Any = PatternConstraintComponent
    started = patterned.__init__
    paths: Any = MulPath
    evaluate = MulPath.eval
    component: Any = ConstraintComponent
    less: Any = LessThanConstraintComponent
    not_more: Any = LessThanOrEqualsConstraintComponent
    compares = less._compare_lt, not_more._compare_ltoe
    literal: Any = rdflib.Literal
    sums = literal.__add__, literal.__sub__
    kept = logging.root.manager.disable, rdflib.NORMALIZE_LITERALS, component._format_sparql_based_result_message
    logging.disable(logging.CRITICAL)
    component._format_sparql_based_result_message = formatted
    less._compare_lt, not_more._compare_ltoe = map(with_blank_nodes, compares)
    paths.eval = with_any_literal
    literal.__add__, literal.__sub__ = map(with_values, sums)
    patterned.__init__ = with_flags
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(kept[0])
        rdflib.NORMALIZE_LITERALS = kept[1]
        component._format_sparql_based_result_message = kept[2]
        less._compare_lt, not_more._compare_ltoe = compares
        paths.eval = evaluate
        literal.__add__, literal.__sub__ = sums
        patterned.__init__ = started
        stringify_blank_node.dict_cache.clear()
        SPARQLConstraintComponentValidator.validator_cache.clear()


class _AnyLiteral(rdflib.Literal):
    """A literal that is there, whatever its value is."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


class _Reader:
    """Reads pySHACL's report, and puts back what it drops: the language of each message, and the place."""

    def __init__(self, found: rdflib.Graph, data: TripleIndex, shapes: TripleIndex, places: Places | None) -> None:
        self._found, self._data, self._shapes, self._places = found, data, shapes, places
        # The ontology's own terms, under whatever base it stands.
        own = {term.value.rpartition("#")[2]: term for term in data.predicates if ONTOLOGY_PATH in term.value}
        self._attests = [own[name] for name in ("onSubject", "onProperty", "onValue") if name in own]

    def result(self, node: rdflib.term.Node) -> Result:
        """The result that ``node`` is in the report."""

        def value(predicate: rdflib.URIRef) -> Term | None:
            term = self._found.value(node, predicate)
            return None if term is None else oxigraph_term(term)

        focus, shape, constraint = value(REPORT.focusNode), value(REPORT.sourceShape), value(REPORT.sourceConstraint)
        assert focus is not None  # SHACL §3.6.2
        assert shape is not None
        path = value(REPORT.resultPath)
        said = [item for item in self._found.objects(node, REPORT.resultMessage) if isinstance(item, rdflib.Literal)]
        return Result(
            focus=focus,
            severity=shacl_name(value(REPORT.resultSeverity)),
            shape=self.name(shape),
            component=shacl_name(value(REPORT.sourceConstraintComponent)),
            constraint=None if constraint is None else self.name(constraint),
            path=None if path is None else read_path(self._shapes, path),
            value=value(REPORT.value),
            messages=self._messages((constraint, shape), said),
            place=self._place(focus, path if isinstance(path, NamedNode) else None, value(REPORT.value)),
            details=tuple(sorted(map(self.result, self._found.objects(node, REPORT.detail)), key=attrgetter("order"))),
        )

    def name(self, shape: Term) -> str:
        """The IRI of a shape; of one without a name, that of what holds it and, after a space, how it is held."""
        return shape_name(self._shapes, shape)

    def labels(self) -> dict[str, dict[str, str]]:
        """The labels of the shapes and constraints that have an IRI, by it."""
        kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
        nodes = {
            node for kind in kinds for node in self._shapes.subjects(RDF.type, kind) if isinstance(node, NamedNode)
        }
        return {node.value: self._texts(node, RDFS.label) for node in sorted(nodes, key=str)}

    def _texts(self, subject: Term, predicate: NamedNode) -> dict[str, str]:
        """The literals of ``subject`` by language, in the order of the languages' tags."""
        literals = [item for item in self._shapes.values(subject, predicate) if isinstance(item, Literal)]
        return dict(sorted((item.language or "", item.value) for item in literals))

    def _messages(self, sources: Iterable[Term | None], said: list[rdflib.Literal]) -> tuple[tuple[str, str], ...]:
        """The messages of the first source that has any, as pySHACL said them: with values for their variables."""
        texts = sorted(str(text) for text in said)
        for source in sources:
            messages = {} if source is None else self._texts(source, SH.message)
            for language, template in messages.items():
                pattern = ".*".join(re.escape(piece) for piece in _VARIABLE.split(template))
                messages[language] = next((text for text in texts if re.fullmatch(pattern, text, re.DOTALL)), template)
            if messages:
                return tuple(sorted(messages.items()))
        by_language: dict[str, list[str]] = {}
        for text in sorted(said):
            by_language.setdefault(text.language or "", []).append(str(text))
        return tuple((language, " ".join(all_said)) for language, all_said in sorted(by_language.items()))

    def _place(self, focus: Term, path: NamedNode | None, value: Term | None) -> Place | None:
        """Place of the statement, or of ``focus``, in its file; of a span, that of what it belongs to."""
        if self._places is None:
            return None
        exact = [path.value if path else "", value.value if value else ""]
        if attested := self._attested(focus):
            return self._written(*attested)
        nodes = [focus]
        for _ in range(4):
            for node in nodes:
                made = bool(self._data.values(node, OA.hasSource))
                place = None if made or isinstance(node, Literal) else self._written(node.value, *exact)
                if place is not None:
                    return place
            holders = {
                subject
                for node in nodes
                for name in self._data.predicates
                for subject in self._data.subjects(name, node)
            }
            nodes = sorted(holders, key=str)[:_HOLDERS]
        return None

    def _attested(self, focus: Term) -> tuple[str, str, str] | None:
        """The statement that ``focus`` attests, which is what was written of it; None for anything else."""
        said = [self._data.value(focus, predicate) for predicate in self._attests]
        if len(said) != 3 or said[0] is None:
            return None
        subject, property, value = ("" if term is None else term.value for term in said)
        return subject, property, value

    def _written(self, iri: str, property: str, value: str) -> Place | None:
        """The place of ``iri``; that of its document, for a fragment that is no selector."""
        assert self._places is not None
        whole, _, fragment = iri.partition("#")
        if (found := self._places(iri, property, value)) is not None or fragment.startswith("selector="):
            return found
        return self._places(whole, property, value)
