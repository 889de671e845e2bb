"""Flow (Sankey diagram) in two or three columns: how much of what stands left goes to what stands right.

Drawn here: the libraries for it want a browser or a scientific stack. What stands right is in the order of what leads
to it, so that few bands cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.heat_map import INK, Drawn
from initiative_lod.web.drawings.text_width import text_width, wrapped
from initiative_lod.web.labelled_resource import LabelledResource

SIZE, LINE, UNIT, GAP = 12.5, 15, 10.0, 8.0
BETWEEN, PADDING, MOST_LINES = 100, 8, 8
LONGEST = (140.0, 260.0, 400.0)  # words of a column
#: Colours of the groups that stand on the very left.
PALETTE = ("#0b5563", "#9a3412", "#5b2fa0", "#166534", "#854d0e", "#86198f")


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A thing in a column, with the words that name it and the number of its group, which has a colour."""

    thing: LabelledResource
    words: str
    group: int | None = None

    @property
    def iri(self) -> str:
        """The IRI of the thing."""
        return self.thing.iri


@dataclass(frozen=True, slots=True)
class Band:
    """A band between two things of neighbouring columns, by their IRIs; ``faint`` for a loose relation."""

    start: str
    end: str
    weight: int
    group: int
    title: str
    faint: bool = False


@dataclass(slots=True)
class _Card:
    node: FlowNode
    lines: list[str]
    x: float
    y: float
    width: float
    height: float


def flow(columns: Sequence[Sequence[FlowNode]], bands: Sequence[Band]) -> Drawn:
    """The picture."""
    ordered = [*columns[:-1], _ordered(columns[-1], columns[-2], bands)]
    cards: dict[str, _Card] = {}
    out, into = defaultdict[str, int](int), defaultdict[str, int](int)
    for band in bands:
        out[band.start] += band.weight
        into[band.end] += band.weight
    x = whole = 0.0
    heights = []
    for column, longest in zip(ordered, LONGEST[-len(ordered) :], strict=True):
        y = width = 0.0
        for node in column:
            lines = wrapped(node.words, longest, SIZE, MOST_LINES)
            height = max(max(out[node.iri], into[node.iri]) * UNIT + 4, len(lines) * LINE + 8)
            cards[node.iri] = _Card(node, lines, x, y, 0, height)
            width = max([width, *(text_width(line, SIZE) for line in lines)])
            y += height + GAP
        for node in column:
            cards[node.iri].width = width + 2 * PADDING
        heights.append(y - GAP)
        whole = x + width + 2 * PADDING
        x = whole + BETWEEN
    for column, height in zip(ordered, heights, strict=True):  # the cards of each spread over the highest
        step = (max(heights) - height) / len(column) if column else 0.0
        for number, node in enumerate(column):
            cards[node.iri].y += step * (number + 0.5)
    place = {node.iri: number for column in ordered for number, node in enumerate(column)}
    left = {iri: (card.height - out[iri] * UNIT) / 2 for iri, card in cards.items()}
    right = {iri: (card.height - into[iri] * UNIT) / 2 for iri, card in cards.items()}
    drawn = []
    for band in sorted(bands, key=lambda item: (place[item.start], place[item.end])):
        one, two = cards[band.start], cards[band.end]
        drawn.append(_band(one, two, band, one.y + left[band.start], two.y + right[band.end]))
        left[band.start] += band.weight * UNIT
        right[band.end] += band.weight * UNIT
    drawn += [_card(card) for card in cards.values()]
    return Drawn(Markup("").join(drawn), whole, max(heights, default=0) + 2)


def _ordered(column: Sequence[FlowNode], before: Sequence[FlowNode], bands: Sequence[Band]) -> list[FlowNode]:
    """The last column, each thing as near as may be to what leads to it."""
    places = {node.iri: number for number, node in enumerate(before)}
    near: dict[str, list[int]] = defaultdict(list)
    for band in bands:
        if band.start in places:
            near[band.end] += [places[band.start]] * band.weight
    return sorted(column, key=lambda node: (sum(near[node.iri]) / max(1, len(near[node.iri])), node.words))


def _band(one: _Card, two: _Card, band: Band, start: float, end: float) -> Markup:
    wide = band.weight * UNIT - 1
    a, b = one.x + one.width, two.x
    middle = (a + b) / 2
    colour = band.group % len(PALETTE)
    return filled(
        '<path class="band g{}" fill="{}" fill-opacity="{}" d="M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}'
        'V{:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}Z"><title>{}</title></path>',
        colour, PALETTE[colour], 0.25 if band.faint else 0.6,
        a, start, middle, start, middle, end, b, end, end + wide,
        middle, end + wide, middle, start + wide, a, start + wide, band.title,
    )  # fmt: skip


def _card(card: _Card) -> Markup:
    group = card.node.group
    colour = PALETTE[group % len(PALETTE)] if group is not None else "#56616a"
    name = f"g{group % len(PALETTE)}" if group is not None else "plain"
    top = card.y + card.height / 2 + 4.5 - (len(card.lines) - 1) / 2 * LINE
    text = Markup("").join(
        filled(
            '<text class="ink" fill="{}" font-size="{}" x="{:.1f}" y="{:.1f}">{}</text>',
            INK,
            SIZE,
            card.x + PADDING,
            top + number * LINE,
            line,
        )
        for number, line in enumerate(card.lines)
    )
    inner = filled(
        '<title>{}</title><rect class="card {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="4" fill="{}" '
        'fill-opacity=".12" stroke="{}" stroke-opacity=".55"/>{}',
        card.node.words,
        name,
        card.x,
        card.y,
        card.width,
        card.height,
        colour,
        colour,
        text,
    )
    href = card.node.thing.href
    return filled('<a href="{}" tabindex="-1">{}</a>', href, inner) if href else filled("<g>{}</g>", inner)
