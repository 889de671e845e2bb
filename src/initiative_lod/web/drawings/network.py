"""A small graph drawn: things in columns, from what points to what is pointed to, and lines between them.

Literals are not drawn: the table beside the picture has them, and says everything else that the picture says.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import BlankNode, NamedNode, Triple

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.text_width import shortened, text_width, wrapped
from initiative_lod.web.labelled_resource import LabelledResource

THINGS = 40
LINES = 80
COLUMNS = 5
_BOX, _BETWEEN, _GAP, _LINE, _SIZE, _PADDING = 200, 190, 12, 16, 13, 8
_SWEEPS = 4  # over the columns, to put what is linked side by side

Node = NamedNode | BlankNode
Edge = tuple[Node, Node]


@dataclass(frozen=True, slots=True)
class Network:
    """The picture, how many things and links are in it, and how many there are."""

    picture: Markup
    drawn: int
    things: int
    lines: int
    links: int


@dataclass(frozen=True, slots=True)
class _Box:
    thing: LabelledResource
    lines: tuple[str, ...]
    x: float
    y: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def height(self) -> float:
        return len(self.lines) * _LINE + 2 * _PADDING


def network(triples: Sequence[Triple], thing: Callable[[Node], LabelledResource], label: str) -> Network | None:
    """The things that ``triples`` link, each named by ``thing``; None when they link none.

    Of many, the best linked one is drawn with what is nearest to it, and so on, up to THINGS.
    """
    links: dict[Edge, list[NamedNode]] = defaultdict(list)
    for triple in triples:
        subject, object = triple.subject, triple.object
        if isinstance(subject, NamedNode | BlankNode) and isinstance(object, NamedNode | BlankNode):
            links[subject, object].append(triple.predicate)
    if not links:
        return None
    beside: dict[Node, dict[Node, int]] = defaultdict(dict)  # neighbours, with the step from left to right
    for one, two in links:
        beside[one].setdefault(two, 1)
        beside[two].setdefault(one, -1)
    columns = _columns(beside)
    lines = _chosen({edge: names for edge, names in links.items() if edge[0] in columns and edge[1] in columns})
    boxes = _placed(columns, beside, thing)
    right = max(box.x + _BOX for box in boxes.values())
    bottom = max(box.y + box.height for box in boxes.values())
    drawn = [
        filled(
            '<svg class="network" role="group" aria-label="{2}" viewBox="-2 -2 {0} {1}" width="{0}" height="{1}">',
            round(right) + 60, round(bottom) + 16, label,
        ),
        Markup(
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        ),
    ]  # fmt: skip
    arriving, leaving = _counted(lines, 1), _counted(lines, 0)
    worded: set[tuple[Node, str]] = set()
    for (one, two), names in lines.items():
        if one == two:
            continue
        text = ", ".join(dict.fromkeys(thing(name).label.value for name in names))
        # The words stand where fewer lines meet, and once where several lines say the same.
        end, place = (two, 0.78) if arriving[two] <= leaving[one] else (one, 0.22)
        drawn.append(_line(boxes[one], boxes[two], text, None if (end, text) in worded else place))
        worded.add((end, text))
    drawn += [_drawn(box) for box in boxes.values()]
    return Network(Markup("").join(drawn) + Markup("</svg>"), len(boxes), len(beside), len(lines), len(links))


def _chosen(links: Mapping[Edge, list[NamedNode]]) -> dict[Edge, list[NamedNode]]:
    """The links that are drawn: of more than LINES, first those without which a thing would stand alone."""
    tied: set[Node] = set()
    first: list[Edge] = []
    rest: list[Edge] = []
    for edge in links:
        (rest if tied.issuperset(edge) else first).append(edge)
        tied.update(edge)
    chosen = {*first, *rest[: max(0, LINES - len(first))]}
    return {edge: names for edge, names in links.items() if edge in chosen}


def _columns(beside: Mapping[Node, Mapping[Node, int]]) -> dict[Node, int]:
    """The column of each thing that is drawn: one to the right of what points to it, as far as that goes."""
    columns: dict[Node, int] = {}
    for start in sorted(beside, key=lambda node: (-len(beside[node]), str(node))):
        if start in columns or len(columns) >= THINGS:
            continue
        part = {start: 0}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for other, step in sorted(beside[node].items(), key=lambda item: (-len(beside[item[0]]), str(item[0]))):
                if other not in part and len(columns) + len(part) < THINGS:
                    part[other] = part[node] + step
                    waiting.append(other)
        least = min(part.values())
        columns |= {node: min(column - least, COLUMNS - 1) for node, column in part.items()}
    return columns


def _placed(
    columns: Mapping[Node, int], beside: Mapping[Node, Mapping[Node, int]], thing: Callable[[Node], LabelledResource]
) -> dict[Node, _Box]:
    """The boxes, each near what it is linked with, and each column in the middle of the highest."""
    stacks: dict[int, list[Node]] = defaultdict(list)
    for node, column in columns.items():
        stacks[column].append(node)
    place = {node: float(index) for stack in stacks.values() for index, node in enumerate(stack)}
    for sweep in range(_SWEEPS):
        for column in sorted(stacks, reverse=bool(sweep % 2)):
            near = {
                node: [place[other] for other in beside[node] if columns.get(other, column) != column]
                for node in stacks[column]
            }
            stacks[column].sort(key=lambda node: sum(near[node]) / len(near[node]) if near[node] else place[node])
            count = len(stacks[column])
            place |= {node: (index + 0.5) / count * THINGS for index, node in enumerate(stacks[column])}
    made = {
        column: [(node, thing(node), tuple(wrapped(thing(node).label.value, _BOX - 20, _SIZE, 2))) for node in stack]
        for column, stack in stacks.items()
    }
    heights = {
        column: sum(len(lines) * _LINE + 2 * _PADDING + _GAP for _, _, lines in stack) - _GAP
        for column, stack in made.items()
    }
    boxes: dict[Node, _Box] = {}
    for column, stack in sorted(made.items()):
        y = (max(heights.values()) - heights[column]) / 2
        for node, named, lines in stack:
            boxes[node] = _Box(named, lines, column * float(_BOX + _BETWEEN), y)
            y += boxes[node].height + _GAP
    return boxes


def _counted(lines: Mapping[Edge, object], end: int) -> dict[Node, int]:
    counts: dict[Node, int] = defaultdict(int)
    for edge in lines:
        counts[edge[end]] += 1
    return counts


def _line(one: _Box, two: _Box, text: str, place: float | None) -> Markup:
    """A line with an arrow; its words stand at ``place`` of its way, near the end where fewer lines meet."""
    forth = two.x > one.x
    start = one.x + _BOX if forth or one.x == two.x else one.x
    end = two.x if forth else two.x + _BOX
    bend = 50.0 if one.x == two.x else abs(end - start) * 0.45
    first, second = (start + bend, end - bend) if forth else (start - bend, end + bend)
    if one.x == two.x:
        first = second = start + bend
    aside = 0 if forth or one.x == two.x else 7  # so that a line back does not lie on the line forth
    a, b = one.middle + aside, two.middle + aside
    made = filled(
        '<g><title>{}</title><path class="tie" marker-end="url(#arrow)" '
        'd="M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} {:.0f} {:.1f}"/>',
        f"{one.thing.label.value} → {text} → {two.thing.label.value}",
        start,
        a,
        first,
        a,
        second,
        b,
        end,
        b,
    )
    if place is not None:
        t, u = place, 1 - place  # a point of the curve
        x = u**3 * start + 3 * u * u * t * first + 3 * u * t * t * second + t**3 * end
        y = u**3 * a + 3 * u * u * t * a + 3 * u * t * t * b + t**3 * b
        words = shortened(text, _BETWEEN * 0.62, 11)
        half = text_width(words, 11) / 2
        x = min(max(x, min(start, end) + half + 4), max(max(start, end) - half - 10, min(start, end) + half + 4))
        text = '<text class="said" x="{:.0f}" y="{:.1f}" text-anchor="middle">{}</text>'
        made += filled(text, x, y + (13 if aside else -3), words)
    return made + Markup("</g>")


def _drawn(box: _Box) -> Markup:
    top = box.middle - (len(box.lines) - 1) * _LINE / 2 + 4.5
    words = Markup("").join(
        filled(
            '<text x="{:.0f}" y="{:.1f}" text-anchor="middle">{}</text>', box.x + _BOX / 2, top + index * _LINE, line
        )
        for index, line in enumerate(box.lines)
    )
    inner = filled(
        '<title>{}</title><rect class="box" x="{:.0f}" y="{:.1f}" width="{}" height="{:.0f}" rx="6"/>{}',
        box.thing.iri,
        box.x,
        box.y,
        _BOX,
        box.height,
        words,
    )
    language = filled(' lang="{}"', box.thing.label.language) if box.thing.label.language else Markup("")
    if not box.thing.href:
        return filled("<g{}>{}</g>", language, inner)
    others = Markup("") if box.thing.href.startswith("/") else Markup(' rel="nofollow"')
    return filled('<a href="{}"{}{}>{}</a>', box.thing.href, others, language, inner)
