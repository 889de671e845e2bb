"""The SHACL shapes as documentation: what each holds of which things, in words, and which terms it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from initiative_lod.iris import document_of
from initiative_lod.labels import natural
from initiative_lod.locale.messages import Language
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, SH, TERMS
from initiative_lod.web.labelled_resource import LabelledResource, LangText, Node
from initiative_lod.web.pages.plain_statements import Group, groups
from initiative_lod.web.pages.view import View

_SH = {
    name: NamedNode(SH.iri + name)
    for name in (
        "class closed datatype disjoint equals hasValue in languageIn lessThan lessThanOrEquals maxCount maxExclusive "
        "maxInclusive maxLength message minCount minExclusive minInclusive minLength node nodeKind not path pattern "
        "property qualifiedMaxCount qualifiedMinCount qualifiedValueShape select severity sparql targetClass "
        "targetNode targetObjectsOf targetSubjectsOf uniqueLang declare prefixes"
    ).split()
}
DEEPEST = 4  # levels of shapes of values
TARGETS = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
#: The constraints whose value is shown after their words, in the order in which they are read.
SIMPLE = (
    "class datatype nodeKind node not hasValue pattern minLength maxLength minInclusive minExclusive maxInclusive "
    "maxExclusive lessThan lessThanOrEquals equals disjoint"
).split()
_OWN_NAME = re.compile(r"\bilod:([A-Za-z][A-Za-z0-9]*)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is held, in words; ``things`` and ``code`` are what the words are about."""

    words: str
    things: tuple[LabelledResource, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A property shape or a query of a shape; ``below`` is what its values have to hold in turn."""

    thing: LabelledResource
    path: LabelledResource | None
    rules: tuple[Rule, ...]
    messages: tuple[LangText, ...]
    severity: str
    query: str
    terms: tuple[LabelledResource, ...]
    below: tuple[Constraint, ...] = ()

    def all(self) -> Iterator[Constraint]:
        """It, and what is below it."""
        yield self
        for item in self.below:
            yield from item.all()


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape: what it looks at, and what that has to hold."""

    thing: LabelledResource
    labels: tuple[LangText, ...]
    messages: tuple[LangText, ...]
    severity: str
    targets: tuple[tuple[str, tuple[LabelledResource, ...]], ...]
    rules: tuple[Rule, ...]
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes graph: its header and its node shapes; those without a target are used by others."""

    thing: LabelledResource
    about: tuple[LangText, ...]
    shapes: tuple[Shape, ...]
    helpers: tuple[Shape, ...]
    header: tuple[Group, ...]

    @property
    def size(self) -> int:
        """Number of constraints."""
        shapes = (*self.shapes, *self.helpers)
        return sum(len(shape.rules) + sum(1 for top in shape.constraints for _ in top.all()) for shape in shapes)


def shapes(view: View, node: NamedNode) -> Shapes:
    """Read the shapes in the release."""
    found = [_shape(view, item) for item in _node_shapes(view)]
    return Shapes(
        view.thing(node),
        tuple(view.texts(node, RDFS.comment)),
        tuple(item for item in found if item.targets),
        tuple(item for item in found if not item.targets),
        tuple(groups(view, node, (RDF.type, RDFS.label, RDFS.comment, *_ARRANGED))),
    )


_ARRANGED = (_SH["declare"], DCTERMS.hasPart)


def constraining(view: View) -> dict[str, list[tuple[LabelledResource, LabelledResource]]]:
    """By term (IRI) the (node shape, constraint) that are about it; the shape itself twice for one that targets it."""
    found: dict[str, dict[tuple[LabelledResource, LabelledResource], None]] = {}
    for node in _node_shapes(view):
        shape = _shape(view, node)
        for _, things in shape.targets:
            for thing in things:
                found.setdefault(thing.iri, {})[shape.thing, shape.thing] = None
        for item in (each for top in shape.constraints for each in top.all()):
            about = [item.path] if item.path else []
            about += [thing for rule in item.rules for thing in rule.things]
            for thing in (*about, *item.terms):
                found.setdefault(thing.iri, {})[shape.thing, item.thing] = None
    return {iri: list(pairs) for iri, pairs in found.items()}


def _node_shapes(view: View) -> list[NamedNode]:
    own = view.iris.thing("shapes").value
    return [item for item in view.subjects(RDF.type, SH.NodeShape) if document_of(item.value) == own]


def _shape(view: View, node: NamedNode) -> Shape:
    severity = _severity(view, node, "Violation")
    constraints = [
        _constraint(view, item, severity) for name in ("property", "sparql") for item in view.nodes(node, _SH[name])
    ]
    targets = tuple((name, tuple(view.things(items))) for name in TARGETS if (items := view.nodes(node, _SH[name])))
    return Shape(
        view.thing(node),
        tuple(view.texts(node, RDFS.label)),
        tuple(view.texts(node, _SH["message"])),
        severity,
        targets,
        tuple(_rules(view, node)),
        tuple(sorted(constraints, key=lambda item: (bool(item.query), natural(item.thing.iri)))),
    )


def _constraint(view: View, node: NamedNode, severity: str, depth: int = 0) -> Constraint:
    path = next(iter(view.objects(node, _SH["path"])), None)
    query = view.text(node, _SH["select"])
    text = _outdented(query.value) if query else ""
    names = dict.fromkeys(_OWN_NAME.findall(text))
    below = view.nodes(node, _SH["property"]) if depth < DEEPEST else []
    known = [view.iris.term(name) for name in names if name in TERMS]
    return Constraint(
        view.thing(node),
        view.thing(path) if isinstance(path, NamedNode | BlankNode) else None,
        tuple(_rules(view, node)),
        tuple(view.texts(node, _SH["message"])),
        _severity(view, node, severity),
        text,
        tuple(view.things(known)),
        tuple(_constraint(view, item, severity, depth + 1) for item in below),
    )


def _rules(view: View, node: Node) -> Iterator[Rule]:
    """The constraints that stand on a shape itself."""
    words = view.interface
    counted = _counted(words, view.number(node, _SH["minCount"]), view.number(node, _SH["maxCount"]))
    if counted:
        yield Rule(counted)
    least, most = view.number(node, _SH["qualifiedMinCount"]), view.number(node, _SH["qualifiedMaxCount"])
    for item in view.nodes(node, _SH["qualifiedValueShape"]):
        yield Rule(f"{_counted(words, least, most)} {words.gettext('shape_of')}".strip(), (view.thing(item),))
    for name in SIMPLE:
        for value in view.objects(node, _SH[name]):
            rule = words.gettext(f"shape_{name}")
            if isinstance(value, Literal):
                yield Rule(rule, code=value.value)
            elif name == "nodeKind":
                yield Rule(rule, code=view.thing(value).slug)
            else:
                yield Rule(rule, (view.thing(value),))
    for value in view.objects(node, _SH["languageIn"]):
        if not isinstance(value, Literal):
            tags = [item.value for item in view.listed(value)]
            yield Rule(words.gettext("shape_languageIn"), code=", ".join(tags))
    for value in view.objects(node, _SH["in"]):
        if not isinstance(value, Literal):
            items = view.listed(value)
            things = view.things(item for item in items if not isinstance(item, Literal))
            yield Rule(
                words.gettext("shape_in"), tuple(things), ", ".join(i.value for i in items if isinstance(i, Literal))
            )
    if any(isinstance(value, Literal) and value.value == "true" for value in view.objects(node, _SH["uniqueLang"])):
        yield Rule(words.gettext("shape_uniqueLang"))


def _counted(words: Language, least: int | None, most: int | None) -> str:
    if least and least == most:
        return words.gettext("shape_exactly", count=least)
    if most == 0:
        return words.gettext("shape_none")
    found = [words.gettext("shape_least", count=least)] if least else []
    found += [words.gettext("shape_most", count=most)] if most is not None else []
    return words.gettext("comma").join(found)


def _severity(view: View, node: NamedNode, inherited: str) -> str:
    found = view.node(node, _SH["severity"])
    return view.thing(found).slug if found is not None else inherited


def _outdented(query: str) -> str:
    """A query without the blanks with which each of its lines begins."""
    lines = query.strip("\n").rstrip().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:].rstrip() for line in lines)
