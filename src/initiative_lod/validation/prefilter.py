"""Prefilter of focus nodes: those that certainly conform to a shape need no SHACL processor.

The results of a shape on a focus node depend on the shape and the data, and not on how the node became a target (SHACL
§3.4). So the processor gives the same report when it looks at no node that conforms; and whether a node conforms is
told here in three values, True only where SHACL leaves no doubt. Constructs that are not known here, ill-formed
shapes and recursion are left to the processor, with all of their focus nodes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from itertools import chain

from pyoxigraph import NamedNode

from initiative_lod.errors import ShapesError
from initiative_lod.validation.component_checks import (
    COMPONENTS,
    FALSE,
    TRUE,
    Check,
    Parameter,
    Properties,
    ValueCheck,
    Verdict,
    every,
)
from initiative_lod.validation.constraint_queries import ConstraintQueries
from initiative_lod.validation.property_path import follow, inward, read_path
from initiative_lod.validation.query_reader import Undecidable
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.vocabulary import OWL, RDF, RDFS, SH

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_DEEPEST = 8  # shapes in shapes; pySHACL stops at 15
#: Values of these parameters are shapes, and of these lists of shapes.
_SHAPE_EXPECTING = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_SHAPE_LISTS = (SH["and"], SH["or"], SH.xone)
#: Terms at a shape that change none of its verdicts.
_WITHOUT_MEANING = {
    *TARGETS,
    *(SH[name] for name in "path deactivated severity message name description order group defaultValue".split()),
}


class Prefilter:
    """The targets of the shapes in ``data``, and which focus nodes the processor has to look at."""

    def __init__(self, shapes: TripleIndex, data: TripleIndex) -> None:
        self.shapes = shapes
        self.data = data
        self.queries = ConstraintQueries(shapes, data)
        self._parameter = partial(Parameter, shapes, data, self.queries, self.conforms)
        self._checks: dict[Term, Check | str] = {}
        self._open: list[Term] = []
        self._custom = {path for node in shapes.inverse(SH.parameter) for path in shapes.values(node, SH.path)}
        self.class_types = {RDFS.Class, OWL.Class, *shapes.subjects(RDFS.subClassOf, RDFS.Class)}
        self.targets = {shape: self._targets(shape) for shape in self._roots()}
        #: Why the processor looks at all focus nodes of a shape.
        self.undecided: dict[Term, str] = {}

    def remaining(self) -> dict[Term, set[Term]]:
        """The shapes that the processor has to run, each with the focus nodes that do not certainly conform."""
        found = {}
        for shape, nodes in self.targets.items():
            try:
                check = self._check(shape) if nodes else _conforming
                left = {node for node in nodes if check(node) is not True}
            except Undecidable as reason:
                self.undecided[shape] = str(reason)
                left = nodes
            if left:
                found[shape] = left
        return found

    def is_on(self, shape: Term) -> bool:
        """False for a shape that is deactivated."""
        return TRUE not in self.shapes.values(shape, SH.deactivated)

    def _roots(self) -> list[Term]:
        """The shapes that have a target, as pySHACL finds them, in the order of their names."""
        shapes = self.shapes
        named = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in shapes.subjects(RDF.type, kind)}
        named |= shapes.subjects_of(SH.property) | shapes.subjects_of(SH.node)
        for parameter in _SHAPE_EXPECTING:
            named.update(shapes.inverse(parameter))
        for parameter in _SHAPE_LISTS:
            named.update(chain.from_iterable(shapes.items(head) or () for head in shapes.inverse(parameter)))
        targeted = {shape for target in TARGETS for shape in shapes.subjects_of(target)}
        return sorted(targeted | {shape for shape in named if self._is_class(shape)}, key=str)

    def _is_class(self, shape: Term) -> bool:
        return not self.class_types.isdisjoint(self.shapes.values(shape, RDF.type))

    def _targets(self, shape: Term) -> set[Term]:
        """The focus nodes of a shape (SHACL §2.1.3)."""
        shapes, data = self.shapes, self.data
        kinds = [*shapes.values(shape, SH.targetClass), *([shape] if self._is_class(shape) else [])]
        return {
            *shapes.values(shape, SH.targetNode),
            *chain.from_iterable(data.instances(kind) for kind in kinds),
            *chain.from_iterable(data.subjects_of(name) for name in _iris(shapes.values(shape, SH.targetSubjectsOf))),
            *chain.from_iterable(data.inverse(name) for name in _iris(shapes.values(shape, SH.targetObjectsOf))),
        }

    def conforms(self, shape: Term) -> Check:
        """The check of a shape inside another, made once. Raises Undecidable."""
        if shape not in self._checks:
            try:
                self._checks[shape] = self._check(shape)
            except Undecidable as reason:
                self._checks[shape] = str(reason)  # kept itself, it would keep every value of its callers
        check = self._checks[shape]
        if isinstance(check, str):
            raise Undecidable(check)
        return check

    def _check(self, shape: Term) -> Check:
        if shape in self._open or len(self._open) > _DEEPEST:
            raise Undecidable(f"{_shown(shape)} refers to itself, or holds shapes in shapes too deep")
        self._open.append(shape)
        try:
            return self._made(shape, self.shapes.properties(shape))
        finally:
            self._open.pop()

    def _made(self, shape: Term, properties: Properties) -> Check:
        off, paths = set(properties.get(SH.deactivated, ())), tuple(properties.get(SH.path, ()))
        if off == {TRUE}:
            return _conforming
        if len(paths) > 1 or not properties or off - {FALSE}:
            raise Undecidable(f"{_shown(shape)} is not well-formed, or not defined")
        checks = list(self._components(shape, properties))
        if not paths:
            return lambda node: every(check(node, (node,)) for check in checks)
        try:
            path = inward(read_path(self.shapes, paths[0]))
        except ShapesError as error:
            raise Undecidable(str(error)) from error
        data = self.data
        if isinstance(path, NamedNode):
            name = path  # narrowed, for the function
            return lambda node: _together(checks, node, data.values(node, name))
        return lambda node: _together(checks, node, follow(path, node, data))

    def _components(self, shape: Term, properties: Properties) -> Iterator[ValueCheck]:
        for parameter, values in properties.items():
            if parameter in self._custom:
                raise Undecidable(f"{_shown(shape)} has a constraint component of its own")
            if parameter in _WITHOUT_MEANING or not parameter.value.startswith(SH.iri):
                continue
            make = COMPONENTS.get(parameter)
            if make is None:
                raise Undecidable(f"{parameter} of {_shown(shape)} is not known here")
            try:
                yield make(self._parameter(properties, tuple(values)))
            except Undecidable as reason:
                raise Undecidable(f"{_shown(shape)}: {reason}") from reason


def _conforming(node: Term) -> Verdict:
    return True


def _together(checks: list[ValueCheck], node: Term, values: Collection[Term]) -> Verdict:
    return every(check(node, values) for check in checks)


def _iris(values: Collection[Term]) -> Iterator[NamedNode]:
    return (value for value in values if isinstance(value, NamedNode))


def _shown(shape: Term) -> str:
    return shape.value if isinstance(shape, NamedNode) else "a shape without a name"
