"""Place of a part in its document: what is above, before and after it, and which sentence shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.literals import integer
from initiative_lod.vocabulary import DCTERMS
from initiative_lod.web.drawings.text_width import shortened
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages import clauses, contents, mappings
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
    listed = any({"Action", "Item"} & {*view.kinds(item)} for item in leaves) or len(leaves) < len(inner)
    spelt = [] if listed else leaves
    units = [clauses.unit(view, item) for item in spelt]
    if not inner or (kind in WITH_WORDS and not spelt):
        units = [clauses.unit(view, shown)]
    children = [
        (view.thing(item), view.number(item, view.term("number")), view.both(item), clauses.squares_of(view, item))
        for item in inner
        if item not in spelt
    ]
    before, after = _neighbours(view, node, kind)
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
        "mappings": mappings.of_part(view, node),
        "before": before,
        "after": after,
    }


def _tab_title(view: View, node: NamedNode, trail: Sequence[LabelledResource]) -> str:
    """Title in a browser's tab: number and label, how a clause begins, and of what it is a part."""
    number, label = view.number(node, view.term("number")), view.thing(node).label.value
    words = view.translated(view.text(node, view.term("text")), view.text(node, view.term("translation")))
    kinds = view.kinds(node)
    told = f"{number}. {label}" if number is not None and "Action" in kinds else label
    if number is not None and "Pillar" in kinds:
        told = f"{view.interface.gettext('pillar')} {number}{view.interface.gettext('colon')}{label}"
    if words is not None and "Clause" in kinds:
        told += f"{view.interface.gettext('colon')}{shortened(words.value, TAB_WIDTH)}"
    return " · ".join([told, *(item.label.value for item in trail[:1])])


def _neighbours(view: View, node: NamedNode, kind: str) -> tuple[LabelledResource | None, LabelledResource | None]:
    """The parts of the same kind before and after, of those that are numbered with it: their IRIs say which."""
    stem, _, last = node.value.rpartition("/")
    number = integer(last)
    if number is None:
        return None, None
    near = [NamedNode(f"{stem}/{number + step}") for step in (-1, 1)]
    before, after = (view.thing(item) if kind in view.kinds(item) else None for item in near)
    return before, after
