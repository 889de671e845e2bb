"""The ontology drawn: its properties in the middle, the classes that they come from and lead to on either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.text_width import shortened
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages.initiative_map import (
    MapRow,
    beside,
    lang_of,
    opening,
    side_label,
    text_lines,
    tie,
)

WIDTH = 960
_LEFT, _MIDDLE, _MIDDLE_WIDTH, _RIGHT, _ROW = 240, 370, 220, 720, 27


@dataclass(frozen=True, slots=True)
class DiagramArrow:
    """A property with the classes at its two ends."""

    thing: LabelledResource
    domains: tuple[LabelledResource, ...]
    ranges: tuple[LabelledResource, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A class with those under it; ``others`` are the classes of other vocabularies that it is under."""

    thing: LabelledResource
    others: tuple[LabelledResource, ...]
    below: tuple[Branch, ...]


def diagram(links: Sequence[DiagramArrow], label: str, language: str) -> Markup:
    """The picture; nothing when no property says between what it stands."""
    shown = [link for link in links if link.domains and link.ranges]
    if not shown:
        return Markup("")
    shown.sort(key=lambda link: (link.domains[0].label.value, link.ranges[0].label.value, link.thing.label.value))
    rows = [
        MapRow(link.thing, "property", 0, index * float(_ROW), float(_ROW), (), link.domains, link.ranges)
        for index, link in enumerate(shown)
    ]
    height = len(rows) * float(_ROW)
    left, right = beside(rows, "left", height), beside(rows, "right", height)
    bottom = max([height, *(side.middle * 2 - side.y for side in (*left, *right))])
    drawn = [opening(WIDTH, bottom + 16, label)]
    drawn += [tie(row, side, "left", _MIDDLE, _LEFT + 8) for side in left for row in rows if side.thing in row.left]
    end = _MIDDLE + _MIDDLE_WIDTH
    drawn += [tie(row, side, "right", end, _RIGHT - 8) for side in right for row in rows if side.thing in row.right]
    for row in rows:
        name = shortened(row.thing.label.value, _MIDDLE_WIDTH - 16, 12.5)
        drawn.append(
            filled(
                '<a class="band" href="{}"{}><title>ilod:{}</title><rect class="box" x="{}" y="{:.1f}" width="{}" '
                'height="{}" rx="12"/>{}</a>',
                row.thing.href, lang_of(row.thing, language), row.thing.slug, _MIDDLE, row.y + 2, _MIDDLE_WIDTH,
                _ROW - 4, text_lines([name], _MIDDLE + _MIDDLE_WIDTH / 2, row.middle, "middle"),
            )
        )  # fmt: skip
    drawn += [side_label(side, _LEFT, "end", language) for side in left]
    drawn += [side_label(side, _RIGHT, "start", language) for side in right]
    return Markup("").join(drawn) + Markup("</svg>")
