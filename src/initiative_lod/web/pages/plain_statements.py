"""Plain statements as a page shows them: by property, each value once, with the graphs that it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.documents.resource import outgoing
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.view import View

LISTED = 100  # values of one property that are shown; of more, how many there are
READ = 20_000  # statements about one thing that are looked through


@dataclass(frozen=True, slots=True)
class Value:
    """One plain statement: property, and a thing or words."""

    property: LabelledResource
    thing: LabelledResource | None
    text: LangText | None
    graph: LabelledResource | None


@dataclass(frozen=True, slots=True)
class Group:
    """All values of one property; ``graphs`` are those that they come from, ``more`` counts what is not shown."""

    property: LabelledResource
    values: tuple[Value, ...]
    graphs: tuple[LabelledResource, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class SaidByOthers:
    """Statements of merged graphs about a thing of ours, a page at a time where they are very many."""

    groups: Sequence[Group]
    page: int
    pages: int


def said_by_others(view: View, node: NamedNode, page: int) -> SaidByOthers | None:
    """The statements of merged graphs about a node; None where nothing is merged."""
    if not view.opened.is_merged:
        return None
    quads, pages = outgoing(view.opened, node, page)
    merged = (
        quad for quad in quads if isinstance(quad.graph_name, NamedNode) and is_merged(view.iris, quad.graph_name)
    )
    return SaidByOthers(grouped(view, merged), page, pages)


def groups(view: View, node: NamedNode, without: Collection[NamedNode] = ()) -> list[Group]:
    """The statements about a node, by property."""
    return grouped(view, (quad for quad in view.about(node, READ) if quad.predicate not in without))


def grouped(view: View, quads: Iterable[Quad]) -> list[Group]:
    """Statements by property, each value once, whatever number of graphs states it."""
    found: dict[NamedNode, dict[NamedNode | BlankNode | Literal, list[Quad]]] = {}
    for quad in quads:
        if isinstance(quad.object, NamedNode | BlankNode | Literal):
            found.setdefault(quad.predicate, {}).setdefault(quad.object, []).append(quad)
    made = []
    for predicate, by_value in found.items():
        property = view.thing(predicate)
        values = tuple(_value(view, property, items[0]) for items in list(by_value.values())[:LISTED])
        graphs = dict.fromkeys(quad.graph_name for items in by_value.values() for quad in items)
        things = tuple(view.thing(graph) for graph in graphs if isinstance(graph, NamedNode))
        made.append(Group(property, values, things, max(0, len(by_value) - LISTED)))
    return made


def _value(view: View, property: LabelledResource, quad: Quad) -> Value:
    literal = quad.object if isinstance(quad.object, Literal) else None
    return Value(
        property,
        view.thing(quad.object) if isinstance(quad.object, NamedNode | BlankNode) else None,
        LangText(literal.value, literal.language or "") if literal else None,
        view.thing(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else None,
    )
