"""Where a part stands in its document: what is above, before and after it, and which sentence shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode

from initiative_lod.vocabulary import DCTERMS, XSD
from initiative_lod.web.drawings.bars import cut
from initiative_lod.web.labelled import LabelledResource
from initiative_lod.web.pages import clauses, contents
from initiative_lod.web.pages.view import View

DEEPEST = 8
#: Kinds of parts that are shown with their words though there are parts in them.
WITH_WORDS = ("Action", "Pillar", "Article", "Paragraph", "Item", "Recital", "Conclusion", "Annex", "Note")
TAB_WIDTH = 400.0  # of the words in a browser's tab, in pixels of a drawing


def place(view: View, node: NamedNode, kind: str) -> dict[str, Any]:
    """A pillar, an action, a clause, a paragraph, the preamble or the conclusion, with where it stands."""
    trail: list[LabelledResource] = []
    above = view.node(node, DCTERMS.isPartOf)
    while above is not None and len(trail) < DEEPEST:
        trail.insert(0, view.thing(above))
        above = view.node(above, DCTERMS.isPartOf)
    parent = view.node(node, DCTERMS.isPartOf)
    inner = contents.inner_parts(view, node)
    shown = node
    only = ""
    if kind == "Clause" and parent is not None:
        shown, only = parent, node.value
    leaves = [item for item in inner if not contents.inner_parts(view, item)]
    spelt = leaves if len(leaves) == len(inner) and not {"Action", "Item"} & {*kinds_of(view, leaves)} else []
    units = [clauses.unit(view, item) for item in spelt]
    if not inner or (kind in WITH_WORDS and not spelt):
        units = [clauses.unit(view, shown)]
    children = [
        (view.thing(item), view.number(item, view.term("number")), view.both(item), clauses.squares_of(view, item))
        for item in inner
        if item not in spelt
    ]
    before, after = _neighbours(view, node, kind, trail)
    return {
        "kind": view.thing(view.term(kind)),
        "kind_name": kind,
        "labels": view.both(node),
        "tab_title": _tab_title(view, node, trail),
        "number": view.number(node, view.term("number")),
        "trail": trail,
        "units": units,
        "children": children,
        "only": only,
        "before": before,
        "after": after,
    }


def kinds_of(view: View, nodes: Sequence[NamedNode]) -> set[str]:
    """The kinds of several parts."""
    return {kind for node in nodes for kind in view.kinds(node)}


def _tab_title(view: View, node: NamedNode, trail: Sequence[LabelledResource]) -> str:
    """What a browser's tab says: number and label, how a clause begins, and of what it is a part."""
    number, label = view.number(node, view.term("number")), view.thing(node).label.value
    words = view.translated(view.text(node, view.term("text")), view.text(node, view.term("translation")))
    told = f"{number}. {label}" if number is not None and "Action" in view.kinds(node) else label
    if words is not None and "Clause" in view.kinds(node):
        told += f": {cut(words.value, TAB_WIDTH)}"
    return " · ".join([told, *(item.label.value for item in trail[:1])])


def _neighbours(
    view: View, node: NamedNode, kind: str, trail: list[LabelledResource]
) -> tuple[LabelledResource | None, LabelledResource | None]:
    """The part of the same kind before and after: of an action within the document, of others within the parent."""
    number = view.number(node, view.term("number"))
    if number is None or not trail:
        return None, None
    above = NamedNode(trail[0].iri if kind == "Action" else trail[-1].iri)
    near = [_numbered(view, above, kind, number + step) for step in (-1, 1)]
    return tuple(view.thing(item) if item is not None else None for item in near)  # type: ignore[return-value]


def _numbered(view: View, above: NamedNode, kind: str, number: int) -> NamedNode | None:
    """The part of that kind and number: of actions the one in the document, of others the one right below ``above``."""
    for item in view.subjects(view.term("number"), Literal(str(number), datatype=XSD.integer)):
        if kind in view.kinds(item) and (
            item.value.startswith(f"{above.value}/")
            if kind == "Action"
            else above in view.objects(item, DCTERMS.isPartOf)
        ):
            return item
    return None
