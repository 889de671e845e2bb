"""The map of an initiative as one picture: principles, pillars with their actions, and what is cited, in three columns.

What stands left and right is put as near as there is room to what speaks of it, so that the lines stay short. Colours
are attributes, for where the picture stands alone; a page's style sheet overrules them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import NamedNode

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.flow import PALETTE
from initiative_lod.web.drawings.heat_map import HUE, INK, LINE_COLOUR, Drawn
from initiative_lod.web.drawings.squares import colour
from initiative_lod.web.drawings.text_width import text_width, wrapped
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages.initiative import Overview
from initiative_lod.web.pages.view import View

WIDTH = 1168
_LEFT, _PILLAR, _ACTIONS, _RIGHT = 200, 292, 424, 952  # where the columns end, begin, begin, begin
_PILLAR_WIDTH, _ACTIONS_WIDTH = 126, 436
_ROW, _GAP, _BAND, _LINE, _SIZE = 34, 12, 32, 15, 12.5
_SIDE_WIDTH = 196
_BARS = 9  # clauses that are drawn in a row
_RIGHT_TIE = PALETTE[1]
_FILLS = {"pillar": "#dbe7e9", "action": "#ffffff", "band": "#f3f7f7"}


@dataclass(frozen=True, slots=True)
class MapRow:
    """A part in the middle, with what its sentences speak of. ``place`` is pillar, action or band."""

    thing: LabelledResource
    place: str
    number: int
    y: float
    height: float
    squares: tuple[tuple[LabelledResource, ...], ...]
    left: tuple[LabelledResource, ...]
    right: tuple[LabelledResource, ...]

    @property
    def middle(self) -> float:
        """Point at which its lines begin."""
        return self.y + self.height / 2

    @property
    def spoken(self) -> dict[str, tuple[LabelledResource, ...]]:
        """Things that its sentences speak of, by the message that says how."""
        return {"principles": self.left, "cites": self.right}


@dataclass(frozen=True, slots=True)
class Side:
    """A thing beside the parts."""

    thing: LabelledResource
    lines: tuple[str, ...]
    y: float

    @property
    def middle(self) -> float:
        """Point at which its lines end."""
        return self.y + len(self.lines) * _LINE / 2


@dataclass(frozen=True, slots=True)
class Map:
    """The picture, and the rows that say the same in words."""

    picture: Markup
    rows: tuple[MapRow, ...]

    @property
    def groups(self) -> list[tuple[MapRow, list[MapRow]]]:
        """The rows of pillars and bands, each with the rows of its actions."""
        found: list[tuple[MapRow, list[MapRow]]] = []
        for row in self.rows:
            if row.place == "action" and found:
                found[-1][1].append(row)
            else:
                found.append((row, []))
        return found


def mapped(view: View, known: Overview) -> Map:
    """The map of an initiative in a page."""
    drawn, rows = _drawn(view, known)
    say = view.interface.gettext
    head = opening(WIDTH, drawn.height + 8, f"{say('map')}{say('colon')}{known.thing.label}")
    return Map(head + drawn.content + Markup("</svg>"), rows)


def alone(view: View, known: Overview) -> tuple[Drawn, tuple[MapRow, ...]]:
    """The map as a picture that stands alone, with what the colours of its bars mean; and its rows."""
    drawn, rows = _drawn(view, known)
    legend = _legend([item for item, _ in known.modalities], drawn.height + 8)
    return Drawn(drawn.content + legend.content, WIDTH, legend.height), rows


def _drawn(view: View, known: Overview) -> tuple[Drawn, tuple[MapRow, ...]]:
    rows = _rows(view, known)
    height = max((row.y + row.height for row in rows), default=0)
    left, right = beside(rows, "left", height), beside(rows, "right", height)
    bottom = max([height, *(side.y + len(side.lines) * _LINE for side in (*left, *right))]) + 8
    drawn = [_line(row, side, "left") for side in left for row in rows if side.thing in row.left]
    drawn += [_line(row, side, "right") for side in right for row in rows if side.thing in row.right]
    drawn += [_part(row, view.language) for row in rows]
    drawn += [side_label(side, _LEFT, "end", view.language) for side in left]
    drawn += [side_label(side, _RIGHT, "start", view.language) for side in right]
    return Drawn(Markup("").join(drawn), WIDTH, bottom), tuple(rows)


def _legend(modalities: Sequence[LabelledResource], top: float) -> Drawn:
    """A row, or as many as it takes, of modalities with their colours."""
    drawn, x, y = [], 0.0, top
    for item in modalities:
        width = text_width(item.label.value, _SIZE) + 32
        if x and x + width > WIDTH:
            x, y = 0.0, y + 22
        drawn.append(
            filled(
                '<rect class="clause-bar m m-{}" fill="{}" x="{:.1f}" y="{:.1f}" width="6" height="16" rx="1.5"/>'
                '<text class="ink" fill="{}" font-size="{}" x="{:.1f}" y="{:.1f}">{}</text>',
                item.style,
                colour(item.style),
                x,
                y,
                INK,
                _SIZE,
                x + 12,
                y + 12.5,
                item.label.value,
            )
        )
        x += width
    return Drawn(Markup("").join(drawn), WIDTH, y + 20)


def opening(width: int, height: float, label: str) -> Markup:
    """The picture's own tag."""
    return filled(
        '<svg class="map" viewBox="0 -8 {0} {1}" width="{0}" height="{1}" role="group" aria-label="{2}">',
        width,
        round(height),
        label,
    )


def _rows(view: View, known: Overview) -> list[MapRow]:
    rows: list[MapRow] = []
    y = 0.0
    inner = {column.thing.iri for column in known.columns} | {c.thing.iri for o in known.columns for c in o.cells}
    spoken = {
        side: _spoken(view, known.thing.iri, inner, names)
        for side, names in (("left", ("embodies", "invokes")), ("right", ("cites",)))
    }

    def add(
        thing: LabelledResource, place: str, number: int, height: float, squares: Sequence[tuple[LabelledResource, ...]]
    ) -> None:
        beside = (tuple(spoken[side].get(thing.iri, ())) for side in ("left", "right"))
        rows.append(MapRow(thing, place, number, y, height, tuple(squares), *beside))

    before = [item for item in known.others if item.kind == "Preamble"]
    for item in before:
        add(item, "band", 0, _BAND, ())
        y += _BAND + _GAP
    for column in known.columns:
        heights = [max(_ROW, len(_lines(cell.thing, cell.squares)) * _LINE + 6) for cell in column.cells]
        add(column.thing, "pillar", column.number, max(_ROW, sum(heights)), column.squares)
        for cell, height in zip(column.cells, heights, strict=True):
            add(cell.thing, "action", cell.number, height, cell.squares)
            y += height
        y += _GAP if column.cells else _ROW + _GAP
    for item in known.others:
        if item not in before:
            add(item, "band", 0, _BAND, ())
            y += _BAND + _GAP
    return rows


def _spoken(view: View, whole: str, inner: set[str], names: Sequence[str]) -> dict[str, dict[LabelledResource, None]]:
    """Things of which each row's part, and parts below it without a row, speak by the own properties ``names``."""
    found: dict[str, dict[LabelledResource, None]] = {}
    for name in names:
        for triple in view.opened.triples(None, view.term(name)):
            if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode):
                continue
            if not triple.subject.value.startswith(f"{whole}/"):
                continue
            iri = _row_of(view, triple.subject, whole, inner)
            found.setdefault(iri, {})[view.thing(triple.object)] = None
    return found


def _row_of(view: View, node: NamedNode, whole: str, inner: set[str]) -> str:
    """The nearest part above that has a row: a pillar, an action, or what stands directly in the document."""
    path = node.value
    while path not in inner and path.rpartition("/")[0] != whole and path.startswith(f"{whole}/"):
        path = path.rpartition("/")[0]
        if path.rpartition("/")[2] in ("action", "pillar"):
            break
    return path


def beside(rows: Sequence[MapRow], side: str, height: float) -> list[Side]:
    """The things on one side, each as near to the middle of what speaks of it as the others leave room."""
    wanted: dict[LabelledResource, list[float]] = {}
    for row in sorted(rows, key=lambda row: row.place == "band"):  # a preamble speaks of nearly everything
        for thing in row.left if side == "left" else row.right:
            if row.place != "band" or thing not in wanted:
                wanted.setdefault(thing, []).append(row.middle)
    ordered = sorted(wanted.items(), key=lambda item: (sum(item[1]) / len(item[1]), item[0].label.value))
    made: list[tuple[LabelledResource, tuple[str, ...], float]] = []
    free = 0.0
    for thing, places in ordered:
        lines = tuple(wrapped(thing.label.value, _SIDE_WIDTH, _SIZE, 5))
        size = len(lines) * _LINE
        y = max(free, sum(places) / len(places) - size / 2)
        made.append((thing, lines, y))
        free = y + size + 7
    found: list[Side] = []
    limit = max(height, sum(len(lines) * _LINE + 7 for _, lines, _ in made))
    for thing, lines, y in reversed(made):
        y = min(y, limit - len(lines) * _LINE)
        limit = y - 7
        found.append(Side(thing, lines, y))
    return found[::-1]


def _line(row: MapRow, side: Side, where: str) -> Markup:
    start, end = (_PILLAR, _LEFT + 8) if where == "left" else (_ACTIONS + _ACTIONS_WIDTH, _RIGHT - 8)
    if where == "right" and row.place == "pillar":
        start = _PILLAR + _PILLAR_WIDTH
    return tie(row, side, f"{where} from-{row.place}", start, end)


def tie(row: MapRow, side: Side, name: str, start: float, end: float) -> Markup:
    """A line from a row to a thing beside it."""
    y, bend = side.middle, (end - start) * 0.55
    curve = (start, row.middle, start + bend, row.middle, end - bend, y, end, y)
    return filled(
        '<path class="tie {}" fill="none" stroke="{}" stroke-opacity=".6" '
        'd="M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} {:.0f} {:.1f}"/>',
        name,
        _RIGHT_TIE if name.startswith("right") else HUE,
        *curve,
    )


def _part(row: MapRow, language: str) -> Markup:
    x, width = {
        "pillar": (_PILLAR, _PILLAR_WIDTH),
        "action": (_ACTIONS, _ACTIONS_WIDTH),
        "band": (_PILLAR, _ACTIONS + _ACTIONS_WIDTH - _PILLAR),
    }[row.place]
    inner = Markup("")
    if row.place == "action":
        shown = row.squares[:_BARS]
        right = x + width - 8 - len(shown) * 8
        lines = _lines(row.thing, row.squares)
        inner += filled(
            '<text class="no" fill="{}" font-size="{}" font-weight="600" text-anchor="end" x="{}" y="{:.1f}">{}</text>',
            HUE,
            _SIZE,
            x + 26,
            row.middle + 4.5,
            row.number,
        )
        inner += text_lines(lines, x + 36, row.middle, "start")
        for index, modalities in enumerate(shown):
            high = 16 / len(modalities)  # of a clause with several, a piece of the bar each
            for place, item in enumerate(modalities):
                inner += filled(
                    '<rect class="clause-bar m m-{}" fill="{}" x="{}" y="{:.1f}" width="6" height="{:g}" rx="1.5"/>',
                    item.style,
                    colour(item.style),
                    right + index * 8,
                    row.middle - 8 + place * high,
                    high,
                )
    elif row.place == "pillar":
        lines = wrapped(row.thing.label.value, width - 8, 13, 5, bold=True)
        inner += text_lines(lines, x + width / 2, row.middle, "middle", bold=True)
    else:
        inner += text_lines([row.thing.label.value], x + width / 2, row.middle, "middle")
    return filled(
        '<a class="{}" href="{}" tabindex="-1"{}><title>{}</title>'
        '<rect class="box" fill="{}" stroke="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="5"/>{}</a>',
        row.place, row.thing.href, lang_of(row.thing, language), row.thing.label.value,
        _FILLS[row.place], LINE_COLOUR, x, row.y + 1.5, width, row.height - 3, inner,
    )  # fmt: skip


def _lines(action: LabelledResource, squares: Sequence[object]) -> list[str]:
    """The lines of an action's label, which stand between its number and its clauses."""
    room = _ACTIONS_WIDTH - 8 - len(squares[:_BARS]) * 8 - 36 - 6
    return wrapped(action.label.value, room, _SIZE, 4)


def side_label(side: Side, x: float, anchor: str, language: str) -> Markup:
    """The words of a thing beside the parts, with a link."""
    label = side.thing.label.value
    return filled(
        '<a class="side" href="{}" tabindex="-1"{}><title>{}</title>{}</a>',
        side.thing.href,
        lang_of(side.thing, language),
        label,
        text_lines(side.lines, x, side.middle, anchor),
    )


def text_lines(lines: Sequence[str], x: float, middle: float, anchor: str, bold: bool = False) -> Markup:
    """Lines of text around ``middle``."""
    top = middle - (len(lines) - 1) * _LINE / 2 + 4.5
    weight = Markup(' font-weight="600"') if bold else ""
    text = '<text class="ink" fill="{}" font-size="{}"{} x="{:.0f}" y="{:.1f}" text-anchor="{}">{}</text>'
    return Markup("").join(
        filled(text, INK, 13 if bold else _SIZE, weight, x, top + index * _LINE, anchor, line)
        for index, line in enumerate(lines)
    )


def lang_of(thing: LabelledResource, language: str) -> Markup:
    """The attribute that tells the label's language, where it is not the page's."""
    own = thing.label.language
    return filled(' lang="{}"', own) if own and own != language else Markup("")
