"""Heat map: how often each row has each column, as SVG that stands alone: colours are attributes, which a page's
style sheet may overrule, since a picture that travels has no style sheet and the pages allow no style in themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.text_width import text_width, wrapped
from initiative_lod.web.labelled_resource import LabelledResource

CELL, SIZE, LINE = 28, 12.5, 15
# Rows have little room beside each other, so that a phone shows some of the columns as well.
_LONGEST_ROW, _LONGEST_COLUMN, _MOST_LINES = 210.0, 340.0, 7
_SLOPE = 0.7071  # of the words above the columns: 45 degrees
INK, QUIET, LINE_COLOUR, HUE, ON_HUE = "#1d2529", "#56616a", "#dcdcd4", "#0b5563", "#ffffff"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture without its frame: what is in it, and how large that is."""

    content: Markup
    width: float
    height: float


def heat_map(
    rows: Sequence[tuple[LabelledResource, str]],
    columns: Sequence[LabelledResource],
    counts: Mapping[tuple[str, str], int],
    listings: Mapping[tuple[str, str], str],
) -> Drawn:
    """The map of ``counts`` by the IRIs of row and column; a row has the words that name it.

    ``listings`` are the addresses to which counts lead.
    """
    most = max(counts.values(), default=1)
    labels = [wrapped(words, _LONGEST_ROW, SIZE, _MOST_LINES) for _, words in rows]
    left = max((text_width(line, SIZE) for lines in labels for line in lines), default=0) + 12
    names = [wrapped(column.label.value, _LONGEST_COLUMN, SIZE, 1) for column in columns]
    reach = max((text_width(line, SIZE) for lines in names for line in lines), default=0)
    top = reach * _SLOPE + LINE + 6
    heights = [max(CELL, len(lines) * LINE + 6) for lines in labels]
    right = left + len(columns) * CELL
    drawn: list[Markup] = []
    for index, (column, lines) in enumerate(zip(columns, names, strict=True)):
        x = left + index * CELL + CELL / 2
        spans = Markup("").join(
            filled('<tspan x="0" dy="{}">{}</tspan>', 0 if number == 0 else LINE, line)
            for number, line in enumerate(lines)
        )
        shift = -LINE / 2 * (len(lines) - 1)
        words = filled(
            '<text class="ink" fill="{}" font-size="{}" transform="translate({:.1f} {:.1f}) rotate(-45)" y="{:.1f}">'
            "{}</text>",
            INK,
            SIZE,
            x + 4,
            top - 6,
            shift,
            spans,
        )
        drawn.append(_linked(column.href, column.label.value, words))
    y = top
    for (thing, name), lines, height in zip(rows, labels, heights, strict=True):
        text = Markup("").join(
            filled(
                '<text class="ink" fill="{}" font-size="{}" text-anchor="end" x="{:.1f}" y="{:.1f}">{}</text>',
                INK,
                SIZE,
                left - 8,
                y + height / 2 + 4.5 + (number - (len(lines) - 1) / 2) * LINE,
                line,
            )
            for number, line in enumerate(lines)
        )
        drawn.append(_linked(thing.href, name, text))
        for index, column in enumerate(columns):
            count = counts.get((thing.iri, column.iri), 0)
            x = left + index * CELL
            title = f"{name} · {column.label.value}: {count}"
            drawn.append(_cell(x, y, height, count, most, title, listings.get((thing.iri, column.iri), "")))
        y += height
    whole = right + max(0.0, reach * _SLOPE - CELL)
    return Drawn(Markup("").join(drawn), whole, y + 2)


def _linked(href: str, title: str, content: Markup) -> Markup:
    """A link around what leads to an address, if there is one."""
    if not href:
        return filled("<g><title>{}</title>{}</g>", title, content)
    return filled('<a href="{}" tabindex="-1"><title>{}</title>{}</a>', href, title, content)


def _cell(x: float, y: float, height: float, count: int, most: int, title: str, listing: str) -> Markup:
    if not count:
        return filled(
            '<rect class="grid" x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" fill="none" stroke="{}"/>',
            x + 1,
            y + 1,
            CELL - 2,
            height - 2,
            LINE_COLOUR,
        )
    share = 0.18 + 0.82 * count / most
    ink = ON_HUE if share > 0.6 else INK
    square = filled(
        '<rect class="hue" x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" rx="3" fill="{}" fill-opacity="{:.2f}"/>'
        '<text class="{}" fill="{}" font-size="12" text-anchor="middle" x="{:.1f}" y="{:.1f}">{}</text>',
        x + 1, y + 1, CELL - 2, height - 2, HUE, share, "on-hue" if share > 0.6 else "ink", ink,
        x + CELL / 2, y + height / 2 + 4.5, count,
    )  # fmt: skip
    return _linked(listing, title, square)
