"""Graphs of ours and of others, and their statements: all of ours, and of others' as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod.build import inference
from initiative_lod.iris import Iris
from initiative_lod.release.open_release import OpenRelease, length

MOST_TEXT = 8 << 20  # characters of literals and names of others in one page of a description, or in one look-up

Node = NamedNode | BlankNode


def is_merged(iris: Iris, graph: NamedNode) -> bool:
    """Tell whether a graph is one of other people's: its description is where it is from, not its millions of quads."""
    return (iris.path(graph.value) or "").startswith("graph/source/")


def is_made_of_others(iris: Iris, graph: NamedNode) -> bool:
    """Tell whether a graph of ours grows with those of other people: which of their things are one."""
    return graph in (iris.graph("identity"), iris.graph(inference.NAME))


def graphs_by_origin(opened: OpenRelease) -> tuple[list[NamedNode], list[NamedNode]]:
    """Graphs of ours, and those of others with what follows from them, but for what was inferred."""
    by_origin: tuple[list[NamedNode], list[NamedNode]] = [], []
    for graph in opened.graphs:
        if graph != opened.inferred:
            by_origin[is_merged(opened.iris, graph) or is_made_of_others(opened.iris, graph)].append(graph)
    return by_origin


def by_origin(
    opened: OpenRelease,
    subject: Node | None = None,
    predicate: NamedNode | None = None,
    object: Node | Literal | None = None,
) -> tuple[list[Quad], Iterator[Quad]]:
    """Quads of a pattern: those of graphs of ours, and those of others, which are read as far as they are wanted."""
    own, others = graphs_by_origin(opened)
    ours = [quad for graph in own for quad in opened.quads(subject, predicate, object, graph)]
    return ours, (quad for graph in others for quad in opened.quads(subject, predicate, object, graph))


def own_first(
    opened: OpenRelease,
    most: int,
    subject: Node | None = None,
    predicate: NamedNode | None = None,
    object: Node | Literal | None = None,
) -> Sequence[Quad]:
    """Quads of a pattern: where they are more than ``most``, or have more than MOST_TEXT characters, all that graphs of
    ours state, and as many of others' as there is room for.
    """
    found, text = up_to(opened.quads(subject, predicate, object), most, MOST_TEXT)
    if text is not None:
        return found
    ours, theirs = by_origin(opened, subject, predicate, object)
    return [*ours, *up_to(theirs, max(0, most - len(ours)), MOST_TEXT)[0]]


def up_to(quads: Iterable[Quad], most: int, text: int) -> tuple[list[Quad], int | None]:
    """The first ``most`` quads with no more than so many characters, and how many of these are left; None where not all
    of the quads are among them.
    """
    found: list[Quad] = []
    for quad in quads:
        text -= length(quad)
        if len(found) == most or text < 0:
            return found, None
        found.append(quad)
    return found, text
